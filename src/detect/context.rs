//! What the words around a value say: for it, against it, nothing (detection specification §1 rules 3 and 4).
//!
//! Called by `judge` for each value, in ascending order. Words are looked up around values only, and each stretch of a
//! segment is read once, however many values stand in it.

use std::ops::Range;

use super::words::{LONGEST, PhraseHit, Reader, Role, Words, is_word, paragraph_break};

/// How far before a value a word may end to be its label.
pub(crate) const ATTACHED: usize = 25;
/// How far before a value a counter-word may end.
const AGAINST_BEFORE: usize = 40;
/// How far after a value a counter-word may start.
const AGAINST_AFTER: usize = 12;
/// How much further a word after a value counts than one before it.
const FOLLOWING: usize = 8;

/// How far the words of a rule are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    pub before: usize,
    pub after: usize,
}

/// What the surroundings say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Support {
    /// Nothing.
    None,
    /// Phrase `word`, which ends at `end`, speaks for it, as its label when `attached`.
    For { word: u16, attached: bool, end: u32 },
    /// Phrase `word` speaks against it, and is at least as near as any that speaks for it.
    Against { word: u16 },
}

/// The phrases of one segment, found as far as they were asked for.
#[derive(Default)]
pub(crate) struct Nearby {
    reader: Reader,
    hits: Vec<PhraseHit>,
    /// Hits before this one end too early for any value still to come.
    first: usize,
    /// The stretch that was read.
    read: Range<usize>,
}

impl Nearby {
    /// Begins a new text.
    pub fn reset(&mut self) {
        self.hits.clear();
        self.first = 0;
        self.read = 0..0;
        self.reader.restart();
    }

    /// Sees to it that the phrases around a value are known. `widest` is the same in every call for one text.
    fn cover(&mut self, words: &Words, text: &[u8], value: &Range<usize>, widest: Reach) {
        let wanted = value.start.saturating_sub(widest.before + LONGEST);
        let until = text.len().min(value.end + widest.after + 1);
        if wanted > self.read.end || self.read.is_empty() {
            self.hits.clear();
            self.first = 0;
            self.reader.restart();
            let mut start = wanted;
            if start > 0 {
                while start < until && is_word(text[start - 1]) && is_word(text[start]) {
                    start += 1;
                }
            }
            self.read = start..start;
        }
        if until > self.read.end {
            self.read.end = self
                .reader
                .read(words, text, self.read.end, until, &mut self.hits);
        }
        let keep = value.start.saturating_sub(widest.before);
        while self
            .hits
            .get(self.first)
            .is_some_and(|h| (h.end as usize) < keep)
        {
            self.first += 1;
        }
    }

    /// What the words around `value`, inside `bounds`, say to a rule.
    #[expect(clippy::too_many_arguments, reason = "one question, all of it needed")]
    pub fn support(
        &mut self,
        words: &Words,
        text: &[u8],
        rule: u16,
        value: Range<usize>,
        bounds: Range<usize>,
        reach: Reach,
        widest: Reach,
    ) -> Support {
        self.cover(words, text, &value, widest);
        let mut best: Option<(usize, Role, PhraseHit)> = None;
        let hits = &self.hits[self.first..];
        let last = value.end + reach.after.max(AGAINST_AFTER);
        for (index, hit) in hits.iter().enumerate() {
            let (start, end) = (hit.start as usize, hit.end as usize);
            if start > last {
                break;
            }
            let Some(role) = words.phrase(hit.phrase).role(rule) else {
                continue;
            };
            if start < bounds.start || end > bounds.end {
                continue;
            }
            let against = role == Role::Against;
            let (distance, gap) = if end <= value.start {
                let most = if against {
                    AGAINST_BEFORE
                } else {
                    reach.before
                };
                let distance = value.start - end;
                if distance > most {
                    continue;
                }
                (distance, end..value.start)
            } else if start >= value.end {
                let most = if against { AGAINST_AFTER } else { reach.after };
                let distance = start - value.end;
                if distance > most {
                    continue;
                }
                // A name stands before its value: what follows counts as if it stood further off.
                (distance + FOLLOWING, value.end..start)
            } else {
                continue;
            };
            // The nearer wins; at one distance the longer, and of two that say opposite things the one against.
            let better = best.is_none_or(|(d, r, h)| {
                distance < d
                    || distance == d
                        && (end - start > (h.end - h.start) as usize
                            || against && r != Role::Against)
            });
            if !better {
                continue;
            }
            let gap = &text[gap];
            let blocked = if start >= value.end {
                gap.contains(&b'\n') || sentence_end(gap)
            } else {
                paragraph_break(gap)
            };
            if !blocked && !inside_longer(words, hits, index, rule) {
                best = Some((distance, role, *hit));
            }
        }
        match best {
            None => Support::None,
            Some((_, Role::Against, hit)) => Support::Against { word: hit.phrase },
            Some((distance, _, hit)) => Support::For {
                word: hit.phrase,
                attached: distance <= ATTACHED && (hit.end as usize) <= value.start,
                end: hit.end,
            },
        }
    }
}

/// Whether a sentence ends in this stretch.
fn sentence_end(gap: &[u8]) -> bool {
    gap.windows(2)
        .any(|pair| matches!(pair[0], b'.' | b'!' | b'?' | b';') && pair[1] == b' ')
}

/// Whether a longer phrase that means something to the same rule covers this one: `company registration number` is not
/// also a `registration number`.
fn inside_longer(words: &Words, hits: &[PhraseHit], index: usize, rule: u16) -> bool {
    let hit = hits[index];
    let covers = |other: &PhraseHit| {
        other.start <= hit.start
            && other.end >= hit.end
            && other.end - other.start > hit.end - hit.start
            && words.phrase(other.phrase).role(rule).is_some()
    };
    // Hits are in order of their ends: what covers this one ends here or a few words on, or came just before.
    let from = index.saturating_sub(8);
    hits[from..].iter().take(24).any(covers)
}
