//! What the walker met: a name in a folder, its metadata, and, when it is not to be read, its outcome.

use std::{ffi::OsString, fs::Metadata, path::Path, path::PathBuf, sync::Arc, time::SystemTime};

use crate::model::Outcome;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder: entered, or passed over with an outcome.
    Folder,
    /// A link, pipe, socket or device.
    Other,
}

/// Metadata of an entry, taken without following links. Times in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Meta {
    /// Size in bytes.
    pub size: u64,
    /// Content last changed.
    pub modified: i64,
    /// Content or metadata last changed; 0 where the system has none.
    pub changed: i64,
    /// Last read, where the system keeps it.
    pub accessed: Option<i64>,
    /// Inode; 0 where unknown.
    pub inode: u64,
    /// Device; 0 where unknown.
    pub device: u64,
    /// Hard links; 1 where unknown.
    pub links: u64,
    /// Owner's number.
    pub user: Option<u32>,
    /// Group's number.
    pub group: Option<u32>,
    /// Permission bits (`0o7777`).
    pub mode: Option<u32>,
    /// Bytes on disk; fewer than `size` in a sparse file or a placeholder. `None` where unknown.
    pub stored: Option<u64>,
}

fn nanoseconds(time: std::io::Result<SystemTime>) -> Option<i64> {
    let time = time.ok()?;
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => i64::try_from(before.duration().as_nanos()).ok().map(|n| -n),
    }
}

impl Meta {
    /// From the system's metadata.
    pub fn new(metadata: &Metadata) -> Meta {
        let mut meta = Meta {
            size: metadata.len(),
            modified: nanoseconds(metadata.modified()).unwrap_or(0),
            accessed: nanoseconds(metadata.accessed()),
            links: 1,
            ..Meta::default()
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            meta.changed = metadata
                .ctime()
                .saturating_mul(1_000_000_000)
                .saturating_add(metadata.ctime_nsec());
            meta.inode = metadata.ino();
            meta.device = metadata.dev();
            meta.links = metadata.nlink();
            meta.user = Some(metadata.uid());
            meta.group = Some(metadata.gid());
            meta.mode = Some(metadata.mode() & 0o7777);
            meta.stored = Some(metadata.blocks().saturating_mul(512));
        }
        meta
    }

    /// Whether a file still is what it was: same size, times and inode.
    pub fn same_file(&self, other: &Meta) -> bool {
        (self.size, self.modified, self.changed, self.inode)
            == (other.size, other.modified, other.changed, other.inode)
    }
}

/// One name in a folder.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name, byte for byte; empty for the folder itself.
    pub name: OsString,
    /// What it is.
    pub kind: Kind,
    /// Its metadata; `None` when the system refused it.
    pub meta: Option<Meta>,
    /// How it ended already; `None`: a file to be read, or the folder that was entered.
    pub outcome: Option<Outcome>,
}

/// Entries of one folder: a stretch of at most [`LISTING`](crate::walk::traverse::LISTING) of them. The first stretch
/// begins with the folder itself, under an empty name; the last ends with it when it could not be listed to the end.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Index of the root.
    pub root: usize,
    /// The folder, relative to its root; empty for the root itself.
    pub folder: Arc<Path>,
    /// What lies in it.
    pub entries: Vec<Entry>,
}

impl Listing {
    /// The path of an entry, relative to the root.
    pub fn path(&self, entry: &Entry) -> PathBuf {
        if entry.name.is_empty() {
            self.folder.to_path_buf()
        } else {
            self.folder.join(&entry.name)
        }
    }
}
