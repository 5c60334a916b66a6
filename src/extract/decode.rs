//! Bytes → text, whatever the character set: UTF-8, UTF-16 and UTF-32 with and without a mark, EBCDIC, and the
//! single- and double-byte sets of the web, guessed from the first 64 KiB.
//!
//! UTF-8 is validated where it lies, at the speed of memory, and never copied. Bytes that do not belong (a log written
//! by two programs) are read as Windows-1252, one by one, so nothing is dropped. Formats that are text pull it from
//! [`Text`]; `sniff` asks [`detect`] whether something is text at all.

mod detect;
mod window;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use detect::EBCDIC;

pub use detect::detect;
pub use window::Text;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Source;

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
