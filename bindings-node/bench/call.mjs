// What a call costs over the core's own time: `npm run bench`. The schedule of `benches/decisions.rs`, which has the
// core's own time: 5 steps, 10 metrics, 10 observations.
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
const reading = { type: "value", value: 0.25, n: 1000 };
const observations = schedule.metrics.map(({ name }) => ({
  at: now,
  kind: { type: "measurement", metric: name, reading },
}));
const short = observations.map((observation) => ({ ...observation, at: now.toJSON() }));
const policy = rollback.defaultPolicy();

const calls = {
  "canary.nextAction, 5 steps, 10 metrics, 10 observations with dates": () =>
    canary.nextAction(schedule, state, observations, now),
  "canary.nextAction, the same with instants as text": () => canary.nextAction(schedule, state, short, now),
  "rollback.decide": () => rollback.decide({ dataCorruption: true }, policy, now),
  "time.parseSpan": () => time.parseSpan("90s"),
};
for (const [name, call] of Object.entries(calls)) {
  console.log(`${best(call).toFixed(2).padStart(8)} µs  ${name}`);
}

/** The best of many short rounds: what the machine can do when nothing else disturbs it. */
function best(call) {
  for (let i = 0; i < 3000; i++) call();
  let best = Infinity;
  for (let round = 0; round < 2000; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 10; i++) call();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 10 / 1000);
  }
  return best;
}
