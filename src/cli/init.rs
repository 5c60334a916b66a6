//! `domesday init`: a configuration to begin with.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::PathBuf,
};

use anyhow::{Context, bail};
use clap::Args;

use crate::{
    cli::{exit::Exit, options, terminal},
    config::{FILE_NAME, TEMPLATE},
};

/// Write a domesday.toml with every key explained, to be filled in
///
/// Every command reads domesday.toml in the folder it is started in, or the file named by --config or DOMESDAY_CONFIG.
/// With the folders to scan in it, `domesday scan` needs no argument.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday init                              ./domesday.toml
  domesday init /etc/domesday/domesday.toml  for a service
  domesday init --print | less               only look at it")]
pub struct InitArgs {
    /// The file to make; one that is there is never replaced
    #[arg(value_name = "FILE", default_value = FILE_NAME)]
    pub file: PathBuf,

    /// Print it instead
    #[arg(long)]
    pub print: bool,
}

/// Runs the command.
pub fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    if args.print {
        out.write_all(TEMPLATE.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Complete);
    }
    options::check_folder_of(&args.file)?;
    let file = args.file.display();
    let mut made = match File::create_new(&args.file) {
        Ok(made) => made,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{file} is there already and was left as it is: name another file, or edit it")
        }
        Err(error) => return Err(error).with_context(|| format!("{file} cannot be written")),
    };
    made.write_all(TEMPLATE.as_bytes())
        .with_context(|| format!("{file} cannot be written"))?;
    writeln!(
        out,
        "{} is made: name your folders in it, then run `domesday scan`",
        crate::report::text::terminal(&args.file.to_string_lossy())
    )?;
    out.flush()?;
    Ok(Exit::Complete)
}
