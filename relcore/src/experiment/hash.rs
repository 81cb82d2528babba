//! The hash functions of the schemes, over bytes.
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// FNV-1a with 32 bits (G. Fowler, L. C. Noll, K.-P. Vo) over UTF-16 code units, as the SDK of GrowthBook for JavaScript
/// hashes. For ASCII it is the hash of the bytes.
pub(super) fn fnv1a(text: &str) -> u32 {
    text.encode_utf16().fold(0x811c_9dc5, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// `MurmurHash3_x86_32` (A. Appleby, public domain).
pub(super) fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let mut hash = seed;
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        hash = (hash ^ scrambled(little_endian(chunk)))
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xe654_6b64);
    }
    hash ^= scrambled(little_endian(chunks.remainder()));
    #[expect(clippy::cast_possible_truncation, reason = "the hash has the length modulo 2^32")]
    let length = bytes.len() as u32;
    hash ^= length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn scrambled(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

/// Up to four bytes as a number, the first byte lowest.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

/// The first `bits` of SHA-256, at most 64.
pub(super) fn sha256(bytes: &[u8], bits: u32) -> u64 {
    big_endian(&Sha256::digest(bytes)) >> (64 - bits)
}

/// The first `bits` of SHA-1, at most 64. LaunchDarkly uses it to spread keys, not to protect them.
pub(super) fn sha1(bytes: &[u8], bits: u32) -> u64 {
    big_endian(&Sha1::digest(bytes)) >> (64 - bits)
}

/// The first eight bytes as a number, the first byte highest.
fn big_endian(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verification vectors of the authors and of the standards.
    #[test]
    fn hashes_are_those_of_their_authors() {
        for (text, hash) in [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)] {
            assert_eq!(fnv1a(text), hash, "{text}");
        }
        for (text, seed, hash) in [
            ("", 0, 0),
            ("", 1, 0x514e_28b7),
            ("a", 0x9747_b28c, 0x7fa0_9ea6),
            ("aa", 0x9747_b28c, 0x5d21_1726),
            ("aaa", 0x9747_b28c, 0x283e_0130),
            ("aaaa", 0x9747_b28c, 0x5a97_808a),
            ("Hello, world!", 0x9747_b28c, 0x2488_4cba),
        ] {
            assert_eq!(murmur3(text.as_bytes(), seed), hash, "{text}");
        }
        assert_eq!(sha256(b"abc", 32), 0xba78_16bf);
        assert_eq!(sha256(b"abc", 64), 0xba78_16bf_8f01_cfea);
        assert_eq!(sha1(b"abc", 60), 0x0a99_93e3_6470_6816);
    }

    /// Computed by the same algorithms in Python.
    #[test]
    fn text_beyond_ascii_is_utf16_for_fnv1a_and_utf8_for_murmur3() {
        for (text, fnv, murmur) in [
            ("ü", 0x790b_80bb, 0x7840_e6aa),
            ("fô", 0xd922_1097, 0x2537_6f55),
            ("日本", 0x5ffc_bea4, 0xc4d9_f942),
            ("🦀", 0xbd2b_d273, 0xada5_8aac),
        ] {
            assert_eq!((fnv1a(text), murmur3(text.as_bytes(), 0)), (fnv, murmur), "{text}");
        }
    }
}
