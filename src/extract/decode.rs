//! Bytes → text, whatever the character set: UTF-8, UTF-16 and UTF-32 with and without a mark, EBCDIC, and the
//! single- and double-byte sets of the web, guessed from the first 64 KiB.
//!
//! UTF-8 is validated where it lies, at the speed of memory, and never copied. Bytes that do not belong (a log written
//! by two programs) are read as Windows-1252, one by one, so nothing is dropped. Formats that are text pull it from
//! [`Text`]; `sniff` asks [`detect`] whether something is text at all.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{error::ExtractError, source::Source};

/// A character set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Charset {
    /// UTF-8, and ASCII with it.
    Utf8,
    /// UTF-32; `true` for big-endian.
    Utf32(bool),
    /// EBCDIC of the western mainframes, code page 500.
    Ebcdic,
    /// One that `encoding_rs` knows, UTF-16 among them.
    Other(&'static Encoding),
}

impl Charset {
    /// The set of this name, as mails and pages write it. UTF-7 and unknown names are `None`.
    pub fn named(label: &str) -> Option<Charset> {
        let encoding = Encoding::for_label(label.trim().as_bytes())?;
        Some(if encoding == encoding_rs::UTF_8 {
            Charset::Utf8
        } else {
            Charset::Other(encoding)
        })
    }

    /// Bytes of the byte-order mark at the start.
    fn mark(self, head: &[u8]) -> usize {
        let mark: &[u8] = match self {
            Charset::Utf8 => b"\xef\xbb\xbf",
            Charset::Utf32(false) => b"\xff\xfe\0\0",
            Charset::Utf32(true) => b"\0\0\xfe\xff",
            Charset::Other(e) if e == UTF_16LE => b"\xff\xfe",
            Charset::Other(e) if e == UTF_16BE => b"\xfe\xff",
            _ => return 0,
        };
        if head.starts_with(mark) {
            mark.len()
        } else {
            0
        }
    }
}

/// The character set of a text, or nothing for what is not text. `whole` says that nothing follows `head`.
pub fn detect(head: &[u8], whole: bool) -> Option<Charset> {
    if head.starts_with(b"\xef\xbb\xbf") {
        return Some(Charset::Utf8);
    }
    if head.starts_with(b"\xff\xfe\0\0") && head.len().is_multiple_of(4) {
        return Some(Charset::Utf32(false));
    }
    if head.starts_with(b"\0\0\xfe\xff") {
        return Some(Charset::Utf32(true));
    }
    if head.starts_with(b"\xff\xfe") {
        return Some(Charset::Other(UTF_16LE));
    }
    if head.starts_with(b"\xfe\xff") {
        return Some(Charset::Other(UTF_16BE));
    }
    if memchr::memchr(0, head).is_some()
        && let Some(wide) = wide(head)
    {
        return Some(wide);
    }
    let valid = match simdutf8::compat::from_utf8(head) {
        Ok(_) => true,
        // A character that the head cuts in two.
        Err(e) => !whole && e.error_len().is_none() && e.valid_up_to() + 4 > head.len(),
    };
    if is_noise(head, valid) {
        return ebcdic(head).then_some(Charset::Ebcdic);
    }
    if valid {
        return Some(Charset::Utf8);
    }
    if ebcdic(head) {
        return Some(Charset::Ebcdic);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, whole);
    let guess = detector.guess(Some(b"uk"), Utf8Detection::Deny);
    // Little of it is not ASCII and most of it is UTF-8: two programs wrote it.
    Some(if mostly_utf8(head) {
        Charset::Utf8
    } else {
        Charset::Other(guess)
    })
}

/// Whether bytes that are not valid UTF-8 are the exception among those that are not ASCII.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad, mut rest) = (0, 0, bytes);
    while !rest.is_empty() && bad < 10_000 {
        match simdutf8::compat::from_utf8(rest) {
            Ok(text) => {
                good += text.chars().filter(|c| !c.is_ascii()).count();
                break;
            }
            Err(e) => {
                let upto = e.valid_up_to();
                good += bytecount_wide(&rest[..upto]);
                bad += 1;
                rest = &rest[(upto + e.error_len().unwrap_or(1)).min(rest.len())..];
            }
        }
    }
    good > 2 * bad
}

/// Characters that are not ASCII in valid UTF-8: those that begin with a lead byte.
fn bytecount_wide(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b >= 0xC0).count()
}

/// UTF-16 or UTF-32 without a mark: zeros stand where ASCII has its high bytes, and hardly anywhere else.
fn wide(head: &[u8]) -> Option<Charset> {
    let head = &head[..head.len().min(8 << 10) & !3];
    if head.len() < 8 {
        return match *head {
            [a, 0, b, 0, ..] if a != 0 && b != 0 => Some(Charset::Other(UTF_16LE)),
            [0, a, 0, b, ..] if a != 0 && b != 0 => Some(Charset::Other(UTF_16BE)),
            _ => None,
        };
    }
    let mut zeros = [0_usize; 4];
    let mut controls = 0;
    for four in head.chunks_exact(4) {
        for (i, &b) in four.iter().enumerate() {
            zeros[i] += usize::from(b == 0);
            controls += usize::from(is_control(b));
        }
    }
    let fours = head.len() / 4;
    let (all, most, some, few) = (fours, fours * 9 / 10, fours / 4, fours / 50);
    if controls > head.len() / 50 {
        return None;
    }
    match zeros {
        [a, b, c, d] if c == all && d == all && b >= most && a <= few => {
            Some(Charset::Utf32(false))
        }
        [a, b, c, d] if a == all && b == all && c >= most && d <= few => Some(Charset::Utf32(true)),
        [a, b, c, d] if b >= some && d >= some && a <= few && c <= few => {
            Some(Charset::Other(UTF_16LE))
        }
        [a, b, c, d] if a >= some && c >= some && b <= few && d <= few => {
            Some(Charset::Other(UTF_16BE))
        }
        _ => None,
    }
}

/// Control characters that do not stand in text. Zeros are counted apart; escape and backspace stand in logs.
fn is_control(b: u8) -> bool {
    b < 0x20
        && !matches!(
            b,
            0 | b'\t' | b'\n' | b'\r' | 0x08 | 0x0b | 0x0c | 0x1a..=0x1f
        )
        || b == 0x7f
}

/// Whether bytes are too dense in controls to be text. A run of zeros counts once, however long: systems that lose
/// power leave such runs in logs. Valid UTF-8 may have more of them than bytes of an unknown set.
fn is_noise(bytes: &[u8], valid: bool) -> bool {
    let mut bad = 0_usize;
    let mut zeros = 0_usize;
    let mut before = 1;
    for &b in bytes {
        bad += usize::from(is_control(b) || (b == 0 && before != 0));
        zeros += usize::from(b == 0);
        before = b;
    }
    let rest = bytes.len() - zeros;
    if rest == 0 {
        // Zeros only: what follows decides.
        return false;
    }
    if valid {
        bad * 10 > rest && bad > 1
    } else {
        bad * 50 > rest
    }
}

/// Text of a mainframe: its space and letters lie where ASCII has `@` and the upper half.
fn ebcdic(head: &[u8]) -> bool {
    if head.len() < 64 {
        return false;
    }
    let (mut spaces, mut letters, mut lines, mut other) = (0, 0, 0, 0);
    for &b in head {
        match b {
            0x40 => spaces += 1,
            0x81..=0x89
            | 0x91..=0x99
            | 0xA2..=0xA9
            | 0xC1..=0xC9
            | 0xD1..=0xD9
            | 0xE2..=0xE9
            | 0xF0..=0xF9 => letters += 1,
            0x15 | 0x25 | 0x0d => lines += 1,
            0x4B..=0x50 | 0x5A..=0x61 | 0x6B..=0x6F | 0x7A..=0x7F => {}
            _ => other += 1,
        }
    }
    let n = head.len();
    spaces * 20 > n && letters * 2 > n && other * 50 < n && lines * 1000 > n / 8
}

/// Code page 500 to Latin-1.
#[rustfmt::skip]
static EBCDIC: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9C, 0x09, 0x86, 0x7F, 0x97, 0x8D, 0x8E, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    0x10, 0x11, 0x12, 0x13, 0x9D, 0x0A, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8F, 0x1C, 0x1D, 0x1E, 0x1F,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0A, 0x17, 0x1B, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9A, 0x9B, 0x14, 0x15, 0x9E, 0x1A,
    0x20, 0xA0, 0xE2, 0xE4, 0xE0, 0xE1, 0xE3, 0xE5, 0xE7, 0xF1, 0x5B, 0x2E, 0x3C, 0x28, 0x2B, 0x21,
    0x26, 0xE9, 0xEA, 0xEB, 0xE8, 0xED, 0xEE, 0xEF, 0xEC, 0xDF, 0x5D, 0x24, 0x2A, 0x29, 0x3B, 0x5E,
    0x2D, 0x2F, 0xC2, 0xC4, 0xC0, 0xC1, 0xC3, 0xC5, 0xC7, 0xD1, 0xA6, 0x2C, 0x25, 0x5F, 0x3E, 0x3F,
    0xF8, 0xC9, 0xCA, 0xCB, 0xC8, 0xCD, 0xCE, 0xCF, 0xCC, 0x60, 0x3A, 0x23, 0x40, 0x27, 0x3D, 0x22,
    0xD8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xAB, 0xBB, 0xF0, 0xFD, 0xFE, 0xB1,
    0xB0, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0xAA, 0xBA, 0xE6, 0xB8, 0xC6, 0xA4,
    0xB5, 0x7E, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0xA1, 0xBF, 0xD0, 0xDD, 0xDE, 0xAE,
    0xA2, 0xA3, 0xA5, 0xB7, 0xA9, 0xA7, 0xB6, 0xBC, 0xBD, 0xBE, 0xAC, 0x7C, 0xAF, 0xA8, 0xB4, 0xD7,
    0x7B, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xAD, 0xF4, 0xF6, 0xF2, 0xF3, 0xF5,
    0x7D, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51, 0x52, 0xB9, 0xFB, 0xFC, 0xF9, 0xFA, 0xFF,
    0x5C, 0xF7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0xB2, 0xD4, 0xD6, 0xD2, 0xD3, 0xD5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xB3, 0xDB, 0xDC, 0xD9, 0xDA, 0x9F,
];

/// The start of a text in UTF-8, for sniffing. Never empty for text that is not.
pub fn sample(head: &[u8], charset: Charset) -> String {
    let head = &head[charset.mark(head)..];
    if charset == Charset::Utf8 {
        let mut end = head.len().min(8 << 10);
        while end > 0 && end < head.len() && head[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        let text = String::from_utf8_lossy(&head[..end]).into_owned();
        return if text.is_empty() { "\n".into() } else { text };
    }
    let mut out = Vec::new();
    let mut decode = Decode::new(charset);
    decode.push(head, &mut out, false);
    let mut text = String::from_utf8_lossy(&out).into_owned();
    if text.is_empty() {
        text.push('\n');
    }
    text
}

/// Text of a few bytes in a known set, whole.
pub fn string(bytes: &[u8], charset: Charset) -> String {
    let bytes = &bytes[charset.mark(bytes)..];
    let mut out = Vec::new();
    match charset {
        Charset::Utf8 => repair(bytes, &mut out),
        other => Decode::new(other).push(bytes, &mut out, true),
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Text of bytes in an unknown set.
pub fn guess(bytes: &[u8]) -> String {
    string(
        bytes,
        detect(bytes, true).unwrap_or(Charset::Other(WINDOWS_1252)),
    )
}

/// Appends bytes to valid UTF-8; what is not UTF-8 is read as Windows-1252.
fn repair(mut bytes: &[u8], out: &mut Vec<u8>) {
    loop {
        match simdutf8::compat::from_utf8(bytes) {
            Ok(_) => {
                out.extend_from_slice(bytes);
                return;
            }
            Err(e) => {
                let (good, rest) = bytes.split_at(e.valid_up_to());
                out.extend_from_slice(good);
                let bad = e.error_len().unwrap_or(rest.len()).clamp(1, rest.len());
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(&rest[..bad]);
                out.extend_from_slice(text.as_bytes());
                bytes = &rest[bad..];
            }
        }
    }
}

/// A decoder that keeps what is left of a character between calls.
enum Decode {
    Known(Box<Decoder>),
    Four { big: bool, left: Vec<u8> },
    Ebcdic,
}

impl Decode {
    fn new(charset: Charset) -> Self {
        match charset {
            Charset::Other(encoding) => {
                Decode::Known(Box::new(encoding.new_decoder_without_bom_handling()))
            }
            Charset::Utf32(big) => Decode::Four {
                big,
                left: Vec::new(),
            },
            Charset::Ebcdic => Decode::Ebcdic,
            Charset::Utf8 => Decode::Known(Box::new(
                encoding_rs::UTF_8.new_decoder_without_bom_handling(),
            )),
        }
    }

    fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>, last: bool) {
        match self {
            Decode::Known(decoder) => loop {
                let start = out.len();
                let room = decoder
                    .max_utf8_buffer_length(bytes.len())
                    .unwrap_or(bytes.len() * 3)
                    .max(16);
                out.resize(start + room, 0);
                let (result, read, written, _) =
                    decoder.decode_to_utf8(bytes, &mut out[start..], last);
                out.truncate(start + written);
                bytes = &bytes[read..];
                if result == CoderResult::InputEmpty {
                    return;
                }
            },
            Decode::Four { big, left } => {
                left.extend_from_slice(bytes);
                let mut utf8 = [0; 4];
                for four in left.chunks_exact(4) {
                    let four = [four[0], four[1], four[2], four[3]];
                    let code = if *big {
                        u32::from_be_bytes(four)
                    } else {
                        u32::from_le_bytes(four)
                    };
                    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                    out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                }
                let whole = left.len() & !3;
                left.drain(..whole);
            }
            Decode::Ebcdic => {
                let mut utf8 = [0; 4];
                for &b in bytes {
                    let c = char::from(EBCDIC[usize::from(b)]);
                    out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                }
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "Zoë Müller owes £40 to Siân’s café – 12 Bank Street, naïve façade\n";

    fn utf16(big: bool) -> Vec<u8> {
        WORDS
            .repeat(4)
            .encode_utf16()
            .flat_map(|u| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn character_sets_are_told_apart() {
        let text = WORDS.repeat(4);
        assert_eq!(detect(text.as_bytes(), true), Some(Charset::Utf8));
        let (latin, _, _) = WINDOWS_1252.encode(&text);
        assert_eq!(detect(&latin, true), Some(Charset::Other(WINDOWS_1252)));
        assert_eq!(detect(&utf16(false), true), Some(Charset::Other(UTF_16LE)));
        assert_eq!(detect(&utf16(true), true), Some(Charset::Other(UTF_16BE)));
        let four: Vec<u8> = text
            .chars()
            .flat_map(|c| (c as u32).to_be_bytes())
            .collect();
        assert_eq!(detect(&four, true), Some(Charset::Utf32(true)));
        let noise: Vec<u8> = (0..4096_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        assert_eq!(detect(&noise, true), None);
        let mut log = b"12:00 started\n".repeat(20);
        log.extend([0; 4096]);
        log.extend_from_slice(b"12:09 restarted\n");
        assert_eq!(detect(&log, true), Some(Charset::Utf8));
    }

    #[test]
    fn every_set_comes_out_the_same() {
        let text = WORDS.repeat(4);
        let (latin, _, _) = WINDOWS_1252.encode(&text);
        for bytes in [
            latin.to_vec(),
            utf16(false),
            utf16(true),
            text.clone().into_bytes(),
        ] {
            let charset = detect(&bytes, true).expect("text");
            let mut source = Source::bytes(&bytes);
            let mut reader = Text::with(&mut source, charset, Vec::new());
            let mut all = String::new();
            // A window that cuts characters.
            while reader.fill(11).expect("in memory") {
                let piece = reader.text().to_owned();
                assert!(!piece.is_empty() || reader.at_end());
                all.push_str(&piece);
                reader.consume(piece.len());
            }
            assert_eq!(all, text);
        }
    }

    #[test]
    fn strange_bytes_among_utf8_are_read_one_by_one() {
        let mut bytes = WORDS.repeat(20).into_bytes();
        bytes.extend_from_slice(b"cost \xa3 40\n");
        assert_eq!(detect(&bytes, true), Some(Charset::Utf8));
        assert!(guess(&bytes).ends_with("cost £ 40\n"));
    }

    #[test]
    fn a_mainframe_is_understood() {
        let back = |c: u8| EBCDIC.iter().position(|&e| e == c).expect("has it") as u8;
        let bytes: Vec<u8> = b"PAYROLL OF THE COUNTY, CLERK 1951 in small letters too.\n"
            .repeat(3)
            .iter()
            .map(|&c| back(c))
            .collect();
        assert_eq!(detect(&bytes, true), Some(Charset::Ebcdic));
        assert!(guess(&bytes).starts_with("PAYROLL OF THE COUNTY"));
    }
}
