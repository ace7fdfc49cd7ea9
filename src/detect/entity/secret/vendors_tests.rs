//! The table of vendors' keys, line by line.
#![allow(clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use super::forms::Form;
use super::shape::{Part, is_in, parts};
use super::vendors::{CHECKED_FORMS, CLOSED_FORMS, LONGEST, OPEN_FORMS, RECOGNIZERS};
use crate::detect::entity::EntityType::ApiKey;
use crate::detect::entity::tests::Matcher;
use crate::detect::tagger::random::below;

/// Writes a key of the form, always the same, with as few characters as the shape allows.
fn written(form: &Form) -> String {
    let mut below = below(0x2545_f491_4f6c_dd1d);
    let mut key = form.written_prefix();
    for part in parts(form.parts()) {
        match part {
            Part::Literal(literal) => key.push_str(literal),
            Part::Run { class, least, .. } => {
                let members: Vec<u8> = (0..=127).filter(|&b| is_in(class, b) && b != b'.' && b != b'-').collect();
                for i in 0..least {
                    // Two digits at least, where the class has any.
                    let digit = i % 7 == 1 && is_in(class, b'5');
                    key.push(char::from(if digit { b'5' } else { members[below(members.len())] }));
                }
            }
        }
    }
    key
}

fn forms() -> impl Iterator<Item = &'static Form> {
    OPEN_FORMS.iter().chain(CHECKED_FORMS).chain(CLOSED_FORMS)
}

fn is_exact(form: &Form) -> bool {
    parts(form.parts()).all(|part| match part {
        Part::Literal(_) => true,
        Part::Run { least, most, .. } => least == most,
    })
}

#[test]
fn every_form_is_found_whole_between_neighbours() {
    let matcher = Matcher::new(RECOGNIZERS.iter());
    let mut wrong = Vec::new();
    for form in forms() {
        let key = written(form);
        for (before, behind) in
            [("", ""), ("KEY=", "\n"), ("(", ")."), ("", "."), ("", ". Next"), ("\"", "\","), ("use ", ", please")]
        {
            let text = format!("{before}{key}{behind}");
            if matcher.find(&text) != vec![before.len()..before.len() + key.len(); 1] {
                wrong.push(format!("{}: {text:?}", form.vendor));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_key_one_character_short_is_none() {
    let matcher = Matcher::new(RECOGNIZERS.iter());
    for form in forms().filter(|form| is_exact(form)) {
        let mut key = written(form);
        key.pop();
        let other = forms().any(|other| other.shape != form.shape && form.prefix.starts_with(other.prefix));
        assert!(other || matcher.find(&key).is_empty(), "{}: {key:?}", form.vendor);
    }
}

#[test]
fn placeholders_and_words_are_no_keys() {
    let matcher = Matcher::new(RECOGNIZERS.iter());
    for form in forms() {
        let key = written(form);
        let prefix = form.written_prefix();
        let rest = key.strip_prefix(&prefix).unwrap_or_default();
        let blank: String = rest.chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect();
        for text in [format!("{prefix}{blank}"), prefix] {
            assert!(matcher.find(&text).is_empty(), "{}: {text:?}", form.vendor);
        }
    }
}

#[test]
fn the_table_has_the_forms_of_many_vendors_and_no_form_twice() {
    let vendors: BTreeSet<_> = forms().map(|form| form.vendor).collect();
    let distinct: BTreeSet<_> = forms().map(|form| (form.prefix, form.shape)).collect();
    assert_eq!(distinct.len(), forms().count());
    assert!(vendors.len() >= 100 && forms().count() >= 200, "{} vendors, {} forms", vendors.len(), forms().count());
    assert!(forms().all(|form| written(form).len() <= LONGEST));
}

/// The way a key is found does not depend on the other recognizers of the type.
#[test]
fn all_recognizers_together_find_the_same_keys() {
    let matcher = Matcher::new(ApiKey.recognizers());
    for form in forms() {
        let key = written(form);
        let found = matcher.find(&format!("is {key} ok"));
        assert_eq!(found, vec![3..3 + key.len(); 1], "{}: {key:?}", form.vendor);
    }
}

/// A key may contain many prefixes: each is a start, and the validator is called for it at every end.
#[test]
fn validators_are_not_called_for_every_prefix_at_every_end() {
    const MOST_CALLS_PER_BYTE: usize = 8;
    let matcher = Matcher::new(RECOGNIZERS.iter());
    let prefixes: BTreeSet<String> = forms().map(Form::written_prefix).collect();
    let rests = ["abcde-", "a1B2c-", "00000.", "a/"];
    let mut wrong = Vec::new();
    for unit in prefixes.iter().flat_map(|prefix| rests.map(|rest| format!("{prefix}{rest}"))) {
        let text = unit.repeat(6_000_usize.div_ceil(unit.len()));
        let calls: usize = matcher.calls(&text).map(|(_, calls)| calls).sum();
        if calls > MOST_CALLS_PER_BYTE * text.len() {
            wrong.push(format!("{unit:?}: {calls} calls for {} bytes", text.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
