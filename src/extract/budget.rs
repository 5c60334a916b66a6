//! The memory that all documents in flight may take together for formats that must hold a whole file.
//!
//! A permit is asked for before the bytes are read and given back when it is dropped. A document may hold permits while
//! a member inside it asks for more, and many workers may do so at once, which is how pools deadlock. So:
//!
//! - a first permit of at most half the budget shares one half with its like (the *common* half);
//! - one above half waits until it is alone, and whatever nests in it is then served at once;
//! - a nested permit is at most half; it comes from the common half if that has room, else from the *deep* half, which
//!   one file at a time may use. The file that has it never waits for memory, so it ends, and the next one gets it.
//!
//! What is too large is decided by sizes alone, never by what else happens to run.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use super::error::ExtractError;

/// The budget, shared by all workers.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: u64,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Taken from the common half.
    common: u64,
    /// Files that hold anything of the common half.
    holders: u32,
    /// Whether one file has all.
    alone: bool,
    /// Whether somebody waits to be alone: newcomers queue behind it.
    wants_alone: u32,
    /// Whether a file has the deep half.
    deep: bool,
}

impl Budget {
    /// A budget of this many bytes.
    pub fn new(total: u64) -> Self {
        Budget(Arc::new(Shared {
            total,
            state: Mutex::new(State::default()),
            freed: Condvar::new(),
        }))
    }

    /// The account of one file, which asks for its own permits and those of its members.
    pub fn account(&self) -> Account {
        Account(Arc::new(Ledger {
            budget: self.clone(),
            held: Mutex::new(Held::default()),
        }))
    }

    /// Bytes in use now.
    pub fn used(&self) -> u64 {
        self.lock().common
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in between cannot leave the counters torn: each change is one statement.
        self.0.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn half(&self) -> u64 {
        self.0.total / 2
    }
}

/// The permits of one file.
#[derive(Clone, Debug)]
pub struct Account(Arc<Ledger>);

#[derive(Debug)]
struct Ledger {
    budget: Budget,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Permits out.
    permits: u32,
    /// Bytes of the deep half, when this file has it.
    deep: u64,
    deep_permits: u32,
    /// Bytes nested when alone.
    alone: Option<u64>,
}

/// Where a permit's bytes came from.
#[derive(Debug, Clone, Copy)]
enum Purse {
    Common,
    Deep,
    Alone,
}

/// Bytes that may be held; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    ledger: Arc<Ledger>,
    bytes: u64,
    purse: Purse,
}

fn too_large(enough: u64) -> ExtractError {
    ExtractError::TooLarge(
        format!(
            "needs more memory than allowed: --memory {} MiB would be enough",
            enough.div_ceil(1 << 20).max(1)
        )
        .into(),
    )
}

impl Account {
    /// Waits until `bytes` may be held.
    ///
    /// # Errors
    /// `TooLarge`, with the budget that would be enough, when they can never be.
    pub fn take(&self, bytes: u64) -> Result<Permit, ExtractError> {
        let budget = &self.0.budget;
        let (total, half) = (budget.0.total, budget.half());
        if bytes > total {
            return Err(too_large(bytes));
        }
        let mut held = self.held();
        let purse = if let Some(nested) = held.alone {
            if nested + bytes > total {
                return Err(too_large(nested + bytes));
            }
            held.alone = Some(nested + bytes);
            Purse::Alone
        } else if held.permits == 0 && bytes > half {
            let mut state = budget.lock();
            state.wants_alone += 1;
            while state.alone || state.deep || state.holders > 0 {
                state = self.wait(state);
            }
            state.wants_alone -= 1;
            state.alone = true;
            held.alone = Some(bytes);
            Purse::Alone
        } else if held.permits == 0 {
            let mut state = budget.lock();
            while state.alone || state.wants_alone > 0 || state.common + bytes > half {
                state = self.wait(state);
            }
            state.common += bytes;
            state.holders += 1;
            Purse::Common
        } else {
            if held.deep + bytes > half {
                return Err(too_large(2 * (held.deep + bytes)));
            }
            let mut state = budget.lock();
            if held.deep_permits == 0 && state.common + bytes <= half {
                state.common += bytes;
                Purse::Common
            } else {
                while held.deep_permits == 0 && state.deep {
                    state = self.wait(state);
                }
                state.deep = true;
                held.deep += bytes;
                held.deep_permits += 1;
                Purse::Deep
            }
        };
        held.permits += 1;
        Ok(Permit {
            ledger: self.0.clone(),
            bytes,
            purse,
        })
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let freed = &self.0.budget.0.freed;
        freed.wait(state).unwrap_or_else(|e| e.into_inner())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut held = self.ledger.held.lock().unwrap_or_else(|e| e.into_inner());
        let mut state = self.ledger.budget.lock();
        held.permits -= 1;
        match self.purse {
            Purse::Common => {
                state.common -= self.bytes;
                if held.permits == held.deep_permits {
                    state.holders -= 1;
                }
            }
            Purse::Deep => {
                held.deep -= self.bytes;
                held.deep_permits -= 1;
                if held.deep_permits == 0 {
                    state.deep = false;
                }
            }
            Purse::Alone => {
                held.alone = held.alone.map(|n| n - self.bytes);
                if held.permits == 0 {
                    held.alone = None;
                    state.alone = false;
                }
            }
        }
        drop(state);
        self.ledger.budget.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    #[test]
    fn too_large_names_the_budget_that_would_do() {
        let account = Budget::new(64 << 20).account();
        let error = account.take(100 << 20).expect_err("more than there is");
        assert!(error.to_string().contains("--memory 100 MiB"), "{error}");
        let first = account.take(20 << 20).expect("fits");
        let error = account.take(40 << 20).expect_err("more than half, nested");
        assert!(error.to_string().contains("--memory 80 MiB"), "{error}");
        drop(first);
        account.take(60 << 20).expect("alone");
    }

    #[test]
    fn nested_permits_of_many_workers_end_and_stay_in_the_budget() {
        let budget = Budget::new(1000);
        let (now, peak) = (AtomicU64::new(0), AtomicU64::new(0));
        let enter = |n: u64| {
            let all = now.fetch_add(n, Ordering::SeqCst) + n;
            peak.fetch_max(all, Ordering::SeqCst);
        };
        let leave = |n: u64| now.fetch_sub(n, Ordering::SeqCst);
        thread::scope(|scope| {
            for worker in 0..8_u64 {
                let (budget, enter, leave) = (&budget, &enter, &leave);
                scope.spawn(move || {
                    for round in 0..200_u64 {
                        let account = budget.account();
                        let outer = 100 + (worker * 31 + round * 17) % 450;
                        let a = account.take(outer).expect("fits");
                        enter(outer);
                        for inner in [90, 240] {
                            let b = account.take(inner).expect("fits");
                            enter(inner);
                            let c = account.take(100).expect("fits");
                            enter(100);
                            leave(100);
                            drop(c);
                            leave(inner);
                            drop(b);
                        }
                        leave(outer);
                        drop(a);
                    }
                });
            }
        });
        assert!(peak.load(Ordering::SeqCst) <= 1000);
        assert_eq!(budget.used(), 0);
    }
}
