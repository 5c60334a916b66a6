//! The objects of an IWA archive: chunks under Snappy, in them protocol buffers, each with its number and kind.
//!
//! There is no published definition; numbers of kinds and fields are those that readers of several hands agree on. Only
//! kinds that hold text or lead to it are kept. Nothing here trusts a length.

use std::collections::{BTreeMap, HashMap};

/// Kinds of objects that are of use, by their number.
pub mod kind {
    /// A slide's place in the show.
    pub const SLIDE_NODE: u64 = 4;
    /// A slide, and a slide of a master.
    pub const SLIDE: [u64; 2] = [5, 6];
    /// A sheet of Numbers (in Keynote the show, which has no name).
    pub const SHEET: u64 = 2;
    /// Notes of a slide.
    pub const NOTE: u64 = 15;
    /// Text.
    pub const STORAGE: [u64; 2] = [2001, 2005];
    /// A link in text.
    pub const LINK: u64 = 2032;
    /// A comment.
    pub const COMMENT: u64 = 3056;
    /// A table as it is placed, and the table itself.
    pub const TABLE_INFO: [u64; 2] = [6000, 6007];
    /// A table.
    pub const TABLE: u64 = 6001;
    /// Rows of a table.
    pub const TILE: u64 = 6002;
    /// Values that cells refer to.
    pub const LIST: u64 = 6005;
    /// More of them.
    pub const SEGMENT: u64 = 6011;
    /// Text of a cell with styles in it.
    pub const RICH: u64 = 6218;

    /// All of them.
    pub fn is_of_use(kind: u64) -> bool {
        matches!(kind, 2 | 4..=6 | 15 | 2001 | 2005 | 2032 | 3056 | 6000..=6002 | 6005 | 6007 | 6011 | 6218)
    }
}

/// One object.
#[derive(Debug)]
pub struct Object {
    /// Its kind, see [`kind`].
    pub kind: u64,
    /// Its fields as they lie in the file.
    pub body: Vec<u8>,
    /// Number of the part it lies in.
    pub part: usize,
}

/// All objects of use, by their numbers.
#[derive(Debug, Default)]
pub struct Objects {
    /// By number, in ascending order.
    pub all: BTreeMap<u64, Object>,
    /// Names of the parts.
    pub parts: Vec<String>,
}

impl Objects {
    /// Takes a part in; false when something in it does not hold together.
    pub fn take_in(&mut self, name: &str, bytes: &[u8]) -> bool {
        let part = self.parts.len();
        self.parts.push(name.to_owned());
        let (plain, mut sound) = unpack(bytes);
        let mut rest = plain.as_slice();
        while !rest.is_empty() {
            let Some(()) = self.object(part, &mut rest) else {
                sound = false;
                break;
            };
        }
        sound
    }

    fn object(&mut self, part: usize, rest: &mut &[u8]) -> Option<()> {
        let length = varint(rest)?;
        let head = split(rest, length)?;
        let number = first(head, 1).and_then(Value::number)?;
        for info in fields(head).filter(|f| f.0 == 2) {
            let info = info.1.bytes()?;
            let kind = first(info, 1).and_then(Value::number)?;
            let body = split(rest, first(info, 3).and_then(Value::number)?)?;
            // What follows the first message of an object are changes to it.
            if kind::is_of_use(kind) {
                self.all.entry(number).or_insert_with(|| Object {
                    kind,
                    body: body.to_vec(),
                    part,
                });
            }
        }
        Some(())
    }

    /// The object of this number, when it is of this kind.
    pub fn get(&self, number: u64, kinds: &[u64]) -> Option<&[u8]> {
        let object = self.all.get(&number)?;
        kinds.contains(&object.kind).then_some(&object.body)
    }

    /// All of a kind, by their numbers.
    pub fn of(&self, kinds: &'static [u64]) -> impl Iterator<Item = (u64, &Object)> {
        self.all
            .iter()
            .filter(|(_, o)| kinds.contains(&o.kind))
            .map(|(n, o)| (*n, o))
    }

    /// The entries of a list of values, those of its segments too, by their keys.
    pub fn list(&self, number: u64) -> HashMap<u64, &[u8]> {
        let mut found = HashMap::new();
        let mut lists = vec![(number, kind::LIST)];
        let mut looked = 0;
        while let Some((number, kind)) = lists.pop() {
            looked += 1;
            let Some(body) = self.get(number, &[kind]) else {
                continue;
            };
            for (field, value) in fields(body) {
                match (field, value.bytes()) {
                    (3, Some(entry)) => {
                        if let Some(key) = first(entry, 1).and_then(Value::number) {
                            found.entry(key).or_insert(entry);
                        }
                    }
                    (4, Some(segment)) if kind == kind::LIST && looked < 10_000 => {
                        lists.extend(reference(segment).map(|n| (n, kind::SEGMENT)));
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

/// The number of the object that a reference leads to.
pub fn reference(bytes: &[u8]) -> Option<u64> {
    first(bytes, 1).and_then(Value::number)
}

/// Numbers of the objects that references in this field lead to.
pub fn references(body: &[u8], field: u64) -> impl Iterator<Item = u64> + '_ {
    fields(body)
        .filter(move |(number, _)| *number == field)
        .filter_map(|(_, value)| reference(value.bytes()?))
}

/// Chunks of a part put together; false when one of them is cut or does not unpack.
fn unpack(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    let mut decoder = snap::raw::Decoder::new();
    while let [0, a, b, c, rest @ ..] = bytes {
        let length = u32::from_le_bytes([*a, *b, *c, 0]) as usize;
        let Some((chunk, after)) = rest.split_at_checked(length) else {
            return (plain, false);
        };
        // A chunk holds 64 KiB; Snappy itself allocates what the chunk claims.
        match snap::raw::decompress_len(chunk) {
            Ok(length) if length <= 1 << 20 => match decoder.decompress_vec(chunk) {
                Ok(more) => plain.extend_from_slice(&more),
                Err(_) => return (plain, false),
            },
            _ => return (plain, false),
        }
        bytes = after;
    }
    let sound = bytes.is_empty();
    (plain, sound)
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A number, of whatever width.
    Number(u64),
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The number, when it is one.
    pub fn number(self) -> Option<u64> {
        match self {
            Value::Number(number) => Some(number),
            Value::Bytes(_) => None,
        }
    }

    /// The bytes, when it has some.
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            Value::Number(_) => None,
        }
    }

    /// The text, when it is some.
    pub fn text(self) -> Option<String> {
        Some(String::from_utf8_lossy(self.bytes()?).into_owned())
    }
}

/// The fields of a message in order, up to the first that does not hold together.
pub fn fields(mut body: &[u8]) -> impl Iterator<Item = (u64, Value<'_>)> {
    std::iter::from_fn(move || {
        if body.is_empty() {
            return None;
        }
        let key = varint(&mut body)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut body)?),
            1 => Value::Number(u64::from_le_bytes(split(&mut body, 8)?.try_into().ok()?)),
            5 => Value::Number(u64::from(u32::from_le_bytes(
                split(&mut body, 4)?.try_into().ok()?,
            ))),
            2 => {
                let length = varint(&mut body)?;
                Value::Bytes(split(&mut body, length)?)
            }
            _ => return None,
        };
        Some((key >> 3, value))
    })
}

/// The first value of a field.
pub fn first(body: &[u8], field: u64) -> Option<Value<'_>> {
    fields(body)
        .find(|(number, _)| *number == field)
        .map(|(_, value)| value)
}

fn split<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_up_to_where_they_break() {
        let body = [0x08, 0x96, 0x01, 0x12, 2, b'h', b'i', 0x1a, 9, b'x'];
        let read: Vec<_> = fields(&body).collect();
        assert_eq!(read, [(1, Value::Number(150)), (2, Value::Bytes(b"hi"))]);
    }

    #[test]
    fn a_chunk_that_claims_too_much_is_not_unpacked() {
        // 4 GiB claimed in a chunk of six bytes.
        let part = [0, 6, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        assert_eq!(unpack(&part), (Vec::new(), false));
        assert!(!Objects::default().take_in("Index/Document.iwa", &part));
        assert!(!Objects::default().take_in("Index/Document.iwa", &[0, 200, 0, 0, 1]));
    }
}
