//! The guardrail on HTTP: [`GuardrailLayer`](super::GuardrailLayer) around any service that takes `http::Request` and speaks
//! Bedrock's protocol.
//!
//! Which operation it is comes from method and path. The body of the request is read whole, under the limit of
//! [`GuardrailLayer::max_body_bytes`](super::GuardrailLayer::max_body_bytes), examined, and sent on with the right length; so the layer
//! stands outside of whatever signs requests. An answer is read whole as well; an event stream is examined frame by frame as it comes
//! ([`ResponseBody`]).
//!
//! Beside the body, the metadata of an invoke request are examined, which stand in the header `x-amzn-bedrock-request-metadata`. No other
//! header is, nor the path.
//!
//! What the caller gets when the answer is not the model's:
//!
//! | What happened | Status | Body |
//! | --- | --- | --- |
//! | A rule blocked the request or the answer | 200 | an answer of the operation that holds the policy's message; for a stream, a stream of it |
//! | The same, and the layer answers blocks with errors, or no answer of the operation can hold a message | 400 | `ValidationException` |
//! | Request or answer cannot be examined: not JSON, compressed, too large, of an unknown kind | 400 | `ValidationException` |
//! | The path is none of an operation that is examined | 403 | `AccessDeniedException` |
//!
//! Once a stream is under way it has its status: what would have been an error then is an exception event, `validationException`. A
//! stream that breaks off or is corrupt fails as the upstream's did, so that nobody takes it for a whole one.
//!
//! The service's own errors pass with their status. Their bodies are examined, for a message may quote the request; a body that cannot
//! be examined is replaced by a general message. The errors of the inner service itself (no connection, a timeout) are handed on as
//! errors.

mod body;
mod collect;
mod headers;
mod responses;
mod service;

pub use body::ResponseBody;

pub(super) use body::EventBody;
pub(super) use collect::{CollectError, Collected, collect};
pub(super) use headers::{BODY_DEPENDENT_HEADERS, GUARDRAIL, METADATA, is_encoded, requested_guardrail};
pub(super) use responses::blocked_headers;
