use super::assignment::Assigner;
use super::code;
use super::definition::Definition;
use super::reassignment::{joint, narrows};
use crate::decision::{Explain, Outcome};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Whether a ramp keeps units where they are, made by [`check_ramp`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.RampCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct RampCheck {
    /// What is proven.
    pub verdict: RampVerdict,
    /// The share of the units that is in some variant at each step, of those that meet its conditions.
    pub shares: Vec<f64>,
    /// Every violation, by step, or that there is none. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the steps.
    pub policy_digest: String,
}

/// What is proven about a ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.RampVerdict", rename_all = "snake_case")]
pub enum RampVerdict {
    /// No step moves a unit out of or between variants.
    Stable,
    /// At least one step moves units.
    MovesUnits,
    /// The buckets move no unit, but a change of conditions or forced units may.
    Unproven,
}

/// Checks that the steps of a ramp only let units in: no step moves a unit out of a variant or between variants.
///
/// `grows_from` names the variant out of which the others grow, as `off` in a rollout that is given as two weights. Its units
/// may go to other variants, but not leave.
///
/// A step may remove or relax conditions, which lets units in, but not add one. A unit that becomes forced, or is not forced
/// any more, must keep its variant.
///
/// ```
/// use relcore::experiment::{Definition, RampVerdict, Variant, check_ramp};
/// let at = |coverage: f64| {
///     Definition::new("checkout", [Variant::new("control"), Variant::new("one_page")]).coverage(coverage)
/// };
/// assert_eq!(check_ramp(&[at(0.1), at(0.5), at(1.0)], None)?.verdict, RampVerdict::Stable);
///
/// // Pitfall: three weights that grow to the right move units between the variants.
/// let of = |weights: [f64; 3]| {
///     let variants = ["off", "a", "b"].into_iter().zip(weights);
///     Definition::new("checkout", variants.map(|(name, weight)| Variant::new(name).weight(weight)))
/// };
/// let check = check_ramp(&[of([80.0, 10.0, 10.0]), of([60.0, 20.0, 20.0])], Some("off"))?;
/// assert_eq!(check.verdict, RampVerdict::MovesUnits);
/// assert_eq!(check.reasons[0].subject, "steps[1]: a to b");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the steps at once: `out_of_range` for `steps[0].coverage`; `invalid_value` for no steps or more than 1000;
/// `unknown_reference` if no step has the variant `growsFrom`.
pub fn check_ramp(steps: &[Definition], grows_from: Option<&str>) -> Result<RampCheck> {
    if !(1..=MOST_STEPS).contains(&steps.len()) {
        let text = format!("has {} steps: expected 1 to {MOST_STEPS}", steps.len());
        return Err(Error::new(ErrorKind::InvalidValue, "steps", text));
    }
    let mut faults = Faults::new();
    let path = |index: usize| format!("steps[{index}]");
    let assigners: Vec<Assigner> = steps
        .iter()
        .enumerate()
        .filter_map(|(index, step)| faults.absorb(Assigner::at(step.clone(), &path(index))))
        .collect();
    if let Some(name) = grows_from {
        faults.check(
            steps.iter().any(|step| step.has_variant(name)),
            ErrorKind::UnknownReference,
            format_args!("growsFrom"),
            format_args!("{} is not a variant of any step", quoted(name)),
        );
    }
    faults.finish()?;
    let mut found = Vec::new();
    for (index, (before, after)) in assigners.iter().zip(assigners.iter().skip(1)).enumerate() {
        Step { path: path(index.saturating_add(1)), before, after, grows_from }.check(&mut found);
    }
    let verdict = if found.is_empty() {
        RampVerdict::Stable
    } else if found.iter().any(|reason| MOVES.contains(&reason.code)) {
        RampVerdict::MovesUnits
    } else {
        RampVerdict::Unproven
    };
    if found.is_empty() {
        let text = "no step moves a unit out of a variant or between variants";
        found.push(Reason::new(code::RAMP_STABLE, Severity::Info, "steps", text));
    }
    let policy_digest = crate::digest::of(&steps)?;
    Ok(RampCheck { verdict, shares: assigners.iter().map(covered).collect(), reasons: found, policy_digest })
}

/// Writes a check of a ramp as text for a person: the verdict and the reasons.
///
/// ```
/// use relcore::experiment::{check_ramp, explain_ramp, standard_definition};
/// let check = check_ramp(&[standard_definition().coverage(0.1), standard_definition()], None)?;
/// assert!(explain_ramp(&check).starts_with("STABLE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_ramp(check: &RampCheck) -> String {
    check.explain()
}

/// The consequence of a check of a ramp for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `stable` | `proceed` |
/// | `moves_units`, `unproven` | `ask` |
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::experiment::{check_ramp, outcome_of_ramp, standard_definition};
/// // Pitfall: another seed is another draw. It moves units, whatever the coverage.
/// let steps = [standard_definition().coverage(0.1), standard_definition().seed("second")];
/// assert_eq!(outcome_of_ramp(&check_ramp(&steps, None)?), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_ramp(check: &RampCheck) -> Outcome {
    check.outcome()
}

/// The text of [`explain_ramp`].
impl fmt::Display for RampCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for RampCheck {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            RampVerdict::Stable => "STABLE: no step moves a unit out of or between variants",
            RampVerdict::MovesUnits => "MOVES UNITS: a step moves units out of or between variants",
            RampVerdict::Unproven => "UNPROVEN: a step may move units out of or between variants",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            RampVerdict::Stable => Outcome::Proceed,
            RampVerdict::MovesUnits | RampVerdict::Unproven => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}

/// The longest ramp: more steps than a person plans.
const MOST_STEPS: usize = 1000;

/// The codes of proven moves.
const MOVES: [ReasonCode; 3] = [code::MOVED_BETWEEN_VARIANTS, code::MOVED_OUT, code::FORCED_UNIT_MOVED];

/// The share of the units that has a variant.
fn covered(assigner: &Assigner) -> f64 {
    let pairs = joint(assigner, assigner);
    let taking_part = pairs.iter().filter(|((variant, _), _)| variant.is_some());
    taking_part.fold(0.0, |sum, (_, share)| sum + share)
}

/// Two steps that follow one another.
struct Step<'a> {
    path: String,
    before: &'a Assigner,
    after: &'a Assigner,
    grows_from: Option<&'a str>,
}

impl Step<'_> {
    fn check(&self, found: &mut Vec<Reason>) {
        for ((before, after), share) in joint(self.before, self.after) {
            if share > 0.0 && self.is_violation(before.as_deref(), after.as_deref()) {
                let percent = number(share * 100.0);
                found.push(self.moved(before.as_deref(), after.as_deref(), share, &percent));
            }
        }
        let (before, after) = (self.before.definition(), self.after.definition());
        if let Some(condition) = narrows(before, after) {
            let subject = format!("{}.conditions[{condition}]", self.path);
            let text = format!(
                "`{subject}` is new or narrower: units that met the conditions before may not meet it"
            );
            found.push(Reason::new(code::CONDITION_ADDED, Severity::Error, subject, text));
        }
        let hashes = |definition: &Definition, attribute: &Option<String>| {
            let own = definition.namespaces.iter().map(|namespace| namespace.unit_attribute.as_ref());
            own.chain([definition.unit_attribute.as_ref()]).any(|hashed| hashed == attribute.as_ref())
        };
        for (index, namespace) in after.namespaces.iter().enumerate() {
            let attribute = &namespace.unit_attribute;
            if attribute.is_some() && !hashes(before, attribute) {
                let subject = format!("{}.namespaces[{index}]", self.path);
                let name = attribute.as_deref().unwrap_or_default();
                let text =
                    format!("`{subject}` hashes `{name}`, which units of the step before may not have");
                found.push(Reason::new(code::CONDITION_ADDED, Severity::Error, subject, text));
            }
        }
        if before.unit_attribute != after.unit_attribute {
            // A forced unit is named by the attribute before, of which the one after is not known.
            for unit in before.forced.keys() {
                let text = format!(
                    "the unit {} is forced by an attribute that is not hashed any more",
                    quoted(unit)
                );
                let subject = format!("{}.forced.{}", self.path, shortened(unit));
                found.push(Reason::new(code::FORCED_UNIT_UNPROVEN, Severity::Error, subject, text));
            }
            return;
        }
        let units: BTreeSet<&String> = before.forced.keys().chain(after.forced.keys()).collect();
        for unit in units {
            self.forced(unit, found);
        }
    }

    fn is_violation(&self, before: Option<&str>, after: Option<&str>) -> bool {
        let grows = before == self.grows_from && after.is_some();
        before.is_some() && before != after && !grows
    }

    fn moved(&self, before: Option<&str>, after: Option<&str>, share: f64, percent: &str) -> Reason {
        let from = before.unwrap_or_default();
        let (code, subject, text) = match after {
            Some(to) => (
                code::MOVED_BETWEEN_VARIANTS,
                format!("{}: {from} to {to}", self.path),
                format!("{percent} % of the units move from `{from}` to `{to}`"),
            ),
            None => (
                code::MOVED_OUT,
                format!("{}: {from} to none", self.path),
                format!("{percent} % of the units leave `{from}` and are in no variant"),
            ),
        };
        let evidence = Evidence { observed: Some(share), threshold: Some(0.0), ..Evidence::default() };
        let evidence = Evidence { unit: Some("1".to_owned()), ..evidence };
        Reason::new(code, Severity::Error, subject, text).with(evidence)
    }

    /// A unit that is forced before or after keeps its variant, or was in none.
    fn forced(&self, unit: &str, found: &mut Vec<Reason>) {
        let variant = |assigner: &Assigner| match assigner.definition().forced.get(unit) {
            Some(variant) => (Some(variant.clone()), true),
            None => possible(assigner, unit),
        };
        let ((before, was_certain), (after, is_certain)) = (variant(self.before), variant(self.after));
        let subject = || format!("{}.forced.{}", self.path, shortened(unit));
        let name = |variant: &Option<String>| match variant {
            Some(variant) => format!("`{variant}`"),
            None => "no variant".to_owned(),
        };
        if self.is_violation(before.as_deref(), after.as_deref()) {
            let (code, may) = if was_certain && is_certain {
                (code::FORCED_UNIT_MOVED, "moves")
            } else {
                (code::FORCED_UNIT_UNPROVEN, "may move")
            };
            let text = format!("the unit {} {may} from {} to {}", quoted(unit), name(&before), name(&after));
            found.push(Reason::new(code, Severity::Error, subject(), text));
        } else if before.is_some() && !is_certain {
            let text = format!(
                "the unit {} may leave {}, if it does not meet the conditions",
                quoted(unit),
                name(&before)
            );
            found.push(Reason::new(code::FORCED_UNIT_UNPROVEN, Severity::Error, subject(), text));
        }
    }
}

/// The variant that a unit has which is not forced, if it meets the conditions, and whether that is certain: its attributes
/// are not known.
fn possible(assigner: &Assigner, unit: &str) -> (Option<String>, bool) {
    let (definition, layout) = (assigner.definition(), assigner.layout());
    let mut is_certain = definition.conditions.is_empty();
    for cut in layout.filters() {
        if cut.line.attribute != definition.unit_attribute {
            is_certain = false;
        } else if cut.segment(cut.line.bucket(unit, cut.points)).is_none() {
            return (None, true);
        }
    }
    let cut = &layout.variants;
    let found = cut.segment(cut.line.bucket(unit, cut.points)).filter(|_| !unit.is_empty());
    match found.and_then(|segment| definition.variants.get(segment.variant)) {
        Some(variant) => (Some(variant.name.clone()), is_certain),
        None => (None, true),
    }
}
