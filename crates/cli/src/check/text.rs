//! Human-readable results.

use std::time::Instant;

use banister::BodyFinding;
use banister::{Assessment, Decision, FilterScore, Finding, Outcome, StreamGuard, TopicScore};

use super::{TextChecker, body, exit_of};
use crate::failure::{Exit, Failure};
use crate::input::Input;
use crate::report::{Out, Table, Tone};

/// Masked text up to this size is shown. It is printed after the findings, which are known last, so it must be buffered.
const SHOWN_BYTES: usize = 1 << 20;

/// The number of findings shown. Large text may have millions.
const SHOWN_FINDINGS: usize = 1000;

impl TextChecker<'_> {
    /// Prints the outcome, the findings, and the masked text or the message.
    pub(super) fn text(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        let name = (self.args.files.len() > 1).then(|| input.name.clone());
        if self.args.body {
            return self.body_text(name.as_deref(), input, out);
        }
        if self.split_tester.is_some() {
            let text = input.read_to_string()?;
            let (assessment, stream) = self.assess(self.args.source.into(), &text).map_err(Failure::new)?;
            let masked = Masked { text: assessment.masked_text().unwrap_or_default().to_owned(), left_out: 0 };
            self.write(name.as_deref(), &assessment, &masked, out)?;
            if let Some(report) = stream {
                write_stream(&report, out)?;
            }
            return Ok(exit_of(assessment.outcome()));
        }
        // Read as a stream, so that text of any size can be checked.
        let started = Instant::now();
        let mut guard = StreamGuard::new(&self.guardrail, self.args.source.into());
        let mut masked = Masked::default();
        input.for_each_chunk(|chunk| masked.add(guard.push(chunk)))?;
        masked.add(guard.finish());
        let assessment = guard.assessment();
        let decision = Decision::of_text(self.guardrail.policy(), &assessment);
        self.record(decision, started).map_err(Failure::new)?;
        self.write(name.as_deref(), &assessment, &masked, out)?;
        Ok(exit_of(assessment.outcome()))
    }

    /// Prints the outcome of a body, the findings with their pointers, and the masked body or the message.
    fn body_text(&self, name: Option<&str>, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        let label = input.name.clone();
        let body = input.read_to_end()?;
        let guarded = self.inspect(self.args.source.into(), &body);
        let guarded = guarded.map_err(|error| Failure::new(format!("{label}: {error}")))?;
        let assessment = guarded.assessment();
        write_outcome(name, assessment.outcome(), out)?;
        let mut table = body_findings(assessment.findings());
        for skipped in assessment.skipped() {
            let note = format!("not inspected: {}", skipped.reason().as_str());
            table.row([
                out.paint(Tone::Quiet, note),
                String::new(),
                String::new(),
                String::new(),
                skipped.pointer().to_owned(),
            ]);
        }
        table.write(out)?;
        if let Some(output) = body::output(&guarded) {
            out.line(format_args!("\n{}", output.trim_end_matches('\n')))?;
        }
        Ok(exit_of(assessment.outcome()))
    }

    fn write(
        &self,
        name: Option<&str>,
        assessment: &Assessment,
        masked: &Masked,
        out: &mut Out,
    ) -> Result<(), Failure> {
        write_outcome(name, assessment.outcome(), out)?;
        let all: Vec<&Finding> = assessment.findings().iter().filter(|finding| finding.within().is_none()).collect();
        findings(&all[..all.len().min(SHOWN_FINDINGS)]).write(out)?;
        if let Some(more @ 1..) = all.len().checked_sub(SHOWN_FINDINGS) {
            out.line(format_args!("  and {more} more; use `--format json` to see them"))?;
        }
        topic_scores(assessment.topic_scores()).write(out)?;
        filter_scores(assessment.filter_scores()).write(out)?;
        if let Some(message) = assessment.message() {
            out.line(format_args!("\n{message}"))?;
        } else if assessment.outcome() == Outcome::Masked {
            if masked.left_out > 0 {
                out.line(format_args!(
                    "\nThe masked text is longer than {SHOWN_BYTES} bytes; use `--format json` to see it."
                ))?;
            } else {
                let text = masked.text.strip_suffix('\n').unwrap_or(&masked.text);
                out.line(format_args!("\n{text}"))?;
            }
        }
        Ok(())
    }
}

/// The masked text, up to a limit.
#[derive(Default)]
struct Masked {
    text: String,
    left_out: usize,
}

impl Masked {
    fn add(&mut self, released: &str) {
        if self.left_out > 0 || self.text.len() + released.len() > SHOWN_BYTES {
            self.left_out += released.len();
            self.text = String::new();
        } else {
            self.text.push_str(released);
        }
    }
}

/// Returns the findings in columns: rule, kind, span, action, and the reason for a topic that matched by similarity.
fn findings(findings: &[&Finding]) -> Table {
    let mut table = Table::default();
    for finding in findings {
        let mut row = cells(finding);
        row.push(note(finding));
        table.row(row);
    }
    table
}

/// Returns the matched text, if it is to be shown, and why a topic or a content filter matched, or a model found a name or an address.
fn note(finding: &Finding) -> String {
    let text = finding.matched_text().map(|text| format!("{text:?}"));
    let why = finding.explanation().map(|why| {
        let terms = why.terms().join(", ");
        format!("{:.2} similar to example {} ({terms})", why.score(), why.example_index() + 1)
    });
    let filter = finding.content_explanation().map(|why| {
        let terms: Vec<&str> = why.terms().collect();
        format!(
            "{:.2}, {} confidence at strength {} ({})",
            why.score(),
            why.confidence(),
            why.strength(),
            terms.join(", ")
        )
    });
    let signs = Some(finding.signs().join(", ")).filter(|signs| !signs.is_empty());
    text.into_iter().chain(why).chain(filter).chain(signs).collect::<Vec<_>>().join("  ")
}

/// Returns the topics in columns: name, best score, threshold.
fn topic_scores(scores: &[TopicScore]) -> Table {
    let mut table = Table::default();
    for topic in scores {
        let (score, threshold) = (format!("score {:.2}", topic.score()), format!("threshold {:.2}", topic.threshold()));
        table.row([topic.rule().to_owned(), "topic".to_owned(), score, threshold]);
    }
    table
}

/// Returns the content filters in columns: category, best score, confidence, strength.
fn filter_scores(scores: &[FilterScore]) -> Table {
    let mut table = Table::default();
    for filter in scores {
        let score = format!("score {:.2}", filter.score());
        let confidence = format!("confidence {}", filter.confidence());
        let strength = format!("strength {}", filter.strength());
        table.row([filter.category().to_string(), "content".to_owned(), score, confidence, strength]);
    }
    table
}

/// Returns the findings in a body in columns: rule, kind, span, action, pointer. Findings within another one are omitted.
pub(crate) fn body_findings(findings: &[BodyFinding]) -> Table {
    let mut table = Table::default();
    for found in findings.iter().filter(|found| found.finding().within().is_none()) {
        let mut row = cells(found.finding());
        let mut place = match found.inner_pointer() {
            Some(inner) => format!("{}#{inner}", found.pointer()),
            None => found.pointer().to_owned(),
        };
        let note = note(found.finding());
        if !note.is_empty() {
            place.push_str("  ");
            place.push_str(&note);
        }
        row.push(place);
        table.row(row);
    }
    table
}

/// Returns rule, kind, span and action.
fn cells(finding: &Finding) -> Vec<String> {
    vec![
        finding.rule().to_owned(),
        finding.kind().to_string(),
        format!("{}..{}", finding.span().start(), finding.span().end()),
        finding.action().to_string(),
    ]
}

fn write_outcome(name: Option<&str>, outcome: Outcome, out: &mut Out) -> Result<(), Failure> {
    let word = out.paint(tone(outcome), outcome);
    match name {
        Some(name) => out.line(format_args!("{word}  {name}")),
        None => out.line(format_args!("{word}")),
    }
}

fn write_stream(report: &super::splits::SplitReport, out: &mut Out) -> Result<(), Failure> {
    let rule = report.buffer_limit_rule.as_deref().map_or(String::new(), |rule| format!(" (set by {rule})"));
    let first = match report.first_release_after {
        Some(1) => "first release after 1 byte".to_owned(),
        Some(bytes) => format!("first release after {bytes} bytes"),
        None => "nothing released before the end".to_owned(),
    };
    out.line(format_args!(""))?;
    let text = format!(
        "streaming matched in {} splits (seed {}): buffered at most {} bytes of {}{rule}; {first}",
        report.splits, report.seed, report.max_buffered, report.buffer_limit,
    );
    out.paragraph("", 2, &text)
}

pub(crate) fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Passed => Tone::Good,
        Outcome::Masked => Tone::Note,
        _ => Tone::Bad,
    }
}
