//! A problem as text: message, place, the line with carets under the fault, path, help.

use std::fmt::{self, Write as _};

use unicode_width::UnicodeWidthChar as _;

use super::problem::Problem;
use super::yaml::Place;

/// Columns of an excerpt. Longer lines are cut around the fault.
const MAX_COLUMNS: usize = 120;

/// Characters kept before the fault in a line that is cut.
const LEAD: usize = 40;

/// What a tab is drawn as, in the line and above the carets alike.
const TAB: &str = "    ";

/// Writes one problem.
pub(super) fn problem(problem: &Problem, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "error: {}", problem.message)?;
    let number = problem.place.map_or(String::new(), |place| place.line.to_string());
    let margin = " ".repeat(number.len());
    write!(f, "\n{margin}--> {}", problem.file)?;
    if let Some(place) = problem.place {
        write!(f, ":{}:{}", place.line, place.column)?;
        if let Some(excerpt) = &problem.excerpt {
            let Excerpt { line, carets } = excerpt;
            let bar = format!("\n{margin} |");
            write!(f, "{bar}\n{number} |")?;
            if !line.is_empty() {
                write!(f, " {line}")?;
            }
            write!(f, "{bar} {carets}")?;
            if !problem.path.is_empty() || problem.help.is_some() {
                f.write_str(&bar)?;
            }
        }
    }
    // Without an excerpt there is no bar to line up with, but the notes keep their column.
    let pad = if problem.place.is_some() { margin } else { String::new() };
    if !problem.path.is_empty() {
        write!(f, "\n{pad} = at: {}", problem.path)?;
    }
    for (number, help) in problem.help.iter().flat_map(|help| help.lines()).enumerate() {
        let lead = if number == 0 { " = help: " } else { "         " };
        write!(f, "\n{pad}{lead}{help}")?;
    }
    Ok(())
}

/// A line as drawn, cut around the fault, and the carets below it. Its size is bounded, however long the line
/// is.
#[derive(Clone, Debug)]
pub(super) struct Excerpt {
    line: String,
    carets: String,
}

/// The excerpt of a line for a fault in it.
pub(super) fn excerpt(line: &str, place: Place) -> Excerpt {
    let column = place.column.saturating_sub(1);
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
        } else if at < column + place.width.max(1) {
            carets.extend(std::iter::repeat_n('^', width));
        }
    }
    // A fault at the end of the line, or with no width of its own, still gets one caret.
    if !carets.contains('^') {
        carets.push('^');
    }
    Excerpt { line: drawn.trim_end().to_owned(), carets }
}

/// Tabs as spaces; control and direction characters as a mark, so that a policy cannot write to the terminal.
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

/// Text from a policy, for a message: control characters marked, length kept within bounds.
pub(super) fn shown(text: &str) -> String {
    const MAX_SHOWN: usize = 200;
    let mut out = String::new();
    for (number, character) in text.chars().enumerate() {
        if number >= MAX_SHOWN {
            let _ = out.write_char('…');
            break;
        }
        draw(character, &mut out);
    }
    out
}
