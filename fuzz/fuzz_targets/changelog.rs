//! Changelogs: a release is written once, the second time changes nothing, and all other versions stay as they were.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::notes::{ReleaseEntry, merge_changelog, parse_changelog};

fuzz_target!(|input: (&str, &str)| {
    let (text, body) = input;
    let before = parse_changelog(text);
    let Ok(merged) = merge_changelog(text, &ReleaseEntry::new("1.1.0").body(body)) else { return };
    assert_eq!(merge_changelog(&merged, &ReleaseEntry::new("1.1.0").body(body)).as_deref(), Ok(merged.as_str()));
    let after = parse_changelog(&merged);
    assert!(after.entries.iter().any(|one| one.version == "1.1.0"));
    for entry in before.entries.iter().filter(|one| one.version != "Unreleased") {
        assert!(after.entries.contains(entry), "{} changed in {merged}", entry.version);
    }
});
