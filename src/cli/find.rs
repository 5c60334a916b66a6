//! `domesday find`: where a person is.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::{
    cli::{exit::Exit, options, terminal},
    detect::Facts,
    find::{Answer, Expand, Hit, KINDS, Person, Reason, Who, find},
    inventory::{Inventory, LookupEntry, key_for},
    model::Sensitive,
    report::text,
    scan::{RuleChoice, tools::detector},
};

/// Find where a person is, by name and identifiers, without opening a document
///
/// Answers from the inventory's blind index. Each document is told with how likely it is about the person (certain,
/// probable, possible) and why; people who could be mistaken for the person are told apart. A name is found in any order,
/// with initials, nicknames, one slip of typing or another spelling of its sound; a birth date, a number, a telephone
/// in any way of writing. The look-up itself is logged in the inventory: when, by whom, which kinds of identifier, never
/// the values.
#[derive(Args, Debug)]
#[command(after_help = "\
A value may be `@FILE` (one a line) or `-` (the standard input), so that it stands in no process list and no shell history;
--person takes all of them from one file:

  name = \"Margaret Okafor\"
  also = [\"Margaret Smith\", \"Maggie\"]
  born = \"1951-03-02\"
  address = \"27 Oak Avenue, M1 1AE\"
  nino = \"QQ 12 34 56 C\"

Examples:
  domesday find --name 'Margaret Okafor' --born 1951-03-02
  domesday find --person okafor.toml --expand all
  domesday find --nino @number.txt --purpose 'SAR 2026-014'
  domesday find --id vehicle-registration='AB12 CDE' --json
  domesday find --name 'Margaret Okafor' --live HR/    in files that no inventory knows")]
pub struct FindArgs {
    /// A name of the person; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,

    /// Another name the person goes or went by: known as, before marriage
    #[arg(long, value_name = "NAME")]
    pub also: Vec<String>,

    /// Names and identifiers from a TOML file (`-` is the standard input)
    #[arg(long, value_name = "FILE")]
    pub person: Option<PathBuf>,

    /// Identifiers of the person.
    #[command(flatten)]
    pub identifiers: Identifiers,

    /// Any other identifier, by the id of its rule (`domesday rules` lists them)
    #[arg(long, value_name = "RULE=VALUE", value_parser = other)]
    pub id: Vec<(String, String)>,

    /// Search too by identifiers that stand beside the person's: one by its id from the list a look-up ends with, or `all`
    /// of those in documents that are certain
    #[arg(long, value_name = "ID")]
    pub expand: Vec<String>,

    /// Search the files under this folder, read now, instead of an inventory; nothing is kept
    #[arg(long, value_name = "PATH", conflicts_with = "inventory")]
    pub live: Option<PathBuf>,

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

/// The person of the options.
fn person(args: &FindArgs) -> anyhow::Result<Person> {
    let mut person = match &args.person {
        None => Person::default(),
        Some(file) => {
            let text = if file.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())
                    .context("the standard input cannot be read")?
            } else {
                std::fs::read_to_string(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?
            };
            Person::from_toml(&text)
                .map_err(|wrong| anyhow::anyhow!("{}: {wrong}", file.display()))?
        }
    };
    let sensitive = |given: &[String]| -> anyhow::Result<Vec<Sensitive>> {
        let values = options::private_values(given)?;
        Ok(values.into_iter().map(Sensitive::new).collect())
    };
    person.names.extend(sensitive(&args.name)?);
    person.also.extend(sensitive(&args.also)?);
    for (kind, value) in args.identifiers.0.iter().chain(&args.id) {
        for value in sensitive(std::slice::from_ref(value))? {
            person.identifiers.push((kind.clone(), value));
        }
    }
    person.expand = match args.expand.iter().any(|id| id == "all") {
        true => Expand::All,
        false if args.expand.is_empty() => Expand::None,
        false => Expand::These(args.expand.clone()),
    };
    Ok(person)
}

/// Scans a folder into an inventory of its own, in a folder that vanishes.
fn scan_now(folder: &Path, into: &Path, args: &FindArgs) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("this program cannot be found")?;
    let mut scan = std::process::Command::new(program);
    scan.arg("scan").arg("--quiet").arg("--inventory").arg(into);
    if let Some(rules) = &args.rules {
        scan.arg("--rules").arg(rules);
    }
    let status = scan
        .arg("--")
        .arg(folder)
        .status()
        .context("the files cannot be read: no scan could be started")?;
    match status.code() {
        Some(0 | 3) => Ok(()),
        _ => bail!("{} could not be searched: see above", folder.display()),
    }
}

/// Runs the command.
pub fn run(args: &FindArgs) -> anyhow::Result<Exit> {
    let person = person(args)?;
    let Some(folder) = &args.live else {
        return look_up(args, &person, &args.inventory);
    };
    let dir = Vanishing::new()?;
    let file = dir.0.join("live.db");
    scan_now(folder, &file, args)?;
    look_up(args, &person, &file)
}

/// A folder of our own, gone when dropped.
struct Vanishing(PathBuf);

impl Vanishing {
    fn new() -> anyhow::Result<Vanishing> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|e| anyhow::anyhow!("no random bytes: {e}"))?;
        let name = format!("domesday-live-{:016x}", u64::from_le_bytes(random));
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Vanishing(path))
    }
}

impl Drop for Vanishing {
    fn drop(&mut self) {
        // Hashes and masks only, and nothing to tell anybody when it fails.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn look_up(args: &FindArgs, person: &Person, file: &Path) -> anyhow::Result<Exit> {
    let inventory = Inventory::open(file)?;
    let key = key_for(file, options::key_from_environment().as_deref())?;
    let detector = detector(&RuleChoice::with_dir(args.rules.as_deref()))?;
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
        person,
        by,
        args.most,
    )?;
    let mut out = terminal::output();
    if args.json {
        serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        show(&answer, args.most, &mut out)?;
    }
    out.flush()?;
    Ok(match answer.hits.is_empty() {
        true => Exit::Met,
        false => Exit::Complete,
    })
}

fn show(answer: &Answer, most: usize, out: &mut impl Write) -> std::io::Result<()> {
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
    told_apart(answer, most, out)?;
    offers(answer, out)?;
    let (documents, members) = answer.unread;
    if documents + members > 0 {
        writeln!(
            out,
            "{} could not be read by any scan, and may hold the person unseen: `domesday report coverage`",
            text::plural(documents + members, "document", "documents")
        )?;
    }
    if answer.scanned_at.is_none() {
        writeln!(
            out,
            "No scan has been completed: there is more than this inventory knows"
        )?;
    }
    for root in &answer.roots {
        let path = root.path.display();
        let path = text::terminal(&path);
        match root.walked_at {
            None => writeln!(out, "{path} has never been scanned to its end")?,
            Some(at) => {
                let days = (jiff::Timestamp::now().as_millisecond() - at) / 86_400_000;
                let age = match days {
                    ..=0 => String::new(),
                    days => format!(
                        ", {} ago: scan again",
                        text::plural(days as u64, "day", "days")
                    ),
                };
                let at = text::moment(at, &jiff::tz::TimeZone::system());
                writeln!(out, "{path} as of the scan of {at}{age}")?;
            }
        }
    }
    Ok(())
}

/// People who could be mistaken for the person: one line a document and kind.
fn told_apart(answer: &Answer, most: usize, out: &mut impl Write) -> std::io::Result<()> {
    if answer.confusable.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nTold apart from the person:")?;
    let mut lines: Vec<String> = Vec::new();
    for other in &answer.confusable {
        let who = match other.who {
            Who::Namesake => "namesake",
            Who::Relative => "household",
            Who::Conflict => "conflict",
        };
        let Some(place) = other.places.first() else {
            continue;
        };
        let line = format!(
            "{who:<9} {}: {}",
            text::terminal(&place.path.display()),
            other.words
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.sort();
    for line in lines.iter().take(most) {
        writeln!(out, "{line}")?;
    }
    if lines.len() > most {
        writeln!(
            out,
            "and {} more",
            text::number((lines.len() - most) as u64)
        )?;
    }
    Ok(())
}

/// Identifiers told of that are not asked for.
const OFFERS: usize = 20;

fn offers(answer: &Answer, out: &mut impl Write) -> std::io::Result<()> {
    if answer.offers.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nBeside the person's, not asked for (search them too with --expand ID):"
    )?;
    for offer in answer.offers.iter().take(OFFERS) {
        writeln!(
            out,
            "{:<32} {} in {}, by {}{}",
            offer.id,
            text::terminal(&offer.preview),
            text::plural(offer.documents, "document", "documents"),
            text::terminal(&offer.chain.join(", then ")),
            if offer.searched { " (searched)" } else { "" }
        )?;
    }
    if answer.offers.len() > OFFERS {
        writeln!(out, "and {} more: see --json", answer.offers.len() - OFFERS)?;
    }
    writeln!(out)
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
    if let Some(place) = hit.places.first() {
        let owner = match place.owner.is_empty() {
            true => "unknown".to_owned(),
            false => text::terminal(&place.owner).into_owned(),
        };
        let changed = place.modified.map_or_else(String::new, |at| {
            let at = text::moment(at / 1_000_000, &jiff::tz::TimeZone::system());
            format!(", last changed {at}")
        });
        writeln!(out, "          owner {owner}{changed}")?;
    }
    for mention in hit.mentions.iter().take(MENTIONS) {
        for note in &mention.notes {
            writeln!(out, "          ({note})")?;
        }
        for reason in &mention.reasons {
            reason_line(&mention.part.chain.to_string(), reason, out)?;
        }
    }
    writeln!(out)
}

/// Mentions told per document.
const MENTIONS: usize = 5;

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
