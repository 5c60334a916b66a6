//! What Word, Excel and PowerPoint packages have in common: properties, links, custom XML, embedded files, drawings.

pub mod drawing;

use std::collections::HashSet;

use crate::model::Anchor;

use super::{
    error::ExtractError,
    package::{Package, is_picture},
    sniff::{LIKELY, Look, NO, SURE},
    story::Story,
    xml::Node,
};

pub use super::package::Relation;

/// Goes on after a part that is damaged or missing; what ends the file ends it.
///
/// # Errors
/// The error, when it ends the file or the document.
pub fn tolerate(
    result: Result<(), ExtractError>,
    story: &mut Story<'_, '_>,
    part: &str,
) -> Result<(), ExtractError> {
    match result {
        Err(error) if error.ends_file() => Err(error),
        Err(error) => {
            story.out.problem(format!("{part}: {error}"));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Links to the world outside, each once.
///
/// # Errors
/// Those of the guard.
pub fn links(relations: &[Relation], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut seen = HashSet::new();
    for relation in relations {
        if relation.external && !relation.to.is_empty() && seen.insert(relation.to.as_str()) {
            let text = relation.to.strip_prefix("mailto:").unwrap_or(&relation.to);
            story.note(Anchor::Region("link".into()), None, text)?;
        }
    }
    Ok(())
}

/// Document properties: core, application, custom.
///
/// # Errors
/// Those of the guard.
pub fn properties(
    package: &mut Package<'_, '_>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let parts: Vec<String> = package
        .names()
        .iter()
        .filter(|n| n.to_ascii_lowercase().starts_with("docprops/") && n.ends_with(".xml"))
        .cloned()
        .collect();
    for part in parts {
        let result = one_property_part(package, &part, story);
        tolerate(result, story, "properties")?;
    }
    Ok(())
}

/// Properties that say nothing about anybody.
const DULL: &[&str] = &[
    "revision",
    "version",
    "created",
    "modified",
    "lastPrinted",
    "Template",
    "TotalTime",
    "Pages",
    "Words",
    "Characters",
    "Application",
    "DocSecurity",
    "Lines",
    "Paragraphs",
    "ScaleCrop",
    "LinksUpToDate",
    "CharactersWithSpaces",
    "SharedDoc",
    "HyperlinksChanged",
    "AppVersion",
    "PresentationFormat",
    "Slides",
    "Notes",
    "HiddenSlides",
    "MMClips",
    "HeadingPairs",
    "TitlesOfParts",
    "HLinks",
    "DigSig",
];

fn one_property_part(
    package: &mut Package<'_, '_>,
    part: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut xml = package.xml(part)?;
    let mut name = String::new();
    let mut depth = 0;
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                depth += 1;
                let is_custom = tag.name() == "property";
                let here = tag.name().to_owned();
                if is_custom {
                    name = tag.attr("name").unwrap_or_default();
                    continue;
                }
                if depth == 1 || here == "Properties" {
                    continue;
                }
                if DULL.contains(&here.as_str()) {
                    xml.skip()?;
                    depth -= 1;
                    continue;
                }
                let label = if name.is_empty() { here } else { name.clone() };
                let text = xml.text()?;
                depth -= 1;
                story.note(
                    Anchor::Meta(label.as_str().into()),
                    Some(&label),
                    text.trim(),
                )?;
            }
            Node::Close(end) => {
                depth -= 1;
                if end.name() == "property" {
                    name.clear();
                }
            }
            Node::Text(_) => {}
        }
    }
    Ok(())
}

/// Custom XML parts hold the data behind content controls; names of elements are labels.
///
/// # Errors
/// Those of the guard.
pub fn custom_xml(
    package: &mut Package<'_, '_>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let parts: Vec<String> = package
        .names()
        .iter()
        .filter(|n| {
            let n = n.to_ascii_lowercase();
            n.starts_with("customxml/item") && n.ends_with(".xml") && !n.contains("itemprops")
        })
        .cloned()
        .collect();
    for part in parts {
        let result = one_custom_part(package, &part, story);
        tolerate(result, story, "custom XML")?;
    }
    Ok(())
}

fn one_custom_part(
    package: &mut Package<'_, '_>,
    part: &str,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut xml = package.xml(part)?;
    let mut names: Vec<String> = Vec::new();
    let place = Anchor::Region("custom XML".into());
    let mut text = String::new();
    while let Some(node) = xml.step()? {
        match node {
            Node::Text(more) => text.push_str(&more),
            Node::Open(tag) => {
                let name = tag.name().to_owned();
                // Schemas and form templates of document libraries describe data and hold none.
                if matches!(
                    name.as_str(),
                    "schema" | "contentTypeSchema" | "FormTemplates" | "Sources"
                ) {
                    return Ok(());
                }
                names.push(name);
                text.clear();
            }
            Node::Close(_) => {
                if let Some(name) = names.pop() {
                    story.note(place.clone(), Some(&name), text.trim())?;
                }
                text.clear();
            }
        }
    }
    Ok(())
}

/// How sure it is that a document is a package with this main part. A folder of that name is not enough: people keep their
/// letters in a folder `Word` and zip it.
pub fn sniff(look: &Look<'_>, main: &str) -> u8 {
    let parts = main
        .split_once('/')
        .map_or(0, |(folder, _)| folder.len() + 1);
    if look.magic != "zip" {
        NO
    } else if folder(look) == &main[..parts] && look.has("[Content_Types].xml") {
        SURE
    } else if look.has(main) {
        LIKELY
    } else {
        NO
    }
}

/// The folder of most parts: `word/`, `xl/` or `ppt/`. Documents embedded without compression show their parts too.
fn folder(look: &Look<'_>) -> &'static str {
    let count = |folder: &str| {
        look.inside
            .iter()
            .filter(|n| {
                n.get(..folder.len())
                    .is_some_and(|s| s.eq_ignore_ascii_case(folder))
            })
            .count()
    };
    ["word/", "xl/", "ppt/"]
        .into_iter()
        .map(|f| (count(f), f))
        .filter(|(n, _)| *n > 0)
        .max_by_key(|(n, _)| *n)
        .map_or("", |(_, f)| f)
}

/// Whether a part is an embedded file: a package, an OLE object, or a picture. `folder` is `word/`, `xl/` or `ppt/`.
pub fn is_embedded(name: &str, folder: &str) -> bool {
    let lower = name.trim_start_matches('/').to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix(folder) else {
        return false;
    };
    if lower.ends_with(".rels") {
        return false;
    }
    rest.starts_with("embeddings/") || (rest.starts_with("media/") && is_picture(&lower))
}
