// Should this canary go on? Ask once a minute with what was measured.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../bindings-node/package.json", import.meta.url));
const { canary } = require("relcore");

const schedule = canary.scheduleFromYaml(readFileSync("examples/canary/schedule.yaml", "utf8"));
const rollout = new canary.Rollout(schedule);
let now = Date.parse("2026-11-23T03:00:00Z");
let decision = rollout.nextAction(rollout.start(new Date(now)), [], new Date(now));
console.log(canary.explain(decision));

for (const errorRate of [1.2, 4.2, 5.1, 6.3]) {
  now += 10_000;
  const observations = [canary.measurement("error_rate", errorRate, new Date(now), 500)];
  decision = rollout.nextAction(decision.state, observations, new Date(now));
}
console.log(canary.explain(decision));
