//! Writes a masked span.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::conversation::Conversation;
use crate::policy::rule::{Mask, Rule};
use crate::text::fold::{View, fold_text};

/// Bytes of the HMAC that are written, in hex. 2^48 values: two of a million differ with a chance of 0.2 %.
const HASH_BYTES: usize = 6;

/// Letters and digits that `keep_last_4` leaves to be seen.
const KEPT: usize = 4;

/// Writes `value` to `out` as `rule` masks it.
pub(super) fn write_mask(rule: &Rule, value: &str, conversation: &Conversation, out: &mut String) {
    let label = &rule.name;
    match &rule.mask {
        Mask::Label => {
            out.push('{');
            out.push_str(label);
            out.push('}');
        }
        Mask::Numbered => {
            let number = conversation.number(rule.entity, label, canonical(value));
            // Writing to a string cannot fail.
            let _ = write!(out, "{{{label}_{number}}}");
        }
        Mask::KeepLast4 => keep_last(value, out),
        Mask::Hash(key) => {
            let _ = write!(out, "{{{label}:");
            for byte in &digest(key, &canonical(value))[..HASH_BYTES] {
                let _ = write!(out, "{byte:02x}");
            }
            out.push('}');
        }
        Mask::Fixed(text) => out.push_str(text),
    }
}

/// The value as equal values are told: folded, without case and surrounding space.
fn canonical(value: &str) -> String {
    fold_text(value, View::Pattern).trim().to_lowercase()
}

/// Stars for all letters and digits but the last four. Of a value with fewer than eight, nothing is left to be seen.
fn keep_last(value: &str, out: &mut String) {
    let total = value.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = if total < 2 * KEPT { total } else { total - KEPT };
    let mut seen = 0;
    for c in value.chars() {
        if !c.is_alphanumeric() {
            out.push(c);
            continue;
        }
        out.push(if seen < hidden { '*' } else { c });
        seen += 1;
    }
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

    fn kept(value: &str) -> String {
        let mut out = String::new();
        keep_last(value, &mut out);
        out
    }

    #[test]
    fn keep_last_4_keeps_four_and_separators() {
        assert_eq!(kept("4111 1111-1111 1234"), "**** ****-**** 1234");
        assert_eq!(kept("1234567"), "*******");
        assert_eq!(kept("12345678"), "****5678");
    }

    #[test]
    fn the_digest_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let digest = digest(b"Jefe", "what do ya want for nothing?");
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
