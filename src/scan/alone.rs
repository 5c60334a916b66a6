//! One document read alone, in a process of its own under a hard memory limit: what is done with those the scanner died
//! on. If this process dies too, the supervisor knows why.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
};

use crossbeam_channel::unbounded;

use crate::{
    inventory::{
        Gather, InventoryError, Key,
        record::{Batch, RawPath, RootId},
    },
    scan::{
        ScanError,
        ahead::Cores,
        contents::Contents,
        counters::Counters,
        job::{Job, Report, Started, Suspect},
        pace::Pace,
        plan::Fingerprints,
        sandbox,
        tools::{Tools, early, rules_of},
        worker::{Halt, Message, Shop, Worker},
    },
    walk::{Entry, Kind, Listing, Meta, Opener, Owners, Root},
};

/// Reads it and says what came of it, in pieces if it is large.
pub fn read(
    job: &Job,
    suspect: &Suspect,
    root: &Path,
    ticket: u64,
    say: &(dyn Fn(&Report) + Sync),
) -> Result<(), ScanError> {
    let tools = Tools::new(&job.reading, 1)?;
    let key =
        Key::from_text(job.key.as_bytes(), "the key of the job").map_err(InventoryError::from)?;
    if job.sandbox {
        sandbox::enter(
            &[root.to_path_buf()],
            &[],
            Some(&tools.temporary),
            &job.reading.programs(),
        );
    }
    let path = suspect.path.to_path();
    let listing = Listing {
        root: 0,
        folder: Arc::from(path.parent().unwrap_or(Path::new(""))),
        entries: vec![Entry {
            name: path.file_name().unwrap_or_default().to_os_string(),
            kind: Kind::File,
            meta: std::fs::symlink_metadata(root.join(&path))
                .ok()
                .map(|metadata| Meta::new(&metadata)),
            outcome: None,
        }],
    };
    let roots = [(
        Root {
            path: root.to_path_buf(),
            device: 0,
            empty: false,
        },
        suspect.root,
    )];
    let (opener, owners, contents) = (Opener::default(), Owners::default(), Contents::new(false));
    let pace = Pace::new(job.max_rate);
    let fingerprints = Fingerprints::new(&tools.detector, &job.reading);
    let (tickets, stop) = (AtomicU64::new(ticket), AtomicBool::new(false));
    let shop = Shop {
        reader: &tools.reader,
        detector: &tools.detector,
        cores: &Cores::new(1),
        opener: &opener,
        pace: &pace,
        roots: &roots,
        fingerprints: &fingerprints,
        contents: &contents,
        owners: &owners,
        journal: None,
        suspects: &[],
        tickets: &tickets,
        faults: &job.faults,
        again: true,
        early: early(job.reading.memory),
        stop: &stop,
    };
    let gather = Gather::new(key, rules_of(&tools.detector), job.previews);
    // From here on the document's time counts.
    say(&Report::Started(Started::default()));
    let counters = Counters::default();
    let (to, messages) = unbounded();
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new()
            .stack_size(super::pipeline::STACK)
            .spawn_scoped(scope, || {
                let to = to;
                let mut worker = Worker::new(&shop, 0, &counters, None, gather, &to);
                worker.listing(listing)?;
                worker.end()
            })
            .map_err(ScanError::Thread)?;
        for message in &messages {
            let mut batch = Batch::default();
            match message {
                Message::Early(early) => batch.early.push(early),
                Message::Documents(documents, _) => batch.documents = documents,
            }
            say(&Report::Read(Box::new(batch)));
        }
        match reading.join() {
            Ok(Ok(_) | Err(Halt::Writer)) => Ok(()),
            Ok(Err(Halt::Inventory(error))) => Err(error.into()),
            Ok(Err(Halt::Journal(_))) | Err(_) => Err(ScanError::Bug("a worker panicked")),
        }
    })
}

/// The record of a document that could not be read even alone.
pub fn record_of_failure(
    root: RootId,
    root_path: &Path,
    path: &RawPath,
    outcome: crate::model::Outcome,
) -> Batch {
    let meta = std::fs::symlink_metadata(root_path.join(path.to_path()))
        .ok()
        .map(|metadata| Meta::new(&metadata));
    let owners = Owners::default();
    let record = crate::inventory::record::DocumentRecord {
        root,
        path: path.clone(),
        stamp: meta.as_ref().map(super::stamp::stamp),
        access: meta.as_ref().map_or_else(Default::default, |meta| {
            super::stamp::Principals::default().access(
                &root_path.join(path.to_path()),
                meta,
                &owners,
            )
        }),
        outcome,
        content: None,
        name: None,
    };
    Batch {
        documents: vec![record],
        ..Batch::default()
    }
}
