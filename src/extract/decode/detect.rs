//! Which character set a text is in, and whether it is text at all, by its first bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_16BE, UTF_16LE};

use super::Charset;

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
pub static EBCDIC: [u8; 256] = [
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
