//! A Bedrock runtime on loopback, for demonstrations and tests.
//!
//! [`Simulator::start`] binds a loopback port and serves the Bedrock Runtime protocol over HTTP/1.1: `InvokeModel`,
//! `InvokeModelWithResponseStream`, `Converse`, `ConverseStream`, `CountTokens`, `StartAsyncInvoke` and `ApplyGuardrail`. It runs no
//! model: [`Options::response`] determines the output, and the simulator returns it in the body format of the request.
//!
//! ```no_run
//! use banister_simulator::{Options, ModelResponse, Simulator};
//!
//! # async fn demo() -> std::io::Result<()> {
//! let simulator = Simulator::start(Options {
//!     response: ModelResponse::Text("Write to jane.roe@example.com.".into()),
//!     ..Options::default()
//! })
//! .await?;
//! println!("{}", simulator.endpoint());
//! // ... call it ...
//! assert_eq!(simulator.requests().len(), 0);
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Body formats
//!
//! The format of an invoke body is derived from its fields. A body with only a `prompt` is ambiguous, so the model id decides:
//! `anthropic.` Claude text completion, `mistral.` Mistral text, `deepseek.` `choices[].text`, `cohere.` Command, `ai21.` Jurassic-2,
//! `stability.` an image, a SageMaker endpoint ARN a text-generation container, and any other, imported models included, Llama.
//! [`Options::body_format`] overrides both.
//!
//! To add a family, add its file in `src/families` and register it in `src/families/mod.rs`.
//!
//! # Output of the model
//!
//! By default the model echoes: `You said: <last user text>`. With [`ModelResponse::Scripted`] the first keyword in the last user text,
//! in any letter case, selects a fixed completion that guardrails find something in:
//!
//! | Keyword | Completion |
//! | --- | --- |
//! | `contact` | `You can reach Jane Roe at jane.roe@example.com or +1 (415) 555-0132.` |
//! | `refund` | `Sure. The card 4111 1111 1111 1111 will be refunded within five days.` |
//! | `competitor` | `Many people compare us with Globex Corp, but Acme is cheaper.` |
//! | `invest` | `You should buy shares now, it is a guaranteed return.` |
//! | `chinese` | `您好，请发邮件到 wang.wei@example.com 与王伟联系。` |
//! | none of them | the echo |
//!
//! # Headers
//!
//! A client in any language can override the options for one request. If a header cannot be parsed, the response is a
//! `ValidationException` with the reason.
//!
//! | Header | Values |
//! | --- | --- |
//! | `x-simulator-reply` | `echo`, `scripted`, `text:TEXT`, `text-json:"TEXT"`, `tool:{"name":…,"input":…,"text":…}`, `reasoning:{"reasoning":…,"text":…}`, `citations:{"text":…,"title":…,"citedText":…}`, `json:VALUE`, `events:[["TYPE",PAYLOAD],…]` |
//! | `x-simulator-chunk` | `tokens`, `chars:N`, `bytes:N`, `at:N,N,…` |
//! | `x-simulator-fault` | `none`, `throttle`, `status:CODE:NAME:MESSAGE`, `exception-frame:AFTER:TYPE:MESSAGE`, `cut:BYTES`, `corrupt:AFTER`, `stall:AFTER`, `hang` |
//! | `x-simulator-write-size` | bytes in one chunk of the HTTP body |
//! | `x-simulator-delay-ms` | milliseconds between events |
//! | `x-simulator-shape` | a name of [`BodyFormat::all`] |
//!
//! # Received requests
//!
//! [`Simulator::requests`] returns them. For clients in other processes, so does `GET /simulator/requests`: a JSON list of objects with
//! `method`, `path`, `operation`, `modelId`, `headers` and `body`. `DELETE` clears it.

mod families;
mod model;
mod options;
mod server;
mod wire;

pub use families::BodyFormat;
pub use options::{ChunkSize, Fault, ModelResponse, Options, ParseError};
pub use server::{RecordedRequest, SimulatedOperation, Simulator};
