//! Messages, contacts and appointments that Outlook saved as files: fields and recipients by name, the body in whatever
//! form it has, attachments and embedded messages as documents of their own (MS-OXMSG).

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Seek},
};

use cfb::CompoundFile;

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        compound::Compound,
        mapi::{self, Item, Properties, Value, tag},
        ole,
        sniff::{NO, SURE},
    },
    model::Part,
};

/// An Outlook item.
pub struct Msg;

/// Bytes of one property that are believed.
const LONGEST: u64 = 64 << 20;

const PROPERTIES: &str = "__properties_version1.0";

impl Format for Msg {
    fn name(&self) -> &'static str {
        "msg"
    }

    fn version(&self) -> u32 {
        2
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["msg", "oft"]
    }

    fn about(&self) -> &'static str {
        "Outlook items: fields, recipients and body; attachments and embedded items as documents of their own"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        let items = look.has(PROPERTIES) || look.has_under("__substg1.0_");
        if look.magic == "cfb" && items {
            SURE
        } else {
            NO
        }
    }

    fn seeks(&self) -> bool {
        true
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let _permit = out.permit(source.size().unwrap_or(0))?;
        if let Ok(mut file) = CompoundFile::open(&mut *source) {
            let names = property_names(&mut file);
            return item(&mut file, "/", 32, &names, out);
        }
        // What can be found of a damaged one is put together anew.
        let broken = || ExtractError::corrupt("its compound file is broken");
        let whole = source.whole(out, 2)?;
        let sound = Compound::open(&whole)
            .and_then(|file| ole::rebuilt(&file))
            .ok_or_else(broken)?;
        let mut file = CompoundFile::open(Cursor::new(sound)).map_err(|_| broken())?;
        let names = property_names(&mut file);
        out.problem("its compound file is damaged");
        item(&mut file, "/", 32, &names, out)
    }
}

/// One item under `base`; `header` is the length of what its property list begins with.
fn item<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    base: &str,
    header: usize,
    names: &BTreeMap<u16, String>,
    out: &mut Guard<'_>,
) -> Result<(), ExtractError> {
    out.check()?;
    let mut whole = Item {
        properties: properties(file, base, header, out)?,
        recipients: Vec::new(),
        names: names.clone(),
    };
    let mut attachments = Vec::new();
    for (name, storage) in children(file, base) {
        if storage && name.starts_with("__recip_version1.0_") {
            let recipient = properties(file, &format!("{base}{name}/"), 8, out)?;
            whole.recipients.push(recipient);
        } else if storage && name.starts_with("__attach_version1.0_") {
            attachments.push(format!("{base}{name}/"));
        }
    }
    whole.write(out)?;
    attachments.sort();
    for (index, path) in attachments.iter().enumerate() {
        let attached = properties(file, path, 8, out)?;
        let name = mapi::attachment_name(&whole, &attached, index + 1);
        let mut member = Member::new(Part::Attachment(name.into()));
        member.hidden =
            matches!(attached.get(&tag::ATTACH_HIDDEN), Some(Value::Number(n)) if *n != 0);
        member.media_type = whole.text(&attached, tag::ATTACH_MIME);
        let embedded = format!("{path}__substg1.0_3701000D/");
        if let Some(Value::Bytes(bytes)) = attached.get(&tag::ATTACH_DATA) {
            member.size = Some(bytes.len() as u64);
            out.child_bytes(member, bytes)?;
        } else if file.exists(format!("{embedded}{PROPERTIES}")) {
            out.composed(member, &Msg, |out| item(file, &embedded, 24, names, out))?;
        } else if file.exists(&embedded) {
            // An object of another program, in a compound file of its own.
            for (name, storage) in children(file, &embedded) {
                let stream = format!("{embedded}{name}");
                if !storage && let Some(bytes) = stream_bytes(file, &stream) {
                    let part = Part::Attachment(name.trim_start_matches('\u{1}').into());
                    out.child_bytes(Member::new(part).size(bytes.len() as u64), &bytes)?;
                }
            }
        } else if attached.contains_key(&tag::ATTACH_LONG_NAME)
            || attached.contains_key(&tag::ATTACH_NAME)
        {
            let reason = "kept elsewhere: the message only points to it";
            out.closed_child(member, ExtractError::unsupported(reason))?;
        }
    }
    Ok(())
}

/// Names and kinds of what lies under a storage.
fn children<F: Read + Seek>(file: &CompoundFile<F>, base: &str) -> Vec<(String, bool)> {
    match file.read_storage(base) {
        Ok(entries) => entries
            .map(|e| (e.name().to_owned(), e.is_storage()))
            .collect(),
        Err(_) => Vec::new(),
    }
}

fn stream_bytes<F: Read + Seek>(file: &mut CompoundFile<F>, path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.open_stream(path)
        .ok()?
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

/// The properties of one storage: short ones in its list, long ones in streams of their own.
fn properties<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    base: &str,
    header: usize,
    out: &mut Guard<'_>,
) -> Result<Properties, ExtractError> {
    let mut found = Properties::new();
    let list = stream_bytes(file, &format!("{base}{PROPERTIES}")).unwrap_or_default();
    for entry in list.get(header..).unwrap_or(&[]).chunks_exact(16) {
        let kind = u16::from_le_bytes([entry[0], entry[1]]);
        let id = u16::from_le_bytes([entry[2], entry[3]]);
        let value = i64::from_le_bytes([
            entry[8], entry[9], entry[10], entry[11], entry[12], entry[13], entry[14], entry[15],
        ]);
        let value = match kind {
            0x0002 => Value::Number(i64::from(value as i16)),
            0x0003 => Value::Number(i64::from(value as i32)),
            0x000B => Value::Number(value & 1),
            0x0014 => Value::Number(value),
            0x0040 => Value::Time(value),
            _ => continue,
        };
        found.insert(id, value);
    }
    for (name, storage) in children(file, base) {
        let Some(code) = name.strip_prefix("__substg1.0_").filter(|_| !storage) else {
            continue;
        };
        let parsed = code.get(..8).and_then(|c| u32::from_str_radix(c, 16).ok());
        let Some(code) = parsed else {
            continue;
        };
        let (id, kind) = ((code >> 16) as u16, code as u16);
        // Several values of one property are numbered; each is text of its own.
        if !matches!(kind & !0x1000, 0x001E | 0x001F | 0x0102) {
            continue;
        }
        out.check()?;
        let Some(bytes) = stream_bytes(file, &format!("{base}{name}")) else {
            out.problem("a part of it is damaged");
            continue;
        };
        let several = kind & 0x1000 != 0;
        if several && !name.contains('-') {
            // The lengths of the values, not the values.
            continue;
        }
        let value = match kind & !0x1000 {
            0x001F => Value::Text(utf16(&bytes)),
            0x001E => Value::Bytes8(bytes),
            _ => Value::Bytes(bytes),
        };
        match (several, found.get_mut(&id), &value) {
            (true, Some(Value::Text(all)), Value::Text(more)) => {
                all.push_str("; ");
                all.push_str(more);
            }
            _ => {
                found.insert(id, value);
            }
        }
    }
    Ok(found)
}

/// UTF-16 without the zeros that end it.
pub fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    String::from_utf16_lossy(&units)
        .trim_end_matches('\0')
        .to_owned()
}

/// What the properties above 0x8000 are called in this file.
fn property_names<F: Read + Seek>(file: &mut CompoundFile<F>) -> BTreeMap<u16, String> {
    let mut names = BTreeMap::new();
    let base = "/__nameid_version1.0/__substg1.0_";
    let entries = stream_bytes(file, &format!("{base}00030102")).unwrap_or_default();
    let strings = stream_bytes(file, &format!("{base}00040102")).unwrap_or_default();
    for entry in entries.chunks_exact(8) {
        let id = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]) as usize;
        let kind = u16::from_le_bytes([entry[4], entry[5]]);
        let index = u16::from_le_bytes([entry[6], entry[7]]);
        let name = if kind & 1 == 1 {
            let length = strings
                .get(id..id.saturating_add(4))
                .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
            length
                .and_then(|n| strings.get(id + 4..id.saturating_add(4).saturating_add(n)))
                .map(utf16)
        } else {
            known(id as u32).map(str::to_owned)
        };
        if let Some(name) = name {
            names.insert(0x8000_u16.saturating_add(index), name);
        }
    }
    names
}

/// Numbered names of contacts and appointments (MS-OXPROPS).
fn known(id: u32) -> Option<&'static str> {
    Some(match id {
        0x8005 | 0x8006 => "File as",
        0x801A => "Home address",
        0x801B => "Work address",
        0x801C => "Other address",
        0x802B => "Web page",
        0x8045 => "Street",
        0x8046 => "Town",
        0x8047 => "County",
        0x8048 => "Postcode",
        0x8049 => "Country",
        0x8062 => "Instant messaging address",
        0x8080 | 0x8083 | 0x8084 | 0x8090 | 0x8093 | 0x8094 | 0x80A0 | 0x80A3 | 0x80A4 => {
            "E-mail address"
        }
        0x80DE => "Date of birth",
        0x80DF => "Anniversary",
        0x8208 => "Location",
        0x8238 | 0x823B | 0x823C => "Attendees",
        0x8580 => "Contacts",
        _ => return None,
    })
}
