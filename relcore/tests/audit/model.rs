//! The naive model: the recursive definitions of RFC 6962, 2.1, over lists of leaf hashes.
use sha2::{Digest as _, Sha256};

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
}

fn hash(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The largest power of two smaller than the number of leaves.
fn split(leaves: &[String]) -> usize {
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    k
}

/// `MTH(D[n])`.
pub fn root(leaves: &[String]) -> String {
    match leaves {
        [] => hash(&[]),
        [leaf] => leaf.clone(),
        _ => {
            let k = split(leaves);
            hash(&[&[1][..], &bytes(&root(&leaves[..k])), &bytes(&root(&leaves[k..]))].concat())
        }
    }
}

/// `PATH(m, D[n])`.
pub fn path(m: usize, leaves: &[String]) -> Vec<String> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves);
    let (mut path, sibling) = match m < k {
        true => (path(m, &leaves[..k]), root(&leaves[k..])),
        false => (path(m - k, &leaves[k..]), root(&leaves[..k])),
    };
    path.push(sibling);
    path
}

/// `PROOF(m, D[n])`.
pub fn consistency(m: usize, leaves: &[String]) -> Vec<String> {
    subproof(m, leaves, true)
}

fn subproof(m: usize, leaves: &[String], is_known: bool) -> Vec<String> {
    if m == leaves.len() {
        return if is_known { Vec::new() } else { vec![root(leaves)] };
    }
    let k = split(leaves);
    let (mut proof, other) = match m <= k {
        true => (subproof(m, &leaves[..k], is_known), root(&leaves[k..])),
        false => (subproof(m - k, &leaves[k..], false), root(&leaves[..k])),
    };
    proof.push(other);
    proof
}
