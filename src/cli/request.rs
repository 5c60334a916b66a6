//! `domesday request`: a data-subject request as a case. One file below for what a few of its words do.

mod case;
mod erase;
mod hand_over;
mod show;

pub use show::reminders;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{ZonedDateTime, civil::Date};

use crate::{
    cli::{exit::Exit, options},
    inventory::{Inventory, key_for},
    request::{Case, Cases, RequestError, log::Hand, person::describe, search::Searcher},
    scan::Tools,
};

/// Handle one person's request: the clock, what is handed over, what is erased, and the proof of each
///
/// A case is a folder for its owner alone beside the inventory (`domesday.db.requests/2026-001`). Everything that is done
/// stands in its log, which only grows and is chained, so that a changed line shows. The log holds no value of the
/// person: those are in `person.toml` and in the packs.
#[derive(Args, Debug)]
#[command(after_help = "\
The order of work:
  domesday request open --type access --received 2026-11-02 --person person.toml
  domesday request status 2026-001          what is due, and how the date came about
  domesday request collect 2026-001         the evidence pack, for you
  domesday request redact 2026-001          everybody else in it; then the copies for the person
  domesday request portability 2026-001     the person's data as JSON and CSV
  domesday request erase 2026-001           the worklist; then outcome, a scan, verify, the certificate
  domesday request audit 2026-001           whether the log is as it was written
  domesday request close 2026-001 --outcome 'sent by post'

person.toml has one word a line, the words being the options of `domesday find`:
  name = \"Margaret Okafor\"
  also = [\"Maggie\", \"M. J. Adeyemi\"]
  born = \"1951-03-02\"
  nino = \"…\"")]
pub struct RequestArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RequestCommand,

    /// The inventory
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        default_value = "domesday.db"
    )]
    pub inventory: PathBuf,

    /// Folder of the cases [default: the inventory's name with .requests]
    #[arg(long, global = true, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// What can be done.
#[derive(Subcommand, Debug)]
#[allow(missing_docs)]
pub enum RequestCommand {
    Open(case::OpenArgs),
    List(show::ListArgs),
    Status(show::StatusArgs),
    Stop(case::StopArgs),
    Resume(case::ResumeArgs),
    Identity(case::ResumeArgs),
    Extend(case::ExtendArgs),
    Person(case::PersonArgs),
    Note(case::NoteArgs),
    Collect(hand_over::CollectArgs),
    Redact(hand_over::RedactArgs),
    Check(hand_over::CheckArgs),
    Portability(erase::PortabilityArgs),
    Erase(erase::EraseArgs),
    Outcome(erase::OutcomeArgs),
    Backup(erase::BackupArgs),
    Verify(erase::VerifyArgs),
    Log(show::LogArgs),
    Audit(show::AuditArgs),
    Close(case::CloseArgs),
    Reopen(case::ReopenArgs),
}

/// What every one of them is given.
pub(super) struct Desk {
    pub inventory: PathBuf,
    pub cases: Cases,
    pub hand: Hand,
    pub today: Date,
}

impl Desk {
    /// A case by its name.
    fn case(&self, name: &str) -> Result<Case, RequestError> {
        self.cases.case(name)
    }
}

/// Runs the command.
pub fn run(args: &RequestArgs) -> anyhow::Result<Exit> {
    let desk = Desk {
        inventory: args.inventory.clone(),
        cases: match &args.cases {
            Some(folder) => Cases::in_folder(folder),
            None => Cases::of_inventory(&args.inventory),
        },
        hand: Hand {
            user: options::user(),
            host: options::host(),
        },
        today: ZonedDateTime::now().date(),
    };
    match &args.command {
        RequestCommand::Open(args) => case::open(args, &desk),
        RequestCommand::List(args) => show::list(args, &desk),
        RequestCommand::Status(args) => show::status(args, &desk),
        RequestCommand::Stop(args) => case::stop(args, &desk),
        RequestCommand::Resume(args) => case::resume(args, &desk),
        RequestCommand::Identity(args) => case::identity(args, &desk),
        RequestCommand::Extend(args) => case::extend(args, &desk),
        RequestCommand::Person(args) => case::person(args, &desk),
        RequestCommand::Note(args) => case::note(args, &desk),
        RequestCommand::Collect(args) => hand_over::collect(args, &desk),
        RequestCommand::Redact(args) => hand_over::redact(args, &desk),
        RequestCommand::Check(args) => hand_over::check(args, &desk),
        RequestCommand::Portability(args) => erase::portability(args, &desk),
        RequestCommand::Erase(args) => erase::erase(args, &desk),
        RequestCommand::Outcome(args) => erase::outcome(args, &desk),
        RequestCommand::Backup(args) => erase::backup(args, &desk),
        RequestCommand::Verify(args) => erase::verify(args, &desk),
        RequestCommand::Log(args) => show::log(args, &desk),
        RequestCommand::Audit(args) => show::audit(args, &desk),
        RequestCommand::Close(args) => case::close(args, &desk),
        RequestCommand::Reopen(args) => case::reopen(args, &desk),
    }
}

/// Does something with what is needed to look for the person of a case and to read documents again.
fn searching<T>(
    desk: &Desk,
    case: &mut Case,
    args: &hand_over::SearchArgs,
    work: impl FnOnce(&Searcher<'_>, &mut Case) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let described = describe("person.toml", &case.person()?)?;
    let inventory = Inventory::open(&desk.inventory)?;
    let key = key_for(&desk.inventory, options::key_from_environment().as_deref())?;
    inventory.check_key(&key)?;
    let tools = Tools::new(&args.reading.reading()?, 1)?;
    let searcher = Searcher::new(&inventory, &key, &tools, described, args.at_least)?;
    work(&searcher, case)
}
