// Ask what to do with a canary, as a deploy script would every minute. Run where relcore is installed.
import { canary } from "relcore";

const schedule = canary.scheduleFromYaml(`
steps:
  - { type: set_weight, weight: 5 }
  - { type: bake, min: 1h, max: 2h }
  - { type: set_weight, weight: 100 }
metrics:
  - { name: error_rate, max: 0.01 }
`);
const start = new Date("2026-11-23T09:00:00Z");
let state = canary.start(schedule, start);
state = canary.nextAction(schedule, state, [], start).state;

const errorRates = [0.002, 0.004, 0.09];
for (const [tick, value] of errorRates.entries()) {
  const at = new Date(start.getTime() + (tick + 1) * 60_000);
  const reading = { type: "value", value, n: 1000 };
  const kind = { type: "measurement", metric: "error_rate", reading };
  const decision = canary.nextAction(schedule, state, [{ at, kind }], at);
  state = decision.state;
  console.log(canary.explain(decision));
}
