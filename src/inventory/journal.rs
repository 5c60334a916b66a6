//! Which document each worker is at: a small file beside the inventory, so that whoever finds the scanner dead knows on
//! what it died.
//!
//! A worker writes its slot before it opens a document and clears it after. The write goes to the page cache and costs a
//! microsecond; it outlives the process, which is what matters here: after a power cut no document is to blame. The
//! supervisor also reads the slots of a living scanner, to see who is past its deadline. Not in the database, because
//! nothing in there outlives a process without a transaction and a flush.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::inventory::{
    database::with_suffix,
    record::{RawPath, RootId},
};

/// Bytes from slot to slot. The file is sparse; a slot takes the pages it uses.
const SLOT: u64 = 64 << 10;

/// Bytes before the path: root, start, length.
const HEAD: usize = 24;

/// A document being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The worker's slot.
    pub slot: usize,
    /// The root.
    pub root: RootId,
    /// The path in it.
    pub path: RawPath,
    /// When it was opened, milliseconds since 1970.
    pub since: i64,
}

/// The journal of a running scanner; shared by its workers.
#[derive(Debug)]
pub struct Journal {
    file: File,
}

impl Journal {
    /// Where the journal of an inventory lies.
    pub fn path_for(inventory: &Path) -> PathBuf {
        with_suffix(inventory, ".inflight")
    }

    /// A new one with all slots free.
    pub fn create(path: &Path) -> io::Result<Journal> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        Ok(Journal {
            file: options.open(path)?,
        })
    }

    /// Notes that the worker of this slot opens a document now.
    pub fn enter(&self, slot: usize, root: RootId, path: &RawPath) -> io::Result<()> {
        let path = &path.0[..path.0.len().min(SLOT as usize - HEAD)];
        let mut bytes = Vec::with_capacity(HEAD + path.len());
        bytes.extend_from_slice(&root.0.to_le_bytes());
        bytes.extend_from_slice(&super::write::now().to_le_bytes());
        // One more than the length, so that an empty path is not a free slot.
        bytes.extend_from_slice(&(path.len() as u64 + 1).to_le_bytes());
        bytes.extend_from_slice(path);
        write_at(&self.file, &bytes, slot as u64 * SLOT)
    }

    /// Notes that it is done with it.
    pub fn leave(&self, slot: usize) -> io::Result<()> {
        write_at(&self.file, &[0; HEAD], slot as u64 * SLOT)
    }

    /// The documents in flight, of a scanner alive or dead. No journal, none in flight.
    pub fn read(path: &Path) -> io::Result<Vec<InFlight>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let length = file.metadata()?.len();
        let mut found = Vec::new();
        for slot in 0..length.div_ceil(SLOT) {
            let mut bytes = vec![0; SLOT.min(length - slot * SLOT) as usize];
            read_at(&file, &mut bytes, slot * SLOT)?;
            let number = |at: usize| {
                let mut eight = [0; 8];
                eight.copy_from_slice(bytes.get(at..at + 8)?);
                Some(u64::from_le_bytes(eight))
            };
            let (Some(root), Some(since), Some(length @ 1..)) = (number(0), number(8), number(16))
            else {
                continue;
            };
            let Some(path) = bytes.get(HEAD..HEAD + length as usize - 1) else {
                continue;
            };
            found.push(InFlight {
                slot: slot as usize,
                root: RootId(root as i64),
                path: RawPath(path.to_vec()),
                since: since as i64,
            });
        }
        Ok(found)
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let written = file.seek_write(bytes, at)?;
    (written == bytes.len())
        .then_some(())
        .ok_or(io::ErrorKind::WriteZero.into())
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let read = file.seek_read(bytes, at)?;
    (read == bytes.len())
        .then_some(())
        .ok_or(io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_entered_and_not_left_is_in_flight() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("d.db.inflight");
        assert!(Journal::read(&path).unwrap().is_empty(), "no file, nothing");
        let journal = Journal::create(&path).unwrap();
        let odd = RawPath(b"caf\xe9/\nname".to_vec());
        journal.enter(0, RootId(1), &RawPath::new("a")).unwrap();
        journal.enter(3, RootId(2), &odd).unwrap();
        journal
            .enter(1, RootId(1), &RawPath::new("a/longer/path"))
            .unwrap();
        journal.leave(1).unwrap();
        journal.enter(0, RootId(1), &RawPath::new("b")).unwrap();
        let left = Journal::read(&path).unwrap();
        let left: Vec<_> = left.iter().map(|f| (f.slot, f.root.0, &f.path)).collect();
        assert_eq!(left, [(0, 1, &RawPath::new("b")), (3, 2, &odd)]);
        Journal::create(&path).unwrap();
        assert!(
            Journal::read(&path).unwrap().is_empty(),
            "a new one is free"
        );
    }
}
