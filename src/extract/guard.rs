//! Every limit, once: output size, expansion, nesting, members, deadline, panics. All formats write through the guard
//! and cannot forget it.
//!
//! One [`Guard`] lives for one file. Members are documents of their own: the guard opens, sniffs, reads and closes each
//! of them, and each ends in exactly one outcome. A member that fails does not fail its container; a limit of the file
//! ends the file.

mod document;
mod frame;
mod member;
mod meter;
mod panics;

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
    time::Instant,
};

use crate::model::{
    Layout, Outcome, OutcomeKind, Part, PartChain, Segment, Sensitive,
    limits::{OVERLAP, SEGMENT},
};

use super::{
    Flow, Format, Head, Options, Scratch, Visitor,
    budget::{Account, Permit},
    error::ExtractError,
    source::{Deadline, IN_MEMORY, Source},
};

use frame::Frame;
use meter::{Meter, Metered};

pub use member::Member;
pub(super) use panics::quiet_panics;

/// Reasons kept of one document; more are counted.
const REASONS: usize = 3;

/// What formats write to.
pub struct Guard<'g> {
    options: &'g Options,
    account: Account,
    scratch: &'g mut Scratch,
    visitor: &'g mut dyn Visitor,
    meter: Rc<Meter>,
    members: u64,
    parts: PartChain,
    names: Vec<String>,
    frames: Vec<Frame>,
}

impl<'g> Guard<'g> {
    pub(super) fn new(
        options: &'g Options,
        account: Account,
        scratch: &'g mut Scratch,
        visitor: &'g mut dyn Visitor,
        file: u64,
    ) -> Self {
        let limits = options.limits.clone();
        let meter = Meter {
            deadline: Deadline::after(limits.deadline_for(file)),
            limits,
            file,
            text: Cell::new(0),
            expanded: Cell::new(0),
            tripped: RefCell::new(None),
        };
        Guard {
            options,
            account,
            scratch,
            visitor,
            meter: Rc::new(meter),
            members: 0,
            parts: PartChain::default(),
            names: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Reads the file itself. Its result is the visitor's business alone.
    pub(super) fn file(&mut self, source: Source<'_>, name: &str) {
        let _ = self.document(source, name, false, None, None);
    }

    // ---- what formats use -------------------------------------------------------------------------------------

    /// Hands on a text that stands alone: a page, a block of rows. Longer ones are cut with overlap.
    ///
    /// # Errors
    /// When a limit is passed or the visitor wants no more: pass it on.
    pub fn segment(&mut self, text: &str, layout: &Layout) -> Result<(), ExtractError> {
        if text.len() <= SEGMENT {
            return self.piece(text, 0, false, layout);
        }
        super::split::split(text, layout, &mut |text, repeats, more, layout| {
            self.piece(text, repeats, more, layout)
        })
    }

    /// Hands on one piece of a text that comes in several: see [`Segment`]. At most [`SEGMENT`] bytes.
    ///
    /// # Errors
    /// When a limit is passed or the visitor wants no more: pass it on.
    pub fn piece(
        &mut self,
        text: &str,
        repeats: usize,
        more: bool,
        layout: &Layout,
    ) -> Result<(), ExtractError> {
        debug_assert!(text.len() <= SEGMENT && repeats <= text.len());
        debug_assert!(repeats == 0 || repeats >= OVERLAP.min(text.len()) - 3);
        if text.is_empty() {
            return self.check();
        }
        let new = (text.len() - repeats) as u64;
        self.meter.add(&self.meter.text, new)?;
        let frame = self.frame();
        let offset = frame.offset - repeats as u64;
        frame.offset += new;
        let segment = Segment {
            text,
            repeats,
            more,
            offset,
            layout,
        };
        match self.visitor.segment(&segment) {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(self.meter.trip(ExtractError::Stopped)),
        }
    }

    /// Reads a member. It fails only when the whole file has to end; the member's own failures are its outcome.
    ///
    /// # Errors
    /// When a limit of the file is passed: pass it on.
    pub fn child(&mut self, member: Member, data: &mut dyn Read) -> Result<(), ExtractError> {
        self.admit(&member)?;
        if self.frames.len() as u32 > self.meter.limits.nesting {
            let reason = format!("nested deeper than {}", self.meter.limits.nesting);
            return self.refused(member, Outcome::new(OutcomeKind::TooLarge, reason));
        }
        let mut data = Metered {
            inner: data,
            meter: self.meter.clone(),
        };
        let mut start = self.buffer();
        let read = fill(&mut data, &mut start, IN_MEMORY);
        let (source, end) = match read {
            Ok(true) => (Source::owned(start), None),
            Ok(false) => (Source::stream(start, &mut data, member.size), None),
            // What came out before the fault is still text.
            Err(error) => (Source::owned(start), Some(ExtractError::from(error))),
        };
        self.enter(member, source, end)
    }

    /// Reads a member whose bytes are in memory.
    ///
    /// # Errors
    /// When a limit of the file is passed: pass it on.
    pub fn child_bytes(&mut self, member: Member, bytes: &[u8]) -> Result<(), ExtractError> {
        self.admit(&member)?;
        if self.frames.len() as u32 > self.meter.limits.nesting {
            let reason = format!("nested deeper than {}", self.meter.limits.nesting);
            return self.refused(member, Outcome::new(OutcomeKind::TooLarge, reason));
        }
        self.meter.add(&self.meter.expanded, bytes.len() as u64)?;
        self.enter(member, Source::bytes(bytes), None)
    }

    /// Opens a member that its container takes apart itself (a message in a mailbox file), lets `write` write it, and
    /// closes it.
    ///
    /// # Errors
    /// When a limit of the file is passed: pass it on.
    pub fn composed(
        &mut self,
        member: Member,
        format: &dyn Format,
        write: impl FnOnce(&mut Self) -> Result<(), ExtractError>,
    ) -> Result<(), ExtractError> {
        self.admit(&member)?;
        if self.frames.len() as u32 > self.meter.limits.nesting {
            let reason = format!("nested deeper than {}", self.meter.limits.nesting);
            return self.refused(member, Outcome::new(OutcomeKind::TooLarge, reason));
        }
        self.parts.0.push(member.part);
        let head = Head {
            parts: &self.parts,
            name: self.parts.0.last().map_or("", Part::name),
            size: member.size,
            format: format.name(),
            version: format.version(),
            hidden: member.hidden,
            note: None,
        };
        let stopped = self.visitor.open(&head) == Flow::Stop;
        self.names.push(head_name(&self.parts));
        self.frames.push(Frame::default());
        let mut result = if stopped {
            Err(self.meter.trip(ExtractError::Stopped))
        } else {
            self.guarded(format.name(), write)
        };
        if let Some(tripped) = &*self.meter.tripped.borrow() {
            result = Err(tripped.clone());
        }
        let frame = self.frames.pop().unwrap_or_default();
        self.names.pop();
        let ends_file = result.as_ref().err().filter(|e| e.ends_file()).cloned();
        self.visitor.close(frame.outcome(result));
        self.parts.0.pop();
        ends_file.map_or(Ok(()), Err)
    }

    /// Accounts for a member that cannot be opened: locked, or in a method that is not read.
    ///
    /// # Errors
    /// When a limit of the file is passed: pass it on.
    pub fn closed_child(
        &mut self,
        member: Member,
        error: ExtractError,
    ) -> Result<(), ExtractError> {
        self.admit(&member)?;
        self.refused(member, error.outcome(false))
    }

    /// Notes that something of this document was not read: its outcome becomes `partial` with this reason.
    pub fn problem(&mut self, reason: impl Into<String>) {
        let frame = self.frame();
        let reason = reason.into();
        if frame.problems.contains(&reason) {
            return;
        }
        if frame.problems.len() < REASONS {
            frame.problems.push(reason);
        } else {
            frame.more_problems += 1;
        }
    }

    /// A word on a document that was read all the same: `read as text: not valid JSON`.
    pub fn remark(&mut self, remark: impl Into<String>) {
        self.frame().remark.get_or_insert(remark.into());
    }

    /// Fails once the deadline has passed or a limit has tripped: for loops that neither read nor write.
    ///
    /// # Errors
    /// When the file has to end.
    pub fn check(&self) -> Result<(), ExtractError> {
        self.meter.check()
    }

    /// When the file has to be read.
    pub fn deadline(&self) -> Deadline {
        self.meter.deadline.clone()
    }

    /// Tells whoever watches that a program outside works on the open document, and gives back the time it took since
    /// `since`, because such a program has limits of its own. Call it several times a second; the moment returned is the
    /// next `since`.
    ///
    /// # Errors
    /// When the visitor wants no more: pass it on.
    pub fn waited(&mut self, since: Instant) -> Result<Instant, ExtractError> {
        let now = Instant::now();
        self.meter.deadline.put_off(now - since);
        match self.visitor.waiting() {
            Flow::Continue => Ok(now),
            Flow::Stop => Err(self.meter.trip(ExtractError::Stopped)),
        }
    }

    /// Waits for leave to hold this much memory; given back when the permit is dropped.
    ///
    /// # Errors
    /// `TooLarge` with the budget that would be enough.
    pub fn permit(&mut self, bytes: u64) -> Result<Permit, ExtractError> {
        self.account.take(bytes)
    }

    /// Makes a source seekable, in an anonymous file where it is not.
    ///
    /// # Errors
    /// When the member does not decode or passes a limit.
    pub fn spool(&mut self, source: &mut Source<'_>) -> Result<(), ExtractError> {
        source.make_seekable(&self.options.spool)
    }

    /// The passwords to try on what is locked.
    pub fn passwords(&self) -> &'g [Sensitive] {
        &self.options.passwords
    }

    /// What the caller asked for.
    pub fn options(&self) -> &'g Options {
        self.options
    }

    /// Name of the open document.
    pub fn name(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// Whether the open document is inside another one.
    pub fn is_nested(&self) -> bool {
        self.frames.len() > 1
    }

    /// A buffer to work in, empty; give it back with [`Guard::recycle`] so that the next document has it.
    pub fn buffer(&mut self) -> Vec<u8> {
        self.scratch.take()
    }

    /// Takes a buffer back.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        self.scratch.give(buffer);
    }

    // ---- inside -----------------------------------------------------------------------------------------------

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
}

fn head_name(parts: &PartChain) -> String {
    parts.0.last().map_or("", Part::name).to_owned()
}

/// Reads up to `most` bytes more; true at the end of the data.
fn fill(data: &mut dyn Read, into: &mut Vec<u8>, most: usize) -> io::Result<bool> {
    let mut step = 16 << 10;
    let mut filled = 0;
    let result = loop {
        if filled == most {
            break Ok(false);
        }
        let want = step.min(most - filled);
        if into.len() < filled + want {
            into.resize(filled + want, 0);
        }
        match data.read(&mut into[filled..filled + want]) {
            Ok(0) => break Ok(true),
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => break Err(e),
        }
        if filled >= step {
            step = (step * 2).min(1 << 20);
        }
    };
    into.truncate(filled);
    result
}
