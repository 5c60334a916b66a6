//! Publisher documents of 97 and later: the text of all frames, as it follows in the file, properties, embedded objects,
//! pictures.
//!
//! The text lies in a stream of chunks with a directory; which frame it stands in is not looked at. There is no published
//! definition of the format: the layout is the one that readers of several hands agree on.

use crate::{
    extract::{
        Format, Guard, Source, blips,
        compound::Compound,
        error::ExtractError,
        ole::{self, u16_at, u32_at, utf16_all},
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

/// Publisher documents.
pub struct Publisher;

const TEXT: &str = "Quill/QuillSub/CONTENTS";

/// Where the directory of chunks begins, and the length of an entry.
const DIRECTORY: usize = 0x20;
const ENTRY: usize = 24;

impl Format for Publisher {
    fn name(&self) -> &'static str {
        "publisher"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pub"]
    }

    fn about(&self) -> &'static str {
        "Publisher 97 and later: text, links, properties, embedded objects and pictures"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" && look.has(TEXT) && !look.has("WordDocument") {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 2)?;
        let file = Compound::of(&whole)?;
        let quill = file
            .stream(&format!("/{TEXT}"))
            .ok_or_else(|| ExtractError::corrupt("its text stream cannot be read"))?;
        {
            let mut story = Story::new(out);
            let mut some = false;
            for chunk in chunks(&quill, b"TEXT") {
                some = true;
                for paragraph in utf16_all(chunk).split(['\r', '\u{b}', '\u{c}']) {
                    let paragraph: String = paragraph
                        .chars()
                        .filter(|c| !c.is_control() || *c == '\t')
                        .collect();
                    if !paragraph.trim().is_empty() {
                        story.text(&paragraph);
                        story.end_paragraph()?;
                    }
                }
            }
            story.end_part()?;
            if !some {
                story.out.problem("its text cannot be found");
            }
            for chunk in chunks(&quill, b"PL  ") {
                for link in links(chunk) {
                    let link = link.strip_prefix("mailto:").unwrap_or(&link);
                    story.note(Anchor::Region("link".into()), None, link)?;
                }
            }
            ole::tell_properties(&file, &mut story)?;
            story.finish()?;
        }
        let mut pictures = 0;
        for stream in ["/Escher/EscherDelayStm", "/Escher/EscherStm"] {
            blips::children(&file.stream(stream).unwrap_or_default(), &mut pictures, out)?;
        }
        ole::storages(
            &file,
            |path| {
                path.strip_prefix("/Objects/")
                    .is_some_and(|r| !r.contains('/'))
            },
            out,
        )
    }
}

/// The chunks of a kind, by the directory.
fn chunks<'b>(stream: &'b [u8], kind: &'static [u8; 4]) -> impl Iterator<Item = &'b [u8]> {
    (0..)
        .map(|i| DIRECTORY + i * ENTRY)
        .map_while(|at| {
            (u16_at(stream, at) == Some(ENTRY as u16)).then(|| stream.get(at..at + ENTRY))?
        })
        .filter(move |entry| entry[12..16] == *kind)
        .filter_map(|entry| {
            let from = u32_at(entry, 16)? as usize;
            stream.get(from..from.checked_add(u32_at(entry, 20)? as usize)?)
        })
}

/// Addresses of links: strings with their length before them, and a scheme.
fn links(chunk: &[u8]) -> Vec<String> {
    const MOST: usize = 10_000;
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < MOST
        && let Some(length) = u16_at(chunk, at).map(usize::from)
    {
        let text = (4..2_048)
            .contains(&length)
            .then(|| chunk.get(at + 2..at + 2 + length * 2))
            .flatten()
            .map(utf16_all)
            .filter(|t| {
                t.split_once(':').is_some_and(|(scheme, rest)| {
                    matches!(scheme, "http" | "https" | "mailto" | "file" | "ftp")
                        && rest.chars().all(|c| !c.is_control())
                })
            });
        match text {
            Some(text) => {
                found.push(text);
                at += 2 + length * 2;
            }
            None => at += 1,
        }
    }
    found
}
