//! `domesday formats`: what can be read.

use std::io::Write;

use clap::Args;
use serde_json::json;

use crate::{
    cli::{exit::Exit, terminal},
    extract,
};

/// List the formats that are read, from the registry itself
///
/// Content decides before the name: a renamed document is read as what it is. Everything else ends as `unsupported`,
/// and is counted.
#[derive(Args, Debug)]
pub struct FormatsArgs {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub fn run(args: &FormatsArgs) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    for format in extract::formats() {
        if args.json {
            let object = json!({
                "format": format.name(),
                "version": format.version(),
                "extensions": format.extensions(),
                "about": format.about(),
            });
            writeln!(out, "{object}")?;
        } else {
            writeln!(
                out,
                "{:<10} {:<36} {}",
                format.name(),
                format.extensions().join(" "),
                format.about()
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}
