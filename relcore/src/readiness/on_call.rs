use super::candidate::person;
use super::requirement::CoverageRequirement;
use super::roster::Roster;
use crate::digest::Checked;
use crate::error::{Faults, Result};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Lists who is on call at an instant, in the order of the chain of command.
///
/// ```
/// use relcore::readiness::{Roster, Shift, default_requirement, on_call};
/// let at = |text: &str| relcore::Timestamp::parse(text);
/// let shift = Shift::new("ana", "primary", at("2026-11-23T00:00:00Z")?, at("2026-11-24T00:00:00Z")?);
/// let chain = on_call(&Roster::default().shifts([shift]), &default_requirement(), at("2026-11-23T03:00:00Z")?)?;
/// assert_eq!((&*chain[0].role, &*chain[0].people[0]), ("primary", "ana"));
/// // Pitfall: a role without people stays in the chain. Nobody answers there.
/// assert!(chain[1].people.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`coverage`](super::coverage), for the roster and the requirement.
pub fn on_call(roster: &Roster, requirement: &CoverageRequirement, at: Timestamp) -> Result<Vec<OnCall>> {
    let mut faults = Faults::new();
    faults.absorb(Checked::new(requirement.clone(), "requirement"));
    roster.check("roster", &mut faults);
    faults.finish()?;
    let away: BTreeSet<String> = roster
        .absences
        .iter()
        .filter(|absence| absence.start <= at && at < absence.end)
        .map(|absence| person(&absence.person))
        .collect();
    let in_role = |role: &str| {
        let mut seen = BTreeSet::new();
        let shifts = roster.shifts.iter().filter(|shift| {
            let who = person(&shift.person);
            shift.role == role
                && shift.start <= at
                && at < shift.end
                && !away.contains(&who)
                && seen.insert(who)
        });
        shifts.map(|shift| shift.person.trim().to_owned()).collect()
    };
    let chain = requirement.escalation.iter().map(|step| (step.role.as_str(), Some(step.after)));
    let in_chain: BTreeSet<&str> = chain.clone().map(|(role, _)| role).collect();
    let mut listed = BTreeSet::new();
    let others = requirement.roles.iter().map(|need| (need.role.as_str(), None));
    let others = others.filter(|(role, _)| !in_chain.contains(role) && listed.insert(*role));
    Ok(chain
        .chain(others)
        .map(|(role, after)| OnCall { role: role.to_owned(), after, people: in_role(role) })
        .collect())
}

/// The people on call in a role, made by [`on_call`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.OnCall", rename_all = "camelCase", deny_unknown_fields)]
pub struct OnCall {
    /// The role.
    pub role: String,
    /// The time since the alert after which it is called; absent if it is not in the chain of command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// The people, in the order of the roster; empty if there is nobody.
    pub people: Vec<String>,
}
