//! Text → findings: rules, engine, context, resolution.

pub mod rule;
pub mod validators;
