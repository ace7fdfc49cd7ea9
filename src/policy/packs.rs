//! The policy packs and word lists that ship with Banister.

use super::values::Managed;
use super::word_file;

/// The name and the text of each pack, sorted by name.
const PACKS: [(&str, &str); 5] = [
    ("banking", include_str!("../../policies/banking.yaml")),
    ("default", include_str!("../../policies/default.yaml")),
    ("pii", include_str!("../../policies/pii.yaml")),
    ("profanity", include_str!("../../policies/profanity.yaml")),
    ("world-ids", include_str!("../../policies/world-ids.yaml")),
];

/// The names of the packs, sorted.
pub(super) const NAMES: [&str; PACKS.len()] = {
    let mut names = [""; PACKS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = PACKS[at].0;
        at += 1;
    }
    names
};

/// Returns the name and the text of a pack.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    PACKS.into_iter().find(|(known, _)| *known == name)
}

/// Returns the words of a managed list.
pub(super) fn managed_words(managed: Managed) -> Vec<String> {
    let text = match managed {
        Managed::Profanity => include_str!("../../policies/words/profanity.txt"),
    };
    word_file::words(text).map(|(_, word)| word.to_owned()).collect()
}
