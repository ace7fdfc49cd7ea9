use std::io::Write as _;
use std::process::Stdio;
use std::thread;

use crate::support::{Directory, banister, command};

#[test]
fn invalid_utf8_is_an_error() {
    banister(&["check"], b"abc\xffdef").assert_fails(&["standard input", "not valid UTF-8", "byte 3"]);
    banister(&["check", "-f", "json"], b"caf\xc3").assert_fails(&["byte 3"]);
    // After the first chunk.
    let mut long = vec![b'a'; 100_000];
    long.push(0x80);
    banister(&["check"], long).assert_fails(&["byte 100000"]);
}

#[test]
fn unreadable_files_are_errors() {
    let files = Directory::new();
    let good = files.file("good.txt", "hello");
    banister(&["check", "no-such-file.txt"], "").assert_fails(&["no-such-file.txt", "No such file"]);
    banister(&["check", files.path()], "").assert_fails(&["is a directory"]);
    let run = banister(&["check", "no-such-file.txt", &good], "");
    run.assert_fails(&["no-such-file.txt"]);
    assert_eq!(run.stdout, format!("passed  {good}\n"), "the others are examined all the same");
}

#[test]
fn invalid_policies_are_errors() {
    let files = Directory::new();
    banister(&["check", "-p", "no-such-pack"], "").assert_fails(&["no-such-pack", "default", "banking"]);
    banister(&["check", "-p", "./none.yaml"], "").assert_fails(&["./none.yaml", "No such file"]);
    banister(&["check", "-p", &format!("{}/", files.path())], "").assert_fails(&["is a directory"]);
    let empty = files.file("empty.yaml", "");
    banister(&["check", "-p", &empty], "").assert_fails(&[&empty]);
    let wrong = files.file("wrong.yaml", "version: 1\nname: bot\npii:\n  - types: [EMIAL]\n");
    banister(&["check", "-p", &wrong], "").assert_fails(&["wrong.yaml:4:13", "did you mean `EMAIL`"]);
    let binary = files.file("binary.yaml", b"\xff\xfe\x00");
    banister(&["check", "-p", &binary], "").assert_fails(&["binary.yaml"]);
}

#[test]
fn alias_bombs_are_rejected() {
    let mut bomb = "version: 1\nname: bomb\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [&*below; 10].join(", ")));
    }
    let files = Directory::new();
    let policy = files.file("bomb.yaml", &bomb);
    banister(&["check", "-p", &policy], "").assert_fails(&["bomb.yaml"]);
    let suite = files.file("bomb.test.yaml", &bomb);
    banister(&["test", &suite], "").assert_fails(&["bomb.test.yaml"]);
}

#[test]
fn conflicting_flags_are_errors() {
    for args in
        [&["check", "--body", "--stream"][..], &["check", "--seed", "1"], &["check", "-s", "sideways"], &["nonsense"]]
    {
        banister(args, "").assert_fails(&["error:"]);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let line = "{\"text\":\"Write to jane.roe@example.com\"}\n".repeat(20_000);
    let mut child = command(&["check", "--jsonl"]).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    drop(child.stdout.take());
    let writer = thread::spawn(move || drop(stdin.write_all(line.as_bytes())));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(2), "not 0: not everything was examined");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_process() {
    use std::os::unix::process::ExitStatusExt as _;

    // In the background of a script, processes are started that ignore interrupts, and so are all they start.
    let itself = std::process::Command::new("sh").args(["-c", "kill -s INT $$"]).status().expect("sh runs");
    if itself.signal().is_none() {
        eprintln!("not tested: interrupts are ignored here");
        return;
    }
    let mut child = command(&["check"]).stdin(Stdio::piped()).spawn().expect("the binary starts");
    let stdin = child.stdin.take();
    thread::sleep(std::time::Duration::from_millis(100));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-s", "INT", &id]).status().expect("kill runs");
    assert!(sent.success());
    let status = child.wait().expect("the binary ends");
    drop(stdin);
    // A shell shows this as 130.
    assert_eq!(status.signal(), Some(2));
}

/// Checks text much larger than the memory limit; only 24 MB, because the build is not optimized.
#[cfg(target_os = "linux")]
#[test]
fn large_text_takes_little_memory() {
    use std::fs;

    let mut child = command(&["check", "-p", "profanity"]).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let block = "Nothing to see here, move along. \u{4f60}\u{597d}\n".repeat(1 << 10);
    let mut written = 0;
    while written < 48 << 20 {
        stdin.write_all(block.as_bytes()).expect("it reads");
        written += block.len();
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let peak_kib: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stdout)), (Some(0), "passed\n"));
    assert!(peak_kib < 40 << 10, "{peak_kib} KiB");
}
