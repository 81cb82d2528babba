//! SHA-256 hashes as 64 hexadecimal digits in lower case.
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use sha2::{Digest as _, Sha256};

/// The bytes of a hash.
pub(super) type Hash = [u8; 32];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The SHA-256 hash of a sequence of parts.
pub(super) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Bytes as hexadecimal digits in lower case.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or_default());
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// The bytes of hexadecimal digits of either case; `None` for another text.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Whether a text is a hash as this module writes it.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| DIGITS.contains(&byte))
}

/// Adds a fault unless the text is a hash.
pub(super) fn check_hash(text: &str, path: std::fmt::Arguments<'_>, faults: &mut Faults) {
    faults.check(
        is_hash(text),
        ErrorKind::InvalidValue,
        path,
        format_args!("{} is not a hash: expected 64 hexadecimal digits in lower case", quoted(text)),
    );
}

/// Reads a hash.
pub(super) fn parse_hash(text: &str, path: std::fmt::Arguments<'_>) -> Result<Hash> {
    let bytes = if is_hash(text) { from_hex(text) } else { None };
    bytes.and_then(|bytes| Hash::try_from(bytes).ok()).ok_or_else(|| {
        let text = format!("{} is not a hash: expected 64 hexadecimal digits in lower case", quoted(text));
        Error::new(ErrorKind::InvalidValue, path.to_string(), text)
    })
}

/// Reads a list of hashes, with all faults.
pub(super) fn parse_hashes(texts: &[String], path: &str, faults: &mut Faults) -> Vec<Hash> {
    let hash = |(index, text): (usize, &String)| {
        faults.absorb(parse_hash(text, format_args!("{path}[{index}]"))).unwrap_or_default()
    };
    texts.iter().enumerate().map(hash).collect()
}
