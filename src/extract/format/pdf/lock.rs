//! Documents of which only the embedded files are locked: their pages can be read without a password.

use memchr::memmem;

/// Bytes from the head of a dictionary of encryption to its end.
const LONGEST: usize = 8 << 10;

/// The document without its lock, where the lock speaks of embedded files alone (ISO 32000-2, 7.6.5: the filters of
/// streams and of strings are `Identity`); nothing otherwise.
pub fn open_pages(bytes: &[u8]) -> Option<Vec<u8>> {
    let places: Vec<usize> = memmem::find_iter(bytes, b"/Encrypt")
        .filter(|&at| reference(bytes, at + 8).is_some())
        .collect();
    let last = places.last()?;
    let (number, generation) = reference(bytes, last + 8)?;
    let mark = format!("{number} {generation} obj");
    let alone = |&at: &usize| at == 0 || !bytes[at - 1].is_ascii_digit();
    let at = memmem::find_iter(bytes, mark.as_bytes())
        .filter(alone)
        .last()?;
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let dictionary = &rest[..memmem::find(rest, b"endobj")?];
    let files = memmem::find(dictionary, b"/EFF").is_some();
    let open = ["/StmF", "/StrF"].iter().all(|key| {
        memmem::find_iter(dictionary, key.as_bytes()).all(|at| {
            let value = dictionary[at + key.len()..].trim_ascii_start();
            value.starts_with(b"/Identity")
        })
    });
    if !files || !open {
        return None;
    }
    let mut unlocked = bytes.to_vec();
    for at in places {
        unlocked[at + 1] = b'_';
    }
    Some(unlocked)
}

/// `12 0 R`.
fn reference(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    let text = bytes.get(at..bytes.len().min(at + 32))?;
    let mut words = text
        .split(|b| b.is_ascii_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| std::str::from_utf8(word).unwrap_or(""));
    let number = words.next()?.parse().ok()?;
    let generation = words.next()?.parse().ok()?;
    words
        .next()?
        .starts_with('R')
        .then_some((number, generation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_on_attachments_alone_is_told_from_one_on_everything() {
        let files = b"12 0 obj <</CF<<>>/EFF/StdCF/StmF/Identity/StrF /Identity>> endobj trailer <</Encrypt 12 0 R>>";
        let unlocked = open_pages(files).expect("only files are locked");
        assert_eq!(unlocked.len(), files.len());
        assert!(memmem::find(&unlocked, b"/Encrypt ").is_none());
        let all = b"12 0 obj <</CF<<>>/EFF/StdCF/StmF/StdCF/StrF/StdCF>> endobj trailer <</Encrypt 12 0 R>>";
        assert!(open_pages(all).is_none());
        let old = b"2 0 obj <</V 1/Filter/Standard>> endobj trailer <</Encrypt 2 0 R>>";
        assert!(open_pages(old).is_none());
    }
}
