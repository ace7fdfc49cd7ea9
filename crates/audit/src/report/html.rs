//! HTML that escapes everything it is given.

use std::fmt::Write as _;

/// Returns text with the characters escaped that mean something in HTML. Control characters, which could hide or reorder text, become
/// visible.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(sign),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => drop(write!(out, "[U+{:04X}]", u32::from(sign))),
            _ if sign.is_control() => drop(write!(out, "[U+{:04X}]", u32::from(sign))),
            _ => out.push(sign),
        }
    }
    out
}

/// Returns escaped text as code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Returns a number with a space between thousands.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Returns a number of bytes in decimal units.
pub(super) fn bytes(value: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut scaled, mut unit) = (value, 0);
    let mut rest = 0;
    while scaled >= 1000 && unit + 1 < units.len() {
        rest = scaled % 1000 / 100;
        scaled /= 1000;
        unit += 1;
    }
    let unit_name = units.get(unit).copied().unwrap_or_default();
    if unit > 0 && scaled < 100 { format!("{scaled}.{rest} {unit_name}") } else { format!("{scaled} {unit_name}") }
}

pub(super) struct Table {
    out: String,
    /// The attribute of the cells of each column.
    classes: Vec<&'static str>,
}

impl Table {
    /// Begins a table. Columns whose title begins with `#` hold numbers; with `.`, words that do not wrap.
    pub(super) fn new(titles: &[&str]) -> Self {
        let class = |title: &&str| match title.chars().next() {
            Some('#') => " class=\"n\"",
            Some('.') => " class=\"w\"",
            _ => "",
        };
        let classes: Vec<&str> = titles.iter().map(class).collect();
        let mut out = String::from("<table><thead><tr>");
        for (title, class) in titles.iter().zip(&classes) {
            let _ = write!(out, "<th{class}>{}</th>", escape(title.trim_start_matches(['#', '.'])));
        }
        out.push_str("</tr></thead><tbody>\n");
        Self { out, classes }
    }

    /// Adds a row of cells that are HTML.
    pub(super) fn row(&mut self, cells: &[String]) {
        self.out.push_str("<tr>");
        for (cell, class) in cells.iter().zip(&self.classes) {
            let _ = write!(self.out, "<td{class}>{cell}</td>");
        }
        self.out.push_str("</tr>\n");
    }

    /// Adds a heading for the rows that follow, as HTML.
    pub(super) fn group(&mut self, heading: &str) {
        let _ = writeln!(self.out, "<tr class=\"group\"><td colspan=\"{}\">{heading}</td></tr>", self.classes.len());
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</tbody></table>\n");
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, escape, number};

    #[test]
    fn everything_is_escaped() {
        assert_eq!(escape("<script>&\"'"), "&lt;script&gt;&amp;&quot;&#39;");
        assert_eq!(escape("a\u{202e}b\u{7}"), "a[U+202E]b[U+0007]");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(number(12), "12");
        for (value, text) in [(999, "999 B"), (1500, "1.5 kB"), (123_456_789, "123 MB")] {
            assert_eq!(bytes(value), text);
        }
    }
}
