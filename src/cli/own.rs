//! `domesday match`: lists of the organisation's own people, so that findings say "one of ours".

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::{
    cli::{exit::Exit, options, terminal},
    detect::Facts,
    find::own::{OwnPeople, read_people},
    inventory::{Inventory, key_for, load_own, unload_own},
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// Tell which findings are of your own staff or customers, from a list that is kept as keyed hashes only
///
/// The list is a CSV file with headings; columns are recognised by them (name, forename and surname, NI number, NHS
/// number, e-mail, telephone, …), and what is not recognised is said and left out. No value of the list is stored in the
/// clear: the inventory holds hashes under its own key, which findings are compared with.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday match load staff.csv                 take a list in, or anew
  domesday match status                         what is loaded, and how much of it was found
  domesday match unload staff                   forget it
  domesday report csv | grep ours               findings that are of these people")]
pub struct MatchArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MatchCommand,
}

/// What `match` does.
#[derive(Subcommand, Debug)]
pub enum MatchCommand {
    /// Take in a list of people
    Load(LoadArgs),
    /// What is loaded, and how much of it documents hold
    Status(StatusArgs),
    /// Forget a list
    Unload(UnloadArgs),
}

/// Options of `match load`.
#[derive(Args, Debug)]
pub struct LoadArgs {
    /// A CSV file with headings
    #[arg(value_name = "PEOPLE.csv")]
    pub file: PathBuf,

    /// What to call the list; a list of the same name is replaced [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Your own rules: a folder of TOML files laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Options of `match status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// As one JSON array
    #[arg(long)]
    pub json: bool,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Options of `match unload`.
#[derive(Args, Debug)]
pub struct UnloadArgs {
    /// The list
    #[arg(value_name = "NAME")]
    pub name: String,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Runs the command.
pub fn run(args: &MatchArgs) -> anyhow::Result<Exit> {
    match &args.command {
        MatchCommand::Load(args) => load(args),
        MatchCommand::Status(args) => status(args),
        MatchCommand::Unload(args) => {
            if !unload_own(&args.inventory, &args.name)? {
                bail!(
                    "no list is called {}: `domesday match status` prints their names",
                    text::terminal(&args.name)
                );
            }
            let mut out = terminal::output();
            writeln!(out, "Forgot {}", text::terminal(&args.name))?;
            out.flush()?;
            Ok(Exit::Complete)
        }
    }
}

fn load(args: &LoadArgs) -> anyhow::Result<Exit> {
    let inventory = Inventory::open(&args.inventory)?;
    let key = key_for(&args.inventory, options::key_from_environment().as_deref())?;
    inventory.check_key(&key)?;
    drop(inventory);
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("{}: cannot be read", args.file.display()))?;
    let detector = detector(&RuleChoice::with_dir(args.rules.as_deref()))?;
    let people = read_people(&bytes, &detector, &Facts::now(), &key)
        .with_context(|| args.file.display().to_string())?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => stem(&args.file),
    };
    load_own(
        &args.inventory,
        &name,
        &options::user(),
        people.rows,
        &people.hashes,
    )?;
    show(&name, &people)
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .map_or_else(|| "people".into(), |s| s.to_string_lossy().into_owned())
}

fn show(name: &str, people: &OwnPeople) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    writeln!(
        out,
        "Loaded {} as {}: {}",
        text::plural(people.rows, "row", "rows"),
        text::terminal(name),
        text::plural(people.hashes.len() as u64, "value", "values"),
    )?;
    for (heading, what) in &people.columns {
        writeln!(
            out,
            "  {:<28} {}",
            text::terminal(heading),
            what.as_deref().unwrap_or("not recognised, left out")
        )?;
    }
    if people.refused > 0 {
        writeln!(
            out,
            "  {} did not fit their column and were left out",
            text::plural(people.refused, "value", "values")
        )?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

fn status(args: &StatusArgs) -> anyhow::Result<Exit> {
    let lists = Inventory::open(&args.inventory)?.own_lists()?;
    let mut out = terminal::output();
    if args.json {
        serde_json::to_writer(&mut out, &lists)?;
        writeln!(out)?;
    } else {
        let zone = jiff::tz::TimeZone::system();
        for list in &lists {
            writeln!(
                out,
                "{}: {}, loaded {} by {}; {} of {} found, in {}",
                text::terminal(&list.name),
                text::plural(list.people, "row", "rows"),
                text::moment(list.at, &zone),
                text::terminal(&list.user),
                text::number(list.found),
                text::plural(list.values, "value", "values"),
                text::plural(list.documents, "document", "documents"),
            )?;
        }
        if lists.is_empty() {
            writeln!(out, "No list is loaded: `domesday match load people.csv`")?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}
