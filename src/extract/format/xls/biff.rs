//! Records of the binary workbook formats (BIFF 2 to 8) and the strings in them. Source: [MS-XLS], and the OpenOffice
//! documentation of the Excel file format for the older versions.

use encoding_rs::Encoding;

use crate::extract::ole::{u16_at, u32_at};

/// Continues the record before.
const CONTINUE: u16 = 0x3c;

/// One record with its continuations.
#[derive(Clone, Copy)]
pub struct Record<'b> {
    /// What it is.
    pub id: u16,
    /// Its own bytes.
    pub data: &'b [u8],
    /// Where the stream goes on after it (and before its continuations).
    pub next: usize,
}

/// Reads the record at a place. None past the end.
pub fn record(stream: &[u8], at: usize) -> Option<Record<'_>> {
    let id = u16_at(stream, at)?;
    let length = u16_at(stream, at + 2)? as usize;
    let start = at + 4;
    let end = (start + length).min(stream.len());
    Some(Record {
        id,
        data: &stream[start..end],
        next: end,
    })
}

/// The data of a record and of the continuations that follow it, each apart, and where the stream goes on.
pub fn continued<'b>(stream: &'b [u8], first: Record<'b>) -> (Vec<&'b [u8]>, usize) {
    let mut parts = vec![first.data];
    let mut at = first.next;
    while let Some(more) = record(stream, at) {
        if more.id != CONTINUE {
            break;
        }
        parts.push(more.data);
        at = more.next;
    }
    (parts, at)
}

/// The drawings of all sheets, where pictures are kept: one record, and others that continue it.
pub fn drawings(stream: &[u8]) -> Vec<u8> {
    const DRAWING_GROUP: u16 = 0xeb;
    let mut joined = Vec::new();
    let (mut at, mut inside) = (0, false);
    while let Some(found) = record(stream, at) {
        inside = found.id == DRAWING_GROUP || (inside && found.id == CONTINUE);
        if inside {
            joined.extend_from_slice(found.data);
        }
        at = found.next;
    }
    joined
}

/// Reads across the parts of a continued record.
pub struct Cursor<'b> {
    parts: Vec<&'b [u8]>,
    part: usize,
    at: usize,
}

impl<'b> Cursor<'b> {
    /// At the start of the first part.
    pub fn new(parts: Vec<&'b [u8]>) -> Self {
        Cursor {
            parts,
            part: 0,
            at: 0,
        }
    }

    fn settle(&mut self) -> bool {
        while let Some(part) = self.parts.get(self.part) {
            if self.at < part.len() {
                return true;
            }
            self.part += 1;
            self.at = 0;
        }
        false
    }

    fn byte(&mut self) -> Option<u8> {
        if !self.settle() {
            return None;
        }
        self.at += 1;
        Some(self.parts[self.part][self.at - 1])
    }

    /// 16 bits.
    pub fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    /// 32 bits.
    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    /// Passes over bytes.
    pub fn skip(&mut self, mut count: usize) {
        while count > 0 && self.settle() {
            let step = count.min(self.parts[self.part].len() - self.at);
            self.at += step;
            count -= step;
        }
    }

    /// Characters that may be cut by the end of a part; the next part then begins with its own flag byte.
    fn characters(&mut self, mut count: usize, mut wide: bool, out: &mut String) -> Option<()> {
        let mut units: Vec<u16> = Vec::new();
        let mut started = false;
        while count > 0 {
            if self
                .parts
                .get(self.part)
                .is_some_and(|p| self.at >= p.len())
            {
                self.part += 1;
                self.at = 0;
                if started || self.part > 0 {
                    let part = self.parts.get(self.part)?;
                    wide = part.first()? & 1 != 0;
                    self.at = 1;
                }
            }
            let part = self.parts.get(self.part)?;
            let left = &part[self.at.min(part.len())..];
            started = true;
            if wide {
                let take = count.min(left.len() / 2);
                units.extend(
                    left[..take * 2]
                        .chunks_exact(2)
                        .map(|b| u16::from_le_bytes([b[0], b[1]])),
                );
                self.at += take * 2;
                count -= take;
                if take == 0 && left.len() == 1 {
                    self.at += 1;
                } else if take == 0 && left.is_empty() && self.part + 1 >= self.parts.len() {
                    break;
                }
            } else {
                let take = count.min(left.len());
                units.extend(left[..take].iter().map(|&b| u16::from(b)));
                self.at += take;
                count -= take;
            }
        }
        out.push_str(&String::from_utf16_lossy(&units));
        Some(())
    }

    /// A string of BIFF 8 whose length was read: flags, characters; formatting and phonetics are passed over.
    pub fn string(&mut self, count: usize) -> Option<String> {
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 {
            self.u16()? as usize
        } else {
            0
        };
        let more = if flags & 4 != 0 {
            self.u32()? as usize
        } else {
            0
        };
        let mut out = String::new();
        let whole = self.characters(count, flags & 1 != 0, &mut out);
        self.skip(runs * 4);
        self.skip(more);
        whole.map(|()| out).or(Some(String::new()))
    }
}

/// How strings are written in a version of the format.
#[derive(Clone, Copy)]
pub struct Strings {
    /// Whether it is BIFF 8.
    pub unicode: bool,
    /// The code page of the older ones.
    pub encoding: &'static Encoding,
}

impl Strings {
    /// A string with a length of 16 bits (8 where `short`), at the start of the bytes.
    pub fn read(self, bytes: &[u8], short: bool) -> Option<String> {
        let (count, rest) = if short {
            (usize::from(*bytes.first()?), bytes.get(1..)?)
        } else {
            (usize::from(u16_at(bytes, 0)?), bytes.get(2..)?)
        };
        self.characters(rest, count)
    }

    /// A string whose length is known.
    pub fn characters(self, bytes: &[u8], count: usize) -> Option<String> {
        if self.unicode {
            return Cursor::new(vec![bytes]).string(count);
        }
        let raw = &bytes[..count.min(bytes.len())];
        Some(
            self.encoding
                .decode_without_bom_handling(raw)
                .0
                .into_owned(),
        )
    }
}

/// The shared strings, whole ones only.
pub fn shared_strings(parts: Vec<&[u8]>) -> Vec<String> {
    let mut cursor = Cursor::new(parts);
    let mut found = Vec::new();
    let (Some(_), Some(unique)) = (cursor.u32(), cursor.u32()) else {
        return found;
    };
    // The count is the file's own: it ends the loop, but reserves nothing.
    for _ in 0..unique {
        let Some(count) = cursor.u16() else { break };
        let Some(text) = cursor.string(usize::from(count)) else {
            break;
        };
        found.push(text);
    }
    found
}

/// The number in an RK field: a shortened float or an integer, perhaps of hundredths.
pub fn rk(raw: u32) -> f64 {
    let value = if raw & 2 != 0 {
        f64::from((raw as i32) >> 2)
    } else {
        f64::from_bits(u64::from(raw & !3) << 32)
    };
    if raw & 1 != 0 { value / 100.0 } else { value }
}

/// A float.
pub fn float(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The address in a hyperlink record, when it leads out of the workbook.
pub fn hyperlink(data: &[u8]) -> Option<String> {
    const URL: [u8; 16] = [
        0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0, 0xaa, 0, 0x4b, 0xa9, 0x0b,
    ];
    let at = memchr::memmem::find(data, &URL)? + 16;
    let length = u32_at(data, at)? as usize;
    let raw = data.get(at + 4..(at + 4).checked_add(length)?.min(data.len()))?;
    Some(crate::extract::ole::utf16(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_cut_by_a_continuation_is_whole() {
        // Two strings, the first cut after three letters and going on in wide ones.
        let first: &[u8] = b"\x02\0\0\0\x02\0\0\0\x05\0\0abc";
        let second: &[u8] = b"\x01d\0e\0\x02\0\0xy";
        assert_eq!(shared_strings(vec![first, second]), ["abcde", "xy"]);
    }

    #[test]
    fn short_numbers_are_read_in_all_four_forms() {
        assert_eq!(rk((1234 << 2) | 2), 1234.0);
        assert_eq!(rk((1234 << 2) | 3), 12.34);
        assert_eq!(rk(((1.5_f64.to_bits() >> 32) as u32) & !3), 1.5);
    }

    #[test]
    fn a_count_that_lies_reserves_nothing() {
        assert!(shared_strings(vec![b"\xff\xff\xff\xff\xff\xff\xff\xff"]).is_empty());
    }
}
