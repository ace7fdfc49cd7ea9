//! Waves of streams against one target, and their row.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::BoxError;

use crate::LoadConfig;
use crate::process::Process;
use crate::stream::{EVENTS, Guarded, Stream};

/// The target of streams. The resource usage of its process is measured, if there is one.
pub(crate) struct Target<'a> {
    pub(crate) name: &'a str,
    pub(crate) process: Option<&'a Process>,
    pub(crate) endpoint: &'a str,
}

pub(crate) fn head() {
    println!(
        "{:<27} {:>4} {:>6} {:>6} {:>6} {:>7} {:>9} {:>9} {:>7} {:>8} {:>8} {:>8}",
        "",
        "wave",
        "open",
        "whole",
        "errors",
        "wall s",
        "first p50",
        "first p99",
        "CPU s",
        "RSS MB",
        "at open",
        "after"
    );
}

/// Runs all waves and prints a row for each.
pub(crate) async fn run(target: &Target<'_>, config: &LoadConfig, guarded: Option<Guarded>) -> Result<(), BoxError> {
    for wave in 1..=config.waves {
        let before = usage(target)?;
        let started = Instant::now();
        let seen = streams(target, config, guarded.clone()).await?;
        let wall = started.elapsed();
        // What a connection leaves behind is gone by then.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let after = usage(target)?;
        let mut first = seen.first_event;
        first.sort();
        let at = |part: usize| first.get(first.len() * part / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        let name = if wave == 1 { target.name } else { "" };
        let megabytes = |kilobytes: u64| format!("{:.1}", kilobytes as f64 / 1024.0);
        let used = |text: String| if target.process.is_some() { text } else { String::new() };
        println!(
            "{name:<27} {wave:>4} {:>6} {:>6} {:>6} {:>7.1} {:>6.1} ms {:>6.1} ms {:>7} {:>8} {:>8} {:>8}",
            seen.open,
            seen.whole,
            seen.errors.len(),
            wall.as_secs_f64(),
            at(50),
            at(99),
            used(format!("{:.2}", (after.cpu - before.cpu).as_secs_f64())),
            used(megabytes(before.resident_kb)),
            used(megabytes(seen.resident_kb)),
            used(megabytes(after.resident_kb)),
        );
        if let Some(error) = seen.errors.first() {
            println!("  the first error: {error}");
        }
    }
    Ok(())
}

/// The resource usage of a process.
#[derive(Default)]
struct Usage {
    cpu: Duration,
    resident_kb: u64,
}

fn usage(target: &Target<'_>) -> Result<Usage, BoxError> {
    let Some(process) = target.process else { return Ok(Usage::default()) };
    Ok(Usage { cpu: process.cpu()?, resident_kb: process.resident_kb()? })
}

/// The measurements of a wave.
#[derive(Default)]
struct Seen {
    /// The number of concurrent streams: as the gateway counts them, or all if each has started and none has ended.
    open: u64,
    whole: usize,
    errors: Vec<String>,
    first_event: Vec<Duration>,
    resident_kb: u64,
}

async fn streams(target: &Target<'_>, config: &LoadConfig, guarded: Option<Guarded>) -> Result<Seen, BoxError> {
    let authority: Arc<str> = target.endpoint.trim_start_matches("http://").into();
    let is_gateway = guarded.is_some();
    let guarded = Arc::new(guarded);
    // Twice: when all are open, and when what they use has been looked at.
    let barrier = Arc::new(Barrier::new(config.streams + 1));
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for number in 0..config.streams {
        let (authority, guarded, barrier) = (Arc::clone(&authority), Arc::clone(&guarded), Arc::clone(&barrier));
        let delay = config.delay;
        tasks.spawn(async move {
            // One that fails comes to the barrier as well, for the others wait there.
            let opened = Stream::open(&authority, number, delay).await;
            barrier.wait().await;
            barrier.wait().await;
            let (stream, first) = opened?;
            stream.finish(guarded.as_ref().as_ref()).await?;
            Ok::<_, BoxError>(first)
        });
        tokio::time::sleep(config.pace).await;
    }
    barrier.wait().await;
    if started.elapsed() >= config.delay * EVENTS {
        return Err(
            "the first streams may have ended before the last began: take a longer delay, or fewer streams".into()
        );
    }
    let mut seen = Seen { resident_kb: usage(target)?.resident_kb, ..Seen::default() };
    if is_gateway {
        seen.open = counted(target.endpoint).await?;
    }
    barrier.wait().await;
    while let Some(ended) = tasks.join_next().await {
        match ended? {
            Ok(first) => {
                seen.whole += 1;
                seen.first_event.push(first);
            }
            Err(error) => seen.errors.push(error.to_string()),
        }
    }
    if !is_gateway {
        seen.open = seen.first_event.len() as u64;
    }
    Ok(seen)
}

/// Returns the number of active streams of a gateway, from its metrics.
async fn counted(endpoint: &str) -> Result<u64, BoxError> {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.get(format!("{endpoint}/metrics").parse()?).await?;
    let text = String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec())?;
    let streams = text.lines().filter(|line| line.starts_with("banister_streams{"));
    streams.map(|line| line.rsplit(' ').next().unwrap_or("0").parse::<u64>().map_err(Into::into)).sum()
}
