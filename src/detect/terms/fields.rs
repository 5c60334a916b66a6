//! Columns, form fields and keys whose name says that their values are of a category, or names of people.

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::vocabulary::{FORENAME, FORENAME_WORD, NAMES, Named, STOP, TAIL, Vocabulary};
use crate::{
    detect::{
        names::{
            Found,
            token::{Form, token},
            value,
        },
        normalise_name,
        propose::Sight,
    },
    model::{Level, segment::Layout},
};

/// A name and what it says.
type Known = (Arc<str>, Arc<[Named]>);

/// What the name of a field says; kept per thread, since names repeat.
#[derive(Default)]
pub(crate) struct Fields {
    known: HashMap<Box<str>, Arc<[Named]>>,
    /// The same by the address of the name: a document gives equal names one allocation. The name is held, so that its
    /// address stays its own.
    lately: Vec<Option<Known>>,
    /// The headings of the table last seen, and what each says.
    headings: Vec<(u32, Arc<[Named]>)>,
    of: Option<Arc<[Arc<str>]>>,
}

/// So many names are kept; then it starts anew, since a hostile file may have a million keys.
const MOST: usize = 4096;

/// Rows that tell what a column without a telling heading holds.
const SAMPLE: usize = 200;

/// At least so many of its cells are names then.
const LEAST_NAMES: u32 = 3;

/// Names that are found by their address.
const LATELY: usize = 64;

/// Words that turn a name of people into a name of something else.
const OF_THINGS: &[&str] = &[
    "file",
    "product",
    "company",
    "course",
    "team",
    "user",
    "bank",
    "domain",
    "event",
    "building",
    "road",
    "school",
    "organisation",
    "organization",
    "project",
    "host",
    "server",
    "table",
    "field",
    "sheet",
    "business",
    "trading",
    "brand",
    "item",
    "category",
    "group",
    "department",
    "site",
    "location",
    "street",
    "class",
    "package",
    "function",
    "display",
    "key",
    "attribute",
    "column",
    "node",
    "image",
    "tag",
    "type",
    "service",
    "system",
    "application",
    "app",
    "venue",
    "supplier",
    "employer",
    "hospital",
    "ward",
    "practice",
    "care home",
    "home",
    "country",
    "city",
    "town",
    "policy",
    "date",
    "number",
    "reference",
    "account manager",
];

impl Fields {
    /// What a name says. The name may hold more than the phrase: `Resident's religion`.
    fn said(&mut self, words: &Vocabulary, name: &str) -> Arc<[Named]> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let said: Arc<[Named]> = read(words, name).into();
        self.known.insert(name.into(), said.clone());
        said
    }

    /// What the name of a field says.
    fn of_field(&mut self, words: &Vocabulary, name: &Arc<str>) -> Arc<[Named]> {
        self.lately.resize(LATELY, None);
        let place = (name.as_ptr() as usize >> 4) % LATELY;
        if let Some((known, said)) = &self.lately[place]
            && Arc::ptr_eq(known, name)
        {
            return said.clone();
        }
        let said = self.said(words, name);
        self.lately[place] = Some((name.clone(), said.clone()));
        said
    }

    /// What each column of the table says; only those that say something.
    fn columns(&mut self, words: &Vocabulary, headings: &Arc<[Arc<str>]>) {
        if self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, headings)) {
            return;
        }
        self.headings.clear();
        for (column, heading) in headings.iter().enumerate().take(4096) {
            let said = self.said(words, heading);
            if !said.is_empty() {
                self.headings.push((column as u32, said));
            }
        }
        self.of = Some(headings.clone());
    }

    /// Whether the rows of this segment's table have a column of names.
    pub fn rows_are_people(&mut self, words: &Vocabulary, sight: &Sight<'_>) -> bool {
        let Layout::Table(table) = sight.segment.layout else {
            return false;
        };
        self.columns(words, &table.headings);
        self.headings.iter().any(|(_, said)| {
            said.iter()
                .any(|named| named.owner == NAMES && !named.options.loose)
        })
    }

    /// Names in columns whose heading says nothing: where most cells are names that the lists know, so are the others.
    pub fn unnamed(
        &mut self,
        words: &Vocabulary,
        sight: &Sight<'_>,
        known: &[Found],
        out: &mut Vec<Found>,
    ) {
        let Layout::Table(table) = sight.segment.layout else {
            return;
        };
        self.columns(words, &table.headings);
        let (text, original) = (sight.text, sight.segment.text);
        let row = |n: usize| {
            let end = table
                .rows
                .get(n + 1)
                .map_or(original.len(), |&r| r as usize);
            table.rows[n] as usize..end
        };
        // Cells filled, and cells that are a name and nothing else, by column.
        let mut counts: Vec<(u32, u32)> = Vec::new();
        for n in 0..table.rows.len().min(SAMPLE) {
            for (column, cell) in table.cells(original, row(n)).enumerate().take(256) {
                if counts.len() <= column {
                    counts.resize(column + 1, (0, 0));
                }
                let start = text.from_original(cell.start);
                let end = text.from_original(cell.end).max(start);
                let shown = text.text[start..end].trim_ascii();
                if shown.is_empty() {
                    continue;
                }
                counts[column].0 += 1;
                let at = known.partition_point(|f| f.value < start);
                let whole = |f: &Found| {
                    f.end <= end && f.end - f.value + 2 >= shown.len() && f.level >= Level::Medium
                };
                let given = || {
                    let word = token(text.text, start).filter(|t| t.form == Form::Title);
                    word.is_some_and(|t| {
                        let part = words.part(&text.text[t.start..t.end]);
                        t.end - t.start == shown.len()
                            && part & FORENAME != 0
                            && part & (FORENAME_WORD | STOP | TAIL) == 0
                    })
                };
                counts[column].1 += u32::from(known.get(at).is_some_and(whole) || given());
            }
        }
        let of_names = |column: usize| {
            let (filled, names) = counts.get(column).copied().unwrap_or_default();
            let said = self.headings.iter().find(|h| h.0 == column as u32);
            names >= LEAST_NAMES
                && names * 2 >= filled
                // Under `Name` may stand anything, so that heading is no hindrance.
                && said.is_none_or(|(_, said)| {
                    said.iter().all(|s| s.owner == NAMES && s.options.loose)
                })
        };
        let wanted: Vec<usize> = (0..counts.len()).filter(|&c| of_names(c)).collect();
        if wanted.is_empty() {
            return;
        }
        for n in 0..table.rows.len() {
            for (column, cell) in table.cells(original, row(n)).enumerate() {
                let start = text.from_original(cell.start);
                if !wanted.contains(&column) || !sight.starts.contains(&start) {
                    continue;
                }
                let end = text.from_original(cell.end).max(start);
                let Some(mut name) = value(text.text, start, end, false, words) else {
                    continue;
                };
                if name.end + 1 >= end {
                    name.level = Level::Medium;
                    out.push(name);
                }
            }
        }
    }

    /// Calls back with each value that a name of a column or field speaks of, in order, if it starts in the window.
    pub fn values(
        &mut self,
        words: &Vocabulary,
        sight: &Sight<'_>,
        mut with: impl FnMut(&Named, Range<usize>),
    ) {
        let inside = |range: Range<usize>| -> Option<Range<usize>> {
            let start = sight.text.from_original(range.start);
            let end = sight.text.from_original(range.end).max(start);
            let bytes = &sight.text.text[start..end];
            let lead = bytes
                .iter()
                .take_while(|b| matches!(b, b' ' | b'"' | b'\n' | b'\r'))
                .count();
            let trail = bytes[lead..]
                .iter()
                .rev()
                .take_while(|b| matches!(b, b' ' | b'"' | b'\n' | b'\r'))
                .count();
            let range = start + lead..end - trail;
            (!range.is_empty() && sight.starts.contains(&range.start)).then_some(range)
        };
        match sight.segment.layout {
            Layout::Table(table) => {
                self.columns(words, &table.headings);
                if self.headings.is_empty() {
                    return;
                }
                let from = sight.text.original_start(sight.starts.start);
                let to = sight.text.original_start(sight.starts.end);
                let first = table
                    .rows
                    .partition_point(|&r| r as usize <= from)
                    .saturating_sub(1);
                for (n, &row) in table.rows.iter().enumerate().skip(first) {
                    if row as usize >= to {
                        break;
                    }
                    let end = table
                        .rows
                        .get(n + 1)
                        .map_or(sight.segment.text.len(), |&r| r as usize);
                    let mut wanted = self.headings.iter().peekable();
                    for (column, cell) in table
                        .cells(sight.segment.text, row as usize..end)
                        .enumerate()
                    {
                        let Some((next, said)) = wanted.peek() else {
                            break;
                        };
                        if *next != column as u32 {
                            continue;
                        }
                        // The heading itself is no value.
                        let heading = &table.headings[column];
                        if cell.len() <= heading.len() + 8
                            && sight.segment.text[cell.clone()].trim_matches([' ', '"'])
                                == &**heading
                        {
                            wanted.next();
                            continue;
                        }
                        if let Some(value) = inside(cell) {
                            for named in said.iter() {
                                with(named, value.clone());
                            }
                        }
                        wanted.next();
                    }
                }
            }
            Layout::Marked { labels, .. } => {
                let from = sight.text.original_start(sight.starts.start);
                let first = labels.partition_point(|l| (l.at as usize) < from);
                for label in &labels[first..] {
                    let said = self.of_field(words, &label.text);
                    if said.is_empty() {
                        continue;
                    }
                    if let Some(value) = inside(label.at as usize..label.end as usize) {
                        for named in said.iter() {
                            with(named, value.clone());
                        }
                    }
                }
            }
            Layout::Lines { .. } => {}
        }
    }
}

fn read(words: &Vocabulary, name: &str) -> Vec<Named> {
    let name = normalise_name(name);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let whole = words.field(name);
    if !whole.is_empty() {
        return whole.to_vec();
    }
    let pieces: Vec<&str> = name.split(' ').collect();
    if pieces.len() > 6 || OF_THINGS.iter().any(|w| pieces.contains(w)) {
        return Vec::new();
    }
    let mut said: Vec<Named> = Vec::new();
    // The longest phrase first; a loose one only as a whole name.
    for length in (1..pieces.len()).rev() {
        for window in pieces.windows(length) {
            for named in words.field(&window.join(" ")) {
                if !named.options.loose && !said.iter().any(|s| s.owner == named.owner) {
                    said.push(*named);
                }
            }
        }
    }
    said
}
