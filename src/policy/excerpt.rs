//! Text of a policy as error messages quote it: bounded in length and free of control characters.

use unicode_width::UnicodeWidthChar as _;

use super::yaml::source::SourceLocation;

/// The most columns of an excerpt. Longer lines are cut around the fault.
const MAX_COLUMNS: usize = 120;

/// Characters kept before the fault in a line that is cut.
const LEAD: usize = 40;

const TAB: &str = "    ";

/// A line, cut around the fault, and the carets below it.
#[derive(Clone, Debug)]
pub(super) struct Excerpt {
    pub(super) line: String,
    pub(super) carets: String,
}

impl Excerpt {
    /// Returns the excerpt of a line with a fault at this location.
    pub(super) fn new(line: &str, location: SourceLocation) -> Self {
        let column = location.column.saturating_sub(1);
        let skip = if line.chars().nth(MAX_COLUMNS).is_some() { column.saturating_sub(LEAD) } else { 0 };
        let (mut drawn, mut carets) = (String::new(), String::new());
        if skip > 0 {
            drawn.push('…');
            carets.push(' ');
        }
        let mut columns = 0;
        for (at, character) in line.chars().enumerate().skip(skip) {
            if columns >= MAX_COLUMNS {
                drawn.push('…');
                break;
            }
            let before = drawn.len();
            draw(character, &mut drawn);
            let width: usize = drawn.get(before..).unwrap_or("").chars().map(|c| c.width().unwrap_or(0)).sum();
            columns += width;
            if at < column {
                carets.extend(std::iter::repeat_n(' ', width));
            } else if at < column + location.width.max(1) {
                carets.extend(std::iter::repeat_n('^', width));
            }
        }
        // A fault at the end of the line, or with no width of its own, still gets one caret.
        if !carets.contains('^') {
            carets.push('^');
        }
        Self { line: drawn.trim_end().to_owned(), carets }
    }
}

/// Writes a tab as spaces, and a control or direction character as a mark: a policy must not write to the terminal.
fn draw(character: char, out: &mut String) {
    match character {
        '\t' => out.push_str(TAB),
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            out.push('\u{fffd}');
        }
        c if c.is_control() => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

/// Returns text of a policy for a message: control characters are marked, and the length is limited.
pub(super) fn printable(text: &str) -> String {
    const MAX_SHOWN: usize = 200;
    let mut out = String::new();
    for (number, character) in text.chars().enumerate() {
        if number >= MAX_SHOWN {
            out.push('…');
            break;
        }
        draw(character, &mut out);
    }
    out
}
