//! A value without its separators, on the stack, and the check-digit sums that several identifiers share.

use std::ops::Deref;

const MOST: usize = 96;

/// The letters (upper-cased) and digits of a short text; separators are dropped. Derefs to its bytes.
#[derive(Clone, Copy)]
pub struct Compact {
    bytes: [u8; MOST],
    length: usize,
}

impl Compact {
    /// The letters and digits of `text`; `None` when it has a byte outside ASCII or more than 96 of them.
    pub fn of(text: &str) -> Option<Compact> {
        Compact::keeping(text, |b| b.is_ascii_alphanumeric())
    }

    /// As [`Compact::of`], with another choice of bytes.
    pub fn keeping(text: &str, keep: impl Fn(u8) -> bool) -> Option<Compact> {
        let mut bytes = [0; MOST];
        let mut length = 0;
        for byte in text.bytes() {
            if !byte.is_ascii() {
                return None;
            }
            if keep(byte) {
                *bytes.get_mut(length)? = byte.to_ascii_uppercase();
                length += 1;
            }
        }
        Some(Compact { bytes, length })
    }

    /// The text as exactly `N` digits: `None` when a letter is among them or the count differs.
    pub fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
        let compact = Compact::of(text)?;
        let digits: [u8; N] = (*compact).try_into().ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| digits.map(|d| d - b'0'))
    }

    /// The same bytes as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self).expect("only ASCII bytes are kept")
    }
}

impl Deref for Compact {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Sum of the products of digits and weights, pairwise.
pub fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .map(|(&d, &w)| u32::from(d) * u32::from(w))
        .sum()
}

/// Whether digits (values, not characters) pass the Luhn test: from the right every second is doubled, nines cast out.
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &d)| match (at % 2, u32::from(d)) {
            (0, d) => d,
            (_, d) if d < 5 => 2 * d,
            (_, d) => 2 * d - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether nobody is issued such a number: one digit repeated, or a run up or down (`1234567890`, `9876543210`).
pub fn repdigit_or_run(digits: &[u8]) -> bool {
    let step = |by: u8| {
        digits
            .windows(2)
            .all(|pair| (pair[0] + by) % 10 == pair[1] % 10)
    };
    digits.len() > 3 && (step(0) || step(1) || step(9))
}

/// Numeric value of digits; the caller keeps it below 20 of them.
pub fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, &d| 10 * n + u64::from(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_go_and_letters_rise() {
        let value = Compact::of("ab 12-34.c");
        assert_eq!(value.as_ref().map(Compact::as_str), Some("AB1234C"));
        assert!(Compact::of("é").is_none());
        assert_eq!(Compact::digits::<4>("1-2 34"), Some([1, 2, 3, 4]));
        assert_eq!(Compact::digits::<4>("12345"), None);
        assert_eq!(Compact::digits::<4>("123A"), None);
    }

    #[test]
    fn luhn_knows_the_textbook() {
        assert!(luhn(&[4, 9, 0, 1, 5, 4, 2, 0, 3, 2, 3, 7, 5, 1, 8]));
        assert!(!luhn(&[4, 9, 0, 1, 5, 4, 2, 0, 3, 2, 3, 7, 5, 1, 7]));
    }

    #[test]
    fn runs_are_seen_both_ways() {
        assert!(repdigit_or_run(&[1; 10]));
        assert!(repdigit_or_run(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0]));
        assert!(repdigit_or_run(&[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
        assert!(!repdigit_or_run(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 9]));
    }
}
