//! The ranges of requirements: whether they accept a version, and how they are rewritten.
use super::package::Ecosystem;
use crate::version::Version;
use semver::VersionReq;
use std::str::FromStr as _;

/// Whether a range accepts a version. A text that is no range (`file:../a`, an address) accepts all: a release cannot break it.
pub(super) fn accepts(range: &str, version: &Version, current: &Version, ecosystem: Ecosystem) -> bool {
    let text = version.to_string();
    match ecosystem {
        Ecosystem::Pep440 => {
            let specifiers = pep440_rs::VersionSpecifiers::from_str(range);
            let version = pep440_rs::Version::from_str(&pep440_text(version));
            specifiers
                .ok()
                .zip(version.ok())
                .is_none_or(|(specifiers, version)| specifiers.contains(&version))
        }
        Ecosystem::Cargo => {
            let parsed = VersionReq::parse(range).ok().zip(semver::Version::parse(&text).ok());
            parsed.is_none_or(|(range, version)| range.matches(&version))
        }
        Ecosystem::Npm => {
            let is_workspace = range.starts_with("workspace:");
            let range = range.strip_prefix("workspace:").unwrap_or(range).trim();
            let Ok(version) = semver::Version::parse(&text) else { return true };
            match range {
                "" | "x" | "latest" => return true,
                // `workspace:*` is published as the exact version, the others with their mark.
                "*" if is_workspace => return text == current.to_string(),
                "^" | "~" => {
                    let of_current = VersionReq::parse(&format!("{range}{current}"));
                    return of_current.is_ok_and(|range| range.matches(&version));
                }
                _ => {}
            }
            let mut is_range = false;
            let is_accepted = range.split("||").any(|part| {
                let parsed = npm_part(part.trim());
                is_range |= parsed.is_some();
                parsed.is_some_and(|range| range.matches(&version))
            });
            is_accepted || !is_range
        }
    }
}

/// One part of a range of npm, between `||`.
fn npm_part(part: &str) -> Option<VersionReq> {
    if let Some((low, high)) = part.split_once(" - ") {
        return VersionReq::parse(&format!(">={}, <={}", low.trim(), high.trim())).ok();
    }
    let mut comparators: Vec<String> = Vec::new();
    let mut operator = String::new();
    for word in part.split_whitespace() {
        if word.chars().all(|c| "<>=^~".contains(c)) {
            operator.push_str(word);
            continue;
        }
        let word = word.trim_start_matches('v');
        let bare = operator.is_empty() && word.starts_with(|c: char| c.is_ascii_digit());
        let word = word.replace(['x', 'X'], "*");
        comparators.push(if bare && !word.contains('*') {
            format!("={word}")
        } else {
            format!("{operator}{word}")
        });
        operator.clear();
    }
    VersionReq::parse(&comparators.join(", ")).ok()
}

/// The range for a new version, with the same mark: `^1.0.0` becomes `^2.0.0`. What has no version stays.
pub(super) fn rewritten(range: &str, version: &Version, ecosystem: Ecosystem) -> String {
    let (protocol, rest) = match range.strip_prefix("workspace:") {
        Some(rest) => ("workspace:", rest),
        None => ("", range),
    };
    let rest = rest.trim();
    if !rest.contains(|c: char| c.is_ascii_digit()) {
        return range.to_owned();
    }
    let text = if ecosystem == Ecosystem::Pep440 { pep440_text(version) } else { version.to_string() };
    let mark_length = rest.find(|c: char| !"^~=<>!".contains(c)).unwrap_or_default();
    let (mark, body) = rest.split_at_checked(mark_length).unwrap_or(("", rest));
    let is_single = !body.trim().contains([' ', ',', '|']);
    let mark = match (ecosystem, mark) {
        (_, "^" | "~" | "=" | "==" | "~=" | ">=" | "") if is_single => mark,
        (Ecosystem::Npm, _) => "^",
        (Ecosystem::Cargo, _) => "",
        (Ecosystem::Pep440, _) => {
            let next = version.major().saturating_add(1);
            return format!(">={text},<{next}");
        }
    };
    let blank = if body.starts_with(' ') { " " } else { "" };
    format!("{protocol}{mark}{blank}{text}")
}

fn pep440_text(version: &Version) -> String {
    use crate::version::{Scheme, render};
    let text = version.to_string();
    render(&text, &Scheme::Semver, &Scheme::Pep440).map_or(text, |rendering| rendering.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(range: &str, version: &str, ecosystem: Ecosystem) -> bool {
        let current = Version::parse("1.0.0").unwrap();
        accepts(range, &Version::parse(version).unwrap(), &current, ecosystem)
    }

    #[test]
    fn ranges_are_those_of_their_ecosystem() {
        let npm = |range, version| accepted(range, version, Ecosystem::Npm);
        assert!(npm("^1.0.0", "1.1.0") && !npm("^1.0.0", "2.0.0") && !npm("1.0.0", "1.0.1"));
        assert!(
            npm("~1.0.0", "1.0.1") && !npm("~1.0.0", "1.1.0") && npm("1.x", "1.9.0") && !npm("1.x", "2.0.0")
        );
        assert!(
            npm(">=1.0.0 <2.0.0", "1.5.0")
                && !npm(">= 1.0.0 < 2.0.0", "2.0.0")
                && npm("^1.0.0 || ^2.0.0", "2.1.0")
        );
        assert!(npm("1.0.0 - 1.2.0", "1.2.0") && npm("*", "9.0.0") && npm("file:../a", "9.0.0"));
        assert!(npm("workspace:*", "1.0.0") && !npm("workspace:*", "1.0.1"));
        assert!(
            npm("workspace:^", "1.1.0") && !npm("workspace:^", "2.0.0") && !npm("workspace:~1.0.0", "1.1.0")
        );
        assert!(
            accepted("0.3.4", "0.3.5", Ecosystem::Cargo) && !accepted("0.3.4", "0.4.0", Ecosystem::Cargo)
        );
        assert!(
            accepted(">=1.2,<2", "1.3.0", Ecosystem::Pep440)
                && !accepted("==1.0.0", "1.0.1", Ecosystem::Pep440)
        );
    }

    #[test]
    fn a_range_keeps_its_mark() {
        let version = Version::parse("2.1.0").unwrap();
        for (range, expected, ecosystem) in [
            ("^1.0.0", "^2.1.0", Ecosystem::Npm),
            ("1.0.0", "2.1.0", Ecosystem::Npm),
            ("workspace:~1.0.0", "workspace:~2.1.0", Ecosystem::Npm),
            ("workspace:^", "workspace:^", Ecosystem::Npm),
            (">=1.0.0 <2.0.0", "^2.1.0", Ecosystem::Npm),
            ("= 1.0.0", "= 2.1.0", Ecosystem::Cargo),
            ("~=1.0", "~=2.1.0", Ecosystem::Pep440),
            (">=1.2,<2", ">=2.1.0,<3", Ecosystem::Pep440),
        ] {
            assert_eq!(rewritten(range, &version, ecosystem), expected);
        }
    }
}
