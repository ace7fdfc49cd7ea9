//! Replacements of masked spans.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::char::is_combining_mark;

use super::conversation::Conversation;
use crate::detect::EntityType;
use crate::detect::canonical::canonical;
use crate::policy::rule::{ReplacementStyle, Rule};
use crate::text::normalize::{Mapping, View, normalize};

/// Bytes of the HMAC that are written, in hex. Two of a million values collide with a probability of 0.2 %.
pub(super) const HASH_BYTES: usize = 6;

/// The number of letters and digits that `keep_last_4` leaves visible.
const KEPT: usize = 4;

/// Returns the replacement of `value` by `rule`.
pub(super) fn replacement_text(rule: &Rule, value: &str, conversation: &Conversation) -> String {
    let label = &rule.name;
    match &rule.style {
        ReplacementStyle::Label => format!("{{{label}}}"),
        ReplacementStyle::Numbered => {
            let number = conversation.number(rule.entity, label, canonical(rule.entity, value));
            format!("{{{label}_{number}}}")
        }
        ReplacementStyle::KeepLast4 => keep_last(value),
        ReplacementStyle::Hash(key) => {
            let mut out = format!("{{{label}:");
            for byte in digest(key, &canonical(rule.entity, value)).iter().take(HASH_BYTES) {
                // Writing to a string cannot fail.
                let _ = write!(out, "{byte:02x}");
            }
            out.push('}');
            out
        }
        ReplacementStyle::Fixed(text) => text.clone(),
    }
}

/// Returns the replacement of `value` by a blocking rule, where the span is replaced instead. It contains nothing of the value.
pub(super) fn replacement_of_blocked(rule: &Rule, value: &str, conversation: &Conversation) -> String {
    match &rule.style {
        ReplacementStyle::KeepLast4 => format!("{{{}}}", rule.name),
        ReplacementStyle::Label
        | ReplacementStyle::Numbered
        | ReplacementStyle::Hash(_)
        | ReplacementStyle::Fixed(_) => replacement_text(rule, value, conversation),
    }
}

/// Masks all letters and digits except the last four; values with fewer than eight letters and digits are masked completely.
///
/// Spaces, hyphens, dots and slashes, which group numbers, stay; other characters are masked. An escape counts as the character it stands
/// for. A combining mark stays with its letter, and invisible characters are dropped.
fn keep_last(value: &str) -> String {
    let total = ValueUnits(value).filter(|unit| unit.kind == UnitKind::Counted).count();
    let hidden = if total < 2 * KEPT { total } else { total - KEPT };
    let mut out = String::with_capacity(value.len());
    let (mut seen, mut is_shown) = (0, false);
    for unit in ValueUnits(value) {
        match unit.kind {
            UnitKind::Counted => {
                is_shown = seen >= hidden;
                seen += 1;
                out.push_str(if is_shown { unit.text } else { "*" });
            }
            UnitKind::Separator => {
                is_shown = false;
                out.push_str(unit.text);
            }
            UnitKind::Mark if is_shown => out.push_str(unit.text),
            UnitKind::Mark | UnitKind::Invisible => {}
            UnitKind::Other => {
                is_shown = false;
                out.push('*');
            }
        }
    }
    out
}

/// How `keep_last_4` treats a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnitKind {
    /// A letter or a digit.
    Counted,
    /// Groups the characters around it.
    Separator,
    /// Belongs to the character before it.
    Mark,
    Invisible,
    Other,
}

impl UnitKind {
    fn of(c: char) -> Self {
        if is_combining_mark(c) {
            return Self::Mark;
        }
        let c = match normalize(c, View::Pattern) {
            Mapping::Dropped => return Self::Invisible,
            Mapping::To(form) => form.chars().next().unwrap_or(c),
            Mapping::Same => c,
        };
        match c {
            c if c.is_alphanumeric() => Self::Counted,
            '-' | '.' | '/' => Self::Separator,
            c if c.is_whitespace() => Self::Separator,
            _ => Self::Other,
        }
    }
}

/// A character of a value, or an escape that stands for one.
#[derive(Clone, Copy, Debug)]
struct ValueUnit<'a> {
    text: &'a str,
    kind: UnitKind,
}

/// The characters and escapes of a value.
struct ValueUnits<'a>(&'a str);

impl<'a> Iterator for ValueUnits<'a> {
    type Item = ValueUnit<'a>;

    fn next(&mut self) -> Option<ValueUnit<'a>> {
        let first = self.0.chars().next()?;
        let (length, kind) = match escape(self.0) {
            Some((length, Some(c))) => (length, UnitKind::of(c)),
            // A surrogate: half of a character in UTF-16.
            Some((length, None)) => (length, UnitKind::Other),
            None => (first.len_utf8(), UnitKind::of(first)),
        };
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(ValueUnit { text, kind })
    }
}

/// Returns the length of the escape at the start of `text`, with any number of backslashes, and its character.
fn escape(text: &str) -> Option<(usize, Option<char>)> {
    let letters = text.trim_start_matches('\\');
    let slashes = text.len() - letters.len();
    let letter = letters.chars().next().filter(|_| slashes > 0)?;
    let c = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' | 'f' => ' ',
        '"' | '\'' | '/' => letter,
        'u' => {
            let digits = letters.get(1..5).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            let code = u32::from_str_radix(digits, 16).ok()?;
            return Some((slashes + 5, char::from_u32(code)));
        }
        _ => return None,
    };
    Some((slashes + 1, Some(c)))
}

/// Returns the fingerprint of a value in hex: equal for all ways of writing it.
pub(super) fn fingerprint(key: &[u8], entity: Option<EntityType>, value: &str) -> Box<str> {
    let mut out = String::with_capacity(64);
    for byte in digest(key, &canonical(entity, value)) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out.into()
}

fn digest(key: &[u8], value: &str) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::{digest, keep_last, replacement_of_blocked, replacement_text};
    use crate::guardrail::Conversation;
    use crate::policy::rule::{ReplacementStyle, Rule, RuleOrigin};
    use crate::policy::{Action, RuleKind};

    #[test]
    fn every_style_writes_its_replacement() {
        let label = "{R}";
        let hash = "{R:c8bc656c8023}";
        let rule = |style| Rule {
            name: "R".into(),
            kind: RuleKind::Regex,
            entity: None,
            managed: None,
            filter: None,
            pattern: None,
            input: Action::Mask,
            output: Action::Mask,
            style,
            message: None,
            origin: RuleOrigin::default(),
        };
        let conversation = Conversation::new();
        for (style, masked, blocked) in [
            (ReplacementStyle::Label, label, label),
            (ReplacementStyle::Numbered, "{R_1}", "{R_1}"),
            (ReplacementStyle::KeepLast4, "****5678", label),
            (ReplacementStyle::Fixed("x".to_owned()), "x", "x"),
            (ReplacementStyle::Hash(b"0123456789abcdef".as_slice().into()), hash, hash),
        ] {
            let rule = rule(style);
            assert_eq!(replacement_text(&rule, "12345678", &conversation), masked);
            assert_eq!(replacement_of_blocked(&rule, "12345678", &conversation), blocked);
        }
        assert_eq!(replacement_text(&rule(ReplacementStyle::Numbered), "another", &conversation), "{R_2}");
    }

    #[test]
    fn keep_last_4_keeps_four_and_separators() {
        assert_eq!(keep_last("4111 1111-1111 1234"), "**** ****-**** 1234");
        assert_eq!(keep_last("1234567"), "*******");
        assert_eq!(keep_last("12345678"), "****5678");
        assert_eq!(keep_last("p@$$!!##%%^^"), "************");
        assert_eq!(keep_last("jane.roe@example.com"), "****.**********e.com");
    }

    #[test]
    fn keep_last_4_counts_characters_as_they_are_read() {
        for (value, expected) in [
            // Escapes stand for one character, and are never cut.
            (r"4111\n1111\t1111 1234", r"****\n****\t**** 1234"),
            (r"4111\r1111\f1111\b1234", r"****\r****\f****\b1234"),
            (r"12\/34\/5678", r"**\/**\/5678"),
            (r#"abcd\"e\'1234"#, "*******1234"),
            (r"jane\u0040example.com", "***********e.com"),
            (r"abcdefg\u0068", r"****efg\u0068"),
            (r"abcdefg\\u0068", r"****efg\\u0068"),
            (r"abcd\ud835\udfcf1234", "******1234"),
            (r"abcd\x1234", "******1234"),
            (r"abcdefgh\", "****efgh*"),
            (r"abcdefg\u00", "******g*u00"),
            // Outside the first plane.
            ("𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟐𝟑𝟒", "********𝟏𝟐𝟑𝟒"),
            ("👍👍abcdefgh", "******efgh"),
            // Combining marks are not characters, and reveal nothing of a masked one.
            ("jose\u{301}mari\u{301}a", "*****ari\u{301}a"),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", "****"),
            ("4111\u{200b}1111\u{200b}1234", "********1234"),
            ("４１１１－１１１１　１２３４", "****－****　１２３４"),
        ] {
            assert_eq!(keep_last(value), expected, "{value}");
        }
    }

    #[test]
    fn the_digest_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let digest = digest(b"Jefe", "what do ya want for nothing?");
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
