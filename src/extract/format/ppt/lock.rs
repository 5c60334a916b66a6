//! Locked presentations: every object that the directories of persistent objects name is locked by itself, with its
//! number. Source: [MS-PPT] 2.3.7 and 2.10.

use std::collections::BTreeMap;

use super::{PERSIST, USER_EDIT};
use crate::extract::{
    binary_lock::Key,
    error::ExtractError,
    guard::Guard,
    ole::{u16_at, u32_at},
};

/// Edits that are followed: each save may add one.
const EDITS: usize = 10_000;

/// Bytes of the head of a record.
const HEAD: usize = 8;

/// Decrypts the document stream in place. `user` is the stream that tells where the last edit lies.
///
/// # Errors
/// `Encrypted` when no password opens it; `Corrupt` when its directories cannot be followed.
pub fn open(stream: &mut [u8], user: &[u8], out: &Guard<'_>) -> Result<(), ExtractError> {
    let broken = || ExtractError::corrupt("the directory of its locked objects is damaged");
    let mut edit = u32_at(user, 16).ok_or_else(broken)? as usize;
    // Number of the object at each place.
    let mut objects = BTreeMap::new();
    let mut session = None;
    for _ in 0..EDITS {
        if edit == 0 || u16_at(stream, edit + 2) != Some(USER_EDIT) {
            break;
        }
        let number = |at: usize| u32_at(stream, edit + HEAD + at);
        let length = u32_at(stream, edit + 4).unwrap_or(0);
        if length >= 32 && session.is_none() {
            session = number(28);
        }
        if let Some(directory) = number(12) {
            list(stream, directory as usize, &mut objects);
        }
        let before = number(8).unwrap_or(0) as usize;
        if before >= edit {
            break;
        }
        edit = before;
    }
    let session = session.ok_or_else(broken)?;
    let head = objects.iter().find(|(_, id)| **id == session);
    let at = *head.ok_or_else(broken)?.0;
    let key = Key::find(stream.get(at + HEAD..).unwrap_or(&[]), out)?;
    for (at, id) in objects {
        out.check()?;
        if id == session {
            continue;
        }
        let Some(rest) = stream.get_mut(at..) else {
            continue;
        };
        let mut cipher = key.block(id);
        let size = rest.len().min(HEAD);
        let (head, rest) = rest.split_at_mut(size);
        cipher.apply(head);
        let length = u32_at(head, 4).unwrap_or(0) as usize;
        let end = length.min(rest.len());
        cipher.apply(&mut rest[..end]);
    }
    Ok(())
}

/// Adds what a directory lists: runs of objects with numbers that follow one another.
fn list(stream: &[u8], at: usize, objects: &mut BTreeMap<usize, u32>) {
    if u16_at(stream, at.saturating_add(2)) != Some(PERSIST) {
        return;
    }
    let Some(length) = u32_at(stream, at + 4) else {
        return;
    };
    let start = at + HEAD;
    let end = start.saturating_add(length as usize).min(stream.len());
    let Some(data) = stream.get(start..end) else {
        return;
    };
    let mut words = data.chunks_exact(4).filter_map(|four| u32_at(four, 0));
    while let Some(run) = words.next() {
        let first = run & 0x000f_ffff;
        for (id, place) in (first..).zip(words.by_ref().take((run >> 20) as usize)) {
            objects.entry(place as usize).or_insert(id);
        }
    }
}
