use super::code;
use super::hash::{Hash, parse_hash, parse_hashes};
use super::tree::node;
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Checks that a leaf is in the tree of a root, by the algorithm of RFC 9162, 2.1.3.2. `index` counts from 0.
///
/// ```
/// use relcore::audit::{ProofVerdict, leaf_hash, merkle_root, verify_inclusion};
/// use relcore::Count;
/// let (first, second) = (leaf_hash("")?, leaf_hash("00")?);
/// let root = merkle_root(&[first.clone(), second.clone()])?;
/// let (index, size) = (Count::from(0), Count::from(2));
/// assert_eq!(verify_inclusion(&first, index, size, &[second.clone()], &root)?.verdict, ProofVerdict::Proven);
/// // Pitfall: size and root come from where you trust, never from whoever sends the proof.
/// assert_eq!(verify_inclusion(&second, index, size, &[first], &root)?.verdict, ProofVerdict::Unproven);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a hash that is not 64 hexadecimal digits in lower case. A proof that does not lead to the root is no
/// error but `unproven`.
pub fn verify_inclusion(
    leaf_hash: &str,
    index: Count,
    size: Count,
    proof: &[String],
    root: &str,
) -> Result<ProofCheck> {
    let mut faults = Faults::new();
    let leaf = faults.absorb(parse_hash(leaf_hash, format_args!("leafHash"))).unwrap_or_default();
    let path = parse_hashes(proof, "proof", &mut faults);
    let expected = faults.absorb(parse_hash(root, format_args!("root"))).unwrap_or_default();
    faults.finish()?;
    let found = included(leaf, index, size, &path, expected);
    let text = match found {
        code::INCLUSION_PROVEN => format!("leaf {index} is in the tree of {size} leaves"),
        code::INDEX_OUTSIDE_TREE => format!("a tree of {size} leaves has no leaf {index}"),
        code::PROOF_LENGTH => {
            format!("{} hashes do not lead from leaf {index} to the root of {size} leaves", path.len())
        }
        _ => format!("the proof leads from leaf {index} to another root"),
    };
    check(found, text, path.len(), &Anchor { size, root })
}

/// Checks that the tree of a root continues that of an earlier root, by the algorithm of RFC 9162, 2.1.4.2: that entries
/// were only appended.
///
/// ```
/// use relcore::audit::{ProofVerdict, leaf_hash, merkle_root, verify_consistency};
/// use relcore::Count;
/// let leaves = [leaf_hash("")?, leaf_hash("00")?];
/// let (one, two) = (merkle_root(&leaves[..1])?, merkle_root(&leaves)?);
/// let (first, second) = (Count::from(1), Count::from(2));
/// assert_eq!(verify_consistency(first, &one, second, &two, &leaves[1..])?.verdict, ProofVerdict::Proven);
/// // Pitfall: every tree continues the empty one, so a first size of 0 proves nothing.
/// let check = verify_consistency(Count::from(0), &one, second, &two, &[])?;
/// assert_eq!(check.verdict, ProofVerdict::Unproven);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`verify_inclusion`].
pub fn verify_consistency(
    first_size: Count,
    first_root: &str,
    second_size: Count,
    second_root: &str,
    proof: &[String],
) -> Result<ProofCheck> {
    let mut faults = Faults::new();
    let first = faults.absorb(parse_hash(first_root, format_args!("firstRoot"))).unwrap_or_default();
    let second = faults.absorb(parse_hash(second_root, format_args!("secondRoot"))).unwrap_or_default();
    let path = parse_hashes(proof, "proof", &mut faults);
    faults.finish()?;
    let found = consistent(first_size.get(), first, second_size.get(), second, &path);
    let text = match found {
        code::CONSISTENCY_PROVEN => {
            format!("the tree of {second_size} leaves continues that of {first_size}")
        }
        code::EMPTY_TREE => {
            "every tree continues the empty one: expected a first size of 1 or more".to_owned()
        }
        code::TREE_SHRANK => format!("the tree shrank from {first_size} leaves to {second_size}"),
        code::PROOF_LENGTH => {
            format!("{} hashes do not lead from {first_size} leaves to {second_size}", path.len())
        }
        _ => "the proof leads to other roots".to_owned(),
    };
    check(found, text, path.len(), &Anchor { size: second_size, root: second_root })
}

fn included(leaf: Hash, index: Count, size: Count, path: &[Hash], root: Hash) -> ReasonCode {
    if index >= size {
        return code::INDEX_OUTSIDE_TREE;
    }
    let (mut at, mut last, mut hash) = (index.get(), size.get().saturating_sub(1), leaf);
    for sibling in path {
        if last == 0 {
            return code::PROOF_LENGTH;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            // A last node without a sibling moves up until it is a right child.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match last {
        0 if hash == root => code::INCLUSION_PROVEN,
        0 => code::ROOT_MISMATCH,
        _ => code::PROOF_LENGTH,
    }
}

fn consistent(first_size: u64, first: Hash, second_size: u64, second: Hash, path: &[Hash]) -> ReasonCode {
    if first_size == 0 {
        return code::EMPTY_TREE;
    }
    if second_size < first_size {
        return code::TREE_SHRANK;
    }
    if second_size == first_size {
        return match path {
            [] if first == second => code::CONSISTENCY_PROVEN,
            [] => code::ROOT_MISMATCH,
            _ => code::PROOF_LENGTH,
        };
    }
    // The root of a complete first tree is a node of the second one, so the proof leaves it out.
    let (start, path) = match path.split_first() {
        None => return code::PROOF_LENGTH,
        Some(_) if first_size.is_power_of_two() => (first, path),
        Some((start, rest)) => (*start, rest),
    };
    let (mut at, mut last) = (first_size.saturating_sub(1), second_size.saturating_sub(1));
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut of_first, mut of_second) = (start, start);
    for sibling in path {
        if last == 0 {
            return code::PROOF_LENGTH;
        }
        if at & 1 == 1 || at == last {
            of_first = node(sibling, &of_first);
            of_second = node(sibling, &of_second);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            of_second = node(&of_second, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    match last {
        0 if of_first == first && of_second == second => code::CONSISTENCY_PROVEN,
        0 => code::ROOT_MISMATCH,
        _ => code::PROOF_LENGTH,
    }
}

/// What a proof is checked against: the policy of this decision.
#[derive(Serialize)]
struct Anchor<'a> {
    size: Count,
    root: &'a str,
}

fn check(found: ReasonCode, text: String, hashes: usize, anchor: &Anchor<'_>) -> Result<ProofCheck> {
    let is_proven = found == code::INCLUSION_PROVEN || found == code::CONSISTENCY_PROVEN;
    let (verdict, severity) = match is_proven {
        true => (ProofVerdict::Proven, Severity::Info),
        false => (ProofVerdict::Unproven, Severity::Error),
    };
    let evidence = Evidence { n: Some(Count::of(hashes)), ..Evidence::default() };
    Ok(ProofCheck {
        verdict,
        reasons: vec![Reason::new(found, severity, "proof", text).with(evidence)],
        policy_digest: crate::digest::of(anchor)?,
    })
}

/// Whether a proof holds, made by [`verify_inclusion`] and [`verify_consistency`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ProofCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofCheck {
    /// Whether it holds.
    pub verdict: ProofVerdict,
    /// The reason. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the size and the root that it was checked against.
    pub policy_digest: String,
}

/// Whether a proof holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.ProofVerdict", rename_all = "snake_case")]
pub enum ProofVerdict {
    /// It holds.
    Proven,
    /// It does not hold, or proves nothing.
    Unproven,
}

/// Writes the check of a proof as text for a person.
///
/// ```
/// use relcore::audit::{explain_proof, leaf_hash, verify_inclusion};
/// use relcore::Count;
/// let leaf = leaf_hash("")?;
/// let check = verify_inclusion(&leaf, Count::from(0), Count::from(1), &[], &leaf)?;
/// assert!(explain_proof(&check).starts_with("PROVEN"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_proof(check: &ProofCheck) -> String {
    check.explain()
}

/// The consequence of the check of a proof for its caller: `proceed` if it holds, else `ask`.
///
/// ```
/// use relcore::audit::{leaf_hash, outcome_of_proof, verify_inclusion};
/// use relcore::Count;
/// let leaf = leaf_hash("")?;
/// let check = verify_inclusion(&leaf, Count::from(0), Count::from(2), &[], &leaf)?;
/// assert_eq!(outcome_of_proof(&check), relcore::decision::Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_proof(check: &ProofCheck) -> Outcome {
    Explain::outcome(check)
}

impl fmt::Display for ProofCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.explain().trim_end())
    }
}

impl Explain for ProofCheck {
    fn headline(&self) -> String {
        match self.verdict {
            ProofVerdict::Proven => "PROVEN: the proof holds".to_owned(),
            ProofVerdict::Unproven => "UNPROVEN: the proof does not hold".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ProofVerdict::Proven => Outcome::Proceed,
            ProofVerdict::Unproven => Outcome::Ask,
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
