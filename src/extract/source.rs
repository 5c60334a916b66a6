//! The bytes of one document: an open file, bytes in memory, an anonymous unlinked spool file, or a member that is
//! still being decoded.
//!
//! The walker opens files (and decides about access times); the guard makes sources of members. A source knows the
//! deadline, so a format that reads for ever without writing anything is stopped too, and it notices when the file
//! under it shrinks or grows. It never maps a file into memory: shares truncate files under a reader.

mod deadline;
mod held;
mod system;

use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::SystemTime,
};

use super::{
    decode::Charset,
    error::{self, ExtractError},
    guard::Guard,
};

use held::{Bytes, Held};
use system::{anonymous, has_holes, next_data, read_at};

pub use deadline::Deadline;
pub(super) use deadline::check;
pub use held::{Owned, Whole};

/// Members up to this size are held in memory; larger ones are streamed or spooled.
pub const IN_MEMORY: usize = 4 << 20;

/// Bytes at the start of a document that sniffing looks at.
pub const HEAD: usize = 64 << 10;

enum Kind<'a> {
    File {
        file: File,
        modified: Option<SystemTime>,
        sparse: bool,
    },
    Spool(File),
    Bytes(&'a [u8]),
    Owned(Vec<u8>),
    /// The rest of a member after its head, which `Source::head` holds.
    Stream(&'a mut dyn Read),
}

/// Where a format reads a document from. `Read` starts at the first byte; `Seek` works once [`Source::seekable`] has
/// been called (the guard does so for formats that say they seek).
pub struct Source<'a> {
    kind: Kind<'a>,
    /// Length; for a stream what its container says, or nothing.
    size: Option<u64>,
    at: u64,
    head: Vec<u8>,
    deadline: Option<Deadline>,
    pub(super) charset: Option<Charset>,
    /// What went wrong while it was spooled.
    pub(super) fault: Option<ExtractError>,
    /// Set once a file turned out shorter or longer than it was when opened.
    changed: bool,
}

impl<'a> Source<'a> {
    /// An open regular file.
    ///
    /// # Errors
    /// When its metadata cannot be had.
    pub fn file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Source::opened(file, &metadata))
    }

    /// An open regular file whose metadata was just read from it.
    pub fn opened(file: File, metadata: &Metadata) -> Self {
        let size = metadata.len();
        Source::new(
            Kind::File {
                file,
                modified: metadata.modified().ok(),
                sparse: has_holes(metadata),
            },
            Some(size),
        )
    }

    /// Bytes that are already in memory.
    pub fn owned(bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Source::new(Kind::Owned(bytes), Some(size))
    }

    fn new(kind: Kind<'a>, size: Option<u64>) -> Self {
        Source {
            kind,
            size,
            at: 0,
            head: Vec::new(),
            deadline: None,
            charset: None,
            fault: None,
            changed: false,
        }
    }

    /// Bytes that somebody else holds.
    pub fn bytes(bytes: &'a [u8]) -> Self {
        Source::new(Kind::Bytes(bytes), Some(bytes.len() as u64))
    }

    /// What is left of a reader. `head` are the bytes already read from it.
    pub(super) fn stream(head: Vec<u8>, rest: &'a mut dyn Read, size: Option<u64>) -> Self {
        let mut source = Source::new(Kind::Stream(rest), size);
        source.head = head;
        source
    }

    /// Length in bytes, where it is known: always, but for members whose container does not say.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether the file has holes on disk: stretches that were never written.
    pub fn is_sparse(&self) -> bool {
        matches!(self.kind, Kind::File { sparse: true, .. })
    }

    pub(super) fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = Some(deadline);
    }

    /// All of it, when it is in memory anyway.
    pub fn in_memory(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Owned(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The first bytes, up to [`HEAD`], without moving.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn head(&mut self) -> io::Result<&[u8]> {
        if matches!(self.kind, Kind::File { .. } | Kind::Spool(_)) && self.head.is_empty() {
            let want = self.size.unwrap_or(0).min(HEAD as u64) as usize;
            let mut head = std::mem::take(&mut self.head);
            head.resize(want, 0);
            let mut filled = 0;
            while filled < want {
                match self.pull(filled as u64, &mut head[filled..])? {
                    0 => break,
                    n => filled += n,
                }
            }
            head.truncate(filled);
            self.head = head;
        }
        Ok(match &self.kind {
            Kind::Bytes(bytes) => &bytes[..bytes.len().min(HEAD)],
            Kind::Owned(bytes) => &bytes[..bytes.len().min(HEAD)],
            _ => &self.head[..self.head.len().min(HEAD)],
        })
    }

    /// Lends a buffer for the head, so that small files cost no allocation.
    pub(super) fn lend(&mut self, mut buffer: Vec<u8>) {
        if self.head.is_empty() {
            buffer.clear();
            self.head = buffer;
        }
    }

    /// Takes the buffers back; the source is of no more use.
    pub(super) fn reclaim(self) -> [Vec<u8>; 2] {
        let owned = match self.kind {
            Kind::Owned(bytes) => bytes,
            _ => Vec::new(),
        };
        [self.head, owned]
    }

    /// Makes `Seek` work: what is left of a member is written to an anonymous file in `folder`, unlinked from the start.
    ///
    /// # Errors
    /// When the member does not decode, passes a limit, or there is no space.
    pub(super) fn make_seekable(&mut self, folder: &Path) -> Result<(), ExtractError> {
        if let Kind::Stream(rest) = &mut self.kind {
            let mut spool = anonymous(folder).map_err(|e| error::system(&e))?;
            io::Write::write_all(&mut spool, &self.head).map_err(|e| error::system(&e))?;
            let mut block = vec![0; 256 << 10];
            let mut size = self.head.len() as u64;
            loop {
                check(self.deadline.as_ref())?;
                let n = match rest.read(&mut block) {
                    Ok(0) => break,
                    Ok(n) => n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    Err(e) => {
                        let error = ExtractError::from(e);
                        if error.ends_file() {
                            return Err(error);
                        }
                        // What came out before the fault may still be read.
                        self.fault = Some(error);
                        break;
                    }
                };
                io::Write::write_all(&mut spool, &block[..n]).map_err(|e| error::system(&e))?;
                size += n as u64;
            }
            self.size = Some(size);
            self.kind = Kind::Spool(spool);
            self.head.truncate(HEAD);
        }
        Ok(())
    }

    /// All bytes, held under a permit of the memory budget for as long as they live. `working` is how many times its
    /// size the format needs besides (0 when it only looks at the bytes).
    ///
    /// # Errors
    /// `TooLarge` when the budget can never hold it, and whatever reading it meets.
    pub fn whole(&mut self, out: &mut Guard<'_>, working: u64) -> Result<Whole<'_>, ExtractError> {
        out.spool(self)?;
        let size = self.size.unwrap_or(0);
        let permit = out.permit(size.saturating_mul(working.saturating_add(1)))?;
        if self.in_memory().is_some() {
            let bytes = self.in_memory().unwrap_or(&[]);
            return Ok(Whole {
                bytes: Bytes::Lent(bytes),
                _permit: permit,
            });
        }
        self.at = 0;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(size as usize)
            .map_err(|_| ExtractError::TooLarge("the system has not enough memory".into()))?;
        bytes.resize(size as usize, 0);
        self.read_exact(&mut bytes)?;
        Ok(Whole {
            bytes: Bytes::Own(bytes),
            _permit: permit,
        })
    }

    /// The next byte from `at` on that was ever written, or the end. Cheap; the file system knows.
    pub fn skip_hole(&mut self) -> u64 {
        let start = self.at;
        if let Kind::File {
            file, sparse: true, ..
        } = &self.kind
            && let Some(next) = next_data(file, start, self.size.unwrap_or(0))
        {
            self.at = next.max(start);
        }
        self.at - start
    }

    /// Whether the file is still as it was when it was opened.
    ///
    /// # Errors
    /// `Changed`, with how.
    pub fn unchanged(&self) -> Result<(), ExtractError> {
        if self.changed {
            return Err(shrunk());
        }
        if let Kind::File { file, modified, .. } = &self.kind {
            let now = file.metadata().map_err(|e| error::system(&e))?;
            let size = self.size.unwrap_or(0);
            if now.len() < size {
                return Err(shrunk());
            }
            if now.len() > size {
                return Err(ExtractError::Changed("it grew while it was read".into()));
            }
            if now.modified().ok() != *modified {
                return Err(ExtractError::Changed(
                    "it was written to while it was read".into(),
                ));
            }
        }
        Ok(())
    }

    /// A second handle to the file, when it is one that has a name of its own to the system.
    pub fn duplicate(&self) -> Option<io::Result<File>> {
        match &self.kind {
            Kind::File { file, .. } => Some(file.try_clone()),
            _ => None,
        }
    }

    /// A reader of its own over the same bytes, for parsers that keep what they read from. What has no file of its own
    /// is copied, under a permit.
    ///
    /// # Errors
    /// When the system gives no second handle or the budget no room.
    pub fn owned_reader(&mut self, out: &mut Guard<'_>) -> Result<Owned, ExtractError> {
        out.spool(self)?;
        let size = self.size.unwrap_or(0);
        Ok(match &self.kind {
            Kind::File { file, .. } | Kind::Spool(file) => Owned {
                bytes: Held::File(file.try_clone().map_err(|e| error::system(&e))?),
                size,
                at: 0,
            },
            _ => {
                let permit = out.permit(size)?;
                Owned {
                    bytes: Held::Bytes(self.in_memory().unwrap_or(&[]).to_vec(), permit),
                    size,
                    at: 0,
                }
            }
        })
    }

    /// Position from the start.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Reads at an offset of a file, whatever the position is. 0 at the end.
    fn pull(&mut self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let size = self.size.unwrap_or(0);
        let left = size.saturating_sub(offset);
        let want = (into.len() as u64).min(left) as usize;
        if want == 0 {
            return Ok(0);
        }
        let (Kind::File { file, .. } | Kind::Spool(file)) = &self.kind else {
            return Ok(0);
        };
        loop {
            match read_at(file, &mut into[..want], offset) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(error::system(&e).into()),
                // The size said there is more.
                Ok(0) => {
                    self.changed = true;
                    return Err(shrunk().into());
                }
                Ok(n) => return Ok(n),
            }
        }
    }
}

fn shrunk() -> ExtractError {
    ExtractError::Changed("it was cut short while it was read".into())
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let from_memory = match &self.kind {
            Kind::Bytes(bytes) => Some(*bytes),
            Kind::Owned(bytes) => Some(&bytes[..]),
            _ if self.at < self.head.len() as u64 => Some(&self.head[..]),
            _ => None,
        };
        let n = match from_memory {
            Some(bytes) => {
                let rest = bytes.get(self.at as usize..).unwrap_or(&[]);
                let n = rest.len().min(into.len());
                into[..n].copy_from_slice(&rest[..n]);
                n
            }
            None => {
                // Small reads are common in parsers; the clock is looked at for the larger ones.
                if into.len() >= 4 << 10 {
                    check(self.deadline.as_ref())?;
                }
                if let Kind::Stream(rest) = &mut self.kind {
                    let n = rest.read(into)?;
                    if n == 0 {
                        self.size = Some(self.at);
                    }
                    n
                } else {
                    self.pull(self.at, into)?
                }
            }
        };
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
            SeekFrom::End(n) => self.size.unwrap_or(0).checked_add_signed(n),
        }
        .ok_or_else(|| io::Error::from(ExtractError::corrupt("points outside of itself")))?;
        if matches!(self.kind, Kind::Stream(_)) && target != self.at {
            // Back to the start works while nothing but the head was read.
            if target > self.head.len() as u64 || self.at > self.head.len() as u64 {
                return Err(io::Error::other("this source does not seek"));
            }
        }
        self.at = target;
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_that_shrinks_is_noticed_in_the_middle() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("log.txt");
        std::fs::write(&path, vec![b'x'; 200_000]).expect("written");
        let mut source = Source::file(File::open(&path).expect("opened")).expect("metadata");
        assert_eq!(source.head().expect("read").len(), HEAD);
        File::options()
            .write(true)
            .open(&path)
            .expect("opened")
            .set_len(100_000)
            .expect("cut");
        let mut all = Vec::new();
        let error: ExtractError = source.read_to_end(&mut all).expect_err("cut").into();
        assert!(matches!(error, ExtractError::Changed(_)), "{error:?}");
        assert_eq!(all.len(), 100_000);
        assert!(source.unchanged().is_err());
    }

    #[test]
    fn a_file_that_grows_is_noticed_at_the_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("log.txt");
        std::fs::write(&path, "one\n").expect("written");
        let mut source = Source::file(File::open(&path).expect("opened")).expect("metadata");
        let mut all = String::new();
        File::options()
            .append(true)
            .open(&path)
            .expect("opened")
            .write_all(b"two\n")
            .expect("appended");
        source.read_to_string(&mut all).expect("read");
        assert_eq!(all, "one\n");
        assert!(source.unchanged().is_err());
    }

    #[test]
    fn a_stream_becomes_seekable_in_a_file_without_a_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut rest: &[u8] = b"world";
        let mut source = Source::stream(b"hello ".to_vec(), &mut rest, None);
        source.make_seekable(dir.path()).expect("spooled");
        source.seek(SeekFrom::End(-5)).expect("seeks");
        let mut text = String::new();
        source.read_to_string(&mut text).expect("read");
        assert_eq!((text.as_str(), source.size()), ("world", Some(11)));
        assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 0);
    }
}
