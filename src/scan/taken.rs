//! What a document says, on its way into the records: what [`study`](super::document::study) tells a worker.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;

use crate::{
    detect::DocumentSummary,
    extract::{Flow, Head},
    inventory::{Gather, record::Early},
    model::{Finding, Outcome},
    scan::{
        counters::{Counters, add},
        document::Notes,
        worker::Message,
    },
};

/// Takes what a document says into the records.
pub(super) struct Taken<'w> {
    pub gather: &'w mut Gather,
    pub counters: &'w Counters,
    pub stop: &'w AtomicBool,
    pub to: &'w Sender<Message>,
    /// Rough bytes of findings after which they go ahead of their document.
    pub most: usize,
    pub ticket: u64,
    pub depth: usize,
    pub outcome: Option<Outcome>,
    pub findings: u64,
    pub worst: bool,
    pub halted: bool,
    /// Says in the journal that the document is still being worked on.
    pub pulse: &'w dyn Fn() -> io::Result<()>,
    pub pulsed: Instant,
}

/// How often the journal is told that a program outside works on a document.
const PULSE: Duration = Duration::from_secs(1);

impl Notes for Taken<'_> {
    fn open(&mut self, head: &Head<'_>) {
        self.depth += 1;
        self.gather
            .open(head.parts.clone(), head.format, head.version, head.size);
    }

    fn finding(&mut self, finding: &Finding) {
        self.findings += 1;
        self.gather.finding(finding);
    }

    fn close(&mut self, outcome: Outcome, summary: DocumentSummary) {
        self.depth = self.depth.saturating_sub(1);
        self.worst |= outcome.kind.is_problem();
        if self.depth == 0 {
            self.outcome = Some(outcome.clone());
        }
        self.gather.close(outcome, summary.people);
    }

    fn read(&mut self, bytes: usize) -> Flow {
        add(&self.counters.text, bytes as u64);
        if self.gather.weight() >= self.most {
            let early = Early {
                ticket: self.ticket,
                parts: self.gather.early(),
            };
            if self.to.send(Message::Early(early)).is_err() {
                self.halted = true;
                return Flow::Stop;
            }
        }
        if self.stop.load(Ordering::Relaxed) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    fn waiting(&mut self) -> Flow {
        if self.pulsed.elapsed() >= PULSE {
            self.pulsed = Instant::now();
            // That it cannot be written costs the document its place in the queue, no more.
            let _ = (self.pulse)();
        }
        if self.stop.load(Ordering::Relaxed) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}
