//! Rich text: an own lexer for control words, groups and bytes in code pages.
//!
//! Text in the code page of its font or of the document, Unicode by `\u`, hidden text, tables, footnotes, headers, comments,
//! tracked insertions and deletions, form fields as labels, document information, where links lead; `\bin` is passed over; embedded
//! objects and pictures that may hold text are members. Broken nesting costs the text no more than its place.

mod destination;
mod reader;
mod words;

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        guard::Member,
        ole,
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Part,
};

use reader::Reader;

/// Rich text.
pub struct Rtf;

impl Format for Rtf {
    fn name(&self) -> &'static str {
        "rtf"
    }

    fn version(&self) -> u32 {
        3
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rtf", "doc"]
    }

    fn about(&self) -> &'static str {
        "Rich text: paragraphs, tables, notes, headers, comments, hidden text, fields, information, embedded objects"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "rtf" { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 1)?;
        let mut objects = Vec::new();
        {
            let mut story = Story::new(out);
            let mut reader = Reader::new(&whole);
            reader.read(&mut story)?;
            story.finish()?;
            std::mem::swap(&mut objects, &mut reader.objects);
        }
        let (mut pictures, mut others) = (0, 0);
        for object in &objects {
            if object.picture {
                pictures += 1;
                picture(pictures, &object.bytes, out)?;
            } else {
                others += 1;
                embedded(&format!("embedded object {others}"), &object.bytes, out)?;
            }
        }
        Ok(())
    }
}

/// A picture, when it may hold text.
fn picture(number: u32, bytes: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    if !crate::extract::picture::may_hold_text(bytes, true) {
        return Ok(());
    }
    let name = format!("picture {number}");
    out.child_bytes(Member::new(Part::Attachment(name.into())), bytes)
}

/// An OLE 1 object: version, format, class name, two more names, then the data.
fn embedded(name: &str, object: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let data = (|| {
        let mut at = 8;
        let mut class = String::new();
        for i in 0..3 {
            let length = ole::u32_at(object, at)? as usize;
            let raw = object.get(at + 4..(at + 4).checked_add(length)?)?;
            if i == 0 {
                class = String::from_utf8_lossy(raw)
                    .trim_end_matches('\0')
                    .to_owned();
            }
            at += 4 + length;
        }
        let length = ole::u32_at(object, at)? as usize;
        let data = object.get(at + 4..(at + 4).checked_add(length)?.min(object.len()))?;
        Some((class, data))
    })();
    match data {
        Some((class, data)) if class == "Package" => {
            // The stream of a packaged file without its total size.
            let mut wrapped = (data.len() as u32).to_le_bytes().to_vec();
            wrapped.extend_from_slice(data);
            match ole::native(&wrapped) {
                Some((inner, content)) => {
                    let name = inner.unwrap_or_else(|| name.to_owned());
                    out.child_bytes(Member::new(Part::Attachment(name.into())), content)
                }
                None => out.child_bytes(Member::new(Part::Attachment(name.into())), data),
            }
        }
        Some((_, data)) if data.len() > 8 => ole::child(name, data, out),
        _ => Ok(()),
    }
}
