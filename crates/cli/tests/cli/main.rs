//! Runs the binary as a process.

#[path = "../../../audit/tests/audit/archive.rs"]
mod archive;
mod audit;
mod audit_canaries;
mod audit_input;
mod bad_input;
mod body;
mod canaries;
mod chat;
mod check;
mod decisions;
mod jsonl;
mod lint;
mod offsets;
mod s3;
mod serve;
mod stream;
mod suites;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
