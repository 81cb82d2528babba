//! What the formats of vulnerabilities have in common: ratings, and names of one vulnerability.
use crate::release::parse_cve;

/// Ratings from the least to the greatest: those of CVSS, and `unknown` of CycloneDX, which may be worse than low. A rating
/// that is not listed, such as `info` of CycloneDX or `negligible` of Ubuntu, is less than `low`.
const RATINGS: [&str; 6] = ["none", "low", "unknown", "medium", "high", "critical"];

/// The highest of several ratings, because sources disagree.
pub(super) fn highest<'a>(ratings: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    ratings.max_by_key(|rating| RATINGS.iter().position(|one| one == rating).unwrap_or(0))
}

/// The qualitative rating of a CVSS score: section 5 of the specification of CVSS 3.1, and section 6 of that of 4.0.
pub(super) fn rating(score: f64) -> Option<&'static str> {
    match score {
        0.0 => Some("none"),
        score if score > 0.0 && score < 4.0 => Some("low"),
        score if (4.0..7.0).contains(&score) => Some("medium"),
        score if (7.0..9.0).contains(&score) => Some("high"),
        score if (9.0..=10.0).contains(&score) => Some("critical"),
        _ => None,
    }
}

/// One name for a vulnerability that several databases name: its CVE, else the first name in the order of the alphabet.
pub(super) fn equivalent<'a>(id: &'a str, aliases: &[&'a str]) -> &'a str {
    let names = || std::iter::once(id).chain(aliases.iter().copied());
    names().filter(|name| parse_cve(name).is_ok()).min().or_else(|| names().min()).unwrap_or(id)
}
