//! The text fields of AWS SDK inputs, outputs and events, without JSON.
//!
//! The functions visit SDK values by their types and rewrite text in place. Kinds and pointers are those of the JSON body that the SDK
//! writes or has read, so that a visitor need not distinguish the two.
//!
//! There are two differences. Field names that the SDK models are not offered, even if a JSON body has them in free-form JSON. A union
//! member that the SDK does not know is always rejected, because its content is lost.

mod blocked;
mod chunk;
mod citation;
mod content;
mod event;
mod free_form;
mod model_input;
mod path;
mod request;
mod response;
mod trace;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    blocked::{blocked_apply_guardrail, blocked_converse, blocked_converse_events, text_delta},
    chunk::{chunk_json, json_chunk},
    event::SdkEvent,
    request::{
        visit_apply_guardrail_request, visit_async_request, visit_converse_request, visit_converse_stream_request,
        visit_count_tokens_request,
    },
    response::{visit_apply_guardrail_response, visit_converse_response},
};
