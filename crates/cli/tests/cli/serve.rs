//! `serve`: calls, startup and shutdown.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::{Directory, banister, command};

/// Starts a gateway on a free port, and returns its address.
pub(crate) fn serve(args: &[&str]) -> (Child, String) {
    listening(&mut command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat()))
}

fn listening(command: &mut std::process::Command) -> (Child, String) {
    let mut child = command.stderr(Stdio::null()).spawn().expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    let address =
        line.split_once("http://").and_then(|(_, rest)| rest.split(',').next()).expect("an address").to_owned();
    (child, address)
}

pub(crate) fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
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
    ] {
        folder.file("keys", keys);
        let run = banister(&["serve", "--listen", "127.0.0.1:0", "--client-keys", file], "");
        run.assert_fails(&[problem]);
    }
    banister(&["serve", "--client-keys", "no/such/file"], "").assert_fails(&["no/such/file"]);
}

/// A limit on open files that cannot be raised is a warning; the gateway still serves.
#[cfg(target_os = "linux")]
#[test]
fn too_few_open_files_are_a_warning() {
    let serve = "ulimit -n 200; exec \"$0\" serve --listen 127.0.0.1:0";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", serve, env!("CARGO_BIN_EXE_banister")]).stdout(Stdio::null());
    let mut child = shell.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a shell");
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.contains("limit on open files") && line.contains("about 68 connections"), "{line}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
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
