//! What the program recognised, word by word, as pages of lines: turned upright, freed of noise, rows of forms put
//! together again.

use std::fmt::Write as _;

/// Sureness (0 to 100) below which a word is noise.
const NOISE: f32 = 25.0;

/// Sureness of all words of a page together, below which there is no text on it: tree bark and wallpaper have letters.
const NO_TEXT: f32 = 40.0;

/// What was recognised on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its number in its picture, from 1.
    pub number: u32,
    /// Its text in lines, cells of a line split by tabs.
    pub text: String,
}

/// A box, in pixels from the top left; `right` is the way the text runs.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Frame {
    /// As seen by somebody who turns the page so that text running this way runs to the right.
    fn turned(self, way: Way) -> Frame {
        let (left, right, top, bottom) = (self.left, self.right, self.top, self.bottom);
        let (left, right, top, bottom) = match way {
            Way::Right => (left, right, top, bottom),
            Way::Down => (top, bottom, -right, -left),
            Way::Up => (-bottom, -top, left, right),
            Way::Left => (-right, -left, -bottom, -top),
        };
        Frame {
            left,
            right,
            top,
            bottom,
        }
    }
}

/// Which way the text of a page runs in its picture: a scan may lie on its side.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Right,
    Down,
    Up,
    Left,
}

/// A word and where it stands.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    sure: f32,
    frame: Frame,
    /// Index of its line.
    line: usize,
}

/// Reads the program's table: level, page, block, paragraph, line, word, left, top, width, height, sureness, text.
pub(super) fn pages(table: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut number = 0;
    let (mut lines, mut words) = (Vec::<Frame>::new(), Vec::<Word>::new());
    for row in table.lines().skip(1) {
        let mut cells = row.splitn(12, '\t');
        let mut figure = || cells.next().and_then(|cell| cell.parse::<f32>().ok());
        let (Some(level), Some(page)) = (figure(), figure()) else {
            continue;
        };
        let mut rest = [0.0; 9];
        if !rest
            .iter_mut()
            .all(|to| figure().map(|n| *to = n).is_some())
        {
            continue;
        }
        let [_, _, _, _, left, top, width, height, sure] = rest;
        if page as u32 != number {
            finish(number, &mut lines, &mut words, &mut pages);
            number = page as u32;
        }
        let frame = Frame {
            left,
            right: left + width,
            top,
            bottom: top + height,
        };
        match level as u8 {
            4 => lines.push(frame),
            5 => {
                let text = cells.next().unwrap_or("").trim();
                if !text.is_empty() && sure >= NOISE && !lines.is_empty() {
                    words.push(Word {
                        text: text.to_owned(),
                        sure,
                        frame,
                        line: lines.len() - 1,
                    });
                }
            }
            _ => {}
        }
    }
    finish(number, &mut lines, &mut words, &mut pages);
    pages
}

fn finish(number: u32, lines: &mut Vec<Frame>, words: &mut Vec<Word>, pages: &mut Vec<Page>) {
    let (mut lines, mut words) = (std::mem::take(lines), std::mem::take(words));
    let way = way(&words);
    for word in &mut words {
        word.frame = word.frame.turned(way);
    }
    let slope = slope(&words);
    lines.fill(Frame::default());
    for word in &mut words {
        let down = slope * (word.frame.left + word.frame.right) / 2.0;
        word.frame.top -= down;
        word.frame.bottom -= down;
        let line = &mut lines[word.line];
        *line = match line.bottom - line.top > 0.0 {
            true => Frame {
                top: line.top.min(word.frame.top),
                bottom: line.bottom.max(word.frame.bottom),
                ..*line
            },
            false => word.frame,
        };
    }
    if number == 0 {
        return;
    }
    let letters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    let sure = words
        .iter()
        .map(|word| word.sure * word.text.chars().count() as f32)
        .sum::<f32>()
        / letters.max(1) as f32;
    let text = match letters > 0 && sure >= NO_TEXT {
        true => assemble(&lines, &words),
        false => String::new(),
    };
    pages.push(Page { number, text });
}

/// Which way the words of a line follow one another, on the whole.
fn way(words: &[Word]) -> Way {
    let (mut right, mut down) = (0.0, 0.0);
    for pair in words.windows(2).filter(|pair| pair[0].line == pair[1].line) {
        let (a, b) = (pair[0].frame, pair[1].frame);
        right += (b.left + b.right) - (a.left + a.right);
        down += (b.top + b.bottom) - (a.top + a.bottom);
    }
    match (right.abs() >= down.abs(), right >= 0.0, down >= 0.0) {
        (true, true, _) => Way::Right,
        (true, false, _) => Way::Left,
        (false, _, true) => Way::Down,
        (false, _, false) => Way::Up,
    }
}

/// How much the lines of a page sink to the right: scans lie askew. Long lines say it best.
fn slope(words: &[Word]) -> f32 {
    let (mut product, mut square) = (0.0, 0.0);
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let (first, last) = (line[0].frame, line[line.len() - 1].frame);
        let right = (last.left + last.right - first.left - first.right) / 2.0;
        product += right * (last.bottom - first.bottom);
        square += right * right;
    }
    match square > 0.0 {
        true => (product / square).clamp(-0.2, 0.2),
        false => 0.0,
    }
}

/// Words of a page in lines. The program cuts a form into a block of names and a block of values; where lines of two
/// blocks stand side by side and are short, they are one row again. Running text in columns stays in its columns.
fn assemble(lines: &[Frame], words: &[Word]) -> String {
    let mut texts: Vec<(f32, f32, String, usize)> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| row(*line, words.iter().filter(|word| word.line == index)))
        .collect();
    let mut out = String::new();
    for index in 0..texts.len() {
        if texts[index].2.is_empty() {
            continue;
        }
        let mut joined = std::mem::take(&mut texts[index].2);
        let mut right = texts[index].1;
        let few = texts[index].3 <= SHORT;
        // What stands to its right, nearest first.
        let mut beside: Vec<usize> = (index + 1..texts.len())
            .filter(|&other| {
                few && !texts[other].2.is_empty()
                    && texts[other].3 <= SHORT
                    && texts[other].0 > right
                    && side_by_side(lines[index], lines[other])
            })
            .collect();
        beside.sort_by(|&a, &b| texts[a].0.total_cmp(&texts[b].0));
        for other in beside {
            if texts[other].0 <= right {
                continue;
            }
            let _ = write!(
                joined,
                "{}{}",
                between(&joined, true),
                std::mem::take(&mut texts[other].2)
            );
            right = texts[other].1;
        }
        out.push_str(&joined);
        out.push('\n');
    }
    out
}

/// Most words of a line that may be the name or the value of a form.
const SHORT: usize = 6;

fn side_by_side(a: Frame, b: Frame) -> bool {
    let shared = a.bottom.min(b.bottom) - a.top.max(b.top);
    shared > 0.6 * (a.bottom - a.top).min(b.bottom - b.top)
}

/// What parts two words: cells stand apart, but for a name of a form and its value.
fn between(left: &str, far: bool) -> char {
    match far && !left.ends_with(':') {
        true => '\t',
        false => ' ',
    }
}

/// Left, right, text and number of words of a line.
fn row<'w>(line: Frame, words: impl Iterator<Item = &'w Word>) -> (f32, f32, String, usize) {
    let (mut left, mut right, mut text, mut count) = (0.0, 0.0_f32, String::new(), 0);
    let height = (line.bottom - line.top).max(1.0);
    for word in words {
        if count == 0 {
            left = word.frame.left;
        } else {
            text.push(between(&text, word.frame.left - right > 1.6 * height));
        }
        text.push_str(&word.text);
        right = match count {
            0 => word.frame.right,
            _ => right.max(word.frame.right),
        };
        count += 1;
    }
    (left, right, text, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    fn line(page: u32, left: u32, top: u32, words: &[(&str, f32)]) -> String {
        let mut out = format!("4\t{page}\t1\t1\t1\t0\t{left}\t{top}\t300\t20\t-1\t\n");
        for (n, (word, sure)) in words.iter().enumerate() {
            let at = left as usize + 90 * n;
            out += &format!("5\t{page}\t1\t1\t1\t{n}\t{at}\t{top}\t80\t20\t{sure}\t{word}\n");
        }
        out
    }

    #[test]
    fn the_names_and_values_of_a_form_are_rows_again() {
        let table = [
            HEAD,
            &line(1, 10, 100, &[("Surname", 96.0)]),
            &line(1, 10, 140, &[("Date", 96.0), ("of", 96.0), ("birth", 90.0)]),
            &line(1, 600, 102, &[("Okafor", 95.0)]),
            &line(1, 600, 141, &[("02/03/1951", 95.0)]),
        ]
        .concat();
        let pages = pages(&table);
        assert_eq!(pages.len(), 1);
        assert_eq!(
            pages[0].text,
            "Surname\tOkafor\nDate of birth\t02/03/1951\n"
        );
    }

    #[test]
    fn columns_of_prose_stay_apart_and_noise_is_dropped() {
        let prose: Vec<(&str, f32)> = "one two three four five six seven"
            .split(' ')
            .map(|w| (w, 90.0))
            .collect();
        let table = [
            HEAD,
            &line(1, 10, 100, &prose),
            &line(1, 900, 100, &prose),
            &line(2, 10, 100, &[("~|", 30.0), ("ll,", 35.0)]),
            &line(3, 10, 100, &[("name", 90.0), ("%&", 3.0)]),
        ]
        .concat();
        let pages = pages(&table);
        assert_eq!(pages[0].text.lines().count(), 2);
        assert_eq!((pages[1].number, &*pages[1].text), (2, ""));
        assert_eq!(pages[2].text, "name\n");
    }

    #[test]
    fn a_table_that_is_none_gives_no_text() {
        for table in [
            "",
            "x",
            "level\nfoo\tbar",
            "a\n5\t1\t1",
            &format!("{HEAD}5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t99\tword\n"),
        ] {
            assert!(
                pages(table).iter().all(|page| page.text.is_empty()),
                "{table}"
            );
        }
    }
}
