//! Text in lines that fit a terminal.

use console::{Term, measure_text_width};

/// In fewer columns, wrapped text is no easier to read.
const MIN_WIDTH: usize = 40;

/// Returns the columns of a terminal; `None` if it is none.
pub(crate) fn terminal_width(term: &Term) -> Option<usize> {
    let size = term.size_checked().filter(|_| term.is_term());
    size.map(|(_, columns)| usize::from(columns)).filter(|&columns| columns >= MIN_WIDTH)
}

/// Returns the lines of text that is wrapped at spaces. A word that is longer than a line is not broken.
pub(crate) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for (number, word) in text.split(' ').enumerate() {
        let limit = if lines.len() == 1 { first } else { rest };
        let added = measure_text_width(word) + usize::from(number > 0);
        if width > 0 && width + added > limit {
            lines.push(word.to_owned());
            width = measure_text_width(word);
        } else if let Some(line) = lines.last_mut() {
            if number > 0 {
                line.push(' ');
            }
            line.push_str(word);
            width += added;
        }
    }
    lines
}

/// Returns the lines of a line of a message, such as of a problem in a policy. The rest of a help begins below its text. Quoted lines of a
/// policy are not wrapped.
pub(crate) fn wrap_message(line: &str, width: usize) -> Vec<String> {
    let is_quoted =
        |(number, rest): (&str, &str)| number.trim().bytes().all(|b| b.is_ascii_digit()) && !rest.starts_with(" =");
    let is_excerpt = line.split_once('|').is_some_and(is_quoted);
    if is_excerpt || line.contains("--> ") || measure_text_width(line) <= width {
        return vec![line.to_owned()];
    }
    let indent = line.find("= help: ").map_or(2, |at| at + "= help: ".len());
    let lead = line.len() - line.trim_start().len();
    let (start, text) = line.split_at(lead);
    let mut lines = wrap(text, width.saturating_sub(lead), width.saturating_sub(indent)).into_iter();
    let first = lines.next().map(|first| format!("{start}{first}"));
    first.into_iter().chain(lines.map(|line| format!("{:indent$}{line}", ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::{wrap, wrap_message};

    #[test]
    fn text_wraps_at_spaces() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("extraordinary a", 5, 5), ["extraordinary", "a"]);
        assert_eq!(wrap("中文 中文", 5, 5), ["中文", "中文"]);
        assert_eq!(wrap("a  b", 80, 80), ["a  b"]);
        assert_eq!(wrap("", 80, 80), [""]);
    }

    #[test]
    fn messages_wrap_below_their_text() {
        assert_eq!(wrap_message("error: one two three", 14), ["error: one two", "  three"]);
        assert_eq!(wrap_message(" = help: one two three", 16), [" = help: one two", "         three"]);
        assert_eq!(wrap_message("12 | one two three", 8), ["12 | one two three"]);
        assert_eq!(wrap_message("   | ^^^ ^^^ ^^^", 8), ["   | ^^^ ^^^ ^^^"]);
        assert_eq!(wrap_message(" --> a long path.yaml", 8), [" --> a long path.yaml"]);
    }
}
