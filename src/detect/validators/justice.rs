//! Numbers of the criminal-justice system and of vetting.
//!
//! The check letters of the Police National Computer and of arrest summons and criminal records numbers share one table
//! of 23 letters (Ministry of Justice, HMPPS person record and Bichard source code).

use super::compact::number;
use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// Check letters by remainder modulus 23.
const LETTERS: &[u8; 23] = b"ZABCDEFGHJKLMNPQRTUVWXY";

/// Splits a run of digits and its check letter; `None` when it is not one of each.
fn serial_and_letter(bytes: &[u8]) -> Option<(&[u8], u8)> {
    let (letter, serial) = bytes.split_last()?;
    (!serial.is_empty() && serial.iter().all(u8::is_ascii_digit) && LETTERS.contains(letter))
        .then_some((serial, *letter))
}

fn value(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |n, b| 10 * n + u64::from(b.wrapping_sub(b'0')))
}

fn letter_of(n: u64) -> u8 {
    LETTERS[(n % 23) as usize]
}

/// The compact bytes of a text with its slashes kept.
fn slashed(text: &str) -> Option<Compact> {
    Compact::keeping(text, |b| b.is_ascii_alphanumeric() || b == b'/')
}

/// Year (two digits), serial, check letter, and whether it was written with four digits of year and with a slash.
struct Pnc {
    year: u64,
    serial: u64,
    letter: u8,
    long: bool,
    slash: bool,
}

fn pnc_parts(text: &str, this_year: u64) -> Option<Pnc> {
    let value_of = slashed(text)?;
    let slash = value_of.iter().position(|&b| b == b'/');
    let (year, rest) = match slash {
        Some(at) => (&value_of[..at], &value_of[at + 1..]),
        // Without the slash only the long form is told from other numbers.
        None if value_of.len() == 12 => value_of.split_at(4),
        None => return None,
    };
    let (serial, letter) = serial_and_letter(rest)?;
    let long = year.len() == 4;
    if !year.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let full = value(year);
    let right = if long {
        serial.len() == 7 && (1900..=this_year).contains(&full)
    } else {
        year.len() == 2 && serial.len() <= 7
    };
    right.then(|| Pnc {
        year: full % 100,
        serial: value(serial),
        letter,
        long,
        slash: slash.is_some(),
    })
}

/// Police National Computer identifier: `YYYY/NNNNNNNL`, short `YY/NL`. The letter is that of the two-digit year followed
/// by the serial padded to seven digits.
pub fn pnc(text: &str, facts: &Facts) -> Verdict {
    let Some(parts) = pnc_parts(text, u64::try_from(facts.today.year()).unwrap_or(0)) else {
        return Verdict::REJECT;
    };
    let holds = letter_of(parts.year * 10_000_000 + parts.serial) == parts.letter;
    let upper = !text.bytes().any(|b| b.is_ascii_lowercase());
    Verdict::checked(holds).alone(match (holds && upper, parts.slash, parts.long) {
        (true, true, true) => Alone::At(Level::Medium),
        (true, true, false) => Alone::At(Level::Low),
        _ => Alone::Never,
    })
}

/// `YYYY/NNNNNNNL`; the century of a short form is the latest that is not to come.
pub fn pnc_normal(text: &str, facts: &Facts) -> String {
    let this_year = u64::try_from(facts.today.year()).unwrap_or(0);
    pnc_parts(text, this_year).map_or_else(
        || text.to_owned(),
        |parts| {
            let century = if 2000 + parts.year <= this_year {
                2000
            } else {
                1900
            };
            let century = if parts.long {
                let year = value(text.as_bytes().get(..4).unwrap_or(b"0"));
                year - year % 100
            } else {
                century
            };
            format!(
                "{}/{:07}{}",
                century + parts.year,
                parts.serial,
                char::from(parts.letter)
            )
        },
    )
}

/// Criminal Records Office number: `N/YYL` with up to six digits, or from the sleeve file `SFYY/NL`. The letter is that
/// of the year followed by the serial, padded to six digits in the first form.
pub fn cro(text: &str, _: &Facts) -> Verdict {
    let Some(compact) = slashed(text) else {
        return Verdict::REJECT;
    };
    let Some(at) = compact.iter().position(|&b| b == b'/') else {
        return Verdict::REJECT;
    };
    let (before, after) = (&compact[..at], &compact[at + 1..]);
    let Some((digits, letter)) = serial_and_letter(after) else {
        return Verdict::REJECT;
    };
    let (n, serial, sleeve) = match before {
        [b'S', b'F', year @ ..] => {
            if year.len() != 2 || !year.iter().all(u8::is_ascii_digit) || digits.len() > 6 {
                return Verdict::REJECT;
            }
            let width = 10_u64.pow(u32::try_from(digits.len()).unwrap_or(0));
            (value(year) * width + value(digits), digits, true)
        }
        serial => {
            if !(1..=6).contains(&serial.len())
                || !serial.iter().all(u8::is_ascii_digit)
                || digits.len() != 2
            {
                return Verdict::REJECT;
            }
            (value(digits) * 1_000_000 + value(serial), serial, false)
        }
    };
    let holds = letter_of(n) == letter;
    // One letter in 23 is right by chance, and many a document reference looks like a short serial.
    let upper = !text.bytes().any(|b| b.is_ascii_lowercase());
    Verdict::checked(holds).alone(match (holds && upper, sleeve || serial.len() >= 5) {
        (true, true) => Alone::At(Level::Medium),
        (true, false) => Alone::At(Level::Low),
        (false, _) => Alone::Never,
    })
}

/// Upper case, slash kept, leading zeros of the serial gone.
pub fn cro_normal(text: &str, _: &Facts) -> String {
    let Some(compact) = slashed(text) else {
        return text.to_owned();
    };
    match compact.as_str().split_once('/') {
        Some((before, after)) if before.starts_with("SF") => {
            format!("{before}/{}", after.trim_start_matches('0'))
        }
        Some((before, after)) => format!("{}/{after}", before.trim_start_matches('0')),
        None => compact.as_str().to_owned(),
    }
}

/// Arrest summons number: year, police force and unit, system, serial, check letter (`11/01ZD/01/448754K`, or 20
/// characters in one). The letter is that of force, unit if it is a number, system, year and the serial padded to eleven
/// digits.
pub fn asn(text: &str, _: &Facts) -> Verdict {
    let Some(parts) = asn_parts(text) else {
        return Verdict::REJECT;
    };
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let fold =
        |n: u64, bytes: &[u8]| (bytes.iter()).fold(n, |n, b| (10 * n + u64::from(b - b'0')) % 23);
    let mut n = fold(0, &parts.force);
    if digits(&parts.unit) {
        n = fold(n, &parts.unit);
    }
    n = fold(n, &parts.system);
    n = fold(n, &parts.year);
    n = fold(n, &parts.serial);
    let holds = letter_of(n) == parts.letter;
    if holds {
        Verdict::PASS.alone(Alone::At(Level::Medium))
    } else {
        Verdict::FAIL
    }
}

struct Asn {
    year: [u8; 2],
    force: [u8; 2],
    unit: [u8; 2],
    system: [u8; 2],
    serial: [u8; 11],
    letter: u8,
}

fn asn_parts(text: &str) -> Option<Asn> {
    let compact = Compact::of(text)?;
    let (&letter, rest) = compact.split_last()?;
    let two = |at: usize| -> Option<[u8; 2]> { rest.get(at..at + 2)?.try_into().ok() };
    let (year, force, unit, system) = (two(0)?, two(2)?, two(4)?, two(6)?);
    let written = &rest[8..];
    if !(1..=11).contains(&written.len()) || !LETTERS.contains(&letter) {
        return None;
    }
    if !text.contains('/') && written.len() != 11 {
        return None;
    }
    let mut serial = [b'0'; 11];
    serial[11 - written.len()..].copy_from_slice(written);
    [&year[..], &force[..], &system[..], &serial[..]]
        .iter()
        .all(|part| part.iter().all(u8::is_ascii_digit))
        .then_some(Asn {
            year,
            force,
            unit,
            system,
            serial,
            letter,
        })
}

/// The 20 characters in one.
pub fn asn_normal(text: &str, _: &Facts) -> String {
    asn_parts(text).map_or_else(
        || text.to_owned(),
        |p| {
            [
                &p.year[..],
                &p.force,
                &p.unit,
                &p.system,
                &p.serial,
                &[p.letter],
            ]
            .concat()
            .into_iter()
            .map(char::from)
            .collect()
        },
    )
}

/// Disclosure and Barring Service: certificate (12 digits), application (`E` or `F` and ten digits), Update Service
/// subscription (`C` and ten digits). `000123456789` and `F0012345678` are the service's own examples.
pub fn dbs(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (digits, length) = match &*value {
        [b'C' | b'E' | b'F', digits @ ..] => (digits, 10),
        digits => (digits, 12),
    };
    // A certificate number that lost its zeros in a spreadsheet: only the heading of the column can say so.
    if length == 12
        && digits.len() == 10
        && digits[0] == b'1'
        && digits.iter().all(u8::is_ascii_digit)
    {
        return Verdict::SHAPE.alone(Alone::Never);
    }
    if digits.len() != length
        || !digits.iter().all(u8::is_ascii_digit)
        || digits.iter().all(|d| *d == digits[0])
        // An international mobile number without its plus.
        || digits.starts_with(b"447")
    {
        return Verdict::REJECT;
    }
    let verdict = Verdict::SHAPE
        .alone(Alone::Never)
        .example(value.as_str() == "000123456789" || value.as_str() == "F0012345678");
    // Certificates have begun with 00 since they were first numbered.
    if length == 12 && !digits.starts_with(b"00") {
        return verdict.cap(Level::Medium);
    }
    verdict
}

/// Twelve digits, or a letter and ten.
pub fn dbs_normal(text: &str, facts: &Facts) -> String {
    let value = super::compact(text, facts);
    if value.starts_with(|c: char| c.is_ascii_alphabetic()) {
        value
    } else {
        format!("{value:0>12}")
    }
}

/// Protecting Vulnerable Groups scheme (Disclosure Scotland): sixteen digits.
pub fn pvg(text: &str, _: &Facts) -> Verdict {
    match Compact::digits::<16>(text) {
        Some(digits) if number(&digits[1..]) > 0 => Verdict::SHAPE.alone(Alone::Never),
        _ => Verdict::REJECT,
    }
}

/// Prison number: letter, four digits, two letters (`A1234BC`).
pub fn prison(text: &str, _: &Facts) -> Verdict {
    match Compact::of(text).as_deref() {
        Some([first, digits @ .., last, end])
            if digits.len() == 4
                && digits.iter().all(u8::is_ascii_digit)
                && [first, last, end].into_iter().all(u8::is_ascii_uppercase) =>
        {
            Verdict::SHAPE.alone(Alone::Never)
        }
        _ => Verdict::REJECT,
    }
}

/// Probation case reference number: letter and six digits.
pub fn probation(text: &str, _: &Facts) -> Verdict {
    match Compact::of(text).as_deref() {
        Some([first, digits @ ..])
            if digits.len() == 6
                && digits.iter().all(u8::is_ascii_digit)
                && first.is_ascii_uppercase() =>
        {
            Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
        }
        _ => Verdict::REJECT,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Fail, Pass, Reject, Shape};
    use super::*;
    use crate::model::Status;
    use proptest::prelude::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    fn kinds(check: fn(&str, &Facts) -> Verdict, cases: &[(&str, Kind)]) {
        for (text, kind) in cases {
            assert_eq!(check(text, &facts()).kind, *kind, "{text}");
        }
    }

    #[test]
    fn police_national_computer() {
        kinds(
            pnc,
            &[
                ("2008/0056560Z", Pass),
                ("20030011985X", Pass),
                ("1979/0163001B", Pass),
                ("02/73319Z", Pass),
                ("81/34U", Pass),
                ("2012/0052494Q", Pass),
                ("2008/0056560A", Fail),
                ("20030011985Z", Fail),
                ("1879/0163001B", Reject),
                ("2027/0163001B", Reject),
                ("2008/005656Z", Reject),
                ("2001/0171310S", Reject),
                ("8134U", Reject),
            ],
        );
        assert_eq!(pnc_normal("02/73319Z", &facts()), "2002/0073319Z");
        assert_eq!(pnc_normal("81/34U", &facts()), "1981/0000034U");
        assert_eq!(pnc_normal("20030011985X", &facts()), "2003/0011985X");
        assert_eq!(pnc("81/34U", &facts()).alone, Alone::At(Level::Low));
    }

    #[test]
    fn criminal_records_office() {
        kinds(
            cro,
            &[
                ("265416/21G", Pass),
                ("65656/91H", Pass),
                ("SF05/482703J", Pass),
                ("SF83/50058Z", Pass),
                ("123456/99L", Pass),
                ("85227/65G", Fail),
                ("SF05/482703A", Fail),
                ("123456/99M", Fail),
                ("265416/21", Reject),
                ("12/3456A", Reject),
                ("1234567/99L", Reject),
            ],
        );
        assert_eq!(cro_normal("065656/91h", &facts()), "65656/91H");
    }

    #[test]
    fn arrest_summons() {
        kinds(
            asn,
            &[
                ("11/01ZD/01/448754K", Pass),
                ("1101ZD0100000448754K", Pass),
                ("24/52AB/01/12345Q", Pass),
                ("19/43C1/02/7C", Pass),
                ("11/01ZD/01/00000448754/K", Pass),
                ("11/01ZD/01/448754A", Fail),
                ("19/43C1/02/8C", Fail),
                ("11/01ZD/01", Reject),
                ("11/01/2024", Reject),
                ("1101ZD01448754K", Reject),
            ],
        );
        assert_eq!(
            asn_normal("11/01ZD/01/448754K", &facts()),
            "1101ZD0100000448754K"
        );
    }

    #[test]
    fn vetting_and_custody() {
        kinds(
            dbs,
            &[
                ("000123456789", Shape),
                ("001 798 765 432", Shape),
                ("F0098765432", Shape),
                ("C1234567890", Shape),
                ("1712345678", Shape),
                ("447700900123", Reject),
                ("12345678901", Reject),
                ("111111111111", Reject),
            ],
        );
        assert_eq!(dbs("000123456789", &facts()).status, Status::Example);
        assert_eq!(dbs_normal("1712345678", &facts()), "001712345678");
        kinds(
            pvg,
            &[("1203 0405 0607 0809", Shape), ("1203 0405 0607", Reject)],
        );
        kinds(
            prison,
            &[
                ("A1234BC", Shape),
                ("A12345C", Reject),
                ("A1234B", Reject),
                ("11234BC", Reject),
            ],
        );
        kinds(
            probation,
            &[("X123456", Shape), ("X12345", Reject), ("123456", Reject)],
        );
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_a_pnc_never_passes(
            year in 0u64..27, serial in 0u64..10_000_000, at in 0usize..7, by in 1u8..10
        ) {
            let letter = char::from(letter_of(year * 10_000_000 + serial));
            let mut text = format!("{}/{serial:07}{letter}", 2000 + year).into_bytes();
            let written = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            prop_assert_eq!(pnc(&written(&text), &facts()).kind, Pass);
            text[5 + at] = b'0' + (text[5 + at] - b'0' + by) % 10;
            prop_assert_eq!(pnc(&written(&text), &facts()).kind, Fail);
        }
    }
}
