//! `domesday forget`: a person taken out of the inventory itself.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;

use crate::{
    cli::{
        exit::Exit,
        find::{Identifiers, other},
        options, terminal,
    },
    detect::Facts,
    find::{Person, identity},
    inventory::{
        Traces, Writer, key_for,
        names::{name_form, name_parts},
    },
    model::Sensitive,
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// Take a person's traces out of the inventory: hashes, previews, names, places that are gone
///
/// Erase the documents first and scan, so that they are marked gone; then their places, paths and history go as well.
/// Documents that still hold the person, or have the name in their path or in that of a member, are named: a scan that reads
/// them again finds the person again. Names are forgotten in the form given, in any order of their words, also where they
/// are names of sheets and fields; give each form. The database is written anew, and every byte
/// of it is searched afterwards. That it was done is logged, without the values. Backups of the inventory are yours to see to.
#[derive(Args, Debug)]
#[command(after_help = "\
A value may be `@FILE` (one a line) or `-` (the standard input), so that it stands in no process list and no shell history.

Examples:
  domesday forget --name 'Margaret Okafor' --nino @number.txt --purpose 'erasure 2026-014' --yes")]
pub struct ForgetArgs {
    /// A name of the person; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,

    /// Identifiers of the person.
    #[command(flatten)]
    pub identifiers: Identifiers,

    /// Any other identifier, by the id of its rule (`domesday rules` lists them)
    #[arg(long, value_name = "RULE=VALUE", value_parser = other)]
    pub id: Vec<(String, String)>,

    /// What it is for, for the log
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub purpose: String,

    /// Do it: it cannot be undone
    #[arg(long)]
    pub yes: bool,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Runs the command.
pub fn run(args: &ForgetArgs) -> anyhow::Result<Exit> {
    // That it is there and ours is said before a writer would make a new one.
    drop(crate::inventory::Inventory::open(&args.inventory)?);
    let key = key_for(&args.inventory, options::key_from_environment().as_deref())?;
    if !args.yes {
        bail!("this cannot be undone: say --yes, after a copy of the inventory if you need one");
    }
    let detector = detector(&RuleChoice::default())?;
    let mut person = Person::default();
    for (kind, value) in args.identifiers.0.iter().chain(&args.id) {
        for value in options::private_values(std::slice::from_ref(value))? {
            person
                .identifiers
                .push((kind.clone(), Sensitive::new(value)));
        }
    }
    let asked = identity::ask(&person, detector.rules(), &Facts::now(), &key)?;
    let mut values: Vec<_> = asked
        .questions
        .iter()
        .flat_map(|q| q.hashes.clone())
        .collect();
    let mut kinds = asked.kinds();
    let mut names = Vec::new();
    for name in options::private_values(&args.name)? {
        let tokens = name_parts(&name).tokens;
        if tokens.len() < 2 {
            bail!("a name of one word would forget others who have it: give forename and surname");
        }
        for rule in detector
            .rules()
            .iter()
            .filter(|rule| rule.by.as_deref() == Some("names"))
        {
            values.push(key.value(&rule.id, &name_form(&tokens)));
        }
        kinds.push("name".to_owned());
        names.push(Sensitive::new(name));
    }
    if values.is_empty() {
        bail!("nobody to forget: give a name or an identifier, as `domesday find` takes them");
    }
    let user = options::user();
    let host = options::host();
    let holder = format!(
        "process {} of {user} on {host}, which forgets",
        std::process::id()
    );
    let mut writer = Writer::open(&args.inventory, &key, &holder)?;
    let forgotten = writer.forget(&Traces {
        values,
        names,
        kinds,
        user,
        host,
        purpose: args.purpose.clone(),
    })?;
    let mut out = terminal::output();
    for warning in &asked.warnings {
        writeln!(out, "{}", text::terminal(warning))?;
    }
    writeln!(
        out,
        "Forgotten: {}, {}, {}, {}, {}",
        text::plural(
            forgotten.values,
            "entry of the index",
            "entries of the index"
        ),
        text::plural(forgotten.previews, "preview", "previews"),
        text::plural(forgotten.names, "name", "names"),
        text::plural(
            forgotten.labels,
            "sheet or field named so",
            "sheets and fields named so"
        ),
        text::plural(
            forgotten.places,
            "place that is gone",
            "places that are gone"
        ),
    )?;
    if !forgotten.still_there.is_empty() {
        writeln!(
            out,
            "Still there, and found again when they are read again (by what is in them, or by their names):"
        )?;
    }
    for path in &forgotten.still_there {
        writeln!(out, "  {}", text::terminal(&path.display()))?;
    }
    writeln!(
        out,
        "Searched {} of the inventory afterwards: {}",
        text::bytes(forgotten.searched),
        match forgotten.traces {
            0 => "nothing is left of it".to_owned(),
            n => text::plural(n, "trace is left", "traces are left"),
        }
    )?;
    out.flush()?;
    if forgotten.traces > 0 {
        bail!("something is left in the inventory: this is a fault of domesday; please report it");
    }
    Ok(
        match forgotten.values + forgotten.labels + forgotten.places {
            0 => Exit::Met,
            _ => Exit::Complete,
        },
    )
}
