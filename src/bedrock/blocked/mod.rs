//! The replies of an intervention, in the form the model's own would have.
//!
//! Before the model has said anything, [`blocked_response`] and [`blocked_events`] stand in for its whole
//! answer. Later, [`blocked_events`] ends the stream from where [`Progress`] says it is.

mod event;
mod events;
mod reply;

#[cfg(test)]
mod tests;

pub(crate) use event::{StreamEvent, text_event};
pub(crate) use events::{Progress, blocked_events, blocked_single_event, is_single_event};
pub(crate) use reply::blocked_response;
