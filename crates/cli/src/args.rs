//! The flags, as given.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::offsets::Offsets;

/// Guardrails for Amazon Bedrock: denied topics, word filters and PII masking, in process.
///
/// Exit codes: 0 passed; 1 found what the command looks for (blocked text, a failed case, an error in a policy); 2 could not
/// do it.
#[derive(Debug, Parser)]
#[command(name = "banister", version)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Evaluate text from standard input or files
    Check(CheckArgs),
    /// Errors and warnings of policies, and what their rules do
    Lint(LintArgs),
    /// Print the JSON Schema of a policy file
    Schema,
    /// Run suites of cases, `*.test.yaml`
    Test(TestArgs),
    /// Make a guarded call, and show what became of it on the way
    Chat(ChatArgs),
    /// Guard any Bedrock client: a gateway that speaks Bedrock's protocol
    Serve(ServeArgs),
}

/// Flags of `serve`.
///
/// Client keys come from the environment, `BANISTER_CLIENT_KEYS`, with commas between, or from a file: what stands on a command line,
/// others can read.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// A policy: the name of a pack, or a file, or `NAME=P`; the first is the default, clients choose others by name
    #[arg(long, short, value_name = "P", default_value = "default")]
    pub(crate) policy: Vec<String>,
    /// The address to listen on; one that is not loopback needs client keys
    #[arg(long, value_name = "A", default_value = "127.0.0.1:8800")]
    pub(crate) listen: SocketAddr,
    /// Where calls go: `simulator`, `aws` (signed with the credentials of the environment), or a URL
    #[arg(long, value_name = "U", default_value = "simulator")]
    pub(crate) upstream: String,
    /// A file with client keys, one a line; behind a key may stand the policies it is bound to, with commas between
    #[arg(long, value_name = "FILE")]
    pub(crate) client_keys: Option<PathBuf>,
    /// Listen without client keys where others can reach it
    #[arg(long, alias = "dangerous-serve-anyone")]
    pub(crate) dangerous_allow_unauthenticated: bool,
    /// Give no traces, whoever asks for one, and no assessments to ApplyGuardrail
    #[arg(long, conflicts_with = "dangerous_show_matches")]
    pub(crate) no_traces: bool,
    /// Show clients that ask for a trace the text that was found, as `match`
    #[arg(long)]
    pub(crate) dangerous_show_matches: bool,
    /// Connections at once; more wait. Each needs two open files
    #[arg(long, value_name = "N", default_value_t = 4096)]
    pub(crate) max_connections: usize,
    /// How long the upstream may take to begin its answer
    #[arg(long, alias = "upstream-time", value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) upstream_timeout: u64,
    /// How long the upstream may pause within its answer
    #[arg(long, alias = "idle-time", value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) idle_timeout: u64,
    /// How long to go on taking calls at the end, while /readyz says that no more should come
    #[arg(long, alias = "drain-time", value_name = "SECONDS", default_value_t = 0)]
    pub(crate) drain_period: u64,
    /// How long answers under way may take to end, after that
    #[arg(long, alias = "shutdown-time", value_name = "SECONDS", default_value_t = 30)]
    pub(crate) shutdown_timeout: u64,
}

/// Flags of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// The policy: the name of a pack, or a file
    #[arg(long, short, value_name = "P", default_value = "default")]
    pub(crate) policy: String,
    /// Which way the text goes
    #[arg(long, short, default_value = "input")]
    pub(crate) source: Direction,
    /// How to print: `json` is the response of ApplyGuardrail, and `findings` with spans
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// What `start` and `end` of findings count in JSON. All other output counts bytes of UTF-8. With `--body`, offsets are those in
    /// the decoded string that `pointer` names
    #[arg(long, value_name = "UNIT", default_value = "bytes")]
    pub(crate) offsets: Offsets,
    /// Read lines of `{"id": …, "text": …, "source": …}`, print one result a line
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// The text is the body of a Bedrock request, or with `--source output` of a response
    #[arg(long, conflicts_with = "stream")]
    pub(crate) body: bool,
    /// Feed the text in pieces as well, cut in many ways; what comes out must not differ
    #[arg(long)]
    pub(crate) stream: bool,
    /// Seed of the random cuts of `--stream`
    #[arg(long, value_name = "N", requires = "stream")]
    pub(crate) seed: Option<u64>,
    /// Show the text that was found
    #[arg(long)]
    pub(crate) show_matches: bool,
    /// Show the best score of each topic with examples, and its threshold, whatever the outcome
    #[arg(long, conflicts_with = "body")]
    pub(crate) scores: bool,
    /// Files with text; none, or `-`, is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Flags of `lint`.
#[derive(Debug, clap::Args)]
pub(crate) struct LintArgs {
    /// How to print
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// Policies: names of packs, or files
    #[arg(value_name = "P", required = true)]
    pub(crate) policies: Vec<String>,
}

/// Flags of `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// How to print
    #[arg(long, short, default_value = "text")]
    pub(crate) format: TestFormat,
    /// Seed of the random cuts each case is also evaluated with
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Suites, or directories with suites; none is `policies/`, or else the current directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Flags of `chat`.
#[derive(Debug, clap::Args)]
pub(crate) struct ChatArgs {
    /// The policy: the name of a pack, or a file
    #[arg(long, short, value_name = "P", default_value = "default")]
    pub(crate) policy: String,
    /// The model, or inference profile
    #[arg(long, short, value_name = "ID", default_value = "anthropic.claude-3-haiku-20240307-v1:0")]
    pub(crate) model: String,
    /// Show the answer as it comes
    #[arg(long)]
    pub(crate) stream: bool,
    /// Who answers: `simulator`, `aws` (the account of the environment), or a URL
    #[arg(long, value_name = "E", default_value = "simulator")]
    pub(crate) endpoint: String,
    /// The operation of the Bedrock runtime
    #[arg(long, default_value = "converse")]
    pub(crate) operation: Operation,
    /// How to print
    #[arg(long, short, default_value = "text")]
    pub(crate) format: Format,
    /// What to say; `-` is standard input
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: String,
}

/// An operation of the Bedrock runtime, or with `--stream` the one like it that streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Operation {
    /// Converse
    Converse,
    /// InvokeModel
    Invoke,
}

/// Which way a text goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Direction {
    /// To the model
    Input,
    /// From the model
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

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How `test` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For build servers
    Junit,
}
