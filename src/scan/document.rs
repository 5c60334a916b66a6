//! One file and everything inside it: extract, then detect, with the documents nested as they are.
//!
//! [`study`] is the one place where reading meets detecting; `scan`'s workers and the command line's `inspect` call it,
//! each with its own [`Notes`].

use std::sync::Arc;

use crate::{
    detect::{self, Detector, DocumentState, DocumentSummary},
    extract::{self, Flow, Head, Reader, Source, Visitor, with_name},
    model::{Anchor, Finding, Outcome, OutcomeKind, PartChain, Segment},
    scan::ahead::{Ahead, Cores},
};

/// What the caller makes of a document.
pub trait Notes {
    /// A document begins; documents nest.
    fn open(&mut self, head: &Head<'_>);
    /// Something was found in the innermost open document.
    fn finding(&mut self, finding: &Finding);
    /// The innermost open document ends.
    fn close(&mut self, outcome: Outcome, summary: DocumentSummary);
    /// So many more bytes of text were looked at. `Stop` ends the file.
    fn read(&mut self, bytes: usize) -> Flow;
    /// A program outside works on the document. `Stop` ends the file.
    fn waiting(&mut self) -> Flow {
        Flow::Continue
    }
    /// Text of the innermost open document, before what is found in it. For those who need the words themselves.
    fn text(&mut self, _: &Segment<'_>) {}
}

/// The buffers of one thread, used again for every document.
#[derive(Default)]
pub struct Desk {
    extract: extract::Scratch,
    detect: detect::Scratch,
}

/// Reads a file and says what is in it. Never fails and never panics: each document ends in its outcome.
pub fn study(
    reader: &Reader,
    detector: &Detector,
    desk: &mut Desk,
    source: Source<'_>,
    name: &str,
    notes: &mut dyn Notes,
) {
    let mut study = Study {
        detector,
        scratch: &mut desk.detect,
        open: Vec::new(),
        notes,
        ahead: None,
    };
    reader.read_with(&mut desk.extract, source, name, &mut study);
}

/// The same for a large file, whose text other threads look at ahead of this one. What is found is the same.
pub fn study_large(
    cores: &Cores,
    reader: &Reader,
    detector: &Detector,
    desk: &mut Desk,
    source: Source<'_>,
    name: &str,
    notes: &mut dyn Notes,
) {
    let Some(pool) = cores.pool() else {
        return study(reader, detector, desk, source, name, notes);
    };
    pool.in_place_scope(|scope| {
        let mut study = Study {
            detector,
            scratch: &mut desk.detect,
            open: Vec::new(),
            notes,
            ahead: Some(Ahead::new(detector, cores, scope)),
        };
        reader.read_with(&mut desk.extract, source, name, &mut study);
    });
}

/// Says what is in the name of a file or folder.
pub fn study_name(
    detector: &Detector,
    desk: &mut Desk,
    name: &str,
    found: &mut dyn FnMut(Finding),
) {
    let mut document = detector.open(name);
    with_name(name, |segment| {
        detector.segment(&mut document, &mut desk.detect, segment, found);
    });
    detector.close(document, found);
}

struct Study<'s, 'scope> {
    detector: &'s Detector,
    scratch: &'s mut detect::Scratch,
    open: Vec<DocumentState>,
    notes: &'s mut dyn Notes,
    ahead: Option<Ahead<'s, 'scope>>,
}

impl Study<'_, '_> {
    /// Judges what others have looked at, until no more than so many segments wait.
    fn judge(&mut self, most: usize) -> Flow {
        let mut flow = Flow::Continue;
        while let Some(mut page) = self.ahead.as_mut().and_then(|ahead| ahead.next(most)) {
            let (detector, scratch, notes) = (self.detector, &mut *self.scratch, &mut *self.notes);
            let read = page.with(|look, segment| {
                if let Some(document) = self.open.last_mut() {
                    detector.segment_looked(document, scratch, look, segment, &mut |finding| {
                        notes.finding(&finding);
                    });
                }
                segment.text.len() - segment.repeats
            });
            if let Some(ahead) = &mut self.ahead {
                ahead.put_back(page);
            }
            if self.notes.read(read) == Flow::Stop {
                flow = Flow::Stop;
            }
        }
        flow
    }
}

impl Visitor for Study<'_, '_> {
    fn open(&mut self, head: &Head<'_>) -> Flow {
        let flow = self.judge(0);
        self.notes.open(head);
        self.open.push(self.detector.open(head.name));
        if !head.parts.is_root() {
            // The file's own name is the caller's business: it belongs to the place, not to the content.
            let mut document = self.detector.open(head.name);
            let mut found = |mut finding: Finding| {
                finding.location.anchor = member_name();
                self.notes.finding(&finding);
            };
            with_name(head.name, |segment| {
                self.detector
                    .segment(&mut document, self.scratch, segment, &mut found);
            });
            self.detector.close(document, &mut found);
        }
        flow
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        self.notes.text(segment);
        if let Some(ahead) = &mut self.ahead {
            if ahead.take(segment) {
                let most = ahead.most();
                return self.judge(most);
            }
            if self.judge(0) == Flow::Stop {
                return Flow::Stop;
            }
        }
        if let Some(document) = self.open.last_mut() {
            let notes = &mut *self.notes;
            self.detector
                .segment(document, self.scratch, segment, &mut |finding| {
                    notes.finding(&finding);
                });
        }
        self.notes.read(segment.text.len() - segment.repeats)
    }

    fn waiting(&mut self) -> Flow {
        self.notes.waiting()
    }

    fn close(&mut self, outcome: Outcome) {
        if outcome.kind == OutcomeKind::Crashed
            && let Some(ahead) = &mut self.ahead
        {
            ahead.forget();
        }
        // That the scan is to end is told by the next one who asks.
        let _ = self.judge(0);
        let Some(document) = self.open.pop() else {
            debug_assert!(false, "documents close once");
            return;
        };
        if outcome.kind == OutcomeKind::Crashed {
            // The panic may have been the detector's own: what it worked in is not to be trusted, nor what it kept.
            *self.scratch = detect::Scratch::default();
            self.notes.close(outcome, DocumentSummary::default());
            return;
        }
        let notes = &mut *self.notes;
        let summary = self
            .detector
            .close(document, &mut |finding| notes.finding(&finding));
        self.notes.close(outcome, summary);
    }
}

/// Where a finding in the name of a member lies. The name of a file is [`Anchor::Name`].
fn member_name() -> Anchor {
    Anchor::Meta(Arc::from("name"))
}

/// A chain for messages: `hr.zip › pay.xlsx`.
pub fn shown(file: &str, parts: &PartChain) -> String {
    if parts.is_root() {
        file.to_owned()
    } else {
        format!("{file} › {parts}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Everything that was said, values and all.
    #[derive(Default)]
    struct Said(Vec<String>);

    impl Notes for Said {
        fn open(&mut self, head: &Head<'_>) {
            self.0.push(format!("open {} {}", head.name, head.format));
        }

        fn finding(&mut self, finding: &Finding) {
            let (value, normal) = (finding.value.expose(), finding.normal.expose());
            self.0.push(format!("{finding:?} {value} {normal}"));
        }

        fn close(&mut self, outcome: Outcome, summary: DocumentSummary) {
            self.0.push(format!("{outcome} {summary:?}"));
        }

        fn read(&mut self, _: usize) -> Flow {
            Flow::Continue
        }
    }

    /// Values of many kinds in ever other places, so that some lie over every kind of cut.
    fn text(row: impl Fn(usize) -> String) -> String {
        let mut text = String::new();
        for n in 0.. {
            if text.len() > 5 << 18 {
                break;
            }
            text.push_str(&row(n));
        }
        text
    }

    #[test]
    fn many_eyes_see_what_one_pair_sees() {
        let (reader, detector) = (
            Reader::new(extract::Options::default()),
            Detector::builtin().unwrap(),
        );
        let prose = text(|n| {
            let mut line = "The visit went well – nothing more to say. ".repeat(1 + n % 7);
            line += &format!("Patient Ada Example, NI number QQ {:02} 34 56 C, ", n % 100);
            line += &format!(
                "call 07700 900{:03} or mail ada{n}@example.org.\n",
                n % 1000
            );
            line
        });
        let mut rows = String::from("Name,NI Number,Mobile,Sort Code,Account Number\n");
        rows += &text(|n| {
            let n = n * 7919;
            format!(
                "Ada Example{n},QQ{:06}C,07700 900{:03},08-99-99,{:08}\n",
                n % 1_000_000,
                n % 1000,
                n % 100_000_000
            )
        });
        let single = text(|n| format!("QQ{:06}C{} ", n * 31 % 1_000_000, "x".repeat(n % 50)));
        let tables = text(|n| match n % 40 {
            0 => "\nName             NI No        Account No\n-----  ----  ----\n".to_owned(),
            1..8 => format!(
                "Ada Example{n:<6} QQ{:06}C    {:08}\n",
                n % 1_000_000,
                n * 7919 % 100_000_000
            ),
            _ => format!(
                "Ref {:08} was written up on 3 May, call 07700 900{:03}. ",
                n * 31 % 100_000_000,
                n % 1000
            ),
        });
        for (name, text) in [
            ("a.txt", prose),
            ("b.csv", rows),
            ("c.txt", single),
            ("d.txt", tables),
        ] {
            let mut desk = Desk::default();
            let mut one = Said::default();
            let source = || Source::bytes(text.as_bytes());
            study(&reader, &detector, &mut desk, source(), name, &mut one);
            assert!(one.0.len() > 500, "{name}: {}", one.0.len());
            let (cores, mut many) = (Cores::new(3), Said::default());
            study_large(
                &cores,
                &reader,
                &detector,
                &mut desk,
                source(),
                name,
                &mut many,
            );
            assert!(one.0 == many.0, "{name} differs");
        }
    }
}
