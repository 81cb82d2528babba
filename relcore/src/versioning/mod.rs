//! Which version comes next, and why; which packages of a repository are released together.
//!
//! [`next_version`] takes the tags and the changes since the last release and returns the next version with its reasons. It
//! is always greater than the current version and than every tag of its line: no tool of the field guarantees that.
//! [`release_plan`] does the same for the packages of a repository, with the ranges that they require.
//!
//! # Pitfalls
//!
//! - Pass the changes since the last release, not since the last prerelease: the base of a prerelease announces the release.
//! - Below 1.0.0 tools differ. The default is `plain`; [`ZeroRule`] has the others by name.
//! - `beta9` and `beta10` compare as text. After `1.0.0-beta9` comes `1.0.0-beta9.1`, which is greater.
mod calendar;
pub mod code;
mod glob;
mod next;
mod next_version;
mod package;
mod plan;
mod policy;
mod preview;
mod range;
mod request;

pub use next::{Next, Rejected, RejectionCode, Verdict, explain, outcome};
pub use next_version::next_version;
#[cfg(feature = "yaml")]
pub use package::plan_policy_from_yaml;
pub use package::{
    Dependents, Ecosystem, Group, GroupKind, Package, PackageChange, PlanPolicy, Requirement,
    RequirementKind, default_plan_policy, plan_policy_from_json,
};
pub use plan::{Cause, CauseKind, PackageRelease, Plan, Rewrite, release_plan};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Channel, Policy, StaleForce, ZeroRule, default_policy, policy_from_json};
pub use preview::{MergeMethod, Preview, PullRequest, preview};
pub use request::{ApiDiff, Request};

crate::scalar::texts!(
    CauseKind,
    Dependents,
    Ecosystem,
    GroupKind,
    MergeMethod,
    RejectionCode,
    RequirementKind,
    StaleForce,
    Verdict,
    ZeroRule,
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            versioning {
                policy PlanPolicy: default_plan_policy, plan_policy_from_json, plan_policy_from_yaml;
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                #[plain]
                fn explain(next: &Next) -> String;
                fn next_version(
                    current: Option<&str>,
                    tags: &[String],
                    changes: &[crate::change::Parsed],
                    request: &Request,
                    policy: &Policy,
                ) -> Next;
                #[plain]
                fn outcome(next: &Next) -> crate::decision::Outcome;
                fn preview(
                    request: &PullRequest,
                    current: Option<&str>,
                    tags: &[String],
                    changes: &[crate::change::Parsed],
                    messages: &crate::change::Policy,
                    policy: &Policy,
                ) -> Preview;
                fn release_plan(packages: &[Package], changes: &[PackageChange], policy: &PlanPolicy) -> Plan;
            }
        }
    };
}
pub(crate) use table_rows;
