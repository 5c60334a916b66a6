//! The hidden command that starts a program of the system (OCR) for the process that reads documents: shut off from every
//! file but the system's own, without network, with a limit on its memory, and gone when its parent is.
//!
//! A document is handed to such a program on its standard input; that is all of the share that it can see.

use std::{ffi::OsString, path::PathBuf};

use anyhow::bail;
use clap::Args;

use crate::{cli::exit::Exit, scan::sandbox};

/// Start a program of the system, shut off: run by `scan` and `inspect`, not by people.
#[derive(Args, Debug)]
pub struct OutsideArgs {
    /// Leave it its files and network
    #[arg(long)]
    no_sandbox: bool,

    /// The program
    program: PathBuf,

    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Memory that it may take, in bytes.
const MEMORY: u64 = 1 << 30;

/// What it keeps of the environment. The key of an inventory, above all, is none of its business.
const KEPT: &[&str] = &[
    "PATH",
    "LD_LIBRARY_PATH",
    "TESSDATA_PREFIX",
    "LANG",
    "OMP_THREAD_LIMIT",
];

/// Runs the command: becomes the program.
pub fn run(args: &OutsideArgs) -> anyhow::Result<Exit> {
    sandbox::die_with_parent();
    sandbox::limit_memory(MEMORY);
    if !args.no_sandbox {
        let data = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
        let readable: Vec<PathBuf> = data.into_iter().collect();
        // Where there is no sandbox the scan has said so.
        sandbox::enter(&readable, &[], None, std::slice::from_ref(&args.program));
    }
    let mut command = std::process::Command::new(&args.program);
    command.args(&args.arguments).env_clear();
    command.envs(
        KEPT.iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?))),
    );
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        bail!(
            "{} cannot be started ({})",
            args.program.display(),
            error.kind()
        );
    }
    #[cfg(not(unix))]
    match command.status() {
        Ok(status) if status.success() => Ok(Exit::Complete),
        Ok(_) => bail!("{} failed", args.program.display()),
        Err(error) => bail!(
            "{} cannot be started ({})",
            args.program.display(),
            error.kind()
        ),
    }
}
