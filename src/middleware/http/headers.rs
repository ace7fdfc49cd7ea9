//! Headers that depend on the body.

use http::HeaderMap;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING,
};

use crate::bedrock::{RequestedGuardrail, is_media_type};

/// Headers with a digest of the body or a copy of its text, which are wrong once the body has changed.
pub(in crate::middleware) const BODY_DEPENDENT_HEADERS: [&str; 14] = [
    "content-digest",
    "content-md5",
    "digest",
    "etag",
    "repr-digest",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-sha512",
    "x-amz-content-sha256",
    "x-amz-trailer",
    ERROR_MESSAGE,
];

/// Headers by which some servers replace the method or the path of a request, so that they would serve another one than was inspected. `_`
/// in a name counts as `-`, as it does for servers that read headers from environment variables.
const OVERRIDES: [&str; 14] = [
    "x-forwarded-path",
    "x-forwarded-prefix",
    "x-forwarded-uri",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-override-url",
    "x-replaced-path",
    "x-rewrite-uri",
    "x-rewrite-url",
    "x-url-rewrite",
];

/// A copy of an error's message.
pub(super) const ERROR_MESSAGE: &str = "x-amzn-error-message";

/// The request metadata of InvokeModel, as JSON.
pub(in crate::middleware) const METADATA: &str = "x-amzn-bedrock-request-metadata";

/// The ID that the service gives a request.
pub(in crate::middleware) const REQUEST_ID: &str = "x-amzn-requestid";

/// The headers of InvokeModel that name a guardrail: its identifier, its version, and the trace setting.
pub(in crate::middleware) const GUARDRAIL: [&str; 3] =
    ["x-amzn-bedrock-guardrailidentifier", "x-amzn-bedrock-guardrailversion", "x-amzn-bedrock-trace"];

/// Returns the guardrail that the headers name. `values` returns the values of a header.
pub(in crate::middleware) fn requested_guardrail<'a, V>(values: impl Fn(&'static str) -> V) -> RequestedGuardrail
where
    V: Iterator<Item = &'a str>,
{
    RequestedGuardrail::of(values(GUARDRAIL[0]), values(GUARDRAIL[2]))
}

/// [`requested_guardrail`] of the headers of an HTTP request.
pub(super) fn requested_guardrail_in(headers: &HeaderMap) -> RequestedGuardrail {
    requested_guardrail(|name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default()))
}

/// Returns `true` if these values of `content-encoding` declare an encoded body.
pub(in crate::middleware) fn is_encoded<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> bool {
    values.any(|value| {
        let mut codings = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        codings.any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
    })
}

/// Returns `true` if the headers declare a compressed body.
pub(in crate::middleware) fn is_compressed(headers: &HeaderMap) -> bool {
    is_encoded(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes))
}

pub(super) fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Sets the length of the body.
pub(super) fn set_length(headers: &mut HeaderMap, length: usize) {
    headers.remove(TRANSFER_ENCODING);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

/// Removes the headers that a changed body makes wrong.
pub(super) fn drop_stale(headers: &mut HeaderMap) {
    for name in BODY_DEPENDENT_HEADERS {
        headers.remove(name);
    }
}

/// Removes the headers by which a server could serve another request than the one that was inspected.
pub(super) fn drop_overrides(headers: &mut HeaderMap) {
    let is_override = |name: &HeaderName| OVERRIDES.contains(&name.as_str().replace('_', "-").as_str());
    let found: Vec<HeaderName> = headers.keys().filter(|name| is_override(name)).cloned().collect();
    for name in found {
        headers.remove(name);
    }
}

/// Returns `true` if the headers declare the body of a response as something else than an event stream. Without a declaration, the frames show
/// it.
pub(super) fn is_no_event_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|declared| !is_media_type(declared.as_bytes(), EVENT_STREAM))
}

/// Declares a body as JSON, unless it already is: in place of an error page that cannot be inspected there is a message in JSON.
pub(super) fn declare_json(headers: &mut HeaderMap) {
    let declared = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !declared.windows(4).any(|part| part.eq_ignore_ascii_case(b"json")) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
}

/// Requests an uncompressed response, because a compressed one cannot be inspected.
pub(super) fn ask_uncompressed(headers: &mut HeaderMap) {
    if headers.contains_key(ACCEPT_ENCODING) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
}

/// The content type of bodies that the guardrail makes.
pub(super) const JSON: &str = "application/json";

/// The content type of event streams.
pub(super) const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// The name of an exception.
pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The content type of the chunks of an InvokeModel stream.
pub(super) const CHUNK_TYPE: HeaderName = HeaderName::from_static("x-amzn-bedrock-content-type");

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

    use super::{OVERRIDES, drop_overrides, is_encoded, is_no_event_stream};

    #[test]
    fn a_declared_content_type_decides() {
        let declared = |value: &'static str| {
            is_no_event_stream(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(!is_no_event_stream(&HeaderMap::new()));
        assert!(!declared("application/vnd.amazon.eventstream"));
        assert!(!declared("Application/VND.amazon.eventstream ; charset=utf-8"));
        for other in ["application/json", "text/event-stream", "", "application/vnd.amazon.eventstreams"] {
            assert!(declared(other), "{other}");
        }
    }

    #[test]
    fn headers_that_replace_the_request_are_removed() {
        for name in OVERRIDES {
            for name in [name.to_owned(), name.replace('-', "_")] {
                let mut headers = HeaderMap::new();
                for name in [&*name, "x-forwarded-for", "x-original"] {
                    headers.append(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_static("1"));
                }
                drop_overrides(&mut headers);
                assert_eq!(headers.len(), 2, "{name}");
            }
        }
    }

    #[test]
    fn identity_is_no_encoding() {
        let encoded = |values: &[&str]| is_encoded(values.iter().map(|value| value.as_bytes()));
        assert!(!encoded(&[]));
        assert!(!encoded(&["", "identity", "Identity , identity"]));
        assert!(encoded(&["gzip"]));
        assert!(encoded(&["identity", "identity, br"]));
    }
}
