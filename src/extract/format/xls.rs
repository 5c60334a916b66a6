//! Excel workbooks of before 2007: BIFF 8 and 5 in compound files, BIFF 2 to 4 bare.
//!
//! Calamine reads these too, but without number formats, and it panics or aborts on damaged files. Every sheet, hidden
//! ones marked; cached values as their format shows them; comments at their cells, text boxes, page headers, links, defined
//! names, pivot caches, properties; embedded files are members.

mod asides;
mod biff;
mod book;
mod lock;

use encoding_rs::WINDOWS_1252;

use crate::{
    extract::{
        Format, Guard, Source, blips,
        compound::Compound,
        error::ExtractError,
        ole,
        sniff::{LIKELY, Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use biff::{Strings, record};
use book::Book;

/// Excel workbooks of before 2007.
pub struct Xls;

impl Format for Xls {
    fn name(&self) -> &'static str {
        "xls"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xls", "xlt", "xla", "xlw"]
    }

    fn about(&self) -> &'static str {
        "Excel 2 to 2003: every sheet with its headings, comments, text boxes, names, properties, embedded files; locked ones with --passwords"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" {
            let book = look.has("Workbook") || look.has("Book");
            let other = look.has("WordDocument") || look.has("EncryptedPackage");
            return if book && !other { SURE } else { NO };
        }
        // A bare stream begins with the record that every sheet begins with.
        let bare = matches!(
            look.head.get(..4),
            Some([
                0x09,
                0x00 | 0x02 | 0x04 | 0x08,
                0x04 | 0x06 | 0x08 | 0x10,
                0x00
            ])
        ) && !look.is_text();
        match (bare, look.named(self.extensions())) {
            (true, true) => SURE,
            (true, false) => LIKELY,
            _ => NO,
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        if !source.head()?.starts_with(b"\xd0\xcf\x11\xe0") {
            let whole = source.whole(out, 1)?;
            let mut story = Story::new(out);
            let result = Book::new(&whole).read(&mut story);
            story.finish()?;
            return result;
        }
        let whole = source.whole(out, 2)?;
        let file = Compound::of(&whole)?;
        let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"]
            .into_iter()
            .find(|n| file.is_stream(n));
        let name = name.ok_or_else(|| ExtractError::corrupt("its workbook stream is missing"))?;
        let stream = file
            .stream(name)
            .ok_or_else(|| ExtractError::corrupt("its workbook stream cannot be read"))?;
        let locked = lock::Locked::find(&stream, out)?;
        let open = |stream: Vec<u8>| match &locked {
            Some(locked) => locked.open(&stream),
            None => stream,
        };
        let stream = open(stream);
        {
            let mut story = Story::new(out);
            Book::new(&stream).read(&mut story)?;
            let caches: Vec<String> = file
                .paths()
                .filter(|p| p.starts_with("/_SX_DB"))
                .map(str::to_owned)
                .collect();
            for path in caches {
                if let Some(bytes) = file.stream(&path) {
                    pivot_cache(&open(bytes), &mut story)?;
                }
            }
            ole::tell_properties(&file, &mut story)?;
            story.finish()?;
        }
        blips::children(&biff::drawings(&stream), &mut 0, out)?;
        ole::storages(&file, |path| path.starts_with("/MBD"), out)
    }
}

/// Strings kept of the source data of a pivot table.
fn pivot_cache(bytes: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let strings = Strings {
        unicode: true,
        encoding: WINDOWS_1252,
    };
    let mut at = 0;
    while let Some(found) = record(bytes, at) {
        at = found.next;
        if found.id == 0xcd
            && let Some(text) = strings.read(found.data, false)
        {
            story.note(Anchor::Region("pivot cache".into()), None, &text)?;
        }
    }
    Ok(())
}
