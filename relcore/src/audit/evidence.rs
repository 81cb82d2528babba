use super::code;
use super::controls::{CONTROLS, Control, Found};
use super::framework::Framework;
use super::release_record::ReleaseRecord;
use crate::decision::{Explain, Outcome};
use crate::error::Result;
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt;

/// Lists the evidence that a release record lacks for the controls of a framework.
///
/// The table says which evidence a record of a release can hold for each control. It is a proposal, to be checked by the
/// owner of the controls: no missing evidence does not mean that the release is compliant.
///
/// ```
/// use relcore::audit::{EvidenceVerdict, Framework, ReleaseRecord, evidence_gaps};
/// let record = ReleaseRecord::default().processes_personal_data(false).breaches(vec![]);
/// assert_eq!(evidence_gaps(&record, &Framework::Gdpr)?.verdict, EvidenceVerdict::Present);
/// // Pitfall: an absent list is missing evidence. An empty one says that there was nothing.
/// let gaps = evidence_gaps(&ReleaseRecord::default().processes_personal_data(false), &Framework::Gdpr)?;
/// assert_eq!(gaps.missing, ["breaches.notifiedAt"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// None for a record that could be read; `invalid_value` if the table has no canonical JSON, which does not occur.
pub fn evidence_gaps(record: &ReleaseRecord, framework: &Framework) -> Result<EvidenceGaps> {
    let framework = *framework;
    let controls: Vec<&Control> = CONTROLS.iter().filter(|control| control.framework == framework).collect();
    let (mut gaps, mut reasons, mut missing) = (Vec::new(), Vec::new(), BTreeSet::new());
    for control in &controls {
        let (mut absent, mut insufficient) = (Vec::new(), Vec::new());
        for item in control.evidence {
            let (key, text) = match (item.find)(record) {
                Found::Present => continue,
                Found::Missing => {
                    absent.push(item.key);
                    (item.key, "evidence missing".to_owned())
                }
                Found::Insufficient(text) => {
                    insufficient.push(text.clone());
                    (item.key, text)
                }
            };
            missing.insert(key.to_owned());
            gaps.push(EvidenceGap {
                control: control.id.to_owned(),
                title: control.title.to_owned(),
                evidence: key.to_owned(),
                text,
            });
        }
        let mut add = |code, text: String, n: usize| {
            let evidence = Evidence { n: Some(Count::of(n)), ..Evidence::default() };
            reasons.push(Reason::new(code, Severity::Warning, control.id, text).with(evidence));
        };
        if !absent.is_empty() {
            let text = format!("evidence missing for {}: {}", control.id, absent.join(", "));
            add(code::EVIDENCE_MISSING, text, absent.len());
        }
        if !insufficient.is_empty() {
            let text = format!("evidence insufficient for {}: {}", control.id, insufficient.join("; "));
            add(code::EVIDENCE_INSUFFICIENT, text, insufficient.len());
        }
    }
    let verdict = if gaps.is_empty() { EvidenceVerdict::Present } else { EvidenceVerdict::Gaps };
    if gaps.is_empty() {
        let text = format!("no evidence is missing for the {} controls of the table", controls.len());
        let evidence = Evidence { n: Some(Count::of(controls.len())), ..Evidence::default() };
        reasons.push(
            Reason::new(code::EVIDENCE_PRESENT, Severity::Info, framework.to_string(), text).with(evidence),
        );
    }
    let table = controls.iter().map(|control| {
        let keys: Vec<&str> = control.evidence.iter().map(|item| item.key).collect();
        json!({ "control": control.id, "title": control.title, "evidence": keys })
    });
    Ok(EvidenceGaps {
        verdict,
        framework,
        gaps,
        reasons,
        missing: missing.into_iter().collect(),
        policy_digest: crate::digest::of(&table.collect::<Vec<_>>())?,
    })
}

/// The evidence that a release record lacks, made by [`evidence_gaps`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.EvidenceGaps", rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceGaps {
    /// Whether evidence is missing.
    pub verdict: EvidenceVerdict,
    /// The framework whose controls were looked at.
    pub framework: Framework,
    /// Each piece of evidence that is missing or insufficient, by control.
    pub gaps: Vec<EvidenceGap>,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// The keys of the record that lack evidence, in alphabetical order.
    pub missing: Vec<String>,
    /// The digest of the controls and their evidence.
    pub policy_digest: String,
}

/// A piece of evidence that a release record lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.EvidenceGap", rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceGap {
    /// The number of the control.
    pub control: String,
    /// The title of the control.
    pub title: String,
    /// The key of the record.
    pub evidence: String,
    /// `evidence missing`, or why what is there is not enough.
    pub text: String,
}

/// Whether evidence is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.EvidenceVerdict", rename_all = "snake_case")]
pub enum EvidenceVerdict {
    /// The record has every piece of evidence of the table. That is no statement about compliance.
    Present,
    /// Evidence is missing.
    Gaps,
}

/// Writes the evidence that a release record lacks as text for a person.
///
/// ```
/// use relcore::audit::{Framework, ReleaseRecord, evidence_gaps, explain_evidence};
/// let gaps = evidence_gaps(&ReleaseRecord::default(), &Framework::Hipaa)?;
/// assert!(explain_evidence(&gaps).starts_with("EVIDENCE MISSING"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_evidence(gaps: &EvidenceGaps) -> String {
    gaps.explain()
}

/// The consequence of missing evidence for its caller: `proceed` if nothing is missing, else `ask`.
///
/// ```
/// use relcore::audit::{Framework, ReleaseRecord, evidence_gaps, outcome_of_evidence};
/// let gaps = evidence_gaps(&ReleaseRecord::default(), &Framework::Soc2)?;
/// assert_eq!(outcome_of_evidence(&gaps), relcore::decision::Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_evidence(gaps: &EvidenceGaps) -> Outcome {
    Explain::outcome(gaps)
}

impl fmt::Display for EvidenceGaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.explain().trim_end())
    }
}

impl Explain for EvidenceGaps {
    fn headline(&self) -> String {
        let framework = self.framework;
        match self.verdict {
            EvidenceVerdict::Present => {
                format!("EVIDENCE PRESENT: nothing of the table is missing for {framework}")
            }
            EvidenceVerdict::Gaps => {
                format!("EVIDENCE MISSING: {} pieces of evidence for {framework}", self.gaps.len())
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            EvidenceVerdict::Present => Outcome::Proceed,
            EvidenceVerdict::Gaps => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<crate::time::Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
