use super::code;
use super::log::{LineFault, read_log};
use super::record::{Head, LogRecord, genesis};
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Checks that a log is whole: that no entry was changed, removed, inserted or moved, and that it reaches the known heads.
///
/// A log whose end was cut off is a valid log. Only a head that was kept elsewhere shows what is missing, so without one the
/// verdict is `prefix` at best. With several known heads, the check names more exactly where a rewritten log begins to
/// differ. After older entries were deleted by a retention rule, `checkpoint` is the head before the first entry that is
/// left.
///
/// ```
/// use relcore::{Timestamp, audit};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let (mut head, mut log) = (audit::genesis(), Vec::new());
/// for kind in ["approved", "deployed", "verified"] {
///     log.push(audit::append(&head, &audit::Entry::new(at, kind, "{}"))?);
///     head = audit::head(&log[log.len() - 1]);
/// }
/// let check = audit::verify_chain(&log, &[head.clone()], None)?;
/// assert_eq!(check.verdict, audit::ChainVerdict::Whole);
///
/// // Without the last entry: every hash is right, and only the known head shows it.
/// let check = audit::verify_chain(&log[..2], &[head], None)?;
/// assert_eq!(check.first_missing.map(|entry| entry.get()), Some(3));
/// // Pitfall: without a known head nothing proves that the log is complete.
/// let check = audit::verify_chain(&log[..2], &[], None)?;
/// assert_eq!(check.verdict, audit::ChainVerdict::Prefix);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a head whose hash is not 64 hexadecimal digits in lower case, or does not fit its size. A record
/// that is wrong is no error but makes the verdict `broken`.
pub fn verify_chain(
    log: &[LogRecord],
    known_heads: &[Head],
    checkpoint: Option<&Head>,
) -> Result<ChainCheck> {
    check(log, None, known_heads, checkpoint)
}

/// Reads a log and checks that it is whole, as [`read_log`] and [`verify_chain`].
///
/// A line that cannot be read makes the verdict `broken` and is named; the entries before it are checked.
///
/// ```
/// use relcore::{Timestamp, audit};
/// let entry = audit::Entry::new(Timestamp::parse("2026-11-23T09:00:00Z")?, "approved", "{}");
/// let record = audit::append(&audit::genesis(), &entry)?;
/// let line = serde_json::to_string(&record).map_err(|_| relcore::Error::new(relcore::ErrorKind::Syntax, "", ""))?;
/// let text = format!("{line}\n{{\"sequence\": 2,");
/// let check = audit::verify_log(&text, &[audit::head(&record)], None)?;
/// assert_eq!(check.verdict, audit::ChainVerdict::Broken);
/// assert_eq!((check.valid_up_to.get(), check.line.map(|line| line.get())), (1, Some(2)));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`verify_chain`].
pub fn verify_log(text: &str, known_heads: &[Head], checkpoint: Option<&Head>) -> Result<ChainCheck> {
    let log = read_log(text);
    check(&log.records, log.fault.as_ref(), known_heads, checkpoint)
}

/// The largest number of breaks in a result: more do not help a person.
const MOST_BREAKS: usize = 100;

/// What the log was checked against: the policy of this decision.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Anchors<'a> {
    known_heads: &'a [Head],
    checkpoint: Option<&'a Head>,
}

fn check(
    log: &[LogRecord],
    fault: Option<&LineFault>,
    known_heads: &[Head],
    checkpoint: Option<&Head>,
) -> Result<ChainCheck> {
    let mut faults = Faults::new();
    for (index, head) in known_heads.iter().enumerate() {
        head.check(&format!("knownHeads[{index}]"), &mut faults);
    }
    if let Some(head) = checkpoint {
        head.check("checkpoint", &mut faults);
    }
    faults.finish()?;
    // A checkpoint is where a shortened log starts; in a log that has its beginning it is one more known head.
    let has_beginning = log.first().is_some_and(|first| first.sequence.get() == 1);
    let start = checkpoint.filter(|_| !has_beginning).cloned().unwrap_or_else(genesis);
    let mut walk = Walk::new(start.clone());
    let mut heads: BTreeMap<u64, Vec<&Head>> = BTreeMap::new();
    for head in known_heads.iter().chain(checkpoint) {
        heads.entry(head.size.get()).or_default().push(head);
    }
    walk.compare_heads(start.size, &start.hash, &heads);
    for record in log {
        if walk.step(record) {
            walk.compare_heads(record.sequence, &record.hash, &heads);
        }
    }
    if let Some(fault) = fault {
        walk.unreadable(fault);
    }
    let greatest = known_heads.iter().max_by_key(|head| head.size);
    if let Some(head) = greatest.filter(|head| fault.is_none() && head.size.get() > walk.last) {
        walk.truncated(head);
    }
    let proven =
        known_heads.iter().filter(|head| head.size.get() >= start.size.get()).max_by_key(|head| head.size);
    let mut missing = Vec::new();
    let verdict = match proven {
        _ if !walk.breaks.is_empty() => ChainVerdict::Broken,
        Some(head) if head.size.get() == walk.last => ChainVerdict::Whole,
        _ => ChainVerdict::Prefix,
    };
    let mut reasons = std::mem::take(&mut walk.breaks);
    match (verdict, proven) {
        (ChainVerdict::Whole, _) => reasons.push(walk.info(
            code::CHAIN_WHOLE,
            Severity::Info,
            format!("every entry up to {} follows from the one before, and the head is a known one", walk.last),
        )),
        (ChainVerdict::Prefix, Some(head)) => reasons.push(walk.info(
            code::BEYOND_KNOWN_HEAD,
            Severity::Info,
            format!(
                "the log is whole up to the known head at entry {}; nothing proves that its {} later ones are all",
                head.size,
                walk.last.saturating_sub(head.size.get())
            ),
        )),
        _ => {}
    }
    if proven.is_none() {
        missing.push("knownHeads".to_owned());
        reasons.push(walk.info(
            code::NO_KNOWN_HEAD,
            Severity::Warning,
            format!("no known head: nothing proves that the log does not go on after entry {}", walk.last),
        ));
    }
    for head in known_heads.iter().filter(|head| head.size.get() < start.size.get()) {
        reasons.push(walk.info(
            code::HEAD_BEFORE_START,
            Severity::Warning,
            format!(
                "the known head at entry {} is older than the log, which starts after entry {}",
                head.size, start.size
            ),
        ));
    }
    Ok(ChainCheck {
        verdict,
        valid_up_to: Count::new(walk.valid)?,
        complete_up_to: walk.anchored.map(Count::new).transpose()?,
        starts_after: start.size,
        broken_at: walk.broken_at.map(Count::new).transpose()?,
        first_missing: walk.first_missing.map(Count::new).transpose()?,
        first_present: walk.first_present,
        line: fault.map(|fault| fault.line),
        head: walk.head,
        reasons,
        missing,
        policy_digest: crate::digest::of(&Anchors { known_heads, checkpoint })?,
    })
}

/// The state of the check after some entries.
struct Walk {
    /// The greatest sequence number so far, and the hash of its record.
    last: u64,
    previous: String,
    /// The entries up to here have no break, and the head of them.
    valid: u64,
    head: Head,
    /// The size of the greatest known head that was met before any break.
    anchored: Option<u64>,
    start: u64,
    broken_at: Option<u64>,
    first_missing: Option<u64>,
    first_present: Option<Count>,
    breaks: Vec<Reason>,
}

impl Walk {
    fn new(start: Head) -> Self {
        let size = start.size.get();
        Self {
            last: size,
            previous: start.hash.clone(),
            valid: size,
            head: start,
            anchored: None,
            start: size,
            broken_at: None,
            first_missing: None,
            first_present: None,
            breaks: Vec::new(),
        }
    }

    /// Checks the next record. Returns whether its number is greater than all before.
    fn step(&mut self, record: &LogRecord) -> bool {
        let (at, expected) = (record.sequence.get(), self.last.saturating_add(1));
        if at < expected {
            let last = self.last;
            let text =
                format!("entry {at} comes after entry {last}: entries were moved, repeated or inserted");
            self.add(code::OUT_OF_ORDER, at, text);
        } else if at > expected
            && self.last == self.start
            && self.first_present.is_none()
            && self.broken_at.is_none()
        {
            self.first_present = Some(record.sequence);
            let text = format!(
                "the log starts with entry {at}: expected entry {expected}, or a checkpoint of size {}",
                at.saturating_sub(1)
            );
            self.add(code::MISSING_BEGINNING, expected, text);
        } else if at > expected {
            let text = match at.saturating_sub(1) {
                last if last == expected => {
                    format!("entry {expected} is missing: entry {at} comes after entry {}", self.last)
                }
                last => format!(
                    "entries {expected} to {last} are missing: entry {at} comes after entry {}",
                    self.last
                ),
            };
            self.first_missing.get_or_insert(expected);
            self.add(code::SEQUENCE_GAP, expected, text);
        } else if record.previous != self.previous {
            let text = match self.last {
                0 => format!(
                    "entry {at} does not start the log: its previous hash is not that of an empty log"
                ),
                last => format!(
                    "entry {at} does not follow from entry {last}: one of them was changed or replaced"
                ),
            };
            self.add(code::LINK_MISMATCH, at, text);
        }
        if record.content_hash() != record.hash {
            let text = format!("entry {at} was changed: its hash is not that of its content");
            self.add(code::HASH_MISMATCH, at, text);
        }
        if at < expected {
            return false;
        }
        self.last = at;
        self.previous.clone_from(&record.hash);
        if self.broken_at.is_none() {
            self.valid = at;
            self.head = Head { size: record.sequence, hash: record.hash.clone() };
        }
        true
    }

    /// Compares the known heads of this size with the hash in the log.
    fn compare_heads(&mut self, size: Count, hash: &str, heads: &BTreeMap<u64, Vec<&Head>>) {
        let Some(heads) = heads.get(&size.get()) else { return };
        if heads.iter().all(|head| head.hash == hash) {
            if self.broken_at.is_none() {
                self.anchored = Some(size.get());
            }
            return;
        }
        if self.broken_at.is_none() {
            // Every entry up to this one may have been rewritten, except those that a smaller head vouches for.
            self.valid = self.anchored.unwrap_or(self.start).min(size.get().saturating_sub(1));
        }
        let text = match self.anchored {
            Some(anchored) => {
                format!("entry {size} is not that of the known head: an entry after {anchored} was rewritten")
            }
            None => {
                format!("entry {size} is not that of the known head: it or an entry before it was rewritten")
            }
        };
        self.add(code::HEAD_MISMATCH, size.get(), text);
    }

    fn truncated(&mut self, head: &Head) {
        let (last, missing) = (self.last, self.last.saturating_add(1));
        self.first_missing.get_or_insert(missing);
        let range = match head.size.get() {
            size if size == missing => format!("entry {missing} is missing"),
            size => format!("entries {missing} to {size} are missing"),
        };
        let evidence = Evidence {
            observed: Some(Count::new(last).unwrap_or_default().as_f64()),
            threshold: Some(head.size.as_f64()),
            unit: Some("1".to_owned()),
            ..Evidence::default()
        };
        let text = format!("the log ends at entry {last}, the known head is at entry {}: {range}", head.size);
        self.add(code::TRUNCATED, missing, text);
        if let Some(reason) = self.breaks.last_mut().filter(|reason| reason.code == code::TRUNCATED) {
            reason.evidence = evidence;
        }
        let text = format!(
            "the head of the log is at entry {last}, the known one at entry {}: entries were cut off, or removed and the \
             rest rewritten",
            head.size
        );
        self.add(code::HEAD_MISMATCH, head.size.get(), text);
    }

    fn unreadable(&mut self, fault: &LineFault) {
        let LineFault { line, cut_off, text } = fault;
        let (code, text) = match cut_off {
            true => {
                (code::LINE_CUT_OFF, format!("line {line} is cut off: its writing was interrupted ({text})"))
            }
            false => (code::LINE_UNREADABLE, format!("line {line} is not an entry: {text}")),
        };
        if self.breaks.len() < MOST_BREAKS {
            self.breaks.push(Reason::new(code, Severity::Error, format!("line {line}"), text));
        }
        self.broken_at.get_or_insert(self.last.saturating_add(1));
    }

    fn add(&mut self, code: ReasonCode, at: u64, text: String) {
        if self.breaks.len() < MOST_BREAKS {
            self.breaks.push(Reason::new(code, Severity::Error, format!("entry {at}"), text));
        }
        self.broken_at.get_or_insert(at);
    }

    fn info(&self, code: ReasonCode, severity: Severity, text: String) -> Reason {
        let entries = Count::new(self.last.saturating_sub(self.start)).unwrap_or_default();
        Reason::new(code, severity, "log", text).with(Evidence { n: Some(entries), ..Evidence::default() })
    }
}

/// Whether a log is whole, made by [`verify_chain`] and [`verify_log`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ChainCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainCheck {
    /// Whether it is whole.
    pub verdict: ChainVerdict,
    /// The last entry before the first break; the last entry of the log if there is none. Entries up to here follow from
    /// one another. If a known head does not match, only those that a smaller known head proves.
    pub valid_up_to: Count,
    /// The entry up to which a known head proves that nothing is missing or changed; absent if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_up_to: Option<Count>,
    /// The size of the checkpoint after which the log starts; 0 for a log from its first entry on.
    pub starts_after: Count,
    /// The entry of the first break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<Count>,
    /// The first entry that is missing in the middle or at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_missing: Option<Count>,
    /// The first entry that is there, if the beginning is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_present: Option<Count>,
    /// The first line that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Count>,
    /// The head of the entries before the first break. Append to it only if the verdict is not `broken`.
    pub head: Head,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// `knownHeads` if no known head is as late as the start of the log.
    pub missing: Vec<String>,
    /// The digest of the known heads and the checkpoint.
    pub policy_digest: String,
}

/// Whether a log is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ChainVerdict", rename_all = "snake_case")]
pub enum ChainVerdict {
    /// No entry was changed or removed, and the log ends with a known head.
    Whole,
    /// No entry of those that are there was changed, but later ones may be missing: the log goes on after the last known
    /// head, or there is none.
    Prefix,
    /// An entry was changed, removed, inserted or moved, or a line cannot be read.
    Broken,
}

/// Writes the check of a log as text for a person.
///
/// ```
/// use relcore::audit::{explain_chain, verify_chain};
/// assert!(explain_chain(&verify_chain(&[], &[], None)?).starts_with("PREFIX"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_chain(check: &ChainCheck) -> String {
    check.explain()
}

/// The consequence of the check of a log for its caller: `proceed` if a known head is in it, `ask` if it is broken or no
/// head is known.
///
/// ```
/// use relcore::audit::{genesis, outcome_of_chain, verify_chain};
/// use relcore::decision::Outcome;
/// assert_eq!(outcome_of_chain(&verify_chain(&[], &[genesis()], None)?), Outcome::Proceed);
/// // Pitfall: without a known head the log may be a part of the one that was written.
/// assert_eq!(outcome_of_chain(&verify_chain(&[], &[], None)?), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_chain(check: &ChainCheck) -> Outcome {
    Explain::outcome(check)
}

impl fmt::Display for ChainCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.explain().trim_end())
    }
}

impl Explain for ChainCheck {
    fn headline(&self) -> String {
        let valid = self.valid_up_to;
        match (self.verdict, self.broken_at, self.complete_up_to) {
            (ChainVerdict::Whole, ..) => format!("WHOLE: nothing was changed or removed up to entry {valid}"),
            (ChainVerdict::Prefix, _, Some(complete)) => {
                format!("PREFIX: whole up to entry {complete}, valid up to entry {valid}")
            }
            (ChainVerdict::Prefix, ..) => {
                format!("PREFIX: valid up to entry {valid}, completeness is not proven")
            }
            (ChainVerdict::Broken, Some(at), _) => format!("BROKEN at entry {at}: valid up to entry {valid}"),
            (ChainVerdict::Broken, ..) => format!("BROKEN: valid up to entry {valid}"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ChainVerdict::Whole => Outcome::Proceed,
            ChainVerdict::Prefix if self.missing.is_empty() => Outcome::Proceed,
            ChainVerdict::Prefix | ChainVerdict::Broken => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<crate::time::Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
