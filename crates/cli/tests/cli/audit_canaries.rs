//! No six characters of a value of an archive are in any byte that an audit of it writes: files, standard output, standard error.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::Value;

use crate::canaries::{self, Canaries, MAX_LINE_BYTES, POLICY};
use crate::support::{Directory, Run, banister, command, run};

/// What is searched for, and what was found.
struct Search {
    pieces: BTreeSet<String>,
    leaks: Vec<String>,
}

impl Search {
    fn new(canaries: &Canaries) -> Self {
        let mut pieces = BTreeSet::new();
        for canary in &canaries.all {
            pieces.extend((0..=canary.len() - 6).map(|at| canary[at..at + 6].to_owned()));
        }
        Self { pieces, leaks: Vec::new() }
    }

    fn search(&mut self, name: &str, bytes: &[u8]) {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        if bytes.starts_with(b"PAR1") && name.starts_with("findings/") {
            let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).expect("Parquet");
            reader.get_row_iter(None).expect("rows").for_each(|row| text.push_str(&row.expect("a row").to_string()));
        }
        let text = without_digests(&text.to_lowercase());
        let windows = text.char_indices().filter_map(|(at, _)| text.get(at..at + 6));
        let found: BTreeSet<&str> = windows.filter(|window| self.pieces.contains(*window)).collect();
        if !found.is_empty() {
            self.leaks.push(format!("{name}: {found:?} in {}", excerpt(&text, found.first().expect("one"))));
        }
    }

    /// Searches all files of a directory.
    fn files(&mut self, root: &Path) {
        for path in all_files(root) {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            self.search(&name, &fs::read(&path).expect("a file"));
        }
    }
}

fn excerpt<'a>(text: &'a str, piece: &str) -> &'a str {
    let at = text.find(piece).unwrap_or(0);
    &text[text.floor_char_boundary(at.saturating_sub(200))..text.ceil_char_boundary((at + 100).min(text.len()))]
}

/// Digests hold any digits.
fn without_digests(text: &str) -> String {
    let is_kept = |part: &&str| part.len() < 19 || !part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split_inclusive(|sign: char| !sign.is_ascii_alphanumeric())
        .map(|part| (part.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric()), part))
        .map(|(word, part)| if is_kept(&word) { part } else { " " })
        .collect()
}

fn all_files(root: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

struct Audits {
    directory: Directory,
    search: Search,
}

impl Audits {
    fn at(&self, name: &str) -> PathBuf {
        Path::new(self.directory.path()).join(name)
    }

    /// Runs a step with every log that there may be, and searches what it prints.
    fn step(&mut self, args: &[&str], stdin: &[u8]) -> Run {
        let path = |arg: &&str| match arg.strip_prefix('@') {
            Some(name) => self.at(name).display().to_string(),
            None => (*arg).to_owned(),
        };
        let paths: Vec<String> = ["audit"].iter().chain(args).map(path).collect();
        let mut command = command(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("AWS_EC2_METADATA_DISABLED", "true");
        let ran = run(command, stdin);
        self.search.search(&format!("standard output of {args:?}"), ran.stdout.as_bytes());
        self.search.search(&format!("standard error of {args:?}"), ran.stderr.as_bytes());
        ran
    }
}

fn prepared() -> Audits {
    let directory = Directory::new();
    let policy = directory.file("policy.yaml", POLICY);
    directory.file("key", "key-key-key-key-key-key-key-key-key");
    directory.file("other.yaml", POLICY.replace("action: mask", "action: block"));
    let log = Path::new(directory.path()).join("decisions.jsonl");
    banister(&["check", "--policy", &policy, "--audit-log", &log.display().to_string()], "mail jane@example.com");
    let mut canaries = Canaries::default();
    canaries::write(&Path::new(directory.path()).join("logs"), &fs::read_to_string(log).expect("a log"), &mut canaries);
    let mut search = Search::new(&canaries);
    search.files(&Path::new(directory.path()).join("logs"));
    assert!(search.leaks.len() > 5, "the search finds canaries in the archive");
    search.leaks.clear();
    Audits { directory, search }
}

#[test]
fn no_six_characters_of_a_value_are_written_by_any_step() {
    let mut audits = prepared();
    let max = MAX_LINE_BYTES.to_string();
    let options = [
        "--policy",
        "@policy.yaml",
        "--max-line-bytes",
        &max,
        "--decisions",
        "--against",
        "@other.yaml",
        "--replay",
        "@other.yaml",
        "--fingerprint-key",
        "@key",
    ];
    let scan = |input: &'static str, out: &'static str| {
        [&["scan", input, "-o", out, "--progress", "json"], &options[..]].concat()
    };

    let whole = audits.step(&[&scan("@logs", "@out")[..], &["--findings-format", "both"]].concat(), b"");
    assert_eq!(whole.code, Some(4), "the decision log was changed: {whole:?}");
    let summary: Value =
        serde_json::from_slice(&fs::read(audits.at("out/summary.json")).expect("a summary")).expect("JSON");
    let reasons: Vec<&String> = summary["tally"]["quarantined"].as_object().expect("counts").keys().collect();
    for reason in [
        "body_missing",
        "body_unsupported",
        "format_unsupported",
        "gz_corrupt",
        "gz_truncated",
        "json_depth",
        "json_syntax",
        "line_too_long",
        "parquet_corrupt",
        "schema_unknown",
        "torn_line",
        "utf8",
    ] {
        assert!(reasons.iter().any(|found| *found == reason), "{reason} is not among {reasons:?}");
    }
    assert!(summary["tally"]["findings"].to_string().contains("canary"), "{summary}");

    let replay = [
        "replay",
        "@logs",
        "-o",
        "@replayed",
        "--policy",
        "@policy.yaml",
        "--against",
        "@other.yaml",
        "--progress",
        "plain",
    ];
    audits.step(&replay, b"");
    audits.step(&["scan", "@logs", "-o", "@none", "--policy", "@policy.yaml", "--calibrate", "100%"], b"");
    audits.step(&["plan", "@logs", "-o", "@sharded"], b"");
    audits.step(&["spark", "@sharded", "--policy", "@policy.yaml"], b"");
    for shard in ["1/2", "2/2"] {
        audits.step(
            &["scan", "-o", "@sharded", "--policy", "@policy.yaml", "--shard", shard, "--findings-format", "jsonl"],
            b"",
        );
    }
    audits.step(&["finalize", "@sharded"], b"");
    for out in ["@out", "@replayed", "@sharded"] {
        audits.step(&["report", out], b"");
        audits.step(&["report", out, "--ocsf"], b"");
        audits.step(&["verify", out], b"");
    }
    let again = [&["verify", "@out", "--rescan", "100%", "--policy", "@policy.yaml"], &options[5..]].concat();
    assert_eq!(audits.step(&again, b"").code, Some(0));
    for out in ["out", "replayed", "sharded"] {
        let root = audits.at(out);
        audits.search.files(&root);
    }
    assert_eq!(audits.search.leaks, [""; 0]);
}

/// Objects as standard input, as text, as decision logs, and where keys and manifests belong.
#[test]
fn no_six_characters_of_a_value_are_in_errors() {
    let mut audits = prepared();
    for (number, object) in all_files(&audits.at("logs")).into_iter().enumerate() {
        let (bytes, object) = (fs::read(&object).expect("a file"), object.display().to_string());
        let out = format!("@{number}");
        audits.step(
            &["scan", "-", "-o", &out, "--policy", "@policy.yaml", "--format", "jsonl", "--source", "output"],
            &bytes,
        );
        let root = audits.at(&number.to_string());
        audits.search.files(&root);
        audits.step(&["verify-log", &object], b"");
        audits.step(&["finalize", &out, "--sign", &object], b"");
        audits.step(&["verify", &out, "--key", &object, "--previous", &object], b"");
    }
    // Files of an audit that hold what somebody else wrote into them.
    let bytes = fs::read(audits.at("logs/text.txt")).expect("a file");
    audits
        .step(&["scan", "@logs/text.txt", "-o", "@out", "--policy", "@policy.yaml", "--findings-format", "both"], b"");
    let text = String::from_utf8(bytes).expect("UTF-8");
    for path in all_files(&audits.at("out")).into_iter().filter(|path| !path.ends_with("lock")) {
        let known = fs::read(&path).expect("a file");
        fs::write(&path, format!("{{\"format\": {text:?}}}\n")).expect("a file");
        for step in [&["verify", "@out"][..], &["report", "@out"], &["report", "@out", "--ocsf"]] {
            // The text of the policy is in the report.
            if !(path.ends_with("policy.yaml") && step == ["report", "@out"]) {
                audits.step(step, b"");
            }
        }
        fs::write(&path, known).expect("a file");
    }
    assert_eq!(audits.search.leaks, [""; 0]);
}

/// A store whose responses are canaries.
#[test]
fn no_six_characters_of_a_response_of_a_store_are_in_errors() {
    let mut audits = prepared();
    let mut canaries = Canaries::default();
    let canary = canaries.plain();
    let responses = [
        (
            "403 Forbidden",
            format!("<Error><Code>AccessDenied</Code><Message>{canary}</Message></Error>"),
            "status 403, AccessDenied",
        ),
        ("403 Forbidden", format!("<Error><Code>{canary}</Code></Error>"), "status 403"),
        ("400 Bad Request", format!("<Error><Code>{canary}</Code></Error>"), "status 400"),
        ("404 Not Found", format!("<Error><Code>NoSuchBucket</Code>{canary}</Error>"), "no such bucket"),
        ("301 Moved Permanently", format!("<Error><Code>PermanentRedirect</Code>{canary}</Error>"), "set AWS_REGION"),
        ("200 OK", format!("<ListBucketResult><{canary}>"), "cannot be listed"),
        ("200 OK", format!("{canary} is no XML"), "cannot be listed"),
    ];
    for (status, body, expected) in responses {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let response = format!(
            "HTTP/1.1 {status}\r\nx-amz-{canary}: {canary}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                // There is no object of this name: its prefix is listed then.
                let is_head = head.first().is_some_and(|line| line.starts_with("HEAD"));
                let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.write_all(if is_head { missing } else { &response }.as_bytes());
            }
        });
        let out = audits.at("none").display().to_string();
        let mut command = command(&["audit", "plan", "s3://logs/prefix", "-o", &out]);
        for (name, value) in [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_REGION", "us-east-1"),
            ("RUST_LOG", "trace"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            command.env(name, value);
        }
        let ran = run(command, b"");
        ran.assert_fails(&["s3://logs/prefix", expected]);
        assert!(!format!("{ran:?}").contains(&canary[..6]), "{ran:?}");
        audits.search.search("the store", format!("{ran:?}").as_bytes());
    }
}
