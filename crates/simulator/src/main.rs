//! Runs the simulator as a process, for clients in any language.

use std::fmt::Display;
use std::net::{AddrParseError, SocketAddr};
use std::num::ParseIntError;
use std::process::ExitCode;

use banister_simulator::{ModelResponse, Options, Simulator};

const USAGE: &str = "\
A Bedrock Runtime on loopback.

Usage: banister-simulator [OPTION VALUE]...

  --listen ADDRESS     Loopback address [127.0.0.1:8787]
  --reply REPLY        echo, scripted, text:TEXT, ... [scripted]
  --shape FORMAT       Body format of invoke responses
  --chunk CHUNK        tokens, chars:N, bytes:N, at:N,N [tokens]
  --write-size BYTES   Size of one chunk of the HTTP body
  --delay-ms MS        Pause between events
  --fault FAULT        throttle, status:CODE:NAME:MESSAGE, hang, ...
  --fault-calls N      Apply the fault to the first N calls only

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
        response: ModelResponse::Scripted,
        ..Options::default()
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("{} needs a value; see --help", pair.join(" ")));
        };
        let fail = |error: &dyn Display| format!("{name}: {error}");
        match name.as_str() {
            "--listen" => options.listen = value.parse().map_err(|error: AddrParseError| fail(&error))?,
            "--fault-calls" => {
                options.fault_calls = Some(value.parse().map_err(|error: ParseIntError| fail(&error))?);
            }
            _ => {
                let option = name.strip_prefix("--").unwrap_or_default();
                if !options.set(option, value).map_err(|error| fail(&error))? {
                    return Err(format!("unknown option {name}; see --help"));
                }
            }
        }
    }
    Ok(options)
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
