//! The reason codes of `incident`.
use crate::reason::reason_codes;

reason_codes! {
    /// The severity follows from what does not work and for how many customers.
    LOSS_AND_REACH;
    /// Data of customers is exposed.
    DATA_EXPOSED;
    /// Data of customers is lost or corrupted.
    DATA_LOST;
    /// The monitoring that would show a major incident is impaired.
    MONITORING_IMPAIRED;
    /// It is likely to become worse if nobody acts.
    LIKELY_TO_WORSEN;
    /// Two severities are possible, and the higher one counts.
    HIGHER_OF_TWO;
    /// More than two severities are possible.
    SEVERITY_OPEN;
    /// The first message about the incident, or about its return.
    FIRST_MESSAGE;
    /// The message that says who is affected and how.
    SCOPE_MESSAGE;
    /// The next message in the rhythm of the cadence.
    PROGRESS_MESSAGE;
    /// The next message at the instant that the last one named.
    PROMISED_MESSAGE;
    /// The message that the incident is resolved.
    FINAL_MESSAGE;
    /// The incident is resolved, and a message has said so.
    FINAL_MESSAGE_SENT;
    /// The last message does not say when the next one comes.
    NEXT_MESSAGE_NOT_NAMED;
    /// The incident is less severe than those about which messages are sent.
    NO_MESSAGES_FOR_SEVERITY;
    /// The response or the resolution came in time.
    SLA_MET;
    /// The clock of the service level agreement runs, and there is time left.
    SLA_RUNNING;
    /// The clock of the service level agreement is on hold.
    SLA_ON_HOLD;
    /// The response or the resolution did not come in time.
    SLA_BREACHED;
    /// The severity has no target in the service level agreement.
    SLA_NO_TARGET;
}
