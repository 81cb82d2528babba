// The public API, written by `cargo xtask codegen`: declarations, and the first sentences of their docs.
// A struct with `#[input]` also has a setter for each field.
/// The table of public functions and handles: the API in every language.
pub mod api {
    /// The type of an argument in the signature of a public function: what is decoded, and how the function borrows it.
    pub trait Argument<'a> {
        /// The owned value.
        type Owned;
        /// Borrows the argument from the owned value.
        fn borrow(owned: &'a Self::Owned) -> Self;
    }
    /// The codec of a binding for one call.
    pub trait Transport {
        /// The encoded result.
        type Return;
        /// The error of the language.
        type Failure;
        /// Decodes the argument at an index of the signature.
        fn arg<T: DeserializeOwned>(
            &mut self,
            signature: &Signature,
            index: usize,
        ) -> Result<T, Self::Failure>;
        /// Runs the function, after its arguments were decoded and before its result is encoded.
        fn run<R: Send>(&mut self, _signature: &Signature, work: impl FnOnce() -> R + Send) -> R;
        /// Encodes the result.
        fn ret<T: Serialize>(&mut self, result: T) -> Result<Self::Return, Self::Failure>;
    }
    /// The transport of JSON text: one text per argument, in the order of the signature.
    #[derive(Debug)]
    pub struct JsonTransport<'a> {}
    /// Calls a public function by name with JSON: the arguments as one object with camelCase keys, the result as JSON.
    pub fn call_json(function: &str, arguments: &str) -> Result<String>;
    /// Every type, and the arguments and the result of every function, constructor and method, as JSON: for a binding that encodes values by position.
    #[must_use]
    pub fn descriptors() -> String;
    /// All faults of the arguments of a call, in the order of the signature; `fault` if the type descriptors find none.
    #[must_use]
    pub fn explain_arguments(
        signature: &Signature,
        values: &[Option<Value>],
        fault: &dyn fmt::Display,
    ) -> Error;
    /// Whether a word is a key of a type or an argument on the wire.
    #[must_use]
    pub fn is_key(word: &str) -> bool;
    /// A named type, resolved by `named_type`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct NamedType(_);
    /// Resolves a named type by its qualified name: `canary.State`; without a module in the foundation: `TimeRange`.
    pub fn named_type(name: &str) -> Result<NamedType>;
    /// Every named type, by its qualified name.
    pub fn named_types() -> impl Iterator<Item = &'static str>;
    /// The name and the arguments of a public function, constructor or method.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub struct Signature {
        /// The qualified name: `canary.next_action`, `canary.Rollout`, `canary.Rollout.next_action`.
        pub name: &'static str,
        /// The names of the arguments, in order.
        pub arguments: &'static [&'static str],
    }
    /// A public function, resolved by `function`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Function(_);
    /// A public function over columns, resolved by `bulk_function`.
    #[derive(Clone, Copy, Debug)]
    #[non_exhaustive]
    pub struct BulkFunction {
        /// The tables that it reads.
        pub tables: &'static Record,
    }
    /// The constructor of a handle, resolved by `constructor`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Constructor(_);
    /// A method of a handle, resolved by `method`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Method(_);
    /// A handle, such as a `canary::Rollout`: a policy that was checked, compiled and digested once.
    #[derive(Clone)]
    pub struct Handle(_);
    /// Resolves a public function by its qualified name.
    #[must_use]
    pub fn function(name: &str) -> Option<Function>;
    /// Every public function, by module and name.
    pub fn functions() -> impl Iterator<Item = Function>;
    /// Resolves a function over columns by its qualified name, `metrics.dora_columns`.
    #[must_use]
    pub fn bulk_function(name: &str) -> Option<BulkFunction>;
    /// Every function over columns, by module and name.
    pub fn bulk_functions() -> impl Iterator<Item = BulkFunction>;
    /// Resolves the constructor of a handle by the handle's qualified name, `canary.Rollout`.
    #[must_use]
    pub fn constructor(name: &str) -> Option<Constructor>;
    /// The constructor of every handle, by module and name.
    pub fn constructors() -> impl Iterator<Item = Constructor>;
    /// Resolves a method of a handle by its qualified name, `canary.Rollout.next_action`.
    #[must_use]
    pub fn method(name: &str) -> Option<Method>;
    /// Every method of every handle, by module and name.
    pub fn methods() -> impl Iterator<Item = Method>;
    /// Every reason code with its module and its docs, by module.
    pub fn reason_codes() -> impl Iterator<Item = (&'static str, ReasonCode, &'static str)>;
    /// The schemas of the arguments and the result of a row, for the generator of the bindings.
    #[non_exhaustive]
    #[cfg(feature = "schema")]
    #[derive(Clone, Debug)]
    pub struct RowSchema {
        /// The function, constructor or method.
        pub signature: Signature,
        /// The type of each argument.
        pub arguments: Vec<schemars::Schema>,
        /// The type of the result; for a constructor, the type of the policy.
        pub result: schemars::Schema,
    }
    /// The schemas of every row, for the generator of the bindings.
    #[non_exhaustive]
    #[cfg(feature = "schema")]
    #[derive(Clone, Debug, Default)]
    pub struct Schemas {
        /// The texts of the constants, by qualified name.
        pub constants: Vec<(&'static str, &'static str)>,
        /// Of the functions.
        pub functions: Vec<RowSchema>,
        /// Of the functions over columns, without the columns.
        pub bulk_functions: Vec<RowSchema>,
        /// Of the constructors.
        pub constructors: Vec<RowSchema>,
        /// Of the methods.
        pub methods: Vec<RowSchema>,
    }
    /// Collects the schemas of every row.
    #[cfg(feature = "schema")]
    pub fn schemas(generator: &mut schemars::SchemaGenerator) -> Schemas;
    impl Function {
        /// Calls the function with JSON, as `call_json` does.
        pub fn call_json(self, arguments: &str) -> Result<String>;
    }
    impl Constructor {
        /// Makes a handle from JSON: an object with the policy, `{"schedule": …}`.
        pub fn call_json(self, arguments: &str) -> Result<Handle>;
    }
    impl Method {
        /// Calls the method on a handle with JSON, as `call_json` does.
        pub fn call_json(self, handle: &Handle, arguments: &str) -> Result<String>;
    }
    impl<'a> JsonTransport<'a> {
        /// A call with these arguments.
        #[must_use]
        pub fn new(arguments: Vec<Option<&'a str>>) -> Self;
    }
    impl Transport for JsonTransport<'_> {}
    impl NamedType {
        /// Writes a value, the one argument of the transport, as JSON text.
        pub fn to_json<T: Transport>(self, transport: &mut T) -> Result<String, T::Failure>;
        /// Reads a value from JSON text and returns it through the transport.
        pub fn from_json<T: Transport>(self, text: &str, transport: &mut T) -> Result<T::Return, T::Failure>;
    }
    impl fmt::Debug for Handle {}
    impl Function {
        /// The name and the arguments.
        #[must_use]
        pub fn signature(self) -> &'static Signature;
        /// Calls the function through the transport of a binding.
        pub fn call<T: Transport>(self, transport: &mut T) -> Result<T::Return, T::Failure>;
    }
    impl BulkFunction {
        /// The name and the arguments, without the columns.
        #[must_use]
        pub fn signature(self) -> &'static Signature;
        /// Calls the function on columns through the transport of a binding.
        pub fn call<T: Transport>(
            self,
            columns: &Columns<'_>,
            transport: &mut T,
        ) -> Result<T::Return, T::Failure>;
    }
    impl Constructor {
        /// The name of the handle and the one argument of its constructor: the policy.
        #[must_use]
        pub fn signature(self) -> &'static Signature;
        /// Makes a handle through the transport of a binding.
        pub fn call<T: Transport>(self, transport: &mut T) -> Result<Handle, T::Failure>;
    }
    impl Method {
        /// The name and the arguments, without the handle.
        #[must_use]
        pub fn signature(self) -> &'static Signature;
        /// Calls the method on a handle through the transport of a binding.
        pub fn call<T: Transport>(self, handle: &Handle, transport: &mut T) -> Result<T::Return, T::Failure>;
    }
}
/// Decides whether a canary advances, holds or rolls back.
pub mod canary {
    /// The reason codes of `canary`.
    pub mod code {
        /// An operator ordered to abort the rollout.
        pub const ABORT_ORDERED: ReasonCode;
        /// A metric has fewer good measurements than the analysis requires.
        pub const ANALYSIS_INCOMPLETE: ReasonCode;
        /// A bake reached its longest time without enough good measurements.
        pub const BAKE_OVERDUE: ReasonCode;
        /// The bake has not reached its shortest time.
        pub const BAKE_RUNNING: ReasonCode;
        /// The new version is not ready, and may still become so in its time.
        pub const CANARY_NOT_READY: ReasonCode;
        /// The new version is not ready for longer than it may be.
        pub const CANARY_UNHEALTHY: ReasonCode;
        /// The rollout took longer than its deadline.
        pub const DEADLINE_PASSED: ReasonCode;
        /// A metric has more consecutive query errors than its limit.
        pub const ERROR_LIMIT_EXCEEDED: ReasonCode;
        /// A metric has more failed measurements than its limit.
        pub const FAILURE_LIMIT_EXCEEDED: ReasonCode;
        /// Nobody approved a gate in its time.
        pub const GATE_EXPIRED: ReasonCode;
        /// A person refused a gate.
        pub const GATE_REFUSED: ReasonCode;
        /// A gate waits for a person's approval.
        pub const GATE_PENDING: ReasonCode;
        /// A metric has more inconclusive measurements than its limit.
        pub const INCONCLUSIVE_LIMIT_EXCEEDED: ReasonCode;
        /// A critical metric failed.
        pub const METRIC_CRITICAL: ReasonCode;
        /// The latest measurement of a metric was not good.
        pub const METRIC_NOT_GOOD: ReasonCode;
        /// A metric has not been measured since the weight was set.
        pub const METRIC_UNMEASURED: ReasonCode;
        /// The query of a metric returned no data.
        pub const NO_DATA: ReasonCode;
        /// A command of an operator was applied.
        pub const ORDER_APPLIED: ReasonCode;
        /// A command, an approval or a new revision had no effect, because it is from before the run, the pause or the step that it would change.
        pub const ORDER_OUTDATED: ReasonCode;
        /// The rollout is paused until an operator resumes.
        pub const PAUSED: ReasonCode;
        /// A pause step has not reached its end.
        pub const PAUSE_RUNNING: ReasonCode;
        /// The rollout is over until a retry or a new revision.
        pub const RUN_OVER: ReasonCode;
        /// All steps are done.
        pub const RUN_SUCCEEDED: ReasonCode;
        /// A metric has fewer samples than the bake requires.
        pub const SAMPLES_TOO_FEW: ReasonCode;
        /// The previous version is ready again, so that a frozen rollout is rolled back.
        pub const STABLE_RECOVERED: ReasonCode;
        /// The previous version is not ready, so a rollback is not possible.
        pub const STABLE_UNHEALTHY: ReasonCode;
        /// A metric has no measurement within its `max_age`.
        pub const STALE_DATA: ReasonCode;
        /// The weight of the new version changed.
        pub const WEIGHT_SET: ReasonCode;
        /// The release window is closed.
        pub const WINDOW_CLOSED: ReasonCode;
    }
    /// What to do about a canary.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum Action {
        /// Route another share of the traffic to the new version.
        SetWeight {
            /// The share it had, in percent.
            previous: f64,
            /// The share it gets, in percent.
            weight: f64,
        },
        /// Leave everything as it is.
        Hold {},
        /// Leave everything as it is: the measurements do not allow a judgement.
        Inconclusive {},
        /// Leave everything as it is and ask a person.
        AwaitGate {
            /// The name of the gate.
            gate: String,
        },
        /// Leave everything as it is until an operator resumes.
        Pause {},
        /// Route all traffic to the new version: the rollout has succeeded.
        Complete {
            /// The share it had, in percent.
            previous: f64,
        },
        /// Route all traffic to the previous version: the rollout has failed.
        RollBack {
            /// The share the new version had, in percent.
            previous: f64,
        },
        /// Leave everything as it is for good: the rollout has failed and cannot be rolled back.
        Freeze {},
    }
    /// What to do about a canary now, why, and the state for the next call.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Decision {
        /// What to do.
        pub verdict: Action,
        /// The state to store and to pass to the next call.
        pub state: State,
        /// Why.
        pub reasons: Vec<Reason>,
        /// The metrics whose measurements the decision lacked, by name.
        pub missing: Vec<String>,
        /// The first instant at which time alone may change the verdict; absent when only an observation can.
        pub next_check_at: Option<Timestamp>,
        /// The digest of the schedule.
        pub policy_digest: String,
    }
    /// The decision as text for a person: the verdict, the reasons, what is missing, when to ask again.
    #[must_use]
    pub fn explain(decision: &Decision) -> String;
    /// The consequence of a decision for its caller: go on, wait, go back, or ask a person.
    #[must_use]
    pub fn outcome(decision: &Decision) -> Outcome;
    /// Decides what to do now: advance, hold or roll back.
    pub fn next_action(
        schedule: &Schedule,
        state: &State,
        observations: &[Observation],
        now: Timestamp,
    ) -> Result<Decision>;
    /// The state of a rollout that begins now: no traffic yet, the first step ahead.
    pub fn start(schedule: &Schedule, now: Timestamp) -> Result<State>;
    /// Reads a schedule from JSON text and checks it; all faults at once.
    pub fn schedule_from_json(text: &str) -> Result<Schedule>;
    /// Reads a schedule from YAML text and checks it; all faults at once.
    #[cfg(feature = "yaml")]
    pub fn schedule_from_yaml(text: &str) -> Result<Schedule>;
    /// The meaning of an empty result: the query succeeded, and there is no series.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum EmptyResult {
        /// There is no data: the response is `on.no_data`.
        NoData,
        /// The value is 0, and is compared with the limits.
        Zero,
        /// The measurement is good.
        Good,
    }
    /// The result of a measurement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum MeasurementPhase {
        /// The value is within the limits.
        Successful,
        /// The value is beyond a limit.
        Failed,
        /// There are too few samples to judge.
        Inconclusive,
        /// The query returned nothing.
        NoData,
        /// The query failed.
        Error,
    }
    /// A measure of the new version while it takes traffic, and the limits of a good value.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Metric {
        /// The name by which measurements refer to it.
        pub name: String,
        /// The greatest good value, in `unit`.
        pub max: Option<f64>,
        /// The least good value, in `unit`.
        pub min: Option<f64>,
        /// The unit of `max`, `min` and of the values: a UCUM code such as `%`, `s`, `ms`; `1` for a share from 0 to 1.
        pub unit: Option<String>,
        /// How many failed measurements are tolerated in the whole run.
        pub failure_limit: u32,
        /// How many inconclusive measurements are tolerated in the whole run.
        pub inconclusive_limit: u32,
        /// How many errored queries in a row are tolerated.
        pub consecutive_error_limit: u32,
        /// A measurement of fewer samples, or of an unknown number of samples, is inconclusive.
        pub min_samples: Count,
        /// A measurement older than this counts as no data.
        pub max_age: Option<Span>,
        /// Whether a single failed measurement ends the rollout, whatever the limits and responses.
        pub critical: bool,
        /// How long after the new version got its first traffic the metric says nothing about it: measurements until then are ignored.
        pub initial_delay: Span,
        /// How far back the query looks: 5 minutes for `rate(errors[5m])`.
        pub window: Option<Span>,
        /// The meaning of an empty result.
        pub empty: EmptyResult,
    }
    /// A command of an operator.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Command {
        /// End the rollout.
        Abort,
        /// Stay at this weight; the timers stop.
        Pause,
        /// Continue after a pause, in a pause step, or where the rollout was frozen.
        Resume,
        /// Begin again at the first step after an abort.
        Retry,
        /// End the current step, whatever was measured.
        SkipStep,
        /// Go on to the next weight: end the current step, and those after it that wait for time or measurements.
        Promote,
        /// Give all traffic to the new version now, whatever the remaining steps are.
        PromoteFull,
        /// Go on at this weight although measurements are inconclusive or missing.
        AcceptInconclusive,
        /// Go on although the previous version is not ready, for the rest of this run: the new version may be the fix.
        ContinueWithoutStable,
    }
    /// The two sides of a canary.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum HealthRole {
        /// The new version.
        Canary,
        /// The previous version, to which a rollback returns.
        Stable,
    }
    /// Something that happened or was measured at an instant.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Observation {
        /// The instant: not after `now`, and of a measurement after the latest one of its metric.
        pub at: Timestamp,
        /// The event or the measurement.
        pub kind: ObservationKind,
    }
    /// What was observed.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum ObservationKind {
        /// Whether one side can serve at all.
        Health {
            /// Which side.
            role: HealthRole,
            /// Whether it is ready.
            healthy: bool,
        },
        /// A metric was queried.
        Measurement {
            /// The name of the metric in the schedule.
            metric: String,
            /// The result of the query.
            reading: Reading,
        },
        /// The release window opened or closed.
        Window {
            /// Whether it is open.
            open: bool,
        },
        /// A person approved or refused a gate.
        Approval {
            /// The name of the gate in the schedule.
            gate: String,
            /// Whether the rollout may pass.
            approved: bool,
            /// Who approved or refused.
            by: String,
        },
        /// An operator gave a command.
        Command {
            /// The command.
            command: Command,
            /// Who gave it, when known.
            by: Option<String>,
            /// Why, when known.
            reason: Option<String>,
        },
        /// Another version is rolled out from now on: the run begins again without traffic.
        NewRevision {
            /// The name of the new version.
            revision: String,
        },
    }
    /// The result of a metric's query.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum Reading {
        /// A finite number.
        Value {
            /// The number, in the unit of the metric.
            value: f64,
            /// How many samples it was computed from, when known.
            n: Option<Count>,
        },
        /// No value, for instance one that is not a number.
        Missing {},
        /// The query succeeded, and its result is empty.
        Empty {},
        /// The query failed.
        Failed {
            /// The error message.
            text: String,
        },
    }
    /// A person approved or refused a gate.
    #[must_use]
    pub fn approval(gate: &str, approved: bool, by: &str, at: Timestamp) -> Observation;
    /// A metric was queried, the query succeeded, and its result is empty.
    #[must_use]
    pub fn empty_result(metric: &str, at: Timestamp) -> Observation;
    /// The query of a metric failed with this message.
    #[must_use]
    pub fn failed_query(metric: &str, error: &str, at: Timestamp) -> Observation;
    /// Whether the new version (`canary`) or the previous one (`stable`) is ready to serve.
    #[must_use]
    pub fn health(role: &HealthRole, healthy: bool, at: Timestamp) -> Observation;
    /// A metric was queried and has a value, in the unit of the metric, of `n` samples if known.
    #[must_use]
    pub fn measurement(metric: &str, value: f64, at: Timestamp, n: Option<Count>) -> Observation;
    /// A metric was queried and has no value, for instance one that is not a number.
    #[must_use]
    pub fn missing_value(metric: &str, at: Timestamp) -> Observation;
    /// Another version is rolled out from now on.
    #[must_use]
    pub fn new_revision(revision: &str, at: Timestamp) -> Observation;
    /// An operator gave a command: which, when, and if known who and why.
    #[must_use]
    pub fn order(command: &Command, at: Timestamp, by: Option<&str>, reason: Option<&str>) -> Observation;
    /// The release window opened or closed.
    #[must_use]
    pub fn window(open: bool, at: Timestamp) -> Observation;
    /// When a step begins and ends.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct PlannedStep {
        /// The index of the step in the schedule.
        pub step: u32,
        /// The share of the traffic that the new version has during the step, in percent.
        pub weight: f64,
        /// The earliest instant at which the step begins.
        pub earliest_start: Timestamp,
        /// The earliest instant at which it ends.
        pub earliest_end: Timestamp,
        /// The latest instant at which it ends; absent when it, or a step before it, waits without limit.
        pub latest_end: Option<Timestamp>,
    }
    /// When each step of a schedule begins and ends, if nothing goes wrong.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Timeline {
        /// The steps in their order.
        pub steps: Vec<PlannedStep>,
        /// The earliest end of the rollout.
        pub earliest_end: Timestamp,
        /// The latest end; absent when a step waits for a person or for data without limit.
        pub latest_end: Option<Timestamp>,
        /// The instant of the deadline, if there is one and every step takes its shortest time.
        pub deadline_at: Option<Timestamp>,
    }
    /// The timeline of a rollout that starts at an instant.
    pub fn plan(schedule: &Schedule, start: Timestamp) -> Result<Timeline>;
    /// Apple's phased release: 1, 2, 5, 10, 20, 50 and 100 % of those who update automatically, a day each.
    #[must_use]
    pub fn apple_phased_schedule() -> Schedule;
    /// A staged rollout on Google Play: 1, 5, 10, 20, 50 and 100 %, a day each.
    #[must_use]
    pub fn play_staged_schedule() -> Schedule;
    /// 5 % for one to two hours, 25 % for four to six hours, then everyone: the usual canary of a service.
    #[must_use]
    pub fn standard_schedule() -> Schedule;
    /// How a weight becomes a whole number of replicas.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum ReplicaRounding {
        /// The share nearest to the weight, ties for more of the new version; both versions keep at least one replica below 100 %, unless there is only one.
        Nearest,
        /// Up to the next whole replica: 25 % of 10 are 3, 99 % are 10.
        Up,
        /// Up, but below 100 % the last of several replicas stays with the previous version.
        UpButOne,
    }
    /// How many replicas run each version.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Replicas {
        /// The replicas of the new version.
        pub canary: u32,
        /// The replicas of the previous version.
        pub stable: u32,
    }
    /// How many replicas of each version come nearest to a weight, where the number of pods splits the traffic.
    pub fn weight_to_replicas(
        total: u32,
        weight: f64,
        surge: u32,
        rounding: &ReplicaRounding,
    ) -> Result<Replicas>;
    /// The response to a cause, from the weakest to the strongest.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Response {
        /// Go on, and say so in the reasons.
        Warn,
        /// Stay at this weight until the cause is gone: after exceeded limits until the metric is good again.
        Hold,
        /// Stay at this weight until an operator resumes.
        Pause,
        /// End the rollout as the schedule's `abort` says.
        Abort,
    }
    /// A schedule that was checked and digested once, for any number of calls.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Rollout {}
    /// How the traffic must be split, as far as a state has decided.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Routing {
        /// The share of the traffic for the new version, in percent.
        pub weight: f64,
        /// The new version, once a new revision was observed.
        pub revision: Option<String>,
    }
    /// The routing that a state wants.
    #[must_use]
    pub fn routing(state: &State) -> Routing;
    /// The action of an abort.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum AbortPolicy {
        /// All traffic goes back to the previous version.
        RollBack,
        /// The weight stays as it is: for releases that cannot be rolled back (mobile, an irreversible migration).
        Freeze,
    }
    /// The response to each cause: something is wrong, or cannot be judged.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct CauseResponses {
        /// A metric failed more often than its limit.
        pub failed: Response,
        /// A metric's query errored more often in a row than its limit.
        pub error: Response,
        /// A metric was inconclusive more often than its limit, or a bake ran to its `max` without enough measurements.
        pub inconclusive: Response,
        /// A metric has no data, or only old data.
        pub no_data: Response,
        /// The deadline has passed.
        pub deadline: Response,
        /// The new version is not ready for longer than `readiness` allows.
        pub not_ready: Response,
        /// The previous version is not ready, so that a rollback is not possible.
        pub stable_unhealthy: Response,
    }
    /// The times that the deadline of a rollout does not count: each of them waits for somebody or something else.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct DeadlineExcludes {
        /// Pause steps, and pauses that an operator or a response began.
        pub pauses: bool,
        /// The time that a gate waits for an approval.
        pub gates: bool,
        /// The time in which the release window is closed.
        pub closed_windows: bool,
    }
    /// How long the new version may be unready.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Readiness {
        /// How long after its start, or after its weight rose, the version may be unready.
        pub deadline: Span,
        /// How long it may be unready at any time: a restarted pod, a node that is drained.
        pub grace: Span,
    }
    /// The steps by which traffic moves to a new version, the metrics, and the responses to failures.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Schedule {
        /// The steps, in this order.
        pub steps: Vec<Step>,
        /// The metrics, measured during the whole rollout.
        pub metrics: Vec<Metric>,
        /// The response to each cause.
        pub on: CauseResponses,
        /// The action of an abort.
        pub abort: AbortPolicy,
        /// The longest time of the whole rollout, without the times that `deadline_excludes` lists.
        pub deadline: Option<Span>,
        /// The times that the deadline does not count.
        pub deadline_excludes: DeadlineExcludes,
        /// How long the new version may be unready before `on.not_ready` applies.
        pub readiness: Readiness,
    }
    /// Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached.
    pub fn simulate(
        schedule: &Schedule,
        observations: &[Observation],
        start_at: Timestamp,
        tick: Span,
        until: Timestamp,
    ) -> Result<Vec<Decision>>;
    /// The approval or refusal of a gate.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct GateApproval {
        /// The name of the gate.
        pub gate: String,
        /// Whether the rollout may pass.
        pub approved: bool,
        /// Who approved or refused.
        pub by: String,
        /// When.
        pub at: Timestamp,
    }
    /// The latest measurement of a metric.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct LastMeasurement {
        /// When it was made.
        pub at: Timestamp,
        /// Its result.
        pub phase: MeasurementPhase,
        /// Its value, when it had one.
        pub value: Option<f64>,
        /// The number of its samples, when known.
        pub n: Option<Count>,
        /// The message of a query that failed, its first 500 characters.
        pub error: Option<String>,
    }
    /// The counts of a metric, and its latest measurement.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct MetricState {
        /// The name of the metric.
        pub name: String,
        /// Failed measurements in this run.
        pub failed: u32,
        /// Inconclusive measurements in this run.
        pub inconclusive: u32,
        /// Errored queries since the last measurement.
        pub consecutive_errors: u32,
        /// Good measurements in this step.
        pub successes: u32,
        /// Samples gathered in this step.
        pub samples: Count,
        /// The latest measurement.
        pub last: Option<LastMeasurement>,
        /// The end of the latest window whose samples were counted, for a metric with a `window`.
        pub sampled_until: Option<Timestamp>,
    }
    /// A command of an operator that was applied.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Order {
        /// The command.
        pub command: Command,
        /// When it was given.
        pub at: Timestamp,
        /// Who gave it, when known.
        pub by: Option<String>,
        /// Why, when known.
        pub reason: Option<String>,
    }
    /// Whether a rollout is under way.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Phase {
        /// It moves from step to step.
        Progressing,
        /// It waits until an operator resumes.
        Paused,
        /// All traffic is on the new version.
        Succeeded,
        /// All traffic is on the previous version again.
        RolledBack,
        /// It ended without a change of the traffic.
        Frozen,
    }
    /// The state of a rollout: plain data, to be stored between two calls.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct State {
        /// The digest of the schedule.
        pub schedule_digest: String,
        /// Whether the rollout is under way, paused or over.
        pub phase: Phase,
        /// The share of the traffic that the new version has, in percent.
        pub weight: f64,
        /// When the weight was set, once it was.
        pub weight_set_at: Option<Timestamp>,
        /// The index of the current step; the number of steps when all are done.
        pub step: u32,
        /// When the step began; a pause moves it by its length.
        pub step_entered_at: Timestamp,
        /// When the run began: the start, a retry or a new revision.
        pub started_at: Timestamp,
        /// The beginning of the pause, if the run is paused.
        pub paused_at: Option<Timestamp>,
        /// Whether an operator released the current pause step.
        pub released: bool,
        /// The counts of each metric, in the order of the schedule.
        pub metrics: Vec<MetricState>,
        /// The latest approval or refusal of each gate.
        pub approvals: Vec<GateApproval>,
        /// Whether the new version is ready, when known.
        pub canary_healthy: Option<bool>,
        /// Whether the previous version is ready, when known.
        pub stable_healthy: Option<bool>,
        /// Whether the release window is closed.
        pub window_closed: bool,
        /// Whether an operator ordered to abort.
        pub abort_ordered: bool,
        /// The version that is rolled out, once a new revision was observed.
        pub revision: Option<String>,
        /// The instant of the latest observation that was applied.
        pub observed_until: Option<Timestamp>,
        /// When the new version got its first traffic, while it has some.
        pub traffic_since: Option<Timestamp>,
        /// Since when the new version is not ready, while it is not.
        pub unready_since: Option<Timestamp>,
        /// When the readiness of the new version was last observed.
        pub canary_observed_at: Option<Timestamp>,
        /// When the readiness of the previous version was last observed.
        pub stable_observed_at: Option<Timestamp>,
        /// When the release window was last observed.
        pub window_observed_at: Option<Timestamp>,
        /// The time since the start that the deadline does not count, up to `deadline_stopped_at`.
        pub deadline_excluded: Span,
        /// Since when the deadline does not count the time, while it does not.
        pub deadline_stopped_at: Option<Timestamp>,
        /// When the gate that is the current step asked for its approval.
        pub gate_asked_at: Option<Timestamp>,
        /// When the pause or the end of the run was first told, if a response began it.
        pub told_at: Option<Timestamp>,
        /// When an operator last forgave what had been measured until then, by a resume, a skip or a promotion.
        pub forgiven_at: Option<Timestamp>,
        /// What an operator waived until the weight changes.
        pub waiver: Waiver,
        /// Whether an operator ordered to go on although the previous version is not ready.
        pub without_stable: bool,
        /// The latest command of each kind in this run.
        pub orders: Vec<Order>,
    }
    /// What an operator waived until the weight changes.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Waiver {
        /// Nothing.
        Nothing,
        /// Measurements that are inconclusive or missing.
        Inconclusive,
        /// Everything but the readiness of the new version, for the next weight.
        NextWeight,
    }
    /// A step of a schedule.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum Step {
        /// Route this share of the traffic to the new version.
        SetWeight {
            /// The share in percent: more than 0, at most 100, not below the step before.
            weight: f64,
        },
        /// Run at this weight, and go on after the shortest time if every metric is good.
        Bake {
            /// The shortest time, pauses not counted.
            min: Span,
            /// The longest time to wait for measurements and samples; absent: no limit.
            max: Option<Span>,
            /// How many samples every metric must gather in this step; absent: a single good measurement is enough.
            min_samples: Option<Count>,
        },
        /// Wait, whatever the metrics are; an exceeded limit still ends the rollout.
        Pause {
            /// The length of the pause; absent: until an operator resumes.
            duration: Option<Span>,
        },
        /// Go on when each of these metrics has this many good measurements in this step.
        Analysis {
            /// The names of the metrics.
            metrics: Vec<String>,
            /// How many good measurements each metric needs; at least 1.
            measurements: u32,
        },
        /// Wait for a person's approval.
        Gate {
            /// The name that an approval refers to.
            name: String,
            /// How long it waits, from when it asked, pauses not counted; absent: without limit.
            timeout: Option<Span>,
            /// The response to a gate that nobody approved in time; absent: `abort`, as AWS CodeDeploy.
            on_timeout: Option<Response>,
        },
    }
    /// An error or a warning about a schedule.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Diagnostic {
        /// The stable code.
        pub code: DiagnosticCode,
        /// `error`: the schedule is refused.
        pub severity: Severity,
        /// The path from the schedule down: `steps[1].weight`.
        pub path: String,
        /// The sentence for a person.
        pub text: String,
    }
    /// The kinds of errors and warnings about a schedule.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum DiagnosticCode {
        /// Error: there are no steps.
        NoSteps,
        /// Error: there are more than 10,000 steps or metrics.
        TooMany,
        /// Error: a weight is not a number above 0 and up to 100.
        WeightOutOfRange,
        /// Error: a weight is below the one before it.
        WeightFalls,
        /// Warning: a weight is the one before it.
        WeightRepeats,
        /// Error: the last weight is not 100.
        WeightNeverFull,
        /// Error: a span is negative, or a deadline, a window or a timeout is not positive.
        SpanOutOfRange,
        /// Error: a bake may end before it has lasted its shortest time.
        BakeMaxBelowMin,
        /// Error: a step requires samples or measurements, but there is no metric.
        NothingMeasured,
        /// Error: an analysis requires no measurement at all.
        AnalysisEmpty,
        /// Error: an analysis names a metric that the schedule does not have.
        UnknownMetric,
        /// Error: a gate or a metric has no name.
        NameEmpty,
        /// Error: two gates or two metrics have the same name, or an analysis names a metric twice.
        NameRepeated,
        /// Error: a metric has neither `max` nor `min`, so it could never fail.
        MetricUnlimited,
        /// Error: a limit of a metric is not a finite number.
        LimitNotFinite,
        /// Error: `min` is above `max`, so that no value is good.
        LimitsCrossed,
        /// Warning: a limit of a metric in percent is perhaps meant as a share: `0.01` for 1 %, or at least `0.99` for 99 %.
        LimitUnlikely,
        /// Warning: there is no metric: only an operator can stop the rollout.
        NoMetrics,
        /// Warning: the deadline is not longer than all timers together that it counts, so that it always expires before the end.
        DeadlineUnreachable,
        /// Warning: a bake has no shortest time and nothing is measured, so that it never holds the rollout.
        BakeNeverHolds,
        /// Warning: a bake requires samples or measurements that cannot come in its time, so that it never ends well.
        BakeNeverEnds,
    }
    /// All errors and warnings about a schedule, in the order of the schedule; empty when there are none.
    #[must_use]
    pub fn validate(schedule: &Schedule) -> Vec<Diagnostic>;
    impl Display for AbortPolicy {}
    impl FromStr for AbortPolicy {}
    impl Display for Command {}
    impl FromStr for Command {}
    impl Display for DiagnosticCode {}
    impl FromStr for DiagnosticCode {}
    impl Display for EmptyResult {}
    impl FromStr for EmptyResult {}
    impl Display for HealthRole {}
    impl FromStr for HealthRole {}
    impl Display for MeasurementPhase {}
    impl FromStr for MeasurementPhase {}
    impl Display for Phase {}
    impl FromStr for Phase {}
    impl Display for ReplicaRounding {}
    impl FromStr for ReplicaRounding {}
    impl Display for Response {}
    impl FromStr for Response {}
    impl Display for Waiver {}
    impl FromStr for Waiver {}
    /// The text of `explain`.
    impl fmt::Display for Decision {}
    impl Explain for Decision {}
    impl Rollout {
        /// The state of a rollout that begins now: no traffic yet, the first step ahead.
        pub fn start(&self, now: Timestamp) -> Result<State>;
        /// Decides what to do now: advance, hold or roll back.
        pub fn next_action(
            &self,
            state: &State,
            observations: &[Observation],
            now: Timestamp,
        ) -> Result<Decision>;
    }
    impl PolicyText for Schedule {}
    impl Metric {
        /// A metric without limits: set at least one of `max` and `min`.
        #[must_use]
        pub fn new(name: impl Into<String>) -> Self;
    }
    impl Observation {
        /// Something that happened or was measured at an instant.
        #[must_use]
        pub fn new(at: Timestamp, kind: ObservationKind) -> Self;
    }
    impl From<Command> for ObservationKind {}
    impl Rollout {
        /// The timeline of a rollout that starts at an instant.
        pub fn plan(&self, start: Timestamp) -> Result<Timeline>;
    }
    impl Rollout {
        /// Checks and digests a schedule.
        pub fn new(schedule: Schedule) -> Result<Self>;
        /// The schedule.
        #[must_use]
        pub fn schedule(&self) -> &Schedule;
        /// The digest of the schedule, as in the state and in every decision.
        #[must_use]
        pub fn digest(&self) -> &str;
    }
    impl Schedule {
        /// A schedule without metrics and deadline, with the default responses.
        #[must_use]
        pub fn new(steps: impl IntoIterator<Item = Step>) -> Self;
    }
    impl Default for DeadlineExcludes {}
    impl Default for Readiness {}
    impl Default for CauseResponses {}
    impl Rollout {
        /// Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached.
        pub fn simulate(
            &self,
            observations: &[Observation],
            start_at: Timestamp,
            tick: Span,
            until: Timestamp,
        ) -> Result<Vec<Decision>>;
    }
}
/// Whole histories by columns of numbers: a million rows without an object for each.
pub mod column {
    /// A field of a `Record`.
    #[derive(Clone, Debug)]
    pub struct Field {
        /// The name in Rust and Python: `finished_at`.
        pub name: Cow<'static, str>,
        /// The documentation.
        pub docs: Cow<'static, str>,
        /// What it holds.
        pub kind: Kind,
        /// Whether it must be given.
        pub required: bool,
    }
    /// What a field holds.
    #[derive(Clone, Copy, Debug)]
    pub enum Kind {
        /// Instants, none of which is absent.
        Instants,
        /// Instants, some of which may be absent.
        OptionalInstants,
        /// Where the instants of another column are present.
        Validity,
        /// Values of an enum.
        Values(Values),
        /// Codes of names.
        Codes(&'static str),
        /// Codes of names that nothing lists, or none.
        Labels,
        /// Indices of rows of this table, or none.
        Indices(&'static str),
        /// Whether something holds.
        Flags,
        /// Offsets into this table: one more than there are rows.
        Offsets(&'static str),
        /// Lists of indices of rows of this table.
        Lists(&'static str),
        /// `Members` from this table.
        Members(&'static str),
        /// A table.
        Table(&'static Record),
        /// Names; without them, these.
        Names(&'static [&'static str]),
        /// A number of names; without it, this.
        Count(u32),
    }
    /// What a table or a set of tables is declared to have, as data.
    #[derive(Debug)]
    pub struct Record {
        /// The name in other languages: `DeploymentColumns`.
        pub name: &'static str,
        /// The documentation.
        pub docs: &'static str,
        /// The fields in the order of declaration.
        pub fields: &'static [Field],
    }
    /// The values of an enum.
    #[derive(Clone, Copy, Debug)]
    pub struct Values {
        /// Their texts on the wire, by code.
        pub texts: fn() -> Vec<String>,
        /// The code that stands for an absent value, if one may be absent.
        pub absent: Option<u8>,
    }
    /// One column, borrowed; or the names, or how many there are.
    #[derive(Clone, Debug)]
    pub enum Column<'a> {
        /// Of `Kind::Instants` and `Kind::OptionalInstants`.
        Instants(Instants<'a>),
        /// Of `Kind::Values` and `Kind::Validity`.
        Bytes(&'a [u8]),
        /// Of `Kind::Codes`, `Kind::Labels`, `Kind::Indices` and `Kind::Offsets`.
        Numbers(&'a [u32]),
        /// Of `Kind::Flags`.
        Flags(&'a [bool]),
        /// Of `Kind::Lists`.
        Lists(Lists<'a>),
        /// Of `Kind::Names`.
        Names(Vec<&'a str>),
        /// Of `Kind::Count`.
        Count(u32),
    }
    /// The columns that are given, by their paths on the wire: `columns.deployments.finishedAt`.
    #[derive(Clone, Debug, Default)]
    pub struct Columns<'a>(_);
    /// A struct or a field of it that is read from `Columns` and written to them.
    pub trait Form<'a>: Sized {
        /// Borrows it; empty, or the default of its kind, where nothing is given.
        fn read(columns: &'a Columns<'a>, path: &str, kind: &Kind) -> Result<Self>;
        /// Adds what it borrows.
        fn write(&self, columns: &mut Columns<'a>, path: &str);
    }
    /// The name of the argument, with which every path begins.
    pub const ROOT: &str;
    /// A table or a set of tables, with its declaration.
    pub trait Tables<'a>: Form<'a> {
        /// The declaration.
        const RECORD: &'static Record;
    }
    /// The code or index that stands for none.
    pub const NONE: u32;
    /// Milliseconds since 1970, some of which may be absent.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Instants<'a> {
        /// The instants; a value that the bitmap marks as absent is not read.
        pub millis: &'a [i64],
        /// One bit per instant, lowest first, set where it is present: Arrow's validity bitmap.
        pub validity: Option<&'a [u8]>,
    }
    /// A list of indices for every row, one after the other: Arrow's `List`.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Lists<'a> {
        /// The index in `items` at which the list of each row begins, and at the end where the last list ends.
        pub offsets: &'a [u32],
        /// The items of all lists.
        pub items: &'a [u32],
    }
    /// How rows name those of another table that belong to them.
    #[derive(Clone, Copy, Debug)]
    pub enum Members<'a> {
        /// Those of row `i` are those from `offsets[i]` to before `offsets[i + 1]`: each belongs to one row.
        Nested(&'a [u32]),
        /// Each row lists indices.
        Indexed(Lists<'a>),
    }
    impl Record {
        /// The columns as other languages see them: instants that may be absent have a column of validity behind them, and `Kind::Members` are a column of offsets and one of lists.
        #[must_use]
        pub fn columns(&self) -> Vec<Field>;
    }
    impl Field {
        /// The path of the field below that of its record.
        #[must_use]
        pub fn path(&self, parent: &str) -> String;
    }
    impl<'a> Columns<'a> {
        /// Adds a column.
        pub fn insert(&mut self, path: String, column: Column<'a>);
        /// The set of tables with these columns.
        pub fn read<T: Tables<'a>>(&'a self) -> Result<T>;
    }
    impl<'a> Form<'a> for Instants<'a> {}
    impl<'a> Form<'a> for Members<'a> {}
    impl Instants<'_> {
        /// The instant at an index; `None` where it is absent, or beyond the column.
        #[must_use]
        pub fn at(&self, index: usize) -> Option<i64>;
    }
    impl<'a> Lists<'a> {
        /// The list of a row; empty beyond the last row.
        #[must_use]
        pub fn of(&self, row: usize) -> &'a [u32];
    }
    impl Default for Members<'_> {}
}
/// The parts that every decision has, and the text that a person reads.
pub mod decision {
    /// The consequence of a decision for its caller: one of four, for every kind of decision.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Outcome {
        /// Go on: nothing speaks against the next step.
        Proceed,
        /// Leave everything as it is and ask again later.
        Wait,
        /// Return to the previous version.
        RollBack,
        /// A person must act or decide: the facts do not allow a decision, or the remedy is not a rollback.
        Ask,
    }
    impl Display for Outcome {}
    impl FromStr for Outcome {}
    /// A decision: a verdict with its reasons, the missing facts, the next check and the digest of the policy.
    pub trait Explain {
        /// The verdict in words, in one line.
        fn headline(&self) -> String;
        /// The consequence for the caller.
        fn outcome(&self) -> Outcome;
        /// The reasons, in the order of the rules.
        fn reasons(&self) -> &[Reason];
        /// The names of the facts that are missing.
        fn missing(&self) -> &[String];
        /// The next instant at which time alone changes the verdict; `None` if there is none.
        fn next_check_at(&self) -> Option<Timestamp>;
        /// The digest of the policy.
        fn policy_digest(&self) -> &str;
        /// What happens at `next_check_at`, as a clause; empty if that needs no words.
        fn next_check_event(&self) -> &'static str;
        /// Lines about the facts that would change the verdict.
        fn counterfactual_lines(&self) -> Vec<String>;
        /// The text for a person: the verdict, the reasons by severity, the missing facts, the next check, the facts that would change the verdict, the policy.
        fn explain(&self) -> String;
    }
}
/// Canonical JSON (RFC 8785) and the SHA-256 digest of a value.
pub mod digest {
    /// Rewrites a JSON text as canonical JSON (RFC 8785): keys sorted, no white space, numbers as ECMAScript writes them.
    pub fn canonical_json(text: &str) -> Result<String>;
    /// Computes the SHA-256 digest of the canonical JSON of a text: `sha256:` and 64 hexadecimal digits.
    pub fn sha256(text: &str) -> Result<String>;
}
/// The error of every function: a list of faults, each with a stable code, the JSON path of the field and a sentence.
pub mod error {
    /// The result of every function that can fail.
    pub type Result<T, E = Error> = std::result::Result<T, E>;
    /// The reasons for refusing an input: one or more `Fault`s.
    #[derive(Clone, PartialEq, Eq, Hash, thiserror :: Error)]
    pub struct Error(_);
    /// One mistake in an input.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror :: Error)]
    #[non_exhaustive]
    pub struct Fault {
        /// The kind of mistake; its wire text is the stable code.
        pub code: ErrorKind,
        /// The path from the argument to the field: `schedule.steps[1].weight`.
        pub path: String,
        /// A sentence for a person: what is wrong and what was expected.
        pub text: String,
        /// The line of a YAML text, from 1.
        pub line: Option<u32>,
        /// The column in the line, from 1: the unknown key, or the value that is wrong.
        pub column: Option<u32>,
    }
    /// The kinds of mistakes, with stable codes (their wire text).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The text is not JSON, YAML or whatever the function reads.
        Syntax,
        /// A key that the type does not have.
        UnknownField,
        /// A required key is absent.
        MissingField,
        /// The value has another type than the field: text for a number, a list for an object.
        WrongType,
        /// The value has the right type but no meaning in this field.
        InvalidValue,
        /// The value is beyond what the field or the arithmetic can hold.
        OutOfRange,
        /// Two items have the same identity.
        Duplicate,
        /// Items are not in the required order.
        Unordered,
        /// A reference to something that does not exist, such as a metric that the schedule does not have.
        UnknownReference,
        /// The time zone is not in the built-in IANA database.
        UnknownZone,
        /// The state was started under another policy.
        PolicyChanged,
        /// There is no public function, handle or method of this name.
        UnknownFunction,
    }
    impl ErrorKind {
        /// The stable code: the same text as on the wire.
        #[must_use]
        pub fn code(self) -> &'static str;
    }
    impl Error {
        /// An error of a single fault.
        pub fn new(kind: ErrorKind, path: impl Into<String>, text: impl Into<String>) -> Self;
        /// The kind of the first fault.
        #[must_use]
        pub fn kind(&self) -> ErrorKind;
        /// The stable code of the first fault.
        #[must_use]
        pub fn code(&self) -> &'static str;
        /// The path of the first fault; empty for the whole input.
        #[must_use]
        pub fn path(&self) -> &str;
        /// All faults, in the order of the input.
        #[must_use]
        pub fn faults(&self) -> &[Fault];
        /// The same faults, seen from one level further out: `weight` under `steps[1]` becomes `steps[1].weight`.
        #[must_use]
        pub fn under(mut self, parent: &str) -> Self;
        /// The faults of both, of this one first.
        #[must_use]
        pub fn and(self, other: Self) -> Self;
    }
    impl fmt::Debug for Error {}
}
/// Converts the text of git and Prometheus to the inputs of the other modules.
pub mod interchange {
    /// The command whose output `parse_git` reads as `log`, for a shell.
    pub const GIT_LOG: &str;
    /// The command whose output `parse_git` reads as `tags`, for a shell.
    pub const GIT_TAGS: &str;
    /// A commit.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct GitCommit {
        /// The full object name: 40 or 64 hexadecimal digits.
        pub id: String,
        /// The full object names of the parents.
        pub parents: Vec<String>,
        /// The author date: when the change was written.
        pub authored_at: Timestamp,
        /// The committer date: when the commit was last applied, as by a rebase.
        pub committed_at: Timestamp,
        /// The first line of the message.
        pub subject: String,
        /// The rest of the message.
        pub body: String,
    }
    /// The commits and tags of a repository.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct GitHistory {
        /// The commits in the order of the log: newest first.
        pub commits: Vec<GitCommit>,
        /// The tags of commits, in the order of the list.
        pub tags: Vec<GitTag>,
    }
    /// A tag of a commit.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct GitTag {
        /// The short name: `v1.2.3`.
        pub name: String,
        /// The full object name of the tagged commit.
        pub commit: String,
        /// The tagger date; for a lightweight tag, the committer date of the commit.
        pub tagged_at: Timestamp,
    }
    /// Reads the commits and tags of a repository from the output of two git commands.
    pub fn parse_git(tags: &str, log: &str) -> Result<GitHistory>;
    /// A metric of a schedule with the Prometheus responses for it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct PrometheusMetric {
        /// The name of the metric in the schedule.
        pub metric: String,
        /// The body of the `/api/v1/query_range` response to the query of the metric, also if it is an error.
        pub answer: String,
        /// The body of the response to the query for the number of samples behind each value, such as the requests behind an error rate.
        pub samples: Option<String>,
        /// The factor from the unit of the query to the unit of the metric: 100 from a share to percent, 1000 from seconds to milliseconds.
        pub scale: f64,
        /// Whether a response with warnings is accepted.
        pub accept_warnings: bool,
    }
    /// Converts Prometheus responses, one range query for each metric, to observations of a canary.
    pub fn prometheus_observations(
        metrics: &[PrometheusMetric],
        start: Timestamp,
        end: Timestamp,
        step: Span,
    ) -> Result<Vec<Observation>>;
    /// A sample value that is not a finite number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum MissingSample {
        /// `NaN`, often from 0 divided by 0.
        Nan,
        /// `+Inf`, often from a division by 0 or a quantile beyond the last histogram bucket.
        PositiveInfinity,
        /// `-Inf`.
        NegativeInfinity,
    }
    /// One sample: a number, or the reason for its absence.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct PrometheusSample {
        /// The instant of evaluation.
        pub at: Timestamp,
        /// The finite number; absent if `missing` is present.
        pub value: Option<f64>,
        /// The reason why there is no number; absent if `value` is present.
        pub missing: Option<MissingSample>,
    }
    /// One time series of a range query.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct PrometheusSeries {
        /// The labels.
        pub labels: BTreeMap<String, String>,
        /// The samples in the order of time.
        pub samples: Vec<PrometheusSample>,
    }
    /// Reads a response of Prometheus' `/api/v1/query_range`: a matrix of series.
    pub fn prometheus_query_range(text: &str) -> Result<Vec<PrometheusSeries>>;
    /// The service of the deployments that come from a git history.
    pub const GIT_SERVICE: &str;
    /// The releases of a repository as deployments and its commits as changes, for `metrics.dora`.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct GitReleases {
        /// One deployment for each release, in the order of time.
        pub deployments: Vec<Deployment>,
        /// One change for each commit, released or not, in the order of the log.
        pub changes: Vec<Change>,
    }
    /// The default pattern of release tags: a version, and nothing else.
    pub const RELEASE_TAG: &str;
    /// Converts release tags to deployments, and assigns each commit to the earliest release that contains it.
    pub fn git_releases(history: &GitHistory, tag_pattern: Option<&str>) -> Result<GitReleases>;
    impl Display for MissingSample {}
    impl FromStr for MissingSample {}
    impl GitHistory {
        /// The commits, newest first, and the tags of a repository.
        #[must_use]
        pub fn new(
            commits: impl IntoIterator<Item = GitCommit>,
            tags: impl IntoIterator<Item = GitTag>,
        ) -> Self;
    }
    impl GitCommit {
        /// A commit whose message has one line.
        #[must_use]
        pub fn new(
            id: impl Into<String>,
            parents: impl IntoIterator<Item = impl Into<String>>,
            authored_at: Timestamp,
            committed_at: Timestamp,
            subject: impl Into<String>,
        ) -> Self;
    }
    impl GitTag {
        /// A tag of a commit.
        #[must_use]
        pub fn new(name: impl Into<String>, commit: impl Into<String>, tagged_at: Timestamp) -> Self;
    }
    impl PrometheusMetric {
        /// A metric whose query has its unit, without a query for the number of samples.
        #[must_use]
        pub fn new(metric: impl Into<String>, answer: impl Into<String>) -> Self;
    }
}
/// The five delivery metrics of DORA, from deployments, changes and incidents.
pub mod metrics {
    /// The same metrics from columns: a million deployments without an object for each.
    pub mod columns {
        pub use super::table::ChangeColumns;
        pub use super::table::DeploymentColumns;
        pub use super::table::Events;
        pub use super::table::IncidentColumns;
        pub use super::table::ListedChanges;
        pub use crate::column::Instants;
        pub use crate::column::Lists;
        pub use crate::column::NONE;
        /// The five delivery metrics, from columns: the same report as `dora` gives for the same events.
        pub fn dora(
            columns: &Events<'_>,
            policy: &Policy,
            range: &TimeRange,
            unit: &BucketUnit,
            zone: &str,
        ) -> Result<DoraReport>;
    }
    /// A policy that is checked and digested once, for any number of reports.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Engine(_);
    /// A commit or another unit of work that deployments deliver.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Change {
        /// Identifies the change within the input; a commit id, for instance.
        pub id: String,
        /// When it was written, where that is known.
        pub authored_at: Option<Timestamp>,
        /// When it was committed in its present form.
        pub committed_at: Timestamp,
        /// Whether it is a merge: a commit with two parents or more.
        pub merge: bool,
        /// The ids of the earlier changes that it reverts.
        pub reverts: Vec<String>,
    }
    /// One attempt to deploy a version of a service to an environment.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Deployment {
        /// Identifies the deployment within the input.
        pub id: String,
        /// What was deployed.
        pub service: String,
        /// The environment; `production` when left out.
        pub environment: String,
        /// When it began, where that is known.
        pub started_at: Option<Timestamp>,
        /// When it ended; this instant decides which bucket it is counted in.
        pub finished_at: Timestamp,
        /// How it ended.
        pub outcome: DeploymentOutcome,
        /// Its purpose; `unknown` when left out.
        pub intent: DeploymentIntent,
        /// The version or commit that ran afterwards.
        pub revision: Option<String>,
        /// The ids of earlier deployments that this one repairs.
        pub remediates: Vec<String>,
        /// The ids of the changes that it delivered: those that the deployment before it did not contain.
        pub changes: Vec<String>,
    }
    /// What a deployment was for.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum DeploymentIntent {
        /// To deliver planned work.
        Planned,
        /// To repair production with new code, unplanned.
        Hotfix,
        /// To restore an earlier version.
        Rollback,
        /// To deploy the same version again.
        Redeploy,
        /// Not recorded.
        Unknown,
    }
    /// How a deployment ended: the values of OpenTelemetry's `cicd.pipeline.result`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum DeploymentOutcome {
        /// It runs.
        Success,
        /// It ran to its end and failed.
        Failure,
        /// It could not be carried out.
        Error,
        /// It exceeded its time limit.
        Timeout,
        /// Somebody stopped it.
        Cancellation,
        /// It was not carried out at all.
        Skip,
    }
    /// A disruption of a service that needed immediate attention.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Incident {
        /// Identifies the incident within the input.
        pub id: String,
        /// The affected service.
        pub service: String,
        /// The affected environment; `production` when left out.
        pub environment: String,
        /// The severity as the incident tool names it.
        pub severity: Option<String>,
        /// When it was detected.
        pub detected_at: Timestamp,
        /// When the service had recovered; left out while the incident is open.
        pub resolved_at: Option<Timestamp>,
        /// The id of the deployment that caused it, where that is known.
        pub caused_by: Option<String>,
        /// The id of the incident that this one repeats.
        pub duplicate_of: Option<String>,
    }
    /// The report as text for a person: a line for each period, then the basis of each number of the whole range.
    #[must_use]
    pub fn explain(report: &DoraReport) -> String;
    /// Reads a policy from YAML text; `{}` is the default policy.
    #[cfg(feature = "yaml")]
    pub fn policy_from_yaml(text: &str) -> Result<Policy>;
    /// Every choice behind the delivery metrics.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Policy {
        /// The environments whose deployments and incidents count; `production` alone, as DORA defines.
        pub environments: Vec<String>,
        /// Intents whose deployments do not count for frequency and rates, such as `redeploy`.
        pub uncounted_intents: Vec<DeploymentIntent>,
        /// The period of the frequency; one day by default.
        pub frequency_per: Span,
        /// When the lead time of a change begins; `authored` by default, as in DORA's "committed to version control", which a rebase must not shorten.
        pub lead_start: LeadStart,
        /// The unit that has a lead time; `change` by default.
        pub lead_unit: LeadUnit,
        /// Whether merge commits have lead times; true by default: they are changes, too.
        pub count_merges: bool,
        /// How the first deployment counts for lead times; `exclude` by default.
        pub seed: SeedRule,
        /// Where the changes of unsuccessful deployments go; `carry_forward` by default, as in metrik: they reach production with the next one.
        pub undelivered: UndeliveredChanges,
        /// How negative lead and recovery times are treated; `drop` by default: clocks differ, and a mean must not hide that.
        pub negative_spans: NegativeSpans,
        /// Which deployments the rates are shares of; `successful` by default: one that never ran changed nothing.
        pub denominator: RateDenominator,
        /// The signals that a deployment failed; by default all but `outcome`, because a failed pipeline run is no failure in production.
        pub failure_signals: Vec<FailureSignal>,
        /// The signals that a deployment is rework; all by default.
        pub rework_signals: Vec<ReworkSignal>,
        /// The rules that link an incident to the deployment that caused it; the first that finds one wins.
        pub incident_links: Vec<IncidentLink>,
        /// How old a deployment may be for `latest_before`; 7 days by default.
        pub link_max_age: Span,
        /// Whether `latest_before` links an incident to a deployment that finished in the same instant; true by default: a deployment is responsible for the half-open time until the next one.
        pub link_same_instant: bool,
        /// When recovery begins; `deployment_finished` by default: users suffer before anybody notices.
        pub recovery_start: RecoveryStart,
        /// When recovery ends; `incident_else_remedy` by default.
        pub recovery_end: RecoveryEnd,
        /// Which of several incidents ends the recovery; `last` by default.
        pub several_incidents: SeveralIncidents,
        /// What a failed deployment that has not recovered counts; `exclude` by default, with its number stated.
        pub open_recoveries: OpenRecoveries,
        /// By which instant a recovery belongs to a window; `failure` by default, so that a window's recoveries are those of its failures, and asking for another window changes none of them.
        pub recovery_membership: RecoveryMembership,
        /// How quantiles are read; `linear` by default.
        pub quantile: QuantileRule,
        /// Which number summarises lead and recovery times; `median` by default, as DORA does.
        pub summary: DurationSummary,
        /// The first day of weekly buckets; Monday by default (ISO 8601).
        pub week_start: Weekday,
        /// The level of the confidence intervals, as a share; 0.95 by default.
        pub confidence_level: f64,
        /// With fewer items than this an estimate is marked `lowN`; 6 by default: with five, no interval of 95 % around a median exists that assumes nothing about the distribution.
        pub low_n: u32,
    }
    /// The policy that follows DORA's definitions: every field at its default.
    #[must_use]
    pub fn default_policy() -> Policy;
    /// Reads a policy from JSON text; `{}` is the default policy.
    pub fn policy_from_json(text: &str) -> Result<Policy>;
    /// The five delivery metrics of DORA over a range and each of its buckets.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct DoraReport {
        /// The range that the report covers.
        pub range: TimeRange,
        /// The whole range.
        pub overall: DoraRow,
        /// The buckets that touch the range, in order, empty ones too.
        pub buckets: Vec<DoraRow>,
        /// The digest of the policy: `sha256:` and 64 hexadecimal digits.
        pub policy_digest: String,
        /// The version of the time zone database that cut the buckets.
        pub tzdb_version: String,
    }
    /// The five delivery metrics of DORA over one range of time.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct DoraRow {
        /// The part of the bucket that lies in the report's range.
        pub range: TimeRange,
        /// Whether the bucket reaches beyond the report's range, so that this row shows only a part of it.
        pub partial: bool,
        /// Deployments per `frequencyPer` of the policy, over the real length of the range.
        pub deployment_frequency: Estimate,
        /// How long a change takes from being written to running in production, in seconds.
        pub change_lead_time: Estimate,
        /// The share of deployments that failed: `affected` of `n`.
        pub change_fail_rate: Estimate,
        /// How long a failed deployment takes to recover, in seconds.
        pub failed_deployment_recovery_time: Estimate,
        /// The share of deployments that were made to repair production: `affected` of `n`.
        pub deployment_rework_rate: Estimate,
    }
    /// A number with its basis, or the reason why there is none.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Estimate {
        /// The number: deployments per period, seconds, or a share from 0 to 1.
        pub value: Option<f64>,
        /// Why there is no number.
        pub undefined: Option<UndefinedReason>,
        /// The number of items behind the value: deployments, lead times or recoveries.
        pub n: Count,
        /// Of a rate: how many of the `n` deployments failed, or were rework.
        pub affected: Option<Count>,
        /// Whether `n` is below `lowN` of the policy: too few items for a conclusion.
        pub low_n: bool,
        /// How many items were left out, by reason; reasons that did not occur are not listed.
        pub excluded: Vec<Exclusion>,
        /// The confidence interval of `value`, where one exists: Garwood's for a frequency, Wilson's for a rate, between order statistics for a median.
        pub interval: Option<Interval>,
        /// The median, of a set of durations.
        pub median: Option<f64>,
        /// The arithmetic mean, of a set of durations.
        pub mean: Option<f64>,
        /// Nine of ten are not longer, of a set of durations.
        pub p90: Option<f64>,
        /// Nineteen of twenty are not longer, of a set of durations.
        pub p95: Option<f64>,
    }
    /// How many items were left out for one reason.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Exclusion {
        /// The reason.
        pub reason: ExclusionReason,
        /// How many.
        pub n: Count,
    }
    /// Why an item was left out of a metric.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum ExclusionReason {
        /// A deployment or an incident of an environment that the policy does not name.
        OtherEnvironment,
        /// A deployment whose outcome does not count.
        Outcome,
        /// A deployment whose intent the policy does not count.
        Intent,
        /// A change that the first deployment of its service and environment brought.
        Seed,
        /// A merge.
        Merge,
        /// A change whose start is unknown.
        StartUnknown,
        /// A span that ends before it begins.
        Negative,
        /// A change that an earlier deployment of the service and environment had delivered.
        Repeated,
        /// The id of a change that is not in the input.
        UnknownChange,
        /// A change that no deployment has delivered, by the time it was committed.
        Undelivered,
        /// An incident that is a duplicate of another.
        DuplicateIncident,
        /// An incident that no deployment could be linked to.
        Unlinked,
        /// An incident whose deployment is not in the input or does not count.
        UnknownDeployment,
        /// A failed deployment that has not recovered.
        Open,
    }
    /// Why there is no number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum UndefinedReason {
        /// The range has no length.
        EmptyRange,
        /// There was no deployment to take a share of, or no deployment in the whole input to take a frequency from.
        NoDeployments,
        /// No change was delivered.
        NoChanges,
        /// Every change came with the first deployment, which brings the history along.
        SeedOnly,
        /// No deployment failed, so there was nothing to recover from.
        NoFailures,
        /// No failed deployment has recovered.
        AllOpen,
        /// Every item was left out; `excluded` says why.
        AllExcluded,
    }
    /// One period of a report: its numbers without their basis, each in a column.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct ReportRow {
        /// The first instant of the period in the range of the report.
        pub start: Timestamp,
        /// The first instant after it.
        pub end: Timestamp,
        /// Whether the period reaches beyond the range of the report, so that the row shows only a part of it.
        pub partial: bool,
        /// How many deployments succeeded.
        pub deployments: Count,
        /// Deployments per `frequencyPer` of the policy.
        pub deployment_frequency: Option<f64>,
        /// How many changes have a lead time.
        pub changes: Count,
        /// How long a change takes from being written to running in production.
        pub change_lead_time_seconds: Option<f64>,
        /// Nine of ten changes take no longer.
        pub change_lead_time_p90_seconds: Option<f64>,
        /// How many deployments the two rates are shares of.
        pub rated_deployments: Count,
        /// How many of them failed.
        pub failed_deployments: Count,
        /// The share of them that failed.
        pub change_fail_rate: Option<f64>,
        /// How many failed deployments have recovered.
        pub recoveries: Count,
        /// How long a failed deployment takes to recover.
        pub recovery_time_seconds: Option<f64>,
        /// How many of the rated deployments were made to repair production.
        pub rework_deployments: Count,
        /// The share of them that were.
        pub deployment_rework_rate: Option<f64>,
        /// The digest of the policy: rows of two policies must not be compared.
        pub policy_digest: String,
    }
    /// The periods of a report as flat rows, in their order.
    #[must_use]
    pub fn report_rows(report: &DoraReport) -> Vec<ReportRow>;
    /// The five delivery metrics over a range and its buckets, in local days of a zone.
    pub fn dora(
        deployments: &[Deployment],
        changes: &[Change],
        incidents: &[Incident],
        policy: &Policy,
        range: &TimeRange,
        unit: &BucketUnit,
        zone: &str,
    ) -> Result<DoraReport>;
    impl Display for DeploymentIntent {}
    impl FromStr for DeploymentIntent {}
    impl Display for DeploymentOutcome {}
    impl FromStr for DeploymentOutcome {}
    impl Display for DurationSummary {}
    impl FromStr for DurationSummary {}
    impl Display for ExclusionReason {}
    impl FromStr for ExclusionReason {}
    impl Display for FailureSignal {}
    impl FromStr for FailureSignal {}
    impl Display for IncidentLink {}
    impl FromStr for IncidentLink {}
    impl Display for LeadStart {}
    impl FromStr for LeadStart {}
    impl Display for LeadUnit {}
    impl FromStr for LeadUnit {}
    impl Display for NegativeSpans {}
    impl FromStr for NegativeSpans {}
    impl Display for OpenRecoveries {}
    impl FromStr for OpenRecoveries {}
    impl Display for QuantileRule {}
    impl FromStr for QuantileRule {}
    impl Display for RateDenominator {}
    impl FromStr for RateDenominator {}
    impl Display for RecoveryEnd {}
    impl FromStr for RecoveryEnd {}
    impl Display for RecoveryMembership {}
    impl FromStr for RecoveryMembership {}
    impl Display for RecoveryStart {}
    impl FromStr for RecoveryStart {}
    impl Display for ReworkSignal {}
    impl FromStr for ReworkSignal {}
    impl Display for SeedRule {}
    impl FromStr for SeedRule {}
    impl Display for SeveralIncidents {}
    impl FromStr for SeveralIncidents {}
    impl Display for UndefinedReason {}
    impl FromStr for UndefinedReason {}
    impl Display for UndeliveredChanges {}
    impl FromStr for UndeliveredChanges {}
    impl Deployment {
        /// A deployment to production of which nothing else is known.
        #[must_use]
        pub fn new(
            id: impl Into<String>,
            service: impl Into<String>,
            finished_at: Timestamp,
            outcome: DeploymentOutcome,
        ) -> Self;
    }
    impl Change {
        /// A change that is no merge and reverts nothing.
        #[must_use]
        pub fn new(id: impl Into<String>, committed_at: Timestamp) -> Self;
    }
    impl Incident {
        /// An open incident of a service in production.
        #[must_use]
        pub fn new(id: impl Into<String>, service: impl Into<String>, detected_at: Timestamp) -> Self;
    }
    impl Default for Policy {}
    impl PolicyText for Policy {}
}
/// Reasons: why a decision is what it is, with stable codes and the evidence.
pub mod reason {
    /// One reason of a decision.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Reason {
        /// The stable code of the rule.
        pub code: ReasonCode,
        /// How serious it is.
        pub severity: Severity,
        /// The metric, step, criterion or fact that the reason is about.
        pub subject: String,
        /// A sentence for a person: subject, observed value, threshold, consequence.
        pub text: String,
        /// The facts behind the sentence.
        pub evidence: Evidence,
    }
    /// How serious a reason is, in the words of PagerDuty's Common Event Format.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Severity {
        /// Context.
        Info,
        /// The release cannot go on for now.
        Warning,
        /// Evidence against the release.
        Error,
        /// Evidence against the release that no other fact outweighs.
        Critical,
    }
    impl Display for Severity {}
    impl FromStr for Severity {}
    /// The facts behind a reason.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Evidence {
        /// The measured value, in `unit`.
        pub observed: Option<f64>,
        /// The limit that it was compared with, in `unit`.
        pub threshold: Option<f64>,
        /// The unit of `observed`, `threshold` and `interval`: a UCUM code such as `%`, `s`, `ms`, or `1` for a ratio.
        pub unit: Option<String>,
        /// The number of items or samples behind `observed`.
        pub n: Option<Count>,
        /// The p-value of the test, if there was one.
        pub p: Option<f64>,
        /// The confidence interval of `observed`.
        pub interval: Option<Interval>,
        /// The message of a query that failed.
        pub error: Option<String>,
    }
    /// A confidence interval, both ends included.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Interval {
        /// The lower end.
        pub low: f64,
        /// The upper end.
        pub high: f64,
        /// The confidence level, as a share: `0.95`.
        pub level: f64,
    }
    /// The stable code of a rule: `failure_limit_exceeded`.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct ReasonCode {}
    /// The reason codes that every module uses.
    pub mod code {
        /// A fact that the decision needs is missing.
        pub const FACT_MISSING: ReasonCode;
    }
    impl Evidence {
        /// Whether there is nothing at all.
        #[must_use]
        pub fn is_empty(&self) -> bool;
    }
    impl ReasonCode {
        /// Reads a code.
        pub fn parse(text: &str) -> Result<Self>;
        /// The code as text, the same as on the wire.
        #[must_use]
        pub fn as_str(&self) -> &str;
    }
    impl fmt::Display for ReasonCode {}
}
/// Determines the type of a release and the requirements of each type.
pub mod release {
    /// The reason codes of `release`.
    pub mod code {
        /// The next version is not greater than the previous one.
        pub const VERSION_NOT_GREATER: ReasonCode;
        /// The next version skips at least one version that could have come before it.
        pub const VERSION_SKIPPED: ReasonCode;
        /// There is no previous version.
        pub const FIRST_RELEASE: ReasonCode;
        /// The step from the previous to the next version determines the release type.
        pub const VERSION_STEP: ReasonCode;
        /// A prerelease became the release that it prepared.
        pub const PRERELEASE_GRADUATED: ReasonCode;
        /// The version has prerelease identifiers.
        pub const PRERELEASE_VERSION: ReasonCode;
        /// The version is below 1.0.0, where its step shows nothing: the facts determine the release type.
        pub const BELOW_ONE: ReasonCode;
        /// The release closes a vulnerability; the highest severity counts.
        pub const SECURITY_FIX: ReasonCode;
        /// An advisory has no severity yet.
        pub const SECURITY_UNRATED: ReasonCode;
        /// A security fix is released as a prerelease, which reaches only users who opted in.
        pub const SECURITY_FIX_OPT_IN: ReasonCode;
        /// The line is under long-term support.
        pub const LTS_LINE: ReasonCode;
        /// The version is outside the line that the facts name.
        pub const VERSION_OUTSIDE_LINE: ReasonCode;
        /// The release has breaking changes, but the version is not a new major version.
        pub const BREAKING_WITHOUT_MAJOR: ReasonCode;
        /// The release has new features, but the version is a patch version.
        pub const FEATURE_IN_PATCH: ReasonCode;
        /// The line is under long-term support, but the version is below 1.0.0.
        pub const LTS_BELOW_ONE: ReasonCode;
        /// A version without prerelease identifiers goes only to users who opted in, or a prerelease goes to all users.
        pub const STABILITY_UNCLEAR: ReasonCode;
        /// The declared release type contradicts version and facts.
        pub const DECLARED_OTHERWISE: ReasonCode;
        /// The declared type decided an otherwise ambiguous release.
        pub const DECLARED_KIND: ReasonCode;
    }
    /// The release type and the reasons for it: the result of `classify`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Classification {
        /// Whether the release type is determined.
        pub verdict: ClassificationVerdict,
        /// The release type; present exactly when the verdict is `classified`.
        pub release_type: Option<Type>,
        /// The reasons, the most severe first.
        pub reasons: Vec<Reason>,
        /// The missing facts that the type depends on, by their paths in the facts: `advisories[0].severity`.
        pub missing: Vec<String>,
        /// Always absent: a release type does not depend on the time.
        pub next_check_at: Option<Timestamp>,
        /// The digest of the rules.
        pub policy_digest: String,
    }
    /// The verdict of a classification.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum ClassificationVerdict {
        /// The release type is determined.
        Classified,
        /// Facts are missing, and the release type depends on them.
        Inconclusive,
        /// Version and facts contradict each other: do not release this version as it is.
        Contradictory,
    }
    /// Determines the release type of `next`.
    pub fn classify(previous: Option<&Version>, next: &Version, facts: &Facts) -> Result<Classification>;
    /// Writes a classification as text for a person: the release type, the reasons and the missing facts.
    #[must_use]
    pub fn explain(classification: &Classification) -> String;
    /// The consequence of a classification for its caller: go on, or ask a person.
    #[must_use]
    pub fn outcome(classification: &Classification) -> Outcome;
    /// An advisory that a release closes.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Advisory {
        /// The identifier: `CVE-2026-0001`, `GHSA-…`, `RUSTSEC-…`.
        pub id: String,
        /// The severity of the vulnerability; absent until it is rated.
        pub severity: Option<AdvisorySeverity>,
    }
    /// The facts about a release that its version does not contain.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Facts {
        /// Whether users must change something to take this release.
        pub breaking: Option<bool>,
        /// Whether the release has new features.
        pub features: Option<bool>,
        /// The advisories that the release closes.
        pub advisories: Vec<Advisory>,
        /// The maintenance line of the release: `1.x` or `1.4.x`.
        pub line: Option<String>,
        /// Whether the line is under long-term support.
        pub lts: bool,
        /// Whether the release goes only to users who opted in to early versions.
        pub opt_in_only: Option<bool>,
        /// The declared release type.
        pub declared: Option<Type>,
    }
    /// Reads a table of profiles from YAML text.
    #[cfg(feature = "yaml")]
    pub fn profiles_from_yaml(text: &str) -> Result<Profiles>;
    /// Returns the profile of a release type: the row of `overrides` if there is one, else the standard row.
    pub fn profile(release_type: &Type, overrides: Option<&Profiles>) -> Result<Profile>;
    /// Reads a table of profiles from JSON text.
    pub fn profiles_from_json(text: &str) -> Result<Profiles>;
    /// The depth of a changelog.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum ChangelogDepth {
        /// The fixes.
        Minimal,
        /// The changes, grouped.
        Standard,
        /// The changes, grouped, with upgrade steps, deprecations and known issues.
        Comprehensive,
    }
    /// The audience of an announcement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum CommunicationScope {
        /// Only users who are affected.
        Limited,
        /// Users who opted in to early versions; the release is marked as unstable, and feedback is requested.
        EarlyAdopters,
        /// Nobody before the agreed disclosure date, all users from then on.
        Coordinated,
        /// All users.
        AllUsers,
    }
    /// The requirements of a release type: a row of the table of profiles.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Profile {
        /// The allowed steps from the previous version.
        pub allowed_bumps: Vec<Bump>,
        /// The shortest time from the decision to release to the release itself.
        pub timeline_min: Span,
        /// The longest time from the decision to release to the release itself.
        pub timeline_max: Span,
        /// The scope of testing.
        pub testing: TestingScope,
        /// The identifiers of the gates to pass: `tests_passing`.
        pub gates: Vec<String>,
        /// The required approvals.
        pub approvals: Vec<RequiredApproval>,
        /// The name of the canary schedule, such as `standard`; absent: the release goes to all users at once.
        pub canary_schedule: Option<String>,
        /// How long the release is observed after it has reached all users, before it is complete.
        pub soak: Span,
        /// The depth of the changelog.
        pub changelog: ChangelogDepth,
        /// The audience of the announcement.
        pub communication: CommunicationScope,
        /// The identifiers of the announcement channels: `release_notes_page`.
        pub channels: Vec<String>,
        /// Whether the release is allowed during a freeze.
        pub freeze_exempt: bool,
        /// How long the release is supported; absent: until the next release of its line.
        pub support: Option<Span>,
    }
    /// A table of profiles.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Profiles {
        /// The profiles by release type.
        pub profiles: BTreeMap<String, Profile>,
    }
    /// An approval that a release needs.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct RequiredApproval {
        /// The role of the approvers: `release_manager`.
        pub role: String,
        /// The number of people of this role; at least 1.
        pub count: u32,
    }
    /// The scope of testing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum TestingScope {
        /// Start and main paths.
        Smoke,
        /// Smoke tests, the fix and the code around it.
        Focused,
        /// The full test cycle.
        Full,
        /// The full test cycle and compatibility with earlier releases of the line.
        Extended,
    }
    /// The severity of a vulnerability: the qualitative ratings of CVSS.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum AdvisorySeverity {
        /// CVSS 0.1 to 3.9.
        Low,
        /// CVSS 4.0 to 6.9.
        Medium,
        /// CVSS 7.0 to 8.9.
        High,
        /// CVSS 9.0 to 10.0.
        Critical,
    }
    /// A release type.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Type {
        /// A new major version: breaking changes, usually with new features.
        FeatureMajor,
        /// A new minor version: new features without breaking changes.
        FeatureMinor,
        /// A new patch version: fixes only.
        Hotfix,
        /// Closes at least one vulnerability of critical severity.
        SecurityCritical,
        /// Closes at least one vulnerability of high severity, and none of higher severity.
        SecurityHigh,
        /// Closes at least one vulnerability of medium severity, and none of higher severity.
        SecurityMedium,
        /// Closes vulnerabilities of low severity only.
        SecurityLow,
        /// An alpha, beta, preview or release candidate for users who opted in.
        Prerelease,
        /// A release of a line under long-term support.
        Lts,
    }
    /// Returns the standard profile of every release type.
    #[must_use]
    pub fn standard_profiles() -> Profiles;
    impl Display for AdvisorySeverity {}
    impl FromStr for AdvisorySeverity {}
    impl Display for ChangelogDepth {}
    impl FromStr for ChangelogDepth {}
    impl Display for ClassificationVerdict {}
    impl FromStr for ClassificationVerdict {}
    impl Display for CommunicationScope {}
    impl FromStr for CommunicationScope {}
    impl Display for TestingScope {}
    impl FromStr for TestingScope {}
    impl Display for Type {}
    impl FromStr for Type {}
    /// The text of `explain`.
    impl fmt::Display for Classification {}
    impl Explain for Classification {}
    impl Advisory {
        /// An advisory that is not rated yet.
        #[must_use]
        pub fn new(id: impl Into<String>) -> Self;
    }
    impl PolicyText for Profiles {}
    impl RequiredApproval {
        /// The approval of so many people of a role.
        #[must_use]
        pub fn new(role: impl Into<String>, count: u32) -> Self;
    }
}
/// Decides how to recover from a bad release: roll back, fix forward, disable a flag, hold, or ask a person.
pub mod rollback {
    /// The reason codes of `rollback`.
    pub mod code {
        /// Critical functionality is broken.
        pub const CRITICAL_FUNCTIONALITY_BROKEN: ReasonCode;
        /// The release introduced a vulnerability.
        pub const VULNERABILITY_INTRODUCED: ReasonCode;
        /// Data is being corrupted.
        pub const DATA_CORRUPTION: ReasonCode;
        /// The increase of latency exceeds the limit of the policy.
        pub const LATENCY_INCREASE: ReasonCode;
        /// The increase of the error rate exceeds the limit of the policy.
        pub const ERROR_RATE_INCREASE: ReasonCode;
        /// The error rate rose by enough, but chance explains the rise.
        pub const ERROR_RATE_WITHIN_CHANCE: ReasonCode;
        /// The error rate has fewer samples than the policy requires.
        pub const ERROR_RATE_UNDERPOWERED: ReasonCode;
        /// Customer-facing incidents reach the number of the policy, or the impact on customers is severe.
        pub const CUSTOMER_INCIDENTS: ReasonCode;
        /// The rollback window is still open.
        pub const ROLLBACK_WINDOW_OPEN: ReasonCode;
        /// Veto: the rollback window has closed.
        pub const ROLLBACK_WINDOW_CLOSED: ReasonCode;
        /// Veto: there is no previous version.
        pub const NO_PREVIOUS_VERSION: ReasonCode;
        /// Veto: a rollback would lose data.
        pub const ROLLBACK_LOSES_DATA: ReasonCode;
        /// Veto: a migration cannot be undone.
        pub const MIGRATION_IRREVERSIBLE: ReasonCode;
        /// Hold: no criterion is met, and none is unknown.
        pub const NO_CRITERION_MET: ReasonCode;
        /// Inconclusive: no criterion requires recovery, but at least one is unknown.
        pub const CRITERIA_UNKNOWN: ReasonCode;
        /// Hold: only criteria of severity `warning` are met.
        pub const ONLY_WARNINGS: ReasonCode;
        /// Disable the flag: it ends the fault at once, without a rollback.
        pub const FLAG_ENDS_FAULT: ReasonCode;
        /// Escalate: a criterion is met, and it is unknown whether a rollback would be safe.
        pub const ROLLBACK_SAFETY_UNKNOWN: ReasonCode;
        /// Forward-fix: a rollback is ruled out, and the fix is simple and quick, or the fault is not serious.
        pub const ROLLBACK_RULED_OUT: ReasonCode;
        /// Escalate: a rollback is ruled out, the fault is serious, and the fix is not simple and quick.
        pub const NO_WAY_OUT: ReasonCode;
        /// Roll back: the fault is serious and widespread.
        pub const SERIOUS_AND_WIDESPREAD: ReasonCode;
        /// Roll back: the rollback path is proven, and the fault is serious or widespread, or no quick fix exists.
        pub const ROLLBACK_PROVEN: ReasonCode;
        /// Roll back, although the rollback path is complex or untested.
        pub const ROLLBACK_RISKY: ReasonCode;
        /// Forward-fix: the fault is limited or the fix is simple and quick, and the rollback path is not the better choice.
        pub const FIX_PREFERRED: ReasonCode;
        /// Escalate: the rollback path is not proven, and no simple and quick fix exists.
        pub const NEITHER_IS_SAFE: ReasonCode;
    }
    /// A policy that is checked and digested once, for many decisions.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Engine(_);
    /// Decides what to do about a release: roll back, fix forward, disable a flag, hold, or ask a person.
    pub fn decide(situation: &Situation, policy: &Policy, now: Timestamp) -> Result<Decision>;
    /// A fact that would change the verdict if all others stayed as they are.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Counterfactual {
        /// The name of the fact in the situation: `affectedShare`.
        pub fact: String,
        /// The present value in the wire form without quotes; absent if it is unknown.
        pub actual: Option<String>,
        /// A value that changes the verdict, in the wire form without quotes: `true`, `0.05`, `PT1H`.
        pub instead: String,
        /// The verdict for that value.
        pub verdict: Verdict,
    }
    /// A criterion for a rollback.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Criterion {
        /// Critical functionality is broken.
        CriticalFunctionalityBroken,
        /// The release introduced a vulnerability.
        VulnerabilityIntroduced,
        /// Data is or was being corrupted.
        DataCorruption,
        /// The latency rose above the limit.
        LatencyIncrease,
        /// The error rate rose above the limit.
        ErrorRateIncrease,
        /// Customers are affected: incidents are open, or the impact is severe.
        CustomerIncidents,
        /// The rollback window is open.
        RollbackWindowOpen,
    }
    /// A decision about a release and its reasons, made by `decide`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Decision {
        /// What to do.
        pub verdict: Verdict,
        /// The criteria that are met, in the order of `Criterion`.
        pub criteria_met: Vec<Criterion>,
        /// The reasons: first the row of the decision table that applies, then the facts that led to it.
        pub reasons: Vec<Reason>,
        /// The names of the facts that are unknown and could change the verdict.
        pub missing: Vec<String>,
        /// The single facts that would change the verdict, each with a value that does.
        pub counterfactuals: Vec<Counterfactual>,
        /// The instant at which the rollback window closes, if the verdict changes then; absent if time alone changes nothing.
        pub next_check_at: Option<Timestamp>,
        /// The digest of the policy that was applied.
        pub policy_digest: String,
    }
    /// What to do about a release.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Verdict {
        /// Leave the release as it is: nothing calls for recovery.
        Hold,
        /// It is not known whether anything is wrong: find the facts listed as missing.
        Inconclusive,
        /// Repair the release by a new one.
        ForwardFix,
        /// Disable the feature flag that ends the fault.
        DisableFlag,
        /// Roll back to the previous version.
        RollBack,
        /// Something is wrong and no recovery option is known to be safe: a person must choose now.
        Escalate,
    }
    /// Writes a decision as text for a person: the verdict, the reasons, and the facts that would change the verdict.
    #[must_use]
    pub fn explain(decision: &Decision) -> String;
    /// The consequence of a decision for its caller: go on, go back, or ask a person.
    #[must_use]
    pub fn outcome(decision: &Decision) -> Outcome;
    /// Reads a policy from YAML text.
    #[cfg(feature = "yaml")]
    pub fn policy_from_yaml(text: &str) -> Result<Policy>;
    /// The limits beyond which a release counts as broken, and the limits that choose the recovery.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Policy {
        /// The severity of broken critical functionality.
        pub critical_functionality_severity: Severity,
        /// The severity of a vulnerability that the release introduced.
        pub vulnerability_severity: Severity,
        /// The severity of corrupted data.
        pub data_corruption_severity: Severity,
        /// The severity of a rise in latency.
        pub latency_severity: Severity,
        /// The rise in latency, in percent of the baseline, above which the criterion is met.
        pub latency_increase_percent: f64,
        /// The severity of a rise in the error rate.
        pub error_rate_severity: Severity,
        /// The rise in the error rate, in percent of the baseline, above which the criterion is met.
        pub error_rate_increase_percent: f64,
        /// The rise in the error rate, as a share of requests, that counts as small whatever the increase in percent, unless the rate doubles.
        pub error_rate_min_rise: f64,
        /// The number of samples below which an error rate is unknown, whether high or low.
        pub error_rate_min_samples: u32,
        /// The severity of customer-facing incidents.
        pub customer_incidents_severity: Severity,
        /// The number of open incidents from which the criterion is met.
        pub customer_incidents_min: u32,
        /// The time after the deployment during which a rollback is allowed; half-open: closed at its end.
        pub rollback_window: Span,
        /// The largest share of affected users that is still small; above it, the fault is widespread.
        pub small_share: f64,
        /// The longest time until a fix is ready that still counts as quick.
        pub quick_fix: Span,
        /// The lowest impact on customers that counts as severe.
        pub severe_impact: CustomerImpact,
        /// The probability below which chance does not explain a rise in the error rate: more than 0, at most 1, which switches the test off.
        pub error_rate_significance: f64,
    }
    /// The policy with all defaults.
    #[must_use]
    pub fn default_policy() -> Policy;
    /// Reads a policy from JSON text.
    pub fn policy_from_json(text: &str) -> Result<Policy>;
    /// The impact on customers, in the words of Statuspage; its `none` is `unnoticed` here, because Swift reads `none` as an absent value.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum CustomerImpact {
        /// Users do not notice.
        Unnoticed,
        /// Users notice but can still work.
        Minor,
        /// Users cannot do a part of their work.
        Major,
        /// Users cannot work, or lose data or money.
        Critical,
    }
    /// The facts about a release that a deploy script knows.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Situation {
        /// Whether functionality that users depend on is broken.
        pub critical_functionality_broken: Option<bool>,
        /// Whether the release introduced a vulnerability.
        pub vulnerability_introduced: Option<bool>,
        /// Whether data is or was being corrupted.
        pub data_corruption: Option<bool>,
        /// The latency before the release, in seconds; above 0.
        pub latency_baseline: Option<f64>,
        /// The latency now, in seconds, by the same measure as the baseline (mean, p95, …).
        pub latency_observed: Option<f64>,
        /// The share of requests that failed before the release: 0 to 1.
        pub error_rate_baseline: Option<f64>,
        /// The share of requests that fail now: 0 to 1.
        pub error_rate_observed: Option<f64>,
        /// The number of requests behind `errorRateObserved`.
        pub error_rate_samples: Option<Count>,
        /// The number of open customer-facing incidents that the release caused.
        pub customer_incidents: Option<u32>,
        /// The instant at which the release was deployed and the rollback window opened.
        pub deployed_at: Option<Timestamp>,
        /// Whether the previous version can and may run again.
        pub previous_version_available: Option<bool>,
        /// Whether a rollback would lose data that was written since the deployment.
        pub rollback_causes_data_loss: Option<bool>,
        /// Whether a migration ran that cannot be undone and that the previous version cannot work with.
        pub irreversible_migration: Option<bool>,
        /// Whether this rollback path has been tested.
        pub rollback_tested: Option<bool>,
        /// Whether the rollback path is long or risky: many parts, manual steps, a fixed order.
        pub rollback_complex: Option<bool>,
        /// The share of users that the fault affects: 0 to 1.
        pub affected_share: Option<f64>,
        /// The impact on customers.
        pub customer_impact: Option<CustomerImpact>,
        /// Whether a fix is simple: its cause is known and the change is small.
        pub fix_simple: Option<bool>,
        /// The time until a fix can be deployed.
        pub fix_ready_in: Option<Span>,
        /// Whether disabling a feature flag ends the whole fault for all users.
        pub flag_ends_fault: Option<bool>,
    }
    impl Display for Criterion {}
    impl FromStr for Criterion {}
    impl Display for CustomerImpact {}
    impl FromStr for CustomerImpact {}
    impl Display for Verdict {}
    impl FromStr for Verdict {}
    impl Engine {
        /// Checks and digests a policy.
        pub fn new(policy: Policy) -> Result<Self>;
        /// The policy.
        #[must_use]
        pub fn policy(&self) -> &Policy;
        /// The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits.
        #[must_use]
        pub fn digest(&self) -> &str;
        /// Decides what to do about a release under the policy of this engine.
        pub fn decide(&self, situation: &Situation, now: Timestamp) -> Result<Decision>;
    }
    /// The text of `explain`.
    impl fmt::Display for Decision {}
    impl Explain for Decision {}
    impl Default for Policy {}
    impl PolicyText for Policy {}
}
/// Scalars: values that are one text or one number on the wire and a type of their own in every language.
pub mod scalar {
    /// The newtype name of a `Timestamp`; its value is milliseconds since 1970.
    pub const TIMESTAMP: &str;
    /// The newtype name of a `Span`; its value is milliseconds.
    pub const SPAN: &str;
    /// The newtype name of a `NaiveDate`; its value is text.
    pub const DATE: &str;
    /// The newtype name of a `ReasonCode`; its value is text.
    pub const REASON_CODE: &str;
    /// A number of things: 0 to 2^53 - 1, the integers that a JavaScript number holds exactly.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct Count(_);
    impl Display for ErrorKind {}
    impl FromStr for ErrorKind {}
    impl Count {
        /// The greatest count.
        pub const MAX: u64;
        /// Checks the range.
        pub fn new(count: u64) -> Result<Self>;
        /// The number of items in memory, which cannot exceed the limit.
        #[must_use]
        pub fn of(items: usize) -> Self;
        /// The number.
        #[must_use]
        pub fn get(self) -> u64;
        /// The number as a float, exactly.
        #[must_use]
        pub fn as_f64(self) -> f64;
    }
    impl From<u32> for Count {}
    impl fmt::Display for Count {}
    impl fmt::Debug for Count {}
    impl Serialize for Count {}
    impl<'de> Deserialize<'de> for Count {}
}
/// Compares the counts of a canary with those of its baseline: proven worse, proven good enough, or not known yet.
pub mod stats {
    /// The reason codes of `stats`.
    pub mod code {
        /// Fail: the canary is proven worse than its baseline, and its estimate is beyond the margin.
        pub const HARM_PROVEN: ReasonCode;
        /// Pass: the canary is proven to be worse than its baseline by less than the margin, or not at all.
        pub const WITHIN_MARGIN: ReasonCode;
        /// The canary passes, and is proven to be worse than its baseline.
        pub const DEGRADED_WITHIN_MARGIN: ReasonCode;
        /// Inconclusive: the counts prove neither harm nor its absence.
        pub const COUNTS_INCONCLUSIVE: ReasonCode;
        /// Inconclusive: too few events are expected of the baseline for any verdict.
        pub const COUNTS_TOO_SMALL: ReasonCode;
        /// No data: an arm has no exposure.
        pub const NO_EXPOSURE: ReasonCode;
        /// Invalid: an arm has events without exposure.
        pub const EVENTS_WITHOUT_EXPOSURE: ReasonCode;
    }
    /// Compares the events of a canary with those of its baseline.
    pub fn compare_counts(canary: &Counts, baseline: &Counts, policy: &Policy) -> Result<Comparison>;
    /// What the counts of two arms prove, made by `compare_counts`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct Comparison {
        /// What is proven.
        pub verdict: Verdict,
        /// The rate of the canary, divided by that of the baseline; absent without events of the baseline.
        pub ratio: Option<f64>,
        /// The lower end of the confidence interval of the ratio, at the level 1 − alpha; valid for as many looks as the test.
        pub ratio_low: Option<f64>,
        /// The upper end; absent if there is none, as without events of the baseline.
        pub ratio_high: Option<f64>,
        /// The test against "the canary is no worse than its baseline".
        pub harm: Option<TestResult>,
        /// The test against "the canary is worse than its baseline by the margin or more".
        pub safe: Option<TestResult>,
        /// The number of events of both arms together at which a canary as good as its baseline is expected to pass: with a power of 80 % for one look, and about the median for any number of looks.
        pub needed_events: Option<Count>,
        /// The reasons: first that of the verdict.
        pub reasons: Vec<Reason>,
        /// The digest of the policy that was applied.
        pub policy_digest: String,
    }
    /// The result of one test.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[non_exhaustive]
    pub struct TestResult {
        /// The p-value.
        pub p: f64,
        /// The natural logarithm of the e-value: the evidence against the hypothesis.
        pub log_e: Option<f64>,
    }
    /// What counts prove.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Verdict {
        /// The canary is worse, and its estimate is beyond the margin.
        Failed,
        /// The canary is worse by less than the margin, or not at all.
        Passed,
        /// Neither is proven yet.
        Inconclusive,
        /// An arm has no exposure.
        NoData,
        /// The counts contradict one another.
        Invalid,
    }
    /// Writes a comparison as text for a person: the verdict and the reasons.
    #[must_use]
    pub fn explain(comparison: &Comparison) -> String;
    /// The consequence of a comparison for its caller.
    #[must_use]
    pub fn outcome(comparison: &Comparison) -> Outcome;
    /// Reads a policy from YAML text.
    #[cfg(feature = "yaml")]
    pub fn policy_from_yaml(text: &str) -> Result<Policy>;
    /// The events of one arm, and the exposure during which they happened.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Counts {
        /// The number of events: failed requests, crashes, orders.
        pub events: Count,
        /// The requests, users or hours during which they happened, in the same unit for both arms; 0 or more.
        pub exposure: f64,
    }
    /// Which change of a rate is for the worse.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Direction {
        /// More events are worse: errors, crashes.
        IncreaseIsBad,
        /// Fewer events are worse: orders, sign-ups.
        DecreaseIsBad,
    }
    /// How often counts are compared while they grow.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum Looks {
        /// As often as the caller likes: an e-process.
        Any,
        /// Once, at an end that was fixed before: an exact test, which needs about a quarter fewer events.
        One,
    }
    /// When a canary counts as worse, and how certain that must be.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct Policy {
        /// Whether more events or fewer are worse.
        pub direction: Direction,
        /// The change for the worse, in percent of the rate of the baseline, that is still tolerated.
        pub margin_percent: f64,
        /// The highest probability of a false `failed`, and that of a false `passed`, over all looks together.
        pub alpha: f64,
        /// How often the counts are looked at.
        pub looks: Looks,
        /// The number of events that the baseline must be expected to have, if both arms have the same rate, before there is any verdict.
        pub min_expected_events: f64,
    }
    /// The policy with all defaults.
    #[must_use]
    pub fn default_policy() -> Policy;
    /// Reads a policy from JSON text.
    pub fn policy_from_json(text: &str) -> Result<Policy>;
    impl Display for Direction {}
    impl FromStr for Direction {}
    impl Display for Looks {}
    impl FromStr for Looks {}
    impl Display for Verdict {}
    impl FromStr for Verdict {}
    /// The text of `explain`.
    impl fmt::Display for Comparison {}
    impl Explain for Comparison {}
    impl Counts {
        /// Events with their exposure.
        #[must_use]
        pub fn new(events: impl Into<Count>, exposure: f64) -> Self;
    }
    impl Default for Policy {}
    impl PolicyText for Policy {}
}
/// Instants, spans, half-open ranges, local days in time zones, metric buckets and business days.
pub mod time {
    /// The length of the buckets of a report, in the calendar of a time zone.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[non_exhaustive]
    pub enum BucketUnit {
        /// A calendar day.
        Day,
        /// Seven days from the first day of the week.
        Week,
        /// A calendar month.
        Month,
        /// Three calendar months, from January, April, July or October on.
        Quarter,
        /// A calendar year.
        Year,
    }
    /// Returns the whole buckets that overlap a range, in order and without gaps.
    pub fn buckets(
        range: &TimeRange,
        unit: &BucketUnit,
        zone: &str,
        week_start: &Weekday,
    ) -> Result<Vec<TimeRange>>;
    /// Defines business days: the weekend, holidays and make-up days.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[input]
    #[non_exhaustive]
    pub struct BusinessCalendar {
        /// The days of the week without work.
        pub weekend: Vec<Weekday>,
        /// Dates without work, on any day of the week.
        pub holidays: Vec<NaiveDate>,
        /// Make-up days: business days even on a weekend or a holiday.
        pub working_days: Vec<NaiveDate>,
    }
    /// Returns the business day that is `days` business days after `date`, or before it if `days` is negative.
    pub fn add_business_days(date: NaiveDate, days: i32, calendar: &BusinessCalendar) -> Result<NaiveDate>;
    /// Counts the business days from `start` to before `end`.
    #[must_use]
    pub fn business_days_between(start: NaiveDate, end: NaiveDate, calendar: &BusinessCalendar) -> i32;
    /// A calendar day without a zone, in the years 1 to 9999.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct NaiveDate(_);
    /// A day of the week.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Weekday {
        /// The first day of the ISO week.
        Monday,
        /// The second day.
        Tuesday,
        /// The third day.
        Wednesday,
        /// The fourth day.
        Thursday,
        /// The fifth day.
        Friday,
        /// The sixth day.
        Saturday,
        /// The last day of the ISO week.
        Sunday,
    }
    /// A half-open range of time: `start` is included, `end` is not.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub struct TimeRange {
        /// The first instant of the range.
        pub start: Timestamp,
        /// The first instant after the range; `start` or later.
        pub end: Timestamp,
    }
    /// A signed length of time in milliseconds.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct Span(_);
    /// Writes a span as ISO 8601 in days, hours, minutes and seconds.
    #[must_use]
    pub fn format_span(span: Span) -> String;
    /// Reads a span from ISO 8601 (`PT1H30M`) or from numbers with units (`90s`, `2h 30m`).
    pub fn parse_span(text: &str) -> Result<Span>;
    /// An instant in UTC, in milliseconds, in the years 1 to 9999.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Timestamp(_);
    /// Returns the calendar day in a zone at an instant.
    pub fn local_date(at: Timestamp, zone: &str) -> Result<NaiveDate>;
    /// Returns the version of the compiled-in IANA time zone database, such as `2025b`.
    #[must_use]
    pub fn tzdb_version() -> String;
    impl Display for BucketUnit {}
    impl FromStr for BucketUnit {}
    impl Display for Weekday {}
    impl FromStr for Weekday {}
    impl Default for BusinessCalendar {}
    impl BusinessCalendar {
        /// Whether the day is a business day.
        #[must_use]
        pub fn is_business_day(&self, date: NaiveDate) -> bool;
    }
    impl TryFrom<SystemTime> for Timestamp {}
    impl TryFrom<Duration> for Span {}
    impl NaiveDate {
        /// Reads `YYYY-MM-DD`.
        pub fn parse(text: &str) -> Result<Self>;
        /// The day of these numbers, January and the first of a month being 1.
        pub fn new(year: u32, month: u32, day: u32) -> Result<Self>;
        /// The year: 1 to 9999.
        #[must_use]
        pub fn year(self) -> u32;
        /// The month: 1 to 12.
        #[must_use]
        pub fn month(self) -> u32;
        /// The day of the month: 1 to 31.
        #[must_use]
        pub fn day(self) -> u32;
        /// The day of the week.
        #[must_use]
        pub fn weekday(self) -> Weekday;
        /// Adds days; `None` outside the years 1 to 9999.
        #[must_use]
        pub fn plus_days(self, days: i32) -> Option<Self>;
    }
    impl fmt::Display for NaiveDate {}
    impl TimeRange {
        /// Whether the range includes the instant.
        #[must_use]
        pub fn contains(&self, at: Timestamp) -> bool;
        /// The span from `start` to `end`.
        #[must_use]
        pub fn length(&self) -> Span;
    }
    impl Span {
        /// The span of length zero.
        pub const ZERO: Self;
        /// The longest span: 2^53 - 1 milliseconds, about 285,000 years.
        pub const MAX: Self;
        /// The longest negative span.
        pub const MIN: Self;
        /// A span of `millis` milliseconds.
        pub fn from_millis(millis: i64) -> Result<Self>;
        /// A span of `seconds` seconds.
        #[must_use]
        pub const fn from_seconds(seconds: i32) -> Self;
        /// A span of `minutes` minutes.
        #[must_use]
        pub const fn from_minutes(minutes: i32) -> Self;
        /// A span of `hours` hours.
        #[must_use]
        pub const fn from_hours(hours: i32) -> Self;
        /// A span of `days` days of 24 hours.
        #[must_use]
        pub const fn from_days(days: i32) -> Self;
        /// The length in milliseconds.
        #[must_use]
        pub const fn as_millis(self) -> i64;
        /// The length in seconds.
        #[must_use]
        pub fn as_seconds(self) -> f64;
        /// Whether the span is less than zero.
        #[must_use]
        pub const fn is_negative(self) -> bool;
        /// The sum, limited to `Span::MIN` and `Span::MAX`.
        #[must_use]
        pub fn saturating_add(self, other: Self) -> Self;
        /// The difference, limited to `Span::MIN` and `Span::MAX`.
        #[must_use]
        pub fn saturating_sub(self, other: Self) -> Self;
        /// Reads ISO 8601 or numbers with units.
        pub fn parse(text: &str) -> Result<Self>;
    }
    impl fmt::Display for Span {}
    impl Timestamp {
        /// 0001-01-01T00:00:00.000Z: the first instant that Python's `datetime` holds.
        pub const MIN_MILLIS: i64;
        /// 9999-12-31T23:59:59.999Z: the last instant that Python's `datetime` and RFC 3339 hold.
        pub const MAX_MILLIS: i64;
        /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z.
        pub fn from_millis(millis: i64) -> Result<Self>;
        /// Milliseconds since 1970-01-01T00:00:00Z.
        #[must_use]
        pub fn as_millis(self) -> i64;
        /// Reads RFC 3339 with any offset.
        pub fn parse(text: &str) -> Result<Self>;
        /// The instant a span later, or earlier if the span is negative.
        pub fn plus(self, span: Span) -> Result<Self>;
        /// The span from `earlier` to this instant; negative if `earlier` is the later one.
        #[must_use]
        pub fn since(self, earlier: Self) -> Span;
    }
    impl fmt::Display for Timestamp {}
}
/// Versions by Semantic Versioning 2.0.0, their order and the step between two of them.
pub mod version {
    /// A version by Semantic Versioning 2.0.0.
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Version(_);
    /// The step between two versions: the leftmost part that differs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Bump {
        /// The versions are equal or differ in build metadata only.
        None,
        /// Only the prerelease identifiers differ: `1.2.0-rc.1` to `1.2.0-rc.2` or to `1.2.0`.
        Prerelease,
        /// `1.2.3` to `1.2.4`.
        Patch,
        /// `1.2.3` to `1.3.0`.
        Minor,
        /// `1.2.3` to `2.0.0`.
        Major,
    }
    impl Display for Bump {}
    impl FromStr for Bump {}
    /// Returns the bump between two versions, in either order.
    #[must_use]
    pub fn bump(previous: &Version, next: &Version) -> Bump;
    impl Version {
        /// Reads a version.
        pub fn parse(text: &str) -> Result<Self>;
        /// The major number.
        #[must_use]
        pub fn major(&self) -> u64;
        /// The minor number.
        #[must_use]
        pub fn minor(&self) -> u64;
        /// The patch number.
        #[must_use]
        pub fn patch(&self) -> u64;
        /// The prerelease identifiers: `rc.1`.
        #[must_use]
        pub fn prerelease(&self) -> &str;
        /// Whether this version has lower precedence than `other`.
        #[must_use]
        pub fn precedes(&self, other: &Self) -> bool;
        /// Whether the version has prerelease identifiers.
        #[must_use]
        pub fn is_prerelease(&self) -> bool;
    }
    impl fmt::Display for Version {}
}
/// The wire form: reads values from JSON and YAML text strictly, and writes them.
pub mod wire {
    /// Reads JSON strictly: a repeated key is an error, not the last value.
    pub fn parse_json(text: &str) -> Result<Value>;
    /// Reads YAML as strictly as JSON: a repeated key is an error, and so are `.nan` and `.inf`.
    #[cfg(feature = "yaml")]
    pub fn parse_yaml(text: &str) -> Result<Value>;
    /// A public type with a wire form: every struct and enum of the modules.
    pub trait WireType: Serialize + DeserializeOwned {
        /// The qualified name: `canary.State`.
        const NAME: &'static str;
    }
    /// Reads a value from JSON text, as `to_json` writes it.
    pub fn from_json<T: WireType>(text: &str) -> Result<T>;
    /// Writes a value as JSON text, to be stored and read again by `from_json`, in this or another language.
    pub fn to_json<T: WireType>(value: &T) -> Result<String>;
    /// The name of a field on the wire: `weekStart` for `week_start`.
    #[must_use]
    pub fn wire_name(name: &str) -> Cow<'_, str>;
    /// Whether a value is the default of its type.
    pub fn is_default<T: Default + PartialEq>(value: &T) -> bool;
    /// The counterpart for the schema of such a field, which shows the default only of a field that is always written: `#[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]`.
    #[cfg(feature = "schema")]
    pub fn never<T>(_: &T) -> bool;
}
pub use error::{Error, ErrorKind, Fault, Result};
pub use reason::{Evidence, Interval, Reason, ReasonCode, Severity};
pub use scalar::Count;
pub use time::{NaiveDate, Span, TimeRange, Timestamp, Weekday};
pub use version::Version;
pub use wire::{WireType, from_json, to_json};
