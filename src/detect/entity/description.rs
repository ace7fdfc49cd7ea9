//! The description of an entity type.

use super::recognizer::Recognizer;
use crate::text::normalize::single_spaced;

/// The properties of an entity type, and its recognizers.
#[derive(Debug)]
pub(crate) struct Description {
    /// The way in which values are compared.
    pub(super) comparison: Comparison,
    /// The certainty of a finding.
    pub(super) certainty: Certainty,
    /// `evasion: strict` joins the digits of a value and reads words for them. Only where a checksum, a context word or an `@` separates
    /// values from other digits.
    pub(super) is_put_together: bool,
    /// Values hold hyphens of their own. A dash that parts sentences, and a word after it, are no part of one that is whole without them.
    pub(super) ends_at_dashes: bool,
    /// A tab separates: what is after it is the next cell of a table.
    pub(super) is_in_one_cell: bool,
    /// Names that other tools give the type. A policy that uses one gets the right name as a suggestion.
    pub(super) aliases: &'static [&'static str],
    /// The recognizers, in tables. Their order has no meaning.
    pub(super) recognizers: &'static [&'static [Recognizer]],
}

impl Description {
    /// The defaults of all fields but the recognizers.
    pub(super) const DEFAULT: Self = Self {
        comparison: Comparison::Text,
        certainty: Certainty::Context,
        is_put_together: false,
        ends_at_dashes: false,
        is_in_one_cell: false,
        aliases: &[],
        recognizers: &[],
    };
}

/// The certainty of a finding: of two that overlap, the more certain one is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// The text around the value makes it a finding.
    Context,
    /// The value has a form that other values do not have.
    Form,
    /// The value has a check digit or a checksum.
    Checksum,
}

/// The way in which two values are compared.
///
/// Width, invisible characters, dashes, spaces and digits of other scripts never make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// By letters and digits only, without case: numbers and codes.
    LettersAndDigits,
    /// By groups of letters and digits. Without separators, the dates 1/11 and 11/1 would be equal.
    Groups,
    /// By every character: passwords and keys.
    Exact,
    /// By every character that is not white space: keys in lines.
    Unwrapped,
    /// By every character, but without case in the scheme and the host.
    Url,
    /// Without case, and with every run of white space as one space. No mail service is known to distinguish the case of local parts.
    Text,
}

impl Comparison {
    /// Returns the form that equal values share, of a normalized value.
    pub(crate) fn canonical(self, value: &str) -> String {
        match self {
            Self::LettersAndDigits => compact(value),
            Self::Groups => grouped(value),
            Self::Exact => value.trim().to_owned(),
            Self::Unwrapped => value.split_whitespace().collect(),
            Self::Url => lower_host(value.trim()),
            Self::Text => single_spaced(value).to_lowercase(),
        }
    }
}

/// Returns the letters and digits, in upper case.
fn compact(value: &str) -> String {
    value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Returns the groups of letters and digits, with a hyphen between them.
fn grouped(value: &str) -> String {
    let groups = value.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty());
    groups.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Returns a web address with its scheme and host in lower case.
fn lower_host(url: &str) -> String {
    let host = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |path| host + path);
    match url.split_at_checked(end) {
        Some((host, path)) => host.to_lowercase() + path,
        None => url.to_owned(),
    }
}
