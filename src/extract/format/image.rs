//! Pictures: what their metadata says (EXIF with the place it was taken, IPTC, XMP), and with
//! OCR switched on their text. Without it a picture is `needs OCR`, but for icons.

use std::{collections::HashSet, io::Cursor, sync::Arc};

use crate::{
    extract::{
        Format, Guard, Source,
        error::ExtractError,
        ocr::Ocr,
        picture,
        sniff::{Look, NO, SURE},
        story::Story,
        xml::{Node, Xml},
    },
    model::Anchor,
};

/// Pictures.
pub struct Image;

const KINDS: &[&str] = &["jpg", "png", "tif", "gif", "webp", "heic", "avif", "bmp"];

/// Largest picture that is held whole to look for metadata.
const LARGEST: u64 = 256 << 20;

impl Format for Image {
    fn name(&self) -> &'static str {
        "image"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &[
            "jpg", "jpeg", "png", "tif", "tiff", "gif", "webp", "heic", "heif", "bmp",
        ]
    }

    fn about(&self) -> &'static str {
        "Pictures: EXIF, GPS, IPTC and XMP; their text with --ocr (not that of HEIC and AVIF)"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if KINDS.contains(&look.magic) {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        if source.size().unwrap_or(0) > LARGEST {
            return Err(ExtractError::TooLarge(
                "a picture of more than 256 MiB".into(),
            ));
        }
        let whole = source.whole(out, 1)?;
        let mut story = Story::new(out);
        let mut seen = HashSet::new();
        exif(&whole, &mut story)?;
        iptc(&whole, &mut seen, &mut story)?;
        if let Some(packet) = xmp_packet(&whole) {
            // A damaged packet has said what it had to say.
            let _ = xmp(packet, &mut seen, &mut story);
        }
        if whole.starts_with(b"\x89PNG") {
            png_texts(&whole, &mut story)?;
        }
        story.finish()?;
        // A small picture that can be measured is an icon or a logo, and holds no text to speak of.
        match picture::size(&whole) {
            Some((width, height))
                if width < picture::SMALLEST_TEXT.0 || height < picture::SMALLEST_TEXT.1 =>
            {
                Ok(())
            }
            _ => match &out.options().ocr {
                None => Err(ExtractError::NeedsOcr(picture::ONLY_PICTURES.into())),
                Some(_) if whole.get(4..8) == Some(b"ftyp") => Err(ExtractError::NeedsOcr(
                    "HEIC and AVIF pictures are not read by OCR: save them as PNG or JPEG".into(),
                )),
                Some(ocr) => recognise(ocr, &whole, out),
            },
        }
    }
}

/// Reads the text in a picture. The program decodes it, so what cannot be decoded is found out there.
fn recognise(ocr: &Arc<Ocr>, whole: &[u8], out: &mut Guard<'_>) -> Result<(), ExtractError> {
    let _copy = out.permit(whole.len() as u64)?;
    let pages = ocr
        .read_one(out, whole.to_vec())?
        .map_err(|failure| ExtractError::NeedsOcr(format!("OCR {failure}").into()))?;
    if pages.is_empty() {
        return Err(ExtractError::NeedsOcr("OCR made nothing of it".into()));
    }
    let mut story = Story::new(out);
    for page in &pages {
        story.page(Anchor::Recognised(page.number), &page.text)?;
    }
    story.finish()?;
    out.remark(match pages.iter().all(|page| page.text.is_empty()) {
        true => "no text was found on it by OCR",
        false => "its text was read by OCR",
    });
    Ok(())
}

/// EXIF fields that may speak of people or places.
const EXIF: &[&str] = &[
    "ImageDescription",
    "Artist",
    "Copyright",
    "UserComment",
    "DocumentName",
    "PageName",
    "HostComputer",
    "XPTitle",
    "XPComment",
    "XPAuthor",
    "XPKeywords",
    "XPSubject",
    "CameraOwnerName",
    "BodySerialNumber",
    "ImageUniqueID",
    "GPSAreaInformation",
    "DateTimeOriginal",
];

fn exif(bytes: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let Ok(found) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Ok(());
    };
    for field in found.fields() {
        let name = field.tag.to_string();
        let name = match field.tag.number() {
            0x9c9b => "XPTitle".to_owned(),
            0x9c9c => "XPComment".to_owned(),
            0x9c9d => "XPAuthor".to_owned(),
            0x9c9e => "XPKeywords".to_owned(),
            0x9c9f => "XPSubject".to_owned(),
            _ => name,
        };
        if !EXIF.contains(&name.as_str()) {
            continue;
        }
        let text = exif_text(&name, &field.value);
        let label = format!("EXIF {name}");
        story.note(
            Anchor::Meta(label.as_str().into()),
            Some(&label),
            text.trim(),
        )?;
    }
    if let Some(place) = gps(&found) {
        story.note(
            Anchor::Meta("EXIF GPS position".into()),
            Some("GPS latitude, longitude"),
            &place,
        )?;
    }
    Ok(())
}

fn exif_text(name: &str, value: &exif::Value) -> String {
    match value {
        exif::Value::Ascii(parts) => parts
            .iter()
            .map(|p| String::from_utf8_lossy(p).trim_matches('\0').to_owned())
            .collect::<Vec<_>>()
            .join(" "),
        exif::Value::Byte(raw) if name.starts_with("XP") => crate::extract::ole::utf16(raw),
        exif::Value::Undefined(raw, _) | exif::Value::Byte(raw) => {
            // A comment begins with the name of its character set.
            match raw.get(..8) {
                Some(b"UNICODE\0") => {
                    let rest = &raw[8..];
                    let little = rest.iter().skip(1).step_by(2).filter(|&&b| b == 0).count()
                        >= rest.iter().step_by(2).filter(|&&b| b == 0).count();
                    let set = if little {
                        encoding_rs::UTF_16LE
                    } else {
                        encoding_rs::UTF_16BE
                    };
                    set.decode_without_bom_handling(rest)
                        .0
                        .trim_matches('\0')
                        .to_owned()
                }
                Some(b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0") => String::from_utf8_lossy(&raw[8..])
                    .trim_matches('\0')
                    .to_owned(),
                _ => String::from_utf8_lossy(raw).trim_matches('\0').to_owned(),
            }
        }
        _ => String::new(),
    }
}

/// Where the picture was taken, in degrees: `51.50083, -0.12194`.
fn gps(found: &exif::Exif) -> Option<String> {
    let part = |value: exif::Tag, side: exif::Tag, negative: u8| {
        let exif::Value::Rational(parts) = &found.get_field(value, exif::In::PRIMARY)?.value else {
            return None;
        };
        let mut degrees = 0.0;
        for (part, unit) in parts.iter().zip([1.0, 60.0, 3600.0]) {
            degrees += part.to_f64() / unit;
        }
        let side = match &found.get_field(side, exif::In::PRIMARY)?.value {
            exif::Value::Ascii(text) => *text.first()?.first()?,
            _ => return None,
        };
        degrees
            .is_finite()
            .then_some(if side == negative { -degrees } else { degrees })
    };
    let latitude = part(exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, b'S')?;
    let longitude = part(exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, b'W')?;
    Some(format!("{latitude:.5}, {longitude:.5}"))
}

/// Names of the IPTC data sets that may speak of people or places.
const IPTC: &[(u8, &str)] = &[
    (5, "title"),
    (25, "keyword"),
    (40, "instructions"),
    (80, "author"),
    (90, "city"),
    (92, "location"),
    (95, "county"),
    (101, "country"),
    (105, "headline"),
    (110, "credit"),
    (115, "source"),
    (116, "copyright"),
    (118, "contact"),
    (120, "caption"),
    (122, "caption writer"),
];

/// IPTC data sets in the Photoshop block of a JPEG.
fn iptc(
    bytes: &[u8],
    seen: &mut HashSet<String>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let Some(block) = memchr::memmem::find(bytes, b"8BIM\x04\x04") else {
        return Ok(());
    };
    let end = (block + (1 << 20)).min(bytes.len());
    let block = &bytes[block..end];
    let mut at = match memchr::memmem::find(block, b"\x1c\x02") {
        Some(at) => at,
        None => return Ok(()),
    };
    while block.get(at) == Some(&0x1c) {
        let (Some(&record), Some(&set)) = (block.get(at + 1), block.get(at + 2)) else {
            break;
        };
        let Some(length) = block
            .get(at + 3..at + 5)
            .map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])))
        else {
            break;
        };
        let Some(raw) = block.get(at + 5..at + 5 + length) else {
            break;
        };
        if let Some((_, name)) = IPTC.iter().find(|(n, _)| record == 2 && *n == set) {
            let text = match std::str::from_utf8(raw) {
                Ok(text) => text.to_owned(),
                Err(_) => encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(raw)
                    .0
                    .into_owned(),
            };
            let label = format!("IPTC {name}");
            seen.insert(text.trim().to_owned());
            story.note(
                Anchor::Meta(label.as_str().into()),
                Some(&label),
                text.trim(),
            )?;
        }
        at += 5 + length;
    }
    Ok(())
}

fn xmp_packet(bytes: &[u8]) -> Option<&[u8]> {
    let start = memchr::memmem::find(bytes, b"<x:xmpmeta")?;
    let end = memchr::memmem::find(&bytes[start..], b"</x:xmpmeta>")?;
    Some(&bytes[start..start + end + 12])
}

/// Names in XMP whose text may speak of people or places.
const XMP: &[&str] = &[
    "creator",
    "title",
    "description",
    "subject",
    "rights",
    "Headline",
    "City",
    "Location",
    "State",
    "Country",
    "Credit",
    "Source",
    "CaptionWriter",
    "PersonInImage",
    "CiEmailWork",
    "CiTelWork",
    "CiAdrExtadr",
    "CiAdrCity",
    "CiAdrPcode",
    "Name",
    "GPSLatitude",
    "GPSLongitude",
    "AuthorsPosition",
    "Instructions",
    "hierarchicalSubject",
    "PersonDisplayName",
];

fn xmp(
    packet: &[u8],
    seen: &mut HashSet<String>,
    story: &mut Story<'_, '_>,
) -> Result<(), ExtractError> {
    let mut xml = Xml::new(packet)?;
    let mut names: Vec<String> = Vec::new();
    while let Some(node) = xml.step()? {
        match node {
            Node::Open(tag) => {
                let given: Vec<(String, String)> = tag
                    .attrs()
                    .filter(|(n, _)| XMP.contains(n))
                    .map(|(n, v)| (n.to_owned(), v))
                    .collect();
                names.push(tag.name().to_owned());
                for (name, value) in given {
                    if seen.insert(value.trim().to_owned()) {
                        story.note(
                            Anchor::Meta(name.as_str().into()),
                            Some(&name),
                            value.trim(),
                        )?;
                    }
                }
            }
            Node::Close(_) => {
                names.pop();
            }
            Node::Text(text) => {
                let name = names.iter().rev().find(|n| XMP.contains(&n.as_str()));
                if let Some(name) = name
                    && !text.trim().is_empty()
                    && seen.insert(text.trim().to_owned())
                {
                    story.note(Anchor::Meta(name.as_str().into()), Some(name), text.trim())?;
                }
            }
        }
    }
    Ok(())
}

/// Text chunks of a PNG that are not compressed.
fn png_texts(bytes: &[u8], story: &mut Story<'_, '_>) -> Result<(), ExtractError> {
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(data) = bytes.get(at + 8..(at + 8).saturating_add(length)) else {
            break;
        };
        let text = match &head[4..] {
            b"tEXt" => data.split(|&b| b == 0).nth(1),
            // Keyword, flag, method, language, translated keyword, text.
            b"iTXt"
                if data
                    .split(|&b| b == 0)
                    .next()
                    .is_some_and(|k| data.get(k.len() + 1) == Some(&0)) =>
            {
                data.rsplit(|&b| b == 0).next()
            }
            _ => None,
        };
        if let Some(text) = text
            && !data.starts_with(b"XML:com.adobe.xmp")
        {
            let name =
                String::from_utf8_lossy(data.split(|&b| b == 0).next().unwrap_or(b"")).into_owned();
            if !matches!(
                name.as_str(),
                "Software" | "date:create" | "date:modify" | "Creation Time"
            ) {
                let text = String::from_utf8_lossy(text).into_owned();
                story.note(Anchor::Meta(name.as_str().into()), Some(&name), text.trim())?;
            }
        }
        at += 12 + length;
    }
    Ok(())
}
