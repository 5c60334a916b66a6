//! Plain text in any character set: notes, logs, source, Markdown. Also the last resort for text of every other kind.
//!
//! The text is handed on where it lies in the read buffer; each piece repeats the end of the one before, which is the
//! only copy made.

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Source,
        decode::Text,
        sniff::{FALLBACK, NAMED, NO},
        split::floor,
    },
    model::{
        Layout,
        limits::{OVERLAP, SEGMENT},
    },
};

/// Plain text.
pub struct PlainText;

/// Bytes of a piece: small enough for the second-level cache, large enough that the overlap costs little.
const PIECE: usize = 512 << 10;

const EXTENSIONS: &[&str] = &[
    "txt",
    "log",
    "md",
    "text",
    "asc",
    "nfo",
    "me",
    "rst",
    "adoc",
    "tex",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "java",
    "kt",
    "scala",
    "go",
    "rs",
    "py",
    "rb",
    "pl",
    "pm",
    "php",
    "js",
    "ts",
    "jsx",
    "tsx",
    "css",
    "scss",
    "less",
    "sh",
    "bash",
    "zsh",
    "ps1",
    "bat",
    "cmd",
    "vb",
    "vbs",
    "bas",
    "pas",
    "r",
    "m",
    "swift",
    "lua",
    "f90",
    "cob",
    "cbl",
    "asp",
    "aspx",
    "jsp",
    "cfg",
    "conf",
    "config",
    "properties",
    "env",
    "out",
    "err",
    "lst",
    "prn",
    "diff",
    "patch",
    "srt",
    "tf",
    "gradle",
    "cmake",
    "mk",
];

impl Format for PlainText {
    fn name(&self) -> &'static str {
        "text"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn about(&self) -> &'static str {
        "text, logs, source and Markdown in any character set, by line"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            NO
        } else if look.named(EXTENSIONS) {
            NAMED
        } else {
            FALLBACK
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut text = Text::new(source, out.buffer());
        let result = lines(&mut text, out, 1);
        out.recycle(text.into_buffer());
        result
    }
}

/// Hands on everything that is left of a text, in pieces; its first line has this number.
///
/// # Errors
/// Those of the source and of the guard.
pub fn lines(
    text: &mut Text<'_, '_>,
    out: &mut Guard<'_>,
    mut line: u64,
) -> Result<(), ExtractError> {
    let mut repeats = 0;
    while text.fill(PIECE)? {
        // A preallocated or half-lost file: nothing to see, and not worth a scan.
        if repeats == 0 && text.bytes()[0] == 0 && text.bytes().iter().all(|&b| b == 0) {
            text.consume(text.bytes().len());
            continue;
        }
        let ends = text.at_end();
        let piece = text.text();
        // Mended bytes may have made it longer than a segment.
        let end = floor(piece, piece.len().min(SEGMENT));
        let more = !(ends && end == piece.len());
        let piece = &piece[..end];
        out.piece(piece, repeats, more, &Layout::Lines { first: line })?;
        if !more {
            // A fault of the source that was waiting for the text before it is told by the next `fill`.
            text.consume(end);
            continue;
        }
        let next = floor(piece, end.saturating_sub(OVERLAP));
        line += memchr::memchr_iter(b'\n', &piece.as_bytes()[..next]).count() as u64;
        repeats = end - next;
        text.consume(next);
    }
    Ok(())
}
