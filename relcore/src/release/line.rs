//! A maintenance line: `1.x` or `1.4.x`.
use crate::error::{Error, ErrorKind, Result};
use crate::version::Version;

/// The versions with this major number, and with this minor number if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    major: u64,
    minor: Option<u64>,
}

impl Line {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let read = || {
            let numbers = text.strip_suffix(".x")?;
            match numbers.split_once('.') {
                Some((major, minor)) => Some(Self { major: number(major)?, minor: Some(number(minor)?) }),
                None => Some(Self { major: number(numbers)?, minor: None }),
            }
        };
        read().ok_or_else(|| {
            let text = crate::error::quoted(text);
            Error::new(
                ErrorKind::InvalidValue,
                "",
                format!("{text} is not a line: expected one like `1.x` or `1.4.x`"),
            )
        })
    }

    pub(super) fn contains(self, version: &Version) -> bool {
        version.major() == self.major && self.minor.is_none_or(|minor| version.minor() == minor)
    }
}

/// A version number: digits without a leading zero.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_contains_the_versions_of_its_numbers() {
        let version = Version::parse("1.4.2").unwrap();
        assert!(Line::parse("1.x").unwrap().contains(&version));
        assert!(Line::parse("1.4.x").unwrap().contains(&version));
        assert!(!Line::parse("1.5.x").unwrap().contains(&version));
        for text in ["", "1", "x", ".x", "1.4", "1.4.2.x", "01.x", "+1.x", "1.4.X", "-1.x"] {
            assert_eq!(Line::parse(text).unwrap_err().kind(), ErrorKind::InvalidValue, "{text}");
        }
    }
}
