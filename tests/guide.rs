//! The numbers of the guide are those of the code: `defaults.md` is read, and so are the constants.

use std::fs;
use std::path::{Path, PathBuf};

/// Constants that one number of the guide states, as folder and name.
type Constants = &'static [(&'static str, &'static str)];

/// Where the numbers of a row come from: the row's first column, and the constants of each number in its second column.
const ROWS: &[(&str, &[Constants])] = &[
    ("policy file, word file", &[&[("src/policy", "MAX_POLICY_BYTES"), ("src/policy", "MAX_WORD_FILE_BYTES")]]),
    ("nesting", &[&[("src/policy", "MAX_DEPTH")]]),
    ("YAML values, aliases expanded", &[&[("src/policy", "MAX_NODES")]]),
    ("chain of `extends`", &[&[("src/policy", "MAX_EXTENDS")]]),
    ("rules, after `extends`", &[&[("src/policy", "MAX_RULES")]]),
    ("patterns of one policy file", &[&[("src/policy", "MAX_PATTERNS")]]),
    ("patterns of one policy file, compiled", &[&[("src/detect", "2 * NFA_SIZE_LIMIT")]]),
    ("words of one filter", &[&[("src/policy", "MAX_WORDS")]]),
    ("word, phrase, exception", &[&[("src/policy", "MAX_WORD_BYTES")]]),
    ("example of a topic", &[&[("src/policy", "MAX_EXAMPLE_BYTES")]]),
    ("pattern of a topic, longest match", &[&[("src/detect", "MAX_TOPIC_PATTERN_BYTES")]]),
    ("pattern, source", &[&[("src/policy", "MAX_PATTERN_BYTES")]]),
    ("pattern, longest match", &[&[("src/policy", "MAX_MATCH_BYTES")]]),
    ("pattern, compiled", &[&[("src/detect", "NFA_SIZE_LIMIT")]]),
    ("name of a policy or rule", &[&[("src/policy", "MAX_NAME_BYTES")]]),
    ("message, definition, description", &[&[("src/policy", "MAX_TEXT_BYTES")]]),
    ("fixed replacement", &[&[("src/policy", "MAX_FIXED_BYTES")]]),
    ("key of `replacement: hash`", &[&[("src/policy", "MIN_HASH_KEY_BYTES")]]),
    ("problems listed in one error", &[&[("src/policy", "MAX_PROBLEMS")]]),
    ("invisible characters dropped in one run", &[&[("src/text", "MAX_INVISIBLE_BYTES")]]),
    ("window of a content filter", &[&[("src/detect", "FILTER_WINDOW_BYTES")]]),
    ("window of a topic's examples", &[&[("src/detect", "WINDOW_BYTES")], &[("src/detect", "MAX_WINDOW_BYTES")]]),
    ("word of a window", &[&[("src/detect", "WORD_BYTES")]]),
    ("context distance", &[&[("src/detect", "CONTEXT_BEFORE")], &[("src/detect", "CONTEXT_AFTER")]]),
    ("surroundings of a number", &[&[("src/detect", "VETO_BYTES")]]),
    ("longest e-mail address", &[&[("src/detect", "EMAIL_MAX")]]),
    ("longest URL", &[&[("src/detect", "URL_MAX")]]),
    ("longest name of a person", &[&[("src/detect", "NAME_MAX")]]),
    (
        "longest private key",
        &[&[("src/detect", "PEM_MAX")], &[("src/detect", "PUTTY_MAX")], &[("src/detect", "HEADLESS_MAX")]],
    ),
    ("longest JSON web token", &[&[("src/detect", "JWT_MAX")]]),
    ("longest password", &[&[("src/detect", "LONGEST_VALUE")]]),
    ("digest of `replacement: hash`", &[&[("src/guardrail", "HASH_BYTES")]]),
    ("characters that `keep_last_4` keeps", &[&[("src/guardrail", "KEPT")], &[("src/guardrail", "2 * KEPT")]]),
    ("words as a DFA", &[&[("src/detect", "MAX_DFA_WORDS")]]),
    ("automaton states of a pattern group in a table", &[&[("src/detect", "MAX_STATES")]]),
    ("slice in which long text is read", &[&[("src/guardrail", "SLICE_BYTES")]]),
    ("substreams of one stream", &[&[("src/exchange", "MAX_SUBSTREAMS")]]),
    (
        "numbers in tool arguments, results, documents and unknown fields",
        &[&[("src/bedrock", "MIN_DIGITS")], &[("src/bedrock", "MAX_DIGITS")]],
    ),
    ("bytes of a number in streamed tool arguments", &[&[("src/exchange", "LONGEST_NUMBER")]]),
    ("non-delta fields tracked per stream", &[&[("src/exchange", "MAX_TRACKED_FIELDS")]]),
    ("match across an event boundary of such fields", &[&[("src/exchange", "BOUNDARY_BYTES")]]),
    ("largest body", &[&[("src/exchange", "MAX_BODY_BYTES"), ("crates/gateway/src", "body_bytes")]]),
    ("nesting of a body", &[&[("src/json", "MAX_DEPTH")]]),
    ("event-stream frame", &[&[("src/bedrock", "MAX_FRAME_BYTES")], &[("src/bedrock", "MAX_HEADER_BYTES")]]),
    ("findings listed in a record", &[&[("src/audit", "FINDINGS")]]),
    ("skipped content listed in a record", &[&[("src/audit", "SKIPPED")]]),
    ("records that wait to be written", &[&[("src/audit", "QUEUE")]]),
    ("wait for a record with `Delivery::Fail`", &[&[("src/audit", "TIMEOUT")]]),
    ("line that a verifier reads", &[&[("src/audit", "LINE_BYTES")]]),
    ("name of a caller", &[&[("src/exchange", "CALLER_CHARS")]]),
    ("concurrent connections", &[&[("crates/gateway/src", "connections")]]),
    ("header of a request", &[&[("crates/gateway/src", "header_timeout")]]),
    ("body of a request", &[&[("crates/gateway/src", "body_timeout")]]),
    ("least rate of a body", &[&[("crates/gateway/src", "min_body_rate")]]),
    ("memory of bodies in flight", &[&[("crates/gateway/src", "memory_bytes")]]),
    ("text that does not wait for a turn", &[&[("crates/gateway/src", "INLINE_BYTES")]]),
    ("concurrent calls of one HTTP/2 connection", &[&[("crates/gateway/src", "MAX_CONCURRENT_CALLS")]]),
    ("connection to the upstream", &[&[("crates/gateway/src", "CONNECT_TIMEOUT")]]),
    ("response of the upstream", &[&[("crates/gateway/src", "upstream_timeout")]]),
    ("pause within a response", &[&[("crates/gateway/src", "idle_timeout")]]),
    ("graceful shutdown", &[&[("crates/gateway/src", "shutdown_timeout")]]),
];

/// Rows whose numbers are no constants, and what tests them instead.
const ELSEWHERE: &[(&str, &str)] =
    &[("it is too slow", "tests of the gateway"), ("it cannot be reached", "tests of the gateway")];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the value of a constant that one file below `folder` declares.
fn constant_in(folder: &str, name: &str) -> f64 {
    let bare = name.split_once(" * ").map_or(name, |(_, name)| name);
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    let sources = files.iter().map(|file| fs::read_to_string(file).expect("it can be read"));
    let declaring: Vec<String> = sources.filter(|source| declaration(source, bare).is_some()).collect();
    match declaring.as_slice() {
        [source] => constant(source, name),
        found => panic!("{} files below {folder} declare {bare}", found.len()),
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Returns the value of a constant or of a field's initial value: numbers, `<<`, `*`, `+`, other constants of the file, and seconds.
fn constant(source: &str, name: &str) -> f64 {
    if let Some((factor, name)) = name.split_once(" * ") {
        return factor.parse::<f64>().expect("a factor") * constant(source, name);
    }
    let expression = declaration(source, name).unwrap_or_else(|| panic!("no constant `{name}`"));
    let expression = expression.trim().trim_end_matches([';', ',']);
    sum(source, expression)
}

/// The expression that declares a constant, or the initial value of a field.
fn declaration<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    source.lines().find_map(|line| {
        let line =
            line.trim().trim_start_matches("pub").trim_start_matches("(crate)").trim_start_matches("(super)").trim();
        let constant =
            line.strip_prefix("const ").and_then(|rest| rest.strip_prefix(name)).filter(|rest| rest.starts_with(':'));
        let field = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
        let field = field.filter(|value| {
            value.starts_with(|c: char| c.is_ascii_digit() || c == 'D') && value.contains(['(', '_', '0'])
        });
        constant.and_then(|rest| rest.split_once('=')).map(|(_, value)| value).or(field)
    })
}

fn sum(source: &str, expression: &str) -> f64 {
    expression.split(" + ").map(|term| term.split(" * ").map(|factor| shifted(source, factor)).product::<f64>()).sum()
}

fn shifted(source: &str, factor: &str) -> f64 {
    match factor.split_once(" << ") {
        Some((base, by)) => atom(source, base) * 2f64.powf(atom(source, by)),
        None => atom(source, factor),
    }
}

fn atom(source: &str, text: &str) -> f64 {
    let text = text.trim();
    let inner = text.strip_prefix("Duration::from_secs(").and_then(|rest| rest.strip_suffix(')'));
    let digits = inner.unwrap_or(text).replace('_', "");
    digits.parse().unwrap_or_else(|_| constant(source, text))
}

/// Returns the quantities of a cell in bytes, in seconds or as they are: `4 MiB`, `8,192 bytes`, `1 minute`, `0.35`.
fn quantities(cell: &str) -> Vec<f64> {
    // The name of a setting is no quantity: `keep_last_4`.
    let plain = cell.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let number = |word: &str| {
        let digits = word.trim_end_matches([';', ',', '.']).replace(',', "");
        digits.parse::<f64>().ok().filter(|_| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    let unit = |word: Option<&&str>| match word.map(|word| word.trim_end_matches([',', ';', '.'])) {
        Some("KiB") => 1024.0,
        Some("MiB") => 1024.0 * 1024.0,
        Some("minute" | "minutes") => 60.0,
        Some("hour" | "hours") => 3600.0,
        _ => 1.0,
    };
    words.iter().enumerate().filter_map(|(at, word)| Some(number(word)? * unit(words.get(at + 1)))).collect()
}

/// The beginnings of the header rows.
const HEADERS: [&str; 4] = ["| setting", "| limit", "| timeout or limit", "| fault"];

/// The first two cells of each row of each table.
fn rows(page: &str) -> Vec<(String, String)> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines =
        page.lines().filter(|line| line.starts_with("| ") && !HEADERS.iter().any(|header| line.starts_with(header)));
    lines.filter_map(|line| cells(line).get(..2).map(|cells| (cells[0].clone(), cells[1].clone()))).collect()
}

#[test]
fn defaults_state_the_constants() {
    let page = read("src/guide/defaults.md");
    let rows = rows(&page);
    let mut wrong = Vec::new();
    for (label, sources) in ROWS {
        let Some((_, cell)) = rows.iter().find(|(first, _)| first == label) else {
            wrong.push(format!("no row {label:?}"));
            continue;
        };
        let stated = quantities(cell);
        if stated.len() != sources.len() {
            wrong.push(format!("{label}: {} numbers in {cell:?}, not {}", stated.len(), sources.len()));
        }
        for (stated, constants) in stated.iter().zip(*sources) {
            for (folder, name) in *constants {
                let real = constant_in(folder, name);
                if (real - stated).abs() > 1e-6 {
                    wrong.push(format!("{label}: the guide says {stated}, {name} in {folder} is {real}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_number_of_the_defaults_is_compared() {
    let page = read("src/guide/defaults.md");
    let known =
        |label: &str| ROWS.iter().any(|(row, _)| *row == label) || ELSEWHERE.iter().any(|(row, _)| *row == label);
    let missing: Vec<_> =
        rows(&page).into_iter().filter(|(label, cell)| !quantities(cell).is_empty() && !known(label)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Pages for contributors name files and folders of the repository.
#[test]
fn pages_name_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for page in
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md", "policies/README.md"]
    {
        for code in read(page).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "crates/", "tests/", "benches/", "policies/", ".ci/"]
                .iter()
                .any(|start| code.starts_with(start));
            // The worked examples name files of an invented family.
            let is_real = is_path && !code.contains("acme") && !code.contains([' ', '*']);
            if is_real && !root.join(code).exists() {
                missing.push(format!("{page}: {code}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Other pages repeat some of them.
#[test]
fn other_pages_state_the_same() {
    for (page, before, file, name) in [
        ("src/guide/streaming.md", "a private key may have ", "src/detect", "PEM_MAX"),
        ("src/guide/streaming.md", "is buffered until it ends, at most ", "src/exchange", "LONGEST_NUMBER"),
        ("src/guide/policies.md", "A match has at most ", "src/detect", "MAX_TOPIC_PATTERN_BYTES"),
    ] {
        let text = read(page).replace('\n', " ");
        let (_, tail) = text.split_once(before).unwrap_or_else(|| panic!("{page} does not say {before:?}"));
        let stated = quantities(&tail.chars().take(24).collect::<String>().replace(')', " "));
        assert_eq!(stated.first(), Some(&constant_in(file, name)), "{page}: {before}");
    }
}

#[test]
fn the_reader_of_constants_reads_expressions() {
    let source =
        "pub(crate) const A: usize = 8 << 10;\nconst B: usize = 2 * A + 5;\n    time: Duration::from_secs(60),\n";
    assert_eq!((constant(source, "A"), constant(source, "B"), constant(source, "time")), (8192.0, 16389.0, 60.0));
    assert_eq!(quantities("300 bytes, then on; at most 4,228 in 2 KiB of `keep_last_4`"), [300.0, 4228.0, 2048.0]);
}
