//! Words and phrases that are written as names and name no person.

use std::sync::LazyLock;

/// The words and phrases, sorted.
pub(crate) static NO_NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("no_names.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Returns `true` if the text is a phrase of the list, or all its words are in the list.
pub(crate) fn is_no_name(text: &str) -> bool {
    let text = text.to_lowercase();
    let is_listed = |phrase: &str| NO_NAMES.binary_search(&phrase).is_ok();
    text.split_whitespace().all(is_listed) || is_listed(&text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::{NO_NAMES, is_no_name};

    #[test]
    fn the_list_is_sorted_and_each_line_is_there_once() {
        assert!(NO_NAMES.is_sorted_by(|a, b| a < b));
        assert!(NO_NAMES.iter().all(|line| line.to_lowercase() == *line && line.trim() == *line && !line.is_empty()));
    }

    #[test]
    fn words_and_phrases_of_the_list_are_no_names() {
        for text in ["Jesus Christ", "GREEKS", "Mona Lisa", "mona\nlisa"] {
            assert!(is_no_name(text), "{text}");
        }
        for text in ["Jesus Navas", "Lisa", "Mona", "Paris", "Greeks Lisa"] {
            assert!(!is_no_name(text), "{text}");
        }
    }
}
