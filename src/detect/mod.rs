//! Text → findings: rules, engine, context, resolution.
