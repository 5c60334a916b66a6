//! What is kept of a scan: a SQLite file that holds no value in the clear, and the key of its blind index.
//!
//! `scan` commits [`record`]s through the one [`Writer`]; `report`, `find`, `request` and `cli` read. This is the only
//! room that speaks SQL.

pub mod aliases;
mod audit;
mod bulk;
mod categories;
mod close;
mod content;
mod database;
mod error;
mod forget;
pub mod gather;
mod held;
mod history;
pub mod journal;
pub mod keys;
mod known;
mod lookup;
mod marks;
mod met;
mod migrate;
pub mod names;
pub mod nicknames;
mod numbers;
mod overview;
pub mod pack;
mod read;
pub mod record;
mod rekey;
mod review;
mod rows;
pub mod sound;
mod sums;
mod unread;
mod walked;
mod write;
mod writing;

pub use audit::{AuditEntry, log_use};
pub use categories::Categories;
pub use close::Reconciliation;
pub use database::key_for;
pub use error::InventoryError;
pub use forget::{Forgotten, Traces};
pub use gather::{Gather, RuleInfo};
pub use held::{Folder, Held, Items};
pub use history::{Change, What};
pub use journal::{InFlight, Journal};
pub use keys::{Key, KeyError};
pub use known::{Known, KnownDocument, Readers};
pub use lookup::{Explained, LookupEntry, PartId, PartPlaces, Stored, ValueHit, log_lookup};
pub use marks::Marks;
pub use migrate::{SCHEMA, VERSION};
pub use overview::{CategoryFigures, FolderFigures, Overview};
pub use read::{Health, Inventory, Root, Run};
pub use review::{
    OwnList, Review, Reviews, Verdict, add_review, load_own, undo_review, unload_own,
};
pub use rows::{FindingId, FindingRow, PartRow, Place, RuleCount, Which, Within};
pub use walked::Walked;
pub use write::Writer;
