//! Policies as YAML: what was read survives its JSON, which is YAML too.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::{canary, change, communication, metrics, release, retrospective, rollback, versioning};

macro_rules! survives {
    ($read:path, $text:expr) => {
        if let Ok(policy) = $read($text) {
            let written = serde_json::to_string(&policy).expect("a policy has JSON");
            assert_eq!($read(&written).as_ref(), Ok(&policy));
        }
    };
}

fuzz_target!(|text: &str| {
    survives!(canary::schedule_from_yaml, text);
    survives!(change::policy_from_yaml, text);
    survives!(communication::data_from_yaml, text);
    survives!(communication::escalation_from_yaml, text);
    survives!(communication::policy_from_yaml, text);
    survives!(communication::templates_from_yaml, text);
    survives!(metrics::policy_from_yaml, text);
    survives!(release::profiles_from_yaml, text);
    survives!(retrospective::policy_from_yaml, text);
    survives!(rollback::policy_from_yaml, text);
    survives!(versioning::plan_policy_from_yaml, text);
    survives!(versioning::policy_from_yaml, text);
});
