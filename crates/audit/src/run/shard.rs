//! A part of a plan, for job arrays.

use std::fmt;
use std::str::FromStr;

/// A part of a plan: `2/8` is the second of eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Returns `true` if the unit at this position of the plan belongs to the shard.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        position % self.count == self.index - 1
    }

    pub(super) fn name(self) -> String {
        format!("{}-of-{}", self.index, self.count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err(format!("`{text}` is not a shard; write `i/n`, from `1/n` to `n/n`")),
        }
    }
}
