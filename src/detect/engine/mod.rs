//! Every pattern and every term in one pass over the text: where does each match, and nothing else.
//!
//! Called by the detector for each window of text; it says *where* something has the form of an identifier or is a
//! word of a list. Whether that means anything (guards, checksums, context, which rule wins an overlap) is for the
//! caller, who answers each match with accepted or rejected, because a rejected match lets the search go on one
//! byte later. The engine keeps no text and nothing of a document: one [`Engine`] is shared by all threads, and what
//! changes during a scan is in the [`Scratch`] of the thread and the [`Cursors`] of the document.
//!
//! [`plain`] is the definition of a correct answer: each pattern's regex over the whole text, Aho-Corasick for the
//! terms.

pub mod plain;

use std::ops::Range;

use crate::model::limits::OVERLAP;

/// What every pattern must keep to: the most bytes that it may match. A term, with its widest gaps, keeps to it too.
pub const MAX_LENGTH: usize = OVERLAP / 2;

/// A pattern to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternSpec {
    /// Whose it is, for messages.
    pub name: String,
    /// In the syntax of `regex::bytes` with Unicode off: `\d`, `\w`, `\b` and `(?i)` know ASCII alone. It must match
    /// at least one byte and at most [`MAX_LENGTH`]; `\A` and `\z` are refused (a window of text has no true start
    /// or end), `(?m)^` and `(?m)$` are not.
    pub regex: String,
}

/// A term to look for: a word, or words in a row, as whole words.
///
/// In the list a term is written folded: lower case, without diacritics, one space between words. Then
/// - its letters match in either case; but a term with any upper-case letter (`MS`, `HIV`) matches only as written;
/// - a gap (space, hyphen or underscore) of the term stands for one to four bytes of space, tab, line end, hyphen
///   and underscore in the text;
/// - every other byte stands for itself (`alzheimer's`, `d.o.b.`, `h&c`);
/// - the bytes before and after must not be of a word: ASCII letters, digits, and all bytes from 0x80 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermSpec {
    /// The term as the list writes it.
    pub text: String,
}

/// Who is told of the matches.
pub trait Visit {
    /// `pattern` (its place in the list given to [`Engine::new`]) matches `start..end`. Is that accepted? If so the
    /// search for this pattern goes on at `end`; if not, at `start + 1`. Each pattern's matches come in ascending
    /// order; nothing is said of the order between patterns.
    fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool;
    /// `term` (its place in the list) stands at `start..end`. All are reported, those that overlap too, in no order.
    fn term(&mut self, term: u32, start: usize, end: usize);
}

/// Where the search for each pattern goes on: the end of its last accepted match, as an offset in the text of the
/// next call to [`Engine::scan`]. One per document, from one window of its text to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursors(Vec<usize>);

impl Cursors {
    /// Those of a text of which nothing has been seen.
    pub fn new() -> Cursors {
        Cursors::default()
    }

    /// The next text begins `dropped` bytes later in the document than the last one did.
    pub fn rebase(&mut self, dropped: usize) {
        for cursor in &mut self.0 {
            *cursor = cursor.saturating_sub(dropped);
        }
    }

    /// Back to the start, for another document; the memory is kept.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    fn slots(&mut self, patterns: usize) -> &mut [usize] {
        self.0.resize(patterns, 0);
        &mut self.0
    }
}

/// Memory that a scan works in; one per thread, used again for each text.
#[derive(Debug, Default)]
pub struct Scratch {
    plain: plain::Scratch,
}

impl Scratch {
    /// Empty; it grows to what the engine needs at the first scan.
    pub fn new() -> Scratch {
        Scratch::default()
    }
}

/// All patterns and terms, compiled. It never changes, and is shared by all threads.
#[derive(Debug)]
pub struct Engine {
    plain: plain::Plain,
}

impl Engine {
    /// Compiles the lists.
    pub fn new(patterns: &[PatternSpec], terms: &[TermSpec]) -> Result<Engine, EngineError> {
        Ok(Engine {
            plain: plain::Plain::new(patterns, terms)?,
        })
    }

    /// The most bytes that any pattern or term may match: how much text must follow `starts` in a window of
    /// [`scan`](Engine::scan), unless the document ends there, so that every match is seen whole.
    pub fn max_length(&self) -> usize {
        self.plain.max_length()
    }

    /// Tells `visit` of every match that begins in `starts`. Text before `starts` and after it is seen (a match may
    /// run on past the end of `starts`), so that windows whose `starts` follow on from each other give together what
    /// one scan of the whole text gives. At least one byte before and [`max_length`](Engine::max_length)` + 1` after
    /// are needed for that.
    pub fn scan<V: Visit + ?Sized>(
        &self,
        text: &[u8],
        starts: Range<usize>,
        cursors: &mut Cursors,
        scratch: &mut Scratch,
        visit: &mut V,
    ) {
        self.plain
            .scan(text, starts, cursors, &mut scratch.plain, visit);
    }
}

/// Why a list cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The regex does not parse, or is too large.
    #[error("the pattern of {name} is not a regex: {reason}")]
    Regex {
        /// Whose pattern.
        name: String,
        /// What the parser says.
        reason: String,
    },
    /// It matches the empty string.
    #[error(
        "the pattern of {name} matches nothing at all (the empty text); let it match at least one byte"
    )]
    Empty {
        /// Whose pattern.
        name: String,
    },
    /// It can match more bytes than a window can show.
    #[error("the pattern of {name} can match {} bytes, and {MAX_LENGTH} are allowed; bound its repetitions with {{n,m}}", .most.map_or("any number of".to_owned(), |most| most.to_string()))]
    Long {
        /// Whose pattern.
        name: String,
        /// How many, if there is a bound at all.
        most: Option<usize>,
    },
    /// It asks for the start or the end of the text.
    #[error(
        "the pattern of {name} uses ^, $, \\A or \\z, but text is scanned in windows; use (?m)^ and (?m)$ for the ends of a line"
    )]
    Anchor {
        /// Whose pattern.
        name: String,
    },
    /// A term has no letter or digit, or is too long.
    #[error("term {index} of the lists (\"{text}\") {reason}")]
    Term {
        /// Its place in the list.
        index: usize,
        /// The term.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Too many patterns or terms to count.
    #[error("{0} patterns or terms are more than the engine can tell apart")]
    Many(usize),
}
