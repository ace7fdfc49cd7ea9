//! Output on a terminal of 80 and 120 columns, with and without colors.

use std::process::Command;

use crate::support::{Directory, POLICY};

/// Runs a command in a pseudo-terminal, and returns what it shows.
fn terminal(columns: usize, color: bool, args: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_banister");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("stty cols {columns} rows 50; {binary} {args}"), "/dev/null"]);
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    if !color {
        command.env("NO_COLOR", "1");
    }
    let output = command.stdin(std::process::Stdio::null()).output().expect("script, of util-linux, runs");
    String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n")
}

/// Returns text without escape sequences.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        let end = escape.find(|c: char| c.is_ascii_alphabetic()).map_or(escape.len(), |at| at + 1);
        rest = &escape[end..];
    }
    plain + rest
}

/// Every command fits, apart from quoted lines and what has no spaces, and colors change nothing else.
#[test]
fn commands_fit_the_terminal() {
    let files = Directory::new();
    let policy = files.file("p.yaml", POLICY);
    files.file("p.test.yaml", "cases:\n  - {name: a case that fails and has a name that is longer than half of a line of the terminal, text: Ask Globex, detects: [stocks, ticket, EMAIL]}\n");
    let wrong = files
        .file("wrong.yaml", "version: 1\nname: bot\ncolour: red\npii:\n  - types: [EMIAL]\n    replacement: last4\n");
    let mistakes =
        files.file("mistakes.yaml", "version: 1\nname: m\nregexes:\n  - {name: x, pattern: '/EMP-[0-9]{6}/i'}\n");
    let text = files.file("text.txt", "Which stocks should I buy this year? Write to jane.roe@example.com");
    let body = files
        .file("body.json", r#"{"messages": [{"role": "user", "content": [{"text": "Which stocks should I buy?"}]}]}"#);
    for args in [
        "--help".to_owned(),
        "check --help".to_owned(),
        "lint --help".to_owned(),
        "test --help".to_owned(),
        "chat --help".to_owned(),
        "schema --help".to_owned(),
        format!("check -p banking --show-matches --scores {text}"),
        format!("check -p {policy} --stream --seed 1 {text}"),
        format!("check -p {policy} --show-matches --body {body}"),
        format!("check -p {wrong} {text}"),
        format!("lint profanity {mistakes}"),
        format!("lint {wrong}"),
        format!("test --seed 1 {}", files.path()),
        format!(
            "chat -p {policy} --answer 'Ask Globex about the ticket T-0042, or write to jane.roe@example.com before the end of the week.' Hello"
        ),
    ] {
        let mut shown = Vec::new();
        for (columns, color) in [(80, true), (80, false), (120, false)] {
            let output = terminal(columns, color, &args);
            assert!(!output.trim().is_empty(), "{args}");
            assert!(color || !output.contains('\u{1b}'), "{args}\n{output}");
            let output = plain(&output);
            for line in output.lines() {
                let is_quoted = ["|", "-->", "actual:", "expected:"].iter().any(|mark| line.contains(mark));
                let width = line.chars().count();
                let fits = width <= columns || !line.trim().contains(' ');
                assert!(fits || is_quoted, "{width} columns of {columns}: {args}\n{line}");
            }
            shown.push(output);
        }
        assert!(shown[0] == shown[1], "colors change the text of {args}\n{}\n{}", shown[0], shown[1]);
    }
}
