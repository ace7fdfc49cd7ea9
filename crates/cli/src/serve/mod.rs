//! `serve`: the gateway.

mod log;
mod upstream;

use std::future::Future;

use banister_gateway::{Gateway, GatewayBuilder, Policies, PolicySource};

use crate::args::ServeArgs;
use crate::failure::{Exit, Failure};
use crate::policy::{self, Place};
use crate::report::Out;

/// Clients show one of these, where there are any: keys with commas between.
const KEYS: &str = "BANISTER_CLIENT_KEYS";

/// Runs the command. It ends with a signal.
///
/// # Errors
///
/// When a policy has a problem, or the gateway cannot listen.
pub(crate) fn run(args: &ServeArgs, out: &mut Out) -> Result<Exit, Failure> {
    let policies = policies(&args.policy)?;
    log::start();
    let runtime = tokio::runtime::Runtime::new();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime for the gateway: {error}")))?;
    runtime.block_on(serve(args, policies, out))
}

async fn serve(args: &ServeArgs, policies: Policies, out: &mut Out) -> Result<Exit, Failure> {
    let (upstream, simulator) = upstream::open(&args.upstream).await?;
    let builder = with_keys(Gateway::builder(policies, upstream), args)?;
    let gateway = builder.bind(args.listen).await.map_err(|error| Failure::new(error.to_string()))?;
    out.line(format_args!("listening on http://{}, in front of {}", gateway.address(), args.upstream))?;
    out.flush()?;
    gateway.serve(interrupted()?).await;
    if let Some(simulator) = simulator {
        simulator.shutdown().await;
    }
    Ok(Exit::Passed)
}

/// `NAME=P`, or `P` under its own name; the first is the default.
fn policies(given: &[String]) -> Result<Policies, Failure> {
    let mut all: Option<Policies> = None;
    for given in given {
        let (name, place) = match given.split_once('=') {
            Some((name, place)) => (Some(name), policy::place(place)),
            None => (None, policy::place(given)),
        };
        // Read once here, so that a problem is told as other commands tell it.
        let read = policy::load(&place)?;
        let name = name.unwrap_or_else(|| read.name()).to_owned();
        let source = match place {
            Place::Pack(pack) => PolicySource::Pack(pack),
            Place::File(path) => PolicySource::File(path),
        };
        all = Some(match all {
            None => Policies::new(name, source),
            Some(all) => all.and(name, source),
        });
    }
    all.ok_or_else(|| Failure::new("no policy: give `--policy`"))
}

fn with_keys(mut builder: GatewayBuilder, args: &ServeArgs) -> Result<GatewayBuilder, Failure> {
    let keys = std::env::var(KEYS).unwrap_or_default();
    for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        if key.len() < 16 {
            return Err(Failure::new(format!("{KEYS}: a key has fewer than 16 characters: take long and random ones")));
        }
        builder = builder.client_key(key);
    }
    Ok(if args.dangerous_serve_anyone { builder.dangerous_serve_anyone() } else { builder })
}

/// Done when the process is asked to end: Ctrl-C, or SIGTERM as service managers send it.
fn interrupted() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Failure::new(format!("signals cannot be waited for: {error}")))?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
