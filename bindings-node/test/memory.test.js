"use strict";
// What is kept on the native side is never answered from when anybody could have changed it since.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Worker } = require("node:worker_threads");
const native = require("../native.js");
const { canary, rollback, time } = require("relcore");

const NOW = new Date("2026-11-23T09:00:00Z");
const HOUR = 3_600_000;
const REST = [
  { type: "gate", name: "g" },
  { type: "set_weight", weight: 100 },
].map(Object.freeze);

function everyObject(value, check) {
  if (typeof value !== "object" || value === null) return;
  check(value);
  for (const inner of Object.values(value)) everyObject(inner, check);
}

test("every answer is frozen to its depth, and plain", () => {
  const schedule = canary.standardSchedule();
  const decision = canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW);
  const answers = [
    schedule,
    decision,
    rollback.decide({}, {}, NOW),
    time.buckets(range(NOW), "day", "UTC", "monday"),
  ];
  for (const answer of answers) {
    everyObject(answer, (object) => assert.ok(Object.isFrozen(object)));
    assert.deepEqual(structuredClone(answer), answer);
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  }
  assert.throws(() => schedule.steps.push({}), TypeError);
  assert.throws(() => (decision.state.weight = 100), TypeError);
});

test("a changed copy is judged as it is", () => {
  const schedule = canary.standardSchedule();
  const { state } = canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW);
  const copy = { ...state, weight: 7 };
  const ordered = [{ at: NOW, kind: { type: "command", command: "abort" } }];
  const previous = (state) => canary.nextAction(schedule, state, ordered, NOW).verdict.previous;
  assert.equal(previous(state), 5);
  assert.equal(previous(copy), 7);
  copy.weight = 8;
  assert.equal(previous(copy), 8);
  assert.equal(previous(state), 5);
});

function range(start) {
  return { start, end: new Date(+start + HOUR) };
}

test("what is frozen only at its surface is read at every call", () => {
  const schedule = Object.freeze({ steps: [{ type: "set_weight", weight: 5 }, ...REST] });
  const weight = () => canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW).verdict.weight;
  assert.equal(weight(), 5);
  schedule.steps[0].weight = 6;
  assert.equal(weight(), 6);
  Object.freeze(schedule.steps[0]);
  Object.freeze(schedule.steps);
  assert.equal(weight(), 6);
});

test("a date can change inside a frozen object", () => {
  const frozen = Object.freeze(range(new Date(NOW)));
  const first = () => time.buckets(frozen, "day", "UTC", "monday")[0].start;
  assert.equal(first(), "2026-11-23T00:00:00.000Z");
  frozen.start.setTime(+NOW - 48 * HOUR);
  assert.equal(first(), "2026-11-21T00:00:00.000Z");
});

test("a getter can change inside a frozen object", () => {
  let weight = 5;
  const step = Object.freeze({
    type: "set_weight",
    get weight() {
      return weight;
    },
  });
  const schedule = Object.freeze({ steps: Object.freeze([step, ...REST]) });
  const decide = () => canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW).verdict.weight;
  assert.equal(decide(), 5);
  weight = 6;
  assert.equal(decide(), 6);
});

test("a constant of one's own is kept, a later one is not taken for it", () => {
  const schedules = [5, 6].map((weight) =>
    Object.freeze({ steps: Object.freeze([Object.freeze({ type: "set_weight", weight }), ...REST]) }),
  );
  for (let round = 0; round < 200; round++) {
    const schedule = schedules[round % 2];
    const { verdict } = canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW);
    assert.equal(verdict.weight, 5 + (round % 2));
  }
});

test("what is forgotten crosses again", () => {
  const schedule = canary.standardSchedule();
  const states = Array.from({ length: 300 }, (_, n) => canary.start(schedule, new Date(+NOW + n)));
  for (const [n, state] of states.entries()) {
    assert.equal(state.startedAt, new Date(+NOW + n).toJSON());
    const decision = canary.nextAction(schedule, state, [], new Date(+NOW + n));
    assert.equal(decision.state.startedAt, state.startedAt);
    assert.deepEqual(canary.nextAction(schedule, structuredClone(state), [], new Date(+NOW + n)), decision);
  }
});

test("what comes back unchanged is named by its number, and is not read again", () => {
  const KEPT = 15;
  const schedule = canary.standardSchedule();
  const own = Object.freeze({ smallShare: 0.2 });
  rollback.decide({}, own, NOW);
  const { state } = canary.nextAction(schedule, canary.start(schedule, NOW), [], NOW);
  const real = native.callBySlots;
  const kinds = [];
  native.callBySlots = (place, list, ...rest) => {
    kinds.push([...list.subarray(0, 2)]);
    return real(place, list, ...rest);
  };
  try {
    assert.equal(canary.nextAction(schedule, state, [], NOW).verdict.type, "hold");
    assert.deepEqual(kinds.pop(), [KEPT, KEPT]);
    canary.nextAction({ ...schedule }, { ...state }, [], NOW);
    assert.ok(!kinds.pop().includes(KEPT));
    rollback.decide(Object.freeze({}), own, NOW);
    assert.ok(kinds.pop().at(0) !== KEPT);
  } finally {
    native.callBySlots = real;
  }
});

test("what is kept as one type is not taken as another", () => {
  const policy = rollback.defaultPolicy();
  const plain = structuredClone(policy);
  const refusal = (value) => {
    try {
      canary.start(value, NOW);
    } catch ({ message }) {
      return message;
    }
    return assert.fail("was taken");
  };
  assert.equal(refusal(policy), refusal(plain));
  assert.ok(rollback.decide({}, policy, NOW));
});

test("two copies of the package in one thread do not mix their values", () => {
  const [first, second] = [require("relcore"), anotherCopy()];
  assert.notEqual(first.canary, second.canary);
  for (let round = 0; round < 100; round++) {
    const schedules = [first, second].map(({ canary }, n) =>
      canary.scheduleFromJson(JSON.stringify({ steps: [{ type: "set_weight", weight: 5 + n }, ...REST] })),
    );
    for (const [n, { canary }] of [first, second].entries()) {
      const { verdict } = canary.nextAction(schedules[n], canary.start(schedules[n], NOW), [], NOW);
      assert.equal(verdict.weight, 5 + n);
      const other = canary.nextAction(schedules[1 - n], canary.start(schedules[1 - n], NOW), [], NOW);
      assert.equal(other.verdict.weight, 6 - n);
    }
  }
});

function anotherCopy() {
  const cached = { ...require.cache };
  for (const name of Object.keys(require.cache)) if (!name.endsWith(".node")) delete require.cache[name];
  const copy = require("relcore");
  Object.assign(require.cache, cached);
  return copy;
}

test("a getter may ask relcore itself", () => {
  const schedule = canary.standardSchedule();
  const state = canary.start(schedule, NOW);
  const asking = {
    get at() {
      return canary.nextAction(schedule, state, [], NOW).state.startedAt;
    },
    kind: { type: "window", open: false },
  };
  const { state: after } = canary.nextAction(schedule, state, [asking], NOW);
  assert.equal(after.windowClosed, true);
  assert.equal(after.observedUntil, NOW.toJSON());
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

test("a worker has a memory of its own", async () => {
  const steps = `'${JSON.stringify({ steps: [{ type: "set_weight", weight: 9 }, ...REST] })}'`;
  const code = `
    const { canary } = require("relcore");
    const now = new Date(${+NOW});
    const weights = [];
    for (let round = 0; round < 200; round++) {
      const schedule = canary.scheduleFromJson(${steps});
      weights.push(canary.nextAction(schedule, canary.start(schedule, now), [], now).verdict.weight);
    }
    require("node:worker_threads").parentPort.postMessage([...new Set(weights)]);`;
  const schedule = canary.standardSchedule();
  const state = canary.start(schedule, NOW);
  const { promise, resolve, reject } = withResolvers();
  const worker = new Worker(code, { eval: true });
  worker.on("message", resolve).on("error", reject);
  const expected = canary.nextAction(schedule, state, [], NOW);
  for (let round = 0; round < 200; round++) {
    assert.deepEqual(canary.nextAction(schedule, state, [], NOW), expected);
  }
  assert.deepEqual(await promise, [9]);
});

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
