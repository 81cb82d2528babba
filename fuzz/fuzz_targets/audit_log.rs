//! Logs of audit records: what was read is written and read again, and a chain is valid no further than its records.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::audit::{ChainVerdict, head, read_log, verify_chain, verify_log};

fuzz_target!(|text: &str| {
    let log = read_log(text);
    let lines: Vec<String> =
        log.records.iter().map(|record| serde_json::to_string(record).expect("a record has JSON")).collect();
    let again = read_log(&lines.join("\n"));
    assert_eq!((again.records, again.fault), (log.records.clone(), None));

    let known: Vec<_> = log.records.last().map(head).into_iter().collect();
    let Ok(check) = verify_log(text, &known, None) else { return };
    assert!(check.valid_up_to.get() <= log.records.len() as u64);
    assert!(log.fault.is_none() || check.verdict == ChainVerdict::Broken, "a log that cannot be read is not whole");
    if check.verdict == ChainVerdict::Whole && log.records.len() > 1 {
        let cut = &log.records[..log.records.len() - 1];
        let check = verify_chain(cut, &known, None).expect("the head was accepted before");
        assert_ne!(check.verdict, ChainVerdict::Whole, "the last record can be cut off");
    }
});
