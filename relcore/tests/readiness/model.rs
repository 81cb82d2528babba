//! The naive model of go/no-go: it asks each rule by itself, and tries every choice of people.
use relcore::Timestamp;
use relcore::readiness::{
    Approval, Candidate, CandidateEvidence, Fact, Gate, GateKind, Gates, Verdict, Vote, Waiver,
};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Passed,
    Waived,
    Unknown,
    Failed,
}

pub fn verdict(
    candidate: &Candidate,
    evidence: &CandidateEvidence,
    gates: &Gates,
    now: Timestamp,
) -> Verdict {
    let model = Model { candidate, evidence, gates, now };
    let states = model.states();
    let worst = states.iter().copied().max().unwrap_or(State::Unknown);
    if worst == State::Failed || model.votes().any(|vote| vote.vote == Vote::NoGo) {
        Verdict::NoGo
    } else if worst == State::Unknown || !model.asks() {
        Verdict::Inconclusive
    } else if worst == State::Waived {
        Verdict::GoWithWaivers
    } else {
        Verdict::Go
    }
}

struct Model<'a> {
    candidate: &'a Candidate,
    evidence: &'a CandidateEvidence,
    gates: &'a Gates,
    now: Timestamp,
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl<'a> Model<'a> {
    fn is_bound(&self, artifact: &str, at: Timestamp) -> bool {
        artifact == self.candidate.artifact && at >= self.candidate.created_at
    }

    fn is_author(&self, person: &str) -> bool {
        self.candidate.authors.iter().any(|author| same(author, person))
    }

    fn asks(&self) -> bool {
        let is_asked = |gate: &Gate| self.required(gate) != Some(false);
        self.gates.gates.iter().any(|gate| is_asked(gate) && gate.kind != GateKind::Trigger {})
    }

    fn required(&self, gate: &Gate) -> Option<bool> {
        if gate.required_for.is_empty() {
            return Some(true);
        }
        self.candidate.release_type.map(|of| gate.required_for.contains(&of))
    }

    /// Whether evidence of an instant is young enough.
    fn is_fresh(&self, gate: &Gate, at: Timestamp) -> bool {
        gate.max_age.is_none_or(|limit| self.now.since(at) < limit)
    }

    fn facts(&self, id: &str) -> Vec<&'a Fact> {
        let counts = |fact: &&Fact| fact.id == id && self.is_bound(&fact.artifact, fact.at);
        let facts: Vec<&Fact> = self.evidence.facts.iter().filter(counts).collect();
        let last = facts.iter().map(|fact| fact.at).max();
        facts.into_iter().filter(|fact| Some(fact.at) == last).collect()
    }

    /// The votes that no later vote of the same person in the same role replaces.
    fn votes(&self) -> impl Iterator<Item = &'a Approval> {
        let all: Vec<&Approval> =
            self.evidence.approvals.iter().filter(|vote| self.is_bound(&vote.artifact, vote.at)).collect();
        let of_same = |one: &Approval, other: &Approval| same(&one.by, &other.by) && one.role == other.role;
        let withdrawals: Vec<&Approval> = self
            .evidence
            .approvals
            .iter()
            .filter(|vote| vote.vote == Vote::Go && vote.withdrawn_at.is_some())
            .collect();
        let stands = |vote: &&Approval| match vote.vote {
            Vote::NoGo => vote.withdrawn_at.is_none(),
            _ => !withdrawals.iter().any(|other| of_same(vote, other) && other.withdrawn_at >= Some(vote.at)),
        };
        let standing: Vec<&Approval> = all.into_iter().filter(stands).collect();
        let latest = |vote: &&Approval| {
            !standing
                .iter()
                .any(|other| of_same(vote, other) && (other.at, other.vote) > (vote.at, vote.vote))
        };
        standing.iter().copied().filter(latest).collect::<Vec<_>>().into_iter()
    }

    fn waiver(&self, gate: &Gate) -> Option<&'a Waiver> {
        let rules = &self.gates.waivers;
        self.evidence.waivers.iter().find(|waiver| {
            waiver.gate == gate.id
                && gate.waivable
                && self.is_bound(&waiver.artifact, waiver.at)
                && self.now < waiver.until
                && !(rules.not_author && self.is_author(&waiver.by))
        })
    }

    /// The people who may count for a quorum.
    fn eligible(&self, gate: &Gate) -> BTreeSet<String> {
        let GateKind::Quorum { role, not_author, .. } = &gate.kind else { return BTreeSet::new() };
        let votes = self.votes().filter(|vote| {
            vote.vote == Vote::Go
                && vote.role == *role
                && self.is_fresh(gate, vote.at)
                && !(*not_author && self.is_author(&vote.by))
        });
        votes.map(|vote| vote.by.trim().to_lowercase()).collect()
    }

    fn states(&self) -> Vec<State> {
        let required: Vec<&Gate> =
            self.gates.gates.iter().filter(|gate| self.required(gate) != Some(false)).collect();
        let is_distinct = |gate: &Gate| matches!(gate.kind, GateKind::Quorum { distinct: true, .. });
        let (distinct, others): (Vec<&Gate>, Vec<&Gate>) =
            required.into_iter().partition(|gate| is_distinct(gate));
        let mut states: Vec<State> =
            others.iter().map(|gate| self.state(gate, self.own_state(gate))).collect();

        // Gates that a waiver or another type may spare are served after the others.
        let rank = |gate: &&Gate| (self.waiver(gate).is_some(), self.required(gate).is_none());
        let mut order = distinct.clone();
        order.sort_by_key(rank);
        for served in 1..=order.len() {
            let gate = order[served - 1];
            let needs: Vec<(u32, BTreeSet<String>)> =
                order[..served].iter().map(|gate| self.need(gate)).collect();
            let own = if can_satisfy(&needs, &mut Vec::new()) { self.met(gate) } else { State::Failed };
            states.push(self.state(gate, own));
            if own == State::Failed {
                // The rest depends on who was taken; whether all are satisfied does not.
                states.extend(order[served..].iter().map(|gate| self.state(gate, self.met(gate))));
                break;
            }
        }
        states
    }

    fn need(&self, gate: &Gate) -> (u32, BTreeSet<String>) {
        let GateKind::Quorum { count, .. } = gate.kind else { return (0, BTreeSet::new()) };
        (count, self.eligible(gate))
    }

    /// A quorum that has enough people.
    fn met(&self, gate: &Gate) -> State {
        let is_unknown = matches!(gate.kind, GateKind::Quorum { not_author: true, .. });
        if is_unknown && self.candidate.authors.is_empty() { State::Unknown } else { State::Passed }
    }

    /// With the type and the waiver.
    fn state(&self, gate: &Gate, own: State) -> State {
        let own = if own == State::Failed && self.required(gate).is_none() { State::Unknown } else { own };
        if own < State::Unknown || self.waiver(gate).is_none() {
            return own;
        }
        let is_unknown = self.gates.waivers.not_author && self.candidate.authors.is_empty();
        if is_unknown { State::Unknown } else { State::Waived }
    }

    fn own_state(&self, gate: &Gate) -> State {
        let facts = self.facts(&gate.id);
        let by_fact = |state: &dyn Fn(&Fact) -> State| {
            let worst = facts.iter().map(|fact| state(fact)).max().unwrap_or(State::Unknown);
            let is_old = facts.iter().any(|fact| !self.is_fresh(gate, fact.at));
            if worst == State::Passed && is_old { State::Unknown } else { worst }
        };
        match &gate.kind {
            GateKind::Fact {} => by_fact(&|fact| match (&fact.error, fact.holds) {
                (None, Some(true)) => State::Passed,
                (None, Some(false)) => State::Failed,
                _ => State::Unknown,
            }),
            GateKind::Threshold { min, max, .. } => by_fact(&|fact| match (&fact.error, fact.value) {
                (None, Some(value)) => {
                    let is_within = min.is_none_or(|min| min <= value) && max.is_none_or(|max| value <= max);
                    if is_within { State::Passed } else { State::Failed }
                }
                _ => State::Unknown,
            }),
            GateKind::Trigger {} => {
                let is_reported = facts.iter().any(|fact| fact.holds == Some(true));
                if is_reported { State::Failed } else { State::Passed }
            }
            GateKind::Freshness {} => {
                let is_fresh = self.is_fresh(gate, self.candidate.created_at);
                if is_fresh { State::Passed } else { State::Failed }
            }
            GateKind::Quorum { count, .. } => {
                let is_met = self.eligible(gate).len() >= *count as usize;
                if is_met { self.met(gate) } else { State::Failed }
            }
            GateKind::Attendance { roles, when_sensitive, distinct } => {
                let Some(meeting) =
                    self.evidence.meeting.as_ref().filter(|of| self.is_bound(&of.artifact, of.at))
                else {
                    return State::Unknown;
                };
                let people = |role: &String| {
                    let there = meeting.attendees.iter().filter(|of| of.role == *role);
                    (1, there.map(|of| of.by.trim().to_lowercase()).collect::<BTreeSet<_>>())
                };
                let are_there = |roles: Vec<&String>| {
                    let needs: Vec<_> = roles.into_iter().map(people).collect();
                    match distinct {
                        true => can_satisfy(&needs, &mut Vec::new()),
                        false => needs.iter().all(|(_, people)| !people.is_empty()),
                    }
                };
                let always = are_there(roles.iter().collect());
                let all = are_there(roles.iter().chain(when_sensitive).collect());
                let state = match self.candidate.security_sensitive {
                    Some(true) if all => State::Passed,
                    Some(false) if always => State::Passed,
                    None if all => State::Passed,
                    None if always => State::Unknown,
                    _ => State::Failed,
                };
                let is_old = !self.is_fresh(gate, meeting.at);
                if state == State::Passed && is_old { State::Unknown } else { state }
            }
            #[allow(unreachable_patterns, reason = "the feature `__exhaustive` closes the enum")]
            _ => panic!("a kind that the model does not know"),
        }
    }
}

/// Whether some choice of people, each for one need, satisfies all: by trying them.
pub fn can_satisfy(needs: &[(u32, BTreeSet<String>)], used: &mut Vec<String>) -> bool {
    let Some(((count, people), rest)) = needs.split_first() else { return true };
    if *count == 0 {
        return can_satisfy(rest, used);
    }
    let mut fewer = vec![(count - 1, people.clone())];
    fewer.extend(rest.iter().cloned());
    people.iter().any(|person| {
        if used.contains(person) {
            return false;
        }
        used.push(person.clone());
        let can = can_satisfy(&fewer, used);
        used.pop();
        can
    })
}
