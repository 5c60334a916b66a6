//! Where the text of a Word document lies: the piece table, and the parts of the text. Source: [MS-DOC] 2.4 and 2.5.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};

use crate::extract::{
    codepage,
    ole::{u16_at, u32_at},
};

use super::marks::{Change, Mark, marks};

/// Characters that lie together and of which the same is said.
pub struct Run {
    /// The characters.
    pub text: String,
    /// What a tracked change did to them.
    pub change: Change,
    /// Where the data stream has more of them.
    pub data: Option<u32>,
}

/// A stretch of text of one kind, in characters.
pub struct Part {
    /// What it is; nothing for the body.
    pub region: Option<&'static str>,
    /// First character.
    pub start: u32,
    /// The character after the last.
    pub end: u32,
}

/// One piece: characters that lie together.
struct Piece {
    start: u32,
    end: u32,
    offset: usize,
    wide: bool,
}

/// The pieces of a document.
pub struct Pieces<'b> {
    stream: &'b [u8],
    pieces: Vec<Piece>,
    /// Characters of: body, footnotes, headers, macros, comments, endnotes, text boxes, text boxes of headers.
    counts: [u32; 8],
    encoding: &'static Encoding,
    marks: Vec<Mark>,
}

const REGIONS: [Option<&str>; 8] = [
    None,
    Some("footnotes"),
    Some("headers and footers"),
    Some("macros"),
    Some("comments"),
    Some("endnotes"),
    Some("text boxes"),
    Some("text boxes of headers"),
];

impl<'b> Pieces<'b> {
    /// Of Word 97 and later, by the table stream.
    pub fn of_97(stream: &'b [u8], table: &[u8]) -> Option<Self> {
        let words = usize::from(u16_at(stream, 0x20)?);
        let longs_at = 0x22 + words * 2;
        let longs = usize::from(u16_at(stream, longs_at)?);
        let long = |i: usize| u32_at(stream, longs_at + 2 + i * 4);
        let mut counts = [0; 8];
        for (i, count) in counts.iter_mut().enumerate() {
            // ccpText is the fourth long word; each part follows.
            *count = long(3 + i).filter(|_| 3 + i < longs).unwrap_or(0);
            if *count > i32::MAX as u32 {
                *count = 0;
            }
        }
        let pairs_at = longs_at + 2 + longs * 4 + 2;
        // fcClx and lcbClx are the 34th pair.
        let clx_at = u32_at(stream, pairs_at + 33 * 8)? as usize;
        let clx_length = u32_at(stream, pairs_at + 33 * 8 + 4)? as usize;
        let clx = table.get(clx_at..clx_at.checked_add(clx_length)?)?;
        let pieces = piece_table(clx)?;
        // fcPlcfBteChpx is the 13th pair: where the properties of characters are.
        let bins = (|| {
            let at = u32_at(stream, pairs_at + 12 * 8)? as usize;
            let length = u32_at(stream, pairs_at + 12 * 8 + 4)? as usize;
            table.get(at..at.checked_add(length)?)
        })();
        Some(Pieces {
            stream,
            pieces,
            counts,
            encoding: WINDOWS_1252,
            marks: marks(stream, bins.unwrap_or(&[])),
        })
    }

    /// Of Word 6 and 95: one run of text, or pieces in the document stream itself. Of Word 2, whose header begins alike,
    /// the run of text. Far eastern versions may write two bytes a character, and then do so throughout.
    pub fn of_95(stream: &'b [u8]) -> Option<Self> {
        let start = u32_at(stream, 0x18)? as usize;
        let end = u32_at(stream, 0x1c)? as usize;
        let mut counts = [0; 8];
        let old = u16_at(stream, 2)? < WORD_6;
        for (i, count) in counts.iter_mut().enumerate().take(if old { 1 } else { 8 }) {
            *count = u32_at(stream, 0x34 + i * 4)?;
        }
        if old {
            counts[0] = u32::try_from(end.checked_sub(start)?).ok()?;
        }
        let all: u32 = counts.iter().try_fold(0_u32, |a, &b| a.checked_add(b))?;
        let flags = u16_at(stream, 0x0a)?;
        let (complex, wide) = (flags & 4 != 0, flags & 0x1000 != 0);
        if complex && old {
            return None;
        }
        let clx = (
            u32_at(stream, 0x160)? as usize,
            u32_at(stream, 0x164)? as usize,
        );
        let pieces = complex
            .then(|| piece_table(stream.get(clx.0..clx.0.checked_add(clx.1)?)?))
            .flatten()
            .map(|pieces| {
                // Offsets were not yet marked for the width of characters.
                pieces
                    .into_iter()
                    .map(|p| Piece {
                        offset: if p.wide { p.offset } else { p.offset * 2 },
                        wide,
                        ..p
                    })
                    .collect()
            });
        let pieces: Vec<Piece> = pieces.unwrap_or_else(|| {
            vec![Piece {
                start: 0,
                end: all,
                offset: start,
                wide,
            }]
        });
        (start < stream.len() && all > 0).then_some(Pieces {
            stream,
            pieces,
            counts,
            encoding: charset_95(stream, start, end),
            marks: Vec::new(),
        })
    }

    /// When the table is lost: what looks like text in the document stream.
    pub fn guess(stream: &'b [u8]) -> Self {
        let start = u32_at(stream, 0x18).unwrap_or(0x200) as usize;
        let end = u32_at(stream, 0x1c).unwrap_or(0) as usize;
        let start = if start < stream.len() {
            start
        } else {
            0x200.min(stream.len())
        };
        let end = if end > start && end <= stream.len() {
            end
        } else {
            stream.len()
        };
        let sample = &stream[start..end.min(start + 4096)];
        let zeros = sample
            .iter()
            .skip(1)
            .step_by(2)
            .filter(|&&b| b == 0)
            .count();
        let wide = zeros * 3 > sample.len() / 2;
        let count = ((end - start) / if wide { 2 } else { 1 }) as u32;
        Pieces {
            stream,
            pieces: vec![Piece {
                start: 0,
                end: count,
                offset: start,
                wide,
            }],
            counts: [count, 0, 0, 0, 0, 0, 0, 0],
            encoding: WINDOWS_1252,
            marks: Vec::new(),
        }
    }

    /// The parts that hold text, in order.
    pub fn parts(&self) -> Vec<Part> {
        let last = self.pieces.iter().map(|p| p.end).max().unwrap_or(0);
        let mut at = 0_u32;
        let mut parts = Vec::new();
        for (region, count) in REGIONS.iter().zip(self.counts) {
            let end = at.saturating_add(count).min(last);
            if end > at {
                parts.push(Part {
                    region: *region,
                    start: at,
                    end,
                });
            }
            at = end;
        }
        parts
    }

    /// These characters, run by run. What lies outside of the stream is left out.
    pub fn runs(&self, start: u32, end: u32) -> impl Iterator<Item = Run> + '_ {
        self.pieces.iter().flat_map(move |piece| {
            let (from, to) = (piece.start.max(start), piece.end.min(end));
            let width = if piece.wide { 2 } else { 1 };
            let first = piece
                .offset
                .saturating_add(from.saturating_sub(piece.start) as usize * width);
            let last = first
                .saturating_add(to.saturating_sub(from) as usize * width)
                .min(self.stream.len());
            self.cut(first, last, piece.wide)
        })
    }

    /// Cuts bytes of the stream where the marks on them begin and end.
    fn cut(&self, first: usize, last: usize, wide: bool) -> impl Iterator<Item = Run> + '_ {
        let mut next = self.marks.partition_point(|m| m.to <= first);
        let mut at = first;
        std::iter::from_fn(move || {
            if at >= last {
                return None;
            }
            let mut run = (Change::None, None);
            let mut end = last;
            if let Some(mark) = self.marks.get(next) {
                if mark.from > at {
                    end = mark.from.min(last);
                } else {
                    run = (mark.change, mark.data);
                    end = mark.to.min(last);
                    next += 1;
                }
            }
            // A mark in the middle of a character belongs to it.
            if wide && (end - at) % 2 == 1 {
                end = (end + 1).min(last);
            }
            let raw = self.stream.get(at..end).unwrap_or(&[]);
            at = end.max(at + 1);
            Some(Run {
                text: self.decode(raw, wide),
                change: run.0,
                data: run.1,
            })
        })
    }

    fn decode(&self, raw: &[u8], wide: bool) -> String {
        if wide {
            let units = raw
                .chunks_exact(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or('\u{fffd}'))
                .collect()
        } else {
            self.encoding
                .decode_without_bom_handling(raw)
                .0
                .into_owned()
        }
    }
}

/// Version of the header that Word 6 writes.
const WORD_6: u16 = 101;

/// High letters in a row that no western language has.
const FOREIGN: usize = 3;

/// The character set of a document before Word 97: of the Macintosh when it says so, by its language, and by its letters
/// where the language does not say (fonts had character sets of their own).
fn charset_95(stream: &[u8], start: usize, end: usize) -> &'static Encoding {
    const MACINTOSH: u16 = 256;
    if u16_at(stream, 0x14) == Some(MACINTOSH) {
        return encoding_rs::MACINTOSH;
    }
    let flags = u16_at(stream, 0x0a).unwrap_or(0);
    let encoding = codepage::of_language(u16_at(stream, 6).unwrap_or(0));
    if encoding != WINDOWS_1252 {
        return encoding;
    }
    if flags & 0x4000 != 0 {
        return encoding_rs::SHIFT_JIS;
    }
    let sample = stream.get(start..end.min(start.saturating_add(64 << 10)));
    let sample = sample.unwrap_or(&[]);
    let high = |b: &u8| *b >= 0xc0;
    let foreign: usize = sample
        .split(|b| !high(b))
        .map(<[u8]>::len)
        .filter(|run| *run >= FOREIGN)
        .sum();
    if foreign * 2 <= sample.iter().filter(|b| high(b)).count() {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Reads a piece table behind its property modifiers.
fn piece_table(clx: &[u8]) -> Option<Vec<Piece>> {
    let mut at = 0;
    while *clx.get(at)? == 1 {
        at += 3 + usize::from(u16_at(clx, at + 1)?);
    }
    if *clx.get(at)? != 2 {
        return None;
    }
    let length = u32_at(clx, at + 1)? as usize;
    let table = clx.get(at + 5..(at + 5).checked_add(length)?.min(clx.len()))?;
    // n + 1 positions of 4 bytes, n descriptors of 8.
    let count = table.len().checked_sub(4)? / 12;
    let mut pieces = Vec::with_capacity(count);
    for i in 0..count {
        let (start, end) = (u32_at(table, i * 4)?, u32_at(table, i * 4 + 4)?);
        let field = u32_at(table, (count + 1) * 4 + i * 8 + 2)?;
        let narrow = field & 0x4000_0000 != 0;
        let offset = (field & 0x3fff_ffff) as usize;
        if end <= start {
            continue;
        }
        pieces.push(Piece {
            start,
            end,
            offset: if narrow { offset / 2 } else { offset },
            wide: !narrow,
        });
    }
    (!pieces.is_empty()).then_some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_narrow_and_wide_are_put_together() {
        let stream = b"....Ann\0\0H\0a\0l\0l\0";
        let mut clx = vec![1, 2, 0, 9, 9, 2, 28, 0, 0, 0];
        for position in [0_u32, 3, 7] {
            clx.extend(position.to_le_bytes());
        }
        for field in [0x4000_0000_u32 | 8, 9] {
            clx.extend([0, 0]);
            clx.extend(field.to_le_bytes());
            clx.extend([0, 0]);
        }
        let pieces = Pieces {
            stream,
            pieces: piece_table(&clx).expect("a table"),
            counts: [7, 0, 0, 0, 0, 0, 0, 0],
            encoding: WINDOWS_1252,
            marks: vec![Mark {
                from: 5,
                to: 11,
                change: Change::Deleted,
                data: None,
            }],
        };
        let text = |start, end| -> String { pieces.runs(start, end).map(|r| r.text).collect() };
        assert_eq!(text(0, 7), "AnnHall");
        assert_eq!(text(2, 5), "nHa");
        let deleted: Vec<String> = pieces
            .runs(0, 7)
            .filter(|r| r.change == Change::Deleted)
            .map(|r| r.text)
            .collect();
        assert_eq!(deleted, ["nn", "H"]);
        assert!(piece_table(&clx[..12]).is_none());
    }
}
