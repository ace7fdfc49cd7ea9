//! Counts the findings of all entity types, by type and kind of text, per megabyte. In text without labels that is how to see false
//! findings come and go: run it before a change and after it.
//!
//! Kinds are logs of our own making ([`logs`]), sources of several languages that the machine holds, and the chat that lies beside the
//! project, where it does. Settings are environment variables:
//!
//! - `BANISTER_TEXTS`: count a folder with texts instead (`.txt`, or `.jsonl` with a member `text` on each line)
//! - `BANISTER_CODE`: where sources are, folders with colons between them; omitted: the places where tools install them
//! - `BANISTER_SHOW`: print the findings of this type, or of `ALL`, with what is around them

mod corpus;
#[path = "../common/exit.rs"]
mod exit;
mod logs;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use banister::{EntityType, Guardrail, Policy, Source};
use corpus::Corpus;
use logs::Log;

const POLICY: &str = "{version: 1, name: all, pii: [{types: [ALL], action: detect}]}";

/// How much of each log is made.
const LOG_BYTES: usize = 400 << 10;

/// What was counted in one kind of text.
#[derive(Default)]
struct Counts {
    bytes: usize,
    findings: BTreeMap<&'static str, usize>,
}

impl Counts {
    fn per_megabyte(&self, count: usize) -> f64 {
        count as f64 / (self.bytes as f64 / 1e6).max(1e-6)
    }

    fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        for (name, count) in &other.findings {
            *self.findings.entry(name).or_default() += count;
        }
    }
}

struct Counter {
    guardrail: Guardrail,
    show: Option<String>,
    kinds: Vec<(String, Counts)>,
}

impl Counter {
    fn new() -> io::Result<Self> {
        let policy = Policy::from_yaml(POLICY).map_err(io::Error::other)?;
        let show = env::var("BANISTER_SHOW").ok();
        Ok(Self { guardrail: Guardrail::new(policy), show, kinds: Vec::new() })
    }

    fn count(&mut self, kind: &str, texts: &[Log]) {
        let mut counts = Counts::default();
        for log in texts {
            counts.bytes += log.text.len();
            let assessment = self.guardrail.assess(Source::Input, &log.text);
            for finding in assessment.findings() {
                let Some(entity) = finding.entity_type() else { continue };
                let span = finding.span().range();
                if log.is_real(entity, &span) {
                    continue;
                }
                *counts.findings.entry(entity.name()).or_default() += 1;
                if self.show.as_deref().is_some_and(|show| show == "ALL" || show == entity.name()) {
                    println!("{kind}\t{}\t{}", entity.name(), around(&log.text, &span));
                }
            }
        }
        self.kinds.push((kind.to_owned(), counts));
    }

    /// Adds a column that sums those from the `first` on.
    fn sum(&mut self, kind: &str, first: usize) {
        let mut sum = Counts::default();
        self.kinds.iter().skip(first).for_each(|(_, counts)| sum.add(counts));
        self.kinds.push((kind.to_owned(), sum));
    }

    fn print(&self) {
        print!("{:<40}", "findings per MB");
        self.kinds.iter().for_each(|(kind, _)| print!(" {kind:>10}"));
        print!("\n{:<40}", "megabytes");
        self.kinds.iter().for_each(|(_, counts)| print!(" {:>10.3}", counts.bytes as f64 / 1e6));
        println!();
        let row = |name: &str, count: &dyn Fn(&Counts) -> usize| {
            print!("{name:<40}");
            self.kinds.iter().for_each(|(_, counts)| print!(" {:>10.2}", counts.per_megabyte(count(counts))));
            println!();
        };
        for entity in EntityType::ALL {
            row(entity.name(), &|counts| counts.findings.get(entity.name()).copied().unwrap_or(0));
        }
        row("all", &|counts| counts.findings.values().sum());
        row("all but IP_ADDRESS", &|counts| {
            counts.findings.iter().filter(|(name, _)| **name != EntityType::IpAddress.name()).map(|(_, n)| n).sum()
        });
        row("all but NAME", &|counts| {
            counts.findings.iter().filter(|(name, _)| **name != EntityType::Name.name()).map(|(_, n)| n).sum()
        });
    }
}

/// A finding between brackets, with the text around it on one line.
fn around(text: &str, span: &Range<usize>) -> String {
    let start = text.floor_char_boundary(span.start.saturating_sub(60));
    let end = text.ceil_char_boundary((span.end + 30).min(text.len()));
    format!("{}⟦{}⟧{}", &text[start..span.start], &text[span.clone()], &text[span.end..end]).replace(['\n', '\t'], "⏎")
}

fn run() -> io::Result<()> {
    let mut counter = Counter::new()?;
    if let Some(folder) = env::var_os("BANISTER_TEXTS") {
        counter.count("texts", &corpus::texts(Path::new(&folder))?);
        counter.print();
        return Ok(());
    }
    for form in logs::FORMS {
        counter.count(form.name, &[logs::make(form, LOG_BYTES)]);
    }
    counter.sum("logs", 0);
    let Corpus { code, chat } = Corpus::of_this_machine()?;
    let first = counter.kinds.len();
    code.iter().for_each(|(language, files)| counter.count(language, files));
    counter.sum("code", first);
    counter.count("chat", &chat);
    counter.print();
    Ok(())
}

fn main() -> ExitCode {
    exit::exit_code(run())
}
