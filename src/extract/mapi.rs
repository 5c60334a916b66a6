//! Messages as Outlook keeps them: a bag of numbered properties. `msg`, `pst` and `tnef` fill the bag, each from its own
//! container; this hands its text on: fields by name, recipients, and the body as text, HTML or compressed RTF.
//! Numbers and meanings are those of Microsoft's open specifications MS-OXPROPS, MS-OXCMSG and MS-OXRTFCP.

use std::collections::BTreeMap;

use crate::model::{Anchor, Layout, Part};

use super::{
    compose::Composer,
    decode::{self, Charset},
    error::ExtractError,
    format::html,
    guard::{Guard, Member},
};

/// The value of a property.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, decoded.
    Text(String),
    /// Text in the character set of the message.
    Bytes8(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A number.
    Number(i64),
    /// A time, in units of 100 ns since 1601.
    Time(i64),
}

/// Properties by number.
pub type Properties = BTreeMap<u16, Value>;

/// One message, contact, appointment or task.
#[derive(Debug, Default)]
pub struct Item {
    /// Its own properties.
    pub properties: Properties,
    /// Those of each recipient.
    pub recipients: Vec<Properties>,
    /// Names of the properties above 0x8000 where the store has them.
    pub names: BTreeMap<u16, String>,
}

/// Numbers of the properties that are looked at by name.
pub mod tag {
    #![allow(missing_docs)]
    pub const BODY: u16 = 0x1000;
    pub const RTF: u16 = 0x1009;
    pub const HTML: u16 = 0x1013;
    pub const DISPLAY_NAME: u16 = 0x3001;
    pub const EMAIL: u16 = 0x3003;
    pub const SMTP: u16 = 0x39FE;
    pub const ATTACH_DATA: u16 = 0x3701;
    pub const ATTACH_NAME: u16 = 0x3704;
    pub const ATTACH_LONG_NAME: u16 = 0x3707;
    pub const ATTACH_MIME: u16 = 0x370E;
    pub const ATTACH_HIDDEN: u16 = 0x7FFE;
    pub const CODE_PAGE: u16 = 0x3FFD;
    pub const INTERNET_CODE_PAGE: u16 = 0x3FDE;
}

/// Names of the properties that people fill in or read, in the order they are handed on. Other texts follow.
const NAMED: &[(u16, &str)] = &[
    (0x0037, "Subject"),
    (0x0C1A, "From"),
    (0x0C1F, "From address"),
    (0x5D01, "From address"),
    (0x0042, "On behalf of"),
    (0x0065, "On behalf of address"),
    (0x0E04, "To"),
    (0x0E03, "Cc"),
    (0x0E02, "Bcc"),
    (0x0039, "Sent"),
    (0x0E06, "Received"),
    (0x007D, "Headers"),
    (0x3001, "Display name"),
    (0x3A45, "Title"),
    (0x3A06, "Given name"),
    (0x3A44, "Middle name"),
    (0x3A11, "Surname"),
    (0x3A4F, "Nickname"),
    (0x3A42, "Date of birth"),
    (0x3A41, "Anniversary"),
    (0x3A16, "Company"),
    (0x3A17, "Job title"),
    (0x3A18, "Department"),
    (0x3A19, "Office"),
    (0x3A08, "Business telephone"),
    (0x3A1B, "Business telephone 2"),
    (0x3A09, "Home telephone"),
    (0x3A2F, "Home telephone 2"),
    (0x3A1C, "Mobile telephone"),
    (0x3A1D, "Radio telephone"),
    (0x3A1E, "Car telephone"),
    (0x3A1F, "Other telephone"),
    (0x3A24, "Business fax"),
    (0x3A25, "Home fax"),
    (0x3A21, "Pager"),
    (0x3A15, "Postal address"),
    (0x3A29, "Street"),
    (0x3A27, "Town"),
    (0x3A28, "County"),
    (0x3A2A, "Postcode"),
    (0x3A26, "Country"),
    (0x3A5D, "Home street"),
    (0x3A59, "Home town"),
    (0x3A5C, "Home county"),
    (0x3A5B, "Home postcode"),
    (0x3A5A, "Home country"),
    (0x3A63, "Other street"),
    (0x3A5F, "Other town"),
    (0x3A61, "Other postcode"),
    (0x3A48, "Spouse"),
    (0x3A58, "Children"),
    (0x3A30, "Assistant"),
    (0x3A4E, "Manager"),
    (0x3A07, "Government ID"),
    (0x3A10, "Organisation ID"),
    (0x3A40, "Account"),
    (0x3A51, "Web page"),
    (0x3003, "E-mail address"),
    (0x39FE, "E-mail address"),
    (0x0070, "Topic"),
];

/// Texts that speak of the machine and not of people.
const TECHNICAL: &[u16] = &[
    0x001A, 0x003D, 0x0064, 0x0075, 0x0076, 0x0077, 0x0C1E, 0x0E1D, 0x1035, 0x1039, 0x1042, 0x3002,
    0x3FF8, 0x3FFA, 0x4022, 0x4023, 0x4024, 0x4025, 0x4030, 0x4031, 0x4038, 0x4039, 0x5D02, 0x7D01,
    0x0E28, 0x0E29, 0x003F, 0x0040,
];

impl Item {
    /// Hands the text of the item on.
    ///
    /// # Errors
    /// Those of the guard.
    pub fn write(&self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut fields = Composer::new();
        for (tag, name) in NAMED {
            self.field(&self.properties, *tag, name, &mut fields);
        }
        for tag in self.properties.keys() {
            let known = NAMED.iter().any(|(t, _)| t == tag)
                || TECHNICAL.contains(tag)
                || [tag::BODY, tag::HTML, tag::RTF].contains(tag);
            if !known {
                let name = self.names.get(tag).map_or("custom field", String::as_str);
                self.field(&self.properties, *tag, name, &mut fields);
            }
            fields.end_block(out)?;
        }
        for recipient in &self.recipients {
            for tag in [tag::DISPLAY_NAME, tag::SMTP, tag::EMAIL] {
                self.field(recipient, tag, "Recipient", &mut fields);
            }
            fields.end_block(out)?;
        }
        fields.finish(out)?;
        self.body(out)
    }

    fn field(&self, properties: &Properties, tag: u16, name: &str, fields: &mut Composer) {
        let text = match properties.get(&tag) {
            Some(Value::Time(ticks)) => date(*ticks),
            Some(Value::Text(_) | Value::Bytes8(_)) => self.text(properties, tag),
            _ => None,
        };
        let Some(text) = text.filter(|t| !t.trim().is_empty()) else {
            return;
        };
        fields.mark(Anchor::Header(name.into()));
        fields.push(name);
        fields.push(": ");
        fields.labelled(name, text.trim());
        fields.line();
    }

    /// A property as text.
    pub fn text(&self, properties: &Properties, tag: u16) -> Option<String> {
        match properties.get(&tag)? {
            Value::Text(text) => Some(text.clone()),
            Value::Bytes8(bytes) | Value::Bytes(bytes) => Some(match self.charset() {
                Some(charset) => decode::string(bytes, charset),
                None => decode::guess(bytes),
            }),
            _ => None,
        }
    }

    fn charset(&self) -> Option<Charset> {
        [tag::CODE_PAGE, tag::INTERNET_CODE_PAGE]
            .iter()
            .find_map(|t| match self.properties.get(t) {
                Some(Value::Number(page)) => code_page(*page),
                _ => None,
            })
    }

    fn body(&self, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let mut any = false;
        if let Some(text) = self
            .text(&self.properties, tag::BODY)
            .filter(|t| !t.trim().is_empty())
        {
            out.segment(&text, &Layout::Lines { first: 1 })?;
            any = true;
        }
        let page = match self.properties.get(&tag::HTML) {
            Some(Value::Bytes(bytes) | Value::Bytes8(bytes)) => {
                let charset = html::stated(bytes).or_else(|| decode::detect(bytes, true));
                Some(decode::string(bytes, charset.unwrap_or(Charset::Utf8)))
            }
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        if let Some(page) = page.filter(|p| !p.trim().is_empty()) {
            html::fragment(&page, out)?;
            any = true;
        }
        // The same body in RTF says nothing new when another one is there.
        if let (false, Some(Value::Bytes(packed))) = (any, self.properties.get(&tag::RTF)) {
            match unpack_rtf(packed) {
                Some(rtf) => {
                    let member =
                        Member::new(Part::Attachment("body.rtf".into())).size(rtf.len() as u64);
                    out.child_bytes(member, &rtf)?;
                }
                None => out.problem("its RTF body does not unpack"),
            }
        }
        Ok(())
    }
}

/// The name of an attachment, by its properties.
pub fn attachment_name(item: &Item, properties: &Properties, number: usize) -> String {
    [tag::ATTACH_LONG_NAME, tag::ATTACH_NAME, tag::DISPLAY_NAME]
        .iter()
        .find_map(|t| item.text(properties, *t).filter(|n| !n.trim().is_empty()))
        .map_or_else(
            || format!("attachment {number}"),
            |n| n.trim_matches(['\0', ' ']).to_owned(),
        )
}

/// The character set of a Windows code page.
fn code_page(number: i64) -> Option<Charset> {
    match number {
        65001 | 20127 => Some(Charset::Utf8),
        28591 => Charset::named("windows-1252"),
        28592..=28606 => Charset::named(&format!("iso-8859-{}", number - 28590)),
        932 => Charset::named("shift_jis"),
        936 => Charset::named("gbk"),
        949 => Charset::named("euc-kr"),
        950 => Charset::named("big5"),
        20866 => Charset::named("koi8-r"),
        n => Charset::named(&format!("windows-{n}")),
    }
}

/// A time as day and minute.
fn date(ticks: i64) -> Option<String> {
    let seconds = ticks / 10_000_000 - 11_644_473_600;
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    let civil = jiff::tz::TimeZone::UTC.to_datetime(time);
    // Years nobody means: the end of time stands for `never`.
    ((1800..4000).contains(&civil.year())).then(|| {
        let midnight = civil.hour() == 0 && civil.minute() == 0;
        let format = if midnight {
            "%Y-%m-%d"
        } else {
            "%Y-%m-%d %H:%M"
        };
        civil.strftime(format).to_string()
    })
}

/// What every compressed RTF may refer to before it has said anything (MS-OXRTFCP 2.1.2.1).
const PRESET: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Bytes of RTF past which a body is not believed.
const LONGEST_RTF: usize = 64 << 20;

/// Unpacks compressed RTF. What was unpacked before a fault is returned.
pub fn unpack_rtf(packed: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| {
        packed
            .get(at..at + 4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    };
    let size = (word(4)? as usize).min(LONGEST_RTF);
    let body = packed.get(16..)?;
    match word(8)? {
        0x414C_454D => return Some(body[..size.min(body.len())].to_vec()),
        0x7546_5A4C => {}
        _ => return None,
    }
    let mut ring = [b' '; 4096];
    ring[..PRESET.len()].copy_from_slice(PRESET);
    let mut write = PRESET.len();
    let mut out = Vec::with_capacity(size.min(1 << 20));
    let mut input = body.iter().copied();
    while let Some(flags) = input.next() {
        for bit in 0..8 {
            if out.len() >= size {
                return Some(out);
            }
            if flags >> bit & 1 == 0 {
                let Some(byte) = input.next() else {
                    return Some(out);
                };
                ring[write] = byte;
                write = (write + 1) % ring.len();
                out.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else {
                return Some(out);
            };
            let token = usize::from(high) << 8 | usize::from(low);
            let (from, length) = (token >> 4, (token & 15) + 2);
            if from == write {
                return Some(out);
            }
            for i in 0..length {
                let byte = ring[(from + i) % ring.len()];
                ring[write] = byte;
                write = (write + 1) % ring.len();
                out.push(byte);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_rtf_unpacks_as_the_specification_shows() {
        // The two examples of MS-OXRTFCP 3.
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0,
            0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68,
            0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        let rtf = unpack_rtf(&packed).expect("unpacks");
        assert_eq!(rtf, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let packed = [
            0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0,
            0x04, 0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        assert_eq!(
            unpack_rtf(&packed).expect("unpacks"),
            b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
        );
        assert_eq!(PRESET.len(), 207);
    }

    #[test]
    fn times_are_days_where_they_are_days() {
        assert_eq!(date(110_212_704_000_000_000).as_deref(), Some("1950-04-03"));
        assert_eq!(date(i64::MAX), None);
    }
}
