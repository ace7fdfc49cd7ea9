//! One stream: its request, its events, and its expected text.

use std::time::{Duration, Instant};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use banister::{Guardrail, Policy, Source};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tower::BoxError;

const MODEL: &str = "meta.llama3-8b-instruct-v1%3A0";

/// Returns the output of the model in a stream. The simulator splits it into tokens.
fn text(number: usize) -> String {
    format!(
        "Thank you for asking. The form that you want is on the second page, below the picture, and it takes about ten \
         minutes. When it is done, write to user{number}@example.com and name your number there. They read it within the \
         day, and if anything is missing they will say so. Is there more that I can do for you?"
    )
}

/// The minimum number of events of a stream.
pub(crate) const EVENTS: u32 = 74;

/// The guardrail of the streams, to compute the expected text.
#[derive(Clone)]
pub(crate) struct Guarded(Guardrail);

impl Guarded {
    pub(crate) fn new(policy: Policy) -> Self {
        Self(Guardrail::new(policy))
    }

    fn expected(&self, text: &str) -> String {
        self.0.assess(Source::Output, text).masked_text().unwrap_or(text).to_owned()
    }
}

/// An open stream.
pub(crate) struct Stream {
    number: usize,
    body: Incoming,
    decoder: MessageFrameDecoder,
    bytes: BytesMut,
    /// The text of the events.
    text: String,
}

impl Stream {
    /// Opens a stream and reads its first event. Returns the time since the request as well.
    pub(crate) async fn open(authority: &str, number: usize, delay: Duration) -> Result<(Self, Duration), BoxError> {
        let tcp = TcpStream::connect(authority).await?;
        tcp.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(tcp)).await?;
        tokio::spawn(connection);
        let (operation, body) = if number.is_multiple_of(2) {
            ("converse-stream", json!({"messages": [{"role": "user", "content": [{"text": "Where is the form?"}]}]}))
        } else {
            ("invoke-with-response-stream", json!({"prompt": "Where is the form?", "max_gen_len": 512}))
        };
        let request = Request::post(format!("/model/{MODEL}/{operation}"))
            .header("host", authority)
            .header("content-type", "application/json")
            .header("x-simulator-reply", format!("text:{}", text(number)))
            .header("x-simulator-delay-ms", delay.as_millis().to_string())
            .body(Full::new(Bytes::from(body.to_string())))?;
        let started = Instant::now();
        let response = sender.send_request(request).await?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status()).into());
        }
        let body = response.into_body();
        let mut stream =
            Self { number, body, decoder: MessageFrameDecoder::new(), bytes: BytesMut::new(), text: String::new() };
        if !stream.read_event().await? {
            return Err("a stream without an event".into());
        }
        Ok((stream, started.elapsed()))
    }

    /// Reads the stream to its end, and returns `true` if the text is as expected.
    pub(crate) async fn finish(mut self, guarded: Option<&Guarded>) -> Result<(), BoxError> {
        while self.read_event().await? {}
        let said = text(self.number);
        let expected = guarded.map_or_else(|| said.clone(), |guarded| guarded.expected(&said));
        if guarded.is_some() && (self.text.contains("user") || !self.text.contains("{EMAIL}")) {
            return Err(format!("stream {} leaks", self.number).into());
        }
        if self.text == expected { Ok(()) } else { Err(format!("stream {} has another text", self.number).into()) }
    }

    /// Reads one event; returns `false` at the end.
    pub(crate) async fn read_event(&mut self) -> Result<bool, BoxError> {
        loop {
            if let DecodedFrame::Complete(message) = self.decoder.decode_frame(&mut self.bytes)? {
                let kind = message.headers().iter().find(|header| header.name().as_str() == ":message-type");
                if kind.and_then(|kind| kind.value().as_string().ok()).is_none_or(|kind| kind.as_str() != "event") {
                    return Err("an exception".into());
                }
                self.read_text(message.payload())?;
                return Ok(true);
            }
            match self.body.frame().await {
                None if self.bytes.is_empty() => return Ok(false),
                None => return Err("half an event at the end".into()),
                Some(frame) => self.bytes.extend(frame?.into_data().ok()),
            }
        }
    }

    fn read_text(&mut self, payload: &[u8]) -> Result<(), BoxError> {
        let json: Value = serde_json::from_slice(payload)?;
        let json = match json["bytes"].as_str() {
            Some(chunk) => serde_json::from_slice(&STANDARD.decode(chunk)?)?,
            None => json,
        };
        if let Some(text) = json["delta"]["text"].as_str().or(json["generation"].as_str()) {
            self.text.push_str(text);
        }
        Ok(())
    }
}
