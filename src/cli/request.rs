//! `domesday request`: a data-subject request as a case. One file below for what a few of its words do.

mod case;
mod show;

pub use show::reminders;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{ZonedDateTime, civil::Date};

use crate::{
    cli::{exit::Exit, options},
    request::{Case, Cases, RequestError, log::Hand},
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
    Log(show::LogArgs),
    Audit(show::AuditArgs),
    Close(case::CloseArgs),
    Reopen(case::ReopenArgs),
}

/// What every one of them is given.
pub(super) struct Desk {
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
        RequestCommand::Log(args) => show::log(args, &desk),
        RequestCommand::Audit(args) => show::audit(args, &desk),
        RequestCommand::Close(args) => case::close(args, &desk),
        RequestCommand::Reopen(args) => case::reopen(args, &desk),
    }
}
