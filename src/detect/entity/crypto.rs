//! Addresses of crypto-currency wallets.

use sha2::{Digest, Sha256};

use super::builders::{accept_if, exact};
use super::description::{Certainty, Comparison, Description};
use super::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Verdict};

pub(super) static CRYPTO_WALLET: Description = Description {
    comparison: Comparison::Exact,
    certainty: Certainty::Checksum,
    aliases: &["CRYPTO"],
    recognizers: &[&[
        // Bitcoin, pay to public key hash (1...) and to script hash (3...).
        exact(r"\b[13][1-9A-HJ-NP-Za-km-z]+\b", 35, base58).with_count(Count::letters_and_digits(26, 35)),
        // Bitcoin and Litecoin witness addresses (BIP 173, BIP 350).
        exact(r"\b(?:bc1|tb1|ltc1|BC1|TB1|LTC1)[0-9A-Za-z]+\b", 90, bech32),
        // Ethereum. The mixed-case checksum (EIP-55) is optional, so the form is all there is.
        exact(r"\b0x[0-9A-Fa-f]+\b", 42, ethereum),
    ]],
    ..Description::DEFAULT
};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The value of each character, or 58.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the lengths")]
static BASE58_VALUES: [u8; 256] = {
    let mut values = [58; 256];
    let mut value = 0;
    while value < 58 {
        values[BASE58[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Returns the 25 bytes of an address of at most 35 characters. Each `1` in front is a byte of zero, and nothing else is.
fn base58_bytes(text: &str) -> Option<[u8; 25]> {
    if has_length_of_address(text) { decoded(text) } else { None }
}

/// Returns `true` if so many characters after the `1` in front can be the bytes that are left. A character has between 5.857 and 5.858
/// bits.
fn has_length_of_address(text: &str) -> bool {
    let zeros = text.bytes().take_while(|&byte| byte == b'1').count();
    let (chars, most) = (text.len() - zeros, 8000 * 25_usize.saturating_sub(zeros));
    zeros >= 25 || (chars * 5858 > most - 8000 && chars.saturating_sub(1) * 5857 < most)
}

fn decoded(text: &str) -> Option<[u8; 25]> {
    // Five characters at a time, into limbs of 32 bits, the lowest first: 35 characters have less than seven limbs.
    let mut limbs = [0u32; 7];
    for chunk in text.as_bytes().chunks(5) {
        let (mut carry, mut scale) = (0u64, 1u64);
        for &byte in chunk {
            let value = BASE58_VALUES.get(usize::from(byte)).copied().filter(|&value| value < 58)?;
            (carry, scale) = (carry * 58 + u64::from(value), scale * 58);
        }
        for limb in &mut limbs {
            carry += u64::from(*limb) * scale;
            *limb = (carry & u64::from(u32::MAX)) as u32;
            carry >>= 32;
        }
    }
    let mut wide = [0u8; 28];
    wide.chunks_mut(4).zip(limbs.iter().rev()).for_each(|(bytes, limb)| bytes.copy_from_slice(&limb.to_be_bytes()));
    let zeros = text.bytes().take_while(|&byte| byte == b'1').count();
    let (head, bytes) = wide.split_first_chunk::<3>()?;
    let is_whole = *head == [0; 3] && bytes.iter().take_while(|&&byte| byte == 0).count() == zeros;
    is_whole.then(|| bytes.try_into().ok())?
}

/// Checks Base58Check: 25 bytes of which the last four are the head of the double SHA-256 of the others (Bitcoin wiki,
/// "Base58Check encoding"); the first is the version, 0 or 5 for Bitcoin.
fn base58check(text: &str) -> bool {
    // The version first: the hashes cost the most.
    let Some(bytes) = base58_bytes(text).filter(|bytes| matches!(bytes.first(), Some(0 | 5))) else { return false };
    let (payload, check) = bytes.split_at(21);
    Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

fn base58(c: &RecognizerInput<'_>) -> Verdict {
    accept_if((26..=35).contains(&c.text.len()) && c.is_alone() && base58check(c.text))
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Returns the checksum of BIP 173 (constant 1) and BIP 350 (0x2bc830a3).
fn bech32_check(text: &str) -> bool {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let lower = text.to_ascii_lowercase();
    if lower != text && text.to_ascii_uppercase() != text {
        return false;
    }
    let Some((human, data)) = lower.rsplit_once('1') else {
        return false;
    };
    let mut sum = 1u32;
    let mut feed = |value: u8| {
        let top = sum >> 25;
        sum = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
        for (i, generator) in GENERATOR.iter().enumerate() {
            if (top >> i) & 1 == 1 {
                sum ^= generator;
            }
        }
    };
    human.bytes().for_each(|b| feed(b >> 5));
    feed(0);
    human.bytes().for_each(|b| feed(b & 31));
    for b in data.bytes() {
        let Some(value) = BECH32.iter().position(|&x| x == b) else {
            return false;
        };
        feed(value as u8);
    }
    matches!(sum, 1 | 0x2bc8_30a3) && data.len() >= 6
}

fn bech32(c: &RecognizerInput<'_>) -> Verdict {
    accept_if((14..=90).contains(&c.text.len()) && c.is_alone() && bech32_check(c.text))
}

fn ethereum(c: &RecognizerInput<'_>) -> Verdict {
    accept_if(c.text.len() == 42 && c.is_alone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base58check_vectors() {
        // The genesis block's address and the script hash example of BIP 16's wiki page.
        assert!(base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(base58check("3P14159f73E4gFr7JterCCQh9QjiTjiZrG"));
        assert!(!base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        // Several bytes of zero, and one `1` too few or too many for them.
        assert!(base58check("1111111111111111111114oLvT2"));
        assert!(!base58check("111111111111111111114oLvT2") && !base58check("11111111111111111111114oLvT2"));
    }

    proptest! {
        #[test]
        fn text_that_is_too_short_or_too_long_is_no_address(text in "1{0,26}[1-9A-HJ-NP-Za-km-z]{0,35}") {
            let text = text.get(..35).unwrap_or(&text);
            prop_assert!(has_length_of_address(text) || decoded(text).is_none());
        }
    }

    #[test]
    fn bech32_vectors() {
        // Valid addresses of BIP 173 and BIP 350, and one with a wrong character.
        assert!(bech32_check("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
        assert!(bech32_check("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(!bech32_check("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(!bech32_check("bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
    }
}
