//! What the progress line shows: counted by each worker apart, added up when somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{inventory::record::DocumentRecord, model::OutcomeKind, scan::job::Progress};

/// Counts that the progress line reads. One set a worker, so that no two write to the same line of cache.
#[derive(Default)]
#[repr(align(128))]
pub struct Counters {
    /// Entries that need an outcome.
    pub walked: AtomicU64,
    /// Their bytes.
    pub walked_bytes: AtomicU64,
    /// Entries that have their outcome.
    pub done: AtomicU64,
    /// Of those, left as they were.
    pub unchanged: AtomicU64,
    /// Bytes of the entries that have their outcome.
    pub done_bytes: AtomicU64,
    /// Bytes of the files read.
    pub bytes: AtomicU64,
    /// Bytes of text scanned.
    pub text: AtomicU64,
    /// Findings.
    pub findings: AtomicU64,
    /// Entries in which data may lie unseen.
    pub unread: AtomicU64,
}

pub(super) fn add(counter: &AtomicU64, n: u64) {
    // Its one writer is its worker: no locked instruction needed.
    counter.store(counter.load(Ordering::Relaxed) + n, Ordering::Relaxed);
}

/// What all workers have counted.
pub(super) fn total(counters: &[Counters]) -> Progress {
    let mut progress = Progress::default();
    for counters in counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        progress.walked += read(&counters.walked);
        progress.walked_bytes += read(&counters.walked_bytes);
        progress.done += read(&counters.done);
        progress.unchanged += read(&counters.unchanged);
        progress.done_bytes += read(&counters.done_bytes);
        progress.bytes += read(&counters.bytes);
        progress.text += read(&counters.text);
        progress.findings += read(&counters.findings);
        progress.unread += read(&counters.unread);
    }
    progress
}

/// Adds a document read alone. The walk counted it already.
pub(super) fn count(progress: &mut Progress, record: &DocumentRecord) {
    let size = record.stamp.map_or(0, |stamp| stamp.size);
    progress.done += 1;
    progress.done_bytes += size;
    progress.unread += u64::from(record.outcome.kind.is_problem());
    if record.outcome.kind != OutcomeKind::Crashed {
        progress.bytes += size;
    }
    let parts = record
        .content
        .iter()
        .flat_map(|content| content.parts.iter().flatten());
    progress.findings += parts
        .flat_map(|part| &part.rules)
        .map(|rule| rule.counts.iter().sum::<u64>() + rule.other)
        .sum::<u64>();
}
