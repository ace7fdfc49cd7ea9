//! Trains and scores the model that finds names in text. See README.md.

#[allow(dead_code, reason = "the modules of the library, of which this program uses some")]
#[path = "../../../src/detect/tagger/mod.rs"]
mod tagger;

mod crf;
mod data;
mod score;
mod templates;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crf::{Run, Weights};
use data::Document;
use tagger::lists::Lists;
use tagger::model::{INSIDE, MAX_RUN, OUTSIDE};
use tagger::reader::Reader;

/// The files of the folder of labelled text that the model is trained on.
const TRAINING: &[&str] = &[
    "btc",
    "wnut17_train_dev",
    "litbank",
    "nlu",
    "eu_de",
    "eu_fr",
    "eu_nl",
    "smart_de",
    "chat_labelled",
    "templates",
    "addresses",
];

/// The label of the first token of a name.
const BEGIN: u8 = 1;

const USAGE: &str = "usage: tagger train TEXT_FOLDER LIST_FOLDER MODEL | tagger score MODEL low|normal|high FILE...";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["train", text, lists, model] => train(Path::new(text), Path::new(lists), Path::new(model)),
        ["score", model, bias, files @ ..] => score::score(Path::new(model), bias, files),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn train(text: &Path, lists: &Path, model: &Path) -> Result<(), String> {
    let file = |name: &&str| -> PathBuf { text.join(name).with_extension("jsonl") };
    let mut documents = Vec::new();
    for path in TRAINING.iter().map(file) {
        documents.extend(data::read(&path)?);
    }
    documents.extend(templates::documents(lists)?);
    let lists = words::build(lists, &documents)?;
    let runs = runs(&documents, &Lists::read(&lists).ok_or("damaged lists")?);
    let count = runs.iter().map(|run| run.rows.len()).sum::<usize>();
    eprintln!("{} documents, {} runs of {count} candidates", documents.len(), runs.len());
    let mut file = packed(&crf::train(&runs));
    file.extend(lists);
    eprintln!("{} bytes", file.len());
    std::fs::write(model, file).map_err(|error| format!("{}: {error}", model.display()))
}

/// Returns the runs of candidates of all documents, with their labels.
fn runs(documents: &[Document], lists: &Lists<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for document in documents {
        let mut note = |tokens: &[tagger::token::Token], rows: &[[u16; tagger::features::FEATURES]]| {
            let mut before: Option<usize> = None;
            let mut labels = Vec::new();
            for token in tokens {
                let name = document.names.iter().position(|name| name.start <= token.start && token.end <= name.end);
                labels.push(match name {
                    None => OUTSIDE,
                    name if name == before => INSIDE,
                    Some(_) => BEGIN,
                });
                before = name;
            }
            runs.push(Run { rows: rows.to_vec(), labels });
            [OUTSIDE; MAX_RUN]
        };
        Reader::default().read((&document.text, 0), true, lists, &mut note, &mut |_| {});
    }
    runs
}

/// Returns the weights as the library reads them: one scale for all, so that only few are clipped.
fn packed(weights: &Weights) -> Vec<u8> {
    let mut sizes: Vec<f64> = weights.rows.iter().flatten().map(|w| w.abs()).filter(|&w| w > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let largest = sizes.get(sizes.len() * 9995 / 10_000).copied().unwrap_or(1.0);
    let scale = 127.0 / largest;
    eprintln!("{} weights, scale {scale:.2}", sizes.len());
    let step = |weight: &f64| ((weight * scale).round() as i16).to_le_bytes();
    let row = |weight: &f64| (weight * scale).round().clamp(-127.0, 127.0) as i8 as u8;
    // Of `strictness: low` and `high`, in natural logarithms of odds.
    let steps = weights.steps.iter().flatten().chain(&[0.5, -0.4]);
    steps.flat_map(step).chain(weights.rows.iter().flatten().map(row)).collect()
}
