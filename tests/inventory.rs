//! The inventory as its users meet it: a scan's batches in, answers out, whatever dies in between.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "inventory/support.rs"]
mod support;

#[path = "inventory/write.rs"]
mod write;

#[path = "inventory/report.rs"]
mod report;

#[path = "inventory/find.rs"]
mod find;

#[path = "inventory/migrate.rs"]
mod migrate;

#[path = "inventory/safety.rs"]
mod safety;

#[path = "inventory/reviewed.rs"]
mod reviewed;
