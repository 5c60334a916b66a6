//! EMF and the EMF+ in its comments. Source: [MS-EMF] 2.3.5, [MS-EMFPLUS] 2.3.4.

use crate::extract::{
    decode,
    ole::{u16_at, u32_at, utf16},
};

use super::Words;

const COMMENT: u32 = 70;
const TEXT_A: u32 = 83;
const TEXT_W: u32 = 84;
const POLY_TEXT_A: u32 = 96;
const POLY_TEXT_W: u32 = 97;
const SMALL_TEXT: u32 = 108;
const END: u32 = 14;

/// Characters are numbers of shapes in the font.
const GLYPHS: u32 = 0x10;

/// Whether it is an EMF.
pub fn is(bytes: &[u8]) -> bool {
    u32_at(bytes, 0) == Some(1) && bytes.get(40..44) == Some(b" EMF")
}

/// Takes the words of all records; false when they end before the last one.
pub fn read(bytes: &[u8], words: &mut Words) -> bool {
    // A drawing of two ways of drawing says everything twice.
    let mut plus = Words::default();
    let sound = records(bytes, words, &mut plus);
    if words.found.is_empty() {
        words.found = plus.found;
    }
    sound
}

fn records(bytes: &[u8], words: &mut Words, plus: &mut Words) -> bool {
    let mut at = 0;
    while let (Some(kind), Some(size)) = (u32_at(bytes, at), u32_at(bytes, at + 4)) {
        let size = size as usize;
        let Some(record) = at.checked_add(size).and_then(|end| bytes.get(at..end)) else {
            return false;
        };
        if size < 8 {
            return false;
        }
        match kind {
            TEXT_A | TEXT_W => {
                text(record, 36, kind == TEXT_W, words);
            }
            POLY_TEXT_A | POLY_TEXT_W => {
                let count = u32_at(record, 36).unwrap_or(0).min(10_000) as usize;
                for i in 0..count {
                    if text(record, 40 + i * 40, kind == POLY_TEXT_W, words).is_none() {
                        break;
                    }
                }
            }
            SMALL_TEXT => {
                small(record, words);
            }
            COMMENT if record.get(12..16) == Some(b"EMF+") => comment(&record[16..], plus),
            END => return true,
            _ => {}
        }
        at += size;
    }
    at >= bytes.len()
}

fn number(record: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(u32_at(record, at)? as i32))
}

/// A text object of a record.
fn text(record: &[u8], at: usize, wide: bool, words: &mut Words) -> Option<()> {
    let (x, y) = (number(record, at)?, number(record, at + 4)?);
    let count = u32_at(record, at + 8)? as usize;
    let start = u32_at(record, at + 12)? as usize;
    let options = u32_at(record, at + 16)?;
    let distances = u32_at(record, at + 36)? as usize;
    if options & GLYPHS != 0 {
        words.unknown += 1;
        return Some(());
    }
    let length = count.checked_mul(if wide { 2 } else { 1 })?;
    let raw = record.get(start..start.checked_add(length)?)?;
    let shown = if wide { utf16(raw) } else { decode::guess(raw) };
    let width = (distances > 0)
        .then(|| (0..count).try_fold(0.0, |w, i| Some(w + number(record, distances + i * 4)?)))
        .flatten();
    words.push(&shown, x, y, width);
    Some(())
}

/// A text without distances.
fn small(record: &[u8], words: &mut Words) -> Option<()> {
    const NO_RECTANGLE: u32 = 0x100;
    const NARROW: u32 = 0x200;
    let (x, y) = (number(record, 8)?, number(record, 12)?);
    let count = u32_at(record, 16)? as usize;
    let options = u32_at(record, 20)?;
    if options & GLYPHS != 0 {
        words.unknown += 1;
        return Some(());
    }
    let start: usize = if options & NO_RECTANGLE != 0 { 36 } else { 52 };
    let narrow = options & NARROW != 0;
    let length = count.checked_mul(if narrow { 1 } else { 2 })?;
    let raw = record.get(start..start.checked_add(length)?)?;
    let shown = if narrow {
        decode::guess(raw)
    } else {
        utf16(raw)
    };
    words.push(&shown, x, y, None);
    Some(())
}

/// Records of EMF+ in a comment.
fn comment(bytes: &[u8], words: &mut Words) {
    const DRAW_STRING: u16 = 0x401c;
    const DRAW_DRIVER_STRING: u16 = 0x4036;
    let mut at = 0;
    while let (Some(kind), Some(size)) = (u16_at(bytes, at), u32_at(bytes, at + 4)) {
        let size = size as usize;
        let Some(record) = at.checked_add(size).and_then(|end| bytes.get(at..end)) else {
            return;
        };
        if size < 12 {
            return;
        }
        let float = |at| u32_at(record, at).map(|bits| f64::from(f32::from_bits(bits)));
        let characters = |at: usize, count: usize| {
            let length = count.checked_mul(2)?;
            Some(utf16(record.get(at..at.checked_add(length)?)?))
        };
        match kind {
            DRAW_STRING => {
                let count = u32_at(record, 20).unwrap_or(0) as usize;
                if let (Some(x), Some(y), Some(shown)) =
                    (float(24), float(28), characters(40, count))
                {
                    words.push(&shown, x, y, None);
                }
            }
            DRAW_DRIVER_STRING => {
                // Brush, options, whether there is a matrix, characters, then a place for each.
                let characters_given = u32_at(record, 16).unwrap_or(0) & 1 != 0;
                let count = u32_at(record, 24).unwrap_or(0) as usize;
                let places = count.saturating_mul(2).saturating_add(28);
                if let Some(shown) = characters(28, count).filter(|_| characters_given)
                    && let (Some(x), Some(y)) = (float(places), float(places + 4))
                {
                    let last = places + count.saturating_sub(1) * 8;
                    let width = float(last).map(|end| {
                        let steps = count.saturating_sub(1).max(1) as f64;
                        (end - x) * (steps + 1.0) / steps
                    });
                    words.push(&shown, x, y, width.filter(|_| count > 1));
                }
            }
            _ => {}
        }
        at += size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header, one text at (1, 2), the end.
    fn drawing(shown: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut record = |kind: u32, body: &[u8]| {
            bytes.extend(kind.to_le_bytes());
            bytes.extend((body.len() as u32 + 8).to_le_bytes());
            bytes.extend_from_slice(body);
        };
        let mut header = vec![0; 32];
        header.extend_from_slice(b" EMF");
        header.extend([0; 44]);
        record(1, &header);
        let units: Vec<u8> = shown.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut text = vec![0; 28];
        for value in [1, 2, units.len() as u32 / 2, 76, 0, 0, 0, 0, 0, 0] {
            text.extend(value.to_le_bytes());
        }
        text.extend_from_slice(&units);
        text.resize(text.len().next_multiple_of(4), 0);
        record(TEXT_W, &text);
        record(END, &[0; 12]);
        bytes
    }

    #[test]
    fn words_are_read_and_a_cut_is_told() {
        let bytes = drawing("NI number QQ123456C");
        let mut words = Words::default();
        assert!(is(&bytes) && read(&bytes, &mut words));
        assert_eq!(words.lines(), ["NI number QQ123456C"]);
        let mut words = Words::default();
        assert!(!read(&bytes[..bytes.len() - 30], &mut words));
        for end in 0..bytes.len() {
            read(&bytes[..end], &mut Words::default());
        }
    }
}
