//! `domesday status`: how the inventory and this machine are.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{exit::Exit, options, terminal},
    inventory::{Inventory, Key, key_for},
    report::text,
    scan::sandbox,
};

/// Tell how the inventory is: the last scans, what is due, what failed, and what this machine offers
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

/// Scans printed.
const RUNS: usize = 10;

/// Runs the command.
pub fn run(args: &StatusArgs) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    let inventory = Inventory::open(&args.inventory)?;
    let timezone = jiff::tz::TimeZone::system();
    let health = inventory.health()?;
    writeln!(
        out,
        "Inventory  {} ({})",
        text::terminal(&args.inventory.to_string_lossy()),
        text::bytes(health.bytes)
    )?;
    let key = key_for(&args.inventory, options::key_from_environment().as_deref());
    let key = match key {
        Err(error) => error.to_string(),
        Ok(key) => match (
            inventory.check_key(&key),
            options::key_from_environment().is_some(),
        ) {
            (Err(error), _) => error.to_string(),
            (Ok(()), true) => format!("fits ({})", options::KEY_VARIABLE),
            (Ok(()), false) => format!("fits ({})", Key::path_for(&args.inventory).display()),
        },
    };
    writeln!(out, "Key        {}", text::terminal(&key))?;
    writeln!(
        out,
        "Now        {}",
        match holder(&args.inventory) {
            Some(who) => format!("being scanned by {}", text::terminal(&who)),
            None => "no scan is running".to_owned(),
        }
    )?;
    writeln!(out, "Sandbox    {}", sandbox::offered())?;
    if !health.indexed {
        writeln!(
            out,
            "Index      not built: look-ups are slow until a scan ends"
        )?;
    }
    writeln!(out, "\nRoots")?;
    for root in inventory.roots()? {
        let walked = match root.walked_at {
            Some(at) => format!("walked {}", text::moment(at, &timezone)),
            None => "never walked to its end".to_owned(),
        };
        writeln!(
            out,
            "  {}{}: {}, {} gone, {walked}",
            match &root.name {
                Some(name) => format!("{}, ", text::terminal(name)),
                None => String::new(),
            },
            text::terminal(&root.path.display()),
            text::plural(root.documents, "document", "documents"),
            text::number(root.gone),
        )?;
    }
    writeln!(out, "\nScans")?;
    for run in inventory.runs(RUNS)? {
        let ending = match run.ending.as_deref() {
            Some("complete") => "complete",
            Some("interrupted") => "interrupted: the same command goes on with it",
            Some(_) => "failed: the same command goes on with it",
            None => "not ended: running, or died; the same command goes on with it",
        };
        let unread: u64 = run
            .outcomes
            .iter()
            .filter(|(kind, _)| kind.is_problem())
            .map(|(_, (entries, members))| entries + members)
            .sum();
        writeln!(
            out,
            "  {}: {ending}; {} in {}, {} not read{}",
            text::moment(run.started, &timezone),
            text::plural(run.walked, "entry", "entries"),
            text::duration(run.seconds),
            text::number(unread),
            match run.resumed {
                0 => String::new(),
                n => format!(", started again {}", text::plural(n, "time", "times")),
            }
        )?;
    }
    let cases = crate::request::Cases::of_inventory(&args.inventory);
    let due = super::request::reminders(&cases, jiff::ZonedDateTime::now().date());
    if !due.is_empty() {
        writeln!(out, "\nRequests")?;
        for line in due {
            writeln!(out, "  {}", text::terminal(&line))?;
        }
    }
    if !health.suspects.is_empty() {
        writeln!(out, "\nTo be read alone, because the scanner died on them")?;
        for (path, deaths) in &health.suspects {
            writeln!(
                out,
                "  {} ({})",
                text::terminal(&path.display()),
                text::plural(*deaths, "death", "deaths")
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// Who scans into the inventory now.
fn holder(inventory: &Path) -> Option<String> {
    let mut name = inventory.as_os_str().to_os_string();
    name.push(".lock");
    let mut file = File::open(PathBuf::from(name)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            file.read_to_string(&mut who).ok()?;
            Some(who.trim().to_owned())
        }
        _ => None,
    }
}
