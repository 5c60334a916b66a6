//! What follows a scan, however it ended: reports to files, metrics, the site's own command.
//!
//! None of it changes how the scan ended. What fails is a line in the log.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    cli::{
        exit::Exit,
        log::{Event, Log, Weight},
        options,
        report::{log as log_report, report_options, write_file},
        whole,
    },
    config::{Config, Output},
    inventory::Inventory,
    model::Level,
    report::{self, metrics},
    scan::Ended,
};

/// How a scan ended, for those who are told.
pub struct Outcome<'s> {
    /// The status it will end with.
    pub exit: Exit,
    /// Its counts, when it came so far.
    pub ended: Option<&'s Ended>,
    /// What stopped it, in a line; empty when nothing did.
    pub message: &'s str,
    /// The inventory.
    pub inventory: &'s Path,
}

/// What is to follow.
pub struct After<'s> {
    /// The configuration: its reports are written.
    pub config: &'s Config,
    /// `--metrics`.
    pub metrics: Option<&'s Path>,
    /// `--on-finish`.
    pub command: Option<&'s str>,
}

/// Does it.
pub fn follow(after: &After<'_>, outcome: &Outcome<'_>, log: &Log) {
    let warn = |message: String| log.line(Event::After, Weight::Error, &message, Value::Null);
    let complete = !matches!(outcome.exit, Exit::Fatal | Exit::Interrupted | Exit::TimeUp);
    for output in after.config.outputs.iter().filter(|_| complete) {
        if let Err(error) = write_report(output, after.config, outcome.inventory) {
            warn(format!(
                "the report {} was not written: {error:#}",
                output.report
            ));
        }
    }
    if let Some(file) = after.metrics
        && let Err(error) = write_metrics(file, outcome)
    {
        warn(format!("the metrics were not written: {error:#}"));
    }
    if let Some(command) = after.command
        && let Some(message) = run(command, outcome)
    {
        warn(message);
    }
}

/// Reports by these names can be written. Asked before a scan of hours, not after it.
pub fn check(outputs: &[Output]) -> anyhow::Result<()> {
    for output in outputs {
        anyhow::ensure!(
            report::find(&output.report).is_some(),
            "there is no report `{}` for [[output]] in domesday.toml: `domesday report --help` names them",
            output.report
        );
        options::check_folder_of(&output.file)?;
    }
    Ok(())
}

fn write_report(output: &Output, config: &Config, inventory: &Path) -> anyhow::Result<()> {
    let Some(report) = report::find(&output.report) else {
        anyhow::bail!("there is no such report");
    };
    log_report(report.name(), inventory);
    let inventory = Inventory::open(inventory)?;
    let options = report_options(Level::Medium, config);
    write_file(report, &inventory, options, &output.file)
}

fn write_metrics(file: &Path, outcome: &Outcome<'_>) -> anyhow::Result<()> {
    let mut page = metrics::Page::default();
    page.gauge(
        "scan_exit_status",
        "Exit status of the last scan: 0 complete, 3 some documents not read, 2 failed; README has the others.",
    )
    .add(&[], f64::from(outcome.exit.code()));
    page.gauge(
        "scan_ended_timestamp_seconds",
        "When the last scan ended, however it did.",
    )
    .add(&[], jiff::Timestamp::now().as_second() as f64);
    let mut text = page.into_text();
    // A scan that failed may have no inventory to tell of; that it failed is told all the same.
    match Inventory::open(outcome.inventory) {
        Ok(inventory) => text.push_str(&metrics::text(&inventory)?),
        Err(error) if outcome.exit != Exit::Fatal => return Err(error.into()),
        Err(_) => {}
    }
    whole::write(file, true, |out| Ok(out.write_all(text.as_bytes())?))
}

/// Runs the site's command; what went wrong with it.
fn run(command: &str, outcome: &Outcome<'_>) -> Option<String> {
    let mut shell = if cfg!(windows) {
        let mut shell = Command::new("cmd");
        shell.args(["/C", command]);
        shell
    } else {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", command]);
        shell
    };
    shell.stdin(Stdio::null());
    // The key is for those who look people up.
    shell.env_remove(options::KEY_VARIABLE);
    for (name, value) in variables(outcome) {
        shell.env(name, value);
    }
    match shell.status() {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!(
            "the command of --on-finish ended with {}",
            status
                .code()
                .map_or("a signal".to_owned(), |code| format!("status {code}"))
        )),
        Err(error) => Some(format!(
            "the command of --on-finish cannot be started: {error}"
        )),
    }
}

/// The environment of the command. README documents it.
fn variables(outcome: &Outcome<'_>) -> Vec<(&'static str, String)> {
    let none = Ended::default();
    let ended = outcome.ended.unwrap_or(&none);
    let inventory = std::path::absolute(outcome.inventory);
    vec![
        ("DOMESDAY_RESULT", outcome.exit.word().to_owned()),
        ("DOMESDAY_EXIT_STATUS", outcome.exit.code().to_string()),
        ("DOMESDAY_MESSAGE", outcome.message.to_owned()),
        (
            "DOMESDAY_INVENTORY",
            inventory
                .unwrap_or_else(|_| outcome.inventory.to_owned())
                .to_string_lossy()
                .into_owned(),
        ),
        ("DOMESDAY_RUN", ended.run.to_string()),
        ("DOMESDAY_WALKED", ended.progress.walked.to_string()),
        ("DOMESDAY_UNCHANGED", ended.progress.unchanged.to_string()),
        (
            "DOMESDAY_UNREAD",
            (ended.progress.unread + ended.unread_members).to_string(),
        ),
        ("DOMESDAY_FINDINGS", ended.progress.findings.to_string()),
        ("DOMESDAY_GONE", ended.gone.to_string()),
        ("DOMESDAY_SECONDS", format!("{:.1}", ended.seconds)),
    ]
}

/// The end of a scan as a line of the log.
pub fn tell_end(outcome: &Outcome<'_>, log: &Log) {
    let mut figures = outcome
        .ended
        .map_or(json!({}), |ended| super::progress::figures(&ended.progress));
    if let Some(figures) = figures.as_object_mut() {
        figures.insert("result".into(), json!(outcome.exit.word()));
        figures.insert("status".into(), json!(outcome.exit.code()));
        if let Some(ended) = outcome.ended {
            figures.insert("run".into(), json!(ended.run));
            figures.insert("seconds".into(), json!(ended.seconds));
            figures.insert("gone".into(), json!(ended.gone));
            figures.insert("restarts".into(), json!(ended.restarts));
        }
    }
    let message = match outcome.message {
        "" => format!("scan ended: {}", outcome.exit.word()),
        message => message.to_owned(),
    };
    let (event, weight) = match outcome.exit {
        Exit::Fatal => (Event::Failed, Weight::Error),
        _ => (Event::Ended, Weight::Info),
    };
    log.line(event, weight, &message, figures);
}
