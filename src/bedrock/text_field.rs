//! A text of a body, where it stands, and what was not examined.

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "sdk")]
use super::sdk::SdkPath;
use super::shape::BodyFormat;
use crate::guardrail::Position;
use crate::json::JsonDocument;

/// What a text is to the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub(crate) enum FieldKind {
    /// Instructions of the application.
    System,
    /// What the user says.
    UserText,
    /// What the model says.
    AssistantText,
    /// Name, description or schema of a tool, or of the wanted output.
    ToolDefinition,
    /// Arguments of a tool call.
    ToolInput,
    /// What a tool returned.
    ToolResult,
    /// Text of a document or search result.
    Document,
    /// Name of a Converse document. Bedrock takes letters, digits, single spaces, `-`, `()` and `[]`
    /// here: a mask with braces would break the call.
    DocumentName,
    /// Cited text, and the titles and sources of citations.
    Citation,
    /// The model's reasoning.
    Reasoning,
    /// Value of a prompt variable.
    PromptVariable,
    /// A stop sequence.
    StopSequence,
    /// Text of the request that comes back in the response.
    Echo,
    /// The trace of a guardrail of Bedrock's: of the request, or of what the model said before that guardrail masked it.
    Trace,
    /// Description of an image or video to make or change.
    ImagePrompt,
    /// Text to be embedded or ranked.
    EmbeddingInput,
    /// Metadata of the request, which goes to the invocation log.
    RequestMetadata,
    /// A single token of a text that stands elsewhere whole, or of one that might have stood there.
    Token,
    /// Text in a member that has no fixed form, or that this version does not list.
    Free,
}

impl FieldKind {
    /// Where text of this kind is in a request; `in_history` if that is before the last turn. What the operator writes is nobody's turn.
    pub(super) fn position(self, in_history: bool) -> Position {
        match self {
            Self::System | Self::ToolDefinition => Position::Operator,
            _ if in_history => Position::History,
            _ => Position::Current,
        }
    }

    /// Whether a number here may be what a person or a model says, as in the arguments of a tool, and not one of the format.
    pub(super) fn inspects_numbers(self) -> bool {
        matches!(self, Self::ToolInput | Self::ToolResult | Self::Document)
    }
}

/// What a JSON number may be as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberText {
    /// None: a fraction, or one that does not fit into 64 bits and so has lost its digits with most readers.
    None,
    /// A whole number of up to 5 digits: a count or an amount, unless its name says otherwise.
    Short,
    /// A whole number of 6 to 19 digits.
    Long,
}

impl NumberText {
    pub(crate) fn of(number: &str) -> Self {
        let digits = number.strip_prefix('-').unwrap_or(number);
        let fits = || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
        match digits.len() {
            _ if digits.bytes().any(|byte| !byte.is_ascii_digit()) => Self::None,
            1..=5 => Self::Short,
            6..=19 if fits() => Self::Long,
            _ => Self::None,
        }
    }
}

/// Where a string stands.
#[derive(Clone, Copy)]
pub(super) enum FieldLocation<'a> {
    /// In a document, which may itself stand in a string of another.
    Json { doc: &'a JsonDocument<'a>, node: usize, outer: Option<&'a Self> },
    /// In a value of the AWS SDK.
    #[cfg(feature = "sdk")]
    Sdk(&'a SdkPath),
}

impl<'a> FieldLocation<'a> {
    /// What the document stands in.
    fn outer(self) -> Option<&'a Self> {
        match self {
            Self::Json { outer, .. } => outer,
            #[cfg(feature = "sdk")]
            Self::Sdk(_) => None,
        }
    }

    /// RFC 6901 pointer into the innermost document.
    pub(super) fn pointer(self) -> String {
        match self {
            Self::Json { doc, node, .. } => doc.pointer(node),
            #[cfg(feature = "sdk")]
            Self::Sdk(path) => path.pointer(),
        }
    }
}

/// One text, offered for examination.
#[derive(Clone)]
pub(crate) struct TextField<'a> {
    pub(super) kind: FieldKind,
    pub(super) text: Cow<'a, str>,
    pub(super) is_key: bool,
    pub(super) position: Position,
    /// Names that are read before the text.
    pub(super) context: String,
    /// The text means nothing without them.
    pub(super) context_alone: bool,
    pub(super) location: FieldLocation<'a>,
}

impl TextField<'_> {
    /// What the text is to the conversation.
    pub(crate) fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Where the text is in the conversation, if it is part of a request.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// The decoded text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What is read before the text and is no part of it: the names of the JSON fields it stands in. And whether the text counts with
    /// it alone.
    pub(crate) fn context(&self) -> (&str, bool) {
        (&self.context, self.context_alone)
    }

    /// Whether the text is the name of a member of a free-form object, not its value.
    pub(crate) fn is_key(&self) -> bool {
        self.is_key
    }

    /// RFC 6901 pointer into the body. Made on demand: most texts have no finding.
    pub(crate) fn pointer(&self) -> String {
        let mut location = self.location;
        while let Some(outer) = location.outer() {
            location = *outer;
        }
        location.pointer()
    }

    /// For text of a JSON document that stands in a string: the pointer into that document.
    ///
    /// Where such documents stand in one another, the pointers are joined with `#`, outermost first.
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
    /// Without the text: it may be what the guardrail is there to hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextField")
            .field("kind", &self.kind)
            .field("bytes", &self.text.len())
            .field("is_key", &self.is_key)
            .field("pointer", &self.pointer())
            .finish_non_exhaustive()
    }
}

/// Why content was not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// Sound.
    Audio,
    /// A document in a format that is not plain text.
    BinaryDocument,
    /// Reasoning or other content that only the model can read.
    Encrypted,
    /// A picture, or a reference to one.
    Image,
    /// Content that the service fetches itself.
    S3Location,
    /// A video, or a reference to one.
    Video,
}

impl SkipReason {
    /// The reason in words.
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

/// Content that was not examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// RFC 6901 pointer into the body.
    pub(crate) pointer: String,
    /// Why.
    pub(crate) reason: SkipReason,
    /// Raw bytes of the member in the body.
    pub(crate) bytes: usize,
}

impl Skipped {
    /// RFC 6901 pointer into the body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Why it was not examined.
    #[must_use]
    pub fn reason(&self) -> SkipReason {
        self.reason
    }

    /// Raw bytes of the member in the body.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What of a body was examined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InspectionSummary {
    /// Decoded bytes of all texts that were offered.
    pub(crate) inspected_bytes: usize,
    /// What was not.
    pub(crate) skipped: Vec<Skipped>,
}

/// The result of a visit.
#[derive(Clone)]
pub(crate) struct Visited {
    /// The new body; nothing when no text was changed, and the old body goes on byte for byte.
    pub(crate) body: Option<Vec<u8>>,
    /// What was examined.
    pub(crate) summary: InspectionSummary,
    /// The format of the body.
    pub(crate) format: BodyFormat,
}

impl fmt::Debug for Visited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visited")
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("summary", &self.summary)
            .field("format", &self.format)
            .finish()
    }
}
