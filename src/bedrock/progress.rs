//! How far a stream has advanced.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model_event::{EventKind, ModelEvent};
use super::table::DeltaKind;

/// What was forwarded of a stream, as far as the events that end it depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    started: bool,
    stopped: bool,
    /// The open content block, and whether it contains plain text.
    open: Option<(u64, bool)>,
    next: u64,
    /// The choices observed, and whether each has ended.
    choices: BTreeMap<u64, bool>,
}

impl Progress {
    /// Creates the progress of a stream of which nothing was forwarded.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Records an event of which only the released beginnings of its deltas are forwarded.
    pub(crate) fn observe_texts(&mut self, event: &impl ModelEvent) {
        let choices = self.choices.clone();
        self.observe(event);
        for (choice, has_ended) in &mut self.choices {
            *has_ended = choices.get(choice).copied().unwrap_or(false);
        }
    }

    /// Records an event that is forwarded.
    pub(crate) fn observe(&mut self, event: &impl ModelEvent) {
        self.started = true;
        let block = event.block().unwrap_or(0);
        let deltas = event.delta_texts();
        for (substream, _) in &deltas {
            self.choices.entry(substream.choice).or_insert(false);
        }
        for &choice in event.ended_choices() {
            self.choices.insert(choice, true);
        }
        if let Some((choice, _)) = event.part() {
            self.choices.entry(choice).or_insert(false);
        }
        let has_text = || deltas.iter().any(|(substream, _)| substream.kind == DeltaKind::Text);
        match event.kind() {
            EventKind::ContentBlockStart => self.open = Some((block, has_text())),
            EventKind::Delta if event.block().is_some() => {
                let was_text = self.open == Some((block, true));
                self.open = Some((block, was_text || has_text()));
            }
            EventKind::ContentBlockStop => self.open = None,
            EventKind::MessageStop => {
                self.open = None;
                self.stopped = true;
            }
            _ => {}
        }
        if event.block().is_some() {
            self.next = self.next.max(block.saturating_add(1));
        }
    }

    /// Returns `true` if an event was forwarded.
    pub(super) fn has_started(&self) -> bool {
        self.started
    }

    /// Returns `true` if all substreams have ended.
    pub(super) fn has_ended(&self) -> bool {
        self.stopped || !self.choices.is_empty() && self.choices.values().all(|&has_ended| has_ended)
    }

    /// Returns the open content block, and whether it contains plain text.
    pub(super) fn open_block(&self) -> Option<(u64, bool)> {
        self.open
    }

    /// Returns `true` if a delta continues a content block or choice of which an event was forwarded.
    pub(crate) fn continues(&self, delta: &impl ModelEvent) -> bool {
        match delta.block() {
            Some(block) => self.open.is_some_and(|(open, _)| open == block),
            None => delta.delta_texts().iter().all(|(substream, _)| self.choices.contains_key(&substream.choice)),
        }
    }

    /// Returns the index of the next content block.
    pub(super) fn next_block(&self) -> u64 {
        self.next
    }

    /// Returns the index of the next choice.
    pub(super) fn next_choice(&self) -> u64 {
        self.choices.keys().next_back().map_or(0, |last| last.saturating_add(1))
    }

    /// Returns the choices that have not ended; before the first, the one that every response has.
    pub(super) fn open_choices(&self) -> Vec<u64> {
        if self.choices.is_empty() {
            return vec![0];
        }
        let open = self.choices.iter().filter(|&(_, &has_ended)| !has_ended);
        open.map(|(&choice, _)| choice).collect()
    }

    /// Returns an array with a value for each open choice.
    pub(super) fn each_open_choice(&self, value: impl FnMut(u64) -> Value) -> Value {
        self.open_choices().into_iter().map(value).collect()
    }
}
