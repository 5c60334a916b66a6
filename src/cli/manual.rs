//! `domesday completions` and `domesday man`: from the same definitions as the command line itself.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::{Cli, exit::Exit, terminal};

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday completions bash > ~/.local/share/bash-completion/completions/domesday
  domesday completions zsh > ~/.zfunc/_domesday
  domesday completions fish > ~/.config/fish/completions/domesday.fish")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Print the manual page, of the program or of one command
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday man | man -l -
  domesday man scan > domesday-scan.1")]
pub struct ManArgs {
    /// A command; none for the program itself
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Runs `completions`.
pub fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "domesday", &mut text);
    let mut out = terminal::output();
    out.write_all(&text)?;
    out.flush()?;
    Ok(Exit::Complete)
}

/// Runs `man`.
pub fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => match program
            .get_subcommands()
            .find(|command| command.get_name() == name && !command.is_hide_set())
        {
            Some(command) => command.clone(),
            None => anyhow::bail!("there is no command `{name}`: `domesday --help` lists them"),
        },
    };
    let mut out = terminal::output();
    clap_mangen::Man::new(page).render(&mut out)?;
    out.flush()?;
    Ok(Exit::Complete)
}
