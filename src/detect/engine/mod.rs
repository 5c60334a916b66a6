//! Every pattern and every term in one pass over the text: where does each match, and nothing else.
//!
//! Called by the detector for each window of text; it says *where* something has the form of an identifier or is a
//! word of a list. Whether that means anything (guards, checksums, context, which rule wins an overlap) is for the
//! caller, who answers each match with accepted or rejected, because a rejected match lets the search go on one
//! byte later. The engine keeps no text and nothing of a document: one [`Engine`] is shared by all threads, and what
//! changes during a scan is in the [`Scratch`] of the thread and the [`Cursors`] of the document.
//!
//! Each pattern on its own, and then the terms, would be as many passes over the text. Here there is one, in eight
//! steps, a file each:
//!
//! 1. [`classes`] (at load): which classes of bytes the patterns tell apart.
//! 2. [`classify`]: the text, a chunk at a time, becomes one bitmap per class.
//! 3. [`heads`] and [`shape`] (at load): each pattern becomes a condition that a match must meet, on its first bytes or
//!    on those bitmaps; [`plan`] says which, and how much of it to ask for, and [`heaps`] puts alike ones together.
//! 4. [`program`] (at load): all conditions on bitmaps become one straight line of bit operations.
//! 5. [`heads`] and [`run`]: the tables of first bytes and the line, over the chunk, leave few candidates.
//! 6. [`joint`] and [`walk`]: all patterns as one automaton decide which of them match there.
//! 7. [`words`]: which of the chunk's words, and which two of them in a row, may be the key of a term.
//! 8. [`terms`] and [`key`]: the whole term is compared there.
//!
//! [`scan`] puts them in a row, and [`simd`] runs 2, 5, 6 and 7 in the widest registers of the processor. [`plain`] is the
//! definition of a correct answer: each pattern's regex over the whole text, Aho-Corasick for the terms.

mod bits;
mod classes;
mod classify;
mod heads;
mod heaps;
mod joint;
mod key;
#[cfg(target_arch = "x86_64")]
mod lanes;
pub mod plain;
mod plan;
mod program;
mod report;
mod run;
mod sample;
mod scan;
mod shape;
mod simd;
mod terms;
mod walk;
mod whole;
mod words;

use std::ops::Range;

pub use report::{Lane, PatternReport};
pub use simd::Isa;

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
    /// Looked for only in texts for which [`Visit::wants_seldom`] says so.
    pub seldom: bool,
}

impl PatternSpec {
    /// A pattern whose matches the caller rejects when a letter, a digit or `_` touches them. As much of that is put
    /// into the expression as it can say: the start always, and the end where that cannot make the expression settle for
    /// a shorter match than it would have found. Far fewer candidates, and far fewer matches to reject.
    pub fn whole(name: String, regex: &str) -> PatternSpec {
        let mut spec = PatternSpec {
            name,
            regex: regex.to_owned(),
            seldom: false,
        };
        let end = match plain::parse(&spec) {
            Ok(hir) if whole::ends_whole(&hir) => r"\b{end-half}",
            _ => "",
        };
        spec.regex = format!(r"\b{{start-half}}(?:{regex}){end}");
        spec
    }
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
    /// In the text it begins with a capital, whatever else is in either case: names of people and places, which as
    /// words (`mark`, `hope`) every text is full of.
    pub capital: bool,
}

/// Who is told of the matches.
pub trait Visit {
    /// `pattern` (its place in the list given to [`Engine::new`]) matches `start..end`. Is that accepted? If so the
    /// search for this pattern goes on at `end`; if not, at `start + 1`. Each pattern's matches come in ascending
    /// order; nothing is said of the order between patterns.
    fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool;
    /// Whether the patterns marked as seldom are to be looked for where matches begin in `starts` too. Asked for each
    /// chunk of a text, and for the whole of it.
    fn wants_seldom(&self, starts: Range<usize>) -> bool {
        let _ = starts;
        true
    }
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

    /// The patterns that are looked for only from somewhere past a place on, and from where.
    pub fn past(&self, place: usize) -> impl Iterator<Item = (u16, usize)> + '_ {
        let each = self.0.iter().enumerate();
        each.filter(move |(_, cursor)| **cursor > place)
            .map(|(pattern, cursor)| (pattern as u16, *cursor))
    }

    /// No pattern is looked for before where `other` says.
    pub fn raise(&mut self, other: &Cursors) {
        for (cursor, other) in self.0.iter_mut().zip(&other.0) {
            *cursor = (*cursor).max(*other);
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
    memory: scan::Memory,
}

impl Scratch {
    /// It grows to what the engine needs at the first scan.
    pub fn new() -> Scratch {
        Scratch::default()
    }
}

/// Patterns that are looked for together: where some of them may begin, and what decides there.
#[derive(Debug)]
struct Search {
    filter: heads::Filter,
    program: program::Program,
    joint: joint::Joint,
}

/// All patterns and terms, compiled. It never changes, and is shared by all threads.
#[derive(Debug)]
pub struct Engine {
    steps: simd::Steps,
    tables: classify::Tables,
    /// The class of line ends, if a pattern asks for the start of a line.
    line_end: Option<u8>,
    /// Those of all texts, those of some.
    searches: [Option<Search>; 2],
    /// The class of the bytes of words.
    word: u16,
    /// The row of bitmaps for what first bytes find.
    heads: u16,
    /// Rows of bitmaps that the searches work in.
    rows: u16,
    /// Which patterns are looked for in some texts only.
    seldom: Vec<bool>,
    /// The patterns without a shape.
    slow: Vec<(u16, regex::bytes::Regex)>,
    terms: Option<terms::Terms>,
    max_length: usize,
    facts: Vec<report::Facts>,
}

impl Engine {
    /// Compiles the lists, for the best instructions of this processor.
    pub fn new(patterns: &[PatternSpec], terms: &[TermSpec]) -> Result<Engine, EngineError> {
        Engine::with_isa(patterns, terms, Isa::best())
    }

    /// The same for terms that are still to be made: that is done while the patterns are planned.
    pub fn with_later_terms(
        patterns: &[PatternSpec],
        terms: impl FnOnce() -> Vec<TermSpec> + Send,
    ) -> Result<Engine, EngineError> {
        Engine::build(patterns, true, terms, Isa::best())
    }

    /// Compiles the lists for the given instructions, or those of any processor if this one does not have them.
    pub fn with_isa(
        patterns: &[PatternSpec],
        terms: &[TermSpec],
        isa: Isa,
    ) -> Result<Engine, EngineError> {
        Engine::build(patterns, !terms.is_empty(), || terms.to_vec(), isa)
    }

    fn build(
        patterns: &[PatternSpec],
        with_terms: bool,
        terms: impl FnOnce() -> Vec<TermSpec> + Send,
        isa: Isa,
    ) -> Result<Engine, EngineError> {
        let terms = || {
            let terms = terms();
            u32::try_from(terms.len()).map_err(|_| EngineError::Many(terms.len()))?;
            terms::Terms::new(&terms)
        };
        let (engine, terms) = rayon::join(|| Engine::of_patterns(patterns, with_terms, isa), terms);
        let (mut engine, classes) = engine?;
        if let Some(mut terms) = terms? {
            terms.place(&classes);
            engine.max_length = engine.max_length.max(terms.max_length);
            engine.terms = Some(terms);
        }
        Ok(engine)
    }

    /// Compiles the patterns; the engine, and the classes of its bitmaps.
    fn of_patterns(
        patterns: &[PatternSpec],
        with_terms: bool,
        isa: Isa,
    ) -> Result<(Engine, classes::Classes), EngineError> {
        if patterns.len() > usize::from(u16::MAX) {
            return Err(EngineError::Many(patterns.len()));
        }
        let hirs = patterns.iter().map(plain::parse);
        let hirs = hirs.collect::<Result<Vec<_>, _>>()?;
        let mut required = shape::required(&hirs);
        required.push(classes::ByteSet::WORD);
        if with_terms {
            required.push(terms::CLASS);
        }
        let seldom: Vec<bool> = patterns.iter().map(|pattern| pattern.seldom).collect();
        let lists: Vec<usize> = seldom.iter().map(|seldom| usize::from(*seldom)).collect();
        let mut plan = plan::Plan::new(&hirs, &lists, &required, isa);
        let finders = std::mem::take(&mut plan.finders);
        let search = |list: usize, plan::Finder { filter, root }| {
            let choices = plan.choices.iter().enumerate();
            let each = choices.filter(|(i, choice)| choice.is_some() && lists[*i] == list);
            let each: Vec<_> = each
                .map(|(i, _)| (i as u16, patterns[i].name.as_str(), &hirs[i]))
                .collect();
            let joint = joint::Joint::new(&each)?;
            Ok::<_, EngineError>(joint.map(|joint| Search {
                program: program::Program::new(&plan.graph, usize::from(plan.heads()) + 1, root),
                filter,
                joint,
            }))
        };
        let mut searches = [None, None];
        for (list, finder) in finders.into_iter().enumerate() {
            if let Some(finder) = finder {
                searches[list] = search(list, finder)?;
            }
        }
        let heads = plan.heads();
        let mut slow = Vec::new();
        for (index, (pattern, choice)) in patterns.iter().zip(&plan.choices).enumerate() {
            if choice.is_none() {
                slow.push((index as u16, plain::compile(pattern)?));
            }
        }
        let rows = searches.iter().flatten().map(|search| search.program.rows);
        let rows = rows.max().unwrap_or(0).max(u16::from(heads) + 1);
        let facts = patterns.iter().zip(&hirs).zip(&plan.choices);
        let facts = facts.map(|((pattern, hir), choice)| report::Facts {
            name: pattern.name.clone(),
            max_length: hir.properties().maximum_len().unwrap_or(0),
            choice: *choice,
        });
        let facts = facts.collect();
        let longest = hirs.iter().filter_map(|hir| hir.properties().maximum_len());
        let classes = plan.classes;
        let word = classes.cover(&classes::ByteSet::WORD);
        let engine = Engine {
            steps: simd::Steps::new(isa),
            line_end: shape::line_class(&classes),
            tables: classify::Tables::new(&classes),
            searches,
            word: word.map_or(0, |(class, _)| class.into()),
            heads: heads.into(),
            rows,
            seldom,
            slow,
            max_length: longest.max().unwrap_or(1),
            terms: None,
            facts,
        };
        Ok((engine, classes))
    }

    /// The instructions that scans use.
    pub fn isa(&self) -> Isa {
        self.steps.isa()
    }

    /// How each pattern is looked for, for `rules check`.
    pub fn report(&self) -> Vec<PatternReport> {
        report::report(&self.facts)
    }

    /// What the searches of all texts take: classes of bytes, operations on their bitmaps.
    pub fn size(&self) -> (usize, usize) {
        let operations = self.searches[0].as_ref();
        let operations = operations.map_or(0, |search| search.program.steps.len());
        (self.tables.classes, operations)
    }

    fn is_seldom(&self, pattern: u16) -> bool {
        self.seldom[usize::from(pattern)]
    }

    /// The most bytes that any pattern or term may match: how much text must follow `starts` in a window of
    /// [`scan`](Engine::scan), unless the document ends there, so that every match is seen whole.
    pub fn max_length(&self) -> usize {
        self.max_length
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
        let cursors = cursors.slots(self.seldom.len());
        scan::scan(self, text, starts, cursors, &mut scratch.memory, visit);
    }
}

/// How far to go with a text, for benches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Until {
    /// Sort bytes into classes.
    Classes,
    /// Find candidates.
    Shapes,
}

impl Engine {
    /// Does the first steps of a scan alone, and says how many candidates there were: so that a bench can tell
    /// what each step takes.
    pub fn measure(&self, text: &[u8], until: Until, scratch: &mut Scratch) -> usize {
        scan::measure(self, text, until, &mut scratch.memory)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn lane(spec: PatternSpec) -> Lane {
        Engine::new(&[spec], &[]).unwrap().report()[0].lane
    }

    #[test]
    fn each_pattern_says_how_it_is_looked_for() {
        let whole = |regex| PatternSpec::whole("test".into(), regex);
        assert_eq!(lane(whole(r"\d{8,9}")), Lane::Shaped);
        let any = PatternSpec {
            name: "test".into(),
            regex: "(?s).{1,9}".into(),
            seldom: false,
        };
        assert!(matches!(lane(any), Lane::Slow(_)));
    }
}
