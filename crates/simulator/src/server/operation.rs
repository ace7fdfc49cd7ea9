//! The operations, and their paths.

use hyper::Method;
use percent_encoding::percent_decode_str;

/// An operation of the Bedrock Runtime.
///
/// The simulator has its own list, so that tests compare two implementations of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SimulatedOperation {
    /// `POST /model/{modelId}/invoke`
    InvokeModel,
    /// `POST /model/{modelId}/invoke-with-response-stream`
    InvokeModelWithResponseStream,
    /// `POST /model/{modelId}/converse`
    Converse,
    /// `POST /model/{modelId}/converse-stream`
    ConverseStream,
    /// `POST /model/{modelId}/count-tokens`
    CountTokens,
    /// `POST /async-invoke`
    StartAsyncInvoke,
    /// `POST /guardrail/{id}/version/{version}/apply`
    ApplyGuardrail,
    /// `POST /openai/v1/chat/completions`
    ChatCompletions,
    /// `POST /openai/v1/responses`
    Responses,
    /// `POST /anthropic/v1/messages`
    Messages,
}

impl SimulatedOperation {
    /// Returns Bedrock's name of the operation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvokeModel => "InvokeModel",
            Self::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::CountTokens => "CountTokens",
            Self::StartAsyncInvoke => "StartAsyncInvoke",
            Self::ApplyGuardrail => "ApplyGuardrail",
            Self::ChatCompletions => "ChatCompletions",
            Self::Responses => "Responses",
            Self::Messages => "Messages",
        }
    }

    /// Returns `true` on the paths that are compatible with other services: the model and whether to stream are in the body, and events
    /// are server-sent events.
    pub(crate) const fn is_compatible(self) -> bool {
        matches!(self, Self::ChatCompletions | Self::Responses | Self::Messages)
    }

    pub(crate) const fn streams(self) -> bool {
        matches!(self, Self::InvokeModelWithResponseStream | Self::ConverseStream)
    }
}

/// Returns the operation that a method and a path (still encoded) name, with the decoded model id if the path has one.
pub(crate) fn route(method: &Method, path: &str) -> Option<(SimulatedOperation, Option<String>)> {
    use SimulatedOperation as Operation;
    if method != Method::POST {
        return None;
    }
    // The model id is one segment only while it is encoded: an ARN has slashes.
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["model", model_id, name] => {
            let operation = match *name {
                "invoke" => Operation::InvokeModel,
                "invoke-with-response-stream" => Operation::InvokeModelWithResponseStream,
                "converse" => Operation::Converse,
                "converse-stream" => Operation::ConverseStream,
                "count-tokens" => Operation::CountTokens,
                _ => return None,
            };
            Some((operation, Some(percent_decode(model_id))))
        }
        ["async-invoke"] => Some((Operation::StartAsyncInvoke, None)),
        ["guardrail", _, "version", _, "apply"] => Some((Operation::ApplyGuardrail, None)),
        ["openai", "v1", "chat", "completions"] => Some((Operation::ChatCompletions, None)),
        ["openai", "v1", "responses"] => Some((Operation::Responses, None)),
        ["anthropic", "v1", "messages"] => Some((Operation::Messages, None)),
        _ => None,
    }
}

/// Decodes `%XX`; invalid escapes stay as they are.
pub(crate) fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::{SimulatedOperation, percent_decode, route};

    #[test]
    fn a_model_id_is_one_encoded_segment() {
        let path = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x%3A0/converse";
        let id = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x:0";
        assert_eq!(route(&Method::POST, path), Some((SimulatedOperation::Converse, Some(id.to_owned()))));
        assert_eq!(route(&Method::GET, path), None);
        assert_eq!(route(&Method::POST, "/model/a/b/invoke"), None);
    }

    #[test]
    fn a_broken_escape_stays() {
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%4"), "%4");
        assert_eq!(percent_decode("%zz%41"), "%zzA");
    }
}
