//! Classes of words: given names, surnames, and how they are written in ordinary text.

/// The class of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// 0: no given name; 1 to 3: rare to common.
    pub(crate) given: u8,
    /// 0: no surname; 1 to 3: rare to common.
    pub(crate) surname: u8,
    /// 0: not seen; otherwise a [`Habit`].
    pub(crate) habit: u8,
}

impl Class {
    /// The class of a word in no list.
    pub(crate) const NONE: Self = Self { given: 0, surname: 0, habit: 0 };

    /// Returns the class as one number below 128.
    pub(crate) fn number(self) -> u8 {
        self.given | self.surname << 2 | self.habit << 4
    }

    /// Returns the class of a number.
    pub(crate) fn from_number(number: u8) -> Self {
        Self { given: number & 3, surname: number >> 2 & 3, habit: number >> 4 & 7 }
    }

    /// Returns `true` for a word that is mostly written in lower case.
    pub(crate) fn is_ordinary(self) -> bool {
        matches!(self.habit, 1 | 2)
    }

    /// Returns `true` for a word of a list of names.
    pub(crate) fn is_name(self) -> bool {
        self.given > 0 || self.surname > 0
    }
}

/// Bits of a hash that number its bucket.
const BUCKET_BITS: u32 = 14;
/// Buckets of a file.
pub(crate) const BUCKETS: usize = 1 << BUCKET_BITS;

/// The lists, as they are in the file: for each bucket the number of words in it (1 byte), then the next 16 bits of the hashes in order (2 bytes
/// each), then the classes (1 byte each). `starts` is computed once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists<'a> {
    starts: Vec<u32>,
    keys: &'a [u8],
    classes: &'a [u8],
}

impl<'a> Lists<'a> {
    /// Reads the lists; `None` if they are damaged.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (counts, rest) = bytes.split_at_checked(BUCKETS)?;
        let mut starts = Vec::with_capacity(BUCKETS + 1);
        let mut sum = 0;
        starts.push(0);
        for &count in counts {
            sum += u32::from(count);
            starts.push(sum);
        }
        let (keys, classes) = rest.split_at_checked(2 * sum as usize)?;
        (classes.len() == sum as usize).then_some(Self { starts, keys, classes })
    }

    /// Returns the bucket of a hash and the key in it.
    pub(crate) fn split(hash: u32) -> (usize, u16) {
        ((hash >> (32 - BUCKET_BITS)) as usize, (hash >> (16 - BUCKET_BITS)) as u16)
    }

    /// Returns the class of a word by its hash.
    pub(crate) fn class(&self, hash: u32) -> Class {
        let (bucket, key) = Self::split(hash);
        let (Some(&start), Some(&end)) = (self.starts.get(bucket), self.starts.get(bucket + 1)) else {
            return Class::NONE;
        };
        let key = key.to_le_bytes();
        let keys = self.keys.get(2 * start as usize..2 * end as usize).unwrap_or_default();
        let found = keys.chunks_exact(2).position(|other| other == key);
        let class = found.and_then(|at| self.classes.get(start as usize + at));
        class.map_or(Class::NONE, |&number| Class::from_number(number))
    }
}
