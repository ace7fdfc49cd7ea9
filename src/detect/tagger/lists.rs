//! Classes of words: given names, surnames, and how they are written in ordinary text.

/// The class of a word: a number below 128.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

/// The number of classes.
pub(crate) const CLASSES: usize = 128;

impl Class {
    /// The class of a word in no list.
    pub(crate) const NONE: Self = Self(0);

    /// Returns the class as one number.
    pub(crate) const fn number(self) -> u8 {
        self.0
    }

    /// Returns the class of a number.
    pub(crate) fn from_number(number: u8) -> Self {
        Self(number & 127)
    }

    /// Returns how common a word is as a given name. 0: it is none; 1 to 3: rare to common.
    pub(crate) fn given(self) -> u8 {
        self.0 & 3
    }

    /// Returns how common a word is as a surname. 0: it is none; 1 to 3: rare to common.
    pub(crate) fn surname(self) -> u8 {
        self.0 >> 2 & 3
    }

    /// Returns how a word is written in ordinary text. 0: it was not seen.
    pub(crate) fn habit(self) -> u8 {
        self.0 >> 4
    }

    /// Returns the class with another number for given names.
    #[allow(dead_code, reason = "the training makes classes")]
    pub(crate) fn with_given(self, given: u8) -> Self {
        Self(self.0 & !3 | given & 3)
    }

    /// Returns the class with another number for surnames.
    #[allow(dead_code, reason = "the training makes classes")]
    pub(crate) fn with_surname(self, surname: u8) -> Self {
        Self(self.0 & !(3 << 2) | (surname & 3) << 2)
    }

    /// Returns the class with another habit.
    #[allow(dead_code, reason = "the training makes classes")]
    pub(crate) fn with_habit(self, habit: u8) -> Self {
        Self(self.0 & 15 | (habit & 7) << 4)
    }

    /// Returns `true` for a word that is mostly written in lower case.
    pub(crate) fn is_ordinary(self) -> bool {
        matches!(self.habit(), 1 | 2)
    }

    /// Returns `true` for a word of a list of names.
    pub(crate) fn is_name(self) -> bool {
        self.given() > 0 || self.surname() > 0
    }
}

/// Bits of a hash that number its bucket.
const BUCKET_BITS: u32 = 14;
/// Buckets of a file.
pub(crate) const BUCKETS: usize = 1 << BUCKET_BITS;

/// Parts of a bucket, as bits: most have one word or none.
const PART_BITS: u32 = 2;
/// Parts of all buckets.
const PARTS: usize = BUCKETS << PART_BITS;

/// The lists, as they are in the file: for each bucket the number of words in it (1 byte), then the next 16 bits of the hashes in order (2 bytes
/// each), then the classes (1 byte each). `starts` is computed once: the number of the first word of each part, and that of all words.
#[derive(Clone, Debug)]
pub(crate) struct Lists<'a> {
    starts: Box<[u32; PARTS + 1]>,
    keys: &'a [[u8; 2]],
    classes: &'a [u8],
}

impl<'a> Lists<'a> {
    /// Reads the lists; `None` if they are damaged.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (counts, rest) = bytes.split_at_checked(BUCKETS)?;
        let sum: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (keys, classes) = rest.split_at_checked(2 * sum)?;
        let (keys, _) = keys.as_chunks();
        let starts = starts(counts, keys)?.try_into().ok()?;
        (classes.len() == sum).then_some(Self { starts, keys, classes })
    }

    /// Returns the bucket of a hash and the key in it.
    pub(crate) fn split(hash: u32) -> (usize, u16) {
        ((hash >> (32 - BUCKET_BITS)) as usize, (hash >> (16 - BUCKET_BITS)) as u16)
    }

    /// Returns the class of a word by its hash.
    #[inline]
    pub(crate) fn class(&self, hash: u32) -> Class {
        let (_, key) = Self::split(hash);
        let part = (hash >> (32 - BUCKET_BITS - PART_BITS)) as usize;
        let (Some(&start), Some(&end)) = (self.starts.get(part), self.starts.get(part + 1)) else {
            return Class::NONE;
        };
        let (start, end) = (start as usize, end as usize);
        let keys = self.keys.get(start..end).unwrap_or_default();
        let found = keys.iter().position(|&other| u16::from_le_bytes(other) == key);
        let class = found.and_then(|at| self.classes.get(start + at));
        class.map_or(Class::NONE, |&number| Class::from_number(number))
    }
}

/// Returns the number of the first word of each part, and that of all words; `None` if the keys of a bucket are not in order.
fn starts(counts: &[u8], keys: &[[u8; 2]]) -> Option<Box<[u32]>> {
    let mut starts = Vec::with_capacity(PARTS + 1);
    let mut rest = keys;
    for &count in counts {
        let (bucket, after) = rest.split_at_checked(count.into())?;
        let first = u32::try_from(keys.len() - rest.len()).ok()?;
        let of_key = |key: &[u8; 2]| u16::from_le_bytes(*key) >> (u16::BITS - PART_BITS);
        if !bucket.is_sorted_by_key(|&key| u16::from_le_bytes(key)) {
            return None;
        }
        starts.extend((0..1 << PART_BITS).map(|part| first + bucket.partition_point(|key| of_key(key) < part) as u32));
        rest = after;
    }
    starts.push(u32::try_from(keys.len()).ok()?);
    Some(starts.into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each word has the class that a search of its whole bucket finds, and so has a hash of no list.
    #[test]
    fn classes_are_those_of_the_bucket() {
        let (_, file) = super::super::model::Weights::read(include_bytes!("names.bin")).expect("a model");
        let lists = Lists::read(file).expect("lists");
        let of_bucket = |hash: u32| {
            let (bucket, key) = Lists::split(hash);
            let start: usize = file.iter().take(bucket).map(|&count| usize::from(count)).sum();
            let words = (start..).take(file[bucket].into());
            let word = words.into_iter().find(|&word| u16::from_le_bytes(lists.keys[word]) == key);
            word.map_or(Class::NONE, |word| Class::from_number(lists.classes[word]))
        };
        for number in 0..1000_u32 {
            let hash = number.wrapping_mul(0x9E37_79B1);
            assert_eq!(lists.class(hash), of_bucket(hash), "{hash:x}");
        }
        for (number, word) in lists.keys.iter().enumerate().step_by(101) {
            let part = lists.starts.partition_point(|&start| start as usize <= number) - 1;
            let hash = ((part >> PART_BITS) << (32 - BUCKET_BITS)) as u32
                | u32::from(u16::from_le_bytes(*word)) << (16 - BUCKET_BITS);
            assert_eq!(lists.class(hash).number(), lists.classes[number], "{hash:x}");
            assert_eq!(lists.class(hash), of_bucket(hash), "{hash:x}");
        }
    }
}
