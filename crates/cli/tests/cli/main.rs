//! Runs the binary as a process.

mod bad_input;
mod body;
mod chat;
mod check;
mod decisions;
mod jsonl;
mod lint;
mod offsets;
mod serve;
mod stream;
mod suites;
mod support;
