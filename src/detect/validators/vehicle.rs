//! Vehicle registration marks of the United Kingdom.

use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// Registration mark by format (DVLA INF104): current `AB51 ABC`, prefix `A123 BCD`, suffix `ABC 123D`, dateless and
/// Northern Irish `ABZ 1234`, `1234 AB`.
///
/// The age identifier of the current format is that of a half-year from September 2001 to two months after today, so the
/// check rolls with the calendar. Letters that are not used: I Q Z in the first two, I Q in the last three of current and
/// older marks; only dateless ones have I and Z.
pub fn registration(text: &str, facts: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let verdict = judge(&value, text, facts);
    if text.bytes().any(|b| b.is_ascii_lowercase()) {
        return verdict.alone(Alone::Never);
    }
    verdict
}

fn judge(value: &[u8], text: &str, facts: &Facts) -> Verdict {
    // Runs of letters and digits: at most three.
    let letters = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let head = letters(value);
    let number = digits(&value[head..]);
    let tail = letters(&value[head + number..]);
    if head + number + tail != value.len() || number == 0 {
        return Verdict::REJECT;
    }
    let (head, rest) = value.split_at(head);
    let (number, tail) = rest.split_at(number);
    let group = |bytes: &[u8]| !bytes.iter().any(|b| b"IQ".contains(b));
    let spaced = text.contains([' ', '-']);
    let leading_zero = number[0] == b'0';
    match (head.len(), number.len(), tail.len()) {
        (2, 2, 3) => {
            let age = 10 * (number[0] - b'0') + (number[1] - b'0');
            let issued = issued(age, facts);
            if issued && !head.iter().any(|b| b"IQZ".contains(b)) && group(tail) {
                Verdict::SHAPE.alone(Alone::At(Level::Medium))
            } else {
                Verdict::REJECT
            }
        }
        (1, 1..=3, 3) if !leading_zero && !b"IOUZ".contains(&head[0]) && group(tail) => {
            older(spaced)
        }
        (3, 1..=3, 1) if !leading_zero && group(head) && !b"IOQUZ".contains(&tail[0]) => {
            older(spaced)
        }
        (1..=3, 1..=4, 0) | (0, 1..=4, 1..=3) if !leading_zero => Verdict::SHAPE.cap(Level::Medium),
        _ => Verdict::REJECT,
    }
}

/// Prefix and suffix marks look like part numbers when nothing separates their halves.
fn older(spaced: bool) -> Verdict {
    Verdict::SHAPE.alone(if spaced {
        Alone::At(Level::Low)
    } else {
        Alone::Never
    })
}

/// Whether the age identifier has been issued: 51 from September 2001, 02 from March 2002, and so on.
fn issued(age: u8, facts: &Facts) -> bool {
    let soon = facts
        .today
        .checked_add(jiff::Span::new().months(2))
        .unwrap_or(facts.today);
    let (year, month) = (i32::from(soon.year()), soon.month());
    let age = i32::from(age);
    let (first, start_year, start_month) = if age >= 51 {
        (51, 2000 + age - 50, 9)
    } else {
        (2, 2000 + age, 3)
    };
    age >= first && (year, month) >= (start_year, start_month)
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Reject, Shape};
    use super::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    #[test]
    fn marks_of_every_format() {
        for (text, alone) in [
            ("AB51 ABC", Alone::At(Level::Medium)),
            ("LN14HGT", Alone::At(Level::Medium)),
            ("AB26 ABC", Alone::At(Level::Medium)),
            ("AB75 ABC", Alone::At(Level::Medium)),
            ("A123 BCD", Alone::At(Level::Low)),
            ("ABC 123D", Alone::At(Level::Low)),
            ("K1 ABC", Alone::At(Level::Low)),
            ("A123BCD", Alone::Never),
            ("bd62 xyz", Alone::Never),
            ("ABZ 1234", Alone::Rule),
            ("1234 AB", Alone::Rule),
            ("AB 1", Alone::Rule),
        ] {
            let verdict = registration(text, &facts());
            assert_eq!((verdict.kind, verdict.alone), (Shape, alone), "{text}");
        }
        for text in [
            "AB35 ABC", "IB51 ABC", "AB00 ABC", "AB01 ABC", "AB51 AQC", "AB27 ABC", "AB77 ABC",
            "I123 ABC", "ABC 123I", "A0 ABC", "AB12345", "ABCD 12", "12345", "ABC",
        ] {
            assert_eq!(registration(text, &facts()).kind, Reject, "{text}");
        }
    }

    #[test]
    fn the_age_identifier_rolls_with_the_calendar() {
        let on = |y, m, d| Facts::on(jiff::civil::date(y, m, d));
        assert!(issued(51, &on(2026, 1, 1)));
        assert!(!issued(50, &on(2026, 1, 1)) && !issued(1, &on(2026, 1, 1)));
        assert!(!issued(26, &on(2025, 12, 31)));
        assert!(issued(26, &on(2026, 1, 1)));
        assert!(!issued(76, &on(2026, 6, 30)));
        assert!(issued(76, &on(2026, 7, 1)));
    }
}
