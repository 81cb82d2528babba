use super::code;
use super::condition::Met;
use super::definition::{BucketRange, Definition, Scheme, Variant};
use super::line::{Layout, Segment, float, growthbook, planned};
use super::unit::Unit;
use crate::digest::Checked;
use crate::error::Result;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use serde::{Deserialize, Serialize};

/// The variant of a unit, made by [`assign`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Assignment", rename_all = "camelCase", deny_unknown_fields)]
pub struct Assignment {
    /// The name of the variant; absent for a unit that is not in the experiment, which gets what it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Whether the unit has a variant.
    pub in_experiment: bool,
    /// Whether the unit belongs in the counts of [`winner`](crate::experiment::winner()): its bucket chose the variant, and
    /// the variant is not `untracked`. A forced unit was not chosen by chance, so it does not count.
    pub counted: bool,
    /// The bucket as a share from 0 to 1; absent if none was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<f64>,
    /// Why.
    pub reason: Reason,
}

/// The buckets of a variant, made by [`ranges`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.VariantRange", rename_all = "camelCase", deny_unknown_fields)]
pub struct VariantRange {
    /// The name of the variant.
    pub variant: String,
    /// The first bucket, as a share from 0 to 1.
    pub start: f64,
    /// The end, which is not in the range.
    pub end: f64,
    /// The share of all buckets that are in the range.
    pub share: f64,
}

/// Assigns a unit to a variant. The same definition and unit have the same result in every language, at any time, and
/// whatever other experiments there are.
///
/// The first of these that applies decides: the unit is forced; the experiment is not active, or has one variant with
/// GrowthBook; the unit has no identity; a condition does not hold; the unit is outside of a namespace; its bucket is outside
/// of the coverage or of all variants; the experiment is forced; the variant of its bucket.
///
/// ```
/// use relcore::experiment::{Definition, Unit, Variant, assign};
/// let definition = Definition::new("checkout", [Variant::new("control"), Variant::new("one_page")]);
/// let assignment = assign(&definition, &Unit::new("user-10"))?;
/// assert_eq!(assignment.variant.as_deref(), Some("one_page"));
/// assert!(assignment.counted);
///
/// // Pitfall: a unit without an id is in no variant. An id made at random would be another unit at each call.
/// let nobody = assign(&definition, &Unit::default())?;
/// assert_eq!((nobody.variant, nobody.reason.code.as_str()), (None, "unit_missing"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the definition at once, as of [`definition_from_json`](super::definition_from_json()): no variants, a
/// negative weight, a weight of 0.5 under `v1`.
pub fn assign(definition: &Definition, unit: &Unit) -> Result<Assignment> {
    Ok(Assigner::at(definition.clone(), "definition")?.assign(unit))
}

/// Lists the buckets of each variant on the line of its hash: its share, and what a change of the weights would move.
///
/// The ranges are those of the variants alone, in their order, also empty ones. Namespaces and the coverage of Unleash are
/// hashes of their own; `active`, `force` and `forced` do not count.
///
/// ```
/// use relcore::experiment::{Definition, Variant, ranges};
/// let definition = Definition::new("checkout", [Variant::new("a"), Variant::new("b").weight(3.0)]).coverage(0.5);
/// let found: Vec<_> = ranges(&definition)?.into_iter().map(|range| (range.variant, range.start, range.end)).collect();
/// // Pitfall: a coverage is half of each range, not the first half of the line.
/// assert_eq!(found, [("a".to_owned(), 0.0, 0.125), ("b".to_owned(), 0.25, 0.625)]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`assign`].
pub fn ranges(definition: &Definition) -> Result<Vec<VariantRange>> {
    let assigner = Assigner::at(definition.clone(), "definition")?;
    let definition = assigner.definition();
    let (line, points, segments) = planned(definition);
    let at = |bucket| if bucket == points { 1.0 } else { line.share(bucket, points) };
    let bounds: Vec<BucketRange> = match definition.scheme {
        _ if definition.has_ranges() => {
            definition.variants.iter().flat_map(|variant| variant.ranges.iter().copied()).collect()
        }
        Scheme::Growthbook1 | Scheme::Growthbook2 => growthbook(definition),
        _ => segments.iter().map(|own| BucketRange { start: at(own.start), end: at(own.end) }).collect(),
    };
    let range = |(segment, bounds): (&Segment, BucketRange)| {
        Some(VariantRange {
            variant: definition.variants.get(segment.variant)?.name.clone(),
            start: bounds.start,
            end: bounds.end,
            share: float(segment.size().into()) / float(points.into()),
        })
    };
    Ok(segments.iter().zip(bounds).filter_map(range).collect())
}

/// A definition that was checked, digested and cut into ranges once, for any number of units. It never changes.
///
/// ```
/// use relcore::experiment::{Assigner, Unit, standard_definition};
/// let assigner = Assigner::new(standard_definition().key("checkout"))?;
/// let treated = (0..1000).filter(|user| {
///     assigner.assign(&Unit::new(format!("user-{user}"))).variant.as_deref() == Some("treatment")
/// });
/// assert!((450..550).contains(&treated.count()));
///
/// // Pitfall: a handle is never made from a definition with faults.
/// let error = Assigner::new(standard_definition().coverage(50.0)).unwrap_err();
/// assert_eq!(error.path(), "definition.coverage");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Assigner {
    checked: Checked<Definition>,
    layout: Layout,
}

impl Assigner {
    /// Checks and digests a definition.
    ///
    /// # Errors
    /// Every fault of the definition at once: no variants, a `coverage` of 50, two variants of one name.
    pub fn new(definition: Definition) -> Result<Self> {
        Self::at(definition, "definition")
    }

    /// The same, for a definition that is an argument of another name.
    pub(super) fn at(definition: Definition, path: &str) -> Result<Self> {
        let checked = Checked::new(definition, path)?;
        let layout = Layout::of(checked.policy());
        Ok(Self { checked, layout })
    }

    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        self.checked.policy()
    }

    /// The digest of the definition.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.checked.digest()
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Assigns a unit to a variant, as [`assign`].
    #[must_use]
    pub fn assign(&self, unit: &Unit) -> Assignment {
        let definition = self.definition();
        let key = &definition.key;
        let identity = unit.identity(definition.unit_attribute.as_deref());
        if let Some(variant) = identity.and_then(|identity| definition.forced.get(identity)) {
            let text = format!("the unit is forced into `{variant}`");
            return given(variant, false, None, reason(code::UNIT_FORCED, key, text));
        }
        if let Some(reason) = stopped(definition) {
            return out(None, reason);
        }
        if identity.is_none() {
            return out(None, without(definition.unit_attribute.as_deref()));
        }
        if let Some(reason) = unmet(definition, unit) {
            return out(None, reason);
        }
        self.bucketed(unit)
    }

    /// The variant of the buckets of a unit, without conditions and forced units.
    fn bucketed(&self, unit: &Unit) -> Assignment {
        let (definition, cut) = (self.definition(), &self.layout.variants);
        let key = &definition.key;
        for (namespace, cut) in definition.namespaces.iter().zip(&self.layout.namespaces) {
            let attribute = cut.line.attribute.as_deref();
            let Some(identity) = unit.identity(attribute) else { return out(None, without(attribute)) };
            let bucket = cut.line.bucket(identity, cut.points);
            if cut.segment(bucket).is_none() {
                let (name, share) = (&namespace.name, cut.line.share(bucket, cut.points));
                let text = format!("the bucket {} is outside of the ranges in `{name}`", number(share));
                return out(None, reason(code::OUTSIDE_NAMESPACE, name, text).with(at(share)));
            }
        }
        let attribute = definition.unit_attribute.as_deref();
        let Some(identity) = unit.identity(attribute) else { return out(None, without(attribute)) };
        if let Some(cut) = &self.layout.rollout {
            let bucket = cut.line.bucket(identity, cut.points);
            if cut.segment(bucket).is_none() {
                let share = cut.line.share(bucket, cut.points);
                let text = format!("the bucket {} is outside of the coverage", number(share));
                return out(Some(share), reason(code::NOT_COVERED, key, text).with(at(share)));
            }
        }
        let bucket = cut.line.bucket(identity, cut.points);
        let share = cut.line.share(bucket, cut.points);
        let found = cut.segment(bucket).and_then(|segment| definition.variants.get(segment.variant));
        let Some(Variant { name, untracked, .. }) = found else {
            let text = format!("the bucket {} is outside of the ranges of all variants", number(share));
            return out(Some(share), reason(code::NOT_COVERED, key, text).with(at(share)));
        };
        if definition.force.is_some() {
            let text = format!("every unit that takes part is forced into `{name}`");
            return given(
                name,
                false,
                Some(share),
                reason(code::EXPERIMENT_FORCED, key, text).with(at(share)),
            );
        }
        if *untracked {
            let text = format!("the bucket {} belongs to `{name}`, which is not tracked", number(share));
            return given(
                name,
                false,
                Some(share),
                reason(code::ASSIGNED_UNTRACKED, key, text).with(at(share)),
            );
        }
        let text = format!("the bucket {} belongs to `{name}`", number(share));
        given(name, true, Some(share), reason(code::ASSIGNED, key, text).with(at(share)))
    }
}

/// Why nobody takes part.
fn stopped(definition: &Definition) -> Option<Reason> {
    let key = &definition.key;
    if !definition.active {
        let text = format!("`{key}` is not active, so nobody takes part");
        return Some(reason(code::EXPERIMENT_INACTIVE, key, text));
    }
    definition.has_too_few_variants().then(|| {
        let text = format!("`{key}` has one variant, and GrowthBook runs no experiment with fewer than two");
        reason(code::TOO_FEW_VARIANTS, key, text)
    })
}

fn without(attribute: Option<&str>) -> Reason {
    let name = attribute.unwrap_or("id");
    let text = format!("the unit has no `{name}`, which is hashed, so it does not take part");
    reason(code::UNIT_MISSING, name, text)
}

/// The first condition that does not hold.
fn unmet(definition: &Definition, unit: &Unit) -> Option<Reason> {
    definition.conditions.iter().find_map(|condition| {
        let name = condition.attribute();
        let (code, text) = match condition.met(unit) {
            Met::Yes => return None,
            Met::No => {
                (code::CONDITION_NOT_MET, format!("`{name}` does not meet the condition `{condition}`"))
            }
            Met::Missing => (
                code::ATTRIBUTE_MISSING,
                format!("`{name}` is missing, so the condition `{condition}` does not hold"),
            ),
            Met::Unreadable => (
                code::ATTRIBUTE_UNREADABLE,
                format!("`{name}` cannot be read, so the condition `{condition}` does not hold"),
            ),
        };
        Some(reason(code, name, text))
    })
}

fn reason(code: ReasonCode, subject: &str, text: String) -> Reason {
    Reason::new(code, Severity::Info, subject, text)
}

fn at(share: f64) -> Evidence {
    Evidence { observed: Some(share), unit: Some("1".to_owned()), ..Evidence::default() }
}

fn out(bucket: Option<f64>, reason: Reason) -> Assignment {
    Assignment { variant: None, in_experiment: false, counted: false, bucket, reason }
}

fn given(variant: &str, counted: bool, bucket: Option<f64>, reason: Reason) -> Assignment {
    Assignment { variant: Some(variant.to_owned()), in_experiment: true, counted, bucket, reason }
}
