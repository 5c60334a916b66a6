//! The scanner: walker → workers → writer, in the process that the supervisor watches.
//!
//! It commits as it goes, and it may die at any moment: whatever it had not committed is done again by the next one.
//! Threads: the walker's own, N workers, one writer, one that listens for orders, and this one, which tells how far it
//! is. Plain scoped threads, not a thread pool: a blocked worker must never hold up another.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, select};

use crate::{
    inventory::{
        Gather, InventoryError, Journal, Key, RuleInfo, Walked, Writer,
        record::{Batch, RawPath, RootId, RunEnd, RunStart, RunTotals},
    },
    scan::{
        ScanError,
        ahead::Cores,
        contents::Contents,
        counters::{Counters, count, total},
        job::{Ended, Failure, Job, Order, Progress, Report, RuleChoice, Started, Suspect},
        outbox,
        pace::Pace,
        plan::Fingerprints,
        sandbox,
        tools::{Tools, early, own_files, rules_of},
        worker::{Halt, Message, Shop, Worker},
    },
    walk::{Exclusions, Opener, Options, Owners, Root, Roots, Walk, roots},
};

/// Rough bytes of documents of one transaction: the more, the fewer pages are written again and again, and the more is
/// read anew after a crash.
const BATCH: usize = 8 << 20;

/// How long the inventory is left to others after it was held for parts sent ahead: who logs a look-up waits for that.
const PAUSE: Duration = Duration::from_millis(10);

/// The longest that a finished document waits for its transaction.
const WAIT: Duration = Duration::from_secs(1);

/// How often the supervisor is told.
const TICK: Duration = Duration::from_millis(200);

/// Threads that walk. More than one hides the latency of a network share; many would only fight the workers.
const WALKERS: usize = 2;

/// Listings on their way from the walker to the workers.
const LISTINGS: usize = 64;

/// Runs the scan of a job to its end. `say` tells the supervisor; `orders` come from it.
pub fn run(job: &Job, orders: Receiver<Order>, say: &(dyn Fn(&Report) + Sync)) {
    let result = Scanner::start(job).and_then(|scanner| {
        let result = scanner.run(&orders, say);
        if let Err(error) = &result {
            // It ends in good order: what is in flight is not to blame.
            forget_journal(job);
            // For `status`. A full disk may refuse this too, and then the message is all there is.
            let _ = Writer::note_failure(&job.inventory.to_path(), &error.to_string());
        }
        result
    });
    if let Err(error) = result {
        say(&Report::Failed(Failure {
            message: error.to_string(),
            locked: matches!(error, ScanError::Inventory(InventoryError::Locked(..))),
        }));
    }
}

/// Without it the next scan has nothing to suspect. That it cannot be removed costs a document read alone, no more.
fn forget_journal(job: &Job) {
    let _ = std::fs::remove_file(Journal::path_for(&job.inventory.to_path()));
}

struct Scanner<'j> {
    job: &'j Job,
    started: Instant,
    writer: Writer,
    run: i64,
    roots: Vec<(Root, RootId)>,
    /// Roots that are not there.
    away: Vec<RawPath>,
    exclusions: Exclusions,
    tools: Tools,
    fingerprints: Fingerprints,
    journal: Journal,
    suspects: Vec<Suspect>,
    key: Key,
    sandbox: sandbox::Status,
    fresh: bool,
}

impl<'j> Scanner<'j> {
    fn start(job: &'j Job) -> Result<Self, ScanError> {
        let started = Instant::now();
        let inventory = job.inventory.to_path();
        let paths: Vec<PathBuf> = job.roots.iter().map(RawPath::to_path).collect();
        let Roots {
            there: walk_roots,
            away,
        } = roots(&paths)?;
        let away = away.iter().map(|(path, _)| RawPath::new(path)).collect();
        let exclusions = Exclusions::new(&walk_roots, &job.exclude)?;
        let key = Key::from_text(job.key.as_bytes(), "the key of the job")
            .map_err(InventoryError::from)?;
        let fresh = !inventory.exists();
        let holder = format!(
            "process {} of {} on {} since {}",
            job.pid, job.user, job.host, job.since
        );
        let open = || open_writer(&inventory, &key, &holder);
        let (tools, mut writer) = match job.reading.rules == RuleChoice::default() {
            // The rules take longest, and those of the program itself are right.
            true => thread::scope(|scope| {
                let writer = scope.spawn(open);
                let tools = Tools::new(&job.reading, job.threads)?;
                let writer = writer
                    .join()
                    .map_err(|_| ScanError::Bug("the writer panicked"))?;
                Ok::<_, ScanError>((tools, writer?))
            })?,
            // What is wrong with the user's own is said before there is an inventory.
            false => (Tools::new(&job.reading, job.threads)?, open()?),
        };
        let fingerprints = Fingerprints::new(&tools.detector, &job.reading);
        let run = writer.start(&RunStart {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: fingerprints.of(false),
            rule_count: tools.detector.rules().len() as u32,
            options: options_for_the_record(job),
            host: job.host.clone(),
            user: job.user.clone(),
            pid: job.pid,
        })?;
        let roots = walk_roots
            .into_iter()
            .map(|root| {
                let id = writer.root(&root.path)?;
                if let Some(name) = job.name_of(&root.path) {
                    writer.name_root(id, name)?;
                }
                Ok((root, id))
            })
            .collect::<Result<Vec<_>, InventoryError>>()?;
        for suspect in &job.suspects {
            writer.suspect(suspect.root, &suspect.path)?;
        }
        let suspects = writer
            .suspects()?
            .into_iter()
            .map(|(root, path, _)| Suspect { root, path })
            .collect();
        let journal = Journal::create(&Journal::path_for(&inventory))
            .map_err(|error| ScanError::Journal(Journal::path_for(&inventory), error))?;
        let readable: Vec<PathBuf> = roots.iter().map(|(root, _)| root.path.clone()).collect();
        let sandbox = if job.sandbox {
            sandbox::enter(
                &readable,
                &own_files(&inventory),
                Some(&tools.temporary),
                &job.reading.programs(),
            )
        } else {
            sandbox::Status::off()
        };
        Ok(Scanner {
            job,
            started,
            writer,
            run: run.0,
            roots,
            away,
            exclusions,
            tools,
            fingerprints,
            journal,
            suspects,
            key,
            sandbox,
            fresh,
        })
    }

    fn run(
        mut self,
        orders: &Receiver<Order>,
        say: &(dyn Fn(&Report) + Sync),
    ) -> Result<(), ScanError> {
        say(&Report::Started(Started {
            run: self.run,
            roots: self
                .roots
                .iter()
                .map(|(root, id)| (*id, RawPath::new(&root.path)))
                .collect(),
            sandbox: self.sandbox.words.clone(),
            sandboxed: self.sandbox.holds,
        }));
        let (stop, why) = (AtomicBool::new(false), OnceLock::new());
        let counters: Vec<Counters> = (0..self.job.threads).map(|_| Counters::default()).collect();
        let pass = self.pass(orders, say, &stop, &why, &counters)?;
        let mut progress = total(&counters);
        progress.walk_done = true;
        let mut interrupted = stop.load(Ordering::Relaxed);
        if !interrupted && !pass.is_empty() {
            say(&Report::Progress(progress));
        }
        if !interrupted {
            say(&Report::Alone(pass.clone()));
            interrupted = self.alone(orders, &mut progress, &why)?;
        }
        let ended = self.close(progress, interrupted, why.into_inner())?;
        say(&Report::Ended(ended));
        Ok(())
    }

    /// One walk over everything; the suspects that it met.
    fn pass(
        &mut self,
        orders: &Receiver<Order>,
        say: &(dyn Fn(&Report) + Sync),
        stop: &AtomicBool,
        why: &OnceLock<String>,
        counters: &[Counters],
    ) -> Result<Vec<Suspect>, ScanError> {
        let job = self.job;
        let threads = job.threads;
        let inventory = job.inventory.to_path();
        let walk_roots: Vec<Root> = self.roots.iter().map(|(root, _)| root.clone()).collect();
        let options = Options {
            other_file_systems: job.other_file_systems,
            snapshots: job.snapshots,
            own: own_files(&inventory),
        };
        let opener = Opener::default();
        let pace = Pace::new(job.max_rate);
        let walk = Walk::new(&walk_roots, &self.exclusions, &options, &opener);
        let contents = Contents::new(!self.fresh && !job.again);
        let owners = Owners::default();
        let tickets = AtomicU64::new(1);
        let cores = Cores::new(threads);
        let rules: Arc<[RuleInfo]> = rules_of(&self.tools.detector);
        let shop = Shop {
            reader: &self.tools.reader,
            detector: &self.tools.detector,
            cores: &cores,
            opener: &opener,
            pace: &pace,
            roots: &self.roots,
            fingerprints: &self.fingerprints,
            contents: &contents,
            owners: &owners,
            journal: Some(&self.journal),
            suspects: &self.suspects,
            tickets: &tickets,
            faults: &job.faults,
            again: job.again,
            early: early(job.reading.memory),
            stop,
        };
        let (listings_in, listings) = bounded(LISTINGS);
        let (messages_in, messages) = bounded::<Message>(threads + 1);
        let walked = AtomicBool::new(false);
        let (over, is_over) = bounded::<()>(0);
        let writer = &mut self.writer;
        let (key, fresh) = (&self.key, self.fresh);

        thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let result = write(writer, &messages);
                if result.is_err() {
                    stop.store(true, Ordering::Relaxed);
                }
                // What is still in the channel is dropped with it, which ends the workers.
                drop(messages);
                result
            });
            scope.spawn(|| {
                walk.run(WALKERS, stop, || {
                    let to = listings_in.clone();
                    move |listing| to.send(listing).is_ok()
                });
                walked.store(true, Ordering::Relaxed);
                drop(listings_in);
            });
            let mut workers = Vec::new();
            for (slot, counters) in counters.iter().enumerate() {
                let (listings, to) = (listings.clone(), messages_in.clone());
                let (shop, inventory, rules) = (&shop, &inventory, rules.clone());
                let work = move || -> Result<Vec<Suspect>, Halt> {
                    let known = match fresh {
                        true => None,
                        false => Some(shop.fingerprints.known(inventory)?),
                    };
                    let gather = Gather::new(key.clone(), rules, job.previews);
                    let mut worker = Worker::new(shop, slot, counters, known, gather, &to);
                    for listing in listings {
                        worker.listing(listing)?;
                        if shop.stop.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    worker.end()
                };
                let thread = thread::Builder::new()
                    .name(format!("worker {slot}"))
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        let result = work();
                        if result.is_err() {
                            shop.stop.store(true, Ordering::Relaxed);
                        }
                        result
                    });
                workers.push(thread.map_err(ScanError::Thread));
            }
            drop(listings);
            drop(messages_in);
            let ticker = scope.spawn(|| {
                let mut heard = orders.clone();
                loop {
                    select! {
                        recv(is_over) -> _ => return,
                        recv(heard) -> order => match order {
                            Ok(Order::Stop(reason)) => {
                                let _ = why.set(reason);
                                stop.store(true, Ordering::Relaxed);
                            }
                            Ok(_) => {}
                            // The supervisor is gone.
                            Err(_) => {
                                stop.store(true, Ordering::Relaxed);
                                heard = crossbeam_channel::never();
                            }
                        },
                        default(TICK) => {}
                    }
                    let mut progress = total(counters);
                    progress.walk_done = walked.load(Ordering::Relaxed);
                    say(&Report::Progress(progress));
                }
            });

            let mut met = Vec::new();
            let mut failure = None;
            for worker in workers {
                match worker.map(|handle| handle.join()) {
                    Ok(Ok(Ok(suspects))) => met.extend(suspects),
                    Ok(Ok(Err(Halt::Writer))) => {}
                    Ok(Ok(Err(Halt::Inventory(error)))) => failure = Some(error.into()),
                    Ok(Ok(Err(Halt::Journal(error)))) => {
                        failure = Some(ScanError::Journal(Journal::path_for(&inventory), error));
                    }
                    Ok(Err(_)) => failure = Some(ScanError::Bug("a worker panicked")),
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        failure = Some(error);
                    }
                }
            }
            let written = writing.join();
            drop(over);
            let _ = ticker.join();
            match written {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(ScanError::Bug("the writer panicked")),
            }
            match failure {
                Some(error) => Err(error),
                None => Ok(met),
            }
        })
    }

    /// Takes what came of the suspects; whether the scan was stopped meanwhile.
    fn alone(
        &mut self,
        orders: &Receiver<Order>,
        progress: &mut Progress,
        why: &OnceLock<String>,
    ) -> Result<bool, ScanError> {
        loop {
            match orders.recv() {
                Ok(Order::Record(batch)) => {
                    batch
                        .documents
                        .iter()
                        .for_each(|record| count(progress, record));
                    self.writer.commit(&batch)?;
                }
                Ok(Order::Close) => return Ok(false),
                Ok(Order::Stop(reason)) => {
                    let _ = why.set(reason);
                    return Ok(true);
                }
                Err(_) => return Ok(true),
            }
        }
    }

    /// Closes the run.
    fn close(
        &mut self,
        progress: Progress,
        interrupted: bool,
        why: Option<String>,
    ) -> Result<Ended, ScanError> {
        let mut ended = Ended {
            run: self.run,
            progress,
            interrupted,
            away: std::mem::take(&mut self.away),
            ..Ended::default()
        };
        if !interrupted {
            for (root, id) in &self.roots {
                match self.writer.root_walked(*id)? {
                    Walked::Gone {
                        gone,
                        absent,
                        unlisted,
                    } => {
                        ended.gone += gone;
                        ended.absent += absent;
                        ended.unlisted += unlisted;
                    }
                    Walked::Empty(_) => ended.empty.push(RawPath::new(&root.path)),
                }
                if root.empty {
                    ended.bare.push(RawPath::new(&root.path));
                }
            }
        }
        let end = match interrupted {
            true => RunEnd::Interrupted,
            false => RunEnd::Complete,
        };
        ended.seconds = self.started.elapsed().as_secs_f64();
        let reconciliation = self.writer.finish(
            end,
            &RunTotals {
                walked: progress.walked,
                bytes: progress.bytes,
                text: progress.text,
                seconds: ended.seconds,
                reason: match interrupted {
                    true => why,
                    false => absence(&ended),
                },
            },
        )?;
        ended.walked = reconciliation.walked;
        ended.accounted = reconciliation.accounted();
        ended.unread_members = reconciliation
            .outcomes
            .iter()
            .filter(|(kind, _)| kind.is_problem())
            .map(|(_, (_, members))| members)
            .sum();
        forget_journal(self.job);
        Ok(ended)
    }
}

/// What a complete run did not find where it was, for `status`.
fn absence(ended: &Ended) -> Option<String> {
    let was = |roots: &[RawPath], what: &str| {
        let paths: Vec<_> = roots.iter().map(RawPath::display).collect();
        let (were, it) = match paths.len() {
            1 => ("was", "it"),
            _ => ("were", "they"),
        };
        let are = if it == "it" { "is" } else { "are" };
        format!("{} {were} {what}: {are} {it} mounted?", paths.join(", "))
    };
    let mut words = Vec::new();
    if !ended.away.is_empty() {
        words.push(was(&ended.away, "not there"));
    }
    if !ended.empty.is_empty() {
        words.push(was(&ended.empty, "empty"));
    }
    if ended.absent > 0 {
        words.push(format!(
            "{} documents lay on a file system of which nothing was there: is it mounted?",
            ended.absent
        ));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// Stack of a worker: parsers of nested formats recurse.
pub(super) const STACK: usize = 8 << 20;

/// A supervisor that was killed leaves its scanner a moment to die: the lock is worth a short wait.
fn open_writer(path: &std::path::Path, key: &Key, holder: &str) -> Result<Writer, InventoryError> {
    let patience = Instant::now() + Duration::from_secs(1);
    loop {
        match Writer::open(path, key, holder) {
            Err(InventoryError::Locked(..)) if Instant::now() < patience => {
                thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

/// The options that shaped the run, without anything secret.
fn options_for_the_record(job: &Job) -> String {
    serde_json::json!({
        "roots": job.roots.iter().map(RawPath::display).collect::<Vec<_>>(),
        "exclude": job.exclude,
        "other_file_systems": job.other_file_systems,
        "snapshots": job.snapshots,
        "memory": job.reading.memory,
        "deadline": job.reading.deadline,
        "passwords": job.reading.passwords.len(),
        "own_rules": job.reading.rules.dir.as_ref().map(RawPath::display),
        "rules_off": job.reading.rules.off,
        "ocr": job.reading.ocr.as_ref().map(|ocr| format!("{}, {}", ocr.version, ocr.languages)),
        "previews": job.previews,
    })
    .to_string()
}

/// Commits until there is nothing more to come.
fn write(writer: &mut Writer, messages: &Receiver<Message>) -> Result<(), InventoryError> {
    let mut batch = Batch::default();
    let mut weight = 0;
    // Whether the writer has taken something that is not committed.
    let mut taken = false;
    let mut due = None;
    loop {
        let wait = due.map_or(WAIT, |due: Instant| {
            due.saturating_duration_since(Instant::now())
        });
        let over = match messages.recv_timeout(wait) {
            Ok(Message::Early(early)) => {
                // Parts sent ahead are large: they are not gathered.
                writer.take(&Batch {
                    early: vec![early],
                    ..Batch::default()
                })?;
                taken = true;
                false
            }
            Ok(Message::Documents(documents, seen)) => {
                weight += documents.iter().map(outbox::weight).sum::<usize>();
                batch.documents.extend(documents);
                batch.seen.extend(seen);
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        if batch.is_empty() && !taken {
            if over {
                return Ok(());
            }
            continue;
        }
        let due_at = *due.get_or_insert_with(|| Instant::now() + WAIT);
        if over || weight >= BATCH || Instant::now() >= due_at {
            writer.commit(&batch)?;
            batch = Batch::default();
            if taken && !over {
                thread::sleep(PAUSE);
            }
            (weight, taken, due) = (0, false, None);
        }
    }
}
