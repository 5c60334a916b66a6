//! One file and everything inside it: extract, then detect, with the documents nested as they are.
//!
//! [`study`] is the one place where reading meets detecting; `scan`'s workers and the command line's `inspect` call it,
//! each with its own [`Notes`].

use std::sync::Arc;

use crate::{
    detect::{self, Detector, DocumentState, DocumentSummary},
    extract::{self, Flow, Head, Reader, Source, Visitor, with_name},
    model::{Anchor, Finding, Outcome, OutcomeKind, PartChain, Segment},
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
    };
    reader.read_with(&mut desk.extract, source, name, &mut study);
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

struct Study<'s> {
    detector: &'s Detector,
    scratch: &'s mut detect::Scratch,
    open: Vec<DocumentState>,
    notes: &'s mut dyn Notes,
}

impl Visitor for Study<'_> {
    fn open(&mut self, head: &Head<'_>) -> Flow {
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
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
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
