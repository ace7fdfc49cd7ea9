//! The typed operations of the AWS SDK: the same slots, without the JSON.
//!
//! The visitors go through inputs, outputs and events by the SDK's types and rewrite texts in location. Kinds
//! and pointers are those of the JSON visitor on the body that the SDK writes or has read, so that the
//! closure above need not know which of the two it serves.
//!
//! Two things differ. Member names that the SDK has modelled are not offered where the JSON visitor takes
//! them for keys of free-form JSON, since they cannot be anything else. And a union member that the SDK
//! does not know is refused always: its content is lost before anyone can see it.

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

pub(super) use path::SdkPath;

// What the middleware floor calls. The allowance goes when it does.
#[allow(unused_imports)]
pub(crate) use self::{
    blocked::{
        block_stop, blocked_apply_guardrail, blocked_converse, blocked_converse_events, message_start, message_stop,
        metadata, text_delta,
    },
    chunk::{chunk_json, json_chunk},
    event::SdkEvent,
    request::{
        visit_apply_guardrail_request, visit_async_request, visit_converse_request, visit_converse_stream_request,
        visit_count_tokens_request,
    },
    response::{visit_apply_guardrail_response, visit_converse_response},
};
