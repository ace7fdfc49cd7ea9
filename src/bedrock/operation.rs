//! The operations of the Bedrock runtime that contain text, and their paths.

use super::model_event::StreamKind;

/// An operation whose bodies can be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /guardrail/{id}/version/{version}/apply`
    ApplyGuardrail,
    /// `POST /openai/v1/chat/completions`, the path for clients of OpenAI.
    ChatCompletions,
    /// `POST /model/{id}/converse`
    Converse,
    /// `POST /model/{id}/converse-stream`
    ConverseStream,
    /// `POST /model/{id}/count-tokens`
    CountTokens,
    /// `POST /model/{id}/invoke`
    InvokeModel,
    /// `POST /model/{id}/invoke-with-response-stream`
    InvokeModelWithResponseStream,
    /// `POST /anthropic/v1/messages`, the path for clients of Anthropic.
    Messages,
    /// `POST /openai/v1/responses`, the path for clients of OpenAI.
    Responses,
    /// `POST /async-invoke`
    StartAsyncInvoke,
}

const ALL: [Operation; 10] = [
    Operation::ApplyGuardrail,
    Operation::ChatCompletions,
    Operation::Converse,
    Operation::ConverseStream,
    Operation::CountTokens,
    Operation::InvokeModel,
    Operation::InvokeModelWithResponseStream,
    Operation::Messages,
    Operation::Responses,
    Operation::StartAsyncInvoke,
];

impl Operation {
    /// Returns the operation's name: in the service model, or of the path that is compatible with another service.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ApplyGuardrail => "ApplyGuardrail",
            Self::ChatCompletions => "ChatCompletions",
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::CountTokens => "CountTokens",
            Self::InvokeModel => "InvokeModel",
            Self::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
            Self::Messages => "Messages",
            Self::Responses => "Responses",
            Self::StartAsyncInvoke => "StartAsyncInvoke",
        }
    }

    /// Returns the operation of this [name](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// Returns `true` if the response is always an event stream. On the paths that are compatible with other services, the request decides.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::ConverseStream | Self::InvokeModelWithResponseStream)
    }

    /// Returns `true` if a successful response with these values of `content-type` is a stream. Only on the paths that are compatible with
    /// other services do they decide.
    #[must_use]
    pub fn is_stream_of_type<'a>(self, mut content_types: impl Iterator<Item = &'a [u8]>) -> bool {
        match self.stream_kind() {
            StreamKind::ServerSent => content_types.any(|value| is_media_type(value, "text/event-stream")),
            StreamKind::Converse | StreamKind::Invoke => self.is_stream(),
        }
    }

    /// Returns the form of the events of its streams.
    pub(crate) fn stream_kind(self) -> StreamKind {
        match self {
            Self::Converse | Self::ConverseStream => StreamKind::Converse,
            Self::ChatCompletions | Self::Messages | Self::Responses => StreamKind::ServerSent,
            _ => StreamKind::Invoke,
        }
    }

    /// Returns the operation of a request, and the decoded ID of its model (or guardrail).
    ///
    /// The ID is one percent-encoded path segment. A literal `/` in it is accepted as well, because some clients send ARNs in this form. An ID
    /// that a server might read as another path, such as `../x`, is no ID. StartAsyncInvoke and the paths that are compatible with other
    /// services have the ID in the body, so here it is empty.
    #[must_use]
    pub fn from_path(method: &str, path: &str) -> Option<(Self, String)> {
        if method != "POST" {
            return None;
        }
        let path = path.split(['?', '#']).next()?.trim_end_matches('/');
        let fixed = match path {
            "/async-invoke" => Some(Self::StartAsyncInvoke),
            "/openai/v1/chat/completions" => Some(Self::ChatCompletions),
            "/openai/v1/responses" => Some(Self::Responses),
            "/anthropic/v1/messages" => Some(Self::Messages),
            _ => None,
        };
        if let Some(operation) = fixed {
            return Some((operation, String::new()));
        }
        if let Some(rest) = path.strip_prefix("/guardrail/") {
            let (id, version) = rest.strip_suffix("/apply")?.rsplit_once("/version/")?;
            let (id, version) = (percent_decode(id)?, percent_decode(version)?);
            let fits = is_plain(&id) && is_plain(&version) && !version.contains('/');
            return fits.then_some((Self::ApplyGuardrail, id));
        }
        let (id, verb) = path.strip_prefix("/model/")?.rsplit_once('/')?;
        let operation = match percent_decode(verb)?.as_str() {
            "converse" => Self::Converse,
            "converse-stream" => Self::ConverseStream,
            "count-tokens" => Self::CountTokens,
            "invoke" => Self::InvokeModel,
            "invoke-with-response-stream" => Self::InvokeModelWithResponseStream,
            _ => return None,
        };
        let id = percent_decode(id)?;
        is_model_id(&id).then_some((operation, id))
    }
}

/// Returns `true` if the text can be a model ID: the characters of IDs and ARNs, in a plain path.
fn is_model_id(id: &str) -> bool {
    is_plain(id) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+@".contains(c))
}

/// Returns `true` if servers agree on the path with this decoded part. They remove segments that are empty or made of dots, and some decode
/// again, read `\` as `/`, or drop what follows a `;`, so that another path would be served than was inspected.
fn is_plain(part: &str) -> bool {
    let is_ambiguous = |c: char| c.is_control() || matches!(c, '%' | ';' | '?' | '#' | '\\');
    !part.contains(is_ambiguous) && part.split('/').all(|segment| segment.chars().any(|c| c != '.'))
}

/// Returns `true` if a value of `content-type` is this media type, with any parameters.
pub(crate) fn is_media_type(value: &[u8], name: &str) -> bool {
    let media_type = value.split(|&byte| byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}

/// Decodes `%XX`. Returns `None` if the result is not UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}
