//! Office packages: a zip archive of XML parts (OOXML and ODF alike), the relations between OOXML parts, and what is
//! embedded in them.
//!
//! The readers of docx, xlsx, pptx, odt and their kin call it. Names of parts are compared without regard to case or
//! to a leading slash, because writers disagree. A package whose directory is lost is called corrupt; the
//! guard then has it put together from its parts.

use std::{
    collections::{HashMap, HashSet},
    io::{Read, Seek, SeekFrom},
};

use zip::{ZipArchive, result::ZipError};

use crate::model::Part;

use super::{
    error::ExtractError,
    format::zip::salvage::NO_DIRECTORY,
    guard::{Guard, Member},
    ole,
    source::Source,
    xml::{Node, Xml},
};

/// Most relations of one package that are followed.
const RELATIONS: usize = 200_000;

/// Largest part that is held in memory as a whole: relation lists, style sheets.
const SMALL: u64 = 64 << 20;

/// An open package.
pub struct Package<'s, 'a> {
    zip: ZipArchive<&'s mut Source<'a>>,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
}

/// A relation from one part to another, or to the world outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The part it belongs to; empty for the package.
    pub from: String,
    /// Its id there.
    pub id: String,
    /// The last word of its type: `header`, `hyperlink`, `oleObject`.
    pub kind: String,
    /// The part it leads to, or an address when `external`.
    pub to: String,
    /// Whether it leads out of the package.
    pub external: bool,
}

/// How a part is looked up.
fn key(name: &str) -> String {
    name.replace('\\', "/")
        .trim_start_matches('/')
        .to_ascii_lowercase()
}

/// What a zip error means for the document.
fn told(error: ZipError) -> ExtractError {
    match error {
        ZipError::Io(e) => e.into(),
        ZipError::InvalidPassword => ExtractError::encrypted(),
        ZipError::UnsupportedArchive(why) if why.contains("assword") => ExtractError::encrypted(),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ExtractError::unsupported("a compression method that is not read")
        }
        ZipError::FileNotFound => ExtractError::corrupt("a part is missing"),
        _ => ExtractError::corrupt("zip structure damaged"),
    }
}

impl<'s, 'a> Package<'s, 'a> {
    /// Opens a package.
    ///
    /// # Errors
    /// `Corrupt` when it is no zip archive with a directory.
    pub fn open(source: &'s mut Source<'a>) -> Result<Self, ExtractError> {
        source.seek(SeekFrom::Start(0))?;
        let zip = ZipArchive::new(source).map_err(|e| match told(e) {
            ExtractError::Corrupt(_) => ExtractError::corrupt(NO_DIRECTORY),
            other => other,
        })?;
        let mut names = Vec::with_capacity(zip.len());
        let mut by_name = HashMap::with_capacity(zip.len());
        for index in 0..zip.len() {
            let name = match zip.name_for_index(index) {
                Some(Ok(name)) => name.replace('\\', "/"),
                _ => String::new(),
            };
            by_name.entry(key(&name)).or_insert(index);
            names.push(name);
        }
        Ok(Package {
            zip,
            names,
            by_name,
        })
    }

    /// Names of all members, in the order of the directory.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a part is there.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&key(name))
    }

    /// The size of a part once unpacked, as the directory says.
    pub fn size(&self, name: &str) -> Option<u64> {
        let index = *self.by_name.get(&key(name))?;
        use zip::read::HasZipMetadata;
        Some(
            self.zip
                .by_index_data(index)
                .ok()?
                .get_metadata()
                .uncompressed_size,
        )
    }

    /// Begins to read a part.
    ///
    /// # Errors
    /// `Corrupt` when it is missing or damaged, `Encrypted` when it is locked.
    pub fn part(&mut self, name: &str) -> Result<impl Read, ExtractError> {
        let index = *self
            .by_name
            .get(&key(name))
            .ok_or_else(|| ExtractError::corrupt("a part is missing"))?;
        self.zip.by_index(index).map_err(told)
    }

    /// Begins to read an XML part.
    ///
    /// # Errors
    /// As [`Package::part`].
    pub fn xml(&mut self, name: &str) -> Result<Xml<impl Read>, ExtractError> {
        Xml::new(self.part(name)?)
    }

    /// A small part as a whole.
    ///
    /// # Errors
    /// `TooLarge` past 64 MiB; as [`Package::part`].
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>, ExtractError> {
        let mut bytes = Vec::new();
        self.part(name)?.take(SMALL + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > SMALL {
            return Err(ExtractError::TooLarge("a part is past 64 MiB".into()));
        }
        Ok(bytes)
    }

    /// All relations of the package that can be read, those of the package itself first. Damaged lists are noted.
    ///
    /// # Errors
    /// Those that end the file.
    pub fn relations(&mut self, out: &mut Guard<'_>) -> Result<Vec<Relation>, ExtractError> {
        let mut lists: Vec<String> = self
            .names
            .iter()
            .filter(|n| n.len() > 5 && n.is_char_boundary(n.len() - 5))
            .filter(|n| n[n.len() - 5..].eq_ignore_ascii_case(".rels"))
            .cloned()
            .collect();
        lists.sort_by_key(|n| n.len());
        let mut relations = Vec::new();
        for list in lists {
            // `word/_rels/document.xml.rels` speaks of `word/document.xml`.
            let list_path = list.trim_start_matches('/');
            let Some((folder, file)) = list_path.rsplit_once("_rels/") else {
                continue;
            };
            let from = format!("{folder}{}", &file[..file.len() - 5]);
            let from = if file.len() == 5 { String::new() } else { from };
            if let Err(error) = self.read_relations(&list, &from, folder, &mut relations) {
                if error.ends_file() {
                    return Err(error);
                }
                out.problem("a list of relations is damaged");
            }
            if relations.len() > RELATIONS {
                out.problem(format!("more than {RELATIONS} relations"));
                break;
            }
        }
        Ok(relations)
    }

    fn read_relations(
        &mut self,
        list: &str,
        from: &str,
        folder: &str,
        into: &mut Vec<Relation>,
    ) -> Result<(), ExtractError> {
        let mut xml = self.xml(list)?;
        while let Some(node) = xml.step()? {
            let Node::Open(tag) = node else { continue };
            if tag.name() != "Relationship" || into.len() > RELATIONS {
                continue;
            }
            let (mut id, mut kind, mut to, mut external) = Default::default();
            for (name, value) in tag.attrs() {
                match name {
                    "Id" => id = value,
                    "Type" => kind = value.rsplit('/').next().unwrap_or("").to_owned(),
                    "Target" => to = value,
                    "TargetMode" => external = value.eq_ignore_ascii_case("external"),
                    _ => {}
                }
            }
            if !external {
                to = resolve(folder, &to);
            }
            into.push(Relation {
                from: from.to_owned(),
                id,
                kind,
                to,
                external,
            });
        }
        Ok(())
    }

    /// Reads every embedded file as a member: packages, OLE objects (unwrapped), pictures large enough to hold a page
    /// of text. `seen` are parts that were read as text already.
    ///
    /// # Errors
    /// Those that end the file.
    pub fn embedded(
        &mut self,
        is_embedded: impl Fn(&str) -> bool,
        out: &mut Guard<'_>,
    ) -> Result<(), ExtractError> {
        let mut done = HashSet::new();
        for index in 0..self.names.len() {
            let name = self.names[index].clone();
            if name.ends_with('/') || !is_embedded(&name) || !done.insert(key(&name)) {
                continue;
            }
            let file = name.rsplit('/').next().unwrap_or(&name).to_owned();
            let mut part = match self.zip.by_index(index).map_err(told) {
                Ok(part) => part,
                Err(error) => {
                    let member = Member::new(Part::Attachment(file.into()));
                    out.closed_child(member, error)?;
                    continue;
                }
            };
            use zip::read::HasZipMetadata;
            let size = part.get_metadata().uncompressed_size;
            if ole::may_wrap(&file) {
                let mut bytes = Vec::new();
                let whole = part.by_ref().take(SMALL).read_to_end(&mut bytes).is_ok();
                if whole && (bytes.len() as u64) < SMALL {
                    ole::child(&file, &bytes, out)?;
                    continue;
                }
                let member = Member::new(Part::Attachment(file.into())).size(size);
                out.child(member, &mut bytes.as_slice().chain(part))?;
                continue;
            }
            if is_picture(&file) {
                let mut head = Vec::new();
                const HEAD: u64 = 64 << 10;
                let read = part.by_ref().take(HEAD).read_to_end(&mut head);
                if !read.is_ok_and(|n| super::picture::may_hold_text(&head, n < HEAD as usize)) {
                    continue;
                }
                let member = Member::new(Part::Attachment(file.into())).size(size);
                out.child(member, &mut head.as_slice().chain(part))?;
                continue;
            }
            let member = Member::new(Part::Attachment(file.into())).size(size);
            out.child(member, &mut part)?;
        }
        Ok(())
    }
}

/// Whether a name is that of a picture.
pub fn is_picture(name: &str) -> bool {
    let extension = super::sniff::extension(name);
    matches!(
        extension.as_str(),
        "png"
            | "jpg"
            | "jpeg"
            | "jpe"
            | "gif"
            | "tif"
            | "tiff"
            | "bmp"
            | "webp"
            | "heic"
            | "emf"
            | "wmf"
            | "svg"
            | "ico"
            | "emz"
            | "wmz"
            | "pict"
            | "pct"
            | "jp2"
            | "wdp"
            | "jxr"
    )
}

/// A target as its list writes it, from the root of the package.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let target = target.split('#').next().unwrap_or("");
    let mut steps: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|s| !s.is_empty()).collect()
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    let joined = steps.join("/");
    percent_decoded(&joined)
}

/// `%20` and its like, as part names may hold them.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|&b| (b as char).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (b, ..) => {
                out.push(b);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether two part names mean the same part.
pub fn same(a: &str, b: &str) -> bool {
    key(a) == key(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_where_they_are_written() {
        assert_eq!(resolve("word/", "header1.xml"), "word/header1.xml");
        assert_eq!(
            resolve("xl/worksheets/", "../comments1.xml"),
            "xl/comments1.xml"
        );
        assert_eq!(
            resolve("word/", "/word/media/a%20b.png"),
            "word/media/a b.png"
        );
        assert_eq!(resolve("", "../../../etc/passwd"), "etc/passwd");
    }
}
