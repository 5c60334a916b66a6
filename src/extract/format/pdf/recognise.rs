//! Pages whose text is in pictures: drawn by hayro at a resolution that OCR likes, read by Tesseract side by side.
//!
//! What was read is taken off the lists of pages that need OCR; what failed stays on them and is said. Of a page that has
//! text as well, only lines are kept that its text does not hold already.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use hayro::{
    PixmapSettings, RenderCache, RenderSettings, render,
    vello_cpu::{Pixmap, color::palette::css::WHITE},
};
use hayro_interpret::{InterpreterCache, InterpreterSettings, RenderContent, hayro_syntax::Pdf};

use super::{draw, listed};
use crate::{
    extract::{error::ExtractError, guard::Guard, story::Story},
    model::Anchor,
};

/// Pixels per point: 300 to the inch, which Tesseract is trained for.
const SCALE: f64 = 300.0 / 72.0;

/// Most pixels of a page: A3 at 300 to the inch. Larger pages are drawn more coarsely.
const PIXELS: f64 = 18e6;

/// Bytes of memory for each pixel while a page is drawn: the renderer's colours, its own working space, and the grey
/// pages on their way to the program.
const PER_PIXEL: u64 = 16;

/// Drawing calls past which a page is not drawn: it is no scan, and the renderer keeps all of them in memory.
const CALLS: u64 = 500_000;

/// Words of a text, for knowing its lines again.
pub fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .collect()
}

/// Reads the text of pages in pictures. Those that were read are taken off the lists.
///
/// # Errors
/// Those that end the file.
pub fn pages(
    pdf: &Pdf,
    pictures: &mut Vec<u32>,
    unreadable: &mut Vec<u32>,
    illustrated: &mut Vec<(u32, HashSet<String>)>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let Some(ocr) = story.out.options().ocr.clone() else {
        return Ok(());
    };
    let known: Vec<(u32, HashSet<String>)> = std::mem::take(illustrated);
    let mut numbers: Vec<u32> = [&pictures[..], &unreadable[..]].concat();
    numbers.extend(known.iter().map(|(number, _)| *number));
    numbers.sort_unstable();
    if numbers.is_empty() {
        return Ok(());
    }
    // One permit for the largest page at a time, and no finer than the budget can bear.
    let most = (story.out.options().limits.memory / 3 / PER_PIXEL) as f64;
    let most = most.min(PIXELS);
    let permit = story.out.permit(most as u64 * PER_PIXEL);
    let mut failed: Vec<(u32, String)> = Vec::new();
    let mut read: Vec<(u32, String)> = Vec::new();
    match permit {
        Err(error) => failed.extend(numbers.iter().map(|&n| (n, error.to_string()))),
        Ok(_permit) => ocr.read_all(
            story.out,
            &numbers,
            |out, number| match picture(pdf, number, most, out)? {
                Some(picture) => Ok(Some(picture)),
                None => {
                    out.problem(format!("page {number} cannot be drawn for OCR"));
                    Ok(None)
                }
            },
            |number, result| match result {
                Ok(pages) => {
                    let text: String = pages.into_iter().map(|page| page.text).collect();
                    read.push((number, text));
                }
                Err(failure) => failed.push((number, failure.to_string())),
            },
        )?,
    }
    for (number, text) in read {
        let text = match known.iter().find(|(n, _)| *n == number) {
            Some((_, known)) => text
                .split_inclusive('\n')
                .filter(|line| !holds(known, line))
                .collect(),
            None => text,
        };
        story.page(Anchor::Recognised(number), &text)?;
        pictures.retain(|n| *n != number);
        unreadable.retain(|n| *n != number);
    }
    // One line for each way of failing.
    while let Some((_, why)) = failed.first().cloned() {
        let pages: Vec<u32> = failed.iter().filter(|f| f.1 == why).map(|f| f.0).collect();
        failed.retain(|f| f.1 != why);
        let pages = listed(&pages, pdf.pages().len());
        story.out.problem(format!("OCR of {pages} {why}"));
    }
    Ok(())
}

/// Whether most words of a line are among those known.
fn holds(known: &HashSet<String>, line: &str) -> bool {
    let line = words(line);
    let new = line.difference(known).count();
    !line.is_empty() && new * 4 <= line.len()
}

/// A page as a grey picture (PGM), or nothing when it cannot be drawn.
fn picture(
    pdf: &Pdf,
    number: u32,
    most: f64,
    out: &Guard<'_>,
) -> Result<Option<Vec<u8>>, ExtractError> {
    let Some(page) = pdf.pages().get(number as usize - 1) else {
        return Ok(None);
    };
    // What it takes to draw is known before the renderer, which cannot be stopped, is let at it.
    let drawn = draw(
        pdf,
        page,
        &InterpreterCache::new(),
        RenderContent::PAGE,
        out,
    )?;
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let area = width * height;
    if drawn.cut || drawn.calls > CALLS || !area.is_finite() || area < 1.0 {
        return Ok(None);
    }
    let scale = SCALE
        .min((most / area).sqrt())
        .min(f64::from(u16::MAX - 1) / width.max(height));
    let size = PixmapSettings {
        x_scale: scale as f32,
        y_scale: scale as f32,
        bg_color: WHITE,
    };
    let settings = InterpreterSettings::default();
    // Each page has a cache of its own: pictures are large, and a scan shows each of them once.
    let pixels = catch_unwind(AssertUnwindSafe(|| {
        let cache = RenderCache::new();
        render(page, &cache, &settings, &RenderSettings::default(), &size)
    }));
    Ok(pixels
        .ok()
        .filter(|p| p.width() > 0 && p.height() > 0)
        .map(|p| grey(&p)))
}

/// Luma of each pixel, after a header that says how many (PGM, binary).
fn grey(pixels: &Pixmap) -> Vec<u8> {
    let mut out = format!("P5\n{} {}\n255\n", pixels.width(), pixels.height()).into_bytes();
    out.reserve(pixels.data().len());
    out.extend(pixels.data().iter().map(|p| {
        // ITU-R BT.601, in 256ths.
        ((77 * u32::from(p.r) + 150 * u32::from(p.g) + 29 * u32::from(p.b)) >> 8) as u8
    }));
    out
}
