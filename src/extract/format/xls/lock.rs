//! Locked workbooks: RC4 and the exclusive-or of Excel, undone record by record. Source: [MS-XLS] 2.2.10.

use super::biff::record;
use crate::extract::{
    binary_lock::{Key, Mask, candidates},
    error::ExtractError,
    guard::Guard,
    ole::u16_at,
};

const FILE_PASS: u16 = 0x2f;
const SHEET: u16 = 0x85;

/// Records that are never locked: BOF, FILEPASS, InterfaceHdr, RRDHead, UsrExcl, FileLock, RRDInfo.
const OPEN: &[u16] = &[0x0809, FILE_PASS, 0xe1, 0x0138, 0x0194, 0x0195, 0x0196];

/// What the streams of a workbook are locked with.
pub enum Locked {
    /// RC4 in blocks of 1,024 bytes.
    Stream(Key),
    /// Exclusive-or.
    Mask(Mask),
}

impl Locked {
    /// Of a workbook stream; nothing when it is not locked.
    ///
    /// # Errors
    /// `Encrypted` when no password opens it.
    pub fn find(stream: &[u8], out: &Guard<'_>) -> Result<Option<Locked>, ExtractError> {
        let mut at = 0;
        // It stands near the start, or nowhere.
        for _ in 0..64 {
            let Some(found) = record(stream, at) else {
                break;
            };
            at = found.next;
            if found.id != FILE_PASS {
                continue;
            }
            let number = |at: usize| u16_at(found.data, at).ok_or_else(ExtractError::encrypted);
            // Before Excel 97 there was one way only, and nothing that names it.
            let (kind, rest) = match found.data.len() {
                0..=4 => (0, 0),
                _ => (number(0)?, 2),
            };
            if kind != 0 {
                let header = found.data.get(2..).unwrap_or(&[]);
                return Key::find(header, out).map(|key| Some(Locked::Stream(key)));
            }
            let (key, check) = (number(rest)?, number(rest + 2)?);
            let mask = candidates(out).find_map(|password| Mask::of(password, key, check));
            return match mask {
                Some(mask) => Ok(Some(Locked::Mask(mask))),
                None => Err(ExtractError::encrypted()),
            };
        }
        Ok(None)
    }

    /// A stream in the clear.
    pub fn open(&self, stream: &[u8]) -> Vec<u8> {
        let mut clear = stream.to_vec();
        if let Locked::Stream(key) = self {
            key.decrypt(&mut clear, 1024);
        }
        let mut at = 0;
        // Heads of records are not locked, so the locked stream tells where they are.
        while let Some(found) = record(stream, at) {
            let start = at + 4;
            let end = start + found.data.len();
            if let Locked::Mask(mask) = self
                && let Some(data) = clear.get_mut(start..end)
            {
                mask.apply(data, start);
            }
            let kept = match found.id {
                id if OPEN.contains(&id) => end,
                // Where the sheet begins.
                SHEET => end.min(start + 4),
                _ => start,
            };
            if let (Some(to), Some(from)) = (clear.get_mut(at..kept), stream.get(at..kept)) {
                to.copy_from_slice(from);
            }
            if found.id == FILE_PASS {
                // The reader need not know that there was a lock: no record has this number.
                clear[at..at + 2].copy_from_slice(&[0xff, 0xff]);
            }
            at = found.next;
        }
        clear
    }
}
