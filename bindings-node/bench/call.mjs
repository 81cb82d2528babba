// What a call costs over the core's own time, which `core.rs` measures in this process for the same input:
// `npm run bench`. A schedule of five steps with one, three and ten metrics; each call has a measurement of every metric.
// The state comes from JSON: that of a rollout that has just begun, and with ten metrics also one whose metrics were
// measured before.
import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { canary, rollback, time } from "relcore";

const ROUNDS = 3000;
const { coreNanos } = measuredCore();
const begin = new Date("2026-11-23T03:00:00Z");
const now = new Date("2026-11-23T03:01:00Z");
const later = new Date("2026-11-23T03:02:00Z");

function scheduleOf(metrics) {
  const steps = [
    { type: "set_weight", weight: 5 },
    { type: "bake", min: "10m", max: "1h" },
    { type: "set_weight", weight: 25 },
    { type: "bake", min: "10m", max: "1h" },
    { type: "set_weight", weight: 100 },
  ];
  return { steps, metrics: Array.from({ length: metrics }, (_, n) => ({ name: `metric_${n}`, max: 5 })) };
}

/** A measurement of every metric. */
function measurements(schedule, at) {
  const reading = { type: "value", value: 4.2, n: 500 };
  return schedule.metrics.map(({ name: metric }) => ({
    at,
    kind: { type: "measurement", metric, reading },
  }));
}

/** A state as it comes from a store. */
function stored(state) {
  return JSON.parse(JSON.stringify(state));
}

console.log("  call least median   core least median   over least median (µs)");
for (const metrics of [1, 3, 10]) {
  const schedule = scheduleOf(metrics);
  const rollout = new canary.Rollout(schedule);
  const begun = stored(rollout.nextAction(rollout.start(begin), [], begin).state);
  const observed = stored(rollout.nextAction(begun, measurements(schedule, now), now).state);
  compare(`${metrics} measurements, instants as \`Date\``, begun, now);
  compare(`${metrics} measurements, instants as text`, begun, now.toJSON());
  if (metrics === 10) compare("the same as `Date`, measured before", observed, later);
  if (metrics === 1) {
    const observations = measurements(schedule, now);
    report("canary.nextAction of one", () => canary.nextAction(schedule, begun, observations, now));
  }

  function compare(name, state, at) {
    const observations = measurements(schedule, at);
    const input = [JSON.stringify(schedule), JSON.stringify([state, observations, at])];
    report(
      `rollout.nextAction, ${name}`,
      () => rollout.nextAction(state, observations, at),
      () => coreNanos(...input, 10) / 1000,
    );
  }
}
const engine = new rollback.Engine(rollback.defaultPolicy());
report("engine.decide", () => engine.decide({ dataCorruption: true }, now));
report("time.parseSpan", () => time.parseSpan("90s"));

/** The least and the median of many short rounds, each of ten calls; the rounds of both alternate. */
function report(name, call, core = () => NaN) {
  for (let warm = 0; warm < 20_000; warm++) call();
  const [calls, cores] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let n = 0; n < 10; n++) call();
    calls.push(Number(process.hrtime.bigint() - start) / 10 / 1000);
    cores.push(core());
  }
  const both = (list) => [Math.min(...list), list.sort((a, b) => a - b)[ROUNDS >> 1]];
  const [whole, own] = [both(calls), both(cores)];
  const columns = [...whole, ...own, ...whole.map((micros, n) => micros - own[n])];
  console.log(`${columns.map((each) => each.toFixed(2).padStart(9)).join(" ")}  ${name}`);
}

function measuredCore() {
  const cwd = join(import.meta.dirname, "..");
  const build = ["build", "--release", "--package", "relcore-node", "--example", "core"];
  const messages = execFileSync("cargo", [...build, "--message-format", "json"], { cwd, encoding: "utf8" });
  const artifacts = messages
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const [library] = artifacts.find(({ target, filenames }) => target?.name === "core" && filenames).filenames;
  const file = `${library}.node`;
  copyFileSync(library, file);
  return createRequire(import.meta.url)(file);
}
