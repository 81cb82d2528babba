"use strict";
// The runner of cases fails when there is nothing to run, and when anything is not as it should be.
const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { after, test } = require("node:test");
const { release } = require("relcore");

const work = mkdtempSync(join(tmpdir(), "relcore-cases-"));
after(() => rmSync(work, { recursive: true }));

const RUNNER = join(__dirname, "..", "bin", "relcore-conformance.js");
const good = { description: "good", call: "time.parse_span", input: { text: "90s" }, expect: "PT1M30S" };
let files = 0;

/** The exit code and the closing line for a file with these cases in a folder below. */
function ran(content) {
  const folder = join(work, `${files++}`, "below");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cases.json"), typeof content === "string" ? content : JSON.stringify(content));
  return ranAt(join(folder, ".."));
}

function ranAt(path) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUNNER, path], { encoding: "utf8" });
  return [status, stdout.trim().split("\n").at(-1), stderr];
}

test("cases from outside run, and a false one fails", () => {
  assert.deepEqual(ran({ cases: [good] }), [0, "1 passed, 0 failed", ""]);
  const wrong = [
    { ...good, expect: "PT90S" },
    { ...good, call: "time.no_such_function" },
    { ...good, input: { text: "90s", more: 1 } },
    { ...good, input: {} },
    { ...good, expect: undefined },
    { ...good, expect: undefined, error: { code: "invalid_value" } },
    { ...good, input: { text: "90" }, expect: undefined, error: { code: "syntax" } },
    { ...good, input: { text: "90" }, expect: undefined, error: { code: "invalid_value", path: "span" } },
    { ...good, call: undefined },
  ];
  for (const each of wrong) {
    const [status, last] = ran({ cases: [good, each] });
    assert.deepEqual([status, last], [1, "1 passed, 1 failed"], JSON.stringify(each));
  }
});

test("numbers are compared exactly, or within the tolerance", () => {
  const call = { description: "a number", call: "time.business_days_between" };
  const input = { start: "2026-11-23", end: "2026-11-25", calendar: {} };
  const with_ = (expect, tolerance) => ran({ cases: [{ ...call, input, expect, tolerance }] })[0];
  assert.deepEqual([with_(2), with_(2.0000001), with_(2.1, 0.2), with_("2")], [0, 1, 0, 1]);
});

test("the text of a reason is compared only when a case expects one", () => {
  const input = { previous: "1.2.3", next: "1.2.4", facts: {} };
  const { reasons, ...rest } = release.classify(input.previous, input.next, input.facts);
  const withoutTexts = reasons.map(({ text: _, ...reason }) => reason);
  const ranWith = (reasons) =>
    ran({
      cases: [{ description: "reasons", call: "release.classify", input, expect: { ...rest, reasons } }],
    })[0];
  assert.ok(reasons.length > 0);
  assert.equal(ranWith(reasons), 0);
  assert.equal(ranWith(withoutTexts), 0);
  assert.equal(ranWith(reasons.map((reason) => ({ ...reason, text: "another" }))), 1);
  assert.equal(ranWith(withoutTexts.map((reason) => ({ ...reason, code: "another" }))), 1);
  assert.equal(ranWith(withoutTexts.map(({ evidence: _, ...reason }) => reason)), 1);
});

test("nothing to run is a failure", () => {
  assert.equal(ran({ cases: [] })[0], 1);
  for (const [content, says] of [
    ["no JSON", /cases\.json/],
    [{ case: [] }, /no list of `cases`/],
  ]) {
    const [status, , error] = ran(content);
    assert.equal(status, 1);
    assert.match(error, says);
  }
  const [status, , error] = ranAt(join(work, "nowhere"));
  assert.equal(status, 1);
  assert.match(error, /^error: .*nowhere/);
});
