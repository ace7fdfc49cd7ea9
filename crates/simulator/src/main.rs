//! Runs the simulator on its own, for clients that are not written in Rust.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use banister_simulator::{Options, Simulator};

const USAGE: &str = "\
A Bedrock Runtime on loopback.

Usage: banister-simulator [OPTION VALUE]...

  --listen ADDR        the loopback address [127.0.0.1:8787]
  --reply REPLY        echo, scripted, text:WORDS, ... [scripted]
  --shape SHAPE        the body shape of invoke answers
  --chunk CHUNK        tokens, chars:N, bytes:N, at:N,N [tokens]
  --write-size BYTES   the size of one piece of the HTTP body
  --delay-ms MS        the pause between events
  --fault FAULT        throttle, status:CODE:NAME:MESSAGE, hang, ...
  --fault-calls N      only the first N calls fail

The values are those of the x-simulator-* headers, which override them for one
request.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&arguments).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("banister-simulator: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
        reply: banister_simulator::Reply::Scripted,
        ..Options::default()
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("{} wants a value; see --help", pair.join(" ")));
        };
        match name.as_str() {
            "--listen" => options.listen = read(name, value)?,
            "--reply" => options.reply = read(name, value)?,
            "--shape" => options.shape = Some(read(name, value)?),
            "--chunk" => options.chunk = read(name, value)?,
            "--write-size" => options.write_size = Some(read(name, value)?),
            "--delay-ms" => options.delay = Some(Duration::from_millis(read(name, value)?)),
            "--fault" => options.fault = Some(read(name, value)?),
            "--fault-calls" => options.fault_calls = Some(read(name, value)?),
            _ => return Err(format!("unknown option {name}; see --help")),
        }
    }
    Ok(options)
}

fn read<T: FromStr<Err: std::fmt::Display>>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|error| format!("{name}: {error}"))
}

fn run(options: Options) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let simulator = Simulator::start(options).await.map_err(|error| error.to_string())?;
        println!("{}", simulator.endpoint());
        // Until the process is killed.
        std::future::pending().await
    })
}
