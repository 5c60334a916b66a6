//! The definition of a correct answer: each pattern's regex over the whole text, one after another, and Aho-Corasick
//! for the terms. Slow, short, and kept for ever: the tests hold the fast engine to it on every text and instruction
//! set, and `rules check` may ask it.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, Look};

use super::{Cursors, EngineError, MAX_LENGTH, PatternSpec, TermSpec, Visit};

/// The plain engine: the same lists and the same answers as [`Engine`](super::Engine).
#[derive(Debug)]
pub struct Plain {
    patterns: Vec<Regex>,
    terms: Option<AhoCorasick>,
    /// The terms that match only as written.
    as_written: Vec<Option<Vec<u8>>>,
    /// The terms that begin with a capital.
    capital: Vec<bool>,
    max_length: usize,
}

/// Memory for the folded text.
#[derive(Debug, Default)]
pub struct Scratch {
    folded: Vec<u8>,
    /// For each byte of `folded`, and for its end, its place in the text.
    place: Vec<usize>,
}

impl Plain {
    /// Compiles the lists.
    pub fn new(patterns: &[PatternSpec], specs: &[TermSpec]) -> Result<Plain, EngineError> {
        let mut max_length = 1;
        let mut regexes = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let hir = parse(pattern)?;
            max_length = max_length.max(hir.properties().maximum_len().unwrap_or(0));
            regexes.push(compile(pattern)?);
        }
        let mut canonical = Vec::with_capacity(specs.len());
        let mut as_written = Vec::with_capacity(specs.len());
        for (index, term) in specs.iter().enumerate() {
            let text = canonical_term(index, term)?;
            let gaps = text.iter().filter(|&&b| b == b' ').count();
            max_length = max_length.max(text.len() + gaps * (MAX_GAP - 1));
            let exact = text.iter().any(u8::is_ascii_uppercase);
            as_written.push(exact.then(|| text.clone()));
            canonical.push(text);
        }
        let terms = (!canonical.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(&canonical)
            })
            .transpose()
            .map_err(|_| EngineError::Many(canonical.len()))?;
        Ok(Plain {
            patterns: regexes,
            terms,
            as_written,
            capital: specs.iter().map(|term| term.capital).collect(),
            max_length,
        })
    }

    /// As [`Engine::max_length`](super::Engine::max_length).
    pub fn max_length(&self) -> usize {
        self.max_length
    }

    /// As [`Engine::scan`](super::Engine::scan).
    pub fn scan<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: Range<usize>,
        cursors: &mut Cursors,
        scratch: &mut Scratch,
        visit: &mut V,
    ) {
        let cursors = cursors.slots(self.patterns.len());
        for (index, (regex, cursor)) in self.patterns.iter().zip(cursors).enumerate() {
            search(regex, index as u16, text, &starts, cursor, visit);
        }
        self.terms(text, starts, scratch, visit);
    }

    /// Finds the terms in a copy of the text in which each gap is one space.
    fn terms<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: Range<usize>,
        scratch: &mut Scratch,
        visit: &mut V,
    ) {
        let Some(terms) = &self.terms else { return };
        let Scratch { folded, place } = scratch;
        fold_gaps(text, folded, place);
        for found in terms.find_overlapping_iter(folded.as_slice()) {
            let (start, end) = (place[found.start()], place[found.end() - 1] + 1);
            let touched = start > 0 && is_word(text[start - 1])
                || text.get(end).copied().is_some_and(is_word);
            let term = found.pattern().as_usize();
            let as_written = self.as_written[term]
                .as_ref()
                .is_none_or(|exact| folded[found.start()..found.end()] == exact[..]);
            let capital = !self.capital[term] || text[start].is_ascii_uppercase();
            if !touched && as_written && capital && starts.contains(&start) {
                visit.term(term as u32, start, end);
            }
        }
    }
}

/// Goes through one pattern's matches from its cursor on.
pub(super) fn search<V: Visit + ?Sized>(
    regex: &Regex,
    pattern: u16,
    text: &[u8],
    starts: &Range<usize>,
    cursor: &mut usize,
    visit: &mut V,
) {
    let mut at = starts.start.max(*cursor);
    while at <= text.len()
        && let Some(found) = regex.find_at(text, at)
        && found.start() < starts.end
    {
        if visit.pattern(pattern, found.start(), found.end()) {
            at = found.end();
            *cursor = at;
        } else {
            at = found.start() + 1;
        }
    }
}

/// The widest gap in the text that a gap of a term stands for.
pub(super) const MAX_GAP: usize = 4;

/// What may stand between the words of a term.
pub(super) fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'-' | b'_')
}

/// What may not touch a term.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// A term with one space for each of its gaps, none at its ends.
pub(super) fn canonical_term(index: usize, term: &TermSpec) -> Result<Vec<u8>, EngineError> {
    let words = term.text.as_bytes().split(|&b| is_gap(b));
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    let text = words.join(&b' ');
    let wrong = |reason| EngineError::Term {
        index,
        text: term.text.clone(),
        reason,
    };
    if !text.iter().copied().any(is_word) {
        return Err(wrong("has no letter or digit"));
    }
    if text.len() + (words.len() - 1) * (MAX_GAP - 1) > MAX_LENGTH {
        return Err(wrong("is too long"));
    }
    Ok(text)
}

/// A copy of the text with one space for each gap of at most [`MAX_GAP`] bytes and two for each wider one (which no
/// term has), and where its bytes came from.
fn fold_gaps(text: &[u8], folded: &mut Vec<u8>, place: &mut Vec<usize>) {
    folded.clear();
    place.clear();
    let mut at = 0;
    while at < text.len() {
        let gap = text[at..].iter().take_while(|&&b| is_gap(b)).count();
        let spaces = match gap {
            0 => 0,
            1..=MAX_GAP => 1,
            _ => 2,
        };
        for space in 0..spaces {
            folded.push(b' ');
            place.push(at + space);
        }
        if gap == 0 {
            folded.push(text[at]);
            place.push(at);
        }
        at += gap.max(1);
    }
}

/// The pattern as a regex.
pub(super) fn compile(pattern: &PatternSpec) -> Result<Regex, EngineError> {
    let built = RegexBuilder::new(&pattern.regex).unicode(false).build();
    built.map_err(|e| EngineError::Regex {
        name: pattern.name.clone(),
        reason: e.to_string(),
    })
}

/// The pattern's syntax tree, once it keeps to what the engine asks of every pattern.
pub(super) fn parse(pattern: &PatternSpec) -> Result<Hir, EngineError> {
    let name = || pattern.name.clone();
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&pattern.regex)
        .map_err(|e| EngineError::Regex {
            name: name(),
            reason: e.to_string(),
        })?;
    let properties = hir.properties();
    let looks = properties.look_set();
    if looks.contains(Look::Start) || looks.contains(Look::End) {
        return Err(EngineError::Anchor { name: name() });
    }
    match properties.maximum_len() {
        Some(most) if most <= MAX_LENGTH => {}
        most => return Err(EngineError::Long { name: name(), most }),
    }
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err(EngineError::Empty { name: name() });
    }
    Ok(hir)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen {
        patterns: Vec<(u16, usize, usize)>,
        terms: Vec<(u32, usize, usize)>,
        reject: bool,
    }

    impl Visit for Seen {
        fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool {
            self.patterns.push((pattern, start, end));
            !self.reject
        }
        fn term(&mut self, term: u32, start: usize, end: usize) {
            self.terms.push((term, start, end));
        }
    }

    fn scan(patterns: &[&str], terms: &[&str], text: &str, reject: bool) -> Seen {
        let patterns: Vec<_> = patterns
            .iter()
            .map(|p| PatternSpec {
                name: "test".into(),
                regex: (*p).into(),
                seldom: false,
            })
            .collect();
        let terms: Vec<_> = terms
            .iter()
            .map(|t| TermSpec {
                text: t.trim_start_matches('^').into(),
                capital: t.starts_with('^'),
            })
            .collect();
        let mut seen = Seen {
            reject,
            ..Seen::default()
        };
        Plain::new(&patterns, &terms).unwrap().scan(
            text.as_bytes(),
            0..text.len(),
            &mut Cursors::new(),
            &mut Scratch::default(),
            &mut seen,
        );
        seen.terms.sort_unstable();
        seen
    }

    #[test]
    fn a_rejected_match_lets_the_search_go_on_one_byte_later() {
        assert_eq!(scan(&[r"\d{3}"], &[], "12345", false).patterns, [(0, 0, 3)]);
        assert_eq!(
            scan(&[r"\d{3}"], &[], "12345", true).patterns,
            [(0, 0, 3), (0, 1, 4), (0, 2, 5)]
        );
    }

    #[test]
    fn terms_are_whole_words_with_gaps_of_up_to_four_bytes() {
        let terms = ["type 2 diabetes", "diabetes", "d.o.b.", "MS", "x-ray"];
        let at = |text| scan(&[], &terms, text, false).terms;
        assert_eq!(at("Type-2\r\n  Diabetes"), [(0, 0, 18), (1, 10, 18)]);
        assert_eq!(at("type 2     diabetes"), [(1, 11, 19)]);
        assert_eq!(at("prediabetes diabetesx _diabetes_"), [(1, 23, 31)]);
        assert_eq!(at("D.O.B.: x; d.o.b.x"), [(2, 0, 6)]);
        assert_eq!(at("MS ms Ms"), [(3, 0, 2)]);
        assert_eq!(at("an X ray"), [(4, 3, 8)]);
        assert_eq!(at("é\u{e9}diabetes"), []);
        let names = scan(
            &[],
            &["^mark", "^of york"],
            "Mark MARK mark Of YORK of York",
            false,
        );
        assert_eq!(names.terms, [(0, 0, 4), (0, 5, 9), (1, 15, 22)]);
    }

    #[test]
    fn what_cannot_be_scanned_in_windows_is_refused() {
        let refused = |regex: &str| {
            parse(&PatternSpec {
                name: "x".into(),
                regex: regex.into(),
                seldom: false,
            })
            .unwrap_err()
        };
        assert!(matches!(refused("(a"), EngineError::Regex { .. }));
        assert!(matches!(refused("a*"), EngineError::Long { .. }));
        assert!(matches!(refused("a?"), EngineError::Empty { .. }));
        assert!(matches!(refused("^a"), EngineError::Anchor { .. }));
        assert!(matches!(refused(r"a{5000}"), EngineError::Long { .. }));
    }
}
