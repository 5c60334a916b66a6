//! PDF: the text of each page in reading order, and what the document holds beside its pages.
//!
//! Hayro interprets the pages onto a device of ours that keeps glyphs; lines are put together from where the glyphs stand.
//! Hidden layers, form fields with their names, annotations, links, bookmarks, information, XMP and XFA data; embedded files are members.
//! The empty password is tried, then the list. A page that is a picture and holds no text needs OCR,
//! and gets it when it is switched on, like pictures between text. Of a document that
//! hayro cannot open, lopdf reads what it can.

mod columns;
mod device;
mod direction;
mod files;
mod forms;
mod layers;
mod lines;
mod lock;
mod recognise;
mod shapes;
mod structure;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, RenderContent,
    hayro_syntax::{LoadPdfError, Pdf, page::Page},
    interpret_page,
    kurbo::{Affine, Rect},
};

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use device::{Collector, Enough};

/// PDF documents.
pub struct PdfFormat;

/// Share of a page that a picture covers when the page is one.
const PICTURE: f64 = 0.3;

/// Letters of a page that is more than a picture with a stamp on it.
const FEW: usize = 12;

impl Format for PdfFormat {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn version(&self) -> u32 {
        4
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pdf"]
    }

    fn about(&self) -> &'static str {
        "PDF: pages in reading order, form fields, annotations, information, embedded files; locked ones with --passwords"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "pdf" { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 3)?;
        let (bytes, _permit) = whole.into_owned();
        let bytes = Arc::new(bytes);
        match open(&bytes, out) {
            Ok(Some(pdf)) => read(&pdf, &bytes, false, out),
            Ok(None) => rescue(&bytes, out),
            Err(error @ ExtractError::Encrypted(_)) => {
                let pages = lock::open_pages(&bytes).map(Arc::new);
                let pdf = pages.and_then(|pages| Pdf::new(pages).ok());
                let pdf = pdf.ok_or(error)?;
                read(&pdf, &bytes, true, out)
            }
            Err(error) => Err(error),
        }
    }
}

/// Opens with the empty password, then with those of the list. Nothing when hayro cannot make sense of it.
fn open(bytes: &Arc<Vec<u8>>, out: &Guard<'_>) -> Result<Option<Pdf>, ExtractError> {
    use hayro_interpret::hayro_syntax::DecryptionError as D;
    let given = out.passwords().iter().map(|p| p.expose());
    for password in std::iter::once("").chain(given) {
        out.check()?;
        match Pdf::new_with_password(bytes.clone(), password) {
            Ok(pdf) => return Ok(Some(pdf)),
            Err(LoadPdfError::Decryption(D::PasswordProtected)) => {}
            Err(LoadPdfError::Decryption(_)) => {
                return Err(ExtractError::Encrypted("in a way that is not read".into()));
            }
            Err(LoadPdfError::Invalid) => return Ok(None),
        }
    }
    Err(ExtractError::encrypted())
}

/// Reads all of a document; `locked` says that its embedded files stay closed.
fn read(pdf: &Pdf, bytes: &[u8], locked: bool, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut pictures = Vec::new();
    let mut unreadable = Vec::new();
    let mut illustrated = Vec::new();
    let pages = pdf.pages().len();
    {
        let mut story = Story::new(out);
        let fields = forms::fields(pdf, &mut story)?;
        let mut known = Known::default();
        fields.iter().for_each(|f| known.add(f));
        let cache = InterpreterCache::new();
        let layers = layers::shown(pdf, bytes);
        let mut guessed = false;
        for (index, page) in pdf.pages().iter().enumerate() {
            let number = index as u32 + 1;
            let drawn = draw(pdf, page, &cache, RenderContent::PAGE, story.out)?;
            story.page(Anchor::Page(number), &drawn.text)?;
            guessed |= drawn.guessed;
            if let Some(hidden) = &layers {
                let text = layer(hidden, index, &drawn.text, story.out)?;
                let place = format!("page {number}, hidden layer");
                story.page(Anchor::Region(place.into()), &text)?;
            }
            let notes = structure::annotations(page.raw(), number, &mut story)?;
            notes.iter().for_each(|n| known.add(n));
            // Appearances of annotations show what was read already, but for stamps and fields without a value.
            if page.raw().contains_key("Annots") {
                let marks = draw(pdf, page, &cache, RenderContent::ANNOTATIONS, story.out)?;
                let new: String = marks
                    .text
                    .split_inclusive('\n')
                    .filter(|line| !known.has(line))
                    .collect();
                story.page(Anchor::Page(number), &new)?;
            }
            if drawn.cut {
                story
                    .out
                    .problem(format!("page {number} holds more than is read of one page"));
            }
            if drawn.failed {
                story
                    .out
                    .problem(format!("page {number} could not be read"));
            }
            if drawn.letters < FEW && drawn.pictured > PICTURE {
                pictures.push(number);
            } else if drawn.unknown > 20 && drawn.unknown > drawn.letters {
                unreadable.push(number);
            } else if drawn.illustrated && story.out.options().ocr.is_some() {
                illustrated.push((number, recognise::words(&drawn.text)));
            }
        }
        recognise::pages(
            pdf,
            &mut pictures,
            &mut unreadable,
            &mut illustrated,
            &mut story,
        )?;
        if guessed {
            story
                .out
                .remark("letters told by the order of their shapes: its fonts do not name them");
        }
        structure::bookmarks(pdf, &mut story)?;
        structure::properties(pdf, &mut story)?;
        story.finish()?;
    }
    files::files(pdf, locked, out)?;
    if !unreadable.is_empty() {
        out.problem(format!(
            "{} in a font without a key to its letters: needs OCR",
            listed(&unreadable, pages)
        ));
    }
    match pictures.len() {
        0 => Ok(()),
        n if n == pages => Err(ExtractError::NeedsOcr(
            crate::extract::picture::ONLY_PICTURES.into(),
        )),
        _ => {
            out.problem(format!(
                "{} of pictures only: needs OCR",
                listed(&pictures, pages)
            ));
            Ok(())
        }
    }
}

/// `page 3`, `pages 3, 5 and 7 more`.
fn listed(pages: &[u32], all: usize) -> String {
    if pages.len() == all {
        return "every page".to_owned();
    }
    let first: Vec<String> = pages.iter().take(5).map(u32::to_string).collect();
    let more = pages.len().saturating_sub(5);
    let s = if pages.len() == 1 { "" } else { "s" };
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("page{s} {}{rest}", first.join(", "))
}

/// What was read already, to know it again in another place.
#[derive(Default)]
struct Known(String);

impl Known {
    fn squeeze(text: &str) -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    }

    fn add(&mut self, text: &str) {
        if self.0.len() < 4 << 20 {
            self.0.push_str(&Self::squeeze(text));
            self.0.push('\n');
        }
    }

    fn has(&self, line: &str) -> bool {
        let line = Self::squeeze(line);
        line.is_empty() || self.0.contains(&line)
    }
}

/// What a page says with all layers shown that it did not say before.
fn layer(hidden: &Pdf, index: usize, seen: &str, out: &Guard<'_>) -> Result<String, ExtractError> {
    let Some(page) = hidden.pages().get(index) else {
        return Ok(String::new());
    };
    // Objects have other numbers here, so the pages share nothing with those of the document.
    let cache = InterpreterCache::new();
    let drawn = draw(hidden, page, &cache, RenderContent::PAGE, out)?;
    let mut known = Known::default();
    known.add(seen);
    Ok(drawn
        .text
        .split_inclusive('\n')
        .filter(|line| !known.has(line))
        .collect())
}

/// A page as text.
struct Drawn {
    text: String,
    letters: usize,
    unknown: usize,
    /// Whether its letters were told by their shapes' numbers.
    guessed: bool,
    pictured: f64,
    /// Whether a picture between the text is large enough to hold text of its own.
    illustrated: bool,
    /// Drawing calls it took.
    calls: u64,
    cut: bool,
    failed: bool,
}

fn draw<'a>(
    pdf: &'a Pdf,
    page: &Page<'a>,
    cache: &InterpreterCache<'a>,
    content: RenderContent,
    out: &Guard<'_>,
) -> Result<Drawn, ExtractError> {
    out.check()?;
    let settings = InterpreterSettings {
        render_content: content,
        ..InterpreterSettings::default()
    };
    let late = || out.check().is_err();
    let (width, height) = page.base_dimensions();
    let mut collector = Collector::new(f64::from(width) * f64::from(height), &late);
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(Affine::IDENTITY, bounds, cache, pdf.xref(), settings);
    let result = catch_unwind(AssertUnwindSafe(|| {
        interpret_page(page, &mut context, &mut collector);
    }));
    out.check()?;
    let failed = match result {
        Ok(()) => false,
        Err(payload) if payload.is::<Enough>() => false,
        // The guard outside knows what to do with it when nothing of the page was read.
        Err(payload) if collector.glyphs.is_empty() && pdf.pages().len() == 1 => {
            resume_unwind(payload)
        }
        Err(_) => true,
    };
    let guessed = collector.unknown > 0 && shapes::name(&mut collector);
    let unknown = collector.unknown as usize;
    let text = lines::assemble(&collector.text, &collector.glyphs);
    Ok(Drawn {
        letters: text.chars().filter(|c| c.is_alphanumeric()).count(),
        text,
        unknown,
        guessed,
        pictured: collector.pictured.1,
        illustrated: collector.illustrated(),
        calls: collector.calls,
        cut: collector.cut,
        failed,
    })
}

/// What lopdf can make of a document that hayro cannot open.
fn rescue(bytes: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let broken = || ExtractError::corrupt("no page can be found in it");
    let document = lopdf::Document::load_mem(bytes).map_err(|_| broken())?;
    if document.is_encrypted() {
        return Err(ExtractError::encrypted());
    }
    let mut story = Story::new(out);
    let mut some = false;
    for number in document.get_pages().keys() {
        story.out.check()?;
        if let Ok(text) = document.extract_text(&[*number]) {
            some |= !text.trim().is_empty();
            story.page(Anchor::Page(*number), &text)?;
        }
    }
    if some {
        story.out.problem("its structure is damaged");
        story.finish()
    } else {
        Err(broken())
    }
}
