//! Words that are personal data themselves: the vocabularies of `rules/terms/` and the judge of what they mean where
//! they stand.
//!
//! The detector builds a [`List`] from each file, the engine finds the terms, and the judge decides. Nothing here
//! walks a text that the engine has not pointed at.

pub mod inflect;
pub mod list;

pub use list::{List, ListError, Tier};
