//! The table of controls: which evidence a release record has to hold for each of them.
//!
//! The numbers and titles of the clauses are facts; the lists of evidence are a proposal that the owner of the controls
//! has to check. Nothing here says that a release is compliant.
use super::chain::ChainVerdict;
use super::framework::Framework;
use super::release_record::{Approval, ReleaseRecord};
use crate::time::{Span, Timestamp};

/// A control of a framework, and the evidence for it.
pub(super) struct Control {
    pub(super) framework: Framework,
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) evidence: &'static [Item],
}

/// A piece of evidence: the key of the record, and what is found there.
pub(super) struct Item {
    pub(super) key: &'static str,
    pub(super) find: fn(&ReleaseRecord) -> Found,
}

/// What a record has of a piece of evidence.
pub(super) enum Found {
    Present,
    Missing,
    /// It is there, but does not show what the control asks for.
    Insufficient(String),
}

macro_rules! controls {
    ($($framework:ident $id:literal $title:literal: [$($key:literal $find:expr),+ $(,)?];)+) => {
        &[$(Control {
            framework: Framework::$framework,
            id: $id,
            title: $title,
            evidence: &[$(Item { key: $key, find: $find }),+],
        }),+]
    };
}

pub(super) static CONTROLS: &[Control] = controls! {
    Soc2 "CC8.1" "Authorises, designs, develops, documents, tests, approves and implements changes": [
        "changeRef" |record| text(record.change_ref.as_ref()),
        "description" |record| text(record.description.as_ref()),
        "reason" |record| text(record.reason.as_ref()),
        "author" |record| text(record.author.as_ref()),
        "approvals.by" approved_by_another,
        "approvals.at" approved_in_time,
        "testResults" |record| text(record.test_results.as_ref()),
        "deployedAt" |record| instant(record.deployed_at),
        "deployedBy" |record| text(record.deployed_by.as_ref()),
        "artifactDigest" |record| text(record.artifact_digest.as_ref()),
        "rollbackPlan" |record| text(record.rollback_plan.as_ref()),
    ];
    Soc2 "CC7.4/CC7.5" "Responds to and recovers from incidents": [
        "incidents.timeline" |record| incidents(record, "timeline", |incident| incident.timeline.as_ref()),
        "incidents.postMortemRef" |record| {
            incidents(record, "post-mortem", |incident| incident.post_mortem_ref.as_ref())
        },
    ];
    Soc2 "CC2.2/CC2.3" "Communicates changes internally/externally": ["announcements" announcements];
    Iso27001 "A.8.32" "Change management": [
        "changeRef" |record| text(record.change_ref.as_ref()),
        "impactAssessment" |record| text(record.impact_assessment.as_ref()),
        "approvals" approvals,
        "testResults" |record| text(record.test_results.as_ref()),
        "rollbackPlan" |record| text(record.rollback_plan.as_ref()),
        "announcements" announcements,
    ];
    Iso27001 "A.5.3" "Segregation of duties": [
        "approvals.by" approved_by_another,
        "deployedBy" deployed_by_another,
    ];
    Iso27001 "A.8.31" "Separation of development, test and production": ["environments" environments];
    Iso27001 "A.8.29" "Security testing in development and acceptance": [
        "securityAssessment" |record| text(record.security_assessment.as_ref()),
    ];
    Iso27001 "A.8.15" "Logging": ["auditLog" audit_log];
    Iso27001 "A.5.24-A.5.28" "Incident management and evidence": [
        "incidents" |record| if record.incidents.is_some() { Found::Present } else { Found::Missing },
        "incidents.lessonsLearned" |record| {
            incidents(record, "lesson", |incident| incident.lessons_learned.as_ref())
        },
    ];
    Gdpr "Art. 35" "Data protection impact assessment": ["dpiaRef" dpia];
    Gdpr "Art. 33" "Breach notification to authority within 72 h of awareness": ["breaches.notifiedAt" breaches];
    Hipaa "164.308(a)(8)" "Evaluation after environmental or operational change": [
        "securityEvaluationRef" |record| text(record.security_evaluation_ref.as_ref()),
    ];
    Hipaa "164.312(b)" "Audit controls": ["auditLog" audit_log];
    Hipaa "164.312(c)(1)" "Integrity": ["artifactDigest" |record| text(record.artifact_digest.as_ref())];
    Hipaa "164.316(b)(2)(i)" "Retention 6 years": ["retainUntil" retention];
    Fda21Cfr11 "11.10(a)" "Validation of systems": [
        "validationRef" |record| text(record.validation_ref.as_ref()),
    ];
    // Every record of the log has its instant, so the verdict on the log covers both.
    Fda21Cfr11 "11.10(e)"
        "Secure, computer-generated, time-stamped audit trail; changes must not obscure earlier entries": [
        "auditLog" audit_log,
    ];
    Fda21Cfr11 "11.50" "Signature shows printed name, date/time, meaning": [
        "approvals" approvals,
        "approvals.name" |record| signed(record, "printed name", |approval| approval.name.as_ref()),
        "approvals.meaning" |record| signed(record, "meaning", |approval| approval.meaning.as_ref()),
    ];
    Fda21Cfr11 "11.70" "Signature linked to its record": ["approvals.approvedDigest" linked];
    Iec62304 "5.8.1-5.8.6"
        "Software release: verification complete, known residual anomalies documented and evaluated, released version and how built documented": [
        "testResults" |record| text(record.test_results.as_ref()),
        "knownIssues.evaluation" known_issues,
        "version" |record| text(record.version.as_ref()),
        "buildRef" |record| text(record.build_ref.as_ref()),
    ];
    PciDss "6.5.1"
        "Change control: reason, security impact, approval by authorised parties, testing, back-out procedure": [
        "reason" |record| text(record.reason.as_ref()),
        "securityImpact" |record| text(record.security_impact.as_ref()),
        "approvals" approvals,
        "testResults" |record| text(record.test_results.as_ref()),
        "rollbackPlan" |record| text(record.rollback_plan.as_ref()),
    ];
    EuCra "Art. 14"
        "Actively exploited vulnerability: early warning 24 h, notification 72 h, final report 14 d after fix": [
        "exploitedVulnerabilities" exploited_vulnerabilities,
    ];
};

fn is_present(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fn text(text: Option<&String>) -> Found {
    if is_present(text) { Found::Present } else { Found::Missing }
}

fn instant(at: Option<Timestamp>) -> Found {
    if at.is_some() { Found::Present } else { Found::Missing }
}

fn announcements(record: &ReleaseRecord) -> Found {
    let some = record.announcements.iter().any(|announcement| is_present(Some(announcement)));
    if some { Found::Present } else { Found::Missing }
}

fn approvals(record: &ReleaseRecord) -> Found {
    let some = record.approvals.iter().any(|approval| is_present(Some(&approval.by)));
    if some { Found::Present } else { Found::Missing }
}

/// Whether two names are of one person, whatever the case.
fn is_same(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

/// The approvals by somebody other than the author. Without a known author any approval may be the author's.
fn independent(record: &ReleaseRecord) -> impl Iterator<Item = &Approval> {
    let author = record.author.as_ref().filter(|author| is_present(Some(author)));
    record.approvals.iter().filter(move |approval| {
        is_present(Some(&approval.by)) && author.is_some_and(|author| !is_same(author, &approval.by))
    })
}

fn approved_by_another(record: &ReleaseRecord) -> Found {
    match (approvals(record), is_present(record.author.as_ref())) {
        (Found::Present, true) if independent(record).next().is_some() => Found::Present,
        (Found::Present, true) => Found::Insufficient("only the author approved".to_owned()),
        (Found::Present, false) => {
            Found::Insufficient("the author is not known, who may be the one who approved".to_owned())
        }
        _ => Found::Missing,
    }
}

fn approved_in_time(record: &ReleaseRecord) -> Found {
    let Some(deployed) = record.deployed_at else { return Found::Missing };
    let first = record.approvals.iter().map(|approval| approval.at).min();
    if independent(record).any(|approval| approval.at <= deployed) {
        return Found::Present;
    }
    if record.emergency {
        return match record.reviewed_at {
            Some(reviewed) if reviewed >= deployed => Found::Present,
            Some(reviewed) => Found::Insufficient(format!(
                "the review at {reviewed} is before the deployment at {deployed}, so it is not one of the emergency change"
            )),
            None => Found::Insufficient("an emergency change without a review after it".to_owned()),
        };
    }
    match first {
        Some(first) if first > deployed => {
            Found::Insufficient(format!("approved at {first}, after the deployment at {deployed}"))
        }
        Some(_) => Found::Insufficient("nobody but the author approved before the deployment".to_owned()),
        None => Found::Missing,
    }
}

fn deployed_by_another(record: &ReleaseRecord) -> Found {
    match (&record.author, &record.deployed_by) {
        (Some(author), Some(deployer)) if is_same(author, deployer) => {
            Found::Insufficient(format!("the author `{author}` deployed it"))
        }
        _ => Found::Present, // asked only where a deployer is named
    }
}

fn environments(record: &ReleaseRecord) -> Found {
    let [first, rest @ ..] = record.environments.as_slice() else { return Found::Missing };
    if rest.iter().all(|stage| is_same(&stage.environment, &first.environment)) {
        return Found::Insufficient(format!(
            "only `{}` is recorded: expected one before it",
            first.environment
        ));
    }
    if !record.environments.is_sorted_by_key(|stage| stage.deployed_at) {
        return Found::Insufficient("the environments are not in the order of their deployments".to_owned());
    }
    Found::Present
}

fn audit_log(record: &ReleaseRecord) -> Found {
    match record.audit_log {
        None => Found::Missing,
        Some(ChainVerdict::Whole) => Found::Present,
        Some(ChainVerdict::Prefix) => {
            Found::Insufficient("the audit log is not proven to be complete".to_owned())
        }
        Some(ChainVerdict::Broken) => Found::Insufficient("the audit log is broken".to_owned()),
    }
}

/// Whether every item of a list has something; an absent list is missing.
fn every<T>(items: Option<&Vec<T>>, fault: impl Fn(&T) -> Option<String>) -> Found {
    let Some(items) = items else { return Found::Missing };
    let faults: Vec<String> = items.iter().filter_map(fault).collect();
    if faults.is_empty() { Found::Present } else { Found::Insufficient(faults.join(", ")) }
}

fn incidents(
    record: &ReleaseRecord,
    what: &str,
    of: fn(&super::release_record::IncidentRecord) -> Option<&String>,
) -> Found {
    every(record.incidents.as_ref(), |incident| {
        (!is_present(of(incident))).then(|| format!("`{}` has no {what}", incident.id))
    })
}

fn known_issues(record: &ReleaseRecord) -> Found {
    every(record.known_issues.as_ref(), |issue| {
        (!is_present(issue.evaluation.as_ref())).then(|| format!("`{}` has no evaluation", issue.id))
    })
}

fn signed(record: &ReleaseRecord, what: &str, of: fn(&Approval) -> Option<&String>) -> Found {
    if record.approvals.is_empty() {
        return Found::Missing;
    }
    every(Some(&record.approvals), |approval| {
        (!is_present(of(approval))).then(|| format!("the approval of `{}` has no {what}", approval.by))
    })
}

fn linked(record: &ReleaseRecord) -> Found {
    if record.approvals.is_empty() {
        return Found::Missing;
    }
    let Some(deployed) = record.artifact_digest.as_ref().filter(|digest| is_present(Some(digest))) else {
        return Found::Missing;
    };
    every(Some(&record.approvals), |approval| match &approval.approved_digest {
        Some(approved) if is_same(approved, deployed) => None,
        Some(_) => Some(format!("the approval of `{}` is for another artifact", approval.by)),
        None => Some(format!("the approval of `{}` has no digest", approval.by)),
    })
}

fn dpia(record: &ReleaseRecord) -> Found {
    match (record.processes_personal_data, record.high_risk_processing) {
        (None, _) => Found::Insufficient("`processesPersonalData` is not known".to_owned()),
        (Some(false), _) | (Some(true), Some(false)) => Found::Present,
        (Some(true), _) => text(record.dpia_ref.as_ref()),
    }
}

/// A fault unless something happened within a length of time.
fn within(what: &str, start: Timestamp, limit: Span, at: Option<Timestamp>) -> Option<String> {
    let limit_text = crate::reason::format_duration(limit);
    match at {
        None => Some(format!("no {what}")),
        Some(at) if at < start => Some(format!("the {what} at {at} is before {start}")),
        Some(at) if at.since(start) > limit => {
            Some(format!("the {what} at {at} is more than {limit_text} after {start}"))
        }
        Some(_) => None,
    }
}

fn breaches(record: &ReleaseRecord) -> Found {
    every(record.breaches.as_ref(), |breach| {
        within("notification", breach.aware_at, Span::from_hours(72), breach.notified_at)
            .map(|fault| format!("`{}`: {fault}", breach.id))
    })
}

fn exploited_vulnerabilities(record: &ReleaseRecord) -> Found {
    every(record.exploited_vulnerabilities.as_ref(), |found| {
        let report = found.fixed_at.and_then(|fixed| {
            within("final report", fixed, Span::from_hours(14 * 24), found.final_report_at)
        });
        let faults: Vec<String> = [
            within("early warning", found.aware_at, Span::from_hours(24), found.early_warning_at),
            within("notification", found.aware_at, Span::from_hours(72), found.notified_at),
            report,
        ]
        .into_iter()
        .flatten()
        .collect();
        (!faults.is_empty()).then(|| format!("`{}`: {}", found.id, faults.join(" and ")))
    })
}

/// Six years after the deployment: the same text with a later year, which orders as the instants do.
fn retention(record: &ReleaseRecord) -> Found {
    let (Some(deployed), Some(until)) = (record.deployed_at, record.retain_until) else {
        return Found::Missing;
    };
    let text = deployed.to_string();
    let Some((year, rest)) = text.split_once('-') else { return Found::Missing };
    let Ok(year) = year.parse::<u32>() else { return Found::Missing };
    let least = format!("{:04}-{rest}", year.saturating_add(6));
    if until.to_string() >= least {
        return Found::Present;
    }
    Found::Insufficient(format!("kept until {until}: expected six years after the deployment at {deployed}"))
}
