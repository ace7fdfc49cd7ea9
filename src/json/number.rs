//! The grammar of numbers.

/// The part of a number that its last character belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberPart {
    Minus,
    /// A zero, which no digit follows.
    Zero,
    Integer,
    Point,
    Fraction,
    /// The letter, or the sign after it.
    Exponent {
        has_sign: bool,
    },
    Power,
}

impl NumberPart {
    /// Returns the part that a number begins with.
    pub(super) fn first(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            _ => Self::Minus.next(byte),
        }
    }

    /// Returns the part that the next character belongs to, or `None` if it does not continue the number.
    pub(super) fn next(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Self::Integer,
            (Self::Zero | Self::Integer, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Self::Exponent { has_sign: false },
            (Self::Exponent { has_sign: false }, b'+' | b'-') => Self::Exponent { has_sign: true },
            (Self::Exponent { .. } | Self::Power, b'0'..=b'9') => Self::Power,
            _ => return None,
        })
    }

    /// Returns `true` if the number may end here.
    pub(super) fn may_end(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Power)
    }
}
