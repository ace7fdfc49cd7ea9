//! Where each family keeps its text: one file a family, as tables.
//!
//! Facts come from the service model, recorded traffic and the user guide; what no row names is examined.

mod ai21;
mod amazon;
mod anthropic;
mod cohere;
mod converse;
mod guardrail;
mod media;
mod meta_mistral;
mod openai;

pub(super) use self::ai21::J2_RESPONSE;
pub(super) use self::amazon::{
    EMBEDDING_RESPONSE, NOVA_CHUNK, NOVA_EMBED_REQUEST, NOVA_REQUEST, NOVA_RESPONSE, TITAN_CHUNK, TITAN_REQUEST,
    TITAN_RESPONSE,
};
pub(super) use self::anthropic::{MESSAGES_CHUNK, MESSAGES_REQUEST, MESSAGES_RESPONSE, TEXT_CHUNK, TEXT_RESPONSE};
pub(super) use self::cohere::{
    CHAT_CHUNK, CHAT_REQUEST, CHAT_RESPONSE, COMMAND_CHUNK, COMMAND_RESPONSE, EMBED_REQUEST, RERANK_REQUEST,
    RERANK_RESPONSE,
};
pub(super) use self::converse::{
    APPLY_GUARDRAIL_REQUEST, APPLY_GUARDRAIL_RESPONSE, ASYNC_REQUEST, ASYNC_RESPONSE, CONVERSE_REQUEST,
    CONVERSE_RESPONSE, COUNT_REQUEST, COUNT_RESPONSE, event_table,
};
pub(super) use self::guardrail::ERROR_RESPONSE;
pub(super) use self::media::{IMAGE_REQUEST, MEDIA_RESPONSE, PEGASUS_CHUNK, VIDEO_REQUEST};
pub(super) use self::meta_mistral::{LLAMA_CHUNK, LLAMA_RESPONSE, MISTRAL_CHUNK, MISTRAL_RESPONSE, PROMPT_REQUEST};
pub(super) use self::openai::{OPENAI_CHUNK, OPENAI_REQUEST, OPENAI_RESPONSE};
