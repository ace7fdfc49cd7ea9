//! `serve`: calls, startup and shutdown.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::{Directory, banister, command, run};

/// Starts a gateway on a free port, and returns its address.
pub(crate) fn serve(args: &[&str]) -> (Child, String) {
    listening(&mut command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat()))
}

fn listening(command: &mut std::process::Command) -> (Child, String) {
    let mut child = command.stderr(Stdio::null()).spawn().expect("the binary starts");
    let address = address_of(&mut child);
    (child, address)
}

/// Returns the address that the first line of standard output shows.
fn address_of(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    line.split_once("http://").and_then(|(_, rest)| rest.split(',').next()).expect("an address").to_owned()
}

pub(crate) fn post(address: &str, path: &str, body: &str) -> String {
    send(address, &format!("POST {path}"), body)
}

pub(crate) fn get(address: &str, path: &str) -> String {
    send(address, &format!("GET {path}"), "")
}

fn send(address: &str, request: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head =
        format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_call_through_the_gateway_is_guarded() {
    let (mut child, address) = serve(&["--policy", "default", "--policy", "strict=banking"]);
    let ask = |text: &str| format!("{{\"messages\":[{{\"role\":\"user\",\"content\":[{{\"text\":\"{text}\"}}]}}]}}");
    let model = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse";
    let answer = post(&address, model, &ask("contact jane.roe@example.com"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("{EMAIL}") && !answer.contains("example.com"), "{answer}");
    let body = "{\"source\":\"INPUT\",\"content\":[{\"text\":{\"text\":\"card 4111 1111 1111 1111\"}}]}";
    let applied = post(&address, "/guardrail/strict/version/1/apply", body);
    assert!(applied.contains("GUARDRAIL_INTERVENED"), "{applied}");
    let unknown = post(&address, "/model/x/unknown", "{}");
    assert!(unknown.starts_with("HTTP/1.1 403"), "{unknown}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[cfg(unix)]
#[test]
fn sigterm_ends_the_process() {
    let (mut child, _) = serve(&[]);
    let id = child.id().to_string();
    let killed = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// A key for all policies, and one for a policy that is not the default.
#[test]
fn keys_come_from_a_file() {
    let folder = Directory::new();
    let file = &*folder.file("keys", "# who\nall-of-the-policies\nonly-the-strict-one  strict\n");
    let (mut child, address) = serve(&["--policy", "default", "--policy", "strict=banking", "--client-keys", file]);
    let apply = |policy: &str, key: &str| {
        let body = "{\"source\":\"INPUT\",\"content\":[{\"text\":{\"text\":\"Hello\"}}]}";
        let path = format!("/guardrail/{policy}/version/1/apply HTTP/1.1\r\nx-banister-key: {key}\r\nx-rest:");
        post(&address, &path, body).split(' ').nth(1).map(str::to_owned)
    };
    for (policy, key, expected) in [
        ("default", "all-of-the-policies", "200"),
        ("strict", "only-the-strict-one", "200"),
        ("default", "only-the-strict-one", "403"),
        ("default", "none-of-the-keys-at-all", "403"),
    ] {
        assert_eq!(apply(policy, key).as_deref(), Some(expected), "{policy}");
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    for (keys, problem) in [
        ("long-enough-for-a-key nope", "`nope`, which is not a policy"),
        ("short", "keys:1: the client key has fewer than 16 characters"),
        ("# nothing\n", "the file contains no key"),
        ("all-of-the-policies strict\n\nall-of-the-policies\n", "keys:3: the client key is listed twice; first in "),
    ] {
        folder.file("keys", keys);
        let run = banister(&["serve", "--listen", "127.0.0.1:0", "--client-keys", file], "");
        run.assert_fails(&[problem]);
    }
    banister(&["serve", "--client-keys", "no/such/file"], "").assert_fails(&["no/such/file"]);
}

/// The second of two policies would replace the first, also if a copied file has still the name of the other.
#[test]
fn a_name_of_two_policies_is_an_error() {
    let folder = Directory::new();
    let copies =
        ["one", "two"].map(|file| folder.file(file, "version: 1\nname: support\nextends: [pii]\n").to_string());
    let [one, two] = &copies;
    for (policies, problem) in [
        ([one.as_str(), two], "two: another policy has this name: set another, NAME=POLICY"),
        (["a=default", "a=pii"], "--policy a=pii: another policy has this name"),
        (["pii", "pii=default"], "--policy pii=default: another policy has this name"),
        (["default", "=pii"], "--policy =pii: the name is empty"),
    ] {
        // At this address it ends in any case.
        let run = banister(&["serve", "--listen", "0.0.0.0:0", "--policy", policies[0], "--policy", policies[1]], "");
        run.assert_fails(&[problem]);
    }
    let run = banister(&["serve", "--listen", "0.0.0.0:0", "--policy", one, "--policy", &format!("b={two}")], "");
    run.assert_fails(&["there is no client key"]);
}

/// A variable that an orchestrator leaves empty would open the gateway to everyone.
#[test]
fn a_variable_without_a_key_is_an_error() {
    for keys in ["", " ", ",", " , ,"] {
        // At this address it ends in any case.
        let mut command = command(&["serve", "--listen", "0.0.0.0:0"]);
        command.env("BANISTER_CLIENT_KEYS", keys);
        run(command, b"").assert_fails(&["BANISTER_CLIENT_KEYS contains no key"]);
    }
}

/// Returns the gateway under a limit on open files that it cannot raise.
#[cfg(target_os = "linux")]
fn with_open_files(limit: u32) -> std::process::Command {
    let serve = format!("ulimit -n {limit}; exec \"$0\" serve --listen 127.0.0.1:0");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &serve, env!("CARGO_BIN_EXE_banister")]).stdin(Stdio::null());
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// With a low limit on open files, the gateway accepts as many connections as it can serve: health checks still work when these are open.
#[cfg(target_os = "linux")]
#[test]
fn too_few_open_files_are_fewer_connections() {
    let mut child = with_open_files(200).spawn().expect("a shell");
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.contains("limit on open files") && line.contains("36 connections instead of 4096"), "{line}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    let output = with_open_files(100).output().expect("a shell");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("the limit of 100 open files allows no connection"), "{message}");
    assert_eq!(output.status.code(), Some(2));
}

/// Returns the status of a guarded call, and the metrics.
fn call_and_metrics(address: &str) -> (String, String) {
    let model = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse";
    let called = post(address, model, r#"{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}"#);
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sent");
    let mut metrics = String::new();
    stream.read_to_string(&mut metrics).expect("metrics");
    (called.lines().next().unwrap_or_default().to_owned(), metrics)
}

/// Log lines that cannot be written are dropped: a full disk, a pipe whose reader is gone, and one whose reader sleeps.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_does_not_reach_a_call() {
    let full_disk = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let (reader, closed) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (_asleep, mut full) = std::io::pipe().expect("a pipe");
    full.write_all(&[b'x'; 65536]).expect("room");
    for (name, stderr, drops) in [
        ("a full disk", Stdio::from(full_disk), true),
        ("a closed pipe", Stdio::from(closed), true),
        ("a full pipe", Stdio::from(full), false),
    ] {
        let mut child =
            command(&["serve", "--listen", "127.0.0.1:0"]).stderr(stderr).spawn().expect("the binary starts");
        let address = address_of(&mut child);
        for _ in 0..3 {
            let (status, _) = call_and_metrics(&address);
            assert_eq!(status, "HTTP/1.1 200 OK", "{name}");
        }
        let dropped = |metrics: &str| {
            let line = metrics.lines().find(|line| line.starts_with("banister_log_lines_dropped_total "));
            line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).expect("the metric")
        };
        // Lines are written on another thread.
        while drops && dropped(&call_and_metrics(&address).1) < 3 {}
        let id = child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{name}");
    }
}

/// One line when it listens, whatever reads the two outputs.
#[cfg(unix)]
#[test]
fn listening_is_reported_once() {
    let mut child = command(&["serve", "--listen", "127.0.0.1:0"]).spawn().expect("the binary starts");
    let address = address_of(&mut child);
    call_and_metrics(&address);
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
    let log = String::from_utf8(child.wait_with_output().expect("it ends").stderr).expect("UTF-8");
    assert!(log.contains("responded") && log.contains("stopping") && !log.contains("listening"), "{log}");
}

/// The environment alone enables the export, and the remaining spans are exported at the end.
#[cfg(all(unix, feature = "otel"))]
#[test]
fn calls_are_exported_to_a_collector() {
    let collector = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", collector.local_addr().expect("an address"));
    let all = ["serve", "--listen", "127.0.0.1:0"];
    let mut started = command(&all);
    started.env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint).env("OTEL_SERVICE_NAME", "of-this-test");
    started.env("OTEL_METRICS_EXPORTER", "none");
    let (mut child, address) = listening(&mut started);
    let model = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse";
    post(&address, model, r#"{"messages":[{"role":"user","content":[{"text":"Hidden"}]}]}"#);
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
    let (mut stream, _) = collector.accept().expect("a request");
    let (mut sent, mut piece) = (Vec::new(), [0; 4096]);
    let holds = |sent: &[u8], part: &str| sent.windows(part.len()).any(|window| window == part.as_bytes());
    while !holds(&sent, "gen_ai.request.model") {
        let read = stream.read(&mut piece).expect("more");
        assert!(read > 0, "{}", String::from_utf8_lossy(&sent));
        sent.extend_from_slice(&piece[..read]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("answered");
    assert!(holds(&sent, "POST /v1/traces") && holds(&sent, "of-this-test") && !holds(&sent, "Hidden"));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn invalid_arguments_are_errors() {
    banister(&["serve", "--listen", "0.0.0.0:0"], "").assert_fails(&["0.0.0.0", "key"]);
    banister(&["serve", "--policy", "nope"], "").assert_fails(&["no policy pack or file named `nope`"]);
    banister(&["serve", "--upstream", "nonsense"], "").assert_fails(&["--upstream nonsense"]);
}

/// The guide lists every flag, and no other.
#[test]
fn the_guide_lists_all_flags() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/guide/gateway.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let table = guide.split("# Flags").nth(1).and_then(|rest| rest.split("\n# ").next()).expect("the table");
    let flags = |text: &str| {
        let words =
            text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| word.starts_with("--"));
        let mut flags: Vec<String> =
            words.filter(|word| word.len() > 2 && !word.starts_with("---")).map(str::to_owned).collect();
        flags.sort();
        flags.dedup();
        flags
    };
    let help = banister(&["serve", "--help"], "").stdout;
    let mut in_help = flags(&help);
    in_help.retain(|flag| flag != "--help");
    assert_eq!(flags(table), in_help);
}

/// Health checks and metrics on their own address, and an unusable certificate.
#[test]
fn the_admin_address_and_tls() {
    let mut admin = command(&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    let mut child = admin.stderr(Stdio::null()).spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.as_mut().expect("a pipe")).lines().map(|line| line.expect("a line"));
    assert!(lines.next().expect("a line").starts_with("listening on http://127.0.0.1:"));
    let line = lines.next().expect("a line");
    let address = line.strip_prefix("health checks and metrics on http://").expect("the address");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sent");
    let mut metrics = String::new();
    stream.read_to_string(&mut metrics).expect("metrics");
    assert!(metrics.contains("banister_memory_limit_bytes 536870912\n"), "{metrics}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    banister(&["serve", "--tls-cert", "x.pem"], "").assert_fails(&["--tls-key"]);
    let folder = Directory::new();
    let (cert, key) = (&*folder.file("cert.pem", "no PEM"), &*folder.file("key.pem", "no PEM"));
    let run = banister(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key], "");
    run.assert_fails(&["cannot use the TLS certificate", "cert.pem: not a PEM file"]);
}
