//! Standard output.

use std::fmt;
use std::io::{self, BufWriter, Stdout, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use console::{Term, measure_text_width};
use serde::Serialize;

use crate::failure::Failure;
use crate::wrap::{terminal_width, wrap, wrap_message};

/// The last column of a table moves to lines of its own if it has fewer columns.
const MIN_CELL: usize = 24;

/// Standard output. Everything is written as it is, because the checked text may contain escape sequences.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    color: bool,
    /// The columns of the terminal, if it is one.
    width: Option<usize>,
}

impl Out {
    /// Opens standard output, with colors if the terminal supports them.
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        let color = AutoStream::choice(&stdout) != ColorChoice::Never;
        let width = terminal_width(&Term::stdout());
        Self { writer: BufWriter::with_capacity(64 << 10, stdout), color, width }
    }

    /// Writes a label and text, in lines that fit the terminal. All lines but the first are indented.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn paragraph(&mut self, label: &str, indent: usize, text: &str) -> Result<(), Failure> {
        let lines = match self.width {
            Some(width) => wrap(text, width.saturating_sub(measure_text_width(label)), width.saturating_sub(indent)),
            None => vec![text.to_owned()],
        };
        for (number, line) in lines.iter().enumerate() {
            match number {
                0 => self.line(format_args!("{label}{line}"))?,
                _ => self.line(format_args!("{:indent$}{line}", ""))?,
            }
        }
        Ok(())
    }

    /// Writes a line.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) -> Result<(), Failure> {
        self.writer
            .write_fmt(line)
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(|error| Failure::writing(&error))
    }

    /// Writes a message, in lines that fit the terminal.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn message(&mut self, message: &str) -> Result<(), Failure> {
        for line in message.split('\n') {
            for line in wrap_message(line, self.width.unwrap_or(usize::MAX)) {
                self.line(format_args!("{line}"))?;
            }
        }
        Ok(())
    }

    /// Writes text.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_all(text.as_bytes()).map_err(|error| Failure::writing(&error))
    }

    /// Writes a value as JSON on one line.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.writer, value).map_err(|error| Failure::writing(&error.into()))?;
        self.line(format_args!(""))
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn json_pretty(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.writer, value).map_err(|error| Failure::writing(&error.into()))?;
        self.line(format_args!(""))
    }

    /// Flushes the output.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| Failure::writing(&error))
    }

    /// Returns a word in the color of its tone.
    pub(crate) fn paint(&self, tone: Tone, word: impl fmt::Display) -> String {
        if !self.color {
            return word.to_string();
        }
        let style = match tone {
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Note => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
            Tone::Quiet => Style::new().dimmed(),
        };
        format!("{style}{word}{style:#}")
    }
}

/// The tone of a word, which determines its color.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    /// Passed.
    Good,
    /// Masked, a warning.
    Note,
    /// Blocked, failed.
    Bad,
    /// Secondary.
    Quiet,
}

/// A table with columns as wide as their widest cell. The last column takes what the terminal has left, and wraps.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    indent: usize,
}

#[derive(Debug)]
enum Row {
    Cells(Vec<String>),
    Heading(String),
}

impl Table {
    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(Row::Cells(cells.into_iter().collect()));
    }

    /// Adds a line above the rows that follow.
    pub(crate) fn heading(&mut self, heading: String) {
        self.rows.push(Row::Heading(heading));
    }

    /// Indents the rows.
    pub(crate) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Writes the rows, two columns to the right of the indent.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub(crate) fn write(&self, out: &mut Out) -> Result<(), Failure> {
        let columns = self.cells().map(<[String]>::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.cells().filter_map(|row| row.get(column)).map(|cell| measure_text_width(cell)).max().unwrap_or(0)
            })
            .collect();
        for row in &self.rows {
            match row {
                Row::Cells(cells) => self.write_cells(cells, &widths, out)?,
                Row::Heading(heading) => {
                    let heading = out.paint(Tone::Quiet, heading);
                    out.line(format_args!("{:indent$}  {heading}", "", indent = self.indent))?;
                }
            }
        }
        Ok(())
    }

    fn cells(&self) -> impl Iterator<Item = &[String]> {
        self.rows.iter().filter_map(|row| if let Row::Cells(cells) = row { Some(cells.as_slice()) } else { None })
    }

    fn write_cells(&self, cells: &[String], widths: &[usize], out: &mut Out) -> Result<(), Failure> {
        let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let Some((last, before)) = cells.get(..filled).and_then(<[String]>::split_last) else {
            return out.line(format_args!(""));
        };
        let mut line = " ".repeat(self.indent + 1);
        for (cell, width) in before.iter().zip(widths) {
            let space = width.saturating_sub(measure_text_width(cell));
            line.push_str(&format!(" {cell}{:space$} ", ""));
        }
        line.push(' ');
        let column = measure_text_width(&line);
        // If little is left, the last column gets lines of its own.
        let own_line =
            out.width.is_some_and(|width| column + MIN_CELL > width && column + measure_text_width(last) > width);
        if own_line && !before.is_empty() {
            out.line(format_args!("{}", line.trim_end()))?;
            let indent = self.indent + 4;
            return out.paragraph(&" ".repeat(indent), indent, last);
        }
        out.paragraph(&line, column, last)
    }
}

/// Returns a number of things: `1 rule`, `2 rules`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_singular() {
        assert_eq!([count(0, "rule"), count(1, "rule"), count(2, "rule")], ["0 rules", "1 rule", "2 rules"]);
    }
}
