//! The evidence that counts for a candidate: about its artifact, not older than it, the latest of each kind.
use super::candidate::{Candidate, person};
use super::code;
use super::evidence::{Approval, CandidateEvidence, Fact, Meeting, Vote, Waiver};
use crate::reason::ReasonCode;
use crate::time::Timestamp;
use std::collections::BTreeMap;

pub(super) struct Counted<'a> {
    /// The latest facts by their id; several if they are of one instant.
    facts: BTreeMap<&'a str, Vec<&'a Fact>>,
    /// The latest vote of each person in each role, by person and role.
    votes: BTreeMap<(String, &'a str), &'a Approval>,
    pub(super) meeting: Option<&'a Meeting>,
    pub(super) waivers: Vec<&'a Waiver>,
    not_counted: Vec<Uncounted>,
}

/// A piece of evidence that does not count, and why.
#[derive(Clone, Debug)]
pub(super) struct Uncounted {
    pub(super) code: ReasonCode,
    pub(super) subject: String,
    pub(super) text: String,
}

impl<'a> Counted<'a> {
    pub(super) fn new(candidate: &Candidate, evidence: &'a CandidateEvidence) -> Self {
        let mut not_counted = Vec::new();
        let is_bound = |artifact: &str, at: Timestamp| bound(candidate, artifact, at);
        let mut uncounted = |code, subject: &str, what: &dyn std::fmt::Display, at: Timestamp| {
            let why = match code {
                code::OTHER_ARTIFACT => "is about another artifact".to_owned(),
                code::OLDER_THAN_ARTIFACT => {
                    format!("is older than the artifact, which was built at {}", candidate.created_at)
                }
                _ => "was withdrawn".to_owned(),
            };
            let text = format!("{what} of {at} {why}, and does not count");
            not_counted.push(Uncounted { code, subject: subject.to_owned(), text });
        };

        let mut facts: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in evidence.facts.iter().filter(|fact| is_bound(&fact.artifact, fact.at).is_ok()) {
            let latest = facts.entry(&fact.id).or_default();
            if latest.first().is_some_and(|latest| latest.at < fact.at) {
                latest.clear();
            }
            if latest.first().is_none_or(|latest| latest.at == fact.at) {
                latest.push(fact);
            }
        }
        // Of facts that have a successor, nothing needs to be said.
        for fact in evidence.facts.iter().filter(|fact| !facts.contains_key(fact.id.as_str())) {
            if let Err(code) = is_bound(&fact.artifact, fact.at) {
                uncounted(code, &fact.id, &format_args!("the fact `{}`", fact.id), fact.at);
            }
        }

        let mut withdrawn: BTreeMap<(String, &str), Timestamp> = BTreeMap::new();
        let mut votes: BTreeMap<(String, &str), &Approval> = BTreeMap::new();
        for approval in &evidence.approvals {
            if let Some(at) = approval.withdrawn_at.filter(|_| approval.vote == Vote::Go) {
                let latest = withdrawn.entry(voter(approval)).or_insert(at);
                *latest = at.max(*latest);
            }
        }
        for approval in &evidence.approvals {
            let Approval { by, role, artifact, at, .. } = approval;
            // Who withdraws an approval withdraws every approval before it.
            let is_withdrawn = match approval.vote {
                Vote::Go => withdrawn.get(&voter(approval)).is_some_and(|until| at <= until),
                Vote::NoGo => approval.withdrawn_at.is_some(),
            };
            let counts = match is_bound(artifact, *at) {
                Ok(()) if is_withdrawn => Err(code::APPROVAL_WITHDRAWN),
                bound => bound,
            };
            if let Err(code) = counts {
                uncounted(code, by, &format_args!("the vote of `{by}` as `{role}`"), *at);
                continue;
            }
            // Of two votes of one instant, the one against counts.
            let latest = votes.entry(voter(approval)).or_insert(approval);
            if (approval.at, approval.vote) > (latest.at, latest.vote) {
                *latest = approval;
            }
        }

        let meeting = evidence.meeting.as_ref().filter(|meeting| {
            let counts = is_bound(&meeting.artifact, meeting.at);
            if let Err(code) = counts {
                uncounted(code, "meeting", &"the go/no-go meeting", meeting.at);
            }
            counts.is_ok()
        });
        let waivers = evidence.waivers.iter().filter(|waiver| {
            let counts = is_bound(&waiver.artifact, waiver.at);
            if let Err(code) = counts {
                let what = format_args!("the waiver of `{}` by `{}`", waiver.gate, waiver.by);
                uncounted(code, &waiver.gate, &what, waiver.at);
            }
            counts.is_ok()
        });
        let waivers = waivers.collect();
        Self { facts, votes, meeting, waivers, not_counted }
    }

    /// The latest facts with an id.
    pub(super) fn facts(&self, id: &str) -> &[&'a Fact] {
        self.facts.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The approvals in a role: of each person the latest vote, if it is one for the release.
    pub(super) fn approvals(&self, role: &str) -> impl Iterator<Item = (&str, &'a Approval)> {
        let votes = self.votes.iter().filter(move |((_, of), vote)| *of == role && vote.vote == Vote::Go);
        votes.map(|((person, _), vote)| (person.as_str(), *vote))
    }

    /// The votes against the release.
    pub(super) fn against(&self) -> impl Iterator<Item = &'a Approval> {
        self.votes.values().copied().filter(|vote| vote.vote == Vote::NoGo)
    }

    pub(super) fn not_counted(&self) -> &[Uncounted] {
        &self.not_counted
    }
}

fn voter(approval: &Approval) -> (String, &str) {
    (person(&approval.by), approval.role.as_str())
}

/// Whether evidence is about the artifact of a candidate and not older than it. Nobody can have seen what did not exist,
/// whatever digest a record carries now.
fn bound(candidate: &Candidate, artifact: &str, at: Timestamp) -> Result<(), ReasonCode> {
    if artifact != candidate.artifact {
        Err(code::OTHER_ARTIFACT)
    } else if at < candidate.created_at {
        Err(code::OLDER_THAN_ARTIFACT)
    } else {
        Ok(())
    }
}
