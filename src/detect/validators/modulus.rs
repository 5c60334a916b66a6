//! The modulus check of British sort codes and accounts, with a weight table that the user supplies.
//!
//! The algorithm is that of the publication "Validating Account Numbers" of Pay.UK (Vocalink). The publisher does not
//! license its weight table and its list of substituted sort codes for redistribution, so neither is part of this
//! program: [`Modulus::parse`] reads the two text files as published, [`Modulus::in_folder`] looks for them beside the
//! user's own rules. Called by the check of pairs in [`bank`](super::bank).

use std::{fmt, io, path::Path};

use crate::detect::rule::RuleError;

/// The publisher's name of the weight table.
pub const WEIGHTS_FILE: &str = "valacdos.txt";
/// The publisher's name of the table of substituted sort codes.
pub const SUBSTITUTES_FILE: &str = "scsubtab.txt";

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

/// Why a table could not be read: which of the two files, which line, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModulusError {
    /// `weight table` or `substitution table`.
    pub table: &'static str,
    /// Line, from 1; 0 speaks of the whole file.
    pub line: usize,
    /// What is wrong, and what is expected.
    pub problem: String,
}

impl fmt::Display for ModulusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.table, self.problem),
            line => write!(f, "{}, line {line}: {}", self.table, self.problem),
        }
    }
}

impl std::error::Error for ModulusError {}

const WEIGHTS: &str = "weight table";
const SUBSTITUTES: &str = "substitution table";

/// Positions of the digits in the fourteen, as the publication letters them.
const A: usize = 6;
const B: usize = 7;
const C: usize = 8;
const G: usize = 12;
const H: usize = 13;

impl Modulus {
    /// Reads the weight table (`valacdos.txt`: first and last sort code, method, fourteen weights, perhaps an exception)
    /// and the substitution table (`scsubtab.txt`: a sort code and the one to use instead; may be empty).
    pub fn parse(weights: &str, substitutes: &str) -> Result<Modulus, ModulusError> {
        let mut rows: Vec<Row> = Vec::new();
        for (line, fields) in lines(weights) {
            let error = |problem: String| ModulusError {
                table: WEIGHTS,
                line,
                problem,
            };
            let row = parse_row(&fields).map_err(error)?;
            if row.from > row.to {
                return Err(error("the first sort code is after the last".to_owned()));
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(ModulusError {
                table: WEIGHTS,
                line: 0,
                problem: "no row in it; expected lines such as `010004 016715 MOD11 0 0 … 2 1`"
                    .to_owned(),
            });
        }
        // Stable: the two rows of one range keep their order, and the first check is the first row's.
        rows.sort_by_key(|row| row.from);
        for pair in rows.windows(2) {
            let same = pair[0].from == pair[1].from && pair[0].to == pair[1].to;
            if !same && pair[1].from <= pair[0].to {
                return Err(overlap(&pair[1]));
            }
        }
        if let Some(third) = rows.windows(3).find(|w| w[0].from == w[2].from) {
            return Err(overlap(&third[2]));
        }
        let mut pairs = Vec::new();
        for (line, fields) in lines(substitutes) {
            let pair = match fields[..] {
                [from, to] => sort_code(from).zip(sort_code(to)),
                _ => None,
            };
            pairs.push(pair.ok_or_else(|| ModulusError {
                table: SUBSTITUTES,
                line,
                problem: "expected two sort codes of six digits".to_owned(),
            })?);
        }
        pairs.sort_unstable();
        let mut digest = blake3::Hasher::new();
        digest.update(weights.as_bytes());
        digest.update(&[0]);
        digest.update(substitutes.as_bytes());
        Ok(Modulus {
            rows,
            substitutes: pairs,
            digest: *digest.finalize().as_bytes(),
        })
    }

    /// The tables of a folder, under the publisher's file names; `None` when there is no weight table in it.
    pub fn in_folder(folder: &Path) -> Result<Option<Modulus>, RuleError> {
        let read = |name: &str| match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(RuleError {
                file: folder.join(name),
                line: None,
                what: format!("cannot be read ({error})"),
                cure: "give a text file that this user may read, or take it away".to_owned(),
            }),
        };
        let Some(weights) = read(WEIGHTS_FILE)? else {
            return Ok(None);
        };
        let substitutes = read(SUBSTITUTES_FILE)?.unwrap_or_default();
        Modulus::parse(&weights, &substitutes)
            .map(Some)
            .map_err(|error| RuleError {
                file: folder.join(if error.table == SUBSTITUTES {
                    SUBSTITUTES_FILE
                } else {
                    WEIGHTS_FILE
                }),
                line: (error.line > 0).then_some(error.line),
                what: error.problem,
                cure: "fetch the publisher's file anew".to_owned(),
            })
    }

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

/// Lines with something on them, numbered from 1, split at white space.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{1a}');
            (at + 1, line.split_whitespace().collect::<Vec<_>>())
        })
        .filter(|(_, fields)| !fields.is_empty())
}

fn sort_code(text: &str) -> Option<u32> {
    (text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn parse_row(fields: &[&str]) -> Result<Row, String> {
    if !matches!(fields.len(), 17 | 18) {
        return Err(format!(
            "{} fields; expected two sort codes, a method, fourteen weights and perhaps an exception",
            fields.len()
        ));
    }
    let code = |at: usize| {
        sort_code(fields[at])
            .ok_or_else(|| format!("field {} is not a sort code of six digits", at + 1))
    };
    let method = match fields[2].to_ascii_uppercase().as_str() {
        "MOD10" => Method::Mod10,
        "MOD11" => Method::Mod11,
        "DBLAL" => Method::DoubleAlternate,
        _ => return Err("field 3 is none of MOD10, MOD11, DBLAL".to_owned()),
    };
    let mut weights = [0; 14];
    for (at, weight) in weights.iter_mut().enumerate() {
        *weight = fields[3 + at]
            .parse()
            .ok()
            .filter(|w| (-999..=999).contains(w))
            .ok_or_else(|| format!("weight {} is not a small whole number", at + 1))?;
    }
    let exception = match fields.get(17) {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|e| (1..=14).contains(e))
            .ok_or_else(|| {
                "the exception is not a number from 1 to 14, which are all this program knows"
                    .to_owned()
            })?,
    };
    Ok(Row {
        from: code(0)?,
        to: code(1)?,
        method,
        weights,
        exception,
    })
}

fn overlap(row: &Row) -> ModulusError {
    ModulusError {
        table: WEIGHTS,
        line: 0,
        problem: format!(
            "the range from sort code {:06} overlaps another; a sort code has at most two rows, of the same range",
            row.from
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Rows made up for these tests (ranges and pairs of no bank); the weights of exception 2 are the algorithm's own.
    const TABLE: &str = "\
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

    fn check(table: &Modulus, sort: &str, account: &str) -> Answer {
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
    fn a_folder_may_hold_the_tables() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Modulus::in_folder(folder.path()).unwrap().is_none());
        std::fs::write(folder.path().join(WEIGHTS_FILE), TABLE).unwrap();
        let table = Modulus::in_folder(folder.path()).unwrap().unwrap();
        assert_eq!(check(&table, "510000", "66374958"), Answer::Pass);
        std::fs::write(folder.path().join(SUBSTITUTES_FILE), "510000 x\n").unwrap();
        let error = Modulus::in_folder(folder.path()).unwrap_err();
        assert_eq!(error.line, Some(1));
        assert!(error.file.ends_with(SUBSTITUTES_FILE));
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

    #[test]
    fn a_broken_table_says_where() {
        let error = |text: &str, subs: &str| Modulus::parse(text, subs).unwrap_err().to_string();
        assert_eq!(
            error("\n\n010004 016715 MOD12 0 0 0 0 0 0 8 7 6 5 4 3 2 1", ""),
            "weight table, line 3: field 3 is none of MOD10, MOD11, DBLAL"
        );
        assert_eq!(
            error("010004 016715 MOD11 0 0 0", ""),
            "weight table, line 1: 6 fields; expected two sort codes, a method, fourteen weights and perhaps an exception"
        );
        assert!(error("010004 016715 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 x", "").contains("weight 14"));
        assert!(
            error("010004 016715 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 15", "").contains("exception")
        );
        assert!(error("", "").contains("no row"));
        assert!(
            error("016715 010004 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1", "").contains("after the last")
        );
        assert!(
            error(
                "010004 016715 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1\n016000 017000 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1",
                ""
            )
            .contains("overlaps")
        );
        assert_eq!(
            error(
                "010004 016715 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1",
                "938600 123"
            ),
            "substitution table, line 1: expected two sort codes of six digits"
        );
    }
}
