//! What tells of cases and changes nothing: list, status, log, audit.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::{Desk, case::date};
use crate::{
    cli::{exit::Exit, terminal},
    report::text,
    request::{
        Case, Cases, State,
        case::LOG,
        clock::{Clock, shown},
        log::{self, Head},
    },
};

/// List the cases with what is due
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Closed cases too
    #[arg(long)]
    pub all: bool,

    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Runs `list`.
pub fn list(args: &ListArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    let (mut told, mut broken) = (0, false);
    for name in desk.cases.names()? {
        let case = match desk.cases.case(&name) {
            Ok(case) => case,
            Err(error) => {
                // One broken case does not hide the others' dates.
                terminal::complain(&format!("domesday: {}", text::terminal(&error.to_string())));
                broken = true;
                continue;
            }
        };
        if case.state().closed.is_some() && !args.all {
            continue;
        }
        told += 1;
        match args.json {
            true => writeln!(out, "{}", object(&case))?,
            false => writeln!(out, "{}", row(case.state(), desk.today))?,
        }
    }
    if told == 0 && !args.json && !broken {
        writeln!(
            out,
            "No {}case in {}",
            if args.all { "" } else { "open " },
            text::terminal(&desk.cases.path().to_string_lossy())
        )?;
    }
    out.flush()?;
    Ok(match broken {
        true => Exit::Unread,
        false => Exit::Complete,
    })
}

/// One case in a line: name, kind, what is due.
fn row(state: &State, today: Date) -> String {
    let what = match &state.closed {
        Some((on, _)) => format!("closed {}", shown(*on)),
        None => due(&state.clock(), today),
    };
    format!("{:<12} {:<13} {what}", state.case, state.kind.word())
}

/// What is due, in words.
fn due(clock: &Clock, today: Date) -> String {
    match (clock.due, clock.left(today)) {
        (Some(due), Some(0)) => format!("due TODAY, {}", shown(due)),
        (Some(due), Some(left)) if left < 0 => {
            format!(
                "OVERDUE by {}, was due {}",
                text::plural(left.unsigned_abs().into(), "day", "days"),
                shown(due)
            )
        }
        (Some(due), Some(left)) => {
            format!(
                "due {}, {} left",
                shown(due),
                text::plural(left.unsigned_abs().into(), "day", "days")
            )
        }
        _ => format!(
            "stands still: {} is awaited",
            clock.waiting.map_or("an answer", |why| why.word())
        ),
    }
}

/// The open cases of an inventory with what is due, the most urgent first: for `domesday status`.
pub fn reminders(cases: &Cases, today: Date) -> Vec<String> {
    let mut lines = Vec::new();
    for name in cases.names().unwrap_or_default() {
        match cases.case(&name) {
            Ok(case) if case.state().closed.is_none() => {
                let state = case.state();
                let left = state.clock().left(today).unwrap_or(i32::MAX);
                let mut line = row(state, today);
                for reminder in notices(&case, today) {
                    line.push_str(&format!("; {reminder}"));
                }
                lines.push((left, line));
            }
            Ok(_) => {}
            Err(error) => lines.push((i32::MIN, format!("{name:<12} {error}"))),
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What the responder should be reminded of.
fn notices(case: &Case, today: Date) -> Vec<String> {
    let state = case.state();
    let clock = state.clock();
    let mut notices = Vec::new();
    if !state.identity_checked && state.waiting().is_none() {
        notices.push("identity is not recorded as checked".to_owned());
    }
    if let Some(pause) = state.waiting() {
        notices.push(format!(
            "asked {} ago for {}",
            text::plural(
                crate::request::clock::days_between(pause.from, today).max(0) as u64,
                "day",
                "days"
            ),
            pause.why.word()
        ));
    }
    if state.extended.is_none() && clock.waiting.is_none() {
        let left = crate::request::clock::days_between(today, clock.extend_by);
        if (0..=7).contains(&left) {
            notices.push(format!(
                "an extension would have to be told by {}",
                shown(clock.extend_by)
            ));
        }
    }
    for (name, until, _) in &state.backups {
        if *until <= today {
            notices.push(format!(
                "backup {name} was to hold the data no more from {}",
                shown(*until)
            ));
        }
    }
    if let Some((_, items)) = &state.worklist {
        let open = items.len() - state.outcomes.len().min(items.len());
        if open > 0 {
            notices.push(format!(
                "{} of the worklist without an outcome",
                text::plural(open as u64, "line", "lines")
            ));
        }
    }
    if let Some(remaining) = state.remaining.filter(|n| *n > 0) {
        notices.push(format!(
            "{} remained when it was last verified",
            text::plural(remaining, "place", "places")
        ));
    }
    notices
}

/// Tell what is due, and how the date came about
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// The case; without one, every open case in a line
    pub case: Option<String>,

    /// As it will be on this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,

    /// As one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Runs `status`.
pub fn status(args: &StatusArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let today = args.on.unwrap_or(desk.today);
    let mut out = terminal::output();
    match &args.case {
        None => {
            for line in reminders(&desk.cases, today) {
                writeln!(out, "{}", text::terminal(&line))?;
            }
        }
        Some(name) => {
            let case = desk.case(name)?;
            match args.json {
                true => writeln!(out, "{}", object(&case))?,
                false => tell(&case, today, &mut out)?,
            }
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// What a command that changed a case says of it.
pub fn one(case: &Case, desk: &Desk) -> anyhow::Result<Exit> {
    let mut out = terminal::output();
    tell(case, desk.today, &mut out)?;
    out.flush()?;
    Ok(Exit::Complete)
}

fn object(case: &Case) -> serde_json::Value {
    json!({
        "state": case.state(),
        "clock": case.state().clock(),
        "log": case.head(),
        "folder": case.folder().to_string_lossy(),
    })
}

fn tell(case: &Case, today: Date, out: &mut impl Write) -> std::io::Result<()> {
    let state = case.state();
    let clock = state.clock();
    writeln!(
        out,
        "Case {}: {} (UK GDPR Article {}), by {}, {}",
        state.case,
        state.kind,
        state.kind.article(),
        text::terminal(&state.channel),
        state.nation
    )?;
    match &state.closed {
        Some((on, outcome)) => writeln!(
            out,
            "  closed     {}: {}",
            shown(*on),
            text::terminal(outcome)
        )?,
        None => writeln!(out, "  answer     {}", due(&clock, today))?,
    }
    for step in &clock.steps {
        writeln!(out, "             {step}")?;
    }
    if let Some((on, reason)) = &state.extended {
        writeln!(
            out,
            "  extended   told {}: {}",
            shown(*on),
            text::terminal(reason)
        )?;
    }
    for (name, until, note) in &state.backups {
        writeln!(
            out,
            "  backup     {}: beyond use until {} {}",
            text::terminal(name),
            shown(*until),
            text::terminal(note)
        )?;
    }
    if let Some(certificate) = &state.certificate {
        writeln!(out, "  certified  {}", text::terminal(certificate))?;
    }
    if state.closed.is_none() {
        for notice in notices(case, today) {
            writeln!(out, "  note       {}", text::terminal(&notice))?;
        }
    }
    for warning in &clock.warnings {
        writeln!(out, "  note       {warning}")?;
    }
    let head = case.head();
    writeln!(
        out,
        "  log        {}, ends {}",
        text::plural(head.entries, "entry", "entries"),
        &head.hash[..16]
    )?;
    writeln!(
        out,
        "  folder     {}",
        text::terminal(&case.folder().to_string_lossy())
    )
}

/// Print the log of a case
#[derive(Args, Debug)]
pub struct LogArgs {
    /// The case
    pub case: String,

    /// The lines as they stand in the file
    #[arg(long)]
    pub json: bool,
}

/// Runs `log`.
pub fn log(args: &LogArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let case = desk.case(&args.case)?;
    let mut out = terminal::output();
    if args.json {
        out.write_all(&std::fs::read(case.folder().join(LOG))?)?;
        out.flush()?;
        return Ok(Exit::Complete);
    }
    let timezone = jiff::tz::TimeZone::system();
    for entry in &case.chain().entries {
        let mut fields = match serde_json::to_value(&entry.event) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let what = fields.remove("event");
        fields.remove("terms");
        let told: Vec<String> = fields
            .iter()
            .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
            .map(|(word, value)| match value.as_str() {
                Some(text) => format!("{word}: {text}"),
                None => format!("{word}: {value}"),
            })
            .collect();
        let line = format!(
            "{:>4}  {}  {}@{}  {}  {}",
            entry.n,
            text::moment(entry.at.as_millisecond(), &timezone),
            entry.user,
            entry.host,
            what.as_ref().and_then(|w| w.as_str()).unwrap_or("?"),
            told.join(", ")
        );
        writeln!(out, "{}", text::terminal(line.trim_end()))?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

/// Check that the log of a case is as it was written
///
/// Every line carries the hash of the one before it and its own. The first line that does not follow is named. What a
/// chain cannot show by itself is that its end was cut off: a pack, a copy or a certificate in the case's folder that no
/// line speaks of shows it; and packs and certificates carry the number and hash of the last line when they were made,
/// and --head looks for it.
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// The case; without one, all of them
    pub case: Option<String>,

    /// A hash that must stand in the log, as a pack or a certificate carries it
    #[arg(long, value_name = "HASH")]
    pub head: Option<String>,
}

/// Runs `audit`.
pub fn audit(args: &AuditArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let names = match &args.case {
        Some(name) => vec![name.clone()],
        None => desk.cases.names()?,
    };
    if let Some(head) = &args.head
        && (args.case.is_none() || head.len() < 16 || !head.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        bail!("--head needs a case, and 16 hexadecimal digits of a hash or more");
    }
    let mut out = terminal::output();
    let mut sound = true;
    for name in &names {
        let path = desk.cases.log_of(name)?;
        let bytes =
            std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        match log::check(&bytes) {
            Ok(chain) => {
                let Head { entries, hash } = chain.head();
                writeln!(
                    out,
                    "{name}: sound, {}, ends {hash}",
                    text::plural(entries, "entry", "entries")
                )?;
                for made in desk.cases.unlogged(name)? {
                    sound = false;
                    writeln!(
                        out,
                        "{name}: {} IS IN NO ENTRY: the log was cut or written anew since it was made",
                        text::terminal(&made)
                    )?;
                }
                if let Some(head) = &args.head {
                    let head = head.to_ascii_lowercase();
                    match chain.hashes.iter().position(|hash| hash.starts_with(&head)) {
                        Some(at) => writeln!(out, "{name}: that hash is of entry {}", at + 1)?,
                        None => {
                            sound = false;
                            writeln!(
                                out,
                                "{name}: NO ENTRY HAS THAT HASH: the log was cut or written anew since"
                            )?;
                        }
                    }
                }
            }
            Err(broken) => {
                sound = false;
                writeln!(
                    out,
                    "{name}: BROKEN at entry {}: {}; the entries before it are sound",
                    broken.entry, broken.what
                )?;
            }
        }
    }
    out.flush()?;
    Ok(match sound {
        true => Exit::Complete,
        false => Exit::Met,
    })
}
