use super::record::LogRecord;
use crate::error::{ErrorKind, Result};
use crate::scalar::Count;
use crate::wire::{TypeRef, diagnosed, read_json};
use serde::{Deserialize, Serialize};

/// Reads a log: one record a line, as [`to_json`](crate::to_json) writes it.
///
/// Reading stops at the first line that is not a record. The result has every record before it, and the line. Blank lines
/// are skipped. The chain is not checked here: [`verify_chain`](super::verify_chain) does so, and
/// [`verify_log`](super::verify_log) does both.
///
/// ```
/// let log = relcore::audit::read_log("{\"sequence\": 1, \"at\": \"2026-11-2");
/// let fault = log.fault.as_ref().map(|fault| (fault.line.get(), fault.cut_off));
/// // Pitfall: a log that cannot be read is no error, so look at `fault` before using the records.
/// assert_eq!(fault, Some((1, true)));
/// assert!(log.records.is_empty());
/// ```
#[must_use]
pub fn read_log(text: &str) -> LogText {
    let mut log = LogText { records: Vec::new(), fault: None };
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim();
        if content.is_empty() {
            continue;
        }
        match read_record(content) {
            Ok(record) => log.records.push(record),
            Err(error) => {
                let cut_off = !line.ends_with('\n') && error.kind() == ErrorKind::Syntax;
                let line = Count::of(index.saturating_add(1));
                log.fault = Some(LineFault { line, cut_off, text: error.to_string() });
                break;
            }
        }
    }
    log
}

fn read_record(line: &str) -> Result<LogRecord> {
    diagnosed(read_json(line)?, TypeRef::Named("audit.LogRecord"))
}

/// A log that was read, made by [`read_log`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.LogText", rename_all = "camelCase", deny_unknown_fields)]
pub struct LogText {
    /// The records before the first line that cannot be read; all of them if there is none.
    pub records: Vec<LogRecord>,
    /// The first line that is not a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<LineFault>,
}

/// A line of a log that is not a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.LineFault", rename_all = "camelCase", deny_unknown_fields)]
pub struct LineFault {
    /// The number of the line, from 1.
    pub line: Count,
    /// Whether it is the last line and has no end: its writing was interrupted, or the file was cut off.
    pub cut_off: bool,
    /// What is wrong with it, for a person.
    pub text: String,
}
