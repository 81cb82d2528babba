use super::hash::{check_hash, sha256, to_hex};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Write as _;

/// The hash before the first entry.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Appends an entry to a log: returns its record, which has the next sequence number, the hash of the record before it, and
/// its own hash.
///
/// The log itself stays with the caller: write [`to_json`](crate::to_json) of the record as one line, and keep the
/// [`head`] of the record where whoever can write the log cannot write.
///
/// The hash is SHA-256 over the record without its key `hash` as canonical JSON (RFC 8785), so that other tools can verify
/// it.
///
/// ```
/// use relcore::{Timestamp, audit};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let deployed = audit::Entry::new(at, "deployed", "{\"version\": \"1.4.0\"}").actor("ci");
/// let first = audit::append(&audit::genesis(), &deployed)?;
/// assert_eq!(first.sequence.get(), 1);
/// assert_eq!(first.data, "{\"version\":\"1.4.0\"}"); // canonical
///
/// let second = audit::append(&audit::head(&first), &deployed)?;
/// assert_eq!(second.previous, first.hash);
/// // Pitfall: append to the head of the last record. An old head makes a second entry of the same number.
/// let forked = audit::append(&audit::head(&first), &deployed)?;
/// assert_eq!(forked.sequence, second.sequence);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` at `entry.data` for text that is not JSON (`{a: 1}`) or repeats a key; `invalid_value` for a `head.hash` that is
/// not 64 hexadecimal digits in lower case or does not fit its size (only the head of size 0 has the hash of [`genesis`]),
/// and for an empty kind, actor or subject; `out_of_range` for a `head.size` of 2^53 - 1.
pub fn append(head: &Head, entry: &Entry) -> Result<LogRecord> {
    let mut faults = Faults::new();
    head.check("head", &mut faults);
    faults.check(
        head.size.get() < Count::MAX,
        ErrorKind::OutOfRange,
        format_args!("head.size"),
        format_args!("is the greatest count: no entry can follow"),
    );
    let data = entry.check(&mut faults);
    faults.finish()?;
    let mut record = LogRecord {
        sequence: Count::new(head.size.get().saturating_add(1))?,
        at: entry.at,
        kind: entry.kind.clone(),
        actor: entry.actor.clone(),
        subject: entry.subject.clone(),
        data: data.unwrap_or_default(),
        previous: head.hash.clone(),
        hash: String::new(),
    };
    record.hash = record.content_hash();
    Ok(record)
}

/// The head of an empty log: size 0 and a hash of zeros.
///
/// ```
/// assert_eq!(relcore::audit::genesis().size.get(), 0);
/// ```
#[must_use]
pub fn genesis() -> Head {
    Head { size: Count::default(), hash: GENESIS.to_owned() }
}

/// The head of a log whose last record this is.
///
/// Whoever stores it where the log cannot be written can prove later that nothing was cut off or rewritten.
///
/// ```
/// use relcore::{Timestamp, audit};
/// let entry = audit::Entry::new(Timestamp::parse("2026-11-23T09:00:00Z")?, "approved", "{}");
/// let record = audit::append(&audit::genesis(), &entry)?;
/// assert_eq!(audit::head(&record).hash, record.hash);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn head(record: &LogRecord) -> Head {
    Head { size: record.sequence, hash: record.hash.clone() }
}

input! {
    /// The size of a log and the hash of its last record: what is enough to continue it, and to prove that it is whole.
    ///
    /// ```
    /// let head = relcore::audit::Head::new(0_u32, "0".repeat(64));
    /// assert_eq!(head, relcore::audit::genesis());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.Head", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Head {
        /// The number of entries, which is the sequence number of the last record.
        pub size: Count,
        /// The hash of the last record: 64 hexadecimal digits in lower case; zeros if there is none.
        pub hash: String,
    }
}

impl Head {
    /// A head with its size and its hash.
    #[must_use]
    pub fn new(size: impl Into<Count>, hash: impl Into<String>) -> Self {
        Self { size: size.into(), hash: hash.into() }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        check_hash(&self.hash, format_args!("{path}.hash"), faults);
        faults.check(
            (self.size.get() == 0) == (self.hash == GENESIS),
            ErrorKind::InvalidValue,
            format_args!("{path}.hash"),
            format_args!("does not fit size {}: only a log without entries has a hash of zeros", self.size),
        );
    }
}

input! {
    /// What happened: the content of a record.
    ///
    /// ```
    /// use relcore::{Timestamp, audit::Entry};
    /// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let entry = Entry::new(at, "approved", "{\"comment\": \"tested\"}").actor("dana").subject("shop 1.4.0");
    /// assert_eq!(entry.kind, "approved");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.Entry", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Entry {
        /// The instant at which it happened.
        pub at: Timestamp,
        /// What happened, in a word of the caller: `approved`, `deployed`, `rolled_back`.
        pub kind: String,
        /// Who did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actor: Option<String>,
        /// What it happened to: a release, a service, a policy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subject: Option<String>,
        /// Everything else, as JSON text: a decision, a policy, a digest. Its numbers are IEEE 754 doubles.
        pub data: String,
    }
}

impl Entry {
    /// An entry with its instant, its kind and its data.
    #[must_use]
    pub fn new(at: Timestamp, kind: impl Into<String>, data: impl Into<String>) -> Self {
        Self { at, kind: kind.into(), actor: None, subject: None, data: data.into() }
    }

    /// Adds all faults; returns the canonical data.
    fn check(&self, faults: &mut Faults) -> Option<String> {
        let is_blank = |text: Option<&String>| text.is_some_and(|text| text.trim().is_empty());
        for (field, is_blank) in [
            ("kind", is_blank(Some(&self.kind))),
            ("actor", is_blank(self.actor.as_ref())),
            ("subject", is_blank(self.subject.as_ref())),
        ] {
            faults.check(
                !is_blank,
                ErrorKind::InvalidValue,
                format_args!("entry.{field}"),
                format_args!("is empty: expected text"),
            );
        }
        faults.absorb(
            crate::digest::canonical_json(&self.data).map_err(|error: Error| error.under("entry.data")),
        )
    }
}

/// An entry of a log with its place in the chain, made by [`append`]. One line of the log is its JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.LogRecord", rename_all = "camelCase", deny_unknown_fields)]
pub struct LogRecord {
    /// The number of the entry in the log, from 1.
    pub sequence: Count,
    /// The instant at which it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: String,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Everything else, as canonical JSON text (RFC 8785).
    pub data: String,
    /// The hash of the record before it; zeros for the first one.
    pub previous: String,
    /// SHA-256 over this record without this field, as canonical JSON: 64 hexadecimal digits in lower case.
    pub hash: String,
}

impl LogRecord {
    /// The hash of the content.
    pub(super) fn content_hash(&self) -> String {
        to_hex(&sha256(&[&self.canonical()]))
    }

    /// The record without its hash as canonical JSON, with the keys in their order. Every value is text or an integer, whose
    /// form in RFC 8785 is the one that serde_json writes, so no tree of values has to be made and sorted.
    pub(super) fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len().saturating_mul(2).saturating_add(256));
        // Writing to a Vec cannot fail.
        let text = |key: &str, value: &str, out: &mut Vec<u8>| {
            out.push(if out.is_empty() { b'{' } else { b',' });
            let _ = write!(out, "\"{key}\":");
            let _ = serde_json::to_writer(out, value);
        };
        if let Some(actor) = &self.actor {
            text("actor", actor, &mut out);
        }
        text("at", &self.at.to_string(), &mut out);
        text("data", &self.data, &mut out);
        text("kind", &self.kind, &mut out);
        text("previous", &self.previous, &mut out);
        let _ = write!(out, ",\"sequence\":{}", self.sequence);
        if let Some(subject) = &self.subject {
            text("subject", subject, &mut out);
        }
        out.push(b'}');
        out
    }
}
