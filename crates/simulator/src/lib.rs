//! A Bedrock runtime on loopback, for demonstrations and tests.
//!
//! [`Simulator::start`] binds a loopback port and serves the Bedrock Runtime
//! wire protocol over HTTP/1.1: `InvokeModel`, `InvokeModelWithResponseStream`,
//! `Converse`, `ConverseStream`, `CountTokens`, `StartAsyncInvoke` and
//! `ApplyGuardrail`. No model runs behind it: what the model says is decided by
//! [`Options::reply`], and the simulator puts those words into the body shape
//! the request asked for, cut and written the way the options say.
//!
//! ```no_run
//! use banister_simulator::{Options, Reply, Simulator};
//!
//! # async fn demo() -> std::io::Result<()> {
//! let simulator = Simulator::start(Options {
//!     reply: Reply::Text("Write to jane.roe@example.com.".into()),
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
//! # Body shapes
//!
//! The shape of an invoke body is read from the body itself. A body with only a
//! `prompt` is ambiguous, so there the model id decides (`anthropic.` Claude
//! text completion, `mistral.` Mistral text, `deepseek.` `choices[].text`,
//! `cohere.` Command, `ai21.` Jurassic-2, `stability.` an image, a SageMaker
//! endpoint ARN a text-generation container), and everything else, imported
//! models included, is answered as Llama. [`Options::shape`] overrides both.
//!
//! # What the model says
//!
//! By default it echoes: `You said: <last user text>`. In [`Reply::Scripted`]
//! mode the first keyword found in the last user text, in any letter case,
//! picks a fixed completion that a guardrail has something to do with:
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
//! # Steering one request by headers
//!
//! A client in any language can override the options for one request. A header
//! that does not parse is answered with a `ValidationException` that says so.
//!
//! | Header | Values |
//! | --- | --- |
//! | `x-simulator-reply` | `echo`, `scripted`, `text:WORDS`, `text-json:"WORDS"`, `tool:{"name":…,"input":…,"text":…}`, `reasoning:{"reasoning":…,"text":…}`, `citations:{"text":…,"title":…,"citedText":…}`, `json:VALUE`, `events:[["TYPE",PAYLOAD],…]` |
//! | `x-simulator-chunk` | `tokens`, `chars:N`, `bytes:N`, `at:N,N,…` |
//! | `x-simulator-fault` | `none`, `throttle`, `status:CODE:NAME:MESSAGE`, `exception-frame:AFTER:TYPE:MESSAGE`, `cut:BYTES`, `corrupt:AFTER`, `stall:AFTER`, `hang` |
//! | `x-simulator-write-size` | bytes in one piece of the HTTP body |
//! | `x-simulator-delay-ms` | milliseconds between events |
//! | `x-simulator-shape` | a name of [`Shape::ALL`] |
//!
//! # What was received
//!
//! [`Simulator::requests`] has it, and for a client that is not in the same
//! process so has `GET /simulator/requests`: a JSON list of objects with
//! `method`, `path`, `operation`, `modelId`, `headers` and `body`. `DELETE`
//! forgets it.

mod families;
mod model;
mod options;
mod server;
mod wire;

pub use families::Shape;
pub use options::{Chunk, Fault, Options, ParseError, Reply};
pub use server::{Operation, RecordedRequest, Simulator};
