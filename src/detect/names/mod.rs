//! People's names without a model: titles, labels, greetings, endings of letters, lists of given and family names
//! (detection specification §5).
//!
//! Names are looked for only where the engine found a word of the lists: nothing here walks the text. They are findings
//! themselves, and they tell the judge of terms that a sentence or row speaks of somebody.

mod alone;
mod email;
mod find;
mod introduced;
mod inverted;
mod labelled;
mod listed;
mod pair;
pub(crate) mod token;
mod unlisted;

pub(crate) use email::from_local_part;
pub(crate) use find::{Found, find};
pub(crate) use introduced::Introduced;
pub(crate) use labelled::value;
pub(crate) use listed::owner;
pub(crate) use unlisted::unlisted;
