//! `domesday schema`: the tables of an inventory, documented, for other programs that read it.

use std::io::Write;

use clap::Args;

use crate::{
    cli::{exit::Exit, terminal},
    inventory::SCHEMA,
};

/// Print the tables of an inventory with a sentence for every column
///
/// An inventory is a SQLite database: Datasette, DuckDB, Power BI and every SQL tool can read it. Its version stands in
/// `PRAGMA user_version`; columns are only ever added, and an older inventory is brought up to date when it is opened.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday schema                                   read it
  domesday schema | sqlite3 empty.db                an empty database with these tables
  sqlite3 domesday.db 'SELECT path, outcome FROM place WHERE outcome <> \"read\"'")]
pub struct SchemaArgs {}

/// Runs the command.
pub fn run(_: &SchemaArgs) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    out.write_all(SCHEMA.as_bytes())?;
    out.flush()?;
    Ok(Exit::Complete)
}
