//! What changes a case without reading a document: opening, the clock, notes, closing.

use std::{fs, io::Read as _, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use jiff::civil::Date;

use super::{Desk, show};
use crate::{
    cli::{exit::Exit, terminal},
    detect::{DetectError, Facts, RuleSet},
    find::identity,
    inventory::Key,
    report::text,
    request::{
        Event, Kind,
        calendar::Nation,
        case::Opening,
        clock::Stop,
        person::{Described, describe},
    },
};

/// Open a case and start its clock
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday request open --type access --received 2026-11-02 --person person.toml
  domesday request open --type erasure --received 2026-11-02 --person - --nation scotland < person.toml")]
pub struct OpenArgs {
    /// What is asked: access, erasure, rectification, restriction, portability or objection
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Kind,

    /// The day the request came, whether a working day or not: 2026-11-02 or 2/11/2026
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub received: Date,

    /// Who is looked for: a file like person.toml, or `-` for the standard input
    #[arg(long, value_name = "FILE")]
    pub person: PathBuf,

    /// How the request came, in a word: email, letter, telephone, in-person, web-form
    #[arg(long, value_name = "WORD", default_value = "unrecorded")]
    pub channel: String,

    /// It is known that it is the person who asks, or somebody entitled to
    #[arg(long)]
    pub identity_checked: bool,

    /// Whose bank holidays count: england-and-wales, scotland or northern-ireland
    #[arg(long, value_name = "NATION", default_value = "england-and-wales")]
    pub nation: Nation,

    /// Name of the case, for instance your own reference [default: the next number of the year]
    #[arg(long, value_name = "NAME")]
    pub reference: Option<String>,
}

/// A day as people write it: `2026-11-02` or `2/11/2026`.
pub fn date(text: &str) -> Result<Date, String> {
    let impossible = || format!("{text} is no day there ever was: write 2026-11-02 or 2/11/2026");
    if let Some((day, (month, year))) = text
        .split_once('/')
        .and_then(|(day, rest)| Some((day, rest.split_once('/')?)))
    {
        let number = |text: &str| text.trim().parse::<i16>().map_err(|_| impossible());
        let (day, month, year) = (number(day)?, number(month)?, number(year)?);
        if year < 1000 {
            return Err("write the year with four figures".to_owned());
        }
        let (Ok(day), Ok(month)) = (i8::try_from(day), i8::try_from(month)) else {
            return Err(impossible());
        };
        return Date::new(year, month, day).map_err(|_| impossible());
    }
    match text.len() == 10 {
        true => text.parse().map_err(|_| impossible()),
        false => Err(impossible()),
    }
}

fn read_person(path: &PathBuf) -> anyhow::Result<(String, Described)> {
    /// Nobody needs more to be described.
    const MOST: u64 = 1 << 20;
    let mut told = String::new();
    let shown = path.display().to_string();
    match shown.as_str() {
        "-" => std::io::stdin().lock().take(MOST).read_to_string(&mut told),
        _ => fs::File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut told)),
    }
    .with_context(|| format!("{shown} cannot be read; no case was opened or changed"))?;
    let described = describe(&shown, &told)?;
    // What the look-up will say of it is better said now: a birth date that is none stops it, a number that fails its
    // check is searched as written.
    let rules = RuleSet::builtin().map_err(DetectError::from)?;
    let asked = identity::ask(
        &described.person,
        rules.rules(),
        &Facts::now(),
        &Key::random()?,
    )
    .with_context(|| format!("{shown}: nothing was changed"))?;
    for warning in asked.warnings {
        terminal::complain(&format!("domesday: {}", text::terminal(&warning)));
    }
    Ok((told, described))
}

/// Runs `open`.
pub fn open(args: &OpenArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let (person, described) = read_person(&args.person)?;
    if args.channel.trim().is_empty() {
        bail!("--channel is empty: say how the request came, or leave it out");
    }
    let opening = Opening {
        case: args.reference.clone(),
        kind: args.kind,
        received: args.received,
        channel: args.channel.clone(),
        nation: args.nation,
        identity_checked: args.identity_checked,
        person,
        terms: described.terms,
    };
    let case = desk.cases.open(opening, desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Stop the clock: identity or clarification is awaited
#[derive(Args, Debug)]
#[command(after_help = "\
Asked for identity, the month begins anew on the day it is shown. Asked for clarification of an access request, the days
from the asking to the answer do not count (UK GDPR Article 12A); of another request they do, and `status` says so.")]
pub struct StopArgs {
    /// The case
    pub case: String,

    /// What is awaited: identity or clarification
    #[arg(long = "for", value_name = "WHAT", value_parser = stop_for)]
    pub why: Stop,

    /// The day the person was asked [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,

    /// What was asked, for the log: no values
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
}

fn stop_for(text: &str) -> Result<Stop, String> {
    [Stop::Identity, Stop::Clarification]
        .into_iter()
        .find(|stop| stop.word() == text)
        .ok_or_else(|| "write identity or clarification".to_owned())
}

/// Runs `stop`.
pub fn stop(args: &StopArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let on = args.on.unwrap_or(desk.today);
    case.stop(args.why, on, args.note.clone(), desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Record that the answer came or identity was shown; a clock that stood still goes on
#[derive(Args, Debug)]
pub struct ResumeArgs {
    /// The case
    pub case: String,

    /// The day it came [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,

    /// How, for the log: no values
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
}

/// Runs `resume`.
pub fn resume(args: &ResumeArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let on = args.on.unwrap_or(desk.today);
    case.resume(on, args.note.clone(), desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Runs `identity`.
pub fn identity(args: &ResumeArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let on = args.on.unwrap_or(desk.today);
    case.identity(on, args.note.clone(), desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Take two further months, because the request is complex or one of several; the person must be told why
#[derive(Args, Debug)]
pub struct ExtendArgs {
    /// The case
    pub case: String,

    /// Why, as the person was told it
    #[arg(long, value_name = "WORDS")]
    pub reason: String,

    /// The day the person was told [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,
}

/// Runs `extend`.
pub fn extend(args: &ExtendArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let on = args.on.unwrap_or(desk.today);
    case.extend(on, args.reason.clone(), desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Describe anew who is looked for: what was written before is replaced
#[derive(Args, Debug)]
pub struct PersonArgs {
    /// The case
    pub case: String,

    /// A file like person.toml, or `-` for the standard input
    #[arg(long, value_name = "FILE")]
    pub person: PathBuf,
}

/// Runs `person`.
pub fn person(args: &PersonArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let (text, described) = read_person(&args.person)?;
    case.describe(&text, &described.terms, &desk.hand)?;
    show::one(&case, desk)
}

/// Write a line of your own into the log
#[derive(Args, Debug)]
pub struct NoteArgs {
    /// The case
    pub case: String,

    /// The words: no values, the log is not for the person alone
    #[arg(required = true)]
    pub words: Vec<String>,
}

/// Runs `note`.
pub fn note(args: &NoteArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let note = args.words.join(" ");
    case.record(&desk.hand, Event::Noted { note })?;
    Ok(Exit::Complete)
}

/// Close a case
#[derive(Args, Debug)]
pub struct CloseArgs {
    /// The case
    pub case: String,

    /// How it ended: what was sent or done, when and how, or why it was refused
    #[arg(long, value_name = "WORDS")]
    pub outcome: String,

    /// The day [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,
}

/// Runs `close`.
pub fn close(args: &CloseArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    let on = args.on.unwrap_or(desk.today);
    case.close(on, args.outcome.clone(), desk.today, &desk.hand)?;
    show::one(&case, desk)
}

/// Open a closed case again
#[derive(Args, Debug)]
pub struct ReopenArgs {
    /// The case
    pub case: String,

    /// Why
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

/// Runs `reopen`.
pub fn reopen(args: &ReopenArgs, desk: &Desk) -> anyhow::Result<Exit> {
    let mut case = desk.case(&args.case)?;
    case.reopen(args.reason.clone(), &desk.hand)?;
    show::one(&case, desk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil;

    #[test]
    fn days_are_read_as_people_write_them_and_impossible_ones_are_refused() {
        for text in ["2026-11-02", "2/11/2026", "02/11/2026"] {
            assert_eq!(date(text), Ok(civil::date(2026, 11, 2)), "{text}");
        }
        for text in [
            "2026-02-30",
            "30/2/2026",
            "2026-13-01",
            "11/31/2026",
            "tomorrow",
            "",
            "2/11/26",
            "2026-11-2x",
            "20261102",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
    }
}
