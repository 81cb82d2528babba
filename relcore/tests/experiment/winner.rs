//! Laws of winners, and how often chance wins.
use proptest::prelude::*;
use relcore::experiment::{
    Decision, Definition, Guardrail, Variant, VariantCounts, VariantVerdict, Verdict, WinnerPolicy,
    standard_definition, winner,
};
use relcore::stats::{Counts, Direction, SplitVerdict};

fn decide(control: (u32, u32), treatment: (u32, u32)) -> Decision {
    let results = [
        VariantCounts::new("control", control.0, control.1),
        VariantCounts::new("treatment", treatment.0, treatment.1),
    ];
    winner(&standard_definition(), &results, &WinnerPolicy::default()).unwrap()
}

#[test]
fn a_split_that_is_not_proven_has_no_winner() {
    // 100 % more orders, but too few users for the split.
    let small = decide((600, 60), (600, 180));
    assert_eq!((small.verdict, small.variants[0].verdict), (Verdict::Inconclusive, VariantVerdict::Better));
    assert_eq!(small.split.unwrap().verdict, SplitVerdict::Inconclusive);
    // The same rates, with 10 % of the users of the treatment lost.
    let lost = decide((20_000, 2000), (18_000, 5400));
    assert_eq!(lost.verdict, Verdict::Invalid);
    assert_eq!(lost.reasons[0].code.as_str(), "variant_split_mismatch");
}

#[test]
fn a_small_improvement_that_is_certain_is_no_winner() {
    let decision = decide((10_000_000, 5_000_000), (10_000_000, 5_030_000));
    assert_eq!(decision.verdict, Verdict::NoWinner);
    assert!(decision.variants[0].ratio_low.unwrap() > 1.0, "it is better, by less than 2 %");
}

#[test]
fn an_improvement_may_be_a_decrease() {
    let policy = WinnerPolicy::default().direction(Direction::IncreaseIsBad).min_effect_percent(10.0);
    let decide = |events: u32| {
        let results = [
            VariantCounts::new("control", 50_000_u32, 5000_u32),
            VariantCounts::new("treatment", 50_000_u32, events),
        ];
        winner(&standard_definition(), &results, &policy).unwrap().verdict
    };
    assert_eq!(decide(4000), Verdict::Winner);
    assert_eq!(decide(5000), Verdict::NoWinner);
    assert_eq!(decide(6000), Verdict::Harmed);
    assert_eq!(decide(4600), Verdict::Inconclusive);
}

#[test]
fn the_best_of_several_wins_and_another_is_named() {
    let definition = Definition::new("e", ["a", "b", "c", "d"].map(Variant::new));
    let results = [("a", 2000_u32), ("b", 2500), ("c", 2700), ("d", 1500)]
        .map(|(name, events)| VariantCounts::new(name, 20_000_u32, events));
    let decision = winner(&definition, &results, &WinnerPolicy::default()).unwrap();
    assert_eq!(decision.winner.as_deref(), Some("c"));
    let codes: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["winner_proven", "runner_up", "goal_harmed"]);
}

fn counts() -> impl Strategy<Value = (u32, u32, u32)> {
    (0..30_000_u32, 0..3000_u32, 0..300_u32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_winner_has_a_proof_of_everything(all in prop::collection::vec(counts(), 2..4), share in 0.8..1.2_f64) {
        let definition =
            Definition::new("e", (0..all.len()).map(|index| Variant::new(format!("v{index}"))));
        let policy = WinnerPolicy::default().guardrails([Guardrail::new("errors").margin_percent(50.0)]);
        let results: Vec<VariantCounts> = all
            .iter()
            .enumerate()
            .map(|(index, (units, events, errors))| {
                let units = if index == 0 { *units } else { (f64::from(all[0].0) * share) as u32 };
                let errors = Counts::new(*errors, f64::from(units));
                VariantCounts::new(format!("v{index}"), units, *events).guardrail("errors", errors)
            })
            .collect();
        let decision = winner(&definition, &results, &policy).unwrap();
        let mut reversed = results.clone();
        reversed.reverse();
        prop_assert_eq!(&winner(&definition, &reversed, &policy).unwrap(), &decision, "the order of the counts");
        prop_assert_eq!(decision.winner.is_some(), decision.verdict == Verdict::Winner);
        prop_assert!(!decision.reasons.is_empty());
        if let Some(name) = &decision.winner {
            prop_assert_eq!(decision.split.as_ref().map(|split| split.verdict), Some(SplitVerdict::Matched));
            let own = decision.variants.iter().find(|own| own.variant == *name).unwrap();
            prop_assert!(own.ratio.is_none_or(|ratio| ratio >= 1.02));
            let held = format!("{name}: errors");
            prop_assert!(decision.reasons.iter().any(|reason| reason.code.as_str() == "guardrail_held" && reason.subject == held));
            // Without the counts of a guardrail, or of a variant, there is no winner.
            let mut blind = results.clone();
            blind[0].guardrails.clear();
            prop_assert_ne!(winner(&definition, &blind, &policy).unwrap().verdict, Verdict::Winner);
            let absent = winner(&definition, &results[1..], &policy).unwrap();
            prop_assert_eq!(absent.verdict, Verdict::Inconclusive);
            prop_assert_eq!(&absent.missing, &["results.v0".to_owned()]);
        }
    }
}

/// A generator of pseudorandom numbers: SplitMix64 (G. Steele, D. Lea, C. Flood 2014).
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// 40 looks at each of 300 experiments in which both variants are the same. One test at 5 % repeated 40 times would call a
/// quarter of them.
#[test]
fn chance_seldom_wins_at_any_number_of_looks() {
    let mut random = Random(7);
    let mut called = 0;
    for _ in 0..300 {
        let (mut units, mut events) = ([0_u32; 2], [0_u32; 2]);
        let mut is_called = false;
        for _ in 0..40 {
            for _ in 0..500 {
                let arm = usize::from(random.share() < 0.5);
                units[arm] += 1;
                events[arm] += u32::from(random.share() < 0.1);
            }
            let decision = decide((units[0], events[0]), (units[1], events[1]));
            is_called = is_called || matches!(decision.verdict, Verdict::Winner | Verdict::Harmed);
        }
        called += u32::from(is_called);
    }
    // Better or worse: at most 10 % of 300, for sure.
    assert!(called <= 30, "{called} of 300");
}
