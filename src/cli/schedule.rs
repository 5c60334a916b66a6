//! `domesday schedule`: what a scheduler needs to run a scan every night.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{ArgGroup, Args};
use jiff::civil::Time;

use crate::{
    cli::{exit::Exit, options, terminal, whole},
    config::{Config, FILE_NAME, value::time_of_day},
};

/// Print units that run a scan every night: for systemd, cron or the Windows task scheduler
///
/// The scan goes by the configuration in use (./domesday.toml, --config, DOMESDAY_CONFIG), which must name the folders.
/// Paths are made absolute. Nothing is installed: each prints where it goes.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("for").required(true).args(["systemd", "cron", "windows_task"]),
    after_help = "\
Examples:
  domesday schedule --systemd --user domesday         a service and a timer, to be looked at
  domesday schedule --systemd -o /etc/systemd/system  the same, written there
  domesday schedule --cron --at 21:30 --until 06:00   a line for /etc/cron.d
  domesday schedule --windows-task > domesday.xml     then: schtasks /Create /TN domesday /XML domesday.xml"
)]
pub struct ScheduleArgs {
    /// A service and a timer for systemd
    #[arg(long)]
    pub systemd: bool,

    /// A line for /etc/cron.d
    #[arg(long)]
    pub cron: bool,

    /// A task for the Windows task scheduler, as XML
    #[arg(long)]
    pub windows_task: bool,

    /// When it starts
    #[arg(long, value_name = "TIME", default_value = "22:00", value_parser = time_of_day)]
    pub at: Time,

    /// When it stops, to go on the next night [default: that of the configuration]
    #[arg(long, id = "stop_at", long = "until", value_name = "TIME", value_parser = time_of_day)]
    pub until: Option<Time>,

    /// Account it runs under
    #[arg(long, value_name = "NAME", default_value = "root")]
    pub user: String,

    /// Write the systemd units into this folder instead of printing them
    #[arg(short, long, value_name = "DIR", requires = "systemd")]
    pub output: Option<PathBuf>,
}

/// What runs, with absolute paths.
struct Plan {
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
    roots: Vec<PathBuf>,
    /// Folders that the scan writes to.
    writes: Vec<PathBuf>,
    user: String,
    at: Time,
}

/// Runs the command.
pub fn run(
    args: &ScheduleArgs,
    config_file: Option<&Path>,
    config: &Config,
) -> anyhow::Result<Exit> {
    let plan = plan(args, config_file, config)?;
    let mut out = terminal::output();
    if args.cron {
        write!(out, "{}", cron(&plan)?)?;
    } else if args.windows_task {
        write!(out, "{}", windows(&plan))?;
    } else {
        for (name, text) in [
            ("domesday.service", service(&plan)),
            ("domesday.timer", timer(&plan)),
        ] {
            match &args.output {
                None => writeln!(out, "# /etc/systemd/system/{name}\n{text}")?,
                Some(folder) => {
                    let file = folder.join(name);
                    options::check_folder_of(&file)?;
                    whole::write(&file, true, |out| Ok(out.write_all(text.as_bytes())?))?;
                    writeln!(out, "{} is written", file.display())?;
                }
            }
        }
        writeln!(
            out,
            "# then: systemctl daemon-reload && systemctl enable --now domesday.timer"
        )?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

fn plan(args: &ScheduleArgs, config_file: Option<&Path>, config: &Config) -> anyhow::Result<Plan> {
    let absolute = |path: &Path| {
        std::path::absolute(path).with_context(|| format!("{} cannot be found", path.display()))
    };
    let Some(file) = config_file else {
        bail!(
            "there is no {FILE_NAME} here: write one with `domesday init`, so that the scan knows its folders, or name one with --config"
        );
    };
    if config.roots.is_empty() {
        bail!(
            "{} names no folder: write a [[root]] into it",
            file.display()
        );
    }
    let file = absolute(file)?;
    let folder = file.parent().unwrap_or(Path::new("/")).to_path_buf();
    let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    let mut arguments = vec![
        "scan".to_owned(),
        "--config".to_owned(),
        file.to_string_lossy().into_owned(),
    ];
    if let Some(until) = args.until {
        arguments.extend(["--until".to_owned(), clock(until)]);
    }
    if file.to_str().is_none() {
        bail!(
            "{} is not a name that a unit can hold: move it",
            file.display()
        );
    }
    let inventory = config
        .inventory
        .clone()
        .unwrap_or_else(|| "domesday.db".into());
    let mut writes = vec![inventory];
    writes.extend(config.scan.metrics.clone());
    writes.extend(config.outputs.iter().map(|output| output.file.clone()));
    let mut folders: Vec<PathBuf> = writes
        .iter()
        .map(|file| {
            Ok(absolute(file)?
                .parent()
                .unwrap_or(Path::new("/"))
                .to_path_buf())
        })
        .collect::<anyhow::Result<_>>()?;
    folders.sort();
    folders.dedup();
    Ok(Plan {
        program: env::current_exe().context("the program cannot find itself")?,
        arguments,
        folder,
        roots: config
            .roots
            .iter()
            // systemd passes over a path with `..` in it; a share that is not mounted now keeps its words.
            .map(|root| std::fs::canonicalize(&root.path).or_else(|_| absolute(&root.path)))
            .collect::<anyhow::Result<_>>()?,
        writes: folders,
        user: args.user.clone(),
        at: args.at,
    })
}

/// A word of a unit file: in quotes, with what systemd expands doubled.
fn word(text: &str) -> String {
    let mut word = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => word.extend(['\\', c]),
            '%' => word.push_str("%%"),
            '\n' => word.push_str("\\n"),
            c => word.push(c),
        }
    }
    word.push('"');
    word
}

fn service(plan: &Plan) -> String {
    // In a command a dollar sign begins a variable; elsewhere it is itself.
    let mut command = vec![word(&plan.program.to_string_lossy())];
    command.extend(
        plan.arguments
            .iter()
            .map(|word_| word(&word_.replace('$', "$$"))),
    );
    let paths = |paths: &[PathBuf]| {
        let words: Vec<String> = paths
            .iter()
            .map(|path| word(&path.to_string_lossy()))
            .collect();
        words.join(" ")
    };
    format!(
        "\
[Unit]
Description=domesday: scan for personal data
After=network-online.target remote-fs.target
Wants=network-online.target
RequiresMountsFor={roots}

[Service]
Type=oneshot
User={user}
WorkingDirectory={folder}
ExecStart={command}
# 3: complete, but some documents could not be read, or a folder was not there; 4: its time was up, it goes on the next night.
SuccessExitStatus=3 4
# The first signal asks it to stop in good order; it asks its own processes.
KillMode=mixed
TimeoutStopSec=120
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writes}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
# To read everything without being root: make an account of its own, name it with --user, and take the # off.
#AmbientCapabilities=CAP_DAC_READ_SEARCH
",
        roots = paths(&plan.roots),
        user = plan.user,
        // A path to the end of the line: quotes would be part of it.
        folder = plan.folder.to_string_lossy().replace('%', "%%"),
        command = command.join(" "),
        writes = paths(&plan.writes),
    )
}

fn timer(plan: &Plan) -> String {
    format!(
        "\
[Unit]
Description=domesday: scan for personal data every night

[Timer]
OnCalendar=*-*-* {:02}:{:02}:00
# A night in which the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
",
        plan.at.hour(),
        plan.at.minute()
    )
}

fn cron(plan: &Plan) -> anyhow::Result<String> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut words = vec![quoted(&plan.program.to_string_lossy())];
    words.extend(plan.arguments.iter().map(|word| quoted(word)));
    let command = format!(
        "cd {} && {}",
        quoted(&plan.folder.to_string_lossy()),
        words.join(" ")
    );
    if command.contains('\n') {
        bail!("a line of cron cannot hold a line break: move the files to a folder without one");
    }
    Ok(format!(
        "# /etc/cron.d/domesday: cron mails what the scan prints; add --quiet, or quiet = true to the configuration\n{} {} * * * {} {}\n",
        plan.at.minute(),
        plan.at.hour(),
        plan.user,
        // An unescaped per cent sign is a line break to cron.
        command.replace('%', "\\%")
    ))
}

fn windows(plan: &Plan) -> String {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
    };
    let words: Vec<String> = plan
        .arguments
        .iter()
        .map(|word| match word.contains([' ', '\t']) {
            true => format!("\"{word}\""),
            false => word.clone(),
        })
        .collect();
    let now = jiff::ZonedDateTime::now();
    format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">
  <RegistrationInfo>
    <Description>domesday: scan for personal data</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{day}T{hour:02}:{minute:02}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions>
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
",
        day = now.strftime("%Y-%m-%d"),
        hour = plan.at.hour(),
        minute = plan.at.minute(),
        program = escaped(&plan.program.to_string_lossy()),
        arguments = escaped(&words.join(" ")),
        folder = escaped(&plan.folder.to_string_lossy()),
    )
}
