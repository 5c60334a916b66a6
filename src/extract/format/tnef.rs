//! `winmail.dat`: what Outlook sends inside a mail to keep its own form. Fields, body and attachments (MS-OXTNEF).

use crate::{
    extract::{
        ExtractError, Format, Guard, Look, Member, Source,
        format::msg::utf16,
        mapi::{self, Item, Properties, Value, tag},
        sniff::{NO, SURE},
    },
    model::Part,
};

/// TNEF.
pub struct Tnef;

impl Format for Tnef {
    fn name(&self) -> &'static str {
        "tnef"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tnef", "dat"]
    }

    fn about(&self) -> &'static str {
        "winmail.dat: fields and body; attachments as documents of their own"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if look.magic == "tnef" { SURE } else { NO }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let whole = source.whole(out, 2)?;
        let mut bytes = Cursor(whole.get(6..).unwrap_or(&[]));
        let mut item = Item::default();
        let mut attachments: Vec<Properties> = Vec::new();
        let mut sound = true;
        while !bytes.0.is_empty() {
            out.check()?;
            let Some((id, data)) = attribute(&mut bytes) else {
                sound = false;
                break;
            };
            match id {
                // Message properties, subject, body; then those of attachments.
                0x0006_9003 => sound &= properties(data, &mut item.properties),
                0x0001_8004 => {
                    item.properties
                        .entry(0x0037)
                        .or_insert(Value::Bytes8(data.to_vec()));
                }
                0x0002_800C => {
                    item.properties
                        .entry(tag::BODY)
                        .or_insert(Value::Bytes8(data.to_vec()));
                }
                0x0006_9004 => sound &= recipients(data, &mut item),
                0x0006_9002 => attachments.push(Properties::new()),
                0x0001_8010 | 0x0006_800F | 0x0006_9005 => {
                    if attachments.is_empty() {
                        attachments.push(Properties::new());
                    }
                    if let Some(last) = attachments.last_mut() {
                        match id {
                            0x0001_8010 => {
                                last.entry(tag::ATTACH_NAME)
                                    .or_insert(Value::Bytes8(data.to_vec()));
                            }
                            0x0006_800F => {
                                last.insert(tag::ATTACH_DATA, Value::Bytes(data.to_vec()));
                            }
                            _ => sound &= properties(data, last),
                        }
                    }
                }
                _ => {}
            }
        }
        item.write(out)?;
        for (index, attached) in attachments.iter().enumerate() {
            let name = mapi::attachment_name(&item, attached, index + 1);
            let mut member = Member::new(Part::Attachment(name.into()));
            member.media_type = item.text(attached, tag::ATTACH_MIME);
            match attached.get(&tag::ATTACH_DATA) {
                // An embedded message is another of these behind the number of its interface.
                Some(Value::Bytes(data)) if data.get(16..20) == Some(&[0x78, 0x9f, 0x3e, 0x22]) => {
                    out.child_bytes(member.name("winmail.dat"), &data[16..])?;
                }
                Some(Value::Bytes(data)) => out.child_bytes(member, data)?,
                _ => {}
            }
        }
        if sound {
            Ok(())
        } else {
            Err(ExtractError::corrupt("ends early"))
        }
    }
}

struct Cursor<'b>(&'b [u8]);

impl<'b> Cursor<'b> {
    fn take(&mut self, n: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    /// Bytes with their length before them, padded to four.
    fn counted(&mut self) -> Option<&'b [u8]> {
        let n = self.u32()? as usize;
        let bytes = self.take(n)?;
        self.take((4 - n % 4) % 4);
        Some(bytes)
    }
}

/// The next attribute: its number and its data.
fn attribute<'b>(bytes: &mut Cursor<'b>) -> Option<(u32, &'b [u8])> {
    bytes.take(1)?;
    let id = bytes.u32()?;
    let length = bytes.u32()? as usize;
    let data = bytes.take(length)?;
    bytes.take(2);
    Some((id, data))
}

fn properties(data: &[u8], into: &mut Properties) -> bool {
    let mut bytes = Cursor(data);
    list(&mut bytes, into).is_some()
}

fn recipients(data: &[u8], item: &mut Item) -> bool {
    let mut bytes = Cursor(data);
    let Some(rows) = bytes.u32() else {
        return false;
    };
    for _ in 0..rows.min(100_000) {
        let mut one = Properties::new();
        if list(&mut bytes, &mut one).is_none() {
            return false;
        }
        item.recipients.push(one);
    }
    true
}

/// A list of properties.
fn list(bytes: &mut Cursor<'_>, into: &mut Properties) -> Option<()> {
    let count = bytes.u32()?;
    for _ in 0..count {
        let kind = bytes.u16()?;
        let id = bytes.u16()?;
        if id >= 0x8000 {
            bytes.take(16)?;
            match bytes.u32()? {
                0 => {
                    bytes.u32()?;
                }
                _ => {
                    bytes.counted()?;
                }
            }
        }
        let (base, several) = (kind & !0x1000, kind & 0x1000 != 0);
        let counted = matches!(base, 0x001E | 0x001F | 0x0102 | 0x000D);
        let values = if several || counted { bytes.u32()? } else { 1 };
        for _ in 0..values {
            let value = match base {
                0x001E => Some(Value::Bytes8(strip(bytes.counted()?))),
                0x001F => Some(Value::Text(utf16(bytes.counted()?))),
                0x0102 | 0x000D => Some(Value::Bytes(bytes.counted()?.to_vec())),
                0x0002 | 0x000B => Some(Value::Number(i64::from(bytes.u32()? as u16))),
                0x0003 => Some(Value::Number(i64::from(bytes.u32()?))),
                0x0004 | 0x000A => {
                    bytes.u32()?;
                    None
                }
                0x0040 => {
                    let low = i64::from(bytes.u32()?);
                    Some(Value::Time(i64::from(bytes.u32()?) << 32 | low))
                }
                0x0005 | 0x0006 | 0x0007 | 0x0014 => {
                    bytes.take(8)?;
                    None
                }
                0x0048 => {
                    bytes.take(16)?;
                    None
                }
                0x0001 => None,
                _ => return None,
            };
            if let Some(value) = value {
                into.insert(id, value);
            }
        }
    }
    Some(())
}

/// Text without the zeros that end it.
fn strip(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |n| n + 1);
    bytes[..end].to_vec()
}
