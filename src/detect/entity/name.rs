//! Names of persons.
//!
//! A pattern library knows names by the words before them (titles, "my name is", form fields) and by common given names.
//! It cannot know the rest; that needs a model.

use std::ops::Range;

use super::builders::{accept_if, exact, is_word, part, reject_end};
use super::description::Description;
use super::name_parts::{
    NAME_MAX, Named, TITLES, after_marks, has_other_dot, is_particle, is_title, more, name_value, name_words, particle,
    particles, quoted, rejected_by_number, rejected_early, whole, word, words,
};
use super::recognizer::RecognizerInput;
use super::{given_names, name_abroad, name_field};
use crate::detect::pattern::Verdict;

pub(super) static NAME: Description = Description {
    aliases: &["PERSON"],
    ends_at_dashes: true,
    is_in_one_cell: true,
    recognizers: &[name_abroad::RECOGNIZERS, name_field::RECOGNIZERS, &[
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
            concat!(r"\b(?i:(?:my|his|her|whose|full|the|your|their) (?:full |real |legal |first |last |maiden )?name(?:'s| is| was|: )|name is|name's|call me|i am called|people call me|mein name ist|ich heisse|je m'appelle|me llamo|mi nombre es|mi chiamo|me chamo|mijn naam is|ik heet|jag heter|jeg heter|jeg hedder|(?:ich hei|je m|il mio nome |meu nome |nazywam si)[^\x00-\x7f]+(?:e|appelle)?)[*_~]*[ \n]*:?[*_~]*[ \n]?", quoted!(), particles!(), word!(), more!()),
            NAME_MAX,
            introduced,
        )
        .ending_a_word()
        .with_value(name_value),
        exact(r"\b(?i:my (?:full )?name is|my name's|call me|people call me) [a-z][a-z'-]+(?: [a-z][a-z'-]+){0,2}", 72, introduced_in_lower_case)
            .ending_a_word()
            .with_value(lower_case_value),
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
        // At least two words, and whole ones: otherwise the validator would run at every letter.
        exact(concat!(r"\b[A-Z][^\x00-\x26\x28-\x60\x7b-\x7f]+(?:-[A-Za-z][^\x00-\x26\x28-\x60\x7b-\x7f]*)*", more!(), r" ", word!(), r"\b"), 64, listed),
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

/// The maximum number of words of a name with a title: two titles, a line with marks, and three words.
const MOST_WORDS_TITLED: usize = 6;

/// The same without the titles and the marks.
const MOST_WORDS_OF_TITLED: usize = 3;

/// The maximum number of words of a name that a listed given name begins.
const MOST_WORDS_LISTED: usize = 3;

fn titled_value(text: &str) -> Range<usize> {
    let mut start = text.find([' ', '\n']).map_or(0, |i| i + 1);
    if let Some((second, _)) = part(text, start..text.len()).split_once([' ', '\n'])
        && is_title(second)
    {
        start += second.len() + 1;
    }
    after_marks(text, start)
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
    Named::of(c).map_or_else(|rejected| rejected, |_| Verdict::Accept)
}

/// Words after a name in lower case that are no part of it.
const CONNECTIVES: &[&str] = &[
    "and", "at", "but", "for", "from", "here", "i", "im", "in", "i'm", "my", "of", "on", "or", "so", "the", "to",
    "when", "with",
];

/// Returns the name after its introduction, without the word that follows it.
fn lower_case_value(text: &str) -> Range<usize> {
    let introductions = ["name is ", "name's ", "call me "];
    let lower = text.to_ascii_lowercase();
    let start =
        introductions.iter().find_map(|words| lower.find(words).map(|at| at + words.len())).unwrap_or(text.len());
    let next = text.rfind(' ').filter(|&at| at >= start && CONNECTIVES.contains(&part(text, at + 1..text.len())));
    start..next.unwrap_or(text.len())
}

/// Validates `my name is jane doe`: the given name is a listed one, and the next word ends the sentence or is before a connective.
fn introduced_in_lower_case(c: &RecognizerInput<'_>) -> Verdict {
    if !whole(c) {
        return reject_end(c);
    }
    let range = lower_case_value(c.text);
    let value = part(c.text, range.clone());
    let (given, surname) = value.split_once(' ').unwrap_or((value, ""));
    let is_ended = range.end < c.text.len() || c.after != Some(' ');
    let is_surname = is_ended && surname.len() >= 2 && !surname.contains(' ') && !CONNECTIVES.contains(&surname);
    accept_if(given_names::contains(&capitalized(given)) && (surname.is_empty() || is_surname))
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
    first.to_ascii_uppercase() + rest
}

fn self_named(c: &RecognizerInput<'_>) -> Verdict {
    let Named { value, count, .. } = match Named::of(c) {
        Ok(named) => named,
        Err(rejected) => return rejected,
    };
    let first = words(value).next().unwrap_or_default();
    // "I'm Bob" by the list only; "I am French" and "This is Sparta" are not names.
    let this = c.text.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("this"));
    accept_if(given_names::contains(first) || (count >= 2 && !this))
}

fn greeted(c: &RecognizerInput<'_>) -> Verdict {
    let Named { head: introduction, value, count } = match Named::of(c) {
        Ok(named) => named,
        Err(rejected) => return rejected,
    };
    let first = words(value).next().unwrap_or_default();
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

    use super::super::name_parts::ends_in_name_word;
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
