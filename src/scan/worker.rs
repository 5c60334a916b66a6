//! One worker: takes listings of the walk, and makes of each entry a record or the note that it is as it was.
//!
//! Workers share nothing on the hot path but a look at which contents are being read. What one sends goes through a
//! bounded channel to the writer, many documents at a time.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _, Seek as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;

use crate::{
    detect::{Detector, DocumentSummary},
    extract::{Flow, Head, Reader, Source},
    inventory::{
        Gather, InventoryError, Journal, Known,
        record::{
            Access, ContentRecord, Digest, DocumentRecord, Early, PartRecord, RawPath, RootId,
            Seen, Stamp,
        },
    },
    model::{Finding, Outcome, OutcomeKind},
    scan::{
        contents::{Claim, Contents, End},
        document::{Desk, Notes, study, study_name},
        fault::{self, Fault},
        job::Suspect,
        plan::Fingerprints,
    },
    walk::{Entry, Kind, Listing, Meta, Opener, Owners, Root, refusal},
};

/// Files up to this size are read into memory whole, and hashed there.
const SMALL: u64 = 4 << 20;

/// Bytes hashed at a time of larger files.
const CHUNK: usize = 1 << 20;

/// Rough bytes of findings after which they go ahead of their document, or documents go to the writer.
const WEIGHT: usize = 1 << 20;

/// Documents sent at once, at most.
const SENT: usize = 64;

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

fn add(counter: &AtomicU64, n: u64) {
    // Its one writer is its worker: no locked instruction needed.
    counter.store(counter.load(Ordering::Relaxed) + n, Ordering::Relaxed);
}

/// What all workers look at and none changes.
pub struct Shop<'a> {
    /// Reads.
    pub reader: &'a Reader,
    /// Detects.
    pub detector: &'a Detector,
    /// Opens.
    pub opener: &'a Opener,
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
    /// The scan is to end.
    pub stop: &'a AtomicBool,
}

/// One thread's worker.
pub struct Worker<'a> {
    shop: &'a Shop<'a>,
    slot: usize,
    counters: &'a Counters,
    known: Option<Known>,
    gather: Gather,
    desk: Desk,
    buffer: Vec<u8>,
    out: Outbox<'a>,
    principals: Principals,
    met: Vec<Suspect>,
}

/// Records on their way, with the contents that count as sent once they are.
struct Outbox<'a> {
    to: &'a Sender<Message>,
    documents: Vec<DocumentRecord>,
    seen: Vec<Seen>,
    contents: Vec<(Digest, End)>,
    weight: usize,
}

/// The owner and group last asked for: neighbours have the same.
#[derive(Default)]
pub(super) struct Principals {
    user: Option<(u32, Arc<str>)>,
    group: Option<(u32, Arc<str>)>,
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
            out: Outbox {
                to,
                documents: Vec::new(),
                seen: Vec::new(),
                contents: Vec::new(),
                weight: 0,
            },
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
        if self.out.contents.is_empty() && self.out.documents.len() + self.out.seen.len() < SENT / 2
        {
            return Ok(());
        }
        self.flush()
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
    fn closed(&mut self, place: &Place, outcome: Outcome, name: bool) -> Result<(), Halt> {
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
    fn file(&mut self, place: Place) -> Result<(), Halt> {
        let root = self.shop.roots[place.root].1;
        let raw = RawPath::new(&place.path);
        if !self.shop.suspects.is_empty() {
            let suspect = Suspect { root, path: raw };
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

    fn small(&mut self, place: Place, mut file: File, meta: &Meta) -> Result<(), Halt> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        let read = file
            .by_ref()
            .take(SMALL + 1)
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

    fn large(
        &mut self,
        place: Place,
        mut file: File,
        metadata: &Metadata,
        meta: &Meta,
    ) -> Result<(), Halt> {
        let digest = match self.hash(&mut file, meta) {
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

    /// BLAKE3 of a file, holes passed over; `None` when the scan is to end.
    fn hash(&mut self, file: &mut File, meta: &Meta) -> io::Result<Option<Digest>> {
        let mut hasher = blake3::Hasher::new();
        self.buffer.resize(CHUNK, 0);
        let sparse = meta.stored.is_some_and(|stored| stored < meta.size);
        let mut at = 0;
        loop {
            if self.shop.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if sparse {
                let data = next_data(file, at, meta.size);
                if data > at {
                    static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
                    while at < data {
                        let n = (data - at).min(ZEROS.len() as u64) as usize;
                        hasher.update(&ZEROS[..n]);
                        at += n as u64;
                    }
                    file.seek(io::SeekFrom::Start(at))?;
                }
            }
            match file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(n) => {
                    hasher.update(&self.buffer[..n]);
                    at += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        file.rewind()?;
        Ok(Some(*hasher.finalize().as_bytes()))
    }

    /// Whether this content is the caller's to read; if not, the copy is recorded, now or by whoever reads it.
    fn claim(&mut self, place: Place, digest: &Digest) -> Result<Option<Place>, Halt> {
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
                    self.out.contents.push((*digest, end));
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
            to: self.out.to,
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
        let faults = self.shop.faults;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            fault::perhaps(faults, &place.entry.name);
            study(reader, detector, desk, source, &name, &mut notes);
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

    fn ticket(&self) -> u64 {
        self.shop.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// What the name says, when the entry itself is not read.
    fn name_part(&mut self, place: &Place) -> Option<PartRecord> {
        self.find_names(place);
        self.gather.finish().1
    }

    fn find_names(&mut self, place: &Place) {
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

    fn record(
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
                self.principals.access(&m, self.shop.owners)
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
        self.out.seen.push(seen);
        if self.out.seen.len() >= 16 * SENT {
            self.flush()?;
        }
        Ok(())
    }

    fn send(&mut self, record: DocumentRecord, content: Option<(Digest, End)>) -> Result<(), Halt> {
        add(&self.counters.done, 1);
        add(
            &self.counters.done_bytes,
            record.stamp.map_or(0, |stamp| stamp.size),
        );
        if record.outcome.kind.is_problem() {
            add(&self.counters.unread, 1);
        }
        self.out.weight += weight(&record);
        self.out.documents.push(record);
        self.out.contents.extend(content);
        if self.out.documents.len() >= SENT || self.out.weight >= WEIGHT {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Halt> {
        let out = &mut self.out;
        if !(out.documents.is_empty() && out.seen.is_empty()) {
            let message = Message::Documents(
                std::mem::take(&mut out.documents),
                std::mem::take(&mut out.seen),
            );
            out.weight = 0;
            out.to.send(message).map_err(|_| Halt::Writer)?;
        }
        let mut copies = Vec::new();
        for (digest, end) in std::mem::take(&mut out.contents) {
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

/// What a document that brought the reader down says.
const CRASHED: &str = "its reader failed; the scan went on";

/// Rough bytes of memory of a record.
fn weight(record: &DocumentRecord) -> usize {
    let parts = record
        .content
        .iter()
        .flat_map(|content| content.parts.iter().flatten())
        .chain(&record.name);
    512 + parts
        .map(|part| {
            256 + part
                .rules
                .iter()
                .map(|rule| 128 + 200 * rule.shown.len() + 96 * rule.values.len())
                .sum::<usize>()
        })
        .sum::<usize>()
}

/// The stamp of an entry.
pub fn stamp(meta: &Meta) -> Stamp {
    Stamp {
        size: meta.size,
        mtime: meta.modified,
        ctime: meta.changed,
        inode: meta.inode,
        device: meta.device,
        links: meta.links,
    }
}

impl Principals {
    pub(super) fn access(&mut self, meta: &Meta, owners: &Owners) -> Access {
        let named = |last: &mut Option<(u32, Arc<str>)>,
                     id: Option<u32>,
                     ask: &dyn Fn() -> Arc<str>| {
            match (&*last, id) {
                (_, None) => Arc::from(""),
                (Some((known, name)), Some(id)) if *known == id => name.clone(),
                (_, Some(id)) => {
                    let name = ask();
                    *last = Some((id, name.clone()));
                    name
                }
            }
        };
        Access {
            owner: named(&mut self.user, meta.user, &|| owners.user(meta)),
            group: named(&mut self.group, meta.group, &|| owners.group(meta)),
            mode: meta.mode,
            acl: Arc::from(""),
            exposure: None,
            accessed: meta.accessed,
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn next_data(file: &File, at: u64, size: u64) -> u64 {
    use rustix::fs::{SeekFrom, seek};
    match seek(file, SeekFrom::Data(at)) {
        Ok(data) => data,
        // Nothing but a hole up to the end.
        Err(rustix::io::Errno::NXIO) => size.max(at),
        Err(_) => at,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn next_data(_: &File, at: u64, _: u64) -> u64 {
    at
}

/// Takes what a document says into the records.
struct Taken<'w> {
    gather: &'w mut Gather,
    counters: &'w Counters,
    stop: &'w AtomicBool,
    to: &'w Sender<Message>,
    ticket: u64,
    depth: usize,
    outcome: Option<Outcome>,
    findings: u64,
    worst: bool,
    halted: bool,
    /// Says in the journal that the document is still being worked on.
    pulse: &'w dyn Fn() -> io::Result<()>,
    pulsed: Instant,
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
        if self.gather.weight() >= WEIGHT {
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
