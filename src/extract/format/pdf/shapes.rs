//! Letters of a font that names none of them: by the numbers of their shapes.
//!
//! Fonts of Windows are laid out alike: the shape of a letter has the number of its ASCII code less 29. Programs that put
//! such a font into a PDF without a key to its letters leave that order in place. What comes out is believed only when it
//! reads as English: a font that was cut down and numbered anew does not.

use super::device::Collector;

/// From the number of a shape to ASCII.
const SHIFT: u32 = 29;

/// Fewest letters that tell whether it reads as a language.
const FEWEST: usize = 24;

/// Least share of pairs of letters that are frequent ones, in hundredths. English has 30 and more, chance 4.
const FREQUENT: usize = 15;

/// The most frequent pairs of letters in English.
const PAIRS: &[&[u8; 2]] = &[
    b"th", b"he", b"in", b"er", b"an", b"re", b"on", b"at", b"en", b"nd", b"ti", b"es", b"or",
    b"te", b"of", b"ed", b"is", b"it", b"al", b"ar", b"st", b"to", b"nt",
];

/// Puts letters for the shapes of a page whose meaning nobody knows, when they read as a language. Whether it did.
pub fn name(page: &mut Collector<'_>) -> bool {
    let guess = |code: Option<u32>| {
        let c = char::from_u32(code?.checked_add(SHIFT)?)?;
        matches!(c, ' '..='~').then_some(c)
    };
    let mut sample = String::new();
    for glyph in &page.glyphs {
        if glyph.code.is_some() {
            sample.push(guess(glyph.code).unwrap_or('\u{fffd}'));
        }
    }
    if !reads_as_english(&sample) {
        return false;
    }
    let mut text = String::with_capacity(page.text.len());
    for glyph in &mut page.glyphs {
        let at = text.len() as u32;
        match guess(glyph.code) {
            Some(c) => text.push(c),
            None => text.push_str(&page.text[glyph.at as usize..glyph.end as usize]),
        }
        (glyph.at, glyph.end) = (at, text.len() as u32);
    }
    page.text = text;
    page.unknown = 0;
    true
}

fn reads_as_english(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
    let strange = text.chars().filter(|c| *c == '\u{fffd}').count();
    // Of one case, but for first letters.
    let one_case = lower * 10 > letters * 7 || lower * 10 < letters;
    if letters < FEWEST || strange * 10 > letters || !one_case {
        return false;
    }
    let folded = text.to_ascii_lowercase();
    let pairs = || {
        folded
            .as_bytes()
            .windows(2)
            .filter(|pair| pair.iter().all(u8::is_ascii_alphabetic))
    };
    let frequent = pairs()
        .filter(|p| PAIRS.iter().any(|f| f[..] == **p))
        .count();
    frequent * 100 > pairs().count() * FREQUENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_from_chance() {
        assert!(reads_as_english(
            "The pension of the late member is paid to her husband"
        ));
        assert!(reads_as_english(
            "DESCRIPTION OF THE ESTATE AND ITS TENANTS"
        ));
        assert!(!reads_as_english(
            "#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJK"
        ));
        assert!(!reads_as_english("XQZJVKWPXGBFYMUCXQ ZVWKJXQGPFBYMVKCJW"));
    }
}
