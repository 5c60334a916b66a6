//! Numbers of the tax authorities: National Insurance, Unique Taxpayer Reference, VAT, PAYE.

use super::compact::{number, repdigit_or_run, weighted};
use super::{Alone, Compact, Facts, Verdict};
use crate::model::{Level, Status};

/// National Insurance number: two letters, six digits, suffix A–D (`AB 12 34 56 C`); a missing suffix needs context.
///
/// HMRC, National Insurance Manual NIM39110: neither letter is D F I Q U V, the second is not O, the pairs BG GB KN NK
/// NT TN ZZ are not issued. QQ is HMRC's own dummy.
pub fn nino(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (pair, digits, suffix) = match &*value {
        [a, b, digits @ .., suffix] if digits.len() == 6 => ([*a, *b], digits, Some(*suffix)),
        [a, b, digits @ ..] if digits.len() == 6 => ([*a, *b], digits, None),
        _ => return Verdict::REJECT,
    };
    if !digits.iter().all(u8::is_ascii_digit) || suffix.is_some_and(|s| !(b'A'..=b'D').contains(&s))
    {
        return Verdict::REJECT;
    }
    let verdict = match suffix {
        None => Verdict::SHAPE.alone(Alone::Never),
        // A lower-case spelling without a word beside it is more often an identifier in code.
        Some(_) if text.bytes().any(|b| b.is_ascii_lowercase()) => {
            Verdict::SHAPE.alone(Alone::At(Level::Low))
        }
        Some(_) => Verdict::SHAPE,
    };
    if &pair == b"QQ" {
        return verdict.example(true);
    }
    let barred = |letter: u8| b"DFIQUV".contains(&letter) || !letter.is_ascii_uppercase();
    if barred(pair[0])
        || barred(pair[1])
        || pair[1] == b'O'
        || [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&pair)
    {
        return Verdict::REJECT;
    }
    verdict
}

/// Unique Taxpayer Reference: ten digits of which the first is the check digit, with or without the K of the payment
/// slip. Weights 6 7 8 9 10 5 4 3 2 on the other nine, remainder modulus 11 looked up in `21987654321`.
///
/// Companies and partnerships have one too; context tells. One ten-digit number in ten passes, so it needs context.
pub fn utr(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = utr_digits(text) else {
        return Verdict::REJECT;
    };
    if digits.iter().all(|&d| d == digits[0]) {
        return Verdict::REJECT;
    }
    let sum = weighted(&digits[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    let expected = b"21987654321"[(sum % 11) as usize] - b'0';
    let verdict = Verdict::checked(digits[0] == expected).alone(Alone::Never);
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low);
    }
    verdict
}

fn utr_digits(text: &str) -> Option<[u8; 10]> {
    Compact::digits(text.trim_matches(['K', 'k', ' ']))
}

/// Ten digits, without the K.
pub fn utr_normal(text: &str, facts: &Facts) -> String {
    super::compact(text.trim_matches(['K', 'k']), facts)
}

/// VAT registration number: nine digits (twelve with the branch), `GB` or `XI` before them or context beside them;
/// government departments `GBGD000–499`, health authorities `GBHA500–999`.
///
/// Weights 8 to 2 on the first seven digits, plus the last two as a number: a multiple of 97, or 55 more is one (HMRC's
/// modulus 9755 of 2009).
pub fn vat(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (prefixed, rest) = match &*value {
        [b'G', b'B', rest @ ..] | [b'X', b'I', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let organisation = Status::Organisation;
    if let [kind @ (b'G' | b'H'), b'D' | b'A', serial @ ..] = rest {
        let range = if *kind == b'G' {
            b'0'..=b'4'
        } else {
            b'5'..=b'9'
        };
        let right = (*kind == b'G') == (rest[1] == b'D')
            && serial.len() == 3
            && serial.iter().all(u8::is_ascii_digit)
            && range.contains(&serial[0]);
        return if right && prefixed {
            Verdict::SHAPE.status(organisation).alone(Alone::Never)
        } else {
            Verdict::REJECT
        };
    }
    if !matches!(rest.len(), 9 | 12) || !rest.iter().all(u8::is_ascii_digit) {
        return Verdict::REJECT;
    }
    let mut digits = [0; 9];
    for (to, from) in digits.iter_mut().zip(rest) {
        *to = from - b'0';
    }
    if digits[..7].iter().all(|&d| d == 0) {
        return Verdict::REJECT;
    }
    let sum = u64::from(weighted(&digits[..7], &[8, 7, 6, 5, 4, 3, 2])) + number(&digits[7..]);
    let verdict = Verdict::checked(sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97))
        .status(organisation);
    let verdict = if repdigit_or_run(&digits) {
        verdict.cap(Level::Low)
    } else {
        verdict
    };
    if prefixed {
        verdict
    } else {
        verdict.alone(Alone::Never)
    }
}

/// With its prefix, which bare numbers lack: `GB980780684`.
pub fn vat_normal(text: &str, facts: &Facts) -> String {
    let value = super::compact(text, facts);
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        format!("GB{value}")
    } else {
        value
    }
}

/// Employer's PAYE reference (`123/AB456`: tax office, slash, up to ten letters and digits) or Accounts Office
/// reference (`123PA00012345`). They name an employer; on a payslip they support what stands beside them.
///
/// HMRC gives the check letter's algorithm to software makers only.
pub fn paye(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let [a, b, c, rest @ ..] = &*value else {
        return Verdict::REJECT;
    };
    if ![a, b, c].into_iter().all(u8::is_ascii_digit) {
        return Verdict::REJECT;
    }
    let right = if text.contains('/') {
        (2..=10).contains(&rest.len())
            && rest[0].is_ascii_uppercase()
            && rest.iter().any(u8::is_ascii_digit)
    } else {
        matches!(rest, [b'P', letter, serial @ ..] if letter.is_ascii_uppercase()
            && serial.len() == 8
            && serial[..7].iter().all(u8::is_ascii_digit)
            && (serial[7].is_ascii_digit() || serial[7] == b'X'))
    };
    if !right {
        return Verdict::REJECT;
    }
    Verdict::SHAPE
        .status(Status::Organisation)
        .alone(Alone::Never)
        .cap(Level::Low)
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
    fn national_insurance_numbers() {
        kinds(
            nino,
            &[
                ("AB 12 34 56 C", Shape),
                ("AB123456C", Shape),
                ("JG-10-37-59-A", Shape),
                ("hh 01 02 03 d", Shape),
                ("AB123456", Shape),
                ("QQ 12 34 56 C", Shape),
                ("AB 12 34 56 E", Reject),
                ("BG123456A", Reject),
                ("FQ 00 00 00 C", Reject),
                ("AO123456B", Reject),
                ("ZZ 12 34 56 A", Reject),
                ("PO123456A", Reject),
                ("AB1234567C", Reject),
                ("A1123456C", Reject),
                ("AB12345C", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(nino("QQ123456C", &facts).status, Status::Example);
        assert_eq!(nino("tw987654a", &facts).alone, Alone::At(Level::Low));
        assert_eq!(nino("AB123456", &facts).alone, Alone::Never);
    }

    #[test]
    fn the_issued_prefixes_are_373() {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        let letters = b'A'..=b'Z';
        let count = letters
            .clone()
            .flat_map(|a| letters.clone().map(move |b| [a, b]))
            .filter(|[a, b]| {
                let text = format!("{}{}123456A", char::from(*a), char::from(*b));
                let verdict = nino(&text, &facts);
                verdict.stands() && verdict.status == Status::Live
            })
            .count();
        assert_eq!(count, 373);
    }

    #[test]
    fn taxpayer_references() {
        kinds(
            utr,
            &[
                ("1955839661", Pass),
                ("19558 39661", Pass),
                ("1955839661K", Pass),
                ("K1955839661", Pass),
                ("9000000001", Pass),
                ("9987654321", Pass),
                ("2955839661", Fail),
                ("1111111111", Reject),
                ("195583966", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(utr_normal("19558 39661K", &facts), "1955839661");
    }

    #[test]
    fn vat_numbers() {
        kinds(
            vat,
            &[
                ("GB 980 7806 84", Pass),
                ("980780684", Pass),
                ("XI980780684", Pass),
                ("GB980780684001", Pass),
                ("123 4567 27", Pass),
                ("GBGD001", Shape),
                ("GBHA999", Shape),
                ("GBGD500", Reject),
                ("GBHA499", Reject),
                ("GD001", Reject),
                ("802311781", Fail),
                ("98078068", Reject),
                ("000000000", Reject),
            ],
        );
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        assert_eq!(vat_normal("980 7806 84", &facts), "GB980780684");
    }

    #[test]
    fn employers_references() {
        kinds(
            paye,
            &[
                ("123/AB456", Shape),
                ("951/A1", Shape),
                ("581/ZZ99", Shape),
                ("475/LB12345", Shape),
                ("123PA00012345", Shape),
                ("123PA0001234X", Shape),
                ("123/A", Reject),
                ("12/AB456", Reject),
                ("1234/AB456", Reject),
                ("123/456", Reject),
                ("123PA0001234", Reject),
            ],
        );
    }
}
