//! Windows of Argo CD and freeze periods of GitLab: what was read is a policy that answers.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::Timestamp;
use relcore::interchange::{ArgoApplication, argo_sync_windows, gitlab_freeze_periods};
use relcore::window::{Engine, Policy, Subject, policy_from_json};

fuzz_target!(|text: &str| {
    let application = ArgoApplication::new("shop", "shop", "in-cluster", "https://example.com");
    let policies = [argo_sync_windows(text, &application), gitlab_freeze_periods(text)];
    let now = Timestamp::from_millis(1_795_000_000_000).expect("a year of four digits");
    for policy in policies.into_iter().flatten() {
        let written = serde_json::to_string(&policy).expect("a policy has JSON");
        assert_eq!(policy_from_json(&written).as_ref().ok(), Some(&policy));
        answer(policy, now);
    }
});

fn answer(policy: Policy, now: Timestamp) {
    let engine = Engine::new(policy).expect("a reader refuses what the engine would refuse");
    let status = engine.status(&Subject::default(), now).expect("a subject without names is accepted");
    assert!(status.next_check_at.is_none_or(|next| next > now));
}
