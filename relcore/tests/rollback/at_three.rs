//! Situations from on-call work with the verdict that each of them should get.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use relcore::rollback::{
    CandidatesVerdict, Correlation, CustomerImpact as Impact, Decision, SchemaChange, Situation, Trend,
    Verdict as V, decide, default_policy, explain,
};
use relcore::scalar::Count;
use relcore::{Span, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn ago(text: &str) -> Timestamp {
    now().plus(Span::ZERO.saturating_sub(Span::parse(text).unwrap())).unwrap()
}

/// An hour after a deployment: nothing is wrong, the rollback path is open, tested and simple, and no quick fix is available.
fn calm() -> Situation {
    Situation::default()
        .critical_functionality_broken(false)
        .vulnerability_introduced(false)
        .data_corruption(false)
        .latency_baseline(0.2)
        .latency_observed(0.2)
        .error_rate_baseline(0.001)
        .error_rate_observed(0.001)
        .error_rate_samples(100_000)
        .customer_incidents(0)
        .deployed_at(ago("1h"))
        .previous_version_available(true)
        .rollback_causes_data_loss(false)
        .irreversible_migration(false)
        .rollback_tested(true)
        .rollback_complex(false)
        .affected_share(0.0)
        .customer_impact(Impact::Unnoticed)
        .fix_simple(false)
        .fix_ready_in(Span::from_hours(8))
        .flag_ends_fault(false)
}

/// A fifth of all requests fails, for everyone.
fn outage() -> Situation {
    calm().error_rate_observed(0.2).affected_share(1.0).customer_impact(Impact::Major).customer_incidents(3)
}

/// A little slower for everyone; users can still work.
fn sluggish() -> Situation {
    calm().latency_observed(0.25).affected_share(1.0).customer_impact(Impact::Minor)
}

fn quick(situation: Situation) -> Situation {
    situation.fix_simple(true).fix_ready_in(Span::from_minutes(30))
}

fn decided(situation: Situation) -> Decision {
    decide(&situation, &default_policy(), now()).unwrap()
}

#[test]
fn each_situation_has_the_verdict_that_a_release_engineer_expects() {
    let unknown = Situation::default();
    for (what, situation, verdict) in [
        ("nothing is wrong", calm(), V::Hold),
        ("nothing is known", unknown, V::Inconclusive),
        ("an outage, the rollback path is open and tested", outage(), V::RollBack),
        ("the same, and a flag ends it", with(outage(), |s| s.flag_ends_fault = Some(true)), V::DisableFlag),
        (
            "a flag ends a part: that is no such flag",
            with(outage(), |s| s.flag_ends_fault = Some(false)),
            V::RollBack,
        ),
        ("nobody has looked for a flag", with(outage(), |s| s.flag_ends_fault = None), V::RollBack),
        ("an outage after the window", with(outage(), |s| s.deployed_at = Some(ago("25h"))), V::Escalate),
        (
            "an outage after the window, a quick fix is available",
            with(quick(outage()), |s| s.deployed_at = Some(ago("25h"))),
            V::ForwardFix,
        ),
        (
            "sluggish after the window, the fix takes a day",
            with(sluggish(), |s| s.deployed_at = Some(ago("25h"))),
            V::ForwardFix,
        ),
        (
            "an outage, and the schema cannot go back",
            with(outage(), |s| s.irreversible_migration = Some(true)),
            V::Escalate,
        ),
        (
            "an outage, and nobody knows of the schema",
            with(outage(), |s| s.irreversible_migration = None),
            V::Escalate,
        ),
        (
            "the rollback was tried and failed, or its version is vulnerable itself",
            with(outage(), |s| s.previous_version_available = Some(false)),
            V::Escalate,
        ),
        (
            "the same, and a quick fix is available",
            with(quick(outage()), |s| s.previous_version_available = Some(false)),
            V::ForwardFix,
        ),
        ("nobody knows when it was deployed", with(outage(), |s| s.deployed_at = None), V::Escalate),
        (
            "data is corrupted, and a rollback loses more",
            with(outage(), |s| {
                (s.data_corruption, s.rollback_causes_data_loss) = (Some(true), Some(true));
            }),
            V::Escalate,
        ),
        (
            "data is corrupted, nobody knows what a rollback loses",
            with(outage(), |s| (s.data_corruption, s.rollback_causes_data_loss) = (Some(true), None)),
            V::Escalate,
        ),
        (
            "a vulnerability that nobody has used yet",
            with(calm(), |s| s.vulnerability_introduced = Some(true)),
            V::RollBack,
        ),
        (
            "a vulnerability after the window, a quick fix is available",
            with(quick(calm()), |s| {
                (s.vulnerability_introduced, s.deployed_at) = (Some(true), Some(ago("P30D")));
            }),
            V::ForwardFix,
        ),
        (
            "a vulnerability after the window, the fix takes days",
            with(calm(), |s| (s.vulnerability_introduced, s.deployed_at) = (Some(true), Some(ago("P30D")))),
            V::Escalate,
        ),
        ("sluggish, the rollback path is proven", quick(sluggish()), V::RollBack),
        (
            "sluggish, the rollback path is untested and a quick fix available",
            with(quick(sluggish()), |s| s.rollback_tested = Some(false)),
            V::ForwardFix,
        ),
        (
            "sluggish, the rollback path is complex and no quick fix is available",
            with(sluggish(), |s| s.rollback_complex = Some(true)),
            V::Escalate,
        ),
        (
            "sluggish for one in fifty, a quick fix is available",
            with(quick(sluggish()), |s| s.affected_share = Some(0.02)),
            V::ForwardFix,
        ),
        (
            "one in fifty cannot work, untested rollback path, no fix",
            with(outage(), |s| (s.affected_share, s.rollback_tested) = (Some(0.02), Some(false))),
            V::Escalate,
        ),
        (
            "everything is broken, the rollback path is complex and untested, the fix takes a day",
            with(outage(), |s| (s.rollback_tested, s.rollback_complex) = (Some(false), Some(true))),
            V::RollBack,
        ),
        (
            "the same with a quick fix: a promise against what has worked",
            with(quick(outage()), |s| (s.rollback_tested, s.rollback_complex) = (Some(false), Some(true))),
            V::RollBack,
        ),
        (
            "customers cannot work, and no other fact shows it",
            with(calm(), |s| {
                (s.customer_impact, s.affected_share) = (Some(Impact::Critical), Some(1.0));
            }),
            V::RollBack,
        ),
        (
            "half of the telemetry is down",
            with(calm(), |s| (s.latency_observed, s.error_rate_observed) = (None, None)),
            V::Inconclusive,
        ),
        (
            "every one of fifty requests failed, nobody has complained yet",
            with(calm(), |s| {
                (s.error_rate_observed, s.error_rate_samples) = (Some(1.0), Some(Count::from(50)));
            }),
            V::Inconclusive,
        ),
        (
            "an app of a store, its phased release is under way",
            outage().client_installed(true).rollout_under_way(true),
            V::Halt,
        ),
        ("an app of a store, nobody knows of its rollout", outage().client_installed(true), V::Halt),
        (
            "an app of a store that everybody has, and no fix",
            outage().client_installed(true).rollout_under_way(false),
            V::Escalate,
        ),
        (
            "the same, and a quick fix is available",
            quick(outage()).client_installed(true).rollout_under_way(false),
            V::ForwardFix,
        ),
        (
            "an app of a store with a flag that ends the fault",
            outage().client_installed(true).rollout_under_way(true).flag_ends_fault(true),
            V::DisableFlag,
        ),
        (
            "an outage in the middle of a canary: the rollback is proven",
            outage().rollout_under_way(true),
            V::RollBack,
        ),
        (
            "a tested fix is sooner than a rollback",
            outage()
                .fix_tested(true)
                .fix_ready_in(Span::from_minutes(30))
                .rollback_takes(Span::from_hours(2)),
            V::ForwardFix,
        ),
        (
            "a tested fix takes as long as a rollback",
            outage().fix_tested(true).fix_ready_in(Span::from_hours(2)).rollback_takes(Span::from_hours(2)),
            V::RollBack,
        ),
        (
            "the errors began before the release",
            outage().correlation_with_release(Correlation::Unrelated),
            V::Escalate,
        ),
        (
            "the same, and more capacity helps",
            outage().correlation_with_release(Correlation::Unrelated).mitigation_available(true),
            V::Mitigate,
        ),
        (
            "sluggish because of another service",
            sluggish().correlation_with_release(Correlation::Unrelated),
            V::Freeze,
        ),
        (
            "sluggish because of another service in the middle of a canary",
            sluggish().correlation_with_release(Correlation::Unrelated).rollout_under_way(true),
            V::Halt,
        ),
        (
            "sluggish after the window, and nobody knows why",
            with(sluggish(), |s| (s.deployed_at, s.cause_known) = (Some(ago("25h")), Some(false))),
            V::Freeze,
        ),
        (
            "an outage after the window, and a limit of requests helps",
            with(outage(), |s| (s.deployed_at, s.mitigation_available) = (Some(ago("25h")), Some(true))),
            V::Mitigate,
        ),
        ("the rollback failed", outage().failed_rollbacks(1), V::Escalate),
        (
            "the history has no version that worked",
            outage().candidates(CandidatesVerdict::NotFound),
            V::Escalate,
        ),
        (
            "the history has one, and nobody said more",
            with(outage(), |s| {
                (s.previous_version_available, s.candidates) = (None, Some(CandidatesVerdict::Found));
            }),
            V::RollBack,
        ),
        (
            "sluggish for one in fifty, and for more every minute",
            quick(sluggish()).affected_share(0.02).trend(Trend::Worsening),
            V::RollBack,
        ),
        (
            "sluggish for one in fifty, and the error budget is spent",
            quick(sluggish()).affected_share(0.02).error_budget_left(0.0),
            V::RollBack,
        ),
        (
            "the migration only added columns",
            with(outage(), |s| {
                (s.irreversible_migration, s.schema_change) = (None, Some(SchemaChange::Expand))
            }),
            V::RollBack,
        ),
        (
            "the migration dropped a column",
            with(outage(), |s| {
                (s.irreversible_migration, s.schema_change) = (None, Some(SchemaChange::Contract))
            }),
            V::Escalate,
        ),
        (
            "data was written that the previous version cannot read",
            outage().new_format_written(true),
            V::Escalate,
        ),
        ("one incident, and nothing else is known", unknown.customer_incidents(1), V::Escalate),
    ] {
        let decision = decided(situation);
        assert_eq!(decision.verdict, verdict, "{what}:\n{}", explain(&decision));
    }
}

fn with(mut situation: Situation, change: impl FnOnce(&mut Situation)) -> Situation {
    change(&mut situation);
    situation
}

/// A rollback on an untested path comes with a warning.
#[test]
fn a_risky_rollback_path_comes_with_a_warning() {
    let risky =
        decided(with(outage(), |s| (s.rollback_tested, s.rollback_complex) = (Some(false), Some(true))));
    assert!(risky.reasons.iter().any(|reason| reason.code == relcore::rollback::code::ROLLBACK_RISKY));
    let text = explain(&risky);
    assert!(text.contains("the rollback path is complex and untested"), "{text}");
    assert!(
        decided(outage()).reasons.iter().all(|reason| reason.code != relcore::rollback::code::ROLLBACK_RISKY)
    );
}

#[test]
fn the_text_has_the_verdict_the_reasons_the_next_check_and_the_counterfactuals() {
    let text = explain(&decided(outage()));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.first(), Some(&"ROLL BACK to the previous version"));
    for line in [
        "- error: 20 % of requests fail, above the limit of 0.2 % (0.1 % before the release) \
         [error_rate_increase: errorRateObserved]",
        "ask again: 2026-11-24T02:00:00.000Z, when the rollback window closes",
        "if irreversibleMigration were true (now false): escalate",
    ] {
        assert!(lines.contains(&line), "{text}");
    }
    let late = explain(&decided(with(outage(), |s| s.deployed_at = Some(ago("73h")))));
    assert!(
        late.contains("the rollback window has closed: deployed 3d 1h ago, the window is 1d long"),
        "{late}"
    );
}
