//! People's names without a model: titles, labels, greetings, endings of letters, lists of given and family names
//! (detection specification §5).
//!
//! The patterns look only where the engine found a word of the lists; `weigh` walks the capitalised words of running text
//! for the names that no pattern tells. Names are findings themselves, and they tell the judge of terms that a sentence
//! or row speaks of somebody.

mod email;
mod find;
mod introduced;
mod inverted;
mod labelled;
mod listed;
mod pair;
pub(crate) mod token;
mod weigh;

pub(crate) use email::from_local_part;
pub(crate) use find::{Found, find};
pub(crate) use introduced::Introduced;
pub(crate) use labelled::value;
pub(crate) use listed::owner;
pub(crate) use weigh::{Walk, Weights};
