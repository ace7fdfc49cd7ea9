//! Events to nodes, stopping at the first sign of an attack.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::{Entry, Kind, Node, Place, Source};
use crate::policy::limits::{MAX_DEPTH, MAX_NODES};
use crate::policy::render::shown;

/// Why a text cannot be read as one YAML document.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl SyntaxError {
    fn new(place: Place, message: impl Into<String>, help: &str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { place, message: message.into(), help }
    }
}

/// Reads one document; `None` when the text holds no value.
///
/// Nothing here recurses, and depth and number of nodes are checked before a node is made, so that the typed
/// parse that follows never sees a text that could hurt it.
pub(crate) fn read(source: &Source) -> Result<Option<Rc<Node>>, SyntaxError> {
    let mut builder = Builder::default();
    let mut documents = 0;
    for event in Parser::new_from_str(source.text()) {
        let (event, span) = event.map_err(|error| {
            let place = place(*error.marker(), 1);
            let help = builder.unclosed().or_else(|| syntax_help(source, place).map(str::to_owned));
            SyntaxError { place, message: format!("not valid YAML: {}", shown(error.info())), help }
        })?;
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                let message = "a policy file holds one YAML document";
                return Err(SyntaxError::new(spanned(span), message, "remove the second `---`, or split the file"));
            }
        }
        builder.event(event, span)?;
    }
    Ok(builder.root)
}

/// What is half built.
enum Open {
    Sequence { place: Place, anchor: usize, items: Vec<Rc<Node>> },
    Mapping { place: Place, anchor: usize, entries: Vec<Entry>, key: Option<Rc<Node>> },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Rc<Node>>,
    anchors: HashMap<usize, Rc<Node>>,
    nodes: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), SyntaxError> {
        let at = spanned(span);
        let tag = match &event {
            Event::Scalar(.., tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.is_some(),
            _ => false,
        };
        if tag {
            return Err(SyntaxError::new(at, "YAML tags are not part of the policy format", "remove the `!…`"));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let kind = Kind::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.close(Node { place: at, kind, size: 1 }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(at, Open::Sequence { place: at, anchor, items: Vec::new() }),
            Event::MappingStart(anchor, _) => {
                self.begin(at, Open::Mapping { place: at, anchor, entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Sequence { place, anchor, items }) => {
                    let size = items.iter().fold(1usize, |sum, item| sum.saturating_add(item.size));
                    self.close(Node { place, kind: Kind::Sequence(items), size }, anchor)
                }
                Some(Open::Mapping { mut place, anchor, entries, .. }) => {
                    // A block mapping has no bracket of its own to point at; its first key stands for it.
                    if let (Some(first), 0) = (entries.first(), place.width) {
                        place = first.key.place;
                    }
                    let size = entries
                        .iter()
                        .fold(1usize, |sum, entry| sum.saturating_add(entry.key.size).saturating_add(entry.value.size));
                    self.close(Node { place, kind: Kind::Mapping(entries), size }, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).map(Rc::clone) {
                Some(node) => {
                    self.count(node.size, at)?;
                    self.attach(node);
                    Ok(())
                }
                // The parser knows the anchor, but what it names is still open: the value would contain
                // itself.
                None => Err(SyntaxError::new(at, "the alias stands inside what it names", "remove the alias")),
            },
            _ => Ok(()),
        }
    }

    /// A word on the bracket that is still open, if one is.
    fn unclosed(&self) -> Option<String> {
        let (bracket, place) = self.open.iter().rev().find_map(|open| match open {
            Open::Sequence { place, .. } if place.width > 0 => Some(('[', place)),
            Open::Mapping { place, .. } if place.width > 0 => Some(('{', place)),
            _ => None,
        })?;
        let (line, column) = (place.line, place.column);
        Some(format!("the `{bracket}` in line {line}, column {column} is still open here"))
    }

    fn begin(&mut self, at: Place, open: Open) -> Result<(), SyntaxError> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(SyntaxError::new(at, message, "a policy needs 5 levels"));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize) -> Result<(), SyntaxError> {
        self.count(1, node.place)?;
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node);
        Ok(())
    }

    fn count(&mut self, nodes: usize, at: Place) -> Result<(), SyntaxError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values, counting each alias as all it stands for");
            return Err(SyntaxError::new(at, message, "long lists belong in a word file: `file: words/NAME.txt`"));
        }
        Ok(())
    }

    fn attach(&mut self, node: Rc<Node>) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
        }
    }
}

fn place(marker: Marker, width: usize) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1, width }
}

fn spanned(span: Span) -> Place {
    let width = span.end.index().saturating_sub(span.start.index());
    place(span.start, width)
}

/// The usual slips, told from the line they are on.
fn syntax_help(source: &Source, place: Place) -> Option<&'static str> {
    let line = source.line(place.line).unwrap_or("");
    let value = line.split_once(": ").map_or(line, |(_, value)| value);
    let value = value.trim_start_matches([' ', '-']);
    if line.trim_start_matches(' ').starts_with('\t') {
        Some("indent with spaces, not tabs")
    } else if line.contains('\t') {
        Some("use spaces, not tabs")
    } else if value.starts_with('"') && value.contains('\\') {
        Some("in double quotes a backslash starts an escape; put patterns in single quotes")
    } else if value.starts_with(['@', '`', '%']) || value.contains(": ") {
        Some("text with special characters needs quotes")
    } else {
        None
    }
}
