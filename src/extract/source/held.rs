//! All bytes of a document at once, and readers that outlive the loan of their source.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Deref,
};

use crate::extract::{budget::Permit, error::ExtractError};

use super::system::read_at;

/// Whose bytes they are.
pub enum Bytes<'s> {
    /// Its own.
    Own(Vec<u8>),
    /// Of the source.
    Lent(&'s [u8]),
}

/// All bytes of a document, and the permit to hold them.
pub struct Whole<'s> {
    pub(super) bytes: Bytes<'s>,
    pub(super) _permit: Permit,
}

impl Deref for Whole<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Lent(bytes) => bytes,
        }
    }
}

impl Whole<'_> {
    /// The bytes on their own with their permit, for parsers that want to own them. Copies only what was lent.
    pub fn into_owned(self) -> (Vec<u8>, Permit) {
        let bytes = match self.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Lent(bytes) => bytes.to_vec(),
        };
        (bytes, self._permit)
    }
}

/// What an owned reader reads from.
pub enum Held {
    /// A second handle.
    File(File),
    /// A copy.
    Bytes(
        Vec<u8>,
        #[expect(dead_code, reason = "held for as long as the bytes")] Permit,
    ),
}

/// A reader that lives as long as its parser needs: see [`Source::owned_reader`].
pub struct Owned {
    pub(super) bytes: Held,
    pub(super) size: u64,
    pub(super) at: u64,
}

impl Owned {
    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads at a place, wherever the reader stands. 0 at the end.
    ///
    /// # Errors
    /// When the system does not read.
    pub fn read_from(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(at);
        let want = (into.len() as u64).min(left) as usize;
        if want == 0 {
            return Ok(0);
        }
        match &self.bytes {
            Held::File(file) => read_at(file, &mut into[..want], at),
            Held::Bytes(bytes, _) => {
                let start = at as usize;
                into[..want].copy_from_slice(&bytes[start..start + want]);
                Ok(want)
            }
        }
    }
}

impl Read for Owned {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.read_from(self.at, into)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Owned {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
            SeekFrom::End(n) => self.size.checked_add_signed(n),
        };
        self.at = target
            .ok_or_else(|| io::Error::from(ExtractError::corrupt("points outside of itself")))?;
        Ok(self.at)
    }
}
