//! Names of fields that remain distinct when they are masked.

use std::collections::{HashMap, HashSet};

/// The names of one object. A name that is taken gets a number, so that no field is lost.
#[derive(Default)]
pub(super) struct UniqueNames {
    taken: HashSet<String>,
    /// The next number to try, by name; smaller numbers are taken.
    next: HashMap<String, u32>,
}

impl UniqueNames {
    /// Creates a set of names that are taken.
    pub(super) fn new(taken: impl IntoIterator<Item = String>) -> Self {
        Self { taken: taken.into_iter().collect(), next: HashMap::new() }
    }

    /// Takes a name. If it is already taken, returns the ending that makes it unique.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        if self.taken.insert(name.to_owned()) {
            return None;
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let ending = format!("_{next}");
            *next += 1;
            if self.taken.insert(format!("{name}{ending}")) {
                return Some(ending);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UniqueNames;

    #[test]
    fn a_taken_name_gets_the_next_free_number() {
        let mut names = UniqueNames::new(["a".to_owned(), "m_3".to_owned()]);
        let mut take = |name| names.take(name).unwrap_or_default();
        assert_eq!([take("m"), take("m"), take("m"), take("a"), take("m_3")], ["", "_2", "_4", "_2", "_2"]);
    }

    #[test]
    fn many_equal_names_are_numbered_in_one_pass_each() {
        let mut names = UniqueNames::default();
        let last = (0..200_000).map(|_| names.take("{EMAIL}")).last().flatten();
        assert_eq!(last.as_deref(), Some("_200000"));
    }
}
