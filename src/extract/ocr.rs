//! OCR: pictures of text → text, by Tesseract, a program of the system.
//!
//! The readers of pictures and of PDF pages call it. A picture goes to the program as it is, on its standard input, and
//! what it recognises comes back word by word with the place and the sureness of each; nothing is written to disk. Each
//! page has a time limit, a file has one for all its pages, and no more programs run at once than there are processors.
//! Text from here carries [`Anchor::Recognised`](crate::model::Anchor::Recognised), because it may be misread.

mod page;

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::PathBuf,
    process::Command,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::{
    error::ExtractError,
    guard::Guard,
    outside::{self, Bounds, Failure},
};

use page::pages;

pub use page::Page;

/// Most bytes of text of one picture.
const OUTPUT: u64 = 16 << 20;

/// How often the guard is told that a page is being read.
const TICK: Duration = Duration::from_millis(100);

/// Pages of one file on their way at once: the next is drawn while these are read.
const AHEAD: usize = 4;

/// How pictures of text are read.
#[derive(Debug)]
pub struct Ocr {
    /// The program and its arguments before those for a page: what starts it in a sandbox, then the program itself.
    pub command: Vec<OsString>,
    /// Languages as it names them: `eng+cym`.
    pub languages: String,
    /// Time for one page.
    pub page: Duration,
    /// Time for all pages of one file.
    pub file: Duration,
    /// Programs running at once.
    slots: Slots,
}

impl Ocr {
    /// With this program, these languages, and so many pages at once.
    pub fn new(command: Vec<OsString>, languages: &str, at_once: usize) -> Ocr {
        Ocr {
            command,
            languages: languages.to_owned(),
            page: Duration::from_secs(60),
            file: Duration::from_secs(3600),
            slots: Slots {
                free: Mutex::new(at_once.max(1)),
                freed: Condvar::new(),
            },
        }
    }

    fn command(&self) -> Option<Command> {
        let (program, before) = self.command.split_first()?;
        let mut command = Command::new(PathBuf::from(program));
        // Pages are read side by side; threads inside each would only fight. Mode 1 finds out which way is up.
        command
            .args(before)
            .args(["-", "-", "-l", &self.languages, "--psm", "1", "tsv"])
            .env("OMP_THREAD_LIMIT", "1");
        Some(command)
    }

    /// Begins to read a picture.
    fn start(self: &Arc<Self>, picture: Vec<u8>) -> Running {
        let (to, result) = bounded(1);
        let unwanted = Arc::new(AtomicBool::new(false));
        let (ocr, stop) = (Arc::clone(self), Arc::clone(&unwanted));
        thread::spawn(move || {
            let _ = to.send(ocr.read(picture, &|| !stop.load(Ordering::Relaxed)));
        });
        Running { result, unwanted }
    }

    fn read(&self, picture: Vec<u8>, go_on: &dyn Fn() -> bool) -> Result<Vec<Page>, Failure> {
        let _slot = self.slots.take(go_on).ok_or(Failure::Stopped)?;
        let command = self
            .command()
            .ok_or(Failure::Start(std::io::ErrorKind::NotFound))?;
        let bounds = Bounds {
            // A picture may hold many pages (TIFF); each has its time.
            time: self.page.saturating_mul(frames(&picture)).min(self.file),
            output: OUTPUT,
        };
        let words = outside::run(command, picture, bounds, go_on)?;
        Ok(pages(&String::from_utf8_lossy(&words)))
    }

    /// Reads pictures side by side and tells of each in order. `draw` makes the picture of an item, or says that there is
    /// none; `tell` gets what was recognised on it.
    ///
    /// # Errors
    /// Those of `draw`, and when the visitor wants no more.
    pub fn read_all<'g, T: Copy>(
        self: &Arc<Self>,
        out: &mut Guard<'g>,
        items: &[T],
        mut draw: impl FnMut(&mut Guard<'g>, T) -> Result<Option<Vec<u8>>, ExtractError>,
        mut tell: impl FnMut(T, Result<Vec<Page>, Failure>),
    ) -> Result<(), ExtractError> {
        let began = Instant::now();
        let mut since = began;
        let mut running: VecDeque<(T, Running)> = VecDeque::new();
        let mut items = items.iter();
        loop {
            let late = began.elapsed() > self.file;
            if running.len() < AHEAD
                && let Some(&item) = items.next()
            {
                if late {
                    tell(item, Err(Failure::TimedOut(self.file)));
                } else if let Some(picture) = draw(out, item)? {
                    running.push_back((item, self.start(picture)));
                }
                since = out.waited(since)?;
                continue;
            }
            let Some((item, first)) = running.pop_front() else {
                return Ok(());
            };
            let result = loop {
                match first.result.recv_timeout(TICK) {
                    Ok(result) => break result,
                    Err(RecvTimeoutError::Timeout) => since = out.waited(since)?,
                    Err(RecvTimeoutError::Disconnected) => break Err(Failure::Stopped),
                }
            };
            since = out.waited(since)?;
            tell(item, result);
        }
    }

    /// Reads one picture.
    ///
    /// # Errors
    /// When the visitor wants no more; what the program says is the inner result.
    pub fn read_one(
        self: &Arc<Self>,
        out: &mut Guard<'_>,
        picture: Vec<u8>,
    ) -> Result<Result<Vec<Page>, Failure>, ExtractError> {
        let mut picture = Some(picture);
        let mut result = Err(Failure::Stopped);
        self.read_all(
            out,
            &[()],
            |_, ()| Ok(picture.take()),
            |(), read| result = read,
        )?;
        Ok(result)
    }
}

/// A picture being read; nobody waits for it any more once this is dropped.
struct Running {
    result: Receiver<Result<Vec<Page>, Failure>>,
    unwanted: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

/// How many programs may still be started.
#[derive(Debug)]
struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Slot<'s>(&'s Slots);

impl Slots {
    fn take(&self, go_on: &dyn Fn() -> bool) -> Option<Slot<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            if !go_on() {
                return None;
            }
            let waited = self.freed.wait_timeout(free, TICK);
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *free -= 1;
        Some(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// Pages in a TIFF, counted along its chain of directories; 1 for any other picture. At most 1,000.
pub fn frames(picture: &[u8]) -> u32 {
    let little = match picture.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return 1,
    };
    let number = |at: usize, size: usize| {
        let bytes = picture.get(at..at.checked_add(size)?)?;
        let fold = |n: usize, &b: &u8| n << 8 | usize::from(b);
        Some(match little {
            true => bytes.iter().rev().fold(0, fold),
            false => bytes.iter().fold(0, fold),
        })
    };
    let mut at = number(4, 4).unwrap_or(0);
    let mut frames = 0;
    while at != 0 && frames < 1000 {
        let Some(entries) = number(at, 2) else { break };
        frames += 1;
        at = at
            .checked_add(2 + 12 * entries)
            .and_then(|next| number(next, 4))
            .unwrap_or(0);
    }
    frames.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_tiff_are_counted_and_a_loop_ends() {
        let mut two = b"II*\0\x08\0\0\0\0\0\x0e\0\0\0\0\0\0\0\0\0".to_vec();
        assert_eq!(frames(&two), 2);
        two[10] = 8;
        assert_eq!(frames(&two), 1000);
        assert_eq!(frames(b"\x89PNG"), 1);
    }
}
