// The public API, written by `cargo xtask codegen`: declarations, and the first sentences of their docs.

// index.d.ts
/** An instant in a result: RFC 3339 in UTC, to the millisecond. */
export type Timestamp = string;
/** An instant in an argument: RFC 3339 text, or a valid `Date`. */
export type Instant = Timestamp | Date;
/** A signed span: ISO 8601 (`PT1H30M`); in arguments also units like `90s` and `2h 30m`. */
export type Span = string;
/** A calendar day without a zone: `2026-11-23`. */
export type NaiveDate = string;
/** A version by Semantic Versioning 2.0.0: `1.2.3-rc.1`. */
export type Version = string;
/** A number of things: an integer from 0 to `Number.MAX_SAFE_INTEGER`. */
export type Count = number;
/** The version of relcore. */
export declare const VERSION: string;
/** An input was refused. */
export declare class RelcoreError extends Error {
  private constructor();
  readonly name: "RelcoreError";
  /** The stable code of the first fault. */
  readonly code: ErrorKind;
  /** The path of the first fault, beginning with the argument: `schedule.steps[1].weight`. */
  readonly path: string;
  /** Every fault, in the order of the input. */
  readonly faults: readonly Fault[];
}
/** The stable code of a reason. */
export type ReasonCode =
  | "abort_ordered"
  | "analysis_incomplete"
  | "bake_overdue"
  | "bake_running"
  | "canary_not_ready"
  | "canary_unhealthy"
  | "deadline_passed"
  | "error_limit_exceeded"
  | "failure_limit_exceeded"
  | "gate_expired"
  | "gate_refused"
  | "gate_pending"
  | "inconclusive_limit_exceeded"
  | "metric_critical"
  | "metric_not_good"
  | "metric_unmeasured"
  | "no_data"
  | "order_applied"
  | "order_outdated"
  | "paused"
  | "pause_running"
  | "run_over"
  | "run_succeeded"
  | "samples_too_few"
  | "stable_recovered"
  | "stable_unhealthy"
  | "stale_data"
  | "weight_set"
  | "window_closed"
  | "fact_missing"
  | "version_not_greater"
  | "version_skipped"
  | "first_release"
  | "version_step"
  | "prerelease_graduated"
  | "prerelease_version"
  | "below_one"
  | "security_fix"
  | "security_unrated"
  | "security_fix_opt_in"
  | "lts_line"
  | "version_outside_line"
  | "breaking_without_major"
  | "feature_in_patch"
  | "lts_below_one"
  | "stability_unclear"
  | "declared_otherwise"
  | "declared_kind"
  | "critical_functionality_broken"
  | "vulnerability_introduced"
  | "data_corruption"
  | "latency_increase"
  | "error_rate_increase"
  | "error_rate_within_chance"
  | "error_rate_underpowered"
  | "customer_incidents"
  | "rollback_window_open"
  | "rollback_window_closed"
  | "no_previous_version"
  | "rollback_loses_data"
  | "migration_irreversible"
  | "no_criterion_met"
  | "criteria_unknown"
  | "only_warnings"
  | "flag_ends_fault"
  | "rollback_safety_unknown"
  | "rollback_ruled_out"
  | "no_way_out"
  | "serious_and_widespread"
  | "rollback_proven"
  | "rollback_risky"
  | "fix_preferred"
  | "neither_is_safe"
  | "harm_proven"
  | "within_margin"
  | "degraded_within_margin"
  | "counts_inconclusive"
  | "counts_too_small"
  | "no_exposure"
  | "events_without_exposure"
  | (string & {});
/** The length of the buckets of a report, in the calendar of a time zone. */
export type BucketUnit = "day" | "week" | "month" | "quarter" | "year";
/** The step between two versions: the leftmost part that differs. */
export type Bump = "none" | "prerelease" | "patch" | "minor" | "major";
/** Defines business days: the weekend, holidays and make-up days. */
export interface BusinessCalendar {
  /** The days of the week without work. */
  readonly weekend?: readonly Weekday[] | undefined;
  /** Dates without work, on any day of the week. */
  readonly holidays?: readonly NaiveDate[] | undefined;
  /** Make-up days: business days even on a weekend or a holiday. */
  readonly workingDays?: readonly NaiveDate[] | undefined;
}
/** The kinds of mistakes, with stable codes (their wire text). */
export type ErrorKind =
  | "syntax"
  | "unknown_field"
  | "missing_field"
  | "wrong_type"
  | "invalid_value"
  | "out_of_range"
  | "duplicate"
  | "unordered"
  | "unknown_reference"
  | "unknown_zone"
  | "policy_changed"
  | "unknown_function";
/** The facts behind a reason. */
export interface Evidence {
  /** The measured value, in `unit`. */
  readonly observed?: number | undefined;
  /** The limit that it was compared with, in `unit`. */
  readonly threshold?: number | undefined;
  /** The unit of `observed`, `threshold` and `interval`: a UCUM code such as `%`, `s`, `ms`, or `1` for a ratio. */
  readonly unit?: string | undefined;
  /** The number of items or samples behind `observed`. */
  readonly n?: Count | undefined;
  /** The p-value of the test, if there was one. */
  readonly p?: number | undefined;
  /** The confidence interval of `observed`. */
  readonly interval?: Interval | undefined;
  /** The message of a query that failed. */
  readonly error?: string | undefined;
}
/** One mistake in an input. */
export interface Fault {
  /** The kind of mistake; its wire text is the stable code. */
  readonly code: ErrorKind;
  /** The path from the argument to the field: `schedule.steps[1].weight`. */
  readonly path: string;
  /** A sentence for a person: what is wrong and what was expected. */
  readonly text: string;
  /** The line of a YAML text, from 1. */
  readonly line?: number | undefined;
  /** The column in the line, from 1: the unknown key, or the value that is wrong. */
  readonly column?: number | undefined;
}
/** A confidence interval, both ends included. */
export interface Interval {
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
  /** The confidence level, as a share: `0.95`. */
  readonly level: number;
}
/** One reason of a decision. */
export interface Reason {
  /** The stable code of the rule. */
  readonly code: ReasonCode;
  /** How serious it is. */
  readonly severity: Severity;
  /** The metric, step, criterion or fact that the reason is about. */
  readonly subject: string;
  /** A sentence for a person: subject, observed value, threshold, consequence. */
  readonly text: string;
  /** The facts behind the sentence. */
  readonly evidence?: Evidence | undefined;
}
/** How serious a reason is, in the words of PagerDuty's Common Event Format. */
export type Severity = "info" | "warning" | "error" | "critical";
/** A half-open range of time: `start` is included, `end` is not. */
export interface TimeRange<At extends Instant = Instant> {
  /** The first instant of the range. */
  readonly start: At;
  /** The first instant after the range; `start` or later. */
  readonly end: At;
}
/** A day of the week. */
export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
/** Decides whether a canary advances, holds or rolls back. */
export * as canary from "./canary.js";
/** The parts that every decision has, and the text that a person reads. */
export * as decision from "./decision.js";
/** Canonical JSON (RFC 8785) and the SHA-256 digest of a value. */
export * as digest from "./digest.js";
/** Converts the text of git and Prometheus to the inputs of the other modules. */
export * as interchange from "./interchange.js";
/** The five delivery metrics of DORA, from deployments, changes and incidents. */
export * as metrics from "./metrics.js";
/** Determines the type of a release and the requirements of each type. */
export * as release from "./release.js";
/** Decides how to recover from a bad release: roll back, fix forward, disable a flag, hold, or ask a person. */
export * as rollback from "./rollback.js";
/** Compares the counts of a canary with those of its baseline: proven worse, proven good enough, or not known yet. */
export * as stats from "./stats.js";
/** Instants, spans, half-open ranges, local days in time zones, metric buckets and business days. */
export * as time from "./time.js";
/** Versions by Semantic Versioning 2.0.0, their order and the step between two of them. */
export * as version from "./version.js";
export { fromJson, toJson, type WireInputs, type WireTypes } from "./lib/json.js";

// canary.d.ts
/** Decides whether a canary advances, holds or rolls back. */
/** The action of an abort. */
export type AbortPolicy = "roll_back" | "freeze";
/** What to do about a canary. */
export type Action =
  | ActionSetWeight
  | ActionHold
  | ActionInconclusive
  | ActionAwaitGate
  | ActionPause
  | ActionComplete
  | ActionRollBack
  | ActionFreeze;
/** Route another share of the traffic to the new version. */
export interface ActionSetWeight {
  readonly type: "set_weight";
  /** The share it had, in percent. */
  readonly previous: number;
  /** The share it gets, in percent. */
  readonly weight: number;
}
/** Leave everything as it is. */
export interface ActionHold {
  readonly type: "hold";
}
/** Leave everything as it is: the measurements do not allow a judgement. */
export interface ActionInconclusive {
  readonly type: "inconclusive";
}
/** Leave everything as it is and ask a person. */
export interface ActionAwaitGate {
  readonly type: "await_gate";
  /** The name of the gate. */
  readonly gate: string;
}
/** Leave everything as it is until an operator resumes. */
export interface ActionPause {
  readonly type: "pause";
}
/** Route all traffic to the new version: the rollout has succeeded. */
export interface ActionComplete {
  readonly type: "complete";
  /** The share it had, in percent. */
  readonly previous: number;
}
/** Route all traffic to the previous version: the rollout has failed. */
export interface ActionRollBack {
  readonly type: "roll_back";
  /** The share the new version had, in percent. */
  readonly previous: number;
}
/** Leave everything as it is for good: the rollout has failed and cannot be rolled back. */
export interface ActionFreeze {
  readonly type: "freeze";
}
/** The response to each cause: something is wrong, or cannot be judged. */
export interface CauseResponses {
  /** A metric failed more often than its limit. */
  readonly failed?: Response | undefined;
  /** A metric's query errored more often in a row than its limit. */
  readonly error?: Response | undefined;
  /** A metric was inconclusive more often than its limit, or a bake ran to its `max` without enough measurements. */
  readonly inconclusive?: Response | undefined;
  /** A metric has no data, or only old data. */
  readonly noData?: Response | undefined;
  /** The deadline has passed. */
  readonly deadline?: Response | undefined;
  /** The new version is not ready for longer than `readiness` allows. */
  readonly notReady?: Response | undefined;
  /** The previous version is not ready, so that a rollback is not possible. */
  readonly stableUnhealthy?: Response | undefined;
}
/** A command of an operator. */
export type Command =
  | "abort"
  | "pause"
  | "resume"
  | "retry"
  | "skip_step"
  | "promote"
  | "promote_full"
  | "accept_inconclusive"
  | "continue_without_stable";
/** The times that the deadline of a rollout does not count: each of them waits for somebody or something else. */
export interface DeadlineExcludes {
  /** Pause steps, and pauses that an operator or a response began. */
  readonly pauses?: boolean | undefined;
  /** The time that a gate waits for an approval. */
  readonly gates?: boolean | undefined;
  /** The time in which the release window is closed. */
  readonly closedWindows?: boolean | undefined;
}
/** What to do about a canary now, why, and the state for the next call. */
export interface Decision<At extends Instant = Instant> {
  /** What to do. */
  readonly verdict: Action;
  /** The state to store and to pass to the next call. */
  readonly state: State<At>;
  /** Why. */
  readonly reasons: readonly Reason[];
  /** The metrics whose measurements the decision lacked, by name. */
  readonly missing: readonly string[];
  /** The first instant at which time alone may change the verdict; absent when only an observation can. */
  readonly nextCheckAt?: At | undefined;
  /** The digest of the schedule. */
  readonly policyDigest: string;
}
/** An error or a warning about a schedule. */
export interface Diagnostic {
  /** The stable code. */
  readonly code: DiagnosticCode;
  /** `error`: the schedule is refused. */
  readonly severity: Severity;
  /** The path from the schedule down: `steps[1].weight`. */
  readonly path: string;
  /** The sentence for a person. */
  readonly text: string;
}
/** The kinds of errors and warnings about a schedule. */
export type DiagnosticCode =
  | "no_steps"
  | "too_many"
  | "weight_out_of_range"
  | "weight_falls"
  | "weight_repeats"
  | "weight_never_full"
  | "span_out_of_range"
  | "bake_max_below_min"
  | "nothing_measured"
  | "analysis_empty"
  | "unknown_metric"
  | "name_empty"
  | "name_repeated"
  | "metric_unlimited"
  | "limit_not_finite"
  | "limits_crossed"
  | "limit_unlikely"
  | "no_metrics"
  | "deadline_unreachable"
  | "bake_never_holds"
  | "bake_never_ends";
/** The meaning of an empty result: the query succeeded, and there is no series. */
export type EmptyResult = "no_data" | "zero" | "good";
/** The approval or refusal of a gate. */
export interface GateApproval<At extends Instant = Instant> {
  /** The name of the gate. */
  readonly gate: string;
  /** Whether the rollout may pass. */
  readonly approved: boolean;
  /** Who approved or refused. */
  readonly by: string;
  /** When. */
  readonly at: At;
}
/** The two sides of a canary. */
export type HealthRole = "canary" | "stable";
/** The latest measurement of a metric. */
export interface LastMeasurement<At extends Instant = Instant> {
  /** When it was made. */
  readonly at: At;
  /** Its result. */
  readonly phase: MeasurementPhase;
  /** Its value, when it had one. */
  readonly value?: number | undefined;
  /** The number of its samples, when known. */
  readonly n?: Count | undefined;
  /** The message of a query that failed, its first 500 characters. */
  readonly error?: string | undefined;
}
/** The result of a measurement. */
export type MeasurementPhase = "successful" | "failed" | "inconclusive" | "no_data" | "error";
/** A measure of the new version while it takes traffic, and the limits of a good value. */
export interface Metric {
  /** The name by which measurements refer to it. */
  readonly name: string;
  /** The greatest good value, in `unit`. */
  readonly max?: number | undefined;
  /** The least good value, in `unit`. */
  readonly min?: number | undefined;
  /** The unit of `max`, `min` and of the values: a UCUM code such as `%`, `s`, `ms`; `1` for a share from 0 to 1. */
  readonly unit?: string | undefined;
  /** How many failed measurements are tolerated in the whole run. */
  readonly failureLimit?: number | undefined;
  /** How many inconclusive measurements are tolerated in the whole run. */
  readonly inconclusiveLimit?: number | undefined;
  /** How many errored queries in a row are tolerated. */
  readonly consecutiveErrorLimit?: number | undefined;
  /** A measurement of fewer samples, or of an unknown number of samples, is inconclusive. */
  readonly minSamples?: Count | undefined;
  /** A measurement older than this counts as no data. */
  readonly maxAge?: Span | undefined;
  /** Whether a single failed measurement ends the rollout, whatever the limits and responses. */
  readonly critical?: boolean | undefined;
  /** How long after the new version got its first traffic the metric says nothing about it: measurements until then are ignored. */
  readonly initialDelay?: Span | undefined;
  /** How far back the query looks: 5 minutes for `rate(errors[5m])`. */
  readonly window?: Span | undefined;
  /** The meaning of an empty result. */
  readonly empty?: EmptyResult | undefined;
}
/** The counts of a metric, and its latest measurement. */
export interface MetricState<At extends Instant = Instant> {
  /** The name of the metric. */
  readonly name: string;
  /** Failed measurements in this run. */
  readonly failed?: number | undefined;
  /** Inconclusive measurements in this run. */
  readonly inconclusive?: number | undefined;
  /** Errored queries since the last measurement. */
  readonly consecutiveErrors?: number | undefined;
  /** Good measurements in this step. */
  readonly successes?: number | undefined;
  /** Samples gathered in this step. */
  readonly samples?: Count | undefined;
  /** The latest measurement. */
  readonly last?: LastMeasurement<At> | undefined;
  /** The end of the latest window whose samples were counted, for a metric with a `window`. */
  readonly sampledUntil?: At | undefined;
}
/** Something that happened or was measured at an instant. */
export interface Observation<At extends Instant = Instant> {
  /** The instant: not after `now`, and of a measurement after the latest one of its metric. */
  readonly at: At;
  /** The event or the measurement. */
  readonly kind: ObservationKind;
}
/** What was observed. */
export type ObservationKind =
  | ObservationKindHealth
  | ObservationKindMeasurement
  | ObservationKindWindow
  | ObservationKindApproval
  | ObservationKindCommand
  | ObservationKindNewRevision;
/** Whether one side can serve at all. */
export interface ObservationKindHealth {
  readonly type: "health";
  /** Which side. */
  readonly role: HealthRole;
  /** Whether it is ready. */
  readonly healthy: boolean;
}
/** A metric was queried. */
export interface ObservationKindMeasurement {
  readonly type: "measurement";
  /** The name of the metric in the schedule. */
  readonly metric: string;
  /** The result of the query. */
  readonly reading: Reading;
}
/** The release window opened or closed. */
export interface ObservationKindWindow {
  readonly type: "window";
  /** Whether it is open. */
  readonly open: boolean;
}
/** A person approved or refused a gate. */
export interface ObservationKindApproval {
  readonly type: "approval";
  /** The name of the gate in the schedule. */
  readonly gate: string;
  /** Whether the rollout may pass. */
  readonly approved: boolean;
  /** Who approved or refused. */
  readonly by: string;
}
/** An operator gave a command. */
export interface ObservationKindCommand {
  readonly type: "command";
  /** The command. */
  readonly command: Command;
  /** Who gave it, when known. */
  readonly by?: string | undefined;
  /** Why, when known. */
  readonly reason?: string | undefined;
}
/** Another version is rolled out from now on: the run begins again without traffic. */
export interface ObservationKindNewRevision {
  readonly type: "new_revision";
  /** The name of the new version. */
  readonly revision: string;
}
/** A command of an operator that was applied. */
export interface Order<At extends Instant = Instant> {
  /** The command. */
  readonly command: Command;
  /** When it was given. */
  readonly at: At;
  /** Who gave it, when known. */
  readonly by?: string | undefined;
  /** Why, when known. */
  readonly reason?: string | undefined;
}
/** Whether a rollout is under way. */
export type Phase = "progressing" | "paused" | "succeeded" | "rolled_back" | "frozen";
/** When a step begins and ends. */
export interface PlannedStep {
  /** The index of the step in the schedule. */
  readonly step: number;
  /** The share of the traffic that the new version has during the step, in percent. */
  readonly weight: number;
  /** The earliest instant at which the step begins. */
  readonly earliestStart: Timestamp;
  /** The earliest instant at which it ends. */
  readonly earliestEnd: Timestamp;
  /** The latest instant at which it ends; absent when it, or a step before it, waits without limit. */
  readonly latestEnd?: Timestamp | undefined;
}
/** How long the new version may be unready. */
export interface Readiness {
  /** How long after its start, or after its weight rose, the version may be unready. */
  readonly deadline?: Span | undefined;
  /** How long it may be unready at any time: a restarted pod, a node that is drained. */
  readonly grace?: Span | undefined;
}
/** The result of a metric's query. */
export type Reading = ReadingValue | ReadingMissing | ReadingEmpty | ReadingFailed;
/** A finite number. */
export interface ReadingValue {
  readonly type: "value";
  /** The number, in the unit of the metric. */
  readonly value: number;
  /** How many samples it was computed from, when known. */
  readonly n?: Count | undefined;
}
/** No value, for instance one that is not a number. */
export interface ReadingMissing {
  readonly type: "missing";
}
/** The query succeeded, and its result is empty. */
export interface ReadingEmpty {
  readonly type: "empty";
}
/** The query failed. */
export interface ReadingFailed {
  readonly type: "failed";
  /** The error message. */
  readonly text: string;
}
/** How a weight becomes a whole number of replicas. */
export type ReplicaRounding = "nearest" | "up" | "up_but_one";
/** How many replicas run each version. */
export interface Replicas {
  /** The replicas of the new version. */
  readonly canary: number;
  /** The replicas of the previous version. */
  readonly stable: number;
}
/** The response to a cause, from the weakest to the strongest. */
export type Response = "warn" | "hold" | "pause" | "abort";
/** How the traffic must be split, as far as a state has decided. */
export interface Routing {
  /** The share of the traffic for the new version, in percent. */
  readonly weight: number;
  /** The new version, once a new revision was observed. */
  readonly revision?: string | undefined;
}
/** The steps by which traffic moves to a new version, the metrics, and the responses to failures. */
export interface Schedule {
  /** The steps, in this order. */
  readonly steps: readonly Step[];
  /** The metrics, measured during the whole rollout. */
  readonly metrics?: readonly Metric[] | undefined;
  /** The response to each cause. */
  readonly on?: CauseResponses | undefined;
  /** The action of an abort. */
  readonly abort?: AbortPolicy | undefined;
  /** The longest time of the whole rollout, without the times that `deadlineExcludes` lists. */
  readonly deadline?: Span | undefined;
  /** The times that the deadline does not count. */
  readonly deadlineExcludes?: DeadlineExcludes | undefined;
  /** How long the new version may be unready before `on.notReady` applies. */
  readonly readiness?: Readiness | undefined;
}
/** The state of a rollout: plain data, to be stored between two calls. */
export interface State<At extends Instant = Instant> {
  /** The digest of the schedule. */
  readonly scheduleDigest: string;
  /** Whether the rollout is under way, paused or over. */
  readonly phase: Phase;
  /** The share of the traffic that the new version has, in percent. */
  readonly weight: number;
  /** When the weight was set, once it was. */
  readonly weightSetAt?: At | undefined;
  /** The index of the current step; the number of steps when all are done. */
  readonly step: number;
  /** When the step began; a pause moves it by its length. */
  readonly stepEnteredAt: At;
  /** When the run began: the start, a retry or a new revision. */
  readonly startedAt: At;
  /** The beginning of the pause, if the run is paused. */
  readonly pausedAt?: At | undefined;
  /** Whether an operator released the current pause step. */
  readonly released?: boolean | undefined;
  /** The counts of each metric, in the order of the schedule. */
  readonly metrics?: readonly MetricState<At>[] | undefined;
  /** The latest approval or refusal of each gate. */
  readonly approvals?: readonly GateApproval<At>[] | undefined;
  /** Whether the new version is ready, when known. */
  readonly canaryHealthy?: boolean | undefined;
  /** Whether the previous version is ready, when known. */
  readonly stableHealthy?: boolean | undefined;
  /** Whether the release window is closed. */
  readonly windowClosed?: boolean | undefined;
  /** Whether an operator ordered to abort. */
  readonly abortOrdered?: boolean | undefined;
  /** The version that is rolled out, once a new revision was observed. */
  readonly revision?: string | undefined;
  /** The instant of the latest observation that was applied. */
  readonly observedUntil?: At | undefined;
  /** When the new version got its first traffic, while it has some. */
  readonly trafficSince?: At | undefined;
  /** Since when the new version is not ready, while it is not. */
  readonly unreadySince?: At | undefined;
  /** When the readiness of the new version was last observed. */
  readonly canaryObservedAt?: At | undefined;
  /** When the readiness of the previous version was last observed. */
  readonly stableObservedAt?: At | undefined;
  /** When the release window was last observed. */
  readonly windowObservedAt?: At | undefined;
  /** The time since the start that the deadline does not count, up to `deadlineStoppedAt`. */
  readonly deadlineExcluded?: Span | undefined;
  /** Since when the deadline does not count the time, while it does not. */
  readonly deadlineStoppedAt?: At | undefined;
  /** When the gate that is the current step asked for its approval. */
  readonly gateAskedAt?: At | undefined;
  /** When the pause or the end of the run was first told, if a response began it. */
  readonly toldAt?: At | undefined;
  /** When an operator last forgave what had been measured until then, by a resume, a skip or a promotion. */
  readonly forgivenAt?: At | undefined;
  /** What an operator waived until the weight changes. */
  readonly waiver?: Waiver | undefined;
  /** Whether an operator ordered to go on although the previous version is not ready. */
  readonly withoutStable?: boolean | undefined;
  /** The latest command of each kind in this run. */
  readonly orders?: readonly Order<At>[] | undefined;
}
/** A step of a schedule. */
export type Step = StepSetWeight | StepBake | StepPause | StepAnalysis | StepGate;
/** Route this share of the traffic to the new version. */
export interface StepSetWeight {
  readonly type: "set_weight";
  /** The share in percent: more than 0, at most 100, not below the step before. */
  readonly weight: number;
}
/** Run at this weight, and go on after the shortest time if every metric is good. */
export interface StepBake {
  readonly type: "bake";
  /** The shortest time, pauses not counted. */
  readonly min: Span;
  /** The longest time to wait for measurements and samples; absent: no limit. */
  readonly max?: Span | undefined;
  /** How many samples every metric must gather in this step; absent: a single good measurement is enough. */
  readonly minSamples?: Count | undefined;
}
/** Wait, whatever the metrics are; an exceeded limit still ends the rollout. */
export interface StepPause {
  readonly type: "pause";
  /** The length of the pause; absent: until an operator resumes. */
  readonly duration?: Span | undefined;
}
/** Go on when each of these metrics has this many good measurements in this step. */
export interface StepAnalysis {
  readonly type: "analysis";
  /** The names of the metrics. */
  readonly metrics?: readonly string[] | undefined;
  /** How many good measurements each metric needs; at least 1. */
  readonly measurements: number;
}
/** Wait for a person's approval. */
export interface StepGate {
  readonly type: "gate";
  /** The name that an approval refers to. */
  readonly name: string;
  /** How long it waits, from when it asked, pauses not counted; absent: without limit. */
  readonly timeout?: Span | undefined;
  /** The response to a gate that nobody approved in time; absent: `abort`, as AWS CodeDeploy. */
  readonly onTimeout?: Response | undefined;
}
/** When each step of a schedule begins and ends, if nothing goes wrong. */
export interface Timeline {
  /** The steps in their order. */
  readonly steps: readonly PlannedStep[];
  /** The earliest end of the rollout. */
  readonly earliestEnd: Timestamp;
  /** The latest end; absent when a step waits for a person or for data without limit. */
  readonly latestEnd?: Timestamp | undefined;
  /** The instant of the deadline, if there is one and every step takes its shortest time. */
  readonly deadlineAt?: Timestamp | undefined;
}
/** What an operator waived until the weight changes. */
export type Waiver = "nothing" | "inconclusive" | "next_weight";
/** 5 % for one to two hours, 25 % for four to six hours, then everyone: the usual canary of a service. */
export declare function standardSchedule(): Schedule;
/** Reads a schedule from JSON text and checks it; all faults at once. */
export declare function scheduleFromJson(text: string): Schedule;
/** Reads a schedule from YAML text and checks it; all faults at once. */
export declare function scheduleFromYaml(text: string): Schedule;
/** Apple's phased release: 1, 2, 5, 10, 20, 50 and 100 % of those who update automatically, a day each. */
export declare function applePhasedSchedule(): Schedule;
/** A person approved or refused a gate. */
export declare function approval(
  gate: string,
  approved: boolean,
  by: string,
  at: Instant,
): Observation<Timestamp>;
/** A metric was queried, the query succeeded, and its result is empty. */
export declare function emptyResult(metric: string, at: Instant): Observation<Timestamp>;
/** The decision as text for a person: the verdict, the reasons, what is missing, when to ask again. */
export declare function explain(decision: Decision): string;
/** The query of a metric failed with this message. */
export declare function failedQuery(metric: string, error: string, at: Instant): Observation<Timestamp>;
/** Whether the new version (`canary`) or the previous one (`stable`) is ready to serve. */
export declare function health(role: HealthRole, healthy: boolean, at: Instant): Observation<Timestamp>;
/** A metric was queried and has a value, in the unit of the metric, of `n` samples if known. */
export declare function measurement(
  metric: string,
  value: number,
  at: Instant,
  n?: Count | null,
): Observation<Timestamp>;
/** A metric was queried and has no value, for instance one that is not a number. */
export declare function missingValue(metric: string, at: Instant): Observation<Timestamp>;
/** Another version is rolled out from now on. */
export declare function newRevision(revision: string, at: Instant): Observation<Timestamp>;
/** Decides what to do now: advance, hold or roll back. */
export declare function nextAction(
  schedule: Schedule,
  state: State,
  observations: readonly Observation[],
  now: Instant,
): Decision<Timestamp>;
/** The consequence of a decision for its caller: go on, wait, go back, or ask a person. */
export declare function outcome(decision: Decision): decision.Outcome;
/** An operator gave a command: which, when, and if known who and why. */
export declare function order(
  command: Command,
  at: Instant,
  by?: string | null,
  reason?: string | null,
): Observation<Timestamp>;
/** The timeline of a rollout that starts at an instant. */
export declare function plan(schedule: Schedule, start: Instant): Timeline;
/** A staged rollout on Google Play: 1, 5, 10, 20, 50 and 100 %, a day each. */
export declare function playStagedSchedule(): Schedule;
/** The routing that a state wants. */
export declare function routing(state: State): Routing;
/** Replays a rollout: one `nextAction` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached. */
export declare function simulate(
  schedule: Schedule,
  observations: readonly Observation[],
  startAt: Instant,
  tick: Span,
  until: Instant,
): readonly Decision<Timestamp>[];
/** The state of a rollout that begins now: no traffic yet, the first step ahead. */
export declare function start(schedule: Schedule, now: Instant): State<Timestamp>;
/** All errors and warnings about a schedule, in the order of the schedule; empty when there are none. */
export declare function validate(schedule: Schedule): readonly Diagnostic[];
/** How many replicas of each version come nearest to a weight, where the number of pods splits the traffic. */
export declare function weightToReplicas(
  total: number,
  weight: number,
  surge: number,
  rounding: ReplicaRounding,
): Replicas;
/** The release window opened or closed. */
export declare function window(open: boolean, at: Instant): Observation<Timestamp>;
/** A schedule that was checked and digested once, for any number of calls. */
export declare class Rollout {
  #private;
  /** Checks and digests a schedule. */
  constructor(schedule: Schedule);
  /** The schedule. */
  get schedule(): Schedule;
  /** The digest of the schedule, as in the state and in every decision. */
  get digest(): string;
  /** Decides what to do now: advance, hold or roll back. */
  nextAction(state: State, observations: readonly Observation[], now: Instant): Decision<Timestamp>;
  /** The timeline of a rollout that starts at an instant. */
  plan(start: Instant): Timeline;
  /** Replays a rollout: one `nextAction` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached. */
  simulate(
    observations: readonly Observation[],
    startAt: Instant,
    tick: Span,
    until: Instant,
  ): readonly Decision<Timestamp>[];
  /** The state of a rollout that begins now: no traffic yet, the first step ahead. */
  start(now: Instant): State<Timestamp>;
  /** The policy, so that `JSON.stringify` writes it. */
  toJSON(): Schedule;
}

// decision.d.ts
/** The parts that every decision has, and the text that a person reads. */
/** The consequence of a decision for its caller: one of four, for every kind of decision. */
export type Outcome = "proceed" | "wait" | "roll_back" | "ask";

// digest.d.ts
/** Canonical JSON (RFC 8785) and the SHA-256 digest of a value. */
/** Rewrites a JSON text as canonical JSON (RFC 8785): keys sorted, no white space, numbers as ECMAScript writes them. */
export declare function canonicalJson(text: string): string;
/** Computes the SHA-256 digest of the canonical JSON of a text: `sha256:` and 64 hexadecimal digits. */
export declare function sha256(text: string): string;

// interchange.d.ts
/** Converts the text of git and Prometheus to the inputs of the other modules. */
/** A commit. */
export interface GitCommit<At extends Instant = Instant> {
  /** The full object name: 40 or 64 hexadecimal digits. */
  readonly id: string;
  /** The full object names of the parents. */
  readonly parents: readonly string[];
  /** The author date: when the change was written. */
  readonly authoredAt: At;
  /** The committer date: when the commit was last applied, as by a rebase. */
  readonly committedAt: At;
  /** The first line of the message. */
  readonly subject: string;
  /** The rest of the message. */
  readonly body?: string | undefined;
}
/** The commits and tags of a repository. */
export interface GitHistory<At extends Instant = Instant> {
  /** The commits in the order of the log: newest first. */
  readonly commits: readonly GitCommit<At>[];
  /** The tags of commits, in the order of the list. */
  readonly tags: readonly GitTag<At>[];
}
/** The releases of a repository as deployments and its commits as changes, for `metrics.dora`. */
export interface GitReleases {
  /** One deployment for each release, in the order of time. */
  readonly deployments: readonly metrics.Deployment<Timestamp>[];
  /** One change for each commit, released or not, in the order of the log. */
  readonly changes: readonly metrics.Change<Timestamp>[];
}
/** A tag of a commit. */
export interface GitTag<At extends Instant = Instant> {
  /** The short name: `v1.2.3`. */
  readonly name: string;
  /** The full object name of the tagged commit. */
  readonly commit: string;
  /** The tagger date; for a lightweight tag, the committer date of the commit. */
  readonly taggedAt: At;
}
/** A sample value that is not a finite number. */
export type MissingSample = "nan" | "positive_infinity" | "negative_infinity";
/** A metric of a schedule with the Prometheus responses for it. */
export interface PrometheusMetric {
  /** The name of the metric in the schedule. */
  readonly metric: string;
  /** The body of the `/api/v1/query_range` response to the query of the metric, also if it is an error. */
  readonly answer: string;
  /** The body of the response to the query for the number of samples behind each value, such as the requests behind an error rate. */
  readonly samples?: string | undefined;
  /** The factor from the unit of the query to the unit of the metric: 100 from a share to percent, 1000 from seconds to milliseconds. */
  readonly scale?: number | undefined;
  /** Whether a response with warnings is accepted. */
  readonly acceptWarnings?: boolean | undefined;
}
/** One sample: a number, or the reason for its absence. */
export interface PrometheusSample {
  /** The instant of evaluation. */
  readonly at: Timestamp;
  /** The finite number; absent if `missing` is present. */
  readonly value?: number | undefined;
  /** The reason why there is no number; absent if `value` is present. */
  readonly missing?: MissingSample | undefined;
}
/** One time series of a range query. */
export interface PrometheusSeries {
  /** The labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The samples in the order of time. */
  readonly samples: readonly PrometheusSample[];
}
/** The command whose output `parseGit` reads as `log`, for a shell. */
export declare const GIT_LOG: "git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags";
/** The command whose output `parseGit` reads as `tags`, for a shell. */
export declare const GIT_TAGS: "git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags";
/** Converts release tags to deployments, and assigns each commit to the earliest release that contains it. */
export declare function gitReleases(history: GitHistory, tagPattern?: string | null): GitReleases;
/** Reads the commits and tags of a repository from the output of two git commands. */
export declare function parseGit(tags: string, log: string): GitHistory<Timestamp>;
/** Converts Prometheus responses, one range query for each metric, to observations of a canary. */
export declare function prometheusObservations(
  metrics: readonly PrometheusMetric[],
  start: Instant,
  end: Instant,
  step: Span,
): readonly canary.Observation<Timestamp>[];
/** Reads a response of Prometheus' `/api/v1/query_range`: a matrix of series. */
export declare function prometheusQueryRange(text: string): readonly PrometheusSeries[];

// metrics.d.ts
/** The five delivery metrics of DORA, from deployments, changes and incidents. */
/** A commit or another unit of work that deployments deliver. */
export interface Change<At extends Instant = Instant> {
  /** Identifies the change within the input; a commit id, for instance. */
  readonly id: string;
  /** When it was written, where that is known. */
  readonly authoredAt?: At | undefined;
  /** When it was committed in its present form. */
  readonly committedAt: At;
  /** Whether it is a merge: a commit with two parents or more. */
  readonly merge?: boolean | undefined;
  /** The ids of the earlier changes that it reverts. */
  readonly reverts?: readonly string[] | undefined;
}
/** One attempt to deploy a version of a service to an environment. */
export interface Deployment<At extends Instant = Instant> {
  /** Identifies the deployment within the input. */
  readonly id: string;
  /** What was deployed. */
  readonly service: string;
  /** The environment; `production` when left out. */
  readonly environment?: string | undefined;
  /** When it began, where that is known. */
  readonly startedAt?: At | undefined;
  /** When it ended; this instant decides which bucket it is counted in. */
  readonly finishedAt: At;
  /** How it ended. */
  readonly outcome: DeploymentOutcome;
  /** Its purpose; `unknown` when left out. */
  readonly intent?: DeploymentIntent | undefined;
  /** The version or commit that ran afterwards. */
  readonly revision?: string | undefined;
  /** The ids of earlier deployments that this one repairs. */
  readonly remediates?: readonly string[] | undefined;
  /** The ids of the changes that it delivered: those that the deployment before it did not contain. */
  readonly changes?: readonly string[] | undefined;
}
/** What a deployment was for. */
export type DeploymentIntent = "planned" | "hotfix" | "rollback" | "redeploy" | "unknown";
/** How a deployment ended: the values of OpenTelemetry's `cicd.pipeline.result`. */
export type DeploymentOutcome = "success" | "failure" | "error" | "timeout" | "cancellation" | "skip";
/** The five delivery metrics of DORA over a range and each of its buckets. */
export interface DoraReport<At extends Instant = Instant> {
  /** The range that the report covers. */
  readonly range: TimeRange<At>;
  /** The whole range. */
  readonly overall: DoraRow<At>;
  /** The buckets that touch the range, in order, empty ones too. */
  readonly buckets: readonly DoraRow<At>[];
  /** The digest of the policy: `sha256:` and 64 hexadecimal digits. */
  readonly policyDigest: string;
  /** The version of the time zone database that cut the buckets. */
  readonly tzdbVersion: string;
}
/** The five delivery metrics of DORA over one range of time. */
export interface DoraRow<At extends Instant = Instant> {
  /** The part of the bucket that lies in the report's range. */
  readonly range: TimeRange<At>;
  /** Whether the bucket reaches beyond the report's range, so that this row shows only a part of it. */
  readonly partial: boolean;
  /** Deployments per `frequencyPer` of the policy, over the real length of the range. */
  readonly deploymentFrequency: Estimate;
  /** How long a change takes from being written to running in production, in seconds. */
  readonly changeLeadTime: Estimate;
  /** The share of deployments that failed: `affected` of `n`. */
  readonly changeFailRate: Estimate;
  /** How long a failed deployment takes to recover, in seconds. */
  readonly failedDeploymentRecoveryTime: Estimate;
  /** The share of deployments that were made to repair production: `affected` of `n`. */
  readonly deploymentReworkRate: Estimate;
}
/** Which number summarises a set of durations. */
export type DurationSummary = "median" | "mean";
/** A number with its basis, or the reason why there is none. */
export interface Estimate {
  /** The number: deployments per period, seconds, or a share from 0 to 1. */
  readonly value?: number | undefined;
  /** Why there is no number. */
  readonly undefined?: UndefinedReason | undefined;
  /** The number of items behind the value: deployments, lead times or recoveries. */
  readonly n: Count;
  /** Of a rate: how many of the `n` deployments failed, or were rework. */
  readonly affected?: Count | undefined;
  /** Whether `n` is below `lowN` of the policy: too few items for a conclusion. */
  readonly lowN: boolean;
  /** How many items were left out, by reason; reasons that did not occur are not listed. */
  readonly excluded: readonly Exclusion[];
  /** The confidence interval of `value`, where one exists: Garwood's for a frequency, Wilson's for a rate, between order statistics for a median. */
  readonly interval?: Interval | undefined;
  /** The median, of a set of durations. */
  readonly median?: number | undefined;
  /** The arithmetic mean, of a set of durations. */
  readonly mean?: number | undefined;
  /** Nine of ten are not longer, of a set of durations. */
  readonly p90?: number | undefined;
  /** Nineteen of twenty are not longer, of a set of durations. */
  readonly p95?: number | undefined;
}
/** How many items were left out for one reason. */
export interface Exclusion {
  /** The reason. */
  readonly reason: ExclusionReason;
  /** How many. */
  readonly n: Count;
}
/** Why an item was left out of a metric. */
export type ExclusionReason =
  | "other_environment"
  | "outcome"
  | "intent"
  | "seed"
  | "merge"
  | "start_unknown"
  | "negative"
  | "repeated"
  | "unknown_change"
  | "undelivered"
  | "duplicate_incident"
  | "unlinked"
  | "unknown_deployment"
  | "open";
/** A signal that a deployment failed. */
export type FailureSignal =
  "incident" | "remediation" | "revert" | "rollback" | "hotfix" | "revision_returned" | "outcome";
/** A disruption of a service that needed immediate attention. */
export interface Incident {
  /** Identifies the incident within the input. */
  readonly id: string;
  /** The affected service. */
  readonly service: string;
  /** The affected environment; `production` when left out. */
  readonly environment?: string | undefined;
  /** The severity as the incident tool names it. */
  readonly severity?: string | undefined;
  /** When it was detected. */
  readonly detectedAt: Instant;
  /** When the service had recovered; left out while the incident is open. */
  readonly resolvedAt?: Instant | undefined;
  /** The id of the deployment that caused it, where that is known. */
  readonly causedBy?: string | undefined;
  /** The id of the incident that this one repeats. */
  readonly duplicateOf?: string | undefined;
}
/** A rule that links an incident to the deployment that caused it. */
export type IncidentLink = "caused_by" | "latest_before";
/** When the lead time of a change begins. */
export type LeadStart = "authored" | "committed" | "authored_or_committed";
/** The unit that has a lead time. */
export type LeadUnit = "change" | "deployment";
/** How a span that ends before it begins is treated. */
export type NegativeSpans = "drop" | "clamp" | "keep";
/** How a failed deployment that has not recovered counts for recovery times. */
export type OpenRecoveries = "exclude" | "age";
/** Every choice behind the delivery metrics. */
export interface Policy {
  /** The environments whose deployments and incidents count; `production` alone, as DORA defines. */
  readonly environments?: readonly string[] | undefined;
  /** Intents whose deployments do not count for frequency and rates, such as `redeploy`. */
  readonly uncountedIntents?: readonly DeploymentIntent[] | undefined;
  /** The period of the frequency; one day by default. */
  readonly frequencyPer?: Span | undefined;
  /** When the lead time of a change begins; `authored` by default, as in DORA's "committed to version control", which a rebase must not shorten. */
  readonly leadStart?: LeadStart | undefined;
  /** The unit that has a lead time; `change` by default. */
  readonly leadUnit?: LeadUnit | undefined;
  /** Whether merge commits have lead times; true by default: they are changes, too. */
  readonly countMerges?: boolean | undefined;
  /** How the first deployment counts for lead times; `exclude` by default. */
  readonly seed?: SeedRule | undefined;
  /** Where the changes of unsuccessful deployments go; `carry_forward` by default, as in metrik: they reach production with the next one. */
  readonly undelivered?: UndeliveredChanges | undefined;
  /** How negative lead and recovery times are treated; `drop` by default: clocks differ, and a mean must not hide that. */
  readonly negativeSpans?: NegativeSpans | undefined;
  /** Which deployments the rates are shares of; `successful` by default: one that never ran changed nothing. */
  readonly denominator?: RateDenominator | undefined;
  /** The signals that a deployment failed; by default all but `outcome`, because a failed pipeline run is no failure in production. */
  readonly failureSignals?: readonly FailureSignal[] | undefined;
  /** The signals that a deployment is rework; all by default. */
  readonly reworkSignals?: readonly ReworkSignal[] | undefined;
  /** The rules that link an incident to the deployment that caused it; the first that finds one wins. */
  readonly incidentLinks?: readonly IncidentLink[] | undefined;
  /** How old a deployment may be for `latest_before`; 7 days by default. */
  readonly linkMaxAge?: Span | undefined;
  /** Whether `latest_before` links an incident to a deployment that finished in the same instant; true by default: a deployment is responsible for the half-open time until the next one. */
  readonly linkSameInstant?: boolean | undefined;
  /** When recovery begins; `deployment_finished` by default: users suffer before anybody notices. */
  readonly recoveryStart?: RecoveryStart | undefined;
  /** When recovery ends; `incident_else_remedy` by default. */
  readonly recoveryEnd?: RecoveryEnd | undefined;
  /** Which of several incidents ends the recovery; `last` by default. */
  readonly severalIncidents?: SeveralIncidents | undefined;
  /** What a failed deployment that has not recovered counts; `exclude` by default, with its number stated. */
  readonly openRecoveries?: OpenRecoveries | undefined;
  /** By which instant a recovery belongs to a window; `failure` by default, so that a window's recoveries are those of its failures, and asking for another window changes none of them. */
  readonly recoveryMembership?: RecoveryMembership | undefined;
  /** How quantiles are read; `linear` by default. */
  readonly quantile?: QuantileRule | undefined;
  /** Which number summarises lead and recovery times; `median` by default, as DORA does. */
  readonly summary?: DurationSummary | undefined;
  /** The first day of weekly buckets; Monday by default (ISO 8601). */
  readonly weekStart?: Weekday | undefined;
  /** The level of the confidence intervals, as a share; 0.95 by default. */
  readonly confidenceLevel?: number | undefined;
  /** With fewer items than this an estimate is marked `lowN`; 6 by default: with five, no interval of 95 % around a median exists that assumes nothing about the distribution. */
  readonly lowN?: number | undefined;
}
/** How a quantile is read from a sample. */
export type QuantileRule = "linear" | "lower" | "nearest_rank";
/** Which deployments the rates are shares of. */
export type RateDenominator = "successful" | "finished";
/** When the time to recover ends. */
export type RecoveryEnd = "incident_else_remedy" | "incident" | "remedy" | "earliest";
/** By which instant a recovery belongs to a window. */
export type RecoveryMembership = "failure" | "recovery";
/** When the time to recover begins. */
export type RecoveryStart = "deployment_finished" | "incident_detected";
/** One period of a report: its numbers without their basis, each in a column. */
export interface ReportRow {
  /** The first instant of the period in the range of the report. */
  readonly start: Timestamp;
  /** The first instant after it. */
  readonly end: Timestamp;
  /** Whether the period reaches beyond the range of the report, so that the row shows only a part of it. */
  readonly partial: boolean;
  /** How many deployments succeeded. */
  readonly deployments: Count;
  /** Deployments per `frequencyPer` of the policy. */
  readonly deploymentFrequency?: number | undefined;
  /** How many changes have a lead time. */
  readonly changes: Count;
  /** How long a change takes from being written to running in production. */
  readonly changeLeadTimeSeconds?: number | undefined;
  /** Nine of ten changes take no longer. */
  readonly changeLeadTimeP90Seconds?: number | undefined;
  /** How many deployments the two rates are shares of. */
  readonly ratedDeployments: Count;
  /** How many of them failed. */
  readonly failedDeployments: Count;
  /** The share of them that failed. */
  readonly changeFailRate?: number | undefined;
  /** How many failed deployments have recovered. */
  readonly recoveries: Count;
  /** How long a failed deployment takes to recover. */
  readonly recoveryTimeSeconds?: number | undefined;
  /** How many of the rated deployments were made to repair production. */
  readonly reworkDeployments: Count;
  /** The share of them that were. */
  readonly deploymentReworkRate?: number | undefined;
  /** The digest of the policy: rows of two policies must not be compared. */
  readonly policyDigest: string;
}
/** A signal that a deployment is rework. */
export type ReworkSignal = "hotfix" | "rollback" | "remediation" | "revert" | "revision_returned";
/** How the first deployment of a service to an environment counts for lead times. */
export type SeedRule = "exclude" | "include";
/** Which of several incidents of one deployment ends its recovery. */
export type SeveralIncidents = "first" | "last";
/** Why there is no number. */
export type UndefinedReason =
  "empty_range" | "no_deployments" | "no_changes" | "seed_only" | "no_failures" | "all_open" | "all_excluded";
/** Where the changes of a deployment that did not succeed go. */
export type UndeliveredChanges = "carry_forward" | "drop";
/** The policy that follows DORA's definitions: every field at its default. */
export declare function defaultPolicy(): Policy;
/** Reads a policy from JSON text; `{}` is the default policy. */
export declare function policyFromJson(text: string): Policy;
/** Reads a policy from YAML text; `{}` is the default policy. */
export declare function policyFromYaml(text: string): Policy;
/** The five delivery metrics over a range and its buckets, in local days of a zone. */
export declare function dora(
  deployments: readonly Deployment[],
  changes: readonly Change[],
  incidents: readonly Incident[],
  policy: Policy,
  range: TimeRange,
  unit: BucketUnit,
  zone: string,
): DoraReport<Timestamp>;
/** The report as text for a person: a line for each period, then the basis of each number of the whole range. */
export declare function explain(report: DoraReport): string;
/** The periods of a report as flat rows, in their order. */
export declare function reportRows(report: DoraReport): readonly ReportRow[];
/** A policy that is checked and digested once, for any number of reports. */
export declare class Engine {
  #private;
  /** Checks and digests a policy. */
  constructor(policy: Policy);
  /** The policy. */
  get policy(): Policy;
  /** The digest of the policy, as in every report: `sha256:` and 64 hexadecimal digits. */
  get digest(): string;
  /** The five delivery metrics over a range and its buckets, in local days of a zone. */
  dora(
    deployments: readonly Deployment[],
    changes: readonly Change[],
    incidents: readonly Incident[],
    range: TimeRange,
    unit: BucketUnit,
    zone: string,
  ): DoraReport<Timestamp>;
  /** The policy, so that `JSON.stringify` writes it. */
  toJSON(): Policy;
}
/** The five delivery metrics, from columns: the same report as `dora` gives for the same events. */
export declare function doraColumns(
  columns: EventColumns,
  policy: Policy,
  range: TimeRange,
  unit: BucketUnit,
  zone: string,
): DoraReport<Timestamp>;
/** A list of indices for each row, one after the other: Arrow's `List`. */
export interface Lists {
  /** The index in `items` at which the list of each row begins, then the count of all items: one more than rows. */
  readonly offsets: Uint32Array;
  /** The items of all lists. */
  readonly items: Uint32Array;
}
/** Deployments by columns. */
export interface DeploymentColumns {
  /** When each finished. */
  readonly finishedAt: BigInt64Array;
  /** How each ended. */
  readonly outcome: Uint8Array;
  /** What each was for. */
  readonly intent?: Uint8Array | undefined;
  /** The service of each. */
  readonly service?: Uint32Array | undefined;
  /** The environment of each. */
  readonly environment?: Uint32Array | undefined;
  /** The revision of each, or none. */
  readonly revision?: Uint32Array | undefined;
  /** The deployments that each remediates. */
  readonly remediates?: Lists | undefined;
  /** The changes of each. */
  readonly changes?: Uint32Array | undefined;
  /** Instead of `changes`: the indices of those of each, of which several may share one. */
  readonly listedChanges?: Lists | undefined;
}
/** Changes by columns. */
export interface ChangeColumns {
  /** When each was written. */
  readonly authoredAt: BigInt64Array;
  /** Where `authoredAt` is present: one bit a row, lowest first. */
  readonly authoredAtValidity?: Uint8Array | undefined;
  /** When each was committed. */
  readonly committedAt?: BigInt64Array | undefined;
  /** Where `committedAt` is present: one bit a row, lowest first. */
  readonly committedAtValidity?: Uint8Array | undefined;
  /** Whether each only joins others. */
  readonly merge?: Uint8Array | undefined;
  /** The changes that each reverts. */
  readonly reverts?: Lists | undefined;
}
/** Incidents by columns. */
export interface IncidentColumns {
  /** When each was detected. */
  readonly detectedAt: BigInt64Array;
  /** When each was resolved. */
  readonly resolvedAt?: BigInt64Array | undefined;
  /** Where `resolvedAt` is present: one bit a row, lowest first. */
  readonly resolvedAtValidity?: Uint8Array | undefined;
  /** The service of each. */
  readonly service?: Uint32Array | undefined;
  /** The environment of each. */
  readonly environment?: Uint32Array | undefined;
  /** The deployment that caused each, or none. */
  readonly causedBy?: Uint32Array | undefined;
  /** Whether each repeats another. */
  readonly duplicate?: Uint8Array | undefined;
}
/** All events by columns. */
export interface EventColumns {
  /** The deployments. */
  readonly deployments?: DeploymentColumns | undefined;
  /** The changes. */
  readonly changes?: ChangeColumns | undefined;
  /** The incidents. */
  readonly incidents?: IncidentColumns | undefined;
  /** The names of the environments. */
  readonly environments?: readonly string[] | undefined;
  /** How many services there are: their codes are below this. */
  readonly services?: number | undefined;
}

// release.d.ts
/** Determines the type of a release and the requirements of each type. */
/** An advisory that a release closes. */
export interface Advisory {
  /** The identifier: `CVE-2026-0001`, `GHSA-…`, `RUSTSEC-…`. */
  readonly id: string;
  /** The severity of the vulnerability; absent until it is rated. */
  readonly severity?: AdvisorySeverity | undefined;
}
/** The severity of a vulnerability: the qualitative ratings of CVSS. */
export type AdvisorySeverity = "low" | "medium" | "high" | "critical";
/** The depth of a changelog. */
export type ChangelogDepth = "minimal" | "standard" | "comprehensive";
/** The release type and the reasons for it: the result of `classify`. */
export interface Classification<At extends Instant = Instant> {
  /** Whether the release type is determined. */
  readonly verdict: ClassificationVerdict;
  /** The release type; present exactly when the verdict is `classified`. */
  readonly releaseType?: Type | undefined;
  /** The reasons, the most severe first. */
  readonly reasons: readonly Reason[];
  /** The missing facts that the type depends on, by their paths in the facts: `advisories[0].severity`. */
  readonly missing: readonly string[];
  /** Always absent: a release type does not depend on the time. */
  readonly nextCheckAt?: At | undefined;
  /** The digest of the rules. */
  readonly policyDigest: string;
}
/** The verdict of a classification. */
export type ClassificationVerdict = "classified" | "inconclusive" | "contradictory";
/** The audience of an announcement. */
export type CommunicationScope = "limited" | "early_adopters" | "coordinated" | "all_users";
/** The facts about a release that its version does not contain. */
export interface Facts {
  /** Whether users must change something to take this release. */
  readonly breaking?: boolean | undefined;
  /** Whether the release has new features. */
  readonly features?: boolean | undefined;
  /** The advisories that the release closes. */
  readonly advisories?: readonly Advisory[] | undefined;
  /** The maintenance line of the release: `1.x` or `1.4.x`. */
  readonly line?: string | undefined;
  /** Whether the line is under long-term support. */
  readonly lts?: boolean | undefined;
  /** Whether the release goes only to users who opted in to early versions. */
  readonly optInOnly?: boolean | undefined;
  /** The declared release type. */
  readonly declared?: Type | undefined;
}
/** The requirements of a release type: a row of the table of profiles. */
export interface Profile {
  /** The allowed steps from the previous version. */
  readonly allowedBumps: readonly Bump[];
  /** The shortest time from the decision to release to the release itself. */
  readonly timelineMin: Span;
  /** The longest time from the decision to release to the release itself. */
  readonly timelineMax: Span;
  /** The scope of testing. */
  readonly testing: TestingScope;
  /** The identifiers of the gates to pass: `tests_passing`. */
  readonly gates: readonly string[];
  /** The required approvals. */
  readonly approvals: readonly RequiredApproval[];
  /** The name of the canary schedule, such as `standard`; absent: the release goes to all users at once. */
  readonly canarySchedule?: string | undefined;
  /** How long the release is observed after it has reached all users, before it is complete. */
  readonly soak: Span;
  /** The depth of the changelog. */
  readonly changelog: ChangelogDepth;
  /** The audience of the announcement. */
  readonly communication: CommunicationScope;
  /** The identifiers of the announcement channels: `release_notes_page`. */
  readonly channels: readonly string[];
  /** Whether the release is allowed during a freeze. */
  readonly freezeExempt: boolean;
  /** How long the release is supported; absent: until the next release of its line. */
  readonly support?: Span | undefined;
}
/** A table of profiles. */
export interface Profiles {
  /** The profiles by release type. */
  readonly profiles?: Readonly<Record<string, Profile>> | undefined;
}
/** An approval that a release needs. */
export interface RequiredApproval {
  /** The role of the approvers: `release_manager`. */
  readonly role: string;
  /** The number of people of this role; at least 1. */
  readonly count: number;
}
/** The scope of testing. */
export type TestingScope = "smoke" | "focused" | "full" | "extended";
/** A release type. */
export type Type =
  | "feature_major"
  | "feature_minor"
  | "hotfix"
  | "security_critical"
  | "security_high"
  | "security_medium"
  | "security_low"
  | "prerelease"
  | "lts";
/** Returns the standard profile of every release type. */
export declare function standardProfiles(): Profiles;
/** Reads a table of profiles from JSON text. */
export declare function profilesFromJson(text: string): Profiles;
/** Reads a table of profiles from YAML text. */
export declare function profilesFromYaml(text: string): Profiles;
/** Determines the release type of `next`. */
export declare function classify(
  previous: Version | null | undefined,
  next: Version,
  facts: Facts,
): Classification<Timestamp>;
/** Writes a classification as text for a person: the release type, the reasons and the missing facts. */
export declare function explain(classification: Classification): string;
/** The consequence of a classification for its caller: go on, or ask a person. */
export declare function outcome(classification: Classification): decision.Outcome;
/** Returns the profile of a release type: the row of `overrides` if there is one, else the standard row. */
export declare function profile(releaseType: Type, overrides?: Profiles | null): Profile;

// rollback.d.ts
/** Decides how to recover from a bad release: roll back, fix forward, disable a flag, hold, or ask a person. */
/** A fact that would change the verdict if all others stayed as they are. */
export interface Counterfactual {
  /** The name of the fact in the situation: `affectedShare`. */
  readonly fact: string;
  /** The present value in the wire form without quotes; absent if it is unknown. */
  readonly actual?: string | undefined;
  /** A value that changes the verdict, in the wire form without quotes: `true`, `0.05`, `PT1H`. */
  readonly instead: string;
  /** The verdict for that value. */
  readonly verdict: Verdict;
}
/** A criterion for a rollback. */
export type Criterion =
  | "critical_functionality_broken"
  | "vulnerability_introduced"
  | "data_corruption"
  | "latency_increase"
  | "error_rate_increase"
  | "customer_incidents"
  | "rollback_window_open";
/** The impact on customers, in the words of Statuspage; its `none` is `unnoticed` here, because Swift reads `none` as an absent value. */
export type CustomerImpact = "unnoticed" | "minor" | "major" | "critical";
/** A decision about a release and its reasons, made by `decide`. */
export interface Decision<At extends Instant = Instant> {
  /** What to do. */
  readonly verdict: Verdict;
  /** The criteria that are met, in the order of `Criterion`. */
  readonly criteriaMet: readonly Criterion[];
  /** The reasons: first the row of the decision table that applies, then the facts that led to it. */
  readonly reasons: readonly Reason[];
  /** The names of the facts that are unknown and could change the verdict. */
  readonly missing: readonly string[];
  /** The single facts that would change the verdict, each with a value that does. */
  readonly counterfactuals: readonly Counterfactual[];
  /** The instant at which the rollback window closes, if the verdict changes then; absent if time alone changes nothing. */
  readonly nextCheckAt?: At | undefined;
  /** The digest of the policy that was applied. */
  readonly policyDigest: string;
}
/** The limits beyond which a release counts as broken, and the limits that choose the recovery. */
export interface Policy {
  /** The severity of broken critical functionality. */
  readonly criticalFunctionalitySeverity?: Severity | undefined;
  /** The severity of a vulnerability that the release introduced. */
  readonly vulnerabilitySeverity?: Severity | undefined;
  /** The severity of corrupted data. */
  readonly dataCorruptionSeverity?: Severity | undefined;
  /** The severity of a rise in latency. */
  readonly latencySeverity?: Severity | undefined;
  /** The rise in latency, in percent of the baseline, above which the criterion is met. */
  readonly latencyIncreasePercent?: number | undefined;
  /** The severity of a rise in the error rate. */
  readonly errorRateSeverity?: Severity | undefined;
  /** The rise in the error rate, in percent of the baseline, above which the criterion is met. */
  readonly errorRateIncreasePercent?: number | undefined;
  /** The rise in the error rate, as a share of requests, that counts as small whatever the increase in percent, unless the rate doubles. */
  readonly errorRateMinRise?: number | undefined;
  /** The number of samples below which an error rate is unknown, whether high or low. */
  readonly errorRateMinSamples?: number | undefined;
  /** The severity of customer-facing incidents. */
  readonly customerIncidentsSeverity?: Severity | undefined;
  /** The number of open incidents from which the criterion is met. */
  readonly customerIncidentsMin?: number | undefined;
  /** The time after the deployment during which a rollback is allowed; half-open: closed at its end. */
  readonly rollbackWindow?: Span | undefined;
  /** The largest share of affected users that is still small; above it, the fault is widespread. */
  readonly smallShare?: number | undefined;
  /** The longest time until a fix is ready that still counts as quick. */
  readonly quickFix?: Span | undefined;
  /** The lowest impact on customers that counts as severe. */
  readonly severeImpact?: CustomerImpact | undefined;
  /** The probability below which chance does not explain a rise in the error rate: more than 0, at most 1, which switches the test off. */
  readonly errorRateSignificance?: number | undefined;
}
/** The facts about a release that a deploy script knows. */
export interface Situation {
  /** Whether functionality that users depend on is broken. */
  readonly criticalFunctionalityBroken?: boolean | undefined;
  /** Whether the release introduced a vulnerability. */
  readonly vulnerabilityIntroduced?: boolean | undefined;
  /** Whether data is or was being corrupted. */
  readonly dataCorruption?: boolean | undefined;
  /** The latency before the release, in seconds; above 0. */
  readonly latencyBaseline?: number | undefined;
  /** The latency now, in seconds, by the same measure as the baseline (mean, p95, …). */
  readonly latencyObserved?: number | undefined;
  /** The share of requests that failed before the release: 0 to 1. */
  readonly errorRateBaseline?: number | undefined;
  /** The share of requests that fail now: 0 to 1. */
  readonly errorRateObserved?: number | undefined;
  /** The number of requests behind `errorRateObserved`. */
  readonly errorRateSamples?: Count | undefined;
  /** The number of open customer-facing incidents that the release caused. */
  readonly customerIncidents?: number | undefined;
  /** The instant at which the release was deployed and the rollback window opened. */
  readonly deployedAt?: Instant | undefined;
  /** Whether the previous version can and may run again. */
  readonly previousVersionAvailable?: boolean | undefined;
  /** Whether a rollback would lose data that was written since the deployment. */
  readonly rollbackCausesDataLoss?: boolean | undefined;
  /** Whether a migration ran that cannot be undone and that the previous version cannot work with. */
  readonly irreversibleMigration?: boolean | undefined;
  /** Whether this rollback path has been tested. */
  readonly rollbackTested?: boolean | undefined;
  /** Whether the rollback path is long or risky: many parts, manual steps, a fixed order. */
  readonly rollbackComplex?: boolean | undefined;
  /** The share of users that the fault affects: 0 to 1. */
  readonly affectedShare?: number | undefined;
  /** The impact on customers. */
  readonly customerImpact?: CustomerImpact | undefined;
  /** Whether a fix is simple: its cause is known and the change is small. */
  readonly fixSimple?: boolean | undefined;
  /** The time until a fix can be deployed. */
  readonly fixReadyIn?: Span | undefined;
  /** Whether disabling a feature flag ends the whole fault for all users. */
  readonly flagEndsFault?: boolean | undefined;
}
/** What to do about a release. */
export type Verdict = "hold" | "inconclusive" | "forward_fix" | "disable_flag" | "roll_back" | "escalate";
/** The policy with all defaults. */
export declare function defaultPolicy(): Policy;
/** Reads a policy from JSON text. */
export declare function policyFromJson(text: string): Policy;
/** Reads a policy from YAML text. */
export declare function policyFromYaml(text: string): Policy;
/** Decides what to do about a release: roll back, fix forward, disable a flag, hold, or ask a person. */
export declare function decide(situation: Situation, policy: Policy, now: Instant): Decision<Timestamp>;
/** Writes a decision as text for a person: the verdict, the reasons, and the facts that would change the verdict. */
export declare function explain(decision: Decision): string;
/** The consequence of a decision for its caller: go on, go back, or ask a person. */
export declare function outcome(decision: Decision): decision.Outcome;
/** A policy that is checked and digested once, for many decisions. */
export declare class Engine {
  #private;
  /** Checks and digests a policy. */
  constructor(policy: Policy);
  /** The policy. */
  get policy(): Policy;
  /** The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits. */
  get digest(): string;
  /** Decides what to do about a release under the policy of this engine. */
  decide(situation: Situation, now: Instant): Decision<Timestamp>;
  /** The policy, so that `JSON.stringify` writes it. */
  toJSON(): Policy;
}

// stats.d.ts
/** Compares the counts of a canary with those of its baseline: proven worse, proven good enough, or not known yet. */
/** What the counts of two arms prove, made by `compareCounts`. */
export interface Comparison {
  /** What is proven. */
  readonly verdict: Verdict;
  /** The rate of the canary, divided by that of the baseline; absent without events of the baseline. */
  readonly ratio?: number | undefined;
  /** The lower end of the confidence interval of the ratio, at the level 1 − alpha; valid for as many looks as the test. */
  readonly ratioLow?: number | undefined;
  /** The upper end; absent if there is none, as without events of the baseline. */
  readonly ratioHigh?: number | undefined;
  /** The test against "the canary is no worse than its baseline". */
  readonly harm?: TestResult | undefined;
  /** The test against "the canary is worse than its baseline by the margin or more". */
  readonly safe?: TestResult | undefined;
  /** The number of events of both arms together at which a canary as good as its baseline is expected to pass: with a power of 80 % for one look, and about the median for any number of looks. */
  readonly neededEvents?: Count | undefined;
  /** The reasons: first that of the verdict. */
  readonly reasons: readonly Reason[];
  /** The digest of the policy that was applied. */
  readonly policyDigest: string;
}
/** The events of one arm, and the exposure during which they happened. */
export interface Counts {
  /** The number of events: failed requests, crashes, orders. */
  readonly events: Count;
  /** The requests, users or hours during which they happened, in the same unit for both arms; 0 or more. */
  readonly exposure: number;
}
/** Which change of a rate is for the worse. */
export type Direction = "increase_is_bad" | "decrease_is_bad";
/** How often counts are compared while they grow. */
export type Looks = "any" | "one";
/** When a canary counts as worse, and how certain that must be. */
export interface Policy {
  /** Whether more events or fewer are worse. */
  readonly direction?: Direction | undefined;
  /** The change for the worse, in percent of the rate of the baseline, that is still tolerated. */
  readonly marginPercent?: number | undefined;
  /** The highest probability of a false `failed`, and that of a false `passed`, over all looks together. */
  readonly alpha?: number | undefined;
  /** How often the counts are looked at. */
  readonly looks?: Looks | undefined;
  /** The number of events that the baseline must be expected to have, if both arms have the same rate, before there is any verdict. */
  readonly minExpectedEvents?: number | undefined;
}
/** The result of one test. */
export interface TestResult {
  /** The p-value. */
  readonly p: number;
  /** The natural logarithm of the e-value: the evidence against the hypothesis. */
  readonly logE?: number | undefined;
}
/** What counts prove. */
export type Verdict = "failed" | "passed" | "inconclusive" | "no_data" | "invalid";
/** The policy with all defaults. */
export declare function defaultPolicy(): Policy;
/** Reads a policy from JSON text. */
export declare function policyFromJson(text: string): Policy;
/** Reads a policy from YAML text. */
export declare function policyFromYaml(text: string): Policy;
/** Compares the events of a canary with those of its baseline. */
export declare function compareCounts(canary: Counts, baseline: Counts, policy: Policy): Comparison;
/** Writes a comparison as text for a person: the verdict and the reasons. */
export declare function explain(comparison: Comparison): string;
/** The consequence of a comparison for its caller. */
export declare function outcome(comparison: Comparison): decision.Outcome;

// time.d.ts
/** Instants, spans, half-open ranges, local days in time zones, metric buckets and business days. */
/** Returns the business day that is `days` business days after `date`, or before it if `days` is negative. */
export declare function addBusinessDays(date: NaiveDate, days: number, calendar: BusinessCalendar): NaiveDate;
/** Returns the whole buckets that overlap a range, in order and without gaps. */
export declare function buckets(
  range: TimeRange,
  unit: BucketUnit,
  zone: string,
  weekStart: Weekday,
): readonly TimeRange<Timestamp>[];
/** Counts the business days from `start` to before `end`. */
export declare function businessDaysBetween(
  start: NaiveDate,
  end: NaiveDate,
  calendar: BusinessCalendar,
): number;
/** Writes a span as ISO 8601 in days, hours, minutes and seconds. */
export declare function formatSpan(span: Span): string;
/** Returns the calendar day in a zone at an instant. */
export declare function localDate(at: Instant, zone: string): NaiveDate;
/** Reads a span from ISO 8601 (`PT1H30M`) or from numbers with units (`90s`, `2h 30m`). */
export declare function parseSpan(text: string): Span;
/** Returns the version of the compiled-in IANA time zone database, such as `2025b`. */
export declare function tzdbVersion(): string;

// version.d.ts
/** Versions by Semantic Versioning 2.0.0, their order and the step between two of them. */
/** Returns the bump between two versions, in either order. */
export declare function bump(previous: Version, next: Version): Bump;
