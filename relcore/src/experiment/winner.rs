use super::code;
use super::decision::{Decision, VariantResult, VariantVerdict, Verdict};
use super::definition::{Definition, Variant};
use super::line::{float, planned};
use super::policy::{Guardrail, WinnerPolicy};
use crate::error::{ErrorKind, Faults, Result, quoted, shortened};
use crate::input::input;
use crate::reason::{self, Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::stats::{
    AdjustPolicy, Arm, Comparison, Counts, Direction, MetricComparison, SplitCheck, SplitVerdict,
    Verdict as Proof, check_split, compare_counts, compare_metrics,
};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// What was counted of one variant.
    ///
    /// ```
    /// use relcore::{experiment::VariantCounts, stats::Counts};
    /// // 1000 users, of whom 120 ordered and 3 met an error.
    /// let counts = VariantCounts::new("one_page", 1000_u32, 120_u32).guardrail("errors", Counts::new(3_u32, 1000.0));
    /// assert_eq!(counts.goal.exposure, 1000.0);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.VariantCounts", rename_all = "camelCase", deny_unknown_fields)]
    pub struct VariantCounts {
        /// The name of the variant.
        pub variant: String,
        /// The number of distinct units whose assignment was `counted`, since the last change of the definition.
        pub units: Count,
        /// The events of the goal, and the exposure during which they happened.
        pub goal: Counts,
        /// The events of each guardrail, by its name. Default: none.
        #[serde(default)]
        pub guardrails: BTreeMap<String, Counts>,
    }
}

impl VariantCounts {
    /// The events of the goal with the units as exposure, without guardrails.
    #[must_use]
    pub fn new(variant: impl Into<String>, units: impl Into<Count>, events: impl Into<Count>) -> Self {
        let units = units.into();
        let goal = Counts::new(events, units.as_f64());
        Self { variant: variant.into(), units, goal, guardrails: BTreeMap::new() }
    }

    /// The same counts with one more guardrail.
    #[must_use]
    pub fn guardrail(mut self, name: impl Into<String>, counts: Counts) -> Self {
        self.guardrails.insert(name.into(), counts);
        self
    }
}

/// Decides which variant wins: it is better than the control, within all guardrails, and the units were split as planned.
///
/// Each variant is compared with the control by [`compare_counts`], at any number of looks: call it whenever there are new
/// counts, and stop when it decides. The first row that applies is the verdict:
///
/// | verdict | condition |
/// | --- | --- |
/// | `invalid` | a variant has events without exposure, or the split is proven not to be the planned one ([`check_split`]) |
/// | `winner` | a variant is `better`, and the split is proven to be the planned one |
/// | `harmed` | a variant is `harmed` |
/// | `inconclusive` | a variant is `inconclusive` or has no counts, or one is `better` and the split is not proven |
/// | `no_winner` | otherwise: every variant is `not_better` |
///
/// | variant | condition |
/// | --- | --- |
/// | `harmed` | "no worse than the control" is rejected in the goal, and the estimate is worse by the minimum effect; or a guardrail fails, also among all guardrails ([`compare_metrics`]) |
/// | `not_better` | "better than the control by the minimum effect" is rejected |
/// | `better` | "no better than the control" is rejected, the estimate is better by the minimum effect, and every guardrail passes |
/// | `inconclusive` | otherwise |
///
/// Of several variants that are better, the one with the greatest improvement wins. With k variants besides the control, each
/// is tested at alpha / k.
///
/// ```
/// use relcore::experiment::{Guardrail, VariantCounts, Verdict, WinnerPolicy, standard_definition, winner};
/// use relcore::stats::Counts;
/// let policy = WinnerPolicy::default().guardrails([Guardrail::new("errors")]);
/// let results = |errors: u32| {
///     [
///         VariantCounts::new("control", 20_000_u32, 2000_u32).guardrail("errors", Counts::new(900_u32, 20_000.0)),
///         VariantCounts::new("treatment", 20_000_u32, 2600_u32).guardrail("errors", Counts::new(errors, 20_000.0)),
///     ]
/// };
/// let decision = winner(&standard_definition(), &results(890), &policy)?;
/// assert_eq!(decision.winner.as_deref(), Some("treatment"));
/// // Pitfall: more orders do not make up for a guardrail that fails.
/// assert_eq!(winner(&standard_definition(), &results(1400), &policy)?.verdict, Verdict::Harmed);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of the definition and of the policy; `unknown_reference` for counts of a variant that is not in the
/// definition, of a guardrail that is not in the policy, and for an unknown `control`; `duplicate` for two counts of one
/// variant; `invalid_value` for counts of an untracked variant, and for fewer than two variants that are tracked and have a
/// weight; `out_of_range` for a negative exposure.
pub fn winner(definition: &Definition, results: &[VariantCounts], policy: &WinnerPolicy) -> Result<Decision> {
    let mut faults = Faults::new();
    definition.check("definition", &mut faults);
    policy.check("policy", &mut faults);
    check_results(definition, results, policy, &mut faults);
    faults.finish()?;
    let shares = planned_shares(definition);
    let compared: Vec<(&str, f64)> = shares
        .iter()
        .copied()
        .filter(|(name, share)| *share > 0.0 || counts_of(results, name).is_some())
        .collect();
    let control = policy.control.as_deref().or(shares.first().map(|(name, _)| *name)).unwrap_or_default();
    check_compared(definition, control, &compared, policy)?;
    Experiment { results, policy, control, compared, alpha: 0.0 }.decide(crate::digest::of(policy)?)
}

/// An experiment that passed its checks.
struct Experiment<'a> {
    results: &'a [VariantCounts],
    policy: &'a WinnerPolicy,
    control: &'a str,
    /// The tracked variants with their planned shares, those without units and without a weight left out.
    compared: Vec<(&'a str, f64)>,
    /// The alpha of one variant.
    alpha: f64,
}

/// A variant with what its counts prove.
struct Judged {
    result: VariantResult,
    reasons: Vec<Reason>,
}

impl Experiment<'_> {
    fn decide(mut self, policy_digest: String) -> Result<Decision> {
        let variants: Vec<&str> =
            self.compared.iter().map(|(name, _)| *name).filter(|name| *name != self.control).collect();
        self.alpha = self.policy.alpha / Count::of(variants.len().max(1)).as_f64();
        let missing = self.missing();
        let judged: Vec<Judged> =
            variants.iter().map(|variant| self.judge(variant)).collect::<Result<_>>()?;
        let split = self.split()?;
        let has = |verdict| judged.iter().any(|judged| judged.result.verdict == verdict);
        let split_verdict = split.as_ref().map(|split| split.verdict);
        let is_split_proven = split_verdict == Some(SplitVerdict::Matched);
        let verdict = if has(VariantVerdict::Invalid) || split_verdict == Some(SplitVerdict::Mismatched) {
            Verdict::Invalid
        } else if has(VariantVerdict::Better) && is_split_proven {
            Verdict::Winner
        } else if has(VariantVerdict::Harmed) {
            Verdict::Harmed
        } else if has(VariantVerdict::Inconclusive) || has(VariantVerdict::Better) || !missing.is_empty() {
            Verdict::Inconclusive
        } else {
            Verdict::NoWinner
        };
        let winner = (verdict == Verdict::Winner).then(|| self.best(&judged)).flatten();
        let mut reasons: Vec<Reason> = split.iter().filter_map(split_reason).collect();
        reasons.extend(missing.iter().map(|name| {
            let text = format!("`{name}` is missing, so nothing is proven of it");
            Reason::new(reason::code::FACT_MISSING, Severity::Warning, name.clone(), text)
        }));
        let mut results = Vec::new();
        for Judged { result, reasons: own } in judged {
            let is_runner_up = winner.as_ref().is_some_and(|winner| *winner != result.variant);
            reasons.extend(own.into_iter().map(|reason| match reason.code {
                code::WINNER_PROVEN if is_runner_up => Reason { code: code::RUNNER_UP, ..reason },
                code::WINNER_PROVEN if winner.is_none() => {
                    let text = format!("{}, but the split is not proven to be the planned one", reason.text);
                    let (code, severity) = (code::BETTER_WITHOUT_SPLIT, Severity::Warning);
                    Reason { code, severity, text, ..reason }
                }
                _ => reason,
            }));
            results.push(result);
        }
        // Stable: within a rank the order of the variants.
        reasons.sort_by_key(|reason| rank(reason.code, verdict));
        let control = self.control.to_owned();
        Ok(Decision { verdict, winner, control, variants: results, split, reasons, missing, policy_digest })
    }

    fn counts(&self, variant: &str) -> Option<&VariantCounts> {
        counts_of(self.results, variant)
    }

    /// The counts that the comparison needs and does not have.
    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (variant, _) in &self.compared {
            match self.counts(variant) {
                None => missing.push(format!("results.{variant}")),
                Some(counts) => missing.extend(
                    self.policy
                        .guardrails
                        .iter()
                        .filter(|guardrail| !counts.guardrails.contains_key(&guardrail.name))
                        .map(|guardrail| format!("results.{variant}.guardrails.{}", guardrail.name)),
                ),
            }
        }
        missing
    }

    /// Whether the units fall into the variants as planned; `None` if a variant has no counts.
    fn split(&self) -> Result<Option<SplitCheck>> {
        let arm = |(name, share): &(&str, f64)| Some(Arm::new(*name, self.counts(name)?.units, *share));
        let arms: Option<Vec<Arm>> = self.compared.iter().map(arm).collect();
        arms.map(|arms| check_split(&arms, &self.policy.split)).transpose()
    }

    /// The variant with the greatest improvement of those that are better; the first one of equal ones.
    fn best(&self, judged: &[Judged]) -> Option<String> {
        let mut best: Option<&VariantResult> = None;
        // Without events of the control, the ratio is infinite.
        let ratio = |result: &VariantResult| result.ratio.unwrap_or(f64::INFINITY);
        for Judged { result, .. } in
            judged.iter().filter(|judged| judged.result.verdict == VariantVerdict::Better)
        {
            let is_better = best.is_none_or(|best| match self.policy.direction {
                Direction::DecreaseIsBad => ratio(result) > ratio(best),
                Direction::IncreaseIsBad => ratio(result) < ratio(best),
            });
            if is_better {
                best = Some(result);
            }
        }
        best.map(|best| best.variant.clone())
    }

    fn judge(&self, variant: &str) -> Result<Judged> {
        let result = |verdict| VariantResult {
            variant: variant.to_owned(),
            verdict,
            ratio: None,
            ratio_low: None,
            ratio_high: None,
            needed_events: None,
        };
        let (Some(own), Some(control)) = (self.counts(variant), self.counts(self.control)) else {
            return Ok(Judged { result: result(VariantVerdict::Inconclusive), reasons: Vec::new() });
        };
        let harm = compare_counts(&own.goal, &control.goal, &self.policy.harm(self.alpha))?;
        let gain = compare_counts(&control.goal, &own.goal, &self.policy.gain(self.alpha))?;
        let guardrails = self.guardrails(own, control)?;
        let is_better = gain.verdict == Proof::Failed;
        let held = guardrails.verdict;
        let verdict = if harm.verdict == Proof::Invalid || held == Proof::Invalid {
            VariantVerdict::Invalid
        } else if harm.verdict == Proof::Failed || held == Proof::Failed {
            VariantVerdict::Harmed
        } else if gain.verdict == Proof::Passed {
            VariantVerdict::NotBetter
        } else if is_better && held == Proof::Passed {
            VariantVerdict::Better
        } else {
            VariantVerdict::Inconclusive
        };
        let mut reasons = vec![self.goal_reason(variant, &harm, &gain, verdict)];
        reasons.extend(guardrails.reasons);
        let result = VariantResult {
            ratio: harm.ratio,
            ratio_low: harm.ratio_low,
            ratio_high: harm.ratio_high,
            needed_events: gain.needed_events,
            ..result(verdict)
        };
        Ok(Judged { result, reasons })
    }

    /// What all guardrails of a variant prove together. Without guardrails they pass; one without counts is never held.
    fn guardrails(&self, own: &VariantCounts, control: &VariantCounts) -> Result<Guardrails> {
        let mut compared = Vec::new();
        let mut is_complete = true;
        for guardrail in &self.policy.guardrails {
            let name = &guardrail.name;
            let (Some(own), Some(control)) = (own.guardrails.get(name), control.guardrails.get(name)) else {
                is_complete = false;
                continue;
            };
            let comparison = compare_counts(own, control, &guardrail.comparison(self.alpha))?;
            compared.push(MetricComparison::new(name.clone(), comparison));
        }
        if compared.is_empty() {
            let verdict = if is_complete { Proof::Passed } else { Proof::NoData };
            return Ok(Guardrails { verdict, reasons: Vec::new() });
        }
        let policy = AdjustPolicy::default().alpha(self.alpha);
        let joint = compare_metrics(&compared, &policy)?;
        let verdict = match joint.verdict {
            Proof::Passed if !is_complete => Proof::NoData,
            verdict => verdict,
        };
        let reasons = joint.reasons.into_iter().filter_map(|reason| {
            let guardrail =
                self.policy.guardrails.iter().find(|guardrail| guardrail.name == reason.subject)?;
            let metric = compared.iter().find(|metric| metric.metric == guardrail.name)?;
            Some(self.guardrail_reason(&own.variant, guardrail, &metric.comparison, reason))
        });
        Ok(Guardrails { verdict, reasons: reasons.collect() })
    }

    fn guardrail_reason(
        &self,
        variant: &str,
        guardrail: &Guardrail,
        comparison: &Comparison,
        reason: Reason,
    ) -> Reason {
        use crate::stats::code as stats;
        let (name, margin) = (&guardrail.name, number(guardrail.margin_percent));
        let (control, alpha) = (self.control, number(self.alpha));
        let what = format!("`{name}` of `{variant}`");
        let ratio = self.ratio(&what, comparison);
        let (code, severity, text) = match reason.code {
            stats::METRIC_FAILED => (
                code::GUARDRAIL_VIOLATED,
                Severity::Error,
                format!("{ratio}: proven worse, and beyond the margin of {margin} % (alpha {alpha})"),
            ),
            stats::METRIC_PASSED => (
                code::GUARDRAIL_HELD,
                Severity::Info,
                format!("{ratio}: proven not to be worse by {margin} % (alpha {alpha})"),
            ),
            stats::METRIC_INVALID => (
                code::COUNTS_CONTRADICTORY,
                Severity::Error,
                format!("{what} or of `{control}` has events without exposure, so its rate is undefined"),
            ),
            stats::METRIC_WITHOUT_DATA => (
                code::GUARDRAIL_INCONCLUSIVE,
                Severity::Warning,
                format!("{what} or of `{control}` has no exposure, so its rate is unknown"),
            ),
            stats::METRIC_FAILED_ALONE => {
                let count = self.policy.guardrails.len();
                let text = format!(
                    "{ratio}: beyond the margin of {margin} % alone, but not among {count} guardrails (alpha {alpha})"
                );
                (code::GUARDRAIL_INCONCLUSIVE, Severity::Warning, text)
            }
            _ => {
                let more = needed(comparison);
                let text =
                    format!("{ratio}: neither worse nor within the margin of {margin} % is proven{more}");
                (code::GUARDRAIL_INCONCLUSIVE, Severity::Warning, text)
            }
        };
        Reason::new(code, severity, format!("{variant}: {name}"), text).with(reason.evidence)
    }

    /// The ratio of a rate to that of the control, with its interval.
    fn ratio(&self, what: &str, comparison: &Comparison) -> String {
        let control = self.control;
        match (comparison.ratio, comparison.ratio_low, comparison.ratio_high) {
            (Some(ratio), Some(low), Some(high)) => format!(
                "{what} is {} of that of `{control}` ({} to {})",
                number(ratio),
                number(low),
                number(high)
            ),
            (Some(ratio), ..) => format!("{what} is {} of that of `{control}`", number(ratio)),
            _ => format!("{what} has no ratio to that of `{control}`"),
        }
    }

    fn goal_reason(
        &self,
        variant: &str,
        harm: &Comparison,
        gain: &Comparison,
        verdict: VariantVerdict,
    ) -> Reason {
        let (effect, alpha) = (number(self.policy.min_effect_percent), number(self.alpha));
        let ratio = self.ratio(&format!("the goal of `{variant}`"), harm);
        let p = |comparison: &Comparison, passed: bool| {
            if passed { comparison.safe } else { comparison.harm }.map(|test| test.p)
        };
        let (code, severity, text, p) = if harm.verdict == Proof::Invalid {
            let text = format!(
                "the goal of `{variant}` or of `{}` has events without exposure, so its rate is undefined",
                self.control
            );
            (code::COUNTS_CONTRADICTORY, Severity::Error, text, None)
        } else if harm.verdict == Proof::Failed {
            let text = format!("{ratio}: proven worse, and by {effect} % or more (alpha {alpha})");
            (code::GOAL_HARMED, Severity::Error, text, p(harm, false))
        } else if gain.verdict == Proof::Passed {
            let text = format!("{ratio}: proven not to be better by {effect} % (alpha {alpha})");
            (code::NO_IMPROVEMENT, Severity::Info, text, p(gain, true))
        } else if gain.verdict == Proof::Failed && verdict == VariantVerdict::Better {
            let text = format!("{ratio}: proven better, and by {effect} % or more (alpha {alpha})");
            (code::WINNER_PROVEN, Severity::Info, text, p(gain, false))
        } else if gain.verdict == Proof::Failed {
            let text = format!("{ratio}: proven better (alpha {alpha}), but not within all guardrails");
            (code::BETTER_WITHOUT_GUARDRAILS, Severity::Warning, text, p(gain, false))
        } else {
            let more = needed(gain);
            let text =
                format!("{ratio}: neither an improvement by {effect} % nor its absence is proven{more}");
            (code::IMPROVEMENT_INCONCLUSIVE, Severity::Warning, text, p(gain, false))
        };
        let threshold = match self.policy.direction {
            Direction::DecreaseIsBad => 1.0 + self.policy.min_effect_percent / 100.0,
            Direction::IncreaseIsBad => 1.0 - self.policy.min_effect_percent / 100.0,
        };
        let interval = harm.ratio_low.zip(harm.ratio_high);
        Reason::new(code, severity, variant, text).with(Evidence {
            observed: harm.ratio,
            threshold: Some(threshold),
            unit: Some("1".to_owned()),
            n: harm.reasons.first().and_then(|reason| reason.evidence.n),
            p,
            interval: interval.map(|(low, high)| Interval { low, high, level: 1.0 - self.alpha }),
            ..Evidence::default()
        })
    }
}

/// What the guardrails of one variant prove.
struct Guardrails {
    verdict: Proof,
    reasons: Vec<Reason>,
}

/// How many events a proof needs, for a person.
fn needed(comparison: &Comparison) -> String {
    comparison.needed_events.map_or(String::new(), |needed| {
        format!("; a variant as good as the control needs about {needed} events of both")
    })
}

/// The reason of a split that is not proven to be the planned one.
fn split_reason(split: &SplitCheck) -> Option<Reason> {
    let (code, severity) = match split.verdict {
        SplitVerdict::Matched => return None,
        SplitVerdict::Mismatched => (code::VARIANT_SPLIT_MISMATCH, Severity::Error),
        SplitVerdict::Inconclusive | SplitVerdict::NoData => {
            (code::VARIANT_SPLIT_UNPROVEN, Severity::Warning)
        }
    };
    let first = split.reasons.first()?;
    Some(Reason::new(code, severity, first.subject.clone(), first.text.clone()).with(first.evidence.clone()))
}

/// The place of a reason: those of the verdict first.
fn rank(code: ReasonCode, verdict: Verdict) -> u8 {
    let of_verdict: &[ReasonCode] = match verdict {
        Verdict::Winner => &[code::WINNER_PROVEN],
        Verdict::NoWinner => &[code::NO_IMPROVEMENT],
        Verdict::Harmed => &[code::GOAL_HARMED, code::GUARDRAIL_VIOLATED],
        Verdict::Inconclusive => &[
            reason::code::FACT_MISSING,
            code::VARIANT_SPLIT_UNPROVEN,
            code::IMPROVEMENT_INCONCLUSIVE,
            code::BETTER_WITHOUT_SPLIT,
            code::BETTER_WITHOUT_GUARDRAILS,
            code::GUARDRAIL_INCONCLUSIVE,
        ],
        Verdict::Invalid => &[code::COUNTS_CONTRADICTORY, code::VARIANT_SPLIT_MISMATCH],
    };
    u8::from(!of_verdict.contains(&code))
}

fn counts_of<'a>(results: &'a [VariantCounts], variant: &str) -> Option<&'a VariantCounts> {
    results.iter().find(|counts| counts.variant == variant)
}

/// The tracked variants in their order with the share of the buckets that each has, as if all units were covered.
fn planned_shares(definition: &Definition) -> Vec<(&str, f64)> {
    let (_, points, segments) = planned(&definition.clone().coverage(1.0));
    let mut shares: Vec<(&str, f64)> = Vec::new();
    for (index, Variant { name, .. }) in
        definition.variants.iter().enumerate().filter(|(_, own)| !own.untracked)
    {
        let own = segments.iter().filter(|segment| segment.variant == index);
        let share = float(own.map(|segment| u128::from(segment.size())).sum()) / float(points.into());
        match shares.iter_mut().find(|(other, _)| other == name) {
            Some((_, sum)) => *sum += share,
            None => shares.push((name, share)),
        }
    }
    shares
}

fn check_results(
    definition: &Definition,
    results: &[VariantCounts],
    policy: &WinnerPolicy,
    faults: &mut Faults,
) {
    let mut names = BTreeSet::new();
    for (index, counts) in results.iter().enumerate() {
        let (path, name) = (format!("results[{index}]"), &counts.variant);
        let is_tracked = |variant: &Variant| variant.name == *name && !variant.untracked;
        faults.check(
            definition.has_variant(name),
            ErrorKind::UnknownReference,
            format_args!("{path}.variant"),
            format_args!("{} is not a variant of the experiment", quoted(name)),
        );
        faults.check(
            !definition.has_variant(name) || definition.variants.iter().any(is_tracked),
            ErrorKind::InvalidValue,
            format_args!("{path}.variant"),
            format_args!("{} is not tracked: expected the counts of a variant that is", quoted(name)),
        );
        faults.check(
            names.insert(name),
            ErrorKind::Duplicate,
            format_args!("{path}.variant"),
            format_args!("{} has other counts, too", quoted(name)),
        );
        counts.goal.check(&format!("{path}.goal"), faults);
        for (guardrail, own) in &counts.guardrails {
            let path = format!("{path}.guardrails.{}", shortened(guardrail));
            faults.check(
                policy.guardrails.iter().any(|known| known.name == *guardrail),
                ErrorKind::UnknownReference,
                format_args!("{path}"),
                format_args!("{} is not a guardrail of the policy", quoted(guardrail)),
            );
            own.check(&path, faults);
        }
    }
}

fn check_compared(
    definition: &Definition,
    control: &str,
    compared: &[(&str, f64)],
    policy: &WinnerPolicy,
) -> Result<()> {
    let mut faults = Faults::new();
    faults.check(
        policy.control.is_none() || definition.has_variant(control),
        ErrorKind::UnknownReference,
        format_args!("policy.control"),
        format_args!("{} is not a variant of the experiment", quoted(control)),
    );
    let count = compared.len();
    faults.check(
        count >= 2 && compared.iter().any(|(_, share)| *share > 0.0),
        ErrorKind::InvalidValue,
        format_args!("definition.variants"),
        format_args!("has {count} variants that are tracked and have buckets: expected 2 or more"),
    );
    faults.check(
        !definition.has_variant(control) || compared.iter().any(|(name, _)| *name == control),
        ErrorKind::InvalidValue,
        format_args!("policy.control"),
        format_args!(
            "{} is not tracked, or has no buckets: expected a variant to compare with",
            quoted(control)
        ),
    );
    faults.finish()
}
