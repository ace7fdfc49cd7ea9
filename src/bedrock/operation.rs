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
    /// The ID is one percent-encoded path segment. A literal `/` in it is accepted as well, because some clients send ARNs in this form.
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
            let fits = !id.is_empty() && !version.is_empty() && !version.contains('/');
            return fits.then(|| percent_decode(id)).flatten().map(|id| (Self::ApplyGuardrail, id));
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
        (!id.is_empty()).then_some((operation, id))
    }
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
