use super::environment::{Graph, default_graph};
use super::gates::{Gates, default_gates};
use super::requirement::{CoverageRequirement, default_requirement};
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::release::Type;
use crate::window;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// What is asked before a release.
    ///
    /// ```
    /// use relcore::readiness::{Check, Policy};
    /// let policy = Policy::default().checks([Check::Windows, Check::Gates]);
    /// assert_eq!(policy.error_budget.min_left, 0.0);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// The checks. That nothing older is released by mistake is always checked. Default: all but `error_budget`.
        pub checks: Vec<Check>,
        /// The release windows, for the check `windows`. Default: none, so that everything is open.
        pub windows: window::Policy,
        /// The gates, for the check `gates`. Absent: those of [`default_gates`](super::default_gates). Whoever reads or applies
        /// the policy fills them in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub gates: Option<Gates>,
        /// The environments, for the check `promotion`. Absent: those of [`default_graph`](super::default_graph), filled in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub graph: Option<Graph>,
        /// The people on call, for the check `coverage`. Absent: those of
        /// [`default_requirement`](super::default_requirement), filled in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coverage: Option<CoverageRequirement>,
        /// What has to be left of the error budget, for the check `error_budget`.
        pub error_budget: ErrorBudgetRule,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            checks: vec![Check::Windows, Check::Gates, Check::Promotion, Check::Coverage],
            windows: window::Policy::default(),
            gates: None,
            graph: None,
            coverage: None,
            error_budget: ErrorBudgetRule::default(),
        }
    }
}

/// Something that is asked before a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Check", rename_all = "snake_case")]
pub enum Check {
    /// Nothing older than what is deployed is released unless it is declared a rollback.
    Order,
    /// The windows are open for as long as the release takes: [`window::fits`](crate::window::fits).
    Windows,
    /// The candidate is a go: [`go_no_go`](super::go_no_go).
    Gates,
    /// The build may enter the environment: [`promotable`](super::promotable).
    Promotion,
    /// People are on call during the release and after it: [`coverage`](super::coverage).
    Coverage,
    /// Enough of the error budget is left.
    ErrorBudget,
}

input! {
    /// How much of the error budget has to be left.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.ErrorBudgetRule", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ErrorBudgetRule {
        /// The share that has to be left, as a share from 0 to 1; more than that has to be left, so that 0 refuses a spent budget.
        /// Default: 0.
        pub min_left: f64,
        /// The release types that may go out whatever is left. Default: hotfixes and security releases, as in the error budget
        /// policy of Google's SRE workbook.
        pub exempt: Vec<Type>,
    }
}

impl Default for ErrorBudgetRule {
    fn default() -> Self {
        let exempt = vec![
            Type::Hotfix,
            Type::SecurityCritical,
            Type::SecurityHigh,
            Type::SecurityMedium,
            Type::SecurityLow,
        ];
        Self { min_left: 0.0, exempt }
    }
}

impl Policy {
    /// The same policy with what it leaves out, so that its digest is that of everything that is applied.
    pub(super) fn filled(mut self) -> Self {
        self.gates.get_or_insert_with(default_gates);
        self.graph.get_or_insert_with(default_graph);
        self.coverage.get_or_insert_with(default_requirement);
        self
    }
}

/// The usual policy: the gates, environments and people on call of the defaults, without windows.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default().filled()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::readiness::policy_from_json(r#"{"checks": ["gates", "coverage"]}"#)?;
/// assert_eq!(policy.checks.len(), 2);
/// // Pitfall: without a check everything would be allowed.
/// assert!(relcore::readiness::policy_from_json(r#"{"checks": []}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`window::policy_from_json`](crate::window::policy_from_json) under `windows`, of
/// [`gates_from_json`](super::gates_from_json) under `gates`, of [`graph_from_json`](super::graph_from_json) under `graph` and of
/// [`requirement_from_json`](super::requirement_from_json) under `coverage`; `invalid_value` for an empty list of checks,
/// `out_of_range` for a `minLeft` of 40, which is a percentage.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text).map(Policy::filled)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::readiness::policy_from_yaml("
/// checks: [windows, gates, promotion, coverage, error_budget]
/// errorBudget: {minLeft: 0.1}
/// ")?;
/// assert_eq!(policy.error_budget.min_left, 0.1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text).map(Policy::filled)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "readiness.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            !self.checks.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{}", join(path, "checks")),
            format_args!("is empty: expected at least one check"),
        );
        self.windows.check(&join(path, "windows"), faults);
        if let Some(gates) = &self.gates {
            gates.check(&join(path, "gates"), faults);
        }
        if let Some(graph) = &self.graph {
            graph.check(&join(path, "graph"), faults);
        }
        if let Some(coverage) = &self.coverage {
            coverage.check(&join(path, "coverage"), faults);
        }
        faults.check_share(self.error_budget.min_left, format_args!("{}", join(path, "errorBudget.minLeft")));
    }
}
