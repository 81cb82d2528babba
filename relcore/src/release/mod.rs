//! Determines the type of a release and the requirements of each type.
//!
//! [`classify`] compares the next version with the previous one, considers the [`Facts`] and returns a
//! [`Classification`]: the verdict, the release [`Type`], the reasons and the missing facts. [`profile`] returns the
//! requirements of a type: allowed version steps, time limits, gates, approvals, canary schedule, soak and support.
//! [`support_phase`] returns the phase of a [`SupportLine`] by its days, [`check_line`] whether it takes a change, and
//! [`backport_targets`] which lines must get a fix. [`deprecation_status`] and [`check_removals`] compare removals with what
//! was promised, [`cvss_score`] rates a vulnerability, and [`disclosure_plan`] dates the steps to its disclosure.
//!
//! ```
//! use relcore::release::{Facts, Type, classify, profile};
//! use relcore::Version;
//!
//! let (previous, next) = (Version::parse("1.4.2")?, Version::parse("1.5.0")?);
//! let classification = classify(Some(&previous), &next, &Facts::default())?;
//! assert_eq!(classification.release_type, Some(Type::FeatureMinor));
//! assert_eq!(profile(&Type::FeatureMinor, None)?.soak.to_string(), "P1D");
//! # Ok::<(), relcore::Error>(())
//! ```
//!
//! # Contradictions
//!
//! Each of these is a reason of severity `error` and makes the verdict `contradictory`. All of them are reported:
//!
//! - `next` is not greater than `previous`. Build metadata does not count.
//! - `next` is outside the `line` of the facts.
//! - From 1.0.0 on, after a previous version: `breaking` without a major step, or `features` in a patch step.
//! - `lts` with a version below 1.0.0.
//! - A version without prerelease identifiers is `optInOnly`, or a prerelease is not.
//! - The declared type differs from the type that the rules determine.
//!
//! # The rules and their order
//!
//! The first rule that applies determines the type:
//!
//! 1. There are advisories: a security type, by the highest severity. If an advisory without a severity could be the
//!    worst, the type is undetermined. A critical one settles it, because nothing is worse.
//! 2. `next` has prerelease identifiers: `prerelease`.
//! 3. The line is under long-term support: `lts`.
//! 4. There is no previous version: `feature_major` from 1.0.0 on, `feature_minor` below.
//! 5. `next` is below 1.0.0, where Semantic Versioning makes no promise: `breaking` makes it `feature_major`, else
//!    `features` makes it `feature_minor`, else it is a `hotfix`. If one of the two facts is missing and the type
//!    depends on it, the type is undetermined.
//! 6. Otherwise the version step: major is `feature_major`, minor is `feature_minor`, patch is `hotfix`. After a
//!    prerelease, the step is at least the one that the prerelease prepared: `2.0.0-rc.1` to `2.0.1` is major, because
//!    2.0.0 was never released.
//!
//! Then the declared type, if there is one, is compared:
//!
//! - Undetermined by rule 5: the declared type decides, unless the present facts exclude it.
//! - A security type without an advisory: `advisories` is missing, the verdict is `inconclusive`.
//! - Another type than the rules determined: a contradiction.
//!
//! # Pitfalls
//!
//! - An absent fact is unknown, not false.
//! - For a maintenance line, `previous` is the last version of that line, not of the main line.
//! - `1.0.0-beta9` is greater than `1.0.0-beta10`, because identifiers with letters compare as text.
//! - In overrides of the profiles a list replaces the standard list; it is not added to it.
mod backport;
mod classification;
mod classify;
pub mod code;
mod deprecation;
mod deprecation_headers;
mod deprecation_status;
mod disclosure;
mod documentation;
mod explain;
mod facts;
mod line_check;
mod line_order;
mod load;
mod notice;
mod profile;
mod release_type;
mod removal;
mod standard;
mod support;
mod support_line;
mod vulnerability;

pub use backport::{
    BackportPlan, BackportVerdict, Fix, backport_targets, explain_backports, outcome_of_backports,
};
pub use classification::{Classification, ClassificationVerdict};
pub use classify::classify;
pub use deprecation::{Deprecation, NoticePlace};
pub use deprecation_headers::{Header, deprecation_headers};
pub use deprecation_status::{
    DeprecationState, DeprecationStatus, deprecation_status, explain_deprecation, outcome_of_deprecation,
};
pub use disclosure::{
    DisclosurePlan, DisclosurePolicy, DisclosureStep, DisclosureStepKind, VulnerabilityReport,
    disclosure_plan,
};
pub use documentation::{DocFolder, DocPolicy, DocTree, retained_doc_versions};
pub use explain::{explain, outcome};
pub use facts::{Advisory, Facts};
pub use line_check::{
    ChangeKind, LineChange, LineCheck, LineVerdict, check_line, explain_line, outcome_of_line,
};
pub use line_order::{newest_line, order_lines};
#[cfg(feature = "yaml")]
pub use load::profiles_from_yaml;
pub use load::{profile, profiles_from_json};
pub use notice::{Notice, NoticePolicy, NoticesDue, notices_due};
pub use profile::{ChangelogDepth, CommunicationScope, Profile, Profiles, RequiredApproval, TestingScope};
pub use release_type::{AdvisorySeverity, Type};
pub use removal::{
    Removal, RemovalCheck, RemovalPolicy, RemovalVerdict, check_removals, explain_removals,
    outcome_of_removals,
};
pub use standard::standard_profiles;
pub use support::{
    SupportFlags, SupportPhase, SupportStatus, explain_support, outcome_of_support, support_phase,
};
pub use support_line::{Milestone, SupportLine};
pub use vulnerability::{CveId, CvssScore, cvss_score, parse_cve};

crate::scalar::texts!(
    AdvisorySeverity,
    BackportVerdict,
    ChangeKind,
    ChangelogDepth,
    ClassificationVerdict,
    CommunicationScope,
    DeprecationState,
    DisclosureStepKind,
    LineVerdict,
    NoticePlace,
    RemovalVerdict,
    SupportPhase,
    TestingScope,
    Type,
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            release {
                policy Profiles: standard_profiles, profiles_from_json, profiles_from_yaml;

                fn backport_targets(fix: &Fix, lines: &[SupportLine], now: Timestamp) -> BackportPlan;
                fn check_line(change: &LineChange, line: &SupportLine, now: Timestamp) -> LineCheck;
                fn check_removals(removals: &[Removal], deprecations: &[Deprecation], policy: &RemovalPolicy) -> RemovalCheck;
                fn classify(previous: Option<&Version>, next: &Version, facts: &Facts) -> Classification;
                fn cvss_score(vector: &str) -> CvssScore;
                fn deprecation_headers(deprecation: &Deprecation) -> Vec<Header>;
                fn deprecation_status(deprecation: &Deprecation, version: Option<&Version>, now: Timestamp) -> DeprecationStatus;
                fn disclosure_plan(report: &VulnerabilityReport, policy: &DisclosurePolicy) -> DisclosurePlan;
                #[plain]
                fn explain(classification: &Classification) -> String;
                #[plain]
                fn explain_backports(plan: &BackportPlan) -> String;
                #[plain]
                fn explain_deprecation(status: &DeprecationStatus) -> String;
                #[plain]
                fn explain_line(check: &LineCheck) -> String;
                #[plain]
                fn explain_removals(check: &RemovalCheck) -> String;
                #[plain]
                fn explain_support(status: &SupportStatus) -> String;
                fn newest_line(lines: &[SupportLine], now: Timestamp) -> Option<String>;
                fn notices_due(deprecation: &Deprecation, policy: &NoticePolicy, now: Timestamp) -> NoticesDue;
                fn order_lines(lines: &[SupportLine]) -> Vec<String>;
                #[plain]
                fn outcome(classification: &Classification) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_backports(plan: &BackportPlan) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_deprecation(status: &DeprecationStatus) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_line(check: &LineCheck) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_removals(check: &RemovalCheck) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_support(status: &SupportStatus) -> crate::decision::Outcome;
                fn parse_cve(text: &str) -> CveId;
                fn profile(release_type: &Type, overrides: Option<&Profiles>) -> Profile;
                fn retained_doc_versions(tags: &[String], policy: &DocPolicy) -> DocTree;
                fn support_phase(line: &SupportLine, now: Timestamp) -> SupportStatus;
            }
        }
    };
}
pub(crate) use table_rows;
