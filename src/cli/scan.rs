//! `domesday scan`: the pipeline, with its summary.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail};
use clap::Args;
use jiff::civil::Time;
use serde_json::Value;

use crate::{
    cli::{
        exit::Exit,
        finish::{self, After, Outcome},
        log::{Event, Log, LogFormat, Weight},
        options::{self, ReadingArgs},
        progress::Show,
        report::report_options,
        terminal,
        until::TimeLimit,
    },
    config::{
        Config,
        value::{lasting, rate, time_of_day},
    },
    inventory::{Inventory, InventoryError, Key, key_for, record::RawPath},
    model::{Category, Class, Level},
    report::{summary, text},
    scan::{
        Ended, Job, ScanError,
        fault::Fault,
        supervise::{self, Watch as _, Wish},
    },
    walk::{Exclusions, Root, Roots, roots},
};

/// Scan folders into an inventory, and print what a data protection officer needs to know
///
/// Reads every document under the folders, finds the personal data in it, and keeps in one file where it is: no value is
/// stored, only masked previews and keyed hashes. Run it again and only what changed is read. Stop it at any time, even
/// with the plug: the same command goes on.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  domesday scan /srv/share                            into domesday.db, here
  domesday scan /srv/hr /srv/finance -i office.db     several folders, one inventory
  domesday scan /srv/share --exclude '*.iso' --exclude /software/
  domesday scan /srv/share --quiet --fail-on special  for a scheduler: status 1 when such data is there
  domesday scan --until 06:00 --nice 10 --max-rate 50MB/s   at night, the folders of domesday.toml")]
pub struct ScanArgs {
    /// Folders to scan [default: those of domesday.toml]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The inventory: made if it is not there
    #[arg(short, long, value_name = "FILE", default_value = "domesday.db")]
    pub inventory: PathBuf,

    /// Leave out what matches, written as in a .gitignore; each entry left out is counted under its rule
    ///
    /// A file named .domesdayignore does the same for its folder. .gitignore files are not obeyed, and hidden files are
    /// scanned: the data is held all the same.
    #[arg(short, long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Enter folders on other file systems
    #[arg(long)]
    pub other_file_systems: bool,

    /// Enter snapshot folders (.snapshot, .zfs/snapshot, ~snapshot)
    #[arg(long)]
    pub snapshots: bool,

    /// Read every document again, changed or not
    #[arg(long)]
    pub again: bool,

    /// Keep no masked previews in the inventory
    #[arg(long)]
    pub no_preview: bool,

    /// End with status 1 if such data is found at medium confidence or higher: `any`, `high`, `special`,
    /// `criminal-offence`, or
    /// a category as `domesday rules` names it; may be given more than once
    #[arg(long, value_name = "WHAT", value_parser = FailOn::parse)]
    pub fail_on: Vec<FailOn>,

    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,

    /// How progress and errors are told on the error output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,

    /// Do not shut the scanner off from what it does not need (for systems where that breaks it)
    #[arg(long)]
    pub no_sandbox: bool,

    /// How far the scan goes.
    #[command(flatten)]
    pub schedule: ScheduleArgs,

    /// How documents are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// What keeps a scan within its bounds, and what follows it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Under a scheduler")]
pub struct ScheduleArgs {
    /// Stop in good order when the clock shows this, as in 06:00, with status 4; the next scan goes on
    #[arg(long, value_name = "TIME", value_parser = time_of_day)]
    pub until: Option<Time>,

    /// Stop in good order after so long, as in 2h or 90m, with status 4; the next scan goes on
    #[arg(long, value_name = "TIME", value_parser = lasting)]
    pub max_duration: Option<Duration>,

    /// Stand back from other programs: 0 not at all, 19 as far as it goes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=19))]
    pub nice: Option<u8>,

    /// Read no faster than this from the disk or the share, as in 50MB/s
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub max_rate: Option<u64>,

    /// Write figures for Prometheus' textfile collector to this file after the scan (see `domesday report metrics`)
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,

    /// Run this command by the shell after the scan, however it ended
    ///
    /// It finds in its environment DOMESDAY_RESULT (complete, met, failed, unread, time-up or interrupted),
    /// DOMESDAY_EXIT_STATUS, DOMESDAY_MESSAGE, DOMESDAY_INVENTORY, DOMESDAY_RUN, DOMESDAY_WALKED, DOMESDAY_UNCHANGED,
    /// DOMESDAY_UNREAD, DOMESDAY_FINDINGS, DOMESDAY_GONE and DOMESDAY_SECONDS.
    #[arg(long, value_name = "COMMAND")]
    pub on_finish: Option<String>,
}

/// What `--fail-on` names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailOn {
    /// Anything at medium or higher.
    Any,
    /// Anything at high.
    High,
    /// Special category data.
    Special,
    /// Criminal offence data.
    Criminal,
    /// A category.
    Category(Category),
}

impl FailOn {
    fn parse(text: &str) -> Result<FailOn, String> {
        Ok(match text {
            "any" => FailOn::Any,
            "high" => FailOn::High,
            "special" => FailOn::Special,
            "criminal-offence" => FailOn::Criminal,
            other => FailOn::Category(Category::from_id(other).ok_or_else(|| {
                let ids: Vec<&str> = Category::ALL.iter().map(|category| category.id()).collect();
                format!(
                    "write any, high, special, criminal-offence or one of: {}",
                    ids.join(", ")
                )
            })?),
        })
    }

    /// Whether findings of a category and level meet it.
    pub fn met(self, category: Category, level: Level) -> bool {
        level >= Level::Medium
            && match self {
                FailOn::Any => true,
                FailOn::High => level == Level::High,
                FailOn::Special => category.class() == Class::Special,
                FailOn::Criminal => category.class() == Class::Criminal,
                FailOn::Category(wanted) => category == wanted,
            }
    }
}

/// Runs the command, and what is to follow it.
pub fn run(args: &ScanArgs, config: &Config) -> anyhow::Result<Exit> {
    let log = Log {
        format: args.log_format,
        quiet: args.quiet,
    };
    let mut ended = None;
    let result = scan(args, config, &log, &mut ended);
    let (exit, message) = match &result {
        Ok((exit, message)) => (*exit, message.clone()),
        Err(error) => (Exit::Fatal, format!("{error:#}")),
    };
    let outcome = Outcome {
        exit,
        ended: ended.as_ref(),
        message: &message,
        inventory: &args.inventory,
    };
    let json = args.log_format == LogFormat::Json;
    if json || !message.is_empty() && exit != Exit::Fatal {
        finish::tell_end(&outcome, &log);
    }
    let after = After {
        config,
        metrics: args.schedule.metrics.as_deref(),
        command: args.schedule.on_finish.as_deref(),
    };
    finish::follow(&after, &outcome, &log);
    match result {
        // Told already, as an object.
        Err(_) if json => Ok(Exit::Fatal),
        other => other.map(|_| exit),
    }
}

/// Scans; the status, and what there is to say of it.
fn scan(
    args: &ScanArgs,
    config: &Config,
    log: &Log,
    ended_as: &mut Option<Ended>,
) -> anyhow::Result<(Exit, String)> {
    if args.paths.is_empty() {
        bail!(
            "no folder to scan: name one, as in `domesday scan /srv/share`, or write a [[root]] into domesday.toml (`domesday init` makes one)"
        );
    }
    // What can be wrong with the arguments is said before anything is made.
    let checked = roots(&args.paths)?;
    Exclusions::new(&checked.there, &args.exclude)?;
    options::check_folder_of(&args.inventory)?;
    finish::check(&config.outputs)?;
    if let Some(file) = &args.schedule.metrics {
        options::check_folder_of(file)?;
    }
    let key = key(&args.inventory)?;
    let expected = look_before(args, &checked, &key)?;
    let mut told: Vec<PathBuf> = Vec::new();
    for (path, why) in &checked.away {
        let message =
            format!("{why}. Nothing there is marked as gone; the other folders are scanned");
        // Said to the quiet as well: it is what a nightly scan is read for.
        log.line(Event::Note, Weight::Error, &message, Value::Null);
        told.push(path.clone());
    }
    let job = job(args, config, &key)?;
    stand_back(args.schedule.nice)?;
    let stops = watch_signals()?;
    let limit = TimeLimit::new(args.schedule.until, args.schedule.max_duration);
    let mut show = Show::new(*log, expected, stops, limit);
    let program = env::current_exe().context("the program cannot find itself")?;
    let folder = folder_of(&args.inventory)?;
    let command = || {
        let mut command = Command::new(&program);
        command.arg("scanner");
        // Where SQLite puts what does not fit its memory: the one folder that the sandboxed scanner may write to for
        // certain, and the one whose disk has room for the inventory.
        command.env("SQLITE_TMPDIR", &folder);
        command
    };
    let result = supervise::run(job, &command, &mut show);
    show.done();
    let ended = match result {
        Ok(ended) => &*ended_as.insert(ended),
        Err(ScanError::Failed(message)) => bail!("{message}"),
        Err(error) => return Err(error.into()),
    };
    if ended.interrupted {
        let (exit, why) = match show.wish() {
            Wish::TimeUp => (Exit::TimeUp, format!("time is up ({})", show.reason())),
            _ => (Exit::Interrupted, "interrupted".to_owned()),
        };
        let message = format!(
            "{why} after {}; the same command goes on where it stopped",
            text::plural(ended.progress.done, "document", "documents")
        );
        return Ok((exit, message));
    }
    if ended.walked != ended.accounted {
        let message = format!(
            "{} entries were walked and {} have an outcome: this is a fault of domesday; please report it",
            ended.walked, ended.accounted
        );
        log.line(Event::Note, Weight::Error, &message, Value::Null);
    }
    // Nothing at all was there: as when it is seen before.
    if let Some(root) = ended.empty.first()
        && ended.empty.len() == started_roots(&show)
    {
        bail!("{}", unmounted(&root.display()));
    }
    let met = tell(args, &show)?;
    for root in &ended.empty {
        log.line(
            Event::Note,
            Weight::Error,
            &unmounted(&root.display()),
            Value::Null,
        );
    }
    // What went away while the scan ran, too.
    for root in &ended.away {
        let path = root.to_path();
        if !told.iter().any(|told| path.ends_with(told)) {
            let message = format!(
                "{} was not there: is the share mounted? Nothing there was marked as gone",
                root.display()
            );
            log.line(Event::Note, Weight::Error, &message, Value::Null);
        }
    }
    if ended.unlisted > 0 {
        let message = format!(
            "{} in folders that could not be listed. Nothing there was marked as gone; `domesday report coverage` \
             names the folders",
            text::plural(ended.unlisted, "document lies", "documents lie")
        );
        log.line(Event::Note, Weight::Warning, &message, Value::Null);
    }
    if ended.absent > 0 {
        let message = format!(
            "{} on a file system of which nothing is there now: is a share inside a root not mounted? \
             Nothing there was marked as gone",
            text::plural(ended.absent, "document lay", "documents lay")
        );
        log.line(Event::Note, Weight::Warning, &message, Value::Null);
    }
    for root in &ended.bare {
        let message = format!(
            "{} is empty: if it is a share, is it mounted?",
            root.display()
        );
        log.line(Event::Note, Weight::Warning, &message, Value::Null);
    }
    let exit = match (
        met,
        ended.progress.unread
            + ended.unread_members
            + ended.absent
            + (ended.away.len() + ended.empty.len()) as u64,
    ) {
        (true, _) => Exit::Met,
        (false, 0) => Exit::Complete,
        (false, _) => Exit::Unread,
    };
    let message = match (&ended.away[..], &ended.empty[..]) {
        ([], []) => String::new(),
        (away, empty) => {
            let paths: Vec<_> = away.iter().chain(empty).map(RawPath::display).collect();
            format!("not scanned, because not there: {}", paths.join(", "))
        }
    };
    Ok((exit, message))
}

/// How many folders the scanner walked.
fn started_roots(show: &Show) -> usize {
    show.started
        .as_ref()
        .map_or(0, |started| started.roots.len())
}

/// Lowers the priority of this process and of those that it starts.
fn stand_back(nice: Option<u8>) -> anyhow::Result<()> {
    #[cfg(unix)]
    if let Some(nice) = nice.filter(|nice| *nice > 0) {
        rustix::process::nice(i32::from(nice)).context("the priority cannot be lowered")?;
    }
    #[cfg(not(unix))]
    if nice.is_some() {
        bail!("--nice is for Unix systems: start the program with `start /LOW` instead");
    }
    Ok(())
}

fn unmounted(root: &str) -> String {
    format!(
        "{root} is empty, but held documents at the last scan: is the share mounted? Nothing was marked as gone"
    )
}

/// What an inventory that is there already says before anything is done to it: that the key fits, that not every root has
/// become empty, and how many entries to expect.
fn look_before(args: &ScanArgs, checked: &Roots, key: &Key) -> anyhow::Result<u64> {
    if !args.inventory.exists() {
        return Ok(0);
    }
    let inventory = match Inventory::open(&args.inventory) {
        Ok(inventory) => inventory,
        // An empty file: the scan makes an inventory of it.
        Err(InventoryError::Missing(_)) => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    inventory.check_key(key)?;
    let known = inventory.roots()?;
    let held = |root: &Root| {
        known
            .iter()
            .any(|known| known.documents > 0 && known.path.to_path() == root.path)
    };
    if let Some(root) = checked.there.first()
        && checked.there.iter().all(|root| root.empty && held(root))
    {
        bail!("{}", unmounted(&RawPath::new(&root.path).display()));
    }
    let last = inventory
        .runs(10)?
        .into_iter()
        .find(|run| run.ending.as_deref() == Some("complete"));
    Ok(last.map_or(0, |run| run.walked))
}

fn folder_of(inventory: &Path) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(inventory)
        .with_context(|| format!("{} cannot be found", inventory.display()))?;
    Ok(absolute.parent().unwrap_or(Path::new("/")).to_path_buf())
}

/// The key of the inventory: made with it, or the one there is.
fn key(inventory: &Path) -> anyhow::Result<Key> {
    Ok(key_for(
        inventory,
        options::key_from_environment().as_deref(),
    )?)
}

fn job(args: &ScanArgs, config: &Config, key: &Key) -> anyhow::Result<Job> {
    let absolute = |path: &Path| {
        std::path::absolute(path).with_context(|| format!("{} cannot be found", path.display()))
    };
    let mut reading = args.reading.reading()?;
    if let Some(ocr) = reading.ocr.as_mut().filter(|_| args.no_sandbox) {
        ocr.launcher.push(RawPath::new("--no-sandbox"));
    }
    Ok(Job {
        inventory: RawPath::new(absolute(&args.inventory)?),
        key: key.to_text(),
        roots: args
            .paths
            .iter()
            .map(|path| Ok(RawPath::new(absolute(path)?)))
            .collect::<anyhow::Result<_>>()?,
        names: args
            .paths
            .iter()
            .map(|path| name_of(config, path))
            .collect(),
        reading,
        exclude: args.exclude.clone(),
        other_file_systems: args.other_file_systems,
        snapshots: args.snapshots,
        threads: args.reading.threads(),
        max_rate: args.schedule.max_rate,
        previews: !args.no_preview,
        again: args.again,
        host: options::host(),
        user: options::user(),
        pid: std::process::id(),
        since: jiff::ZonedDateTime::now()
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        suspects: Vec::new(),
        sandbox: !args.no_sandbox,
        faults: env::var("DOMESDAY_TEST_FAULTS")
            .map(|text| Fault::list(&text))
            .unwrap_or_default(),
    })
}

/// What the configuration calls a folder; empty when nothing.
fn name_of(config: &Config, path: &Path) -> String {
    let root = config.roots.iter().find(|root| root.path == path);
    root.and_then(|root| root.name.clone()).unwrap_or_default()
}

/// Counts ^C and SIGTERM: the first asks the scan to stop, the second ends it.
fn watch_signals() -> anyhow::Result<Arc<AtomicUsize>> {
    let stops = Arc::new(AtomicUsize::new(0));
    #[cfg(unix)]
    {
        let mut signals = signal_hook::iterator::Signals::new([
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
        ])
        .context("signals cannot be watched")?;
        let counted = Arc::clone(&stops);
        std::thread::spawn(move || {
            for _ in signals.forever() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    Ok(stops)
}

/// Prints what a person needs to know after a scan; whether what `--fail-on` names was found.
fn tell(args: &ScanArgs, show: &Show) -> anyhow::Result<bool> {
    let silent = args.quiet || args.log_format == LogFormat::Json;
    if silent && args.fail_on.is_empty() {
        return Ok(false);
    }
    let inventory = Inventory::open(&args.inventory)?;
    let options = report_options(Level::Medium, &Config::default());
    let model = summary::model(&inventory, &options)?;
    if !silent {
        let mut out = terminal::output();
        summary::render(&model, &options, &mut out)?;
        if let Some(started) = &show.started
            && !started.sandboxed
            && !args.no_sandbox
        {
            writeln!(out, "\nSandbox: {}", started.sandbox)?;
        }
        out.flush()?;
    }
    Ok(model
        .classes
        .iter()
        .flat_map(|(_, list)| list)
        .any(|(category, figures)| {
            [Level::Medium, Level::High].into_iter().any(|level| {
                figures.findings[level as usize] > 0
                    && args.fail_on.iter().any(|what| what.met(*category, level))
            })
        }))
}
