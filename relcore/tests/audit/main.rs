//! Laws of the audit log and of the proofs about it, over random entries and trees.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod model;

use proptest::prelude::*;
use relcore::audit::{
    ChainVerdict, Entry, LogRecord, ProofVerdict, append, consistency_proof, genesis, head, inclusion_proof,
    leaf_hash, merkle_root, read_log, verify_chain, verify_consistency, verify_inclusion, verify_log,
};
use relcore::{Count, Timestamp, digest};

fn entries() -> impl Strategy<Value = Entry> {
    let data = prop_oneof![
        Just("{}".to_owned()),
        Just("[1, 2.50, \"\\u20ac\"]".to_owned()),
        any::<String>().prop_map(|text| serde_json::json!({ "text": text, "a": 1 }).to_string()),
        any::<f64>()
            .prop_filter("JSON has finite numbers", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
    ];
    let name = "[a-zé\"\\\\\u{1}\u{1f600}]{1,8}";
    (0_i64..4_000_000_000_000, name, data, proptest::option::of(name), proptest::option::of(name)).prop_map(
        |(at, kind, data, actor, subject)| {
            let mut entry = Entry::new(Timestamp::from_millis(at).unwrap(), kind, data);
            entry.actor = actor;
            entry.subject = subject;
            entry
        },
    )
}

fn logs() -> impl Strategy<Value = Vec<LogRecord>> {
    proptest::collection::vec(entries(), 1..8).prop_map(|entries| {
        let (mut head_of, mut log) = (genesis(), Vec::new());
        for entry in entries {
            let record = append(&head_of, &entry).unwrap();
            head_of = head(&record);
            log.push(record);
        }
        log
    })
}

fn text_of(log: &[LogRecord]) -> String {
    log.iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect()
}

fn count(number: usize) -> Count {
    Count::of(number)
}

fn leaves(number: usize) -> Vec<String> {
    (0..number).map(|index| leaf_hash(&format!("{index:04x}")).unwrap()).collect()
}

proptest! {
    #[test]
    fn the_hash_is_that_of_the_canonical_json_without_it(log in logs()) {
        for record in &log {
            let mut value = serde_json::to_value(record).unwrap();
            value.as_object_mut().unwrap().remove("hash");
            let expected = digest::sha256(&value.to_string()).unwrap();
            prop_assert_eq!(format!("sha256:{}", record.hash), expected);
            prop_assert_eq!(&digest::canonical_json(&record.data).unwrap(), &record.data);
        }
    }

    #[test]
    fn a_log_is_whole_and_reads_back(log in logs()) {
        let check = verify_chain(&log, &[head(&log[log.len() - 1])], None).unwrap();
        prop_assert_eq!(check.verdict, ChainVerdict::Whole);
        prop_assert_eq!(read_log(&text_of(&log)).records, log);
    }

    /// Any edit of any byte is found, or changes nothing that is said (white space, an equal way to write an instant).
    #[test]
    fn any_edit_of_any_byte_is_found(log in logs(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = text_of(&log).into_bytes();
        let at = at.index(bytes.len());
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) {
            let check = verify_log(&text, &[head(&log[log.len() - 1])], None).unwrap();
            let read = read_log(&text);
            if read.fault.is_none() && read.records == log {
                prop_assert_eq!(check.verdict, ChainVerdict::Whole);
            } else {
                prop_assert_eq!(check.verdict, ChainVerdict::Broken);
                prop_assert!(check.valid_up_to.get() <= line as u64 + 1, "{} after line {line}", check.valid_up_to);
            }
        }
    }

    /// Without a known head, an edit of the content of a record is found all the same.
    #[test]
    fn an_edit_is_found_without_a_known_head(log in logs(), at in any::<prop::sample::Index>(), field in 0_usize..6) {
        let at = at.index(log.len());
        let mut edited = log.clone();
        let record = &mut edited[at];
        match field {
            0 => record.kind.push('x'),
            1 => record.data.push(' '),
            2 => record.actor = Some(record.actor.clone().unwrap_or_default() + "x"),
            3 => record.subject = Some(record.subject.clone().unwrap_or_default() + "x"),
            4 => record.at = record.at.plus(relcore::Span::from_millis(1).unwrap()).unwrap(),
            _ => record.hash = record.hash.to_uppercase() + "0",
        }
        let check = verify_chain(&edited, &[], None).unwrap();
        prop_assert_eq!(check.verdict, ChainVerdict::Broken);
        prop_assert_eq!((check.broken_at, check.valid_up_to), (Some(count(at + 1)), count(at)));
    }

    #[test]
    fn a_record_that_is_removed_or_moved_is_found(log in logs(), at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let known = [head(&log[log.len() - 1])];
        let (at, to) = (at.index(log.len()), to.index(log.len()));
        let mut removed = log.clone();
        let record = removed.remove(at);
        let check = verify_chain(&removed, &known, None).unwrap();
        prop_assert_eq!((check.verdict, check.valid_up_to), (ChainVerdict::Broken, count(at)));
        removed.insert(to, record);
        let moved = verify_chain(&removed, &known, None).unwrap();
        prop_assert_eq!(moved.verdict == ChainVerdict::Whole, at == to);
    }

    /// After a cut the rest of the log is whole from the checkpoint on.
    #[test]
    fn a_checkpoint_replaces_the_beginning(log in logs(), at in any::<prop::sample::Index>()) {
        let at = at.index(log.len());
        let known = [head(&log[log.len() - 1])];
        let checkpoint = if at == 0 { genesis() } else { head(&log[at - 1]) };
        let check = verify_chain(&log[at..], &known, Some(&checkpoint)).unwrap();
        prop_assert_eq!((check.verdict, check.starts_after), (ChainVerdict::Whole, count(at)));
        let check = verify_chain(&log[at..], &known, None).unwrap();
        prop_assert_eq!(check.first_present, (at > 0).then(|| count(at + 1)));
    }

    #[test]
    fn roots_and_proofs_are_those_of_the_recursive_definition(size in 0_usize..70, at in any::<prop::sample::Index>()) {
        let leaves = leaves(size);
        prop_assert_eq!(merkle_root(&leaves).unwrap(), model::root(&leaves));
        if size > 0 {
            let at = at.index(size);
            prop_assert_eq!(inclusion_proof(&leaves, count(at)).unwrap(), model::path(at, &leaves));
            prop_assert_eq!(consistency_proof(&leaves, count(at + 1)).unwrap(), model::consistency(at + 1, &leaves));
        }
    }

    #[test]
    fn a_proof_of_one_leaf_proves_no_other(size in 1_usize..40, at in any::<prop::sample::Index>()) {
        let leaves = leaves(size);
        let (at, root) = (at.index(size), merkle_root(&leaves).unwrap());
        let proof = inclusion_proof(&leaves, count(at)).unwrap();
        for (other, leaf) in leaves.iter().enumerate() {
            let own = verify_inclusion(leaf, count(at), count(size), &proof, &root).unwrap();
            prop_assert_eq!(own.verdict == ProofVerdict::Proven, other == at);
            let elsewhere = verify_inclusion(&leaves[at], count(other), count(size), &proof, &root).unwrap();
            prop_assert_eq!(elsewhere.verdict == ProofVerdict::Proven, other == at);
        }
    }

    #[test]
    fn a_rewritten_tree_is_not_consistent(size in 2_usize..40, first in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let leaves = leaves(size);
        let first = first.index(size) + 1;
        let (before, root) = (merkle_root(&leaves[..first]).unwrap(), merkle_root(&leaves).unwrap());
        let proof = consistency_proof(&leaves, count(first)).unwrap();
        let check = verify_consistency(count(first), &before, count(size), &root, &proof).unwrap();
        prop_assert_eq!(check.verdict, ProofVerdict::Proven);
        let mut rewritten = leaves.clone();
        rewritten[at.index(first)] = leaf_hash("ff").unwrap();
        let other = merkle_root(&rewritten).unwrap();
        let proof = consistency_proof(&rewritten, count(first)).unwrap();
        let check = verify_consistency(count(first), &before, count(size), &other, &proof).unwrap();
        prop_assert_eq!(check.verdict, ProofVerdict::Unproven);
    }
}

/// Ten thousand entries take no noticeable time; each needs one pass over its text and one hash.
#[test]
fn a_long_log_is_appended_and_verified() {
    let mut entry =
        Entry::new(Timestamp::from_millis(0).unwrap(), "deployed", "{\"version\":\"1.4.0\",\"n\":1}");
    entry.actor = Some("ci".to_owned());
    let (mut head_of, mut log) = (genesis(), Vec::new());
    for _ in 0..10_000 {
        let record = append(&head_of, &entry).unwrap();
        head_of = head(&record);
        log.push(record);
    }
    assert_eq!(verify_chain(&log, &[head_of], None).unwrap().verdict, ChainVerdict::Whole);
}
