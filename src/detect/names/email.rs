//! Whose mailbox it is: the name in the local part of an e-mail address.

use crate::detect::terms::vocabulary::{
    FORENAME, FORENAME_WORD, SURNAME, SURNAME_WORD, Vocabulary,
};

/// Where in the address (which begins at `start`) a name stands: `margaret.okafor2@…`, `m.okafor@…`, `mokafor@…`,
/// `okaform@…`. Role mailboxes have none.
pub(crate) fn from_local_part(
    address: &[u8],
    start: usize,
    words: &Vocabulary,
) -> Option<(usize, usize)> {
    let local = &address[..memchr::memchr(b'@', address)?];
    let local = &local[..local.iter().position(|&b| b == b'+').unwrap_or(local.len())];
    let trimmed = local
        .iter()
        .rposition(|b| !b.is_ascii_digit())
        .map_or(0, |n| n + 1);
    let local = &local[..trimmed];
    let pieces: Vec<&[u8]> = local
        .split(|b| matches!(b, b'.' | b'_' | b'-'))
        .filter(|p| !p.is_empty())
        .collect();
    let is_surname = |w: &[u8]| w.len() >= 3 && words.part(w) & SURNAME != 0;
    let is_forename = |w: &[u8]| w.len() >= 2 && words.part(w) & FORENAME != 0;
    let plain = |w: &[u8], word| words.part(w) & word == 0;
    let name = match pieces.as_slice() {
        [given, .., family] => {
            is_forename(given) && is_surname(family)
                || is_forename(family) && is_surname(given)
                || is_forename(given)
                    && plain(given, FORENAME_WORD)
                    && family.len() >= 4
                    && family.iter().all(u8::is_ascii_alphabetic)
                || given.len() == 1 && is_surname(family) && plain(family, SURNAME_WORD)
        }
        [whole] if whole.len() >= 5 && whole.iter().all(u8::is_ascii_alphabetic) => {
            let joined = (3..=whole.len() - 3).any(|n| {
                is_forename(&whole[..n])
                    && is_surname(&whole[n..])
                    && plain(&whole[..n], FORENAME_WORD)
                    && plain(&whole[n..], SURNAME_WORD)
            });
            let rest = &whole[1..];
            let head = &whole[..whole.len() - 1];
            let known_word = words.part(whole) != 0;
            joined
                || !known_word
                    && (rest.len() >= 5 && is_surname(rest) && plain(rest, SURNAME_WORD)
                        || head.len() >= 5 && is_surname(head) && plain(head, SURNAME_WORD))
        }
        _ => false,
    };
    name.then_some((start, start + trimmed))
}
