import { RelcoreError, canary, metrics, rollback, time } from "relcore";
import type { Instant, ReasonCode, TimeRange, Timestamp } from "relcore";
import { Rollout } from "relcore/canary";
import commitlint, { rules } from "relcore/commitlint";
import { analyzeCommits, type Options } from "relcore/semantic-release";

const schedule: canary.Schedule = {
  steps: [
    { type: "set_weight", weight: 5 },
    { type: "bake", min: "1h", max: "PT2H" },
  ],
};
const at: Instant = new Date();
const observations: readonly canary.Observation[] = [
  { at, kind: { type: "measurement", metric: "m", reading: { type: "value", value: 1, n: 1 } } },
];
const decision: canary.Decision<Timestamp> = canary.nextAction(
  schedule,
  canary.start(schedule, at),
  observations,
  at,
);
const next: string | undefined = decision.nextCheckAt;
const again = canary.nextAction(schedule, decision.state, [], at);

// A handle has the functions without the policy.
const rollout: canary.Rollout = new Rollout(schedule);
const through: canary.Decision<Timestamp> = rollout.nextAction(rollout.start(at), observations, at);
const digest: string = rollout.digest;
canary.start(rollout.schedule, at);
// @ts-expect-error: a handle never changes
rollout.schedule = schedule;
// @ts-expect-error: only the constructor makes a handle
const imitated: canary.Rollout = { ...rollout };

// The known codes are offered, and a later version may have others.
const code: ReasonCode | undefined = decision.reasons[0]?.code;
const isKnown = code === "gate_pending" || code === "a_later_code";

// A result has text, an argument may have both.
const [first] = time.buckets({ start: at, end: "2026-11-24T00:00:00Z" }, "day", "UTC", "monday");
const text: string | undefined = first?.start;
const range: TimeRange = { start: at, end: at };
metrics.doraColumns({}, metrics.defaultPolicy(), range, "month", "UTC");

// A union is told apart by its type, and every case is known.
function weight(step: canary.Step): number | undefined {
  switch (step.type) {
    case "set_weight":
      return step.weight;
    default:
      return undefined;
  }
}

// @ts-expect-error: no such step
const unknown: canary.Step = { type: "set_wait", weight: 5 };
// @ts-expect-error: a field that does not exist
const misspelt: canary.Schedule = { steps: [], metric: [] };
// @ts-expect-error: results are readonly
decision.reasons = [];
// @ts-expect-error: an argument is missing
rollback.decide({}, rollback.defaultPolicy());
// @ts-expect-error: not one of the units
time.buckets(range, "fortnight", "UTC", "monday");
// @ts-expect-error: the columns of instants are 64-bit integers
const columns: metrics.DeploymentColumns = { finishedAt: [1], outcome: new Uint8Array(1) };
// @ts-expect-error: errors are made by relcore alone
new RelcoreError("x");

// The plugins: of semantic-release, with the part of its context that they read, and of commitlint.
const options: Options = { window: "windows.yaml", change: { dialect: "angular" }, audience: "user" };
const logger = { log: () => undefined, warn: () => undefined };
const step: "major" | "minor" | "patch" | null = analyzeCommits(options, { commits: [], logger });
const lint = { ...commitlint, rules: { ...rules, "relcore-lint": [2, "always", { squash: "expand" }] } };
// @ts-expect-error: semantic-release decides it
const line: Options = { versioning: { line: "1.x" } };

try {
  time.parseSpan("soon");
} catch (error) {
  if (error instanceof RelcoreError && error.code === "invalid_value") error.faults.map(({ path }) => path);
}
export {
  again,
  columns,
  digest,
  imitated,
  isKnown,
  line,
  lint,
  misspelt,
  next,
  step,
  text,
  through,
  unknown,
};
export { weight };
