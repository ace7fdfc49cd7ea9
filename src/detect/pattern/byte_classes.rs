//! Classes of bytes, by which the gate steps.

use std::collections::HashMap;

use regex_automata::nfa::thompson::NFA;

use crate::text::char_class::{CharClass, NON_ASCII_CLASSES};

/// Returns the classes that the character of a byte may have.
pub(super) fn classes_of(byte: u8) -> u8 {
    match byte {
        0..0x80 => 1 << CharClass::of_ascii(byte) as u8,
        _ => non_ascii(),
    }
}

/// Returns the classes of characters that are not ASCII.
pub(super) fn non_ascii() -> u8 {
    NON_ASCII_CLASSES.iter().fold(0, |bits, &class| bits | 1 << class as u8)
}

/// Returns a class for each byte. Bytes of a class lead from one state to the same state.
pub(super) fn byte_classes(nfa: &NFA, counts: bool) -> [u8; 256] {
    let mut known: HashMap<(u8, u8, bool, bool), u8> = HashMap::new();
    std::array::from_fn(|byte| {
        let byte = u8::try_from(byte).unwrap_or(0);
        let class = match byte {
            0..0x80 => CharClass::of_ascii(byte) as u8,
            0x80..0xC0 => 8,
            _ => 9,
        };
        let next = u8::try_from(known.len()).unwrap_or(u8::MAX);
        *known
            .entry((
                nfa.byte_classes().get(byte),
                class,
                counts && byte.is_ascii_digit(),
                counts && byte.is_ascii_alphanumeric(),
            ))
            .or_insert(next)
    })
}
