use super::{Version, maven};
use crate::error::{Error, ErrorKind, Result, quoted};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::str::FromStr as _;

/// A way to write and order versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Semantic Versioning 2.0.0, as Cargo and npm: `1.3.0-rc.1`.
    #[default]
    Semver,
    /// PEP 440, as Python: `1.3.0rc1`.
    Pep440,
    /// Maven: `1.3.0-rc-1`, where any text is a version.
    Maven,
    /// Numbers between dots, perhaps with leading zeros, as calendar versions: `21.04.2`.
    Calver,
}

/// The order of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The first is lower.
    Less,
    /// Neither is lower.
    Equal,
    /// The first is greater.
    Greater,
}

/// Compares two versions of a scheme.
///
/// ```
/// use relcore::version::{Order, Scheme, compare};
/// assert_eq!(compare("1.0.0-rc.2", "1.0.0-rc.10", &Scheme::Semver)?, Order::Less);
/// assert_eq!(compare("0.5.2a1", "0.5.2", &Scheme::Pep440)?, Order::Less);
/// // Pitfall: a word that Maven does not know makes a version greater than its release.
/// assert_eq!(compare("1.0.0-preview", "1.0.0", &Scheme::Maven)?, Order::Greater);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a text that is no version of the scheme: `1.0` in `semver`, `1.0-x` in `pep440`, `v1` in `calver`.
pub fn compare(a: &str, b: &str, scheme: &Scheme) -> Result<Order> {
    let at = |path: &'static str| move |error: Error| error.under(path);
    let order = match scheme {
        Scheme::Semver => {
            let (a, b) = (Version::parse(a).map_err(at("a"))?, Version::parse(b).map_err(at("b"))?);
            a.0.cmp_precedence(&b.0)
        }
        Scheme::Pep440 => pep440(a).map_err(at("a"))?.cmp(&pep440(b).map_err(at("b"))?),
        Scheme::Maven => maven::compare(a, b),
        Scheme::Calver => numbers(a).map_err(at("a"))?.cmp(&numbers(b).map_err(at("b"))?),
    };
    Ok(match order {
        Ordering::Less => Order::Less,
        Ordering::Equal => Order::Equal,
        Ordering::Greater => Order::Greater,
    })
}

/// The order of two texts that are versions of a scheme.
pub(crate) fn order(a: &str, b: &str, scheme: Scheme) -> Ordering {
    match compare(a, b, &scheme) {
        Ok(Order::Less) => Ordering::Less,
        Ok(Order::Greater) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Sorts by an order of versions, by merging runs. The sorts of std may panic where an order has cycles, as Maven's has.
pub(crate) fn sorted<T>(list: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut runs: VecDeque<Vec<T>> = list.into_iter().map(|one| vec![one]).collect();
    while let Some(first) = runs.pop_front() {
        let Some(second) = runs.pop_front() else { return first };
        let mut merged = Vec::with_capacity(first.len().saturating_add(second.len()));
        let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
        while let (Some(a), Some(b)) = (first.peek(), second.peek()) {
            let is_second = order(a, b) == Ordering::Greater;
            merged.extend(if is_second { second.next() } else { first.next() });
        }
        merged.extend(first.chain(second));
        runs.push_back(merged);
    }
    Vec::new()
}

pub(crate) fn pep440(text: &str) -> Result<pep440_rs::Version> {
    pep440_rs::Version::from_str(text).map_err(|_| {
        let text = format!("{} is not a version of PEP 440: expected one like `1.3.0rc1`", quoted(text));
        Error::new(ErrorKind::InvalidValue, "", text)
    })
}

/// The numbers of a calendar version, without zeros at the end.
pub(crate) fn numbers(text: &str) -> Result<Vec<u64>> {
    let read: Option<Vec<u64>> = text
        .split('.')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect();
    let mut numbers = read.ok_or_else(|| {
        let text = format!("{} is not a calendar version: expected numbers like `2026.11.3`", quoted(text));
        Error::new(ErrorKind::InvalidValue, "", text)
    })?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Ok(numbers)
}

/// A version in another scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rendering {
    /// The text in the other scheme.
    pub text: String,
    /// What differs, as the text is published under another name than the tag.
    pub changes: Vec<RenderingChange>,
}

/// What a rendering changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum RenderingChange {
    /// A leading zero, which Semantic Versioning forbids, was removed: `21.04.2` is `21.4.2`.
    LeadingZero,
    /// A third number was added: `2026.11` is `2026.11.0`.
    Padded,
    /// The label has another name: `beta.1` is `b1`.
    Label,
    /// Build metadata was dropped, which the scheme does not have.
    BuildDropped,
}

/// Writes a version in another scheme.
///
/// ```
/// use relcore::version::{RenderingChange, Scheme, render};
/// assert_eq!(render("1.3.0-rc.1", &Scheme::Semver, &Scheme::Pep440)?.text, "1.3.0rc1");
/// assert_eq!(render("1.3.0b2", &Scheme::Pep440, &Scheme::Semver)?.text, "1.3.0-beta.2");
/// // Pitfall: npm and Cargo publish this under another text than the tag has.
/// let npm = render("21.04.2", &Scheme::Calver, &Scheme::Semver)?;
/// assert_eq!((npm.text.as_str(), npm.changes[0]), ("21.4.2", RenderingChange::LeadingZero));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a text that is no version of `scheme`, and for one that `target` cannot say: a label `canary.1` in PEP 440
/// or Maven, an epoch, a post release or four numbers in Semantic Versioning, a prerelease in `calver`.
pub fn render(text: &str, scheme: &Scheme, target: &Scheme) -> Result<Rendering> {
    let (from, to) = (*scheme, *target);
    let mut changes = Vec::new();
    let version = to_semver(text, from, &mut changes).map_err(|error| error.under("text"))?;
    let (label, number) = version.label();
    let text = match to {
        _ if from == to => return Ok(Rendering { text: text.to_owned(), changes: Vec::new() }),
        Scheme::Semver => version.to_string(),
        Scheme::Calver if version.is_prerelease() => return Err(unsaid(text, "a calendar version", "text")),
        Scheme::Calver => version.base().to_string(),
        Scheme::Maven => {
            let is_known = matches!(
                label,
                "" | "alpha" | "beta" | "milestone" | "m" | "rc" | "cr" | "SNAPSHOT" | "snapshot"
            );
            if !is_known {
                return Err(unsaid(text, "a version of Maven below its release", "text"));
            }
            if !version.build().is_empty() {
                changes.push(RenderingChange::BuildDropped);
            }
            version.to_string().split('+').next().unwrap_or_default().to_owned()
        }
        Scheme::Pep440 => {
            let (name, is_changed) = match label.to_ascii_lowercase().as_str() {
                "" => ("", false),
                "alpha" | "a" => ("a", true),
                "beta" | "b" => ("b", true),
                "rc" | "c" | "pre" | "preview" => ("rc", label != "rc"),
                "dev" => (".dev", false),
                _ => return Err(unsaid(text, "a version of PEP 440", "text")),
            };
            if is_changed {
                changes.push(RenderingChange::Label);
            }
            let number = if name.is_empty() { String::new() } else { number.unwrap_or_default().to_string() };
            let local =
                if version.build().is_empty() { String::new() } else { format!("+{}", version.build()) };
            format!("{}{name}{number}{}", version.base(), local.to_ascii_lowercase().replace('-', "."))
        }
    };
    Ok(Rendering { text, changes })
}

/// A version of a scheme as one of Semantic Versioning.
pub(crate) fn to_semver(text: &str, from: Scheme, changes: &mut Vec<RenderingChange>) -> Result<Version> {
    match from {
        Scheme::Semver => Version::parse(text),
        Scheme::Maven => Version::parse(text).or_else(|_| {
            let (numbers, label) = text.split_once('-').unwrap_or((text, ""));
            let base = padded(numbers, changes).ok_or_else(|| unsaid(text, "Semantic Versioning", ""))?;
            let label = label.replace('-', ".");
            let text = if label.is_empty() { base } else { format!("{base}-{label}") };
            Version::parse(&text)
        }),
        Scheme::Calver => {
            numbers(text)?;
            let base = padded(text, changes).ok_or_else(|| unsaid(text, "Semantic Versioning", ""))?;
            Version::parse(&base)
        }
        Scheme::Pep440 => {
            let version = pep440(text)?;
            let release: Vec<String> = version.release().iter().map(u64::to_string).collect();
            let base = padded(&release.join("."), changes);
            let has_more = version.epoch() != 0 || version.post().is_some();
            let pre = match (version.pre(), version.dev()) {
                (None, None) => String::new(),
                (None, Some(dev)) => format!("-dev.{dev}"),
                (Some(pre), None) => {
                    let label = match pre.kind {
                        pep440_rs::PrereleaseKind::Alpha => "alpha",
                        pep440_rs::PrereleaseKind::Beta => "beta",
                        pep440_rs::PrereleaseKind::Rc => "rc",
                    };
                    if label != "rc" {
                        changes.push(RenderingChange::Label);
                    }
                    format!("-{label}.{}", pre.number)
                }
                (Some(_), Some(_)) => return Err(unsaid(text, "Semantic Versioning", "")),
            };
            let local: Vec<String> = version.local().iter().map(ToString::to_string).collect();
            let build = if local.is_empty() { String::new() } else { format!("+{}", local.join(".")) };
            match base.filter(|_| !has_more) {
                Some(base) => Version::parse(&format!("{base}{pre}{build}")),
                None => Err(unsaid(text, "Semantic Versioning", "")),
            }
        }
    }
}

/// Three numbers without leading zeros; `None` for more.
fn padded(text: &str, changes: &mut Vec<RenderingChange>) -> Option<String> {
    let mut parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    if parts.iter().any(|part| part.len() > 1 && part.starts_with('0')) {
        changes.push(RenderingChange::LeadingZero);
    }
    if parts.len() < 3 {
        changes.push(RenderingChange::Padded);
        parts.resize(3, "0");
    }
    let plain = parts.iter().map(|part| {
        let plain = part.trim_start_matches('0');
        if plain.is_empty() { "0" } else { plain }
    });
    Some(plain.collect::<Vec<_>>().join("."))
}

fn unsaid(text: &str, scheme: &str, path: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, path, format!("{} cannot be written as {scheme}", quoted(text)))
}
