//! Decides on keys with the prefix of a vendor, by the forms of its table.

use super::super::checksum::entropy;
use super::super::recognizer::RecognizerInput;
use super::shape::{Fit, continues, fit, longest, open_class};
use super::words::{SAMPLE, head, is_worded};
use crate::detect::pattern::Verdict;

/// A form of keys.
#[derive(Debug)]
pub(super) struct Form {
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is read by people, and by its test"))]
    pub(super) vendor: &'static str,
    pub(super) prefix: &'static str,
    pub(super) shape: &'static str,
}

impl Form {
    /// Returns the shape without its mark.
    pub(super) fn parts(&self) -> &'static str {
        self.shape.trim_start_matches('#')
    }

    /// Returns the prefix as keys have it.
    pub(super) fn written_prefix(&self) -> String {
        self.prefix.replace("[.]", ".")
    }

    /// Returns `true` if any text of this shape counts, because the prefix is no word or part of one.
    fn is_distinctive(&self) -> bool {
        !self.shape.starts_with('#')
    }
}

/// Shortest of the keys in the table, and of their last parts where a hyphen or a dot follows.
const SHORTEST: usize = 17;
const SHORTEST_LAST_PART: usize = 5;
/// The maximum number of dots in a key.
const MOST_DOTS: usize = 8;

/// Validates a key of an open form. It may contain many prefixes, each of which is a start, and ends with its characters.
pub(super) fn open_key(c: &RecognizerInput<'_>, forms: &[Ready]) -> Verdict {
    if c.after.is_some_and(|after| after.is_ascii_alphanumeric() || matches!(after, '_' | '-')) {
        return Verdict::RejectBefore(c.text.len());
    }
    key_of(c, forms)
}

/// Validates a key of a closed form.
pub(super) fn closed_key(c: &RecognizerInput<'_>, forms: &[Ready]) -> Verdict {
    let last_part = || c.text.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let is_inside = match c.after {
        Some('-') => last_part() < SHORTEST_LAST_PART,
        Some(after) => after.is_ascii_alphanumeric() || after == '_',
        None => false,
    };
    if is_inside {
        return Verdict::RejectBefore(c.text.len());
    }
    key_of(c, forms)
}

/// Validates a key whose last part is the checksum of GitLab. What is before may contain many prefixes.
pub(super) fn checked_key(c: &RecognizerInput<'_>, forms: &[Ready]) -> Verdict {
    if c.text.rsplit_once('.').is_none_or(|(_, last)| last.len() != CHECKSUM_BYTES) {
        return Verdict::RejectBefore(c.text.len());
    }
    closed_key(c, forms)
}

/// The length of the payload in two characters of base 36 and a CRC-32 in seven: <https://docs.gitlab.com/security/tokens/>.
const CHECKSUM_BYTES: usize = 9;

fn key_of(c: &RecognizerInput<'_>, forms: &[Ready]) -> Verdict {
    let last_part = || c.text.bytes().rev().take_while(|&b| b != b'.').count();
    let is_inside = c.after == Some('.') && last_part() < SHORTEST_LAST_PART;
    if is_inside || c.text.ends_with('.') || c.text.len() < SHORTEST {
        return Verdict::RejectBefore(c.text.len());
    }
    let mut verdict = Verdict::RejectStarts(1);
    for (ready, rest) in forms_of(c.text, forms) {
        match fit_of(rest, ready, c.after) {
            Fit::Whole => verdict = Verdict::Accept,
            Fit::TooShort if verdict != Verdict::Accept => verdict = Verdict::Reject,
            Fit::TooShort | Fit::Never => {}
        }
    }
    // A later end has no fewer dots.
    let may_have_many = c.after == Some('.') || c.text.bytes().take(SHORTEST).any(|b| b == b'.');
    let dot =
        (verdict == Verdict::Accept || may_have_many).then(|| c.text.rmatch_indices('.').nth(MOST_DOTS)).flatten();
    dot.map_or(verdict, |(dot, _)| Verdict::RejectStarts(dot + 1))
}

/// The first bytes by which forms are looked up: no prefix is shorter.
const LOOKED_UP: usize = 2;

/// A form, to be looked up.
pub(super) struct Ready {
    /// The prefix as keys have it.
    prefix: String,
    form: &'static Form,
    longest: usize,
    /// The class of its last part, if that may have any length.
    open: Option<char>,
}

/// Returns forms sorted by their prefixes: tables are for reading.
pub(super) fn ready(forms: &'static [Form]) -> Vec<Ready> {
    let ready = |form: &'static Form| Ready {
        prefix: form.written_prefix(),
        form,
        longest: longest(form.parts()),
        open: open_class(form.parts()),
    };
    let mut forms: Vec<_> = forms.iter().map(ready).collect();
    forms.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    forms
}

/// Returns the forms whose prefix the text has, and what follows it.
fn forms_of<'t, 'f>(text: &'t str, forms: &'f [Ready]) -> impl Iterator<Item = (&'f Ready, &'t str)> {
    let key = |prefix: &str| prefix.as_bytes().first_chunk::<LOOKED_UP>().copied();
    let first = key(text);
    let from = forms.partition_point(|ready| key(&ready.prefix) < first);
    let alike = forms.iter().skip(from).take_while(move |ready| key(&ready.prefix) == first);
    alike.filter_map(|ready| Some((ready, text.strip_prefix(ready.prefix.as_str())?)))
}

/// Returns whether what follows a prefix is as the form has it, and random.
fn fit_of(rest: &str, Ready { form, longest, open, .. }: &Ready, after: Option<char>) -> Fit {
    if rest.len() > *longest {
        return Fit::Never;
    }
    if open.is_some_and(|class| continues(class, after)) {
        return Fit::TooShort;
    }
    let fit = fit(rest, form.parts(), after);
    let sample = head(rest);
    if fit != Fit::Whole || is_random(sample, form) {
        return fit;
    }
    if sample.len() == SAMPLE { Fit::Never } else { Fit::TooShort }
}

/// Returns `false` for placeholders in manuals, one letter over and over or few letters, and for words.
fn is_random(rest: &str, form: &Form) -> bool {
    let is_varied = if form.is_distinctive() {
        entropy(rest) > 2.0
    } else {
        entropy(rest) > 2.7 && rest.bytes().filter(u8::is_ascii_digit).count() >= 2
    };
    is_varied && !is_worded(rest)
}
