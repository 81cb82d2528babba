"use strict";
// A handle is checked and digested once, and nobody can change it.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { setImmediate } = require("node:timers/promises");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");
const { Worker } = require("node:worker_threads");
const { RelcoreError, canary, metrics, rollback } = require("relcore");

const NOW = new Date("2026-11-23T09:00:00Z");
const STEPS = [
  { type: "set_weight", weight: 5 },
  { type: "gate", name: "g" },
  { type: "set_weight", weight: 100 },
];

test("a handle gives the same results as the functions", () => {
  const schedule = canary.standardSchedule();
  const rollout = new canary.Rollout(schedule);
  const state = rollout.start(NOW);
  assert.deepEqual(state, canary.start(schedule, NOW));
  assert.deepEqual(rollout.nextAction(state, [], NOW), canary.nextAction(schedule, state, [], NOW));
  assert.deepEqual(rollout.plan(NOW), canary.plan(schedule, NOW));
  const engine = new rollback.Engine(rollback.defaultPolicy());
  const situation = { dataCorruption: true };
  assert.deepEqual(engine.decide(situation, NOW), rollback.decide(situation, rollback.defaultPolicy(), NOW));
  assert.deepEqual(new metrics.Engine({}).policy, metrics.defaultPolicy());
});

test("a handle has its policy and the digest of it", () => {
  const rollout = new canary.Rollout({ steps: STEPS });
  assert.deepEqual(rollout.schedule.steps, STEPS);
  assert.match(rollout.digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(rollout.digest, rollout.start(NOW).scheduleDigest);
  assert.equal(new canary.Rollout(rollout.schedule).digest, rollout.digest);
});

test("a handle is written as its policy, and may be passed as one", () => {
  const rollout = new canary.Rollout({ steps: STEPS });
  assert.deepEqual(JSON.parse(JSON.stringify(rollout)), rollout.schedule);
  assert.equal(new canary.Rollout(JSON.parse(JSON.stringify(rollout))).digest, rollout.digest);
  assert.deepEqual(canary.start(rollout, NOW), rollout.start(NOW));
});

test("what changes after the construction does not change the handle", () => {
  const schedule = { steps: structuredClone(STEPS) };
  const rollout = new canary.Rollout(schedule);
  const { digest } = rollout;
  schedule.steps[0].weight = 50;
  rollout.schedule.steps[0].weight = 50;
  assert.throws(() => {
    rollout.schedule = schedule;
  }, TypeError);
  assert.equal(rollout.nextAction(rollout.start(NOW), [], NOW).verdict.weight, 5);
  assert.equal(rollout.schedule.steps[0].weight, 5);
  assert.equal(rollout.digest, digest);
});

test("a changed state is judged as it is", () => {
  const rollout = new canary.Rollout(canary.standardSchedule());
  const { state } = rollout.nextAction(rollout.start(NOW), [], NOW);
  const revision = (state) => rollout.nextAction(state, [], NOW).state.revision;
  assert.deepEqual([revision(state), revision({ ...state, revision: "v2" })], [undefined, "v2"]);
  state.revision = "v3";
  assert.equal(revision(state), "v3");
});

test("a state of another schedule is refused", () => {
  const [rollout, other] = [5, 6].map(
    (weight) => new canary.Rollout({ steps: [{ type: "set_weight", weight }, ...STEPS.slice(1)] }),
  );
  const { state } = rollout.nextAction(rollout.start(NOW), [], NOW);
  assert.throws(() => other.nextAction(state, [], NOW), { name: "RelcoreError", code: "policy_changed" });
  assert.equal(rollout.nextAction(state, [], NOW).verdict.type, "await_gate");
});

test("a policy that its module refuses makes no handle", () => {
  assert.throws(() => new canary.Rollout({ steps: [] }), { code: "invalid_value", path: "schedule.steps" });
  assert.throws(() => new canary.Rollout({ ...STEPS }), RelcoreError);
  assert.throws(() => new canary.Rollout(), { code: "missing_field", path: "schedule" });
  assert.throws(() => canary.Rollout({ steps: STEPS }), TypeError);
  assert.throws(() => canary.Rollout.prototype.start.call({}, NOW), TypeError);
  assert.throws(() => new rollback.Engine({ smallShare: NaN }), { path: "policy.smallShare" });
});

test("an error of a method begins where the method was called", () => {
  const rollout = new canary.Rollout({ steps: STEPS });
  try {
    rollout.start("soon");
    assert.fail("was accepted");
  } catch ({ path, stack }) {
    assert.equal(path, "now");
    assert.match(stack.split("\n")[1], /Rollout\.start.*canary\.js/);
    assert.match(stack.split("\n")[2], /handles\.test\.js/);
  }
});

test("handles that are no longer used are freed", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const metrics = Array.from({ length: 2000 }, (_, n) => ({ name: `metric ${n}`, max: 1 }));
  const after = async (batches) => {
    for (let n = 0; n < batches * 50; n++) {
      new canary.Rollout({ steps: STEPS, metrics });
      if (n % 50 === 49) {
        gc();
        await setImmediate(); // finalizers run after the collection
      }
    }
    return process.memoryUsage().rss / 2 ** 20;
  };
  const before = await after(2);
  const more = (await after(6)) - before;
  assert.ok(more < 40, `${more} MiB for 300 handles of half a MiB each`);
});

test("each worker makes its own handle from the policy", async () => {
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { canary } = require("relcore");
    const [schedule, now] = workerData;
    const digests = [];
    for (let round = 0; round < 200; round++) {
      const rollout = new canary.Rollout(schedule);
      digests.push(rollout.nextAction(rollout.start(now), [], now).policyDigest);
    }
    parentPort.postMessage([...new Set(digests)]);`;
  const rollout = new canary.Rollout({ steps: STEPS });
  const workers = [1, 2].map(() => {
    const worker = new Worker(code, { eval: true, workerData: [rollout.schedule, NOW] });
    return new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
  });
  for (let round = 0; round < 200; round++) rollout.nextAction(rollout.start(NOW), [], NOW);
  assert.deepEqual(await Promise.all(workers), [[rollout.digest], [rollout.digest]]);
});
