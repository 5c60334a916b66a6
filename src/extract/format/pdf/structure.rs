//! What a PDF holds beside its pages: document information, XMP, annotations, bookmarks. Forms and embedded files are
//! next door.
//!
//! All walks are bounded in depth and number, because references may lead in circles.

use std::collections::HashSet;

use hayro_interpret::hayro_syntax::{
    Pdf,
    object::{Array, Dict, Name, Object, ObjectIdentifier, Stream, String as PdfString},
};

use crate::{
    extract::{
        error::ExtractError,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

/// Deepest nesting of fields, name trees and bookmarks.
pub const DEEPEST: u32 = 64;

/// Most nodes of one walk.
pub const NODES: usize = 200_000;

/// Text of a PDF string: UTF-16 or UTF-8 with a mark, or else PDFDocEncoding.
pub fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE
            .decode_without_bom_handling(rest)
            .0
            .into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE
            .decode_without_bom_handling(rest)
            .0
            .into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|&b| doc_char(b)).collect(),
    }
}

/// PDFDocEncoding, ISO 32000-2 annex D.
fn doc_char(byte: u8) -> char {
    const LOW: [char; 8] = [
        '\u{2d8}', '\u{2c7}', '\u{2c6}', '\u{2d9}', '\u{2dd}', '\u{2db}', '\u{2da}', '\u{2dc}',
    ];
    const HIGH: [char; 31] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž',
    ];
    match byte {
        0x18..=0x1f => LOW[usize::from(byte - 0x18)],
        0x80..=0x9e => HIGH[usize::from(byte - 0x80)],
        0xa0 => '€',
        0x9f | 0xad | 0x7f => ' ',
        b => b as char,
    }
}

/// A text of a dictionary, when there is something in it.
pub fn string(dict: &Dict<'_>, key: &str) -> Option<String> {
    let text = dict.get::<PdfString<'_>>(key)?;
    Some(text_of(text.as_bytes())).filter(|t| !t.trim().is_empty())
}

/// The catalogue.
pub fn root<'a>(pdf: &'a Pdf) -> Option<Dict<'a>> {
    pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())
}

/// Document information and XMP, each text once.
///
/// # Errors
/// Those of the guard.
pub fn properties(pdf: &Pdf, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut seen = HashSet::new();
    if let Some(info) = information(pdf) {
        for (key, value) in info.entries().take(256) {
            let name = text_of(key.as_ref());
            if matches!(
                name.as_str(),
                "CreationDate" | "ModDate" | "Producer" | "Trapped" | "PTEX.Fullbanner"
            ) {
                continue;
            }
            let Some(Object::String(text)) = resolve(pdf, value) else {
                continue;
            };
            let text = text_of(text.as_bytes());
            if seen.insert(text.trim().to_owned()) {
                story.note(Anchor::Meta(name.as_str().into()), Some(&name), text.trim())?;
            }
        }
    }
    let Some(stream) = root(pdf).and_then(|r| r.get::<Stream<'_>>("Metadata")) else {
        return Ok(());
    };
    if let Ok(data) = stream.decoded_data() {
        // A damaged packet has said what it had to say.
        let _ = xmp(&data, &mut seen, story);
    }
    Ok(())
}

/// The information dictionary. Hayro keeps the trailer to itself, so it is found by what leads to it.
fn information<'a>(pdf: &'a Pdf) -> Option<Dict<'a>> {
    let data = pdf.data().as_ref();
    let mut found = None;
    for at in memchr::memmem::find_iter(data, b"/Info") {
        let Some(text) = data.get(at + 5..(at + 40).min(data.len())) else {
            continue;
        };
        let mut words = text
            .split(|b| b.is_ascii_whitespace())
            .filter(|w| !w.is_empty())
            .map(|w| std::str::from_utf8(w).unwrap_or(""));
        let number = words.next().and_then(|w| w.parse::<u32>().ok());
        let generation = words.next().and_then(|w| w.parse::<i32>().ok());
        if let (Some(number), Some(generation), Some(r)) = (number, generation, words.next())
            && r.starts_with('R')
            && let Some(dict) = pdf
                .xref()
                .get::<Dict<'_>>(ObjectIdentifier::new(number, generation))
        {
            found = Some(dict);
        }
    }
    found
}

fn resolve<'a>(
    pdf: &'a Pdf,
    value: hayro_interpret::hayro_syntax::object::MaybeRef<Object<'a>>,
) -> Option<Object<'a>> {
    match value.as_obj_ref() {
        Some(reference) => pdf.xref().get::<Object<'a>>(reference.into()),
        None => match value {
            hayro_interpret::hayro_syntax::object::MaybeRef::NotRef(object) => Some(object),
            hayro_interpret::hayro_syntax::object::MaybeRef::Ref(_) => None,
        },
    }
}

/// Element names of XMP that speak of the file and not of people.
const DULL: &[&str] = &[
    "CreateDate",
    "ModifyDate",
    "MetadataDate",
    "Producer",
    "format",
    "DocumentID",
    "InstanceID",
    "OriginalDocumentID",
    "when",
    "action",
    "instanceID",
    "documentID",
    "softwareAgent",
    "changed",
    "part",
    "conformance",
    "RenditionClass",
    "VersionID",
    "Trapped",
    "Thumbnails",
    "image",
    "History",
    "DerivedFrom",
    "CreatorTool",
    "parameters",
    "date",
];

fn xmp(
    data: &[u8],
    seen: &mut HashSet<String>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut xml = Xml::new(data)?;
    let mut names: Vec<String> = Vec::new();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                let name = tag.name().to_owned();
                if DULL.contains(&name.as_str()) {
                    xml.skip()?;
                    continue;
                }
                if name == "Description" {
                    let found: Vec<(String, String)> = tag
                        .attrs()
                        .filter(|(n, _)| !DULL.contains(n) && !matches!(*n, "about" | "xmptk"))
                        .filter(|(_, v)| !v.starts_with("http"))
                        .map(|(n, v)| (n.to_owned(), v))
                        .collect();
                    for (name, value) in found {
                        if seen.insert(value.trim().to_owned()) {
                            story.note(
                                Anchor::Meta(name.as_str().into()),
                                Some(&name),
                                value.trim(),
                            )?;
                        }
                    }
                }
                names.push(name);
            }
            Node::Close(_) => {
                names.pop();
            }
            Node::Text(text) => {
                let text = text.trim();
                let name = names
                    .iter()
                    .rev()
                    .find(|n| !matches!(n.as_str(), "li" | "Alt" | "Seq" | "Bag" | "Description"));
                if let Some(name) = name
                    && names.len() > 2
                    && !text.is_empty()
                    && seen.insert(text.to_owned())
                {
                    story.note(Anchor::Meta(name.as_str().into()), Some(name), text)?;
                }
            }
        }
    }
    Ok(())
}

/// Annotations of a page: their author and text, and where links lead. Returns the texts.
///
/// # Errors
/// Those of the guard.
pub fn annotations(
    page: &Dict<'_>,
    number: u32,
    story: &mut Story<'_, '_>,
) -> Result<Vec<String>, ExtractError> {
    let mut texts = Vec::new();
    let Some(list) = page.get::<Array<'_>>("Annots") else {
        return Ok(texts);
    };
    let mut links = HashSet::new();
    for annotation in list.iter::<Dict<'_>>().take(NODES) {
        let kind = annotation.get::<Name<'_>>("Subtype");
        let kind = kind.as_ref().map_or("", |k| k.as_str());
        let place = Anchor::Page(number);
        match kind {
            "Widget" => {}
            "Link" => {
                let uri = annotation
                    .get::<Dict<'_>>("A")
                    .and_then(|a| string(&a, "URI"));
                if let Some(uri) = uri
                    && links.insert(uri.clone())
                {
                    let text = uri.strip_prefix("mailto:").unwrap_or(&uri);
                    story.note(place, Some("link"), text)?;
                }
            }
            _ => {
                let contents = string(&annotation, "Contents");
                if contents.is_some()
                    && kind != "Popup"
                    && let Some(author) = string(&annotation, "T")
                {
                    story.note(place.clone(), Some("author"), &author)?;
                }
                if let Some(text) = contents {
                    story.note(place, Some("annotation"), &text)?;
                    texts.push(text);
                }
            }
        }
    }
    Ok(texts)
}

/// Titles of bookmarks.
///
/// # Errors
/// Those of the guard.
pub fn bookmarks(pdf: &Pdf, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let Some(outlines) = root(pdf).and_then(|r| r.get::<Dict<'_>>("Outlines")) else {
        return Ok(());
    };
    let mut seen = HashSet::new();
    let mut waiting: Vec<Dict<'_>> = outlines.get::<Dict<'_>>("First").into_iter().collect();
    while let Some(item) = waiting.pop() {
        if seen.len() > NODES || item.obj_id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        if let Some(title) = string(&item, "Title") {
            story.note(Anchor::Region("bookmark".into()), None, title.trim())?;
        }
        waiting.extend(item.get::<Dict<'_>>("Next"));
        waiting.extend(item.get::<Dict<'_>>("First"));
        if item.obj_id().is_none() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_in_their_encodings() {
        assert_eq!(text_of(b"\xfe\xff\0A\0\xe9"), "Aé");
        assert_eq!(text_of(b"caf\xe9 \x96 \xa0"), "café Œ €");
    }
}
