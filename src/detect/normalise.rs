//! Text as the engine, the checks and the word lists see it: one byte for each of the many ways to write a dash, a
//! space, a digit or an accented letter, with a map back to the bytes of the document.
//!
//! Detection specification §1 rule 1. Called by the detector for each segment. ASCII text is passed on untouched, and
//! normalised text is never longer than the text it comes from. It decodes no entities and no encodings: extractors do.

use std::ops::Range;

/// A symbol that is neither letter, digit, space nor any punctuation that a pattern may ask for: bullets, arrows, emoji.
const SYMBOL: u8 = b'|';

/// What a character becomes.
enum Fold {
    /// Its own bytes.
    Keep,
    /// Nothing.
    Drop,
    /// One byte, or two when the second is not zero.
    Bytes(u8, u8),
}

/// Working space of [`Normaliser::run`], kept from segment to segment.
#[derive(Default)]
pub struct Normaliser {
    text: Vec<u8>,
    /// From this byte of the normalised text on, original = second + (n − first), until the next entry.
    breaks: Vec<(u32, u32)>,
    /// Whether the last text was ASCII, and so stands as it was.
    plain: bool,
}

/// Normalised text and the way back.
#[derive(Clone, Copy)]
pub struct Normalised<'a> {
    /// The text to scan: ASCII but for scripts that have no Latin form, whose bytes stand as they were.
    pub text: &'a [u8],
    /// The text it comes from.
    pub original: &'a str,
    breaks: &'a [(u32, u32)],
}

impl Normaliser {
    /// Normalises a text of less than 4 GiB.
    pub fn run<'a>(&'a mut self, original: &'a str) -> Normalised<'a> {
        self.text.clear();
        self.breaks.clear();
        let bytes = original.as_bytes();
        let first = next_beyond_ascii(bytes, 0);
        self.plain = first.is_none();
        let Some(first) = first else {
            return Normalised {
                text: bytes,
                original,
                breaks: &[],
            };
        };
        self.text.reserve(bytes.len());
        let (mut from, mut at) = (0, Some(first));
        while let Some(here) = at {
            let c = original[here..]
                .chars()
                .next()
                .expect("a byte beyond ASCII begins a character");
            let next = here + c.len_utf8();
            match fold(c) {
                Fold::Keep => {}
                Fold::Drop => {
                    self.text.extend_from_slice(&bytes[from..here]);
                    from = next;
                    self.note(next);
                }
                Fold::Bytes(one, two) => {
                    self.text.extend_from_slice(&bytes[from..here]);
                    self.text.push(one);
                    if two != 0 {
                        self.text.push(two);
                    }
                    from = next;
                    self.note(next);
                }
            }
            at = next_beyond_ascii(bytes, next);
        }
        self.text.extend_from_slice(&bytes[from..]);
        Normalised {
            text: &self.text,
            original,
            breaks: &self.breaks,
        }
    }

    /// What the last [`Normaliser::run`] made of this text.
    pub fn last<'a>(&'a self, original: &'a str) -> Normalised<'a> {
        Normalised {
            text: match self.plain {
                true => original.as_bytes(),
                false => &self.text,
            },
            original,
            breaks: &self.breaks,
        }
    }

    /// The normalised text so far goes on at byte `original`.
    fn note(&mut self, original: usize) {
        let here = (self.text.len() as u32, original as u32);
        match self.breaks.last_mut() {
            Some(last) if last.0 == here.0 => *last = here,
            _ => self.breaks.push(here),
        }
    }
}

impl Normalised<'_> {
    /// The byte of the original where normalised byte `n` begins; at the end of the text, its end.
    pub fn original_start(&self, n: usize) -> usize {
        let at = self.linear(n).min(self.original.len());
        self.original.floor_char_boundary(at)
    }

    /// The byte of the original after the character that holds normalised byte `n` − 1.
    pub fn original_end(&self, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        let at = self.original_start(n - 1);
        at + self.original[at..].chars().next().map_or(0, char::len_utf8)
    }

    /// The span of the original that normalised bytes `span` come from, at character boundaries.
    pub fn original_span(&self, span: Range<usize>) -> Range<usize> {
        self.original_start(span.start)..self.original_end(span.end)
    }

    /// The first normalised byte that comes from original byte `o` or later.
    pub fn from_original(&self, o: usize) -> usize {
        if self.breaks.is_empty() {
            return o;
        }
        let after = self.breaks.partition_point(|b| b.1 as usize <= o);
        let (n, original) = match after.checked_sub(1) {
            Some(i) => self.breaks[i],
            None => (0, 0),
        };
        let linear = n as usize + (o - original as usize);
        // A folded character is shorter than its original: what lies inside it belongs to the next.
        match self.breaks.get(after) {
            Some(&(next, _)) => linear.min(next as usize),
            None => linear.min(self.text.len()),
        }
    }

    fn linear(&self, n: usize) -> usize {
        match self
            .breaks
            .partition_point(|b| b.0 as usize <= n)
            .checked_sub(1)
        {
            None => n,
            Some(i) => self.breaks[i].1 as usize + (n - self.breaks[i].0 as usize),
        }
    }
}

/// The next byte at or after `at` that is not ASCII.
fn next_beyond_ascii(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let mut blocks = rest.chunks_exact(64);
    let mut skipped = 0;
    for block in &mut blocks {
        if !block.is_ascii() {
            break;
        }
        skipped += 64;
    }
    rest[skipped..]
        .iter()
        .position(|b| !b.is_ascii())
        .map(|n| at + skipped + n)
}

/// One character. Sources: Unicode Character Database, general categories and NFKD decompositions.
fn fold(c: char) -> Fold {
    let code = c as u32;
    match code {
        // £ and ¥ are asked for by patterns; ª, µ and º are letters.
        0xA3 | 0xA5 | 0xAA | 0xB5 | 0xBA => Fold::Keep,
        0x85 => Fold::Bytes(b'\n', 0),
        // Windows-1252 read as Latin-1.
        0x91 | 0x92 => Fold::Bytes(b'\'', 0),
        0x93 | 0x94 => Fold::Bytes(b'"', 0),
        0x96 | 0x97 => Fold::Bytes(b'-', 0),
        0x80..0xA0 => Fold::Drop,
        0xA0 => Fold::Bytes(b' ', 0),
        0xAB | 0xBB => Fold::Bytes(b'"', 0),
        0xAD => Fold::Drop,
        0xB4 => Fold::Bytes(b'\'', 0),
        0xA1..0xC0 => Fold::Bytes(SYMBOL, 0),
        0xC0..0x250 => letters(LATIN[code as usize - 0xC0]),
        0x2B9 | 0x2BB..=0x2BD => Fold::Bytes(b'\'', 0),
        0x300..0x370 => Fold::Drop,
        0x61C | 0x180E => Fold::Drop,
        0x660..=0x669 => Fold::Bytes(b'0' + (code - 0x660) as u8, 0),
        0x6F0..=0x6F9 => Fold::Bytes(b'0' + (code - 0x6F0) as u8, 0),
        0x1680 => Fold::Bytes(b' ', 0),
        0x1AB0..0x1B00 | 0x1DC0..0x1E00 => Fold::Drop,
        0x1E00..0x1F00 => letters(LATIN_ADDITIONAL[code as usize - 0x1E00]),
        0x2000..=0x200A => Fold::Bytes(b' ', 0),
        0x200B..=0x200F => Fold::Drop,
        0x2010..=0x2015 | 0x2043 => Fold::Bytes(b'-', 0),
        0x2018..=0x201B | 0x2032 => Fold::Bytes(b'\'', 0),
        0x201C..=0x201F | 0x2033 | 0x2039 | 0x203A => Fold::Bytes(b'"', 0),
        0x2024 => Fold::Bytes(b'.', 0),
        0x2028 | 0x2029 => Fold::Bytes(b'\n', 0),
        0x202A..=0x202E => Fold::Drop,
        0x202F | 0x205F => Fold::Bytes(b' ', 0),
        0x2044 => Fold::Bytes(b'/', 0),
        0x2060..=0x206F => Fold::Drop,
        0x2016 | 0x2017 | 0x2020..=0x2023 | 0x2025..=0x2027 => Fold::Bytes(SYMBOL, 0),
        0x2030 | 0x2031 | 0x2034..=0x2038 | 0x203B..=0x2042 => Fold::Bytes(SYMBOL, 0),
        0x2045..=0x205E => Fold::Bytes(SYMBOL, 0),
        0x2116 => Fold::Bytes(b'N', b'o'),
        0x2212 => Fold::Bytes(b'-', 0),
        0x2215 => Fold::Bytes(b'/', 0),
        0x2100..0x2150 | 0x2190..0x2460 | 0x2500..0x2C00 => Fold::Bytes(SYMBOL, 0),
        0x3000 => Fold::Bytes(b' ', 0),
        0x3001..0x3004 | 0x3008..0x3021 => Fold::Bytes(SYMBOL, 0),
        0xE000..0xF900 => Fold::Bytes(SYMBOL, 0), // private use: bullets of symbol fonts
        0xFB00 => Fold::Bytes(b'f', b'f'),
        0xFB01 => Fold::Bytes(b'f', b'i'),
        0xFB02 => Fold::Bytes(b'f', b'l'),
        0xFB05 | 0xFB06 => Fold::Bytes(b's', b't'),
        0xFE00..=0xFE0F | 0xFE20..=0xFE2F => Fold::Drop,
        0xFE58 | 0xFE63 => Fold::Bytes(b'-', 0),
        0xFEFF => Fold::Drop,
        0xFF01..=0xFF5E => Fold::Bytes((code - 0xFEE0) as u8, 0),
        0xFFFC | 0xFFFD => Fold::Bytes(SYMBOL, 0),
        0x1D7CE..=0x1D7FF => Fold::Bytes(b'0' + ((code - 0x1D7CE) % 10) as u8, 0),
        0x1F000..0x20000 => Fold::Bytes(SYMBOL, 0),
        _ => Fold::Keep,
    }
}

fn letters([one, two]: [u8; 2]) -> Fold {
    if one == b'.' {
        Fold::Keep
    } else {
        Fold::Bytes(one, two)
    }
}

/// Letters of U+00C0 to U+024F without their marks; `.` stands for those that have no Latin base.
static LATIN: [[u8; 2]; 0x190] = table(
    "A A A A A A AE C E E E E I I I I D N O O O O O . O U U U U Y Th ss a a a a a a ae c e e e e i i i i d n o o o o \
    o . o u u u u y th y A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g G g G g H h H h I i I i I \
    i I i I i IJ ij J j K k k L l L l L l . . L l N n N n N n . N n O o O o O o OE oe R r R r R r S s S s S s S s T \
    t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s b B . . . . O C c D D . . . . E E . f G . . . I K k l \
    . . N n O O o . . P p . . . . . t T t T U u . V Y y Z z . . . . . . . . . . . . . DZ Dz dz LJ Lj lj NJ Nj nj A \
    a I i O o U u U u U u U u U u . A a A a . . G g G g K k O o O o . . j DZ Dz dz G g . . N n A a . . . . A a A a \
    E e E e I i I i O o O o R r R r U u U u S s T t . . H h . d . . . . A a E e O o O o O o O o Y y l n t . . . A C \
    c L T s z . . B U . E e J j . . R r Y y",
);

/// The same for U+1E00 to U+1EFF (Welsh Ẃ, Vietnamese).
static LATIN_ADDITIONAL: [[u8; 2]; 0x100] = table(
    "A a B b B b B b C c D d D d D d D d D d E e E e E e E e E e F f G g H h H h H h H h H h I i I i K k K k K k L l \
    L l L l L l M m M m M m N n N n N n N n O o O o O o O o P p P p R r R r R r R r S s S s S s S s S s T t T t T t \
    T t U u U u U u U u U u V v V v W w W w W w W w W w X x X x Y y Z z Z z Z z h t w y . s . . SS . A a A a A a A \
    a A a A a A a A a A a A a A a A a E e E e E e E e E e E e E e E e I i I i O o O o O o O o O o O o O o O o O o O \
    o O o O o U u U u U u U u U u U u U u Y y Y y Y y Y y . . . . . .",
);

const fn table<const N: usize>(text: &str) -> [[u8; 2]; N] {
    let bytes = text.as_bytes();
    let mut out = [[0; 2]; N];
    let (mut at, mut entry) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b' ' {
            out[entry][0] = bytes[at];
            if at + 1 < bytes.len() && bytes[at + 1] != b' ' {
                out[entry][1] = bytes[at + 1];
                at += 1;
            }
            entry += 1;
        }
        at += 1;
    }
    assert!(entry == N, "one entry for each character of the block");
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(text: &str) -> String {
        let mut normaliser = Normaliser::default();
        let out = normaliser.run(text);
        String::from_utf8(out.text.to_vec()).expect("whole characters")
    }

    #[test]
    fn the_many_ways_to_write_one_thing_become_one() {
        assert_eq!(normal("AB\u{a0}12\u{2009}34"), "AB 12 34");
        assert_eq!(normal("08–99‑99\u{2212}1"), "08-99-99-1");
        assert_eq!(normal("４０１０"), "4010");
        assert_eq!(normal("40\u{ad}10\u{200b}23\u{feff}"), "401023");
        assert_eq!(
            normal("Zoë O’Brien-Nowak, Łukasz Straße"),
            "Zoe O'Brien-Nowak, Lukasz Strasse"
        );
        assert_eq!(normal("e\u{301}\u{fb01}"), "efi");
        assert_eq!(normal("“AB” • £5"), "\"AB\" | £5");
        assert_eq!(normal("Иван 王"), "Иван 王");
        assert_eq!(normal("№ 𝟒"), "No 4");
    }

    #[test]
    fn ascii_is_not_copied() {
        let text = "plain\ttext\n";
        let mut normaliser = Normaliser::default();
        assert!(std::ptr::eq(normaliser.run(text).text, text.as_bytes()));
    }

    #[test]
    fn spans_lead_back_to_the_document() {
        let text = "NI\u{a0}no \u{200b}AB–12 é!";
        let mut normaliser = Normaliser::default();
        let out = normaliser.run(text);
        let shown = String::from_utf8_lossy(out.text);
        for (piece, original) in [
            ("AB-12", "AB–12"),
            ("e", "é"),
            (" no", "\u{a0}no"),
            ("!", "!"),
        ] {
            let start = shown.find(piece).expect("planted");
            assert_eq!(
                &text[out.original_span(start..start + piece.len())],
                original
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "(\\PC|[\u{a0}\u{200b}\u{2013}éß\u{fb01}a-c0-9 -]){0,40}") {
            let mut normaliser = Normaliser::default();
            let out = normaliser.run(&text);
            prop_assert!(out.text.len() <= text.len());
            let mut last = 0;
            for n in 0..=out.text.len() {
                let start = out.original_start(n);
                prop_assert!(start >= last && text.is_char_boundary(start));
                last = start;
                if n > 0 {
                    let end = out.original_end(n);
                    prop_assert!(end <= text.len() && text.is_char_boundary(end));
                }
            }
            for o in 0..=text.len() {
                let n = out.from_original(o);
                prop_assert!(n <= out.text.len());
                prop_assert!(n == out.text.len() || out.linear(n) >= o);
                prop_assert!(n == 0 || out.linear(n - 1) < o);
            }
        }
    }
}
