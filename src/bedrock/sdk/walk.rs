//! The walk through SDK values: offers text fields, writes changes back, and keeps the path.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_smithy_types::Blob;

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::files;
use crate::bedrock::number_text::NumberText;
use crate::bedrock::text_field::{
    FieldForm, FieldKind, FieldLocation, InspectionSummary, SkipReason, Skipped, TextField, ToPointer, Visitor,
};
use crate::bedrock::unique_names::UniqueNames;
use crate::bedrock::visit;
use crate::bedrock::walk::UnknownContent;
use crate::json::{FieldEdit, JsonError, MAX_DEPTH};

use super::path::{PathSegment, SdkPath};

pub(super) type WalkResult = Result<(), BodyError>;

/// A walk through one input, output or event.
///
/// It writes changes immediately. After an error the value is partly rewritten and must be dropped.
pub(super) struct SdkWalk<'f, 'v> {
    path: SdkPath,
    summary: InspectionSummary,
    /// What happens to JSON of an unknown format. A value that the SDK does not know is always rejected, because its content is lost.
    unknown: UnknownContent,
    /// The current turn is before the last one.
    in_history: bool,
    /// The number of text fields that were changed.
    changes: usize,
    visitor: &'f mut Visitor<'v>,
}

impl<'f, 'v> SdkWalk<'f, 'v> {
    pub(super) fn new(visitor: &'f mut Visitor<'v>) -> Self {
        Self::with(UnknownContent::Reject, visitor)
    }

    pub(super) fn with(unknown: UnknownContent, visitor: &'f mut Visitor<'v>) -> Self {
        Self {
            path: SdkPath::default(),
            summary: InspectionSummary::default(),
            unknown,
            in_history: false,
            changes: 0,
            visitor,
        }
    }

    pub(super) fn finish(self) -> InspectionSummary {
        self.summary
    }

    /// Enters a field.
    pub(super) fn member(&mut self, name: &'static str, go: impl FnOnce(&mut Self) -> WalkResult) -> WalkResult {
        self.step(PathSegment::Member(name), go)
    }

    fn step(&mut self, step: PathSegment, go: impl FnOnce(&mut Self) -> WalkResult) -> WalkResult {
        self.path.segments.push(step);
        let done = go(self);
        self.path.segments.pop();
        done
    }

    /// Enters a field that may be missing.
    pub(super) fn member_if<T>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        go: impl FnOnce(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        match value {
            Some(value) => self.member(name, |walk| go(walk, value)),
            None => Ok(()),
        }
    }

    /// Enters each item of a list.
    pub(super) fn items<T>(&mut self, items: &mut [T], go: impl FnMut(&mut Self, &mut T) -> WalkResult) -> WalkResult {
        self.items_from(0, items, go)
    }

    fn items_from<T>(
        &mut self,
        first: usize,
        items: &mut [T],
        mut go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        for (position, item) in items.iter_mut().enumerate() {
            self.step(PathSegment::Item(first + position), |walk| go(walk, item))?;
        }
        Ok(())
    }

    /// Enters each item of a list in a field.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        items: &mut [T],
        go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        self.member(name, |walk| walk.items(items, go))
    }

    /// Enters each item of a list in a field that may be missing.
    pub(super) fn list_if<T>(
        &mut self,
        name: &'static str,
        items: &mut Option<Vec<T>>,
        go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        self.member_if(name, items, |walk, items| walk.items(items, go))
    }

    /// Enters each value of a map whose keys are not text, in the order of the keys, so that equal values are walked in the same order.
    pub(super) fn values<T>(
        &mut self,
        map: &mut HashMap<String, T>,
        mut go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        let mut members: Vec<_> = map.iter_mut().collect();
        members.sort_unstable_by_key(|&(key, _)| key);
        for (key, value) in members {
            self.step(PathSegment::Key(key.clone()), |walk| go(walk, value))?;
        }
        Ok(())
    }

    /// Offers each key of a map, and enters its value.
    pub(super) fn keys_and_values<T>(
        &mut self,
        kind: FieldKind,
        map: &mut HashMap<String, T>,
        mut go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        let mut members: Vec<_> = std::mem::take(map).into_iter().collect();
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut renamed = Vec::new();
        for (key, mut value) in members {
            self.path.segments.push(PathSegment::Key(key));
            let new_key = self.key(kind)?;
            go(self, &mut value)?;
            match (self.path.segments.pop(), new_key) {
                (_, Some(new_key)) => renamed.push((new_key, value)),
                (Some(PathSegment::Key(key)), None) => {
                    map.insert(key, value);
                }
                // Only this function pushes and pops here.
                (_, None) => return Err(JsonError::edit().into()),
            }
        }
        let mut names = UniqueNames::new(map.keys().cloned());
        for (mut key, value) in renamed {
            key.push_str(&names.take(&key).unwrap_or_default());
            map.insert(key, value);
        }
        Ok(())
    }

    /// Offers the key at the end of the path, and returns the new key if it is changed.
    fn key(&mut self, kind: FieldKind) -> Result<Option<String>, BodyError> {
        let Some(PathSegment::Key(key)) = self.path.segments.last() else {
            return Ok(None);
        };
        self.summary.inspected_bytes += key.len();
        let field = TextField {
            kind,
            text: Cow::Borrowed(key),
            form: FieldForm::Key,
            position: kind.position(self.in_history),
            context: String::new(),
            location: FieldLocation::Sdk(&self.path),
        };
        Ok((self.visitor)(field).filter(|edit| !edit.is_empty()).map(|edit| edit.apply(key)).transpose()?)
    }

    /// Rejects content that is nested more deeply than JSON bodies may be.
    pub(super) fn check_depth(&self) -> WalkResult {
        if self.path.segments.len() < MAX_DEPTH {
            return Ok(());
        }
        // There is no byte offset yet, because the SDK writes the body later.
        Err(JsonError::too_deep(0).into())
    }

    /// Offers text.
    pub(super) fn text(&mut self, kind: FieldKind, text: &mut String) -> WalkResult {
        if let Some(edit) = self.offer(kind, FieldForm::Text, text) {
            *text = edit.apply(text)?;
            self.changes += 1;
        }
        Ok(())
    }

    /// Offers text, and returns `true` if it was changed.
    pub(super) fn changes_text_in(
        &mut self,
        name: &'static str,
        kind: FieldKind,
        text: &mut String,
    ) -> Result<bool, BodyError> {
        let before = self.changes;
        self.text_in(name, kind, text)?;
        Ok(self.changes > before)
    }

    /// Enters each message of a conversation. Those before `last_turn` are history.
    pub(super) fn messages<T>(
        &mut self,
        messages: &mut [T],
        last_turn: usize,
        mut go: impl FnMut(&mut Self, &mut T) -> WalkResult,
    ) -> WalkResult {
        let (history, current) = messages.split_at_mut(last_turn.min(messages.len()));
        self.in_history = true;
        let done = self.items(history, &mut go);
        self.in_history = false;
        done?;
        self.items_from(history.len(), current, go)
    }

    /// Offers the digits of a number of free-form JSON, and returns what replaces it.
    pub(super) fn number(&mut self, kind: FieldKind, number: &str) -> Result<Option<String>, BodyError> {
        let names = self.path.names();
        if !kind.inspects_number(names.own()) {
            return Ok(None);
        }
        let Some(NumberText { text, is_short }) = NumberText::of(number) else { return Ok(None) };
        if is_short && names.context(kind).is_empty() {
            return Ok(None);
        }
        let form = if is_short { FieldForm::ShortNumber } else { FieldForm::Number };
        Ok(self.offer(kind, form, &text).map(|edit| edit.apply(&text)).transpose()?)
    }

    /// Offers text of free-form JSON, which may contain JSON itself.
    pub(super) fn free_text(&mut self, kind: FieldKind, text: &mut String) -> WalkResult {
        if visit::may_hide_text(text) { self.json(kind, text) } else { self.text(kind, text) }
    }

    /// Offers the text of a field.
    pub(super) fn text_in(&mut self, name: &'static str, kind: FieldKind, text: &mut String) -> WalkResult {
        self.member(name, |walk| walk.text(kind, text))
    }

    /// Offers the text of a field that may be missing.
    pub(super) fn text_if(&mut self, name: &'static str, kind: FieldKind, text: &mut Option<String>) -> WalkResult {
        self.member_if(name, text, |walk, text| walk.text(kind, text))
    }

    /// Offers the strings of JSON in a string, or the string itself if it contains no JSON.
    pub(super) fn json(&mut self, kind: FieldKind, text: &mut String) -> WalkResult {
        let inside = visit::visit_json_text(
            text,
            (kind, kind.position(self.in_history)),
            &self.path.names(),
            &FieldLocation::Sdk(&self.path),
            UnknownContent::Reject,
            &mut self.summary,
            self.visitor,
        )?;
        match inside {
            Some(edit) if edit.is_empty() => Ok(()),
            Some(edit) => {
                *text = edit.apply(text)?;
                Ok(())
            }
            None => self.text(kind, text),
        }
    }

    /// Offers the bytes of a document, if its format is plain text.
    pub(super) fn file(&mut self, format: &str, bytes: &mut Blob) -> WalkResult {
        if !files::is_text(format) {
            self.skip(SkipReason::BinaryDocument, bytes.as_ref().len());
            return Ok(());
        }
        let not_text = || BodyError::new(BodyErrorKind::NotText { pointer: self.path.pointer() });
        let content = files::plain_text(bytes.as_ref()).ok_or_else(not_text)?;
        if let Some(edit) = self.offer(FieldKind::Document, FieldForm::Text, content) {
            *bytes = Blob::new(edit.apply(content)?);
        }
        Ok(())
    }

    /// Offers the text fields of the JSON body of an InvokeModel request.
    pub(super) fn invoke_body(&mut self, body: &mut Blob) -> WalkResult {
        let visited =
            visit::visit_invoke_body(body.as_ref(), &FieldLocation::Sdk(&self.path), self.unknown, self.visitor)?;
        self.add(visited.summary);
        if let Some(changed) = visited.body {
            *body = Blob::new(changed);
        }
        Ok(())
    }

    /// Returns the visitor, for a visit that reports its own pointers.
    pub(super) fn visitor(&mut self) -> &mut Visitor<'v> {
        self.visitor
    }

    /// Returns what happens to JSON of an unknown format.
    pub(super) fn unknown_json(&self) -> UnknownContent {
        self.unknown
    }

    /// Adds the summary of another visit.
    pub(super) fn add(&mut self, summary: InspectionSummary) {
        self.summary.merge(summary);
    }

    /// Counts bytes that are inspected elsewhere.
    pub(super) fn add_inspected(&mut self, bytes: usize) {
        self.summary.inspected_bytes += bytes;
    }

    fn offer(&mut self, kind: FieldKind, form: FieldForm, text: &str) -> Option<FieldEdit> {
        if form != FieldForm::ShortNumber {
            self.summary.inspected_bytes += text.len();
        }
        let field = TextField {
            kind,
            text: Cow::Borrowed(text),
            form,
            position: kind.position(self.in_history),
            context: self.path.names().context(kind),
            location: FieldLocation::Sdk(&self.path),
        };
        (self.visitor)(field).filter(|edit| !edit.is_empty())
    }

    /// Lists content that is not inspected, with its size before base64; content that is stored elsewhere has none.
    pub(super) fn skip(&mut self, reason: SkipReason, bytes: usize) {
        self.summary.skipped.push(Skipped { pointer: self.path.pointer(), reason, bytes });
    }

    /// Returns the error for a union member that this version does not know: the SDK has lost its content.
    pub(super) fn unknown(&self) -> BodyError {
        BodyError::new(BodyErrorKind::UnknownContent { pointer: self.path.pointer() })
    }
}
