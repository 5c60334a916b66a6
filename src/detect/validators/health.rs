//! Health-service numbers: NHS (England, Wales, Isle of Man), CHI (Scotland), Health and Care (Northern Ireland).

use super::compact::{luhn, number, repdigit_or_run, weighted};
use super::{Alone, Compact, Facts, Inner, Verdict, date};
use crate::model::Level;

/// Weights 10 to 1: a ten-digit number of the three services is right when the sum is a multiple of 11.
pub(super) const TEN_TO_ONE: [u8; 10] = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

fn mod_11(digits: &[u8; 10]) -> bool {
    weighted(digits, &TEN_TO_ONE).is_multiple_of(11)
}

/// NHS number: ten digits, modulus 11, in the ranges 400 000 0000–499 999 9999 and 600 000 0000–799 999 9999.
///
/// 9xx numbers are kept for tests (NHS Personal Demographics Service); 0–3xx belong to CHI and Health and Care; 5xx and
/// 8xx were never issued. Written in groups it says more than ten digits in a row, one in eleven of which passes.
pub fn nhs(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = Compact::digits::<10>(text) else {
        return Verdict::REJECT;
    };
    if !matches!(digits[0], 4 | 6 | 7 | 9) || digits.iter().all(|&d| d == digits[0]) {
        return Verdict::REJECT;
    }
    finish(text, &digits, mod_11(&digits)).example(digits[0] == 9)
}

/// Health and Care number: ten digits from 320 000 0001 to 399 999 9999, modulus 11 as the NHS number.
pub fn health_and_care(text: &str, _: &Facts) -> Verdict {
    match Compact::digits::<10>(text) {
        Some(digits) if (3_200_000_001..4_000_000_000).contains(&number(&digits)) => {
            low_alone(finish(text, &digits, mod_11(&digits)))
        }
        _ => Verdict::REJECT,
    }
}

/// Community Health Index number: date of birth `DDMMYY`, a serial whose last digit tells the sex (odd male), a check
/// digit: modulus 11 as the NHS number, or modulus 10 (Luhn) for numbers issued from 2026 (Public Health Scotland,
/// `phsmethods`). Nine digits are a number that lost its leading zero in a spreadsheet: only a label can say so.
pub fn chi(text: &str, facts: &Facts) -> Verdict {
    let Some((digits, padded)) = chi_digits(text) else {
        return Verdict::REJECT;
    };
    if date::ddmmyy(&digits, facts.today) == [None, None] {
        return Verdict::REJECT;
    }
    let verdict = finish(text, &digits, mod_11(&digits) || luhn(&digits));
    if padded {
        verdict.alone(Alone::Never)
    } else {
        low_alone(verdict)
    }
}

/// Without context no better than low, in whatever groups it is written.
fn low_alone(verdict: Verdict) -> Verdict {
    match verdict.alone {
        Alone::At(_) => verdict.alone(Alone::At(Level::Low)),
        _ => verdict,
    }
}

fn chi_digits(text: &str) -> Option<([u8; 10], bool)> {
    if let Some(digits) = Compact::digits::<10>(text) {
        return Some((digits, false));
    }
    let nine = Compact::digits::<9>(text)?;
    let mut digits = [0; 10];
    digits[1..].copy_from_slice(&nine);
    Some((digits, true))
}

/// Ten digits, the lost zero put back.
pub fn chi_normal(text: &str, _: &Facts) -> String {
    chi_digits(text).map_or_else(
        || text.to_owned(),
        |(digits, _)| digits.iter().map(|d| char::from(b'0' + d)).collect(),
    )
}

/// Date of birth (where only one century is possible) and sex.
pub fn chi_inner(text: &str, facts: &Facts) -> Vec<Inner> {
    let Some((digits, _)) = chi_digits(text) else {
        return Vec::new();
    };
    let mut inner = Vec::with_capacity(2);
    if let [Some(date), None] | [None, Some(date)] = date::ddmmyy(&digits, facts.today) {
        inner.push(Inner {
            what: "date-of-birth",
            value: date.to_string(),
        });
    }
    inner.push(Inner {
        what: "sex",
        value: if digits[8] % 2 == 1 { "M" } else { "F" }.to_owned(),
    });
    inner
}

fn finish(text: &str, digits: &[u8; 10], holds: bool) -> Verdict {
    let verdict = Verdict::checked(holds);
    if repdigit_or_run(digits) {
        return verdict.cap(Level::Low).alone(Alone::Never);
    }
    if !holds {
        return verdict;
    }
    verdict.alone(Alone::At(if text.len() > 10 {
        Level::Medium
    } else {
        Level::Low
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Kind::{self, Fail, Pass, Reject};
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
    fn nhs_numbers() {
        kinds(
            nhs,
            &[
                ("401 023 2137", Pass),
                ("4010232137", Pass),
                ("400-000-0004", Pass),
                ("700 000 0007", Pass),
                ("943 476 5919", Pass),
                ("990 000 0013", Pass),
                ("401 023 2138", Fail),
                ("485 777 3456", Fail),
                ("500 000 0005", Reject),
                ("320 000 0007", Reject),
                ("4444444444", Reject),
                ("401 023 213", Reject),
                ("401 023 213A", Reject),
            ],
        );
        assert_eq!(nhs("943 476 5919", &facts()).status, Status::Example);
        assert_eq!(nhs("4010232137", &facts()).alone, Alone::At(Level::Low));
        assert_eq!(
            nhs("401 023 2137", &facts()).alone,
            Alone::At(Level::Medium)
        );
        assert_eq!(nhs("9876543210", &facts()).cap, Some(Level::Low));
    }

    #[test]
    fn chi_numbers() {
        kinds(
            chi,
            &[
                ("0101011237", Pass),
                ("190485 1231", Pass),
                ("2902201230", Pass),
                ("0101201234", Pass),
                ("101011237", Pass),
                ("1904851232", Fail),
                ("3201209999", Reject),
                ("0113011113", Reject),
                ("2902191230", Reject),
            ],
        );
        assert_eq!(chi_normal("101011237", &facts()), "0101011237");
        assert_eq!(chi("101011237", &facts()).alone, Alone::Never);
        assert_eq!(
            chi_inner("190485 1231", &facts()),
            [
                Inner {
                    what: "date-of-birth",
                    value: "1985-04-19".into()
                },
                Inner {
                    what: "sex",
                    value: "M".into()
                },
            ]
        );
    }

    #[test]
    fn health_and_care_numbers() {
        assert_eq!(chi("1904851232", &facts()).alone, Alone::Rule);
        kinds(
            health_and_care,
            &[
                ("320 000 0007", Pass),
                ("3999999993", Pass),
                ("345 678 9017", Pass),
                ("3456789018", Fail),
                ("2000000000", Reject),
                ("4000000004", Reject),
                ("319 999 9999", Reject),
                ("3200000000", Reject),
            ],
        );
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_passes_modulus_11(
            mut digits in proptest::array::uniform10(0u8..10), at in 0usize..10, by in 1u8..10
        ) {
            let sum: u32 = weighted(&digits[..9], &TEN_TO_ONE);
            let check = (11 - sum % 11) % 11;
            prop_assume!(check != 10);
            digits[9] = check as u8;
            prop_assert!(mod_11(&digits));
            digits[at] = (digits[at] + by) % 10;
            prop_assert!(!mod_11(&digits));
        }
    }
}
