//! Leaf texts: what is read, printed and read again is the same.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::{NaiveDate, Span, Timestamp, Version};

fuzz_target!(|text: &str| {
    if let Ok(span) = Span::parse(text) {
        assert_eq!(Span::parse(&span.to_string()).as_ref(), Ok(&span));
    }
    if let Ok(at) = Timestamp::parse(text) {
        assert_eq!(Timestamp::parse(&at.to_string()).as_ref(), Ok(&at));
    }
    if let Ok(day) = NaiveDate::parse(text) {
        assert_eq!(NaiveDate::parse(&day.to_string()).as_ref(), Ok(&day));
    }
    if let Ok(version) = Version::parse(text) {
        assert_eq!(Version::parse(&version.to_string()).as_ref(), Ok(&version));
    }
});
