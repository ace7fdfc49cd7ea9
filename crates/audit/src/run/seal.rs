//! The list of all files of an audit with their digests, and its Merkle root.

use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use super::store::Store;
use crate::core::hex;

/// The list, in the format of `sha256sum`.
pub(super) const FILES: &str = "files.sha256";

/// Makes the list of all files but those in `without`.
pub(super) fn list_files(store: &Store, without: &[&str]) -> Result<String, AuditError> {
    let mut list = String::new();
    for name in store.files()? {
        if !without.contains(&name.as_str()) {
            list.push_str(&format!("{}  {name}\n", store.digest(&name)?));
        }
    }
    Ok(list)
}

/// Returns the Merkle root of lines, by RFC 6962 with SHA-256.
pub(super) fn merkle_root(lines: &str) -> String {
    let leaves: Vec<Hash> = lines.lines().map(|line| digest(&[&[0], line.as_bytes()])).collect();
    hex(&root(&leaves))
}

type Hash = [u8; 32];

fn digest(parts: &[&[u8]]) -> Hash {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => digest(&[]),
        [leaf] => *leaf,
        _ => {
            // The largest power of two below the number of leaves.
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(half);
            digest(&[&[1], &root(left), &root(right)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{digest, merkle_root};
    use crate::core::hex;

    #[test]
    fn the_root_is_that_of_rfc_6962() {
        assert_eq!(merkle_root(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let leaf = |text: &str| digest(&[&[0], text.as_bytes()]);
        assert_eq!(merkle_root("a"), hex(&leaf("a")));
        let ab = digest(&[&[1], &leaf("a"), &leaf("b")]);
        assert_eq!(merkle_root("a\nb"), hex(&ab));
        assert_eq!(merkle_root("a\nb\nc"), hex(&digest(&[&[1], &ab, &leaf("c")])));
        let cd = digest(&[&[1], &leaf("c"), &leaf("d")]);
        assert_eq!(merkle_root("a\nb\nc\nd"), hex(&digest(&[&[1], &ab, &cd])));
    }
}
