//! Text → findings: rules, engine, context, resolution.
//!
//! A [`Detector`] is made once from a [`RuleSet`] and shared by all threads; each thread has a [`Scratch`], each document
//! a [`DocumentState`]. The room knows nothing of files and formats, and nothing it finds leaves it but as a
//! [`Finding`](crate::model::Finding).

mod candidate;
mod check;
mod context;
mod detector;
mod emit;
pub mod engine;
mod grid;
mod guard;
mod hash;
mod judge;
mod label;
mod look;
mod matched;
mod names;
pub mod normalise;
mod people;
mod place;
mod propose;
mod resolve;
pub mod rule;
pub mod terms;
pub mod validators;
mod window;
mod words;

pub use check::{ExampleReport, RuleReport, check};
pub use detector::{
    DetectError, Detector, DocumentState, DocumentSummary, Scratch, specs, terms as term_specs,
};
pub use label::normalise_name;
pub use look::Look;
pub use rule::{Rule, RuleError, RuleSet};
pub use validators::{Facts, Modulus};
