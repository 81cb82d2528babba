//! Decisions in a log, made again.
use super::code;
use super::hash::{sha256, to_hex};
use super::record::{Entry, LogRecord};
use crate::decision::{Explain, Outcome};
use crate::digest::canonical_json;
use crate::error::{Error, ErrorKind, Result, join, shortened};
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use std::fmt;

/// The kind of the entries that [`record_decision`] makes and [`replay`] makes again: `decision`.
pub const DECISION_KIND: &str = "decision";

/// Makes a decision and the entry for it: which function was asked, with what, and what it answered.
///
/// `function_name` is qualified, as `canary.next_action`, and `input` is the JSON object of the function's arguments. The entry has all that
/// [`replay`] needs to make the decision again: the policy, the facts and the time are part of the arguments.
///
/// ```
/// use relcore::{Timestamp, api, audit};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let input = r#"{"subject": {}, "policy": {}, "now": "2026-11-23T09:00:00Z"}"#;
/// let entry = audit::record_decision(at, "window.status", input, api::call_json)?;
/// assert_eq!(entry.kind, audit::DECISION_KIND);
/// // Pitfall: a call that is refused is no decision, and leaves no entry.
/// assert!(audit::record_decision(at, "window.status", "{}", api::call_json).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_function`, and whatever the function refuses.
pub fn record_decision(
    at: Timestamp,
    function_name: &str,
    input: &str,
    mut calls: impl FnMut(&str, &str) -> Result<String>,
) -> Result<Entry> {
    let result = calls(function_name, input)?;
    let name = serde_json::to_string(function_name).unwrap_or_default(); // a text has JSON
    let data = format!(r#"{{"call":{name},"input":{input},"result":{result}}}"#);
    Ok(Entry::new(at, DECISION_KIND, canonical_json(&data)?))
}

/// Makes every decision of a log again and compares the result with what the log says, bit for bit.
///
/// A decision is an entry of the kind [`DECISION_KIND`], as [`record_decision`] makes it; other entries are skipped. A decision
/// is a pure function of what it was asked with, so a difference means that the entry was made otherwise, by another version
/// of relcore, or changed. The chain of the log is not checked here: [`verify_chain`](super::verify_chain) does so.
///
/// Each policy is checked and digested once, however many decisions were made under it, as long as the policies of a function
/// are at most 1 MiB.
///
/// ```
/// use relcore::{Timestamp, api, audit};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let input = r#"{"subject": {}, "policy": {}, "now": "2026-11-23T09:00:00Z"}"#;
/// let entry = audit::record_decision(at, "window.status", input, api::call_json)?;
/// let mut record = audit::append(&audit::genesis(), &entry)?;
/// let mut calls = api::PreparedCalls::default(); // `api::call_json` would prepare the policy at every decision
/// let replay = audit::replay(&[record.clone()], |function, input| calls.call_json(function, input));
/// assert_eq!(replay.verdict, audit::ReplayVerdict::Agrees);
///
/// record.data = record.data.replace("\"verdict\":\"open\"", "\"verdict\":\"closed\"");
/// let replay = audit::replay(&[record], api::call_json);
/// assert_eq!(replay.first_difference.map(|found| found.path), Some("verdict".to_owned()));
/// // Pitfall: a log without decisions proves nothing.
/// assert_eq!(audit::replay(&[], api::call_json).verdict, audit::ReplayVerdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
pub fn replay(log: &[LogRecord], mut calls: impl FnMut(&str, &str) -> Result<String>) -> Replay {
    let decisions: Vec<&LogRecord> = log.iter().filter(|record| record.kind == DECISION_KIND).collect();
    let (mut replayed, mut unreadable) = (0_usize, 0_usize);
    let (mut first_difference, mut reasons) = (None, Vec::new());
    for &record in &decisions {
        let (code, severity, text) = match replayed_again(record, &mut calls) {
            Again::Agrees => {
                replayed = replayed.saturating_add(1);
                continue;
            }
            Again::Unreadable(error) => {
                unreadable = unreadable.saturating_add(1);
                let text = format!("entry {} cannot be replayed: {error}", record.sequence);
                (code::DECISION_UNREADABLE, Severity::Warning, text)
            }
            Again::Differs(difference) => {
                replayed = replayed.saturating_add(1);
                let Difference { sequence, function_name, path, recorded, replayed } = &difference;
                let path = if path.is_empty() { "the result" } else { path };
                let text = format!(
                    "`{function_name}` of entry {sequence}: {path} is `{replayed}`, the log says `{recorded}`"
                );
                first_difference.get_or_insert(difference);
                (code::DECISION_DIFFERS, Severity::Critical, text)
            }
        };
        if reasons.len() < MOST_REASONS {
            reasons.push(Reason::new(code, severity, record.sequence.to_string(), text));
        }
    }
    let verdict = match (&first_difference, replayed, unreadable) {
        (Some(_), ..) => ReplayVerdict::Differs,
        (None, 1.., 0) => ReplayVerdict::Agrees,
        _ => ReplayVerdict::Inconclusive,
    };
    let evidence = Evidence { n: Some(Count::of(replayed)), ..Evidence::default() };
    if verdict == ReplayVerdict::Agrees {
        let text = "every decision of the log has the same result again".to_owned();
        reasons.push(Reason::new(code::DECISIONS_AGREE, Severity::Info, "log", text).with(evidence));
    } else if decisions.is_empty() {
        let text = "the log has no decision".to_owned();
        reasons.push(Reason::new(code::NO_DECISIONS, Severity::Warning, "log", text).with(evidence));
    }
    let missing = if decisions.is_empty() { vec!["decisions".to_owned()] } else { Vec::new() };
    let data: Vec<&[u8]> = decisions.iter().map(|record| record.data.as_bytes()).collect();
    Replay {
        verdict,
        replayed: Count::of(replayed),
        skipped: Count::of(log.len().saturating_sub(decisions.len())),
        unreadable: Count::of(unreadable),
        first_difference,
        reasons,
        missing,
        policy_digest: format!("sha256:{}", to_hex(&sha256(&data))),
    }
}

/// The largest number of reasons about entries: more do not help a person.
const MOST_REASONS: usize = 100;

/// What an entry has of a decision; its result is canonical, as all of the entry's data.
#[derive(Deserialize)]
struct Decision<'a> {
    call: String,
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(borrow)]
    result: &'a RawValue,
}

enum Again {
    Agrees,
    Differs(Difference),
    Unreadable(Error),
}

fn replayed_again(record: &LogRecord, calls: &mut impl FnMut(&str, &str) -> Result<String>) -> Again {
    let decision: Decision<'_> = match serde_json::from_str(&record.data) {
        Ok(decision) => decision,
        Err(fault) => return Again::Unreadable(Error::new(ErrorKind::Syntax, "data", fault.to_string())),
    };
    let difference = |path: String, recorded: &str, replayed: &str| {
        Again::Differs(Difference {
            sequence: record.sequence,
            function_name: decision.call.clone(),
            path,
            recorded: shortened(recorded).to_string(),
            replayed: shortened(replayed).to_string(),
        })
    };
    let again = match calls(&decision.call, decision.input.get()) {
        Ok(again) => canonical_json(&again),
        Err(error) if error.kind() == ErrorKind::UnknownFunction => return Again::Unreadable(error),
        // What was decided then is refused now.
        Err(error) => return difference(String::new(), decision.result.get(), &error.to_string()),
    };
    let again = match again {
        Ok(again) => again,
        Err(error) => return Again::Unreadable(error),
    };
    if again == decision.result.get() {
        return Again::Agrees;
    }
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (path, recorded, replayed) =
        first_difference(&value(decision.result.get()), &value(&again), String::new());
    difference(path, &recorded, &replayed)
}

/// The path and the texts of the first values that differ, in the order of canonical JSON.
fn first_difference(recorded: &Value, replayed: &Value, path: String) -> (String, String, String) {
    let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match (recorded, replayed) {
        (Value::Object(recorded), Value::Object(replayed)) => {
            let mut keys: Vec<&String> = recorded.keys().chain(replayed.keys()).collect();
            keys.sort_unstable();
            for key in keys {
                let path = join(&path, key);
                match (recorded.get(key), replayed.get(key)) {
                    (Some(recorded), Some(replayed)) if recorded == replayed => {}
                    (Some(recorded), Some(replayed)) => return first_difference(recorded, replayed, path),
                    (recorded, replayed) => return (path, text(recorded), text(replayed)),
                }
            }
        }
        (Value::Array(recorded), Value::Array(replayed)) => {
            for index in 0..recorded.len().max(replayed.len()) {
                let path = format!("{path}[{index}]");
                match (recorded.get(index), replayed.get(index)) {
                    (Some(recorded), Some(replayed)) if recorded == replayed => {}
                    (Some(recorded), Some(replayed)) => return first_difference(recorded, replayed, path),
                    (recorded, replayed) => return (path, text(recorded), text(replayed)),
                }
            }
        }
        _ => {}
    }
    (path, text(Some(recorded)), text(Some(replayed)))
}

/// The decisions of a log, made again by [`replay`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.Replay", rename_all = "camelCase", deny_unknown_fields)]
pub struct Replay {
    /// Whether the results are those of the log.
    pub verdict: ReplayVerdict,
    /// The number of decisions that were made again.
    pub replayed: Count,
    /// The number of entries that are no decisions.
    pub skipped: Count,
    /// The number of decisions that cannot be made again.
    pub unreadable: Count,
    /// The first difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_difference: Option<Difference>,
    /// The reasons: for each of the first 100 entries that differ or cannot be read, or for the whole log. Never empty.
    pub reasons: Vec<Reason>,
    /// `decisions` if the log has none.
    pub missing: Vec<String>,
    /// The digest of what was replayed: the data of the decisions, one after another.
    pub policy_digest: String,
}

/// A decision that has another result than the log says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.Difference", rename_all = "camelCase", deny_unknown_fields)]
pub struct Difference {
    /// The number of the entry.
    pub sequence: Count,
    /// The qualified name of the function that was asked.
    pub function_name: String,
    /// The path of the first value in the result that differs; empty if the call is refused now.
    pub path: String,
    /// What the log has there, as JSON, shortened; `nothing` if it has none.
    pub recorded: String,
    /// What the function returns there now, or its error.
    pub replayed: String,
}

/// Whether past decisions have the same results again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ReplayVerdict", rename_all = "snake_case")]
pub enum ReplayVerdict {
    /// Every decision has the result that the log says.
    Agrees,
    /// A decision has another result.
    Differs,
    /// The log has no decision, or one that cannot be made again, and no other one differs.
    Inconclusive,
}

/// Writes the replay of a log as text for a person.
///
/// ```
/// let replay = relcore::audit::replay(&[], relcore::api::call_json);
/// assert!(relcore::audit::explain_replay(&replay).starts_with("INCONCLUSIVE"));
/// ```
#[must_use]
pub fn explain_replay(replay: &Replay) -> String {
    replay.explain()
}

/// The consequence of a replay for its caller: `proceed` if all agree, otherwise `ask`.
///
/// ```
/// use relcore::{audit, decision::Outcome};
/// // Pitfall: a log without decisions is not one whose decisions agree.
/// assert_eq!(audit::outcome_of_replay(&audit::replay(&[], relcore::api::call_json)), Outcome::Ask);
/// ```
#[must_use]
pub fn outcome_of_replay(replay: &Replay) -> Outcome {
    Explain::outcome(replay)
}

/// The text of [`explain_replay`].
impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Replay {
    fn headline(&self) -> String {
        let count = self.replayed;
        match (self.verdict, &self.first_difference) {
            (ReplayVerdict::Agrees, _) => format!("AGREES: {count} decisions have the same results again"),
            (ReplayVerdict::Differs, Some(first)) => format!("DIFFERS at entry {}", first.sequence),
            (ReplayVerdict::Differs, None) => "DIFFERS".to_owned(),
            (ReplayVerdict::Inconclusive, _) => {
                format!("INCONCLUSIVE: {count} decisions replayed, {} not", self.unreadable)
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ReplayVerdict::Agrees => Outcome::Proceed,
            ReplayVerdict::Differs | ReplayVerdict::Inconclusive => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
