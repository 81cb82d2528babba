//! The reason codes of `experiment`.
use crate::reason::reason_codes;

reason_codes! {
    /// The bucket of the unit belongs to the variant.
    ASSIGNED;
    /// The bucket of the unit belongs to a variant that is left out of the comparison.
    ASSIGNED_UNTRACKED;
    /// The definition forces this unit into a variant.
    UNIT_FORCED;
    /// The definition forces every unit that takes part into one variant.
    EXPERIMENT_FORCED;
    /// The experiment is not active.
    EXPERIMENT_INACTIVE;
    /// GrowthBook runs no experiment with fewer than two variants.
    TOO_FEW_VARIANTS;
    /// The unit does not have the id or attribute that is hashed.
    UNIT_MISSING;
    /// An attribute of the unit does not meet a condition.
    CONDITION_NOT_MET;
    /// The unit does not have the attribute of a condition.
    ATTRIBUTE_MISSING;
    /// An attribute of the unit is not a number, an instant or a version, as its condition requires.
    ATTRIBUTE_UNREADABLE;
    /// The unit is outside of the ranges that the experiment has in a namespace.
    OUTSIDE_NAMESPACE;
    /// The bucket of the unit is outside of the coverage, or of the ranges of all variants.
    NOT_COVERED;

    /// The change moves units to other variants, in or out.
    UNITS_MOVED;
    /// The change moves no unit.
    NO_UNITS_MOVED;
    /// The scheme, the seed, the unit attribute or the number of buckets changed, so that units are drawn anew.
    DRAWN_ANEW;
    /// The conditions changed; the shares are of the units that meet those of both definitions.
    CONDITIONS_CHANGED;
    /// The forced units changed; they are not in the shares.
    FORCED_UNITS_CHANGED;

    /// No step of the ramp moves a unit out of or between variants.
    RAMP_STABLE;
    /// A step of the ramp moves units from one variant to another.
    MOVED_BETWEEN_VARIANTS;
    /// A step of the ramp moves units out of the experiment.
    MOVED_OUT;
    /// A step of the ramp adds a condition, or hashes an attribute, which units of the experiment may not meet or have.
    CONDITION_ADDED;
    /// A step of the ramp moves a unit that is forced before or after.
    FORCED_UNIT_MOVED;
    /// A step of the ramp may move a unit that is forced before or after, depending on its attributes.
    FORCED_UNIT_UNPROVEN;

    /// Winner: the variant is proven better than the control, its estimate is beyond the minimum effect, and all guardrails hold.
    WINNER_PROVEN;
    /// The variant also fulfils all conditions of a winner; that the winner is better than it is not proven.
    RUNNER_UP;
    /// The variant is proven better than the control, but not proven to be within all guardrails, so it does not win.
    BETTER_WITHOUT_GUARDRAILS;
    /// The variant fulfils all other conditions of a winner, but the split is not proven to be the planned one.
    BETTER_WITHOUT_SPLIT;
    /// Inconclusive: the counts prove neither an improvement by the minimum effect nor its absence.
    IMPROVEMENT_INCONCLUSIVE;
    /// No winner: the variant is proven not to be better than the control by the minimum effect.
    NO_IMPROVEMENT;
    /// Harmed: the variant is proven worse than the control in the goal, and its estimate is beyond the minimum effect.
    GOAL_HARMED;
    /// Harmed: the variant is proven worse than the control in a guardrail, and its estimate is beyond the margin.
    GUARDRAIL_VIOLATED;
    /// The variant is proven not to be worse than the control in a guardrail by its margin.
    GUARDRAIL_HELD;
    /// Inconclusive: a guardrail is neither held nor violated.
    GUARDRAIL_INCONCLUSIVE;
    /// Invalid: the units do not fall into the variants as their weights say.
    VARIANT_SPLIT_MISMATCH;
    /// Inconclusive: it is not proven that the units fall into the variants as their weights say.
    VARIANT_SPLIT_UNPROVEN;
    /// Invalid: a variant has events without exposure.
    COUNTS_CONTRADICTORY;
}
