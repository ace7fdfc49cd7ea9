//! The forms of values: how long they are, and where they have separators.
//!
//! Numbers of many kinds are written in a few forms each (`ddd-dd-dddd`), and nearly every end of a group of digits is the end of some
//! pattern. The forms tell at an end, without a look at a start, which patterns can match there and where they begin.

use super::alternatives::AlternativeSet;
use crate::text::view::ViewText;
use crate::text::work;

/// A form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Its length in bytes: less than 64.
    bytes: usize,
    /// One bit for each byte, the last byte first: set for letters and digits of ASCII.
    solid: u64,
    /// One bit for each byte, set.
    all: u64,
    /// A value of this form counts only near a context word.
    pub(super) needs_context: bool,
}

impl Form {
    /// Returns the form that `sample` has: letters, digits and `*` represent letters and digits, all else separators.
    #[expect(clippy::indexing_slicing, reason = "below the length")]
    pub(crate) const fn of(sample: &str) -> Self {
        let bytes = sample.as_bytes();
        assert!(bytes.len() < 64, "a form is short");
        let (mut solid, mut at) = (0u64, 0);
        while at < bytes.len() {
            solid = solid << 1 | (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'*') as u64;
            at += 1;
        }
        Self::new(bytes.len(), solid)
    }

    /// Returns the form of groups of these lengths with one separator between them.
    #[expect(clippy::indexing_slicing, reason = "below the length")]
    pub(crate) const fn grouped(groups: &[usize]) -> Self {
        let (mut bytes, mut solid, mut at) = (0, 0u64, 0);
        while at < groups.len() {
            let gap = (at > 0) as usize;
            bytes += groups[at] + gap;
            solid = solid << (groups[at] + gap) | ((1u64 << groups[at]) - 1);
            at += 1;
        }
        assert!(bytes < 64, "a form is short");
        Self::new(bytes, solid)
    }

    const fn new(bytes: usize, solid: u64) -> Self {
        Self { bytes, solid, all: (1 << bytes) - 1, needs_context: false }
    }

    /// Returns the form of values that count only near a context word.
    pub(crate) const fn in_context(self) -> Self {
        Self { needs_context: true, ..self }
    }

    /// Returns the forms of these samples: those of `plain`, unless one of `sure` has the same, need a context word.
    #[expect(clippy::indexing_slicing, reason = "below the length")]
    pub(crate) const fn all<const N: usize>(sure: &[&str], plain: &[&str]) -> [Self; N] {
        let mut forms = [Self::of(""); N];
        let mut at = 0;
        while at < N {
            forms[at] = Self::of(if at < sure.len() { sure[at] } else { plain[at - sure.len()] });
            let mut known = 0;
            while known < sure.len() && !forms[known].is_like(forms[at]) {
                known += 1;
            }
            forms[at].needs_context = known == sure.len();
            at += 1;
        }
        forms
    }

    /// Returns `true` if the other has the same bytes.
    const fn is_like(self, other: Self) -> bool {
        self.bytes == other.bytes && self.solid == other.solid
    }

    /// Returns the length.
    pub(super) fn bytes(self) -> usize {
        self.bytes
    }

    /// Returns the form of its last bytes.
    fn last(self, bytes: usize) -> Self {
        Self::new(self.bytes.min(bytes), self.solid)
    }

    /// Returns `true` if the last bytes have this form.
    #[inline]
    pub(super) fn is_at_end_of(self, recent: u64) -> bool {
        (recent ^ self.solid) & self.all == 0
    }
}

/// The forms of all alternatives.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// The alternatives that may have any form.
    free: AlternativeSet,
    /// All others.
    bound: AlternativeSet,
    formed: Vec<(Form, AlternativeSet)>,
    /// For each value of the last bytes, the forms that may end so, by number.
    by_last: Vec<Vec<usize>>,
}

/// The last bytes by which forms are looked up, one bit each.
const LAST_BYTES: usize = 8;

impl Forms {
    /// Returns the forms of alternatives, by number.
    pub(super) fn new<'a>(all: impl Iterator<Item = &'a [Form]>) -> Self {
        let mut forms = Self::default();
        for (alternative, of) in (0..).zip(all) {
            let set = if of.is_empty() { &mut forms.free } else { &mut forms.bound };
            set.insert(alternative);
            for &form in of {
                match forms.formed.iter_mut().find(|(known, _)| *known == form) {
                    Some((_, set)) => set.insert(alternative),
                    None => forms.formed.push((form, [alternative].into_iter().collect())),
                }
            }
        }
        let ending = |last: u64| {
            let may_end =
                |&(_, &(form, _)): &(usize, &(Form, AlternativeSet))| form.last(LAST_BYTES).is_at_end_of(last);
            forms.formed.iter().enumerate().filter(may_end).map(|(number, _)| number).collect()
        };
        forms.by_last = (0..1 << LAST_BYTES).map(ending).collect();
        forms
    }

    /// Returns `true` if some of these alternatives have forms.
    pub(super) fn bind(&self, some: &AlternativeSet) -> bool {
        some.common(&self.bound).next().is_some()
    }

    /// Finds the alternatives that can end where the last bytes are `recent`, and no context word is near if `lacks_context`.
    pub(super) fn ending(&self, recent: u64, lacks_context: bool, found: &mut AlternativeSet) {
        found.copy_from(&self.free);
        let last = recent & ((1 << LAST_BYTES) - 1);
        let numbers = self.by_last.get(last as usize).map_or(&[] as &[usize], Vec::as_slice);
        work::count(self.free.words() + numbers.len() / 8);
        for (form, set) in numbers.iter().map(|&number| &self.formed[number]) {
            if form.is_at_end_of(recent) && !(lacks_context && form.needs_context) {
                found.add(set);
            }
        }
    }
}

/// The last bytes of a view: one bit for each, the last byte first, set for letters and digits.
#[derive(Debug, Default)]
pub(super) struct Recent {
    solid: u64,
    /// The offset up to which the view was read.
    read: usize,
}

impl Recent {
    /// Returns the bytes before `end`.
    pub(super) fn before(&mut self, end: usize, view: &ViewText) -> u64 {
        const KEPT: usize = u64::BITS as usize;
        if end < self.read {
            return read(0, end.saturating_sub(KEPT), end, view);
        }
        self.solid = read(self.solid, self.read.max(end.saturating_sub(KEPT)), end, view);
        self.read = end;
        self.solid
    }
}

fn read(solid: u64, from: usize, end: usize, view: &ViewText) -> u64 {
    let (from, base) = (from.max(view.base()), view.base());
    let bytes = view.kept().as_bytes().get(from - base..end - base.min(end)).unwrap_or_default();
    work::count(bytes.len() / 8);
    bytes.iter().fold(solid, |solid, byte| solid << 1 | u64::from(byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Form, Recent};
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    #[test]
    fn forms_are_those_of_their_samples() {
        assert_eq!(Form::of("ddd-dd-dddd"), Form::grouped(&[3, 2, 4]));
        assert_eq!(Form::of("dddd*"), Form::grouped(&[5]));
        let all = [Form::of("9"), Form::of("A-A").in_context(), Form::of("x")];
        assert_eq!(Form::all::<3>(&["d"], &["d d", "A"]), all);
    }

    proptest! {
        #[test]
        fn a_form_is_seen_at_its_end(text in "[a1 é-]{1,90}", ends in proptest::collection::vec(1_usize..90, 1..9)) {
            let view = ViewText::of(&text, View::Entity);
            let mut recent = Recent::default();
            for end in ends.into_iter().map(|end| end.min(view.end())) {
                let last = recent.before(end, &view);
                for bytes in 1..end.min(20) {
                    let Some(part) = view.kept().get(end - bytes..end) else { continue };
                    prop_assert!(Form::of(part).is_at_end_of(last), "{:?}", part);
                    let other: String = part.replace(|c: char| c.is_ascii_alphanumeric(), "-");
                    prop_assert_eq!(Form::of(&other).is_at_end_of(last), !part.contains(|c: char| c.is_ascii_alphanumeric()));
                }
            }
        }
    }
}
