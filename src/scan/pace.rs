//! No faster than so many bytes a second, all workers together: what `--max-rate` asks for, so that a scan is never the
//! reason a share falls over.
//!
//! What counts is the first reading of a file, when its bytes come from the disk or over the network; a large one is read
//! a second time from the system's cache.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a waiting worker goes without looking whether the scan is to end.
const NAP: Duration = Duration::from_millis(50);

/// The pace of a scan, shared by its workers.
#[derive(Debug)]
pub struct Pace {
    rate: Option<u64>,
    /// When the bytes granted so far will have been paid for.
    free: Mutex<Instant>,
}

impl Pace {
    /// So many bytes a second, or as fast as it goes.
    pub fn new(rate: Option<u64>) -> Pace {
        Pace {
            rate: rate.filter(|rate| *rate > 0),
            free: Mutex::new(Instant::now()),
        }
    }

    /// Waits until so many bytes more may be read, or the scan is to end.
    pub fn take(&self, bytes: u64, stop: &AtomicBool) {
        let Some(rate) = self.rate else { return };
        let turn = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            // Time in which nothing was read is not saved up.
            let turn = (*free).max(Instant::now());
            *free = turn + time_of(bytes, rate);
            turn
        };
        while let Some(left) = turn.checked_duration_since(Instant::now())
            && !left.is_zero()
            && !stop.load(Ordering::Relaxed)
        {
            thread::sleep(left.min(NAP));
        }
    }
}

/// How long so many bytes take at a rate.
fn time_of(bytes: u64, rate: u64) -> Duration {
    Duration::try_from_secs_f64(bytes as f64 / rate as f64).unwrap_or(Duration::MAX / 4)
}

/// What the pace adds at most to the time that a file of this size may stay open: every worker reads at once, and the
/// shares are not quite even.
pub fn allowance(rate: Option<u64>, threads: usize, size: u64) -> Duration {
    match rate.filter(|rate| *rate > 0) {
        None => Duration::ZERO,
        Some(rate) => {
            // Each of the others may hold up every piece of this one by a piece of theirs.
            let share = (rate / threads.max(1) as u64).max(1);
            time_of(size.saturating_add(64 << 20), share).saturating_mul(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_granted_in_turn_and_a_stop_ends_the_wait() {
        let stop = AtomicBool::new(false);
        let pace = Pace::new(Some(1_000));
        pace.take(50, &stop);
        let before = Instant::now();
        pace.take(1, &stop);
        assert!(
            before.elapsed() >= Duration::from_millis(30),
            "the second waits for the first to be paid"
        );
        pace.take(1 << 40, &stop);
        stop.store(true, Ordering::Relaxed);
        // It would be thirty years.
        pace.take(1, &stop);
        Pace::new(None).take(u64::MAX, &AtomicBool::new(false));
    }

    #[test]
    fn a_slow_pace_gives_a_document_more_time() {
        assert_eq!(allowance(None, 8, 1 << 40), Duration::ZERO);
        let slow = allowance(Some(1 << 20), 4, 100 << 20);
        assert!(slow >= Duration::from_secs(800), "{slow:?}");
        assert!(allowance(Some(1), 1, u64::MAX) > Duration::from_secs(1 << 40));
    }
}
