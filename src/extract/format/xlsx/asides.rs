//! What stands beside the cells: comments, and values kept of pivot tables and of other workbooks.

use std::io::Read;

use crate::{
    extract::{
        error::ExtractError,
        ooxml,
        package::Package,
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

use super::cells::reference;

/// Comments of a sheet, old and threaded.
pub(super) fn read_comments<R: Read>(
    xml: &mut Xml<R>,
    sheet: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut authors: Vec<String> = Vec::new();
    let mut place = Anchor::Region("comment".into());
    let mut text = String::new();
    let (mut on, mut in_authors) = (0, false);
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "author" => {
                    let author = xml.text()?;
                    authors.push(author);
                }
                "authors" => in_authors = true,
                "comment" | "threadedComment" => {
                    text.clear();
                    if let Some((row, column)) = tag.attr("ref").and_then(|r| reference(&r)) {
                        place = Anchor::Cell {
                            sheet: sheet.into(),
                            row,
                            column: column + 1,
                        };
                    }
                    let author = tag.attr("authorId").and_then(|id| id.parse::<usize>().ok());
                    if let Some(author) = author.and_then(|id| authors.get(id))
                        && !author.starts_with("tc={")
                    {
                        story.note(place.clone(), Some("author"), author)?;
                    }
                }
                "t" | "text" => on += 1,
                _ => {}
            },
            Node::Text(more) => {
                if on > 0 && !in_authors {
                    text.push_str(&more);
                }
            }
            Node::Close(end) => match end.name() {
                "t" | "text" => on -= 1.min(on),
                "authors" => in_authors = false,
                "comment" | "threadedComment" => {
                    story.note(place.clone(), Some("comment"), text.trim())?;
                }
                _ => {}
            },
        }
    }
    Ok(())
}

/// Values kept of pivot tables and of other workbooks.
pub(super) fn caches(
    package: &mut Package<'_, '_>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let parts: Vec<String> = package
        .names()
        .iter()
        .filter(|n| {
            let n = n.trim_start_matches('/').to_ascii_lowercase();
            n.ends_with(".xml")
                && (n.starts_with("xl/pivotcache/")
                    || n.starts_with("xl/externallinks/")
                    || n.starts_with("xl/persons/"))
        })
        .cloned()
        .collect();
    for part in parts {
        let place = if part.contains("pivot") {
            "pivot cache"
        } else if part.contains("person") {
            "people"
        } else {
            "cache of another workbook"
        };
        let result = package
            .xml(&part)
            .and_then(|mut xml| read_cache(&mut xml, place, story));
        ooxml::tolerate(result, story, place)?;
    }
    Ok(())
}

fn read_cache<R: Read>(
    xml: &mut Xml<R>,
    place: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut field = None;
    let mut on = false;
    let mut text = String::new();
    let anchor = Anchor::Region(place.into());
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => match tag.name() {
                "cacheField" => field = tag.attr("name"),
                "s" | "d" => {
                    if let Some(value) = tag.attr("v") {
                        story.note(anchor.clone(), field.as_deref(), &value)?;
                    }
                }
                "person" => {
                    if let Some(name) = tag.attr("displayName") {
                        story.note(anchor.clone(), Some("name"), &name)?;
                    }
                }
                "v" => {
                    on = true;
                    text.clear();
                }
                _ => {}
            },
            Node::Text(more) => {
                if on {
                    text.push_str(&more);
                }
            }
            Node::Close(end) => match end.name() {
                "v" => {
                    on = false;
                    story.note(anchor.clone(), None, &text)?;
                }
                "cacheField" => field = None,
                _ => {}
            },
        }
    }
    Ok(())
}
