//! The pauses of a stream while other clients send text that takes long to evaluate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::task::JoinSet;
use tower::BoxError;

use crate::LoadConfig;
use crate::process::Process;
use crate::stream::Stream;

/// The length of a hostile prompt: digits, which could be part of many kinds of numbers.
const BYTES: usize = 250_000;

/// The pause between the events of the probe.
const DELAY: Duration = Duration::from_millis(20);

/// How long the probe is measured, without and with the hostile prompts.
const SECONDS: Duration = Duration::from_secs(20);

/// Prints the pauses of a stream without hostile prompts, and with some in flight all the time.
pub(crate) async fn run(gateway: &Process, config: &LoadConfig) -> Result<(), BoxError> {
    let authority = gateway.endpoint().trim_start_matches("http://");
    let mut gaps = probe(authority).await?;
    row("alone", &mut gaps, 0, gateway)?;
    let done = Arc::new(AtomicUsize::new(0));
    let mut hostile = JoinSet::new();
    for _ in 0..config.hostile {
        hostile.spawn(attack(gateway.endpoint().to_owned(), Arc::clone(&done)));
    }
    let mut gaps = probe(authority).await?;
    row(&format!("{} hostile prompts", config.hostile), &mut gaps, done.load(Ordering::Relaxed), gateway)
}

fn row(name: &str, gaps: &mut [Duration], done: usize, gateway: &Process) -> Result<(), BoxError> {
    gaps.sort();
    let at = |part: usize| gaps.get((gaps.len() * part / 100).min(gaps.len().saturating_sub(1)));
    let [p50, p99, largest] = [50, 99, 100].map(|part| at(part).map_or(0.0, |gap| gap.as_secs_f64() * 1000.0));
    let resident = gateway.resident_kb()? as f64 / 1024.0;
    println!(
        "{name:<27} {:>6} events, pauses: p50 {p50:>6.1} ms, p99 {p99:>7.1} ms, largest {largest:>8.1} ms; {done} prompts done, RSS {resident:.1} MB",
        gaps.len()
    );
    Ok(())
}

/// Reads one stream after another, and returns the pauses between their events.
async fn probe(authority: &str) -> Result<Vec<Duration>, BoxError> {
    let (started, mut gaps) = (Instant::now(), Vec::new());
    while started.elapsed() < SECONDS {
        let (mut stream, first) = Stream::open(authority, 0, DELAY).await?;
        gaps.push(first);
        let mut last = Instant::now();
        while stream.read_event().await? {
            gaps.push(last.elapsed());
            last = Instant::now();
        }
    }
    Ok(gaps)
}

/// Sends hostile prompts, one after another.
async fn attack(endpoint: String, done: Arc<AtomicUsize>) -> Result<(), BoxError> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let digits: String = "4111111111111112".chars().cycle().take(BYTES).collect();
    let body = Bytes::from(json!({"messages": [{"role": "user", "content": [{"text": digits}]}]}).to_string());
    loop {
        let request = Request::post(format!("{endpoint}/model/x/converse")).header("x-simulator-reply", "text:Fine.");
        let response = client.request(request.body(Full::new(body.clone()))?).await?;
        response.into_body().collect().await?;
        done.fetch_add(1, Ordering::Relaxed);
    }
}
