use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::reason::{Reason, Severity};
use crate::release::code;
use crate::release::{Advisory, AdvisorySeverity, Classification, ClassificationVerdict, Facts, Type};
use crate::version::Line;
use crate::version::{Bump, Version, bump};
use serde::Serialize;
use std::collections::BTreeSet;

/// The rules of [`classify`] by name and number. A change of any verdict changes the number, and so the digest.
#[derive(Clone, PartialEq, Serialize)]
struct Rules {
    name: &'static str,
    number: u32,
}

/// Determines the release type of `next`. Without `previous`, it is the first release.
///
/// The type depends on the advisories, the prerelease identifiers, long-term support and the version step, in this
/// order; below 1.0.0 it depends on `breaking` and `features`. Contradictions between version and facts are reported,
/// all at once, and prevent a classification.
///
/// ```
/// use relcore::release::{ClassificationVerdict, Facts, Type, classify};
/// use relcore::Version;
///
/// let (previous, next) = (Version::parse("1.4.2")?, Version::parse("1.5.0")?);
/// let classification = classify(Some(&previous), &next, &Facts::default())?;
/// assert_eq!(classification.release_type, Some(Type::FeatureMinor));
///
/// // Pitfall: `beta9` and `beta10` compare as text, so `beta10` is lower.
/// let (previous, next) = (Version::parse("1.0.0-beta9")?, Version::parse("1.0.0-beta10")?);
/// let classification = classify(Some(&previous), &next, &Facts::default())?;
/// assert_eq!(classification.verdict, ClassificationVerdict::Contradictory);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a `line` that is neither like `1.x` nor like `1.4.x`, and for an advisory
/// with an empty `id`; `duplicate` for two advisories with one `id`, because their severities could differ.
pub fn classify(previous: Option<&Version>, next: &Version, facts: &Facts) -> Result<Classification> {
    let line = check(facts)?;
    let step = Step::between(previous, next);
    let mut reasons = contradictions(previous, next, step, line, facts);
    let mut missing = Vec::new();

    let determined = determine(previous, next, step, facts, &mut reasons, &mut missing);
    let settled = compare_declared(determined, facts, &mut reasons, &mut missing);

    let contradictory = reasons.iter().any(|reason| reason.severity >= Severity::Error);
    let (verdict, release_type) = match settled {
        _ if contradictory => (ClassificationVerdict::Contradictory, None),
        Some(release_type) => (ClassificationVerdict::Classified, Some(release_type)),
        None => (ClassificationVerdict::Inconclusive, None),
    };
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the rules
    let policy_digest = crate::digest::of(&Rules { name: "release.classify", number: 2 })?;
    Ok(Classification { verdict, release_type, reasons, missing, next_check_at: None, policy_digest })
}

/// Checks the facts; returns the line if they name one.
fn check(facts: &Facts) -> Result<Option<Line>> {
    let mut faults = Faults::new();
    let line = facts.line.as_deref().map(Line::parse).transpose().map_err(|error| error.under("facts.line"));
    let mut seen = BTreeSet::new();
    for (index, Advisory { id, .. }) in facts.advisories.iter().enumerate() {
        let path = format_args!("facts.advisories[{index}].id");
        let text = format_args!("is empty: expected an identifier like `CVE-2026-0001`");
        faults.check(!id.is_empty(), ErrorKind::InvalidValue, path, text);
        let text = format_args!("{} is repeated", quoted(id));
        faults.check(id.is_empty() || seen.insert(id), ErrorKind::Duplicate, path, text);
    }
    let line = faults.absorb(line).flatten();
    faults.finish().map(|()| line)
}

/// The largest change that the step between two versions allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Patch,
    Minor,
    Major,
}

impl Step {
    /// The step to `next`. After a prerelease it is at least the step that the prerelease prepared.
    fn between(previous: Option<&Version>, next: &Version) -> Self {
        let Some(previous) = previous else { return Self::to(next) };
        let step = match bump(previous, next) {
            Bump::Major => Self::Major,
            Bump::Minor => Self::Minor,
            Bump::Patch | Bump::Prerelease | Bump::None => Self::Patch,
        };
        if previous.is_prerelease() { step.max(Self::to(previous)) } else { step }
    }

    /// The step that ends at these numbers: `2.0.0` is major, `2.1.0` minor, `2.1.1` patch.
    fn to(version: &Version) -> Self {
        match (version.minor(), version.patch()) {
            (0, 0) => Self::Major,
            (_, 0) => Self::Minor,
            _ => Self::Patch,
        }
    }

    fn release_type(self) -> Type {
        match self {
            Self::Major => Type::FeatureMajor,
            Self::Minor => Type::FeatureMinor,
            Self::Patch => Type::Hotfix,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
        }
    }
}

/// The contradictions between version and facts.
fn contradictions(
    previous: Option<&Version>,
    next: &Version,
    step: Step,
    line: Option<Line>,
    facts: &Facts,
) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut add =
        |code, subject: &str, text: String| found.push(Reason::new(code, Severity::Error, subject, text));
    let line_text = facts.line.as_deref().unwrap_or_default();
    if let Some(previous) = previous.filter(|previous| !previous.precedes(next)) {
        let text = match line {
            Some(line) if line.contains(next) && !line.contains(previous) => format!(
                "`{previous}` is outside the line `{line_text}`: compare `{next}` with the last version of the line"
            ),
            _ if bump(previous, next) == Bump::None => {
                format!(
                    "`{next}` and `{previous}` are equal apart from build metadata: the next version must be greater"
                )
            }
            _ => format!("`{next}` is lower than `{previous}`: the next version must be greater"),
        };
        add(code::VERSION_NOT_GREATER, "next", text);
    }
    if line.is_some_and(|line| !line.contains(next)) {
        let text = format!("`{next}` is outside the line `{line_text}`: correct the version or the line");
        add(code::VERSION_OUTSIDE_LINE, "line", text);
    }
    let stable = next.major() > 0;
    let restricted = stable && previous.is_some(); // nobody depends on anything before the first release
    if restricted && facts.breaking == Some(true) && step < Step::Major {
        let step = step.text();
        let text = format!(
            "`{next}` is a {step} version, but there are breaking changes: they require a major version"
        );
        add(code::BREAKING_WITHOUT_MAJOR, "breaking", text);
    }
    if restricted && facts.features == Some(true) && step == Step::Patch {
        let text =
            format!("`{next}` is a patch version, but there are new features: they require a minor version");
        add(code::FEATURE_IN_PATCH, "features", text);
    }
    if facts.lts && !stable {
        let text = format!("`{next}` is below 1.0.0: long-term support requires 1.0.0 or greater");
        add(code::LTS_BELOW_ONE, "lts", text);
    }
    match (next.is_prerelease(), facts.opt_in_only) {
        (false, Some(true)) => {
            let text = format!(
                "`{next}` is not a prerelease, but goes only to users who opted in: add identifiers like `-beta.1`"
            );
            add(code::STABILITY_UNCLEAR, "optInOnly", text);
        }
        (true, Some(false)) => {
            let text = format!(
                "`{next}` is a prerelease, but goes to all users: remove the identifiers or set `optInOnly`"
            );
            add(code::STABILITY_UNCLEAR, "optInOnly", text);
        }
        _ => {}
    }
    found
}

/// The type by version and facts; `None` if it is undetermined.
fn determine(
    previous: Option<&Version>,
    next: &Version,
    step: Step,
    facts: &Facts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<Type> {
    if !facts.advisories.is_empty() {
        return security(next, facts, reasons, missing);
    }
    let mut add =
        |code, subject: &str, text: String| reasons.push(Reason::new(code, Severity::Info, subject, text));
    if next.is_prerelease() {
        add(code::PRERELEASE_VERSION, "next", format!("`{next}` has prerelease identifiers"));
        return Some(Type::Prerelease);
    }
    if facts.lts {
        add(code::LTS_LINE, "lts", "the line is under long-term support".to_owned());
        return Some(Type::Lts);
    }
    let Some(previous) = previous else {
        let text = format!("`{next}` has no previous version: the first release is a feature release");
        add(code::FIRST_RELEASE, "previous", text);
        return Some(if next.major() > 0 { Type::FeatureMajor } else { Type::FeatureMinor });
    };
    if next.major() == 0 {
        return below_one(next, facts, reasons, missing);
    }
    let bump = bump(previous, next);
    if previous.is_prerelease() && bump == Bump::Prerelease {
        let step = step.text();
        let text =
            format!("the prerelease `{previous}` became the release `{next}`: the step counts as `{step}`");
        add(code::PRERELEASE_GRADUATED, "next", text);
    } else {
        let text = format!("the step from `{previous}` to `{next}` is `{bump}`");
        add(code::VERSION_STEP, "next", text);
        if previous.precedes(next) && skips(previous, next) {
            let text = format!("`{next}` skips at least one version after `{previous}`");
            add(code::VERSION_SKIPPED, "next", text);
        }
    }
    Some(step.release_type())
}

/// The type by the highest severity; `None` while an advisory without a severity could have a higher one.
fn security(
    next: &Version,
    facts: &Facts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<Type> {
    let worst = facts.advisories.iter().filter_map(|advisory| advisory.severity).max();
    if let Some(severity) = worst {
        let text = format!("the release closes a vulnerability of {severity} severity");
        reasons.push(Reason::new(code::SECURITY_FIX, Severity::Info, "advisories", text));
    }
    if next.is_prerelease() {
        let text = format!("`{next}` is a prerelease: the fix reaches only users who opted in");
        reasons.push(Reason::new(code::SECURITY_FIX_OPT_IN, Severity::Warning, "next", text));
    }
    if worst != Some(AdvisorySeverity::Critical) {
        let unrated = facts.advisories.iter().enumerate().filter(|(_, one)| one.severity.is_none());
        for (index, advisory) in unrated {
            let text =
                format!("{} has no severity yet: the release type depends on it", quoted(&advisory.id));
            let subject = format!("advisories[{index}].severity");
            reasons.push(Reason::new(code::SECURITY_UNRATED, Severity::Warning, subject.clone(), text));
            missing.push(subject);
        }
    }
    if !missing.is_empty() {
        return None;
    }
    worst.map(|severity| match severity {
        AdvisorySeverity::Critical => Type::SecurityCritical,
        AdvisorySeverity::High => Type::SecurityHigh,
        AdvisorySeverity::Medium => Type::SecurityMedium,
        AdvisorySeverity::Low => Type::SecurityLow,
    })
}

/// The type by the facts alone, because Semantic Versioning 2.0.0 (item 4) promises nothing below 1.0.0.
fn below_one(
    next: &Version,
    facts: &Facts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<Type> {
    let text = format!(
        "`{next}` is below 1.0.0, where the version step shows nothing: `breaking` and `features` decide"
    );
    reasons.push(Reason::new(code::BELOW_ONE, Severity::Info, "next", text));
    match (facts.breaking, facts.features) {
        (Some(true), _) => return Some(Type::FeatureMajor),
        (Some(false), Some(true)) => return Some(Type::FeatureMinor),
        (Some(false), Some(false)) => return Some(Type::Hotfix),
        (Some(false), None) | (None, _) => {}
    }
    missing.extend(facts.breaking.is_none().then(|| "breaking".to_owned()));
    missing.extend(facts.features.is_none().then(|| "features".to_owned()));
    None
}

/// Compares the declared type with the determined one; an undetermined type may be settled by it.
fn compare_declared(
    determined: Option<Type>,
    facts: &Facts,
    reasons: &mut Vec<Reason>,
    missing: &mut Vec<String>,
) -> Option<Type> {
    use Type as T;
    let is_security = |release_type| {
        matches!(release_type, T::SecurityCritical | T::SecurityHigh | T::SecurityMedium | T::SecurityLow)
    };
    match (determined, facts.declared) {
        (None, Some(declared @ (T::FeatureMajor | T::FeatureMinor | T::Hotfix)))
            if facts.advisories.is_empty() =>
        {
            let contrary = match declared {
                T::Hotfix => (facts.features == Some(true)).then_some("`features` is true"),
                T::FeatureMinor => (facts.features == Some(false)).then_some("`features` is false"),
                _ => (facts.breaking == Some(false)).then_some("`breaking` is false"),
            };
            if let Some(contrary) = contrary {
                let text = format!("the declared type is `{declared}`, but {contrary}");
                reasons.push(Reason::new(code::DECLARED_OTHERWISE, Severity::Error, "declared", text));
                return None;
            }
            let text =
                format!("version and facts leave the type open: the declared type `{declared}` decides");
            reasons.push(Reason::new(code::DECLARED_KIND, Severity::Info, "declared", text));
            missing.clear();
            Some(declared)
        }
        (_, Some(declared)) if is_security(declared) && facts.advisories.is_empty() => {
            let text = format!(
                "the declared type is `{declared}`, but `advisories` is empty: add the advisories that the release closes"
            );
            let code = crate::reason::code::FACT_MISSING;
            reasons.push(Reason::new(code, Severity::Warning, "advisories", text));
            missing.push("advisories".to_owned());
            None
        }
        (Some(determined), Some(declared)) if determined != declared => {
            let text =
                format!("the declared type is `{declared}`, but version and facts make it `{determined}`");
            reasons.push(Reason::new(code::DECLARED_OTHERWISE, Severity::Error, "declared", text));
            None
        }
        _ => {
            for fact in missing.iter().filter(|fact| !fact.starts_with("advisories")) {
                let text = format!("`{fact}` is unknown: the release type depends on it");
                let code = crate::reason::code::FACT_MISSING;
                reasons.push(Reason::new(code, Severity::Warning, fact.as_str(), text));
            }
            determined
        }
    }
}

/// Whether `next` is not one of the three versions that directly follow `previous`.
fn skips(previous: &Version, next: &Version) -> bool {
    let (major, minor, patch) = (previous.major(), previous.minor(), previous.patch());
    let numbers = (next.major(), next.minor(), next.patch());
    let one_more = |number: u64| number.saturating_add(1);
    numbers != (one_more(major), 0, 0)
        && numbers != (major, one_more(minor), 0)
        && numbers != (major, minor, one_more(patch))
}
