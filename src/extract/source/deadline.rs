//! When a file has to be read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::extract::error::ExtractError;

/// When a file has to be read. Its sources and parsers hold clones of the one deadline, so that time spent waiting for a
/// program outside (OCR), which has limits of its own, is given back to all of them.
#[derive(Clone, Debug)]
pub struct Deadline {
    start: Instant,
    /// Nanoseconds from the start.
    allowed: Arc<AtomicU64>,
}

impl Deadline {
    /// So long from now on.
    pub fn after(time: Duration) -> Self {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Deadline {
            start: Instant::now(),
            allowed: Arc::new(AtomicU64::new(nanos)),
        }
    }

    /// Whether it has passed.
    pub fn passed(&self) -> bool {
        self.start.elapsed().as_nanos() > u128::from(self.allowed.load(Ordering::Relaxed))
    }

    /// Puts it off by so much.
    pub(in crate::extract) fn put_off(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        let now = self.allowed.load(Ordering::Relaxed);
        self.allowed
            .store(now.saturating_add(nanos), Ordering::Relaxed);
    }
}

/// Fails once the deadline has passed.
pub(in crate::extract) fn check(deadline: Option<&Deadline>) -> Result<(), ExtractError> {
    match deadline {
        Some(deadline) if deadline.passed() => Err(ExtractError::TimedOut(
            "took longer than its deadline".into(),
        )),
        _ => Ok(()),
    }
}
