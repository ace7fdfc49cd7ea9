//! Precision and recall of a model on labelled text.

use std::ops::Range;
use std::path::Path;

use crate::data;
use crate::tagger::model::Model;
use crate::tagger::reader::Reader;

/// Prints a row for each file. With `SHOW` in the environment, wrong and missed names too.
pub fn score(model: &Path, bias: &str, files: &[&str]) -> Result<(), String> {
    let bytes = std::fs::read(model).map_err(|error| format!("{}: {error}", model.display()))?;
    let model = Model::read(&bytes).ok_or("damaged model")?;
    let bias = match bias {
        "low" => model.bias_low,
        "normal" => 0,
        "high" => model.bias_high,
        _ => return Err(format!("{bias:?} is not low, normal or high")),
    };
    let show = std::env::var_os("SHOW").is_some();
    println!("{:<40} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8}", "file", "names", "P", "R", "F1", "exact", "per MB");
    for file in files {
        let (mut gold, mut found, mut overlap, mut exact, mut bytes) = (0, 0, 0, 0, 0);
        for document in data::read(Path::new(file))? {
            let names = find(&model, bias, &document.text);
            bytes += document.text.len();
            gold += document.names.len();
            found += names.len();
            exact += names.iter().filter(|name| document.names.contains(name)).count();
            let mut used = vec![false; document.names.len()];
            for name in &names {
                let hit = (0..used.len()).find(|&at| !used[at] && overlaps(name, &document.names[at]));
                match hit {
                    Some(at) => {
                        used[at] = true;
                        overlap += 1;
                    }
                    None if show => println!("WRONG  {}", around(&document.text, name)),
                    None => {}
                }
            }
            for (name, _) in document.names.iter().zip(&used).filter(|(_, used)| show && !**used) {
                println!("MISSED {}", around(&document.text, name));
            }
        }
        let ratio = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        let f1 = |right: usize| 2.0 * right as f64 / (gold + found).max(1) as f64;
        println!(
            "{:<40} {gold:>6} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>8.1}",
            file.rsplit('/').next().unwrap_or(file),
            ratio(overlap, found),
            ratio(overlap, gold),
            f1(overlap),
            f1(exact),
            found as f64 / (bytes as f64 / 1e6),
        );
    }
    Ok(())
}

fn find(model: &Model<'_>, bias: i32, text: &str) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    Reader::default().read((text, 0), true, &model.lists, &mut model.labels(bias), &mut |name| names.push(name));
    names
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
