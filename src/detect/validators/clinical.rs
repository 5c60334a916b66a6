//! Codes of diagnoses and of genetic findings.

use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// Highest category of each ICD-10 letter, where it is not 99 (WHO, chapter ranges; the United States adds D49).
const LAST: [(u8, u8); 10] = [
    (b'D', 89),
    (b'E', 90),
    (b'H', 95),
    (b'K', 93),
    (b'P', 96),
    (b'T', 98),
    (b'V', 99),
    (b'Y', 98),
    (b'C', 97),
    (b'B', 99),
];

/// ICD-10 code: letter, two digits, and after a dot one or two more. Road numbers, rooms and vitamins look the same: it
/// needs context.
pub fn icd10(text: &str, _: &Facts) -> Verdict {
    let text = text.trim_end_matches(['+', '*', '-']);
    let bytes = text.as_bytes();
    let [letter, tens, ones, rest @ ..] = bytes else {
        return Verdict::REJECT;
    };
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let detail = match rest {
        [] => true,
        [b'.', detail @ ..] => (1..=2).contains(&detail.len()) && digits(detail),
        _ => false,
    };
    if !detail || !letter.is_ascii_alphabetic() || !digits(&[*tens, *ones]) {
        return Verdict::REJECT;
    }
    let category = 10 * (tens - b'0') + (ones - b'0');
    let last = LAST
        .iter()
        .find(|(l, _)| *l == letter.to_ascii_uppercase())
        .map_or(99, |(_, last)| *last);
    // B12 is a vitamin, and no category.
    if category > last || text.eq_ignore_ascii_case("B12") {
        return Verdict::REJECT;
    }
    Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium)
}

/// Upper case, dot kept.
pub fn upper(text: &str, _: &Facts) -> String {
    text.trim().to_ascii_uppercase()
}

/// Verhoeff's tables: multiplication in the dihedral group of ten, and the permutation applied by position.
const GROUP: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// Whether digits (values) end in their Verhoeff check digit.
fn verhoeff(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (at, &digit) in digits.iter().rev().enumerate() {
        let mut turned = digit;
        for _ in 0..at % 8 {
            turned = TURN[usize::from(turned)];
        }
        sum = GROUP[usize::from(sum)][usize::from(turned)];
    }
    sum == 0
}

/// SNOMED CT identifier: 6 to 18 digits, partition 00 01 02 (core) or 10 11 12 (extension) before a Verhoeff check digit
/// (SNOMED International, Technical Implementation Guide). A wrong one is no code at all, so it is rejected.
pub fn snomed(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let length = value.len();
    if !(6..=18).contains(&length) || !value.iter().all(u8::is_ascii_digit) || value[0] == b'0' {
        return Verdict::REJECT;
    }
    let mut digits = [0; 18];
    for (to, from) in digits.iter_mut().zip(value.iter()) {
        *to = from - b'0';
    }
    let digits = &digits[..length];
    let partition = 10 * digits[length - 3] + digits[length - 2];
    if matches!(partition, 0..=2 | 10..=12) && verhoeff(digits) {
        Verdict::PASS.alone(Alone::Never)
    } else {
        Verdict::REJECT
    }
}

/// Three-letter names of the amino acids, with the stop and the unknown.
const AMINO_ACIDS: [&[u8; 3]; 23] = [
    b"ala", b"arg", b"asn", b"asp", b"cys", b"gln", b"glu", b"gly", b"his", b"ile", b"leu", b"lys",
    b"met", b"phe", b"pro", b"ser", b"thr", b"trp", b"tyr", b"val", b"ter", b"sec", b"xaa",
];

/// Notation of a genetic finding: dbSNP number (`rs429358`), HGVS variant (`c.5266dupC`, `p.(Gln1756fs)`), karyotype
/// (`47,XX,+21`), or the name of a gene that is tested in people (`BRCA1`, `APOE e4`), which the rule's pattern lists.
pub fn genetic(text: &str, _: &Facts) -> Verdict {
    let bytes = text.as_bytes();
    let right = match bytes {
        [b'r' | b'R', b's' | b'S', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            // RS-232, -422, -423 and -485 are plugs.
            (3..=11).contains(&digits.len())
                && digits[0] != b'0'
                && !matches!(digits, b"232" | b"422" | b"423" | b"485")
        }
        [b'p', b'.', rest @ ..] => amino_change(rest),
        [b'c' | b'g' | b'm' | b'n', b'.', rest @ ..] => base_change(rest),
        [b'4' | b'6' | b'9', ..] if text.contains(',') => karyotype(text),
        [first, ..] => first.is_ascii_alphabetic(),
        [] => false,
    };
    if right {
        Verdict::SHAPE
    } else {
        Verdict::REJECT
    }
}

/// After `p.`: an amino acid, its place, and what became of it; parentheses mean predicted.
fn amino_change(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"(").unwrap_or(rest);
    let named = rest
        .get(..3)
        .is_some_and(|name| AMINO_ACIDS.iter().any(|a| a.eq_ignore_ascii_case(name)));
    let after = if named {
        &rest[3..]
    } else {
        rest.get(1..).unwrap_or(&[])
    };
    let place = after.iter().take_while(|b| b.is_ascii_digit()).count();
    let single = !named
        && rest
            .first()
            .is_some_and(|b| b"ARNDCQEGHILKMFPSTWYVX*".contains(b));
    (named || single) && (1..=5).contains(&place) && after.len() > place && {
        let change = &after[place..];
        change[0].is_ascii_alphabetic() || b"=*_?".contains(&change[0])
    }
}

/// After `c.`, `g.`, `m.` or `n.`: places, and a change named by `>`, `del`, `dup`, `ins`, `inv`, `con` or `=`.
fn base_change(rest: &[u8]) -> bool {
    let change = rest
        .iter()
        .position(|b| b.is_ascii_alphabetic() || b"=>".contains(b));
    let Some(change) = change else {
        return false;
    };
    let (place, change) = rest.split_at(change);
    !place.is_empty()
        && place.iter().any(u8::is_ascii_digit)
        && place
            .iter()
            .all(|b| b.is_ascii_digit() || b"_+-*?()".contains(b))
        && ([&b"del"[..], b"dup", b"ins", b"inv", b"con"]
            .iter()
            .any(|kind| change.starts_with(kind))
            || change == b"="
            || matches!(change, [from, b'>', to, ..] if b"ACGTU".contains(from) && b"ACGTU".contains(to)))
}

/// Count of chromosomes, sex chromosomes, and perhaps what is gained, lost or moved (ISCN).
fn karyotype(text: &str) -> bool {
    let mut parts = text.split(',').map(str::trim);
    let count = parts.next().and_then(|n| n.parse::<u32>().ok());
    let sex = parts.next().unwrap_or("");
    matches!(count, Some(40..=99))
        && (1..=5).contains(&sex.len())
        && sex.bytes().all(|b| b == b'X' || b == b'Y')
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{self, Pass, Reject, Shape};
    use super::*;
    use proptest::prelude::*;

    fn kinds(check: fn(&str, &Facts) -> Verdict, cases: &[(&str, Kind)]) {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        for (text, kind) in cases {
            assert_eq!(check(text, &facts).kind, *kind, "{text}");
        }
    }

    #[test]
    fn diagnoses() {
        kinds(
            icd10,
            &[
                ("F20.0", Shape),
                ("E11", Shape),
                ("U07.1", Shape),
                ("h95.9", Shape),
                ("M54.56", Shape),
                ("H96", Reject),
                ("F2", Reject),
                ("F20.", Reject),
                ("F20.123", Reject),
                ("FF20", Reject),
            ],
        );
        kinds(
            snomed,
            &[
                ("73211009", Pass),
                ("22298006", Pass),
                ("195967001", Pass),
                ("38341003", Pass),
                ("44054006", Pass),
                ("22298007", Reject),
                ("12345", Reject),
                ("0123456", Reject),
                ("73211039", Reject),
            ],
        );
    }

    #[test]
    fn genetic_notation() {
        kinds(
            genetic,
            &[
                ("rs429358", Shape),
                ("c.5266dupC", Shape),
                ("c.68_69delAG", Shape),
                ("c.1521_1523del", Shape),
                ("c.76A>T", Shape),
                ("p.(Gln1756fs)", Shape),
                ("p.Val600Glu", Shape),
                ("p.V600E", Shape),
                ("47,XX,+21", Shape),
                ("45,X", Shape),
                ("BRCA1", Shape),
                ("rs12", Reject),
                ("rs232", Reject),
                ("c.100", Reject),
                ("c.5", Reject),
                ("p.12", Reject),
                ("p.m", Reject),
                ("46,AB", Reject),
                ("", Reject),
            ],
        );
    }

    proptest! {
        #[test]
        fn verhoeff_catches_every_wrong_digit_and_every_swap(
            body in proptest::collection::vec(0u8..10, 5..17), at in 0usize..100, by in 1u8..10
        ) {
            let mut digits = body;
            digits.push(0);
            let last = digits.len() - 1;
            let found = (0..10).filter(|d| { digits[last] = *d; verhoeff(&digits) }).collect::<Vec<_>>();
            prop_assert_eq!(found.len(), 1);
            digits[last] = found[0];
            let at = at % digits.len();
            let mut wrong = digits.clone();
            wrong[at] = (wrong[at] + by) % 10;
            prop_assert!(!verhoeff(&wrong));
            if at > 0 && digits[at] != digits[at - 1] {
                digits.swap(at, at - 1);
                prop_assert!(!verhoeff(&digits));
            }
        }
    }
}
