//! Numbers of households and of local systems: meters, council tax, the electoral register, Blue Badges, care records.

use super::compact::{repdigit_or_run, weighted};
use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// Core of a Meter Point Administration Number: 13 digits, distributor first (10–39). Digits 1 to 12 times the primes
/// from 3 without 11, modulus 11, modulus 10, give the last. Barcodes pass one time in ten: it needs context.
pub fn mpan(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = Compact::digits::<13>(text) else {
        return Verdict::REJECT;
    };
    if !(1..=3).contains(&digits[0]) {
        return Verdict::REJECT;
    }
    let sum = weighted(
        &digits[..12],
        &[3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43],
    );
    let verdict = Verdict::checked(sum % 11 % 10 == u32::from(digits[12])).alone(Alone::Never);
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low);
    }
    verdict.cap(Level::Medium)
}

/// Digits with letters around them, and how many of each.
fn counts(value: &[u8]) -> (usize, usize) {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    (value.len() - digits, digits)
}

/// Council-tax account or reference: 7 to 12 digits, perhaps a letter before or after. Every council has its own form.
pub fn council_tax(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (letters, digits) = counts(&value);
    let ends = value.first().is_some_and(u8::is_ascii_alphabetic)
        || value.last().is_some_and(u8::is_ascii_alphabetic);
    if (7..=12).contains(&digits) && (letters == 0 || (letters == 1 && ends)) {
        Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
    } else {
        Verdict::REJECT
    }
}

/// Number on the electoral register: polling district (two or three letters), number, sometimes `/n` for people added.
pub fn electoral(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = &value[letters..];
    // `RG 2024` is a year.
    let year = text.contains(' ') && digits.len() == 4 && digits.starts_with(b"20");
    if !year
        && (2..=3).contains(&letters)
        && (1..=6).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
    {
        Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
    } else {
        Verdict::REJECT
    }
}

/// Blue Badge: six letters and digits with at least two digits, or the longer serial of the badge. The format is not
/// published; context only, and low.
pub fn blue_badge(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (_, digits) = counts(&value);
    if (6..=16).contains(&value.len()) && digits >= 2 {
        Verdict::SHAPE.alone(Alone::Never).cap(Level::Low)
    } else {
        Verdict::REJECT
    }
}

/// Client number of a care, social-work or hospital system: up to three letters, four to nine digits, perhaps a letter. A
/// four-digit number that reads as a year is taken for one.
pub fn local_care(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = match &value[letters..] {
        [digits @ .., last] if last.is_ascii_uppercase() => digits,
        digits => digits,
    };
    let year = letters == 0
        && digits.len() == 4
        && (digits.starts_with(b"19") || digits.starts_with(b"20"));
    if letters <= 3
        && (4..=9).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && !year
    {
        Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
    } else {
        Verdict::REJECT
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Fail, Pass, Reject, Shape};
    use super::*;

    fn kinds(check: fn(&str, &Facts) -> Verdict, cases: &[(&str, Kind)]) {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        for (text, kind) in cases {
            assert_eq!(check(text, &facts).kind, *kind, "{text}");
        }
    }

    #[test]
    fn meters() {
        kinds(
            mpan,
            &[
                ("1012345678903", Pass),
                ("10 1234 5678 903", Pass),
                ("2211000012347", Pass),
                ("2000000000006", Pass),
                ("1699999999998", Pass),
                ("1012345678904", Fail),
                ("5012345678900", Reject),
                ("101234567890", Reject),
            ],
        );
    }

    #[test]
    fn local_references() {
        kinds(
            council_tax,
            &[
                ("800123456", Shape),
                ("7012345X", Shape),
                ("A12345678", Shape),
                ("2024", Reject),
                ("70X12345", Reject),
            ],
        );
        kinds(
            electoral,
            &[
                ("AB1234", Shape),
                ("AB 12/1", Shape),
                ("ABC2345", Shape),
                ("M25", Reject),
                ("RG 2024", Reject),
                ("2024", Reject),
            ],
        );
        kinds(
            blue_badge,
            &[
                ("A1B2C3", Shape),
                ("123456", Shape),
                ("ABCDEF", Reject),
                ("12", Reject),
            ],
        );
        kinds(
            local_care,
            &[
                ("SU-00123", Shape),
                ("1234567B", Shape),
                ("123456", Shape),
                ("2024", Reject),
                ("95", Reject),
                ("NWBKGB2L", Reject),
            ],
        );
    }
}
