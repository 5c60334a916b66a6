//! Taking words out of a text.
//!
//! What a detector found is taken out where it was found; the same words are taken out wherever else they stand in the
//! document, because a second mention without a title or a label may not have been found. What is taken out leaves the
//! same mark whatever its length.

use std::{collections::BTreeSet, ops::Range};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::{
    inventory::names::name_parts,
    model::Category,
    request::{RequestError, subject::Subject},
};

/// What stands where something was taken out.
pub const MARK: &str = "[redacted]";

/// A value shorter than this is taken out only where it was found: `45` stands in every document.
const TELLING: usize = 5;

/// Words that are taken out of a text.
pub struct Redactor {
    words: Option<AhoCorasick>,
    /// For each word, whether it must begin with a capital to count.
    proper: Vec<bool>,
    /// Values without anything but letters and digits, for the check of the result.
    compact: Vec<String>,
}

impl Redactor {
    /// For these values, each with its category. Words that are part of the person's own name stay.
    pub fn new(values: &[(Category, String)], subject: &Subject) -> Result<Redactor, RequestError> {
        let mut words: BTreeSet<(String, bool)> = BTreeSet::new();
        let mut compacts = BTreeSet::new();
        for (category, value) in values {
            let value = value.trim();
            if value.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING {
                words.insert((value.to_owned(), false));
                compacts.insert(compact(value));
            }
            if *category != Category::Name {
                continue;
            }
            for word in value.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
                let tokens = name_parts(word).tokens;
                let own = tokens.iter().any(|token| subject.has_token(token));
                let title = word.len() < 3 || is_title(word);
                if !own && !title {
                    words.insert((word.to_owned(), true));
                }
            }
        }
        let proper = words.iter().map(|(_, proper)| *proper).collect();
        let words: Vec<&String> = words.iter().map(|(word, _)| word).collect();
        let automaton = match words.is_empty() {
            true => None,
            false => Some(
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::LeftmostLongest)
                    .kind(Some(AhoCorasickKind::ContiguousNFA))
                    .build(&words)
                    .map_err(|_| {
                        RequestError::refused(
                            "there are too many values to take out: withhold some documents whole",
                        )
                    })?,
            ),
        };
        Ok(Redactor {
            words: automaton,
            proper,
            compact: compacts.into_iter().collect(),
        })
    }

    /// Where in a text its words stand.
    pub fn cuts(&self, text: &str) -> Vec<Range<usize>> {
        let Some(words) = &self.words else {
            return Vec::new();
        };
        words
            .find_iter(text)
            .filter(|found| {
                let before = text[..found.start()].chars().next_back();
                let after = text[found.end()..].chars().next();
                let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let first = text[found.start()..].chars().next();
                let capital = first.is_some_and(|c| !c.is_lowercase());
                !inside(before) && !inside(after) && (capital || !self.proper[found.pattern()])
            })
            .map(|found| found.range())
            .collect()
    }

    /// A text without its words, and how many were taken out.
    pub fn clean(&self, text: &str) -> String {
        cut(text, 0..text.len(), &self.cuts(text)).0
    }

    /// Whether one of the values still stands in a text in another spelling.
    pub fn remains(&self, text: &str) -> bool {
        let text = compact(text);
        self.compact
            .iter()
            .any(|value| text.contains(value.as_str()))
    }
}

/// Words before a name that are not part of it.
fn is_title(word: &str) -> bool {
    // A title and a name give one token; a title alone gives itself.
    name_parts(&format!("{word} Zzzzz")).tokens.len() == 1
}

/// Letters and digits in lower case.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A stretch of a text with some ranges replaced by the mark, and how many marks there are. Ranges that meet leave one.
pub fn cut(text: &str, stretch: Range<usize>, ranges: &[Range<usize>]) -> (String, u64) {
    let mut ranges: Vec<Range<usize>> = ranges
        .iter()
        .map(|range| range.start.max(stretch.start)..range.end.min(stretch.end))
        .filter(|range| range.start < range.end)
        .collect();
    ranges.sort_by_key(|range| range.start);
    let (mut out, mut at, mut marks) = (String::with_capacity(stretch.len()), stretch.start, 0);
    let mut last_end = None;
    for range in ranges {
        if range.end <= at {
            continue;
        }
        let start = range.start.max(at);
        let gap = &text[at..start];
        // `[redacted] [redacted]` would tell how many words a name has.
        if last_end == Some(at) && gap.chars().all(|c| c == ' ') {
            at = range.end;
            last_end = Some(at);
            continue;
        }
        out.push_str(gap);
        out.push_str(MARK);
        marks += 1;
        at = range.end;
        last_end = Some(at);
    }
    out.push_str(&text[at..stretch.end]);
    (out, marks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{detect::Facts, find::Person, inventory::Key, model::Sensitive};

    fn subject() -> Subject {
        let person = Person {
            names: vec![Sensitive::new("Margaret Okafor")],
            ..Person::default()
        };
        let key = Key::from_text(
            b"domesday-key-1 0000000000000000000000000000000000000000000000000000000000000000",
            "test",
        );
        let key = key.or_else(|_| Key::random()).unwrap();
        Subject::new(&person, &[], &Facts::now(), &key).unwrap()
    }

    #[test]
    fn every_mention_goes_and_the_person_stays() {
        let values = [
            (Category::Name, "Dr John Sample".to_owned()),
            (Category::Name, "Ben Okafor".to_owned()),
            (Category::Contact, "020 7946 0999".to_owned()),
            (Category::Demographic, "45".to_owned()),
        ];
        let redactor = Redactor::new(&values, &subject()).unwrap();
        let text = "Margaret Okafor rang JOHN SAMPLE, then Sample, on 020 7946 0999; Ben came. A sample of 45.";
        assert_eq!(
            redactor.clean(text),
            "Margaret Okafor rang [redacted], then [redacted], on [redacted]; [redacted] came. A sample of 45."
        );
        assert!(redactor.remains("tel 0207-946-0999") && !redactor.remains("tel 0207-946"));
    }

    #[test]
    fn ranges_are_cut_at_the_ends_of_their_stretch() {
        let text = "one two three four";
        assert_eq!(
            cut(text, 4..13, &[0..5, 8..18]),
            ("[redacted]wo [redacted]".to_owned(), 2)
        );
        assert_eq!(cut(text, 0..7, &[0..3, 4..7]), ("[redacted]".to_owned(), 1));
    }
}
