//! Go or no-go.
use super::model::verdict;
use super::{at, digest};
use proptest::prelude::*;
use relcore::readiness::{
    Approval, Attendee, Candidate, CandidateEvidence, Decision, Fact, Gate, GateKind, GateStatus, Gates,
    Meeting, Verdict, Vote, Waiver, default_gates, gates_of_profile, go_no_go,
};
use relcore::release::{Type, profile, standard_profiles};
use relcore::{Span, Timestamp};

/// Everything was made by this minute.
const NOW: i32 = 100;
const BUILT: i32 = 20;
const PEOPLE: [&str; 5] = ["ana", "Ana", "kim", "lee", "sam"];
const ROLES: [&str; 3] = ["dev", "qa", "ops"];

fn kinds() -> impl Strategy<Value = GateKind> {
    let role = || (0..3_usize).prop_map(|role| ROLES[role].to_owned());
    prop_oneof![
        1 => Just(GateKind::Fact {}),
        1 => Just(GateKind::Trigger {}),
        1 => Just(GateKind::Freshness {}),
        1 => (0..5_i32, 0..3_i32).prop_map(|(min, length)| GateKind::Threshold {
            min: Some(f64::from(min)),
            max: (length > 0).then(|| f64::from(min + length)),
            unit: None,
        }),
        4 => (role(), 1..3_u32, any::<bool>(), any::<bool>()).prop_map(|(role, count, not_author, distinct)| {
            GateKind::Quorum { role, count, not_author, distinct }
        }),
        1 => (proptest::collection::vec(role(), 1..3), proptest::collection::vec(role(), 0..2), any::<bool>())
            .prop_map(|(roles, when_sensitive, distinct)| GateKind::Attendance { roles, when_sensitive, distinct }),
    ]
}

fn gates() -> impl Strategy<Value = Gates> {
    let gate = (kinds(), proptest::option::of(1..120_i32), any::<bool>(), 0..4_u8);
    proptest::collection::vec(gate, 1..5).prop_map(|gates| {
        let gates = gates.into_iter().enumerate().map(|(index, (kind, max_age, waivable, types))| {
            let max_age = match kind {
                GateKind::Trigger {} => None,
                GateKind::Freshness {} => Some(max_age.unwrap_or(50)),
                _ => max_age,
            };
            let mut gate = Gate::new(format!("g{index}"), kind).waivable(waivable);
            gate.max_age = max_age.map(Span::from_minutes);
            match types {
                0 => gate.required_for([Type::Hotfix]),
                1 => gate.required_for([Type::FeatureMajor]),
                _ => gate,
            }
        });
        Gates::new(gates.collect::<Vec<_>>())
    })
}

fn candidates() -> impl Strategy<Value = Candidate> {
    let parts = (proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>()), 0..3_usize);
    parts.prop_map(|(is_hotfix, security_sensitive, authors)| {
        let mut candidate = Candidate::new(digest('a'), at(BUILT)).authors(PEOPLE[..authors].iter().copied());
        candidate.release_type =
            is_hotfix.map(|is_hotfix| if is_hotfix { Type::Hotfix } else { Type::FeatureMajor });
        candidate.security_sensitive = security_sensitive;
        candidate
    })
}

fn artifacts() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just(digest('a')), 1 => Just(digest('b'))]
}

fn approvals() -> impl Strategy<Value = Approval> {
    (0..5_usize, 0..3_usize, artifacts(), 0..=NOW, 0..12_u8, 0..10_u8).prop_map(
        |(by, role, artifact, minute, vote, withdrawn)| {
            let mut approval = Approval::new(PEOPLE[by], ROLES[role], artifact, at(minute));
            approval.vote = if vote == 0 { Vote::NoGo } else { Vote::Go };
            approval.withdrawn_at = (withdrawn == 0).then(|| at(NOW - 5));
            approval
        },
    )
}

fn evidence() -> impl Strategy<Value = CandidateEvidence> {
    let fact = (0..5_usize, artifacts(), 0..=NOW, proptest::option::of(any::<bool>()), 0..6_i32, 0..8_u8);
    let facts = proptest::collection::vec(fact, 0..10).prop_map(|facts| {
        let facts = facts.into_iter().map(|(gate, artifact, minute, holds, value, error)| {
            let mut fact = Fact::new(format!("g{gate}"), artifact, at(minute)).value(f64::from(value));
            fact.holds = holds;
            fact.error = (error == 0).then(|| "timed out".to_owned());
            fact
        });
        facts.collect::<Vec<_>>()
    });
    let waiver = (0..5_usize, 0..5_usize, artifacts(), 0..=NOW, 1..150_i32);
    let attendees = proptest::collection::vec((0..5_usize, 0..3_usize), 0..5);
    let meeting = (artifacts(), 0..=NOW, attendees).prop_map(|(artifact, minute, attendees)| {
        let attendees = attendees.into_iter().map(|(by, role)| Attendee::new(PEOPLE[by], ROLES[role]));
        Meeting::new(artifact, at(minute)).attendees(attendees.collect::<Vec<_>>())
    });
    let approvals = proptest::collection::vec(approvals(), 0..10);
    (facts, approvals, proptest::collection::vec(waiver, 0..4), proptest::option::of(meeting)).prop_map(
        |(facts, approvals, waivers, meeting)| {
            let waivers = waivers.into_iter().map(|(gate, by, artifact, minute, length)| {
                let (from, until) = (at(minute), at(minute + length));
                Waiver::new(format!("g{gate}"), PEOPLE[by], "it can wait", artifact, from, until)
            });
            let mut evidence = CandidateEvidence::default()
                .facts(facts)
                .approvals(approvals)
                .waivers(waivers.collect::<Vec<_>>());
            evidence.meeting = meeting;
            evidence
        },
    )
}

/// The evidence without the waivers of gates that there are not.
fn cases() -> impl Strategy<Value = (Candidate, CandidateEvidence, Gates)> {
    (candidates(), evidence(), gates()).prop_map(|(candidate, mut evidence, gates)| {
        evidence.waivers.retain(|waiver| gates.gates.iter().any(|gate| gate.id == waiver.gate));
        (candidate, evidence, gates)
    })
}

fn decided(case: &(Candidate, CandidateEvidence, Gates), now: Timestamp) -> Decision {
    go_no_go(&case.0, &case.1, &case.2, now).unwrap()
}

fn status_of(decision: &Decision) -> Vec<GateStatus> {
    decision.gates.iter().map(|gate| gate.status).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_naive_model_agrees(case in cases(), later in 0..200_i32) {
        let now = at(NOW + later);
        prop_assert_eq!(decided(&case, now).verdict, verdict(&case.0, &case.1, &case.2, now));
    }

    #[test]
    fn time_alone_makes_nothing_better_and_changes_the_verdict_at_the_next_check(
        case in cases(),
        parts in proptest::collection::vec(0..400_i32, 4),
    ) {
        let now = at(NOW);
        let decision = decided(&case, now);
        for part in parts {
            let later = at(NOW + part);
            let then = decided(&case, later).verdict;
            prop_assert!(then >= decision.verdict, "{} became {}", decision.verdict, then);
            let has_changed = decision.next_check_at.is_some_and(|next| next <= later);
            prop_assert_eq!(then != decision.verdict, has_changed);
        }
    }

    /// Without expiry, time changes nothing at all.
    #[test]
    fn only_expiry_turns_go_into_no_go((candidate, evidence, gates) in cases(), later in 0..10_000_i32) {
        let timeless = gates.gates.iter().filter(|gate| gate.kind != GateKind::Freshness {}).cloned();
        let timeless: Vec<Gate> = timeless.map(|mut gate| { gate.max_age = None; gate }).collect();
        prop_assume!(!timeless.is_empty());
        let case = (candidate, evidence.waivers([]), Gates::new(timeless));
        let decision = decided(&case, at(NOW));
        prop_assert_eq!(decision.next_check_at, None);
        prop_assert_eq!(decided(&case, at(NOW + later)).verdict, decision.verdict);
    }

    #[test]
    fn one_approval_more_makes_nothing_worse(case in cases(), mut more in approvals()) {
        more.vote = Vote::Go;
        more.withdrawn_at = None;
        let before = decided(&case, at(NOW));
        let mut after = case.clone();
        after.1.approvals.push(more);
        let after = decided(&after, at(NOW));
        prop_assert!(after.verdict <= before.verdict, "{} became {}", before.verdict, after.verdict);
    }

    #[test]
    fn evidence_about_another_artifact_changes_nothing(case in cases(), mut other in evidence()) {
        let before = decided(&case, at(NOW));
        let mut after = case.clone();
        other.waivers.retain(|waiver| case.2.gates.iter().any(|gate| gate.id == waiver.gate));
        let foreign = digest('c');
        after.1.facts.extend(other.facts.into_iter().map(|mut fact| { fact.artifact.clone_from(&foreign); fact }));
        after.1.waivers.extend(other.waivers.into_iter().map(|mut of| { of.artifact.clone_from(&foreign); of }));
        let foreign_votes = other.approvals.into_iter().map(|mut of| {
            of.artifact.clone_from(&foreign);
            of.withdrawn_at = None;
            of
        });
        after.1.approvals.extend(foreign_votes);
        let after = decided(&after, at(NOW));
        prop_assert_eq!(after.verdict, before.verdict);
        prop_assert_eq!(status_of(&after), status_of(&before));
        prop_assert_eq!(after.next_check_at, before.next_check_at);
    }

    #[test]
    fn one_waiver_more_makes_nothing_worse_and_never_a_plain_go(case in cases(), gate in 0..5_usize) {
        let before = decided(&case, at(NOW));
        let Some(gate) = case.2.gates.get(gate) else { return Ok(()) };
        let mut after = case.clone();
        after.1.waivers.push(Waiver::new(&gate.id, "somebody", "it can wait", digest('a'), at(NOW), at(NOW + 1)));
        let after = decided(&after, at(NOW));
        prop_assert!(after.verdict <= before.verdict);
        prop_assert!(after.verdict != Verdict::Go || before.verdict == Verdict::Go);
    }

    #[test]
    fn the_order_of_the_evidence_does_not_matter(case in cases(), seed in any::<u64>()) {
        let before = decided(&case, at(NOW));
        let mut after = case.clone();
        let turn = |length: usize| if length == 0 { 0 } else { usize::try_from(seed % length as u64).unwrap() };
        let (facts, approvals) = (turn(after.1.facts.len()), turn(after.1.approvals.len()));
        after.1.facts.rotate_left(facts);
        after.1.approvals.rotate_left(approvals);
        after.1.approvals.reverse();
        let after = decided(&after, at(NOW));
        prop_assert_eq!((after.verdict, status_of(&after)), (before.verdict, status_of(&before)));
    }
}

fn quorum(role: &str, count: u32) -> GateKind {
    GateKind::Quorum { role: role.to_owned(), count, not_author: true, distinct: true }
}

/// One person with two roles counts once; who counts where is found, whatever the order.
#[test]
fn a_person_counts_once() {
    let gates = Gates::new([Gate::new("qa", quorum("qa", 1)), Gate::new("dev", quorum("dev", 1))]);
    let candidate = Candidate::new(digest('a'), at(BUILT)).authors(["zoe"]);
    let approval = |by: &str, role: &str| Approval::new(by, role, digest('a'), at(50));
    let decide = |approvals: Vec<Approval>| {
        go_no_go(&candidate, &CandidateEvidence::default().approvals(approvals), &gates, at(NOW)).unwrap()
    };
    let alone = decide(vec![approval("kim", "qa"), approval("kim", "dev")]);
    assert_eq!(alone.verdict, Verdict::NoGo);
    assert!(alone.reasons.iter().any(|reason| reason.code.as_str() == "person_counted_once"));
    // Kim could be taken for `qa`, and then nobody would be left for `dev`.
    let both = decide(vec![approval("kim", "qa"), approval("kim", "dev"), approval("lee", "qa")]);
    assert_eq!(both.verdict, Verdict::Go);
    // Two spellings are one person.
    assert_eq!(decide(vec![approval("kim", "qa"), approval("KIM ", "dev")]).verdict, Verdict::NoGo);
}

/// Nobody can have approved at 22:32 what did not exist before 22:56, whatever digest the record now carries.
#[test]
fn an_approval_from_before_the_build_does_not_count() {
    let gates = Gates::new([Gate::new("qa", quorum("qa", 1))]);
    let candidate = Candidate::new(digest('a'), at(BUILT)).authors(["zoe"]);
    let decide = |minute| {
        let approval = Approval::new("kim", "qa", digest('a'), at(minute));
        go_no_go(&candidate, &CandidateEvidence::default().approvals([approval]), &gates, at(NOW)).unwrap()
    };
    assert_eq!(decide(BUILT - 1).verdict, Verdict::NoGo);
    assert_eq!(decide(BUILT).verdict, Verdict::Go);
}

/// Keptn passes with 100 % when nothing can be measured.
#[test]
fn without_a_gate_that_asks_for_evidence_nothing_is_proven() {
    let candidate = Candidate::new(digest('a'), at(BUILT)).release_type(Type::Hotfix);
    let triggers = Gates::new([Gate::new("bug", GateKind::Trigger {})]);
    let others = Gates::new([Gate::new("x", GateKind::Fact {}).required_for([Type::Lts])]);
    for gates in [triggers, others] {
        let decision = go_no_go(&candidate, &CandidateEvidence::default(), &gates, at(NOW)).unwrap();
        assert_eq!(decision.verdict, Verdict::Inconclusive);
        assert_eq!(decision.reasons[0].code.as_str(), "no_gate_required");
    }
}

#[test]
fn the_default_gates_go_with_all_evidence_and_stop_at_each_trigger() {
    let gates = default_gates();
    let candidate =
        Candidate::new(digest('a'), at(BUILT)).release_type(Type::FeatureMinor).security_sensitive(true);
    let fact = |id: &str| Fact::new(id, digest('a'), at(50)).holds(true);
    let ids = |kind: GateKind| gates.gates.iter().filter(move |gate| gate.kind == kind).map(|gate| &*gate.id);
    let roles = ["release_manager", "tech_lead", "qa_lead", "product_manager", "operations", "security"];
    let meeting = Meeting::new(digest('a'), at(60)).attendees(roles.map(|role| Attendee::new(role, role)));
    let facts: Vec<Fact> = ids(GateKind::Fact {}).map(fact).collect();
    let evidence = CandidateEvidence::default().facts(facts.clone()).meeting(meeting.clone());
    let decide =
        |evidence: &CandidateEvidence| go_no_go(&candidate, evidence, &gates, at(NOW)).unwrap().verdict;
    assert_eq!(decide(&evidence), Verdict::Go);
    for trigger in ids(GateKind::Trigger {}) {
        let facts = facts.iter().cloned().chain([fact(trigger)]);
        assert_eq!(decide(&evidence.clone().facts(facts.collect::<Vec<_>>())), Verdict::NoGo, "{trigger}");
    }
    for index in 0..facts.len() {
        let mut fewer = facts.clone();
        fewer.remove(index);
        assert_eq!(decide(&evidence.clone().facts(fewer)), Verdict::Inconclusive);
    }
    for (index, role) in roles.iter().enumerate() {
        let mut smaller = meeting.clone();
        smaller.attendees.remove(index);
        assert_eq!(decide(&evidence.clone().meeting(smaller)), Verdict::NoGo, "{role}");
    }
}

#[test]
fn every_standard_profile_has_gates() {
    for name in standard_profiles().profiles.keys() {
        let profile = profile(&name.parse().unwrap(), None).unwrap();
        let gates = gates_of_profile(&profile).unwrap().gates;
        assert_eq!(gates.len(), profile.gates.len() + profile.approvals.len(), "{name}");
    }
}
