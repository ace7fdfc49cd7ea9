//! The policy packs and word lists that ship with Banister.

use super::values::Managed;
use super::word_file;

/// The name and the text of each pack, sorted by name.
const PACKS: [(&str, &str); 7] = [
    ("banking", include_str!("../../policies/banking.yaml")),
    ("content-filters", include_str!("../../policies/content-filters.yaml")),
    ("default", include_str!("../../policies/default.yaml")),
    ("pii", include_str!("../../policies/pii.yaml")),
    ("profanity", include_str!("../../policies/profanity.yaml")),
    ("profanity-languages", include_str!("../../policies/profanity-languages.yaml")),
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
    word_file::words(managed_text(managed)).map(|(_, word)| word.to_owned()).collect()
}

/// Returns the text of a managed list.
pub(super) fn managed_text(managed: Managed) -> &'static str {
    macro_rules! list {
        ($name:literal) => {
            include_str!(concat!("../../policies/words/", $name, ".txt"))
        };
    }
    match managed {
        Managed::Profanity => list!("profanity"),
        Managed::ProfanityMild => list!("profanity-mild"),
        Managed::ProfanityDe => list!("profanity-de"),
        Managed::ProfanityDeMild => list!("profanity-de-mild"),
        Managed::ProfanityEs => list!("profanity-es"),
        Managed::ProfanityEsMild => list!("profanity-es-mild"),
        Managed::ProfanityFr => list!("profanity-fr"),
        Managed::ProfanityFrMild => list!("profanity-fr-mild"),
        Managed::ProfanityIt => list!("profanity-it"),
        Managed::ProfanityItMild => list!("profanity-it-mild"),
        Managed::ProfanityPt => list!("profanity-pt"),
        Managed::ProfanityPtMild => list!("profanity-pt-mild"),
    }
}
