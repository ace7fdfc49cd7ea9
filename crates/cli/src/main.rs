//! The command line of Banister: try, check and test guardrail policies.
//!
//! Exit codes: 0 passed; 1 found what the command looks for (blocked text, a failed case, an error in a policy); 2 could not
//! do it, with a message on standard error.

mod args;
mod chat;
mod check;
mod failure;
mod input;
mod lint;
mod offsets;
mod policy;
mod progress;
mod report;
mod response;
mod schema;
mod serve;
mod test;
mod tls;

use std::panic;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::failure::{Exit, Failure};
use crate::report::Out;

fn main() -> ExitCode {
    let args = Args::parse();
    // A promise of the library that does not hold ends in a panic. That is no finding: it is exit code 2. Only the place is told,
    // for the message of a panic may quote text.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or(String::new(), |place| format!(" at {place}"));
        failure::complain(&format!("internal error{place}, please report it"));
    }));
    let exit = panic::catch_unwind(|| run(&args)).unwrap_or(Exit::Failed);
    ExitCode::from(exit as u8)
}

fn run(args: &Args) -> Exit {
    let mut out = Out::stdout();
    let done = match &args.command {
        Command::Check(args) => check::run(args, &mut out),
        Command::Lint(args) => lint::run(args, &mut out),
        Command::Schema => schema::run(&mut out),
        Command::Test(args) => test::run(args, &mut out),
        Command::Chat(args) => chat::run(args, &mut out),
        Command::Serve(args) => serve::run(args, &mut out),
    };
    let done = done.and_then(|exit| out.flush().map(|()| exit));
    match done {
        Ok(exit) => exit,
        // Whoever reads has seen enough. Not 0, which would say that everything was examined.
        Err(Failure::ClosedPipe) => Exit::Failed,
        Err(Failure::Message(message)) => {
            // What was found before goes first.
            let _ = out.flush();
            failure::complain(&message);
            Exit::Failed
        }
    }
}
