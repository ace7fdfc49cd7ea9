//! Names of persons.
//!
//! A pattern library knows names by the words before them (titles, "my name is", form fields) and by common given names.
//! It cannot know the rest; that needs a model.

use std::ops::Range;

use super::builders::{accept_if, exact, is_mark, is_word, part, reject_end};
use super::description::Description;
use super::given_names;
use super::introductions::introduction;
use super::name_parts::{
    MOST_WORDS, TITLES, after_last_sign, ends_in_name_word, has_other_dot, is_particle, is_title, name_words, words,
};
use super::name_words::is_thing;
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::Verdict;

/// A capitalized word: ASCII letters, apostrophe, hyphen and all characters beyond ASCII.
macro_rules! word {
    () => {
        r"[^\x00-\x40\x5b-\x7f][^\x00-\x26\x28-\x2c\x2e-\x40\x5b-\x60\x7b-\x7f]*"
    };
}

/// A particle of a surname.
macro_rules! particle {
    () => {
        "(?:van|von|de|der|den|del|della|di|da|dos|la|le|al|el|bin|ibn|af|zu|ter|ten|du)"
    };
}

/// More of a name: words, initials, particles.
macro_rules! more {
    () => {
        concat!("(?: (?:", particle!(), "|", word!(), r"\.?))*")
    };
}

/// The same in a form that is sent, where a plus sign and an escape are spaces.
macro_rules! more_sent {
    () => {
        concat!(r"(?:(?: |\+|%20)(?:", particle!(), "|", word!(), r"\.?))*")
    };
}

/// Particles before a surname: `Dr. de Vries`, `last name: van der Sloot`.
macro_rules! particles {
    () => {
        concat!("(?:", particle!(), " )*")
    };
}

/// The pattern of the signs that may open a name. No angle bracket: `<First Name>` is a placeholder.
macro_rules! quoted {
    () => {
        r"(?:[*_~'\x22\x60]+\n?)?"
    };
}

const NAME_MAX: usize = 96;

pub(super) static NAME: Description = Description {
    aliases: &["PERSON"],
    ends_at_dashes: true,
    is_in_one_cell: true,
    recognizers: &[&[
        exact(
            concat!(
                r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Sir|Lady|Lord|Madam|Judge|Justice|Hon|Rev|Reverend|Father|Sister|Capt|Captain|Sgt|Sergeant|Lt|Lieutenant|Col|Colonel|Gen|General|Major|Herr|Frau|Mme|Monsieur|Madame|Signor|Signora|Sra|Se[^\x00-\x7f]+ora?|Mister|Missus|Officer|Detective|Senator|President|Inspector|mr|mrs|ms|dr)\.?(?: (?:Mr|Mrs|Ms|Dr|Prof)\.?)?[ \n]",
                quoted!(),
                particles!(),
                word!(),
                r"\.?",
                more!()
            ),
            NAME_MAX,
            titled,
        )
        .ending_a_word()
        .with_value(titled_value),
        exact(
            concat!(r"\b(?i:(?:my|his|her|whose|full|the|your|their) (?:full |real |legal |first |last |maiden )?name(?:'s| is| was|: )|name is|name's|call me|i am called|people call me)[*_~]*[ \n]*:?[*_~]*[ \n]?", quoted!(), particles!(), word!(), more!()),
            NAME_MAX,
            introduced,
        )
        .ending_a_word()
        .with_value(name_value),
        exact(concat!(r"\b(?:I am|I'm|i am|i'm|I[^\x00-\x7f]+m|This is|this is|Hi,? I'm)[ \n]", quoted!(), word!(), more!()), NAME_MAX, self_named).ending_a_word().with_value(name_value),
        exact(
            concat!(
                r"\b(?i:(?:sincerely|regards|best|thanks|thank you|cheers|yours truly|yours faithfully|signed|signed by|respectfully|dear|attn|attention)[,:.!]?)(?:[ ]|\n\n?[ ]*)(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?",
                quoted!(),
                word!(),
                more!()
            ),
            NAME_MAX,
            greeted,
        )
        .ending_a_word()
        .with_value(name_value),
        exact(
            concat!(
                r"\b(?:(?i:(?:full|first|last|given|family|middle|maiden|holder|patient|customer|employee|contact|client|billing|account|card ?holder|spouse|guest|student)[ _-]?(?:names?|holder)|name|surnames?|forenames?|vornamen?|nachname|familienname|voornaam|achternaam|nom(?: de famille| complet)?|nombres?(?: completo)?|naam|volledige naam|vor- und nachname|apellidos?|cognome|nome(?: completo| e cognome)?|sobrenome|patient|attending|plaintiff|defendant|account holder|beneficiary|author|witness|notary|radiologist|prescriber|physician|provider|judge|employee|customer|client|cardholder|recipient|sender|from|to|cc|by|subject|surgeon|nurse|insured|subscriber|guardian|emergency contact|contact|signed by|fullname|firstname|lastname)|(?i:pr)(?:é|É|e)(?i:noms?))(?:[*_~'\x22\x60]*[ ]?[:=][*_~]*[ \n]?['\x22]?|>\n?)(?:(?:Mr|Mrs|Ms|Dr|Prof|Hon)\.? )?",
                quoted!(),
                particles!(),
                word!(),
                more_sent!()
            ),
            NAME_MAX,
            field_sent,
        )
        .ending_a_word()
        .with_value(name_value)
        .with_veto(of_thing),
        // At least two words, and whole ones: otherwise the validator would run at every letter.
        exact(concat!(r"\b[A-Z][a-z']+(?:-[A-Za-z][a-z']*)*", more!(), r" ", word!(), r"\b"), 64, listed),
    ]],
    ..Description::DEFAULT
};

/// Returns the verdict on a candidate with a title whose words are no name. A dot that is in no name rejects every start from which its
/// word is not the first one, nor after two titles.
fn reject_words(text: &str) -> Verdict {
    const FIRST_WORDS: usize = 3;
    let mut words = text.bytes().enumerate().rev().filter(|&(_, byte)| byte == b' ').map(|(at, _)| at + 1);
    let mut end = text.len();
    let last = words.find(|&at| has_other_dot(part(text, at..std::mem::replace(&mut end, at - 1))));
    match last.and_then(|_| words.nth(FIRST_WORDS - 1)) {
        Some(at) => Verdict::RejectBefore(at),
        None => Verdict::Reject,
    }
}

/// Returns `true` if the candidate ends where a word ends.
fn whole(c: &RecognizerInput<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_alphanumeric() || a == '_')
}

/// Returns the name after a keyword: all after the last sign, line or keyword. Keywords differ from names by their case at
/// the sites that call this; here the first capitalized word after the introduction counts.
fn name_value(text: &str) -> Range<usize> {
    let sign = after_last_sign(text);
    let mut start = text.len() - part(text, sign..text.len()).trim_start().len();
    if sign == 0 {
        start = introduction(text);
    }
    while let Some((title, _)) = part(text, start..text.len()).split_once(' ').filter(|(word, _)| is_title(word)) {
        start += title.len() + 1;
    }
    after_marks(text, start)
}

/// The maximum number of words before a name: "her full legal name is", or a greeting and two titles.
const MOST_WORDS_BEFORE: usize = 5;

/// The maximum number of words of a name with a title: two titles, a line with marks, and three words.
const MOST_WORDS_TITLED: usize = 6;

/// The same without the titles and the marks.
const MOST_WORDS_OF_TITLED: usize = 3;

/// The maximum number of words of a name that a listed given name begins.
const MOST_WORDS_LISTED: usize = 3;

/// Returns the verdict on a candidate that is [`rejected_by_number`], or ends in a word that is in no name.
fn rejected_early(c: &RecognizerInput<'_>, most: usize) -> Option<Verdict> {
    rejected_by_number(c, most).or_else(|| (!ends_in_name_word(c.text)).then(|| reject_end(c)))
}

/// Returns the verdict on a candidate that ends inside a word, or has more words than a name and its introduction have together: a later
/// start has fewer.
fn rejected_by_number(c: &RecognizerInput<'_>, most: usize) -> Option<Verdict> {
    if !whole(c) {
        return Some(reject_end(c));
    }
    let text = c.text;
    let (mut end, mut words) = (text.len(), 0);
    for (at, _) in text.bytes().enumerate().rev().filter(|(_, byte)| matches!(byte, b' ' | b'\n')) {
        let word = part(text, at + 1..std::mem::replace(&mut end, at));
        words += usize::from(!word.is_empty() && !is_particle(word));
        if words == most {
            return Some(Verdict::RejectBefore(at + 1));
        }
    }
    None
}

fn titled_value(text: &str) -> Range<usize> {
    let mut start = text.find([' ', '\n']).map_or(0, |i| i + 1);
    if let Some((second, _)) = part(text, start..text.len()).split_once([' ', '\n'])
        && is_title(second)
    {
        start += second.len() + 1;
    }
    after_marks(text, start)
}

/// Returns the text from `start` on without the Markdown and the quotes that open it.
fn after_marks(text: &str, start: usize) -> Range<usize> {
    let value = part(text, start..text.len()).trim_start_matches(is_mark);
    text.len() - value.len()..text.len()
}

fn titled(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_early(c, MOST_WORDS_TITLED) {
        return rejected;
    }
    let value = part(c.text, titled_value(c.text));
    if name_words(value).is_none_or(|words| words > MOST_WORDS_OF_TITLED) {
        return reject_words(c.text);
    }
    let ambiguous = [
        "Lady",
        "Lord",
        "Father",
        "Sister",
        "General",
        "Major",
        "Judge",
        "Justice",
        "President",
        "Officer",
        "Captain",
        "Doctor",
        "Professor",
    ]
    .iter()
    .any(|t| c.text.starts_with(t));
    // "General Motors", "Major League": a title that is also a word needs a listed name or two words with an initial.
    let sure = !ambiguous || words(value).next().is_some_and(given_names::contains);
    let lone_initial = value.len() <= 2;
    accept_if(sure && !lone_initial)
}

fn introduced(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_early(c, MOST_WORDS + MOST_WORDS_BEFORE) {
        return rejected;
    }
    let value = part(c.text, name_value(c.text));
    accept_if(name_words(value).is_some())
}

fn self_named(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_early(c, MOST_WORDS + MOST_WORDS_BEFORE) {
        return rejected;
    }
    let value = part(c.text, name_value(c.text));
    let Some(count) = name_words(value) else {
        return Verdict::Reject;
    };
    let first = words(value).next().unwrap_or_default();
    // "I'm Bob" by the list only; "I am French" and "This is Sparta" are not names.
    let this = c.text.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("this"));
    accept_if(given_names::contains(first) || (count >= 2 && !this))
}

fn greeted(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_early(c, MOST_WORDS + MOST_WORDS_BEFORE) {
        return rejected;
    }
    let range = name_value(c.text);
    let value = part(c.text, range.clone());
    let Some(count) = name_words(value) else {
        return Verdict::Reject;
    };
    let first = words(value).next().unwrap_or_default();
    let introduction = part(c.text, 0..range.start);
    let lower = introduction.to_ascii_lowercase();
    let dear = lower.starts_with("dear");
    let titled = TITLES.iter().any(|t| introduction.trim_end().ends_with(t));
    let role = [
        "Hiring",
        "Customer",
        "Team",
        "Manager",
        "Friend",
        "Friends",
        "Colleague",
        "Colleagues",
        "Diary",
        "God",
        "Lord",
        "Committee",
    ]
    .contains(&first);
    accept_if(!role && (titled || dear || given_names::contains(first) || (count == 2 && lower.ends_with('\n'))))
}

/// Validates a field, of a form that is sent as well.
fn field_sent(c: &RecognizerInput<'_>) -> Verdict {
    if !c.text.contains(['+', '%']) {
        return field(c);
    }
    let is_set = part(c.text, 0..name_value(c.text).start).ends_with('=');
    let text = c.text.replace("%20", " ").replace('+', " ");
    accept_if(is_set && field(&RecognizerInput { text: &text, ..*c }) == Verdict::Accept)
}

fn field(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_early(c, MOST_WORDS + MOST_WORDS_BEFORE) {
        return rejected;
    }
    let range = name_value(c.text);
    let value = part(c.text, range.clone());
    let Some(count) = name_words(value) else {
        return Verdict::Reject;
    };
    let head = part(c.text, 0..range.start).to_ascii_lowercase();
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
    let code = count == 1
        && (begins_more
            || matches!(first, "String" | "Optional" | "None" | "True" | "False" | "Text" | "Option" | "Null"));
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

/// Returns a listed given name and a capitalized word, maybe an initial or a particle between.
fn listed(c: &RecognizerInput<'_>) -> Verdict {
    if let Some(rejected) = rejected_by_number(c, MOST_WORDS_LISTED) {
        return rejected;
    }
    let first = words(c.text).next().unwrap_or_default();
    // `Horst-Dieter Kohl` is one name.
    let continues = c.head.strip_suffix('-').is_some_and(|word| word.ends_with(char::is_alphabetic));
    if !given_names::contains(first) || is_word(c.before) || continues {
        return Verdict::Reject;
    }
    if !name_words(c.text).is_some_and(|words| (2..=MOST_WORDS_LISTED).contains(&words)) {
        return Verdict::Reject;
    }
    let rest: Vec<&str> = words(c.text).skip(1).filter(|word| !is_particle(word)).collect();
    // Of three words the middle one must be an initial or a given name too: "Mary Ann Smith", not "Mary Smith Street".
    let middle = rest.len() == 1
        || rest.first().is_some_and(|word| word.trim_end_matches('.').len() == 1 || given_names::contains(word))
        || c.text.contains(" van ")
        || c.text.contains(" de ");
    let surname = rest.last().copied().unwrap_or_default();
    accept_if(middle && (surname.len() >= 2) && (!surname.ends_with('.') || rest.len() == 1 || surname.len() > 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_ends_in_a_word_of_names(text in "(Dear |Mr\\. |name: |name=|\"|'|\\*\\*|Bob|É|O'Hara |van | |\\.|-|x|X){0,8}") {
            for value in [part(&text, name_value(&text)), part(&text, titled_value(&text)), &text] {
                prop_assert!(name_words(value).is_none() || ends_in_name_word(&text), "{:?} in {:?}", value, text);
            }
        }
    }
}
