//! Reads the publisher's two files: the weight table and the substituted sort codes. `cli` asks for them by folder; a file
//! that is not as published is refused whole, by line.

use std::{fmt, io, path::Path};

use super::{Method, Modulus, Row};
use crate::detect::rule::RuleError;

/// The publisher's name of the weight table.
pub const WEIGHTS_FILE: &str = "valacdos.txt";
/// The publisher's name of the table of substituted sort codes.
pub const SUBSTITUTES_FILE: &str = "scsubtab.txt";

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
    use super::{
        super::{
            Answer,
            tests::{TABLE, check},
        },
        *,
    };

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
