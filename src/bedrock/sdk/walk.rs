//! The walk through typed values: offers texts, writes back, and keeps the path.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_smithy_types::Blob;

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::files;
use crate::bedrock::text_field::{
    FieldKind, FieldLocation, InspectionSummary, NumberText, SkipReason, Skipped, TextField,
};
use crate::bedrock::unique_names::UniqueNames;
use crate::bedrock::visit::{self, Visitor};
use crate::bedrock::walk::UnknownContent;
use crate::json::{FieldEdit, JsonError, MAX_DEPTH};

use super::path::{PathSegment, SdkPath};

pub(super) type Done = Result<(), BodyError>;

/// A walk through one input, output or event.
///
/// It writes as it goes. After an error the value is half rewritten, and must be dropped.
pub(super) struct SdkWalk<'f, 'v> {
    path: SdkPath,
    summary: InspectionSummary,
    /// What is done with JSON of an unknown shape. A value that the SDK does not know is refused either way, for it has lost the content.
    unknown: UnknownContent,
    /// The walk is in a turn before the last one.
    in_history: bool,
    /// Texts that were changed.
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

    /// Goes into a member.
    pub(super) fn member(&mut self, name: &'static str, go: impl FnOnce(&mut Self) -> Done) -> Done {
        self.step(PathSegment::Member(name), go)
    }

    fn step(&mut self, step: PathSegment, go: impl FnOnce(&mut Self) -> Done) -> Done {
        self.path.segments.push(step);
        let done = go(self);
        self.path.segments.pop();
        done
    }

    /// Goes into each item of a list.
    pub(super) fn items<T>(&mut self, items: &mut [T], go: impl FnMut(&mut Self, &mut T) -> Done) -> Done {
        self.items_from(0, items, go)
    }

    fn items_from<T>(&mut self, first: usize, items: &mut [T], mut go: impl FnMut(&mut Self, &mut T) -> Done) -> Done {
        for (position, item) in items.iter_mut().enumerate() {
            self.step(PathSegment::Item(first + position), |walk| go(walk, item))?;
        }
        Ok(())
    }

    /// Goes into each item of a list that is a member.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        items: &mut [T],
        go: impl FnMut(&mut Self, &mut T) -> Done,
    ) -> Done {
        self.member(name, |walk| walk.items(items, go))
    }

    /// Goes into each value of a map; the keys are names of the service, not texts.
    ///
    /// In the order of the keys, so that equal values are walked equally.
    pub(super) fn values<T>(
        &mut self,
        map: &mut HashMap<String, T>,
        mut go: impl FnMut(&mut Self, &mut T) -> Done,
    ) -> Done {
        let mut members: Vec<_> = map.iter_mut().collect();
        members.sort_unstable_by_key(|&(key, _)| key);
        for (key, value) in members {
            self.step(PathSegment::Key(key.clone()), |walk| go(walk, value))?;
        }
        Ok(())
    }

    /// Offers each key of a map, and goes into its value.
    pub(super) fn keys_and_values<T>(
        &mut self,
        kind: FieldKind,
        map: &mut HashMap<String, T>,
        mut go: impl FnMut(&mut Self, &mut T) -> Done,
    ) -> Done {
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

    /// Offers the key that the path ends with; a new key comes back if it is changed.
    fn key(&mut self, kind: FieldKind) -> Result<Option<String>, BodyError> {
        let Some(PathSegment::Key(key)) = self.path.segments.last() else {
            return Ok(None);
        };
        self.summary.inspected_bytes += key.len();
        let field = TextField {
            kind,
            text: Cow::Borrowed(key),
            is_key: true,
            position: kind.position(self.in_history),
            context: String::new(),
            context_alone: false,
            location: FieldLocation::Sdk(&self.path),
        };
        Ok((self.visitor)(field).filter(|edit| !edit.is_empty()).map(|edit| edit.apply(key)).transpose()?)
    }

    /// Refuses content in which arrays and objects are nested beyond the limit of JSON bodies.
    pub(super) fn check_depth(&self) -> Done {
        if self.path.segments.len() < MAX_DEPTH {
            return Ok(());
        }
        // There is no byte yet: the SDK writes the body later.
        Err(JsonError::too_deep(0).into())
    }

    /// Offers a text.
    pub(super) fn text(&mut self, kind: FieldKind, text: &mut String) -> Done {
        if let Some(edit) = self.offer(kind, false, text) {
            *text = edit.apply(text)?;
            self.changes += 1;
        }
        Ok(())
    }

    /// Offers a text, and returns true if it was changed.
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

    /// Goes into each message of a conversation, of which those before `last_turn` are history.
    pub(super) fn messages<T>(
        &mut self,
        messages: &mut [T],
        last_turn: usize,
        mut go: impl FnMut(&mut Self, &mut T) -> Done,
    ) -> Done {
        let (history, current) = messages.split_at_mut(last_turn.min(messages.len()));
        self.in_history = true;
        let done = self.items(history, &mut go);
        self.in_history = false;
        done?;
        self.items_from(history.len(), current, go)
    }

    /// Offers a number as it is written.
    pub(super) fn number(&mut self, kind: FieldKind, text: &mut String) -> Done {
        let context_alone = match NumberText::of(text) {
            NumberText::None => return Ok(()),
            NumberText::Short if self.path.names().context(kind).is_empty() => return Ok(()),
            NumberText::Short => true,
            NumberText::Long => false,
        };
        if let Some(edit) = self.offer(kind, context_alone, text) {
            *text = edit.apply(text)?;
        }
        Ok(())
    }

    /// Offers a text of free-form JSON, which may hold JSON itself.
    pub(super) fn free_text(&mut self, kind: FieldKind, text: &mut String) -> Done {
        if visit::may_hide_text(text) { self.json(kind, text) } else { self.text(kind, text) }
    }

    /// Offers a text that is a member.
    pub(super) fn text_in(&mut self, name: &'static str, kind: FieldKind, text: &mut String) -> Done {
        self.member(name, |walk| walk.text(kind, text))
    }

    /// Offers a text that may be a member.
    pub(super) fn text_if(&mut self, name: &'static str, kind: FieldKind, text: &mut Option<String>) -> Done {
        match text {
            Some(text) => self.text_in(name, kind, text),
            None => Ok(()),
        }
    }

    /// Offers the strings of JSON in a string, or the string itself if it holds no JSON.
    pub(super) fn json(&mut self, kind: FieldKind, text: &mut String) -> Done {
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
    pub(super) fn file(&mut self, format: &str, bytes: &mut Blob) -> Done {
        if !files::is_text(format) {
            self.skip(SkipReason::BinaryDocument, bytes.as_ref().len());
            return Ok(());
        }
        let not_text = || BodyError::new(BodyErrorKind::NotText { pointer: self.path.pointer() });
        let content = files::plain_text(bytes.as_ref()).ok_or_else(not_text)?;
        if let Some(edit) = self.offer(FieldKind::Document, false, content) {
            *bytes = Blob::new(edit.apply(content)?);
        }
        Ok(())
    }

    /// Offers the texts of the JSON body of an InvokeModel request.
    pub(super) fn invoke_body(&mut self, body: &mut Blob) -> Done {
        let visited =
            visit::visit_invoke_body(body.as_ref(), &FieldLocation::Sdk(&self.path), self.unknown, self.visitor)?;
        self.add(visited.summary);
        if let Some(changed) = visited.body {
            *body = Blob::new(changed);
        }
        Ok(())
    }

    /// Hands the visitor to a walk of another kind, which says itself where its texts stand.
    pub(super) fn visitor(&mut self) -> &mut Visitor<'v> {
        self.visitor
    }

    /// What that is to do with JSON of an unknown shape.
    pub(super) fn unknown_json(&self) -> UnknownContent {
        self.unknown
    }

    /// Takes over what another walk has covered.
    pub(super) fn add(&mut self, summary: InspectionSummary) {
        self.summary.inspected_bytes += summary.inspected_bytes;
        self.summary.skipped.extend(summary.skipped);
    }

    /// Counts bytes that were examined elsewhere.
    pub(super) fn examined(&mut self, bytes: usize) {
        self.summary.inspected_bytes += bytes;
    }

    fn offer(&mut self, kind: FieldKind, context_alone: bool, text: &str) -> Option<FieldEdit> {
        if !context_alone {
            self.summary.inspected_bytes += text.len();
        }
        let field = TextField {
            kind,
            text: Cow::Borrowed(text),
            is_key: false,
            position: kind.position(self.in_history),
            context: self.path.names().context(kind),
            context_alone,
            location: FieldLocation::Sdk(&self.path),
        };
        (self.visitor)(field).filter(|edit| !edit.is_empty())
    }

    /// Notes content that is not examined. The size is that of the content, which base64 makes longer
    /// on the wire; content that stands elsewhere has none.
    pub(super) fn skip(&mut self, reason: SkipReason, bytes: usize) {
        self.summary.skipped.push(Skipped { pointer: self.path.pointer(), reason, bytes });
    }

    /// The error for a union member that this version does not know: the SDK has lost its content.
    pub(super) fn unknown(&self) -> BodyError {
        BodyError::new(BodyErrorKind::UnknownContent { pointer: self.path.pointer() })
    }
}
