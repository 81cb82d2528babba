use super::code;
use super::event::Sev;
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::reason::{self, Evidence, Reason, Severity, number};
use crate::time::Timestamp;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::fmt;

input! {
    /// What is known about the impact of an incident. A fact that nobody knows is left out.
    ///
    /// ```
    /// use relcore::incident::{ImpactFacts, Loss};
    /// let facts = ImpactFacts::default().loss(Loss::Partial).affected_share(0.2);
    /// assert_eq!(facts.data_exposed, None);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.ImpactFacts", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ImpactFacts {
        /// What does not work.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub loss: Option<Loss>,
        /// The share of the customers that it affects, from 0 to 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub affected_share: Option<f64>,
        /// Whether data of customers is exposed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub data_exposed: Option<bool>,
        /// Whether data of customers is lost or corrupted.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub data_lost: Option<bool>,
        /// Whether the monitoring that would show a major incident is impaired.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub monitoring_impaired: Option<bool>,
        /// Whether it is likely to become worse if nobody acts, for instance because redundancy is lost.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub likely_to_worsen: Option<bool>,
    }
}

/// What does not work, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Loss", rename_all = "snake_case")]
pub enum Loss {
    /// Everything works.
    None,
    /// It looks wrong, and works.
    Cosmetic,
    /// It works slowly or with detours.
    Degraded,
    /// A function cannot be used.
    Partial,
    /// The product cannot be used.
    Total,
}

input! {
    /// The limits between few, many and most customers. PagerDuty names the words without numbers; these are ours.
    ///
    /// ```
    /// let policy = relcore::incident::SeverityPolicy::default().many(0.05);
    /// assert_eq!(policy.most, 0.5);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.SeverityPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SeverityPolicy {
        /// The share of the customers from which on they are many. Default: 0.1.
        pub many: f64,
        /// The share of the customers from which on they are most. Default: 0.5.
        pub most: f64,
    }
}

impl Default for SeverityPolicy {
    fn default() -> Self {
        Self { many: 0.1, most: 0.5 }
    }
}

impl PolicyText for SeverityPolicy {
    const TYPE: &'static str = "incident.SeverityPolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let (many, most) = (join(path, "many"), join(path, "most"));
        faults.check_share(self.many, format_args!("{many}"));
        faults.check_share(self.most, format_args!("{most}"));
        faults.check(
            self.many <= self.most,
            ErrorKind::Unordered,
            format_args!("{most}"),
            format_args!("`{}` is below `{}`, the share of many", self.most, self.many),
        );
    }
}

/// The policy by default: from a tenth of the customers on they are many, from a half on they are most.
#[must_use]
pub fn default_severity_policy() -> SeverityPolicy {
    SeverityPolicy::default()
}

/// Reads the limits of severities from JSON text. A key that is left out has its default.
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `out_of_range` for a share of 50, `unordered` for a `most` below `many`.
pub fn severity_policy_from_json(text: &str) -> Result<SeverityPolicy> {
    wire::policy_from_json(text)
}

/// Reads the limits of severities from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`severity_policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn severity_policy_from_yaml(text: &str) -> Result<SeverityPolicy> {
    wire::policy_from_yaml(text)
}

/// How many customers: nobody, few, many, most.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nobody,
    Few,
    Many,
    Most,
}

impl Reach {
    const ALL: [Self; 4] = [Self::Nobody, Self::Few, Self::Many, Self::Most];

    fn of(share: f64, policy: &SeverityPolicy) -> Self {
        if share <= 0.0 {
            Self::Nobody
        } else if share < policy.many {
            Self::Few
        } else if share < policy.most {
            Self::Many
        } else {
            Self::Most
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Nobody => "no customers",
            Self::Few => "few customers",
            Self::Many => "many customers",
            Self::Most => "most customers",
        }
    }
}

impl Loss {
    const ALL: [Self; 5] = [Self::None, Self::Cosmetic, Self::Degraded, Self::Partial, Self::Total];

    /// The table of severities.
    fn severity(self, reach: Reach) -> Sev {
        match (self, reach) {
            (Self::None | Self::Cosmetic, _) => Sev::Sev5,
            (_, Reach::Nobody) | (Self::Degraded, Reach::Few) => Sev::Sev4,
            (Self::Degraded, Reach::Many) | (Self::Partial | Self::Total, Reach::Few) => Sev::Sev3,
            (Self::Total, Reach::Most) => Sev::Sev1,
            (Self::Degraded | Self::Partial, Reach::Most) | (Self::Partial | Self::Total, Reach::Many) => {
                Sev::Sev2
            }
        }
    }
}

/// The severity of an incident, made by [`assess_severity`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Assessment", rename_all = "camelCase", deny_unknown_fields)]
pub struct Assessment {
    /// The severity, or that the facts do not tell.
    pub verdict: AssessmentVerdict,
    /// The most severe that is possible by these facts.
    pub highest: Sev,
    /// The least severe that is possible by these facts.
    pub lowest: Sev,
    /// Whether it is a major incident: `sev1` or `sev2`, or possibly one of them.
    pub major: bool,
    /// Why, in the order of the rules.
    pub reasons: Vec<Reason>,
    /// The facts that are missing and could change the severity.
    pub missing: Vec<String>,
    /// The digest of the policy.
    pub policy_digest: String,
}

/// The verdicts about a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.AssessmentVerdict", rename_all = "snake_case")]
pub enum AssessmentVerdict {
    /// Severity 1.
    Sev1,
    /// Severity 2.
    Sev2,
    /// Severity 3.
    Sev3,
    /// Severity 4.
    Sev4,
    /// Severity 5.
    Sev5,
    /// More than two severities are possible: a person decides, and until then `highest` counts.
    Inconclusive,
}

/// Assesses the severity of an incident by what does not work and for whom, as PagerDuty defines it. Unsure between two
/// severities, the higher one counts.
///
/// ```
/// use relcore::incident::{AssessmentVerdict, ImpactFacts, Loss, assess_severity, default_severity_policy};
/// let policy = default_severity_policy();
/// let facts = ImpactFacts::default().loss(Loss::Total).affected_share(0.3);
/// assert_eq!(assess_severity(&facts, &policy)?.verdict, AssessmentVerdict::Sev2);
/// // Pitfall: without the share, `sev1` to `sev4` are possible, and no severity is made up.
/// let assessment = assess_severity(&ImpactFacts::default().loss(Loss::Total), &policy)?;
/// assert_eq!((assessment.verdict, &*assessment.missing[0]), (AssessmentVerdict::Inconclusive, "affectedShare"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an `affectedShare` of 30 or NaN, and those of [`severity_policy_from_json`] under
/// `policy`.
pub fn assess_severity(facts: &ImpactFacts, policy: &SeverityPolicy) -> Result<Assessment> {
    let mut faults = Faults::new();
    if let Some(share) = facts.affected_share {
        faults.check_share(share, format_args!("facts.affectedShare"));
    }
    let checked = faults.absorb(Checked::new(policy.clone(), "policy"));
    faults.finish()?;
    let digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();

    let (mut highest, mut lowest) = (Sev::Sev5, Sev::Sev1);
    let reach = facts.affected_share.map(|share| Reach::of(share, policy));
    for loss in Loss::ALL.into_iter().filter(|loss| facts.loss.is_none_or(|known| known == *loss)) {
        for reach in Reach::ALL.into_iter().filter(|other| reach.is_none_or(|known| known == *other)) {
            highest = highest.min(loss.severity(reach));
            lowest = lowest.max(loss.severity(reach));
        }
    }
    let mut reasons = Vec::new();
    if let (Some(loss), Some(reach), Some(share)) = (facts.loss, reach, facts.affected_share) {
        let percent = number(share * 100.0);
        let text = format!("the loss is `{loss}` for {} ({percent} %), which is `{highest}`", reach.words());
        let evidence = Evidence {
            observed: Some(share),
            threshold: Some(if reach == Reach::Most { policy.most } else { policy.many }),
            unit: Some("1".to_owned()),
            ..Evidence::default()
        };
        reasons.push(
            Reason::new(code::LOSS_AND_REACH, severity_of(highest), "affectedShare", text).with(evidence),
        );
    } else if let Some(loss) = facts.loss.filter(|_| highest == lowest) {
        let text = format!("the loss is `{loss}`, which is `{highest}` for any share of the users");
        reasons.push(Reason::new(code::LOSS_AND_REACH, severity_of(highest), "loss", text));
    }
    let floors = floors(facts);
    for (name, known, floor, code, words) in &floors {
        if *known == Some(true) {
            highest = highest.min(*floor);
            lowest = lowest.min(*floor);
            let text = format!("{words}, which is at least `{floor}`");
            reasons.push(Reason::new(*code, severity_of(*floor), *name, text));
        }
    }
    let mut missing = Vec::new();
    if highest != lowest {
        let unknown = [("loss", facts.loss.is_none()), ("affectedShare", reach.is_none())];
        missing
            .extend(unknown.iter().filter(|(_, is_unknown)| *is_unknown).map(|(name, _)| (*name).to_owned()));
    }
    let distance = (lowest as u8).saturating_sub(highest as u8);
    let limit = if distance > 1 { lowest } else { highest };
    let raising = floors.iter().filter(|(_, known, floor, ..)| known.is_none() && *floor < limit);
    missing.extend(raising.map(|(name, ..)| (*name).to_owned()));

    if distance > 0 {
        let text = if distance == 1 {
            format!("`{highest}` and `{lowest}` are possible: the higher one counts")
        } else {
            format!(
                "everything from `{highest}` to `{lowest}` is possible: until more is known, `{highest}` counts"
            )
        };
        let code = if distance == 1 { code::HIGHER_OF_TWO } else { code::SEVERITY_OPEN };
        reasons.push(Reason::new(code, Severity::Warning, "severity", text));
    }
    for name in &missing {
        let text = format!("nobody said `{name}`, which could change the severity");
        reasons.push(Reason::new(reason::code::FACT_MISSING, Severity::Info, name, text));
    }
    let verdict = match (distance, highest) {
        (2.., _) => AssessmentVerdict::Inconclusive,
        (_, Sev::Sev1) => AssessmentVerdict::Sev1,
        (_, Sev::Sev2) => AssessmentVerdict::Sev2,
        (_, Sev::Sev3) => AssessmentVerdict::Sev3,
        (_, Sev::Sev4) => AssessmentVerdict::Sev4,
        (_, Sev::Sev5) => AssessmentVerdict::Sev5,
    };
    let major = highest <= Sev::Sev2;
    Ok(Assessment { verdict, highest, lowest, major, reasons, missing, policy_digest: digest })
}

type Floor = (&'static str, Option<bool>, Sev, crate::reason::ReasonCode, &'static str);

/// The facts that raise the severity whatever works and for whomever.
fn floors(facts: &ImpactFacts) -> [Floor; 4] {
    [
        ("dataExposed", facts.data_exposed, Sev::Sev1, code::DATA_EXPOSED, "data of customers is exposed"),
        ("dataLost", facts.data_lost, Sev::Sev1, code::DATA_LOST, "data of customers is lost or corrupted"),
        (
            "monitoringImpaired",
            facts.monitoring_impaired,
            Sev::Sev2,
            code::MONITORING_IMPAIRED,
            "the monitoring that would show a major incident is impaired",
        ),
        (
            "likelyToWorsen",
            facts.likely_to_worsen,
            Sev::Sev3,
            code::LIKELY_TO_WORSEN,
            "it is likely to become worse if nobody acts",
        ),
    ]
}

fn severity_of(sev: Sev) -> Severity {
    match sev {
        Sev::Sev1 => Severity::Critical,
        Sev::Sev2 => Severity::Error,
        Sev::Sev3 => Severity::Warning,
        Sev::Sev4 | Sev::Sev5 => Severity::Info,
    }
}

/// Writes an assessment as text for a person.
///
/// ```
/// use relcore::incident::{ImpactFacts, assess_severity, default_severity_policy, explain_severity};
/// let assessment = assess_severity(&ImpactFacts::default().data_exposed(true), &default_severity_policy())?;
/// assert!(explain_severity(&assessment).starts_with("SEV1"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_severity(assessment: &Assessment) -> String {
    assessment.explain()
}

/// The consequence of an assessment for its caller: `ask` for `sev1` to `sev3`, on which people act now, and if the facts do
/// not tell; else `proceed`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::incident::{ImpactFacts, Loss, assess_severity, default_severity_policy, outcome_of_severity};
/// let facts = ImpactFacts::default().loss(Loss::Cosmetic).affected_share(1.0);
/// let assessment = assess_severity(&facts, &default_severity_policy())?;
/// assert_eq!(outcome_of_severity(&assessment), Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_severity(assessment: &Assessment) -> Outcome {
    Explain::outcome(assessment)
}

/// The text of [`explain_severity`].
impl fmt::Display for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Assessment {
    fn headline(&self) -> String {
        let kind = if self.major { "a major incident" } else { "not a major incident" };
        match self.verdict {
            AssessmentVerdict::Inconclusive => {
                format!("INCONCLUSIVE: the severity is between {} and {}", self.highest, self.lowest)
            }
            verdict => format!("{}: {kind}", verdict.to_string().to_uppercase()),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            AssessmentVerdict::Sev4 | AssessmentVerdict::Sev5 => Outcome::Proceed,
            _ => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
