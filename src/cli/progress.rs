//! How far a scan is: a bar on a terminal, a line each half minute elsewhere, nothing when asked to be quiet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::{
    cli::{
        log::{Event, Log, LogFormat, Weight},
        terminal,
        until::TimeLimit,
    },
    report::text::{bytes, duration, number as grouped},
    scan::{
        Progress, Started,
        supervise::{Watch, Wish},
    },
};

/// How often a line is printed where there is no terminal.
const LINE: Duration = Duration::from_secs(30);

/// Shows a scan, and passes on the wish to stop it.
pub struct Show {
    log: Log,
    bar: Option<ProgressBar>,
    began: Instant,
    printed: Instant,
    expected: u64,
    stops: Arc<AtomicUsize>,
    limit: TimeLimit,
    told: bool,
    /// What the scanner said when it began.
    pub started: Option<Started>,
}

impl Show {
    /// For a scan that begins now. `stops` counts the signals received.
    ///
    /// `expected` is what the last scan met, to tell the time left before the walk is over; 0 when there was none.
    pub fn new(log: Log, expected: u64, stops: Arc<AtomicUsize>, limit: TimeLimit) -> Show {
        let for_people = log.format == LogFormat::Text && !log.quiet;
        let bar = (for_people && terminal::err_is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
            bar.set_style(style("{spinner} {msg}"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar.set_message("starting");
            bar
        });
        Show {
            log,
            bar,
            began: Instant::now(),
            printed: Instant::now(),
            expected,
            stops,
            limit,
            told: false,
            started: None,
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, event: Event, weight: Weight, message: &str, figures: Value) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.log.line(event, weight, message, figures)),
            None => self.log.line(event, weight, message, figures),
        }
    }

    fn words(&self, progress: &Progress) -> String {
        let seconds = self.began.elapsed().as_secs_f64().max(0.001);
        let mut words = format!(
            "{} documents, {}, {}/s, {} findings",
            grouped(progress.done),
            bytes(progress.bytes),
            bytes((progress.bytes as f64 / seconds) as u64),
            grouped(progress.findings),
        );
        if progress.unread > 0 {
            words.push_str(&format!(", {} not read", grouped(progress.unread)));
        }
        words
    }

    /// Time left, once it can be told: by bytes when the walk is over, else by what the last scan met.
    fn left(&self, progress: &Progress) -> Option<Duration> {
        let (done, all) = if progress.walk_done {
            (
                progress.done_bytes + progress.done,
                progress.walked_bytes + progress.walked,
            )
        } else if self.expected > progress.done {
            (progress.done, self.expected)
        } else {
            return None;
        };
        if done == 0 || all == 0 {
            return None;
        }
        let elapsed = self.began.elapsed().as_secs_f64();
        let left = elapsed * (all.saturating_sub(done)) as f64 / done as f64;
        Duration::try_from_secs_f64(left).ok()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Watch for Show {
    fn started(&mut self, started: &Started) {
        if self.started.is_none()
            && let Some(bar) = &self.bar
        {
            bar.set_message("walking");
        }
        // Once a scan, however often its scanner is started.
        if self.started.is_none() && self.log.format == LogFormat::Json {
            self.line(
                Event::Started,
                Weight::Info,
                &format!("scan {} began; sandbox: {}", started.run, started.sandbox),
                json!({ "run": started.run, "sandboxed": started.sandboxed }),
            );
        }
        self.started = Some(started.clone());
    }

    fn progress(&mut self, progress: &Progress) {
        let words = self.words(progress);
        let left = self
            .left(progress)
            .map(|left| format!(", about {} left", duration(left.as_secs_f64())))
            .unwrap_or_default();
        if let Some(bar) = &self.bar {
            if progress.walk_done && progress.walked_bytes > 0 && bar.length().is_none() {
                bar.set_style(style("{spinner} [{bar:24}] {percent:>3}% {msg}"));
            }
            if progress.walk_done {
                // Entries count as well as bytes, or a million empty files would stand still.
                bar.set_length(progress.walked_bytes + progress.walked);
                bar.set_position(progress.done_bytes + progress.done);
            }
            bar.set_message(format!("{words}{left}"));
        } else if self.printed.elapsed() >= LINE {
            self.printed = Instant::now();
            self.line(
                Event::Progress,
                Weight::Info,
                &format!("{words}{left}"),
                figures(progress),
            );
        }
    }

    fn note(&mut self, note: &str) {
        self.line(Event::Note, Weight::Warning, note, Value::Null);
    }

    fn wish(&self) -> Wish {
        match self.stops.load(Ordering::Relaxed) {
            0 if self.limit.over().is_some() => Wish::TimeUp,
            0 => Wish::GoOn,
            1 => Wish::Stop,
            _ => Wish::StopNow,
        }
    }

    fn reason(&self) -> String {
        match self.stops.load(Ordering::Relaxed) {
            0 => self.limit.over().unwrap_or_default(),
            _ => "on request".to_owned(),
        }
    }

    fn stopping(&mut self) {
        if !self.told {
            self.told = true;
            let message = match self.wish() {
                Wish::TimeUp => format!("time is up ({}); stopping", self.reason()),
                _ => "stopping; once more to stop at once".to_owned(),
            };
            self.line(Event::Stopping, Weight::Info, &message, Value::Null);
        }
    }
}

/// A count of a scan as the fields of a JSON line.
pub fn figures(progress: &Progress) -> Value {
    json!({
        "entries": progress.walked,
        "walk_done": progress.walk_done,
        "done": progress.done,
        "unchanged": progress.unchanged,
        "bytes": progress.bytes,
        "text": progress.text,
        "findings": progress.findings,
        "unread": progress.unread,
    })
}
