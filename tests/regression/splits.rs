//! Values and phrases that chunks cut apart.

use banister::{Source, StreamGuard};

use super::support::{chunks, every_way, guardrail, masking, released, stream};

/// cerberust 0.2.2, card and key scanners together: whole, it masks both; in chunks of any size the card goes out in clear, for one
/// scanner ran on what the other had written.
#[test]
fn card_glued_to_a_key_is_masked_with_it() {
    let text = "pay 4111 1111 1111 1111AKIAIOSFODNN7EXAMPLE now please ";
    let rules = ["{types: [CREDIT_DEBIT_CARD_NUMBER], action: mask}", "{types: [AWS_ACCESS_KEY], action: mask}"];
    for rules in [rules.join(", "), format!("{}, {}", rules[1], rules[0])] {
        let guardrail = guardrail(&format!("{{version: 1, name: glued, pii: [{rules}]}}"));
        let released = released(&guardrail, text);
        assert!(!released.contains("AKIA"), "{released}");
        assert!(!released.contains("4111 1111"), "{released}");
        assert!(released.starts_with("pay {") && released.ends_with("} now please "), "{released}");
    }
}

/// cerberust before 0.2.2: a completed card number was released in pieces when a line break and a digit followed.
#[test]
fn card_before_a_line_break_and_a_digit_is_masked() {
    let guardrail = masking("CREDIT_DEBIT_CARD_NUMBER");
    for tail in ["\n4 items", "\n1", "\n\n2 more", " \n3"] {
        let text = format!("card: 4111 1111 1111 1111{tail}");
        assert_eq!(released(&guardrail, &text), format!("card: {{CREDIT_DEBIT_CARD_NUMBER}}{tail}"));
    }
}

/// cerberust 0.2.2: anchors were evaluated against each piece that was flushed, so a rule for the start of a text held in the
/// middle of it, and one for its end too early.
#[test]
fn anchors_mean_the_text_not_the_chunk() {
    let guardrail = guardrail(
        r"{version: 1, name: anchors, regexes: [
            {name: START, pattern: '^order \d{1,9}', action: mask},
            {name: END, pattern: '\d{4}$', action: mask},
            {name: LINE, pattern: '(?m)^ref \w{3}$', action: mask},
            {name: EMP, pattern: '\bEMP-\d{6}\b', action: mask}]}",
    );
    assert_eq!(released(&guardrail, "order 17 then order 18"), "{START} then order 18");
    assert_eq!(released(&guardrail, "say order 17"), "say order 17");
    assert_eq!(released(&guardrail, "code 1234, code 5678"), "code 1234, code {END}");
    assert_eq!(released(&guardrail, "code 1234 "), "code 1234 ");
    assert_eq!(released(&guardrail, "a\nref abc\nref abcd\nref xyz"), "a\n{LINE}\nref abcd\n{LINE}");
    assert_eq!(released(&guardrail, "EMP-123456 EMP-1234567 xEMP-123456."), "{EMP} EMP-1234567 xEMP-123456.");
}

/// LiteLLM 1.109.1 content filter: it holds back 50 characters, so the first 36 of a blocked phrase of 87 reached the client.
#[test]
fn nothing_of_a_long_blocked_phrase_is_released() {
    let phrase = "the quarterly numbers of project nightingale will be published on the ninth of november";
    assert_eq!(phrase.len(), 87);
    let guardrail =
        guardrail(&format!("{{version: 1, name: phrase, word_filters: [{{name: secret, words: [{phrase}]}}]}}"));
    let text = format!("As far as I know, {phrase}, and that is all.");
    for size in [4, 5] {
        let mut guard = StreamGuard::new(&guardrail, Source::Output);
        let mut seen = String::new();
        for chunk in chunks(&text, size) {
            seen.push_str(guard.push(chunk));
            assert!("As far as I know, ".starts_with(&seen), "{seen}");
        }
        assert!(guard.is_blocked());
    }
    let streamed = every_way(&guardrail, &text);
    assert_eq!((streamed.released.as_str(), streamed.blocked), ("As far as I know, ", true));
}

/// LiteLLM 1.109.1: of the same phrase, masked, a prefix went out in clear.
#[test]
fn long_masked_phrase_is_masked_whole() {
    let phrase = "the quarterly numbers of project nightingale will be published on the ninth of november";
    let guardrail = guardrail(&format!(
        "{{version: 1, name: phrase, word_filters: [{{name: SECRET, words: [{phrase}], action: mask}}]}}"
    ));
    let text = format!("As far as I know, {phrase}, and that is all.");
    assert_eq!(released(&guardrail, &text), "As far as I know, {SECRET}, and that is all.");
}

/// LiteLLM 1.109.1: about 135 characters of a private key went out.
#[test]
fn private_key_is_masked_whole() {
    let guardrail = masking("PRIVATE_KEY");
    for (lines, label) in [(1, ""), (26, "RSA "), (50, "RSA "), (3, "EC ")] {
        let key: String = (0..lines)
            .map(|line| format!("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ{line:02}+/abcdefghij\n"))
            .collect();
        let text =
            format!("Here:\n-----BEGIN {label}PRIVATE KEY-----\n{key}-----END {label}PRIVATE KEY-----\nKeep it safe.");
        assert_eq!(released(&guardrail, &text), "Here:\n{PRIVATE_KEY}\nKeep it safe.");
    }
}

/// LiteLLM 1.109.1: an address of 101 characters came out as `averyveryDACTED] ok`.
#[test]
fn long_email_address_is_masked_whole() {
    let guardrail = masking("EMAIL");
    let local = "averyverylonglocalpartofanaddressthatgoesonforawhileand";
    for domain in ["a-rather-long-name-of-a-company.example.com", "x.example.com"] {
        let text = format!("{local}@{domain} ok");
        assert_eq!(released(&guardrail, &text), "{EMAIL} ok");
    }
}

/// guardrail-rs 0.3.1: past 8 KiB without white space it cuts by force, and an address there went out in clear at 16 of 140 offsets.
#[test]
fn value_in_a_long_run_without_spaces_is_masked_at_every_offset() {
    let guardrail = masking("EMAIL, CREDIT_DEBIT_CARD_NUMBER");
    for offset in 0..140 {
        let filler = "中".repeat((8192 - 100 + offset) / 3) + &"、".repeat(offset % 3);
        let text = format!("{filler}jane.roe@example.com{filler}");
        let out = stream(&guardrail, &chunks(&text, 64)).released;
        assert_eq!(out, format!("{filler}{{EMAIL}}{filler}"), "offset {offset}");
    }
    for offset in [0, 1, 63, 64, 139] {
        let filler = "/".repeat(8192 - 100 + offset);
        let text = format!("{filler}jane.roe@example.com{filler}");
        let out = released(&guardrail, &text);
        assert!(!out.contains("jane") && !out.contains("roe"), "offset {offset}");
        assert!(out.ends_with(&filler), "offset {offset}");
    }
}

/// A sign of Markdown that an escape represents ends a value or not by what follows it, as the sign itself does.
#[test]
fn escaped_sign_waits_for_what_follows_it() {
    let guardrail = masking("PASSWORD, EMAIL, API_KEY");
    for value in ["password Z64b", "password: Zw8kQ1x2", "mail jane.roe@example.com", "key AKIAIOSFODNN7EXAMPLE"] {
        for sign in [r"\u005f", r"\u002a", r"\u007E", r"\uff3f", r"\x5f", "_", "\u{ff3f}"] {
            for more in ["", "_", r"\u005f", r"\u200b", "\u{200b}", r"\u005f\u200b_"] {
                for after in ["0:", r"\u0030:", "", " and", r"\n", ")", r"\u003a"] {
                    let text = format!("{value}{sign}{more}{after}");
                    let whole = stream(&guardrail, &[text.as_str()]).released;
                    for size in [1, 2, 3, 5, 7] {
                        let cut = stream(&guardrail, &chunks(&text, size)).released;
                        assert_eq!(cut, whole, "{text:?} in chunks of {size}");
                    }
                    assert_eq!(released(&guardrail, &text), whole, "{text:?}");
                }
            }
        }
    }
}

/// Whether a disguised word ends after a long run of its last letter depends on the next character.
#[test]
fn word_with_a_long_last_run_waits_for_what_follows_it() {
    let words = "word_filters: [{name: w, words: [Москва, stock, no way], match: {evasion: strict}, action: mask}]";
    let guardrail = guardrail(&format!("version: 1\nname: t\n{words}"));
    for (head, last) in
        [("Москв", "a"), ("Москв", "а"), ("stoc", "k"), ("s.t.o.c", ".k"), ("no wa", "y"), ("n o w a", " y")]
    {
        for count in [1, 3, 14, 15, 16, 17, 18] {
            for after in ["", " ", "x", ".", ".. x", "1", "_", "k", "-a", " k", "\u{301}"] {
                // Checks that nothing differs.
                released(&guardrail, &format!("so {head}{}{after}", last.repeat(count)));
            }
        }
    }
}

/// LiteLLM issue 41611: with a hook that sees each chunk alone, a value that two chunks share passes.
#[test]
fn value_is_masked_wherever_it_is_cut() {
    let guardrail = masking("EMAIL, CREDIT_DEBIT_CARD_NUMBER, US_SOCIAL_SECURITY_NUMBER");
    for (value, mask) in [
        ("jane.roe@example.com", "{EMAIL}"),
        ("4111-1111-1111-1111", "{CREDIT_DEBIT_CARD_NUMBER}"),
        ("ssn 536-22-1234", "ssn {US_SOCIAL_SECURITY_NUMBER}"),
    ] {
        let text = format!("It is {value}, as I said");
        for cut in 0..=text.len() {
            let (head, tail) = text.split_at(cut);
            assert_eq!(stream(&guardrail, &[head, tail]).released, format!("It is {mask}, as I said"), "cut at {cut}");
        }
    }
}

/// What ends a value may be long before it is seen: a run of Markdown's signs and of invisible characters between them, marks on the last
/// letter, a `%` before characters that become digits.
#[test]
fn value_ends_the_same_before_all_that_is_not_seen() {
    let guardrail = guardrail(
        "{version: 1, name: ends, word_filters: [{name: w, words: [tm, black bear], action: mask}],
          pii: [{types: [PIN, EMAIL, US_SOCIAL_SECURITY_NUMBER], action: mask, evasion: strict}]}",
    );
    let invisible = ["\u{fe0f}", "\u{e0100}", "\u{200d}", "\u{20dd}\u{e0100}", "\u{34f}"];
    let runs = invisible.into_iter().flat_map(|dropped| {
        [11, 12, 18].into_iter().flat_map(move |count| {
            ["", "_", "__", "\u{ff3f}"].into_iter().flat_map(move |sign| {
                let part = format!("{sign}{}", dropped.repeat(3));
                [part.repeat(count / 3), format!("{sign}{}{sign}", dropped.repeat(count))]
            })
        })
    });
    let runs: Vec<String> = runs.chain(["%①①".to_owned(), "%1①".to_owned(), "%\u{200b}20".to_owned()]).collect();
    for value in ["tm", "black bear", "pin 1234", "jane@example.com", "536-90-4399"] {
        for run in &runs {
            for after in ["{EMAIL}", " {EMAIL}", "x", " x", ""] {
                // Checks that nothing differs.
                released(&guardrail, &format!("so {value}{run}{after}"));
            }
        }
    }
}
