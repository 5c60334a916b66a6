//! A worker's way with one file's bytes: small ones are read into memory whole, large ones hashed first and then read.

use std::{
    fs::{File, Metadata},
    io::Read as _,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    time::Instant,
};

use crate::{
    extract::Source,
    inventory::record::{ContentRecord, Digest, RawPath},
    model::{Outcome, OutcomeKind},
    scan::{
        contents::End,
        counters::add,
        digest::hash,
        document::{Desk, study, study_large},
        fault,
        taken::Taken,
        worker::{Halt, Place, Worker},
    },
    walk::{Meta, refusal},
};

/// Files up to this size are read into memory whole, and hashed there.
pub(super) const SMALL: u64 = 4 << 20;

/// What a document that brought the reader down says.
const CRASHED: &str = "its reader failed; the scan went on";

impl Worker<'_> {
    pub(super) fn small(&mut self, place: Place, mut file: File, meta: &Meta) -> Result<(), Halt> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        self.shop.pace.take(meta.size, self.shop.stop);
        // Those that the system makes as they are read have no size.
        let most = match meta.size {
            0 => SMALL + 1,
            size => size,
        };
        bytes.reserve(most.min(meta.size) as usize);
        let read = file
            .by_ref()
            .take(most)
            .read_to_end(&mut bytes)
            .and_then(|_| file.metadata());
        let result = match read {
            Err(error) => self.closed(&place, refusal(&error), true),
            Ok(after) if !meta.same_file(&Meta::new(&after)) || bytes.len() as u64 != meta.size => {
                let source = Source::bytes(&bytes);
                self.read(place, source, None)
            }
            Ok(_) => {
                let digest = *blake3::hash(&bytes).as_bytes();
                match self.claim(place, &digest)? {
                    None => Ok(()),
                    Some(place) => {
                        let source = Source::bytes(&bytes);
                        self.read(place, source, Some(digest))
                    }
                }
            }
        };
        self.buffer = bytes;
        result
    }

    pub(super) fn large(
        &mut self,
        place: Place,
        mut file: File,
        metadata: &Metadata,
        meta: &Meta,
    ) -> Result<(), Halt> {
        let digest = match hash(
            &mut file,
            meta,
            &mut self.buffer,
            self.shop.pace,
            self.shop.stop,
        ) {
            Ok(Some(digest)) => digest,
            Ok(None) => return Ok(()),
            Err(error) => return self.closed(&place, refusal(&error), true),
        };
        let Some(place) = self.claim(place, &digest)? else {
            return Ok(());
        };
        let after = match file.try_clone() {
            Ok(after) => after,
            Err(error) => {
                self.give_up(&digest)?;
                return self.closed(&place, refusal(&error), true);
            }
        };
        let source = Source::opened(file, metadata);
        let digest_holds = || {
            after
                .metadata()
                .is_ok_and(|now| meta.same_file(&Meta::new(&now)))
        };
        self.read_if(place, source, Some(digest), &digest_holds)
    }

    fn read(
        &mut self,
        place: Place,
        source: Source<'_>,
        digest: Option<Digest>,
    ) -> Result<(), Halt> {
        self.read_if(place, source, digest, &|| true)
    }

    /// Reads a file. `digest` is of its bytes, `None` when they changed meanwhile; `holds` tells in the end.
    fn read_if(
        &mut self,
        place: Place,
        source: Source<'_>,
        digest: Option<Digest>,
        holds: &dyn Fn() -> bool,
    ) -> Result<(), Halt> {
        let name = place.entry.name.to_string_lossy();
        let ticket = self.ticket();
        let (journal, slot) = (self.shop.journal, self.slot);
        let root = self.shop.roots[place.root].1;
        let pulse = || match journal {
            Some(journal) => journal.enter(slot, root, &RawPath::new(&place.path)),
            None => Ok(()),
        };
        let mut notes = Taken {
            gather: &mut self.gather,
            counters: self.counters,
            stop: self.shop.stop,
            to: self.out.channel(),
            most: self.shop.early,
            ticket,
            depth: 0,
            outcome: None,
            findings: 0,
            worst: false,
            halted: false,
            pulse: &pulse,
            pulsed: Instant::now(),
        };
        let (reader, detector, desk) = (self.shop.reader, self.shop.detector, &mut self.desk);
        let (faults, cores) = (self.shop.faults, self.shop.cores);
        let large = place.entry.meta.is_some_and(|meta| meta.size > SMALL);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            fault::perhaps(faults, &place.entry.name);
            match large {
                true => study_large(cores, reader, detector, desk, source, &name, &mut notes),
                false => study(reader, detector, desk, source, &name, &mut notes),
            }
        }))
        .is_err();
        let Taken {
            outcome,
            findings,
            worst,
            halted,
            ..
        } = notes;
        if halted {
            return Err(Halt::Writer);
        }
        if panicked {
            self.desk = Desk::default();
        }
        let mut outcome = match outcome {
            Some(outcome) if !panicked => outcome,
            _ => {
                while self.gather.is_open() {
                    self.gather
                        .close(Outcome::new(OutcomeKind::Crashed, CRASHED), 0);
                }
                Outcome::new(OutcomeKind::Crashed, CRASHED)
            }
        };
        self.find_names(&place);
        let (parts, name_part) = self.gather.finish();
        if self.shop.stop.load(Ordering::Relaxed) {
            // It may have been cut short: it is dropped, and read by the next run.
            if let Some(digest) = &digest {
                self.shop.contents.failed(digest);
            }
            return Ok(());
        }
        let changed = digest.is_none() || !holds();
        if changed {
            outcome = Outcome::new(
                OutcomeKind::Changed,
                "it changed while it was read; the next scan reads it again",
            );
        }
        let meta = place.entry.meta.unwrap_or_default();
        add(&self.counters.bytes, meta.size);
        add(&self.counters.findings, findings);
        let whole = !worst && !outcome.kind.is_problem();
        let rules = self.shop.fingerprints.of(whole);
        let content = ContentRecord {
            // Of bytes that changed there is no digest; anything unique stands for it.
            digest: match digest {
                Some(digest) if !changed => digest,
                _ => *blake3::hash(
                    format!(
                        "{}/{ticket}/{:?}",
                        std::process::id(),
                        std::time::SystemTime::now()
                    )
                    .as_bytes(),
                )
                .as_bytes(),
            },
            size: meta.size,
            rules,
            ticket,
            parts: Some(parts),
        };
        let waiting = match (&digest, changed) {
            (Some(digest), true) => self.shop.contents.failed(digest),
            _ => Vec::new(),
        };
        let sent = digest.filter(|_| !changed).map(|digest| {
            let outcome = outcome.clone();
            (digest, End { outcome, whole })
        });
        let record = self.record(&place, outcome, Some(content), name_part);
        self.send(record, sent)?;
        for place in waiting {
            self.file(place)?;
        }
        Ok(())
    }

    fn give_up(&mut self, digest: &Digest) -> Result<(), Halt> {
        for place in self.shop.contents.failed(digest) {
            self.file(place)?;
        }
        Ok(())
    }
}
