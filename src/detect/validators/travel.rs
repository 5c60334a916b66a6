//! Passports, driving licences and immigration documents; the machine-readable zone is in [`mrz`](super::mrz).

use super::{Alone, Compact, Facts, Inner, Verdict, date};
use crate::model::Level;
use jiff::civil::Date;

fn digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

fn capitals(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_uppercase)
}

/// Passport number: nine digits (United Kingdom), letter and six digits or the reverse (its old ones), and the shapes of
/// states whose citizens work in British care: one to three letters and six to eight digits, perhaps a letter after them,
/// or the nine characters of Germany. No check digit outside the machine-readable zone: it needs context.
pub fn passport(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let rest = &value[letters..];
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let tail = &rest[count..];
    let right = match (letters, count, tail.len()) {
        (0, 9, 0) => true,
        (0, 6, 1) => capitals(tail),
        (1, 6..=8, 0) | (1, 7, 1) | (2, 6..=7, 0) | (3, 6, 0) => capitals(tail),
        _ => {
            // Germany: letters that are not mistaken for digits, and digits, mixed.
            value.len() == 9
                && value
                    .iter()
                    .all(|b| b.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(b))
                && b"CFGHJK".contains(&value[0])
                && value.iter().filter(|b| b.is_ascii_digit()).count() >= 3
        }
    };
    if !right {
        return Verdict::REJECT;
    }
    let verdict = Verdict::SHAPE.alone(Alone::Never);
    if letters == 0 && value.iter().all(|d| *d == value[0]) {
        return verdict.cap(Level::Low);
    }
    verdict
}

/// The parts of a driver number that mean something.
struct Driver {
    surname: [u8; 5],
    born: Date,
    female: bool,
}

fn driver(text: &str, today: Date) -> Option<(Driver, Compact)> {
    let value = Compact::of(text)?;
    let number = value.get(..16)?;
    let issue = &value[16..];
    if !(issue.is_empty() || (issue.len() == 2 && digits(issue))) {
        return None;
    }
    let (name, rest) = number.split_at(5);
    let letters = name.iter().take_while(|b| b.is_ascii_uppercase()).count();
    if letters == 0 || name[letters..].iter().any(|b| *b != b'9') {
        return None;
    }
    let (number, rest) = rest.split_at(6);
    let [first, second, any, c1, c2] = *rest else {
        return None;
    };
    if !digits(number)
        || !first.is_ascii_uppercase()
        || !(second.is_ascii_uppercase() || second == b'9')
        || !any.is_ascii_alphanumeric()
        || !capitals(&[c1, c2])
    {
        return None;
    }
    let at = |i: usize| number[i] - b'0';
    let (month, female) = match 10 * at(1) + at(2) {
        month @ 1..=12 => (month, false),
        month @ 51..=62 => (month - 50, true),
        _ => return None,
    };
    let (day, year) = (10 * at(3) + at(4), i16::from(10 * at(0) + at(5)));
    // Nobody drives before fifteen and three quarters.
    let youngest = today.checked_sub(jiff::Span::new().years(15)).ok()?;
    let on = |century: i16| Date::new(century + year, month as i8, day as i8).ok();
    let born = on(2000)
        .filter(|date| *date <= youngest)
        .or_else(|| on(1900))?;
    let mut surname = [0; 5];
    surname.copy_from_slice(name);
    Some((
        Driver {
            surname,
            born,
            female,
        },
        value,
    ))
}

/// Driver number of Great Britain: five characters of the surname (filled with 9), decade, month (50 more for women),
/// day, year, two initials (9 if none), a character, two check letters, perhaps the two digits of the issue. DVLA does
/// not publish how the letters are computed. `MORGA657054SM9IJ` is its specimen.
pub fn driver_gb(text: &str, facts: &Facts) -> Verdict {
    let Some((_, value)) = driver(text, facts.today) else {
        return Verdict::REJECT;
    };
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    Verdict::SHAPE
        .alone(Alone::At(if lower { Level::Low } else { Level::Medium }))
        .example(value.starts_with(b"MORGA657054SM9IJ"))
}

/// Sixteen characters; the issue changes with every card.
pub fn driver_gb_normal(text: &str, facts: &Facts) -> String {
    let mut value = super::compact(text, facts);
    value.truncate(16);
    value
}

/// Date of birth, sex, and what there is of the surname.
pub fn driver_gb_inner(text: &str, facts: &Facts) -> Vec<Inner> {
    let Some((driver, _)) = driver(text, facts.today) else {
        return Vec::new();
    };
    let surname: String = driver
        .surname
        .iter()
        .filter(|b| b.is_ascii_uppercase())
        .map(|b| char::from(*b))
        .collect();
    vec![
        Inner {
            what: "date-of-birth",
            value: driver.born.to_string(),
        },
        Inner {
            what: "sex",
            value: if driver.female { "F" } else { "M" }.to_owned(),
        },
        Inner {
            what: "surname-prefix",
            value: surname,
        },
    ]
}

/// Driver number of Northern Ireland: eight digits that mean nothing. It needs context.
pub fn driver_ni(text: &str, _: &Facts) -> Verdict {
    match Compact::digits::<8>(text) {
        Some(digits) if digits.iter().any(|d| *d != digits[0]) => {
            Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
        }
        _ => Verdict::REJECT,
    }
}

/// Biometric residence permit or card: two letters, a digit or X, six digits. It needs context.
pub fn residence_permit(text: &str, _: &Facts) -> Verdict {
    match Compact::of(text).as_deref() {
        Some([a, b, c, rest @ ..])
            if capitals(&[*a, *b])
                && (c.is_ascii_digit() || *c == b'X')
                && rest.len() == 6
                && digits(rest) =>
        {
            Verdict::SHAPE.alone(Alone::Never)
        }
        _ => Verdict::REJECT,
    }
}

/// Home Office share code: nine characters, the first W (work), R (rent) or S (other), at least one digit and one more
/// letter. It needs context: words and licence keys look the same.
pub fn share_code(text: &str, _: &Facts) -> Verdict {
    match Compact::of(text).as_deref() {
        Some(value @ [b'W' | b'R' | b'S', rest @ ..])
            if value.len() == 9
                && rest.iter().any(u8::is_ascii_digit)
                && rest.iter().any(u8::is_ascii_uppercase) =>
        {
            Verdict::SHAPE.alone(Alone::Never)
        }
        _ => Verdict::REJECT,
    }
}

/// References of visas and sponsorship: `GWF` and nine digits (which names itself), a certificate of sponsorship (`C` and
/// ten characters), a Home Office reference (letter and seven digits, perhaps `/n`), an application number (sixteen
/// digits in fours).
pub fn immigration(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let verdict = Verdict::SHAPE.cap(Level::Medium).alone(Alone::Never);
    match &*value {
        [b'G', b'W', b'F', rest @ ..] if rest.len() == 9 && digits(rest) => {
            verdict.alone(Alone::At(Level::Medium))
        }
        [b'C', rest @ ..]
            if rest.len() == 10 && rest.iter().filter(|b| b.is_ascii_digit()).count() >= 4 =>
        {
            verdict
        }
        [letter, rest @ ..]
            if letter.is_ascii_uppercase()
                && digits(rest)
                && (rest.len() == 7 || (text.contains('/') && (8..=9).contains(&rest.len()))) =>
        {
            verdict
        }
        all if all.len() == 16 && digits(all) => verdict,
        _ => Verdict::REJECT,
    }
}

/// `YYMMDD` of a machine-readable zone: the dates of the last and of this century that it can mean.
pub(super) fn yymmdd(bytes: &[u8], today: Date) -> Option<[Option<Date>; 2]> {
    let mut turned = [0; 6];
    for (at, from) in [4, 5, 2, 3, 0, 1].into_iter().enumerate() {
        let b = *bytes.get(from)?;
        turned[at] = b.is_ascii_digit().then(|| b - b'0')?;
    }
    Some(date::ddmmyy(&turned, today))
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Reject, Shape};
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
    fn passports() {
        kinds(
            passport,
            &[
                ("123456789", Shape),
                ("123 456 789", Shape),
                ("C123456", Shape),
                ("123456C", Shape),
                ("PA1234567", Shape),
                ("A1234567", Shape),
                ("A12345678", Shape),
                ("P1234567A", Shape),
                ("BN123456", Shape),
                ("C01X00T47", Shape),
                ("12345678", Reject),
                ("35MM45MM", Reject),
                ("PASSPORT", Reject),
                ("ABCD12345", Reject),
            ],
        );
    }

    #[test]
    fn drivers() {
        kinds(
            driver_gb,
            &[
                ("MORGA657054SM9IJ", Shape),
                ("SMITH 802290 AB1CD 23", Shape),
                ("JONES710153J99EF", Shape),
                ("FO999512018AA1AB", Shape),
                ("smit9801015jk2cd", Shape),
                ("LEE99954123D99FG", Shape),
                ("MORGA613054SM9IJ", Reject),
                ("99999657054SM9IJ", Reject),
                ("MO9G9657054SM9IJ", Reject),
                ("MORGA65705SM9IJ", Reject),
                ("SMITH802310AB1CD", Reject),
                ("MORGA601324SM9IJ", Reject),
            ],
        );
        assert_eq!(
            driver_gb("MORGA657054SM9IJ", &facts()).status,
            Status::Example
        );
        let inner = driver_gb_inner("MORGA657054SM9IJ", &facts());
        assert_eq!(inner[0].value, "1964-07-05");
        assert_eq!(inner[1].value, "F");
        assert_eq!(inner[2].value, "MORGA");
        assert_eq!(
            driver_gb_normal("SMITH 802290 AB1CD 23", &facts()),
            "SMITH802290AB1CD"
        );
        kinds(
            driver_ni,
            &[
                ("12345678", Shape),
                ("1234567", Reject),
                ("00000000", Reject),
            ],
        );
    }

    #[test]
    fn immigration_documents() {
        kinds(
            residence_permit,
            &[
                ("RF9005196", Shape),
                ("ZUX123456", Shape),
                ("ZW900519", Reject),
                ("ZWX12345", Reject),
            ],
        );
        kinds(
            share_code,
            &[
                ("W4B 9X7 K2Q", Shape),
                ("R12-ABC-34D", Shape),
                ("W-1234-ABCD", Shape),
                ("WELCOMING", Reject),
                ("X4B 9X7 K2Q", Reject),
                ("W4B 9X7", Reject),
                ("W12345678", Reject),
            ],
        );
        kinds(
            immigration,
            &[
                ("GWF012345678", Shape),
                ("C2G1A23456B", Shape),
                ("A1234567", Shape),
                ("B7654321/2", Shape),
                ("1212-0001-2345-6789", Shape),
                ("GWF01234567", Reject),
                ("COMFORTABLE", Reject),
            ],
        );
    }
}
