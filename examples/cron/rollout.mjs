// One tick of a rollout, for cron: the state is a JSON file.
//
//     * * * * * flock --nonblock /var/lib/rollout/lock node rollout.mjs /var/lib/rollout
//
// The folder has `schedule.yaml`, and `metrics.json` with the latest readings. As `rollout_json.py`: store the state before
// you move the traffic, replace its file as a whole, and set the routing of the stored state at every tick.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { canary, fromJson, toJson } from "relcore";

const [folder, time] = process.argv.slice(2);
const now = time ? new Date(time) : new Date();
const read = (name) => readFileSync(join(folder, name), "utf8");

const rollout = new canary.Rollout(
  canary.scheduleFromYaml(read("schedule.yaml")),
);
const stored = existsSync(join(folder, "state.json"));
const state = stored
  ? fromJson("canary.State", read("state.json"))
  : rollout.start(now);
const readings = JSON.parse(read("metrics.json"));
const observations = rollout.schedule.metrics.map(({ name }) => {
  const { value, n } = readings[name] ?? {};
  if (value === undefined) return canary.missingValue(name, now);
  return canary.measurement(name, value, now, n);
});
const decision = rollout.nextAction(state, observations, now);
replace("state.json", toJson("canary.State", decision.state));
replace(
  "router.json",
  JSON.stringify({ canary: canary.routing(decision.state).weight }),
);
console.log(canary.explain(decision));

/** Replaces a file: a reader finds the old text or the new one, never a part. */
function replace(name, text) {
  const draft = openSync(join(folder, `${name}.draft`), "w");
  writeSync(draft, text);
  fsyncSync(draft);
  closeSync(draft);
  renameSync(join(folder, `${name}.draft`), join(folder, name));
}
