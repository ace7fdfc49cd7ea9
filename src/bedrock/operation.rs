//! The operations of the Bedrock runtime that contain text, and their paths.

/// An operation whose bodies can be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /guardrail/{id}/version/{version}/apply`
    ApplyGuardrail,
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
    /// `POST /async-invoke`
    StartAsyncInvoke,
}

impl Operation {
    /// Returns the operation's name in the service model.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ApplyGuardrail => "ApplyGuardrail",
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::CountTokens => "CountTokens",
            Self::InvokeModel => "InvokeModel",
            Self::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
            Self::StartAsyncInvoke => "StartAsyncInvoke",
        }
    }

    /// Returns the operation with this name in the service model.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::ApplyGuardrail,
            Self::Converse,
            Self::ConverseStream,
            Self::CountTokens,
            Self::InvokeModel,
            Self::InvokeModelWithResponseStream,
            Self::StartAsyncInvoke,
        ]
        .into_iter()
        .find(|operation| operation.name() == name)
    }

    /// Returns `true` if the response is an event stream.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::ConverseStream | Self::InvokeModelWithResponseStream)
    }

    /// Returns the operation of a request, and the decoded ID of its model (or guardrail).
    ///
    /// The ID is one percent-encoded path segment. A literal `/` in it is accepted as well, because some clients send ARNs in this form. An ID
    /// that a server might read as another path, such as `../x`, is no ID.
    /// The ID of StartAsyncInvoke is in the body, so here it is empty.
    #[must_use]
    pub fn from_path(method: &str, path: &str) -> Option<(Self, String)> {
        if method != "POST" {
            return None;
        }
        let path = path.split(['?', '#']).next()?.trim_end_matches('/');
        if path == "/async-invoke" {
            return Some((Self::StartAsyncInvoke, String::new()));
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
