"use strict";
// Values to JSON text and back, by the name of their type.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { canary, fromJson, metrics, rollback, toJson } = require("relcore");

const now = new Date("2026-11-23T09:00:00Z");

test("what a function returns is read back", () => {
  const schedule = canary.standardSchedule();
  const state = canary.start(schedule, now);
  const decision = canary.nextAction(schedule, state, [], now);
  for (const [type, value] of [
    ["canary.Schedule", schedule],
    ["canary.State", state],
    ["canary.Decision", decision],
    ["canary.Action", decision.verdict],
    ["Reason", decision.reasons[0]],
    ["metrics.Policy", metrics.defaultPolicy()],
    ["rollback.Policy", rollback.defaultPolicy()],
  ]) {
    const text = toJson(type, value);
    assert.deepEqual(fromJson(type, text), value);
    assert.deepEqual(JSON.parse(text), value, type);
  }
});

test("an argument may have dates and leave defaults out", () => {
  const range = { start: now, end: new Date("2026-11-24T09:00:00Z") };
  assert.equal(
    toJson("TimeRange", range),
    '{"start":"2026-11-23T09:00:00.000Z","end":"2026-11-24T09:00:00.000Z"}',
  );
  const steps = [{ type: "set_weight", weight: 100 }];
  assert.equal(fromJson("canary.Schedule", JSON.stringify({ steps })).abort, "roll_back");
});

test("what JSON.stringify would drop is refused", () => {
  const steps = [{ type: "set_weight", weight: 100 }];
  for (const [metric, path] of [
    [{ name: "errors", max: NaN }, "value.metrics[0].max"],
    [{ name: "errors", max: () => 1 }, "value.metrics[0].max"],
    [new Map([["name", "errors"]]), "value.metrics[0]"],
    [{ name: "errors", maximum: 1 }, "value.metrics[0].maximum"],
  ]) {
    assert.throws(() => toJson("canary.Schedule", { steps, metrics: [metric] }), { path });
  }
});

test("faults have codes and paths", () => {
  const read = (text) => () => fromJson("canary.Action", text);
  assert.throws(read('{"type":"roll_bakc","previous":5}'), { code: "invalid_value", path: "type" });
  assert.throws(read('{"type":"roll_back","previus":5}'), { code: "unknown_field", path: "previus" });
  assert.throws(read('{"type":"hold","type":"hold"}'), { code: "syntax" });
  assert.throws(() => fromJson("canary.Actoin", "{}"), { code: "invalid_value", path: "type" });
  assert.throws(() => fromJson("canary.Action", { type: "hold" }), { code: "wrong_type", path: "text" });
  assert.throws(() => toJson(canary.Rollout, {}), { code: "wrong_type", path: "type" });
});
