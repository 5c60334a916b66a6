//! PowerPoint presentations of 2007 and later.
//!
//! Slides in their order (hidden ones marked), tables, notes, comments old and new, diagrams, charts, with what they show of their
//! layouts and masters, links, properties; embedded files are members.

mod shown;

use std::{collections::HashMap, io::Read};

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        ooxml::{self, Relation, drawing},
        package::{Package, same},
        sniff::Look,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

use shown::Shown;

/// PowerPoint presentations.
pub struct Pptx;

impl Format for Pptx {
    fn name(&self) -> &'static str {
        "pptx"
    }

    fn version(&self) -> u32 {
        3
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pptx", "pptm", "ppsx", "ppsm", "potx", "potm"]
    }

    fn about(&self) -> &'static str {
        "PowerPoint: slides, notes, comments, tables, diagrams, properties, embedded files"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        ooxml::sniff(look, "ppt/presentation.xml")
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut package = Package::open(source)?;
        let relations = package.relations(out)?;
        let main = relations
            .iter()
            .find(|r| r.from.is_empty() && r.kind == "officeDocument" && package.has(&r.to))
            .map_or("ppt/presentation.xml", |r| &r.to)
            .to_owned();
        let slides = slides(&mut package, &relations, &main, out)?;
        if slides.is_empty() && !package.has(&main) {
            return Err(ExtractError::corrupt("its presentation part is missing"));
        }
        let mut story = Story::new(out);
        let authors = authors(&mut package);
        let mut shown = Shown::default();
        for (index, part) in slides.iter().enumerate() {
            let number = index as u32 + 1;
            let behind = one_part(&mut package, part, What::Slide(number), &mut story)?;
            if behind {
                shown.write(&mut package, &relations, part, number, &mut story)?;
            }
            for relation in relations
                .iter()
                .filter(|r| same(&r.from, part) && !r.external)
            {
                match relation.kind.as_str() {
                    "notesSlide" => {
                        one_part(&mut package, &relation.to, What::Notes(number), &mut story)?;
                    }
                    "comments" => {
                        let result = package
                            .xml(&relation.to)
                            .and_then(|mut xml| comments(&mut xml, number, &authors, &mut story));
                        story.end_part()?;
                        ooxml::tolerate(result, &mut story, "comments")?;
                    }
                    _ => {}
                }
            }
        }
        for (kind, name) in [
            ("slideMaster", "master"),
            ("slideLayout", "layout"),
            ("notesMaster", "notes master"),
            ("handoutMaster", "handout master"),
        ] {
            let mut parts: Vec<&str> = relations
                .iter()
                .filter(|r| r.kind == kind && !r.external)
                .map(|r| r.to.as_str())
                .collect();
            parts.sort_unstable();
            parts.dedup();
            for part in parts {
                shown.rest(&mut package, part, name, &mut story)?;
            }
        }
        drawing::parts(&mut package, &relations, &mut story)?;
        ooxml::links(&relations, &mut story)?;
        ooxml::custom_xml(&mut package, &mut story)?;
        ooxml::properties(&mut package, &mut story)?;
        story.finish()?;
        package.embedded(|name| ooxml::is_embedded(name, "ppt/"), out)
    }
}

/// Slide parts in the order of the presentation, then those that it does not list.
fn slides(
    package: &mut Package<'_, '_>,
    relations: &[Relation],
    main: &str,
    out: &mut Guard<'_>,
) -> Result<Vec<String>, ExtractError> {
    let mut order: Vec<String> = Vec::new();
    let result = package.xml(main).and_then(|mut xml| {
        while let Some(node) = xml.step()? {
            if let Node::Open(tag) = node
                && tag.name() == "sldId"
                && let Some(id) = tag.attr_full("r:id").or_else(|| relation_id(&tag))
                && let Some(r) = relations.iter().find(|r| r.id == id && same(&r.from, main))
                && order.len() < 100_000
            {
                order.push(r.to.clone());
            }
        }
        Ok(())
    });
    match result {
        Err(error) if error.ends_file() => return Err(error),
        Err(error) => out.problem(format!("presentation: {error}")),
        Ok(()) => {}
    }
    let mut rest: Vec<String> = package
        .names()
        .iter()
        .filter(|n| {
            let n = n.trim_start_matches('/').to_ascii_lowercase();
            n.strip_prefix("ppt/slides/")
                .is_some_and(|f| f.ends_with(".xml") && !f.contains('/'))
        })
        .filter(|n| !order.iter().any(|o| same(o, n)))
        .cloned()
        .collect();
    rest.sort_by_key(|n| (n.len(), n.clone()));
    order.retain(|part| package.has(part));
    order.extend(rest);
    Ok(order)
}

/// The relation id of a tag whatever its prefix: the one that does not look like a number.
fn relation_id(tag: &crate::extract::xml::Tag<'_>) -> Option<String> {
    tag.attrs()
        .filter(|(n, _)| *n == "id")
        .map(|(_, v)| v)
        .find(|v| v.parse::<u64>().is_err())
}

/// A slide or its notes.
#[derive(Clone, Copy)]
enum What {
    Slide(u32),
    Notes(u32),
}

/// Reads one; whether it shows what stands on its layout.
fn one_part(
    package: &mut Package<'_, '_>,
    part: &str,
    what: What,
    story: &mut Story<'_, '_>,
) -> Result<bool, ExtractError> {
    if !package.has(part) {
        return Ok(false);
    }
    let mut behind = true;
    let result = package.xml(part).and_then(|mut xml| {
        // The outermost element says whether the slide is hidden.
        let hidden = loop {
            match xml.step()? {
                None => break false,
                Some(Node::Open(tag)) => {
                    behind = !no(tag.attr("showMasterSp"));
                    break no(tag.attr("show"));
                }
                Some(_) => {}
            }
        };
        story.region(Some(match what {
            What::Slide(number) => Anchor::slide(number, hidden),
            What::Notes(number) => Anchor::Notes(number),
        }));
        drawing::text(&mut xml, story)
    });
    story.end_part()?;
    let name = match what {
        What::Slide(_) => "slide",
        What::Notes(_) => "notes",
    };
    ooxml::tolerate(result, story, name)?;
    Ok(behind)
}

fn no(attribute: Option<String>) -> bool {
    matches!(attribute.as_deref(), Some("0" | "false"))
}

/// Names of those who comment, by id.
fn authors(package: &mut Package<'_, '_>) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for part in ["ppt/commentAuthors.xml", "ppt/authors.xml"] {
        let Ok(mut xml) = package.xml(part) else {
            continue;
        };
        while let Ok(Some(node)) = xml.step() {
            if let Node::Open(tag) = node
                && matches!(tag.name(), "cmAuthor" | "author")
                && let (Some(id), Some(name)) = (tag.attr("id"), tag.attr("name"))
                && found.len() < 10_000
            {
                found.insert(id, name);
            }
        }
    }
    found
}

fn comments<R: Read>(
    xml: &mut Xml<R>,
    slide: u32,
    authors: &HashMap<String, String>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let place = Anchor::Region(format!("comment on slide {slide}").into());
    story.region(Some(place.clone()));
    let mut on = false;
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "cm" | "reply" => {
                    if let Some(name) = tag.attr("authorId").and_then(|id| authors.get(&id)) {
                        story.note(place.clone(), Some("author"), name)?;
                    }
                }
                "t" => on = true,
                "text" => on = true,
                _ => {}
            },
            Node::Text(text) => {
                if on {
                    story.text(&text);
                }
            }
            Node::Close(end) => match end.name() {
                "t" => on = false,
                "text" => {
                    on = false;
                    story.end_paragraph()?;
                }
                "p" | "cm" | "reply" => story.end_paragraph()?,
                _ => {}
            },
        }
    }
    Ok(())
}
