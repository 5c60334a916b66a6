//! How many different people a document speaks of: an estimate from the different values of kinds that people have one
//! of, in memory that does not grow with the document.

use std::collections::{BTreeSet, HashSet};

use super::hash::quick;
use crate::model::Anchor;

/// Different values are counted exactly up to this many, then estimated.
const EXACT: usize = 1024;

/// Counts different values by their hashes: the k smallest hashes tell how densely they lie (Bar-Yossef and others,
/// *Counting distinct elements in a data stream*, 2002; the relative error is about 1/√k, 3 %).
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    smallest: BTreeSet<u64>,
    largest: u64,
}

impl Distinct {
    /// Counts a value.
    pub fn add(&mut self, value: &str) {
        let hash = quick(value.as_bytes());
        if self.smallest.len() < EXACT {
            self.smallest.insert(hash);
            self.largest = self.smallest.last().copied().unwrap_or(0);
        } else if hash < self.largest && self.smallest.insert(hash) {
            self.smallest.pop_last();
            self.largest = self.smallest.last().copied().unwrap_or(0);
        }
    }

    /// How many different ones there were.
    pub fn estimate(&self) -> u64 {
        match self.smallest.last() {
            Some(&last) if self.smallest.len() >= EXACT => {
                ((EXACT - 1) as f64 / (last as f64 / u64::MAX as f64)) as u64
            }
            _ => self.smallest.len() as u64,
        }
    }
}

/// Words of names that are kept to tell whose a lone one is.
const WORDS: usize = 16_384;

/// Counts people by their names: `Margaret`, `Mrs Okafor` and `Okafor, Margaret` are one, and so are the forename and the
/// surname of one row or record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    whole: Distinct,
    /// Words of names of several.
    words: HashSet<Box<str>>,
    /// Names of one word, until the end shows whether they belong to a longer one.
    alone: BTreeSet<Box<str>>,
    /// Words of the record that is being read, and which it is.
    record: Option<(Record, Vec<String>)>,
}

/// What belongs to one person: a row of a table, an object of JSON.
#[derive(Clone, Debug, PartialEq)]
enum Record {
    Row(u64, u64),
    Object(String),
}

impl Record {
    fn of(anchor: &Anchor) -> Option<Record> {
        match anchor {
            Anchor::Cell { sheet, row, .. } => Some(Record::Row(quick(sheet.as_bytes()), *row)),
            Anchor::Region(path) => path.starts_with('$').then(|| {
                path.rsplit_once('.')
                    .map(|(object, _)| Record::Object(object.into()))
            })?,
            _ => None,
        }
    }
}

impl Named {
    /// Counts a name where it stands. An initial is no word.
    pub fn add(&mut self, place: &Anchor, name: &str) {
        let words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
            .map(str::to_lowercase)
            .filter(|word| word.chars().count() > 1)
            .collect();
        if let [_] = words.as_slice() {
            match Record::of(place) {
                Some(record) => {
                    match &mut self.record {
                        Some((known, found)) if *known == record => found.extend(words),
                        _ => {
                            self.end_record();
                            self.record = Some((record, words));
                        }
                    }
                    return;
                }
                None if self.alone.len() < EXACT => {
                    self.alone.extend(words.into_iter().map(Box::from));
                    return;
                }
                None => return,
            }
        }
        self.put(words);
    }

    fn put(&mut self, mut words: Vec<String>) {
        words.sort_unstable();
        words.dedup();
        match words.as_slice() {
            [] => {}
            [_] if self.alone.len() >= EXACT => self.whole.add(&words[0]),
            [_] => self.alone.extend(words.into_iter().map(Box::from)),
            _ => {
                self.whole.add(&words.join(" "));
                if self.words.len() < WORDS {
                    self.words.extend(words.into_iter().map(Box::from));
                }
            }
        }
    }

    fn end_record(&mut self) {
        if let Some((_, words)) = self.record.take() {
            self.put(words);
        }
    }

    /// How many different people there were.
    pub fn estimate(&mut self) -> u64 {
        self.end_record();
        let (words, alone) = (&self.words, &self.alone);
        // `mokafor` is the Okafor of a mailbox; `bob` stays one of its own.
        let known = |name: &str| {
            words.contains(name)
                || words.len() <= 2048
                    && words
                        .iter()
                        .any(|word| word.len() >= 5 && name.contains(&**word))
        };
        let lone = alone.iter().filter(|name| !known(name)).count() as u64;
        self.whole.estimate() + lone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u64, column: u32) -> Anchor {
        Anchor::Cell {
            sheet: "".into(),
            row,
            column,
        }
    }

    #[test]
    fn names_of_one_person_count_once() {
        let mut named = Named::default();
        for name in [
            "Margaret Okafor",
            "Margaret",
            "Okafor, Margaret",
            "Okafor",
            "M Okafor",
        ] {
            named.add(&Anchor::Line(1), name);
        }
        assert_eq!(named.estimate(), 1);
        named.add(&Anchor::Line(2), "Declan");
        assert_eq!(named.estimate(), 2);
    }

    #[test]
    fn a_forename_and_a_surname_of_one_row_are_one_person() {
        let mut named = Named::default();
        for n in 0..40 {
            named.add(&row(n, 1), ["Ana", "Bo", "Cy"][n as usize % 3]);
            named.add(&row(n, 2), &format!("Surname{n}"));
        }
        assert_eq!(named.estimate(), 40);
        let mut named = Named::default();
        for n in 0..3 {
            named.add(
                &Anchor::Region(format!("$[{n}].applicant.givenName").into()),
                "Ana",
            );
            named.add(
                &Anchor::Region(format!("$[{n}].applicant.familyName").into()),
                &format!("Of{n}"),
            );
        }
        assert_eq!(named.estimate(), 3);
    }

    #[test]
    fn repeats_do_not_count_and_many_are_estimated() {
        let mut few = Distinct::default();
        for n in 0..500 {
            few.add(&(n % 40).to_string());
        }
        assert_eq!(few.estimate(), 40);
        let mut many = Distinct::default();
        for n in 0..50_000 {
            many.add(&n.to_string());
        }
        assert!(
            (45_000..55_000).contains(&many.estimate()),
            "{}",
            many.estimate()
        );
    }
}
