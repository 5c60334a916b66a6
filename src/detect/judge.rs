//! From a match to a claim: what the check, the label and the words around it make of it (detection specification §1
//! rules 3–6, the S, S+C, K, K+C, X+C levels of the cards, and the floor and ceiling of design decision 8).

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::{
    candidate::{Candidate, Nearness, Word},
    context::{Nearby, Support},
    detector::Detector,
    label::{self, Labels, Said},
    matched::Hit,
    normalise::Normalised,
    place::{Cells, field, next_field},
    validators::{Alone, Kind},
    words::Role,
};
use crate::model::{Level, Segment, Status, segment::Layout};

/// So many sure values of one kind in a document lend support to the next.
pub(crate) const CORROBORATES: u8 = 3;

/// The longest text in a cell that is a question rather than an answer.
const FORM_QUESTION: usize = 48;

/// What judging keeps from value to value of one segment.
pub(crate) struct Judge<'a> {
    detector: &'a Detector,
    text: Normalised<'a>,
    segment: &'a Segment<'a>,
    nearby: &'a mut Nearby,
    labels: &'a mut Labels,
    columns: &'a mut Columns,
    typed: &'a Typed,
    cells: Option<Cells<'a>>,
    /// A stretch of the text without fields.
    bare: Range<usize>,
    /// What the names of the document and of its table say, once asked for.
    document: Option<Vec<Arc<Said>>>,
    name: &'a str,
    /// Sure values so far, by rule, counted to [`CORROBORATES`].
    sure: &'a mut Vec<u8>,
    /// The value of each rule that a word before it on its line spoke for last.
    answers: &'a mut [(u32, u32)],
}

/// A column tells what it holds when so many of its cells pass the check of one rule …
const LEAST_CELLS: u32 = 20;
/// … and so many in a hundred: by chance the commonest check digit is right in ten (detection specification §7, rule 3).
const MOST_OF: u32 = 80;
/// Rows of a block that are looked at.
const SAMPLE: usize = 200;

/// What the headings of the last table said, and what its values say by themselves.
#[derive(Default)]
pub(crate) struct Columns {
    headings: Option<Arc<[Arc<str>]>>,
    said: Vec<Arc<Said>>,
}

/// Columns of the table last seen whose values say what they are, by column and rule. Kept for the blocks of its later
/// rows, which may be few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    headings: Option<Arc<[Arc<str>]>>,
    name: Arc<str>,
    columns: Vec<(u32, u16, Kind)>,
    /// The same for fields, by their names: text with tables in it, records of JSON.
    fields: Vec<(Arc<str>, u16, Kind)>,
}

/// Fields that are looked at.
const FIELDS: usize = 4096;

impl Typed {
    /// Looks at the matches in fields of the same names.
    fn see_fields(
        &mut self,
        segment: &Segment<'_>,
        labels: &[crate::model::Label],
        text: Normalised<'_>,
        hits: &[Hit],
        detector: &Detector,
    ) {
        /// How many fields of a name are filled, and for each rule how many hold a value of it.
        type Filled = (u32, Vec<(u16, Count)>);
        let mut seen: HashMap<&str, Filled> = HashMap::new();
        for label in labels.iter().take(FIELDS) {
            let field = label.at as usize..label.end as usize;
            let shown = segment.text[field.clone()].trim_matches(['"', ' ', '\'']);
            if shown.is_empty() {
                continue;
            }
            let (filled, passed) = seen.entry(&label.text).or_default();
            *filled += 1;
            let first =
                hits.partition_point(|h| text.original_start(h.value.0 as usize) < field.start);
            let mut last = None;
            for hit in &hits[first..] {
                if text.original_start(hit.value.0 as usize) >= field.end {
                    break;
                }
                let rule = detector.patterns[usize::from(hit.pattern)].rule;
                let whole = (hit.value.1 - hit.value.0) as usize + 2 >= shown.len();
                if whole
                    && last != Some(rule)
                    && let Some(kind) = tells(detector, hit)
                {
                    last = Some(rule);
                    match passed.iter_mut().find(|p| p.0 == rule) {
                        Some(p) => p.1.add(kind),
                        None => passed.push((rule, Count::of(kind))),
                    }
                }
            }
        }
        self.fields.clear();
        for (name, (filled, passed)) in seen {
            for (rule, count) in passed {
                if let Some(kind) = count.most(filled) {
                    self.fields.push((name.into(), rule, kind));
                }
            }
        }
    }

    /// Looks at the matches of a block of rows, in ascending order.
    pub fn see(
        &mut self,
        segment: &Segment<'_>,
        text: Normalised<'_>,
        hits: &[Hit],
        detector: &Detector,
    ) {
        let table = match segment.layout {
            Layout::Table(table) => table,
            Layout::Marked { labels, .. } => {
                self.columns.clear();
                if labels.len() as u32 >= LEAST_CELLS {
                    self.see_fields(segment, labels, text, hits, detector);
                }
                return;
            }
            Layout::Lines { .. } => {
                self.columns.clear();
                self.fields.clear();
                return;
            }
        };
        let same = self.name == table.name
            && self
                .headings
                .as_ref()
                .is_some_and(|h| Arc::ptr_eq(h, &table.headings) || *h == table.headings);
        if !same {
            self.columns.clear();
            self.name = table.name.clone();
            self.headings = Some(table.headings.clone());
        }
        let rows = table.rows.len().min(SAMPLE);
        if (rows as u32) < LEAST_CELLS {
            return;
        }
        let mut filled: Vec<u32> = Vec::new();
        let mut passed: Vec<(u32, u16, Count)> = Vec::new();
        let mut next = 0;
        for n in 0..rows {
            let end = table
                .rows
                .get(n + 1)
                .map_or(segment.text.len(), |&r| r as usize);
            for (column, cell) in table
                .cells(segment.text, table.rows[n] as usize..end)
                .enumerate()
                .take(256)
            {
                if filled.len() <= column {
                    filled.resize(column + 1, 0);
                }
                let shown = segment.text[cell.clone()].trim_matches(['"', ' ', '\'']);
                if shown.is_empty() {
                    continue;
                }
                filled[column] += 1;
                let mut last = None;
                while let Some(hit) = hits.get(next) {
                    let start = text.original_start(hit.value.0 as usize);
                    if start >= cell.end {
                        break;
                    }
                    next += 1;
                    let length = (hit.value.1 - hit.value.0) as usize;
                    let rule = detector.patterns[usize::from(hit.pattern)].rule;
                    if start < cell.start || length + 2 < shown.len() || last == Some(rule) {
                        continue;
                    }
                    let Some(kind) = tells(detector, hit) else {
                        continue;
                    };
                    last = Some(rule);
                    let key = (column as u32, rule);
                    match passed.iter_mut().find(|p| (p.0, p.1) == key) {
                        Some(p) => p.2.add(kind),
                        None => passed.push((key.0, key.1, Count::of(kind))),
                    }
                }
            }
        }
        self.columns.clear();
        self.columns.extend(
            passed
                .iter()
                .filter_map(|p| Some((p.0, p.1, p.2.most(filled[p.0 as usize])?))),
        );
    }

    /// Whether nearly all values of a column or field are of a rule: `Pass` when their check holds, `Shape` when they
    /// have the shape of it.
    fn says(&self, place: &Surroundings, rule: u16) -> Option<Kind> {
        let column = |column| self.columns.iter().find(|c| (c.0, c.1) == (column, rule));
        let field = |name: &Arc<str>| self.fields.iter().find(|(n, r, _)| n == name && *r == rule);
        let column = place.column.and_then(column).map(|c| c.2);
        column.or_else(|| place.field.as_ref().and_then(field).map(|f| f.2))
    }
}

/// What a match says of its column: its check holds, or its shape is one that stands by itself.
fn tells(detector: &Detector, hit: &Hit) -> Option<Kind> {
    let levels = &detector.patterns[usize::from(hit.pattern)].levels;
    match hit.verdict.kind {
        Kind::Pass => Some(Kind::Pass),
        Kind::Shape => {
            let alone = match hit.verdict.alone {
                Alone::Rule => levels.shape,
                Alone::Never => None,
                Alone::At(level) => Some(level),
            };
            (alone >= Some(Level::Medium)).then_some(Kind::Shape)
        }
        Kind::Fail | Kind::Reject => None,
    }
}

/// How many cells hold a value of a rule.
#[derive(Clone, Copy)]
struct Count {
    passed: u32,
    shaped: u32,
}

impl Count {
    fn of(kind: Kind) -> Count {
        let mut count = Count {
            passed: 0,
            shaped: 0,
        };
        count.add(kind);
        count
    }

    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Pass => self.passed += 1,
            _ => self.shaped += 1,
        }
    }

    /// What nearly all of so many cells are.
    fn most(self, of: u32) -> Option<Kind> {
        let enough = |count: u32| of >= LEAST_CELLS && count * 100 >= of * MOST_OF;
        if enough(self.passed) {
            Some(Kind::Pass)
        } else {
            enough(self.passed + self.shaped).then_some(Kind::Shape)
        }
    }
}

/// Where the words for a value may stand, and what it is called.
struct Surroundings {
    /// Its own cell or field, or the whole text.
    own: Range<usize>,
    /// The cell to the left, or the text around the field: asked only when nothing nearer says anything.
    outer: Option<Range<usize>>,
    /// What the cell above says, near the top of a table: forms are filled in below their questions.
    above: Option<Said>,
    said: Option<Arc<Said>>,
    /// The column, in a table.
    column: Option<u32>,
    /// The name of the field, elsewhere.
    field: Option<Arc<str>>,
}

impl<'a> Judge<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "pieces of one scratch, borrowed apart"
    )]
    pub fn new(
        detector: &'a Detector,
        text: Normalised<'a>,
        segment: &'a Segment<'a>,
        nearby: &'a mut Nearby,
        labels: &'a mut Labels,
        columns: &'a mut Columns,
        typed: &'a Typed,
        name: &'a str,
        sure: &'a mut Vec<u8>,
        answers: &'a mut [(u32, u32)],
    ) -> Judge<'a> {
        nearby.reset();
        let cells = match segment.layout {
            Layout::Table(table) => {
                columns.see(&table.headings, detector, labels);
                Some(Cells::new(table, segment.text))
            }
            _ => None,
        };
        Judge {
            detector,
            text,
            segment,
            nearby,
            labels,
            columns,
            typed,
            cells,
            bare: 0..0,
            document: None,
            name,
            answers,
            sure,
        }
    }

    /// The claim that a match makes, if it makes one. Matches come in ascending order of their starts.
    pub fn judge(&mut self, hit: &Hit) -> Option<Candidate> {
        let pattern = &self.detector.patterns[hit.pattern as usize];
        let levels = &pattern.levels;
        let (base, with) = match hit.verdict.kind {
            Kind::Pass => (
                levels.check.or(levels.shape),
                levels.check_context.or(levels.context),
            ),
            Kind::Shape => (levels.shape, levels.context),
            Kind::Fail => (levels.fail, levels.fail_context),
            Kind::Reject => return None,
        };
        let base = match hit.verdict.alone {
            Alone::Rule => base,
            Alone::Never => None,
            Alone::At(level) => Some(level),
        };
        if base.is_none() && with.is_none() {
            return None;
        }
        let mut claim = Candidate::new(
            pattern.rule,
            hit.start as usize,
            hit.end as usize,
            Level::Low,
        );
        claim.value = hit.value;
        if pattern.lookahead {
            claim.end = hit.value.1;
        }
        claim.pattern = Some(hit.pattern);
        claim.kind = hit.verdict.kind;
        claim.status = hit.verdict.status;
        self.support(&mut claim);
        let supported = claim.support != Nearness::None;
        if hit.needs > claim.support || hit.needs != Nearness::None && claim.kind == Kind::Fail {
            return None;
        }
        let mut level = if claim.against.is_some() && levels.against.is_some() {
            levels.against?
        } else if claim.against.is_some() {
            let base = base?;
            // The floor: a value whose check holds is lowered, never erased; but what was low already had nothing
            // except a check that numbers pass by chance, and a reserved value is of no interest under another name.
            if claim.kind != Kind::Pass || claim.status == Status::Example || base == Level::Low {
                return None;
            }
            base.lowered()
        } else if supported {
            with.max(base)?
        } else {
            base?
        };
        if claim.against.is_none() && level < Level::High && claim.kind != Kind::Fail {
            if level == Level::Low && !supported && self.named_by_document(claim.rule) {
                level = Level::Medium;
            }
            if claim.kind == Kind::Pass && self.sure[claim.rule as usize] >= CORROBORATES {
                level = level.raised();
                claim.corroborated = true;
            }
        }
        if let Some(cap) = hit.verdict.cap {
            level = level.min(cap);
        }
        claim.level = level;
        if level == Level::High {
            let sure = &mut self.sure[claim.rule as usize];
            *sure = (*sure + 1).min(CORROBORATES);
        }
        Some(claim)
    }

    /// Looks for words for and against a claim: in its own cell or field first, then its heading or name, then beside.
    fn support(&mut self, claim: &mut Candidate) {
        let place = self.surroundings(claim.start as usize);
        // What only a field's name makes a value ends with the field.
        if place.field.is_some()
            && claim.end as usize > place.own.end
            && claim
                .pattern
                .is_some_and(|p| self.detector.patterns[usize::from(p)].label_only)
        {
            claim.end = place.own.end as u32;
            claim.value.1 = claim.value.1.min(claim.end);
        }
        let label_only = claim
            .pattern
            .is_some_and(|p| self.detector.patterns[usize::from(p)].label_only);
        if !label_only && self.nearby(claim, place.own.clone()) {
            return;
        }
        let mut weak = None;
        let typed = self.typed.says(&place, claim.rule);
        if let Some((role, phrase)) = place.said.as_ref().and_then(|said| said.to(claim.rule)) {
            match role {
                Role::For | Role::ForWhole => {
                    claim.support = Nearness::Attached;
                    claim.label = Some(Word::Label(phrase));
                    return;
                }
                // A heading that speaks against a column of nothing but such values is a poor heading, unless it
                // names what stands the same check; and where only the shape is right, unless it says what they are.
                Role::Against if typed == Some(Kind::Pass) => {}
                Role::Against if typed.is_some() && self.says_little(phrase) => {}
                Role::Against | Role::Other => {
                    claim.against = Some(Word::Label(phrase));
                    return;
                }
                Role::ForWeakly => weak = Some(phrase),
            }
        }
        if typed == Some(Kind::Pass) {
            claim.support = Nearness::Attached;
            claim.corroborated = true;
            return;
        }
        if label_only {
            return;
        }
        if let Some(outer) = place.outer
            && self.nearby(claim, outer)
        {
            return;
        }
        if let Some((Role::For, phrase)) = place.above.as_ref().and_then(|said| said.to(claim.rule))
        {
            claim.support = Nearness::Attached;
            claim.label = Some(Word::Label(phrase));
            return;
        }
        if let Some(phrase) = weak {
            claim.support = Nearness::Near;
            claim.label = Some(Word::Label(phrase));
        }
    }

    /// Whether a word that ends at `end` has had its value on its own line, and this one stands on a later line: a list
    /// goes on below its label, an answer does not.
    fn answered(&self, claim: &Candidate, end: u32) -> bool {
        let (from, to) = self.answers[usize::from(claim.rule)];
        from >= end
            && to > from
            && to <= claim.value.0
            && !self.breaks(end, from)
            && self.breaks(to, claim.value.0)
    }

    /// Whether a line ends in a stretch.
    fn breaks(&self, from: u32, to: u32) -> bool {
        self.text.text[from as usize..to as usize].contains(&b'\n')
    }

    /// Whether a phrase of headings is one that anything may stand under.
    fn says_little(&self, phrase: u16) -> bool {
        let phrase = &self.detector.labels.phrase(phrase).text;
        label::says_little(phrase)
    }

    /// Whether the words inside `bounds` said anything; it is noted in the claim.
    fn nearby(&mut self, claim: &mut Candidate, bounds: Range<usize>) -> bool {
        let detector = self.detector;
        let value = claim.value.0 as usize..claim.value.1 as usize;
        if bounds.start >= value.start && bounds.end <= value.end {
            return false;
        }
        let support = self.nearby.support(
            &detector.context,
            self.text.text,
            claim.rule,
            value,
            bounds,
            detector.reach[claim.rule as usize],
            detector.widest,
        );
        match support {
            Support::None => return false,
            Support::For { end, .. } if self.answered(claim, end) => return false,
            Support::For {
                word,
                attached,
                end,
            } => {
                if end <= claim.value.0 && !self.breaks(end, claim.value.0) {
                    self.answers[usize::from(claim.rule)] = claim.value;
                }
                claim.support = if attached {
                    Nearness::Attached
                } else {
                    Nearness::Near
                };
                claim.context = Some(Word::Context(word));
            }
            Support::Against { word } => claim.against = Some(Word::Context(word)),
        }
        true
    }

    fn surroundings(&mut self, start: usize) -> Surroundings {
        let text = self.text;
        let whole = 0..text.text.len();
        let back =
            |range: Range<usize>| text.from_original(range.start)..text.from_original(range.end);
        if let Some(cells) = &mut self.cells {
            let Some(cell) = cells.at(text.original_start(start)) else {
                return Surroundings {
                    own: whole,
                    outer: None,
                    above: None,
                    said: None,
                    column: None,
                    field: None,
                };
            };
            let above = cells
                .above()
                .map(|above| self.segment.text[above].trim())
                .filter(|name| (2..=FORM_QUESTION).contains(&name.len()))
                .map(|name| label::read(&self.detector.labels, name));
            return Surroundings {
                above,
                own: back(cell.bytes.clone()),
                outer: (!cell.left.is_empty()).then(|| back(cell.left.start..cell.bytes.end)),
                said: self.columns.said.get(cell.column as usize).cloned(),
                column: Some(cell.column),
                field: None,
            };
        }
        let at = text.original_start(start);
        let field = match self.bare.contains(&at) {
            true => None,
            false => field(self.segment, at),
        };
        if field.is_none() && !self.bare.contains(&at) {
            self.bare = at..next_field(self.segment, at);
        }
        match field {
            None => Surroundings {
                own: whole,
                outer: None,
                above: None,
                said: None,
                column: None,
                field: None,
            },
            Some(field) => Surroundings {
                own: back(field.at as usize..field.end as usize),
                outer: Some(whole),
                above: None,
                said: Some(self.labels.said(&self.detector.labels, &field.text)),
                column: None,
                field: Some(field.text.clone()),
            },
        }
    }

    /// Whether the name of the document or of its table says that such values are in it.
    fn named_by_document(&mut self, rule: u16) -> bool {
        let (detector, labels, segment, name) =
            (self.detector, &mut *self.labels, self.segment, self.name);
        let document = self.document.get_or_insert_with(|| {
            let table = match segment.layout {
                Layout::Table(table) => &*table.name,
                _ => "",
            };
            [name, table]
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(|name| labels.said(&detector.labels, name))
                .collect()
        });
        document
            .iter()
            .any(|said| matches!(said.to(rule), Some((Role::For, _))))
    }
}

impl Columns {
    /// Reads the headings, unless they are those of the last table.
    fn see(&mut self, headings: &Arc<[Arc<str>]>, detector: &Detector, labels: &mut Labels) {
        if self
            .headings
            .as_ref()
            .is_some_and(|h| Arc::ptr_eq(h, headings))
        {
            return;
        }
        self.said.clear();
        self.said
            .extend(headings.iter().map(|h| labels.said(&detector.labels, h)));
        self.headings = Some(headings.clone());
    }
}
