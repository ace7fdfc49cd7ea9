//! The layer around a service that accepts `http::Request` and speaks Bedrock's protocol. The guide documents it.

mod body;
mod collect;
mod headers;
mod responses;
mod service;

pub use body::ResponseBody;

pub(super) use body::EventBody;
pub(super) use collect::{CollectError, Collected, collect};
pub(super) use headers::{
    BODY_DEPENDENT_HEADERS, GUARDRAIL, METADATA, REQUEST_ID, is_compressed, is_encoded, requested_guardrail,
};
pub(super) use responses::blocked_headers;
