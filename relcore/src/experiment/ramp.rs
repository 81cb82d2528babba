use super::assign::Router;
use super::code;
use super::definition::Definition;
use super::reassignment::{joint, narrows};
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
/// A step may remove conditions, which lets units in, but not add one. A unit that becomes forced, or is not forced any more,
/// must keep its variant.
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
    let routers: Vec<Router> = steps
        .iter()
        .enumerate()
        .filter_map(|(index, step)| faults.absorb(Router::at(step.clone(), &path(index))))
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
    for (index, (before, after)) in routers.iter().zip(routers.iter().skip(1)).enumerate() {
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
        let text = format!("none of the {} steps moves a unit out of or between variants", steps.len());
        found.push(Reason::new(code::RAMP_STABLE, Severity::Info, "steps", text));
    }
    Ok(RampCheck { verdict, shares: routers.iter().map(covered).collect(), reasons: found })
}

/// The longest ramp: more steps than a person plans.
const MOST_STEPS: usize = 1000;

/// The codes of proven moves.
const MOVES: [ReasonCode; 3] = [code::MOVED_BETWEEN_VARIANTS, code::MOVED_OUT, code::FORCED_UNIT_MOVED];

/// The share of the units that has a variant.
fn covered(router: &Router) -> f64 {
    joint(router, router).iter().filter(|((variant, _), _)| variant.is_some()).map(|(_, share)| share).sum()
}

/// Two steps that follow one another.
struct Step<'a> {
    path: String,
    before: &'a Router,
    after: &'a Router,
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
            let text = format!("`{subject}` is new: units that met the conditions before may not meet it");
            found.push(Reason::new(code::CONDITION_ADDED, Severity::Error, subject, text));
        }
        if before.unit_attribute != after.unit_attribute {
            // The units themselves are others, and so are the forced ones.
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
        // Of a unit that is not forced the attributes are not known: it has the variant of its bucket, or none.
        let variant = |router: &Router| match router.definition().forced.get(unit) {
            Some(variant) => (Some(variant.clone()), true),
            None if unit.is_empty() || !router.definition().active => (None, true),
            None => {
                let variant = router.bucketed(unit).variant;
                let certain = variant.is_none() || router.definition().conditions.is_empty();
                (variant, certain)
            }
        };
        let ((before, was_certain), (after, is_certain)) = (variant(self.before), variant(self.after));
        let subject = || format!("{}.forced.{}", self.path, crate::error::shortened(unit));
        let name = |variant: &Option<String>| variant.clone().unwrap_or_else(|| "no variant".to_owned());
        if self.is_violation(before.as_deref(), after.as_deref()) {
            let (code, may) = if was_certain && is_certain {
                (code::FORCED_UNIT_MOVED, "moves")
            } else {
                (code::FORCED_UNIT_UNPROVEN, "may move")
            };
            let text = format!("the unit {} {may} from {} to {}", quoted(unit), name(&before), name(&after));
            found.push(Reason::new(code, Severity::Error, subject(), text));
        } else if before.is_some() && !is_certain {
            let text = format!("the unit {} may leave {}, if it does not meet the conditions", quoted(unit), name(&before));
            found.push(Reason::new(code::FORCED_UNIT_UNPROVEN, Severity::Error, subject(), text));
        }
    }
}
