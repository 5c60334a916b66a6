//! Numbers of schools and of professional registers.

use super::compact::{repdigit_or_run, weighted};
use super::health::TEN_TO_ONE;
use super::{Alone, Compact, Facts, Verdict};
use crate::model::{Level, Status};

/// Letters of a pupil number, worth 0 to 22: I, O and S are left out.
const PUPIL_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Local authority codes of the Department for Education, as ranges: in England by region and by date of
/// reorganisation, in Wales 660–681, beyond them 701–704 (islands, service schools). Gaps inside a range are codes that
/// were in use or that the next reorganisation may take.
const AUTHORITIES: [(u16, u16); 16] = [
    (201, 213),
    (301, 320),
    (330, 336),
    (340, 344),
    (350, 359),
    (370, 373),
    (380, 384),
    (390, 394),
    (420, 421),
    (660, 681),
    (701, 704),
    (800, 896),
    (905, 909),
    (916, 921),
    (925, 938),
    (940, 943),
];

/// Unique Pupil Number: check letter, local authority, school, year, serial (`B801200005001`); a temporary one ends in a
/// letter. Weights 2 to 13 on what follows the check letter, modulus 23 (DfE and GovTalk, Unique Pupil Number 2.0).
///
/// A number whose check holds but whose authority is unknown stands only under a label.
pub fn upn(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let [check, body @ ..] = &*value else {
        return Verdict::REJECT;
    };
    let letter = |b: u8| {
        PUPIL_LETTERS
            .iter()
            .position(|&l| l == b)
            .map(|at| at as u8)
    };
    let (Some(check), 12) = (letter(*check), body.len()) else {
        return Verdict::REJECT;
    };
    let mut digits = [0; 12];
    for (at, (to, &from)) in digits.iter_mut().zip(body).enumerate() {
        *to = match from {
            b'0'..=b'9' => from - b'0',
            _ if at == 11 => match letter(from) {
                Some(worth) => worth,
                None => return Verdict::REJECT,
            },
            _ => return Verdict::REJECT,
        };
    }
    let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    let verdict = Verdict::checked(sum % 23 == u32::from(check));
    let authority = digits[..3].iter().fold(0, |n, &d| 10 * n + u16::from(d));
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low).alone(Alone::Never);
    }
    let known = AUTHORITIES
        .iter()
        .any(|(from, to)| (*from..=*to).contains(&authority));
    if !known {
        verdict.alone(Alone::Never)
    } else if verdict == Verdict::PASS && text.bytes().any(|b| b.is_ascii_lowercase()) {
        verdict.alone(Alone::At(Level::Low))
    } else {
        verdict
    }
}

/// Unique Learner Number: ten digits, the first not zero, weights 10 to 1, remainder 10 modulus 11 (so that none is an
/// NHS number too; HESA, Learning Records Service). One in twelve passes: it needs context.
pub fn uln(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = Compact::digits::<10>(text) else {
        return Verdict::REJECT;
    };
    if digits[0] == 0 {
        return Verdict::REJECT;
    }
    let verdict = Verdict::checked(weighted(&digits, &TEN_TO_ONE) % 11 == 10).alone(Alone::Never);
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low);
    }
    verdict
}

/// Unique Candidate Identifier of the examination boards: centre (5 digits), 0 or a board's letter, year, serial, check
/// letter. The boards do not publish the whole table of check letters, so only the structure is judged.
pub fn uci(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    if value.len() != 13 {
        return Verdict::REJECT;
    }
    let right = value[..5].iter().all(u8::is_ascii_digit)
        && (value[5] == b'0' || value[5].is_ascii_uppercase())
        && value[6..12].iter().all(u8::is_ascii_digit)
        && value[12].is_ascii_uppercase()
        && !b"IJOQSUZ".contains(&value[12]);
    if right {
        Verdict::SHAPE.alone(Alone::Never)
    } else {
        Verdict::REJECT
    }
}

/// Teacher reference number: seven digits, formerly written `99/12345` or `RP99/12345`.
pub fn teacher(text: &str, _: &Facts) -> Verdict {
    let text = text
        .strip_prefix(|c: char| c.eq_ignore_ascii_case(&'r'))
        .and_then(|rest| rest.strip_prefix(|c: char| c.eq_ignore_ascii_case(&'p')))
        .unwrap_or(text);
    match Compact::digits::<7>(text) {
        Some(digits) => same_digit(&digits),
        None => Verdict::REJECT,
    }
}

/// Seven digits, without the letters of the old form.
pub fn teacher_normal(text: &str, _: &Facts) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number without a check digit that needs context; one digit repeated is somebody's filler.
fn same_digit(digits: &[u8]) -> Verdict {
    let verdict = Verdict::SHAPE.alone(Alone::Never);
    if digits.windows(2).all(|pair| pair[0] == pair[1]) {
        return verdict.cap(Level::Low);
    }
    verdict
}

/// General Medical Council reference: seven digits, `L` and six (limited registration), `C` and seven (a consultant's
/// code in the NHS). The register is public.
pub fn gmc(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let digits = match &*value {
        [b'C', digits @ ..] if digits.len() == 7 => digits,
        [b'L', digits @ ..] if digits.len() == 6 => digits,
        digits if digits.len() == 7 => digits,
        _ => return Verdict::REJECT,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Verdict::REJECT;
    }
    same_digit(digits).status(Status::PublicRegister)
}

/// Seven digits: a consultant's code is the reference with a letter before it.
pub fn gmc_normal(text: &str, facts: &Facts) -> String {
    let value = super::compact(text, facts);
    match value.strip_prefix('C') {
        Some(digits) => digits.to_owned(),
        None => value,
    }
}

/// Nursing and Midwifery Council PIN: year of registration, a letter for the month, four digits, a letter for the
/// country (E S N W, O and C for training abroad). Without context only months A to L are believed, and at low.
pub fn nmc(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let [y1, y2, month, serial @ .., country] = &*value else {
        return Verdict::REJECT;
    };
    if ![y1, y2].into_iter().all(u8::is_ascii_digit)
        || !month.is_ascii_uppercase()
        || serial.len() != 4
        || !serial.iter().all(u8::is_ascii_digit)
        || !b"ESNWOC".contains(country)
    {
        return Verdict::REJECT;
    }
    let sure = *month <= b'L' && !text.bytes().any(|b| b.is_ascii_lowercase());
    Verdict::SHAPE
        .status(Status::PublicRegister)
        .alone(if sure {
            Alone::At(Level::Low)
        } else {
            Alone::Never
        })
}

/// Health and Care Professions Council number (prefix of the profession, four to six digits) or Social Work England
/// number (`SW` and one to six digits; leading zeros were dropped in 2019).
pub fn hcpc(text: &str, _: &Facts) -> Verdict {
    const PROFESSIONS: [&[u8]; 16] = [
        b"AS", b"BS", b"CH", b"CS", b"DT", b"HAD", b"OD", b"ODP", b"OR", b"OT", b"PA", b"PH",
        b"PO", b"PYL", b"RA", b"SL",
    ];
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (prefix, digits) = value.split_at(letters);
    let least = match prefix {
        b"SW" => 1,
        _ if PROFESSIONS.contains(&prefix) => 4,
        _ => return Verdict::REJECT,
    };
    // `OT 2024` is an audit's year.
    let year = text.contains(' ')
        && digits.len() == 4
        && (digits.starts_with(b"19") || digits.starts_with(b"20"));
    if !(least..=6).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) || year {
        return Verdict::REJECT;
    }
    Verdict::SHAPE
        .status(Status::PublicRegister)
        .alone(Alone::Never)
}

/// Numbers of the General Pharmaceutical and Dental Councils, the Scottish, Northern Irish and Welsh social-care
/// registers: four to seven digits, in Wales behind `W/`. A four-digit number that reads as a year is one.
pub fn other_register(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (welsh, digits) = match &*value {
        [b'W', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // Years, and the area code of a telephone number.
    let year = digits.len() == 4
        && [&b"19"[..], b"20", b"0"]
            .iter()
            .any(|head| digits.starts_with(head));
    if !(4..=7).contains(&digits.len())
        || !digits.iter().all(u8::is_ascii_digit)
        || (year && !welsh)
    {
        return Verdict::REJECT;
    }
    same_digit(digits).status(Status::PublicRegister)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Kind::{self, Fail, Pass, Reject, Shape};
    use super::*;
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
    fn pupil_numbers() {
        kinds(
            upn,
            &[
                ("B801200005001", Pass),
                ("b801200005001", Pass),
                ("P207000016049", Pass),
                ("F201123412001", Pass),
                ("R330456711023", Pass),
                ("M80120000500A", Pass),
                ("Q207000016049", Fail),
                ("A801200005001", Fail),
                ("I801200005001", Reject),
                ("S801200005001", Reject),
                ("B80120000500", Reject),
                ("B80120000500I", Reject),
                ("B80120000500O", Reject),
            ],
        );
    }

    #[test]
    fn learner_numbers() {
        kinds(
            uln,
            &[
                ("9276308686", Pass),
                ("1234567899", Pass),
                ("3000000002", Pass),
                ("6999999995", Pass),
                ("9276308687", Fail),
                ("0123456789", Reject),
            ],
        );
    }

    #[test]
    fn candidates_and_teachers() {
        kinds(
            uci,
            &[
                ("681990012058G", Shape),
                ("68199 0 01 2058 G", Shape),
                ("12345B240001C", Shape),
                ("681991012058G", Reject),
                ("681990012058I", Reject),
                ("6819900120G", Reject),
            ],
        );
        kinds(
            teacher,
            &[
                ("1234567", Shape),
                ("99/12345", Shape),
                ("RP99/12345", Shape),
                ("123456", Reject),
                ("12345678", Reject),
            ],
        );
        assert_eq!(teacher_normal("RP99/12345", &facts()), "9912345");
        assert_eq!(teacher("9999999", &facts()).cap, Some(Level::Low));
    }

    #[test]
    fn registers() {
        kinds(
            gmc,
            &[
                ("1234567", Shape),
                ("C1234567", Shape),
                ("L123456", Shape),
                ("123456", Reject),
                ("12345678", Reject),
                ("X123456", Reject),
            ],
        );
        assert_eq!(gmc_normal("C1234567", &facts()), "1234567");
        kinds(
            nmc,
            &[
                ("18A0123E", Shape),
                ("99I0042E", Shape),
                ("18A0123Z", Reject),
                ("1AA0123E", Reject),
                ("180A123E", Reject),
                ("18A012E", Reject),
            ],
        );
        kinds(
            hcpc,
            &[
                ("PH123456", Shape),
                ("OT04567", Shape),
                ("SW123", Shape),
                ("PYL12345", Shape),
                ("XX12345", Reject),
                ("OT 2024", Reject),
                ("PH123", Reject),
                ("SW1234567", Reject),
                ("SW", Reject),
            ],
        );
        kinds(
            other_register,
            &[
                ("2045678", Shape),
                ("W/5012345", Shape),
                ("2024", Reject),
                ("0345", Reject),
                ("123", Reject),
            ],
        );
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_a_pupil_number_never_passes(
            digits in proptest::array::uniform12(0u8..10), at in 0usize..12, by in 1u8..10
        ) {
            let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
            let write = |digits: &[u8]| -> String {
                std::iter::once(PUPIL_LETTERS[(sum % 23) as usize])
                    .chain(digits.iter().map(|d| d + b'0'))
                    .map(char::from)
                    .collect()
            };
            prop_assert_eq!(upn(&write(&digits), &facts()).kind, Pass);
            let mut wrong = digits;
            wrong[at] = (wrong[at] + by) % 10;
            prop_assert_eq!(upn(&write(&wrong), &facts()).kind, Fail);
        }
    }
}
