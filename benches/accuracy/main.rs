//! The scoreboard: precision and recall on labelled sets, beside Presidio, and findings in text without labels. `run` is the command.
//!
//! - `export FOLDER` writes the text of all sets, for Presidio.
//! - `score FOLDER [PAGE]` scores Banister, and Presidio from its findings in the folder. The tables go to standard output, or between the markers of
//!   the page.

#[path = "../findings/corpus.rs"]
#[allow(dead_code, reason = "the bench of findings reads a folder and chat too")]
mod corpus;
#[path = "../common/exit.rs"]
mod exit;
mod held_out;
mod labels;
#[path = "../findings/logs/mod.rs"]
#[allow(dead_code, reason = "the bench of findings knows which values are real")]
mod logs;
mod score;
mod sets;
mod systems;
mod table;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use sets::Set;
use systems::{STRICTNESS, banister, find, presidio};
use table::Row;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["export", folder] => export(Path::new(folder)),
        ["score", folder] => score(Path::new(folder)).map(|tables| print!("{tables}")),
        ["score", folder, page] => score(Path::new(folder)).and_then(|tables| write(Path::new(page), &tables)),
        _ => Err(io::Error::other("usage: banister-accuracy export FOLDER | banister-accuracy score FOLDER [PAGE]")),
    };
    exit::exit_code(result)
}

/// Reads the sets, and reports absent ones.
fn sets() -> io::Result<Vec<Set>> {
    let (folder, mut absent) = (sets::folder(), Vec::new());
    let sets = sets::read(&folder, &mut absent)?;
    for path in &absent {
        eprintln!("ABSENT: {path}");
    }
    if absent.is_empty() {
        return Ok(sets);
    }
    let help = "set BANISTER_SHARED_DATA to the folder of the sets";
    eprintln!("{} files of labelled sets and text are absent; {help}", absent.len());
    if sets.iter().all(|set| set.training.is_none()) {
        return Err(io::Error::other(format!("no labelled set is in {}; {help}", folder.display())));
    }
    Ok(sets)
}

fn export(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for set in sets()? {
        let lines =
            set.documents.iter().map(|document| serde_json::json!({ "text": document.text }).to_string() + "\n");
        fs::write(folder.join(&set.name).with_extension("jsonl"), lines.collect::<String>())?;
    }
    Ok(())
}

fn score(folder: &Path) -> io::Result<String> {
    let guardrails = STRICTNESS.iter().map(|&strictness| banister(strictness)).collect::<io::Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for set in sets()? {
        let banister = guardrails.iter().map(|guardrail| find(guardrail, &set)).collect();
        let presidio = presidio(folder, &set)?;
        rows.push(Row { set, banister, presidio });
    }
    Ok(table::tables(&rows))
}

/// Writes the tables between the markers of a page.
fn write(page: &Path, tables: &str) -> io::Result<()> {
    const BEGIN: &str = "<!-- accuracy: begin -->\n";
    const END: &str = "<!-- accuracy: end -->";
    let text = fs::read_to_string(page)?;
    let parts = text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let Some((head, tail)) = parts else {
        return Err(io::Error::other(format!("{} has no markers {BEGIN:?} and {END:?}", page.display())));
    };
    fs::write(page, format!("{head}{BEGIN}{tables}{END}{tail}"))
}
