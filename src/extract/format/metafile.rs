//! Windows metafiles (EMF, EMF+, WMF): the words that a drawing writes, line by line.
//!
//! A range of cells pasted as a picture, and the picture of an embedded or linked sheet, are metafiles: what they show is
//! text as good as any. Words drawn side by side are put together by where they stand. Bitmaps inside are not looked at.

mod emf;
mod wmf;

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

/// Windows metafiles.
pub struct Metafile;

impl Format for Metafile {
    fn name(&self) -> &'static str {
        "metafile"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["emf", "wmf"]
    }

    fn about(&self) -> &'static str {
        "Windows metafiles (EMF, WMF): the words in the drawing"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if matches!(look.magic, "emf" | "wmf") {
            SURE
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 1)?;
        let mut words = Words::default();
        let sound = if emf::is(&whole) {
            emf::read(&whole, &mut words)
        } else {
            wmf::read(&whole, &mut words)
        };
        let mut story = Story::new(out);
        story.region(Some(Anchor::Region("drawing".into())));
        for line in words.lines() {
            story.text(&line);
            story.end_paragraph()?;
        }
        if !sound {
            story.out.problem("its records end early");
        }
        if words.unknown > 0 {
            story
                .out
                .problem("some of its words are drawn by the numbers of their shapes");
        }
        story.finish()
    }
}

/// Whether it is a metafile, and not a packed one.
pub fn is(bytes: &[u8]) -> bool {
    emf::is(bytes) || wmf::is(bytes)
}

/// Whether a metafile that begins so may show words: one of its first records writes some, or not all of it is here.
pub fn may_hold_words(head: &[u8], whole: bool) -> bool {
    let mut words = Words::default();
    let sound = if emf::is(head) {
        emf::read(head, &mut words)
    } else if wmf::is(head) {
        wmf::read(head, &mut words)
    } else {
        return false;
    };
    !words.found.is_empty() || words.unknown > 0 || (!whole && !sound)
}

/// Words, at most.
const MOST: usize = 200_000;

/// Words as they are drawn.
#[derive(Default)]
struct Words {
    found: Vec<Word>,
    /// Those of which only the numbers of the shapes are known.
    unknown: u32,
}

/// Text drawn in one go: where it begins, and where it ends as far as the record says.
#[derive(Debug)]
struct Word {
    text: String,
    x: f64,
    y: f64,
    end: Option<f64>,
}

impl Words {
    fn push(&mut self, text: &str, x: f64, y: f64, width: Option<f64>) {
        let text = text.trim_matches('\0');
        if !text.trim().is_empty() && self.found.len() < MOST {
            self.found.push(Word {
                text: text.to_owned(),
                x,
                y,
                end: width.map(|w| x + w),
            });
        }
    }

    /// The words of one height after one another as one line. A gap as wide as two letters or more splits cells.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut last: Option<&Word> = None;
        for word in &self.found {
            let letter = last.and_then(|l| {
                let count = l.text.chars().count().max(1) as f64;
                l.end.map(|end| ((end - l.x) / count).abs())
            });
            match (last, letter, lines.last_mut()) {
                (Some(before), letter, Some(line)) if before.y == word.y => {
                    let gap = before.end.map_or(f64::INFINITY, |end| word.x - end);
                    let letter = letter.unwrap_or(1.0).max(f64::MIN_POSITIVE);
                    // What goes back on its line is drawn by another column.
                    if gap > 2.0 * letter || gap < -2.0 * letter {
                        line.push('\t');
                    } else if gap > 0.3 * letter && !line.ends_with(' ') {
                        line.push(' ');
                    }
                    line.push_str(&word.text);
                }
                _ => lines.push(word.text.clone()),
            }
            last = Some(word);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_on_one_height_are_a_line_and_cells_stand_apart() {
        let mut words = Words::default();
        words.push("QQ12", 0.0, 10.0, Some(40.0));
        words.push("3456C", 40.0, 10.0, Some(50.0));
        words.push("Hall", 95.0, 10.0, Some(40.0));
        words.push("1951", 300.0, 10.0, Some(40.0));
        words.push("below", 0.0, 30.0, None);
        assert_eq!(words.lines(), ["QQ123456C Hall\t1951", "below"]);
    }
}
