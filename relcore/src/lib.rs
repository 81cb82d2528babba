//! Release decisions as pure functions.
//!
//! relcore takes the facts and the time, and returns what to do next and why. The result is the same, byte for byte, in
//! Rust, Python, Node, Swift and Kotlin. The core does no I/O, reads no clock and draws no random number.
//!
//! | module | question |
//! | --- | --- |
//! | [`release`] | which type of release is this, and what does that type require? |
//! | [`change`] | what does this commit change, does it break something, and which step does it need? |
//! | [`versioning`] | which version comes next, and why? |
//! | [`notes`] | what do users, operators, developers and support read about this release? |
//! | [`window`] | may a release start now, and when does that change? |
//! | [`readiness`] | may this build be released, what is missing, and when does that change? |
//! | [`analysis`] | do the measurements of this release pass, and is its canary worse than the baseline? |
//! | [`canary`] | advance, hold or roll back this canary? |
//! | [`experiment`] | which variant does this user get, whom does a change move, and which variant wins? |
//! | [`rollback`] | roll back, fix forward, disable the flag, mitigate, halt, freeze, hold or escalate? |
//! | [`stats`] | is the canary proven worse than its baseline, or proven good enough? |
//! | [`incident`] | how long did it take, whom did it affect, how severe is it, and when is the next message due? |
//! | [`communication`] | who is told what about a release, when, with which text, and whom does support call? |
//! | [`metrics`] | how well do we deliver? (DORA) |
//! | [`retrospective`] | until when is the retrospective due, what became of its actions, and what did they change? |
//! | [`audit`] | was this log changed, and which evidence does a release lack? |
//! | [`interchange`] | reads the text of git, Prometheus, GitHub, GitLab and incident tools |
//!
//! They build on [`error`], [`scalar`], [`time`], [`version`], [`reason`], [`wire`], [`mod@column`], [`digest`] and
//! [`decision`]. [`api`] is the table of public functions from which the bindings of the other languages are generated.
//!
//! Units: a rate or a share is a number from 0 to 1. A number is a percentage only where its name says so
//! (`errorRateIncreasePercent`), where it is a `weight` of traffic, and where a metric has the unit `%`. A share above 1
//! is refused, and `canary.validate` warns of a limit in percent that looks like a share.
//!
//! The feature `yaml`, on by default, has the functions that read policies from YAML. `chrono` has conversions with
//! chrono's types, `schema` the JSON Schemas of all types.
//!
//! A function that takes a policy checks and digests it at every call. A handle such as [`canary::Rollout`] does so once.
#![forbid(unsafe_code)]
#![recursion_limit = "256"] // `input!` takes three steps for each field, and a policy of the metrics has more than forty
#![cfg_attr(docsrs, feature(doc_cfg))] // docs.rs shows the feature of an item
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_cmp,
        reason = "a test that panics has failed, which is what a test is for"
    )
)]

/// The guide: design decisions, comparison with other tools, what stays readable, the rules of the decisions, all reason
/// codes.
#[cfg(any(doc, doctest))]
pub mod guide {
    #[doc = include_str!("../docs/DESIGN.md")]
    pub mod design {}
    #[doc = include_str!("../docs/COMPARE.md")]
    pub mod compare {}
    #[doc = include_str!("../docs/COMPATIBILITY.md")]
    pub mod compatibility {}
    #[doc = include_str!("../docs/DECISIONS.md")]
    pub mod decisions {}
    #[doc = include_str!("../docs/REASONS.md")]
    pub mod reasons {}
    #[cfg(all(doctest, feature = "yaml"))]
    #[doc = include_str!("../README.md")]
    pub mod readme {}
}

pub mod analysis;
pub mod api;
pub mod audit;
pub mod canary;
pub mod change;
pub mod column;
pub mod communication;
pub mod decision;
pub mod digest;
pub mod error;
pub mod experiment;
pub mod incident;
mod input;
pub mod interchange;
pub mod metrics;
pub mod notes;
pub mod readiness;
pub mod reason;
pub mod release;
pub mod retrospective;
pub mod rollback;
pub mod scalar;
pub mod stats;
mod template;
pub mod time;
pub mod version;
pub mod versioning;
pub mod window;
pub mod wire;

pub use error::{Error, ErrorKind, Fault, Result};
pub use reason::{Evidence, Interval, Reason, ReasonCode, Severity};
pub use scalar::Count;
pub use time::{NaiveDate, Span, TimeRange, Timestamp, Weekday};
pub use version::Version;
pub use wire::{WireType, from_json, to_json};
