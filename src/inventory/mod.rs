//! What is kept of a scan: a SQLite file that holds no value in the clear, and the key of its blind index.
//!
//! `scan` commits [`record`]s through a writer; `report`, `find`, `request` and `cli` read. This is the only
//! room that speaks SQL.

pub mod gather;
pub mod keys;
pub mod pack;
pub mod record;

pub use gather::{Gather, RuleInfo};
pub use keys::{Key, KeyError};
