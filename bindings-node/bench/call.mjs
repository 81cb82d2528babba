// What a call costs over the core's own time, which `bench/core.rs` measures in the same run, of the same input:
// `npm run bench`. The schedule is that of `benches/decisions.rs`: 5 steps, 10 metrics, 10 observations.
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { canary, rollback, time } from "relcore";

const schedule = canary.scheduleFromJson(
  JSON.stringify({
    steps: [
      { type: "set_weight", weight: 5 },
      { type: "bake", min: "PT1H", max: "P999D" },
      { type: "set_weight", weight: 25 },
      { type: "bake", min: "PT4H", max: "P999D" },
      { type: "set_weight", weight: 100 },
    ],
    metrics: Array.from({ length: 10 }, (_, n) => ({ name: `metric-${n}`, max: 0.5 })),
  }),
);
const begin = new Date("2026-11-23T09:00:00Z");
const now = new Date("2026-11-23T09:10:00Z");
const { state } = canary.nextAction(schedule, canary.start(schedule, begin), [], begin);
const measured = (at) =>
  schedule.metrics.map(({ name }) => ({
    at,
    kind: { type: "measurement", metric: name, reading: { type: "value", value: 0.25, n: 1000 } },
  }));
const [dates, texts] = [measured(now), measured(now.toJSON())];
const thawed = structuredClone([schedule, state]);
const policy = rollback.defaultPolicy();

let [last, millis] = [state, +now];
const calls = {
  "canary.nextAction, observations with dates": [
    "canary",
    () => canary.nextAction(schedule, state, dates, now),
  ],
  "the same with instants as text": ["canary", () => canary.nextAction(schedule, state, texts, now)],
  "the same in a loop, each with the state of the call before": [
    "loop",
    () => {
      const at = new Date((millis += 60_000));
      last = canary.nextAction(schedule, last, measured(at), at).state;
    },
  ],
  "the same with schedule and state as objects of one's own": [
    "canary",
    () => canary.nextAction(...thawed, dates, now),
  ],
  "rollback.decide": ["rollback", () => rollback.decide({ dataCorruption: true }, policy, now)],
  "time.parseSpan": ["span", () => time.parseSpan("90s")],
};

const input = [schedule, state].map((value) => JSON.stringify(value));
const core = coreTimes([...input, now.toJSON(), ...texts.map((each) => JSON.stringify(each))]);
console.log("    call     core     over  (µs, the best of many rounds)");
for (const [name, [of, call]] of Object.entries(calls)) {
  const micros = best(call);
  const columns = [micros, core[of], micros - core[of]].map((each) => each.toFixed(2).padStart(8));
  console.log(`${columns.join(" ")}  ${name}`);
}

/** The best of many short rounds: what the machine can do when nothing else disturbs it. */
function best(call) {
  for (let i = 0; i < 20_000; i++) call();
  let best = Infinity;
  for (let round = 0; round < 12_000; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 10; i++) call();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 10 / 1000);
  }
  return best;
}

function coreTimes(input) {
  const cwd = dirname(fileURLToPath(import.meta.url));
  const cargo = ["run", "--quiet", "--release", "--package", "relcore-node", "--example", "core", "--"];
  const output = execFileSync("cargo", [...cargo, ...input], { cwd, encoding: "utf8" });
  const lines = output.trim().split("\n");
  return Object.fromEntries(lines.map((line) => [line.split(" ")[1], Number(line.split(" ")[0]) / 1000]));
}
