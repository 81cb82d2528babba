//! Statements of in-toto: an artifact is accepted only by a digest that the text has.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::audit::{Artifact, match_statement};

const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fuzz_target!(|text: &str| {
    let artifact = Artifact::new([("sha256".to_owned(), DIGEST.to_owned())]).name("app.tar.gz");
    let Ok(check) = match_statement(text, &[artifact], &["sha256".to_owned()]) else { return };
    // A digit may stand in the text as an escape, which only a text with backslashes has.
    let has_digest = text.to_ascii_lowercase().contains(DIGEST) || text.contains('\\');
    assert!(has_digest || check.artifacts.iter().all(|found| !found.accepted));
});
