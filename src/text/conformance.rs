//! Every claim of `guide::threat_model` on what is seen through, over all of Unicode.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::normalize::{Mapping, View, normalize};
use super::unicode::last_unchanged;
use super::unicode::tests::{all_chars, members};
use super::view::normalize_text;

const VIEWS: [View; 2] = [View::Pattern, View::Word];

fn mapped(c: char, view: View) -> String {
    match normalize(c, view) {
        // In the word view the automata ignore the case of ASCII.
        Mapping::Same if view == View::Word => c.to_ascii_lowercase().to_string(),
        Mapping::Same => c.to_string(),
        Mapping::Dropped => String::new(),
        Mapping::To(form) => form.to_string(),
    }
}

/// Fails with the characters for which `is_right` does not hold.
fn assert_all(what: &str, chars: impl IntoIterator<Item = char>, is_right: impl Fn(char) -> bool) {
    let wrong: Vec<_> =
        chars.into_iter().filter(|&c| !is_right(c)).map(|c| format!("U+{:04X} {c}", c as u32)).collect();
    assert!(wrong.is_empty(), "{what}: {} characters\n{}", wrong.len(), wrong.join(", "));
}

#[test]
fn every_decimal_digit_is_its_ascii_digit() {
    for (_, row) in (0..).zip(members(r"\p{Nd}").chunks(10)) {
        for (value, &c) in row.iter().enumerate() {
            for view in VIEWS {
                assert_eq!(mapped(c, view), value.to_string(), "U+{:04X}", c as u32);
            }
        }
    }
}

#[test]
fn every_dash_is_a_hyphen_and_every_space_a_space() {
    for view in VIEWS {
        assert_all("dashes", members(r"[\p{Pd}\p{Dash}\x{2212}\x{2043}\x{2796}]"), |c| mapped(c, view) == "-");
        assert_all("spaces", members(r"\p{Zs}"), |c| mapped(c, view) == " ");
        assert_all("line ends", ['\u{85}', '\u{2028}', '\u{2029}'], |c| mapped(c, view) == "\n");
    }
}

#[test]
fn every_invisible_character_is_dropped() {
    let invisible = r"[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]";
    for view in VIEWS {
        assert_all("invisible", members(invisible), |c| mapped(c, view).is_empty());
    }
    // In the pattern view nothing else is.
    let kept = all_chars().filter(|&c| mapped(c, View::Pattern).is_empty());
    let known = members(&format!(r"[{invisible}\x{{FFF9}}-\x{{FFFB}}]"));
    assert!(kept.eq(known));
}

/// Fullwidth and mathematical forms are those whose compatibility decomposition is one ASCII character.
#[test]
fn every_form_of_an_ascii_character_is_that_character() {
    let mut forms = 0;
    for c in all_chars().filter(|c| !c.is_ascii()) {
        let form: String = std::iter::once(c).nfkd().collect();
        if form.len() == 1 {
            forms += 1;
            assert_eq!(mapped(c, View::Pattern), form, "U+{:04X}", c as u32);
            assert_eq!(mapped(c, View::Word), form.to_lowercase(), "U+{:04X}", c as u32);
        }
    }
    assert!(forms > 1_000, "only {forms} forms");
    for (first, last, view) in [('！', '～', View::Pattern), ('𝐀', '𝐙', View::Pattern), ('𝟎', '𝟿', View::Pattern)]
    {
        assert_all("forms", first..=last, |c| mapped(c, view).len() == 1 && mapped(c, view).is_ascii());
    }
}

/// The matcher relies on it: an offset in the view is never larger than the offset in the text.
#[test]
fn the_pattern_view_makes_no_character_longer() {
    assert_all("longer", all_chars(), |c| mapped(c, View::Pattern).len() <= c.len_utf8());
}

/// Mappings are idempotent, so text made of mappings is its own view.
#[test]
fn a_fold_folds_to_itself() {
    for view in VIEWS {
        assert_all("not stable", all_chars(), |c| {
            let once = mapped(c, view);
            once.chars().map(|part| mapped(part, view)).collect::<String>() == once
        });
    }
}

#[test]
fn large_blocks_fold_to_themselves() {
    let blocks = || all_chars().filter(|&c| last_unchanged(c).is_some());
    assert!(blocks().count() > 1_000_000);
    for view in VIEWS {
        assert_all("normalized", blocks(), |c| *normalize(c, view) == Mapping::Same);
    }
}

#[test]
fn accents_are_not_seen() {
    assert_all("accented Latin letters", members(r"\p{Latin}"), |c| {
        !mapped(c, View::Word).chars().any(is_combining_mark)
    });
    let is_mark = |c: &char| is_combining_mark(*c);
    assert_all("marks", all_chars().filter(is_mark), |c| mapped(c, View::Word).is_empty());
    for (text, plain) in [("àéîõü", "aeiou"), ("ŻÓŁĆ", "zolc"), ("Ấẩ", "aa"), ("ΆΈΊΌΎ", "aeiou"), ("й ё", "и e")]
    {
        assert_eq!(normalize_text(text, View::Word), plain);
    }
}

/// Returns the letters for which upper case adds something that the word view does not drop.
fn has_cases_that_differ(c: char) -> bool {
    // The iota subscript is an accent, and is dropped; in upper case it is a separate letter, as in ᾳ and ΑΙ.
    c == '\u{345}' || std::iter::once(c).nfd().any(|part| part == '\u{345}')
}

#[test]
fn case_is_not_seen() {
    let of = |chars: &mut dyn Iterator<Item = char>| chars.map(|c| mapped(c, View::Word)).collect::<String>();
    let same = |c: char| {
        let this = mapped(c, View::Word);
        of(&mut c.to_uppercase()) == this && of(&mut c.to_lowercase()) == this
    };
    assert_all("cases", all_chars().filter(|&c| !has_cases_that_differ(c)), same);
    assert_all("exceptions", all_chars().filter(|&c| has_cases_that_differ(c)), |c| !same(c));
    for (one, other) in
        [("ΚΑΖΙΝΟΣ", "καζινος"), ("λόγος", "ΛΌΓΟΣ"), ("straße", "STRASSE"), ("STRAẞE", "strasse"), ("ǅ", "ǆ")]
    {
        assert_eq!(normalize_text(one, View::Word).to_lowercase(), normalize_text(other, View::Word).to_lowercase());
    }
}
