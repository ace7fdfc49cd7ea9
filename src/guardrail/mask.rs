//! Writes a masked span.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::conversation::Conversation;
use crate::policy::rule::{Mask, Rule};
use crate::text::fold::View;
use crate::text::view::fold_text;

/// Bytes of the HMAC that are written, in hex. 2^48 values: two of a million differ with a chance of 0.2 %.
const HASH_BYTES: usize = 6;

/// Letters and digits that `keep_last_4` leaves to be seen.
const KEPT: usize = 4;

/// What `rule` puts in place of `value`.
pub(super) fn mask(rule: &Rule, value: &str, conversation: &Conversation) -> String {
    let label = &rule.name;
    match &rule.mask {
        Mask::Label => format!("{{{label}}}"),
        Mask::Numbered => {
            let number = conversation.number(rule.entity, label, canonical(value));
            format!("{{{label}_{number}}}")
        }
        Mask::KeepLast4 => keep_last(value),
        Mask::Hash(key) => {
            let mut out = format!("{{{label}:");
            for byte in &digest(key, &canonical(value))[..HASH_BYTES] {
                // Writing to a string cannot fail.
                let _ = write!(out, "{byte:02x}");
            }
            out.push('}');
            out
        }
        Mask::Fixed(text) => text.clone(),
    }
}

/// The value as equal values are told: folded, without case and surrounding space.
fn canonical(value: &str) -> String {
    fold_text(value, View::Entity).trim().to_lowercase()
}

/// Stars for all but the last four letters and digits; of a value with fewer than eight, nothing is left to be seen. Spaces, hyphens and
/// dots, which group numbers, stay; other signs are part of the value.
fn keep_last(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let total = value.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = if total < 2 * KEPT { total } else { total - KEPT };
    let mut seen = 0;
    for c in value.chars() {
        if !c.is_alphanumeric() {
            out.push(if matches!(c, ' ' | '-' | '.' | '/') { c } else { '*' });
            continue;
        }
        out.push(if seen < hidden { '*' } else { c });
        seen += 1;
    }
    out
}

fn digest(key: &[u8], value: &str) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::{digest, keep_last};

    #[test]
    fn keep_last_4_keeps_four_and_separators() {
        assert_eq!(keep_last("4111 1111-1111 1234"), "**** ****-**** 1234");
        assert_eq!(keep_last("1234567"), "*******");
        assert_eq!(keep_last("12345678"), "****5678");
        assert_eq!(keep_last("p@$$!!##%%^^"), "************");
    }

    #[test]
    fn the_digest_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let digest = digest(b"Jefe", "what do ya want for nothing?");
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
