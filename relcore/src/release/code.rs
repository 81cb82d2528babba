//! The reason codes of `release`.
use crate::reason::reason_codes;

reason_codes! {
    /// The next version is not greater than the previous one.
    VERSION_NOT_GREATER;
    /// The next version skips at least one version that could have come before it.
    VERSION_SKIPPED;
    /// There is no previous version.
    FIRST_RELEASE;
    /// The step from the previous to the next version determines the release type.
    VERSION_STEP;
    /// A prerelease became the release that it prepared.
    PRERELEASE_GRADUATED;
    /// The version has prerelease identifiers.
    PRERELEASE_VERSION;
    /// The version is below 1.0.0, where its step shows nothing: the facts determine the release type.
    BELOW_ONE;
    /// The release closes a vulnerability; the highest severity counts.
    SECURITY_FIX;
    /// An advisory has no severity yet.
    SECURITY_UNRATED;
    /// A security fix is released as a prerelease, which reaches only users who opted in.
    SECURITY_FIX_OPT_IN;
    /// The line is under long-term support.
    LTS_LINE;
    /// The version is outside the line that the facts name.
    VERSION_OUTSIDE_LINE;
    /// The release has breaking changes, but the version is not a new major version.
    BREAKING_WITHOUT_MAJOR;
    /// The release has new features, but the version is a patch version.
    FEATURE_IN_PATCH;
    /// The line is under long-term support, but the version is below 1.0.0.
    LTS_BELOW_ONE;
    /// A version without prerelease identifiers goes only to users who opted in, or a prerelease goes to all users.
    STABILITY_UNCLEAR;
    /// The declared release type contradicts version and facts.
    DECLARED_OTHERWISE;
    /// The declared type decided an otherwise ambiguous release.
    DECLARED_KIND;
    /// The line is released on a later day.
    LINE_NOT_RELEASED;
    /// The line has active support.
    LINE_CURRENT;
    /// The line has active long-term support.
    LINE_ACTIVE_LTS;
    /// The line gets security fixes and critical fixes only.
    LINE_IN_MAINTENANCE;
    /// The support of the line has ended, but extended support goes on.
    LINE_EXTENDED;
    /// The support of the line has ended.
    LINE_ENDED;
    /// The support of the line ends soon.
    LINE_ENDS_SOON;
    /// The line states no end of support.
    LINE_END_UNKNOWN;
    /// The line takes the change in its present phase.
    LINE_TAKES_CHANGE;
    /// The line takes no change of this kind in its present phase.
    LINE_REFUSES_CHANGE;
    /// The change breaks users of a released line.
    BREAKING_IN_LINE;
    /// There is no line.
    NO_LINES;
    /// The line has the fix.
    LINE_CARRIES_FIX;
    /// The line is older than the fault.
    LINE_NOT_AFFECTED;
    /// The line is supported and needs the fix.
    BACKPORT_DUE;
    /// The line is newer than the one with the fix, and lacks it.
    FORWARD_PORT_DUE;
    /// It is not deprecated yet.
    DEPRECATION_PLANNED;
    /// It is deprecated and must stay.
    DEPRECATED;
    /// A deprecation states neither a date nor a version of the removal.
    REMOVAL_NOT_PROMISED;
    /// The date and the version of the removal are reached.
    REMOVAL_ALLOWED;
    /// It is removed, but was never deprecated.
    NEVER_DEPRECATED;
    /// It is removed before the promised version.
    REMOVED_BEFORE_VERSION;
    /// It is removed before the promised date.
    REMOVED_BEFORE_DATE;
    /// It is removed in a version that is not a major version.
    REMOVED_WITHOUT_MAJOR;
    /// The time from the deprecation to the removal is too short.
    NOTICE_TOO_SHORT;
    /// All removals keep what was promised.
    REMOVALS_AS_PROMISED;
}
