//! Text fields of a body, where they are, and content that is not inspected.

use std::borrow::Cow;
use std::fmt;

use super::known_names::is_known;
use crate::guardrail::Position;
use crate::json::{FieldEdit, JsonDocument};

/// The role of a text field in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub(crate) enum FieldKind {
    /// Instructions of the application.
    System,
    /// The prompt.
    UserText,
    /// The completion.
    AssistantText,
    /// Name, description or schema of a tool or of the output.
    ToolDefinition,
    /// Arguments of a tool call.
    ToolInput,
    /// The result of a tool.
    ToolResult,
    /// Text of a document or search result.
    Document,
    /// Name of a Converse document. Bedrock allows letters, digits, single spaces, `-`, `()` and `[]`: a replacement with braces would make
    /// the call fail.
    DocumentName,
    /// Cited text, and the titles and sources of citations.
    Citation,
    /// The model's reasoning.
    Reasoning,
    /// Value of a prompt variable.
    PromptVariable,
    /// A stop sequence.
    StopSequence,
    /// Text of the request that the response repeats.
    Echo,
    /// The trace of a Bedrock guardrail: text of the request, or of the completion before that guardrail masked it.
    Trace,
    /// Description of an image or video to generate or change.
    ImagePrompt,
    /// Text to be embedded or ranked.
    EmbeddingInput,
    /// Metadata of the request, which Bedrock writes to the invocation log.
    RequestMetadata,
    /// A single token of text that is complete elsewhere, or of an alternative to it.
    Token,
    /// Text of free-form JSON, or in a field that this version does not list.
    Free,
}

impl FieldKind {
    /// Returns the position of text of this kind in a request; `in_history` if it is before the last turn. Text of the operator is in no
    /// turn.
    pub(super) fn position(self, in_history: bool) -> Position {
        match self {
            Self::System | Self::ToolDefinition => Position::Operator,
            _ if in_history => Position::History,
            _ => Position::Current,
        }
    }

    /// Returns `true` if a number in the field `name` of free-form JSON of this kind may be data, as in tool arguments, and not part of a
    /// format.
    pub(super) fn inspects_number(self, name: &str) -> bool {
        match self {
            Self::Echo | Self::Token | Self::ToolDefinition | Self::Trace => false,
            Self::Citation | Self::Free => !is_known(name),
            _ => true,
        }
    }
}

/// The form of a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldForm {
    /// A string, or what it contains.
    Text,
    /// The name of a field of free-form JSON.
    Key,
    /// A number.
    Number,
    /// A number that is inspected only together with the names before it.
    ShortNumber,
}

/// Where a string is.
#[derive(Clone, Copy)]
pub(super) enum FieldLocation<'a> {
    /// In a JSON document, which may itself be in a string.
    Json { doc: &'a JsonDocument<'a>, node: usize, outer: Option<&'a Self> },
    /// In a value of the AWS SDK.
    Sdk(&'a dyn ToPointer),
}

/// A path to a value, written as a pointer on demand: most text fields have no finding.
pub(super) trait ToPointer {
    /// Returns the RFC 6901 pointer.
    fn pointer(&self) -> String;
}

impl<'a> FieldLocation<'a> {
    /// Returns the location of the string that contains the document.
    fn outer(self) -> Option<&'a Self> {
        match self {
            Self::Json { outer, .. } => outer,
            Self::Sdk(_) => None,
        }
    }

    /// Returns the RFC 6901 pointer into the innermost document.
    pub(super) fn pointer(self) -> String {
        match self {
            Self::Json { doc, node, .. } => doc.pointer(node),
            Self::Sdk(path) => path.pointer(),
        }
    }
}

/// The function that is offered each text field. It returns the edits to apply, or `None`.
pub(crate) type Visitor<'v> = dyn FnMut(TextField<'_>) -> Option<FieldEdit> + 'v;

/// A text field, offered to a visitor.
#[derive(Clone)]
pub(crate) struct TextField<'a> {
    pub(super) kind: FieldKind,
    pub(super) text: Cow<'a, str>,
    pub(super) form: FieldForm,
    pub(super) position: Position,
    /// The names that are read before the text.
    pub(super) context: String,
    pub(super) location: FieldLocation<'a>,
}

impl TextField<'_> {
    /// Returns the role of the field in the conversation.
    pub(crate) fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Returns where the field is in the conversation, if it is part of a request.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Returns the decoded text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns what is read before the text and is not part of it, the names of the JSON fields around it, and `true` if the text is
    /// inspected only together with it.
    pub(crate) fn context(&self) -> (&str, bool) {
        (&self.context, self.form == FieldForm::ShortNumber)
    }

    /// Returns `true` if the text is the name of a field of free-form JSON, not its value.
    pub(crate) fn is_key(&self) -> bool {
        self.form == FieldForm::Key
    }

    /// Returns `true` if the text may continue that of an earlier event, as a name, a number or a single token does not.
    pub(crate) fn may_continue(&self) -> bool {
        self.form == FieldForm::Text && self.kind != FieldKind::Token && !self.text.is_empty()
    }

    /// Returns the RFC 6901 pointer into the body.
    pub(crate) fn pointer(&self) -> String {
        let mut location = self.location;
        while let Some(outer) = location.outer() {
            location = *outer;
        }
        location.pointer()
    }

    /// Returns the pointer into the JSON document in a string that contains the field, if there is one.
    ///
    /// If such documents are nested, the pointers are joined with `#`, outermost first.
    pub(crate) fn inner_pointer(&self) -> Option<String> {
        let mut pointers = Vec::new();
        let mut location = self.location;
        while let Some(outer) = location.outer() {
            pointers.push(location.pointer());
            location = *outer;
        }
        pointers.reverse();
        (!pointers.is_empty()).then(|| pointers.join("#"))
    }
}

impl fmt::Debug for TextField<'_> {
    // Without the text, which may be what the guardrail must hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextField")
            .field("kind", &self.kind)
            .field("bytes", &self.text.len())
            .field("form", &self.form)
            .field("pointer", &self.pointer())
            .finish_non_exhaustive()
    }
}

/// Why content was not inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// Audio.
    Audio,
    /// A document in a format that is not plain text.
    BinaryDocument,
    /// Encrypted reasoning or other content that only the model can read.
    Encrypted,
    /// An image, or a reference to one.
    Image,
    /// Content that the service fetches from S3.
    S3Location,
    /// A video, or a reference to one.
    Video,
}

impl SkipReason {
    /// Returns the reason in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::BinaryDocument => "document that is not plain text",
            Self::Encrypted => "encrypted content",
            Self::Image => "image",
            Self::S3Location => "content in S3",
            Self::Video => "video",
        }
    }
}

/// Content that was not inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The RFC 6901 pointer into the body.
    pub(crate) pointer: String,
    pub(crate) reason: SkipReason,
    /// The number of raw bytes in the body.
    pub(crate) bytes: usize,
}

impl Skipped {
    /// Returns the RFC 6901 pointer into the body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns why it was not inspected.
    #[must_use]
    pub fn reason(&self) -> SkipReason {
        self.reason
    }

    /// Returns the number of raw bytes in the body.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What was inspected of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InspectionSummary {
    /// The decoded bytes of all text fields that were offered.
    pub(crate) inspected_bytes: usize,
    /// The content that was not inspected.
    pub(crate) skipped: Vec<Skipped>,
}

impl InspectionSummary {
    /// Adds the summary of another value of the same body.
    pub(crate) fn merge(&mut self, other: Self) {
        self.inspected_bytes += other.inspected_bytes;
        self.skipped.extend(other.skipped);
    }
}
