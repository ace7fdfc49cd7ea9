use proptest::prelude::*;

use super::*;

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<i32>().prop_map(|n| serde_json::json!(f64::from(n) / 8.0)),
        ".{0,12}".prop_map(Into::into),
        "[a\"\\\\\n\u{e9}\u{1F600}\u{0}]{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((".{0,5}", inner), 0..5)
                .prop_map(|members| { serde_json::Value::Object(members.into_iter().collect()) }),
        ]
    })
}

/// Writes every character that may be escaped in another way than serde_json does.
fn exotic(value: &serde_json::Value, seed: u32) -> String {
    let plain = if seed & 1 == 0 {
        value.to_string()
    } else {
        serde_json::to_string_pretty(value).expect("values can be written")
    };
    let mut out = String::new();
    for (at, c) in plain.chars().enumerate() {
        let pick = (seed >> (at % 29)) & 3;
        match c {
            c if !c.is_ascii() && pick > 0 => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn text_nodes(doc: &JsonDocument<'_>) -> Vec<usize> {
    (0..doc.len()).filter(|&i| matches!(doc.kind(i), NodeKind::String)).collect()
}

fn edit_all(value: &mut serde_json::Value, edit: &dyn Fn(&str) -> String) {
    match value {
        serde_json::Value::String(text) => *text = edit(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|v| edit_all(v, edit)),
        serde_json::Value::Object(members) => {
            members.values_mut().for_each(|v| edit_all(v, edit));
        }
        _ => {}
    }
}

/// The second character is replaced, where there is one.
fn second_char(text: &str, replacement: &str) -> FieldEdit {
    match text.char_indices().nth(1) {
        Some((at, c)) => FieldEdit::new(vec![(at..at + c.len_utf8(), replacement.to_owned())]),
        None => FieldEdit::default(),
    }
}

fn cut(text: &str, cuts: &[usize]) -> Vec<String> {
    let mut places: Vec<usize> =
        cuts.iter().map(|c| c % (text.len() + 1)).filter(|&c| text.is_char_boundary(c)).collect();
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.windows(2).map(|w| text[w[0]..w[1]].to_owned()).collect()
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_what_is_json(text in "[\\[\\]{}:,\"\\\\ u0-9a-f.eE+-]{0,24}") {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        let ours = JsonDocument::parse(text.as_bytes());
        // serde_json rejects lone surrogates and numbers beyond f64; RFC 8259 allows both.
        if !text.contains("\\u") && !text.contains(['e', 'E']) {
            prop_assert_eq!(theirs.is_ok(), ours.is_ok(), "{:?}", text);
        } else if theirs.is_ok() {
            prop_assert!(ours.is_ok());
        }
    }

    #[test]
    fn reads_and_rewrites_like_serde_json(
        value in json_value(),
        seed in any::<u32>(),
        replacement in ".{0,6}",
    ) {
        let text = exotic(&value, seed);
        let doc = JsonDocument::parse(text.as_bytes()).expect("it is JSON");
        let mut edits = Vec::new();
        for node in text_nodes(&doc) {
            let decoded = doc.string(node);
            prop_assert_eq!(
                value.pointer(&doc.pointer(node)).and_then(|v| v.as_str()),
                Some(decoded.as_ref())
            );
            let raw = doc.raw(node);
            string_edits(
                &raw[1..raw.len() - 1],
                doc.range(node).start + 1,
                &decoded,
                &second_char(&decoded, &replacement),
                &mut edits,
            ).expect("the edit fits");
        }
        let result = splice(doc.text(), &edits);
        prop_assert_eq!(result.is_none(), edits.is_empty());
        let mut expected = value.clone();
        edit_all(&mut expected, &|s| {
            second_char(s, &replacement).apply(s).expect("the edit fits")
        });
        let result = result.unwrap_or(text);
        let parsed: serde_json::Value = serde_json::from_str(&result).expect("still JSON");
        prop_assert_eq!(parsed, expected);
    }

    #[test]
    fn every_node_is_where_its_container_lists_it(values in prop::collection::vec(json_value(), 0..40), seed in any::<u32>()) {
        let text = exotic(&serde_json::Value::Array(values), seed);
        let doc = JsonDocument::parse(text.as_bytes()).expect("it is JSON");
        let mut listed = vec![JsonDocument::ROOT];
        for node in 0..doc.len() {
            let children: Vec<usize> = match doc.kind(node) {
                NodeKind::Object => doc.members(node).flat_map(|(key, value)| [key, value]).collect(),
                _ => doc.items(node).collect(),
            };
            for (position, child) in children.into_iter().enumerate() {
                prop_assert_eq!((doc.parent(child), doc.position(child) as usize), (node, position));
                let (inner, outer) = (doc.range(child), doc.range(node));
                prop_assert!(outer.start < inner.start && inner.end < outer.end);
                listed.push(child);
            }
            prop_assert!(serde_json::from_str::<serde_json::Value>(doc.raw(node)).is_ok());
        }
        listed.sort_unstable();
        prop_assert_eq!(listed, (0..doc.len()).collect::<Vec<_>>());
        prop_assert_eq!(doc.next(JsonDocument::ROOT), doc.len());
    }

    #[test]
    fn bytes_outside_of_a_replaced_span_stay(
        value in json_value(),
        seed in any::<u32>(),
        pick in any::<usize>(),
        from in any::<usize>(),
        to in any::<usize>(),
    ) {
        let text = exotic(&value, seed);
        let doc = JsonDocument::parse(text.as_bytes()).expect("it is JSON");
        let nodes = text_nodes(&doc);
        prop_assume!(!nodes.is_empty());
        let node = nodes[pick % nodes.len()];
        let decoded = doc.string(node);
        let borders: Vec<usize> = decoded
            .char_indices()
            .map(|(at, _)| at)
            .chain([decoded.len()])
            .collect();
        let (from, to) = (from % borders.len(), to % borders.len());
        let (from, to) = (borders[from.min(to)], borders[from.max(to)]);
        let raw = doc.raw(node);
        let start = doc.range(node).start + 1;
        let mut edits = Vec::new();
        let edit = FieldEdit::new(vec![(from..to, "#".into())]);
        string_edits(&raw[1..raw.len() - 1], start, &decoded, &edit, &mut edits).expect("fits");
        let range = edits[0].range.clone();
        let result = splice(&text, &edits).expect("one edit");
        prop_assert_eq!(&result, &format!("{}#{}", &text[..range.start], &text[range.end..]));
        // What is kept, and what goes, is exactly what was asked for.
        let inside = |raw: &str| serde_json::from_str::<String>(&format!("\"{raw}\"")).expect("JSON");
        prop_assert_eq!(inside(&text[start..range.start]), &decoded[..from]);
        prop_assert_eq!(inside(&text[range]), &decoded[from..to]);
    }

    #[test]
    fn fragments_equal_the_whole(
        value in json_value(),
        seed in any::<u32>(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let text = exotic(&value, seed);
        let merge = |fragments: &[String]| {
            let mut reader = PartialJson::new();
            let mut strings: Vec<(bool, String)> = Vec::new();
            let mut raw = String::new();
            for fragment in fragments {
                for piece in reader.push(fragment).expect("it is JSON") {
                    raw.push_str(piece.raw());
                    match piece {
                        JsonToken::StringStart { is_key } => strings.push((is_key, String::new())),
                        JsonToken::Text { text, .. } => {
                            strings.last_mut().expect("a string is open").1.push_str(&text);
                        }
                        JsonToken::Structural(_) | JsonToken::StringEnd => {}
                    }
                }
            }
            assert!(reader.is_complete());
            assert_eq!(reader.finish(), None);
            (strings, raw)
        };
        let (whole, _) = merge(std::slice::from_ref(&text));
        let (cut, raw) = merge(&cut(&text, &cuts));
        prop_assert_eq!(&raw, &text);
        prop_assert_eq!(&cut, &whole);
        let doc = JsonDocument::parse(text.as_bytes()).expect("it is JSON");
        let expected: Vec<(bool, String)> = (0..doc.len())
            .filter(|&i| matches!(doc.kind(i), NodeKind::String | NodeKind::Key))
            .map(|i| (doc.kind(i) == NodeKind::Key, doc.string(i).into_owned()))
            .collect();
        prop_assert_eq!(cut, expected);
    }

    #[test]
    fn fragments_can_be_masked(
        value in json_value(),
        seed in any::<u32>(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
        replacement in "[a\"\\\\\n\u{e9}]{0,4}",
    ) {
        let text = exotic(&value, seed);
        let mut reader = PartialJson::new();
        let mut out = String::new();
        // Each string is held until it ends, then its second character is replaced.
        let (mut held, mut decoded, mut in_key) = (BufferedText::default(), String::new(), false);
        for fragment in cut(&text, &cuts) {
            for piece in reader.push(&fragment).expect("it is JSON") {
                match &piece {
                    JsonToken::Structural(raw) => out.push_str(raw),
                    JsonToken::StringStart { is_key } => {
                        in_key = *is_key;
                        decoded.clear();
                        out.push('"');
                    }
                    JsonToken::Text { text, raw } => {
                        decoded.push_str(text);
                        held.push(raw);
                    }
                    JsonToken::StringEnd => {
                        let mut at = 0;
                        let edit = second_char(&decoded, &replacement);
                        for (range, with) in edit.replacements().iter().filter(|_| !in_key) {
                            held.keep(range.start - at, &mut out);
                            held.replace(range.len(), with, &mut out);
                            at = range.end;
                        }
                        held.keep(decoded.len() - at, &mut out);
                        prop_assert!(held.is_empty());
                        out.push('"');
                    }
                }
            }
        }
        let mut expected = value.clone();
        edit_all(&mut expected, &|s| {
            second_char(s, &replacement).apply(s).expect("the edit fits")
        });
        let parsed: serde_json::Value = serde_json::from_str(&out).expect("still JSON");
        prop_assert_eq!(parsed, expected);
    }

    #[test]
    fn buffered_text_keeps_and_replaces(
        value in ".{0,20}", seed in any::<u32>(), keep in 0usize..20, replacement in ".{0,5}",
    ) {
        let text = exotic(&serde_json::Value::String(value.clone()), seed | 1);
        let raw = &text[1..text.len() - 1];
        let at = value.char_indices().nth(keep).map_or(value.len(), |(at, _)| at);
        let mut held = BufferedText::default();
        held.push(raw);
        let mut out = String::new();
        held.keep(at, &mut out);
        prop_assert!(raw.starts_with(&out));
        held.replace(value.len() - at, &replacement, &mut out);
        prop_assert!(held.is_empty());
        let parsed: String = serde_json::from_str(&format!("\"{out}\"")).expect("a string");
        prop_assert_eq!(parsed, format!("{}{replacement}", &value[..at]));
    }

    #[test]
    fn fragments_never_panic(text in "[\\[\\]{}:,\"\\\\ u0-9a-ftrulns.eE+-]{0,24}") {
        let mut reader = PartialJson::new();
        for c in text.chars() {
            if reader.push(c.encode_utf8(&mut [0; 4])).is_err() {
                break;
            }
        }
    }
}

#[test]
fn deep_nesting_is_a_clear_error() {
    for (open, what) in [("[", 1), ("{\"a\":", 5)] {
        let body = open.repeat(10_000);
        let error = JsonDocument::parse(body.as_bytes()).expect_err("too deep");
        assert_eq!(error.offset(), Some(MAX_DEPTH * what));
        assert!(error.is_too_deep() && error.to_string().contains("128 levels"));
        let error = PartialJson::new().push(&body).expect_err("too deep");
        assert!(error.to_string().contains("128 levels"));
    }
    let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(JsonDocument::parse(fits.as_bytes()).is_ok());
}

#[test]
fn lone_surrogates_are_read_as_replacement_characters_and_kept_as_written() {
    let text = r#"["a\ud800b\udc00\ud800\u0041 x"]"#;
    let doc = JsonDocument::parse_str(text).expect("it is JSON");
    let decoded = doc.string(1);
    assert_eq!(decoded, "a\u{fffd}b\u{fffd}\u{fffd}A x");
    let at = decoded.find('x').expect("x is there");
    let mut edits = Vec::new();
    let edit = FieldEdit::new(vec![(at..at + 1, "\"y".into())]);
    let raw = doc.raw(1);
    string_edits(&raw[1..raw.len() - 1], 2, &decoded, &edit, &mut edits).expect("fits");
    assert_eq!(splice(text, &edits).as_deref(), Some(r#"["a\ud800b\udc00\ud800\u0041 \"y"]"#));
    for (text, decoded) in [(r#""a\ud800""#, "a\u{fffd}"), (r#""\ud800\n""#, "\u{fffd}\n"), (r#""\udc00""#, "\u{fffd}")]
    {
        assert_eq!(JsonDocument::parse_str(text).expect("it is JSON").string(JsonDocument::ROOT), decoded, "{text}");
    }
}

#[test]
fn an_error_in_fragments_is_where_it_is_in_the_whole() {
    for (fragments, offset) in [(["{\"a\"", ": x"], 6), (["[\"\\u00", "zz\"]"], 2), (["[1", "}"], 2)] {
        let mut reader = PartialJson::new();
        let errors: Vec<_> = fragments.iter().filter_map(|fragment| reader.push(fragment).err()).collect();
        assert_eq!(errors.iter().map(|error| error.offset()).collect::<Vec<_>>(), [Some(offset)], "{fragments:?}");
    }
}

#[test]
fn an_edit_without_replacements_is_empty() {
    assert!(FieldEdit::default().is_empty());
    assert!(!FieldEdit::whole(1, "x").is_empty());
}

#[test]
fn edits_that_do_not_fit_are_errors() {
    for edit in [
        FieldEdit::new(vec![(0..9, String::new())]),
        FieldEdit::new(vec![(1..2, String::new())]),
        FieldEdit::new(vec![(2..3, String::new()), (0..2, String::new())]),
    ] {
        assert!(string_edits("\u{e9}ab", 0, "\u{e9}ab", &edit, &mut Vec::new()).is_err());
    }
}

#[test]
fn errors_say_where() {
    for (body, message) in [
        ("", "empty"),
        ("  ", "empty"),
        ("{\"a\":1,}", "byte 7"),
        ("[1 2]", "byte 3: expected ',' or ']'"),
        ("{\"a\":1 2}", "byte 7: expected ',' or '}'"),
        ("\"a\nb\"", "byte 2"),
        ("01", "byte 1"),
        ("nul", "byte 0"),
        ("\u{feff}{}", "byte 0"),
    ] {
        let error = JsonDocument::parse(body.as_bytes()).expect_err(body);
        assert!(!error.is_too_deep() && error.to_string().contains(message), "{body}: {error}");
    }
    let error = JsonDocument::parse(b"[\"\xff\"]").expect_err("not UTF-8");
    assert_eq!(error.offset(), Some(2));
}

/// Every text of a few tokens, whole and in fragments.
#[test]
fn short_texts_are_json_if_serde_json_reads_them() {
    const TOKENS: [&str; 9] = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "true"];
    let mut texts = vec![String::new()];
    for length in 1..=5 {
        // The longest are those that open something.
        let longer = |text: &String| TOKENS.map(|token| format!("{text}{token}"));
        texts = texts.iter().filter(|text| length < 5 || text.starts_with(['{', '['])).flat_map(longer).collect();
        for text in &texts {
            let is_known = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(JsonDocument::parse_str(text).is_ok(), is_known, "{text}");
            let mut reader = PartialJson::new();
            let is_read = text.chars().all(|c| reader.push(c.encode_utf8(&mut [0; 4])).is_ok());
            assert_eq!(is_read && reader.is_complete(), is_known, "{text} in fragments");
        }
    }
}
