//! What has come out of one file so far, and the limits on it.
//!
//! The guard asks for everything that is read from a member or written as text.

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
};

use crate::{
    extract::{
        error::ExtractError,
        source::{self, Deadline},
    },
    model::Limits,
};

/// What has come out of one file so far.
pub struct Meter {
    pub(super) limits: Limits,
    pub(super) file: u64,
    pub(super) deadline: Deadline,
    pub(super) text: Cell<u64>,
    pub(super) expanded: Cell<u64>,
    /// The error that ends the file. Kept here because parsers swallow errors.
    pub(super) tripped: RefCell<Option<ExtractError>>,
}

impl Meter {
    pub(super) fn check(&self) -> Result<(), ExtractError> {
        if let Some(error) = &*self.tripped.borrow() {
            return Err(error.clone());
        }
        source::check(Some(&self.deadline)).map_err(|e| self.trip(e))
    }

    pub(super) fn trip(&self, error: ExtractError) -> ExtractError {
        self.tripped
            .borrow_mut()
            .get_or_insert_with(|| error.clone());
        error
    }

    pub(super) fn add(&self, what: &Cell<u64>, n: u64) -> Result<(), ExtractError> {
        let all = what.get().saturating_add(n);
        what.set(all);
        let limits = &self.limits;
        if all > limits.output {
            let gib = limits.output.div_ceil(1 << 30);
            return Err(self.trip(ExtractError::Limit(
                format!("expands past {gib} GiB").into(),
            )));
        }
        if all > limits.ratio_floor && all / limits.ratio.max(1) > self.file {
            return Err(self.trip(ExtractError::Limit(
                format!("expands past {}:1", limits.ratio).into(),
            )));
        }
        self.check()
    }
}

/// A member's bytes on their way out of a decoder, counted.
pub struct Metered<'r> {
    pub(super) inner: &'r mut dyn Read,
    pub(super) meter: Rc<Meter>,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.meter.add(&self.meter.expanded, n as u64)?;
        Ok(n)
    }
}
