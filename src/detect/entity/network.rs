//! Network addresses: IPv4, IPv6, MAC.

use std::net::Ipv6Addr;

use super::EntityType::{IpAddress, MacAddress};
use super::form::{accept_if, is_word, plain};
use super::recognizer::{Candidate, Recognizer, Verdict};

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
];

/// Resolvers and addresses of all kinds whose octets are single digits and that are still never a version.
const WELL_KNOWN: &[[u8; 4]] = &[[1, 1, 1, 1], [1, 0, 0, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9], [0, 0, 0, 0]];

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(IpAddress, r"\b\d+\.\d+\.\d+\.\d+", 15, ipv4).near(IP_WORDS),
    plain(IpAddress, r"\b[0-9A-Fa-f]+:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*|::[0-9A-Fa-f.:]*", 45, ipv6)
        .near(&["ip", "ipv6", "address", "host", "ping", "gateway", "dns", "subnet"]),
    plain(
        MacAddress,
        r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:|-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-)[0-9A-Fa-f]{2}\b",
        17,
        mac,
    ),
    // Cisco's dotted form.
    plain(MacAddress, r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b", 14, mac_dotted),
];

/// Four octets of at most three digits; leading zeros are written by some tools (RFC 6943 3.1.1 warns of them).
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

fn ipv4(c: &Candidate<'_>) -> Verdict {
    // `v1.2.3.4` and `1.2.3.4-rc1` are versions; `.5` before or behind makes it a longer dotted number.
    let alone = !is_word(c.before) && !is_word(c.after) && !matches!(c.before, Some('.' | '-' | '+' | '$'));
    let Some(octets) = octets(c.text) else {
        return Verdict::Reject;
    };
    if !alone || c.after == Some('-') {
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

fn ipv6(c: &Candidate<'_>) -> Verdict {
    let alone = !is_word(c.before) && !is_word(c.after) && !matches!(c.before, Some(':' | '.')) && c.after != Some(':');
    let Ok(_) = c.text.parse::<Ipv6Addr>() else {
        return Verdict::Reject;
    };
    // `::`, `a::b` and `std::fs` are code. A real one has a group of three digits or more than two groups, or is the loopback.
    let groups = c.text.split(':').filter(|g| !g.is_empty()).count();
    let wide = c.text.split(':').any(|g| g.len() >= 3 && g.bytes().any(|b| b.is_ascii_digit()));
    if !alone || groups == 0 {
        Verdict::Reject
    } else if wide || groups > 2 || c.text == "::1" {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

fn mac(c: &Candidate<'_>) -> Verdict {
    accept_if(c.stands_alone() && !matches!(c.before, Some(':' | '-')) && !matches!(c.after, Some(':' | '-')))
}

fn mac_dotted(c: &Candidate<'_>) -> Verdict {
    // All decimal is more often a number with thousands or a version.
    let hex = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    let digit = c.text.bytes().any(|b| b.is_ascii_digit());
    accept_if(c.stands_alone() && hex && digit && c.before != Some('.'))
}
