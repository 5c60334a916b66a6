//! Text → findings: rules, engine, context, resolution.

pub mod engine;
pub mod rule;
pub mod validators;
