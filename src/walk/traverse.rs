//! The walk itself: threads take folders from one stack, list them, and hand on their entries in stretches.
//!
//! A folder is decided on before it is listed. Entries are handed on while the folder is read, so a folder of ten
//! million files costs no more memory than one of ten.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    model::{Outcome, OutcomeKind},
    walk::{
        Entry, Exclusions, Kind, Listing, Meta, Opener, Root, exclude,
        unread::{placeholder, refusal, snapshot, special},
    },
};

/// Most entries of one listing. Fewer when their files are large: see [`LISTING_BYTES`].
pub const LISTING: usize = 128;

/// A listing is handed on when its files together reach this many bytes, so that large files are shared out evenly.
pub const LISTING_BYTES: u64 = 1 << 20;

/// What the walk enters beyond the ordinary.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Enter folders on other file systems.
    pub other_file_systems: bool,
    /// Enter snapshot folders.
    pub snapshots: bool,
    /// The scan's own files (inventory, key, journal), which are passed over: absolute, links resolved.
    pub own: Vec<PathBuf>,
}

/// A walk over roots.
pub struct Walk<'a> {
    roots: &'a [Root],
    exclusions: &'a Exclusions,
    options: &'a Options,
    opener: &'a Opener,
}

struct Folder {
    root: usize,
    path: PathBuf,
    meta: Option<Meta>,
    ignores: Option<Arc<exclude::Chain>>,
}

#[derive(Default)]
struct Stack {
    folders: Vec<Folder>,
    busy: usize,
}

struct Shared<'a> {
    stack: Mutex<Stack>,
    changed: Condvar,
    stop: &'a AtomicBool,
}

impl Shared<'_> {
    fn lock(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next folder; `None` when all are done or the walk is to stop.
    fn next(&self) -> Option<Folder> {
        let mut stack = self.lock();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(folder) = stack.folders.pop() {
                stack.busy += 1;
                return Some(folder);
            }
            if stack.busy == 0 {
                return None;
            }
            stack = self
                .changed
                .wait(stack)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, mut found: Vec<Folder>) {
        let mut stack = self.lock();
        stack.busy -= 1;
        stack.folders.append(&mut found);
        self.changed.notify_all();
    }
}

impl<'a> Walk<'a> {
    /// A walk over roots checked by [`roots`](crate::walk::roots).
    pub fn new(
        roots: &'a [Root],
        exclusions: &'a Exclusions,
        options: &'a Options,
        opener: &'a Opener,
    ) -> Self {
        Walk {
            roots,
            exclusions,
            options,
            opener,
        }
    }

    /// Walks with so many threads. `sinks` makes each thread's sink, which takes listings and returns false to end the
    /// walk; so does `stop`.
    pub fn run<S: FnMut(Listing) -> bool + Send>(
        &self,
        threads: usize,
        stop: &AtomicBool,
        sinks: impl Fn() -> S,
    ) {
        let shared = Shared {
            stack: Mutex::new(Stack::default()),
            changed: Condvar::new(),
            stop,
        };
        shared
            .lock()
            .folders
            .extend((0..self.roots.len()).rev().map(|root| Folder {
                root,
                path: PathBuf::new(),
                meta: None,
                ignores: None,
            }));
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                let mut sink = sinks();
                let shared = &shared;
                scope.spawn(move || {
                    while let Some(folder) = shared.next() {
                        let mut inner = Vec::new();
                        if !self.list(&folder, &mut inner, &mut sink, stop) {
                            stop.store(true, Ordering::Relaxed);
                        }
                        shared.done(inner);
                    }
                });
            }
        });
    }

    /// Lists one folder; false to end the walk.
    fn list(
        &self,
        folder: &Folder,
        inner: &mut Vec<Folder>,
        sink: &mut impl FnMut(Listing) -> bool,
        stop: &AtomicBool,
    ) -> bool {
        let absolute = if folder.path.as_os_str().is_empty() {
            self.roots[folder.root].path.clone()
        } else {
            self.roots[folder.root].path.join(&folder.path)
        };
        let here: Arc<Path> = Arc::from(folder.path.as_path());
        let itself = |outcome| Entry {
            name: OsString::new(),
            kind: Kind::Folder,
            meta: folder.meta,
            outcome,
        };
        let refused = |error: io::Error| Listing {
            root: folder.root,
            folder: Arc::clone(&here),
            entries: vec![itself(Some(refusal(&error)))],
        };
        let listing = match fs::read_dir(&absolute) {
            Ok(listing) => listing,
            Err(error) => return sink(refused(error)),
        };
        let ignores = exclude::enter(self.opener, &absolute, &folder.path, folder.ignores.clone());
        let mut entries = vec![itself(None)];
        let mut bytes = 0;
        for item in listing {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let item = match item {
                Ok(item) => item,
                Err(error) => {
                    entries.retain(|entry| !entry.name.is_empty());
                    entries.push(itself(Some(refusal(&error))));
                    // The system may give the same error for ever.
                    break;
                }
            };
            let entry = self.judge(folder, &absolute, &item, ignores.as_deref());
            let Some(entry) = entry else { continue };
            if entry.kind == Kind::Folder && entry.outcome.is_none() {
                inner.push(Folder {
                    root: folder.root,
                    path: folder.path.join(&entry.name),
                    meta: entry.meta,
                    ignores: ignores.clone(),
                });
                continue;
            }
            if entry.kind == Kind::File && entry.outcome.is_none() {
                bytes += entry.meta.map_or(0, |m| m.size);
            }
            entries.push(entry);
            if entries.len() >= LISTING || bytes >= LISTING_BYTES {
                bytes = 0;
                let full = Listing {
                    root: folder.root,
                    folder: Arc::clone(&here),
                    entries: std::mem::take(&mut entries),
                };
                if !sink(full) {
                    return false;
                }
            }
        }
        sink(Listing {
            root: folder.root,
            folder: here,
            entries,
        })
    }

    /// What is to become of one name; `None` for a folder that is a root of its own.
    fn judge(
        &self,
        folder: &Folder,
        absolute: &Path,
        item: &fs::DirEntry,
        ignores: Option<&exclude::Chain>,
    ) -> Option<Entry> {
        let name = item.file_name();
        let relative = folder.path.join(&name);
        let mut entry = Entry {
            name,
            kind: Kind::Other,
            meta: None,
            outcome: None,
        };
        let metadata = match item.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                entry.outcome = Some(refusal(&error));
                return Some(entry);
            }
        };
        let meta = Meta::new(&metadata);
        entry.meta = Some(meta);
        let kind = metadata.file_type();
        entry.kind = if kind.is_dir() {
            Kind::Folder
        } else if kind.is_file() {
            Kind::File
        } else {
            Kind::Other
        };
        if entry.kind == Kind::Folder
            && let path = absolute.join(&entry.name)
            && self.roots.iter().any(|root| root.path == path)
        {
            return None;
        }
        let excluded = |reason: String| Some(Outcome::new(OutcomeKind::Excluded, reason));
        entry.outcome = if let Some(rule) =
            self.exclusions
                .excluded(folder.root, &relative, kind.is_dir(), ignores)
        {
            excluded(rule)
        } else {
            match entry.kind {
                Kind::Folder if !self.options.snapshots && snapshot(&relative) => {
                    excluded("snapshot folder; --snapshots enters it".to_owned())
                }
                Kind::Folder
                    if !self.options.other_file_systems
                        && meta.device != self.roots[folder.root].device =>
                {
                    excluded("another file system; --other-file-systems enters it".to_owned())
                }
                Kind::Folder => None,
                Kind::File if self.own(absolute, &entry.name) => {
                    excluded("a file of this inventory".to_owned())
                }
                Kind::File if placeholder(absolute, &entry.name, &meta, &metadata) => {
                    Some(Outcome::new(
                        OutcomeKind::Offline,
                        "its content is in another store; reading would recall it",
                    ))
                }
                Kind::File => None,
                Kind::Other => Some(Outcome::new(OutcomeKind::NotAFile, special(kind))),
            }
        };
        Some(entry)
    }

    fn own(&self, absolute: &Path, name: &OsStr) -> bool {
        self.options
            .own
            .iter()
            .any(|path| path.file_name() == Some(name) && path.parent() == Some(absolute))
    }
}
