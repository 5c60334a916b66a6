//! One worker: takes listings of the walk, and makes of each entry a record or the note that it is as it was.
//!
//! Workers share nothing on the hot path but a look at which contents are being read. What one sends goes through a
//! bounded channel to the writer, many documents at a time.

use std::{
    io,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use crossbeam_channel::Sender;

use crate::{
    detect::Detector,
    extract::Reader,
    inventory::{
        Gather, InventoryError, Journal, Known,
        record::{
            Access, ContentRecord, Digest, DocumentRecord, Early, PartRecord, RawPath, RootId, Seen,
        },
    },
    model::{Finding, Outcome, OutcomeKind},
    scan::{
        ahead::Cores,
        contents::{Claim, Contents, End},
        counters::{Counters, add},
        document::{Desk, study_name},
        fault::Fault,
        job::Suspect,
        outbox::Outbox,
        pace::Pace,
        plan::Fingerprints,
        reading::SMALL,
        stamp::{Principals, stamp},
    },
    walk::{Entry, Kind, Listing, Meta, Opener, Owners, Root, refusal},
};

/// What goes to the writer. In order: a copy never before what it is a copy of.
pub enum Message {
    /// Parts of a document still being read.
    Early(Early),
    /// Documents that ended, and documents left as they were.
    Documents(Vec<DocumentRecord>, Vec<Seen>),
}

/// An entry and where it lies.
#[derive(Clone)]
pub struct Place {
    /// Index of its root.
    pub root: usize,
    /// Its path there.
    pub path: PathBuf,
    /// The entry.
    pub entry: Entry,
}

/// What all workers look at and none changes.
pub struct Shop<'a> {
    /// Reads.
    pub reader: &'a Reader,
    /// Detects.
    pub detector: &'a Detector,
    /// Look ahead in large files.
    pub cores: &'a Cores,
    /// Opens.
    pub opener: &'a Opener,
    /// How fast files are read.
    pub pace: &'a Pace,
    /// The folders scanned, with their numbers in the inventory.
    pub roots: &'a [(Root, RootId)],
    /// What decides whether a document is read again.
    pub fingerprints: &'a Fingerprints,
    /// Identical content is read once.
    pub contents: &'a Contents<Place>,
    /// Names of owners.
    pub owners: &'a Owners,
    /// Which document each worker has open; none for a document read alone.
    pub journal: Option<&'a Journal>,
    /// Documents to be read alone, later.
    pub suspects: &'a [Suspect],
    /// Tickets of documents sent in pieces.
    pub tickets: &'a AtomicU64,
    /// Documents to fail on, in tests.
    pub faults: &'a [(String, Fault)],
    /// Read every document again, changed or not.
    pub again: bool,
    /// Rough bytes of findings after which they go ahead of their document.
    pub early: usize,
    /// The scan is to end.
    pub stop: &'a AtomicBool,
}

/// One thread's worker.
pub struct Worker<'a> {
    pub(super) shop: &'a Shop<'a>,
    pub(super) slot: usize,
    pub(super) counters: &'a Counters,
    known: Option<Known>,
    pub(super) gather: Gather,
    pub(super) desk: Desk,
    pub(super) buffer: Vec<u8>,
    pub(super) out: Outbox<'a>,
    principals: Principals,
    met: Vec<Suspect>,
}

/// The scan cannot go on: the writer is gone, or the inventory cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// The writer stopped taking records; it says why itself.
    #[error("the writer stopped")]
    Writer,
    /// The inventory cannot be asked.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The journal cannot be written.
    #[error("the journal beside the inventory cannot be written ({0})")]
    Journal(io::Error),
}

impl<'a> Worker<'a> {
    /// A worker with its own look into the inventory (`None`: there is nothing in it).
    pub fn new(
        shop: &'a Shop<'a>,
        slot: usize,
        counters: &'a Counters,
        known: Option<Known>,
        gather: Gather,
        to: &'a Sender<Message>,
    ) -> Self {
        Worker {
            shop,
            slot,
            counters,
            known,
            gather,
            desk: Desk::default(),
            buffer: Vec::new(),
            out: Outbox::new(to),
            principals: Principals::default(),
            met: Vec::new(),
        }
    }

    /// Handles the entries of a listing.
    pub fn listing(&mut self, listing: Listing) -> Result<(), Halt> {
        let folder = listing.folder.clone();
        for entry in listing.entries {
            if self.shop.stop.load(Ordering::Relaxed) {
                break;
            }
            let path = if entry.name.is_empty() {
                folder.to_path_buf()
            } else {
                folder.join(&entry.name)
            };
            self.entry(Place {
                root: listing.root,
                path,
                entry,
            })?;
        }
        match self.out.is_worth_sending() {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Sends what is left; returns the suspects that the walk met.
    pub fn end(mut self) -> Result<Vec<Suspect>, Halt> {
        self.flush()?;
        Ok(self.met)
    }

    fn entry(&mut self, place: Place) -> Result<(), Halt> {
        let folder_itself = place.entry.kind == Kind::Folder && place.entry.outcome.is_none();
        if folder_itself {
            return self.folder(&place);
        }
        self.met_one(&place);
        match place.entry.outcome.clone() {
            Some(outcome) => self.closed(&place, outcome, true),
            None => self.file(place),
        }
    }

    fn met_one(&self, place: &Place) {
        let size = place.entry.meta.map_or(0, |m| m.size);
        add(&self.counters.walked, 1);
        add(&self.counters.walked_bytes, size);
    }

    /// A folder is an entry only when its name says something.
    fn folder(&mut self, place: &Place) -> Result<(), Halt> {
        if place.path.as_os_str().is_empty() {
            return Ok(());
        }
        let Some(name) = self.name_part(place) else {
            return Ok(());
        };
        self.met_one(place);
        let outcome = Outcome::new(OutcomeKind::NotAFile, "folder; its name was looked at");
        let record = self.record(place, outcome, None, Some(name));
        self.send(record, None)
    }

    /// An entry that is not opened.
    pub(super) fn closed(
        &mut self,
        place: &Place,
        outcome: Outcome,
        name: bool,
    ) -> Result<(), Halt> {
        if let Some(known) = self.known(place)?
            && let Some(seen) = known.same_outcome(&outcome)
        {
            return self.seen(place, seen);
        }
        let name = (name && outcome.kind != OutcomeKind::Excluded)
            .then(|| self.name_part(place))
            .flatten();
        let record = self.record(place, outcome, None, name);
        self.send(record, None)
    }

    fn known(
        &mut self,
        place: &Place,
    ) -> Result<Option<crate::inventory::KnownDocument>, InventoryError> {
        match &mut self.known {
            None => Ok(None),
            Some(known) => known.find(self.shop.roots[place.root].1, &RawPath::new(&place.path)),
        }
    }

    /// A file: left alone if it is as it was, else opened, hashed, and read unless its content was read already.
    pub(super) fn file(&mut self, place: Place) -> Result<(), Halt> {
        let root = self.shop.roots[place.root].1;
        if !self.shop.suspects.is_empty() {
            let path = RawPath::new(&place.path);
            let suspect = Suspect { root, path };
            if self.shop.suspects.contains(&suspect) {
                self.met.push(suspect);
                return Ok(());
            }
        }
        if !self.shop.again
            && let Some(known) = self.known(&place)?
            && let Some(meta) = &place.entry.meta
            && let Some(seen) = self.shop.fingerprints.unchanged(&known, &stamp(meta))
        {
            return self.seen(&place, seen);
        }
        let Some(journal) = self.shop.journal else {
            return self.open(place);
        };
        journal
            .enter(self.slot, root, &RawPath::new(&place.path))
            .map_err(Halt::Journal)?;
        let result = self.open(place);
        journal.leave(self.slot).map_err(Halt::Journal)?;
        result
    }

    fn open(&mut self, mut place: Place) -> Result<(), Halt> {
        let absolute = self.shop.roots[place.root].0.path.join(&place.path);
        let (file, metadata) = match self.shop.opener.open(&absolute) {
            Ok(opened) => opened,
            Err(error) => return self.closed(&place, refusal(&error), true),
        };
        let meta = Meta::new(&metadata);
        place.entry.meta = Some(meta);
        if meta.size <= SMALL {
            self.small(place, file, &meta)
        } else {
            self.large(place, file, &metadata, &meta)
        }
    }

    /// Whether this content is the caller's to read; if not, the copy is recorded, now or by whoever reads it.
    pub(super) fn claim(&mut self, place: Place, digest: &Digest) -> Result<Option<Place>, Halt> {
        let contents = self.shop.contents;
        match contents.claim(digest, place.clone()) {
            Claim::Waits => Ok(None),
            Claim::Read(end) => {
                self.copy(&place, digest, end)?;
                Ok(None)
            }
            Claim::Mine(place) => {
                if contents.ask_inventory()
                    && let Some(known) = &mut self.known
                    && let Some((outcome, whole)) = self.shop.fingerprints.content(known, digest)?
                {
                    let end = End { outcome, whole };
                    self.copy(&place, digest, end.clone())?;
                    self.out.put_content(*digest, end);
                    return Ok(None);
                }
                Ok(Some(place))
            }
        }
    }

    /// A place whose content was read elsewhere.
    fn copy(&mut self, place: &Place, digest: &Digest, end: End) -> Result<(), Halt> {
        let size = place.entry.meta.map_or(0, |m| m.size);
        let content = ContentRecord {
            digest: *digest,
            size,
            rules: self.shop.fingerprints.of(end.whole),
            ticket: self.ticket(),
            parts: None,
        };
        let name = self.name_part(place);
        let record = self.record(place, end.outcome, Some(content), name);
        self.send(record, None)
    }

    pub(super) fn ticket(&self) -> u64 {
        self.shop.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// What the name says, when the entry itself is not read.
    fn name_part(&mut self, place: &Place) -> Option<PartRecord> {
        self.find_names(place);
        self.gather.finish().1
    }

    pub(super) fn find_names(&mut self, place: &Place) {
        let name = place
            .path
            .file_name()
            .map(|name| name.to_string_lossy())
            .unwrap_or_default();
        let gather = &mut self.gather;
        let mut findings = 0;
        study_name(
            self.shop.detector,
            &mut self.desk,
            &name,
            &mut |finding: Finding| {
                findings += 1;
                gather.finding(&finding);
            },
        );
        if findings > 0 {
            add(&self.counters.findings, findings);
        }
    }

    pub(super) fn record(
        &mut self,
        place: &Place,
        outcome: Outcome,
        content: Option<ContentRecord>,
        name: Option<PartRecord>,
    ) -> DocumentRecord {
        let meta = place.entry.meta;
        DocumentRecord {
            root: self.shop.roots[place.root].1,
            path: RawPath::new(&place.path),
            stamp: meta.as_ref().map(stamp),
            access: meta.map_or_else(Access::default, |m| {
                let path = self.shop.roots[place.root].0.path.join(&place.path);
                self.principals.access(&path, &m, self.shop.owners)
            }),
            outcome,
            content,
            name,
        }
    }

    fn seen(&mut self, place: &Place, seen: Seen) -> Result<(), Halt> {
        add(&self.counters.done, 1);
        add(
            &self.counters.done_bytes,
            place.entry.meta.map_or(0, |m| m.size),
        );
        if seen.outcome == OutcomeKind::Unchanged {
            add(&self.counters.unchanged, 1);
        }
        if seen.outcome.is_problem() {
            add(&self.counters.unread, 1);
        }
        self.out.put_seen(seen);
        if self.out.is_full() {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn send(
        &mut self,
        record: DocumentRecord,
        content: Option<(Digest, End)>,
    ) -> Result<(), Halt> {
        add(&self.counters.done, 1);
        add(
            &self.counters.done_bytes,
            record.stamp.map_or(0, |stamp| stamp.size),
        );
        if record.outcome.kind.is_problem() {
            add(&self.counters.unread, 1);
        }
        self.out.put(record, content);
        if self.out.is_full() {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Halt> {
        let mut copies = Vec::new();
        for (digest, end) in self.out.send()? {
            for place in self.shop.contents.sent(&digest, &end) {
                copies.push((place, digest, end.clone()));
            }
        }
        for (place, digest, end) in copies {
            self.copy(&place, &digest, end)?;
        }
        Ok(())
    }
}
