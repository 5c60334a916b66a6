//! `domesday find`: where a person is.

mod show;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::{
    cli::{exit::Exit, options, terminal},
    detect::Facts,
    find::{Band, Expand, KINDS, Person, find},
    inventory::{Inventory, LookupEntry, key_for},
    model::Sensitive,
    report::text,
    request::{
        pack::MAX_AGE,
        passage::{self, State, Verified},
        person::Described,
        search::{self, RootState, Searcher},
    },
    scan::{RuleChoice, Tools, document::Desk, tools::detector},
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
  domesday find --name 'Margaret Okafor' --verify      with the passages, read again now
  domesday find --name 'Margaret Okafor' --live HR/    in files that no inventory knows

It ends with status 0 when documents were found, 1 when none was, and 3 when something about the question or the answer
needs a look, which it says: an identifier that fails its check, a name that many have, a scan that is old, a folder that
is not there, a document that changed since. An impossible date ends with status 2.")]
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

    /// Read the documents found again, and show the passages on the person with everybody else masked
    #[arg(long)]
    pub verify: bool,

    /// Days after which a scan is too old to answer from without a word
    #[arg(long, value_name = "DAYS", default_value_t = MAX_AGE)]
    pub max_age: u64,

    /// How documents are read.
    #[command(flatten)]
    pub reading: options::ReadingArgs,

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
    if let Some(rules) = &args.reading.rules {
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
        return look_up(args, person, &args.inventory, false);
    };
    let dir = Vanishing::new()?;
    let file = dir.0.join("live.db");
    scan_now(folder, &file, args)?;
    look_up(args, person, &file, true)
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

fn look_up(args: &FindArgs, person: Person, file: &Path, live: bool) -> anyhow::Result<Exit> {
    let inventory = Inventory::open(file)?;
    let key = key_for(file, options::key_from_environment().as_deref())?;
    let tools = match args.verify {
        true => Some(Tools::new(&args.reading.reading()?, 1)?),
        false => None,
    };
    let owned;
    let detector = match &tools {
        Some(tools) => &tools.detector,
        None => {
            owned = detector(&RuleChoice::with_dir(args.reading.rules.as_deref()))?;
            &owned
        }
    };
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
    let roots = search::roots(&inventory)?;
    let mut seen = Seen::default();
    if let Some(tools) = &tools {
        let described = Described {
            person,
            terms: Vec::new(),
        };
        let searcher = Searcher::new(&inventory, &key, tools, described, Band::Possible)?;
        let mut desk = Desk::default();
        for hit in &answer.hits {
            let verified = passage::verify(&searcher, &mut desk, hit, &roots)?;
            seen.verified.push(verified);
        }
    }
    if !live {
        seen.standing = standing(&roots, args.max_age);
        for hit in &answer.hits {
            let states = hit.places.iter().map(|place| passage::state(place, &roots));
            seen.states.push(states.collect());
        }
    }
    let mut out = terminal::output();
    if args.json {
        show::json(&answer, &seen, &mut out)?;
    } else {
        show::text(&answer, &seen, args, &mut out)?;
    }
    out.flush()?;
    // What is wrong with the question or with what it was asked of matters more than that nothing was found.
    let wrong = !answer.warnings.is_empty() || seen.wrong();
    Ok(match (wrong, answer.hits.is_empty()) {
        (true, _) => Exit::Unread,
        (false, true) => Exit::Met,
        (false, false) => Exit::Complete,
    })
}

/// What is known of the documents of an answer as they are now.
#[derive(Default)]
pub(super) struct Seen {
    /// Of each place of each hit.
    states: Vec<Vec<State>>,
    /// Of each hit, read again.
    verified: Vec<Verified>,
    /// What is wrong with the folders that were scanned, in words.
    standing: Vec<String>,
}

impl Seen {
    fn wrong(&self) -> bool {
        let changed = |state: &State| !matches!(state, State::Same);
        // A document that had long gone when the last scan came by is no trouble.
        !self.standing.is_empty()
            || self
                .states
                .iter()
                .any(|states| states.iter().all(changed) && !states.is_empty())
            || self
                .verified
                .iter()
                .any(|verified| changed(&verified.state))
    }
}

/// What is wrong with the folders that were scanned: not there, never walked to the end, walked too long ago.
fn standing(roots: &[RootState], max_age: u64) -> Vec<String> {
    roots
        .iter()
        .filter_map(|root| {
            let path = text::terminal(&root.path);
            let days = |n: u64| text::plural(n, "day", "days");
            match (root.mounted, root.days) {
                (false, at) => Some(format!(
                    "{path} is not there, as when a share is not mounted: what is known of its {} is from {}; mount it to look again",
                    text::plural(root.documents, "document", "documents"),
                    match at {
                        Some(0) => "the scan of today".to_owned(),
                        Some(n) => format!("the scan {} ago", days(n)),
                        None => "a scan that did not end".to_owned(),
                    }
                )),
                (true, None) => Some(format!(
                    "{path} was never scanned to its end: what was not reached is not in this answer; scan it again"
                )),
                (true, Some(n)) if n > max_age => Some(format!(
                    "{path} was last scanned {} ago: what was written since is not in this answer; scan it again",
                    days(n)
                )),
                _ => None,
            }
        })
        .collect()
}
