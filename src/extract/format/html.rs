//! Web pages, as files, in mails and in books: everything a person sees, what is hidden from them, and what stands in
//! the attributes: links to mail and telephone, titles, alternatives, values of fields, contents of meta tags. Comments
//! and scripts are text; style sheets are not.

mod page;
mod tags;

use crate::extract::{
    ExtractError, Format, Guard, Look, Source,
    decode::{Charset, Text},
    markup::LONGEST,
    sniff::{LIKELY, NO, SURE},
};

use page::Page;

/// HTML.
pub struct Html;

/// Bytes looked at in one go.
const BLOCK: usize = 128 << 10;

const EXTENSIONS: &[&str] = &["html", "htm", "xhtml", "shtml", "hta", "xht"];

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn about(&self) -> &'static str {
        "web pages: text, hidden text, links, fields, meta tags, comments and scripts; table headings as labels"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.is_text() {
            return NO;
        }
        let named = look.named(EXTENSIONS) || look.media_type.contains("html");
        let start = look.text.trim_start();
        if !named && !start.starts_with('<') {
            return NO;
        }
        let start = start.get(..1024).unwrap_or(start).to_ascii_lowercase();
        let opens = [
            "<!doctype html",
            "<html",
            "<head",
            "<body",
            "<table",
            "<div",
            "<p>",
            "<meta",
        ]
        .iter()
        .any(|tag| start.starts_with(tag));
        let within =
            start.starts_with('<') && (start.contains("<html") || start.contains("<!doctype html"));
        if opens || within {
            SURE
        } else if named && start.contains('<') {
            LIKELY + 1
        } else if named {
            LIKELY
        } else {
            NO
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let charset = match source.charset() {
            Some(Charset::Other(guess)) => stated(source.head()?).unwrap_or(Charset::Other(guess)),
            Some(known) => known,
            None => Charset::Utf8,
        };
        let mut text = Text::with(source, charset, out.buffer());
        let result = page(&mut text, out);
        out.recycle(text.into_buffer());
        result
    }
}

/// The character set that a page says it has.
pub fn stated(head: &[u8]) -> Option<Charset> {
    let start = String::from_utf8_lossy(&head[..head.len().min(4096)]).to_ascii_lowercase();
    ["charset=", "encoding="].iter().find_map(|key| {
        let rest = &start[start.find(key)? + key.len()..];
        let name = rest
            .trim_start_matches(['"', '\'', ' '])
            .split(['"', '\'', ' ', '>', ';', '?', '/'])
            .next()?;
        // A page that could say so in ASCII is not in UTF-16.
        Charset::named(name)
            .filter(|c| !matches!(c, Charset::Other(e) if e.name().starts_with("UTF-16")))
    })
}

/// Hands on the text of a page.
fn page(text: &mut Text<'_, '_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut page = Page::new();
    let mut want = BLOCK;
    while text.fill(want)? {
        let ends = text.at_end();
        let window = text.text();
        let mut at = 0;
        while let Some(used) = page.step(&window[at..], ends) {
            at += used;
            if at >= window.len() {
                break;
            }
        }
        let stuck = at == 0;
        text.consume(at);
        want = if stuck {
            (want * 2).min(2 * LONGEST)
        } else {
            BLOCK
        };
        page.text.end_block(out)?;
        out.check()?;
        if stuck && ends {
            break;
        }
    }
    page.text.finish(out)
}

/// The text of a page that is in memory, for formats that hold pages.
///
/// # Errors
/// Those of the guard.
pub fn fragment(page: &str, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut source = Source::bytes(page.as_bytes());
    let mut text = Text::with(&mut source, Charset::Utf8, out.buffer());
    let result = self::page(&mut text, out);
    out.recycle(text.into_buffer());
    result
}
