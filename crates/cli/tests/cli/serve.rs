//! `serve`: what a client of it sees, and how it starts and ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::{banister, command};

/// A gateway on a port of its own, and its address.
fn serve(args: &[&str]) -> (Child, String) {
    let all = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
    let mut child = command(&all).stderr(Stdio::null()).spawn().expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    let address =
        line.split_once("http://").and_then(|(_, rest)| rest.split(',').next()).expect("an address").to_owned();
    (child, address)
}

fn post(address: &str, path: &str, body: &str) -> String {
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
fn it_ends_when_it_is_told_to() {
    let (mut child, _) = serve(&[]);
    let id = child.id().to_string();
    let told = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn what_cannot_be_served_is_refused() {
    banister(&["serve", "--listen", "0.0.0.0:0"], "").assert_refused(&["0.0.0.0", "key"]);
    banister(&["serve", "--policy", "nope"], "").assert_refused(&["no pack and no file `nope`"]);
    banister(&["serve", "--upstream", "nonsense"], "").assert_refused(&["--upstream nonsense"]);
}
