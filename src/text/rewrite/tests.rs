//! What each rewriting shows, and that it does not depend on how the text was cut.

use proptest::prelude::*;

use super::{Encoding, OPEN_BYTES, One, Rewriting, Rewritten, rewrite};

const ALL: [Rewriting; 6] = [
    Rewriting::Decoded,
    Rewriting::Values,
    Rewriting::Letters(One::I),
    Rewriting::Letters(One::L),
    Rewriting::Encoded(Encoding::Base64),
    Rewriting::Encoded(Encoding::Hex),
];

#[test]
fn runs_of_base64_and_hex_are_decoded() {
    let base64 = |text: &str| rewrite(text, Rewriting::Encoded(Encoding::Base64));
    assert_eq!(base64("x amFuZS5yb2VAZXhhbXBsZS5jb20= y"), "x jane.roe@example.com= y");
    assert_eq!(base64("amFuZS5yb2VAZXhhbXBsZS5jb20"), "jane.roe@example.com");
    assert_eq!(base64("amFuZS5yb2XDqUBleGFtcGxlLmNvbQ=="), "jane.roeé@example.com==");
    assert_eq!(base64("https://example.com/amFuZS5yb2VAZXhhbXBsZS5jb20"), "https://example.com/jane.roe@example.com");
    let line = "bGluZSBvbmUgbGluZSBvbmUgbGluZSBv";
    assert_eq!(base64(&format!("{line}\n{line}\n\nx")), format!("{0}{0}\n\nx", "line one line one line o"));
    for text in [
        "{CREDIT_DEBIT_CARD_NUMBER_12}",
        "short anothershort /usr/share/doc",
        "SCREAMING_SNAKE_CASE_NAME",
        "4111111111111111111111",
    ] {
        assert_eq!(base64(text), text);
    }
    let hex = |text: &str| rewrite(text, Rewriting::Encoded(Encoding::Hex));
    assert_eq!(hex("0x6a616e6540782e636f6d6d: 6a 61 6e 65 40 78 2e 63 6f 6d."), "0xjane@x.comm: jane@x.com.");
    assert_eq!(hex("see 6a616e6540782e636f6d6d"), "see jane@x.comm");
    assert_eq!(hex("2024 12345678 ff:ff:ff:ff:ff:ff:ff:ff:ff"), "2024 12345678 ff:ff:ff:ff:ff:ff:ff:ff:ff");
}

#[test]
fn encodings_are_decoded() {
    for (text, shown) in [
        ("jane&#64;example&period;com", "jane@example.com"),
        ("jane&amp;#x40;example.com &amp; b", "jane@example.com & b"),
        ("jane%40example.com 100% of 5%a", "jane@example.com 100% of 5%a"),
        ("jane%2540example.com", "jane@example.com"),
        ("caf%C3%A9 %C3", "café %C3"),
        (r"jane\u0040example\x2ecom", "jane@example.com"),
        (r"\u{5a}orblax \\u005aorblax \ud835\udc19", "Zorblax Zorblax Z"),
        (r"jane\@example\.com \n \q", r"jane@example.com \n \q"),
        ("Zor<b>bl</b>ax<br/>a <i class='x'>b</i> <!-- c -->d", "Zorblax a b d"),
        ("1 < 2 and <jane@example.com>", "1 < 2 and <jane@example.com>"),
        ("Zor\u{1}bl\u{e000}a\u{fffd}x\u{1b}[31m!", "Zorblax!"),
        ("🇿🇴🇷 🅉 ʇǝsʇ 4\u{fe0f}\u{20e3}", "zor Z test 4"),
        ("a&b &c; &#; &", "a&b &c; &#; &"),
        ("４ １\u{200b}１ x²", "4 11 x²"),
    ] {
        assert_eq!(rewrite(text, Rewriting::Decoded), shown, "{text}");
    }
}

#[test]
fn values_are_put_together() {
    for (text, shown) in [
        ("4 1 1 1 1 1 1 1", "41111111"),
        ("4-one.one, ONE 11 1", "4111 11 1"),
        ("vier eins fünf", "415"),
        ("jane (at) example [dot] com", "jane@example.com"),
        ("jane[at]example.com (at least)", "jane@example.com (at least)"),
        ("4111**1111**1111_1111 a_b a_1", "4111111111111111 a_b a_1"),
        ("4111-\n  1111 a - b", "41111111 a - b"),
        ("4111\u{ad}\n1111 a\u{ad}b", "41111111 ab"),
        ("四一一一", "4111"),
        ("{CREDIT_DEBIT_CARD_NUMBER_1}", "{CREDIT_DEBIT_CARD_NUMBER_1}"),
        ("someone two-step 1st", "someone 2-step 1st"),
    ] {
        assert_eq!(rewrite(text, Rewriting::Values), shown, "{text}");
    }
}

#[test]
fn letters_are_put_together() {
    for (text, shown) in [
        ("l4und3r m0n3y!", "launder money!"),
        ("b u y  s t o c k s", "buy  stocks"),
        ("d.o.t.t.e.d  s-t x-y", "dotted  st xy"),
        ("sooooo goood see", "so god see"),
        ("laun-\nder laun**der**", "launder launder**"),
        ("laun\u{ad}\nder", "launder"),
        ("401k 2024 911", "401k 2024 911"),
    ] {
        assert_eq!(rewrite(text, Rewriting::Letters(One::I)), shown, "{text}");
    }
    assert_eq!(rewrite("ki11 sma11 ba!!", Rewriting::Letters(One::L)), "kill small ba!!");
}

const PARTS: &[&str] = &[
    "four ",
    "4 ",
    "1",
    "-",
    "\n",
    "&#64;",
    "&amp;",
    "%40",
    "%25",
    "40",
    "\\u0040",
    "\\",
    "<b>",
    "</b>",
    "<",
    "(at)",
    " [ dot ] ",
    "a",
    "b ",
    "s.",
    "é",
    "三",
    "🇿",
    "\u{1}",
    "**",
    "_",
    "aaa",
    "l33t",
    "!",
    "@",
    "\u{20e3}",
    "<br>",
    "  ",
    "{EMAIL}",
    "\\ud835",
    "\\udc19",
    "amFuZS5yb2VAZXhhbXBsZS5jb20=",
    "6a616e6540782e636f6d",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn cuts_change_nothing_and_spans_map_back(parts in prop::collection::vec(prop::sample::select(PARTS), 0..14)) {
        let text = parts.concat();
        for rewriting in ALL {
            let whole = rewrite(&text, rewriting);
            let mut cut = Rewritten::new(rewriting);
            let (mut shown, mut offset) = (String::new(), 0);
            for c in text.chars() {
                cut.push(c.encode_utf8(&mut [0; 4]), offset);
                offset += c.len_utf8();
                shown.push_str(&cut.take());
                let unread = cut.unread().unwrap_or(offset);
                assert!(unread <= offset && unread + OPEN_BYTES >= offset && cut.text_end(shown.len()) <= offset);
            }
            cut.finish();
            shown.push_str(&cut.take());
            assert_eq!(shown, whole, "{text:?} {rewriting:?}");
            let mut last = 0;
            for (at, c) in whole.char_indices() {
                let (start, end) = (cut.text_start(at).unwrap_or(0), cut.text_end(at + c.len_utf8()));
                assert!(
                    last <= start && start <= end,
                    "{text:?} {rewriting:?} {whole:?} {at} {c}: {last} {start}..{end}"
                );
                assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                last = start;
            }
        }
    }
}

#[test]
fn what_is_left_out_is_limited() {
    let text = format!("4{}1", "\u{1}".repeat(2000));
    assert_eq!(rewrite(&text, Rewriting::Values), format!("4{}1", "\u{FFFC}".repeat(15)));
    let text = format!("4{}1", "\u{1}".repeat(200));
    assert_eq!(rewrite(&text, Rewriting::Values), "41");
}
