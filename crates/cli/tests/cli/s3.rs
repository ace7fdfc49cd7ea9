//! `banister audit` of a bucket, against moto. `crates/audit/tests/s3/run` installs it and runs these.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::archive::{self, Size};
use crate::support::{Directory, Run, command, run};

/// A local S3 with an archive in the bucket `logs`.
struct Server {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    port: String,
}

impl Server {
    fn start(archive: &Path) -> Self {
        let python = std::env::var("BANISTER_PYTHON").expect("crates/audit/tests/s3/run sets BANISTER_PYTHON");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../audit/tests/s3/server.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(archive)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let commands = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Self { child, commands, answers, port: String::new() };
        server.port = server.answer();
        server
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the server ended");
        line.trim().to_owned()
    }

    fn execute(&mut self, text: &str) {
        let commands = self.commands.as_mut().expect("it runs");
        writeln!(commands, "{text}").expect("it runs");
        assert_eq!(self.answer(), "done");
    }

    fn audit(&self, directory: &Directory, args: &[&str]) -> Run {
        let at = |arg: &&str| match arg.strip_prefix('@') {
            Some(name) => path(directory, name).display().to_string(),
            None => (*arg).to_owned(),
        };
        let args: Vec<String> = ["audit"].iter().chain(args).map(at).collect();
        let mut command = command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        run(command, b"")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

fn path(directory: &Directory, name: &str) -> PathBuf {
    Path::new(directory.path()).join(name)
}

/// The findings of an audit, without what depends on the paths of its objects.
fn findings(out: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(out.join("findings")).expect("a directory") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("UTF-8");
        for line in text.lines() {
            let mut row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            row.as_object_mut().expect("an object").remove("unit_id");
            rows.push(row.to_string());
        }
    }
    rows.sort();
    rows
}

#[test]
#[ignore = "needs moto"]
fn s3_has_the_findings_of_the_files() {
    let directory = Directory::new();
    archive::write(&path(&directory, "logs"), 5, Size { objects: 6, records: 40, words: 20 });
    fs::write(path(&directory, "policy.yaml"), archive::POLICY).expect("a file");
    let mut server = Server::start(&path(&directory, "logs"));
    let scan = |server: &Server, input: &str, out: &str| {
        let args = ["scan", input, "-o", out, "--policy", "@policy.yaml", "--findings-format", "jsonl"];
        server.audit(&directory, &args)
    };
    let local = scan(&server, "@logs", "@local");
    let stored = scan(&server, "s3://logs/AWSLogs", "@stored");
    assert_eq!((local.code, stored.code), (Some(1), Some(1)), "{stored:?}");
    let first = |run: &Run| run.stdout.lines().next().expect("a line").to_owned();
    assert_eq!(first(&stored), first(&local));
    let expected = findings(&path(&directory, "local"));
    assert!(expected.len() > 50);
    assert_eq!(findings(&path(&directory, "stored")), expected);
    let verified = server.audit(&directory, &["verify", "@stored", "--rescan", "100%", "--policy", "@policy.yaml"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("7 objects with the same result, 0 no longer"), "{verified:?}");
    // The first objects of two days, without their side objects.
    let pattern = scan(&server, "s3://logs/AWSLogs/*/*/*/2026/04/*/00/2*.gz", "@pattern");
    assert!(pattern.stdout.contains("2 objects"), "{pattern:?}");

    // An object that changed after the plan is not read, and neither is one that is gone.
    let planned = server.audit(&directory, &["plan", "s3://logs", "-o", "@changed"]);
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let keys: Vec<String> = fs::read_to_string(path(&directory, "changed/plan.jsonl"))
        .expect("a plan")
        .lines()
        .filter_map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let is_log = object["role"] == "unit" && object["size"] != 0;
            is_log.then(|| object["uri"].as_str().expect("a location").trim_start_matches("s3://logs/").to_owned())
        })
        .collect();
    server.execute(&format!("put {} {{}}", keys[0]));
    server.execute(&format!("delete {}", keys[1]));
    let changed = server.audit(&directory, &["scan", "-o", "@changed", "--policy", "@policy.yaml"]);
    assert_eq!(changed.code, Some(3), "{changed:?}");
    assert!(changed.stdout.contains("not covered: 2 units could not be read"), "{changed:?}");
    let summary = fs::read_to_string(path(&directory, "changed/summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    assert_eq!(summary["tally"]["quarantined"]["changed"], 2);

    // More keys than a response lists.
    server.execute("many many 1005");
    let many = server.audit(&directory, &["plan", "s3://logs/many/", "-o", "@many"]);
    assert!(many.stdout.starts_with("planned: 1005 objects"), "{many:?}");
    server
        .audit(&directory, &["plan", "s3://other/x", "-o", "@other"])
        .assert_fails(&["s3://other/x", "no such bucket"]);
    server.audit(&directory, &["plan", "s3://logs/nothing", "-o", "@other"]).assert_fails(&["matches no file"]);
    server
        .audit(&directory, &["plan", "ftp://logs/x", "-o", "@other"])
        .assert_fails(&["`ftp` locations are not supported"]);
}
