//! The supervisor: starts the scanner, watches it, starts it again when it dies, and has the documents it died on read
//! alone, last, each in a process of its own.
//!
//! It opens no document and writes no inventory, so nothing that a document does reaches it. A scanner is killed when a
//! document is past its deadline by far: its own guard ends what listens, the supervisor ends what does not. The one way
//! to continue after any death, of either process or of both, is to start: what was committed is found, what was being
//! read stands in the journal.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};

use crate::{
    inventory::{
        Journal,
        record::{Batch, RawPath, RootId},
    },
    model::{Outcome, OutcomeKind},
    scan::{
        ScanError,
        alone::record_of_failure,
        job::{Ended, Job, Order, Progress, Report, Started, Suspect, Task},
        pace,
    },
};

/// How often the supervisor looks up.
const TICK: Duration = Duration::from_millis(100);

/// How often it looks at what each worker has open.
const LOOK: Duration = Duration::from_millis(500);

/// What a document may take at most beyond twice its deadline before the scanner is killed for it.
const GRACE: Duration = Duration::from_secs(10);

/// How long a scanner that was asked to stop may take.
const STOPPING: Duration = Duration::from_secs(60);

/// The same when only its time was up: a large inventory's index takes minutes.
const ENDING: Duration = Duration::from_secs(30 * 60);

/// How long a process may take to start, on a machine that is busy.
const STARTING: Duration = Duration::from_secs(60);

/// Deaths in a row with no document to blame, before the scan gives up.
const DEATHS: u32 = 3;

/// What the caller wants now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Wish {
    /// Go on.
    GoOn,
    /// The time that the scan had is over: as below, with the patience to end in good order.
    TimeUp,
    /// Finish or drop what is in flight, commit, end.
    Stop,
    /// End at once.
    StopNow,
}

/// Who watches the scan: shows progress, and may stop it.
pub trait Watch {
    /// The scanner runs.
    fn started(&mut self, started: &Started);
    /// How far it is.
    fn progress(&mut self, progress: &Progress);
    /// Something worth a line: a restart, a document read alone.
    fn note(&mut self, note: &str);
    /// Whether to go on.
    fn wish(&self) -> Wish;
    /// Why not, for the record.
    fn reason(&self) -> String;
    /// The wish to stop was passed on.
    fn stopping(&mut self);
}

/// Runs a job to its end. `command` starts the same program as a scanner.
pub fn run(
    mut job: Job,
    command: &dyn Fn() -> Command,
    watch: &mut dyn Watch,
) -> Result<Ended, ScanError> {
    let journal = Journal::path_for(&job.inventory.to_path());
    let mut supervisor = Supervisor {
        command,
        journal: journal.clone(),
        roots: HashMap::new(),
        last: Progress::default(),
        restarts: 0,
    };
    // Whoever left it there died while these were open.
    job.suspects = in_flight(&journal)?;
    let mut idle_deaths = 0;
    loop {
        match supervisor.scan(&job, watch)? {
            Round::Ended(mut ended) => {
                ended.restarts = supervisor.restarts;
                return Ok(*ended);
            }
            Round::Stopped => {
                // Nothing in flight is to blame: it was the user's wish.
                let _ = std::fs::remove_file(&journal);
                return Ok(Ended {
                    progress: supervisor.last,
                    interrupted: true,
                    restarts: supervisor.restarts,
                    ..Ended::default()
                });
            }
            Round::Died(how) => {
                supervisor.restarts += 1;
                job.suspects = in_flight(&journal)?;
                if job.suspects.is_empty() {
                    idle_deaths += 1;
                    if idle_deaths == DEATHS {
                        return Err(ScanError::Died(DEATHS, how.words().to_owned()));
                    }
                } else {
                    idle_deaths = 0;
                }
                watch.note(&format!(
                    "the scanner {}; it starts again, and {} left for the end, alone",
                    how.words(),
                    match job.suspects.len() {
                        0 => "no document is".to_owned(),
                        1 => "the document it was reading is".to_owned(),
                        n => format!("the {n} documents it was reading are"),
                    }
                ));
            }
        }
    }
}

fn in_flight(journal: &std::path::Path) -> Result<Vec<Suspect>, ScanError> {
    let open =
        Journal::read(journal).map_err(|error| ScanError::Journal(journal.to_path_buf(), error))?;
    Ok(open
        .into_iter()
        .map(|open| Suspect {
            root: open.root,
            path: open.path,
        })
        .collect())
}

/// How one life of the scanner ended.
enum Round {
    Ended(Box<Ended>),
    Stopped,
    Died(Death),
}

/// How a process died.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Death {
    Killed,
    TimedOut(Duration),
    Memory,
    Stack,
    Other,
}

impl Death {
    fn words(self) -> &'static str {
        match self {
            Death::Killed => "was killed",
            Death::TimedOut(_) => "was stuck on a document and was stopped",
            Death::Memory => "ran out of its memory",
            Death::Stack => "ran out of stack",
            Death::Other => "died",
        }
    }

    /// The outcome of a document that did this twice.
    fn outcome(self, memory: u64) -> Outcome {
        match self {
            Death::TimedOut(after) => Outcome::new(
                OutcomeKind::TimedOut,
                format!("not read after {} s, twice", after.as_secs()),
            ),
            Death::Memory => Outcome::new(
                OutcomeKind::TooLarge,
                format!(
                    "needs more than {} MiB of memory: give more with --memory",
                    memory >> 20
                ),
            ),
            Death::Stack => Outcome::new(
                OutcomeKind::Crashed,
                "nested too deeply for its reader, twice",
            ),
            Death::Killed | Death::Other => {
                Outcome::new(OutcomeKind::Crashed, "its reader died on it, twice")
            }
        }
    }
}

struct Supervisor<'s> {
    command: &'s dyn Fn() -> Command,
    journal: PathBuf,
    roots: HashMap<RootId, PathBuf>,
    last: Progress,
    restarts: u32,
}

/// When a worker was first seen with what it has open.
type Watched = HashMap<usize, (RootId, RawPath, i64, Instant)>;

impl Supervisor<'_> {
    /// One life of the scanner.
    fn scan(&mut self, job: &Job, watch: &mut dyn Watch) -> Result<Round, ScanError> {
        let mut scanner = Process::start((self.command)(), &Task::Scan(job.clone()))?;
        let mut asked: Option<Instant> = None;
        let mut looked = Instant::now();
        let mut watched = Watched::new();
        // Until then the journal is that of the scanner before.
        let mut has_begun = false;
        loop {
            match scanner.reports.recv_timeout(TICK) {
                Ok(Report::Started(started)) => {
                    has_begun = true;
                    self.roots = started
                        .roots
                        .iter()
                        .map(|(id, path)| (*id, path.to_path()))
                        .collect();
                    watch.started(&started);
                }
                Ok(Report::Progress(progress)) => {
                    self.last = progress;
                    watch.progress(&progress);
                }
                Ok(Report::Alone(suspects)) => {
                    for (n, suspect) in suspects.iter().enumerate() {
                        if watch.wish() > Wish::GoOn {
                            break;
                        }
                        watch.note(&format!(
                            "reading alone what the scanner died on ({} of {})",
                            n + 1,
                            suspects.len()
                        ));
                        self.alone(job, suspect, n as u64, &mut scanner, watch)?;
                    }
                    if watch.wish() == Wish::GoOn {
                        scanner.order(&Order::Close);
                    }
                }
                Ok(Report::Ended(ended)) => {
                    scanner.wait_for_exit();
                    return Ok(Round::Ended(Box::new(ended)));
                }
                Ok(Report::Failed(failure)) => {
                    scanner.wait_for_exit();
                    return Err(ScanError::Failed(failure.message));
                }
                Ok(Report::Read(_)) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let death = scanner.death();
                    return Ok(match asked {
                        Some(_) => Round::Stopped,
                        None => Round::Died(death),
                    });
                }
            }
            match (watch.wish(), asked) {
                (Wish::GoOn, _) => {}
                (Wish::StopNow, _) => {
                    scanner.kill();
                    return Ok(Round::Stopped);
                }
                (Wish::TimeUp | Wish::Stop, None) => {
                    asked = Some(Instant::now());
                    scanner.order(&Order::Stop(watch.reason()));
                    watch.stopping();
                }
                (wish @ (Wish::TimeUp | Wish::Stop), Some(since)) => {
                    let patience = if wish == Wish::Stop { STOPPING } else { ENDING };
                    if since.elapsed() > patience {
                        scanner.kill();
                        return Ok(Round::Stopped);
                    }
                }
            }
            if has_begun && asked.is_none() && looked.elapsed() >= LOOK {
                looked = Instant::now();
                if let Some(limit) = self.overdue(job, &mut watched)? {
                    scanner.kill();
                    return Ok(Round::Died(Death::TimedOut(limit)));
                }
            }
        }
    }

    /// Whether a worker is at one document for longer than that may take; the time it had.
    fn overdue(&self, job: &Job, watched: &mut Watched) -> Result<Option<Duration>, ScanError> {
        let open = Journal::read(&self.journal)
            .map_err(|error| ScanError::Journal(self.journal.clone(), error))?;
        watched.retain(|slot, _| open.iter().any(|open| open.slot == *slot));
        for open in open {
            let now = (open.root, open.path, open.since);
            match watched.get(&open.slot) {
                // Time is counted here, on a clock that is never set.
                Some((root, path, since, first))
                    if (*root, path, *since) == (now.0, &now.1, now.2) =>
                {
                    if first.elapsed() < allowed(job, 0) {
                        continue;
                    }
                    let size = self
                        .roots
                        .get(root)
                        .and_then(|folder| std::fs::metadata(folder.join(path.to_path())).ok())
                        .map_or(0, |metadata| metadata.len());
                    let limit = allowed(job, size);
                    if first.elapsed() >= limit {
                        return Ok(Some(limit));
                    }
                }
                _ => {
                    watched.insert(open.slot, (now.0, now.1, now.2, Instant::now()));
                }
            }
        }
        Ok(None)
    }

    /// Has one document read in a process of its own, and hands on what comes of it.
    fn alone(
        &self,
        job: &Job,
        suspect: &Suspect,
        n: u64,
        scanner: &mut Process,
        watch: &mut dyn Watch,
    ) -> Result<(), ScanError> {
        let Some(root) = self.roots.get(&suspect.root) else {
            return Ok(());
        };
        let path = root.join(suspect.path.to_path());
        let size = std::fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
        let mut limit = allowed(job, size);
        if let Some(ocr) = &job.reading.ocr {
            // Unlike the journal of a scan, its reports do not say that OCR is at work.
            limit = limit.saturating_add(ocr.made(1).file);
        }
        let task = Task::Alone {
            job: job.clone(),
            suspect: suspect.clone(),
            root: RawPath::new(root),
            ticket: ALONE + n,
        };
        let mut reader = Process::start((self.command)(), &task)?;
        let mut due = Instant::now() + STARTING + limit;
        let mut finished = false;
        let death = loop {
            match reader.reports.recv_timeout(TICK) {
                Ok(Report::Read(batch)) => {
                    finished |= !batch.documents.is_empty();
                    scanner.order(&Order::Record(batch));
                }
                Ok(Report::Failed(failure)) => return Err(ScanError::Failed(failure.message)),
                Ok(Report::Started(_)) => due = Instant::now() + limit,
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break reader.death(),
            }
            if watch.wish() > Wish::GoOn {
                reader.kill();
                return Ok(());
            }
            if Instant::now() > due {
                reader.kill();
                break Death::TimedOut(limit);
            }
        };
        if !finished {
            let outcome = death.outcome(job.reading.memory);
            let batch: Batch = record_of_failure(suspect.root, root, &suspect.path, outcome);
            scanner.order(&Order::Record(Box::new(batch)));
        }
        Ok(())
    }
}

/// Tickets of documents read alone: far from those the scanner gives.
const ALONE: u64 = 1 << 62;

/// How long a document of this size may stay open before its reader is killed.
fn allowed(job: &Job, size: u64) -> Duration {
    let limits = job.reading.limits(job.reading.memory);
    (limits.deadline_for(size).saturating_mul(2) + GRACE.min(limits.deadline))
        .saturating_add(pace::allowance(job.max_rate, job.threads, size))
}

/// A scanner process and the two pipes to it.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    reports: Receiver<Report>,
    /// What it said on its way out. Looked at for known words only, never shown: it may hold anything.
    last_words: Arc<Mutex<Vec<u8>>>,
    listener: Option<thread::JoinHandle<()>>,
}

impl Process {
    fn start(mut command: Command, task: &Task) -> Result<Process, ScanError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| ScanError::Process("started", error))?;
        let input = child.stdin.take();
        let (to, reports) = unbounded();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).split(b'\n') {
                    let Ok(line) = line else { break };
                    // A line that is no report is not ours: a library that prints.
                    if let Ok(report) = serde_json::from_slice(&line)
                        && to.send(report).is_err()
                    {
                        break;
                    }
                }
            });
        }
        let last_words = Arc::new(Mutex::new(Vec::new()));
        let listener = child.stderr.take().map(|mut errors| {
            let last_words = Arc::clone(&last_words);
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(n @ 1..) = errors.read(&mut buffer) {
                    let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
                    words.extend_from_slice(&buffer[..n]);
                    let excess = words.len().saturating_sub(LAST_WORDS);
                    words.drain(..excess);
                }
            })
        });
        let mut process = Process {
            child,
            input,
            reports,
            last_words,
            listener,
        };
        process.line(task);
        Ok(process)
    }

    fn order(&mut self, order: &Order) {
        self.line(order);
    }

    /// A pipe that is closed is seen by the end of the reports.
    fn line(&mut self, value: &impl serde::Serialize) {
        let written = match (&mut self.input, serde_json::to_vec(value)) {
            (Some(input), Ok(mut line)) => {
                line.push(b'\n');
                input.write_all(&line).and_then(|()| input.flush())
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        };
        if written.is_err() {
            self.input = None;
        }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn wait_for_exit(&mut self) {
        self.input = None;
        let patience = Instant::now() + Duration::from_secs(5);
        while let Ok(None) = self.child.try_wait() {
            if Instant::now() > patience {
                self.kill();
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// How it died; its reports have ended.
    fn death(&mut self) -> Death {
        self.wait_for_exit();
        let status = self.child.wait();
        // A program that it had started may hold the pipe open: no longer than this.
        let patience = Instant::now() + Duration::from_millis(500);
        while self.listener.as_ref().is_some_and(|l| !l.is_finished()) && Instant::now() < patience
        {
            thread::sleep(Duration::from_millis(2));
        }
        let words = self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let said = |needle: &str| {
            words
                .windows(needle.len())
                .any(|window| window == needle.as_bytes())
        };
        if said("memory allocation of") {
            return Death::Memory;
        }
        if said("has overflowed its stack") {
            return Death::Stack;
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            if status.is_ok_and(|status| status.signal() == Some(9)) {
                return Death::Killed;
            }
        }
        #[cfg(not(unix))]
        let _ = status;
        Death::Other
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.kill();
        }
    }
}

/// Bytes kept of what a scanner prints to its error output.
const LAST_WORDS: usize = 4096;

/// The scanner's side of the pipes: the task, then orders, until the supervisor is gone.
pub fn listen(input: impl BufRead + Send + 'static) -> Option<(Task, Receiver<Order>)> {
    let mut lines = input.split(b'\n');
    let task = serde_json::from_slice(&lines.next()?.ok()?).ok()?;
    let (to, orders) = unbounded();
    thread::spawn(move || {
        for line in lines {
            let Ok(line) = line else { break };
            let Ok(order) = serde_json::from_slice(&line) else {
                break;
            };
            if to.send(order).is_err() {
                break;
            }
        }
    });
    Some((task, orders))
}
