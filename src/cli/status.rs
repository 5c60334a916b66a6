//! `domesday status`: how the inventory and this machine are.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{exit::Exit, options, terminal},
    config::Config,
    inventory::{Inventory, Key, key_for},
    model::OutcomeKind,
    report::text,
    scan::sandbox,
};

/// Tell how the inventory is: the last scans, what is due, what failed, and what this machine offers
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,

    /// Folder of the cases of requests [default: the inventory's name with .requests]
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Scans printed.
const RUNS: usize = 10;

/// Runs the command.
pub fn run(args: &StatusArgs, config: &Config) -> anyhow::Result<Exit> {
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
        Err(error) => Err(error.to_string()),
        Ok(key) => match (
            inventory.check_key(&key),
            options::key_from_environment().is_some(),
        ) {
            (Err(error), _) => Err(error.to_string()),
            (Ok(()), true) => Ok(format!("fits ({})", options::KEY_VARIABLE)),
            (Ok(()), false) => Ok(format!(
                "fits ({})",
                Key::path_for(&args.inventory).display()
            )),
        },
    };
    let holder = holder(&args.inventory);
    writeln!(
        out,
        "Key        {}",
        match &key {
            Ok(key) => text::terminal(key),
            Err(_) => "does not open it: see below".into(),
        }
    )?;
    writeln!(
        out,
        "Now        {}",
        match &holder {
            Some(who) => format!("being scanned by {}", text::terminal(who)),
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
            Some("interrupted") => "interrupted",
            Some(_) => "failed",
            None if holder.is_some() => "running, or died",
            None => "died, or was stopped by an error",
        };
        let reason = match &run.reason {
            Some(reason) => format!(" ({})", text::terminal(reason)),
            None => String::new(),
        };
        let unread: u64 = run
            .outcomes
            .iter()
            .filter(|(kind, _)| kind.is_problem())
            .map(|(_, (entries, members))| entries + members)
            .sum();
        writeln!(
            out,
            "  {}: {ending}{reason}; {} in {}, {} not read{}",
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
    let cases = match &args.cases {
        Some(folder) => crate::request::Cases::in_folder(folder),
        None => crate::request::Cases::of_inventory(&args.inventory),
    };
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
    let mut todo = to_do(&inventory, config, holder.is_some())?;
    if let Err(trouble) = &key {
        todo.insert(0, trouble.clone());
    }
    if !todo.is_empty() {
        writeln!(out, "\nTo do")?;
    }
    for line in todo {
        writeln!(out, "  {}", text::terminal(&line))?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// Days after which a scan is due.
const DUE: i64 = 7;

/// What is due and what failed, each with what mends it.
fn to_do(inventory: &Inventory, config: &Config, running: bool) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    let runs = inventory.runs(50)?;
    if let Some(last) = runs.first()
        && last.ending.as_deref() != Some("complete")
        && !running
    {
        lines.push(
            "the last scan did not finish: run the same `domesday scan` again, and it goes on"
                .to_owned(),
        );
    }
    if let Some(last) = runs.first()
        && last.ending.as_deref() == Some("complete")
        && let Some(reason) = &last.reason
    {
        lines.push(format!(
            "{reason} Nothing was marked as gone: mount it and scan again"
        ));
    }
    let now = jiff::Timestamp::now().as_millisecond();
    let complete = runs
        .iter()
        .find(|run| run.ending.as_deref() == Some("complete"));
    let days = complete
        .and_then(|run| run.ended)
        .map(|ended| (now - ended) / 86_400_000);
    match days {
        None => lines.push("no scan has ever walked everything: let `domesday scan` run to its end".to_owned()),
        Some(days) if days >= DUE => lines.push(format!(
            "the last complete scan is {days} days old: `domesday schedule` makes it a habit"
        )),
        // A clock that was set back, or was wrong then.
        Some(days) if days < 0 => lines.push(
            "the last scan ended in the future: the clock of this machine, or of the one that scanned, is wrong".to_owned(),
        ),
        Some(_) => {}
    }
    let roots = inventory.roots()?;
    for root in &config.roots {
        let path = std::fs::canonicalize(&root.path).unwrap_or_else(|_| root.path.clone());
        if !roots.iter().any(|known| known.path.to_path() == path) {
            lines.push(format!(
                "{} was never scanned: `domesday scan`",
                root.path.display()
            ));
        }
    }
    for (kind, (files, members)) in inventory.overview()?.outcomes {
        if kind.is_problem() && files + members > 0 {
            lines.push(format!(
                "{} {}: {}",
                text::number(files + members),
                kind.title(),
                cure(kind)
            ));
        }
    }
    Ok(lines)
}

/// What mends an outcome.
fn cure(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Encrypted => "give passwords with --passwords FILE",
        OutcomeKind::NeedsOcr => "read them with OCR (see `domesday scan --help`), or by eye",
        OutcomeKind::TooLarge => "give more with --memory; the reason has the figure",
        OutcomeKind::TimedOut => "give more time with --deadline",
        OutcomeKind::Denied => "scan as an account that may read them",
        OutcomeKind::Changed => "the next scan reads them again",
        OutcomeKind::Crashed => "a fault of domesday: please report it; look at them by eye",
        OutcomeKind::Corrupt | OutcomeKind::Partial => {
            "try them in their own program; `domesday report coverage` names them"
        }
        _ => "`domesday report coverage` names them and says why",
    }
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
