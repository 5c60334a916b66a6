//! A value that must not leak: no `Display`, no `Serialize`, and a `Debug` that shows its length only.

use std::fmt;

/// Personal data as it was read. It can be cloned, hashed and masked, but it cannot be printed by accident.
///
/// [`Sensitive::expose`] is the one way to the text; its callers are the masking and hashing of the inventory, the
/// validators, and the command line under `--reveal`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sensitive(Box<str>);

impl Sensitive {
    /// Wraps a value.
    pub fn new(value: impl Into<Box<str>>) -> Self {
        Sensitive(value.into())
    }

    /// The text itself. Never pass it to a log, an error or a panic.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A preview that does not identify anybody: at most the first two characters, and the last one of a long value;
    /// every other letter or digit becomes `•`, separators stay, and what is longer than 24 characters is cut.
    pub fn masked(&self) -> String {
        const MOST: usize = 24;
        let letters = self.0.chars().filter(|c| c.is_alphanumeric()).count();
        let (head, tail) = match letters {
            0..=3 => (0, 0),
            4..=6 => (1, 0),
            7..=8 => (2, 0),
            _ => (2, 1),
        };
        let mut seen = 0;
        let mut out = String::new();
        for (width, c) in self.0.chars().enumerate() {
            if width == MOST {
                out.push('…');
                break;
            }
            if c.is_alphanumeric() {
                seen += 1;
                out.push(if seen <= head || seen > letters - tail {
                    c
                } else {
                    '•'
                });
            } else if c.is_control() || c.is_whitespace() {
                out.push(' ');
            } else {
                out.push(c);
            }
        }
        out
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sensitive({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_length_only() {
        let text = format!("{:?}", Sensitive::new("QQ 12 34 56 C"));
        assert_eq!(text, "Sensitive(13 bytes)");
    }

    #[test]
    fn the_mask_keeps_the_shape_and_hides_the_rest() {
        assert_eq!(Sensitive::new("QQ 12 34 56 C").masked(), "QQ •• •• •• C");
        assert_eq!(Sensitive::new("abc").masked(), "•••");
        assert_eq!(Sensitive::new("Rose").masked(), "R•••");
        assert_eq!(Sensitive::new("a\nb").masked(), "• •");
        assert_eq!(Sensitive::new("x".repeat(90)).masked().chars().count(), 25);
    }
}
