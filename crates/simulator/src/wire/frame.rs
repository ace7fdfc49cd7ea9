//! Event-stream frames, by the AWS SDK's own codec, so that tests compare Banister's with it.

use std::io;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use super::padding;

/// One event of a response stream.
#[derive(Debug)]
pub(crate) enum Event {
    /// A model's JSON, to be wrapped as a `chunk`.
    Chunk(Vec<u8>),
    /// An event whose payload is the JSON itself.
    Plain(String, Value),
    /// An event without padding: the payload is sent as it is.
    Raw(String, Value),
    /// An exception.
    Exception(String, Value),
    /// The bytes of a server-sent event, which has no frame.
    ServerSent(Vec<u8>),
}

/// Returns the bytes of `event`: its frame, unless it is a server-sent event. It is at `position` in its stream.
pub(crate) fn encode(event: &Event, position: usize) -> io::Result<Bytes> {
    let (message_type, name_header, name, payload) = match event {
        Event::Chunk(json) => {
            let payload = json!({"bytes": STANDARD.encode(json), "p": padding(position)});
            ("event", ":event-type", "chunk", payload)
        }
        Event::Plain(name, payload) => {
            let mut payload = payload.clone();
            if let Value::Object(members) = &mut payload {
                members.insert("p".to_owned(), json!(padding(position)));
            }
            ("event", ":event-type", name.as_str(), payload)
        }
        Event::Raw(name, payload) => ("event", ":event-type", name.as_str(), payload.clone()),
        Event::ServerSent(bytes) => return Ok(Bytes::copy_from_slice(bytes)),
        Event::Exception(name, payload) => ("exception", ":exception-type", name.as_str(), payload.clone()),
    };
    let header = |name: &'static str, value: &str| Header::new(name, HeaderValue::String(value.to_owned().into()));
    let headers = vec![
        header(name_header, name),
        header(":content-type", "application/json"),
        header(":message-type", message_type),
    ];
    let message = Message::new_from_parts(headers, payload.to_string());
    let mut frame = BytesMut::new();
    write_message_to(&message, &mut frame).map_err(io::Error::other)?;
    Ok(frame.freeze())
}
