//! The command line of Banister: try, check and test guardrail policies, and run the gateway.
//!
//! Exit codes: 0, success; 1, text blocked, a test failed, or a policy has errors; 2, usage or I/O error, with a message on standard error.
//! `audit` has two more: 3, an audit is incomplete; 4, an audit was changed.

mod args;
mod audit;
mod chat;
mod check;
mod decision_log;
mod discovery;
mod failure;
mod fingerprint_key;
mod input;
mod lint;
mod offsets;
mod policy;
mod problem;
mod progress;
mod report;
mod response;
mod schema;
mod serve;
mod simulator;
mod suite;
mod test;
mod tls;
mod wrap;

use std::panic;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::failure::{Exit, Failure};
use crate::report::Out;

/// Returns the memory of large bodies to the system once they are done. Five waves of three bodies of 2 MB took the gateway to a peak of 146 MB, and
/// left it at 69 MB. With jemalloc these were 201 and 75 MB, with the allocator of glibc 228 and 227 MB.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    // A broken guarantee of the library ends in a panic, which is exit code 2. Only the location is printed, because the message of a
    // panic may quote text.
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map_or(String::new(), |location| format!(" at {location}"));
        failure::print_error(&format!("internal error{location}, please report it"));
    }));
    let exit = panic::catch_unwind(|| run(&args)).unwrap_or(Exit::Failed);
    ExitCode::from(exit as u8)
}

fn run(args: &Args) -> Exit {
    let mut out = Out::stdout();
    let done = match &args.command {
        Command::Check(args) => check::run(args, &mut out),
        Command::Lint(args) => lint::run(args, &mut out),
        Command::Schema(args) => schema::run(args, &mut out),
        Command::Test(args) => test::run(args, &mut out),
        Command::Chat(args) => chat::run(args, &mut out),
        Command::Serve(args) => serve::run(args, &mut out),
        Command::Audit(args) => audit::run(args, &mut out),
    };
    let done = done.and_then(|exit| out.flush().map(|()| exit));
    match done {
        Ok(exit) => exit,
        // The reader has closed the pipe. Not 0, which would mean that all input was checked.
        Err(Failure::ClosedPipe) => Exit::Failed,
        Err(Failure::Message(message)) => {
            // Earlier results are printed first.
            let _ = out.flush();
            failure::print_error(&message);
            Exit::Failed
        }
    }
}
