//! The reason codes of `communication`.
use crate::reason::reason_codes;

reason_codes! {
    /// The turn of a role of the escalation path has come.
    ESCALATION_TURN;
    /// The first role of the escalation path is called later.
    ESCALATION_NOT_YET;
    /// Somebody has taken the alert, so nobody else is called.
    ESCALATION_ACKNOWLEDGED;
    /// The path has no further role and does not begin again.
    ESCALATION_LAST_ROLE;
}
