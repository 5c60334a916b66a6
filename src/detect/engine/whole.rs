//! Which patterns may be told to end where a word ends.
//!
//! A caller that wants whole words rejects a match with a letter or a digit after it. Asking for that in the expression
//! saves the caller the trouble, but `\d{4}( \d{4})?` would then find the first half of `1234 56789`, where the caller
//! wants nothing. Here is told which patterns cannot do that. Called by [`super::PatternSpec::whole`].

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::classes::ByteSet;

/// Whether no match of the pattern goes on with a byte that is not of a word where a shorter one ends.
pub(super) fn ends_whole(hir: &Hir) -> bool {
    let counts = Counts::of(hir);
    let (least, most) = (
        hir.properties().minimum_len(),
        hir.properties().maximum_len(),
    );
    if least == most {
        return true;
    }
    // After so many bytes as every match has, each way on is of words only: the end of the word is the end of the match.
    if counts
        .marks_before
        .is_none_or(|before| before <= least.unwrap_or(0))
    {
        return true;
    }
    // All matches have as many bytes of words, and nothing after them: there is one from a place at most.
    Some(counts.least) == counts.most && !ends_with_mark(hir)
}

/// Whether all matches from a place end at the same byte, given that no more than one end is a word's.
pub(super) fn ends_once(hir: &Hir) -> bool {
    let looks = |item: &Hir| matches!(item.kind(), HirKind::Look(Look::WordEndHalfAscii));
    let word = match hir.kind() {
        HirKind::Concat(items) => items.last().is_some_and(looks),
        _ => false,
    };
    hir.properties().minimum_len() == hir.properties().maximum_len() || word && ends_whole(hir)
}

/// Bytes of words in a match, and others.
struct Counts {
    least: usize,
    /// None: any number.
    most: Option<usize>,
    /// The others stand before this place; None: there are none.
    marks_before: Option<usize>,
}

impl Counts {
    const NONE: Counts = Counts {
        least: 0,
        most: Some(0),
        marks_before: None,
    };

    fn of(hir: &Hir) -> Counts {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Counts::NONE,
            HirKind::Literal(literal) => {
                let word = |byte: &u8| ByteSet::WORD.contains(*byte);
                let words = literal.0.iter().filter(|byte| word(byte)).count();
                let last = literal.0.iter().rposition(|byte| !word(byte));
                Counts {
                    least: words,
                    most: Some(words),
                    marks_before: last.map(|last| last + 1),
                }
            }
            HirKind::Class(class @ Class::Bytes(_)) => Counts::byte(&ByteSet::class(class).0),
            HirKind::Class(Class::Unicode(_)) => Counts {
                least: 0,
                most: None,
                marks_before: Some(usize::MAX),
            },
            HirKind::Capture(capture) => Counts::of(&capture.sub),
            HirKind::Concat(items) => {
                let mut before = Some(0);
                items.iter().fold(Counts::NONE, |all, item| {
                    let next = all.after(before, Counts::of(item));
                    before = longer(before, item.properties().maximum_len());
                    next
                })
            }
            HirKind::Alternation(items) => {
                let mut each = items.iter().map(Counts::of);
                let first = each.next().unwrap_or(Counts::NONE);
                each.fold(first, |all, one| Counts {
                    least: all.least.min(one.least),
                    most: all.most.zip(one.most).map(|(a, b)| a.max(b)),
                    marks_before: all.marks_before.max(one.marks_before),
                })
            }
            HirKind::Repetition(repetition) => {
                let one = Counts::of(&repetition.sub);
                let most = repetition.max.map(|max| max as usize);
                let length = repetition.sub.properties().maximum_len();
                // Where the last time begins, at most.
                let before = most.zip(length);
                let before =
                    before.map(|(most, length)| most.saturating_sub(1).saturating_mul(length));
                let before = before.unwrap_or(usize::MAX);
                Counts {
                    least: one.least * repetition.min as usize,
                    most: most.zip(one.most).map(|(a, b)| a.saturating_mul(b)),
                    marks_before: one.marks_before.map(|marks| marks.saturating_add(before)),
                }
            }
        }
    }

    fn byte(set: &ByteSet) -> Counts {
        Counts {
            least: usize::from(ByteSet::WORD.holds(set)),
            most: Some(usize::from(!ByteSet::MARK.holds(set))),
            marks_before: (!ByteSet::WORD.holds(set)).then_some(1),
        }
    }

    /// This, and then what begins after `before` bytes at most.
    fn after(self, before: Option<usize>, next: Counts) -> Counts {
        let before = before.unwrap_or(usize::MAX);
        let marks = next.marks_before.map(|marks| marks.saturating_add(before));
        Counts {
            least: self.least + next.least,
            most: self.most.zip(next.most).map(|(a, b)| a.saturating_add(b)),
            marks_before: self.marks_before.max(marks),
        }
    }
}

fn longer(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    a.zip(b).map(|(a, b)| a.saturating_add(b))
}

/// Whether a match may end with a byte that is not of a word.
fn ends_with_mark(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            let last = literal.0.last().map(|byte| ByteSet::byte(*byte).0);
            last.is_some_and(|set| !ByteSet::WORD.holds(&set))
        }
        HirKind::Class(class) => !ByteSet::WORD.holds(&ByteSet::class(class).0),
        HirKind::Capture(capture) => ends_with_mark(&capture.sub),
        HirKind::Repetition(repetition) => ends_with_mark(&repetition.sub),
        HirKind::Alternation(items) => items.iter().any(ends_with_mark),
        HirKind::Concat(items) => {
            // Back to the last part that cannot be empty.
            let needed = |item: &&Hir| {
                item.properties()
                    .minimum_len()
                    .is_none_or(|least| least > 0)
            };
            let last = items.iter().rposition(|item| needed(&item)).unwrap_or(0);
            items[last..].iter().any(ends_with_mark)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ends(regex: &str) -> bool {
        let mut parser = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build();
        ends_whole(&parser.parse(regex).unwrap())
    }

    #[test]
    fn what_may_end_before_a_mark_and_go_on_after_it_does_not() {
        // One length; words alone; marks before the shortest end; as many digits in every match.
        for regex in [
            r"\d{8}",
            r"\d{3}-",
            r"\d{4,9}[A-Z]?",
            r"(?:[A-Z]{1,3}[-/]?)?\d{4,9}",
            r"\d{2}(?: ?- ?)?\d{2}(?: ?- ?)?\d{2}",
            r"\d{1,2}/\d{1,2}/\d{2,4}",
            r"(?:\d{12}|\d{4} \d{4} \d{4})",
        ] {
            assert!(ends(regex), "{regex}");
        }
        for regex in [
            r"\d{4}(?: \d{4})?",
            r"\d{1,3}\.\d{1,3}(?:\.\d{1,3})?",
            r"[a-z]{1,9}(?:\.[a-z]{1,9}){0,3}",
            r"\d{3} ?",
            r"(?:\d{3}|\d{3} \d{3})",
        ] {
            assert!(!ends(regex), "{regex}");
        }
    }
}
