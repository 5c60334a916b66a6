//! The small binary forms inside the inventory: places and shown findings.
//!
//! A row a finding with its words spelt out would be several hundred bytes; packed it is some forty. A place is a tag and
//! numbers; the names of sheets, headers and regions go once per part into a [`Names`] table, with the numbers inside
//! them taken out (`$.people[3].dob` and `$.people[4].dob` share one entry), so a JSON array of a million people has a
//! table of a few names. Used by `gather` and `write`, undone by `read`. Bytes that do not decode end the list.

use std::{collections::HashMap, sync::Arc};

use crate::{
    inventory::{
        names::Sex,
        record::{FindingRecord, ValueHash},
    },
    model::{Anchor, Confidence, Evidence, Status},
};

/// Bits of a place's first byte: what kind of place, what a title says, whether an offset follows.
const TAG: u8 = 0x0f;
const SEX: u8 = 4;
const OFFSET: u8 = 0x40;

/// Where a value of the blind index lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// For people.
    pub anchor: Anchor,
    /// Byte in the part's extracted text; none in inventories of older programs.
    pub offset: Option<u64>,
    /// What the title of a name says.
    pub sex: Sex,
}

/// Stands for a number taken out of a name.
const SLOT: char = '\u{1}';

/// Entries of a table of names; what comes later is called [`OTHER`].
const MOST_NAMES: usize = 4096;

/// The name given when a part has too many.
const OTHER: &str = "…";

/// The names that packed bytes refer to by number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    list: Vec<String>,
    index: HashMap<String, u64>,
    /// The name packed last, and what became of it: the cells of a sheet have one name between them.
    last: Option<(Arc<str>, Vec<u8>)>,
    /// Working space.
    shape: String,
    numbers: Vec<u64>,
}

impl Names {
    /// From a stored list.
    pub fn from_list(list: Vec<String>) -> Self {
        Names {
            list,
            ..Names::default()
        }
    }

    /// The list, to be stored.
    pub fn into_list(self) -> Vec<String> {
        self.list
    }

    /// The list so far.
    pub fn list(&self) -> &[String] {
        &self.list
    }

    fn number(&mut self, name: &str) -> u64 {
        if let Some(&number) = self.index.get(name) {
            return number;
        }
        let name = if self.list.len() < MOST_NAMES {
            name
        } else if let Some(&number) = self.index.get(OTHER) {
            return number;
        } else {
            OTHER
        };
        let number = self.list.len() as u64;
        self.list.push(name.to_owned());
        self.index.insert(name.to_owned(), number);
        number
    }

    /// Writes a name with its numbers apart.
    fn pack(&mut self, text: &Arc<str>, out: &mut Vec<u8>) {
        if let Some((last, packed)) = &self.last
            && Arc::ptr_eq(last, text)
        {
            out.extend_from_slice(packed);
            return;
        }
        let from = out.len();
        let mut shape = std::mem::take(&mut self.shape);
        shape.clear();
        self.numbers.clear();
        let mut rest: &str = text;
        while !rest.is_empty() {
            let plain = rest
                .bytes()
                .position(|b| b.is_ascii_digit() || b == SLOT as u8)
                .unwrap_or(rest.len());
            let (before, after) = rest.split_at(plain);
            shape.push_str(before);
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = after.split_at(length);
            match digits.parse::<u64>() {
                // A leading zero would be lost, so such a run stays in the shape.
                Ok(number) if digits.len() == 1 || !digits.starts_with('0') => {
                    shape.push(SLOT);
                    self.numbers.push(number);
                }
                _ => shape.push_str(digits),
            }
            rest = match after.strip_prefix(SLOT) {
                Some(behind) => {
                    shape.push(' ');
                    behind
                }
                None => after,
            };
        }
        let index = self.number(&shape);
        put(out, index);
        if self.list[index as usize] == shape {
            for number in &self.numbers {
                put(out, *number);
            }
        }
        self.shape = shape;
        let (last, packed) = self
            .last
            .get_or_insert_with(|| (text.clone(), Vec::with_capacity(16)));
        last.clone_from(text);
        packed.clear();
        packed.extend_from_slice(&out[from..]);
    }

    fn unpack(&self, from: &mut &[u8]) -> Option<Arc<str>> {
        let shape = self.list.get(usize::try_from(take(from)?).ok()?)?;
        let mut text = String::with_capacity(shape.len());
        for c in shape.chars() {
            if c == SLOT {
                text.push_str(&take(from)?.to_string());
            } else {
                text.push(c);
            }
        }
        Some(text.into())
    }

    /// Writes a place.
    pub fn pack_anchor(&mut self, anchor: &Anchor, out: &mut Vec<u8>) {
        match anchor {
            Anchor::Line(n) => {
                out.push(0);
                put(out, *n);
            }
            Anchor::Page(n) => {
                out.push(1);
                put(out, u64::from(*n));
            }
            Anchor::Cell { sheet, row, column } => {
                out.push(2);
                self.pack(sheet, out);
                put(out, *row);
                put(out, u64::from(*column));
            }
            Anchor::Paragraph(n) => {
                out.push(3);
                put(out, u64::from(*n));
            }
            Anchor::Slide(n) => {
                out.push(4);
                put(out, u64::from(*n));
            }
            Anchor::Notes(n) => {
                out.push(5);
                put(out, u64::from(*n));
            }
            Anchor::Header(name) => {
                out.push(6);
                self.pack(name, out);
            }
            Anchor::Meta(name) => {
                out.push(7);
                self.pack(name, out);
            }
            Anchor::Region(name) => {
                out.push(8);
                self.pack(name, out);
            }
            Anchor::Name => out.push(9),
            Anchor::Recognised(n) => {
                out.push(10);
                put(out, u64::from(*n));
            }
        }
    }

    /// Writes a place with where in the part's text it lies, and what a title beside it says. Takes a byte or two more
    /// than [`Names::pack_anchor`] and reads back through [`Names::unpack_anchor`] as well.
    pub fn pack_spot(&mut self, spot: &Spot, out: &mut Vec<u8>) {
        let at = out.len();
        self.pack_anchor(&spot.anchor, out);
        if let Some(offset) = spot.offset {
            out[at] |= OFFSET | (spot.sex as u8) << SEX;
            put(out, offset);
        }
    }

    /// Reads a place and moves `from` behind it.
    pub fn unpack_anchor(&self, from: &mut &[u8]) -> Option<Anchor> {
        self.unpack_spot(from).map(|spot| spot.anchor)
    }

    /// Reads a place with what else was written of it.
    pub fn unpack_spot(&self, from: &mut &[u8]) -> Option<Spot> {
        let tag = *from.first()?;
        let anchor = self.unpack_tagged(from)?;
        Some(Spot {
            anchor,
            offset: match tag & OFFSET {
                0 => None,
                _ => Some(take(from)?),
            },
            sex: Sex::from_bits(tag >> SEX),
        })
    }

    /// Reads all places of a packed list, with what else was written of them.
    pub fn spots<'a>(&'a self, mut from: &'a [u8]) -> impl Iterator<Item = Spot> + 'a {
        std::iter::from_fn(move || self.unpack_spot(&mut from))
    }

    fn unpack_tagged(&self, from: &mut &[u8]) -> Option<Anchor> {
        let (&tag, rest) = from.split_first()?;
        *from = rest;
        let small = |from: &mut &[u8]| u32::try_from(take(from)?).ok();
        Some(match tag & TAG {
            0 => Anchor::Line(take(from)?),
            1 => Anchor::Page(small(from)?),
            2 => Anchor::Cell {
                sheet: self.unpack(from)?,
                row: take(from)?,
                column: small(from)?,
            },
            3 => Anchor::Paragraph(small(from)?),
            4 => Anchor::Slide(small(from)?),
            5 => Anchor::Notes(small(from)?),
            6 => Anchor::Header(self.unpack(from)?),
            7 => Anchor::Meta(self.unpack(from)?),
            8 => Anchor::Region(self.unpack(from)?),
            9 => Anchor::Name,
            10 => Anchor::Recognised(small(from)?),
            _ => return None,
        })
    }

    /// Reads all places of a packed list.
    pub fn anchors<'a>(&'a self, mut from: &'a [u8]) -> impl Iterator<Item = Anchor> + 'a {
        std::iter::from_fn(move || self.unpack_anchor(&mut from))
    }

    /// Writes the shown findings of a rule.
    pub fn pack_findings(&mut self, rule: &str, findings: &[FindingRecord], out: &mut Vec<u8>) {
        if findings.is_empty() {
            return;
        }
        let rule = self.number(rule);
        put(out, rule);
        put(out, findings.len() as u64);
        for finding in findings {
            self.pack_finding(finding, out);
        }
    }

    /// Reads the shown findings of a part, by rule.
    pub fn unpack_findings(&self, mut from: &[u8]) -> HashMap<Arc<str>, Vec<FindingRecord>> {
        let mut found = HashMap::new();
        let mut next = || -> Option<(Arc<str>, Vec<FindingRecord>)> {
            let rule = self.list.get(usize::try_from(take(&mut from)?).ok()?)?;
            let mut findings = Vec::new();
            for _ in 0..take(&mut from)? {
                findings.push(self.unpack_finding(&mut from)?);
            }
            Some((rule.as_str().into(), findings))
        };
        while let Some((rule, findings)) = next() {
            found.insert(rule, findings);
        }
        found
    }

    /// Writes a shown finding.
    pub fn pack_finding(&mut self, finding: &FindingRecord, out: &mut Vec<u8>) {
        put(out, finding.number);
        self.pack_anchor(&finding.anchor, out);
        put(out, finding.offset);
        put(out, u64::from(finding.length));
        out.push(finding.confidence.0);
        out.push(status_number(finding.status));
        let evidence = &finding.evidence;
        let checked = match evidence.checked {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        let flags = [
            evidence.near_person,
            evidence.corroborated,
            evidence.repaired,
            evidence.negated,
        ];
        let flags = flags
            .iter()
            .enumerate()
            .fold(checked, |all, (i, &on)| all | u8::from(on) << (2 + i));
        out.push(flags);
        for word in [&evidence.label, &evidence.context, &evidence.against] {
            match word {
                // Numbers inside a rule's word are part of it, so words are kept whole.
                Some(word) => {
                    let index = self.number(word);
                    put(out, index + 1);
                }
                None => put(out, 0),
            }
        }
        put(out, finding.also.len() as u64);
        for (rule, confidence) in &finding.also {
            let index = self.number(rule);
            put(out, index);
            out.push(confidence.0);
        }
        // `•` is three bytes and most of a preview; a control character cannot be in one otherwise.
        let preview = finding.preview.replace('•', "\u{1}");
        put(out, preview.len() as u64);
        out.extend_from_slice(preview.as_bytes());
        out.extend_from_slice(&finding.value.0.to_le_bytes());
    }

    /// Reads a shown finding and moves `from` behind it.
    pub fn unpack_finding(&self, from: &mut &[u8]) -> Option<FindingRecord> {
        let number = take(from)?;
        let anchor = self.unpack_anchor(from)?;
        let offset = take(from)?;
        let length = u32::try_from(take(from)?).ok()?;
        let [confidence, status, flags] = *take_bytes(from, 3)? else {
            return None;
        };
        let word = |from: &mut &[u8]| -> Option<Option<Arc<str>>> {
            match take(from)? {
                0 => Some(None),
                n => Some(Some(self.list.get(n as usize - 1)?.as_str().into())),
            }
        };
        let (label, context, against) = (word(from)?, word(from)?, word(from)?);
        let mut also = Vec::new();
        for _ in 0..take(from)? {
            let rule = self.list.get(usize::try_from(take(from)?).ok()?)?;
            also.push((rule.as_str().into(), Confidence(take_bytes(from, 1)?[0])));
        }
        let length_of_preview = usize::try_from(take(from)?).ok()?;
        let preview = std::str::from_utf8(take_bytes(from, length_of_preview)?)
            .ok()?
            .replace('\u{1}', "•");
        let value = ValueHash(u64::from_le_bytes(take_bytes(from, 8)?.try_into().ok()?));
        Some(FindingRecord {
            number,
            anchor,
            offset,
            length,
            confidence: Confidence(confidence),
            status: status_from_number(status),
            evidence: Evidence {
                checked: match flags & 3 {
                    0 => None,
                    n => Some(n == 2),
                },
                label,
                context,
                against,
                near_person: flags & 4 != 0,
                corroborated: flags & 8 != 0,
                repaired: flags & 16 != 0,
                negated: flags & 32 != 0,
            },
            also,
            preview,
            value,
        })
    }
}

/// The number stored for a status.
pub fn status_number(status: Status) -> u8 {
    match status {
        Status::Live => 0,
        Status::Example => 1,
        Status::Organisation => 2,
        Status::PublicRegister => 3,
    }
}

/// The status stored as a number.
pub fn status_from_number(number: u8) -> Status {
    match number {
        1 => Status::Example,
        2 => Status::Organisation,
        3 => Status::PublicRegister,
        _ => Status::Live,
    }
}

/// Writes a number in as many groups of seven bits as it needs, lowest first (LEB128).
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (bytes, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn anchors() -> impl Strategy<Value = Anchor> {
        let name = "[a-z\\[\\]0-9 .$é#]{0,12}".prop_map(|s: String| Arc::from(s.as_str()));
        prop_oneof![
            any::<u64>().prop_map(Anchor::Line),
            any::<u32>().prop_map(Anchor::Page),
            (name.clone(), any::<u64>(), any::<u32>())
                .prop_map(|(sheet, row, column)| Anchor::Cell { sheet, row, column }),
            any::<u32>().prop_map(Anchor::Notes),
            any::<u32>().prop_map(Anchor::Recognised),
            name.clone().prop_map(Anchor::Header),
            name.prop_map(Anchor::Region),
            Just(Anchor::Name),
        ]
    }

    proptest! {
        #[test]
        fn places_come_back_as_they_went(list in prop::collection::vec(anchors(), 0..20)) {
            let (mut names, mut bytes) = (Names::default(), Vec::new());
            for anchor in &list {
                names.pack_anchor(anchor, &mut bytes);
            }
            let names = Names::from_list(names.into_list());
            prop_assert_eq!(names.anchors(&bytes).collect::<Vec<_>>(), list);
        }

        #[test]
        fn spots_come_back_as_they_went(list in prop::collection::vec((anchors(), any::<Option<u64>>(), 0..3_u8), 0..20)) {
            let list: Vec<Spot> = list
                .into_iter()
                .map(|(anchor, offset, sex)| Spot {
                    anchor,
                    offset,
                    sex: if offset.is_some() { Sex::from_bits(sex) } else { Sex::Unsaid },
                })
                .collect();
            let (mut names, mut bytes) = (Names::default(), Vec::new());
            for spot in &list {
                names.pack_spot(spot, &mut bytes);
            }
            let names = Names::from_list(names.into_list());
            prop_assert_eq!(names.spots(&bytes).collect::<Vec<_>>(), list.clone());
            let anchors: Vec<_> = list.into_iter().map(|spot| spot.anchor).collect();
            prop_assert_eq!(names.anchors(&bytes).collect::<Vec<_>>(), anchors);
        }

        #[test]
        fn bytes_that_are_no_list_end_it(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let names = Names::from_list(vec!["a\u{1}".into()]);
            let _ = names.anchors(&bytes).count();
            let _ = names.unpack_finding(&mut &bytes[..]);
        }

        #[test]
        fn findings_come_back_as_they_went(anchor in anchors(), offset: u64, length: u32, value: u64, flags: u8) {
            let finding = FindingRecord {
                number: offset / 3,
                anchor,
                offset,
                length,
                confidence: Confidence(flags % 101),
                status: status_from_number(flags % 4),
                evidence: Evidence {
                    checked: [None, Some(false), Some(true)][usize::from(flags % 3)],
                    label: (flags & 1 == 0).then(|| "ni number".into()),
                    context: (flags & 2 == 0).then(|| "p60".into()),
                    against: None,
                    near_person: flags & 4 == 0,
                    corroborated: flags & 8 == 0,
                    repaired: flags & 16 == 0,
                    negated: flags & 32 == 0,
                },
                also: vec![("utr".into(), Confidence(35))],
                preview: "QQ •• •• •• C".into(),
                value: ValueHash(value),
            };
            let (mut names, mut bytes) = (Names::default(), Vec::new());
            names.pack_finding(&finding, &mut bytes);
            let mut from = &bytes[..];
            prop_assert_eq!(names.unpack_finding(&mut from), Some(finding));
            prop_assert!(from.is_empty());
        }
    }

    #[test]
    fn a_million_array_items_share_one_name() {
        let (mut names, mut bytes) = (Names::default(), Vec::new());
        for n in 0..1000 {
            names.pack_anchor(
                &Anchor::Region(format!("$.people[{n}].dob").into()),
                &mut bytes,
            );
        }
        assert_eq!(names.list().len(), 1);
        assert_eq!(
            names.anchors(&bytes).nth(437),
            Some(Anchor::Region("$.people[437].dob".into()))
        );
    }

    #[test]
    fn too_many_names_share_the_last() {
        let (mut names, mut bytes) = (Names::default(), Vec::new());
        for n in 0..MOST_NAMES + 50 {
            let letters: String = format!("{n:x}")
                .chars()
                .map(|c| char::from(b'a' + c.to_digit(16).unwrap() as u8))
                .collect();
            names.pack_anchor(&Anchor::Header(letters.into()), &mut bytes);
        }
        assert_eq!(names.list().len(), MOST_NAMES + 1);
        assert_eq!(names.anchors(&bytes).count(), MOST_NAMES + 50);
        assert_eq!(
            names.anchors(&bytes).last(),
            Some(Anchor::Header(OTHER.into()))
        );
    }
}
