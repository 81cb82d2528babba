use super::code;
use super::hash::from_hex;
use crate::decision::{Explain, Outcome};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::input::input;
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::wire::parse_json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The `_type` of a statement.
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The algorithms whose digests are hexadecimal digits of a known number.
const LENGTHS: &[(&str, usize)] = &[
    ("md5", 32),
    ("sha1", 40),
    ("gitCommit", 40),
    ("sha224", 56),
    ("sha256", 64),
    ("sha384", 96),
    ("sha512", 128),
];

/// Writes an in-toto Statement v1 as canonical JSON: what is said (the predicate) about which artifacts (the subjects).
///
/// The statement is not signed. Put it into a DSSE envelope with the tool that has your keys.
///
/// ```
/// use relcore::audit::{Artifact, to_statement};
/// let artifact = Artifact::new([("sha256".to_owned(), "A".repeat(64))]).name("app.tar.gz");
/// let text = to_statement(&[artifact], "https://example.com/release/v1", "{\"version\": \"1.4.0\"}")?;
/// assert!(text.starts_with("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"version\":\"1.4.0\"}"));
/// // Pitfall: a digest is written in lower case, as the specification asks.
/// assert!(text.contains(&"a".repeat(64)));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `missing_field` for no subject, or a subject without a digest; `invalid_value` for a digest that is not hexadecimal
/// digits of the length of its algorithm (`sha256`: 64), an empty name, a predicate type that is no URI (`release`), and
/// a predicate that is not an object (`[1]`); `syntax` at `predicate` for text that is not JSON.
pub fn to_statement(subjects: &[Artifact], predicate_type: &str, predicate: &str) -> Result<String> {
    let mut faults = Faults::new();
    check_artifacts(subjects, "subjects", &mut faults);
    for (index, subject) in subjects.iter().enumerate() {
        for (algorithm, digest) in &subject.digest {
            let length = LENGTHS.iter().find(|(name, _)| name == algorithm).map(|(_, length)| *length);
            faults.check(
                length.is_none_or(|length| digest.len() == length && from_hex(digest).is_some()),
                ErrorKind::InvalidValue,
                format_args!("subjects[{index}].digest.{}", shortened(algorithm)),
                format_args!("{} is not {} hexadecimal digits", quoted(digest), length.unwrap_or_default()),
            );
        }
    }
    faults.check(
        predicate_type.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty()),
        ErrorKind::InvalidValue,
        format_args!("predicateType"),
        format_args!(
            "{} is no URI: expected one like `https://example.com/release/v1`",
            quoted(predicate_type)
        ),
    );
    let content = faults.absorb(parse_json(predicate).map_err(|error| error.under("predicate")));
    faults.check(
        content.as_ref().is_none_or(Value::is_object),
        ErrorKind::InvalidValue,
        format_args!("predicate"),
        format_args!("is not a JSON object"),
    );
    faults.finish()?;
    let subject = |artifact: &Artifact| {
        let digest = |(algorithm, digest): (&String, &String)| {
            let is_hex = LENGTHS.iter().any(|(name, _)| name == algorithm);
            (
                algorithm.clone(),
                Value::String(if is_hex { digest.to_ascii_lowercase() } else { digest.clone() }),
            )
        };
        let digest: Map<String, Value> = artifact.digest.iter().map(digest).collect();
        match &artifact.name {
            Some(name) => json!({ "name": name, "digest": digest }),
            None => json!({ "digest": digest }),
        }
    };
    let statement = json!({
        "_type": STATEMENT_TYPE,
        "subject": subjects.iter().map(subject).collect::<Vec<_>>(),
        "predicateType": predicate_type,
        "predicate": content,
    });
    crate::digest::canonical_json(&statement.to_string())
}

/// Says which artifacts a statement speaks about: for each one the subjects that match it, and whether it is accepted.
///
/// As in the specification of in-toto, an artifact matches a subject by a digest of an acceptable algorithm; the case of
/// hexadecimal digits does not matter, and a name is no evidence. One step is stricter: if another acceptable algorithm
/// contradicts, the subject does not match. The signature is checked before, by the tool that knows the keys.
///
/// ```
/// use relcore::audit::{Artifact, match_statement, to_statement};
/// let built = Artifact::new([("sha256".to_owned(), "a".repeat(64))]).name("app.tar.gz");
/// let text = to_statement(&[built], "https://example.com/release/v1", "{}")?;
/// let renamed = Artifact::new([("sha256".to_owned(), "A".repeat(64))]).name("renamed.tgz");
/// let check = match_statement(&text, &[renamed], &["sha256".to_owned()])?;
/// assert_eq!(check.artifacts[0].matched, ["app.tar.gz"]);
///
/// // Pitfall: another file of the same name is not the one that the statement is about.
/// let other = Artifact::new([("sha256".to_owned(), "b".repeat(64))]).name("app.tar.gz");
/// assert!(!match_statement(&text, &[other], &["sha256".to_owned()])?.artifacts[0].accepted);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` at `statement` for text that is not JSON; `invalid_value` at `statement._type` for anything but Statement v1;
/// `missing_field` and `wrong_type` for a statement without a predicate type or subjects with digests; `missing_field` for
/// no artifact, an artifact without a digest, or no acceptable algorithm.
pub fn match_statement(
    statement: &str,
    artifacts: &[Artifact],
    algorithms: &[String],
) -> Result<StatementCheck> {
    let mut faults = Faults::new();
    let parsed = faults.absorb(ReadStatement::read(statement).map_err(|error| error.under("statement")));
    check_artifacts(artifacts, "artifacts", &mut faults);
    faults.check(
        !algorithms.is_empty(),
        ErrorKind::MissingField,
        format_args!("algorithms"),
        format_args!("is empty: expected an acceptable algorithm like `sha256`"),
    );
    faults.finish()?;
    let statement = parsed.unwrap_or_default();
    let mut reasons = Vec::new();
    let mut matches = Vec::with_capacity(artifacts.len());
    for (index, artifact) in artifacts.iter().enumerate() {
        let name = artifact.name.clone().unwrap_or_else(|| format!("artifacts[{index}]"));
        let (mut matched, mut contradicted) = (Vec::new(), false);
        for subject in &statement.subjects {
            match compare(artifact, subject, algorithms) {
                Agreement::Same => matched.push(subject.name.clone()),
                Agreement::Contradicts => contradicted = true,
                Agreement::None => {}
            }
        }
        let has_acceptable = algorithms.iter().any(|algorithm| artifact.digest.contains_key(algorithm));
        let accepted = !matched.is_empty();
        let (code, severity, text) = if accepted {
            let text = format!("the statement is about `{name}`: its digest is that of a subject");
            (code::SUBJECT_MATCHES, Severity::Info, text)
        } else if contradicted {
            let text =
                format!("one digest of `{name}` is that of a subject, another contradicts: it is rejected");
            (code::DIGESTS_CONTRADICT, Severity::Error, text)
        } else if has_acceptable {
            let text = format!("the statement is not about `{name}`: no subject has its digest");
            (code::NO_SUBJECT_MATCHES, Severity::Error, text)
        } else {
            let text = format!("`{name}` has no digest of an acceptable algorithm: it is rejected");
            (code::NO_ACCEPTABLE_DIGEST, Severity::Error, text)
        };
        let evidence = Evidence { n: Some(Count::of(matched.len())), ..Evidence::default() };
        reasons.push(Reason::new(code, severity, name, text).with(evidence));
        matches.push(ArtifactMatch { name: artifact.name.clone(), matched, accepted });
    }
    let all = matches.iter().all(|artifact| artifact.accepted);
    Ok(StatementCheck {
        verdict: if all { StatementVerdict::Accepted } else { StatementVerdict::Rejected },
        predicate_type: statement.predicate_type,
        artifacts: matches,
        reasons,
        policy_digest: crate::digest::of(&json!({ "algorithms": algorithms }))?,
    })
}

fn check_artifacts(artifacts: &[Artifact], path: &str, faults: &mut Faults) {
    faults.check(
        !artifacts.is_empty(),
        ErrorKind::MissingField,
        format_args!("{path}"),
        format_args!("is empty: expected an artifact"),
    );
    for (index, artifact) in artifacts.iter().enumerate() {
        faults.check(
            !artifact.digest.is_empty(),
            ErrorKind::MissingField,
            format_args!("{path}[{index}].digest"),
            format_args!("is empty: expected a digest like `sha256`"),
        );
        faults.check(
            artifact.name.as_ref().is_none_or(|name| !name.trim().is_empty()),
            ErrorKind::InvalidValue,
            format_args!("{path}[{index}].name"),
            format_args!("is empty: expected a name, or no `name`"),
        );
        for (algorithm, digest) in &artifact.digest {
            faults.check(
                !algorithm.trim().is_empty() && !digest.trim().is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}[{index}].digest.{}", shortened(algorithm)),
                format_args!("is empty: expected an algorithm and its digest"),
            );
        }
    }
}

enum Agreement {
    Same,
    Contradicts,
    None,
}

/// Compares the digests of the acceptable algorithms that both have.
fn compare(artifact: &Artifact, subject: &Subject, algorithms: &[String]) -> Agreement {
    let (mut same, mut different) = (false, false);
    for algorithm in algorithms {
        let (Some(left), Some(right)) = (artifact.digest.get(algorithm), subject.digest.get(algorithm))
        else {
            continue;
        };
        match (decoded(algorithm, left), decoded(algorithm, right)) {
            (Some(left), Some(right)) if left == right => same = true,
            _ => different = true,
        }
    }
    match (same, different) {
        (true, false) => Agreement::Same,
        (true, true) => Agreement::Contradicts,
        (false, _) => Agreement::None,
    }
}

/// The bytes of a digest; `None` if it is not one of its algorithm.
fn decoded(algorithm: &str, digest: &str) -> Option<Vec<u8>> {
    let length = LENGTHS.iter().find(|(name, _)| *name == algorithm).map(|(_, length)| *length);
    from_hex(digest).filter(|bytes| {
        !bytes.is_empty() && length.is_none_or(|length| bytes.len().saturating_mul(2) == length)
    })
}

/// What is read of a statement. Keys that the specification does not have are ignored, as it asks.
#[derive(Default)]
struct ReadStatement {
    subjects: Vec<Subject>,
    predicate_type: String,
}

struct Subject {
    name: String,
    digest: BTreeMap<String, String>,
}

impl ReadStatement {
    fn read(text: &str) -> Result<Self> {
        let value = parse_json(text)?;
        let Some(object) = value.as_object() else {
            return Err(Error::new(
                ErrorKind::WrongType,
                "",
                "is not an object: expected an in-toto statement",
            ));
        };
        let mut faults = Faults::new();
        let kind = text_of(object, "_type", "_type", &mut faults).unwrap_or(STATEMENT_TYPE);
        faults.check(
            kind == STATEMENT_TYPE,
            ErrorKind::InvalidValue,
            format_args!("_type"),
            format_args!("{} is not supported: expected `{STATEMENT_TYPE}`", quoted(kind)),
        );
        let predicate_type = text_of(object, "predicateType", "predicateType", &mut faults);
        let mut subjects = Vec::new();
        match object.get("subject") {
            Some(Value::Array(items)) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    subjects.extend(Subject::read(item, index, &mut faults));
                }
            }
            Some(Value::Array(_)) | None => faults.add(
                ErrorKind::MissingField,
                format_args!("subject"),
                format_args!("is missing: expected a list of subjects"),
            ),
            Some(_) => {
                faults.add(ErrorKind::WrongType, format_args!("subject"), format_args!("is not a list"));
            }
        }
        let predicate_type = predicate_type.unwrap_or_default().to_owned();
        faults.finish().map(|()| Self { subjects, predicate_type })
    }
}

impl Subject {
    fn read(value: &Value, index: usize, faults: &mut Faults) -> Option<Self> {
        let Some(Value::Object(entries)) = value.get("digest") else {
            let text = format_args!("is not an object of digests");
            let kind =
                if value.get("digest").is_some() { ErrorKind::WrongType } else { ErrorKind::MissingField };
            faults.add(kind, format_args!("subject[{index}].digest"), text);
            return None;
        };
        let mut digest = BTreeMap::new();
        for algorithm in entries.keys() {
            let path = format!("subject[{index}].digest.{}", shortened(algorithm));
            if let Some(text) = text_of(entries, algorithm, &path, faults) {
                digest.insert(algorithm.clone(), text.to_owned());
            }
        }
        let name = value.get("name").and_then(Value::as_str).map(str::to_owned);
        Some(Self { name: name.unwrap_or_else(|| format!("subject[{index}]")), digest })
    }
}

fn text_of<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    path: &str,
    faults: &mut Faults,
) -> Option<&'a str> {
    let (kind, text) = match object.get(key) {
        Some(Value::String(text)) => return Some(text),
        Some(_) => (ErrorKind::WrongType, "is not text"),
        None => (ErrorKind::MissingField, "is missing"),
    };
    faults.add(kind, format_args!("{path}"), format_args!("{text}"));
    None
}

input! {
    /// A file, an image or a package, known by its digests.
    ///
    /// ```
    /// let artifact = relcore::audit::Artifact::new([("sha256".to_owned(), "a".repeat(64))]).name("app.tar.gz");
    /// assert_eq!(artifact.digest.len(), 1);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.Artifact", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Artifact {
        /// Its name, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Its digests by algorithm, as in the `DigestSet` of in-toto: `sha256` and 64 hexadecimal digits.
        pub digest: BTreeMap<String, String>,
    }
}

impl Artifact {
    /// An artifact with its digests.
    #[must_use]
    pub fn new(digest: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { name: None, digest: digest.into_iter().collect() }
    }
}

/// Which artifacts a statement is about, made by [`match_statement`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.StatementCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct StatementCheck {
    /// Whether the statement is about all artifacts.
    pub verdict: StatementVerdict,
    /// What the statement says, as the URI of the type of its predicate. Check it, too.
    pub predicate_type: String,
    /// Each artifact, in their order.
    pub artifacts: Vec<ArtifactMatch>,
    /// One reason for each artifact.
    pub reasons: Vec<Reason>,
    /// The digest of the acceptable algorithms.
    pub policy_digest: String,
}

/// Whether a statement is about an artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ArtifactMatch", rename_all = "camelCase", deny_unknown_fields)]
pub struct ArtifactMatch {
    /// The name of the artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The names of the subjects that match it; `subject[0]` for one without a name.
    pub matched: Vec<String>,
    /// Whether a subject matches it.
    pub accepted: bool,
}

/// Whether a statement is about all artifacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.StatementVerdict", rename_all = "snake_case")]
pub enum StatementVerdict {
    /// A subject matches each artifact.
    Accepted,
    /// An artifact has no subject that matches.
    Rejected,
}

/// Writes which artifacts a statement is about as text for a person.
///
/// ```
/// use relcore::audit::{Artifact, explain_statement, match_statement, to_statement};
/// let artifact = [Artifact::new([("sha256".to_owned(), "a".repeat(64))])];
/// let text = to_statement(&artifact, "https://example.com/release/v1", "{}")?;
/// let check = match_statement(&text, &artifact, &["sha256".to_owned()])?;
/// assert!(explain_statement(&check).starts_with("ACCEPTED"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_statement(check: &StatementCheck) -> String {
    check.explain()
}

/// The consequence of the check of a statement for its caller: `proceed` if it is about all artifacts, else `ask`.
///
/// ```
/// use relcore::audit::{Artifact, match_statement, outcome_of_statement, to_statement};
/// let artifact = [Artifact::new([("sha256".to_owned(), "a".repeat(64))])];
/// let text = to_statement(&artifact, "https://example.com/release/v1", "{}")?;
/// let check = match_statement(&text, &artifact, &["sha512".to_owned()])?;
/// assert_eq!(outcome_of_statement(&check), relcore::decision::Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_statement(check: &StatementCheck) -> Outcome {
    Explain::outcome(check)
}

impl fmt::Display for StatementCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.explain().trim_end())
    }
}

impl Explain for StatementCheck {
    fn headline(&self) -> String {
        let accepted = self.artifacts.iter().filter(|artifact| artifact.accepted).count();
        match self.verdict {
            StatementVerdict::Accepted => "ACCEPTED: the statement is about every artifact".to_owned(),
            StatementVerdict::Rejected => {
                format!("REJECTED: the statement is about {accepted} of {} artifacts", self.artifacts.len())
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            StatementVerdict::Accepted => Outcome::Proceed,
            StatementVerdict::Rejected => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<crate::time::Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
