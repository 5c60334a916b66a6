//! What stands on layouts and masters: shapes that are no placeholders. A person sees it on each slide that shows it, so
//! it is told with each; of a layout that no slide shows it is told once.

use std::{collections::HashMap, io::Read};

use crate::{
    extract::{
        error::ExtractError,
        ooxml::{self, Relation},
        package::{Package, same},
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

/// Most text of a layout, in bytes, and most slides for which it is told again.
const LONGEST: usize = 64 << 10;
const MANY: u32 = 2_000;

/// A layout or master: its paragraphs, and whether what is behind it shows.
#[derive(Clone, Default)]
struct Sheet {
    paragraphs: Vec<String>,
    /// Footers that were typed in. A slide that shows them has a copy.
    footers: Vec<String>,
    behind: bool,
}

/// Layouts and masters that slides showed so far.
#[derive(Default)]
pub struct Shown(HashMap<String, Sheet>);

impl Shown {
    /// Writes what no slide told of a part: all of it, or its footers.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn rest(
        &self,
        package: &mut Package<'_, '_>,
        part: &str,
        name: &str,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if let Some((_, told)) = self.0.iter().find(|(known, _)| same(known, part)) {
            return tell(&told.footers, name, story);
        }
        let sheet = read(package, part, name, story)?;
        tell(&sheet.paragraphs, name, story)?;
        tell(&sheet.footers, name, story)
    }

    /// Writes what a slide shows of its layout and of the master behind it.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn write(
        &mut self,
        package: &mut Package<'_, '_>,
        relations: &[Relation],
        slide: &str,
        number: u32,
        story: &mut Story<'_, '_>,
    ) -> Result<(), ExtractError> {
        if number > MANY {
            return Ok(());
        }
        let next = |from: &str, kind: &str| {
            relations
                .iter()
                .find(|r| r.kind == kind && !r.external && same(&r.from, from))
                .map(|r| r.to.clone())
        };
        let mut sheet = next(slide, "slideLayout");
        for kind in ["layout", "master"] {
            let Some(part) = sheet.filter(|part| package.has(part)) else {
                break;
            };
            if !self.0.contains_key(&part) {
                let sheet = read(package, &part, kind, story)?;
                self.0.insert(part.clone(), sheet);
            }
            let read = &self.0[&part];
            let place = format!("slide {number}, from its {kind}");
            tell(&read.paragraphs, &place, story)?;
            if !read.behind {
                break;
            }
            sheet = next(&part, "slideMaster");
        }
        Ok(())
    }
}

/// Reads a layout or master.
fn read(
    package: &mut Package<'_, '_>,
    part: &str,
    name: &str,
    story: &mut Story<'_, '_>,
) -> Result<Sheet, ExtractError> {
    let mut sheet = Sheet::default();
    let result = package
        .xml(part)
        .and_then(|mut xml| paragraphs(&mut xml, &mut sheet));
    ooxml::tolerate(result, story, name)?;
    Ok(sheet)
}

fn tell(paragraphs: &[String], place: &str, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    story.region(Some(Anchor::Region(place.into())));
    for paragraph in paragraphs {
        story.text(paragraph);
        story.end_paragraph()?;
    }
    story.end_part()
}

/// Text of the shapes that are no placeholders.
fn paragraphs<R: Read>(xml: &mut Xml<R>, sheet: &mut Sheet) -> Result<(), ExtractError> {
    let (mut placeholder, mut footer, mut on, mut length) = (false, false, false, 0);
    let mut paragraph = String::new();
    sheet.behind = true;
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "sldLayout" | "sldMaster" => {
                    sheet.behind = !super::no(tag.attr("showMasterSp"));
                }
                "sp" | "graphicFrame" => (placeholder, footer) = (false, false),
                // Footers that were typed in are text, prompts are not.
                "ph" => {
                    footer = tag.attr("type").as_deref() == Some("ftr");
                    placeholder = !footer;
                }
                "t" => on = !placeholder,
                _ => {}
            },
            Node::Text(text) => {
                if on && length < LONGEST {
                    length += text.len();
                    paragraph.push_str(&text);
                }
            }
            Node::Close(end) => match end.name() {
                "t" => on = false,
                "p" if !paragraph.trim().is_empty() => {
                    let paragraphs = if footer {
                        &mut sheet.footers
                    } else {
                        &mut sheet.paragraphs
                    };
                    paragraphs.push(std::mem::take(&mut paragraph));
                }
                _ => {}
            },
        }
    }
    Ok(())
}
