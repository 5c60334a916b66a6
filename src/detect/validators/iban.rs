//! International bank account numbers and bank identifier codes.

use super::{Alone, Compact, Facts, Inner, Verdict};
use crate::model::{Level, Status};

/// Length by country (ISO 13616, SWIFT's IBAN registry), and further countries that use the form without being in it.
#[rustfmt::skip]
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AO", 25), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16),
    (b"BF", 28), (b"BG", 22), (b"BH", 22), (b"BI", 27), (b"BJ", 28), (b"BR", 29), (b"BY", 28), (b"CF", 27),
    (b"CG", 27), (b"CH", 21), (b"CI", 28), (b"CM", 27), (b"CR", 22), (b"CV", 25), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"DZ", 26), (b"EE", 20), (b"EG", 29), (b"ES", 24),
    (b"FI", 18), (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GA", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23),
    (b"GL", 18), (b"GQ", 27), (b"GR", 27), (b"GT", 28), (b"GW", 25), (b"HN", 28), (b"HR", 21), (b"HU", 28),
    (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IR", 26), (b"IS", 26), (b"IT", 27), (b"JO", 30), (b"KM", 27),
    (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20), (b"LV", 21),
    (b"LY", 25), (b"MA", 28), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MG", 27), (b"MK", 19), (b"ML", 28),
    (b"MN", 20), (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"MZ", 25), (b"NE", 28), (b"NI", 28), (b"NL", 18),
    (b"NO", 15), (b"OM", 23), (b"PK", 24), (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24),
    (b"RS", 22), (b"RU", 33), (b"SA", 24), (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24),
    (b"SM", 27), (b"SN", 28), (b"SO", 23), (b"ST", 25), (b"SV", 28), (b"TD", 27), (b"TG", 28), (b"TL", 23),
    (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

/// Country codes of ISO 3166-1, with Kosovo's XK.
pub(super) const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
     BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
     ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO \
     IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
     ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR \
     PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
     TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK";

/// Whether two upper-case letters are a country.
pub(super) fn country(code: &[u8]) -> bool {
    code.len() == 2
        && COUNTRIES
            .as_bytes()
            .split(|b| *b == b' ')
            .any(|c| c == code)
}

/// Numbers printed as examples by the standard, banks and payment providers.
const EXAMPLES: &[&str] = &[
    "GB82WEST12345698765432",
    "GB29NWBK60161331926819",
    "GB33BUKB20201555555555",
    "GB94BARC10201530093459",
    "FR1420041010050500013M02606",
    "ES9121000418450200051332",
    "NL91ABNA0417164300",
    "BE68539007547034",
];

/// IBAN: country, two check digits, the account in the form of the country; first four characters moved to the end and
/// letters read as 10 to 35, it is 1 modulus 97. In Britain and Ireland: bank (4 letters), sort code (6 digits), account
/// (8 digits).
pub fn iban(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let Some((_, length)) = LENGTHS
        .iter()
        .find(|(country, _)| value.starts_with(*country))
    else {
        return Verdict::REJECT;
    };
    if value.len() != *length || !value[2..4].iter().all(u8::is_ascii_digit) {
        return Verdict::REJECT;
    }
    // The check digits are 98 minus a remainder: 00, 01 and 99 never arise.
    if matches!(&value[2..4], b"00" | b"01" | b"99") {
        return Verdict::REJECT;
    }
    if matches!(&value[..2], b"GB" | b"IE")
        && !(value[4..8].iter().all(u8::is_ascii_uppercase)
            && value[8..].iter().all(u8::is_ascii_digit))
    {
        return Verdict::REJECT;
    }
    let example = EXAMPLES.contains(&value.as_str());
    if mod_97(&value) == 1 {
        Verdict::PASS.alone(Alone::At(Level::High)).example(example)
    } else {
        Verdict::FAIL
    }
}

fn mod_97(value: &[u8]) -> u32 {
    value[4..]
        .iter()
        .chain(&value[..4])
        .fold(0, |n, b| match b {
            b'0'..=b'9' => (10 * n + u32::from(b - b'0')) % 97,
            _ => (100 * n + u32::from(b - b'A') + 10) % 97,
        })
}

/// The sort code and account inside a British number.
pub fn iban_inner(text: &str, _: &Facts) -> Vec<Inner> {
    match Compact::of(text) {
        Some(value) if value.starts_with(b"GB") && value.len() == 22 => vec![Inner {
            what: "bank-pair",
            value: value.as_str()[8..].to_owned(),
        }],
        _ => Vec::new(),
    }
}

/// Countries whose banks have codes of letters only: elsewhere eight letters are a word (`DELIVERY`, `SHIPMENT`).
const LETTERED: &[&[u8; 2]] = &[
    b"AE", b"AT", b"AU", b"BE", b"CA", b"CH", b"CZ", b"DE", b"DK", b"ES", b"FI", b"FR", b"GB",
    b"GR", b"HK", b"HU", b"IE", b"IT", b"JP", b"LI", b"LU", b"MC", b"NL", b"NO", b"NZ", b"PL",
    b"PT", b"RO", b"SE", b"SG", b"TR", b"US", b"ZA",
];

/// BIC (ISO 9362): four letters, country, two characters, perhaps three of the branch. Eight capitals are often a word,
/// so it needs context; and it names a bank.
pub fn bic(text: &str, facts: &Facts) -> Verdict {
    let word = Compact::of(text).is_some_and(|value| {
        value.iter().all(u8::is_ascii_uppercase)
            && value
                .get(4..6)
                .is_some_and(|code| !LETTERED.iter().any(|c| c[..] == *code))
    });
    if word {
        return Verdict::REJECT;
    }
    bic_named(text, facts).alone(Alone::Never)
}

/// The same right after a label that says what it is: letters of any country then.
pub fn bic_named(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    if !matches!(value.len(), 8 | 11)
        || !value[..4].iter().all(u8::is_ascii_uppercase)
        || !country(&value[4..6])
    {
        return Verdict::REJECT;
    }
    Verdict::SHAPE
        .status(Status::Organisation)
        .cap(Level::Medium)
}

/// Eight characters, or eleven when a branch other than the head office (`XXX`) is named.
pub fn bic_normal(text: &str, facts: &Facts) -> String {
    let value = super::compact(text, facts);
    match value.strip_suffix("XXX") {
        Some(head) if head.len() == 8 => head.to_owned(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
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
    fn ibans() {
        kinds(
            iban,
            &[
                ("GB82 WEST 1234 5698 7654 32", Pass),
                ("GB29NWBK60161331926819", Pass),
                ("GB55TEST08999966374958", Pass),
                ("gb85 test 1079 9988 8374 91", Pass),
                ("IE29AIBK93115212345678", Pass),
                ("DE89 3704 0044 0532 0130 00", Pass),
                ("GB82WEST12345698765433", Fail),
                ("GB82 WEST 1234 5698 7654", Reject),
                ("GB00TEST08999966374958", Reject),
                ("XX82WEST12345698765432", Reject),
                ("GB12 3456 7890 12", Reject),
                ("GB29NWBK6016133192681A", Reject),
            ],
        );
        for example in EXAMPLES {
            assert_eq!(iban(example, &facts()).kind, Pass, "{example}");
        }
        assert_eq!(
            iban_inner("GB55TEST08999966374958", &facts())[0].value,
            "08999966374958"
        );
    }

    #[test]
    fn bank_identifiers() {
        kinds(
            bic,
            &[
                ("NWBKGB2L", Shape),
                ("BARCGB22XXX", Shape),
                ("AIBKIE2D", Shape),
                ("DEUTDEFF", Shape),
                ("STRENGTH", Reject),
                ("DELIVERY", Reject),
                ("NWBKXX2L", Reject),
                ("NWBKGB2", Reject),
            ],
        );
        assert_eq!(bic_normal("BARCGB22XXX", &facts()), "BARCGB22");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_passes_modulus_97(
            body in proptest::array::uniform14(0u8..10), at in 0usize..14, by in 1u8..10
        ) {
            let write = |check: u32, body: &[u8]| -> String {
                format!("GB{check:02}TEST{}", body.iter().map(|d| char::from(b'0' + d)).collect::<String>())
            };
            let check = 98 - mod_97(write(0, &body).as_bytes());
            prop_assert_eq!(iban(&write(check, &body), &facts()).kind, Pass);
            let mut wrong = body;
            wrong[at] = (wrong[at] + by) % 10;
            prop_assert_eq!(iban(&write(check, &wrong), &facts()).kind, Fail);
        }
    }
}
