//! The reason codes of `window`.
use crate::reason::reason_codes;

reason_codes! {
    /// No window counts for the release, so nothing is closed.
    NO_WINDOWS;
    /// No deny window is active, and there are no allow windows.
    NOTHING_DENIES;
    /// An allow window is active.
    ALLOW_WINDOW_ACTIVE;
    /// A deny window is active.
    DENY_WINDOW_ACTIVE;
    /// There are allow windows, and none of them is active.
    OUTSIDE_ALLOW_WINDOWS;
    /// A person overrides the windows.
    WINDOWS_OVERRIDDEN;
    /// Every blocking window exempts the release type, and a person approved the exemption.
    RELEASE_TYPE_EXEMPT;
    /// Every blocking window exempts the release type, but nobody approved the exemption.
    EXEMPTION_NEEDS_APPROVAL;
    /// Every blocking window lets manual runs through.
    MANUAL_RUN_ALLOWED;
    /// The run began while it was open, and every blocking window lets a running release end.
    OVERRUN_ALLOWED;
    /// The run began while it was open, but a blocking window stops running releases, too.
    OVERRUN_NOT_ALLOWED;
    /// The release starts while the windows are open and ends before they close.
    FITS;
    /// The windows are closed at the start.
    CLOSED_AT_START;
    /// The windows close before the release ends.
    CLOSES_TOO_EARLY;
    /// An opening that is long enough was found.
    SLOT_FOUND;
    /// No opening within the searched time is long enough.
    NO_SLOT;
}
