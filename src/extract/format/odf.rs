//! OpenDocument text, spreadsheets, presentations and drawings, packed or flat, and their forebears of OpenOffice 1.
//!
//! Paragraphs, tables, notes, comments, text boxes, headers and footers, deleted text of tracked changes, form fields,
//! properties; every sheet with values as they are shown; slides with their notes. A locked document is unlocked with the
//! passwords of the list and read as a member. Embedded objects are read as parts of the document, other files as members.

mod lock;
mod sheets;
mod text;

use std::io::Read;

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        guard::Member,
        ooxml::tolerate,
        package::{Package, is_picture},
        sniff::{LIKELY, Look, NO, SURE},
        story::Story,
        xml::{Node, Tag, Xml},
    },
    model::{Anchor, Part},
};

/// Which of the family a document is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Text,
    Sheets,
    Slides,
}

/// OpenDocument files of one kind.
pub struct Odf(Kind);

/// Texts.
pub static ODT: Odf = Odf(Kind::Text);
/// Spreadsheets.
pub static ODS: Odf = Odf(Kind::Sheets);
/// Presentations and drawings.
pub static ODP: Odf = Odf(Kind::Slides);

impl Kind {
    fn of(media_type: &str) -> Option<Kind> {
        let last = media_type
            .strip_prefix("application/vnd.oasis.opendocument.")
            .or(media_type.strip_prefix("application/x-vnd.oasis.opendocument."))
            .or(media_type.strip_prefix("application/vnd.sun.xml."))?;
        Some(
            if last.starts_with("spreadsheet") || last.starts_with("calc") {
                Kind::Sheets
            } else if ["presentation", "graphics", "impress", "draw"]
                .iter()
                .any(|k| last.starts_with(k))
            {
                Kind::Slides
            } else {
                Kind::Text
            },
        )
    }
}

impl Format for Odf {
    fn name(&self) -> &'static str {
        match self.0 {
            Kind::Text => "odt",
            Kind::Sheets => "ods",
            Kind::Slides => "odp",
        }
    }

    fn version(&self) -> u32 {
        3
    }

    fn extensions(&self) -> &'static [&'static str] {
        match self.0 {
            Kind::Text => &["odt", "ott", "fodt", "odm", "oth", "odf", "sxw", "stw"],
            Kind::Sheets => &["ods", "ots", "fods", "odc", "sxc", "stc"],
            Kind::Slides => &["odp", "otp", "fodp", "odg", "otg", "fodg", "sxi", "sxd"],
        }
    }

    fn about(&self) -> &'static str {
        match self.0 {
            Kind::Text => {
                "OpenDocument text: paragraphs, tables, notes, comments, headers, deleted text, forms, properties"
            }
            Kind::Sheets => {
                "OpenDocument spreadsheets: every sheet with its headings, comments, properties"
            }
            Kind::Slides => {
                "OpenDocument presentations and drawings: slides, notes, comments, properties"
            }
        }
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "zip" {
            if !look.has("content.xml") && !look.has("encrypted-package") {
                return NO;
            }
            // The media type is the first member, stored plain.
            let head = &look.head[..look.head.len().min(256)];
            let plain = memchr::memmem::find(head, b"mimetype").map(|at| {
                let rest = &head[at + 8..];
                let end = rest
                    .iter()
                    .position(|b| !b.is_ascii_graphic())
                    .unwrap_or(rest.len());
                String::from_utf8_lossy(&rest[..end]).replace("PK", "")
            });
            return match plain.as_deref().and_then(Kind::of) {
                Some(kind) if kind == self.0 => SURE,
                Some(_) => NO,
                None if look.named(self.extensions()) => LIKELY,
                None if self.0 == Kind::Text && look.has("META-INF/manifest.xml") => LIKELY,
                None => NO,
            };
        }
        if !look.text.trim_start().starts_with('<') {
            return NO;
        }
        let flat = look
            .text
            .contains("urn:oasis:names:tc:opendocument:xmlns:office:1.0")
            && look.text.contains("office:document ");
        let kind = look
            .text
            .split("office:mimetype=\"")
            .nth(1)
            .and_then(|rest| Kind::of(rest.split('"').next().unwrap_or("")));
        if flat && (kind == Some(self.0) || (kind.is_none() && look.named(self.extensions()))) {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        if source.head()?.starts_with(b"PK") {
            packed(source, self.0, out)
        } else {
            let mut story = Story::new(out);
            let result = Xml::new(source).and_then(|mut xml| content(&mut xml, self.0, &mut story));
            story.finish()?;
            result
        }
    }
}

/// Reads one content part: sheets by their reader, everything else by the other.
fn content<R: Read>(
    xml: &mut Xml<R>,
    kind: Kind,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let result = match kind {
        Kind::Sheets => sheets::Walker::default().read(xml, story),
        _ => text::Walker::default().read(xml, story),
    };
    story.end_part()?;
    result
}

fn packed(source: &mut Source<'_>, kind: Kind, out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let mut package = Package::open(source)?;
    if is_locked(&mut package) {
        let unlocked = lock::open(&mut package, out)?;
        let member = Member::new(Part::Decoded("unlocked".into())).name(out.name());
        return out.child_bytes(member, &unlocked);
    }
    if !package.has("content.xml") {
        return Err(ExtractError::corrupt("its content part is missing"));
    }
    {
        let mut story = Story::new(out);
        let result = package
            .xml("content.xml")
            .and_then(|mut xml| content(&mut xml, kind, &mut story));
        tolerate(result, &mut story, "content")?;
        if package.has("styles.xml") {
            let result = package
                .xml("styles.xml")
                .and_then(|mut xml| text::Walker::styles().read(&mut xml, &mut story));
            story.end_part()?;
            tolerate(result, &mut story, "styles")?;
        }
        let mut objects: Vec<String> = package
            .names()
            .iter()
            .filter(|n| n.ends_with("/content.xml"))
            .cloned()
            .collect();
        objects.sort_by_key(|n| (n.len(), n.clone()));
        for part in objects {
            let name = part.trim_end_matches("/content.xml");
            story.region(Some(Anchor::Region(format!("embedded {name}").into())));
            let result = package
                .xml(&part)
                .and_then(|mut xml| text::Walker::default().read(&mut xml, &mut story));
            story.end_part()?;
            tolerate(result, &mut story, "embedded object")?;
        }
        if package.has("meta.xml") {
            let result = package
                .xml("meta.xml")
                .and_then(|mut xml| meta(&mut xml, &mut story));
            tolerate(result, &mut story, "properties")?;
        }
        story.finish()?;
    }
    package.embedded(
        |name| {
            let lower = name.to_ascii_lowercase();
            let own = lower.ends_with(".xml") || lower.ends_with(".rdf") || lower == "mimetype";
            let fixed = [
                "meta-inf/",
                "thumbnails/",
                "objectreplacements/",
                "configurations2/",
                "layout-cache",
                "basic/",
            ]
            .iter()
            .any(|p| lower.starts_with(p));
            !own && !fixed && (is_picture(&lower) || !lower.starts_with("pictures/"))
        },
        out,
    )
}

/// Whether the manifest says that parts are encrypted.
fn is_locked(package: &mut Package<'_, '_>) -> bool {
    let Ok(mut xml) = package.xml("META-INF/manifest.xml") else {
        return package.has("encrypted-package");
    };
    while let Ok(Some(node)) = xml.step() {
        if let Node::Open(tag) = node
            && tag.name() == "encryption-data"
        {
            return true;
        }
    }
    false
}

/// Properties that say nothing about anybody.
const DULL: &[&str] = &[
    "creation-date",
    "date",
    "generator",
    "editing-cycles",
    "editing-duration",
    "document-statistic",
    "print-date",
    "template",
    "auto-reload",
    "hyperlink-behaviour",
    "language",
];

/// Properties inside a flat document: up to the end of the element just opened.
fn meta_inside<R: Read>(xml: &mut Xml<R>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    loop {
        let (name, dull) = match xml.step()? {
            None => return Ok(()),
            Some(Node::Close(_)) => return Ok(()),
            Some(Node::Text(_)) => continue,
            Some(Node::Open(tag)) => property(&tag),
        };
        let text = xml.text()?;
        if !dull {
            story.note(Anchor::Meta(name.as_str().into()), Some(&name), text.trim())?;
        }
    }
}

/// The name of a property and whether it says nothing about anybody.
fn property(tag: &Tag<'_>) -> (String, bool) {
    let given = tag.attr("name").filter(|_| tag.name() == "user-defined");
    let dull = given.is_none() && DULL.contains(&tag.name());
    (given.unwrap_or_else(|| tag.name().to_owned()), dull)
}

/// Properties of the document.
fn meta<R: Read>(xml: &mut Xml<R>, story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    while let Some(node) = xml.step()? {
        if let Node::Open(tag) = node
            && tag.name() == "meta"
        {
            meta_inside(xml, story)?;
        }
    }
    Ok(())
}
