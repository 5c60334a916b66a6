//! Opening the file: is it ours, is it one we know, who else has it.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use crate::inventory::{
    error::InventoryError,
    keys::{Key, KeyError},
    migrate::{self, Identity, VERSION, identify},
};

/// How long to wait for a lock held by a reader's checkpoint or a look-up being logged.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is asked for meanwhile: a scan that writes without end leaves the inventory to others for twice as long,
/// once a second.
const TURN: Duration = Duration::from_millis(5);

/// Waits for a lock; `tries` times it was in vain.
fn wait_a_turn(tries: i32) -> bool {
    std::thread::sleep(TURN);
    TURN * tries.unsigned_abs() < PATIENCE
}

/// Refuses what is no SQLite file before SQLite opens it: a text file called `domesday.db` stays what it is.
fn look_at_header(path: &Path) -> Result<(), InventoryError> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => {
            file.take(16)
                .read_to_end(&mut head)
                .map_err(|e| InventoryError::Io(path.to_owned(), e))?;
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(InventoryError::Io(path.to_owned(), e)),
    }
    if head.is_empty() || head == *b"SQLite format 3\0" {
        Ok(())
    } else {
        Err(InventoryError::Foreign(path.to_owned()))
    }
}

/// Opens for the one writer: makes the file if there is none, migrates an older one.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, InventoryError> {
    let sql = |e| InventoryError::from_sql(path, e);
    look_at_header(path)?;
    let mut db = Connection::open(path).map_err(sql)?;
    db.busy_handler(Some(wait_a_turn)).map_err(sql)?;
    match identify(&db).map_err(sql)? {
        Identity::Foreign => return Err(InventoryError::Foreign(path.to_owned())),
        Identity::Ours(found) if found > VERSION => {
            return Err(InventoryError::Newer {
                path: path.to_owned(),
                found,
                known: VERSION,
            });
        }
        Identity::New => {
            // The page size takes effect with the first page; 8 KiB measured best for findings.
            db.execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")
                .map_err(sql)?;
            restrict(path)?;
            migrate::create(&mut db).map_err(sql)?;
        }
        Identity::Ours(VERSION) => {}
        Identity::Ours(older) => migrate::migrate(&mut db, older).map_err(sql)?,
    }
    // A large database written by bulk: fewer checkpoints, a cache that holds the inner pages of every tree.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA foreign_keys = OFF;",
    )
    .map_err(sql)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Who may read the inventory is for its owner to widen: it names every path.
fn restrict(path: &Path) -> Result<(), InventoryError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // File systems without permissions refuse; the inventory is still usable there.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    }
    let _ = path;
    Ok(())
}

/// Opens for readers. Works on a read-only folder too, when the last scan ended well.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, InventoryError> {
    let sql = |e| InventoryError::from_sql(path, e);
    if !path.exists() {
        return Err(InventoryError::Missing(path.to_owned()));
    }
    look_at_header(path)?;
    let db = match open_and_identify(path, false) {
        Err(e) if cannot_write_beside(&e) && log_is_empty(path) => {
            // WAL needs a shared-memory file beside the database even to read; without a log there is nothing to share.
            open_and_identify(path, true).map_err(sql)?
        }
        other => other.map_err(sql)?,
    };
    let (db, identity) = db;
    match identity {
        Identity::Ours(found) if found > VERSION => Err(InventoryError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        Identity::Ours(found) if found < VERSION => {
            drop(db);
            bring_up_to_date(path, found)?;
            open_to_read(path)
        }
        Identity::Ours(_) => {
            db.execute_batch("PRAGMA cache_size = -65536; PRAGMA query_only = ON;")
                .map_err(sql)?;
            db.set_prepared_statement_cache_capacity(64);
            Ok(db)
        }
        Identity::New => Err(InventoryError::Missing(path.to_owned())),
        Identity::Foreign => Err(InventoryError::Foreign(path.to_owned())),
    }
}

/// Migrates an inventory that somebody only wants to read. No scan may be at it: an older program would write what the
/// tables no longer take.
fn bring_up_to_date(path: &Path, found: i64) -> Result<(), InventoryError> {
    let stuck = |why: InventoryError| match why {
        InventoryError::ReadOnly(_, why) => InventoryError::Older {
            path: path.to_owned(),
            found,
            known: VERSION,
            why,
        },
        other => other,
    };
    let _lock = ScanLock::take(path, "a program that brings it up to date").map_err(stuck)?;
    open_to_write(path).map(drop).map_err(stuck)
}

fn open_and_identify(path: &Path, immutable: bool) -> rusqlite::Result<(Connection, Identity)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = if immutable {
        Connection::open_with_flags(uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    db.busy_timeout(PATIENCE)?;
    let identity = identify(&db)?;
    Ok((db, identity))
}

fn log_is_empty(path: &Path) -> bool {
    fs::metadata(with_suffix(path, "-wal")).map_or(true, |log| log.len() == 0)
}

fn cannot_write_beside(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
    )
}

/// `file:…?immutable=1` with everything but plain characters escaped.
fn uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(byte as char);
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// A sibling of the inventory: `domesday.db` + `-wal`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// How often a lock is asked for before it is another scan's, and how long between.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(30);

/// The lock of one scan at a time. The system frees it when the process dies, however it dies.
#[derive(Debug)]
pub(super) struct ScanLock(#[allow(dead_code)] File);

impl ScanLock {
    /// Takes it, or says who has it. `holder` is what the next one to ask is told.
    pub(super) fn take(path: &Path, holder: &str) -> Result<ScanLock, InventoryError> {
        let lock = with_suffix(path, ".lock");
        let io = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::PermissionDenied
            | std::io::ErrorKind::ReadOnlyFilesystem
            | std::io::ErrorKind::NotFound => {
                InventoryError::ReadOnly(path.to_owned(), e.to_string())
            }
            std::io::ErrorKind::StorageFull => InventoryError::Full(path.to_owned()),
            _ => InventoryError::Io(lock.clone(), e),
        };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock)
            .map_err(io)?;
        // A program that this one starts holds all open files too, until it is loaded a moment later: a lock that was just
        // given back may still be taken then.
        let mut tries = 0;
        let taken = loop {
            match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) if tries < LOCK_TRIES => {
                    tries += 1;
                    std::thread::sleep(LOCK_PAUSE);
                }
                taken => break taken,
            }
        };
        match taken {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut who = String::new();
                let _ = file.read_to_string(&mut who);
                return Err(InventoryError::Locked(
                    path.to_owned(),
                    who.trim().to_owned(),
                ));
            }
            Err(fs::TryLockError::Error(e)) => return Err(io(e)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()))
            .map_err(io)?;
        Ok(ScanLock(file))
    }
}

/// The key for an inventory: the one from the environment if given, else its file; made only when neither the file nor
/// the inventory is there yet, because a new key would not fit an old inventory.
pub fn key_for(inventory: &Path, environment: Option<&[u8]>) -> Result<Key, KeyError> {
    if let Some(text) = environment {
        return Key::from_text(text, "the key in the environment");
    }
    let path = Key::path_for(inventory);
    match Key::read(&path) {
        Err(KeyError::Missing(_)) if !inventory.exists() => Key::create(&path),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_lost_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("d.db");
        let key = key_for(&path, None).unwrap();
        assert_eq!(key_for(&path, None).unwrap(), key);
        drop(open_to_write(&path).unwrap());
        fs::remove_file(Key::path_for(&path)).unwrap();
        let error = key_for(&path, None).unwrap_err().to_string();
        assert!(error.contains("is missing"), "{error}");
        assert_eq!(
            key_for(&path, Some(key.to_text().as_bytes())).unwrap(),
            key,
            "the environment's goes first"
        );
    }

    #[test]
    fn a_second_scan_is_told_who_has_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("d.db");
        let first = ScanLock::take(&path, "process 7 on fileserver").unwrap();
        let error = ScanLock::take(&path, "me").unwrap_err().to_string();
        assert!(error.contains("process 7 on fileserver"), "{error}");
        drop(first);
        ScanLock::take(&path, "me").unwrap();
    }
}
