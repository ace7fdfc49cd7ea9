//! A response in bytes, and a client that parses it.

use std::pin::Pin;
use std::task::{Context, Poll};

use aws_sdk_bedrockruntime::Client;
use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body::{Body, Frame};
use serde_json::{Value, json};
use tower::BoxError;

use crate::sdk::config;

const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// A response in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// Whether the body failed after these bytes.
    pub(crate) is_broken: bool,
}

impl Raw {
    pub(crate) fn json(body: String) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status: 200, headers, body: body.into(), is_broken: false }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns Bedrock's own headers.
    pub(crate) fn bedrock_headers(&self) -> Vec<(&str, &str)> {
        let of_bedrock = |(name, _): &&(String, String)| name.starts_with("x-amzn-");
        let mut notes: Vec<_> =
            self.headers.iter().filter(of_bedrock).map(|(name, value)| (&**name, &**value)).collect();
        notes.sort_unstable();
        notes
    }

    /// Returns the response as readable JSON.
    pub(crate) fn shown(&self) -> Value {
        if self.header("content-type") == Some(EVENT_STREAM) {
            let mut events: Vec<Value> = self.messages().iter().map(event).collect();
            if self.is_broken {
                events.push("broken".into());
            }
            return json!({"events": events});
        }
        let body: Result<Value, _> = serde_json::from_slice(&self.body);
        let body = body.unwrap_or_else(|_| String::from_utf8_lossy(&self.body).into_owned().into());
        match self.header("x-amzn-errortype") {
            Some(name) => {
                json!({"status": self.status, "error": name.split(':').next(), "body": body})
            }
            None => json!({"status": self.status, "body": body}),
        }
    }

    fn messages(&self) -> Vec<Message> {
        let mut decoder = MessageFrameDecoder::new();
        let mut bytes = self.body.clone();
        let mut messages = Vec::new();
        while let Ok(DecodedFrame::Complete(message)) = decoder.decode_frame(&mut bytes) {
            messages.push(message);
        }
        messages
    }
}

/// Returns an event by its type, without padding, or the model's JSON in a chunk.
fn event(message: &Message) -> Value {
    let header = |name: &str| {
        let found = message.headers().iter().find(|header| header.name().as_str() == name);
        found.and_then(|header| header.value().as_string().ok()).map(|value| value.as_str().to_owned())
    };
    let name = header(":event-type").or_else(|| header(":exception-type")).unwrap_or_default();
    let mut payload: Value = serde_json::from_slice(message.payload()).expect("JSON");
    if let Some(chunk) = payload.get("bytes").and_then(Value::as_str) {
        return serde_json::from_slice(&STANDARD.decode(chunk).expect("base64")).expect("JSON");
    }
    if let Some(members) = payload.as_object_mut() {
        members.remove("p");
    }
    json!({ name: payload })
}

/// Returns a client that receives this response for every call.
pub(crate) fn replayed(raw: &Raw) -> Client {
    let connector = SharedHttpConnector::new(Canned(raw.clone()));
    let http = http_client_fn(move |_, _| connector.clone());
    Client::from_conf(config().endpoint_url("http://127.0.0.1:9").http_client(http).build())
}

#[derive(Debug)]
struct Canned(Raw);

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let body = Rest { data: Some(self.0.body.clone()), is_broken: self.0.is_broken };
        let status = self.0.status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from_body_1_x(body));
        for (name, value) in &self.0.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// A body that may fail at its end.
struct Rest {
    data: Option<Bytes>,
    is_broken: bool,
}

impl Body for Rest {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.data.take() {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            None if std::mem::take(&mut self.is_broken) => Poll::Ready(Some(Err("the body broke off".into()))),
            None => Poll::Ready(None),
        }
    }
}
