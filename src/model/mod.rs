//! The shared nouns of the house, with no input or output of their own.
//!
//! Every other room speaks in these: a [`Document`](document) is a file or a member inside one, a [`Segment`] is text
//! with positions and labels, a [`Finding`] is one piece of personal data in it, an [`Outcome`] is how a document ended.

pub mod category;
pub mod confidence;
pub mod document;
pub mod finding;
pub mod limits;
pub mod outcome;
pub mod segment;
pub mod sensitive;

pub use category::{Category, Class};
pub use confidence::{Confidence, Level};
pub use document::{Part, PartChain};
pub use finding::{Also, Evidence, Finding, Location, RuleIx, Status};
pub use limits::Limits;
pub use outcome::{Outcome, OutcomeKind};
pub use segment::{Anchor, Label, Layout, Mark, Segment, Table};
pub use sensitive::Sensitive;
