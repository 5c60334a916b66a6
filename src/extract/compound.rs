//! Compound files (OLE 2), read with patience: old office documents, Outlook messages, locked packages.
//!
//! The readers of doc, xls, ppt and of embedded objects call it. Directories that are sorted wrongly or have loops, chains
//! that break off and tables that are cut give what they have. Names are looked up without regard to case.
//! Source: [MS-CFB].

use std::collections::HashSet;

use super::{
    error::ExtractError,
    ole::{u16_at, u32_at},
};

/// Largest stream that is put together.
const LARGEST: u64 = 256 << 20;

/// Most entries of a directory.
const ENTRIES: usize = 200_000;

const END: u32 = 0xffff_fffe;

struct Entry {
    path: String,
    key: String,
    stream: bool,
    storage: bool,
    start: u32,
    size: u64,
}

/// An open compound file.
pub struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    cutoff: u64,
    entries: Vec<Entry>,
}

impl<'b> Compound<'b> {
    /// Opens a document that is such a file.
    ///
    /// # Errors
    /// `Corrupt` when it has no directory.
    pub fn of(bytes: &'b [u8]) -> Result<Self, ExtractError> {
        Compound::open(bytes)
            .ok_or_else(|| ExtractError::corrupt("its compound file directory is damaged"))
    }

    /// Opens a file; nothing when it has no directory.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        bytes
            .starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
            .then_some(())?;
        let shift = u16_at(bytes, 30)?;
        let sector = match shift {
            9 | 12 => 1_usize << shift,
            _ => 512,
        };
        let mut file = Compound {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            cutoff: u64::from(u32_at(bytes, 56)?),
            entries: Vec::new(),
        };
        file.read_fat();
        let directory = file.chain(u32_at(bytes, 48)?, ENTRIES as u64 * 128);
        let mini_fat = file.chain(u32_at(bytes, 60)?, LARGEST);
        file.mini_fat = words(&mini_fat);
        file.read_directory(&directory)?;
        Some(file)
    }

    fn sector_at(&self, number: u32) -> Option<&'b [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|s| !s.is_empty())
    }

    fn read_fat(&mut self) {
        let most = self.bytes.len() / self.sector + 2;
        let mut lists: Vec<u32> = (0..109)
            .filter_map(|i| u32_at(self.bytes, 76 + i * 4))
            .collect();
        let mut next = u32_at(self.bytes, 68).unwrap_or(END);
        let mut seen = HashSet::new();
        while let Some(sector) = self.sector_at(next).filter(|_| seen.insert(next)) {
            let all = words(sector);
            let Some((last, rest)) = all.split_last() else {
                break;
            };
            lists.extend_from_slice(rest);
            next = *last;
        }
        for list in lists {
            if list >= 0xffff_fffa || self.fat.len() > most {
                continue;
            }
            match self.sector_at(list) {
                Some(sector) => self.fat.extend(words(sector)),
                None => self.fat.resize(self.fat.len() + self.sector / 4, END),
            }
        }
    }

    /// The bytes of a chain of sectors, up to a size; what is cut off or loops ends it.
    fn chain(&self, start: u32, size: u64) -> Vec<u8> {
        let most = size.min(LARGEST).min(self.bytes.len() as u64);
        let mut out = Vec::new();
        let mut at = start;
        let mut steps = 0;
        while (out.len() as u64) < most && at < 0xffff_fffa && steps <= self.fat.len() {
            let Some(sector) = self.sector_at(at) else {
                break;
            };
            out.extend_from_slice(sector);
            at = self.fat.get(at as usize).copied().unwrap_or(END);
            steps += 1;
        }
        out.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        out
    }

    fn mini_chain(&self, start: u32, size: u64) -> Vec<u8> {
        let most = size.min(self.mini.len() as u64) as usize;
        let mut out = Vec::new();
        let mut at = start;
        let mut steps = 0;
        while out.len() < most && at < 0xffff_fffa && steps <= self.mini_fat.len() {
            let from = at as usize * 64;
            let Some(sector) = self.mini.get(from..(from + 64).min(self.mini.len())) else {
                break;
            };
            out.extend_from_slice(sector);
            at = self.mini_fat.get(at as usize).copied().unwrap_or(END);
            steps += 1;
        }
        out.truncate(most);
        out
    }

    fn read_directory(&mut self, directory: &[u8]) -> Option<()> {
        let count = directory.len() / 128;
        let raw = |i: usize| directory.get(i * 128..i * 128 + 128);
        let root = raw(0)?;
        self.mini = self.chain(u32_at(root, 116)?, u64::from(u32_at(root, 120)?));
        let mut reached = HashSet::from([0_usize]);
        // Entry, path of the storage around it.
        let mut waiting: Vec<(u32, String)> = vec![(u32_at(root, 76)?, String::new())];
        while let Some((number, above)) = waiting.pop() {
            let index = number as usize;
            let Some(entry) = raw(index).filter(|_| index < count) else {
                continue;
            };
            if !reached.insert(index) {
                continue;
            }
            waiting.push((u32_at(entry, 68)?, above.clone()));
            waiting.push((u32_at(entry, 72)?, above.clone()));
            let path = self.add(entry, &above);
            if above.len() < 4096 {
                waiting.push((u32_at(entry, 76)?, path));
            }
        }
        // What no tree leads to is still in the file.
        for index in 0..count {
            if let Some(entry) = raw(index)
                && !reached.contains(&index)
                && entry[66] == 2
            {
                self.add(entry, "");
            }
        }
        Some(())
    }

    fn add(&mut self, entry: &[u8], above: &str) -> String {
        let length = usize::from(u16_at(entry, 64).unwrap_or(0)).clamp(2, 64) - 2;
        let units: Vec<u16> = entry[..length]
            .chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect();
        let name = String::from_utf16_lossy(&units).replace('/', "\u{2215}");
        let path = format!("{above}/{name}");
        let low = u64::from(u32_at(entry, 120).unwrap_or(0));
        self.entries.push(Entry {
            key: path.to_lowercase(),
            path: path.clone(),
            stream: entry[66] == 2,
            storage: matches!(entry[66], 1 | 5),
            start: u32_at(entry, 116).unwrap_or(END),
            size: low,
        });
        path
    }

    fn find(&self, path: &str) -> Option<&Entry> {
        let key = path.to_lowercase();
        self.entries.iter().find(|e| e.key == key)
    }

    /// Paths of all streams and storages, each with a leading slash.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.path.as_str())
    }

    /// Whether there is a stream of this path.
    pub fn is_stream(&self, path: &str) -> bool {
        self.find(path).is_some_and(|e| e.stream)
    }

    /// Whether there is a storage of this path.
    pub fn is_storage(&self, path: &str) -> bool {
        self.find(path).is_some_and(|e| e.storage)
    }

    /// The bytes of a stream, as far as its chain goes.
    pub fn stream(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.find(path).filter(|e| e.stream)?;
        Some(if entry.size < self.cutoff {
            self.mini_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        })
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    fn sample() -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        file.create_storage("/ObjectPool").unwrap();
        file.create_stream("/Small")
            .unwrap()
            .write_all(b"QQ123456C")
            .unwrap();
        let large: Vec<u8> = (0..20_000_u32).map(|i| i as u8).collect();
        file.create_stream("/ObjectPool/Large")
            .unwrap()
            .write_all(&large)
            .unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn streams_small_and_large_are_read() {
        let bytes = sample();
        let file = Compound::open(&bytes).unwrap();
        assert_eq!(file.stream("/small").unwrap(), b"QQ123456C");
        let large = file.stream("/ObjectPool/Large").unwrap();
        assert_eq!(large.len(), 20_000);
        assert_eq!(large[300], 44);
        assert!(file.is_storage("/ObjectPool"));
    }

    #[test]
    fn damage_costs_what_it_hits_and_never_hangs() {
        let bytes = sample();
        for at in (0..bytes.len()).step_by(7) {
            let mut hurt = bytes.clone();
            hurt[at] ^= 0xff;
            if let Some(file) = Compound::open(&hurt) {
                let paths: Vec<String> = file.paths().map(str::to_owned).collect();
                for path in paths {
                    file.stream(&path);
                }
            }
            Compound::open(&bytes[..at]);
        }
    }
}
