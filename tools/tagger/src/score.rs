//! Precision and recall of a model on labelled text.

use std::ops::Range;
use std::path::Path;

use crate::data::{self, Document};
use crate::tagger::model::Model;
use crate::tagger::no_names::is_no_name;
use crate::tagger::reader::{Found, Tagger, Wanted};
use crate::{WITH_ADDRESSES, WITH_NAMES};

/// Prints a row for each file. With `SHOW` in the environment, wrong and missed spans too.
pub fn score(models: &Path, kind: &str, bias: &str, files: &[&str]) -> Result<(), String> {
    let read = |name: &str| std::fs::read(models.join(name)).map_err(|error| format!("{name}: {error}"));
    let (names, addresses) = (read("names.bin")?, read("addresses.bin")?);
    let model = Model::read(&names, &addresses).ok_or("damaged model")?;
    let is_name = match kind {
        "names" => true,
        "addresses" => false,
        _ => return Err(format!("{kind:?} is not names or addresses")),
    };
    let weights = if is_name { &model.names } else { &model.addresses };
    let bias = match bias {
        "low" => weights.bias_low,
        "normal" => 0,
        "high" => weights.bias_high,
        _ => return Err(format!("{bias:?} is not low, normal or high")),
    };
    let wanted = Wanted { names: is_name.then_some(bias), addresses: (!is_name).then_some(bias) };
    let show = std::env::var_os("SHOW").is_some();
    println!(
        "{:<32} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8}",
        "file", "spans", "P", "R", "F1", "exact", "cover", "per MB"
    );
    for file in files {
        let (mut gold, mut found, mut overlap, mut exact, mut bytes) = (0, 0, 0, 0, 0);
        let (mut labelled, mut covered) = (0, 0);
        for document in documents(Path::new(file))? {
            let spans = find(&model, wanted, &document.text);
            let labels = if is_name { &document.names } else { &document.addresses };
            bytes += document.text.len();
            gold += labels.len();
            found += spans.len();
            exact += spans.iter().filter(|span| labels.contains(span)).count();
            for label in labels {
                labelled += label.len();
                covered += spans
                    .iter()
                    .map(|span| label.end.min(span.end).saturating_sub(label.start.max(span.start)))
                    .sum::<usize>();
            }
            let mut used = vec![false; labels.len()];
            for span in &spans {
                let hit = (0..used.len()).find(|&at| !used[at] && overlaps(span, &labels[at]));
                match hit {
                    Some(at) => {
                        used[at] = true;
                        overlap += 1;
                    }
                    None if show => println!("WRONG  {}", around(&document.text, span)),
                    None => {}
                }
            }
            for (label, _) in labels.iter().zip(&used).filter(|(_, used)| show && !**used) {
                println!("MISSED {}", around(&document.text, label));
            }
        }
        let ratio = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        let f1 = |right: usize| 2.0 * right as f64 / (gold + found).max(1) as f64;
        println!(
            "{:<32} {gold:>6} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>8.1}",
            file.rsplit('/').next().unwrap_or(file),
            ratio(overlap, found),
            ratio(overlap, gold),
            f1(overlap),
            f1(exact),
            ratio(covered, labelled),
            found as f64 / (bytes as f64 / 1e6),
        );
    }
    Ok(())
}

/// Returns the documents of a file: of one that is trained on, only those held out.
fn documents(path: &Path) -> Result<Vec<Document>, String> {
    let set = data::read(path)?;
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let is_trained = WITH_NAMES.contains(&name) || name == WITH_ADDRESSES;
    Ok(if is_trained { set.held_out } else { set.training.into_iter().chain(set.held_out).collect() })
}

fn find(model: &Model<'_>, wanted: Wanted, text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    Tagger::default().read((text, 0), true, (model, wanted), &mut |found, span, _| {
        if found == Found::Address || !is_no_name(&text[span.clone()]) {
            spans.push(span);
        }
    });
    spans
}

/// At least half of what both cover together.
fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    2 * common >= a.end.max(b.end) - a.start.min(b.start)
}

fn around(text: &str, span: &Range<usize>) -> String {
    let start = text.floor_char_boundary(span.start.saturating_sub(40));
    let end = text.ceil_char_boundary((span.end + 30).min(text.len()));
    let around = format!("{}[{}]{}", &text[start..span.start], &text[span.clone()], &text[span.end..end]);
    around.replace('\n', " ")
}
