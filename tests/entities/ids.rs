//! The types of `WORLD_IDS`: valid and invalid numbers, made by `tests/data/ids.py` with an implementation that is not ours.

use std::collections::BTreeMap;

use banister::EntityType;

use crate::{Matcher, data};

/// Valid numbers are found whole, invalid ones not at all, both after a context word.
#[test]
fn numbers_are_found_as_python_stdnum_says() {
    let text = std::fs::read_to_string(data().join("ids.txt")).expect("the numbers");
    let mut rows: BTreeMap<&str, Vec<[&str; 3]>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[entity, word, kind, number] = fields.as_slice() else { panic!("{line:?} has four fields") };
        rows.entry(entity).or_default().push([word, kind, number]);
    }
    let named: Vec<_> = EntityType::ALL.iter().filter(|entity| entity.is_world_id()).collect();
    assert_eq!(rows.len(), named.len(), "every type has numbers, and no other");
    let mut wrong = Vec::new();
    for entity in named {
        let matcher = Matcher::new(*entity);
        let rows = &rows[entity.name()];
        let count = |wanted: &str| rows.iter().filter(|[_, kind, _]| *kind == wanted).count();
        assert!(count("valid") >= 20 && count("invalid") >= 20, "{entity}");
        for [word, kind, number] in rows {
            let number = number.replace("\\n", "\n");
            let text = format!("{word} {number} .");
            let start = word.len() + 1;
            let found = matcher.find(&text);
            let right = match *kind {
                "valid" => found == [start..start + number.len(); 1],
                _ => found.is_empty(),
            };
            if !right {
                wrong.push(format!("{entity}: {kind} {text:?} found at {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
