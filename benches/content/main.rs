//! Measures content filters: how well they rank labeled text, and how much ordinary text each strength flags. It counts, it does not take
//! times, and prints the tables of the guide page `content_filters`; `BANISTER_UPDATE=1` writes them there.
//!
//! `BANISTER_MODERATION` names the moderation evaluation data of OpenAI, unpacked (`.jsonl`); `BANISTER_CHAT` a list of files of chat, with
//! commas (`.jsonl` with a field `text`, or lines of `.txt`).

mod data;
#[path = "../common/exit.rs"]
mod exit;
mod scores;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use banister::{ContentCategory, FilterStrength, Guardrail, Policy, Source};

use self::data::{LABELS, Labeled, chat};
use self::scores::{average_precision, best_f1};

const GUIDE: &str = "src/guide/content_filters.md";

const STRENGTHS: [FilterStrength; 3] = [FilterStrength::Low, FilterStrength::Medium, FilterStrength::High];

/// Returns a guardrail with all filters, which detects.
fn filters() -> Result<Guardrail, banister::PolicyError> {
    let filters: Vec<String> = ContentCategory::ALL
        .iter()
        .map(|category| format!("{{category: {category}, strength: high, action: detect}}"))
        .collect();
    let yaml = format!("{{version: 1, name: all, content_filters: [{}]}}", filters.join(", "));
    Ok(Guardrail::new(Policy::from_yaml(&yaml)?).with_topic_scores())
}

/// The best score of each category in a text, in their order.
struct Scored([f32; ContentCategory::ALL.len()], [FilterStrength; ContentCategory::ALL.len()]);

impl Scored {
    fn new(guardrail: &Guardrail, text: &str) -> Self {
        let mut scored = Self([0.0; ContentCategory::ALL.len()], [FilterStrength::None; ContentCategory::ALL.len()]);
        for (at, score) in guardrail.assess(Source::Input, text).filter_scores().iter().enumerate() {
            (scored.0[at], scored.1[at]) = (score.score(), score.confidence());
        }
        scored
    }

    /// The confidence that a filter of this strength needs.
    fn is_flagged(&self, category: usize, strength: FilterStrength) -> bool {
        let needed = match strength {
            FilterStrength::Low => FilterStrength::High,
            FilterStrength::Medium => FilterStrength::Medium,
            _ => FilterStrength::Low,
        };
        self.1[category] >= needed
    }
}

/// Returns the rows of the labels: rank quality on the half that chose the weights, on the other half, and on all.
fn labeled(guardrail: &Guardrail, rows: &[Labeled]) -> String {
    let mut table =
        "| label | filters | held-out half: AUPRC | best F1 | all: AUPRC | best F1 |\n|---|---|---|---|---|---|\n"
            .to_owned();
    let scored: Vec<Scored> = rows.iter().map(|row| Scored::new(guardrail, &row.text)).collect();
    for (name, categories, _) in LABELS {
        let pairs = |is_in: &dyn Fn(usize) -> bool| -> Vec<(f32, bool)> {
            let rows = rows.iter().zip(&scored).enumerate().filter(|(number, _)| is_in(*number));
            let score = |scored: &Scored| categories.iter().map(|&at| scored.0[at as usize]).fold(0.0, f32::max);
            rows.filter_map(|(_, (row, scored))| Some((score(scored), row.has(name)?))).collect()
        };
        // The odd lines. The even ones chose the weights.
        let (held_out, all) = (pairs(&|number| number % 2 == 1), pairs(&|_| true));
        let names: Vec<&str> = categories.iter().map(|category| category.name()).collect();
        let _ = writeln!(
            table,
            "| {name} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
            names.join(", "),
            average_precision(&held_out),
            best_f1(&held_out),
            average_precision(&all),
            best_f1(&all)
        );
    }
    table
}

/// Returns the share of text that is flagged, by file and strength.
fn ordinary(guardrail: &Guardrail, files: &[(String, Vec<String>)]) -> String {
    let names: Vec<&str> = ContentCategory::ALL.iter().map(|category| category.name()).collect();
    let mut table = format!(
        "| text | strings | strength | {} | any |\n|---|---|---|{}---|\n",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    for (name, strings) in files {
        let scored: Vec<Scored> = strings.iter().map(|text| Scored::new(guardrail, text)).collect();
        for strength in STRENGTHS {
            let share = |is_flagged: &dyn Fn(&Scored) -> bool| {
                let flagged = scored.iter().filter(|scored| is_flagged(scored)).count();
                format!("{:.2} %", 100.0 * flagged as f64 / scored.len().max(1) as f64)
            };
            let each: Vec<String> =
                (0..names.len()).map(|at| share(&|scored| scored.is_flagged(at, strength))).collect();
            let any = share(&|scored| (0..names.len()).any(|at| scored.is_flagged(at, strength)));
            let _ = writeln!(table, "| {name} | {} | {strength} | {} | {any} |", strings.len(), each.join(" | "));
        }
    }
    table
}

/// Writes a table between its markers of the guide.
fn update(name: &str, table: &str) -> io::Result<()> {
    let guide = fs::read_to_string(GUIDE)?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let parts = guide.split_once(&begin).and_then(|(head, rest)| Some((head, rest.split_once(&end)?.1)));
    let Some((head, tail)) = parts else { return Err(io::Error::other(format!("{GUIDE} has no markers of {name}"))) };
    fs::write(GUIDE, [head, &begin, table, &end, tail].concat())
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let guardrail = filters()?;
    let mut tables = Vec::new();
    if let Some(path) = env::var_os("BANISTER_MODERATION") {
        tables.push(("labeled", labeled(&guardrail, &data::read(Path::new(&path))?)));
    }
    if let Ok(paths) = env::var("BANISTER_CHAT") {
        let files: Result<Vec<_>, _> = paths.split(',').map(|path| chat(Path::new(path))).collect();
        tables.push(("ordinary", ordinary(&guardrail, &files?)));
    }
    if tables.is_empty() {
        println!("skipped: set BANISTER_MODERATION or BANISTER_CHAT");
    }
    for (name, table) in tables {
        println!("{table}");
        if env::var_os("BANISTER_UPDATE").is_some() {
            update(name, &table)?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    exit::exit_code(run())
}
