"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { canary, release, rollback, time } = require("relcore");

const NOW = new Date("2026-11-23T09:00:00Z");
const decide = (situation) => rollback.decide(situation, rollback.defaultPolicy(), NOW);

test("what JSON would turn into nothing is refused with its path", () => {
  const refused = [
    [{ latencyObserved: NaN }, "situation.latencyObserved", /`NaN` is not a finite number/],
    [{ latencyObserved: -Infinity }, "situation.latencyObserved", /`-Infinity` is not a finite/],
    [{ deployedAt: new Date(NaN) }, "situation.deployedAt", /`Invalid Date` is not an instant/],
    [{ dataCorruption: () => true }, "situation.dataCorruption", /a function cannot cross/],
    [{ customerIncidents: 1n }, "situation.customerIncidents", /a bigint cannot cross/],
    [{ dataCorruption: Symbol("x") }, "situation.dataCorruption", /a symbol cannot cross/],
    [{ dataCorruption: new Map([["a", 1]]) }, "situation.dataCorruption", /a Map cannot cross/],
    [{ dataCorruption: new Uint8Array(1) }, "situation.dataCorruption", /a Uint8Array cannot cross/],
    [{ latencyObserved: new Number(NaN) }, "situation.latencyObserved", /not a finite number/],
    [{ dataCorruption: Promise.resolve(true) }, "situation.dataCorruption", /a Promise cannot cross/],
    [/x/, "situation", /a RegExp cannot cross/],
    [new Map(), "situation", /a Map cannot cross/],
  ];
  for (const [situation, path, message] of refused) {
    assert.throws(() => decide(situation), { name: "RelcoreError", code: "invalid_value", path, message });
  }
});

test("a hole in a list is refused, with its index", () => {
  const schedule = {
    steps: [],
    metrics: [
      { name: "m", max: 1 },
      { name: "n", max: NaN },
    ],
  };
  assert.throws(() => canary.validate(schedule), { path: "schedule.metrics[1].max" });
  assert.throws(() => canary.validate({ steps: [undefined] }), { path: "schedule.steps[0]" });
});

test("a value that contains itself is refused", () => {
  const situation = {};
  situation.deployedAt = situation;
  assert.throws(() => decide(situation), { name: "RelcoreError", message: /contains itself/ });
});

test("null, undefined and absent mean the same", () => {
  const plain = decide({ dataCorruption: true });
  assert.deepEqual(decide({ dataCorruption: true, deployedAt: undefined, latencyObserved: null }), plain);
});

test("dates go in, text comes out", () => {
  assert.equal(time.localDate(new Date("2026-11-23T23:30:00Z"), "Europe/Berlin"), "2026-11-24");
  const [first] = time.buckets({ start: NOW, end: new Date(+NOW + 1) }, "day", "UTC", "monday");
  assert.deepEqual(first, { start: "2026-11-23T00:00:00.000Z", end: "2026-11-24T00:00:00.000Z" });
  assert.throws(() => time.localDate(new Date(8.64e15), "UTC"), { path: "at" });
});

test("integers are not rounded and not wrapped", () => {
  for (const customerIncidents of [-1, 1.7, 2 ** 32]) {
    assert.throws(() => decide({ customerIncidents }), { path: "situation.customerIncidents" });
  }
});

test("objects of classes and without a prototype are plain data", () => {
  class Situation {
    dataCorruption = true;
  }
  const bare = Object.assign(Object.create(null), { dataCorruption: true });
  assert.deepEqual(decide(new Situation()), decide({ dataCorruption: true }));
  assert.deepEqual(decide(bare), decide({ dataCorruption: true }));
});

test("keys in another order and keys of a prototype mean the same", () => {
  const schedule = canary.standardSchedule();
  const state = canary.start(schedule, NOW);
  const reversed = Object.fromEntries(Object.entries(schedule).reverse());
  assert.deepEqual(canary.start({ ...reversed, deadline: undefined }, NOW), state);
  const hidden = Object.create({ stpes: [] }, Object.getOwnPropertyDescriptors(schedule));
  assert.deepEqual(canary.start(hidden, NOW), state);
});

test("texts beyond ASCII arrive as they are, half a character is refused", () => {
  const steps = [
    { type: "gate", name: "g" },
    { type: "set_weight", weight: 100 },
  ];
  const revision = (revision) => {
    const observations = [{ at: NOW, kind: { type: "new_revision", revision } }];
    return canary.nextAction({ steps }, canary.start({ steps }, NOW), observations, NOW).state.revision;
  };
  for (const text of ["fünf", "五", "🚀🚀", "a\u0000b", "\u{1F1E9}\u{1F1EA} x"]) {
    assert.equal(revision(text), text);
  }
  assert.throws(() => revision("\ud83d"), { name: "RelcoreError" });
});

test("null is no default", () => {
  const policy = { ...rollback.defaultPolicy(), smallShare: null };
  assert.throws(() => rollback.decide({}, policy, NOW), { path: "policy.smallShare" });
  assert.deepEqual(rollback.decide({}, { smallShare: undefined }, NOW), rollback.decide({}, {}, NOW));
});

test("a map may have any key", () => {
  const profiles = JSON.stringify(release.standardProfiles().profiles.hotfix);
  const odd = JSON.parse(`{"profiles": {"__proto__": ${profiles}}}`);
  assert.throws(() => release.profile("hotfix", odd), { name: "RelcoreError", message: /__proto__/ });
});

test("arguments beyond the last are ignored, as by every function", () => {
  assert.deepEqual(["90s", "1h"].map(time.parseSpan), ["PT1M30S", "PT1H"]);
});

test("a getter that throws is heard, and the next call works", () => {
  const bad = {
    get steps() {
      throw new SyntaxError("mine");
    },
  };
  assert.throws(() => canary.validate(bad), SyntaxError);
  assert.equal(canary.plan(canary.standardSchedule(), NOW).steps[0].step, 0);
});

test("results are plain objects of the caller's own", () => {
  const schedule = canary.standardSchedule();
  schedule.steps.length = 0;
  assert.notDeepEqual(canary.standardSchedule(), schedule);
  const range = { start: "1980-01-01T00:00:00Z", end: "2020-01-01T00:00:00Z" };
  const days = time.buckets(range, "day", "UTC", "monday");
  assert.equal(days.length, 14_610);
  assert.deepEqual(structuredClone(days[0]), days[0]);
});

test("inputs are not changed", () => {
  const schedule = canary.standardSchedule();
  const before = structuredClone(schedule);
  canary.start(schedule, NOW);
  assert.deepEqual(schedule, before);
});
