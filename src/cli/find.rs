//! `domesday find`: where a person is.

use std::{io::Write, path::PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::{
    cli::{exit::Exit, options, terminal},
    detect::Facts,
    find::{Answer, Hit, KINDS, Person, Reason, find},
    inventory::{Inventory, LookupEntry, key_for},
    model::Sensitive,
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// Find where a person is, by name and identifiers, without opening a document
///
/// Answers from the inventory's blind index. The look-up itself is logged in the inventory: when, by whom, which kinds
/// of identifier, never the values.
#[derive(Args, Debug)]
#[command(after_help = "\
A value may be `@FILE` (one a line) or `-` (the standard input), so that it stands in no process list and no shell history.

Examples:
  domesday find --name 'Margaret Okafor' --born 1951-03-02
  domesday find --nino @number.txt --purpose 'SAR 2026-014'
  domesday find --id vehicle-registration='AB12 CDE' --json")]
pub struct FindArgs {
    /// A name of the person; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,

    /// Identifiers of the person.
    #[command(flatten)]
    pub identifiers: Identifiers,

    /// Any other identifier, by the id of its rule (`domesday rules` lists them)
    #[arg(long, value_name = "RULE=VALUE", value_parser = other)]
    pub id: Vec<(String, String)>,

    /// What the look-up is for, for the log
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub purpose: String,

    /// Documents told at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub most: usize,

    /// The answer as one JSON object
    #[arg(long)]
    pub json: bool,

    /// Your own rules: a folder of TOML files laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// The inventory
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,
}

pub(super) fn other(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(rule, value)| (rule.to_owned(), value.to_owned()))
        .ok_or_else(|| "write RULE=VALUE".to_owned())
}

/// One option for each of [`KINDS`], so that the list is kept once.
#[derive(Debug, Default)]
pub struct Identifiers(pub(super) Vec<(String, String)>);

impl Args for Identifiers {
    fn augment_args(command: Command) -> Command {
        command.args(KINDS.iter().map(|(kind, rules)| {
            Arg::new(*kind)
                .long(*kind)
                .value_name("VALUE")
                .action(ArgAction::Append)
                .help(format!("What these rules find: {}", rules.join(", ")))
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Identifiers {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut identifiers = Identifiers::default();
        identifiers.update_from_arg_matches(matches)?;
        Ok(identifiers)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for (kind, _) in KINDS {
            for value in matches.get_many::<String>(kind).into_iter().flatten() {
                self.0.push(((*kind).to_owned(), value.clone()));
            }
        }
        Ok(())
    }
}

/// Runs the command.
pub fn run(args: &FindArgs) -> anyhow::Result<Exit> {
    let inventory = Inventory::open(&args.inventory)?;
    let key = key_for(&args.inventory, options::key_from_environment().as_deref())?;
    let detector = detector(&RuleChoice::with_dir(args.rules.as_deref()))?;
    let mut person = Person {
        names: options::private_values(&args.name)?
            .into_iter()
            .map(Sensitive::new)
            .collect(),
        ..Person::default()
    };
    for (kind, value) in args.identifiers.0.iter().chain(&args.id) {
        for value in options::private_values(std::slice::from_ref(value))? {
            person
                .identifiers
                .push((kind.clone(), Sensitive::new(value)));
        }
    }
    let by = LookupEntry {
        user: options::user(),
        host: options::host(),
        purpose: args.purpose.clone(),
        ..LookupEntry::default()
    };
    let answer = find(
        &inventory,
        &key,
        detector.rules(),
        &Facts::now(),
        &person,
        by,
        args.most,
    )?;
    let mut out = terminal::output();
    if args.json {
        serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        show(&answer, &mut out)?;
    }
    out.flush()?;
    Ok(match answer.hits.is_empty() {
        true => Exit::Met,
        false => Exit::Complete,
    })
}

fn show(answer: &Answer, out: &mut impl Write) -> std::io::Result<()> {
    for warning in &answer.warnings {
        terminal::complain(&format!("domesday: {}", text::terminal(warning)));
    }
    for hit in &answer.hits {
        document(hit, out)?;
    }
    if answer.hits.is_empty() {
        writeln!(out, "Nothing was found.")?;
    } else {
        writeln!(
            out,
            "{}{}",
            text::plural(answer.hits.len() as u64, "document", "documents"),
            match answer.more {
                0 => String::new(),
                more => format!(" shown, {} more agree less: see --most", text::number(more)),
            }
        )?;
    }
    let (documents, members) = answer.unread;
    if documents + members > 0 {
        writeln!(
            out,
            "{} could not be read by any scan, and may hold the person unseen: `domesday report coverage`",
            text::plural(documents + members, "document", "documents")
        )?;
    }
    match answer.scanned_at {
        None => writeln!(
            out,
            "No scan has been completed: there is more than this inventory knows"
        ),
        Some(at) => writeln!(
            out,
            "As of the scan of {}",
            text::moment(at, &jiff::tz::TimeZone::system())
        ),
    }
}

fn document(hit: &Hit, out: &mut impl Write) -> std::io::Result<()> {
    for (n, place) in hit.places.iter().enumerate() {
        writeln!(
            out,
            "{:<9} {}{}",
            match n {
                0 => hit.band.name(),
                _ => "copy",
            },
            text::terminal(&place.path.display()),
            match place.gone_at {
                Some(_) => " (gone since)",
                None => "",
            }
        )?;
    }
    for mention in &hit.mentions {
        for reason in &mention.reasons {
            reason_line(&mention.part.chain.to_string(), reason, out)?;
        }
    }
    writeln!(out)
}

/// Locations told per reason.
const LOCATIONS: usize = 10;

fn reason_line(parts: &str, reason: &Reason, out: &mut impl Write) -> std::io::Result<()> {
    let mut place = String::new();
    if !parts.is_empty() {
        place.push_str(parts);
        place.push_str(": ");
    }
    let told = reason.locations.iter().take(LOCATIONS);
    let told: Vec<String> = told.map(ToString::to_string).collect();
    place.push_str(&told.join(", "));
    let more = reason.count.saturating_sub(told.len() as u64);
    if more > 0 {
        place.push_str(&format!(", {} more", text::number(more)));
    }
    writeln!(
        out,
        "          {} {} ({}, {}): {}",
        reason.kind,
        reason.words,
        reason.rule,
        reason.level.name(),
        text::terminal(&place)
    )
}
