//! The lists: classes of words, from lists of names and from how words are written in the training text.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::data::Document;
use crate::tagger::hash::hash;
use crate::tagger::lists::{BUCKETS, Class, Lists};
use crate::tagger::token::{Kind, next_token};

/// How often a word is written in lower case, and with a capital letter after another word.
#[derive(Default)]
struct Counts {
    lower: u32,
    capital: u32,
}

/// Words that occur less often have no habit.
const LEAST: u32 = 3;
/// From here on a word is seen often.
const OFTEN: u32 = 12;

/// The levels of SCOWL up to which English words are added, and words that are surnames or rare given names count as ordinary.
const NEW_LEVEL: u8 = 35;
const INFLECTED_LEVEL: u8 = 10;
const SURNAME_LEVEL: u8 = 50;
const GIVEN_LEVEL: u8 = 35;

/// Endings of words that are no basic forms.
const ENDINGS: &[&str] = &["s", "ed", "ing", "ly", "er", "est"];

/// Writes the lists as [`Lists`] reads them.
pub fn build(folder: &Path, documents: &[Document]) -> Result<Vec<u8>, String> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}; run lists.py first", path.display()))
    };
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    for (file, is_given) in [("given.tsv", true), ("surname.tsv", false)] {
        for line in read(file)?.lines() {
            let (word, rank) = line.split_once('\t').ok_or_else(|| format!("{file}: {line:?} has no rank"))?;
            let rank = rank.parse().map_err(|_| format!("{file}: {line:?} has no rank"))?;
            let class = classes.entry(word.to_owned()).or_insert(Class::NONE);
            *class = if is_given { class.with_given(rank) } else { class.with_surname(rank) };
        }
    }
    let counts = count(documents);
    for (word, counts) in &counts {
        let habit = habit(counts);
        if habit > 0 {
            set_habit(&mut classes, word, habit);
        }
    }
    for line in read("ordinary.tsv")?.lines() {
        let level = |level: &str| level.parse::<u8>().ok();
        let read = line.split_once('\t').and_then(|(word, number)| Some((word, level(number)?)));
        let (word, level) = read.ok_or_else(|| format!("ordinary.tsv: {line:?} has no level"))?;
        let known = classes.get(word).copied().unwrap_or(Class::NONE);
        // A rare name that is an English word is a word, where it is written in lower case.
        let most = match (known.given(), known.surname()) {
            // Their endings tell the others.
            (0, 0) if ENDINGS.iter().any(|ending| word.ends_with(ending)) => INFLECTED_LEVEL,
            (0, 0) => NEW_LEVEL,
            (0, _) => SURNAME_LEVEL,
            (1, _) => GIVEN_LEVEL,
            _ => continue,
        };
        let is_foreign_name = level == 0 && known.is_name();
        if known.habit() == 0 && level <= most && !is_foreign_name {
            set_habit(&mut classes, word, 2);
        }
    }
    Ok(write(&classes))
}

fn set_habit(classes: &mut BTreeMap<String, Class>, word: &str, habit: u8) {
    let class = classes.entry(word.to_owned()).or_insert(Class::NONE);
    *class = class.with_habit(habit);
}

fn habit(counts: &Counts) -> u8 {
    let all = counts.lower + counts.capital;
    let percent = 100 * counts.lower / all.max(1);
    match (percent, all) {
        (_, ..LEAST) => 0,
        (90.., OFTEN..) => 1,
        (90.., _) => 2,
        (50..90, _) => 3,
        (10..50, _) => 4,
        (_, OFTEN..) => 5,
        _ => 6,
    }
}

/// Counts the words of the text that are not in names.
fn count(documents: &[Document]) -> HashMap<String, Counts> {
    let mut counts: HashMap<String, Counts> = HashMap::new();
    for document in documents {
        let (mut at, mut after_word) = (0, false);
        while let Some(token) = next_token(&document.text, at, true) {
            at = token.end;
            let is_word = token.kind == Kind::Word;
            let is_name = document.names.iter().any(|name| name.start < token.end && token.start < name.end);
            let text = &document.text[token.start..token.end];
            if is_word && !is_name {
                let lower = text.to_lowercase().replace('\u{2019}', "'");
                let counts = counts.entry(lower.clone()).or_default();
                if text.to_lowercase() == text {
                    counts.lower += 1;
                } else if after_word {
                    counts.capital += 1;
                }
            }
            after_word = is_word;
        }
    }
    counts
}

fn write(classes: &BTreeMap<String, Class>) -> Vec<u8> {
    let mut buckets: Vec<BTreeMap<u16, u8>> = vec![BTreeMap::new(); BUCKETS];
    for (word, class) in classes {
        let letters: Vec<char> = word.chars().collect();
        let (bucket, key) = Lists::split(hash(&letters));
        // Of words with one hash, the first in the alphabet stays.
        buckets[bucket].entry(key).or_insert(class.number());
    }
    let mut file: Vec<u8> =
        buckets.iter().map(|bucket| u8::try_from(bucket.len()).expect("few words in a bucket")).collect();
    file.extend(buckets.iter().flatten().flat_map(|(key, _)| key.to_le_bytes()));
    file.extend(buckets.iter().flatten().map(|(_, class)| class));
    file
}
