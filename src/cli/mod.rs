//! Words ⇄ typed options, one file per command; the only room that prints, reads the environment or exits.

pub mod evaluate;
pub mod exit;
pub mod explain;
pub mod find;
pub mod finish;
pub mod forget;
pub mod formats;
pub mod init;
pub mod inspect;
pub mod key;
pub mod log;
pub mod manual;
pub mod ocr;
pub mod options;
pub mod outside;
pub mod own;
pub mod progress;
pub mod report;
pub mod request;
pub mod review;
pub mod rules;
pub mod scan;
pub mod scanner;
pub mod schedule;
pub mod schema;
pub mod settings;
pub mod status;
pub mod terminal;
pub mod until;
pub mod whole;

use std::{env, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use exit::Exit;
use settings::{Refusal, Settings};

/// What the program is, in a sentence.
const ABOUT: &str = "A Domesday Book for personal data: what is held, where, and on whom.";

/// The whole command line.
#[derive(Parser, Debug)]
#[command(
    name = "domesday",
    version,
    about = ABOUT,
    after_help = exit::help(),
    max_term_width = 110,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Read this configuration instead of ./domesday.toml
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Configuration"
    )]
    pub config: Option<PathBuf>,

    /// Print the options that would be used, as a domesday.toml, and where each comes from
    #[arg(long, global = true, help_heading = "Configuration")]
    pub dump_config: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands. Each says what it is for at its arguments, and that is what `--help` prints.
#[derive(Subcommand, Debug)]
#[allow(missing_docs)]
pub enum Command {
    Init(init::InitArgs),
    Scan(scan::ScanArgs),
    Inspect(inspect::InspectArgs),
    Find(find::FindArgs),
    Forget(forget::ForgetArgs),
    Key(key::KeyArgs),
    Request(request::RequestArgs),
    Report(report::ReportArgs),
    Explain(explain::ExplainArgs),
    Review(review::ReviewArgs),
    Match(own::MatchArgs),
    Status(status::StatusArgs),
    Schedule(schedule::ScheduleArgs),
    Rules(rules::RulesArgs),
    Formats(formats::FormatsArgs),
    Schema(schema::SchemaArgs),
    Evaluate(evaluate::EvaluateArgs),
    Completions(manual::CompletionsArgs),
    Man(manual::ManArgs),
    #[command(hide = true)]
    Scanner(scanner::ScannerArgs),
    #[command(hide = true)]
    Outside(outside::OutsideArgs),
}

/// Runs the program: one line on the error output and status 2 when a command fails; quiet when nobody reads any more.
pub fn main() -> ExitCode {
    let settings = match settings::understand(env::args_os().collect()) {
        Ok(settings) => settings,
        Err(Refusal::CommandLine(error)) => {
            let _ = error.print();
            return match error.use_stderr() {
                true => Exit::Fatal.into(),
                false => Exit::Complete.into(),
            };
        }
        Err(Refusal::Done) => return Exit::Complete.into(),
        Err(Refusal::Config(error)) => return failed(&error.into()).into(),
        Err(Refusal::Failed(error)) => return failed(&error).into(),
    };
    match run(&settings) {
        Ok(exit) => exit.into(),
        Err(error) => failed(&error).into(),
    }
}

/// Says what stopped a command.
fn failed(error: &anyhow::Error) -> Exit {
    if terminal::nobody_reads(error) {
        return Exit::Complete;
    }
    terminal::complain(&format!(
        "domesday: {}",
        crate::report::text::terminal(&format!("{error:#}"))
    ));
    Exit::Fatal
}

fn run(settings: &Settings) -> anyhow::Result<Exit> {
    match &settings.cli.command {
        Command::Init(args) => init::run(args),
        Command::Scan(args) => scan::run(args, &settings.config),
        Command::Inspect(args) => inspect::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Find(args) => find::run(args),
        Command::Forget(args) => forget::run(args),
        Command::Key(args) => key::run(args),
        Command::Request(args) => request::run(args),
        Command::Report(args) => report::run(args, &settings.config),
        Command::Explain(args) => explain::run(args),
        Command::Review(args) => review::run(args),
        Command::Match(args) => own::run(args),
        Command::Status(args) => status::run(args, &settings.config),
        Command::Schedule(args) => schedule::run(args, settings.file.as_deref(), &settings.config),
        Command::Rules(args) => rules::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::man(args),
        Command::Scanner(args) => scanner::run(args),
        Command::Outside(args) => outside::run(args),
    }
}
