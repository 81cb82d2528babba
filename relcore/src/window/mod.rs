//! Release windows and freezes: may a release start now, when next, and is there time for it?
//!
//! A [`Policy`] has windows and the calendars that they name. [`status`] returns whether a release may start now, what
//! blocks it, and the instant at which that changes. [`next_slot`] finds the next opening of a given length, [`fits`] tells
//! whether a release that takes a while ends before the close, [`openings`] lists the open ranges, and [`lint`] finds windows
//! that never open.
//!
//! # Rules
//!
//! 1. Every window is half-open: it is active from its start to before its end. Windows that touch are one range.
//! 2. A window counts for the subjects that it names: environments, services, or all. A subject that leaves its environment
//!    or its service out may be each of them: it is open only where all of those are.
//! 3. A deny window that is active blocks. It outranks every allow window.
//! 4. If there are allow windows and none of them is active, all of them block. Without windows everything is open.
//! 5. What is blocked is open all the same in four cases: a person overrides the windows; every blocking window exempts the
//!    release type, and a person approved the exemption; the run is manual, and every blocking window lets manual runs
//!    through; the run began while it was open, and every blocking window lets a running release end.
//! 6. Local times follow the IANA time zone database. A start that the clock skips is the instant after the gap; a start
//!    that occurs twice is its first. An end that occurs twice is the first for an allow window and the last for a deny
//!    window, so that a doubt closes.
//! 7. A cron expression with a fixed hour runs once a day, as in Vixie cron: right after a gap, at the first of two equal
//!    times. One with a wildcard or a step in the hour or the minute follows elapsed time.
//! 8. The result depends on the arguments alone, never on the zone of the host.
//!
//! # Pitfalls
//!
//! - An allow window that is over closes everything until the next one. To forbid some hours, use deny windows alone.
//! - Ask again before each step of a rollout: a window that lets a running step end does not let the next one begin.
//! - A weekly window that ends at or before its start ends on the next day and belongs to the day of its start.
//! - A window of holidays ends with its calendar. [`lint`] warns when the dates run out.
mod calendar;
pub mod code;
mod compile;
mod cron;
mod definition;
mod engine;
mod lint;
mod policy;
mod schedule;
mod slot;
mod status;
mod subject;
mod timeline;
mod windows;

pub use cron::cron_times;
pub use definition::{Definition, Kind};
pub use engine::Engine;
pub use lint::{Diagnostic, DiagnosticCode, lint};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Policy, default_policy, policy_from_json};
pub use schedule::Schedule;
pub use slot::{
    Fit, FitVerdict, Slot, SlotVerdict, explain_fit, explain_slot, fits, next_slot, openings, outcome_of_fit,
    outcome_of_slot,
};
pub use status::{Status, Verdict, explain, outcome, status};
pub use subject::{Override, Subject};

crate::scalar::texts!(DiagnosticCode, FitVerdict, Kind, SlotVerdict, Verdict);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            window {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                fn cron_times(cron: &str, zone: &str, range: &TimeRange) -> Vec<Timestamp>;
                #[plain]
                fn explain(status: &Status) -> String;
                #[plain]
                fn explain_fit(fit: &Fit) -> String;
                #[plain]
                fn explain_slot(slot: &Slot) -> String;
                fn fits(subject: &Subject, start: Timestamp, duration: Span, policy: &Policy) -> Fit;
                fn lint(policy: &Policy, now: Timestamp) -> Vec<Diagnostic>;
                fn next_slot(subject: &Subject, min_length: Span, policy: &Policy, after: Timestamp) -> Slot;
                fn openings(subject: &Subject, policy: &Policy, range: &TimeRange) -> Vec<TimeRange>;
                #[plain]
                fn outcome(status: &Status) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_fit(fit: &Fit) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_slot(slot: &Slot) -> crate::decision::Outcome;
                fn status(subject: &Subject, policy: &Policy, now: Timestamp) -> Status;
                handle Engine(policy: Policy) {
                    fn fits(subject: &Subject, start: Timestamp, duration: Span) -> Fit;
                    fn next_slot(subject: &Subject, min_length: Span, after: Timestamp) -> Slot;
                    fn openings(subject: &Subject, range: &TimeRange) -> Vec<TimeRange>;
                    fn status(subject: &Subject, now: Timestamp) -> Status;
                }
            }
        }
    };
}
pub(crate) use table_rows;
