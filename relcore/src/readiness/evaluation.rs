//! The gates, tried with the evidence that counts, at an instant.
use super::candidate::{Candidate, person};
use super::code;
use super::counted::{Counted, Uncounted};
use super::decision::{GateStatus, Verdict};
use super::evidence::{Attendee, Fact, Meeting, Waiver};
use super::gates::{Gate, GateKind, Gates};
use super::matching::{Group, fill};
use crate::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Evaluation<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) gates: &'a Gates,
    pub(super) counted: &'a Counted<'a>,
    authors: BTreeSet<String>,
    /// Of each gate, the allowed waiver that ends last.
    waivers: BTreeMap<&'a str, &'a Waiver>,
}

/// What became of a gate.
#[derive(Clone, Debug)]
pub(super) struct GateOutcome<'a> {
    pub(super) status: GateStatus,
    pub(super) have: Option<u32>,
    pub(super) need: Option<u32>,
    pub(super) problems: Vec<Problem<'a>>,
    /// The waiver that counts, whether it is needed or not.
    pub(super) waiver: Option<&'a Waiver>,
}

/// What is wrong with a gate, or worth knowing if something is.
#[derive(Clone, Debug)]
pub(super) enum Problem<'a> {
    Missing(String),
    Failed,
    Errored(&'a str),
    Outdated { at: Timestamp, max_age: Span },
    OutsideLimits { value: f64, limit: f64, is_above: bool, unit: Option<&'a str> },
    TooFew { role: &'a str, have: u32, need: u32 },
    Absent(&'a str),
    Triggered,
    CountedOnce(&'a str),
    ByAuthor(&'a str),
}

impl<'a> GateOutcome<'a> {
    fn new(status: GateStatus, problems: Vec<Problem<'a>>) -> Self {
        Self { status, have: None, need: None, problems, waiver: None }
    }
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(candidate: &'a Candidate, gates: &'a Gates, counted: &'a Counted<'a>) -> Self {
        let authors = candidate.authors.iter().map(|author| person(author)).collect();
        let mut evaluation = Self { candidate, gates, counted, authors, waivers: BTreeMap::new() };
        let by_id: BTreeMap<&str, &Gate> = gates.gates.iter().map(|gate| (gate.id.as_str(), gate)).collect();
        for &waiver in &counted.waivers {
            let gate = by_id.get(waiver.gate.as_str());
            if gate.is_none_or(|gate| evaluation.objection(waiver, gate).is_some()) {
                continue;
            }
            let latest = evaluation.waivers.entry(&waiver.gate).or_insert(waiver);
            if waiver.until > latest.until {
                *latest = waiver;
            }
        }
        evaluation
    }

    /// Why a waiver may not be made, if it may not.
    fn objection(&self, waiver: &Waiver, gate: &Gate) -> Option<String> {
        let rules = &self.gates.waivers;
        let length = waiver.until.since(waiver.at);
        if !gate.waivable {
            Some("the gate cannot be waived".to_owned())
        } else if !rules.roles.is_empty()
            && !waiver.role.as_ref().is_some_and(|role| rules.roles.contains(role))
        {
            Some(format!("a waiver needs one of the roles {}", rules.roles.join(", ")))
        } else if rules.not_author && self.authors.contains(&person(&waiver.by)) {
            Some("an author of the candidate may not waive".to_owned())
        } else {
            let limit = rules.max_length.filter(|limit| length > *limit)?;
            let [length, limit] = [length, limit].map(crate::reason::format_duration);
            Some(format!("{length} are longer than {limit}"))
        }
    }

    /// The waivers that do not count at an instant.
    pub(super) fn refused_waivers(&self, at: Timestamp) -> Vec<Uncounted> {
        let by_id: BTreeMap<&str, &Gate> =
            self.gates.gates.iter().map(|gate| (gate.id.as_str(), gate)).collect();
        let refused = self.counted.waivers.iter().filter_map(|waiver| {
            let Waiver { gate, by, until, .. } = waiver;
            let what = format!("the waiver of `{gate}` by `{by}`");
            let (code, text) = match self.objection(waiver, by_id.get(gate.as_str())?) {
                Some(objection) => (code::WAIVER_NOT_ALLOWED, format!("{what} does not count: {objection}")),
                None if *until <= at => (code::WAIVER_ENDED, format!("{what} ended at {until}")),
                None => return None,
            };
            Some(Uncounted { code, subject: gate.clone(), text })
        });
        refused.collect()
    }

    /// What becomes of each gate at an instant that is not before any evidence.
    ///
    /// INVARIANT: with time, evidence for the release expires and nothing else changes, so the verdict gets no better.
    pub(super) fn evaluate(&self, at: Timestamp) -> Vec<GateOutcome<'a>> {
        let filled = self.distinct_approvers(at);
        let gates = self.gates.gates.iter().zip(filled);
        gates.map(|(gate, filled)| self.with_waiver(gate, self.evaluate_gate(gate, filled, at), at)).collect()
    }

    pub(super) fn verdict(&self, outcome: &[GateOutcome<'_>]) -> Verdict {
        let has = |status| outcome.iter().any(|outcome| outcome.status == status);
        if has(GateStatus::Failed) || self.counted.against().next().is_some() {
            Verdict::NoGo
        } else if has(GateStatus::Unknown) || !self.asks_for_evidence() {
            Verdict::Inconclusive
        } else if has(GateStatus::Waived) {
            Verdict::GoWithWaivers
        } else {
            Verdict::Go
        }
    }

    /// Whether any gate has to be passed by evidence: without one, nothing would be proven.
    pub(super) fn asks_for_evidence(&self) -> bool {
        self.gates.gates.iter().any(|gate| {
            !matches!(gate.kind, GateKind::Trigger {})
                && gate.is_required(self.candidate.release_type) != Some(false)
        })
    }

    /// The first instant at which the verdict is worse than this one.
    pub(super) fn first_worse(&self, than: Verdict, now: Timestamp) -> Option<Timestamp> {
        let mut instants: Vec<Timestamp> = self.expiries().filter(|at| *at > now).collect();
        instants.sort_unstable();
        instants.dedup();
        // The verdict gets no better, so the instants before the change come first.
        let before = instants.partition_point(|at| self.verdict(&self.evaluate(*at)) <= than);
        instants.get(before).copied()
    }

    /// The instants at which evidence or a waiver may expire.
    fn expiries(&self) -> impl Iterator<Item = Timestamp> {
        let waivers = self.waivers.values().map(|waiver| waiver.until);
        let evidence = self.gates.gates.iter().flat_map(|gate| {
            let facts = self.counted.facts(&gate.id).iter().map(|fact| fact.at);
            let (approvals, others): (Vec<_>, Vec<_>) = match &gate.kind {
                GateKind::Quorum { role, .. } => {
                    (self.counted.approvals(role).map(|(_, vote)| vote.at).collect(), vec![])
                }
                GateKind::Attendance { .. } => {
                    (vec![], self.counted.meeting.map(|meeting| meeting.at).into_iter().collect())
                }
                GateKind::Freshness {} => (vec![], vec![self.candidate.created_at]),
                _ => (vec![], facts.collect()),
            };
            let made = approvals.into_iter().chain(others);
            made.filter_map(|at| at.plus(gate.max_age?).ok())
        });
        waivers.chain(evidence)
    }

    /// The waiver of a gate, and what an unknown type or unknown authors leave open.
    fn with_waiver(&self, gate: &'a Gate, mut outcome: GateOutcome<'a>, at: Timestamp) -> GateOutcome<'a> {
        let is_open = |outcome: &GateOutcome<'_>| outcome.status >= GateStatus::Unknown;
        match gate.is_required(self.candidate.release_type) {
            Some(true) => {}
            Some(false) => outcome = GateOutcome::new(GateStatus::NotRequired, Vec::new()),
            None if is_open(&outcome) => {
                outcome.status = GateStatus::Unknown;
                outcome.problems.push(Problem::Missing("candidate.releaseType".to_owned()));
            }
            None => {}
        }
        outcome.waiver = self.waiver(gate, at);
        if outcome.waiver.is_some() && is_open(&outcome) {
            if self.gates.waivers.not_author && self.authors.is_empty() {
                outcome.status = GateStatus::Unknown;
                outcome.problems.push(Problem::Missing("candidate.authors".to_owned()));
            } else {
                outcome.status = GateStatus::Waived;
            }
        }
        outcome
    }

    fn waiver(&self, gate: &Gate, at: Timestamp) -> Option<&'a Waiver> {
        self.waivers.get(gate.id.as_str()).copied().filter(|waiver| at < waiver.until)
    }

    fn evaluate_gate(&self, gate: &'a Gate, filled: Option<Vec<String>>, at: Timestamp) -> GateOutcome<'a> {
        let missing =
            || GateOutcome::new(GateStatus::Unknown, vec![Problem::Missing(format!("facts.{}", gate.id))]);
        let outdated = |made: Timestamp| {
            let max_age = gate.max_age.filter(|max_age| at.since(made) >= *max_age)?;
            Some(GateOutcome::new(GateStatus::Unknown, vec![Problem::Outdated { at: made, max_age }]))
        };
        match &gate.kind {
            GateKind::Trigger {} => {
                let is_reported = self.counted.facts(&gate.id).iter().any(|fact| fact.holds == Some(true));
                match is_reported {
                    true => GateOutcome::new(GateStatus::Failed, vec![Problem::Triggered]),
                    false => GateOutcome::new(GateStatus::Passed, Vec::new()),
                }
            }
            GateKind::Fact {} | GateKind::Threshold { .. } => {
                let facts = self.counted.facts(&gate.id).iter();
                let outcome =
                    facts.map(|fact| evaluate_fact(gate, fact)).max_by_key(|outcome| outcome.status);
                match outcome {
                    None => missing(),
                    Some(outcome) if outcome.status == GateStatus::Passed => {
                        let made = self.counted.facts(&gate.id).first().map(|fact| fact.at);
                        made.and_then(outdated).unwrap_or(outcome)
                    }
                    Some(outcome) => outcome,
                }
            }
            GateKind::Freshness {} => match outdated(self.candidate.created_at) {
                Some(outcome) => GateOutcome { status: GateStatus::Failed, ..outcome },
                None => GateOutcome::new(GateStatus::Passed, Vec::new()),
            },
            GateKind::Quorum { role, count, not_author, .. } => {
                self.evaluate_quorum(gate, (role, *count, *not_author), filled, at)
            }
            GateKind::Attendance { roles, when_sensitive, distinct } => {
                let Some(meeting) = self.counted.meeting else {
                    let problem = Problem::Missing("meeting".to_owned());
                    return GateOutcome::new(GateStatus::Unknown, vec![problem]);
                };
                let outcome = self.evaluate_attendance(meeting, roles, when_sensitive, *distinct);
                match outcome.status {
                    GateStatus::Passed => outdated(meeting.at).unwrap_or(outcome),
                    _ => outcome,
                }
            }
        }
    }

    fn evaluate_quorum(
        &self,
        gate: &'a Gate,
        (role, need, not_author): (&'a str, u32, bool),
        filled: Option<Vec<String>>,
        at: Timestamp,
    ) -> GateOutcome<'a> {
        let eligible = self.eligible(gate, role, not_author, at);
        let counted = filled.unwrap_or_else(|| eligible.iter().map(|person| (*person).to_owned()).collect());
        let have = u32::try_from(counted.len()).unwrap_or(u32::MAX).min(need);
        let mut outcome = if have < need {
            let mut problems = vec![Problem::TooFew { role, have, need }];
            let votes = || self.counted.approvals(role);
            problems.extend(
                votes()
                    .filter(|(person, _)| not_author && self.authors.contains(*person))
                    .map(|(_, vote)| Problem::ByAuthor(&vote.by)),
            );
            problems.extend(
                votes()
                    .filter(|(person, _)| {
                        eligible.contains(person) && !counted.iter().any(|one| one == person)
                    })
                    .map(|(_, vote)| Problem::CountedOnce(&vote.by)),
            );
            problems.extend(votes().filter_map(|(_, vote)| {
                let max_age = gate.max_age.filter(|max_age| at.since(vote.at) >= *max_age)?;
                Some(Problem::Outdated { at: vote.at, max_age })
            }));
            GateOutcome::new(GateStatus::Failed, problems)
        } else if not_author && self.authors.is_empty() {
            GateOutcome::new(GateStatus::Unknown, vec![Problem::Missing("candidate.authors".to_owned())])
        } else {
            GateOutcome::new(GateStatus::Passed, Vec::new())
        };
        (outcome.have, outcome.need) = (Some(have), Some(need));
        outcome
    }

    /// The people whose approval counts for a quorum, if nobody is needed elsewhere.
    fn eligible(&self, gate: &Gate, role: &str, not_author: bool, at: Timestamp) -> BTreeSet<&str> {
        let votes = self.counted.approvals(role).filter(|(person, vote)| {
            !(not_author && self.authors.contains(*person))
                && gate.max_age.is_none_or(|max_age| at.since(vote.at) < max_age)
        });
        votes.map(|(person, _)| person).collect()
    }

    /// For each quorum that asks for people of its own, who they are.
    ///
    /// Gates that a waiver or another release type may spare are served last, so that they take nobody from the others.
    fn distinct_approvers(&self, at: Timestamp) -> Vec<Option<Vec<String>>> {
        let mut order = Vec::new();
        for (index, gate) in self.gates.gates.iter().enumerate() {
            let GateKind::Quorum { role, count, not_author, distinct: true } = &gate.kind else { continue };
            let is_required = gate.is_required(self.candidate.release_type);
            if is_required == Some(false) {
                continue;
            }
            let people = self.eligible(gate, role, *not_author, at).into_iter().collect();
            let group = Group { need: usize::try_from(*count).unwrap_or(usize::MAX), people };
            order.push((self.waiver(gate, at).is_some(), is_required.is_none(), index, group));
        }
        order.sort_by_key(|(is_waived, is_open, index, _)| (*is_waived, *is_open, *index));
        let groups: Vec<Group<'_>> = order.iter().map(|(.., group)| group.clone()).collect();
        let mut filled = vec![None; self.gates.gates.len()];
        for ((.., index, _), people) in order.iter().zip(fill(&groups)) {
            if let Some(of_gate) = filled.get_mut(*index) {
                *of_gate = Some(people.into_iter().map(str::to_owned).collect());
            }
        }
        filled
    }

    fn evaluate_attendance(
        &self,
        meeting: &'a Meeting,
        roles: &'a [String],
        when_sensitive: &'a [String],
        distinct: bool,
    ) -> GateOutcome<'a> {
        let always: Vec<&str> = roles.iter().map(String::as_str).collect();
        let all: Vec<&str> =
            always.iter().copied().chain(when_sensitive.iter().map(String::as_str)).collect();
        let is_sensitive = self.candidate.is_sensitive();
        let needed = if is_sensitive == Some(false) { &always } else { &all };
        let absent = absent(needed, &meeting.attendees, distinct);
        let is_open = is_sensitive.is_none() && absent_count(&always, &meeting.attendees, distinct) == 0;
        let status = match (absent.is_empty(), is_open) {
            (true, _) => GateStatus::Passed,
            (false, true) => GateStatus::Unknown,
            (false, false) => GateStatus::Failed,
        };
        let mut problems: Vec<Problem<'a>> = absent.iter().map(|role| Problem::Absent(role)).collect();
        if status == GateStatus::Unknown {
            problems.push(Problem::Missing("candidate.securitySensitive".to_owned()));
        }
        let count = |number: usize| Some(u32::try_from(number).unwrap_or(u32::MAX));
        let mut outcome = GateOutcome::new(status, problems);
        (outcome.have, outcome.need) =
            (count(needed.len().saturating_sub(absent.len())), count(needed.len()));
        outcome
    }
}

fn absent_count(roles: &[&str], attendees: &[Attendee], distinct: bool) -> usize {
    absent(roles, attendees, distinct).len()
}

/// The roles that nobody had.
fn absent<'a>(roles: &[&'a str], attendees: &[Attendee], distinct: bool) -> Vec<&'a str> {
    let mut by_role: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for attendee in attendees {
        by_role.entry(&attendee.role).or_default().insert(person(&attendee.by));
    }
    let groups: Vec<Group<'_>> = roles
        .iter()
        .map(|role| {
            let people = by_role.get(role).into_iter().flatten().map(String::as_str);
            Group { need: 1, people: people.collect() }
        })
        .collect();
    let is_filled: Vec<bool> = match distinct {
        true => fill(&groups).iter().map(|people| !people.is_empty()).collect(),
        false => groups.iter().map(|group| !group.people.is_empty()).collect(),
    };
    roles.iter().zip(is_filled).filter(|(_, is_filled)| !is_filled).map(|(role, _)| *role).collect()
}

/// A fact against its gate, but for its age.
fn evaluate_fact<'a>(gate: &'a Gate, fact: &'a Fact) -> GateOutcome<'a> {
    let missing = |field: &str| {
        GateOutcome::new(GateStatus::Unknown, vec![Problem::Missing(format!("facts.{}.{field}", gate.id))])
    };
    if let Some(error) = &fact.error {
        return GateOutcome::new(GateStatus::Unknown, vec![Problem::Errored(error)]);
    }
    let GateKind::Threshold { min, max, unit } = &gate.kind else {
        return match fact.holds {
            Some(true) => GateOutcome::new(GateStatus::Passed, Vec::new()),
            Some(false) => GateOutcome::new(GateStatus::Failed, vec![Problem::Failed]),
            None => missing("holds"),
        };
    };
    let Some(value) = fact.value else { return missing("value") };
    let below = min.filter(|min| value < *min).map(|min| (min, false));
    match below.or_else(|| max.filter(|max| value > *max).map(|max| (max, true))) {
        None => GateOutcome::new(GateStatus::Passed, Vec::new()),
        Some((limit, is_above)) => {
            let problem = Problem::OutsideLimits { value, limit, is_above, unit: unit.as_deref() };
            GateOutcome::new(GateStatus::Failed, vec![problem])
        }
    }
}
