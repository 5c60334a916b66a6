//! Where the values of options come from: command line > environment > `domesday.toml` > default.
//!
//! Every option in [`OPTIONS`] may also stand in the environment (`DOMESDAY_` and its name) and in the file. What the file
//! says is made the option's default before the command line is parsed, so that one parser checks all of them.

use std::{
    env,
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::{
    Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches,
    builder::{BoolishValueParser, ValueParser},
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};
use serde::Serialize;

use crate::{
    cli::{Cli, terminal},
    config::{Config, ConfigError, FILE_NAME, Loaded},
};

/// Names the file, where it is not given on the command line.
const FILE_VARIABLE: &str = "DOMESDAY_CONFIG";

/// Key in the file and id of the option, in the order `--dump-config` prints them.
const OPTIONS: &[(&str, &str)] = &[
    ("inventory", "inventory"),
    ("exclude", "exclude"),
    ("scan.threads", "threads"),
    ("scan.memory", "memory"),
    ("scan.deadline", "deadline"),
    ("scan.passwords", "passwords"),
    ("scan.ocr", "ocr"),
    ("scan.ocr_languages", "ocr_languages"),
    ("scan.temporary", "temporary"),
    ("scan.other_file_systems", "other_file_systems"),
    ("scan.snapshots", "snapshots"),
    ("scan.no_preview", "no_preview"),
    ("scan.no_sandbox", "no_sandbox"),
    ("scan.fail_on", "fail_on"),
    ("scan.quiet", "quiet"),
    ("scan.until", "until"),
    ("scan.max_duration", "max_duration"),
    ("scan.nice", "nice"),
    ("scan.max_rate", "max_rate"),
    ("scan.log_format", "log_format"),
    ("scan.metrics", "metrics"),
    ("scan.on_finish", "on_finish"),
    ("rules.dir", "rules"),
    ("rules.off", "rules_off"),
    ("rules.modulus_table", "modulus_table"),
    ("request.cases", "cases"),
    ("request.nation", "nation"),
    ("request.max_age", "max_age"),
];

/// Commands that need no configuration, so that a broken one is not in their way.
const WITHOUT: &[&str] = &[
    "init",
    "completions",
    "man",
    "schema",
    "formats",
    "scanner",
    "outside",
];

/// The id of the folders to scan, which the file lists as `[[root]]`.
const ROOTS: &str = "paths";

/// The words of a person, understood.
pub struct Settings {
    /// The command line with the values from everywhere.
    pub cli: Cli,
    /// What the file says.
    pub config: Config,
    /// The file, when there is one.
    pub file: Option<PathBuf>,
}

/// Why there are none.
pub enum Refusal {
    /// The command line: help was asked for, or something in it is wrong.
    CommandLine(clap::Error),
    /// The file.
    Config(ConfigError),
    /// `--dump-config` could not print.
    Failed(anyhow::Error),
    /// `--dump-config` has printed.
    Done,
}

/// Understands the arguments of the program, its own name first.
pub fn understand(arguments: Vec<OsString>) -> Result<Settings, Refusal> {
    let read = match file(&arguments) {
        Some(file) => Loaded::read(&file),
        None => Ok(Loaded::default()),
    };
    let loaded = read.as_ref().ok().cloned().unwrap_or_default();
    let mut command = prepared(&loaded);
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return Err(blame(error, &loaded)),
    };
    let sub = matches.subcommand();
    if !sub.is_some_and(|(name, _)| WITHOUT.contains(&name)) {
        read.map_err(Refusal::Config)?;
    }
    let cli = Cli::from_arg_matches(&matches).map_err(Refusal::CommandLine)?;
    if cli.dump_config {
        let Some((name, matches)) = sub else {
            return Err(Refusal::Done);
        };
        return Err(match dump(&command, name, matches, &loaded) {
            Ok(()) => Refusal::Done,
            Err(error) => Refusal::Failed(error),
        });
    }
    Ok(Settings {
        cli,
        config: loaded.config,
        file: loaded.file,
    })
}

/// The file to read: the one that is named, else the one in the working directory, if there is one.
fn file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter().skip(1).take_while(|word| *word != "--");
    while let Some(word) = arguments.next() {
        if word == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(file) = word
            .to_str()
            .and_then(|word| word.strip_prefix("--config="))
        {
            return Some(PathBuf::from(file));
        }
    }
    match env::var_os(FILE_VARIABLE) {
        Some(file) if !file.is_empty() => Some(PathBuf::from(file)),
        _ => Some(PathBuf::from(FILE_NAME)).filter(|file| file.exists()),
    }
}

/// The command line with the environment and the file behind each option.
fn prepared(loaded: &Loaded) -> Command {
    Cli::command().mut_subcommands(|sub| {
        // `request` has commands of its own; the words of the whole go before those of a part.
        let mut sub = sourced(sub, loaded).mut_subcommands(|sub| sourced(sub, loaded));
        if has(&sub, ROOTS) && !loaded.config.roots.is_empty() && sub.get_name() == "scan" {
            let roots = loaded.config.roots.iter();
            let paths: Vec<OsString> = roots.map(|root| root.path.clone().into()).collect();
            sub = sub.mut_arg(ROOTS, |arg| {
                arg.default_values(paths).hide_default_value(true)
            });
        }
        sub
    })
}

/// A command with the environment and the file behind each of its options.
fn sourced(mut command: Command, loaded: &Loaded) -> Command {
    for (key, id) in OPTIONS {
        if has(&command, id) {
            command = command.mut_arg(id, |arg| with_sources(arg, key, loaded));
        }
    }
    command
}

fn has(command: &Command, id: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == id)
}

/// `DOMESDAY_MAX_RATE` for `--max-rate`.
fn variable(id: &str) -> String {
    format!("DOMESDAY_{}", id.to_ascii_uppercase())
}

fn with_sources(arg: Arg, key: &str, loaded: &Loaded) -> Arg {
    let variable = variable(arg.get_id().as_str());
    let arg = arg.env(variable).hide_env(true);
    let Some(written) = loaded.written.get(key).filter(|w| !w.values.is_empty()) else {
        return arg;
    };
    let arg = arg.default_values(written.values.clone());
    match arg.get_action() {
        // What the file switches on, `--quiet=false` switches off again.
        ArgAction::SetTrue => arg
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(ValueParser::new(BoolishValueParser::new())),
        _ => arg,
    }
}

/// Says where a value stands that the parser refuses, when it stands in the file.
fn blame(error: clap::Error, loaded: &Loaded) -> Refusal {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    if matches!(
        error.kind(),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue
    ) && let (Some(arg), Some(value)) = (
        text(ContextKind::InvalidArg),
        text(ContextKind::InvalidValue),
    ) && let Some(long) = arg
        .strip_prefix("--")
        .and_then(|arg| arg.split([' ', '=', '[']).next())
        && let Some((key, id)) = OPTIONS.iter().find(|(_, id)| id.replace('_', "-") == long)
        && env::var_os(variable(id)).is_none()
        && let Some(written) = loaded.written.get(*key)
        && written.values.contains(&value)
        && let Some(file) = &loaded.file
    {
        let why = std::error::Error::source(&error)
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        return Refusal::Config(ConfigError {
            file: file.clone(),
            line: Some(written.line),
            what: format!("`{value}` is no value for {key}{why}"),
            cure: format!("`domesday scan --help` explains --{long}"),
        });
    }
    Refusal::CommandLine(error)
}

/// Prints what came of everything, as a file that could be used, with where each value is from.
fn dump(
    command: &Command,
    name: &str,
    matches: &ArgMatches,
    loaded: &Loaded,
) -> anyhow::Result<()> {
    let mut out = terminal::output();
    match &loaded.file {
        Some(file) => writeln!(out, "# {}", shown(file))?,
        None => writeln!(out, "# no {FILE_NAME} here")?,
    }
    let Some(sub) = command.find_subcommand(name) else {
        bail!("there is no command {name}");
    };
    let mut section = "";
    for (key, id) in OPTIONS {
        let Some(arg) = sub.get_arguments().find(|arg| arg.get_id() == *id) else {
            continue;
        };
        let (part, key_there) = key.split_once('.').unwrap_or(("", key));
        if part != section {
            writeln!(out, "\n[{part}]")?;
            section = part;
        }
        let values: Vec<String> = matches
            .get_raw(id)
            .map(|values| values.map(|v| v.to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        let from = source(matches, key, id, loaded);
        let written = match (arg.get_action(), values.as_slice()) {
            (_, []) => {
                writeln!(out, "{:<42} # not set", format!("#{key_there} ="))?;
                continue;
            }
            (ArgAction::Append, values) => {
                let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                format!("[{}]", quoted.join(", "))
            }
            (_, [value, ..]) if value.parse::<u64>().is_ok() || is_flag(arg, value) => {
                value.clone()
            }
            (_, [value, ..]) => quoted(value),
        };
        writeln!(out, "{:<42} # {from}", format!("{key_there} = {written}"))?;
    }
    if has(sub, ROOTS) {
        dump_roots(&mut out, matches, &loaded.config)?;
    }
    // The lists have no options: they are as the file has them.
    let config = &loaded.config;
    list(&mut out, "output", &config.outputs)?;
    list(&mut out, "retention", &config.retention)?;
    if config.organisation != Default::default() {
        write!(
            out,
            "\n[organisation]\n{}",
            toml::to_string(&config.organisation)?
        )?;
    }
    list(&mut out, "function", &config.functions)?;
    out.flush()?;
    Ok(())
}

fn dump_roots(out: &mut impl Write, matches: &ArgMatches, config: &Config) -> anyhow::Result<()> {
    if matches.value_source(ROOTS) == Some(ValueSource::DefaultValue) {
        return list(out, "root", &config.roots);
    }
    for path in matches.get_raw(ROOTS).into_iter().flatten() {
        let path = quoted(&path.to_string_lossy());
        writeln!(
            out,
            "\n[[root]]\n{:<42} # command line",
            format!("path = {path}")
        )?;
    }
    Ok(())
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: &[T]) -> anyhow::Result<()> {
    for item in items {
        write!(out, "\n[[{name}]]\n{}", toml::to_string(item)?)?;
    }
    Ok(())
}

fn source(matches: &ArgMatches, key: &str, id: &str, loaded: &Loaded) -> String {
    match (matches.value_source(id), loaded.written.get(key)) {
        (Some(ValueSource::CommandLine), _) => "command line".to_owned(),
        (Some(ValueSource::EnvVariable), _) => format!("environment, {}", variable(id)),
        (_, Some(written)) => format!(
            "{}, line {}",
            loaded.file.as_deref().map(shown).unwrap_or_default(),
            written.line
        ),
        _ => "default".to_owned(),
    }
}

fn shown(file: &Path) -> String {
    crate::report::text::terminal(&file.to_string_lossy()).into_owned()
}

fn is_flag(arg: &Arg, value: &str) -> bool {
    matches!(value, "true" | "false")
        && (matches!(arg.get_action(), ArgAction::SetTrue) || arg.is_require_equals_set())
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
