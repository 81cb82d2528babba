//! The events by columns, as data: borrowed slices, one row an event.
use super::event::{DeploymentIntent, DeploymentOutcome};
use crate::column::{Instants, Kind, Lists, Members, Tables, Values, columns};
use std::fmt::Display;

/// How deployments name their changes.
pub type ListedChanges<'a> = Members<'a>;

const OUTCOMES: Values = Values { texts: || texts(DeploymentOutcome::from_code), absent: None };

const INTENTS: Values =
    Values { texts: || texts(DeploymentIntent::from_code), absent: Some(DeploymentIntent::Unknown.code()) };

fn texts<T: Display>(from_code: impl Fn(u8) -> Option<T>) -> Vec<String> {
    (0..=u8::MAX).map_while(from_code).map(|value| value.to_string()).collect()
}

columns! {
    /// All events by columns. What is left out is unknown.
    pub struct Events<'a> as "EventColumns" {
        /// The deployments.
        deployments: DeploymentColumns<'a> => Kind::Table(DeploymentColumns::RECORD);
        /// The changes.
        changes: ChangeColumns<'a> => Kind::Table(ChangeColumns::RECORD);
        /// The incidents.
        incidents: IncidentColumns<'a> => Kind::Table(IncidentColumns::RECORD);
        /// The names of the environments. `production` alone when they are left out.
        environments: &'a [&'a str] => Kind::Names(&["production"]);
        /// How many services there are: their codes are below this. At least 1, and 1 when it is left out.
        services: u32 => Kind::Count(1);
    }
}

columns! {
    /// Deployments by columns. Their index is their identity; of two that finish in the same instant the lower is earlier.
    pub struct DeploymentColumns<'a> as "DeploymentColumns" {
        /// When each finished. In milliseconds since 1970; ascending is fastest, any order is right.
        finished_at: &'a [i64] => Kind::Instants, required;
        /// How each ended. The code is the index in [`DeploymentOutcome`](super::DeploymentOutcome), from 0 for success to 6
        /// for partial.
        outcome: &'a [u8] => Kind::Values(OUTCOMES), required;
        /// What each was for. The code is the index in [`DeploymentIntent`](super::DeploymentIntent), from 0 for planned to
        /// 4 for unknown. Left out when it is unknown for all.
        intent: &'a [u8] => Kind::Values(INTENTS);
        /// The service of each. The code is below `services`. Left out when there is one service.
        service: &'a [u32] => Kind::Codes("services");
        /// The environment of each. The code is the index in `environments`. Left out when all went to the first.
        environment: &'a [u32] => Kind::Codes("environments");
        /// The revision of each, or none. Equal revisions have equal codes. Left out when it is unknown for all.
        revision: &'a [u32] => Kind::Labels;
        /// The deployments that each remediates. By their indices; one beyond the table is one not in the input.
        remediates: Lists<'a> => Kind::Lists("deployments");
        /// The run that each is a part or an attempt of, or none. Equal runs have equal codes.
        run: &'a [u32] => Kind::Labels;
        /// The changes of each. Those of deployment `i` are the ones from `changes[i]` to before `changes[i + 1]`, so that
        /// there is one offset more than deployments.
        changes: ListedChanges<'a> => Kind::Members("changes");
    }
}

columns! {
    /// Changes by columns.
    pub struct ChangeColumns<'a> as "ChangeColumns" {
        /// When each was written. In milliseconds since 1970.
        authored_at: Instants<'a> => Kind::OptionalInstants, required;
        /// When each was committed. Left out when it is unknown for all.
        committed_at: Instants<'a> => Kind::OptionalInstants;
        /// Whether each only joins others. Left out when none does.
        merge: &'a [bool] => Kind::Flags;
        /// The changes that each reverts. By their indices.
        reverts: Lists<'a> => Kind::Lists("changes");
        /// When the issue of each was created.
        issue_created_at: Instants<'a> => Kind::OptionalInstants;
        /// When the request for its review was opened.
        opened_at: Instants<'a> => Kind::OptionalInstants;
        /// When each was first reviewed.
        reviewed_at: Instants<'a> => Kind::OptionalInstants;
        /// When each was merged.
        merged_at: Instants<'a> => Kind::OptionalInstants;
    }
}

columns! {
    /// Incidents by columns.
    pub struct IncidentColumns<'a> as "IncidentColumns" {
        /// When each was detected. In milliseconds since 1970.
        detected_at: &'a [i64] => Kind::Instants, required;
        /// When each was resolved. Left out when none is.
        resolved_at: Instants<'a> => Kind::OptionalInstants;
        /// The service of each. The code is below `services`. Left out when there is one service.
        service: &'a [u32] => Kind::Codes("services");
        /// The environment of each. The code is the index in `environments`. Left out when all are in the first.
        environment: &'a [u32] => Kind::Codes("environments");
        /// The deployment that caused each, or none. By its index. Left out when it is unknown for all.
        caused_by: &'a [u32] => Kind::Indices("deployments");
        /// Whether each is over though it has no time of resolution. Left out when none is.
        closed: &'a [bool] => Kind::Flags;
        /// Whether each repeats another of its service and environment. Left out when none does, or when they are named.
        duplicate: &'a [bool] => Kind::Flags;
        /// The incident that each repeats, or none. By its index. One of another service or environment hides none.
        duplicate_of: &'a [u32] => Kind::Indices("incidents");
        /// The revision that showed each, or none. Coded as the revisions of deployments.
        revision: &'a [u32] => Kind::Labels;
    }
}
