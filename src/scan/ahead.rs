//! The segments of one long text on several cores: pages are copied, looked at by the pool, and judged in their order by
//! the thread that reads the document. What is found does not hang on how many look.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
};

use crossbeam_channel::{Receiver, bounded};
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use crate::{
    detect::{Detector, Look, engine::Scratch},
    model::{Layout, Segment},
};

/// Text of one document after which others look ahead. Only large files come here, but what is packed in one may be short.
const FIRST: u64 = if cfg!(test) { 1 } else { 1 << 20 };

/// Pages that wait at most, for each thread.
const PAGES: usize = 2;

/// The threads that look ahead, started when the first large file comes.
pub struct Cores {
    threads: usize,
    pool: OnceLock<Option<ThreadPool>>,
    /// What engines work in that nobody uses now, one for each who looks; the last used is on top.
    scratches: Mutex<Vec<Scratch>>,
}

impl Cores {
    /// So many threads.
    pub fn new(threads: usize) -> Cores {
        Cores {
            threads,
            pool: OnceLock::new(),
            scratches: Mutex::default(),
        }
    }

    /// How many.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The pool; `None` when one thread is all there is, or the system gives no more: then nobody looks ahead.
    pub fn pool(&self) -> Option<&ThreadPool> {
        self.pool
            .get_or_init(|| match self.threads {
                0 | 1 => None,
                threads => ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .thread_name(|n| format!("ahead {n}"))
                    .build()
                    .ok(),
            })
            .as_ref()
    }

    fn scratches(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.scratches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A segment of its own, and what was seen in it.
pub(super) struct Page {
    text: String,
    repeats: usize,
    more: bool,
    offset: u64,
    layout: Layout,
    look: Look,
}

impl Page {
    fn fill(&mut self, segment: &Segment<'_>) {
        self.text.clear();
        self.text.push_str(segment.text);
        self.repeats = segment.repeats;
        self.more = segment.more;
        self.offset = segment.offset;
        self.layout = segment.layout.clone();
    }

    /// The segment beside what was seen in it.
    pub fn with<T>(&mut self, work: impl FnOnce(&mut Look, &Segment<'_>) -> T) -> T {
        let segment = Segment {
            text: &self.text,
            repeats: self.repeats,
            more: self.more,
            offset: self.offset,
            layout: &self.layout,
        };
        work(&mut self.look, &segment)
    }
}

/// Pages on their way.
pub(super) struct Ahead<'s, 'scope> {
    detector: &'scope Detector,
    cores: &'scope Cores,
    scope: &'s Scope<'scope>,
    waiting: VecDeque<Receiver<thread::Result<Page>>>,
    free: Vec<Page>,
    most: usize,
    /// Text of the file so far.
    text: u64,
}

impl<'s, 'scope> Ahead<'s, 'scope> {
    /// With nothing on its way.
    pub fn new(detector: &'scope Detector, cores: &'scope Cores, scope: &'s Scope<'scope>) -> Self {
        Ahead {
            detector,
            cores,
            scope,
            waiting: VecDeque::new(),
            free: Vec::new(),
            most: PAGES * cores.threads(),
            text: 0,
        }
    }

    /// The most pages that wait.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Takes a segment for the others to look at; `false` when it is not worth it.
    pub fn take(&mut self, segment: &Segment<'_>) -> bool {
        self.text += (segment.text.len() - segment.repeats) as u64;
        if self.text < FIRST || matches!(segment.layout, Layout::Marked { .. }) {
            return false;
        }
        let mut page = self.free.pop().unwrap_or_else(|| Page {
            text: String::new(),
            repeats: 0,
            more: false,
            offset: 0,
            layout: Layout::Lines { first: 1 },
            look: Look::default(),
        });
        page.fill(segment);
        let (done, receiver) = bounded(1);
        let (detector, cores) = (self.detector, self.cores);
        self.scope.spawn(move |_| {
            let looked = catch_unwind(AssertUnwindSafe(|| {
                let mut scratch = cores.scratches().pop().unwrap_or_default();
                page.with(|look, segment| detector.look_ahead(look, &mut scratch, segment));
                cores.scratches().push(scratch);
                page
            }));
            // Nobody waits for it when the document ended early.
            let _ = done.send(looked);
        });
        self.waiting.push_back(receiver);
        true
    }

    /// The page whose turn it is, if more than `most` wait. A panic of whoever looked at it goes on here.
    pub fn next(&mut self, most: usize) -> Option<Page> {
        if self.waiting.len() <= most {
            return None;
        }
        let looked = self.waiting.pop_front()?.recv();
        match looked.expect("whoever looks always answers") {
            Ok(page) => Some(page),
            Err(panic) => {
                self.forget();
                resume_unwind(panic)
            }
        }
    }

    /// What waits is of no use any more.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Gives a page's memory back.
    pub fn put_back(&mut self, page: Page) {
        if self.free.len() <= self.most {
            self.free.push(page);
        }
    }
}
