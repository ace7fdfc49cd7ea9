//! Made text with names: records, forms, mail, logs and chat, filled from the lists.

use std::ops::Range;
use std::path::Path;

use crate::data::Document;
use crate::random::Random;
use crate::tagger::no_names::NO_NAMES;

const DOCUMENTS: usize = 13_000;

/// Lines with places to fill: `{n}` a name, `{g}` a given name, `{s}` a surname, `{d}` a date, `{#}` a number, `{k}` a small one, `{c}` a town, `{f}` a firm,
/// `{r}` a job, `{x}` an illness, `{q}` a word of [`NO_NAMES`], `{h}` a number in hexadecimal digits, `{m}` an e-mail address. `\\n` and `\\t` stand for a line end
/// and a tab.
const LINES: &str = include_str!("../lines/names.txt");

const TOWNS: &[&str] = &[
    "Lisbon",
    "Oslo",
    "Vienna",
    "Madrid",
    "Chicago",
    "Denver",
    "Boston",
    "Leeds",
    "Lyon",
    "Turin",
    "Porto",
    "Gdansk",
    "Austin",
    "Dallas",
    "Phoenix",
    "Houston",
    "Nairobi",
    "Mumbai",
    "Osaka",
    "Sydney",
    "Wellington",
    "Toronto",
    "Lima",
    "Bogota",
    "Springfield",
    "Riverside",
    "Georgetown",
    "Salem",
];
const FIRMS: &[&str] = &[
    "Acme",
    "Globex",
    "Initech",
    "Northwind",
    "Contoso",
    "Umbrella Holdings",
    "Blue River Bank",
    "Vertex Labs",
    "Granite Systems",
    "Sunrise Media",
    "Apex Logistics",
    "Harbor Insurance",
    "Summit Energy",
    "Pine Street Partners",
    "Orion Health",
    "Delta Foods",
];
const JOBS: &[&str] = &[
    "Engineer",
    "Director",
    "Nurse",
    "Accountant",
    "attorney",
    "teacher",
    "Vice President",
    "Project Manager",
    "cardiologist",
    "analyst",
    "CEO",
    "Clerk",
    "Judge",
    "Sales Manager",
    "technician",
    "editor",
];

const CONDITIONS: &[&str] = &[
    "Asthma",
    "Arthritis",
    "Hypertension",
    "Pneumonia",
    "Eczema",
    "Anemia",
    "Sciatica",
    "Epilepsy",
    "Osteoporosis",
    "Bronchitis",
    "Angina",
    "Gout",
    "Chronic Fatigue",
    "Sleep Apnea",
    "Multiple Sclerosis",
    "Celiac Disease",
    "Plantar Fasciitis",
    "Atrial Fibrillation",
    "Bipolar Disorder",
    "Carpal Tunnel Syndrome",
];

/// The words of a list by rank, with a capital letter.
type Ranked = [Vec<String>; 3];

/// Makes documents of one to four lines, always the same.
pub fn documents(lists: &Path) -> Result<Vec<Document>, String> {
    let (given, surnames) = (ranked(&lists.join("given.tsv"))?, ranked(&lists.join("surname.tsv"))?);
    let mut maker =
        Maker { random: Random::new(0x2545_F491_4F6C_DD1D), given, surnames, lines: lines(LINES), addresses: &[] };
    Ok((0..DOCUMENTS).map(|_| maker.document()).collect())
}

/// Makes documents of lines of another list, in which `{a}` is one of these addresses and `{p}` a telephone number.
pub fn documents_of(of: &str, addresses: &[String], lists: &Path, count: usize) -> Result<Vec<Document>, String> {
    let (given, surnames) = (ranked(&lists.join("given.tsv"))?, ranked(&lists.join("surname.tsv"))?);
    let mut maker = Maker { random: Random::new(0x6A09_E667_F3BC_C909), given, surnames, lines: lines(of), addresses };
    Ok((0..count).map(|_| maker.document()).collect())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.replace("\\n", "\n").replace("\\t", "\t")).collect()
}

fn ranked(path: &Path) -> Result<Ranked, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut ranked = Ranked::default();
    for (word, rank) in text.lines().filter_map(|line| line.split_once('\t')) {
        let rank: usize = rank.parse().map_err(|_| format!("{}: {word} has no rank", path.display()))?;
        ranked[rank - 1].push(capital(word));
    }
    Ok(ranked)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn capitals(phrase: &str) -> String {
    phrase.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

/// Puts a sign before each line.
fn quoted(document: &Document, sign: &str) -> Document {
    let moved = |at: usize| at + sign.len() * (1 + document.text[..at].matches('\n').count());
    let span = |span: &Range<usize>| moved(span.start)..moved(span.end);
    Document {
        text: format!("{sign}{}", document.text.replace('\n', &format!("\n{sign}"))),
        names: document.names.iter().map(span).collect(),
        addresses: document.addresses.iter().map(span).collect(),
    }
}

struct Maker<'a> {
    random: Random,
    given: Ranked,
    surnames: Ranked,
    lines: Vec<String>,
    addresses: &'a [String],
}

impl Maker<'_> {
    /// A word of a list, or one that is in none.
    fn name(&mut self, is_given: bool) -> String {
        if self.random.below(100) < 14 {
            return self.invented();
        }
        if !is_given && self.random.below(30) == 0 {
            let prefix = self.random.item(&["O'", "O'", "Mc", "Mac", "D'", "Al-", "El-", "Ben-", "St. "]).to_owned();
            return prefix + &self.name(false);
        }
        let rank = [2, 2, 1, 0, 0][self.random.below(5)];
        let at = self.random.below(if is_given { self.given[rank].len() } else { self.surnames[rank].len() });
        if is_given { self.given[rank][at].clone() } else { self.surnames[rank][at].clone() }
    }

    fn invented(&mut self) -> String {
        const STARTS: &[&str] = &[
            "b", "br", "d", "dz", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "r", "s", "sh", "st", "t",
            "v", "w", "y", "z",
        ];
        const MIDDLES: &[&str] = &["a", "e", "i", "o", "u", "ai", "ei", "ou", "á", "é", "ö", "ü"];
        const ENDS: &[&str] = &["", "n", "r", "s", "k", "l", "th", "nd", "m", "sch", "ić", "ov", "sen", "ez"];
        let mut word = String::new();
        for _ in 0..1 + self.random.below(3) {
            word += self.random.item(STARTS);
            word += self.random.item(MIDDLES);
        }
        word += self.random.item(ENDS);
        capital(&word)
    }

    fn full_name(&mut self) -> String {
        let (first, last) = (self.name(true), self.name(false));
        match self.random.below(20) {
            0..=12 => format!("{first} {last}"),
            13 | 14 => first,
            15 => format!("{first} {}. {last}", char::from(b'A' + self.random.below(26) as u8)),
            16 => format!("{first} {} {last}", self.name(true)),
            17 => format!("{first} {last}-{}", self.name(false)),
            18 => format!("{}. {last}", char::from(b'A' + self.random.below(26) as u8)),
            _ => {
                let particle = self.random.item(&["van", "de", "von", "van der", "del", "bin", "al", "da"]).to_owned();
                format!("{first} {particle} {last}")
            }
        }
    }

    fn document(&mut self) -> Document {
        let mut document = Document::default();
        for line in 0..1 + self.random.below(4) {
            if line > 0 {
                document.text.push('\n');
            }
            let number = self.random.below(self.lines.len());
            let line = self.lines[number].clone();
            self.fill(&line, &mut document);
        }
        if self.random.below(14) == 0 {
            let sign = self.random.item(&["> ", ">", "* ", "# ", "| "]);
            return quoted(&document, sign);
        }
        // Letters keep their length in both cases, or the offsets would move: other documents stay as they are.
        let changed = match self.random.below(12) {
            0 | 1 => document.text.to_lowercase(),
            2 => document.text.to_uppercase(),
            _ => return document,
        };
        if changed.len() == document.text.len() {
            document.text = changed;
        }
        document
    }

    fn fill(&mut self, line: &str, document: &mut Document) {
        // What is typed in lower case is often so with its names.
        let is_low = !line.contains(char::is_uppercase) && line.contains(' ') && self.random.below(2) == 0;
        let mut rest = line;
        while let Some((head, tail)) = rest.split_once('{') {
            document.text += head;
            let Some((kind, after)) = tail.split_once('}').filter(|(kind, _)| kind.len() == 1) else {
                document.text.push('{');
                rest = tail;
                continue;
            };
            let start = document.text.len();
            match kind {
                "n" | "g" | "s" => {
                    let name = match kind {
                        "n" => self.full_name(),
                        _ => self.name(kind == "g"),
                    };
                    document.text += &if is_low { name.to_lowercase() } else { name };
                }
                "q" => {
                    let no_name = NO_NAMES[self.random.below(NO_NAMES.len())];
                    document.text += &if is_low { no_name.to_owned() } else { capitals(no_name) };
                }
                "c" => document.text += self.random.item(TOWNS),
                "f" => document.text += self.random.item(FIRMS),
                "a" => {
                    let at = self.random.below(self.addresses.len());
                    document.text += &self.addresses[at];
                }
                "h" => {
                    for _ in 0..4 + self.random.below(3) {
                        document.text += &format!("{:06x}", self.random.below(1 << 24));
                    }
                }
                "p" => {
                    let [area, first, last] = [900, 900, 9000].map(|limit| 100 + self.random.below(limit));
                    document.text += &match self.random.below(5) {
                        0 => format!("({area}) {first}-{last}"),
                        1 => format!("+{} {area} {first} {last}", area % 90 + 1),
                        2 => format!("0{area} {} {} {}", first % 90 + 10, last % 90 + 10, area % 90 + 10),
                        3 => format!("0{first} {last}{area}"),
                        _ => format!("{area}-{first}-{last}"),
                    };
                }
                "x" => document.text += self.random.item(CONDITIONS),
                "r" => document.text += self.random.item(JOBS),
                "k" => document.text += &(1 + self.random.below(400)).to_string(),
                "#" => document.text += &self.random.below(900_000).to_string(),
                "m" => {
                    document.text += &format!("{}{}@example.com", self.name(true).to_lowercase(), self.random.below(90))
                }
                _ => {
                    document.text += &format!(
                        "20{:02}-{:02}-{:02}",
                        self.random.below(25),
                        1 + self.random.below(12),
                        1 + self.random.below(28)
                    )
                }
            }
            if matches!(kind, "n" | "g" | "s") {
                let end = document.text.len();
                match document.names.last_mut() {
                    // `{g} {s}` is one name.
                    Some(last) if last.end + 1 == start && document.text[last.end..start] == *" " => last.end = end,
                    _ => document.names.push(start..end),
                }
            }
            if kind == "a" {
                document.addresses.push(start..document.text.len());
            }
            rest = after;
        }
        document.text += rest;
    }
}
