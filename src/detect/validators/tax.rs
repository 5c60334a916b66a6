//! Numbers of the tax authorities: National Insurance, Unique Taxpayer Reference, VAT, PAYE.

use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// National Insurance number: two letters, six digits, suffix A–D (`AB 12 34 56 C`); a missing suffix needs context.
///
/// HMRC, National Insurance Manual NIM39110: neither letter is D F I Q U V, the second is not O, the pairs BG GB KN NK
/// NT TN ZZ are not issued. QQ is HMRC's own dummy.
pub fn nino(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    let (pair, digits, suffix) = match &*value {
        [a, b, digits @ .., suffix] if digits.len() == 6 => ([*a, *b], digits, Some(*suffix)),
        [a, b, digits @ ..] if digits.len() == 6 => ([*a, *b], digits, None),
        _ => return Verdict::REJECT,
    };
    if !digits.iter().all(u8::is_ascii_digit) || suffix.is_some_and(|s| !(b'A'..=b'D').contains(&s))
    {
        return Verdict::REJECT;
    }
    let verdict = match suffix {
        None => Verdict::SHAPE.alone(Alone::Never),
        // A lower-case spelling without a word beside it is more often an identifier in code.
        Some(_) if text.bytes().any(|b| b.is_ascii_lowercase()) => {
            Verdict::SHAPE.alone(Alone::At(Level::Low))
        }
        Some(_) => Verdict::SHAPE,
    };
    if &pair == b"QQ" {
        return verdict.example(true);
    }
    let barred = |letter: u8| b"DFIQUV".contains(&letter) || !letter.is_ascii_uppercase();
    if barred(pair[0])
        || barred(pair[1])
        || pair[1] == b'O'
        || [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&pair)
    {
        return Verdict::REJECT;
    }
    verdict
}
