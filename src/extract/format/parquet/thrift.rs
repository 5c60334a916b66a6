//! Thrift's compact protocol, as far as sizes are to be learnt from it before the library reads them.

/// Structures inside one another, at most.
const DEEPEST: u32 = 32;

/// A reader over bytes. `None` at the end of them, and on what is not the protocol.
pub struct Compact<'a> {
    bytes: &'a [u8],
    /// Bytes read.
    pub at: usize,
}

/// Kinds of values.
pub const STRUCT: u8 = 12;
/// A list.
pub const LIST: u8 = 9;
/// A whole number of up to 32 bits.
pub const I32: u8 = 5;

impl<'a> Compact<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Compact { bytes, at: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A signed whole number.
    pub fn number(&mut self) -> Option<i64> {
        let raw = self.varint()?;
        Some((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// The next field of a structure: its number and kind; kind 0 at the structure's end. `last` is the number of the one before.
    pub fn field(&mut self, last: &mut i64) -> Option<(i64, u8)> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some((0, 0));
        }
        *last = match byte >> 4 {
            0 => self.number()?,
            step => *last + i64::from(step),
        };
        Some((*last, byte & 15))
    }

    /// How many elements a list has, and of which kind.
    pub fn list(&mut self) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        let count = match byte >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        Some((count, byte & 15))
    }

    /// Passes over a value.
    pub fn skip(&mut self, kind: u8) -> Option<()> {
        self.pass(kind, false, 0)
    }

    fn pass(&mut self, kind: u8, in_list: bool, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            // Truth is part of a field's head; in a list it has a byte.
            1 | 2 if !in_list => {}
            1..=3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => self.at = self.at.checked_add(8)?,
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.at = self.at.checked_add(length)?;
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    self.pass(kind, true, depth + 1)?;
                }
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.pass(kinds >> 4, true, depth + 1)?;
                    self.pass(kinds & 15, true, depth + 1)?;
                }
            }
            STRUCT => {
                let mut last = 0;
                loop {
                    match self.field(&mut last)? {
                        (_, 0) => break,
                        (_, kind) => self.pass(kind, false, depth + 1)?,
                    }
                }
            }
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_is_passed_over_to_its_last_byte() {
        // Field 1: 150; field 2: "ab"; field 3: list of two structures with a truth each; the end.
        let bytes = [
            0x15, 0xac, 0x02, 0x18, 2, b'a', b'b', 0x19, 0x2c, 0x11, 0, 0x12, 0, 0, 0xff,
        ];
        let mut compact = Compact::new(&bytes);
        compact.skip(STRUCT).expect("whole");
        assert_eq!(compact.at, bytes.len() - 1);
        let mut compact = Compact::new(&bytes);
        assert_eq!(compact.field(&mut 0), Some((1, I32)));
        assert_eq!(compact.number(), Some(150));
        assert!(Compact::new(&bytes[..9]).skip(STRUCT).is_none());
    }

    #[test]
    fn what_has_no_bottom_is_refused() {
        let deep = vec![0x1c; 10_000];
        assert!(Compact::new(&deep).skip(STRUCT).is_none());
        // Elements that take no byte would be counted for ever.
        assert!(
            Compact::new(&[0xf0, 0xff, 0xff, 0xff, 0xff, 0x0f])
                .skip(LIST)
                .is_none()
        );
    }
}
