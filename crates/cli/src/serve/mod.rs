//! `banister serve`.

mod keys;
mod log;
mod open_files;
#[cfg(feature = "otel")]
mod telemetry;
mod upstream;

use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

use banister::AuditLog;
use banister_gateway::{Gateway, GatewayBuilder, Policies, PolicySource};

use crate::args::ServeArgs;
use crate::decision_log;
use crate::failure::{Exit, Failure};
use crate::policy::{self, PolicyRef};
use crate::report::Out;
use crate::serve::log::Log;

/// Runs the gateway until a signal.
///
/// # Errors
///
/// If a policy has errors, or the gateway cannot start.
pub(crate) fn run(args: &ServeArgs, out: &mut Out) -> Result<Exit, Failure> {
    let policies = policies(&args.policy)?;
    let log = Log::start();
    let runtime = tokio::runtime::Runtime::new();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start a runtime: {error}")))?;
    runtime.block_on(serve(args, policies, &log, out))
}

async fn serve(args: &ServeArgs, policies: Policies, log: &Log, out: &mut Out) -> Result<Exit, Failure> {
    let (upstream, simulator) = upstream::open(&args.upstream).await?;
    let connections = open_files::connections_within_limit(args.max_connections)?;
    let builder = Gateway::builder(policies, upstream).log_lines_dropped(log.dropped()).max_connections(connections);
    let decisions = args.decisions.open()?;
    let builder = with_settings(builder, args, decisions.clone())?;
    #[cfg(feature = "otel")]
    let (builder, telemetry) = telemetry::start(builder)?;
    let gateway = builder.bind(args.listen).await.map_err(|error| Failure::new(error.to_string()))?;
    // A reader of the next line may send a signal at once.
    let interrupted = interrupted()?;
    let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
    let mut lines = vec![format!("listening on {scheme}://{}, in front of {}", gateway.address(), args.upstream)];
    lines.extend(gateway.admin_address().map(|admin| format!("health checks and metrics on http://{admin}")));
    if args.decisions.is_stdout() {
        // Standard output has decision records only.
        lines.iter().for_each(|line| tracing::info!("{line}"));
    } else {
        for line in &lines {
            out.line(format_args!("{line}"))?;
        }
        out.flush()?;
    }
    gateway.serve(interrupted).await;
    #[cfg(feature = "otel")]
    telemetry::end(telemetry).await;
    if let Some(simulator) = simulator {
        simulator.shutdown().await;
    }
    decision_log::close(decisions.as_ref())?;
    Ok(Exit::Passed)
}

/// Parses `NAME=POLICY`, or `POLICY` under its own name; the first is the default.
fn policies(arguments: &[String]) -> Result<Policies, Failure> {
    let (mut all, mut names): (Option<Policies>, _) = (None, HashSet::new());
    for argument in arguments {
        let (name, policy_ref) = match argument.split_once('=') {
            Some((name, policy)) => (Some(name), policy::resolve(policy)),
            None => (None, policy::resolve(argument)),
        };
        // Loaded here as well, so that errors look as in other commands.
        let read = policy::load(&policy_ref)?;
        let name = name.unwrap_or_else(|| read.name()).to_owned();
        // The second would silently replace the first.
        if name.is_empty() || !names.insert(name.clone()) {
            let problem = if name.is_empty() { "the name is empty" } else { "another policy has this name" };
            return Err(Failure::new(format!("--policy {argument}: {problem}: set another, NAME=POLICY")));
        }
        let source = match policy_ref {
            PolicyRef::Pack(pack) => PolicySource::Pack(pack),
            PolicyRef::File(path) => PolicySource::File(path),
        };
        all = Some(match all {
            None => Policies::new(name, source),
            Some(all) => all.with(name, source),
        });
    }
    all.ok_or_else(|| Failure::new("no policy; set `--policy`"))
}

/// Applies the arguments to the builder.
fn with_settings(builder: GatewayBuilder, args: &ServeArgs, log: Option<AuditLog>) -> Result<GatewayBuilder, Failure> {
    let mut builder = keys::add(builder, args.client_keys.as_deref())?
        .max_memory((args.max_memory as usize) << 20)
        .header_timeout(Duration::from_secs(args.header_timeout))
        .body_timeout(Duration::from_secs(args.body_timeout))
        .min_body_rate(args.min_body_rate)
        .upstream_timeout(Duration::from_secs(args.upstream_timeout))
        .idle_timeout(Duration::from_secs(args.idle_timeout))
        .drain_period(Duration::from_secs(args.drain_period))
        .shutdown_timeout(Duration::from_secs(args.shutdown_timeout));
    if let Some(limit) = args.max_connections_per_address {
        builder = builder.max_connections_per_address(limit as usize);
    }
    if let Some(limit) = args.max_calls_per_client {
        builder = builder.max_calls_per_client(limit as usize);
    }
    if let Some(address) = args.admin_listen {
        builder = builder.admin_address(address);
    }
    if let (Some(certificates), Some(key)) = (&args.tls_cert, &args.tls_key) {
        builder = builder.tls(certificates, key);
    }
    let (no_traces, tag_requests) = (args.no_traces, args.tag_requests);
    builder = builder.configure_layer(move |mut layer| {
        if no_traces {
            layer = layer.without_traces();
        }
        if tag_requests {
            layer = layer.tag_requests();
        }
        layer
    });
    if let Some(log) = log {
        builder = builder.decision_log(log);
    }
    if let Some(key) = args.decisions.fingerprint_key()? {
        builder = builder.fingerprints(key);
    }
    if args.dangerous_show_matches {
        builder = builder.dangerous_include_matches();
    }
    if args.dangerous_allow_unauthenticated {
        builder = builder.dangerous_allow_unauthenticated();
    }
    Ok(builder)
}

/// Waits for Ctrl-C, or for SIGTERM, which service managers send.
fn interrupted() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Failure::new(format!("cannot wait for signals: {error}")))?;
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
