//! Network addresses: IPv4, IPv6, MAC.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::builders::{accept_if, context_if, exact, is_word, part, reject_end};
use super::description::{Certainty, Comparison, Description};
use super::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Form, Verdict};

const IP_WORDS: &[&str] = &[
    "ip",
    "ips",
    "ipv4",
    "address",
    "addr",
    "host",
    "hostname",
    "server",
    "dns",
    "ping",
    "gateway",
    "subnet",
    "resolver",
    "network",
    "router",
    "nameserver",
    "client_ip",
    "remote_addr",
    "traceroute",
    "login",
    "logged",
    "access",
    "proxy",
    "vpn",
    "netmask",
    "ip address",
    "adresse",
    "dirección",
    "indirizzo",
    "endereço",
    "адрес",
    "сервер",
    "地址",
    "服务器",
    "アドレス",
    "サーバー",
    "주소",
    "서버",
];

const MAC_WORDS: &[&str] = &[
    "mac",
    "mac address",
    "ether",
    "ethernet",
    "hwaddr",
    "lladdr",
    "physical address",
    "hardware address",
    "bssid",
    "wifi",
    "wi-fi",
    "bluetooth",
    "interface",
    "nic",
];

/// The words of which no other number is near.
const NAMES_OF_MAC: &[&str] = &[
    "mac",
    "mac address",
    "macaddr",
    "macaddress",
    "hwaddr",
    "lladdr",
    "physical address",
    "hardware address",
    "bssid",
    "ether",
];

/// Resolvers and addresses of all kinds whose octets are single digits and that are still never a version.
const WELL_KNOWN: &[[u8; 4]] = &[[1, 1, 1, 1], [1, 0, 0, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9], [0, 0, 0, 0]];

/// The most colons of an address: a group may be empty at one of its edges.
const MOST_COLONS: usize = 8;

macro_rules! zone {
    () => {
        r"(?:%[0-9A-Za-z][0-9A-Za-z._-]*)?"
    };
}

pub(super) static IP_ADDRESS: Description = Description {
    certainty: Certainty::Form,
    recognizers: &[&[
        // With the end of a range, `10.0.0.1-10.0.0.9` and `10.0.0.1-9`, or the dash of an arrow, `10.0.0.1->10.0.0.2`.
        exact(r"\b\d+\.\d+\.\d+\.\d+(?:-(?:\d+(?:\.\d+\.\d+\.\d+)?)?)?", 31, ipv4)
            .ending_a_word()
            .with_value(without_dash)
            .with_context(IP_WORDS),
        // After a slash: `http://1.2.3.4/`, and what Java prints, `/1.2.3.4:80`.
        exact(r"/\d+\.\d+\.\d+\.\d+", 16, slashed_ipv4).ending_a_word().with_value(after_slash).with_context(IP_WORDS),
        // With the zone of a link-local address (RFC 4007 11): a name of an interface, at most fifteen characters in Linux.
        exact(
            concat!(r"\b[0-9A-Fa-f]+:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*", zone!(), r"|::[0-9A-Fa-f.:]*", zone!()),
            62,
            ipv6,
        )
        .ending_a_word()
        .with_value(without_colon)
        .with_context(&["ip", "ipv6", "address", "host", "ping", "gateway", "dns", "subnet"]),
    ]],
    ..Description::DEFAULT
};

pub(super) static MAC_ADDRESS: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Form,
    recognizers: &[&[
        exact(
            r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:|-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-)[0-9A-Fa-f]{2}:?",
            18,
            mac,
        )
        .ending_a_word()
        .with_value(without_colon)
        .with_context(MAC_WORDS),
        // Cisco's dotted form.
        exact(r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b", 14, mac_dotted),
        // Without separators, or with others: any number of twelve digits looks so.
        exact(r"\b[0-9A-Fa-f]+(?:[ .][0-9A-Fa-f]+[ .][0-9A-Fa-f]+[ .][0-9A-Fa-f]+[ .][0-9A-Fa-f]+[ .][0-9A-Fa-f]+)?\b", 17, mac_named)
            .with_count(Count::letters_and_digits(12, 12))
            .with_forms(const { &[Form::grouped(&[12]), Form::grouped(&[2; 6])] })
            .never_sure()
            .with_context(NAMES_OF_MAC)
            .context_distance(32, 16),
    ]],
    ..Description::DEFAULT
};

/// Returns four octets of at most three digits; leading zeros are written by some tools (RFC 6943 3.1.1 warns of them).
fn octets(text: &str) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 {
            return None;
        }
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then_some(octets)
}

fn ipv4(c: &RecognizerInput<'_>) -> Verdict {
    // "nginx/1.18.0.1" is a version; other slashes are part of the candidate.
    if c.before == Some('/') {
        return Verdict::Reject;
    }
    match c.text.split_once('-') {
        None => address_v4(c),
        // The arrow of `10.0.0.1->10.0.0.2`.
        Some((text, "")) if c.after == Some('>') => address_v4(&RecognizerInput { text, after: None, ..*c }),
        Some((first, last)) => range_v4(c, first, last),
    }
}

/// Validates a range of addresses, of which the last may be written as its last octet. `1.2.3.4-5.el7` is a version.
fn range_v4(c: &RecognizerInput<'_>, first: &str, last: &str) -> Verdict {
    let of = |text| address_v4(&RecognizerInput { text, after: None, ..*c });
    if matches!(c.after, Some('-')) || is_word(c.after) {
        return Verdict::Reject;
    }
    if last.contains('.') {
        return match of(last) {
            Verdict::Accept => of(first),
            verdict => verdict,
        };
    }
    let octet = |text: &str| text.parse::<u8>().ok();
    let before = first.rsplit('.').next().and_then(octet);
    let is_range = before.zip(octet(last)).is_some_and(|(first, last)| first < last) && c.after != Some('.');
    if is_range && of(first) != Verdict::Reject { Verdict::NeedsContext } else { Verdict::Reject }
}

fn without_dash(text: &str) -> Range<usize> {
    0..text.trim_end_matches('-').len()
}

/// Returns the address without the colon of the sentence after it: `From 2001:db8::5: time exceeded`.
fn without_colon(text: &str) -> Range<usize> {
    let bare = text.strip_suffix(':').filter(|bare| !bare.ends_with(':'));
    0..bare.unwrap_or(text).len()
}

/// Returns `true` if a group of so many digits at most is before the address. Any other word is a label, `mac:00:1a:2b:3c:4d:5e`.
fn continues_groups(c: &RecognizerInput<'_>, sign: char, digits: usize) -> bool {
    let Some(head) = c.head.strip_suffix(sign) else { return false };
    let word = head.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    // An empty group is one of colons only: two hyphens part a sentence.
    sign == ':' && head.ends_with(sign)
        || (1..=digits).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns the address after a slash, unless a word is before the slash: `Chrome/120.0.6099.71` is a version.
fn slashed_ipv4(c: &RecognizerInput<'_>) -> Verdict {
    let Some(text) = c.text.get(after_slash(c.text)) else { return Verdict::Reject };
    let of_word = c.before.is_some_and(|b| b.is_alphabetic() || matches!(b, '_' | '.' | '-' | ')'));
    if of_word { Verdict::Reject } else { address_v4(&RecognizerInput { text, before: Some('/'), ..*c }) }
}

fn after_slash(text: &str) -> Range<usize> {
    1..text.len()
}

fn address_v4(c: &RecognizerInput<'_>) -> Verdict {
    // `v1.2.3.4` and `1.2.3.4-rc1` are versions; `.5` before or after makes it a longer dotted number.
    let alone = !is_word(c.before) && !is_word(c.after) && !matches!(c.before, Some('.' | '-' | '+' | '$'));
    let Some(octets) = octets(c.text) else {
        return Verdict::Reject;
    };
    // Since 2022 every browser gives its version as `120.0.0.0`. As an address it is that of a network.
    let network = octets[0] > 0 && octets.ends_with(&[0, 0, 0]);
    if !alone || network || c.after == Some('-') {
        Verdict::Reject
    } else if c.text.starts_with('0') && c.text.len() > 7 && c.after == Some('.') {
        // "01.84.17.61.18" is a French telephone number.
        Verdict::Reject
    } else if octets.iter().all(|&o| o < 10) && !WELL_KNOWN.contains(&octets) {
        // Four single digits are a version number more often than an address.
        Verdict::NeedsContext
    } else {
        Verdict::Accept
    }
}

fn ipv6(c: &RecognizerInput<'_>) -> Verdict {
    let bare = part(c.text, without_colon(c.text));
    let (text, zone) = bare.split_once('%').map_or((bare, None), |(text, zone)| (text, Some(zone)));
    let ends = !is_word(c.after) && (c.after != Some(':') || zone.is_some());
    let alone = ends && !is_word(c.before) && c.before != Some('.') && !continues_groups(c, ':', c.head.len());
    // A colon or a digit is before each later start. Most candidates of code have more groups than an address.
    if !alone || text.bytes().filter(|&byte| byte == b':').count() > MOST_COLONS {
        return reject_end(c);
    }
    let Some(address) = text.parse::<Ipv6Addr>().ok() else { return reject_end(c) };
    // `%20` after another address is an escape.
    if zone.is_some_and(|zone| zone.len() > 15 || zone.ends_with(['.', '-', '_']) || !has_zone(address)) {
        return Verdict::Reject;
    }
    // `::`, `a::b` and `std::fs` are code. A real one has a group of three digits or more than two groups, or is the loopback.
    let groups = || text.split(':').filter(|g| !g.is_empty());
    let count = groups().count();
    let wide = groups().any(|g| g.len() >= 3 && g.bytes().any(|b| b.is_ascii_digit()));
    // "10:20::30" is a time.
    let timed = groups().all(|g| g.len() <= 2 && g.bytes().all(|b| b.is_ascii_digit()));
    if count == 0 {
        Verdict::Reject
    } else if wide || (count > 2 && !timed) || text == "::1" || zone.is_some() {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

/// Returns `true` if the address means nothing without its zone: link-local, unicast or multicast.
fn has_zone(address: Ipv6Addr) -> bool {
    match address.segments() {
        [first, ..] => first & 0xffc0 == 0xfe80 || matches!(first & 0xff0f, 0xff01 | 0xff02),
    }
}

fn mac(c: &RecognizerInput<'_>) -> Verdict {
    let text = part(c.text, without_colon(c.text));
    let sign = if text.contains('-') { '-' } else { ':' };
    if !c.is_alone() || continues_groups(c, sign, 2) || c.after == Some(sign) {
        return Verdict::Reject;
    }
    // "10:11:12:13:14:15" is six times of laps. Only the prefixes of makers that begin with 00 are as common.
    let is_time = |pair: &str| pair.bytes().all(|b| b.is_ascii_digit()) && pair.bytes().next() < Some(b'6');
    let times = !text.starts_with("00") && text.split(sign).all(is_time);
    if times { Verdict::NeedsContext } else { Verdict::Accept }
}

fn mac_named(c: &RecognizerInput<'_>) -> Verdict {
    let is_one = !(c.text.contains(' ') && c.text.contains('.'));
    let letters = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    let digits = c.text.bytes().any(|b| b.is_ascii_digit());
    context_if(is_one && letters && digits && c.is_apart())
}

fn mac_dotted(c: &RecognizerInput<'_>) -> Verdict {
    // All decimal is more often a number with thousands or a version.
    let hex = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    let digit = c.text.bytes().any(|b| b.is_ascii_digit());
    accept_if(c.is_alone() && hex && digit && c.before != Some('.'))
}
