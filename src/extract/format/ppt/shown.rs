//! What a slide shows and does not hold itself: the footers of all slides, and what stands on its master.

use std::collections::{HashMap, HashSet};

use crate::{
    extract::{
        error::ExtractError,
        ole::{u16_at, u32_at},
        story::Story,
    },
    model::Anchor,
};

use super::{
    Presentation, Where, paragraphs,
    records::{Record, Records, kind::*},
    text, texts,
};

/// Which headers and footers are those of all slides.
pub const SLIDES: u16 = 3;

/// Longest master whose text is written again for each slide that shows it; a longer one is written once.
const LONGEST: usize = 2 << 20;

/// Slides for which it is written again.
const MANY: u32 = 2_000;

/// Masters by their id, and footers.
pub struct Shown<'b> {
    masters: HashMap<u32, Record<'b>>,
    footers: Vec<String>,
}

impl<'b> Shown<'b> {
    /// Of a presentation.
    pub fn of(presentation: &Presentation<'b>, document: Option<Record<'b>>) -> Self {
        let parts = || document.into_iter().flat_map(|d| Records::new(d.data));
        let masters = parts()
            .filter(|r| r.kind == SLIDE_LIST && r.instance == 1)
            .flat_map(|list| Records::new(list.data))
            .filter(|r| r.kind == SLIDE_PERSIST)
            .filter_map(|r| {
                let at = *presentation.current.get(&u32_at(r.data, 0)?)?;
                Some((u32_at(r.data, 12)?, presentation.record(at)?))
            })
            .collect();
        let footers = parts()
            .filter(|r| r.kind == HEADERS && r.instance == SLIDES)
            .flat_map(|headers| {
                let flags = Records::new(headers.data)
                    .find(|r| r.kind == HEADERS_ATOM)
                    .and_then(|r| u16_at(r.data, 2))
                    .unwrap_or(u16::MAX);
                Records::new(headers.data)
                    .filter(move |r| r.kind == STRING && is_shown(r.instance, flags))
            })
            .map(text)
            .collect();
        Shown { masters, footers }
    }

    /// Writes what a slide shows; gives back where the masters lie that were written.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn write(
        &self,
        slide: Record<'b>,
        number: u32,
        story: &mut Story<'_, '_>,
    ) -> Result<HashSet<usize>, ExtractError> {
        let mut written = HashSet::new();
        if number > MANY {
            return Ok(written);
        }
        let place = Anchor::Region(format!("slide {number}, from its master").into());
        story.region(Some(place));
        if !Records::new(slide.data).any(|r| r.kind == HEADERS) {
            for footer in &self.footers {
                paragraphs(footer, story)?;
            }
        }
        let mut made_after = Some(slide);
        // A title master stands on a master itself.
        for _ in 0..2 {
            let master = made_after
                .and_then(|s| Records::new(s.data).find(|r| r.kind == SLIDE_ATOM))
                .filter(|atom| u16_at(atom.data, 20).is_none_or(|flags| flags & 1 != 0))
                .and_then(|atom| self.masters.get(&u32_at(atom.data, 12)?));
            let Some(master) = master.filter(|m| m.data.len() <= LONGEST) else {
                break;
            };
            if !written.insert(master.at) {
                break;
            }
            texts(master.data, Where::Master, 0, story)?;
            made_after = Some(*master);
        }
        story.end_part()?;
        Ok(written)
    }
}

/// Whether a string of this kind is shown: date, header, footer, by the flags of what is.
fn is_shown(instance: u16, flags: u16) -> bool {
    match instance {
        0 => flags & 4 != 0,
        1 => flags & 0x10 != 0,
        2 => flags & 0x20 != 0,
        _ => true,
    }
}
