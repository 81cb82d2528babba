use super::line::Line;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::release::{
    AdvisorySeverity, Classification, ClassificationVerdict, ReleaseAdvisory, ReleaseFacts, ReleaseType,
};
use crate::version::{Bump, Version, bump};
use serde::Serialize;
use std::collections::BTreeSet;

/// The rules of [`classify`] by name and number: a change of any answer changes the number, and so the digest.
#[derive(Clone, PartialEq, Serialize)]
struct Rules {
    name: &'static str,
    number: u32,
}

crate::digest::remembered_digest!(Rules);

/// Says what kind of release `next` is, after `previous` (`None`: the first release).
///
/// 1. What contradicts itself is never classified: `next` must be **strictly greater** than `previous`, belong to its
///    line, and promise no less than it changes. Every contradiction is named.
/// 2. A release that closes an advisory is a security release, by its worst severity.
/// 3. A version with prerelease identifiers is a prerelease.
/// 4. A release of a line under long-term support is an LTS release.
/// 5. Otherwise the step between the versions speaks: major, minor, or patch, which is a hotfix. After a prerelease
///    the step is that of the release it announced. The first release of all is a feature release.
/// 6. Below 1.0.0 a version promises nothing, so the facts `breaking` and `features` speak; without them the kind is
///    open.
///
/// ```
/// use relcore::release::{ClassificationVerdict, ReleaseFacts, ReleaseType, classify};
/// use relcore::Version;
///
/// let (from, to) = (Version::parse("1.4.2")?, Version::parse("1.5.0")?);
/// let found = classify(Some(&from), &to, &ReleaseFacts::default())?;
/// assert_eq!(found.release_type, Some(ReleaseType::FeatureMinor));
///
/// // Pitfall: `beta9` and `beta10` are texts, and `beta10` is the smaller one.
/// let (from, to) = (Version::parse("1.0.0-beta9")?, Version::parse("1.0.0-beta10")?);
/// let found = classify(Some(&from), &to, &ReleaseFacts::default())?;
/// assert_eq!(found.verdict, ClassificationVerdict::Contradictory);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a `line` that is neither like `1.x` nor like `1.4.x`, and for an advisory
/// without an `id`; `duplicate` for two advisories of one `id`, whose severities could differ.
pub fn classify(previous: Option<&Version>, next: &Version, facts: &ReleaseFacts) -> Result<Classification> {
    let line = check(facts)?;
    let step = Step::of(previous, next);
    let mut reasons = contradictions(previous, next, step, line, facts);
    let mut missing = Vec::new();

    let found = kind(previous, next, step, facts, &mut reasons, &mut missing);
    let found = settle(found, facts, &mut reasons, &mut missing);

    let contradictory = reasons.iter().any(|reason| reason.severity >= Severity::Error);
    let (verdict, release_type) = match found {
        _ if contradictory => (ClassificationVerdict::Contradictory, None),
        Some(kind) => (ClassificationVerdict::Classified, Some(kind)),
        None => (ClassificationVerdict::Inconclusive, None),
    };
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: the order of the rules stays
    let policy_digest = digest_of(&Rules { name: "release.classify", number: 2 })?;
    Ok(Classification { verdict, release_type, reasons, missing, next_check_at: None, policy_digest })
}

/// Everything that keeps the facts from being used; the line, if they name one.
fn check(facts: &ReleaseFacts) -> Result<Option<Line>> {
    let mut faults = Faults::new();
    let line = facts.line.as_deref().map(Line::parse).transpose().map_err(|error| error.under("facts.line"));
    let mut seen = BTreeSet::new();
    for (index, ReleaseAdvisory { id, .. }) in facts.advisories.iter().enumerate() {
        let path = format_args!("facts.advisories[{index}].id");
        let text = format_args!("is empty: expected the like of `CVE-2026-0001`");
        faults.check(!id.is_empty(), ErrorKind::InvalidValue, path, text);
        let text = format_args!("{} is given twice", crate::wire::quoted(id));
        faults.check(id.is_empty() || seen.insert(id), ErrorKind::Duplicate, path, text);
    }
    let line = faults.absorb(line).flatten();
    faults.finish().map(|()| line)
}

/// How much a version promises to have changed at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Patch,
    Minor,
    Major,
}

impl Step {
    /// A prerelease announces the release of its own numbers, so what follows it carries at least that step.
    fn of(previous: Option<&Version>, next: &Version) -> Self {
        let Some(previous) = previous else { return Self::announced(next) };
        let step = match bump(previous, next) {
            Bump::Major => Self::Major,
            Bump::Minor => Self::Minor,
            Bump::Patch | Bump::Prerelease | Bump::None => Self::Patch,
        };
        if previous.is_prerelease() { step.max(Self::announced(previous)) } else { step }
    }

    /// The step that leads to these numbers: `2.0.0` major, `2.1.0` minor, `2.1.1` patch.
    fn announced(version: &Version) -> Self {
        match (version.minor(), version.patch()) {
            (0, 0) => Self::Major,
            (_, 0) => Self::Minor,
            _ => Self::Patch,
        }
    }

    fn kind(self) -> ReleaseType {
        match self {
            Self::Major => ReleaseType::FeatureMajor,
            Self::Minor => ReleaseType::FeatureMinor,
            Self::Patch => ReleaseType::Hotfix,
        }
    }
}

/// Everything in which version and facts contradict each other.
fn contradictions(
    previous: Option<&Version>,
    next: &Version,
    step: Step,
    line: Option<Line>,
    facts: &ReleaseFacts,
) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut against = |holds: bool, code, subject: &str, text: &dyn Fn() -> String| {
        if holds {
            found.push(reason(code, Severity::Error, subject, text()));
        }
    };
    if let Some(previous) = previous {
        against(!previous.precedes(next), ReasonCode::VersionNotGreater, "next", &|| {
            let why = match line {
                Some(line) if line.holds(next) && !line.holds(previous) => {
                    "give the last version of the line as the previous one"
                }
                _ if bump(previous, next) == Bump::None => "build metadata does not order versions",
                _ => "the next version must be strictly greater",
            };
            format!("`{next}` does not come after `{previous}`: {why}")
        });
    }
    against(line.is_some_and(|line| !line.holds(next)), ReasonCode::VersionOutsideLine, "line", &|| {
        format!("`{next}` is not of the line `{}`", facts.line.as_deref().unwrap_or_default())
    });
    let stable = next.major() > 0;
    let follows = previous.is_some(); // a first release breaks nobody
    against(
        stable && follows && facts.breaking == Some(true) && step < Step::Major,
        ReasonCode::BreakingWithoutMajor,
        "breaking",
        &|| format!("`{next}` promises to break nobody, but there are breaking changes"),
    );
    against(
        stable && follows && facts.features == Some(true) && step == Step::Patch,
        ReasonCode::FeatureInPatch,
        "features",
        &|| format!("`{next}` promises fixes only, but there are new features"),
    );
    against(facts.lts && !stable, ReasonCode::LtsBelowOne, "lts", &|| {
        format!("`{next}` promises no stability, which long-term support does")
    });
    against(
        !next.is_prerelease() && facts.opt_in_only == Some(true),
        ReasonCode::StabilityUnclear,
        "optInOnly",
        &|| format!("`{next}` looks stable, but goes only to those who asked for early versions"),
    );
    against(
        next.is_prerelease() && facts.opt_in_only == Some(false),
        ReasonCode::StabilityUnclear,
        "optInOnly",
        &|| format!("`{next}` is a prerelease, but goes to everyone"),
    );
    found
}

/// The kind by version and facts, as far as they settle it.
fn kind(
    previous: Option<&Version>,
    next: &Version,
    step: Step,
    facts: &ReleaseFacts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<ReleaseType> {
    let mut say =
        |code, subject: &str, text: String| reasons.push(reason(code, Severity::Info, subject, text));
    if !facts.advisories.is_empty() {
        return security(next, facts, reasons, missing);
    }
    if next.is_prerelease() {
        say(ReasonCode::PrereleaseVersion, "next", format!("`{next}` carries prerelease identifiers"));
        return Some(ReleaseType::Prerelease);
    }
    if facts.lts {
        say(ReasonCode::LtsLine, "lts", "the line is under long-term support".to_owned());
        return Some(ReleaseType::Lts);
    }
    let Some(previous) = previous else {
        say(ReasonCode::FirstRelease, "previous", format!("`{next}` is the first release: all of it is new"));
        let promises = next.major() > 0;
        return Some(if promises { ReleaseType::FeatureMajor } else { ReleaseType::FeatureMinor });
    };
    if next.major() == 0 {
        return below_one(next, facts, reasons, missing);
    }
    let graduated = previous.is_prerelease() && bump(previous, next) == Bump::Prerelease;
    if graduated {
        say(ReasonCode::PrereleaseGraduated, "next", format!("`{previous}` became the release `{next}`"));
    } else {
        let bump = crate::wire::text_of(&bump(previous, next));
        say(
            ReasonCode::VersionStep,
            "next",
            format!("from `{previous}` to `{next}` is a step of kind {bump}"),
        );
        if previous.precedes(next) && skips(previous, next) {
            say(
                ReasonCode::VersionSkipped,
                "next",
                format!("`{next}` leaves out versions after `{previous}`"),
            );
        }
    }
    Some(step.kind())
}

/// By the worst severity; open while an advisory that could be worse has none.
fn security(
    next: &Version,
    facts: &ReleaseFacts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<ReleaseType> {
    let worst = facts.advisories.iter().filter_map(|advisory| advisory.severity).max();
    if let Some(severity) = worst {
        let text =
            format!("the release closes a vulnerability of {} severity", crate::wire::text_of(&severity));
        reasons.push(reason(ReasonCode::SecurityFix, Severity::Info, "advisories", text));
    }
    if next.is_prerelease() {
        let text = "a prerelease brings the fix only to those who asked for early versions".to_owned();
        reasons.push(reason(ReasonCode::SecurityFixOptIn, Severity::Warning, "next", text));
    }
    if worst != Some(AdvisorySeverity::Critical) {
        for (index, advisory) in facts.advisories.iter().enumerate().filter(|(_, one)| one.severity.is_none())
        {
            let text = format!("{} has no severity yet", crate::wire::quoted(&advisory.id));
            let subject = format!("advisories[{index}].severity");
            reasons.push(reason(ReasonCode::SecurityUnrated, Severity::Warning, &subject, text));
            missing.push(subject);
        }
    }
    if !missing.is_empty() {
        return None;
    }
    worst.map(|severity| match severity {
        AdvisorySeverity::Critical => ReleaseType::SecurityCritical,
        AdvisorySeverity::High => ReleaseType::SecurityHigh,
        AdvisorySeverity::Medium => ReleaseType::SecurityMedium,
        AdvisorySeverity::Low => ReleaseType::SecurityLow,
    })
}

/// By the facts alone: what breaks is major, what adds is minor, the rest is a fix.
fn below_one(
    next: &Version,
    facts: &ReleaseFacts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<ReleaseType> {
    let text = format!("`{next}` is below 1.0.0 and promises nothing: what changed decides");
    reasons.push(reason(ReasonCode::BelowOne, Severity::Info, "next", text));
    match (facts.breaking, facts.features) {
        (Some(true), _) => return Some(ReleaseType::FeatureMajor),
        (Some(false), Some(true)) => return Some(ReleaseType::FeatureMinor),
        (Some(false), Some(false)) => return Some(ReleaseType::Hotfix),
        (Some(false), None) | (None, _) => {}
    }
    missing.extend(facts.breaking.is_none().then(|| "breaking".to_owned()));
    missing.extend(facts.features.is_none().then(|| "features".to_owned()));
    None
}

/// Holds what was found against what the release is said to be.
fn settle(
    found: Option<ReleaseType>,
    facts: &ReleaseFacts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<ReleaseType> {
    use ReleaseType as T;
    let security =
        |kind| matches!(kind, T::SecurityCritical | T::SecurityHigh | T::SecurityMedium | T::SecurityLow);
    match (found, facts.declared) {
        (None, Some(T::FeatureMajor | T::FeatureMinor | T::Hotfix)) if facts.advisories.is_empty() => {
            let fits = |kind| match kind {
                T::Hotfix => facts.features != Some(true),
                T::FeatureMinor => facts.features != Some(false),
                _ => facts.breaking != Some(false),
            };
            let declared = facts.declared.filter(|kind| fits(*kind));
            let text = "what the release is said to be settles what version and facts leave open".to_owned();
            if declared.is_some() {
                reasons.push(reason(ReasonCode::DeclaredKind, Severity::Info, "declared", text));
                missing.clear();
            } else {
                let text = "the release is said to be what its facts rule out".to_owned();
                reasons.push(reason(ReasonCode::DeclaredOtherwise, Severity::Error, "declared", text));
            }
            declared
        }
        (_, Some(declared)) if security(declared) && facts.advisories.is_empty() => {
            let text = "a security release is declared, but no advisory is given".to_owned();
            reasons.push(reason(ReasonCode::FactMissing, Severity::Warning, "advisories", text));
            missing.push("advisories".to_owned());
            None
        }
        (Some(kind), Some(declared)) if kind != declared => {
            let (kind, declared) = (crate::wire::text_of(&kind), crate::wire::text_of(&declared));
            let text = format!("declared as {declared}, but version and facts make it {kind}");
            reasons.push(reason(ReasonCode::DeclaredOtherwise, Severity::Error, "declared", text));
            None
        }
        _ => {
            for fact in missing.iter().filter(|fact| !fact.starts_with("advisories")) {
                let text = format!("`{fact}` is not known");
                reasons.push(reason(ReasonCode::FactMissing, Severity::Warning, fact, text));
            }
            found
        }
    }
}

/// Whether a version that could have come between was left out.
fn skips(previous: &Version, next: &Version) -> bool {
    let (major, minor, patch) = (previous.major(), previous.minor(), previous.patch());
    let numbers = (next.major(), next.minor(), next.patch());
    let one_more = |number: u64| number.saturating_add(1);
    numbers != (one_more(major), 0, 0)
        && numbers != (major, one_more(minor), 0)
        && numbers != (major, minor, one_more(patch))
}

fn reason(code: ReasonCode, severity: Severity, subject: &str, text: String) -> Reason {
    Reason { code, severity, subject: subject.to_owned(), text, evidence: Evidence::default() }
}
