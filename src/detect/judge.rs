//! From a match to a claim: what the check, the label and the words around it make of it (detection specification §1
//! rules 3–6, the S, S+C, K, K+C, X+C levels of the cards, and the floor and ceiling of design decision 8).

use std::{ops::Range, sync::Arc};

use super::{
    candidate::{Candidate, Nearness, Word},
    context::{Nearby, Support},
    detector::Detector,
    label::{self, Labels, Said},
    matched::Hit,
    normalise::Normalised,
    place::{Cells, field},
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
    cells: Option<Cells<'a>>,
    /// What the names of the document and of its table say, once asked for.
    document: Option<Vec<Arc<Said>>>,
    name: &'a str,
    /// Sure values so far, by rule, counted to [`CORROBORATES`].
    sure: &'a mut Vec<u8>,
}

/// What the headings of the last table said.
#[derive(Default)]
pub(crate) struct Columns {
    headings: Option<Arc<[Arc<str>]>>,
    said: Vec<Arc<Said>>,
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
        name: &'a str,
        sure: &'a mut Vec<u8>,
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
            cells,
            document: None,
            name,
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
        claim.pattern = Some(hit.pattern);
        claim.kind = hit.verdict.kind;
        claim.status = hit.verdict.status;
        self.support(&mut claim);
        let supported = claim.support != Nearness::None;
        if hit.needs > claim.support || hit.needs != Nearness::None && claim.kind == Kind::Fail {
            return None;
        }
        let mut level = if claim.against.is_some() {
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
        let label_only = claim
            .pattern
            .is_some_and(|p| self.detector.patterns[usize::from(p)].label_only);
        if !label_only && self.nearby(claim, place.own) {
            return;
        }
        let mut weak = None;
        if let Some((role, phrase)) = place.said.as_ref().and_then(|said| said.to(claim.rule)) {
            match role {
                Role::For | Role::ForWhole => {
                    claim.support = Nearness::Attached;
                    claim.label = Some(Word::Label(phrase));
                    return;
                }
                Role::Against => {
                    claim.against = Some(Word::Label(phrase));
                    return;
                }
                Role::ForWeakly => weak = Some(phrase),
            }
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
            Support::For { word, attached } => {
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
            };
        }
        match field(self.segment, text.original_start(start)) {
            None => Surroundings {
                own: whole,
                outer: None,
                above: None,
                said: None,
            },
            Some(field) => Surroundings {
                own: back(field.at as usize..field.end as usize),
                outer: Some(whole),
                above: None,
                said: Some(self.labels.said(&self.detector.labels, &field.text)),
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
