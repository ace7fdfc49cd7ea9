//! The location of every YAML value, found within limits.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, Span};

use super::source::{SourceFile, SourceLocation};
use crate::policy::excerpt::printable;
use crate::policy::limits::{MAX_DEPTH, MAX_NODES, NODE_BYTES};

/// Why a text cannot be read as one YAML document.
#[derive(Debug)]
pub(in crate::policy) struct SyntaxError {
    pub(in crate::policy) location: SourceLocation,
    pub(in crate::policy) message: String,
    pub(in crate::policy) help: Option<String>,
}

impl SyntaxError {
    fn new(location: SourceLocation, message: impl Into<String>, help: &str) -> Self {
        Self { location, message: message.into(), help: Some(help.to_owned()) }
    }
}

/// A value: its location and, for a scalar, its text.
#[derive(Clone, Debug)]
pub(super) struct ValueMark {
    pub(super) location: SourceLocation,
    pub(super) kind: MarkKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MarkKind {
    Scalar(String),
    Sequence,
    Mapping,
}

const ESCAPE_HELP: &str = "in double quotes a backslash starts an escape; put patterns in single quotes";

/// Returns the values of a document in the order of the text, each alias as the values it stands for.
///
/// Stops at the first sign of an attack, without recursion, so that `serde_yaml` never sees a text that could exhaust memory.
pub(super) fn scan(source: &SourceFile) -> Result<Vec<ValueMark>, SyntaxError> {
    let mut scan = Scan::default();
    let mut documents = 0;
    for event in Parser::new_from_str(source.text()) {
        let (event, span) = event.map_err(|error| {
            let location = location(*error.marker(), 1);
            // An escape that does not exist hides the end of the text, and the bracket after it.
            let escape = error.info().contains("escape").then(|| ESCAPE_HELP.to_owned());
            let help = escape.or_else(|| scan.unclosed()).or_else(|| syntax_help(source, location).map(str::to_owned));
            SyntaxError { location, message: format!("not valid YAML: {}", printable(error.info())), help }
        })?;
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                let message = "a policy file must hold one YAML document";
                return Err(SyntaxError::new(located(span), message, "remove the second `---`, or split the file"));
            }
        }
        scan.event(event, located(span))?;
    }
    Ok(scan.marks)
}

/// A list or a mapping that has not ended.
struct OpenContainer {
    /// The index of its mark.
    mark: usize,
    anchor: usize,
}

#[derive(Default)]
struct Scan {
    marks: Vec<ValueMark>,
    open: Vec<OpenContainer>,
    /// The marks of each anchor's value.
    anchors: HashMap<usize, Range<usize>>,
    size: usize,
}

impl Scan {
    fn event(&mut self, event: Event<'_>, at: SourceLocation) -> Result<(), SyntaxError> {
        let tag = match &event {
            Event::Scalar(.., tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.is_some(),
            _ => false,
        };
        if tag {
            return Err(SyntaxError::new(at, "YAML tags are not part of the policy format", "remove the `!…`"));
        }
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let mark = self.marks.len();
                self.add(at, MarkKind::Scalar(text.into_owned()))?;
                self.end(OpenContainer { mark, anchor });
            }
            Event::SequenceStart(anchor, _) => self.begin(at, MarkKind::Sequence, anchor)?,
            Event::MappingStart(anchor, _) => self.begin(at, MarkKind::Mapping, anchor)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(container) = self.open.pop() {
                    self.end(container);
                }
            }
            Event::Alias(anchor) => self.repeat(anchor, at)?,
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, at: SourceLocation, kind: MarkKind, anchor: usize) -> Result<(), SyntaxError> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("the YAML is nested more than {MAX_DEPTH} levels deep");
            return Err(SyntaxError::new(at, message, "a policy needs 5 levels"));
        }
        self.open.push(OpenContainer { mark: self.marks.len(), anchor });
        self.add(at, kind)
    }

    fn end(&mut self, OpenContainer { mark, anchor }: OpenContainer) {
        let first = self.marks.get(mark + 1).map(|first| first.location);
        if let (Some(value), Some(first)) = (self.marks.get_mut(mark), first)
            && value.kind == MarkKind::Mapping
            && value.location.width == 0
        {
            // A block mapping has no bracket to point at; its first key stands for it.
            value.location = first;
        }
        if anchor != 0 {
            self.anchors.insert(anchor, mark..self.marks.len());
        }
    }

    fn repeat(&mut self, anchor: usize, at: SourceLocation) -> Result<(), SyntaxError> {
        let Some(range) = self.anchors.get(&anchor).cloned() else {
            // The parser knows the anchor, but its value has not ended: it would contain itself.
            return Err(SyntaxError::new(at, "the alias refers to a value that contains it", "remove the alias"));
        };
        for mark in range {
            if let Some(ValueMark { location, kind }) = self.marks.get(mark).cloned() {
                self.count(&kind, at)?;
                self.marks.push(ValueMark { location, kind });
            }
        }
        Ok(())
    }

    fn add(&mut self, location: SourceLocation, kind: MarkKind) -> Result<(), SyntaxError> {
        self.count(&kind, location)?;
        self.marks.push(ValueMark { location, kind });
        Ok(())
    }

    fn count(&mut self, kind: &MarkKind, at: SourceLocation) -> Result<(), SyntaxError> {
        self.size += match kind {
            MarkKind::Scalar(text) => 1 + text.len() / NODE_BYTES,
            MarkKind::Sequence | MarkKind::Mapping => 1,
        };
        if self.size > MAX_NODES {
            let message = format!("the YAML has more than {MAX_NODES} values with aliases expanded");
            return Err(SyntaxError::new(at, message, "move long lists to a word file: `file: words/NAME.txt`"));
        }
        Ok(())
    }

    /// Returns a hint at the innermost bracket that is still open.
    fn unclosed(&self) -> Option<String> {
        let mut open = self.open.iter().rev().filter_map(|container| self.marks.get(container.mark));
        let ValueMark { location, kind } = open.find(|mark| mark.location.width > 0)?;
        let bracket = if *kind == MarkKind::Sequence { '[' } else { '{' };
        Some(format!("the `{bracket}` in line {}, column {} is not closed", location.line, location.column))
    }
}

fn location(marker: Marker, width: usize) -> SourceLocation {
    SourceLocation { line: marker.line().max(1), column: marker.col() + 1, width }
}

fn located(span: Span) -> SourceLocation {
    location(span.start, span.end.index().saturating_sub(span.start.index()))
}

/// Returns a hint at the usual mistakes, from the line of the error.
pub(super) fn syntax_help(source: &SourceFile, location: SourceLocation) -> Option<&'static str> {
    let line = source.line(location.line).unwrap_or("");
    let value = line.split_once(": ").map_or(line, |(_, value)| value);
    let value = value.trim_start_matches([' ', '-']);
    if line.trim_start_matches(' ').starts_with('\t') {
        Some("indent with spaces, not tabs")
    } else if line.contains('\t') {
        Some("use spaces, not tabs")
    } else if value.starts_with('"') && value.contains('\\') {
        Some(ESCAPE_HELP)
    } else if value.starts_with(['@', '`', '%']) || value.contains(": ") {
        Some("put text with special characters in quotes")
    } else {
        None
    }
}
