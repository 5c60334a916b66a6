//! Text of IWA objects: storages by what they are, slides in their order with their notes, comments, links.

use std::collections::{HashMap, HashSet};

use crate::{
    extract::{error::ExtractError, story::Story},
    model::Anchor,
};

use super::iwa::{Object, Objects, Value, first, kind, references};

/// Writes all text that lies outside of cells: of the body first, then what stands around it.
///
/// # Errors
/// Those of the guard.
pub fn all(objects: &Objects, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let slides = Slides::of(objects);
    // Texts of cells are told with their tables.
    let cells: HashSet<u64> = objects
        .of(&[kind::RICH])
        .flat_map(|(_, rich)| references(&rich.body, 1))
        .collect();
    let mut texts: Vec<(Place, u64, &Object)> = objects
        .of(&kind::STORAGE)
        .filter(|(number, _)| !cells.contains(number))
        .map(|(number, object)| (slides.place(objects, number, object), number, object))
        .collect();
    texts.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for (place, _, object) in texts {
        storage(&object.body, place.anchor(), story)?;
    }
    for (_, comment) in objects.of(&[kind::COMMENT]) {
        if let Some(text) = first(&comment.body, 1).and_then(Value::text) {
            story.note(Anchor::Region("comment".into()), None, text.trim())?;
        }
    }
    for (_, link) in objects.of(&[kind::LINK]) {
        if let Some(to) = first(&link.body, 2).and_then(Value::text) {
            let to = to.strip_prefix("mailto:").unwrap_or(&to);
            story.note(Anchor::Region("link".into()), None, to)?;
        }
    }
    Ok(())
}

/// Where a text stands, in the order of reading.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Body,
    Slide {
        number: u32,
        notes: bool,
        hidden: bool,
    },
    Around(&'static str),
}

impl Place {
    fn anchor(&self) -> Option<Anchor> {
        match self {
            Place::Body => None,
            Place::Slide {
                number,
                notes: true,
                ..
            } => Some(Anchor::Notes(*number)),
            Place::Slide { number, hidden, .. } => Some(Anchor::slide(*number, *hidden)),
            Place::Around(what) => Some(Anchor::Region((*what).into())),
        }
    }
}

/// What is known of the slides of a show.
struct Slides {
    /// Number and hidden state by the part that a slide lies in.
    by_part: HashMap<usize, (u32, bool)>,
    notes: HashSet<u64>,
}

impl Slides {
    fn of(objects: &Objects) -> Slides {
        // The nodes are numbered in the order in which they were made, which is that of the show but for slides moved.
        let nodes: Vec<u64> = order(objects);
        let mut by_part = HashMap::new();
        let mut number = 0;
        for node in nodes {
            let Some(body) = objects.get(node, &[kind::SLIDE_NODE]) else {
                continue;
            };
            let skipped = first(body, 4).and_then(Value::number) == Some(1);
            let slide = references(body, 2).find_map(|n| objects.all.get(&n));
            if let Some(slide) = slide
                && kind::SLIDE.contains(&slide.kind)
            {
                number += 1;
                by_part.entry(slide.part).or_insert((number, skipped));
            }
        }
        let notes = objects
            .of(&[kind::NOTE])
            .flat_map(|(_, note)| references(&note.body, 1))
            .collect();
        Slides { by_part, notes }
    }

    fn place(&self, objects: &Objects, number: u64, object: &Object) -> Place {
        if let Some((slide, hidden)) = self.by_part.get(&object.part) {
            return Place::Slide {
                number: *slide,
                notes: self.notes.contains(&number),
                hidden: *hidden,
            };
        }
        let part = objects.parts.get(object.part).map_or("", String::as_str);
        let file = part.rsplit('/').next().unwrap_or(part);
        if file.starts_with("MasterSlide") || file.starts_with("TemplateSlide") {
            return Place::Around("master");
        }
        match first(&object.body, 1).and_then(Value::number).unwrap_or(0) {
            0 => Place::Body,
            1 => Place::Around("header or footer"),
            2 => Place::Around("footnote"),
            4 => Place::Around("notes"),
            _ => Place::Around("text box"),
        }
    }
}

/// Numbers of the slide nodes, in the order of the show where it is known.
fn order(objects: &Objects) -> Vec<u64> {
    let listed: Vec<u64> = objects
        .of(&[kind::SHEET])
        .filter_map(|(_, show)| first(&show.body, 3)?.bytes())
        .flat_map(|tree| references(tree, 2).collect::<Vec<_>>())
        .filter(|n| objects.get(*n, &[kind::SLIDE_NODE]).is_some())
        .collect();
    if listed.is_empty() {
        objects.of(&[kind::SLIDE_NODE]).map(|(n, _)| n).collect()
    } else {
        listed
    }
}

/// Writes one storage, paragraph by paragraph.
fn storage(
    body: &[u8],
    place: Option<Anchor>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    story.region(place);
    for paragraph in paragraphs(body) {
        story.text(&paragraph);
        story.end_paragraph()?;
    }
    story.end_part()
}

/// The paragraphs of a storage.
pub fn paragraphs(body: &[u8]) -> Vec<String> {
    let mut whole = String::new();
    for (field, value) in super::iwa::fields(body) {
        if field == 3
            && let Some(text) = value.text()
        {
            whole.push_str(&text);
        }
    }
    // Ends of pages, sections and columns are control characters, objects in the text one that stands for them.
    whole
        .split(|c: char| (c.is_control() && c != '\t') || c == '\u{2029}')
        .map(|p| p.replace('\u{fffc}', "").replace('\u{2028}', " "))
        .filter(|p| !p.trim().is_empty())
        .collect()
}
