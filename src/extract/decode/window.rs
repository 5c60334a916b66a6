//! A window over the text of a source, in UTF-8 whatever it was.
//!
//! UTF-8 is validated where it lies and never copied.

use std::io::Read;

use crate::extract::{error::ExtractError, source::Source};

use super::{Charset, Decode, repair};

/// Bytes that are first made ready for a text.
const FIRST_ROOM: usize = 16 << 10;
/// The least that is asked of a source at a time.
const LEAST_ROOM: usize = 4 << 10;

/// A window over the text of a source. Callers fill it, look, and consume.
pub struct Text<'s, 'a> {
    source: &'s mut Source<'a>,
    buffer: Vec<u8>,
    start: usize,
    /// End of the bytes read.
    end: usize,
    /// Bytes up to here are known to be whole, valid UTF-8.
    valid: usize,
    decode: Option<(Decode, Vec<u8>)>,
    at_end: bool,
    /// A fault of the source, told once the text before it is used up.
    fault: Option<ExtractError>,
    /// Bytes of holes skipped.
    skipped: u64,
}

impl<'s, 'a> Text<'s, 'a> {
    /// Text of a source in the set that sniffing found (UTF-8 otherwise), in `buffer`, whose content is dropped.
    pub fn new(source: &'s mut Source<'a>, buffer: Vec<u8>) -> Self {
        let charset = source.charset().unwrap_or(Charset::Utf8);
        Text::with(source, charset, buffer)
    }

    /// Text of a source in a known set.
    pub fn with(source: &'s mut Source<'a>, charset: Charset, buffer: Vec<u8>) -> Self {
        let mut fault = None;
        let mark = match source.head() {
            Ok(head) => charset.mark(head),
            Err(e) => {
                fault = Some(ExtractError::from(e));
                0
            }
        };
        if source.read_exact(&mut [0; 4][..mark]).is_err() {
            fault = Some(ExtractError::corrupt("ends early"));
        }
        let decode = match charset {
            Charset::Utf8 => None,
            other => Some((Decode::new(other), Vec::new())),
        };
        Text {
            source,
            buffer,
            start: 0,
            end: 0,
            valid: 0,
            decode,
            at_end: false,
            fault,
            skipped: 0,
        }
    }

    /// Reads until `want` bytes are in the window, or the end is reached. False once there is nothing left at all.
    ///
    /// # Errors
    /// When the source fails and the text before is used up.
    pub fn fill(&mut self, want: usize) -> Result<bool, ExtractError> {
        while self.end - self.start < want && !self.at_end && self.fault.is_none() {
            self.make_room(want);
            if let Err(error) = self.more() {
                self.fault = Some(error);
            }
        }
        if self.start == self.end
            && let Some(error) = self.fault.take()
        {
            self.at_end = true;
            return Err(error);
        }
        Ok(self.start < self.end)
    }

    /// Whether everything that is left is in the window.
    pub fn at_end(&self) -> bool {
        self.at_end || self.fault.is_some()
    }

    /// Bytes of the window. Not validated: look for ASCII in them, and take text from [`Text::text`].
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The window as text. Shorter than the bytes by what is left of a character at the cut.
    pub fn text(&mut self) -> &str {
        self.validate();
        // Whatever `validate` left is UTF-8; an error cannot be, and would cost the window, not the program.
        simdutf8::basic::from_utf8(&self.buffer[self.start..self.valid]).unwrap_or("")
    }

    /// Drops the first `n` bytes of the window.
    pub fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
        self.valid = self.valid.max(self.start);
    }

    /// Bytes of holes that were skipped so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Gives the buffer back.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    fn make_room(&mut self, want: usize) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.valid -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        // Room grows with what was read: most files are small, and clearing a large buffer would cost them more than
        // reading does.
        if self.buffer.len() < want && self.buffer.len() - self.end < LEAST_ROOM {
            let room = self
                .buffer
                .len()
                .max(self.end)
                .saturating_mul(2)
                .max(FIRST_ROOM);
            self.buffer
                .resize(want.min(room).max(self.end + LEAST_ROOM), 0);
        }
    }

    fn more(&mut self) -> Result<(), ExtractError> {
        if self.source.is_sparse() {
            self.skipped += self.source.skip_hole();
        }
        match &mut self.decode {
            None => {
                let room = self.buffer.len();
                let n = read(self.source, &mut self.buffer[self.end..room])?;
                self.end += n;
                self.at_end = n == 0;
            }
            Some((decode, raw)) => {
                raw.resize(64 << 10, 0);
                let n = read(self.source, raw)?;
                self.buffer.truncate(self.end);
                decode.push(&raw[..n], &mut self.buffer, n == 0);
                self.end = self.buffer.len();
                self.at_end = n == 0;
            }
        }
        Ok(())
    }

    /// Extends `valid` to the last whole character, mending what is not UTF-8.
    fn validate(&mut self) {
        if self.valid < self.start {
            self.valid = self.start;
        }
        let fresh = &self.buffer[self.valid..self.end];
        let whole = if self.at_end() {
            fresh.len()
        } else {
            whole_characters(fresh)
        };
        if simdutf8::basic::from_utf8(&fresh[..whole]).is_err() {
            let mut mended = Vec::with_capacity(whole + whole / 8 + 16);
            repair(&fresh[..whole], &mut mended);
            let from = self.valid;
            let longer = mended.len();
            self.buffer.splice(from..from + whole, mended);
            self.end = self.end - whole + longer;
            self.valid = from + longer;
        } else {
            self.valid += whole;
        }
    }
}

fn read(source: &mut Source<'_>, into: &mut [u8]) -> Result<usize, ExtractError> {
    loop {
        match source.read(into) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other.map_err(ExtractError::from),
        }
    }
}

/// Length without the character that the end cuts in two.
fn whole_characters(bytes: &[u8]) -> usize {
    let n = bytes.len();
    for back in 1..=3.min(n) {
        let b = bytes[n - back];
        if b & 0xC0 != 0x80 {
            let needs = match b {
                0xF0.. => 4,
                0xE0.. => 3,
                0xC0.. => 2,
                _ => 1,
            };
            return if needs > back { n - back } else { n };
        }
    }
    n
}
