"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { RelcoreError, canary, release, rollback, time } = require("relcore");

function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("an error has a name, a code, a path and a text", () => {
  const error = thrown(() => time.localDate("yesterday", "Europe/Berlin"));
  assert.ok(error instanceof RelcoreError && error instanceof Error);
  assert.equal(error.name, "RelcoreError");
  assert.equal(error.code, "invalid_value");
  assert.equal(error.path, "at");
  assert.match(error.message, /^at: `yesterday` is not an instant/);
  const [, first] = error.stack.split("\n");
  assert.match(first, /errors\.test\.js/); // not the inside of the package
});

test("all faults of an input are there at once", () => {
  const schedule = { steps: [{ type: "set_weight", weight: "5" }, { type: "set_wait" }], stpes: 1 };
  const { faults } = thrown(() => canary.start(schedule, "now"));
  const paths = faults.map(({ path }) => path);
  for (const path of ["schedule.stpes", "schedule.steps[0].weight", "schedule.steps[1].type", "now"]) {
    assert.ok(paths.includes(path), `${path} in ${paths}`);
  }
});

test("faults of YAML have a line and a column", () => {
  const text = "steps:\n  - type: set_weight\n    weight: 150\n    wieght: 5\n";
  const { faults, message } = thrown(() => canary.scheduleFromYaml(text));
  const places = faults.map(({ path, line, column }) => [path, line, column]);
  assert.deepEqual(places.slice(0, 2), [
    ["steps[0].wieght", 4, 5],
    ["steps[0].weight", 3, 13],
  ]);
  assert.match(message, /^steps\[0\]\.wieght: unknown key .* \(line 4, column 5\); /);
});

test("a missing argument is named, an optional one may be left out", () => {
  const error = thrown(() => time.parseSpan());
  assert.deepEqual([error.code, error.path], ["missing_field", "text"]);
  assert.equal(release.profile("hotfix").releaseType, release.profile("hotfix", null).releaseType);
});

test("an unknown zone has its own code", () => {
  assert.equal(thrown(() => time.localDate(new Date(0), "Europe/Atlantis")).code, "unknown_zone");
});

test("what people get wrong in JavaScript is told in its terms", () => {
  const decide = (now) => thrown(() => rollback.decide({}, {}, now)).message;
  assert.match(decide(Date.now()), /^now: expected an instant as a `Date` or RFC 3339 text, got `\d+`$/);
  const { message } = thrown(() => rollback.policyFromYaml(Buffer.from("smallShare: 5")));
  assert.equal(message, "text: a Buffer cannot cross: expected text or plain data");
});

test("an error of ESM is one of CommonJS", async () => {
  const module = await import("relcore");
  assert.ok(thrown(() => module.time.parseSpan("soon")) instanceof RelcoreError);
});
