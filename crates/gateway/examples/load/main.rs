//! Measures a thousand concurrent streams through the gateway.
//!
//! ```sh
//! cargo build --release -p banister-cli
//! cargo run --release -p banister-gateway --example load
//! ```
//!
//! Prints four rows for the same streams: directly to the simulator; through a plain proxy; through `banister serve` with a policy of one
//! rule; and through it with a policy pack. Half of the streams are ConverseStream, half InvokeModelWithResponseStream. Each wave opens all
//! streams, waits until each has had its first event and none has ended, measures, and reads them to their end. The text of every stream
//! is compared with the expected one. Simulator, proxy and gateway are separate processes, so that their processor time and memory can be
//! measured. Linux only: it reads `/proc`.
//!
//! With `--hostile N` it prints something else: the pauses between the events of one stream through the gateway, first alone, then while N
//! prompts of 250 kB of digits are in flight all the time.

mod hostile;
mod process;
mod proxy;
mod stream;
mod wave;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use banister::Policy;
use banister_simulator::{Options, Simulator};
use tower::BoxError;

use process::Process;
use stream::Guarded;
use wave::{Target, run};

const USAGE: &str = "\
Usage: load [OPTION VALUE]...

  --streams N        streams at once [1000]
  --waves N          how often [3]
  --delay-ms MS      the pause between the events of a stream [250]
  --pace-us US       the pause between the openings of streams [1000]
  --policy P         the pack for the last row [banking]
  --hostile N        measure the pauses of a stream while N hostile prompts are in flight [0, off]
  --only WORDS       only rows with these words in their name
  --banister PATH    the command line [the one built beside this]";

/// A policy with one rule, which matches text of the streams.
const ONE_RULE: &str = "{version: 1, name: one-rule, pii: [{types: [EMAIL], action: mask}]}";

/// The arguments.
#[derive(Clone, Debug)]
struct LoadConfig {
    streams: usize,
    waves: usize,
    delay: Duration,
    pace: Duration,
    policy: String,
    hostile: usize,
    only: String,
    banister: PathBuf,
}

fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.first().map(String::as_str) {
        Some("--help" | "-h") => println!("{USAGE}"),
        Some("simulator") => {
            raise_file_limit(&arguments)?;
            runtime.block_on(simulator())?;
        }
        Some("proxy") => {
            raise_file_limit(&arguments)?;
            runtime.block_on(proxy::run(arguments.get(2).ok_or("proxy needs an upstream")?))?;
        }
        _ => {
            let config = parse(&arguments)?;
            rlimit::increase_nofile_limit(config.streams as u64 + 64)?;
            runtime.block_on(load(&config))?;
        }
    }
    Ok(())
}

/// Raises the limit on open files to two per stream. The number of streams is the second argument.
fn raise_file_limit(arguments: &[String]) -> Result<(), BoxError> {
    let streams: u64 = arguments.get(1).ok_or("a number of streams")?.parse()?;
    rlimit::increase_nofile_limit(2 * streams + 64)?;
    Ok(())
}

fn parse(arguments: &[String]) -> Result<LoadConfig, BoxError> {
    // `target/release/examples/load`, and next to the folder of examples `target/release/banister`.
    let banister = std::env::current_exe()?;
    let banister = banister.parent().and_then(|folder| folder.parent()).ok_or("no folder")?.join("banister");
    let mut config = LoadConfig {
        streams: 1000,
        waves: 3,
        delay: Duration::from_millis(250),
        pace: Duration::from_micros(1000),
        policy: "banking".to_owned(),
        hostile: 0,
        only: String::new(),
        banister,
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(USAGE.into()) };
        match name.as_str() {
            "--streams" => config.streams = read(name, value)?,
            "--waves" => config.waves = read(name, value)?,
            "--delay-ms" => config.delay = Duration::from_millis(read(name, value)?),
            "--pace-us" => config.pace = Duration::from_micros(read(name, value)?),
            "--policy" => config.policy.clone_from(value),
            "--hostile" => config.hostile = read(name, value)?,
            "--only" => config.only.clone_from(value),
            "--banister" => config.banister = value.into(),
            _ => return Err(USAGE.into()),
        }
    }
    if !config.banister.exists() {
        let path = config.banister.display();
        return Err(format!("{path} is not there: cargo build --release -p banister-cli").into());
    }
    Ok(config)
}

fn read<T: FromStr>(name: &str, value: &str) -> Result<T, BoxError> {
    value.parse().map_err(|_| format!("{name}: {value} is no number").into())
}

/// Runs the simulator in this process.
async fn simulator() -> Result<(), BoxError> {
    let simulator = Simulator::start(Options::default()).await?;
    println!("{}", simulator.endpoint());
    std::future::pending().await
}

async fn load(config: &LoadConfig) -> Result<(), BoxError> {
    let streams = config.streams.to_string();
    let this = std::env::current_exe()?;
    let simulator = Process::start(&this, &["simulator", &streams])?;
    let upstream = simulator.endpoint();
    if config.hostile > 0 {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--upstream", upstream, "--policy", &config.policy];
        return hostile::run(&Process::start(&config.banister, &serve)?, config).await;
    }
    println!(
        "{streams} streams, {} waves, about {} events each, {} ms between events\n",
        config.waves,
        stream::EVENTS,
        config.delay.as_millis()
    );
    wave::head();
    let is_wanted = |name: &str| name.contains(&config.only);
    let name = "straight to the simulator";
    if is_wanted(name) {
        run(&Target { name, process: None, endpoint: upstream }, config, None).await?;
    }
    let name = "plain proxy";
    if is_wanted(name) {
        let proxy = Process::start(&this, &["proxy", &streams, upstream])?;
        run(&Target { name, process: Some(&proxy), endpoint: proxy.endpoint() }, config, None).await?;
    }

    let file = std::env::temp_dir().join(format!("banister-load-{}.yaml", std::process::id()));
    std::fs::write(&file, ONE_RULE)?;
    let one_rule = file.to_str().ok_or("a folder whose name is text")?;
    let pack = config.policy.as_str();
    for (name, given, policy) in [
        ("gateway, one rule", one_rule, Policy::from_yaml(ONE_RULE)?),
        (&*format!("gateway, pack {pack}"), pack, Policy::from_pack(pack)?),
    ] {
        if !is_wanted(name) {
            continue;
        }
        // Its default, unless more are asked for.
        let connections = (config.streams + 96).max(4096).to_string();
        let serve =
            ["serve", "--listen", "127.0.0.1:0", "--upstream", upstream, "--max-connections", &connections, "--policy"];
        let gateway = Process::start(&config.banister, &[&serve[..], &[given]].concat())?;
        let guarded = Guarded::new(policy);
        run(&Target { name, process: Some(&gateway), endpoint: gateway.endpoint() }, config, Some(guarded)).await?;
    }
    std::fs::remove_file(&file)?;
    Ok(())
}
