"use strict";
const assert = require("node:assert/strict");
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");
const { call, callByJson } = require("../call.js");
const functions = require("../codec.js");
const native = require("../native.js");
const slots = require("../slots.js");
const { canary, release, rollback, time } = require("relcore");

const CASES = join(__dirname, "..", "..", "conformance");
const NOW = new Date("2026-11-23T09:00:00Z");

function cases() {
  const files = readdirSync(CASES, { recursive: true }).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => JSON.parse(readFileSync(join(CASES, name), "utf8")).cases ?? []);
}

function outcome(call) {
  try {
    return { answer: call() };
  } catch ({ name, code, path, message, faults }) {
    return { name, code, path, message, faults };
  }
}

test("slots and JSON give the same answer, and the same refusal", () => {
  let bySlots = 0;
  for (const { call: name, input = {}, description } of cases()) {
    const place = functions.findIndex((each) => each.name === name);
    if (place < 0) continue;
    const values = functions[place].names.map((name) => input[name]);
    const expected = outcome(() => callByJson(place, values));
    assert.deepEqual(
      outcome(() => call(place, values)),
      expected,
      `${name}: ${description}`,
    );
    const answer = slots.call(native, place, functions[place], values);
    if (expected.answer === undefined) assert.equal(answer, undefined, description);
    else assert.deepEqual(answer, expected.answer, description);
    if (answer !== undefined) {
      assert.equal(JSON.stringify(answer), JSON.stringify(expected.answer), description);
      bySlots++;
    }
  }
  assert.ok(bySlots > 300, `${bySlots} crossed as slots`);
});

test("keys in another order, in between, and by number mean the same", () => {
  const schedule = structuredClone(canary.standardSchedule());
  const reversed = (value) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, inner]) => [key, reversed(inner)]),
        );
  const steps = schedule.steps.map(reversed);
  const state = canary.start(schedule, NOW);
  assert.deepEqual(canary.start({ ...reversed(schedule), steps, deadline: undefined }, NOW), state);
  assert.deepEqual(canary.start({ steps }, NOW), canary.start({ steps, metrics: [] }, NOW));
  assert.throws(() => canary.start({ ...schedule, stpes: [] }, NOW), { path: "schedule.stpes" });
  const hidden = Object.create({ stpes: [] }, Object.getOwnPropertyDescriptors(schedule));
  assert.deepEqual(canary.start(hidden, NOW), state);
});

test("texts beyond ASCII keep their places", () => {
  for (const text of ["fünf", "五", "🚀🚀", "a\u0000b", "\u{1F1E9}\u{1F1EA} x", ""]) {
    const observations = [
      { at: NOW, kind: { type: "approval", gate: "g", approved: true, by: text } },
      { at: NOW, kind: { type: "new_revision", revision: `${text}!` } },
    ];
    const schedule = {
      steps: [
        { type: "gate", name: "g" },
        { type: "set_weight", weight: 100 },
      ],
    };
    const { state } = canary.nextAction(schedule, canary.start(schedule, NOW), observations, NOW);
    assert.equal(state.revision, `${text}!`);
  }
});

test("half a character is refused, not replaced", () => {
  const observe = (revision) => [{ at: NOW, kind: { type: "new_revision", revision } }];
  const schedule = canary.standardSchedule();
  const next = (list) => canary.nextAction(schedule, canary.start(schedule, NOW), list, NOW);
  assert.throws(() => next(observe("\ud83d")), { name: "RelcoreError" });
  assert.throws(() => next([...observe("\ud83d"), ...observe("\ude80")]), { name: "RelcoreError" });
});

test("null is no default", () => {
  const policy = { ...rollback.defaultPolicy(), smallShare: null };
  assert.throws(() => rollback.decide({}, policy, NOW), { path: "policy.smallShare" });
  assert.deepEqual(rollback.decide({}, { smallShare: undefined }, NOW), rollback.decide({}, {}, NOW));
});

test("numbers are read as from JSON", () => {
  const observed = (errorRateObserved) =>
    rollback.decide({ errorRateObserved, errorRateBaseline: 0, errorRateSamples: 1000 }, {}, NOW);
  assert.deepEqual(observed(-0), observed(0));
  assert.throws(() => time.addBusinessDays("2026-11-23", 2 ** 53, {}), { path: "days" });
  assert.throws(() => time.addBusinessDays("2026-11-23", 0.5, {}), { path: "days" });
});

test("a map takes any key", () => {
  const profiles = structuredClone(release.standardProfiles());
  const [profile] = Object.values(profiles.profiles);
  const odd = JSON.parse(`{"profiles": {"__proto__": ${JSON.stringify(profile)}}}`);
  for (const overrides of [profiles, odd]) {
    const place = functions.findIndex(({ name }) => name === "release.profile");
    const direct = outcome(() => call(place, ["hotfix", overrides]));
    assert.deepEqual(
      direct,
      outcome(() => callByJson(place, ["hotfix", overrides])),
    );
  }
});

test("what is too large for slots crosses as JSON", () => {
  const observations = Array.from({ length: 5000 }, (_, n) => ({
    at: new Date(+NOW + n),
    kind: { type: "window", open: true },
  }));
  const schedule = canary.standardSchedule();
  const [first] = canary.simulate(schedule, observations, NOW, "PT1H", new Date(+NOW + 3_600_000));
  assert.equal(first.verdict.type, "set_weight");
  const range = { start: "1980-01-01T00:00:00Z", end: "2020-01-01T00:00:00Z" };
  const days = time.buckets(range, "day", "UTC", "monday");
  assert.ok(days.length === 14_610 && Object.isFrozen(days) && Object.isFrozen(days[0]));
});
