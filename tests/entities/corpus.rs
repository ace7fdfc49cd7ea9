//! Precision and recall on labelled sets that lie beside the project, where they do. They are not part of it.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use banister::EntityType;

use crate::Matcher;

pub(crate) fn shared_data() -> Option<PathBuf> {
    // Beside the project; another place can be named.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = std::env::var_os("BANISTER_SHARED_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    dir.join("pii").is_dir().then_some(dir)
}

#[derive(serde::Deserialize)]
pub(crate) struct Document {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) spans: Vec<Label>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Label {
    pub(crate) r#type: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The sets' own names for our types.
pub(crate) fn type_of(label: &str) -> Option<EntityType> {
    use EntityType as T;
    Some(match label {
        "CREDIT_CARD" => T::CreditDebitCardNumber,
        "IBAN" => T::InternationalBankAccountNumber,
        "US_SSN" => T::UsSocialSecurityNumber,
        "US_PASSPORT" => T::UsPassportNumber,
        "US_BANK_ACCOUNT" => T::UsBankAccountNumber,
        "US_ROUTING" => T::UsBankRoutingNumber,
        "SWIFT" => T::SwiftCode,
        "CRYPTO" => T::CryptoWallet,
        "VIN" => T::VehicleIdentificationNumber,
        "ZIP" => T::Address,
        other => T::from_name(other)?,
    })
}

pub(crate) fn read(path: &Path) -> Vec<Document> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()
}

#[derive(Default)]
struct Score {
    gold: usize,
    found: usize,
    exact: usize,
    overlap: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        self.overlap as f64 / self.found.max(1) as f64
    }
    fn recall(&self) -> f64 {
        self.overlap as f64 / self.gold.max(1) as f64
    }
    fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// Same type and an intersection of at least half of the union.
pub(crate) fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let union = a.end.max(b.end) - a.start.min(b.start);
    2 * common >= union
}

fn score(path: &Path, show: Option<EntityType>) -> BTreeMap<EntityType, Score> {
    let documents = read(path);
    let labelled: HashSet<EntityType> =
        documents.iter().flat_map(|d| &d.spans).filter_map(|s| type_of(&s.r#type)).collect();
    let matchers: Vec<_> =
        EntityType::ALL.iter().filter(|e| labelled.contains(e)).map(|&e| (e, Matcher::new(e))).collect();
    let mut scores: BTreeMap<EntityType, Score> = BTreeMap::new();
    for d in &documents {
        let offsets: Vec<usize> = d.text.char_indices().map(|(i, _)| i).chain([d.text.len()]).collect();
        for (entity, matcher) in &matchers {
            let gold: Vec<_> = d
                .spans
                .iter()
                .filter(|s| type_of(&s.r#type) == Some(*entity))
                .map(|s| offsets[s.start]..offsets[s.end])
                .collect();
            let found = matcher.find(&d.text);
            let score = scores.entry(*entity).or_default();
            score.gold += gold.len();
            score.found += found.len();
            score.exact += found.iter().filter(|f| gold.contains(f)).count();
            let mut used = vec![false; gold.len()];
            for f in &found {
                if let Some(i) = (0..gold.len()).find(|&i| !used[i] && overlaps(f, &gold[i])) {
                    used[i] = true;
                    score.overlap += 1;
                } else if show == Some(*entity) {
                    println!("WRONG  {:?} in {:?}", &d.text[f.clone()], around(&d.text, f));
                }
            }
            for (g, used) in gold.iter().zip(used) {
                if !used && show == Some(*entity) {
                    println!("MISSED {:?} in {:?}", &d.text[g.clone()], around(&d.text, g));
                }
            }
        }
    }
    scores
}

fn around<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    let mut start = span.start.saturating_sub(45);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (span.end + 25).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    &text[start..end]
}

fn print(name: &str, scores: &BTreeMap<EntityType, Score>) {
    println!("\n{name:40} gold found  exact P   exact R     P     R    F1  (overlap: intersection over union >= 0.5)");
    for (entity, s) in scores {
        println!(
            "{:40} {:4} {:5}    {:.3}     {:.3}  {:.3} {:.3} {:.3}",
            entity.name(),
            s.gold,
            s.found,
            s.exact as f64 / s.found.max(1) as f64,
            s.exact as f64 / s.gold.max(1) as f64,
            s.precision(),
            s.recall(),
            s.f1()
        );
    }
}

/// `SHOW=PHONE` lists the wrong and missed ones of a type.
fn shown() -> Option<EntityType> {
    std::env::var("SHOW").ok().and_then(|s| EntityType::from_name(&s))
}

#[test]
fn labelled_sets() {
    let Some(data) = shared_data() else {
        eprintln!(
            "SKIPPED: no labelled sets beside the project (../shared/data/pii); precision and recall not measured"
        );
        return;
    };
    let synth = score(&data.join("pii/presidio_synth_v2.jsonl"), shown());
    print("presidio_synth_v2", &synth);
    for name in ["rt_email", "rt_ipaddress", "rt_phonenumber", "rt_url"] {
        print(name, &score(&data.join(format!("pii/{name}.jsonl")), shown()));
    }
    for (entity, floor) in [
        (EntityType::Email, 0.98),
        (EntityType::CreditDebitCardNumber, 0.98),
        (EntityType::InternationalBankAccountNumber, 0.98),
        (EntityType::UsSocialSecurityNumber, 0.98),
        (EntityType::IpAddress, 0.98),
        (EntityType::Url, 0.98),
        (EntityType::Phone, 0.95),
    ] {
        let f1 = synth[&entity].f1();
        assert!(f1 >= floor, "{entity}: F1 {f1:.3} below its floor {floor}");
    }
}

#[test]
fn labelled_documents() {
    let Some(data) = shared_data() else {
        eprintln!(
            "SKIPPED: no labelled sets beside the project (../shared/data/pii); precision and recall not measured"
        );
        return;
    };
    let scores = score(&data.join("pii/piianon_sample.jsonl"), shown());
    print("piianon_sample", &scores);
    for (entity, floor) in [(EntityType::Email, 0.95), (EntityType::MacAddress, 0.95), (EntityType::IpAddress, 0.95)] {
        let recall = scores[&entity].recall();
        assert!(recall >= floor, "{entity}: recall {recall:.3} below its floor {floor}");
    }
}

#[test]
#[ignore = "prints only; run by hand when patterns change"]
fn findings_in_ordinary_text() {
    let Some(data) = shared_data() else {
        eprintln!("SKIPPED: no texts beside the project (../shared/data/text); false positives not measured");
        return;
    };
    let chat: Vec<String> = read(&data.join("text/oasst-chat.jsonl")).into_iter().map(|d| d.text).collect();
    let novel = vec![std::fs::read_to_string(data.join("text/sherlock.txt")).unwrap_or_default()];
    for (name, texts) in [("chat", chat), ("novel", novel)] {
        let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
        println!("\n{name}: {megabytes:.2} MB, findings per MB");
        let mut all = 0.0;
        for &entity in EntityType::ALL {
            let matcher = Matcher::new(entity);
            let found: Vec<_> = texts.iter().flat_map(|t| matcher.find(t).into_iter().map(move |f| (t, f))).collect();
            if found.is_empty() {
                continue;
            }
            let rate = found.len() as f64 / megabytes;
            all += rate;
            let some: Vec<_> = found.iter().step_by((found.len() / 8).max(1)).map(|(t, f)| &t[f.clone()]).collect();
            println!("{:40} {rate:8.1}  {some:?}", entity.name());
            if shown() == Some(entity) {
                found.iter().take(200).for_each(|(t, f)| println!("    {:?} in {:?}", &t[f.clone()], around(t, f)));
            }
        }
        println!("{:40} {all:8.1}", "all");
    }
}
