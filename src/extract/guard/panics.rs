//! Panics of parsers: kept quiet, because their messages may quote the document, and told by their place.

use std::{
    cell::{Cell, RefCell},
    sync::Once,
};

thread_local! {
    /// Whether a parser runs on this thread.
    pub(super) static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// Where the last of them panicked.
    pub(super) static PANICKED_AT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the messages of guarded panics from the terminal: they may quote the document. Installed once; panics
/// elsewhere go to the hook that was there before.
pub fn quiet_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                let place = info.location().map_or_else(String::new, |l| {
                    let file = l.file().rsplit(['/', '\\']).next().unwrap_or("");
                    format!("{file}:{}", l.line())
                });
                PANICKED_AT.set(place);
            } else {
                before(info);
            }
        }));
    });
}
