//! A list of the organisation's own people → keyed hashes of their values, in the normal forms of the blind index.
//!
//! Columns are recognised by their headings, as those of any table are. Values leave this file as hashes only; errors
//! name the line and never quote it. `cli match` calls it.

use std::collections::HashSet;

use thiserror::Error;

use super::{
    Person,
    identity::{NAME, Strength, ask},
};
use crate::{
    detect::{Detector, Facts, normalise_name},
    inventory::{
        Key,
        names::{name_form, name_parts},
        record::ValueHash,
    },
    model::Sensitive,
};

/// What was made of a list.
#[derive(Debug, Default)]
pub struct OwnPeople {
    /// Rows below the headings that have a value.
    pub rows: u64,
    /// The different hashes, ascending.
    pub hashes: Vec<ValueHash>,
    /// Each heading, and what its column was taken for.
    pub columns: Vec<(String, Option<String>)>,
    /// Values that fail the check of their column's rule.
    pub refused: u64,
}

/// Why a list cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PeopleError {
    /// It is no CSV.
    #[error("line {0}: not a row of a CSV file: save the list as CSV with commas, in UTF-8")]
    Row(u64),
    /// It is not UTF-8.
    #[error("line {0}: not UTF-8 text: save the list as CSV (UTF-8)")]
    Encoding(u64),
    /// A quote is opened and never closed: all that follows would be one cell.
    #[error("line {0}: a quote is opened and not closed: close it, or take it out")]
    Quote(u64),
    /// A row has more cells than there are headings.
    #[error("line {0}: more cells than headings: quote the cells that have commas in them")]
    Long(u64),
    /// Nothing in it is recognised.
    #[error(
        "no column is recognised by its heading: the first line must name them, as in `Forename,Surname,NI number,Email`"
    )]
    Columns,
    /// There are headings and nothing else.
    #[error("no row below the headings has a value: add the people, one a line")]
    Empty,
}

/// What a column holds.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Column {
    Whole,
    Given,
    Family,
    Rule(String),
}

const WHOLE: &[&str] = &[
    "name",
    "full name",
    "employee name",
    "staff name",
    "customer name",
    "member name",
    "display name",
];
const GIVEN: &[&str] = &[
    "forename",
    "forenames",
    "first name",
    "given name",
    "given names",
    "first",
    "preferred name",
    "known as",
];
const FAMILY: &[&str] = &["surname", "last name", "family name", "last"];

/// Categories of values that tell one person from another; words (a religion) do not.
fn column(heading: &str, detector: &Detector) -> Option<Column> {
    let name = normalise_name(heading);
    for (names, column) in [
        (WHOLE, Column::Whole),
        (GIVEN, Column::Given),
        (FAMILY, Column::Family),
    ] {
        if names.contains(&name.as_str()) {
            return Some(column);
        }
    }
    detector.named_by(heading).map(Column::Rule)
}

/// Reads a list.
///
/// # Errors
/// One that is no CSV, or says nothing; by line, without its text.
pub fn read_people(
    bytes: &[u8],
    detector: &Detector,
    facts: &Facts,
    key: &Key,
) -> Result<OwnPeople, PeopleError> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = memchr::memchr_iter(b'\n', &bytes[..e.valid_up_to()]).count();
        PeopleError::Encoding(before as u64 + 1)
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    let delimiter = [',', ';', '\t']
        .into_iter()
        .max_by_key(|&c| count(c))
        .unwrap_or(',') as u8;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| PeopleError::Row(1))?.clone();
    let columns: Vec<Option<Column>> = headings.iter().map(|h| column(h, detector)).collect();
    let mut out = OwnPeople::default();
    for (heading, column) in headings.iter().zip(&columns) {
        let what = column.as_ref().map(|column| match column {
            Column::Whole => "person-name".to_owned(),
            Column::Given | Column::Family => "person-name, with the rest of the name".to_owned(),
            Column::Rule(id) => id.clone(),
        });
        out.columns.push((heading.trim().to_owned(), what));
    }
    if columns.iter().all(Option::is_none) {
        return Err(PeopleError::Columns);
    }
    let mut hashes: HashSet<ValueHash> = HashSet::new();
    for (n, row) in reader.records().enumerate() {
        let row = row.map_err(|_| PeopleError::Row(n as u64 + 2))?;
        if let Some(place) = row.position() {
            if open_quote(text, place.byte() as usize, delimiter) {
                return Err(PeopleError::Quote(place.line()));
            }
            if row.iter().skip(columns.len()).any(|c| !c.trim().is_empty()) {
                return Err(PeopleError::Long(place.line()));
            }
        }
        let mut person = Person::default();
        let (mut given, mut family) = (String::new(), String::new());
        for (cell, column) in row.iter().zip(&columns) {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            match column {
                None => {}
                Some(Column::Whole) => person.names.push(Sensitive::new(cell)),
                Some(Column::Given) => given.push_str(cell),
                Some(Column::Family) => family.push_str(cell),
                Some(Column::Rule(id)) => {
                    person.identifiers.push((id.clone(), Sensitive::new(cell)));
                }
            }
        }
        if !given.is_empty() && !family.is_empty() {
            person
                .names
                .push(Sensitive::new(format!("{given} {family}")));
        }
        if person.names.is_empty() && person.identifiers.is_empty() {
            continue;
        }
        out.rows += 1;
        for name in std::mem::take(&mut person.names) {
            let tokens = name_parts(name.expose()).tokens;
            // A name of one word is anybody's.
            if tokens.len() > 1 {
                hashes.insert(key.value(NAME, &name_form(&tokens)));
            }
        }
        match ask(&person, detector.rules(), facts, key) {
            Ok(asked) => {
                out.refused += asked.warnings.len() as u64;
                // What many share (a birth date, a postcode) makes nobody one of ours.
                let own = asked
                    .questions
                    .iter()
                    .filter(|q| q.strength > Strength::Shared);
                hashes.extend(own.flat_map(|q| q.hashes.iter().copied()));
            }
            Err(_) => out.refused += 1,
        }
    }
    if hashes.is_empty() {
        return Err(PeopleError::Empty);
    }
    out.hashes = hashes.into_iter().collect();
    out.hashes.sort_unstable();
    Ok(out)
}

/// Whether the row that begins at a byte has a quoted cell that the text ends in.
fn open_quote(text: &str, start: usize, delimiter: u8) -> bool {
    let bytes = &text.as_bytes()[start.min(text.len())..];
    let mut at = 0;
    let mut cell = true;
    while let Some(&b) = bytes.get(at) {
        if cell && b == b'"' {
            at += 1;
            loop {
                match memchr::memchr(b'"', &bytes[at..]) {
                    None => return true,
                    Some(n) if bytes.get(at + n + 1) == Some(&b'"') => at += n + 2,
                    Some(n) => {
                        at += n + 1;
                        break;
                    }
                }
            }
            cell = false;
            continue;
        }
        if b == b'\n' {
            return false;
        }
        cell = b == delimiter;
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &[u8]) -> Result<OwnPeople, PeopleError> {
        let detector = Detector::builtin().unwrap();
        let key = Key::from_text(&[b'7'; 64], "a test").unwrap();
        read_people(text, &detector, &Facts::now(), &key)
    }

    #[test]
    fn columns_are_recognised_by_their_headings_and_nothing_is_quoted() {
        let list = "\u{feff}Forename;Surname;NI No.;E-mail;Shoe size\nAda;Example;QQ123456C;ada@example.com;4\n;;;;\nBo;Example;rubbish;;5\n";
        let people = read(list.as_bytes()).unwrap();
        assert_eq!(people.rows, 2);
        let taken: Vec<Option<&str>> = people.columns.iter().map(|c| c.1.as_deref()).collect();
        assert_eq!(taken[2..], [Some("nino"), Some("email-address"), None]);
        assert!(people.hashes.len() >= 4, "{people:?}");
        assert_eq!(read(b"a,b\n1,2\n").unwrap_err(), PeopleError::Columns);
        assert_eq!(read(b"Surname,Email\n,\n").unwrap_err(), PeopleError::Empty);
        for (list, error) in [
            (&b"Surname,Email\nAda\xff,\n"[..], PeopleError::Encoding(2)),
            (
                b"Name,Email\nAda Example,a@example.com\n\"Bo Example,b@example.com\nCy Example,\n",
                PeopleError::Quote(3),
            ),
            (
                b"Name,Email\nExample, Ada,a@example.com\n",
                PeopleError::Long(2),
            ),
        ] {
            assert_eq!(read(list).unwrap_err(), error);
        }
        // A quote that is closed may hold lines; empty cells at the end say nothing.
        let list = b"Name,Email\n\"Ada \"\"A\"\"\nExample\",a@example.com,,\n";
        assert_eq!(read(list).unwrap().rows, 1);
    }
}
