//! Word documents of 2007 and later (OOXML), and the single-file XML forms of Word 2003 and 2007.
//!
//! Body, tables, headers, footers, footnotes, endnotes, comments, text boxes, tracked insertions and deletions (a
//! changed paragraph is written again as it was before), content controls and form fields as labels, merge fields,
//! descriptions of pictures, diagrams, charts, document variables, custom XML, links, properties; embedded files are
//! members. Locked documents are compound files and are met by `office_locked`.

mod walker;

use std::collections::HashSet;

use crate::extract::{
    Format, Guard, Source,
    error::ExtractError,
    ooxml::{self, drawing},
    package::{Package, same},
    sniff::{Look, NO, SURE},
    story::Story,
    xml::Xml,
};

use walker::Walker;

/// Word documents.
pub struct Docx;

impl Format for Docx {
    fn name(&self) -> &'static str {
        "docx"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["docx", "docm", "dotx", "dotm"]
    }

    fn about(&self) -> &'static str {
        "Word: body, tables, headers, notes, comments, tracked changes, fields, properties, embedded files"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        ooxml::sniff(look, "word/document.xml")
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
            .map_or("word/document.xml", |r| &r.to)
            .to_owned();
        if !package.has(&main) {
            return Err(ExtractError::corrupt("its document part is missing"));
        }
        let mut chunks = Vec::new();
        {
            let mut story = Story::new(out);
            let mut seen = HashSet::new();
            for (part, kind) in reading_order(&package, &relations, &main) {
                if !seen.insert(part.to_ascii_lowercase()) {
                    continue;
                }
                let mut walker = Walker::new(region_of(kind));
                let result = match package.xml(&part) {
                    Ok(mut xml) => walker.read(&mut xml, &mut story),
                    Err(error) => Err(error),
                };
                story.end_part()?;
                chunks.append(&mut walker.chunks);
                ooxml::tolerate(result, &mut story, kind)?;
            }
            drawing::parts(&mut package, &relations, &mut story)?;
            ooxml::links(&relations, &mut story)?;
            ooxml::custom_xml(&mut package, &mut story)?;
            ooxml::properties(&mut package, &mut story)?;
            story.finish()?;
        }
        let chunk_parts: Vec<String> = relations
            .iter()
            .filter(|r| r.kind == "aFChunk" || (chunks.contains(&r.id) && same(&r.from, &main)))
            .map(|r| r.to.clone())
            .collect();
        package.embedded(
            |name| ooxml::is_embedded(name, "word/") || chunk_parts.iter().any(|c| same(c, name)),
            out,
        )
    }
}

/// Kinds of parts in the order that they are read, with what their text is called.
const PARTS: &[(&str, &str, &str)] = &[
    // relation, start of the name where no relation leads there, name of the region
    ("header", "word/header", "header"),
    ("footer", "word/footer", "footer"),
    ("footnotes", "word/footnotes", "footnote"),
    ("endnotes", "word/endnotes", "endnote"),
    ("comments", "word/comments.", "comment"),
    (
        "glossaryDocument",
        "word/glossary/document",
        "building block",
    ),
    ("settings", "word/settings", "settings"),
    ("people", "word/people", "people"),
];

fn reading_order(
    package: &Package<'_, '_>,
    relations: &[ooxml::Relation],
    main: &str,
) -> Vec<(String, &'static str)> {
    let mut order = vec![(main.to_owned(), "document")];
    for (kind, prefix, _) in PARTS {
        let related = relations
            .iter()
            .filter(|r| r.kind == *kind && !r.external && package.has(&r.to))
            .map(|r| r.to.clone());
        let named = package
            .names()
            .iter()
            .filter(|n| n.to_ascii_lowercase().starts_with(prefix) && n.ends_with(".xml"))
            .cloned();
        let mut parts: Vec<String> = related.chain(named).collect();
        parts.sort_by_key(|p| (p.len(), p.clone()));
        order.extend(parts.into_iter().map(|p| (p, *kind)));
    }
    // Documents that a master document holds inside the package.
    order.extend(
        relations
            .iter()
            .filter(|r| r.kind == "subDocument" && !r.external && package.has(&r.to))
            .map(|r| (r.to.clone(), "subDocument")),
    );
    order
}

fn region_of(kind: &str) -> Option<&'static str> {
    PARTS.iter().find(|p| p.0 == kind).map(|p| p.2)
}

/// Word documents written as a single XML file: WordprocessingML of 2003, and the flat form of OOXML packages.
pub struct WordXml;

impl Format for WordXml {
    fn name(&self) -> &'static str {
        "word-xml"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xml", "doc"]
    }

    fn about(&self) -> &'static str {
        "Word documents saved as one XML file (2003 and flat OOXML)"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.text.trim_start().starts_with('<') {
            return NO;
        }
        let word = look
            .text
            .contains("schemas.microsoft.com/office/word/2003/wordml")
            || (look
                .text
                .contains("schemas.microsoft.com/office/2006/xmlPackage")
                && look.text.contains("wordprocessingml"))
            || (look
                .text
                .contains("schemas.microsoft.com/office/2006/xmlPackage")
                && look.text.contains("Word.Document"));
        if word { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut story = Story::new(out);
        let mut walker = Walker::new(None);
        let result = Xml::new(source).and_then(|mut xml| walker.read(&mut xml, &mut story));
        story.finish()?;
        result
    }
}
