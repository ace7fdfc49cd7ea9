//! Standard output.

use std::fmt;
use std::io::{self, BufWriter, Stdout, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::failure::Failure;

/// Standard output. Everything is written as it is, because the checked text may contain escape sequences.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    color: bool,
}

impl Out {
    /// Opens standard output, with colors if the terminal supports them.
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        let color = AutoStream::choice(&stdout) != ColorChoice::Never;
        Self { writer: BufWriter::with_capacity(64 << 10, stdout), color }
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

/// A table with columns as wide as their widest cell.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl Table {
    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
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
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for row in &self.rows {
            let mut line = " ".repeat(self.indent + 1);
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!(" {cell:width$} "));
            }
            out.line(format_args!("{}", line.trim_end()))?;
        }
        Ok(())
    }
}
