//! The engine is held equal to the plain one: on random text, on near misses, on real text, for every instruction set,
//! across every cut. Kept for ever: the prototype of the engine had five bugs that only this found.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::ops::Range;
use std::path::Path;

use domesday::detect::{
    RuleSet,
    engine::{
        Cursors, Engine, Isa, PatternSpec, Scratch, TermSpec, Visit,
        plain::{self, Plain},
    },
    specs,
};

/// Hits, in an order of their own.
#[derive(Default, Debug, PartialEq, Eq, Clone)]
struct Hits {
    patterns: Vec<(u16, usize, usize)>,
    terms: Vec<(u32, usize, usize)>,
    /// Reject a match when its place and length say so, to have both answers.
    moody: bool,
    base: usize,
}

impl Visit for Hits {
    fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool {
        let (start, end) = (start + self.base, end + self.base);
        self.patterns.push((pattern, start, end));
        !(self.moody && (start * 7 + end * 3 + usize::from(pattern)) % 5 < 2)
    }
    fn term(&mut self, term: u32, start: usize, end: usize) {
        self.terms.push((term, start + self.base, end + self.base));
    }
}

impl Hits {
    fn moody(moody: bool) -> Hits {
        Hits {
            moody,
            ..Hits::default()
        }
    }

    fn sorted(mut self) -> Hits {
        self.patterns.sort_unstable();
        self.terms.sort_unstable();
        self.base = 0;
        self
    }
}

struct Both {
    patterns: Vec<PatternSpec>,
    terms: Vec<TermSpec>,
    plain: Plain,
    fast: Vec<Engine>,
}

impl Both {
    fn new(patterns: Vec<PatternSpec>, terms: Vec<TermSpec>) -> Both {
        let fast = Isa::available().into_iter().map(|isa| {
            let engine = Engine::with_isa(&patterns, &terms, isa).unwrap();
            assert_eq!(engine.isa(), isa);
            engine
        });
        Both {
            fast: fast.collect(),
            plain: Plain::new(&patterns, &terms).unwrap(),
            patterns,
            terms,
        }
    }

    fn plain(&self, text: &[u8], starts: Range<usize>, moody: bool) -> Hits {
        let mut hits = Hits::moody(moody);
        let mut scratch = plain::Scratch::default();
        self.plain
            .scan(text, starts, &mut Cursors::new(), &mut scratch, &mut hits);
        hits.sorted()
    }

    /// All engines over the whole text.
    fn check(&self, text: &[u8], scratch: &mut Scratch) -> usize {
        let mut count = 0;
        for moody in [false, true] {
            let expected = self.plain(text, 0..text.len(), moody);
            for engine in &self.fast {
                let mut hits = Hits::moody(moody);
                engine.scan(text, 0..text.len(), &mut Cursors::new(), scratch, &mut hits);
                self.compare(&expected, &hits.sorted(), text, engine.isa());
            }
            count += expected.patterns.len() + expected.terms.len();
        }
        count
    }

    /// All engines, window by window, the text outside the window and what it must see taken away.
    fn check_windows(&self, text: &[u8], cuts: &[usize], scratch: &mut Scratch) {
        let expected = self.plain(text, 0..text.len(), true);
        for engine in &self.fast {
            let mut hits = Hits::moody(true);
            let mut cursors = Cursors::new();
            let mut dropped = 0;
            let ends = cuts.iter().copied().chain([text.len()]);
            let mut from = 0usize;
            for to in ends {
                let first = from.saturating_sub(1);
                let last = text.len().min(to + engine.max_length() + 1);
                cursors.rebase(first - dropped);
                dropped = first;
                hits.base = first;
                let starts = from - first..to - first;
                engine.scan(&text[first..last], starts, &mut cursors, scratch, &mut hits);
                from = to;
            }
            self.compare(&expected, &hits.sorted(), text, engine.isa());
        }
    }

    fn compare(&self, expected: &Hits, found: &Hits, text: &[u8], isa: Isa) {
        let show = |range: &(usize, usize)| {
            let (start, end) = (range.0.saturating_sub(12), text.len().min(range.1 + 12));
            String::from_utf8_lossy(&text[start..end]).into_owned()
        };
        for hit in &expected.patterns {
            assert!(
                found.patterns.binary_search(hit).is_ok(),
                "{isa:?} misses {} at {hit:?} in {:?} ({} bytes)",
                self.patterns[usize::from(hit.0)].regex,
                show(&(hit.1, hit.2)),
                text.len(),
            );
        }
        for hit in &expected.terms {
            assert!(
                found.terms.binary_search(hit).is_ok(),
                "{isa:?} misses {:?} at {hit:?} in {:?} ({} bytes)",
                self.terms[hit.0 as usize].text,
                show(&(hit.1, hit.2)),
                text.len(),
            );
        }
        for hit in &found.patterns {
            assert!(
                expected.patterns.binary_search(hit).is_ok(),
                "{isa:?} invents {} at {hit:?} in {:?}",
                self.patterns[usize::from(hit.0)].regex,
                show(&(hit.1, hit.2)),
            );
        }
        assert_eq!(found, expected);
    }
}

/// A small generator, the same on every machine (xorshift64*).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn pick<'a, T: ?Sized>(&mut self, from: &'a [&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Text that is likely to match the pattern, or nearly.
fn sample(hir: &regex_syntax::hir::Hir, dice: &mut Dice, out: &mut Vec<u8>) {
    use regex_syntax::hir::{Class, HirKind};
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.ranges();
            if let Some(range) = ranges.get(dice.below(ranges.len().max(1))) {
                let span = usize::from(range.end() - range.start()) + 1;
                out.push(range.start() + dice.below(span) as u8);
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = class.ranges().first() {
                let mut buffer = [0; 4];
                out.extend_from_slice(range.start().encode_utf8(&mut buffer).as_bytes());
            }
        }
        HirKind::Repetition(repetition) => {
            let min = repetition.min as usize;
            let max = repetition.max.map_or(min + 4, |max| max as usize);
            let most = if dice.below(4) == 0 {
                max
            } else {
                max.min(min + 4)
            };
            for _ in 0..min + dice.below(most - min + 1) {
                sample(&repetition.sub, dice, out);
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, dice, out),
        HirKind::Concat(items) => items.iter().for_each(|item| sample(item, dice, out)),
        HirKind::Alternation(items) => sample(&items[dice.below(items.len())], dice, out),
    }
}

fn parse(regex: &str) -> regex_syntax::hir::Hir {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex)
        .unwrap()
}

/// Matches, near misses, terms, and what stands between them.
fn text_of(both: &Both, dice: &mut Dice, length: usize) -> Vec<u8> {
    let hirs: Vec<_> = both.patterns.iter().map(|p| parse(&p.regex)).collect();
    let mut text = Vec::with_capacity(length + 600);
    while text.len() < length {
        let from = text.len();
        match dice.below(8) {
            0..4 if !hirs.is_empty() => sample(&hirs[dice.below(hirs.len())], dice, &mut text),
            4..6 if !both.terms.is_empty() => {
                let term = &both.terms[dice.below(both.terms.len())].text;
                for &byte in term.as_bytes() {
                    let capital = dice.below(5) == 0;
                    match byte {
                        b' ' => {
                            for _ in 0..1 + dice.below(3) * dice.below(3) {
                                text.extend_from_slice(
                                    dice.pick(&[" ", "-", "\n", "\t", "_"]).as_bytes(),
                                );
                            }
                        }
                        _ if capital => text.push(byte.to_ascii_uppercase()),
                        _ => text.push(byte),
                    }
                }
            }
            6 => {
                for _ in 0..dice.below(90) {
                    let alphabets: [&[u8]; 5] = [
                        b"0123456789",
                        b"abcdefXYZ",
                        b" -./:,@+",
                        b"\xc3\xa9_ 1a",
                        b"0 1-2/",
                    ];
                    let alphabet = dice.pick(&alphabets);
                    text.push(alphabet[dice.below(alphabet.len())]);
                }
            }
            _ => text.extend_from_slice(
                dice.pick(&["the quick ", "tel: ", "\r\n", "id,", "\u{e9}"])
                    .as_bytes(),
            ),
        }
        // A near miss: one byte changed, taken out or doubled.
        if text.len() > from {
            let at = from + dice.below(text.len() - from);
            match dice.below(8) {
                0 => text[at] = b"0 9aZ-/\xff\0"[dice.below(9)],
                1 => drop(text.remove(at)),
                2 => text.insert(at, text[at]),
                _ => {}
            }
        }
        let between = dice.pick(&[
            " ", "", "\n", ",", ", ", "; ", "x", "0", "\"", "  ", "_", "\u{e9}",
        ]);
        text.extend_from_slice(between.as_bytes());
    }
    text.truncate(length);
    text
}

fn identifiers() -> Vec<PatternSpec> {
    let lines = include_str!("engine/patterns.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, regex) = line.split_once('\t').unwrap();
            PatternSpec {
                name: name.into(),
                regex: regex.into(),
                seldom: false,
            }
        })
        .collect()
}

fn terms() -> Vec<TermSpec> {
    let list = "diabetes;type 2 diabetes;type 1 diabetes;asthma;d.o.b.;h&c;alzheimer's;alzheimer's disease;MS;HIV;hiv \
        positive;tb;x-ray;a e;church of england;roman catholic;c of e;sikh;jehovah's witness;trade union;unison;gmb;\
        section 117 aftercare;2 week wait;long term sick leave of absence;heart attack;heart;attack;attack heart;\
        post-traumatic stress disorder;ptsd;hypertension;hypertensive heart disease;(confidential);40+;o'brien;\
        pneumonoultramicroscopicsilicovolcanoconiosis;\u{e9}t\u{e9};na\u{ef}ve;b12 deficiency;12 step;covid-19;covid 19;\
        ^mark;^may;may;^church of ely;^hope;^o'neil;^12 oaks;^\u{c9}lan;^heart attack grill";
    // Those with `^` begin with a capital.
    let list = list.split(';').map(str::trim);
    list.map(|text| TermSpec {
        text: text.trim_start_matches('^').into(),
        capital: text.starts_with('^'),
    })
    .collect()
}

#[test]
fn likely_text_and_near_misses() {
    let both = Both::new(identifiers(), terms());
    let mut scratch = Scratch::new();
    let mut hits = 0;
    for seed in 0..120 {
        let mut dice = Dice::new(seed);
        let length = match seed % 4 {
            0 => dice.below(200),
            1 => dice.below(3000),
            2 => 8192 - 70 + dice.below(140),
            _ => dice.below(40_000),
        };
        let text = text_of(&both, &mut dice, length);
        hits += both.check(&text, &mut scratch);
        if seed % 3 == 0 {
            let mut cuts: Vec<usize> = (0..dice.below(6))
                .map(|_| dice.below(text.len() + 1))
                .collect();
            cuts.sort_unstable();
            both.check_windows(&text, &cuts, &mut scratch);
        }
    }
    assert!(
        hits > 100_000,
        "the text is meant to be full of hits: {hits}"
    );
}

/// A pattern of a few pieces, with choices whose order of preference matters.
fn random_pattern(dice: &mut Dice) -> String {
    let pieces = [
        r"\d",
        r"\d{2}",
        r"\d{1,3}",
        r"\d{3,9}",
        "[A-Z]",
        "[A-Z]{2}",
        "[a-f]{0,3}",
        r"\w{2,5}",
        r"\b",
        r"\B",
        "-?",
        "[ -]",
        "[ -]?",
        "(?:a|ab)",
        "(?:ab|a|abc)",
        "(?:abc|a)(?:bcd|d)?",
        "(?:1|12|123)??",
        r"(?:\d{2}|\d{4}|[A-Z]\d)",
        "(?:[ .]\\d{2}){0,3}?",
        "(?i:nhs|no)",
        "@",
        "(?m)^",
        "(?m)$",
        r"\b{end-half}",
        r"[^\s]{1,4}",
        "x{2,40}",
        r"(?:[a-z]{1,9}\.){1,3}",
        "\\xC3[\\x80-\\xBF]",
        "_",
    ];
    let many = 1 + dice.below(6);
    (0..many).map(|_| dice.pick(&pieces)).collect()
}

#[test]
fn patterns_that_nobody_would_write() {
    let mut scratch = Scratch::new();
    let mut hits = 0;
    for seed in 0..40 {
        let mut dice = Dice::new(5000 + seed);
        let mut patterns = Vec::new();
        while patterns.len() < 12 {
            let regex = random_pattern(&mut dice);
            let whole = dice.below(2) == 0;
            let mut spec = PatternSpec {
                name: regex.clone(),
                regex,
                seldom: dice.below(4) == 0,
            };
            // Those that may be empty are refused, and so is no part of this test.
            if Plain::new(std::slice::from_ref(&spec), &[]).is_err() {
                continue;
            }
            if whole {
                spec.regex = PatternSpec::whole(String::new(), &spec.regex).regex;
            }
            patterns.push(spec);
        }
        let both = Both::new(patterns, terms());
        for _ in 0..6 {
            let length = 1 + dice.below(2500);
            let text = text_of(&both, &mut dice, length);
            hits += both.check(&text, &mut scratch);
            both.check_windows(&text, &[text.len() / 3, text.len() / 2], &mut scratch);
        }
    }
    assert!(
        hits > 20_000,
        "the text is meant to be full of hits: {hits}"
    );
}

/// The rules and word lists that scans use, on what they were written for: the labelled share, the rules themselves, the
/// documentation.
#[test]
fn the_rules_on_real_text() {
    let rules = RuleSet::builtin().unwrap();
    let both = Both::new(specs(rules.rules()), terms());
    let mut scratch = Scratch::new();
    let mut hits = 0;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("corpus"), root.join("rules")];
    let mut dice = Dice::new(77);
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // A part of them is enough for each run to be short.
            let text = std::fs::read(&path).unwrap();
            if dice.below(5) != 0 || text.len() > 60_000 {
                continue;
            }
            bytes += text.len();
            hits += both.check(&text, &mut scratch);
            let cut = dice.below(text.len() + 1);
            both.check_windows(&text, &[cut], &mut scratch);
        }
    }
    assert!(
        hits > 1_000 && bytes > 100_000,
        "{hits} hits in {bytes} bytes"
    );
}

#[test]
fn every_cut_of_a_short_text() {
    let both = Both::new(identifiers(), terms());
    let mut scratch = Scratch::new();
    for seed in 0..3 {
        let text = text_of(&both, &mut Dice::new(1000 + seed), 700);
        for cut in 0..=text.len() {
            both.check_windows(&text, &[cut], &mut scratch);
        }
    }
}
