//! Addresses of machines: IPv4, IPv6, MAC, and the IMEI of a telephone.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::compact::{luhn, repdigit_or_run};
use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// IPv4 address in dotted form, no leading zeros. Private and shared ranges say little and stay low; addresses of no
/// machine (loopback, multicast, broadcast, unassigned) are rejected; RFC 5737's are examples.
pub fn ipv4(text: &str, _: &Facts) -> Verdict {
    match text.parse::<Ipv4Addr>() {
        Ok(address) => judge_v4(address),
        Err(_) => Verdict::REJECT,
    }
}

fn judge_v4(address: Ipv4Addr) -> Verdict {
    let octets = address.octets();
    if octets[0] == 0
        || octets[0] >= 224
        || address.is_loopback()
        || octets.iter().all(|o| *o == octets[0])
    {
        // 1.1.1.1 is a public resolver and 8.8.8.8 too: nobody's own address.
        return Verdict::REJECT;
    }
    let shared = octets[0] == 100 && (64..128).contains(&octets[1]);
    if address.is_private() || shared || address.is_link_local() {
        return Verdict::SHAPE.cap(Level::Low).alone(Alone::At(Level::Low));
    }
    let verdict = Verdict::SHAPE.example(address.is_documentation());
    // Four small numbers are a version or a section far more often than an address; .0 is a network, not a machine.
    if octets.iter().all(|o| *o < 32) || octets[3] == 0 {
        return verdict.alone(Alone::At(Level::Low));
    }
    verdict.alone(Alone::At(Level::Medium))
}

/// IPv6 address in any form of RFC 4291, with or without a zone. Only global unicast (2000::/3) points to somebody;
/// link-local and unique local stay low; RFC 3849's and RFC 9637's are examples; the rest is rejected.
pub fn ipv6(text: &str, _: &Facts) -> Verdict {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<Ipv6Addr>() else {
        return Verdict::REJECT;
    };
    if zone.is_some_and(|z| {
        z.is_empty()
            || !z
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    }) {
        return Verdict::REJECT;
    }
    if let Some(v4) = address.to_ipv4_mapped() {
        return judge_v4(v4);
    }
    let first = address.segments()[0];
    match first {
        0xfe80..=0xfebf | 0xfc00..=0xfdff => {
            Verdict::SHAPE.cap(Level::Low).alone(Alone::At(Level::Low))
        }
        0x2000..=0x3fff => {
            let example = (first == 0x2001 && address.segments()[1] == 0xdb8)
                || (first == 0x3fff && address.segments()[1] < 0x1000);
            // All zeros behind the network's half: a network, not a machine.
            let network = address.segments()[4..].iter().all(|s| *s == 0);
            Verdict::SHAPE.example(example).alone(Alone::At(if network {
                Level::Low
            } else {
                Level::High
            }))
        }
        _ => Verdict::REJECT,
    }
}

/// The shortest form of RFC 5952, without the zone.
pub fn ipv6_normal(text: &str, _: &Facts) -> String {
    let address = text.split('%').next().unwrap_or(text);
    address
        .parse::<Ipv6Addr>()
        .map_or_else(|_| text.to_owned(), |a| a.to_string())
}

/// MAC address: six octets with one separator throughout (`:`, `-`, or Cisco's `xxxx.xxxx.xxxx`); without separators
/// only under a label. Multicast addresses and one octet repeated are rejected; RFC 7042's 00-00-5E-00-53-xx are
/// examples. All digits could be a time or a number.
pub fn mac(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    if value.len() != 12 || !value.iter().all(u8::is_ascii_hexdigit) {
        return Verdict::REJECT;
    }
    let separated = |separator: u8, each: usize| {
        let bytes = text.as_bytes();
        bytes.len() == 12 + 12 / each - 1
            && bytes
                .iter()
                .enumerate()
                .all(|(at, b)| (at % (each + 1) == each) == (*b == separator))
    };
    let solid = text.len() == 12;
    if !(solid || separated(b':', 2) || separated(b'-', 2) || separated(b'.', 4)) {
        return Verdict::REJECT;
    }
    let octet = |at: usize| hex(value[2 * at]) * 16 + hex(value[2 * at + 1]);
    let first = octet(0);
    if first & 1 == 1 || (1..6).all(|at| octet(at) == first) {
        return Verdict::REJECT;
    }
    let verdict = Verdict::SHAPE.example(value.starts_with(b"00005E0053"));
    if solid {
        verdict.alone(Alone::Never)
    } else if text.as_bytes()[4] == b'.' {
        // Tables of numbers in hexadecimal are written so too.
        if value.starts_with(b"0000") {
            return Verdict::REJECT;
        }
        verdict.alone(Alone::At(Level::Low))
    } else if value.iter().any(u8::is_ascii_uppercase) {
        verdict.alone(Alone::At(Level::High))
    } else {
        verdict.alone(Alone::At(Level::Low))
    }
}

fn hex(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => byte - b'A' + 10,
    }
}

/// `aa:bb:cc:dd:ee:ff`.
pub fn mac_normal(text: &str, _: &Facts) -> String {
    let mut out = String::with_capacity(17);
    for c in text.chars().filter(char::is_ascii_hexdigit) {
        if out.len() % 3 == 2 {
            out.push(':');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// IMEI: fifteen digits, the last by Luhn (3GPP TS 23.003). One number in ten passes: it needs context.
pub fn imei(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = Compact::digits::<15>(text) else {
        return Verdict::REJECT;
    };
    if digits.iter().all(|d| *d == digits[0]) {
        return Verdict::REJECT;
    }
    let verdict = Verdict::checked(luhn(&digits))
        .alone(Alone::Never)
        .cap(Level::Medium);
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low);
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Fail, Pass, Reject, Shape};
    use super::*;
    use crate::model::Status;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    fn kinds(check: fn(&str, &Facts) -> Verdict, cases: &[(&str, Kind)]) {
        for (text, kind) in cases {
            assert_eq!(check(text, &facts()).kind, *kind, "{text}");
        }
    }

    #[test]
    fn internet_addresses() {
        kinds(
            ipv4,
            &[
                ("81.2.69.142", Shape),
                ("203.0.113.45", Shape),
                ("192.168.1.20", Shape),
                ("100.64.0.1", Shape),
                ("256.1.1.1", Reject),
                ("127.0.0.1", Reject),
                ("1.2.3", Reject),
                ("01.02.03.04", Reject),
                ("255.255.255.255", Reject),
                ("224.0.0.1", Reject),
                ("0.0.0.0", Reject),
                ("8.8.8.8", Reject),
            ],
        );
        assert_eq!(ipv4("203.0.113.45", &facts()).status, Status::Example);
        assert_eq!(ipv4("192.168.1.20", &facts()).cap, Some(Level::Low));
        assert_eq!(ipv4("4.3.2.1", &facts()).alone, Alone::At(Level::Low));
        kinds(
            ipv6,
            &[
                ("2001:db8::1", Shape),
                ("2a00:1450:4009:80b::200e", Shape),
                ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", Shape),
                ("fe80::1ff:fe23:4567:890a%eth0", Shape),
                ("fd12:3456:789a::1", Shape),
                ("::ffff:81.2.69.142", Shape),
                ("2002::", Shape),
                ("::1", Reject),
                ("::", Reject),
                ("12:34:56", Reject),
                ("1:2:3:4:5:6:7:8", Reject),
                ("1:2:3:4:5:6:7:8:9", Reject),
                ("ff02::1", Reject),
                ("fe80::1%", Reject),
            ],
        );
        assert_eq!(ipv6_normal("2001:0DB8:0:0::1", &facts()), "2001:db8::1");
    }

    #[test]
    fn hardware_addresses() {
        kinds(
            mac,
            &[
                ("00-00-5E-00-53-01", Shape),
                ("d0:50:99:84:a2:a0", Shape),
                ("001a.2b3c.4d5e", Shape),
                ("001A2B3C4D5E", Shape),
                ("d0:50-99:84:a2:a0", Reject),
                ("ff:ff:ff:ff:ff:ff", Reject),
                ("00:00:00:00:00:00", Reject),
                ("01:00:5e:00:00:fb", Reject),
                ("d0:50:99:84:a2", Reject),
                ("gg:50:99:84:a2:a0", Reject),
                ("0000.002D.0002", Reject),
            ],
        );
        assert_eq!(ipv6("2002::", &facts()).alone, Alone::At(Level::Low));
        assert_eq!(mac("001a.2b3c.4d5e", &facts()).alone, Alone::At(Level::Low));
        assert_eq!(mac_normal("001A.2b3c.4d5e", &facts()), "00:1a:2b:3c:4d:5e");
        assert_eq!(mac("00-00-5E-00-53-01", &facts()).status, Status::Example);
        assert_eq!(
            mac("10:20:30:40:50:60", &facts()).alone,
            Alone::At(Level::Low)
        );
        kinds(
            imei,
            &[
                ("490154203237518", Pass),
                ("35-417803-685978-9", Pass),
                ("490154203237519", Fail),
                ("49015420323751", Reject),
                ("000000000000000", Reject),
            ],
        );
    }
}
