//! The modulus check of British sort codes and accounts, with a weight table that the user supplies.
//!
//! The algorithm is that of the publication "Validating Account Numbers" of Pay.UK (Vocalink). The publisher does not
//! license its weight table and its list of substituted sort codes for redistribution, so neither is part of this
//! program: [`Modulus::parse`] reads the two text files as published, [`Modulus::in_folder`] looks for them beside the
//! user's own rules. Called by the check of pairs in [`bank`](super::bank).

mod table;

pub use table::ModulusError;

/// What the table says of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It passes the check of its sort code.
    Pass,
    /// It fails.
    Fail,
    /// The sort code is not in the table, or the account is one that cannot be checked.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Mod10,
    Mod11,
    DoubleAlternate,
}

#[derive(Clone, Debug)]
struct Row {
    from: u32,
    to: u32,
    method: Method,
    weights: [i16; 14],
    exception: u8,
}

/// The weight table and the substituted sort codes.
#[derive(Clone, Debug, Default)]
pub struct Modulus {
    rows: Vec<Row>,
    substitutes: Vec<(u32, u32)>,
    digest: [u8; 32],
}

/// Positions of the digits in the fourteen, as the publication letters them.
const A: usize = 6;
const B: usize = 7;
const C: usize = 8;
const G: usize = 12;
const H: usize = 13;

impl Modulus {
    /// BLAKE3 of both files: what was scanned with another table is scanned again.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Checks a pair, digits as values.
    pub fn check(&self, sort: [u8; 6], account: [u8; 8]) -> Answer {
        let code = sort.iter().fold(0, |n, d| 10 * n + u32::from(*d));
        let end = self.rows.partition_point(|row| row.from <= code);
        let first = self.rows[..end]
            .iter()
            .rposition(|row| row.to < code)
            .map_or(0, |at| at + 1);
        let rows = &self.rows[first..end];
        let mut digits = [0; 14];
        digits[..6].copy_from_slice(&sort);
        digits[6..].copy_from_slice(&account);

        // Foreign currency accounts of exception 6 have no check digit.
        let foreign = (4..=8).contains(&digits[A]) && digits[G] == digits[H];
        if rows.iter().any(|row| row.exception == 6) && foreign {
            return Answer::Unknown;
        }
        let passes = match rows {
            [] => return Answer::Unknown,
            [only] => self.row_passes(only, digits),
            [first, second, ..] => {
                let one = self.row_passes(first, digits);
                match (first.exception, second.exception) {
                    (2, 9) | (10, 11) | (12, 13) => one || self.row_passes(second, digits),
                    _ => one && self.row_passes(second, digits),
                }
            }
        };
        if passes { Answer::Pass } else { Answer::Fail }
    }

    fn row_passes(&self, row: &Row, mut digits: [u8; 14]) -> bool {
        let mut weights = row.weights;
        match row.exception {
            2 if digits[A] != 0 => {
                weights = if digits[G] == 9 {
                    [0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1]
                } else {
                    [0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1]
                };
            }
            3 if matches!(digits[C], 6 | 9) => return true,
            5 => {
                let code = digits[..6].iter().fold(0, |n, d| 10 * n + u32::from(*d));
                if let Ok(at) = self.substitutes.binary_search_by_key(&code, |pair| pair.0) {
                    set_sort(&mut digits, self.substitutes[at].1);
                }
            }
            7 if digits[G] == 9 => weights[..=B].fill(0),
            8 => set_sort(&mut digits, 90126),
            9 => set_sort(&mut digits, 309_634),
            10 if matches!((digits[A], digits[B]), (0 | 9, 9)) && digits[G] == 9 => {
                weights[..=B].fill(0);
            }
            _ => {}
        }
        if sum_passes(row, &weights, &digits) {
            return true;
        }
        if row.exception == 14 && matches!(digits[H], 0 | 1 | 9) {
            digits.copy_within(A..H, B);
            digits[A] = 0;
            return sum_passes(row, &weights, &digits);
        }
        false
    }
}

fn sum_passes(row: &Row, weights: &[i16; 14], digits: &[u8; 14]) -> bool {
    let products = digits
        .iter()
        .zip(weights)
        .map(|(d, w)| i32::from(*d) * i32::from(*w));
    let mut total: i32 = match row.method {
        Method::DoubleAlternate => products.map(|p| p / 100 + p / 10 % 10 + p % 10).sum(),
        _ => products.sum(),
    };
    if row.exception == 1 {
        total += 27;
    }
    let modulus = if row.method == Method::Mod11 { 11 } else { 10 };
    let remainder = total.rem_euclid(modulus);
    let digit = |at: usize| i32::from(digits[at]);
    match (row.exception, row.method) {
        (4, _) => remainder == 10 * digit(G) + digit(H),
        (5, Method::Mod11) => match remainder {
            0 => digit(G) == 0,
            1 => false,
            r => digit(G) == 11 - r,
        },
        (5, Method::DoubleAlternate) => match remainder {
            0 => digit(H) == 0,
            r => digit(H) == 10 - r,
        },
        _ => remainder == 0,
    }
}

fn set_sort(digits: &mut [u8; 14], mut code: u32) {
    for digit in digits[..6].iter_mut().rev() {
        *digit = (code % 10) as u8;
        code /= 10;
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Rows made up for these tests (ranges and pairs of no bank); the weights of exception 2 are the algorithm's own.
    pub(super) const TABLE: &str = "\
        499200 499299 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1\r\n\
        500000 500009 MOD11 0 0 0 0 0 0 7 5 8 3 4 6 2 1\r\n\
        510000 510000 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\r\n\
        520000 520000 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 1\r\n\
        530000 530000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 12\r\n\
        530000 530000 MOD10 0 0 0 0 0 0 2 1 2 1 2 1 2 1 13\r\n\
        540000 540000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 6\r\n\
        550000 550000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14\r\n\
        560000 560000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 0 0 4\r\n\
        570000 570000 MOD10 1 1 1 1 1 1 1 1 1 1 1 1 1 1 7\r\n\
        580000 580000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1\r\n\
        580000 580000 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1 3\r\n\
        \r\n\u{1a}";

    pub(super) fn check(table: &Modulus, sort: &str, account: &str) -> Answer {
        let digits = |text: &str| text.bytes().map(|b| b - b'0').collect::<Vec<_>>();
        table.check(
            digits(sort).try_into().unwrap(),
            digits(account).try_into().unwrap(),
        )
    }

    #[test]
    fn the_three_sums_are_the_publications() {
        let table = Modulus::parse(TABLE, "").unwrap();
        // Its worked examples: digit sum 70, and 176 = 16 · 11.
        assert_eq!(check(&table, "499273", "12345678"), Answer::Pass);
        assert_eq!(check(&table, "499273", "12345679"), Answer::Fail);
        assert_eq!(check(&table, "500000", "58177632"), Answer::Pass);
        assert_eq!(check(&table, "500000", "58177633"), Answer::Fail);
        assert_eq!(check(&table, "510000", "66374958"), Answer::Pass);
        assert_eq!(check(&table, "510000", "66374959"), Answer::Fail);
        assert_eq!(check(&table, "999999", "12345678"), Answer::Unknown);
        assert_eq!(check(&table, "499300", "12345678"), Answer::Unknown);
    }

    #[test]
    fn exceptions_change_the_sum_or_the_question() {
        let table = Modulus::parse(TABLE, "").unwrap();
        // 1: 27 more. Digits 52 0000 and 00000000 make 1 + 2 = 3, with 27 it is 30.
        assert_eq!(check(&table, "520000", "00000000"), Answer::Pass);
        // 12 and 13: one of two is enough; 00000012 has 4 + … modulo 11 ≠ 0 but 2 + 8 … by the second.
        assert_eq!(check(&table, "530000", "00000018"), Answer::Pass);
        assert_eq!(check(&table, "530000", "00000019"), Answer::Pass);
        assert_eq!(check(&table, "530000", "00000017"), Answer::Fail);
        // 6: foreign currency, cannot be checked; otherwise checked.
        assert_eq!(check(&table, "540000", "40000011"), Answer::Unknown);
        assert_eq!(check(&table, "540000", "10000012"), Answer::Fail);
        // 14: the last digit dropped, a zero in front.
        assert_eq!(check(&table, "550000", "00001901"), Answer::Fail);
        assert_eq!(check(&table, "550000", "00000190"), Answer::Pass);
        // 4: the remainder is the last two digits.
        assert_eq!(check(&table, "560000", "10000008"), Answer::Pass);
        assert_eq!(check(&table, "560000", "10000009"), Answer::Fail);
        // 7: with 9 in seventh place, only what follows b counts.
        assert_eq!(check(&table, "570000", "55000091"), Answer::Pass);
        assert_eq!(check(&table, "570000", "55000081"), Answer::Fail);
        // 3: the second sum is left out when c is 6 or 9.
        assert_eq!(check(&table, "580000", "00600070"), Answer::Fail);
        assert_eq!(check(&table, "580000", "00600024"), Answer::Pass);
    }

    /// Numbers that the publication prints as test cases. They need the publisher's table, so the test runs only where
    /// `DOMESDAY_MODULUS_TABLE` names it (and `DOMESDAY_MODULUS_SUBSTITUTES` the other file).
    #[test]
    fn the_published_cases_come_out_as_published() {
        let Ok(path) = std::env::var("DOMESDAY_MODULUS_TABLE") else {
            return;
        };
        let weights = std::fs::read_to_string(path).unwrap();
        let substitutes = std::env::var("DOMESDAY_MODULUS_SUBSTITUTES")
            .map(|path| std::fs::read_to_string(path).unwrap())
            .unwrap_or_default();
        let table = Modulus::parse(&weights, &substitutes).unwrap();
        for (sort, account) in [
            ("089999", "66374958"),
            ("107999", "88837491"),
            ("202959", "63748472"),
            ("871427", "46238510"),
            ("872427", "46238510"),
            ("871427", "09123496"),
            ("871427", "99123496"),
            ("820000", "73688637"),
            ("827999", "73988638"),
            ("827101", "28748352"),
            ("134020", "63849203"),
            ("118765", "64371389"),
            ("200915", "41011166"),
            ("938611", "07806039"),
            ("938600", "42368003"),
            ("938063", "55065200"),
            ("772798", "99345694"),
            ("086090", "06774744"),
            ("309070", "02355688"),
            ("309070", "12345668"),
            ("309070", "12345677"),
            ("309070", "99345694"),
            ("180002", "00000190"),
            ("070116", "34012583"),
            ("074456", "11104102"),
            ("074456", "12345112"),
        ] {
            assert_ne!(
                check(&table, sort, account),
                Answer::Fail,
                "{sort} {account}"
            );
        }
        for (sort, account) in [
            ("938063", "15764273"),
            ("938063", "15764264"),
            ("938063", "15763217"),
            ("118765", "64371388"),
            ("203099", "66831036"),
            ("203099", "58716970"),
            ("089999", "66374959"),
            ("107999", "88837493"),
        ] {
            assert_eq!(
                check(&table, sort, account),
                Answer::Fail,
                "{sort} {account}"
            );
        }
    }

    #[test]
    fn a_pair_is_judged_by_the_table() {
        use super::super::{Alone, Facts, Kind, check as named};
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        let pair = named("bank-pair").unwrap().verdict;
        assert_eq!(pair("51-00-00 66374959", &facts).kind, Kind::Shape);
        let facts = facts.with_modulus(Modulus::parse(TABLE, "").unwrap());
        assert_eq!(pair("51-00-00 66374959", &facts).kind, Kind::Fail);
        let right = pair("account 66374958 sort code 51-00-00", &facts);
        assert_eq!(right.kind, Kind::Pass);
        assert_eq!(right.alone, Alone::At(crate::model::Level::Medium));
        assert_eq!(pair("99-99-99 66374958", &facts).kind, Kind::Shape);
    }
}
