//! Configurations of release tools: each is read or refused, and each key is listed once.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::interchange::{
    changesets_config, commitizen_config, git_cliff_config, release_please_config, semantic_release_config,
};
use std::collections::BTreeSet;

fuzz_target!(|text: &str| {
    let read = [
        git_cliff_config(text),
        semantic_release_config(text),
        changesets_config(text),
        release_please_config(text, None),
        commitizen_config(text),
    ];
    for config in read.into_iter().flatten() {
        let keys = config.carried.iter().map(|one| &one.key).chain(config.lost.iter().map(|one| &one.key));
        let keys: Vec<&String> = keys.collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "a key twice in {text}");
    }
});
