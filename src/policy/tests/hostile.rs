//! Texts that want to hurt: none may panic, none may take longer than a test run has patience for.

use proptest::prelude::*;

use crate::policy::Policy;

/// The error of a text, which must stay of a readable size.
fn refused(text: &str) -> String {
    let error = Policy::loader().hash_key(None).from_yaml(text).unwrap_err().to_string();
    assert!(error.len() < 200_000, "{} bytes of error", error.len());
    error
}

#[test]
fn deep_nesting() {
    let deep = [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        "? ".repeat(10_000),
        format!("version: 1\npii: {}", "[{a: ".repeat(10_000)),
        (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth.min(300)))).collect(),
    ];
    for text in deep {
        let error = refused(&text);
        assert!(error.contains("levels deep") || error.contains("not valid YAML"), "{error}");
    }
}

#[test]
fn alias_bombs() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(refused(&text).contains("with aliases expanded"));
}

#[test]
fn aliases_of_long_text() {
    let text = format!("t: &t {}\nlist: [{}]\n", "x".repeat(1 << 20), "*t, ".repeat(100_000));
    assert!(refused(&text).contains("aliases expanded"));
}

#[test]
fn aliases_that_nest() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..500 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert!(refused(&text).contains("not valid YAML: recursion limit exceeded"), "{}", refused(&text));
}

/// Compiling a large pattern takes a tenth of a second, so a thousand of them are refused before all are compiled.
#[test]
fn many_large_patterns() {
    let patterns: String =
        (0..1000).map(|n| format!("  - {{name: r{n}, pattern: '\\w{{1,40}}-{n}', action: mask}}\n")).collect();
    let error = Policy::from_yaml(&format!("version: 1\nname: bot\nregexes:\n{patterns}")).unwrap_err();
    let problem = error.problems().next().expect("a problem");
    assert!(problem.message().contains("too large together"), "{error}");
    let line = problem.line().expect("the line of the pattern that is too many");
    assert!((5..200).contains(&line), "{line}: {error}");
    assert_eq!(error.problems().count(), 1, "{error}");

    // One that is too large by itself takes as long as the largest.
    let patterns = patterns.replace("{1,40}", "{1,900}");
    let error = Policy::from_yaml(&format!("version: 1\nname: bot\nregexes:\n{patterns}")).unwrap_err();
    assert!(error.problems().count() < 10, "{error}");
}

#[test]
fn large_files() {
    let text = format!("version: 1\nname: bot\n# {}\n", "x".repeat(5 << 20));
    assert!(refused(&text).contains("larger than 4 MiB"));
}

#[test]
fn large_files_of_nothing_but_one_thing() {
    for piece in [
        "a: ", "- a\n", "&a ", "!a ", "'", "\"", "# x\n", "\t", " ", "\n", "? a\n", "a, ", "*a ", "|\n", "%a\n", "{",
        "]", "\0", "é",
    ] {
        refused(&piece.repeat(200_000 / piece.len()));
    }
}

#[test]
fn many_problems_are_cut() {
    let text = format!("version: 1\nname: bot\npii: [{}]\n", "{}, ".repeat(5000));
    let error = refused(&text);
    assert!(error.ends_with("more problems are not shown"), "{error}");
}

#[test]
fn one_long_line_of_problems_is_not_kept_for_each() {
    let key = "k".repeat(50_000);
    let text = format!("{{version: 1, name: bot, {key}: 1, pii: [{}]}}", "{types: [EMIAL]}, ".repeat(4_000));
    assert!(refused(&text).len() < 150_000);
}

/// Pieces of which policies are made, to get past the YAML reader.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "version: 1\n",
        "name: bot\n",
        "pii:\n",
        "  - types: [EMAIL]\n",
        "    action: ",
        "mask",
        "block\n",
        "off\n",
        "[",
        "]",
        "{",
        "}",
        ": ",
        ", ",
        "\n",
        "  ",
        "- ",
        "'",
        "\"",
        "&a ",
        "*a",
        "<<: ",
        "#",
        "\t",
        "\r\n",
        "é",
        "日",
        "\u{feff}",
        "|\n",
        ">-\n",
        "!!str ",
        "---\n",
        "regexes:\n",
        "  - name: x\n",
        "    pattern: ",
        "(?=a)",
        "a+",
        "\\1",
        "    max_length: ",
        "1e9",
        "-1",
        ".nan",
        "word_filters:\n",
        "    words: ",
        "    file: x\n",
        "    match: ",
        "denied_topics:\n",
        "    phrases: ",
        "extends: [default]\n",
        "null",
        "~",
        "\0",
        "? ",
    ])
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = Policy::loader().hash_key(None).from_yaml(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::loader().hash_key(None).from_yaml(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pieces_of_policies_never_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        if let Err(error) = Policy::loader().hash_key(None).from_yaml(&text) {
            let lines = text.lines().count().max(1) + 1;
            for problem in error.problems() {
                prop_assert!(!problem.message().is_empty());
                prop_assert!(problem.line().is_none_or(|line| line <= lines + text.matches('\r').count()));
            }
            prop_assert!(error.to_string().starts_with("error: "));
        }
    }

    #[test]
    fn a_valid_policy_with_a_piece_in_it_never_panics(at in 0usize..1500, piece in piece(), cut in 0usize..20) {
        let text = include_str!("../../../policies/banking.yaml");
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (at + cut..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let text = format!("{}{piece}{}", &text[..at], &text[end..]);
        let _ = Policy::loader().hash_key(None).from_yaml(&text).map_err(|error| error.to_string());
    }
}
