//! Word lists: one word or phrase a line, `#` for comments.

/// The words with their line numbers, in order. White space around a word and empty lines do not count.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
