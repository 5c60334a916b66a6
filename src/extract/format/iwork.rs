//! Apple Pages, Numbers and Keynote, of 2013 and later (IWA: protocol buffers under Snappy) and of 2005 to 2009 (XML).
//!
//! What is typed comes out: body, headers, footers, footnotes, text boxes, comments, slides with notes, tables with their
//! cells under their headings. Formats of numbers, charts and drawings are not followed. A document with neither
//! index is read by its preview, as a member. Documents kept as folders work too: their `Index.zip` is such an archive.

mod cells;
mod iwa;
mod old;
mod text;

use std::io::Read;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        package::{Package, is_picture},
        picture,
        sniff::{NO, SURE},
        story::Story,
    },
    model::Part,
};

use iwa::Objects;

/// Pages, Numbers, Keynote.
pub struct Iwork;

/// Bytes of a picture that tell whether it may hold text.
const HEAD: u64 = 64 << 10;

/// How many times its packed size an index may take while it is read: unpacked, and as objects.
const WORKING: u64 = 3;

impl Format for Iwork {
    fn name(&self) -> &'static str {
        "iwork"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pages", "numbers", "key"]
    }

    fn about(&self) -> &'static str {
        "Apple Pages, Numbers, Keynote: text, tables, slides, notes, comments; old ones too"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        let old = ["index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz"]
            .iter()
            .any(|name| look.has(name))
            && (look.has("buildVersionHistory.plist") || look.has_under("QuickLook/"));
        let new = look.has_under("Index/") && look.inside.iter().any(|n| n.ends_with(".iwa"));
        // Locked ones have nothing but what says so.
        let locked = look.has(".iwpv2") || look.has(".iwph");
        if look.magic == "zip" && (old || new || locked) {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut package = Package::open(source)?;
        if package.has(".iwpv2") || package.has(".iwph") {
            return Err(ExtractError::encrypted());
        }
        let names = package.names().to_vec();
        let old = names.iter().find(|n| {
            let name = n.trim_start_matches('/');
            name.starts_with("index.xml") || name.starts_with("index.apxl")
        });
        let read = if let Some(index) = old {
            let mut story = Story::new(out);
            old::read(package.part(index)?, index.ends_with(".gz"), &mut story)?;
            story.finish()?;
            true
        } else {
            index(&mut package, &names, out)?
        };
        let preview = |name: &str| name.to_ascii_lowercase().ends_with("preview.pdf");
        if !read && let Some(name) = names.iter().find(|n| preview(n)) {
            let member = Member::new(Part::Attachment("preview of the document".into()));
            out.child(member, &mut package.part(name)?)?;
        }
        for name in names.iter().filter(|n| n.starts_with("Data/")) {
            attached(&mut package, name, out)?;
        }
        Ok(())
    }
}

/// Reads the IWA parts; whether there were any.
fn index(
    package: &mut Package<'_, '_>,
    names: &[String],
    out: &mut Guard<'_>,
) -> Result<bool, ExtractError> {
    let parts: Vec<&String> = names.iter().filter(|n| n.ends_with(".iwa")).collect();
    let size: u64 = parts.iter().filter_map(|n| package.size(n)).sum();
    let _permit = out.permit(size.saturating_mul(WORKING))?;
    let mut objects = Objects::default();
    for part in &parts {
        out.check()?;
        let bytes = match package.bytes(part) {
            Ok(bytes) => bytes,
            Err(error) if error.ends_file() => return Err(error),
            Err(error) => {
                out.problem(format!("a part of the index: {error}"));
                continue;
            }
        };
        if !objects.take_in(part, &bytes) {
            out.problem("a part of the index is damaged");
        }
    }
    let mut story = Story::new(out);
    text::all(&objects, &mut story)?;
    cells::tables(&objects, &mut story)?;
    story.finish()?;
    Ok(!parts.is_empty())
}

/// A picture or another file put into the document. Small copies of pictures are left out.
fn attached(
    package: &mut Package<'_, '_>,
    name: &str,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    let file = name.rsplit('/').next().unwrap_or(name).to_owned();
    let small = file.contains("-small-") || file.starts_with("st-") || file.starts_with("mt-");
    if file.is_empty() || small {
        return Ok(());
    }
    let member = Member::new(Part::Attachment(file.as_str().into()));
    let mut part = match package.part(name) {
        Ok(part) => part,
        Err(error) => return out.closed_child(member, error),
    };
    let mut head = Vec::new();
    if is_picture(&file) {
        let whole = (&mut part).take(HEAD).read_to_end(&mut head)? < HEAD as usize;
        if !picture::may_hold_text(&head, whole) {
            return Ok(());
        }
    }
    out.child(member, &mut head.as_slice().chain(part))
}
