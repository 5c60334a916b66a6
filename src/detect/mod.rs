//! Text → findings: rules, engine, context, resolution.

pub mod validators;
