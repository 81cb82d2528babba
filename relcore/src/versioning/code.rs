//! The reason codes of `versioning`.
use crate::reason::reason_codes;

reason_codes! {
    /// A change needs the step.
    CHANGE_NEEDS_STEP;
    /// A comparison of the public API needs a greater step than the changes say.
    API_NEEDS_STEP;
    /// A comparison of the public API needs a smaller step than the changes say: the greater one counts.
    API_SEES_LESS;
    /// The caller asked for a step.
    STEP_REQUESTED;
    /// The policy raises or lowers the step.
    STEP_LIMITED;
    /// Below 1.0.0 the step is smaller, by the rule of the policy.
    STEP_BELOW_ONE;
    /// There is no version yet.
    FIRST_VERSION;
    /// No change needs a version.
    NOTHING_TO_RELEASE;
    /// A text of a change looks breaking and does not count, and the policy does not let it pass.
    SUSPECTED_BREAKING;
    /// A tag is greater than the current version: the next version is greater than both.
    TAG_IS_GREATER;
    /// The prerelease has the base that the changes need, so only its number grows.
    PRERELEASE_CONTINUES;
    /// A prerelease begins with the base that the changes need.
    PRERELEASE_BEGINS;
    /// The base of the prerelease was raised, for its label sorts below a version with the same base.
    LABEL_SORTS_BELOW;
    /// The prerelease becomes the release that it announced.
    PRERELEASE_RELEASED;
    /// A prerelease that was tested becomes the release, whatever came after it.
    PRERELEASE_PROMOTED;
    /// The version was forced, by a change or by the policy.
    VERSION_FORCED;
    /// A forced version cannot be released.
    FORCED_VERSION_REJECTED;
    /// The next version is not one of the line.
    NEXT_OUTSIDE_LINE;
    /// No version of the scheme is greater than every tag.
    NO_GREATER_VERSION;
    /// A prerelease was to become a release, and there is none.
    NO_PRERELEASE;
    /// The calendar moved on.
    CALENDAR_MOVED;
    /// The calendar did not move on, so another part of the version grows.
    CALENDAR_STANDS;
}
