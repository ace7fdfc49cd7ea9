//! Finds words and word files that are written as if they were something else: wildcards, several words in one, tables.

use banister::RuleKind;

use super::document::{RuleEntry, listed_words};
use super::warning::{Warning, some};

/// Finds words that match no ordinary text.
pub(super) fn check(entries: &[RuleEntry], warnings: &mut Vec<Warning>) {
    for entry in entries {
        wildcards(entry, warnings);
        short(entry, warnings);
        if let Some((path, text)) = &entry.word_file {
            let path = path.display().to_string();
            let format = format_of(&path, text);
            warnings.extend(format.map(|(line, what, help)| {
                let message =
                    format!("`{}`: the word file has {what}, which are read as a part of each word", entry.rule);
                Warning::of_entry("word-file-format", entry, message).at(&path, line).help(help)
            }));
        } else {
            lists_in_words(entry, warnings);
        }
    }
}

/// Finds wildcards and signs of patterns, which words do not have.
fn wildcards(entry: &RuleEntry, warnings: &mut Vec<Warning>) {
    let words: Vec<&String> = entry.words.iter().filter(|word| has_wildcard(word)).collect();
    if words.is_empty() {
        return;
    }
    let message = format!("`{}` lists words with wildcards, which match only as written: {}", entry.rule, some(&words));
    let help = match entry.kind {
        RuleKind::Topic => "list each form, or use `patterns`: `\\binvest(?:ing|or)?\\b`",
        _ => {
            "list each form, set `match: {whole_word: false}` to match inside words, or use a rule under `regexes`: \
             `\\binvest[a-z]{0,10}\\b`"
        }
    };
    warnings.push(Warning::of_entry("wildcard-word", entry, message).help(help));
}

/// Returns `true` if a word has a wildcard at an edge, or signs that only patterns have. A star between letters (`f*ck`) is how people
/// write.
fn has_wildcard(word: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let pattern_signs = ["\\b", "\\w", "\\d", "\\s", ".*", ".+", "(?", "[a-z]", "[A-Z]", "[0-9]", "{1,"];
    let has_signs = pattern_signs.iter().any(|sign| word.contains(sign));
    let is_group = word.contains('|') && word.contains('(') && word.contains(')');
    let stars = ['*', '%'];
    let trimmed = word.trim_matches(stars);
    let has_star = trimmed.len() < word.len()
        && (word.starts_with(stars) && is_letter(trimmed.chars().next())
            || word.ends_with(stars) && is_letter(trimmed.chars().next_back()))
        // `*sigh*` is emphasis.
        && !(word.starts_with('*') && word.ends_with('*') && trimmed.contains(' '));
    let mut letters = word.chars().zip(word.chars().skip(1)).zip(word.chars().skip(2));
    let is_optional =
        letters.any(|((before, sign), after)| sign == '?' && is_letter(Some(before)) && is_letter(Some(after)));
    has_signs || is_group || has_star || is_optional
}

/// Finds words of one letter or digit, in scripts that separate words.
fn short(entry: &RuleEntry, warnings: &mut Vec<Warning>) {
    let is_short = |word: &&String| {
        let mut letters = word.trim().chars();
        matches!((letters.next(), letters.next()), (Some(c), None) if c.is_ascii_alphanumeric())
    };
    let words: Vec<&String> = entry.words.iter().filter(is_short).collect();
    if !words.is_empty() {
        let message = format!(
            "`{}` lists single letters or digits, which are words of ordinary text: {}",
            entry.rule,
            some(&words)
        );
        let help = "remove them, or use a rule under `regexes` that includes the text around them";
        warnings.push(Warning::of_entry("short-word", entry, message).help(help));
    }
}

/// Finds several words in one element of a list.
fn lists_in_words(entry: &RuleEntry, warnings: &mut Vec<Warning>) {
    let is_list = |word: &&String| word.contains(';') || word.matches(',').count() > 1 || word.trim().contains('\n');
    let words: Vec<&String> = entry.words.iter().filter(is_list).collect();
    if !words.is_empty() {
        let message =
            format!("`{}` has several words in one element, which match only together: {}", entry.rule, some(&words));
        warnings.push(Warning::of_entry("list-in-word", entry, message).help("make each word an element of the list"));
    }
}

type Format = (usize, &'static str, String);

/// Returns `true` if a line has a mark of a format.
type LineTest = fn(&str) -> bool;

/// Returns the format of a word file that is no list of words: the line, what it has, and what to do.
fn format_of(path: &str, text: &str) -> Option<Format> {
    let lines: Vec<(usize, &str)> = listed_words(text).collect();
    let first = lines.first()?;
    let share = |is: &dyn Fn(&str) -> bool| {
        let found: Vec<usize> = lines.iter().filter(|(_, line)| is(line)).map(|(number, _)| *number).collect();
        (found.len() * 2 > lines.len()).then(|| found.first().copied()).flatten()
    };
    let plain = |what: &str| format!("write one word or phrase per line, without {what}");
    let ends = |ending: &str| path.to_ascii_lowercase().ends_with(ending);
    if first.1.starts_with(['[', '{']) || ends(".json") && share(&|line| line.starts_with('"')).is_some() {
        return Some((first.0, "JSON signs", plain("brackets, quotes and commas")));
    }
    if let Some(line) = share(&|line| line.contains('\t')) {
        return Some((line, "columns of a table, separated by tabs,", plain("further columns")));
    }
    for (separator, name) in [(';', "semicolons"), (',', "commas")] {
        if let Some(line) = share(&|line| line.trim_end_matches(separator).contains(separator)) {
            return Some((
                line,
                if separator == ';' { "columns separated by semicolons" } else { "columns separated by commas" },
                plain(name),
            ));
        }
    }
    if ends(".csv") && first.1.contains([',', ';']) {
        return Some((first.0, "columns of a table", plain("separators")));
    }
    let marks: [(&'static str, LineTest); 5] = [
        ("quotes", |line| {
            ['"', '\'']
                .iter()
                .any(|quote| line.len() > 2 && line.starts_with(*quote) && line.trim_end_matches(',').ends_with(*quote))
        }),
        ("commas at the end", |line| line.ends_with([',', ';'])),
        ("list marks", |line| ["- ", "* ", "• "].iter().any(|mark| line.starts_with(mark))),
        ("numbers", |line| {
            line.split_once([' ']).is_some_and(|(number, _)| {
                number.ends_with(['.', ')']) && number.starts_with(|c: char| c.is_ascii_digit())
            })
        }),
        ("other comments", |line| line.starts_with("//") || line.starts_with("--")),
    ];
    let mark = marks.into_iter().find_map(|(what, is)| Some((share(&is)?, what, plain(what))));
    mark.or_else(|| comments(&lines))
}

/// Finds comments that the format does not have: `//` at the start of any line, `#` after a word.
fn comments(lines: &[(usize, &str)]) -> Option<Format> {
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("-- ") || line.contains(" #");
    let (line, _) = lines.iter().find(|(_, line)| is_comment(line))?;
    Some((*line, "comments in or between words", "begin comments with `#`, on lines of their own".to_owned()))
}
