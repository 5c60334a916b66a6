//! The way of one segment through the detector.
//!
//! Text is normalised and the engine reports every match, accepted or rejected on the spot (`look`); what remains is
//! judged in order of position (`judge`), names and word lists add their claims (`propose`), overlaps are decided
//! (`resolve`), and what stands is handed out (`emit`). A long text comes in windows: a match is reported by the window in
//! whose middle it starts, and claims that a later one may overlap or support wait for the next, so that where a text is
//! cut changes nothing.

use std::ops::Range;

use super::{
    candidate::Candidate,
    detector::{Detector, DocumentState, Scratch},
    emit::{Places, also},
    engine::Cursors,
    judge::Judge,
    look::Look,
    normalise::Normalised,
    propose::{LOOK, Sight, TermHit},
    resolve::Resolver,
};
use crate::model::{Confidence, Finding, Segment, segment::Layout};

/// The longest value that may support another from before it.
const LONGEST_SUPPORT: u32 = 256;

/// So many rows may stand above and in the headings of a table.
const HEADINGS: usize = 8;

/// So far above the first field its name may stand.
const HEAD: usize = 1024;

/// So many columns of a table in text have names that are no values.
const COLUMNS: usize = 64;

/// What one window of a text leaves to the next.
pub(crate) struct Carried {
    pub cursors: Cursors,
    /// Length of the normalised window.
    pub length: usize,
    /// Claims that later ones may yet overlap or support, with their findings made already.
    pub waiting: Vec<(Candidate, Finding)>,
    /// Claims near the end that were settled, but may support later ones.
    pub behind: Vec<Candidate>,
    /// Terms near the end.
    pub terms: Vec<TermHit>,
}

/// The row of a table that is its headings, when it is among the first of this block; in other text the names that
/// stand right before the first field they name.
fn headings(segment: &Segment<'_>) -> Vec<Range<usize>> {
    match segment.layout {
        Layout::Table(_) => heading_row(segment).into_iter().collect(),
        Layout::Marked { labels, .. } => {
            let Some(first) = labels.first() else {
                return Vec::new();
            };
            let end = segment.text.floor_char_boundary(first.at as usize);
            let from = segment.text.floor_char_boundary(end.saturating_sub(HEAD));
            let above = &segment.text[from..end];
            labels
                .iter()
                .take(COLUMNS)
                .filter(|label| label.text.len() > 1)
                .filter_map(|label| {
                    let at = memchr::memmem::rfind(above.as_bytes(), label.text.as_bytes())?;
                    Some(from + at..from + at + label.text.len())
                })
                .collect()
        }
        Layout::Lines { .. } => Vec::new(),
    }
}

fn heading_row(segment: &Segment<'_>) -> Option<Range<usize>> {
    let Layout::Table(table) = segment.layout else {
        return None;
    };
    if table.headings.is_empty() || table.first_row > 1 && table.row_numbers.is_empty() {
        return None;
    }
    let row = |n: usize| {
        let end = table
            .rows
            .get(n + 1)
            .map_or(segment.text.len(), |&r| r as usize);
        table.rows[n] as usize..end
    };
    (0..table.rows.len().min(HEADINGS)).map(row).find(|row| {
        let mut cells = 0;
        let same = table
            .cells(segment.text, row.clone())
            .enumerate()
            .all(|(column, cell)| {
                let shown = segment.text[cell].trim_matches(['"', ' ']);
                cells += usize::from(!shown.is_empty());
                let heading = table.headings.get(column).map_or("", |h| h.trim());
                shown.is_empty() || heading == shown || heading.ends_with(shown)
            });
        same && cells > 1
    })
}

impl Detector {
    /// Finds what a segment holds; findings come in ascending order of their places.
    pub fn segment(
        &self,
        document: &mut DocumentState,
        scratch: &mut Scratch,
        segment: &Segment<'_>,
        out: &mut dyn FnMut(Finding),
    ) {
        let mut look = std::mem::take(&mut scratch.look);
        look.read(segment);
        self.segment_looked(document, scratch, &mut look, segment, out);
        scratch.look = look;
    }

    /// The same for a segment that was looked at before, if its text was read or the engine has run over it.
    pub fn segment_looked(
        &self,
        document: &mut DocumentState,
        scratch: &mut Scratch,
        look: &mut Look,
        segment: &Segment<'_>,
        out: &mut dyn FnMut(Finding),
    ) {
        document.sure.resize(self.rules.len(), 0);
        document.bytes += (segment.text.len() - segment.repeats) as u64;
        let (from, to) = (look.window.start, look.window.end);
        let mut waiting = Vec::new();
        let mut behind = Vec::new();
        let mut before = None;
        let mut earlier = Vec::new();
        if segment.repeats == 0 {
            document.answers.clear();
        }
        document.answers.resize(self.rules.len(), (0, 0));
        match document.carried.take() {
            Some(carried) if segment.repeats > 0 => {
                let carried = *carried;
                let text = look.text(segment);
                let repeated = text.from_original(segment.repeats);
                let dropped = carried.length.saturating_sub(repeated);
                let mut cursors = carried.cursors;
                cursors.rebase(dropped);
                before = Some(cursors);
                waiting = carried.waiting;
                behind = carried.behind;
                earlier = carried.terms;
                for (from, to) in &mut document.answers {
                    *from = from.saturating_sub(dropped as u32);
                    *to = to.saturating_sub(dropped as u32);
                }
                for hit in &mut earlier {
                    hit.start = hit.start.saturating_sub(dropped as u32);
                    hit.end = hit.end.saturating_sub(dropped as u32);
                }
                for claim in waiting
                    .iter_mut()
                    .map(|(claim, _)| claim)
                    .chain(&mut behind)
                {
                    claim.start = claim.start.saturating_sub(dropped as u32);
                    claim.end = claim.end.saturating_sub(dropped as u32);
                    claim.value.0 = claim.value.0.saturating_sub(dropped as u32);
                    claim.value.1 = claim.value.1.saturating_sub(dropped as u32);
                }
            }
            Some(carried) => {
                // The text broke off: what waited stands as it is.
                self.settle_all(carried.waiting, &mut scratch.resolver, document, out);
            }
            None => {}
        }
        self.run_from(look, &mut scratch.engine, segment, before);
        look.terms.extend(earlier);
        look.terms
            .sort_unstable_by_key(|hit| (hit.start, hit.end, hit.term));
        let look = &*look;
        let text = look.text(segment);
        let placed = segment;
        let named = Segment {
            layout: look.grid.as_ref().unwrap_or(segment.layout),
            ..*segment
        };
        let segment = &named;
        let claims = &mut scratch.claims;
        claims.clear();
        claims.extend(waiting.iter().map(|(claim, _)| claim.clone()));
        if !look.hits.is_empty() {
            document.typed.see(segment, text, &look.hits, self);
            let mut judge = Judge::new(
                self,
                text,
                segment,
                &mut scratch.nearby,
                &mut scratch.labels,
                &mut scratch.columns,
                &document.typed,
                &document.name,
                &mut document.sure,
                &mut document.answers,
            );
            claims.extend(look.hits.iter().filter_map(|hit| judge.judge(hit)));
        }
        // Claims are settled up to here: what follows may still get support from what is not yet seen.
        let settled = match segment.more {
            true => to.saturating_sub(LOOK),
            false => to,
        };
        if let Some(proposer) = &self.proposer {
            let old = claims.len();
            let sight = Sight {
                text,
                segment,
                terms: &look.terms,
                behind: &behind,
                starts: from.saturating_sub(LOOK)..settled,
            };
            proposer.propose(&sight, &mut document.memory, &mut scratch.proposals, claims);
            // The names of columns are no values, nor words about anybody.
            if claims.len() > old {
                let heads: Vec<Range<usize>> = headings(segment)
                    .into_iter()
                    .map(|h| text.from_original(h.start)..text.from_original(h.end))
                    .collect();
                let in_heads =
                    |claim: &Candidate| heads.iter().any(|h| h.contains(&(claim.start as usize)));
                let mut at = 0;
                claims.retain(|claim| {
                    at += 1;
                    at <= old || !in_heads(claim)
                });
            }
            if claims.len() > old {
                claims.sort_by_key(|claim| claim.start);
            }
        }
        self.lift(claims, &behind);
        let waits = self.settle(
            text,
            placed,
            from..settled,
            claims,
            &waiting,
            &mut scratch.resolver,
            document,
            out,
        );
        if segment.more {
            let near = |end: u32| end as usize + 2 * LOOK >= to;
            let past = &claims[..claims.len() - waits.len()];
            behind.extend_from_slice(past);
            behind.retain(|claim| near(claim.end));
            let terms = look.terms.iter().filter(|hit| near(hit.end));
            document.carried = Some(Box::new(Carried {
                cursors: look.cursors.clone(),
                length: text.text.len(),
                waiting: waits,
                behind,
                terms: terms.copied().collect(),
            }));
        }
    }

    /// Lifts claims that have a value of another rule beside them. `behind` are claims of the window before.
    fn lift(&self, claims: &mut [Candidate], behind: &[Candidate]) {
        for at in 0..claims.len() {
            let claim = &claims[at];
            let Some(near) = &self.beside[claim.rule as usize] else {
                continue;
            };
            if claim.level >= near.level || claim.against.is_some() {
                continue;
            }
            let supports =
                |other: &Candidate| near.rules.contains(&other.rule) && other.against.is_none();
            let (start, end) = (claim.start, claim.end);
            let precedes =
                |o: &Candidate| supports(o) && o.end <= start && o.end + near.within >= start;
            let after = claims[at + 1..]
                .iter()
                .take_while(|o| o.start <= end + near.within)
                .any(|o| supports(o) && o.start >= end);
            // Starts ascend, ends need not: look back as far as a value may reach.
            let lifted = after
                || claims[..at]
                    .iter()
                    .rev()
                    .take_while(|o| o.start + near.within + LONGEST_SUPPORT >= start)
                    .any(precedes)
                || behind.iter().any(precedes);
            if lifted {
                let claim = &mut claims[at];
                claim.level = near.level;
                claim.corroborated = true;
            }
        }
    }

    /// Where a claim stops asking what follows it.
    fn horizon(&self, claim: &Candidate) -> usize {
        let beside = &self.beside[claim.rule as usize];
        claim.end as usize + beside.as_ref().map_or(0, |near| near.within as usize)
    }

    /// Decides the clusters that are complete and hands out what stands; returns what has to wait for the next window:
    /// all from the first cluster on that reaches past `window.end`, to keep the order.
    #[expect(
        clippy::too_many_arguments,
        reason = "pieces of one scratch, borrowed apart"
    )]
    fn settle(
        &self,
        text: Normalised<'_>,
        segment: &Segment<'_>,
        window: Range<usize>,
        claims: &[Candidate],
        waiting: &[(Candidate, Finding)],
        resolver: &mut Resolver,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) -> Vec<(Candidate, Finding)> {
        let mut places = Places::new(segment);
        let mut made = |claim: &Candidate| {
            if (claim.start as usize) < window.start
                && let Some((_, finding)) = waiting.iter().find(|(c, _)| c.same(claim))
            {
                // The text around it may be gone in part: its finding was made when it was whole.
                let mut finding = finding.clone();
                finding.confidence = Confidence(claim.confidence());
                finding.evidence.corroborated = claim.corroborated;
                finding.evidence.near_person = claim.near_person;
                return finding;
            }
            self.finding(claim, text, &mut places)
        };
        let mut first = 0;
        while first < claims.len() {
            let mut end = claims[first].end;
            let mut horizon = self.horizon(&claims[first]);
            let mut last = first + 1;
            while last < claims.len() && claims[last].start < end {
                end = end.max(claims[last].end);
                horizon = horizon.max(self.horizon(&claims[last]));
                last += 1;
            }
            if segment.more && horizon > window.end {
                return claims[first..]
                    .iter()
                    .map(|claim| (claim.clone(), made(claim)))
                    .collect();
            }
            let cluster = &claims[first..last];
            for won in resolver.cluster(cluster, &self.yields_to) {
                let mut finding = made(&cluster[won.claim as usize]);
                also(&mut finding, cluster, won);
                let tentative = cluster[won.claim as usize].tentative;
                self.hand_out(finding, tentative, document, out);
            }
            first = last;
        }
        Vec::new()
    }

    /// Decides among claims whose text is gone.
    pub(crate) fn settle_all(
        &self,
        waiting: Vec<(Candidate, Finding)>,
        resolver: &mut Resolver,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) {
        if waiting.is_empty() {
            return;
        }
        let (claims, findings): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        for won in resolver.cluster(&claims, &self.yields_to) {
            let mut finding = findings[won.claim as usize].clone();
            also(&mut finding, &claims, won);
            let tentative = claims[won.claim as usize].tentative;
            self.hand_out(finding, tentative, document, out);
        }
    }
}
