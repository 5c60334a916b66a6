//! Bytes → segments: one file per format behind one guard.
//!
//! [`Reader::read`] takes the bytes of a file and tells a [`Visitor`] what is in it: documents open and close like
//! brackets (a file, the members inside it, the members inside those), and between the two come segments of text. It
//! never fails and never panics: whatever is wrong with a document is that document's outcome. `scan` and the
//! command line's `inspect` are its callers; it knows nothing of walking, detecting or storing.
//!
//! A new format is one file in `format/` and one line in its registry.

pub mod binary_lock;
pub mod blips;
pub mod budget;
pub mod cipher;
pub mod codepage;
pub mod compose;
pub mod compound;
pub mod decode;
pub mod error;
pub mod format;
pub mod guard;
pub mod label;
pub mod mapi;
pub mod markup;
pub mod moment;
pub mod name;
pub mod naming;
pub mod numfmt;
pub mod ocr;
pub mod ole;
pub mod ooxml;
pub mod outside;
pub mod package;
pub mod picture;
pub mod sheet;
pub mod sniff;
pub mod source;
mod split;
pub mod story;
pub mod xml;

use std::{path::PathBuf, sync::Arc};

use crate::model::{Limits, Outcome, PartChain, Segment, Sensitive};

pub use budget::{Budget, Permit};
pub use error::ExtractError;
pub use format::formats;
pub use guard::{Guard, Member};
pub use name::with_name;
pub use ocr::Ocr;
pub use sniff::Look;
pub use source::{Source, Whole};

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Read no more of this file; what is open is closed.
    Stop,
}

/// A document that is about to be read.
#[derive(Debug)]
pub struct Head<'a> {
    /// Steps from the file to it; none for the file itself.
    pub parts: &'a PartChain,
    /// Its name: of the file as the caller gave it, of a member as its container gives it. A label, never a path.
    pub name: &'a str,
    /// Its size in bytes, where it is known before reading.
    pub size: Option<u64>,
    /// Name of the format it is read as; empty when there is no reader for it.
    pub format: &'static str,
    /// Version of that reader: a document is read again when it changes.
    pub version: u32,
    /// Whether a person who opens the container does not see it.
    pub hidden: bool,
    /// What is odd about its type: `named .txt, but it is a zip archive`.
    pub note: Option<&'a str>,
}

/// Who wants to know what is in a file. Every `open` is followed by exactly one `close`; they nest.
pub trait Visitor {
    /// A document begins. `Stop` ends the whole file.
    fn open(&mut self, head: &Head<'_>) -> Flow;
    /// Text of the innermost open document. `Stop` ends the whole file.
    fn segment(&mut self, segment: &Segment<'_>) -> Flow;
    /// The innermost open document ends.
    fn close(&mut self, outcome: Outcome);
    /// A program outside works on the innermost open document; called several times a second. `Stop` ends the whole file.
    fn waiting(&mut self) -> Flow {
        Flow::Continue
    }
}

/// One kind of document and how to read it.
pub trait Format: Sync {
    /// Short name, stored with each document: `zip`.
    fn name(&self) -> &'static str;
    /// Raised whenever it reads more or otherwise than before, so that documents are read again.
    fn version(&self) -> u32;
    /// Extensions it usually has, in lower case, the commonest first.
    fn extensions(&self) -> &'static [&'static str];
    /// What is read of it, in one line for `domesday formats`.
    fn about(&self) -> &'static str;
    /// How sure it is that the document is its own: 0 not at all, see [`sniff`] for the steps. Content before name.
    fn sniff(&self, look: &Look<'_>) -> u8;
    /// Whether it needs to seek. Members are then put in an anonymous file first.
    fn seeks(&self) -> bool {
        false
    }
    /// Writes what is in the document to the guard.
    ///
    /// # Errors
    /// When it cannot be read to its end. What was written before stands.
    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError>;
}

/// What the caller of the reader decides.
#[derive(Clone, Debug)]
pub struct Options {
    /// Limits of one file, and the memory of all.
    pub limits: Limits,
    /// Folder for anonymous files, which hold members that must be read twice. They have no name and vanish.
    pub spool: PathBuf,
    /// Passwords to try on locked documents.
    pub passwords: Vec<Sensitive>,
    /// Reads pictures of text; without it they end as `needs OCR`.
    pub ocr: Option<Arc<Ocr>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            spool: std::env::temp_dir(),
            passwords: Vec::new(),
            ocr: None,
        }
    }
}

/// Buffers that a worker keeps from one document to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    buffers: Vec<Vec<u8>>,
}

impl Scratch {
    /// Bytes kept; larger buffers are freed.
    const LARGEST: usize = 5 << 20;

    fn take(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    fn give(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() > 0 && buffer.capacity() <= Self::LARGEST && self.buffers.len() < 8 {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }
}

/// Reads documents. Shared by all workers.
#[derive(Debug)]
pub struct Reader {
    options: Options,
    budget: Budget,
}

impl Reader {
    /// A reader with these options.
    pub fn new(options: Options) -> Self {
        guard::quiet_panics();
        let budget = Budget::new(options.limits.memory);
        Reader { options, budget }
    }

    /// Reads a file and everything inside it. `name` decides the format only where the content does not.
    pub fn read(&self, source: Source<'_>, name: &str, visitor: &mut dyn Visitor) {
        self.read_with(&mut Scratch::default(), source, name, visitor);
    }

    /// As [`Reader::read`], with buffers that the worker keeps.
    pub fn read_with(
        &self,
        scratch: &mut Scratch,
        source: Source<'_>,
        name: &str,
        visitor: &mut dyn Visitor,
    ) {
        let size = source.size().unwrap_or(0);
        Guard::new(&self.options, self.budget.account(), scratch, visitor, size).file(source, name);
    }
}
