//! Policies as JSON: what was read survives its JSON, and canonical JSON is its own canonical form.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::{
    canary, change, communication, digest, metrics, release, retrospective, rollback, versioning,
};

macro_rules! survives {
    ($read:path, $text:expr) => {
        if let Ok(policy) = $read($text) {
            let written = serde_json::to_string(&policy).expect("a policy has JSON");
            assert_eq!($read(&written).as_ref(), Ok(&policy));
        }
    };
}

fuzz_target!(|text: &str| {
    survives!(canary::schedule_from_json, text);
    survives!(change::policy_from_json, text);
    survives!(communication::data_from_json, text);
    survives!(communication::escalation_from_json, text);
    survives!(communication::policy_from_json, text);
    survives!(communication::templates_from_json, text);
    survives!(metrics::policy_from_json, text);
    survives!(release::profiles_from_json, text);
    survives!(retrospective::policy_from_json, text);
    survives!(rollback::policy_from_json, text);
    survives!(versioning::plan_policy_from_json, text);
    survives!(versioning::policy_from_json, text);
    if let Ok(canonical) = digest::canonical_json(text) {
        assert_eq!(digest::canonical_json(&canonical).as_ref(), Ok(&canonical));
    }
});
