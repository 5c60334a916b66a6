//! Hebrew and Arabic in the order they are read in: a page keeps letters where they stand, from the left.
//!
//! The bidirectional algorithm (Unicode standard annex 9) turns the order of reading into the order on the page; applied
//! to the latter it gives the former back, numbers and Latin words left as they are. Letters that were stored by their
//! shape become the letters themselves.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_normalization::UnicodeNormalization;

/// Whether a letter is written from right to left.
pub fn leftward(c: char) -> bool {
    c >= '\u{590}' && matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

/// Text of a glyph that stands for several letters, turned as its neighbours are.
pub fn turned(piece: &str) -> Cow<'_, str> {
    let several = piece.chars().nth(1).is_some();
    match several && piece.chars().any(leftward) {
        true => piece.chars().rev().collect(),
        false => piece.into(),
    }
}

/// A line from left to right on the page, as it is read.
pub fn read(line: &str) -> Cow<'_, str> {
    if line.is_ascii() || !line.chars().any(leftward) {
        return line.into();
    }
    let leftwards = line.chars().filter(|&c| leftward(c)).count();
    let rightwards = line
        .chars()
        .filter(|&c| bidi_class(c) == BidiClass::L)
        .count();
    let level = if leftwards >= rightwards {
        Level::rtl()
    } else {
        Level::ltr()
    };
    let info = BidiInfo::new(line, Some(level));
    let mut out = String::with_capacity(line.len());
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let text = &line[run.clone()];
            if levels[run.start].is_rtl() {
                letters(text.chars().rev().map(mirrored), &mut out);
            } else {
                out.push_str(text);
            }
        }
    }
    out.into()
}

/// Letters in the order they are read in; marks go behind the letter they stand over.
fn letters(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut marks = String::new();
    for c in chars {
        if bidi_class(c) == BidiClass::NSM {
            marks.push(c);
            continue;
        }
        match c {
            // Letters by their shape: Hebrew and Arabic presentation forms.
            '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => out.extend(c.nfkc()),
            c => out.push(c),
        }
        out.push_str(&marks);
        marks.clear();
    }
    out.push_str(&marks);
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hebrew_is_read_from_the_right_and_numbers_are_not() {
        assert_eq!(
            read("1951-03-02 \u{5d3}\u{5dc}\u{5d5}\u{5e0} \u{5d4}\u{5e0}\u{5d3}"),
            "\u{5d3}\u{5e0}\u{5d4} \u{5e0}\u{5d5}\u{5dc}\u{5d3} 1951-03-02"
        );
        assert_eq!(
            read("(\u{5d0}\u{5d1}) QQ 12 34 56 C"),
            "(\u{5d1}\u{5d0}) QQ 12 34 56 C"
        );
        assert!(matches!(read("Name: Hall"), Cow::Borrowed(_)));
    }

    #[test]
    fn arabic_shapes_are_letters() {
        // Ahmad, in the shapes of its letters, as it stands on the page.
        assert_eq!(
            read("\u{feaa}\u{fee4}\u{fea3}\u{fe83}"),
            "\u{623}\u{62d}\u{645}\u{62f}"
        );
        // A ligature of two letters; a mark stands behind its letter.
        assert_eq!(read("\u{fefb}"), "\u{644}\u{627}");
        assert_eq!(read("\u{64b}\u{627}"), "\u{627}\u{64b}");
        assert_eq!(turned("\u{644}\u{627}"), "\u{627}\u{644}");
    }
}
