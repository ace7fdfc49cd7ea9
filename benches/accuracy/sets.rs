//! Labelled sets, and text without labels.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use banister::EntityType;

use crate::held_out::is_held_out;
use crate::labels::Line;
use crate::{corpus, logs};

/// How a set relates to the training of the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Training {
    /// No document was trained on.
    Unseen,
    /// The set was trained on, without its held-out documents, which are scored.
    HeldOut,
}

/// Labelled sets: the file, and how it relates to training.
const LABELLED: &[(&str, Training)] = &[
    ("pii/presidio_synth_v2", Training::Unseen),
    ("pii/piianon_sample", Training::Unseen),
    ("pii/rt_email", Training::Unseen),
    ("pii/rt_ipaddress", Training::Unseen),
    ("pii/rt_phonenumber", Training::Unseen),
    ("pii/rt_url", Training::Unseen),
    ("names/btc", Training::HeldOut),
    ("names/wnut17_train_dev", Training::HeldOut),
    ("names/litbank", Training::HeldOut),
    ("names/nlu", Training::HeldOut),
    ("names/eu_de", Training::HeldOut),
    ("names/smart_de", Training::HeldOut),
    ("names/eu_fr", Training::HeldOut),
    ("names/eu_nl", Training::HeldOut),
    ("names/templates", Training::HeldOut),
    ("names/addresses", Training::HeldOut),
];

/// Chat, of which some is in the training text.
const CHAT: &[&str] = &["oasst-chat", "hh-chat"];
const TRAINED_CHAT: &str = "names/chat_labelled";
const QUESTIONS: &[&str] =
    &["fastchat__llm_judge__data__mt_bench__question", "fastchat__llm_judge__data__vicuna_bench__question"];
const PROSE: &[&str] = &["sherlock", "opensubtitles-en"];

/// The most bytes of one file of prose, of code in one language, of one file of code, and of one form of logs.
const PROSE_BYTES: usize = 300_000;
const LANGUAGE_BYTES: usize = 60_000;
const CODE_FILE_BYTES: usize = 20_000;
const LOG_BYTES: usize = 30_000;

/// Some text with the labels that are scored.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) labels: Vec<(EntityType, Range<usize>)>,
}

/// Documents of one source.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) name: String,
    /// `None`: the text has no labels, and findings are counted.
    pub(crate) training: Option<Training>,
    pub(crate) types: BTreeSet<EntityType>,
    pub(crate) documents: Vec<Document>,
}

/// Returns the folder of the sets: `BANISTER_SHARED_DATA`, or the one beside the project.
pub(crate) fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    env::var_os("BANISTER_SHARED_DATA").map_or_else(beside, PathBuf::from)
}

/// Reads all sets that are there. Names of absent ones are added to `absent`.
pub(crate) fn read(folder: &Path, absent: &mut Vec<String>) -> io::Result<Vec<Set>> {
    let mut sets = Vec::new();
    for &(file, training) in LABELLED {
        let Some(lines) = lines(folder, file, absent)? else { continue };
        let is_scored = |number: usize| training == Training::Unseen || is_held_out(number);
        let scored = lines.iter().enumerate().filter(|(number, _)| is_scored(*number));
        let documents: Vec<Document> = scored.map(|(_, line)| labelled(line)).collect();
        let types = documents.iter().flat_map(|document| &document.labels).map(|&(entity, _)| entity).collect();
        sets.push(Set { name: base_name(file), training: Some(training), types, documents });
    }
    sets.extend(chat(folder, absent)?);
    sets.extend(prose(folder, absent)?);
    sets.extend(code_and_logs());
    Ok(sets)
}

fn base_name(file: &str) -> String {
    file.rsplit('/').next().unwrap_or(file).to_owned()
}

fn unlabelled(name: &str, text: impl Iterator<Item = String>) -> Set {
    let documents = text.map(|text| Document { text, labels: Vec::new() }).collect();
    Set { name: name.to_owned(), training: None, types: BTreeSet::new(), documents }
}

/// Chat that was not trained on.
fn chat(folder: &Path, absent: &mut Vec<String>) -> io::Result<Vec<Set>> {
    let trained = lines(folder, TRAINED_CHAT, absent)?.unwrap_or_default();
    let trained = trained.into_iter().enumerate().filter(|(number, _)| !is_held_out(*number));
    let trained: HashSet<String> = trained.map(|(_, line)| line.text).collect();
    let mut sets = Vec::new();
    for name in CHAT {
        let Some(lines) = lines(folder, &format!("text/{name}"), absent)? else { continue };
        let text = lines.into_iter().map(|line| line.text).filter(|text| !trained.contains(text));
        sets.push(unlabelled(name, text));
    }
    let mut questions = Vec::new();
    for name in QUESTIONS {
        questions.extend(lines(folder, &format!("text/{name}"), absent)?.unwrap_or_default());
    }
    if !questions.is_empty() {
        sets.push(unlabelled("mt-bench", questions.into_iter().flat_map(|line| line.turns)));
    }
    Ok(sets)
}

/// Paragraphs of books and subtitles.
fn prose(folder: &Path, absent: &mut Vec<String>) -> io::Result<Vec<Set>> {
    let mut sets = Vec::new();
    for name in PROSE {
        let path = folder.join("text").join(name).with_extension("txt");
        let Ok(text) = fs::read_to_string(&path) else {
            absent.push(path.display().to_string());
            continue;
        };
        let text = text.get(..text.floor_char_boundary(PROSE_BYTES)).unwrap_or_default();
        sets.push(unlabelled(name, text.split("\n\n").map(str::to_owned)));
    }
    Ok(sets)
}

/// Source code on this machine, and generated logs.
fn code_and_logs() -> Vec<Set> {
    let mut code = Vec::new();
    for (_, files) in corpus::code() {
        let mut bytes = 0;
        let small = files.into_iter().map(|file| file.text).filter(|text| text.len() <= CODE_FILE_BYTES);
        code.extend(small.take_while(|text| {
            bytes += text.len();
            bytes <= LANGUAGE_BYTES
        }));
    }
    let logs = logs::FORMS.iter().map(|form| logs::make(form, LOG_BYTES).text);
    vec![unlabelled("code", code.into_iter()), unlabelled("logs", logs)]
}

fn lines(folder: &Path, file: &str, absent: &mut Vec<String>) -> io::Result<Option<Vec<Line>>> {
    let path = folder.join(file).with_extension("jsonl");
    let Ok(content) = fs::read_to_string(&path) else {
        absent.push(path.display().to_string());
        return Ok(None);
    };
    let parse =
        |line| serde_json::from_str(line).map_err(|error| io::Error::other(format!("{}: {error}", path.display())));
    content.lines().filter(|line| !line.is_empty()).map(parse).collect::<io::Result<Vec<Line>>>().map(Some)
}

/// Returns the text and the labels of types that are known.
fn labelled(line: &Line) -> Document {
    let labels = line.labels().into_iter().filter_map(|(label, span)| Some((type_of(label)?, span)));
    Document { text: line.text.clone(), labels: labels.collect() }
}

/// Returns the type that a set's own label means.
fn type_of(label: &str) -> Option<EntityType> {
    let name = match label {
        "CREDIT_CARD" => "CREDIT_DEBIT_CARD_NUMBER",
        "IBAN" => "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
        "US_SSN" => "US_SOCIAL_SECURITY_NUMBER",
        "US_PASSPORT" => "US_PASSPORT_NUMBER",
        "US_BANK_ACCOUNT" => "US_BANK_ACCOUNT_NUMBER",
        "US_ROUTING" => "US_BANK_ROUTING_NUMBER",
        "SWIFT" => "SWIFT_CODE",
        "CRYPTO" => "CRYPTO_WALLET",
        "VIN" => "VEHICLE_IDENTIFICATION_NUMBER",
        other => other,
    };
    EntityType::from_name(name)
}
