//! Records of a PowerPoint stream, one after the other or inside of one another. Source: [MS-PPT] 2.3.1.

use crate::extract::ole::{u16_at, u32_at};

/// Kinds of records.
pub mod kind {
    /// The presentation.
    pub const DOCUMENT: u16 = 1000;
    /// A slide.
    pub const SLIDE: u16 = 1006;
    /// What a slide is made after.
    pub const SLIDE_ATOM: u16 = 1007;
    /// Notes of a slide.
    pub const NOTES: u16 = 1008;
    /// Which slide notes belong to.
    pub const NOTES_ATOM: u16 = 1009;
    /// A slide in the list of slides.
    pub const SLIDE_PERSIST: u16 = 1011;
    /// A master.
    pub const MASTER: u16 = 1016;
    /// How a slide is shown.
    pub const SHOW_INFO: u16 = 1017;
    /// A shape that is a placeholder.
    pub const PLACEHOLDER: u16 = 3011;
    /// Text of two bytes a character.
    pub const CHARS: u16 = 4000;
    /// Text of one byte a character.
    pub const BYTES: u16 = 4008;
    /// A string.
    pub const STRING: u16 = 4026;
    /// A link.
    pub const HYPERLINK: u16 = 4055;
    /// Headers and footers.
    pub const HEADERS: u16 = 4057;
    /// Which of them are shown.
    pub const HEADERS_ATOM: u16 = 4058;
    /// The list of slides.
    pub const SLIDE_LIST: u16 = 4080;
    /// An edit.
    pub const USER_EDIT: u16 = 4085;
    /// An embedded object.
    pub const OBJECT: u16 = 4113;
    /// What later versions added.
    pub const TAG_DATA: u16 = 5003;
    /// Where objects lie.
    pub const PERSIST: u16 = 6002;
    /// A comment.
    pub const COMMENT: u16 = 12000;
    /// A shape.
    pub const SHAPE: u16 = 0xf004;
}

/// A record: its kind and instance, whether it holds others, its bytes and where it lies.
#[derive(Clone, Copy)]
pub struct Record<'b> {
    /// What it is.
    pub kind: u16,
    /// Which of its kind.
    pub instance: u16,
    /// Whether it holds others.
    pub container: bool,
    /// Its bytes.
    pub data: &'b [u8],
    /// Where it begins.
    pub at: usize,
}

/// Records one after the other.
pub struct Records<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Records<'b> {
    /// Those of a container.
    pub fn new(bytes: &'b [u8]) -> Self {
        Records { bytes, at: 0 }
    }

    /// Those from here on.
    pub fn from(bytes: &'b [u8], at: usize) -> Self {
        Records { bytes, at }
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let at = self.at;
        let head = u16_at(self.bytes, at)?;
        let kind = u16_at(self.bytes, at + 2)?;
        let length = u32_at(self.bytes, at + 4)? as usize;
        let start = at + 8;
        // A record that says it is longer than what there is ends where that ends.
        let end = start.saturating_add(length).min(self.bytes.len());
        self.at = end;
        Some(Record {
            kind,
            instance: head >> 4,
            container: head & 15 == 15,
            data: self.bytes.get(start..end)?,
            at,
        })
    }
}
