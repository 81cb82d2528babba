use crate::error::{Error, ErrorKind, Result};
use crate::rollback::{RollbackDecision, RollbackPolicy, RollbackSituation};
use crate::time::Timestamp;

/// Decides what to do about a release.
///
/// # Errors
/// All faults of situation and policy at once.
pub fn decide(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Result<RollbackDecision> {
    let _ = (situation, policy, now);
    Err(Error::new(ErrorKind::InvalidValue, "", "is under construction"))
}
