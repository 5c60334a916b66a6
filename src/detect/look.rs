//! The first half of a segment's way through the detector: the text normalised, the engine run over it, every match
//! accepted or rejected. It asks nothing of the document but where the searches go on, so that the segments of one long
//! text can be looked at by several threads before the first of them is judged.

use std::ops::Range;

use super::{
    detector::Detector,
    engine::{self, Cursors},
    grid,
    matched::{Hit, Matched, Names},
    normalise::{Normalised, Normaliser},
    propose::TermHit,
};
use crate::model::{Layout, Segment, limits::OVERLAP};

/// What looking at one segment yields; its memory is used again for the next.
#[derive(Default)]
pub struct Look {
    pub(crate) normaliser: Normaliser,
    /// Columns of plain text have names too; its places stay lines.
    pub(crate) grid: Option<Layout>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) terms: Vec<TermHit>,
    /// Where the searches went on before the engine ran, and after it where they go on.
    pub(crate) cursors: Cursors,
    /// Whether the engine ran.
    ran: bool,
    /// Matches that begin here are reported.
    pub(crate) window: Range<usize>,
}

impl Look {
    /// The text as the engine saw it. The segment is the one that was looked at.
    pub(crate) fn text<'a>(&'a self, segment: &Segment<'a>) -> Normalised<'a> {
        self.normaliser.last(segment.text)
    }

    /// Normalises the text.
    pub(crate) fn read(&mut self, segment: &Segment<'_>) {
        self.grid = match segment.layout {
            Layout::Lines { .. } => match grid::labels(segment.text) {
                labels if labels.is_empty() => None,
                labels => Some(Layout::Marked {
                    marks: Vec::new(),
                    labels,
                }),
            },
            _ => None,
        };
        let text = self.normaliser.run(segment.text);
        let from = match segment.repeats {
            0 => 0,
            n => text.from_original(n.saturating_sub(OVERLAP / 2)),
        };
        let to = match segment.more {
            false => text.text.len(),
            true => text.from_original(segment.text.len().saturating_sub(OVERLAP / 2)),
        };
        self.window = from..to;
        self.ran = false;
    }
}

impl Detector {
    /// Looks at a segment before those that precede it are judged. What it finds stands if none of their matches reaches
    /// into it, as is nearly always so; else the engine runs again when its turn comes.
    /// `engine` is best that of the thread: what it knows by now lies in its cache.
    pub fn look_ahead(&self, look: &mut Look, engine: &mut engine::Scratch, segment: &Segment<'_>) {
        look.read(segment);
        look.cursors.clear();
        self.run(look, engine, segment);
    }

    /// Runs the engine, unless it has run and found what it would have from where the searches go on in truth: `before`,
    /// or `look.cursors` if that is `None`.
    pub(crate) fn run_from(
        &self,
        look: &mut Look,
        engine: &mut engine::Scratch,
        segment: &Segment<'_>,
        before: Option<Cursors>,
    ) {
        if look.ran {
            let Some(before) = &before else {
                return;
            };
            // A search that goes on past the start of the window was ahead of the truth only if it found something
            // before that. (What is passed over for want of a name counts for nothing: it ends where names begin.)
            let ahead_of_it = |(pattern, cursor): (u16, usize)| {
                look.hits
                    .iter()
                    .take_while(|hit| (hit.start as usize) < cursor)
                    .any(|hit| hit.pattern == pattern)
            };
            if !before.past(look.window.start).any(ahead_of_it) {
                look.cursors.raise(before);
                return;
            }
        }
        match before {
            Some(cursors) => look.cursors = cursors,
            None => look.cursors.clear(),
        }
        self.run(look, engine, segment);
    }

    fn run(&self, look: &mut Look, engine: &mut engine::Scratch, segment: &Segment<'_>) {
        let text = look.normaliser.last(segment.text);
        look.hits.clear();
        look.terms.clear();
        let named = match (segment.layout, &look.grid) {
            (_, Some(Layout::Marked { labels, .. })) => Names::Of(labels),
            (Layout::Table(table), _) if !table.headings.is_empty() => Names::All,
            (Layout::Marked { labels, .. }, _) if !labels.is_empty() => Names::All,
            _ => Names::None,
        };
        let mut seen = Matched {
            detector: self,
            text,
            delimiter: match segment.layout {
                Layout::Table(table) => Some(table.delimiter),
                _ => None,
            },
            named,
            unnamed: 0..0,
            hits: &mut look.hits,
            terms: &mut look.terms,
        };
        self.engine.scan(
            text.text,
            look.window.clone(),
            &mut look.cursors,
            engine,
            &mut seen,
        );
        // No pattern matches twice from one start, so no two keys are the same.
        look.hits
            .sort_unstable_by_key(|hit| u64::from(hit.start) << 16 | u64::from(hit.pattern));
        look.ran = true;
    }
}
