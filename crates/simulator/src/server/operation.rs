//! Which operation a request path names.

use hyper::Method;

/// An operation of the Bedrock Runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
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
}

impl Operation {
    /// Bedrock's name of the operation.
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
        }
    }

    pub(crate) const fn streams(self) -> bool {
        matches!(self, Self::InvokeModelWithResponseStream | Self::ConverseStream)
    }
}

/// The operation that `method` on `path` (still encoded) names, with the
/// decoded model id where the path has one.
pub(crate) fn route(method: &Method, path: &str) -> Option<(Operation, Option<String>)> {
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
        _ => None,
    }
}

/// `text` with its `%XX` decoded; what is not valid stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| hex(bytes.get(at + 1), bytes.get(at + 2))).flatten();
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high?)? * 16 + digit(low?)?).ok()
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::{Operation, percent_decode, route};

    #[test]
    fn a_model_id_is_one_encoded_segment() {
        let path = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x%3A0/converse";
        let id = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x:0";
        assert_eq!(route(&Method::POST, path), Some((Operation::Converse, Some(id.to_owned()))));
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
