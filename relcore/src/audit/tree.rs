use super::hash::{Hash, from_hex, parse_hashes, sha256, to_hex};
use super::record::LogRecord;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::scalar::Count;

/// The hash of a leaf of a Merkle tree as in RFC 6962: SHA-256 over a zero byte and the data, which is hexadecimal text.
///
/// ```
/// use relcore::audit::leaf_hash;
/// assert_eq!(leaf_hash("")?, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
/// // Pitfall: the data is hexadecimal text, not the text of an entry. `record_leaf` is for records.
/// assert!(leaf_hash("approved").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for text that is not pairs of hexadecimal digits (`abc`).
pub fn leaf_hash(data: &str) -> Result<String> {
    let Some(bytes) = from_hex(data) else {
        let text = format!("{} is not hexadecimal: expected pairs of digits like `40f2`", quoted(data));
        return Err(Error::new(ErrorKind::InvalidValue, "data", text));
    };
    Ok(to_hex(&leaf(&bytes)))
}

/// The leaf of a record: [`leaf_hash`] over the record without its key `hash` as canonical JSON.
///
/// ```
/// use relcore::{Timestamp, audit};
/// let entry = audit::Entry::new(Timestamp::parse("2026-11-23T09:00:00Z")?, "approved", "{}");
/// let record = audit::append(&audit::genesis(), &entry)?;
/// // The same bytes as for `hash`, with a zero byte before them, so that a leaf is never taken for an inner node.
/// assert_ne!(audit::record_leaf(&record), record.hash);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn record_leaf(record: &LogRecord) -> String {
    to_hex(&leaf(&record.canonical()))
}

/// The root of the Merkle tree of a list of leaf hashes, as in RFC 6962. That of no leaves is SHA-256 of nothing.
///
/// ```
/// use relcore::audit::{leaf_hash, merkle_root};
/// let leaves = [leaf_hash("")?, leaf_hash("00")?];
/// assert_eq!(merkle_root(&leaves)?, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
/// // Pitfall: the root of one leaf is the leaf itself.
/// assert_eq!(merkle_root(&leaves[..1])?, leaves[0]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a hash that is not 64 hexadecimal digits in lower case.
pub fn merkle_root(hashes: &[String]) -> Result<String> {
    Ok(to_hex(&root(&parse(hashes)?)))
}

/// The audit path of a leaf: the hashes by which the leaf leads to the root. `index` counts from 0.
///
/// ```
/// use relcore::audit::{ProofVerdict, inclusion_proof, leaf_hash, merkle_root, verify_inclusion};
/// use relcore::Count;
/// let leaves = [leaf_hash("")?, leaf_hash("00")?, leaf_hash("10")?];
/// let (index, size) = (Count::from(2), Count::from(3));
/// let proof = inclusion_proof(&leaves, index)?;
/// let check = verify_inclusion(&leaves[2], index, size, &proof, &merkle_root(&leaves)?)?;
/// assert_eq!(check.verdict, ProofVerdict::Proven);
/// // Pitfall: the index of the record with sequence number 3 is 2.
/// assert!(inclusion_proof(&leaves, Count::from(3)).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a hash that is not 64 hexadecimal digits in lower case; `out_of_range` for an index of no leaf.
pub fn inclusion_proof(hashes: &[String], index: Count) -> Result<Vec<String>> {
    let leaves = parse(hashes)?;
    let mut at = usize::try_from(index.get()).unwrap_or(usize::MAX);
    if at >= leaves.len() {
        let text = format!("`{index}` is out of range: the tree has {} leaves, counted from 0", leaves.len());
        return Err(Error::new(ErrorKind::OutOfRange, "index", text));
    }
    let (mut proof, mut rest) = (Vec::new(), leaves.as_slice());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        if at < left.len() {
            proof.push(to_hex(&root(right)));
            rest = left;
        } else {
            proof.push(to_hex(&root(left)));
            at = at.saturating_sub(left.len());
            rest = right;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that a tree continues an earlier one: the hashes by which both roots are computed.
///
/// ```
/// use relcore::audit::{ProofVerdict, consistency_proof, leaf_hash, merkle_root, verify_consistency};
/// use relcore::Count;
/// let leaves = [leaf_hash("")?, leaf_hash("00")?, leaf_hash("10")?];
/// let (first, second) = (Count::from(2), Count::from(3));
/// let proof = consistency_proof(&leaves, first)?;
/// let roots = (merkle_root(&leaves[..2])?, merkle_root(&leaves)?);
/// let check = verify_consistency(first, &roots.0, second, &roots.1, &proof)?;
/// assert_eq!(check.verdict, ProofVerdict::Proven);
/// // Pitfall: every tree continues the empty one, so there is nothing to prove.
/// assert!(consistency_proof(&leaves, Count::from(0)).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a hash that is not 64 hexadecimal digits in lower case; `out_of_range` for a first size of 0 or more
/// than the number of leaves.
pub fn consistency_proof(hashes: &[String], first_size: Count) -> Result<Vec<String>> {
    let leaves = parse(hashes)?;
    let mut first = usize::try_from(first_size.get()).unwrap_or(usize::MAX);
    if first == 0 || first > leaves.len() {
        let text =
            format!("`{first_size}` is out of range: expected 1 to {}, the number of leaves", leaves.len());
        return Err(Error::new(ErrorKind::OutOfRange, "firstSize", text));
    }
    // SUBPROOF of RFC 6962, 2.1.2: `is_known` while the rest starts at leaf 0, so that its root is that of the first tree.
    let (mut proof, mut rest, mut is_known) = (Vec::new(), leaves.as_slice(), true);
    while first < rest.len() {
        let (left, right) = rest.split_at(split(rest.len()));
        if first <= left.len() {
            proof.push(to_hex(&root(right)));
            rest = left;
        } else {
            proof.push(to_hex(&root(left)));
            first = first.saturating_sub(left.len());
            rest = right;
            is_known = false;
        }
    }
    if !is_known {
        proof.push(to_hex(&root(rest)));
    }
    proof.reverse();
    Ok(proof)
}

fn parse(hashes: &[String]) -> Result<Vec<Hash>> {
    let mut faults = Faults::new();
    let parsed = parse_hashes(hashes, "hashes", &mut faults);
    faults.finish().map(|()| parsed)
}

fn leaf(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

pub(super) fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The size of the left subtree: the greatest power of two below `size`, which is at least 2.
fn split(size: usize) -> usize {
    size.div_ceil(2).next_power_of_two()
}

/// The root by a stack of complete subtrees, as a binary counter: a new leaf merges with every subtree of its size.
fn root(leaves: &[Hash]) -> Hash {
    let mut stack: Vec<Hash> = Vec::with_capacity(64);
    for (index, leaf) in leaves.iter().enumerate() {
        let mut merged = *leaf;
        for _ in 0..index.trailing_ones() {
            if let Some(left) = stack.pop() {
                merged = node(&left, &merged);
            }
        }
        stack.push(merged);
    }
    let folded = stack.into_iter().rev().reduce(|right, left| node(&left, &right));
    folded.unwrap_or_else(|| sha256(&[]))
}
