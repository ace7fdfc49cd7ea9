//! Names of persons in fields: `Name: Jane Doe`, `last_name=Doe`, `Patient: Doe, Jane`.

use std::borrow::Cow;
use std::ops::Range;

use super::builders::{accept_if, exact, is_mark, part};
use super::given_names;
use super::name_parts::{
    MOST_WORDS, MOST_WORDS_BEFORE, NAME_MAX, Named, more, more_sent, name_value, name_words, particle, particles,
    quoted, rejected_by_number, word, words,
};
use super::name_words::is_thing;
use super::recognizer::{Objection, Recognizer, RecognizerInput, Surroundings};
use crate::detect::pattern::Verdict;

/// The second half of a label for both parts of a name: `Nachname, Vorname`, `Nom et prénom`.
macro_rules! and_given_name {
    () => {
        r"(?:(?:,[ ]?|[ ]?[/&][ ]?|[ ](?i:y|e|et|und|en|and)[ ])(?:(?i:vornamen?|voornam(?:en)?|nombres?|nome|first[ ]?names?|given[ ]names?)|(?i:pr)(?:é|É|e)(?i:noms?)))?"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
        exact(
            concat!(
                r"\b(?:(?i:(?:full|first|last|given|family|middle|maiden|holder|patient|customer|employee|contact|client|billing|account|card ?holder|spouse|guest|student)[ _-]?(?:names?|holder)|name|surnames?|forenames?|vornamen?|nachname|familienname|voornaam|achternaam|nom(?: de famille| complet)?|nombres?(?: completo)?|naam|volledige naam|vor- und nachname|apellidos?|cognome|nome(?: completo| e cognome)?|sobrenome|patient|attending|plaintiff|defendant|account holder|beneficiary|author|witness|notary|radiologist|prescriber|physician|provider|judge|employee|customer|client|cardholder|recipient|sender|from|to|cc|by|subject|surgeon|nurse|insured|subscriber|guardian|emergency contact|contact|signed by|fullname|firstname|lastname)|(?i:pr)(?:é|É|e)(?i:noms?))",
                and_given_name!(),
                r"(?:[*_~'\x22\x60]*[ ]?[:=][*_~]*[ \n]?['\x22]?|>\n?)(?:(?:Mr|Mrs|Ms|Dr|Prof|Hon)\.? )?",
                quoted!(),
                particles!(),
                word!(),
                more_sent!(),
                "(?:,[ ]?",
                word!(),
                more!(),
                ")?"
            ),
            NAME_MAX,
            field_sent,
        )
        .ending_a_word()
        .with_value(field_value)
        .with_veto(of_thing),
];

/// Returns the name after a label, with the comma between its parts.
fn field_value(text: &str) -> Range<usize> {
    let comma = text.rfind(',').filter(|&at| !part(text, at..text.len()).contains([':', '=', '>', '\n', '"', '`']));
    comma.map_or_else(|| name_value(text), |at| name_value(part(text, 0..at)).start..text.len())
}

/// Returns the name in the case of names, if all its letters are capitals.
fn in_title_case(value: &str) -> Cow<'_, str> {
    if value.chars().any(char::is_lowercase) {
        return value.into();
    }
    let mut is_inside = false;
    let cased = value.chars().map(|c| {
        let cased = if is_inside { c.to_lowercase().next().unwrap_or(c) } else { c };
        is_inside = c.is_alphabetic();
        cased
    });
    cased.collect::<String>().into()
}

/// Validates a field with the surname first: `Doe, Jane M.`. The given name is a listed one, unless the label is that of persons only.
fn surname_first(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_by_number(c, MOST_WORDS + MOST_WORDS_BEFORE) {
        return rejected;
    }
    let range = field_value(c.text);
    let label = part(c.text, 0..range.start).to_lowercase();
    let value = in_title_case(part(c.text, range.clone()));
    let is_shouted = value != part(c.text, range);
    let Some((surname, given)) = value.split_once(',') else { return Verdict::Reject };
    let given = without_initial(given.trim_start_matches(' '));
    let (Some(of_surname), Some(of_given)) = (name_words(surname), name_words(given)) else { return Verdict::Reject };
    let is_listed = |name: &str| words(name).next().is_some_and(given_names::contains);
    // "John Smith, Jane Doe" are two.
    let is_one =
        of_surname <= MOST_WORDS_OF_PART && of_given <= MOST_WORDS_OF_PART && (of_surname == 1 || !is_listed(surname));
    // Among capitals the next label looks like a name.
    let is_part = |word: &str| word.trim_end_matches('.').len() == 1 || given_names::contains(word);
    let is_all = !is_shouted || words(given).skip(1).all(is_part);
    let is_sure = is_listed(given) || is_of_both_parts(&label) || is_of_persons(&label);
    let is_type = words(surname).any(is_of_types) || words(given).any(is_of_types);
    accept_if(is_one && is_all && is_sure && !is_type && c.after != Some(':') && !label.starts_with("subject"))
}

/// Returns `true` for a word that documentation and code have in place of a name.
fn is_of_types(word: &str) -> bool {
    matches!(word, "String" | "Optional" | "Required" | "None" | "True" | "False" | "Text" | "Option" | "Null")
}

/// Returns given names without the initial at their end, which may be a word otherwise: `A`.
fn without_initial(given: &str) -> &str {
    match given.rsplit_once(' ') {
        Some((rest, initial)) if initial.len() == 1 && initial.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
        _ => given,
    }
}

/// The maximum number of words of a surname, and of the given names after it.
const MOST_WORDS_OF_PART: usize = 3;

/// Returns `true` for a label, in lower case, of a surname and a given name.
fn is_of_both_parts(label: &str) -> bool {
    label.contains([',', '/', '&'])
        || [" y ", " e ", " et ", " und ", " en ", " and "].iter().any(|and| label.contains(and))
}

/// Returns `true` for a label, in lower case, that only persons have.
fn is_of_persons(label: &str) -> bool {
    const PERSONS: &[&str] =
        &["full", "patient", "employee", "student", "holder", "last", "first", "maiden", "spouse", "guest"];
    label.contains("name") && PERSONS.iter().any(|person| label.contains(person))
}

/// Validates a field, of a form that is sent as well.
fn field_sent(c: &RecognizerInput<'_>) -> Verdict {
    if part(c.text, field_value(c.text)).contains(',') {
        return surname_first(c);
    }
    if !c.text.contains(['+', '%']) {
        return field(c);
    }
    let is_set = part(c.text, 0..name_value(c.text).start).ends_with('=');
    let text = c.text.replace("%20", " ").replace('+', " ");
    accept_if(is_set && field(&RecognizerInput { text: &text, ..*c }) == Verdict::Accept)
}

fn field(c: &RecognizerInput<'_>) -> Verdict {
    let Named { head, value, count } = match Named::of(c) {
        Ok(named) => named,
        Err(rejected) => return rejected,
    };
    let head = head.to_ascii_lowercase();
    let (label, is_tag) = match head.split_once([':', '=']) {
        Some((label, _)) => (label, false),
        None => (head.split('>').next().unwrap_or_default(), true),
    };
    let label = label.trim_end_matches(is_mark);
    let first = words(value).next().unwrap_or_default();
    let is_given = given_names::contains(first);
    let named = is_name_of_person(label);
    // A thing may be called anything, and is with a single word; in other languages, and in the tags of data, with several.
    let lone = !is_given
        && (label == "name" && (count == 1 || is_tag) || matches!(label, "nom" | "nombre" | "nombres" | "nome"));
    let good = if named { count <= 4 && !lone } else { count >= 2 && is_given };
    if is_tag {
        return accept_if(good);
    }
    // `name="id"` in code is lower case and cannot come here; `name: String` and `name = Foo(` can.
    // So can the end of a tag, `Name: Bob</td>`.
    let begins_more = match c.after {
        Some('<') => !is_given,
        after => matches!(after, Some('(' | '[' | '{' | '/')),
    };
    let code = count == 1 && (begins_more || is_of_types(first));
    accept_if(good && !code)
}

/// Returns `true` for the label of a field, in lower case, that holds the name of a person.
fn is_name_of_person(label: &str) -> bool {
    const NAMES: &[&str] = &["name", "nom", "nombre", "apellido", "cognome", "nome", "naam"];
    NAMES.iter().any(|name| label.contains(name)) && !label.contains("company")
}

/// Rejects the name of a thing, `Process Name: Local Session Manager`, unless it begins with a listed given name.
fn of_thing(s: &Surroundings<'_>) -> Objection {
    let head = s.before.trim_end_matches([' ', '_', '-']);
    let word = head.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let first = part(s.text, name_value(s.text)).split(' ').next().unwrap_or_default();
    let bare = s.text.get(..4).is_some_and(|label| label.eq_ignore_ascii_case("name"));
    if bare && is_thing(&word) && !given_names::contains(first) { Objection::Start } else { Objection::None }
}
