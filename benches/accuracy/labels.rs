//! Lines of labelled sets. `tools/tagger` reads this file too.

use std::ops::Range;

use serde::Deserialize;

/// A line of a set: its text, and labels whose offsets count code points.
#[derive(Deserialize)]
pub(crate) struct Line {
    #[serde(default)]
    pub(crate) text: String,
    /// The messages of a conversation, in sets that have no `text`.
    #[serde(default)]
    pub(crate) turns: Vec<String>,
    #[serde(default)]
    spans: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    r#type: String,
    start: usize,
    end: usize,
}

impl Line {
    /// Returns the labels in bytes, in text order. Pieces of one address are joined.
    pub(crate) fn labels(&self) -> Vec<(&str, Range<usize>)> {
        let offsets: Vec<usize> = self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]).collect();
        let at = |index: usize| offsets.get(index).copied().unwrap_or(self.text.len());
        let mut spans: Vec<(&str, Range<usize>)> =
            self.spans.iter().map(|label| (label.r#type.as_str(), at(label.start)..at(label.end))).collect();
        spans.sort_by_key(|(_, span)| (span.start, span.end));
        let mut labels = Vec::new();
        let mut address: Option<(Range<usize>, bool)> = None;
        for (label, span) in spans {
            if !matches!(label, ADDRESS | "ZIP" | "GPE") {
                labels.push((label, span));
                continue;
            }
            let is_address = label != "GPE";
            match &mut address {
                Some((open, has_address)) if continues(&self.text, open.end, span.start) => {
                    open.end = open.end.max(span.end);
                    *has_address |= is_address;
                }
                _ => labels.extend(address.replace((span, is_address)).and_then(finished)),
            }
        }
        labels.extend(address.and_then(finished));
        labels
    }
}

const ADDRESS: &str = "ADDRESS";

/// A country or a town alone is no address.
fn finished((span, has_address): (Range<usize>, bool)) -> Option<(&'static str, Range<usize>)> {
    has_address.then_some((ADDRESS, span))
}

/// Returns `true` if only white space and signs are between two pieces of an address.
fn continues(text: &str, end: usize, start: usize) -> bool {
    const MOST: usize = 10;
    let between = text.get(end..start.max(end)).unwrap_or_default();
    between.len() <= MOST && !between.contains(char::is_alphanumeric) && !between.contains("\n\n\n")
}
