use super::candidate::check_name;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::release::{Profile, Type};
use crate::time::Span;
use crate::wire::{self, PolicyText, tagged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The gates of a go/no-go decision, and who may waive them.
    ///
    /// ```
    /// use relcore::readiness::{Gate, GateKind, Gates};
    /// let quorum = GateKind::Quorum { role: "reviewer".to_owned(), count: 2, not_author: true, distinct: false };
    /// let gates = Gates::new([Gate::new("review", quorum).waivable(false)]);
    /// assert!(gates.waivers.not_author);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Gates", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Gates {
        /// The gates, 1 to 1,000.
        pub gates: Vec<Gate>,
        /// Who may waive a gate, and for how long. Default: everybody but the authors, for any time.
        #[serde(default)]
        pub waivers: WaiverRules,
    }
}

impl Gates {
    /// These gates, with the usual rules for waivers.
    #[must_use]
    pub fn new(gates: impl IntoIterator<Item = Gate>) -> Self {
        Self { gates: gates.into_iter().collect(), waivers: WaiverRules::default() }
    }
}

input! {
    /// A condition that a candidate has to meet.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Gate", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Gate {
        /// A name that no other gate has. Facts and waivers name the gate by it.
        pub id: String,
        /// The condition in words. Default: none.
        #[serde(default)]
        pub text: String,
        /// What is asked for.
        pub kind: GateKind,
        /// The release types for which it is required. Default: all.
        #[serde(default)]
        pub required_for: Vec<Type>,
        /// The age from which evidence that passes the gate does not count any more; for `freshness` the age of the artifact.
        /// Default: no limit but the age of the artifact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_age: Option<Span>,
        /// Whether a waiver lets a candidate through that does not pass. Default: yes.
        #[serde(default = "yes")]
        pub waivable: bool,
    }
}

fn yes() -> bool {
    true
}

impl Gate {
    /// A gate that every release type has to pass and that can be waived.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: GateKind) -> Self {
        Self {
            id: id.into(),
            text: String::new(),
            kind,
            required_for: Vec::new(),
            max_age: None,
            waivable: true,
        }
    }

    /// Whether a release of this type has to pass it; `None` if that depends on a type that is not known.
    pub(super) fn is_required(&self, of: Option<Type>) -> Option<bool> {
        match of {
            _ if self.required_for.is_empty() => Some(true),
            Some(of) => Some(self.required_for.contains(&of)),
            None => None,
        }
    }
}

tagged! {
    "readiness.GateKind";
    /// What a gate asks for.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum GateKind {
        /// The fact with the id of the gate holds. An absent fact is unknown.
        Fact {},
        /// The fact with the id of the gate was not reported, or does not hold: a reason for no-go once somebody reports it.
        Trigger {},
        /// The value of the fact with the id of the gate lies within the limits, which are included.
        Threshold {
            /// The least value that passes. Default: none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            min: Option<f64>,
            /// The greatest value that passes. Default: none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            max: Option<f64>,
            /// The unit: `%`, `s`, or `1` for a ratio. Default: none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            unit: Option<String>,
        },
        /// So many people in a role approve.
        Quorum {
            /// The role.
            role: String,
            /// The number of people, 1 to 200 over all gates. Default: 1.
            #[serde(default = "one")]
            count: u32,
            /// Whether the authors of the candidate do not count. Default: no, as for environments of GitHub.
            #[serde(default)]
            not_author: bool,
            /// Whether a person who counts for another gate that asks for this does not count here. Default: no.
            #[serde(default)]
            distinct: bool,
        },
        /// The go/no-go meeting had a person in each of these roles.
        Attendance {
            /// The roles.
            roles: Vec<String>,
            /// The roles that are needed if the release touches security. Default: none.
            #[serde(default)]
            when_sensitive: Vec<String>,
            /// Whether each role needs a person of its own. Default: no.
            #[serde(default)]
            distinct: bool,
        },
        /// The artifact is younger than the `maxAge` of the gate.
        Freshness {},
    }
}

fn one() -> u32 {
    1
}

input! {
    /// Who may waive a gate, and for how long.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.WaiverRules", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct WaiverRules {
        /// The roles that may waive. Default: every person may.
        pub roles: Vec<String>,
        /// Whether an author of the candidate may not waive. Default: yes.
        pub not_author: bool,
        /// The longest time from the decision to its end. Default: no limit.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub max_length: Option<Span>,
    }
}

impl Default for WaiverRules {
    fn default() -> Self {
        Self { roles: Vec::new(), not_author: true, max_length: None }
    }
}

/// The roles of the go/no-go meeting.
const MEETING: [&str; 5] = ["release_manager", "tech_lead", "qa_lead", "product_manager", "operations"];

/// The types that are fast-tracked, and so released without a meeting: their approvals are in
/// [`gates_of_profile`].
const WITH_MEETING: [Type; 5] =
    [Type::FeatureMajor, Type::FeatureMinor, Type::SecurityMedium, Type::SecurityLow, Type::Lts];

/// Returns the gates of a usual go/no-go meeting: six criteria, five triggers for no-go and the attendance.
///
/// The criteria have the ids of the gates in [`release::Profile`](crate::release::Profile). The meeting is asked of feature
/// and LTS releases and of security releases that are not urgent; the other types are too fast for one.
///
/// ```
/// let gates = relcore::readiness::default_gates().gates;
/// let ids: Vec<&str> = gates.iter().map(|gate| &*gate.id).collect();
/// assert_eq!(ids[..2], ["tests_passing", "security_assessment_approved"]);
/// assert_eq!(gates.len(), 12);
/// ```
#[must_use]
pub fn default_gates() -> Gates {
    let criteria = [
        ("tests_passing", "All tests pass"),
        ("security_assessment_approved", "The security assessment is approved"),
        ("no_critical_bugs", "No critical bug is known"),
        ("rollback_plan_documented", "The rollback plan is documented"),
        ("monitoring_ready", "Monitoring is ready"),
        ("team_available", "The team is available for support"),
    ];
    let triggers = [
        ("critical_bug_found", "A critical bug was found"),
        ("security_concern", "There is a security concern"),
        ("testing_incomplete", "Testing is incomplete"),
        ("rollback_plan_missing", "The rollback plan is missing"),
        ("key_person_unavailable", "A key person is unavailable"),
    ];
    let attendance = GateKind::Attendance {
        roles: MEETING.map(str::to_owned).to_vec(),
        when_sensitive: vec!["security".to_owned()],
        distinct: false,
    };
    let criteria = criteria.map(|(id, text)| Gate::new(id, GateKind::Fact {}).text(text));
    let triggers = triggers.map(|(id, text)| Gate::new(id, GateKind::Trigger {}).text(text));
    let meeting = Gate::new("meeting_held", attendance)
        .text("The go/no-go meeting is complete")
        .required_for(WITH_MEETING);
    Gates::new(criteria.into_iter().chain(triggers).chain([meeting]))
}

/// Returns the gates that a profile of `release` names: each of its gates as a fact, each of its approvals as a quorum.
///
/// The quorums ask for people who are no authors, count each person for one role and cannot be waived.
///
/// ```
/// use relcore::readiness::{GateKind, gates_of_profile};
/// use relcore::release::{Type, profile};
/// let gates = gates_of_profile(&profile(&Type::Hotfix, None)?)?.gates;
/// assert_eq!(gates[0].kind, GateKind::Fact {});
/// assert_eq!(gates.last().map(|gate| &*gate.id), Some("tech_lead_approval"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`gates_from_json`], under `profile`: a profile without gates and approvals, one that names a gate twice, an approval by
/// 0 people.
pub fn gates_of_profile(profile: &Profile) -> Result<Gates> {
    let facts = profile.gates.iter().map(|id| Gate::new(id, GateKind::Fact {}));
    let quorums = profile.approvals.iter().map(|approval| {
        let role = approval.role.clone();
        let kind = GateKind::Quorum { role, count: approval.count, not_author: true, distinct: true };
        Gate::new(format!("{}_approval", approval.role), kind).waivable(false)
    });
    let gates = Gates::new(facts.chain(quorums));
    let mut faults = Faults::new();
    gates.check("profile", &mut faults);
    faults.finish().map(|()| gates)
}

/// Reads gates from JSON text. A key that is left out has its default.
///
/// ```
/// let gates = relcore::readiness::gates_from_json(
///     r#"{"gates": [{"id": "error_rate", "kind": {"type": "threshold", "max": 0.01}, "maxAge": "1h"}]}"#,
/// )?;
/// assert_eq!(gates.gates[0].id, "error_rate");
/// // Pitfall: no gates would let everything through.
/// assert!(relcore::readiness::gates_from_json(r#"{"gates": []}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `duplicate` for two gates of one id,
/// `invalid_value` for an empty list, an empty name, a threshold without limits and a trigger with a `maxAge`,
/// `missing_field` for `{}` and for a `freshness` without a `maxAge`, `out_of_range` for a `maxAge` of 0 and a quorum of 0.
pub fn gates_from_json(text: &str) -> Result<Gates> {
    wire::policy_from_json(text)
}

/// Reads gates from YAML text. A key that is left out has its default.
///
/// ```
/// let gates = relcore::readiness::gates_from_yaml("
/// gates:
///   - {id: review, kind: {type: quorum, role: reviewer, count: 2, notAuthor: true}, waivable: false}
/// ")?;
/// assert!(!gates.gates[0].waivable);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`gates_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn gates_from_yaml(text: &str) -> Result<Gates> {
    wire::policy_from_yaml(text)
}

/// More gates than this are refused.
const MOST_GATES: usize = 1000;

/// More people are not asked for, which bounds the search for who counts for which gate.
const MOST_PEOPLE: u32 = 200;

impl PolicyText for Gates {
    const TYPE: &'static str = "readiness.Gates";

    fn check(&self, path: &str, faults: &mut Faults) {
        let count = self.gates.len();
        faults.check(
            (1..=MOST_GATES).contains(&count),
            if count == 0 { ErrorKind::InvalidValue } else { ErrorKind::OutOfRange },
            format_args!("{}", join(path, "gates")),
            format_args!("has {count} gates: expected 1 to {MOST_GATES}"),
        );
        let mut ids = BTreeSet::new();
        let mut people = 0_u32;
        for (index, gate) in self.gates.iter().enumerate() {
            let at = join(path, &format!("gates[{index}]"));
            check_name(&gate.id, format_args!("{at}.id"), faults);
            faults.check(
                ids.insert(&gate.id),
                ErrorKind::Duplicate,
                format_args!("{at}.id"),
                format_args!("{} is the id of another gate, too", quoted(&gate.id)),
            );
            gate.check(&at, faults);
            if let GateKind::Quorum { count, .. } = gate.kind {
                people = people.saturating_add(count);
            }
        }
        faults.check(
            people <= MOST_PEOPLE,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "gates")),
            format_args!("asks for {people} people: expected at most {MOST_PEOPLE}"),
        );
        for (index, role) in self.waivers.roles.iter().enumerate() {
            check_name(role, format_args!("{}", join(path, &format!("waivers.roles[{index}]"))), faults);
        }
        let max_length = join(path, "waivers.maxLength");
        check_positive(self.waivers.max_length, format_args!("{max_length}"), faults);
    }
}

impl Gate {
    fn check(&self, at: &str, faults: &mut Faults) {
        check_positive(self.max_age, format_args!("{at}.maxAge"), faults);
        match &self.kind {
            GateKind::Fact {} => {}
            GateKind::Trigger {} => faults.check(
                self.max_age.is_none(),
                ErrorKind::InvalidValue,
                format_args!("{at}.maxAge"),
                format_args!("is of a trigger: a reason for no-go does not become a go with time"),
            ),
            GateKind::Freshness {} => faults.check(
                self.max_age.is_some(),
                ErrorKind::MissingField,
                format_args!("{at}.maxAge"),
                format_args!("is missing: expected the age from which the artifact is too old"),
            ),
            GateKind::Threshold { min, max, .. } => {
                let limits = min.iter().chain(max);
                let are_finite = limits.clone().all(|limit| limit.is_finite());
                faults.check(
                    are_finite && limits.count() > 0 && min.zip(*max).is_none_or(|(min, max)| min <= max),
                    ErrorKind::InvalidValue,
                    format_args!("{at}.kind"),
                    format_args!("has no value that passes, or no limit: expected `min`, `max` or both"),
                );
            }
            GateKind::Quorum { role, count, .. } => {
                check_name(role, format_args!("{at}.kind.role"), faults);
                faults.check(
                    *count > 0,
                    ErrorKind::OutOfRange,
                    format_args!("{at}.kind.count"),
                    format_args!("`0` is out of range: expected at least 1 person"),
                );
            }
            GateKind::Attendance { roles, when_sensitive, .. } => {
                faults.check(
                    !(roles.is_empty() && when_sensitive.is_empty()),
                    ErrorKind::InvalidValue,
                    format_args!("{at}.kind.roles"),
                    format_args!("is empty: expected at least one role"),
                );
                for (field, roles) in [("roles", roles), ("whenSensitive", when_sensitive)] {
                    for (index, role) in roles.iter().enumerate() {
                        check_name(role, format_args!("{at}.kind.{field}[{index}]"), faults);
                    }
                }
            }
        }
    }
}

fn check_positive(span: Option<Span>, path: std::fmt::Arguments<'_>, faults: &mut Faults) {
    if let Some(span) = span {
        faults.check(
            span > Span::ZERO,
            ErrorKind::OutOfRange,
            path,
            format_args!("`{span}` is out of range: expected a span above 0"),
        );
    }
}
