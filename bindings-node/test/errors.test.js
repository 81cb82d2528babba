"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { RelcoreError, canary, release, time } = require("relcore");

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
  assert.match(error.stack, /errors\.test\.js/);
});

test("all faults of an input are there at once", () => {
  const schedule = { steps: [{ type: "set_weight", weight: "5" }, { type: "set_wait" }], stpes: 1 };
  const { faults } = thrown(() => canary.start(schedule, "now"));
  const paths = faults.map(({ path }) => path);
  for (const path of ["schedule.stpes", "schedule.steps[0].weight", "schedule.steps[1].type", "now"]) {
    assert.ok(paths.includes(path), `${path} in ${paths}`);
  }
});

test("a missing argument is named, an optional one may be left out", () => {
  const error = thrown(() => time.parseSpan());
  assert.deepEqual([error.code, error.path], ["missing_field", "text"]);
  assert.equal(release.profile("hotfix").releaseType, release.profile("hotfix", null).releaseType);
});

test("an unknown zone has its own code", () => {
  assert.equal(thrown(() => time.localDate(new Date(0), "Europe/Atlantis")).code, "unknown_zone");
});
