//! Payment card numbers.

use super::compact::{luhn, repdigit_or_run};
use super::{Alone, Compact, Facts, Kind, Verdict};
use crate::model::Level;

/// Issuer ranges: how many digits of the prefix, first and last prefix, lengths allowed. From the schemes' public
/// descriptions of their ranges (ISO/IEC 7812 leaves assignment to them).
const ISSUERS: &[(u32, u32, u32, &[usize])] = &[
    (1, 4, 4, &[13, 16, 19]),
    (2, 51, 55, &[16]),
    (4, 2221, 2720, &[16]),
    (2, 34, 34, &[15]),
    (2, 37, 37, &[15]),
    (3, 300, 305, &[14, 16]),
    (2, 36, 36, &[14, 16]),
    (2, 38, 39, &[14, 16]),
    (4, 6011, 6011, &[16]),
    (3, 644, 649, &[16]),
    (2, 65, 65, &[16]),
    (4, 3528, 3589, &[16]),
    (4, 2131, 2131, &[15]),
    (4, 1800, 1800, &[15]),
    (4, 5018, 5018, &[16, 18, 19]),
    (4, 5020, 5020, &[16, 18, 19]),
    (4, 5038, 5038, &[16, 18, 19]),
    (4, 6304, 6304, &[16, 18, 19]),
    (4, 6759, 6759, &[16, 18, 19]),
    (4, 6761, 6763, &[16, 18, 19]),
    (2, 62, 62, &[16, 17, 18, 19]),
];

/// Numbers that the schemes and payment providers print for tests: they are no one's card.
const TESTS: &[&str] = &[
    "4242424242424242",
    "4111111111111111",
    "4012888888881881",
    "4000056655665556",
    "4000000000000002",
    "4000000000000077",
    "4000000000009995",
    "4000000000003220",
    "4000000000000341",
    "4000002500003155",
    "4000008260000000",
    "4005519200000004",
    "4009348888881881",
    "4012000033330026",
    "4012000077777777",
    "4217651111111119",
    "4500600000000061",
    "4222222222222",
    "4462030000000000",
    "4917610000000000",
    "4917610000000000003",
    "4444333322221111",
    "4988080000000000",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "5454545454545454",
    "5555341244441115",
    "2223003122003222",
    "2223000048400011",
    "2223000048410010",
    "2222400070000005",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "343434343434343",
    "374245455400126",
    "6011111111111117",
    "6011000990139424",
    "6011000400000000",
    "6011981111111113",
    "30569309025904",
    "38520000023237",
    "3056930009020004",
    "36227206271667",
    "36700102000000",
    "36148900647913",
    "3530111333300000",
    "3566002020360505",
    "3569990010095841",
    "6759411100000008",
    "6759649826438453",
    "6761000000000006",
    "6304000000000000",
    "5020620000000000",
    "6200000000000005",
    "6205500000000000004",
    "6243030000000001",
];

/// A Maestro card of twelve digits, as some banks issue them: so few digits say so little that a word must name it.
fn maestro(value: &Compact, text: &str) -> Verdict {
    /// First digits, and how many of them count.
    const HEADS: &[&[u8]] = &[
        b"0604", b"50", b"56", b"57", b"58", b"6304", b"6390", b"6759", b"676",
    ];
    let mut digits = [0; 12];
    for (to, from) in digits.iter_mut().zip(value.iter()) {
        *to = from.wrapping_sub(b'0');
    }
    if digits.iter().any(|d| *d > 9)
        || !HEADS.iter().any(|head| value.starts_with(head))
        || !luhn(&digits)
        || repdigit_or_run(&digits)
        || counting(text)
    {
        return Verdict::REJECT;
    }
    Verdict::checked(true).alone(Alone::Never)
}

/// Card number: an issuer's range with its length, groups as cards print them, and Luhn. Travel cards under the ITSO
/// standard (`633597`) share the range of Maestro and are refused.
pub fn card(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let length = value.len();
    if length == 12 {
        return maestro(&value, text);
    }
    if !(13..=19).contains(&length)
        || !value.iter().all(u8::is_ascii_digit)
        || value.starts_with(b"633597")
        || !grouped(text)
    {
        return Verdict::REJECT;
    }
    let mut digits = [0; 19];
    for (to, from) in digits.iter_mut().zip(value.iter()) {
        *to = from - b'0';
    }
    let digits = &digits[..length];
    let known = ISSUERS.iter().any(|(width, from, to, lengths)| {
        let prefix = digits[..*width as usize]
            .iter()
            .fold(0, |n, d| 10 * n + u32::from(*d));
        (*from..=*to).contains(&prefix) && lengths.contains(&length)
    });
    if counting(text) {
        return Verdict::REJECT;
    }
    // Shops and fuel companies issue cards in ranges that are not published: a word for it must stand there, and Luhn hold.
    if !known {
        return match length == 16 && luhn(digits) && !repdigit_or_run(digits) {
            true => Verdict::checked(true)
                .cap(Level::Medium)
                .alone(Alone::Never),
            false => Verdict::REJECT,
        };
    }
    let documented = TESTS.contains(&value.as_str());
    let verdict = Verdict::checked(luhn(digits)).example(documented);
    if repdigit_or_run(digits) {
        return verdict.cap(Level::Low).alone(Alone::Never);
    }
    // One solid number in forty of a log passes all of this: without a word or the groups of a card it stays low.
    if verdict.kind == Kind::Pass && text.len() == length && !documented {
        return verdict.alone(Alone::At(Level::Low));
    }
    verdict
}

/// Whether the groups are numbers of a table that counts on (`5430 5431 5432 5433`): each within 20 of the one before.
fn counting(text: &str) -> bool {
    let mut groups = text
        .split([' ', '-'])
        .map(|g| g.parse::<i64>().unwrap_or(0));
    let mut last = groups.next().unwrap_or(0);
    let mut more = 0;
    let near = groups.all(|group| {
        more += 1;
        let near = group != last && (group - last).abs() <= 20;
        last = group;
        near
    });
    near && more == 3
}

/// Whether the digits stand as cards print them: in one, in fours with a shorter last group, or 4-6-5 and 4-6-4.
fn grouped(text: &str) -> bool {
    let mut groups = [0_usize; 6];
    let mut count = 0;
    // A number may be wrapped where a group ends.
    let wrapped = text.contains('\n') || text.contains("  ");
    for part in text.split([' ', '-', '\n', '\r']) {
        if wrapped && part.is_empty() {
            continue;
        }
        if part.is_empty() || count == groups.len() {
            return false;
        }
        groups[count] = part.len();
        count += 1;
    }
    match &groups[..count] {
        [_] | [4, 6, 5] | [4, 6, 4] | [4, 4, 5] => true,
        [fours @ .., last] => fours.iter().all(|g| *g == 4) && (1..=4).contains(last),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Kind::{Fail, Pass, Reject};
    use super::*;
    use crate::model::Status;
    use proptest::prelude::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    #[test]
    fn cards_of_every_scheme() {
        let cases: &[(&str, Kind)] = &[
            ("4111 1111 1111 1111", Pass),
            ("5555-5555-5555-4444", Pass),
            ("3782 822463 10005", Pass),
            ("4000056655665556", Pass),
            ("6759 4111 0000 0008", Pass),
            ("4111 1111\r\n1111 1111", Pass),
            ("2223003122003222", Pass),
            ("3056 930902 5904", Pass),
            ("4242 4242 4242 4241", Fail),
            ("0000 0000 0000 0000", Reject),
            ("1234 5678 9012 3456", Reject),
            ("633597000000000000", Reject),
            ("42 42 42 42 42 42 42 42", Reject),
            ("490154203237518", Reject),
            ("5430 5431 5432 5433", Reject),
        ];
        for (text, kind) in cases {
            assert_eq!(card(text, &facts()).kind, *kind, "{text}");
        }
    }

    #[test]
    fn documented_numbers_are_examples_and_real() {
        for number in TESTS {
            let verdict = card(number, &facts());
            assert_eq!(verdict.status, Status::Example, "{number}");
        }
        assert_eq!(card("4000000000000010", &facts()).status, Status::Live);
        assert_eq!(
            card("4000000000000010", &facts()).alone,
            Alone::At(Level::Low)
        );
        assert_eq!(card("4000 0000 0000 0010", &facts()).alone, Alone::Rule);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_passes_luhn(
            mut digits in proptest::collection::vec(0u8..10, 12..19), at in 0usize..100, by in 1u8..10
        ) {
            digits.push(0);
            let last = digits.len() - 1;
            let check = (0..10).find(|d| { digits[last] = *d; luhn(&digits) }).unwrap();
            digits[last] = check;
            let at = at % digits.len();
            digits[at] = (digits[at] + by) % 10;
            prop_assert!(!luhn(&digits));
        }
    }
}
