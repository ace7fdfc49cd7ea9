//! Trains and scores the models that find names and addresses in text. See README.md.

#[allow(dead_code, reason = "the modules of the library, of which this program uses some")]
#[path = "../../../src/detect/tagger/mod.rs"]
mod tagger;

#[path = "../../../benches/accuracy/held_out.rs"]
mod held_out;
#[allow(dead_code, reason = "the scoreboard reads conversations too")]
#[path = "../../../benches/accuracy/labels.rs"]
mod labels;

#[path = "../../../benches/common/exit.rs"]
mod exit;

mod addresses;
mod crf;
mod data;
mod places;
mod random;
mod runs;
mod score;
mod templates;
mod words;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crf::Weights;
use data::Document;
use tagger::lists::Lists;

/// Files of the folder of labelled text in which names are labelled.
pub const WITH_NAMES: &[&str] =
    &["btc", "wnut17_train_dev", "litbank", "nlu", "eu_de", "eu_fr", "eu_nl", "smart_de", "chat_labelled", "templates"];

/// The file in which addresses are labelled, and no names.
pub const WITH_ADDRESSES: &str = "addresses";

const USAGE: &str = "usage: tagger train TEXT_FOLDER LIST_FOLDER MODEL_FOLDER\n       \
    tagger score MODEL_FOLDER names|addresses low|normal|high FILE...";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["train", text, lists, models] => train(Path::new(text), Path::new(lists), Path::new(models)),
        ["score", models, kind, bias, files @ ..] => score::score(Path::new(models), kind, bias, files),
        _ => Err(USAGE.to_owned()),
    };
    exit::exit_code(result)
}

fn train(text: &Path, list_folder: &Path, models: &Path) -> Result<(), String> {
    let file = |name: &str| -> PathBuf { text.join(name).with_extension("jsonl") };
    let mut sets = Vec::new();
    for name in WITH_NAMES {
        sets.push(data::read(&file(name))?);
    }
    let addresses = data::read(&file(WITH_ADDRESSES))?;
    // Some sets hold the same text twice.
    let held_out: HashSet<&str> =
        sets.iter().chain([&addresses]).flat_map(|set| &set.held_out).map(|document| document.text.as_str()).collect();
    let is_trained = |document: &&Document| !held_out.contains(document.text.as_str());
    let with_names = sets.iter().flat_map(|set| &set.training).filter(is_trained).cloned();
    let mut with_names: Vec<Document> = with_names.chain(templates::documents(list_folder)?).collect();
    let mut with_addresses: Vec<Document> = addresses.training.iter().filter(is_trained).cloned().collect();
    let made = addresses::documents(&with_addresses, list_folder)?;
    // Text in which addresses may be, but are not labelled, does not train that model.
    with_addresses.extend(with_names.iter().filter(|document| !runs::may_have_address(&document.text)).cloned());
    with_addresses.extend(made.iter().cloned());
    with_names.extend(made.into_iter().take(MADE_FOR_NAMES));
    let list_bytes = words::build(list_folder, &with_names)?;
    let lists = Lists::read(&list_bytes).ok_or("damaged lists")?;
    let names = runs::of_names(&with_names, &lists);
    let addresses = runs::of_addresses(&with_addresses, &lists);
    for (what, documents, runs) in [("names", &with_names, &names), ("addresses", &with_addresses, &addresses)] {
        let count = runs.iter().map(|run| run.rows.len()).sum::<usize>();
        eprintln!("{what}: {} documents, {} runs of {count} candidates", documents.len(), runs.len());
    }
    let mut file = packed(&crf::train(&names), NAME_LEAN);
    file.extend(list_bytes);
    write(&models.join("names.bin"), &file)?;
    write(&models.join("addresses.bin"), &packed(&crf::train(&addresses), ADDRESS_LEAN))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    eprintln!("{}: {} bytes", path.display(), bytes.len());
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Made documents with addresses that train the model of names too.
const MADE_FOR_NAMES: usize = 6_000;

/// What speaks for a name and for an address, in natural logarithms of odds. The training text has more of what is none than text in which they are looked
/// for.
const NAME_LEAN: f64 = 0.1;
const ADDRESS_LEAN: f64 = 0.2;

/// Returns the weights as the library reads them: one scale for all, so that only few are clipped. `lean` is added to the labels inside.
fn packed(weights: &Weights, lean: f64) -> Vec<u8> {
    let mut sizes: Vec<f64> = weights.rows.iter().flatten().map(|w| w.abs()).filter(|&w| w > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let largest = sizes.get(sizes.len() * 9995 / 10_000).copied().unwrap_or(1.0);
    let scale = 127.0 / largest;
    eprintln!("{} weights, scale {scale:.2}", sizes.len());
    let step = |weight: f64| ((weight * scale).round() as i16).to_le_bytes();
    let row = |weight: &f64| (weight * scale).round().clamp(-127.0, 127.0) as i8 as u8;
    // Of `strictness: low` and `high`, in natural logarithms of odds.
    let steps = weights.steps.iter().flat_map(|row| [row[0], row[1] + lean, row[2] + lean]).chain([0.5, -0.4]);
    steps.flat_map(step).chain(weights.rows.iter().flatten().map(row)).collect()
}
