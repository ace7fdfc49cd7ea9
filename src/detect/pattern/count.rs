//! What a match must be like before its validator is asked.

use super::form::Form;

/// The kind of characters that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// ASCII digits.
    Digits = 0,
    /// ASCII letters.
    Letters,
    /// ASCII letters and digits.
    LettersAndDigits,
}

/// A number of characters of one kind that a match must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    of: Counted,
    least: u8,
    most: u8,
}

/// What a validator requires of a match. It is not asked about others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    /// The characters that a match must have.
    pub(crate) count: Count,
    /// The forms of which a match must have one; none if it may have any.
    pub(crate) forms: &'static [Form],
    /// The validator may say that a match counts only near a context word.
    pub(crate) asks_context: bool,
    /// It says so of every match.
    pub(crate) is_never_sure: bool,
    /// The validator accepts no match that an ASCII letter, a digit or `_` follows.
    pub(crate) word_end: bool,
}

impl Needs {
    /// Nothing.
    pub(crate) const NONE: Self =
        Self { count: Count::ANY, forms: &[], asks_context: false, is_never_sure: false, word_end: false };
}

impl Counted {
    /// Returns `true` if the byte counts.
    pub(super) fn includes(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Letters => byte.is_ascii_alphabetic(),
            Self::LettersAndDigits => byte.is_ascii_alphanumeric(),
        }
    }
}

impl Count {
    /// Any number.
    pub(crate) const ANY: Self = Self { of: Counted::Digits, least: 0, most: u8::MAX };

    /// Returns the count of so many digits.
    pub(crate) const fn digits(least: u8, most: u8) -> Self {
        Self { of: Counted::Digits, least, most }
    }

    /// Returns the count of at least so many letters.
    pub(crate) const fn letters(least: u8) -> Self {
        Self { of: Counted::Letters, least, most: u8::MAX }
    }

    /// Returns the count of so many letters and digits.
    pub(crate) const fn letters_and_digits(least: u8, most: u8) -> Self {
        Self { of: Counted::LettersAndDigits, least, most }
    }

    /// Returns the characters that are counted.
    pub(super) fn of(self) -> Counted {
        self.of
    }

    /// Returns the least number.
    pub(super) fn least(self) -> u32 {
        u32::from(self.least)
    }

    /// Returns the greatest number, if there is one.
    pub(super) fn most(self) -> Option<u32> {
        (self.most < u8::MAX).then_some(u32::from(self.most))
    }

    /// Returns how many bytes from the start on cannot begin a match that ends with `text`, or `None` if all of it can be one.
    ///
    /// A later start has fewer characters and the same end. So too few reject every start, and too many reject all starts up to the one
    /// that leaves few enough. Takes no memory: most candidates end here.
    pub(crate) fn rejected(self, text: &str) -> Option<usize> {
        if self == Self::ANY {
            return None;
        }
        let count = text.bytes().filter(|&byte| self.of.includes(byte)).count();
        let (least, most) = (usize::from(self.least), usize::from(self.most));
        if count < least {
            return Some(text.len());
        }
        let surplus = count.checked_sub(most).filter(|&surplus| surplus > 0 && self.most < u8::MAX)?;
        let counted = text.bytes().enumerate().filter(|&(_, byte)| self.of.includes(byte));
        Some(counted.take(surplus).last().map_or(0, |(at, _)| at + 1))
    }
}
