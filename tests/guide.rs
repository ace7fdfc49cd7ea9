//! The numbers of the guide are those of the code: `defaults.md` is read, and so are the constants.

use std::fs;
use std::path::Path;

/// Constants that one number of the guide states, as file and name.
type Constants = &'static [(&'static str, &'static str)];

/// Where the numbers of a row come from: the row's first column, and the constants of each number in its second column.
const ROWS: &[(&str, &[Constants])] = &[
    (
        "policy file, word file",
        &[&[("src/policy/limits.rs", "MAX_POLICY_BYTES"), ("src/policy/limits.rs", "MAX_WORD_FILE_BYTES")]],
    ),
    ("nesting", &[&[("src/policy/limits.rs", "MAX_DEPTH")]]),
    ("YAML values, aliases counted as what they stand for", &[&[("src/policy/limits.rs", "MAX_NODES")]]),
    ("chain of `extends`", &[&[("src/policy/limits.rs", "MAX_EXTENDS")]]),
    ("rules, after `extends`", &[&[("src/policy/limits.rs", "MAX_RULES")]]),
    ("patterns of one document", &[&[("src/policy/limits.rs", "MAX_PATTERNS")]]),
    ("words of one filter", &[&[("src/policy/limits.rs", "MAX_WORDS")]]),
    ("word, phrase, exception", &[&[("src/policy/limits.rs", "MAX_WORD_BYTES")]]),
    ("example of a topic", &[&[("src/policy/limits.rs", "MAX_EXAMPLE_BYTES")]]),
    ("pattern of a topic, longest match", &[&[("src/detect/detectors.rs", "MAX_TOPIC_PATTERN_BYTES")]]),
    ("pattern, source", &[&[("src/policy/limits.rs", "MAX_PATTERN_BYTES")]]),
    ("pattern, longest match", &[&[("src/policy/limits.rs", "MAX_MATCH_BYTES")]]),
    ("pattern, compiled", &[&[("src/detect/pattern/compile.rs", "NFA_SIZE_LIMIT")]]),
    ("name of a policy or rule", &[&[("src/policy/limits.rs", "MAX_NAME_BYTES")]]),
    ("message, definition, description", &[&[("src/policy/limits.rs", "MAX_TEXT_BYTES")]]),
    ("fixed mask", &[&[("src/policy/limits.rs", "MAX_FIXED_BYTES")]]),
    ("key of `replacement: hash`", &[&[("src/policy/limits.rs", "MIN_HASH_KEY_BYTES")]]),
    ("problems listed in one error", &[&[("src/policy/limits.rs", "MAX_PROBLEMS")]]),
    ("invisible characters dropped in one run", &[&[("src/text/fold.rs", "MAX_INVISIBLE_BYTES")]]),
    (
        "window of a topic's examples",
        &[&[("src/detect/topic/tokens.rs", "WINDOW_BYTES")], &[("src/detect/topic/tokens.rs", "MAX_WINDOW_BYTES")]],
    ),
    ("word of a window", &[&[("src/detect/topic/tokens.rs", "WORD_BYTES")]]),
    (
        "reach of context words",
        &[&[("src/detect/entity/form.rs", "REACH_BEFORE")], &[("src/detect/entity/form.rs", "REACH_AFTER")]],
    ),
    ("surroundings of a number", &[&[("src/detect/entity/recognizer.rs", "VETO_REACH")]]),
    ("longest e-mail address", &[&[("src/detect/entity/contact.rs", "EMAIL_MAX")]]),
    ("longest URL", &[&[("src/detect/entity/contact.rs", "URL_MAX")]]),
    ("longest name of a person", &[&[("src/detect/entity/name.rs", "NAME_MAX")]]),
    (
        "longest private key",
        &[
            &[("src/detect/entity/secret/pem.rs", "PEM_MAX")],
            &[("src/detect/entity/secret/pem.rs", "PUTTY_MAX")],
            &[("src/detect/entity/secret/pem.rs", "HEADLESS_MAX")],
        ],
    ),
    ("longest JSON web token", &[&[("src/detect/entity/secret/tokens.rs", "JWT_MAX")]]),
    ("longest password", &[&[("src/detect/entity/account/password.rs", "LONGEST_VALUE")]]),
    ("digest of `replacement: hash`", &[&[("src/guardrail/replacement.rs", "HASH_BYTES")]]),
    (
        "characters `keep_last_4` leaves",
        &[&[("src/guardrail/replacement.rs", "KEPT")], &[("src/guardrail/replacement.rs", "2 * KEPT")]],
    ),
    ("words as a DFA", &[&[("src/detect/automaton.rs", "MAX_DFA_WORDS")]]),
    ("automaton states of a pattern group kept by number", &[&[("src/detect/pattern/dfa.rs", "MAX_STATES")]]),
    ("slice in which long texts are read", &[&[("src/guardrail/evaluator.rs", "SLICE_BYTES")]]),
    ("texts of one stream that come in pieces", &[&[("src/bedrock/streams/lanes.rs", "MAX_SUBSTREAMS")]]),
    ("places of texts that are whole in their event", &[&[("src/bedrock/streams/seams.rs", "MAX_TRACKED_FIELDS")]]),
    ("how far a value is looked for across two such texts", &[&[("src/bedrock/streams/seams.rs", "REACH")]]),
    (
        "largest body",
        &[&[("src/middleware/layer.rs", "MAX_BODY_BYTES"), ("crates/gateway/src/limits.rs", "body_bytes")]],
    ),
    ("nesting of a body", &[&[("src/json/scan.rs", "MAX_DEPTH")]]),
    (
        "event-stream frame",
        &[
            &[("src/bedrock/event_stream/frame.rs", "MAX_FRAME_BYTES")],
            &[("src/bedrock/event_stream/frame.rs", "MAX_HEADER_BYTES")],
        ],
    ),
    ("connections at once", &[&[("crates/gateway/src/limits.rs", "connections")]]),
    ("head of a request", &[&[("crates/gateway/src/limits.rs", "header_timeout")]]),
    ("body of a request", &[&[("crates/gateway/src/limits.rs", "body_timeout")]]),
    ("connection to the upstream", &[&[("crates/gateway/src/upstream.rs", "CONNECT_TIME")]]),
    ("time until the upstream answers", &[&[("crates/gateway/src/limits.rs", "upstream_timeout")]]),
    ("pause within an answer", &[&[("crates/gateway/src/limits.rs", "idle_timeout")]]),
    ("answers under way at shutdown", &[&[("crates/gateway/src/limits.rs", "shutdown_timeout")]]),
];

/// Rows whose numbers are no constants, and what tests them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("numbers in tool arguments, results and documents", "tests of `bedrock::slot`"),
    ("answer to an upstream that is too slow", "tests of the gateway"),
    ("answer to an upstream that is not there", "tests of the gateway"),
];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the value of a constant or of a field's initial value: numbers, `<<`, `*`, `+`, other constants of the file, and seconds.
fn constant(source: &str, name: &str) -> f64 {
    if let Some((factor, name)) = name.split_once(" * ") {
        return factor.parse::<f64>().expect("a factor") * constant(source, name);
    }
    let declared = source.lines().find_map(|line| {
        let line =
            line.trim().trim_start_matches("pub").trim_start_matches("(crate)").trim_start_matches("(super)").trim();
        let constant =
            line.strip_prefix("const ").and_then(|rest| rest.strip_prefix(name)).filter(|rest| rest.starts_with(':'));
        let field = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
        let field = field.filter(|value| {
            value.starts_with(|c: char| c.is_ascii_digit() || c == 'D') && value.contains(['(', '_', '0'])
        });
        constant.and_then(|rest| rest.split_once('=')).map(|(_, value)| value).or(field)
    });
    let expression = declared.unwrap_or_else(|| panic!("no constant `{name}`")).trim().trim_end_matches([';', ',']);
    sum(source, expression)
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

/// The first two cells of each row of each table.
fn rows(page: &str) -> Vec<(String, String)> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what"));
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
            for (file, name) in *constants {
                let real = constant(&read(file), name);
                if (real - stated).abs() > 1e-6 {
                    wrong.push(format!("{label}: the guide says {stated}, {name} in {file} is {real}"));
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

/// Other pages repeat some of them.
#[test]
fn other_pages_state_the_same() {
    for (page, before, file, name) in [
        ("src/guide/streaming.md", "a private key may have ", "src/detect/entity/secret/pem.rs", "PEM_MAX"),
        (
            "src/guide/streaming.md",
            "is buffered until it ends, at most ",
            "src/bedrock/streams/tool.rs",
            "LONGEST_NUMBER",
        ),
        ("src/guide/policies.md", "A match has at most ", "src/detect/detectors.rs", "MAX_TOPIC_PATTERN_BYTES"),
    ] {
        let text = read(page).replace('\n', " ");
        let (_, tail) = text.split_once(before).unwrap_or_else(|| panic!("{page} does not say {before:?}"));
        let stated = quantities(&tail.chars().take(24).collect::<String>().replace(')', " "));
        assert_eq!(stated.first(), Some(&constant(&read(file), name)), "{page}: {before}");
    }
}

#[test]
fn the_reader_of_constants_reads_expressions() {
    let source =
        "pub(crate) const A: usize = 8 << 10;\nconst B: usize = 2 * A + 5;\n    time: Duration::from_secs(60),\n";
    assert_eq!((constant(source, "A"), constant(source, "B"), constant(source, "time")), (8192.0, 16389.0, 60.0));
    assert_eq!(quantities("300 bytes, then on; at most 4,228 in 2 KiB of `keep_last_4`"), [300.0, 4228.0, 2048.0]);
}
