//! From glyphs on a page to lines that read as a person reads them.
//!
//! Glyphs become fragments (runs without a wide gap), fragments become lines by their baselines, lines become columns
//! ([`columns`]); rows of tables have their cells split by tabs. Prose that runs
//! on in the next line is joined to it with a space, a word cut by a hyphen without one, so that a number broken over
//! two lines is still one number.

use std::collections::HashMap;

use super::{columns::columns, device::Placed, direction};

/// Gap between glyphs, in font sizes, past which a space is meant.
const SPACE: f64 = 0.16;

/// Gap past which two fragments are cells and not words.
const CELL: f64 = 1.6;

/// A run of text on one baseline.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// What it says, from the left.
    pub text: String,
    /// Where it starts along the line.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Baseline, downwards.
    base: f64,
    size: f64,
}

/// Fragments of one baseline, from left to right.
#[derive(Debug, Clone)]
pub struct Line {
    /// What stands on it.
    pub fragments: Vec<Fragment>,
    /// Its baseline, downwards.
    pub base: f64,
    /// Height of its font.
    pub size: f64,
}

/// Text of a page in lines.
pub fn assemble(text: &str, glyphs: &[Placed]) -> String {
    let mut directions: Vec<(i32, Vec<Fragment>, usize)> = Vec::new();
    fragments(text, glyphs, &mut directions);
    // The direction of most of the page comes first; stamps and side notes after it.
    directions.sort_by_key(|(_, _, glyphs)| usize::MAX - glyphs);
    let mut out = String::new();
    for (_, fragments, _) in directions {
        let lines = lines(once(fragments));
        columns(&lines, 0, &mut out);
    }
    out
}

/// Cuts glyphs into fragments, by direction in degrees.
fn fragments(text: &str, glyphs: &[Placed], directions: &mut Vec<(i32, Vec<Fragment>, usize)>) {
    let mut open: Option<(usize, f64, f64)> = None; // direction, its cosine and sine
    let mut current: Option<Fragment> = None;
    let mut tracking = (u32::MAX, 0.0);
    for (index, glyph) in glyphs.iter().enumerate() {
        let degrees = glyph.along.y.atan2(glyph.along.x).to_degrees().round() as i32;
        let degrees = if degrees == -180 { 180 } else { degrees };
        let same = open.is_some_and(|(d, ..)| directions[d].0 == degrees);
        if !same {
            if let (Some((d, ..)), Some(done)) = (open, current.take()) {
                directions[d].1.push(done);
            }
            let slot = match directions.iter().position(|d| d.0 == degrees) {
                Some(slot) => slot,
                None if directions.len() < 64 => {
                    directions.push((degrees, Vec::new(), 0));
                    directions.len() - 1
                }
                None => 0,
            };
            let (sin, cos) = f64::from(directions[slot].0).to_radians().sin_cos();
            open = Some((slot, cos, sin));
        }
        let Some((slot, cos, sin)) = open else {
            continue;
        };
        directions[slot].2 += 1;
        let along = glyph.origin.x * cos + glyph.origin.y * sin;
        let base = glyph.origin.x * sin - glyph.origin.y * cos;
        let piece = direction::turned(&text[glyph.at as usize..glyph.end as usize]);
        if tracking.0 != glyph.run {
            tracking = (glyph.run, spread(glyphs, index, cos, sin));
        }
        if let Some(fragment) = &mut current {
            let size = fragment.size.max(glyph.size);
            let gap = along - fragment.end;
            let level =
                (base - fragment.base).abs() < 0.25 * fragment.size.min(glyph.size).max(1.0);
            // Hebrew and Arabic may be drawn as they are read, each letter left of the one before.
            let before = fragment.start - (along + glyph.advance);
            let leftwards = along < fragment.start && piece.chars().any(direction::leftward);
            if level && leftwards && before > -0.6 * size && before < SPACE * size {
                fragment.text.insert_str(0, &piece);
                fragment.start = along;
                continue;
            }
            if level
                && !leftwards
                && gap > -0.6 * size
                && gap < CELL.min(1.0 + tracking.1 / size) * size
            {
                let wide = gap > SPACE * size.min(1.5 * glyph.size) + tracking.1;
                if wide && !fragment.text.ends_with(' ') && !piece.starts_with(' ') {
                    fragment.text.push(' ');
                }
                fragment.text.push_str(&piece);
                fragment.end = fragment.end.max(along + glyph.advance);
                continue;
            }
            if let Some(done) = current.take() {
                directions[slot].1.push(done);
            }
        }
        current = Some(Fragment {
            text: piece.into_owned(),
            start: along,
            end: along + glyph.advance,
            base,
            size: glyph.size,
        });
    }
    if let (Some((d, ..)), Some(done)) = (open, current.take()) {
        directions[d].1.push(done);
    }
}

/// How far apart the glyphs of a run are set on purpose: the median gap, when it is wide and there are enough of them.
fn spread(glyphs: &[Placed], first: usize, cos: f64, sin: f64) -> f64 {
    let run = glyphs[first].run;
    let mut gaps: Vec<f64> = glyphs[first..]
        .windows(2)
        .take(64)
        .take_while(|w| w[1].run == run)
        .map(|w| {
            let (a, b) = (w[0].origin, w[1].origin);
            (b.x - a.x) * cos + (b.y - a.y) * sin - w[0].advance
        })
        .collect();
    if gaps.len() < 4 {
        return 0.0;
    }
    gaps.sort_by(f64::total_cmp);
    let median = gaps[gaps.len() / 2];
    if median > 0.05 * glyphs[first].size {
        median
    } else {
        0.0
    }
}

/// Drops what was drawn twice in one place, to look bold or to throw a shadow.
fn once(fragments: Vec<Fragment>) -> Vec<Fragment> {
    let mut seen: HashMap<String, Vec<(f64, f64)>> = HashMap::new();
    fragments
        .into_iter()
        .filter(|f| {
            if f.text.trim().is_empty() {
                return false;
            }
            let near = 0.3 * f.size;
            let places = seen.entry(f.text.clone()).or_default();
            let again = places
                .iter()
                .rev()
                .take(64)
                .any(|(s, b)| (s - f.start).abs() < near && (b - f.base).abs() < near);
            if !again {
                places.push((f.start, f.base));
            }
            !again
        })
        .collect()
}

/// Fragments whose heights overlap are one line.
fn lines(mut fragments: Vec<Fragment>) -> Vec<Line> {
    fragments.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut lines: Vec<Line> = Vec::new();
    for fragment in fragments {
        let found = lines.iter_mut().rev().take(6).find(|line| {
            // From a descender below the baseline to the height of a capital above it.
            let (top, bottom) = (line.base - 0.7 * line.size, line.base + 0.2 * line.size);
            let (own_top, own_bottom) = (
                fragment.base - 0.7 * fragment.size,
                fragment.base + 0.2 * fragment.size,
            );
            let overlap = bottom.min(own_bottom) - top.max(own_top);
            overlap > 0.55 * 0.9 * line.size.min(fragment.size)
        });
        match found {
            Some(line) => {
                if fragment.size > line.size {
                    line.size = fragment.size;
                    line.base = fragment.base;
                }
                line.fragments.push(fragment);
            }
            None => lines.push(Line {
                base: fragment.base,
                size: fragment.size,
                fragments: vec![fragment],
            }),
        }
    }
    for line in &mut lines {
        line.fragments.sort_by(|a, b| a.start.total_cmp(&b.start));
    }
    lines.sort_by(|a, b| a.base.total_cmp(&b.base));
    lines
}

/// Joins fragments of a line that are words of one cell. Not before columns are known: a gutter may be narrower than the
/// space between two cells.
pub fn merge(fragments: &[Fragment]) -> Vec<Fragment> {
    let mut merged: Vec<Fragment> = Vec::new();
    for fragment in fragments {
        if let Some(last) = merged.last_mut() {
            let size = last.size.max(fragment.size);
            let gap = fragment.start - last.end;
            if gap < CELL * size {
                let spaced = last.text.ends_with(' ') || fragment.text.starts_with(' ');
                if !spaced && gap > SPACE * last.size.min(fragment.size) {
                    last.text.push(' ');
                }
                last.text.push_str(&fragment.text);
                last.end = last.end.max(fragment.end);
                last.size = size;
                continue;
            }
        }
        merged.push(fragment.clone());
    }
    merged
}

/// Writes lines of one column.
pub fn write(lines: &[Line], out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let lines: Vec<Line> = lines
        .iter()
        .map(|line| Line {
            fragments: merge(&line.fragments),
            ..*line
        })
        .collect();
    let left = lines.iter().map(first_start).fold(f64::INFINITY, f64::min);
    let mut rights: Vec<f64> = lines.iter().map(last_end).collect();
    rights.sort_by(f64::total_cmp);
    let right = rights[(rights.len() * 9 / 10).min(rights.len() - 1)];
    for (index, line) in lines.iter().enumerate() {
        for (cell, fragment) in line.fragments.iter().enumerate() {
            if cell > 0 {
                // A name and its value are one phrase, however far apart.
                out.push(if out.ends_with(':') { ' ' } else { '\t' });
            }
            let text = direction::read(fragment.text.trim());
            // A soft hyphen at the end is one that is seen; elsewhere it is not.
            match text.strip_suffix('\u{ad}') {
                Some(body) => {
                    out.push_str(&body.replace('\u{ad}', ""));
                    out.push('-');
                }
                None => out.push_str(&text.replace('\u{ad}', "")),
            }
        }
        match lines.get(index + 1) {
            Some(next) if runs_on(line, next, left, right) => join(next, out),
            _ => out.push('\n'),
        }
    }
}

fn first_start(line: &Line) -> f64 {
    line.fragments.first().map_or(0.0, |f| f.start)
}

fn last_end(line: &Line) -> f64 {
    line.fragments.last().map_or(0.0, |f| f.end)
}

/// Whether a line of prose goes on in the next.
fn runs_on(line: &Line, next: &Line, left: f64, right: f64) -> bool {
    let size = line.size;
    let width = right - left;
    line.fragments.len() == 1
        && next.fragments.len() == 1
        && width > 15.0 * size
        && last_end(line) > right - 0.2 * width
        && (first_start(next) - first_start(line)).abs() < 3.5 * size
        && next.base - line.base < 1.9 * size
        && (0.8..1.25).contains(&(next.size / size))
}

/// Ends a line whose sentence goes on.
fn join(next: &Line, out: &mut String) {
    let begins = next
        .fragments
        .first()
        .and_then(|f| f.text.trim_start().chars().next());
    let mut end = out.chars().rev();
    let hyphen = matches!(end.next(), Some('-' | '\u{2010}'));
    let before = end.next();
    match (hyphen, before, begins) {
        (true, Some(b), Some(n)) if b.is_lowercase() && n.is_lowercase() => {
            out.pop();
        }
        (true, Some(b), Some(_)) if b.is_alphanumeric() => {}
        _ => out.push(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hayro_interpret::kurbo::{Point, Vec2};

    /// Sets words at places, 10 points high, each letter half as wide.
    fn page(words: &[(f64, f64, &str)]) -> String {
        let (mut text, mut glyphs) = (String::new(), Vec::new());
        for (run, (x, y, word)) in words.iter().enumerate() {
            for (i, c) in word.chars().enumerate() {
                let at = text.len() as u32;
                text.push(c);
                glyphs.push(Placed {
                    at,
                    end: text.len() as u32,
                    origin: Point::new(x + 5.0 * i as f64, *y),
                    along: Vec2::new(1.0, 0.0),
                    advance: 5.0,
                    size: 10.0,
                    run: run as u32,
                    code: None,
                });
            }
        }
        assemble(&text, &glyphs)
    }

    #[test]
    fn words_stand_apart_and_pieces_of_one_do_not() {
        assert_eq!(
            page(&[
                (0.0, 100.0, "QQ12"),
                (20.5, 100.0, "3456C"),
                (50.0, 100.0, "Hall")
            ]),
            "QQ123456C Hall\n"
        );
    }

    #[test]
    fn rows_of_a_table_stay_rows() {
        let table = page(&[
            (0.0, 100.0, "Name"),
            (100.0, 100.0, "Born"),
            (0.0, 80.0, "Hall"),
            (100.0, 80.0, "1951"),
        ]);
        assert_eq!(table, "Name\tBorn\nHall\t1951\n");
    }

    #[test]
    fn columns_of_prose_are_read_one_after_the_other() {
        let mut words = Vec::new();
        for i in 0..8 {
            words.push((
                0.0,
                200.0 - 12.0 * f64::from(i),
                "left column runs on and on",
            ));
            words.push((
                160.0,
                200.0 - 12.0 * f64::from(i),
                "right one runs on as well.",
            ));
        }
        let text = page(&words);
        let right = text.find("right").expect("written");
        assert!(!text[right..].contains("left"), "{text}");
    }

    #[test]
    fn a_gutter_may_be_narrower_than_the_space_between_cells() {
        let mut words = Vec::new();
        for i in 0..8 {
            let down = 200.0 - 12.0 * f64::from(i);
            words.push((0.0, down, "left column runs on and so the"));
            words.push((162.0, down, "right one runs on as well and"));
        }
        let text = page(&words);
        let right = text.find("right").expect("written");
        assert!(!text[right..].contains("left"), "{text}");
    }

    #[test]
    fn a_number_broken_over_two_lines_is_one_number() {
        let text = page(&[
            (0.0, 100.0, "The number of the insured person is QQ 12 34"),
            (0.0, 88.0, "56 C and it was con-"),
        ]);
        assert!(text.contains("QQ 12 34 56 C"), "{text}");
    }

    #[test]
    fn text_drawn_twice_is_read_once() {
        assert_eq!(
            page(&[(0.0, 100.0, "Staff"), (0.4, 100.0, "Staff")]),
            "Staff\n"
        );
    }
}
