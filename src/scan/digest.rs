//! The digest of a large file's bytes, read in blocks.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{inventory::record::Digest, scan::pace::Pace, walk::Meta};

/// Bytes hashed at a time.
const CHUNK: usize = 1 << 20;

/// BLAKE3 of a file, holes passed over, in the memory of `buffer` and no faster than the pace; `None` when the scan is to end.
pub(super) fn hash(
    file: &mut File,
    meta: &Meta,
    buffer: &mut Vec<u8>,
    pace: &Pace,
    stop: &AtomicBool,
) -> io::Result<Option<Digest>> {
    let mut hasher = blake3::Hasher::new();
    buffer.resize(CHUNK, 0);
    let sparse = meta.stored.is_some_and(|stored| stored < meta.size);
    let mut at = 0;
    loop {
        if stop.load(Ordering::Relaxed) {
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
        match file.read(buffer) {
            Ok(0) => break,
            Ok(n) => {
                hasher.update(&buffer[..n]);
                at += n as u64;
                pace.take(n as u64, stop);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok(Some(*hasher.finalize().as_bytes()))
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
