//! Words of incident tools: a status that is written in a tool's word and read again never counts as further than it is.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::incident::{Status, Vocabulary, map_component_status, map_impact, map_status, word_for_status};

const VOCABULARIES: [Vocabulary; 6] = [
    Vocabulary::Statuspage,
    Vocabulary::Cachet,
    Vocabulary::Openstatus,
    Vocabulary::Dispatch,
    Vocabulary::Pagerduty,
    Vocabulary::Checkly,
];

fuzz_target!(|text: &str| {
    for word in text.lines() {
        VOCABULARIES.iter().for_each(|vocabulary| read(vocabulary, word));
    }
});

fn read(vocabulary: &Vocabulary, word: &str) {
    let upper = word.to_ascii_uppercase();
    assert_eq!(map_component_status(vocabulary, word).ok(), map_component_status(vocabulary, &upper).ok());
    assert_eq!(map_impact(vocabulary, word).ok(), map_impact(vocabulary, &upper).ok());
    let mapped = map_status(vocabulary, word).ok();
    assert_eq!(mapped, map_status(vocabulary, &upper).ok());

    let Some(mapped) = mapped else { return };
    assert!(mapped.possible.is_sorted());
    assert_eq!(mapped.possible.first(), Some(&mapped.status));
    assert_eq!(mapped.ambiguous, mapped.possible.len() > 1);
    for status in
        [Status::Investigating, Status::Identified, Status::Monitoring, Status::Resolved, Status::Postmortem]
    {
        let written = word_for_status(vocabulary, &status).expect("a tool whose words are read has words");
        let again = map_status(vocabulary, &written.text).expect("a word that is written can be read");
        assert!(again.status <= status);
        assert_eq!(written.exact, again.possible == [status]);
        assert!(!mapped.possible.contains(&status) || again.possible.contains(&status));
    }
}
