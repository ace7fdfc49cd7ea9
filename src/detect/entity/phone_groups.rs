//! A number that is written in groups, read once for all that is asked of it.

use smallvec::SmallVec;

use super::checksum::Digits;

/// The groups of a number without its extension, and the signs between them.
pub(super) struct GroupedNumber<'a> {
    pub(super) text: &'a str,
    pub(super) digits: Digits,
    pub(super) groups: SmallVec<[&'a str; 16]>,
    /// The lengths of the groups.
    pub(super) lens: SmallVec<[usize; 16]>,
    signs: u8,
}

impl<'a> GroupedNumber<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut number = Self { text, digits: Digits::new(), groups: SmallVec::new(), lens: SmallVec::new(), signs: 0 };
        let mut len = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte.is_ascii_digit() {
                number.digits.push(byte - b'0');
                len += 1;
            } else {
                number.signs |= bit(byte);
                number.add_group(at, std::mem::take(&mut len));
            }
        }
        number.add_group(text.len(), len);
        number
    }

    fn add_group(&mut self, end: usize, len: usize) {
        if let Some(group) = self.text.get(end - len..end).filter(|group| !group.is_empty()) {
            self.groups.push(group);
            self.lens.push(len);
        }
    }

    /// Returns `true` if one of these separators is in it: of brackets, either.
    pub(super) fn has(&self, separators: &[u8]) -> bool {
        separators.iter().any(|&separator| self.signs & bit(separator) != 0)
    }
}

/// Returns a bit for each separator.
fn bit(separator: u8) -> u8 {
    match separator {
        b' ' => 1,
        b'\n' => 2,
        b'(' | b')' => 4,
        b'.' => 8,
        b'/' => 16,
        b'-' => 32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::GroupedNumber;

    #[test]
    fn groups_are_between_separators() {
        let number = GroupedNumber::new("(030) 1-22\n");
        assert_eq!(number.groups.as_slice(), ["030", "1", "22"]);
        assert_eq!(number.lens.as_slice(), [3, 1, 2]);
        assert_eq!(number.digits.as_slice(), [0, 3, 0, 1, 2, 2]);
        let has: Vec<bool> = " \n().-/".bytes().map(|separator| number.has(&[separator])).collect();
        assert_eq!(has, [true, true, true, true, false, true, false]);
        assert!(!number.has(b"./") && number.has(b"./-"));
        let other = GroupedNumber::new("..");
        assert!(other.groups.is_empty() && other.digits.is_empty() && other.has(b"."));
    }
}
