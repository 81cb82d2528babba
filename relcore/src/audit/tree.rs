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
    let mut faults = Faults::new();
    let leaves = parse_hashes(hashes, "hashes", &mut faults);
    faults.finish()?;
    Ok(to_hex(&root(&leaves)))
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
    Tree::new(hashes.to_vec())?.inclusion_proof(index)
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
    Tree::new(hashes.to_vec())?.consistency_proof(first_size)
}

/// A Merkle tree that is hashed once and then gives any number of proofs, each in the time of its length.
///
/// ```
/// use relcore::audit::{Tree, leaf_hash, merkle_root};
/// use relcore::Count;
/// let leaves: Vec<String> = ["", "00", "10"].into_iter().map(leaf_hash).collect::<Result<_, _>>()?;
/// let tree = Tree::new(leaves.clone())?;
/// assert_eq!(tree.digest(), merkle_root(&leaves)?);
/// // Pitfall: a tree does not grow. Make a new one for a longer log; its consistency proof continues this one.
/// assert_eq!(tree.inclusion_proof(Count::from(2))?.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    hashes: Vec<String>,
    /// The hashes of all complete subtrees: those of 2^k leaves at place k, from the left.
    levels: Vec<Vec<Hash>>,
    root: String,
}

impl Tree {
    /// Makes the tree of a list of leaf hashes.
    ///
    /// # Errors
    /// `invalid_value` for a hash that is not 64 hexadecimal digits in lower case.
    pub fn new(hashes: Vec<String>) -> Result<Self> {
        let mut faults = Faults::new();
        let mut levels = vec![parse_hashes(&hashes, "hashes", &mut faults)];
        faults.finish()?;
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let (pairs, _) = below.as_chunks::<2>();
            levels.push(pairs.iter().map(|[left, right]| node(left, right)).collect());
        }
        let mut tree = Self { hashes, levels, root: String::new() };
        tree.root = to_hex(&tree.hash(0, tree.hashes.len()));
        Ok(tree)
    }

    /// The leaf hashes.
    #[must_use]
    pub fn hashes(&self) -> &[String] {
        &self.hashes
    }

    /// The root of the tree, as [`merkle_root`].
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.root
    }

    /// The audit path of a leaf, as [`inclusion_proof`].
    ///
    /// # Errors
    /// `out_of_range` for an index of no leaf.
    pub fn inclusion_proof(&self, index: Count) -> Result<Vec<String>> {
        let mut size = self.hashes.len();
        let at = usize::try_from(index.get()).unwrap_or(usize::MAX);
        if at >= size {
            let text = format!("`{index}` is out of range: the tree has {size} leaves, counted from 0");
            return Err(Error::new(ErrorKind::OutOfRange, "index", text));
        }
        let (mut proof, mut start) = (Vec::new(), 0_usize);
        while size > 1 {
            let [left, right] = halves(start, size);
            let (inside, outside) = if at < right.0 { (left, right) } else { (right, left) };
            proof.push(to_hex(&self.hash(outside.0, outside.1)));
            (start, size) = inside;
        }
        proof.reverse();
        Ok(proof)
    }

    /// The proof that the tree continues an earlier one, as [`consistency_proof`].
    ///
    /// # Errors
    /// `out_of_range` for a first size of 0 or more than the number of leaves.
    pub fn consistency_proof(&self, first_size: Count) -> Result<Vec<String>> {
        let mut size = self.hashes.len();
        let first = usize::try_from(first_size.get()).unwrap_or(usize::MAX);
        if first == 0 || first > size {
            let text = format!("`{first_size}` is out of range: expected 1 to {size}, the number of leaves");
            return Err(Error::new(ErrorKind::OutOfRange, "firstSize", text));
        }
        // SUBPROOF of RFC 6962, 2.1.2: while the rest starts at leaf 0, its root is that of the first tree, which is known.
        let (mut proof, mut start) = (Vec::new(), 0_usize);
        while first < start.saturating_add(size) {
            let [left, right] = halves(start, size);
            let (inside, outside) = if first <= right.0 { (left, right) } else { (right, left) };
            proof.push(to_hex(&self.hash(outside.0, outside.1)));
            (start, size) = inside;
        }
        if start > 0 {
            proof.push(to_hex(&self.hash(start, size)));
        }
        proof.reverse();
        Ok(proof)
    }

    /// The root of `size` leaves from `start` on, which a subtree of the tree has.
    fn hash(&self, start: usize, size: usize) -> Hash {
        if size.is_power_of_two() {
            let level = self.levels.get(size.trailing_zeros() as usize);
            if let Some(hash) = level.and_then(|level| level.get(start >> size.trailing_zeros())) {
                return *hash;
            }
        }
        if size < 2 {
            return sha256(&[]); // no leaves
        }
        let [left, right] = halves(start, size);
        node(&self.hash(left.0, left.1), &self.hash(right.0, right.1))
    }
}

/// The start and the size of both subtrees: the left one has the greatest power of two below `size`, which is at least 2.
fn halves(start: usize, size: usize) -> [(usize, usize); 2] {
    let left = size.div_ceil(2).next_power_of_two();
    [(start, left), (start.saturating_add(left), size.saturating_sub(left))]
}

fn leaf(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

pub(super) fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
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
