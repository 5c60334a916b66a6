//! PowerPoint presentations of before 2007.
//!
//! Slides in their order with their notes and comments, the footers and the text of masters that they show, links,
//! properties; embedded objects are members. Slides that an incremental save left behind are not shown by PowerPoint, but
//! the data is held: they are read too, as `earlier version`. Source: [MS-PPT].

mod lock;
mod records;
mod shown;

use std::{collections::HashMap, io::Read};

use crate::{
    extract::{
        Format, Guard, Source, blips,
        compound::Compound,
        decode,
        error::ExtractError,
        ole::{self, u16_at, u32_at},
        sniff::{Look, NO, SURE},
        story::Story,
    },
    model::Anchor,
};

use records::{Record, Records, kind::*};
use shown::{SLIDES, Shown};

/// PowerPoint presentations of before 2007.
pub struct Ppt;

/// Deepest nesting of containers.
const DEEPEST: u32 = 32;

/// Largest embedded object once unpacked.
const LARGEST: u64 = 256 << 20;

impl Format for Ppt {
    fn name(&self) -> &'static str {
        "ppt"
    }

    fn version(&self) -> u32 {
        4
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ppt", "pps", "pot"]
    }

    fn about(&self) -> &'static str {
        "PowerPoint 95 to 2003: slides, notes, comments, links, properties, embedded objects; locked ones with --passwords"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "cfb" && look.has("PowerPoint Document") && !look.has("EncryptedPackage") {
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
        // Saved for two versions, the newer one has a storage of its own.
        let folder = ["/PP97_DUALSTORAGE", ""]
            .into_iter()
            .find(|folder| file.is_stream(&format!("{folder}/PowerPoint Document")))
            .unwrap_or("");
        let mut stream = file
            .stream(&format!("{folder}/PowerPoint Document"))
            .ok_or_else(|| ExtractError::corrupt("its document stream cannot be read"))?;
        let user = file
            .stream(&format!("{folder}/Current User"))
            .unwrap_or_default();
        if u32_at(&user, 12) == Some(0xf3d1_c4df) {
            lock::open(&mut stream, &user, out)?;
        }
        {
            let mut story = Story::new(out);
            match file.stream("/Text_Content").filter(|_| folder.is_empty()) {
                Some(text) => of_95(&text, &mut story)?,
                None => Presentation::new(&stream, &user).read(&mut story)?,
            }
            ole::tell_properties(&file, &mut story)?;
            story.finish()?;
        }
        let pictures = file.stream(&format!("{folder}/Pictures"));
        blips::children(&pictures.unwrap_or_default(), &mut 0, out)?;
        let mut number = 0;
        for found in Records::new(&stream).filter(|r| r.kind == OBJECT) {
            number += 1;
            let name = format!("embedded object {number}");
            if found.instance == 1 {
                let mut bytes = Vec::new();
                let packed = found.data.get(4..).unwrap_or(&[]);
                let decoder = flate2::read::ZlibDecoder::new(packed);
                // What came out before a fault is still a file, if its reader thinks so.
                let _ = decoder.take(LARGEST).read_to_end(&mut bytes);
                if !bytes.is_empty() {
                    ole::child(&name, &bytes, out)?;
                }
            } else {
                ole::child(&name, found.data, out)?;
            }
        }
        Ok(())
    }
}

/// PowerPoint 95 keeps a copy of all its text in a stream of its own, which is read; its records are not.
fn of_95(text: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    paragraphs(&decode::guess(text), story)?;
    story.end_part()
}

/// The document stream and where its objects lie.
struct Presentation<'b> {
    stream: &'b [u8],
    user: &'b [u8],
    /// Offsets of the objects that are current, by their number.
    current: HashMap<u32, usize>,
    document: Option<u32>,
}

impl<'b> Presentation<'b> {
    fn new(stream: &'b [u8], user: &'b [u8]) -> Self {
        let mut presentation = Presentation {
            stream,
            user,
            current: HashMap::new(),
            document: None,
        };
        presentation.directory();
        presentation
    }

    fn record(&self, at: usize) -> Option<Record<'b>> {
        Records::from(self.stream, at).next()
    }

    /// Follows the chain of edits, the last one first.
    fn directory(&mut self) {
        let mut at = u32_at(self.user, 16).unwrap_or(0) as usize;
        for _ in 0..10_000 {
            let Some(edit) = self.record(at).filter(|r| r.kind == USER_EDIT) else {
                break;
            };
            if self.document.is_none() {
                self.document = u32_at(edit.data, 16);
            }
            let directory = u32_at(edit.data, 12).unwrap_or(0) as usize;
            if let Some(found) = self.record(directory).filter(|r| r.kind == PERSIST) {
                let mut place = 0;
                while let Some(head) = u32_at(found.data, place) {
                    place += 4;
                    let (first, count) = (head & 0xf_ffff, head >> 20);
                    for i in 0..count {
                        let Some(offset) = u32_at(found.data, place) else {
                            break;
                        };
                        place += 4;
                        self.current.entry(first + i).or_insert(offset as usize);
                    }
                }
            }
            let last = u32_at(edit.data, 8).unwrap_or(0) as usize;
            if last == 0 || last >= at {
                break;
            }
            at = last;
        }
    }

    fn read(&self, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
        let document = self
            .document
            .and_then(|id| self.current.get(&id))
            .and_then(|&at| self.record(at))
            .filter(|r| r.kind == DOCUMENT)
            .or_else(|| {
                Records::new(self.stream)
                    .filter(|r| r.kind == DOCUMENT)
                    .last()
            });
        let mut read = Vec::new();
        let mut slides: Vec<(u32, u32)> = Vec::new(); // place among slides, slide id
        let shown = Shown::of(self, document);
        if let Some(document) = document {
            read.push(document.at);
            let (order, outline) = self.slide_list(document.data);
            for (index, (object, id)) in order.iter().enumerate() {
                story.out.check()?;
                let number = index as u32 + 1;
                slides.push((number, *id));
                let slide = self.current.get(object).and_then(|&at| self.record(at));
                let hidden = slide.is_some_and(|s| is_hidden(s.data));
                story.region(Some(Anchor::slide(number, hidden)));
                if let Some(texts) = outline.get(index) {
                    for text in texts {
                        paragraphs(text, story)?;
                    }
                }
                if let Some(slide) = slide {
                    read.push(slide.at);
                    texts(slide.data, Where::Slide(number), 0, story)?;
                    story.end_part()?;
                    read.extend(shown.write(slide, number, story)?);
                }
                story.end_part()?;
            }
            story.region(Some(Anchor::Region("presentation".into())));
            for part in Records::new(document.data).filter(|r| r.container && r.kind != SLIDE_LIST)
            {
                // Footers of slides are told with the slides.
                if part.kind == HEADERS && (part.instance != SLIDES || slides.is_empty()) {
                    texts(part.data, Where::Other, 0, story)?;
                } else if part.kind != HEADERS {
                    links(part.data, 0, story)?;
                }
            }
            story.end_part()?;
        }
        let mut offsets: Vec<usize> = self.current.values().copied().collect();
        offsets.sort_unstable();
        for found in Records::new(self.stream) {
            story.out.check()?;
            if read.contains(&found.at) || !found.container {
                continue;
            }
            let live = offsets.is_empty() || offsets.binary_search(&found.at).is_ok();
            let place = match found.kind {
                NOTES => {
                    let id = Records::new(found.data)
                        .find(|r| r.kind == NOTES_ATOM)
                        .and_then(|r| u32_at(r.data, 0));
                    match slides.iter().find(|s| Some(s.1) == id) {
                        Some((number, _)) => Anchor::Notes(*number),
                        None => Anchor::Region("notes master".into()),
                    }
                }
                SLIDE if live => Anchor::Region("unlisted slide".into()),
                SLIDE => Anchor::Region("slide of an earlier version".into()),
                MASTER if live => Anchor::Region("master".into()),
                _ => continue,
            };
            let is_master = matches!(place, Anchor::Region(_)) && found.kind != SLIDE;
            if !live && found.kind == NOTES {
                continue;
            }
            story.region(Some(place));
            let place = if is_master {
                Where::Master
            } else {
                Where::Other
            };
            texts(found.data, place, 0, story)?;
            story.end_part()?;
        }
        Ok(())
    }

    /// Objects and ids of the slides in order, and the texts of their placeholders.
    fn slide_list(&self, document: &'b [u8]) -> (Vec<(u32, u32)>, Vec<Vec<String>>) {
        let (mut order, mut outline) = (Vec::new(), Vec::new());
        for list in Records::new(document).filter(|r| r.kind == SLIDE_LIST && r.instance == 0) {
            for item in Records::new(list.data) {
                match item.kind {
                    SLIDE_PERSIST => {
                        order.push((
                            u32_at(item.data, 0).unwrap_or(0),
                            u32_at(item.data, 12).unwrap_or(0),
                        ));
                        outline.push(Vec::new());
                    }
                    CHARS | BYTES => {
                        if let Some(last) = outline.last_mut() {
                            last.push(text(item));
                        }
                    }
                    _ => {}
                }
            }
        }
        (order, outline)
    }
}

/// The text of an atom.
fn text(atom: Record<'_>) -> String {
    if atom.kind == BYTES {
        atom.data.iter().map(|&b| b as char).collect()
    } else {
        let units: Vec<u16> = atom
            .data
            .chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    }
}

fn paragraphs(text: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    for paragraph in text.split('\r') {
        story.text(&paragraph.replace('\u{b}', "\n").replace('\0', ""));
        story.end_paragraph()?;
    }
    Ok(())
}

/// What a container of texts is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// A slide, by its number.
    Slide(u32),
    /// A master: texts of its placeholders are prompts and left out.
    Master,
    /// Notes, headers, what is left over.
    Other,
}

/// Whether a slide is passed over when the slides are shown.
fn is_hidden(slide: &[u8]) -> bool {
    Records::new(slide)
        .find(|r| r.kind == SHOW_INFO)
        .and_then(|r| u16_at(r.data, 10))
        .is_some_and(|flags| flags & 4 != 0)
}

/// Texts in a container, at any depth.
fn texts(
    data: &[u8],
    place: Where,
    depth: u32,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    if depth > DEEPEST {
        return Ok(());
    }
    for found in Records::new(data) {
        match found.kind {
            CHARS | BYTES => paragraphs(&text(found), story)?,
            // Names of programmable tags and the like are strings too; those of headers and comments are text.
            COMMENT => {
                for string in
                    Records::new(found.data).filter(|r| r.kind == STRING && r.instance < 2)
                {
                    let label = if string.instance == 0 {
                        "author"
                    } else {
                        "comment"
                    };
                    let region = match place {
                        Where::Slide(number) => format!("comment on slide {number}"),
                        _ => "comment".to_owned(),
                    };
                    story.note(Anchor::Region(region.into()), Some(label), &text(string))?;
                }
            }
            HEADERS => {
                for string in Records::new(found.data).filter(|r| r.kind == STRING) {
                    paragraphs(&text(string), story)?;
                }
            }
            SHAPE if place == Where::Master && is_placeholder(found.data, 0) => {}
            _ if found.container => texts(found.data, place, depth + 1, story)?,
            // The text of a shape lies in a record that does not say it is a container in some files; what later versions
            // of the program added, comments with it, in one that never says so.
            0xf00d | TAG_DATA => texts(found.data, place, depth + 1, story)?,
            _ => {}
        }
    }
    Ok(())
}

fn is_placeholder(data: &[u8], depth: u32) -> bool {
    depth < 4
        && Records::new(data).any(|r| {
            r.kind == PLACEHOLDER
                || ((r.container || r.kind == 0xf011) && is_placeholder(r.data, depth + 1))
        })
}

/// Where links lead.
fn links(data: &[u8], depth: u32, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    if depth > DEEPEST {
        return Ok(());
    }
    for found in Records::new(data).filter(|r| r.container) {
        if found.kind == HYPERLINK {
            for string in Records::new(found.data).filter(|r| r.kind == STRING && r.instance == 1) {
                let target = text(string);
                let target = target.strip_prefix("mailto:").unwrap_or(&target);
                story.note(Anchor::Region("link".into()), None, target)?;
            }
        } else {
            links(found.data, depth + 1, story)?;
        }
    }
    Ok(())
}
