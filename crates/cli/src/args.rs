//! The arguments of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::audit::AuditArgs;
use crate::decision_log::DecisionLogArgs;
use crate::offsets::Offsets;

/// Guardrails for Amazon Bedrock: denied topics, word filters and PII masking, in process.
///
/// Exit codes: 0, success; 1, text blocked, a test failed, or a policy has errors; 2, usage or I/O error. `audit` has more.
#[derive(Debug, Parser)]
#[command(name = "banister", version)]
pub(crate) struct Args {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Evaluate text from standard input or files
    Check(CheckArgs),
    /// Check policies and test suites for errors and warnings, and list the rules of policies
    ///
    /// Each rule is listed with the number of strings of ordinary text that it matches, out of several hundred that are part of Banister.
    Lint(LintArgs),
    /// Print the JSON Schema of a policy file or a test suite
    Schema(SchemaArgs),
    /// Run policy tests from `*.test.yaml` files
    Test(TestArgs),
    /// Send a prompt through the guardrail and show each step
    Chat(ChatArgs),
    /// Run a gateway that applies policies to Bedrock API calls
    ///
    /// Client keys are read from the environment variable `BANISTER_CLIENT_KEYS`, separated by commas, or from a file. They are not
    /// arguments, because other users can read a command line. The gateway reloads policy files when they change, and on SIGHUP.
    /// `GET /healthz`, `/readyz` and `/metrics` report its state; the header `x-banister-policy` selects a policy by name. Clients use HTTP/1.1
    /// or HTTP/2, with TLS if a certificate is set.
    Serve(ServeArgs),
    /// Audit archives of Bedrock invocation logs: what reached models and came from them, with receipts that can be verified
    ///
    /// Exit codes: 0, complete and without gaps; 1, gaps were found; 2, usage error; 3, the audit is incomplete; 4, files of the audit do
    /// not agree.
    Audit(AuditArgs),
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, for example 127.0.0.1:8800".to_owned())
}

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Policy pack or file, or `NAME=POLICY`; the first is the default, clients select others by name
    #[arg(long, short, value_name = "POLICY", default_value = "default")]
    pub(crate) policy: Vec<String>,
    /// Address to listen on; an address that is not loopback needs client keys
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:8800")]
    pub(crate) listen: SocketAddr,
    /// Another address for `/healthz`, `/readyz` and `/metrics`, without a client key, in plain HTTP
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Certificate chain for TLS, a PEM file; reloaded when it changes, and on SIGHUP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of the certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Upstream: `simulator`, `aws` (signed with the credentials of the environment), or a URL
    #[arg(long, value_name = "UPSTREAM", default_value = "simulator")]
    pub(crate) upstream: String,
    /// File of client keys, one per line, each optionally followed by a comma-separated list of allowed policies
    #[arg(long, value_name = "FILE")]
    pub(crate) client_keys: Option<PathBuf>,
    /// Allow an address that is not loopback without client keys
    #[arg(long, alias = "dangerous-serve-anyone")]
    pub(crate) dangerous_allow_unauthenticated: bool,
    /// Do not return traces, or assessments from ApplyGuardrail
    #[arg(long, conflicts_with = "dangerous_show_matches")]
    pub(crate) no_traces: bool,
    /// Include the matched text in traces, as `match`
    #[arg(long)]
    pub(crate) dangerous_show_matches: bool,
    /// Maximum number of concurrent connections, and of calls in them; more are rejected with 503. Each needs two open files
    #[arg(long, value_name = "N", default_value_t = 4096)]
    pub(crate) max_connections: usize,
    /// Maximum number of concurrent connections of one address; more are closed. Not for clients behind a load balancer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_connections_per_address: Option<u32>,
    /// Maximum number of concurrent calls of one client key, or of one address without keys; more are rejected with 429
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_calls_per_client: Option<u32>,
    /// Maximum memory of all bodies in flight, evaluations included, in MiB; more are rejected with 503
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(32..))]
    pub(crate) max_memory: u32,
    /// Time for a client to send the headers of a request
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) header_timeout: u64,
    /// Time for a client to send the body of a request
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) body_timeout: u64,
    /// Least rate at which a body must arrive, in bytes per second, after the header timeout; 0 allows any rate
    #[arg(long, value_name = "BYTES", default_value_t = 1024)]
    pub(crate) min_body_rate: u64,
    /// Time to wait for the start of an upstream response
    #[arg(long, alias = "upstream-time", value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) upstream_timeout: u64,
    /// Time that the upstream may pause within a response
    #[arg(long, alias = "idle-time", value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) idle_timeout: u64,
    /// Time to keep accepting calls at shutdown while `/readyz` returns 503
    #[arg(long, alias = "drain-time", value_name = "SECONDS", default_value_t = 0)]
    pub(crate) drain_period: u64,
    /// Time to wait after that for open responses to finish
    #[arg(long, alias = "shutdown-time", value_name = "SECONDS", default_value_t = 30)]
    pub(crate) shutdown_timeout: u64,
    #[command(flatten)]
    pub(crate) decisions: DecisionLogArgs,
    /// Add the ID of the decision and the digest of the policy to the metadata of requests, which Bedrock writes into its own log
    #[arg(long, help_heading = "Decision records")]
    pub(crate) tag_requests: bool,
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Policy pack or file
    #[arg(long, short, value_name = "POLICY", default_value = "default")]
    pub(crate) policy: String,
    /// Direction of the text
    #[arg(long, short, default_value = "input")]
    pub(crate) source: Direction,
    /// Output format; `json` is the response of ApplyGuardrail, and `findings` with spans
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// Unit of `start` and `end` of findings in JSON; all other output uses bytes of UTF-8. With `--body`, offsets are in the decoded
    /// string at `pointer`
    #[arg(long, value_name = "UNIT", default_value = "bytes")]
    pub(crate) offsets: Offsets,
    /// Read lines of `{"id": …, "text": …, "source": …}`, and print one result per line
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// Read the body of a Bedrock request, or of a response with `--source output`
    #[arg(long, conflicts_with = "stream")]
    pub(crate) body: bool,
    /// With `--body`, evaluate every string of content that this version does not know, instead of rejecting the body
    #[arg(long, requires = "body")]
    pub(crate) dangerous_inspect_unknown_content: bool,
    /// Also evaluate the text as a stream, split at many positions, and fail if any result differs
    #[arg(long)]
    pub(crate) stream: bool,
    /// Seed of the random splits of `--stream`
    #[arg(long, value_name = "N", requires = "stream")]
    pub(crate) seed: Option<u64>,
    /// Show the matched text
    #[arg(long)]
    pub(crate) show_matches: bool,
    /// Show the best score and the threshold of each topic with examples
    #[arg(long, conflicts_with = "body")]
    pub(crate) scores: bool,
    #[command(flatten)]
    pub(crate) decisions: DecisionLogArgs,
    /// Input files; reads standard input if none are given or the file is `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Arguments of `lint`.
#[derive(Debug, clap::Args)]
pub(crate) struct LintArgs {
    /// Output format
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// Policy packs, files of policies or test suites, or directories with them
    #[arg(value_name = "POLICY", required = true)]
    pub(crate) policies: Vec<String>,
}

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct SchemaArgs {
    /// Kind of file
    #[arg(value_name = "FILE", default_value = "policy")]
    pub(crate) of: SchemaOf,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A policy file
    Policy,
    /// A test suite
    Suite,
}

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// Output format
    #[arg(long, short, default_value = "text")]
    pub(crate) format: TestFormat,
    /// Seed of the random splits with which each case is also evaluated
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Test suites, or directories with test suites; the default is `policies/`, or else the current directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Arguments of `chat`.
#[derive(Debug, clap::Args)]
pub(crate) struct ChatArgs {
    /// Policy pack or file
    #[arg(long, short, value_name = "POLICY", default_value = "default")]
    pub(crate) policy: String,
    /// Model or inference profile
    #[arg(long, short, value_name = "ID", default_value = "anthropic.claude-3-haiku-20240307-v1:0")]
    pub(crate) model: String,
    /// Stream the response
    #[arg(long)]
    pub(crate) stream: bool,
    /// Endpoint: `simulator`, `aws` (the account of the environment), or a URL
    #[arg(long, value_name = "ENDPOINT", default_value = "simulator")]
    pub(crate) endpoint: String,
    /// Text that the simulator returns as the model's, to try how completions are guarded
    #[arg(long, value_name = "TEXT")]
    pub(crate) answer: Option<String>,
    /// Operation of the Bedrock runtime
    #[arg(long, default_value = "converse")]
    pub(crate) operation: ChatOperation,
    /// Output format
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// Prompt; `-` reads standard input
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: String,
}

/// An operation of the Bedrock runtime, or with `--stream` its streaming variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChatOperation {
    /// Converse
    Converse,
    /// InvokeModel
    Invoke,
}

/// The direction of text.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// To the model
    #[default]
    #[serde(alias = "INPUT")]
    Input,
    /// From the model
    #[serde(alias = "OUTPUT")]
    Output,
}

impl From<Direction> for banister::Source {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Input => Self::Input,
            Direction::Output => Self::Output,
        }
    }
}

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Human-readable
    Text,
    /// Machine-readable
    Json,
}

/// An output format of `test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// Human-readable
    Text,
    /// Machine-readable
    Json,
    /// For build servers
    Junit,
}
