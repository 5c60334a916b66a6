//! Damages documents as disks, networks and attackers do: cuts, flipped bits, swapped and repeated stretches, sizes set to
//! their largest, figures that are none, words that parsers know. Packages are damaged inside their members too, where a
//! checksum of the package would otherwise keep the parser from ever seeing it.
//!
//! Everything follows from a seed. Used by `tests/mutation.rs` and by the fuzz driver.

use std::io::{Cursor, Read, Write};

/// Pseudo-random numbers (xorshift64*).
pub struct Random(u64);

impl Random {
    /// Numbers that follow from a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below this one; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            0
        } else {
            (self.next() >> 16) as usize % end
        }
    }
}

/// What parsers of text, markup and records look for.
const WORDS: &[&[u8]] = &[
    b"<",
    b">",
    b"</",
    b"<![CDATA[",
    b"<!--",
    b"&#x110000;",
    b"&amp",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"'",
    b",",
    b";",
    b"\\",
    b"\\bin999999999 ",
    b"\\u-32768?",
    b"{\\*\\",
    b"\\'",
    b"\0",
    b"\r",
    b"\n\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x01\x02",
    b"%%EOF",
    b"endobj",
    b"1e999",
    b"-0",
    b"--",
    b"/*",
    b"$$",
    b"INSERT INTO `t` VALUES (",
    b"<table>",
    b"<script>",
    b"xmlns:",
    b"r=\"XFD1048577\"",
    b"=?utf-8?B?",
    b"\r\n.\r\n",
    b"Content-Type: multipart/mixed",
];

/// Values that sizes and offsets are set to.
const SIZES: &[u64] = &[
    u64::MAX,
    i64::MAX as u64,
    u32::MAX as u64,
    i32::MAX as u64,
    u16::MAX as u64,
    0x8000_0000,
    0xff_ffff,
    1 << 20,
    0,
    1,
];

/// Bytes that damage may add to a document.
const GROWTH: usize = 256 << 10;

/// A damaged copy.
pub fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(4) {
        once(&mut out, random);
        if out.len() > bytes.len() + GROWTH {
            out.truncate(bytes.len() + GROWTH);
        }
    }
    out
}

fn once(out: &mut Vec<u8>, random: &mut Random) {
    if out.is_empty() {
        out.push(random.next() as u8);
        return;
    }
    let at = random.below(out.len());
    let block = |random: &mut Random, out: &[u8]| {
        let start = random.below(out.len());
        let length = 1 + random.below((out.len() - start).min(4096));
        (start, start + length)
    };
    match random.below(12) {
        0 => out.truncate(at),
        1 => out[at] ^= 1 << random.below(8),
        2 => out[at] = random.next() as u8,
        3 => {
            let other = random.below(out.len());
            out.swap(at, other);
        }
        4 => {
            let (start, end) = block(random, out);
            let copy = out[start..end].to_vec();
            let to = at.min(out.len() - copy.len());
            out[to..to + copy.len()].copy_from_slice(&copy);
        }
        5 => {
            let (start, end) = block(random, out);
            let copy = out[start..end].to_vec();
            out.splice(at..at, copy);
        }
        6 => {
            let (start, end) = block(random, out);
            out.drain(start..end);
        }
        7 | 8 => {
            let size = match random.below(SIZES.len() + 1) {
                i if i < SIZES.len() => SIZES[i],
                _ => out.len() as u64,
            };
            let width = 1 << random.below(4);
            let mut field = size.to_le_bytes();
            if random.below(2) == 1 {
                field[..width].reverse();
            }
            for (i, byte) in field[..width].iter().enumerate() {
                if let Some(target) = out.get_mut(at + i) {
                    *target = *byte;
                }
            }
        }
        9 => {
            // Figures become others: nines, none, a sign.
            if let Some(start) = out[at..].iter().position(u8::is_ascii_digit) {
                let start = at + start;
                let length = out[start..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                let new: &[u8] = [
                    &b"99999999999999999999"[..],
                    b"",
                    b"-1",
                    b"0",
                    b"4294967296",
                ][random.below(5)];
                out.splice(start..start + length, new.iter().copied());
            }
        }
        10 => {
            let word = WORDS[random.below(WORDS.len())];
            out.splice(at..at, word.iter().copied());
        }
        _ => {
            // The same again and again: nests and long lists.
            let (start, end) = block(random, out);
            let copy = out[start..end.min(start + 64)].to_vec();
            let times = 1 << random.below(12);
            out.splice(at..at, copy.repeat(times));
        }
    }
}

/// A copy of a package with one of its members damaged; nothing when it is no package.
pub fn mutate_inside(bytes: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let chosen = random.below(old.len());
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for index in 0..old.len() {
        let mut member = old.by_index(index).ok()?;
        let mut data = Vec::new();
        member.read_to_end(&mut data).ok()?;
        if index == chosen {
            data = mutate(&data, random);
        }
        let name = member.name().ok()?.into_owned();
        new.start_file(name, plain).ok()?;
        new.write_all(&data).ok()?;
    }
    Some(new.finish().ok()?.into_inner())
}
