//! Identical content is read once: who reads which bytes now, and who waits for it.
//!
//! A copy's record may reach the writer only after the record of what it is a copy of. So a content is `done` when its
//! record has been sent, and who comes before waits: not as a thread, but as an entry left with the reader of the
//! content, who handles it in turn.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool, atomic::Ordering},
};

use crate::{inventory::record::Digest, model::Outcome};

/// Locks, so that workers seldom meet.
const SHARDS: usize = 64;

/// Contents remembered per lock; past that, older ones must be asked of the inventory.
const REMEMBERED: usize = 32_768;

/// What is known of a content.
pub enum Claim<W> {
    /// Nobody reads it: the caller does, and must call [`Contents::sent`] or [`Contents::failed`]. Takes back what
    /// would have waited.
    Mine(W),
    /// It was read in this run and its record is on its way; this was its end.
    Read(End),
    /// Another worker reads it and will take care of what was handed in.
    Waits,
}

/// How a content ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct End {
    /// Its outcome.
    pub outcome: Outcome,
    /// Whether all of it, members and all, could be read.
    pub whole: bool,
}

impl End {
    fn plain() -> End {
        End {
            outcome: Outcome::read(),
            whole: true,
        }
    }
}

enum State<W> {
    Reading(Vec<W>),
    /// `None`: read, as most are.
    Sent(Option<Box<End>>),
}

struct Shard<W> {
    contents: HashMap<u128, State<W>, BuildHasherDefault<AsItIs>>,
    sent: usize,
}

/// The contents of this run.
pub struct Contents<W> {
    shards: Vec<Mutex<Shard<W>>>,
    /// Whether the inventory may hold contents that are not remembered here.
    forgot: AtomicBool,
}

impl<W> Contents<W> {
    /// None yet. `ask` says whether the inventory holds contents of earlier runs.
    pub fn new(ask: bool) -> Self {
        Contents {
            shards: (0..SHARDS)
                .map(|_| {
                    Mutex::new(Shard {
                        contents: HashMap::default(),
                        sent: 0,
                    })
                })
                .collect(),
            forgot: AtomicBool::new(ask),
        }
    }

    /// Whether a content that nobody claims may be in the inventory all the same.
    pub fn ask_inventory(&self) -> bool {
        self.forgot.load(Ordering::Relaxed)
    }

    /// Claims a content; `waiting` is left with its reader if somebody reads it now.
    pub fn claim(&self, digest: &Digest, waiting: W) -> Claim<W> {
        let mut shard = self.shard(digest);
        match shard.contents.get_mut(&key(digest)) {
            None => {
                shard
                    .contents
                    .insert(key(digest), State::Reading(Vec::new()));
                Claim::Mine(waiting)
            }
            Some(State::Reading(list)) => {
                list.push(waiting);
                Claim::Waits
            }
            Some(State::Sent(end)) => {
                Claim::Read(end.as_deref().cloned().unwrap_or_else(End::plain))
            }
        }
    }

    /// Its record has been sent; what waited is for the caller to handle.
    pub fn sent(&self, digest: &Digest, end: &End) -> Vec<W> {
        let mut shard = self.shard(digest);
        if shard.sent >= REMEMBERED {
            shard
                .contents
                .retain(|_, state| matches!(state, State::Reading(_)));
            shard.sent = 0;
            self.forgot.store(true, Ordering::Relaxed);
        }
        shard.sent += 1;
        let kept = (*end != End::plain()).then(|| Box::new(end.clone()));
        match shard.contents.insert(key(digest), State::Sent(kept)) {
            Some(State::Reading(list)) => list,
            _ => Vec::new(),
        }
    }

    /// It could not be read to a record that a copy could point at; what waited is for the caller to handle.
    pub fn failed(&self, digest: &Digest) -> Vec<W> {
        match self.shard(digest).contents.remove(&key(digest)) {
            Some(State::Reading(list)) => list,
            _ => Vec::new(),
        }
    }

    fn shard(&self, digest: &Digest) -> MutexGuard<'_, Shard<W>> {
        self.shards[usize::from(digest[31]) % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first half: two contents of ten million meet in it with a chance of one in 10^24.
fn key(digest: &Digest) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(half)
}

/// Digests are random already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, number: u128) {
        self.0 = number as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OutcomeKind;

    #[test]
    fn who_comes_while_it_is_read_waits_and_who_comes_after_has_the_outcome() {
        let contents: Contents<&str> = Contents::new(false);
        let digest = [7; 32];
        assert!(matches!(contents.claim(&digest, "a"), Claim::Mine("a")));
        assert!(matches!(contents.claim(&digest, "b"), Claim::Waits));
        let locked = End {
            outcome: Outcome::new(OutcomeKind::Encrypted, "password needed"),
            whole: false,
        };
        assert_eq!(contents.sent(&digest, &locked), ["b"]);
        assert!(matches!(contents.claim(&digest, "c"), Claim::Read(o) if o == locked));
        assert!(!contents.ask_inventory());
    }

    #[test]
    fn what_failed_may_be_claimed_again() {
        let contents: Contents<u8> = Contents::new(true);
        assert!(matches!(contents.claim(&[1; 32], 1), Claim::Mine(1)));
        assert!(matches!(contents.claim(&[1; 32], 2), Claim::Waits));
        assert_eq!(contents.failed(&[1; 32]), [2]);
        assert!(matches!(contents.claim(&[1; 32], 2), Claim::Mine(2)));
        assert!(contents.ask_inventory());
    }
}
