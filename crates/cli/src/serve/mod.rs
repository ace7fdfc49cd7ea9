//! `serve`: the gateway.

mod files;
mod keys;
mod log;
#[cfg(feature = "otel")]
mod telemetry;
mod upstream;

use std::future::Future;
use std::time::Duration;

use banister::GuardrailLayer;
use banister_gateway::{Gateway, GatewayBuilder, Policies, PolicySource};

use crate::args::ServeArgs;
use crate::failure::{Exit, Failure};
use crate::policy::{self, Place};
use crate::report::Out;

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
    files::make_room(args.max_connections);
    let builder = with_settings(Gateway::builder(policies, upstream), args)?;
    #[cfg(feature = "otel")]
    let (builder, telemetry) = telemetry::start(builder)?;
    let gateway = builder.bind(args.listen).await.map_err(|error| Failure::new(error.to_string()))?;
    // Whoever reads that it listens may ask it to end.
    let interrupted = interrupted()?;
    out.line(format_args!("listening on http://{}, in front of {}", gateway.address(), args.upstream))?;
    out.flush()?;
    gateway.serve(interrupted).await;
    #[cfg(feature = "otel")]
    telemetry::end(telemetry).await;
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
            Some(all) => all.with(name, source),
        });
    }
    all.ok_or_else(|| Failure::new("no policy: give `--policy`"))
}

/// The builder with all that the flags say.
fn with_settings(builder: GatewayBuilder, args: &ServeArgs) -> Result<GatewayBuilder, Failure> {
    let mut builder = keys::give(builder, args.client_keys.as_deref())?
        .max_connections(args.max_connections)
        .upstream_timeout(Duration::from_secs(args.upstream_timeout))
        .idle_timeout(Duration::from_secs(args.idle_timeout))
        .drain_period(Duration::from_secs(args.drain_period))
        .shutdown_timeout(Duration::from_secs(args.shutdown_timeout));
    if args.no_traces {
        builder = builder.configure_layer(GuardrailLayer::without_traces);
    }
    if args.dangerous_show_matches {
        builder = builder.dangerous_include_matches();
    }
    if args.dangerous_allow_unauthenticated {
        builder = builder.dangerous_allow_unauthenticated();
    }
    Ok(builder)
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
