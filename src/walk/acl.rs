//! Access-control lists, where the system shows them: POSIX lists in `system.posix_acl_access`, those of Windows in
//! `system.ntfs_acl` (NTFS-3G) and `system.cifs_acl` (a share mounted from a Windows or Samba server).
//!
//! A list says more than the permission bits: under a POSIX list the group's bits are only its mask, and on a mounted share
//! they are whatever the mount says. Formats: acl(5) and Linux' `posix_acl_xattr.h`; [MS-DTYP] 2.4.6 for security
//! descriptors. What does not parse is no list: the bits stand. `scan` asks for each entry that it records.

use std::{path::Path, sync::atomic::AtomicBool};

use crate::walk::Owners;

/// Who can read a document by its list, narrowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Readers {
    /// The owner, the system and its administrators.
    Owner,
    /// A group, or named accounts.
    Group,
    /// Everyone with an account.
    Everyone,
}

/// A list, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acl {
    /// In one line: `user:alice:r-- group:payroll:rw- mask::rw- other::---`.
    pub words: String,
    /// Who can read by it.
    pub readers: Readers,
}

/// Entries of a list that are kept in words; the rest is counted.
const ENTRIES: usize = 32;

/// Reads lists; remembers what the system does not have.
#[derive(Debug, Default)]
pub struct Acls {
    missing: [AtomicBool; 3],
}

/// The attributes, with what reads them.
#[cfg(target_os = "linux")]
const ATTRIBUTES: [&str; 3] = [
    "system.posix_acl_access",
    "system.ntfs_acl",
    "system.cifs_acl",
];

impl Acls {
    /// The list of a file, links not followed; `None` when there is none beyond the permission bits, or none is shown.
    #[cfg(target_os = "linux")]
    pub fn of(&self, path: &Path, owners: &Owners) -> Option<Acl> {
        use rustix::{fs::lgetxattr, io::Errno};
        use std::sync::atomic::Ordering;
        let mut bytes = vec![0; 1024];
        for (n, attribute) in ATTRIBUTES.iter().enumerate() {
            if self.missing[n].load(Ordering::Relaxed) {
                continue;
            }
            let length = loop {
                match lgetxattr(path, *attribute, &mut bytes[..]) {
                    Ok(length) => break Some(length),
                    // The largest that Linux allows is 64 KiB.
                    Err(Errno::RANGE) if bytes.len() < 64 << 10 => {
                        bytes.resize(64 << 10, 0);
                    }
                    Err(Errno::OPNOTSUPP) if n > 0 => {
                        // Not on this file system; on the others of a scan, as good as never.
                        self.missing[n].store(true, Ordering::Relaxed);
                        break None;
                    }
                    Err(_) => break None,
                }
            };
            let Some(read) = length.and_then(|length| bytes.get(..length)) else {
                continue;
            };
            let list = match n {
                0 => posix(read, &|id| owners.user_named(id), &|id| {
                    owners.group_named(id)
                }),
                _ => windows(read),
            };
            if list.is_some() {
                return list;
            }
        }
        None
    }

    /// Other systems keep lists elsewhere.
    #[cfg(not(target_os = "linux"))]
    pub fn of(&self, _: &Path, _: &Owners) -> Option<Acl> {
        None
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// A POSIX list as the extended attribute has it: a version, then tag, permissions and id of each entry.
fn posix(bytes: &[u8], user: &dyn Fn(u32) -> String, group: &dyn Fn(u32) -> String) -> Option<Acl> {
    const READ: u16 = 4;
    if u32_at(bytes, 0)? != 2 || bytes.len() % 8 != 4 {
        return None;
    }
    let entries: Vec<(u16, u16, u32)> = bytes[4..]
        .chunks_exact(8)
        .map(|entry| Some((u16_at(entry, 0)?, u16_at(entry, 2)?, u32_at(entry, 4)?)))
        .collect::<Option<_>>()?;
    let mask = entries
        .iter()
        .find(|(tag, ..)| *tag == 0x10)
        .map_or(u16::MAX, |(_, permissions, _)| *permissions);
    let mut readers = Readers::Owner;
    let mut words = Words::default();
    for (tag, permissions, id) in entries {
        let (word, effective) = match tag {
            0x01 => ("user:".to_owned(), 0),
            0x02 => (format!("user:{}", user(id)), permissions & mask),
            0x04 => ("group:".to_owned(), permissions & mask),
            0x08 => (format!("group:{}", group(id)), permissions & mask),
            0x10 => ("mask:".to_owned(), 0),
            0x20 => ("other:".to_owned(), permissions),
            _ => return None,
        };
        if effective & READ != 0 {
            let who = if tag == 0x20 {
                Readers::Everyone
            } else {
                Readers::Group
            };
            readers = readers.max(who);
        }
        let letter = |bit: u16, letter: char| if permissions & bit != 0 { letter } else { '-' };
        words.push(format!(
            "{word}:{}{}{}",
            letter(READ, 'r'),
            letter(2, 'w'),
            letter(1, 'x')
        ));
    }
    Some(Acl {
        words: words.line(),
        readers,
    })
}

/// Entries in words, not too many.
#[derive(Default)]
struct Words {
    line: String,
    count: usize,
}

impl Words {
    fn push(&mut self, word: String) {
        self.count += 1;
        if self.count <= ENTRIES {
            if self.count > 1 {
                self.line.push(' ');
            }
            self.line.push_str(&word);
        }
    }

    fn line(mut self) -> String {
        if self.count > ENTRIES {
            self.line
                .push_str(&format!(" and {} more", self.count - ENTRIES));
        }
        self.line
    }
}

/// A self-relative security descriptor: who may read by its discretionary list.
fn windows(bytes: &[u8]) -> Option<Acl> {
    const PRESENT: u16 = 0x0004;
    // FILE_READ_DATA, GENERIC_ALL, GENERIC_READ.
    const READ: u32 = 0x1 | 0x1000_0000 | 0x8000_0000;
    const INHERIT_ONLY: u8 = 0x08;
    if *bytes.first()? != 1 {
        return None;
    }
    let control = u16_at(bytes, 2)?;
    let owner = match u32_at(bytes, 4)? {
        0 => None,
        at => sid(bytes.get(at as usize..)?),
    };
    let at = u32_at(bytes, 16)? as usize;
    if control & PRESENT == 0 || at == 0 {
        // No list at all, which is not an empty one: nobody is kept out.
        return Some(Acl {
            words: "no list: everyone".to_owned(),
            readers: Readers::Everyone,
        });
    }
    let list = bytes.get(at..)?;
    let count = u16_at(list, 4)?;
    let mut readers = Readers::Owner;
    let mut denied: Vec<String> = Vec::new();
    let mut words = Words::default();
    let mut at = 8_usize;
    for _ in 0..count {
        let entry = list.get(at..)?;
        let (kind, flags, size) = (*entry.first()?, *entry.get(1)?, u16_at(entry, 2)?);
        if size < 8 {
            return None;
        }
        at += usize::from(size);
        // Entries of other kinds are for audits, or for objects of a directory.
        if kind > 1 || flags & INHERIT_ONLY != 0 {
            continue;
        }
        let reads = u32_at(entry, 4)? & READ != 0;
        let who = sid(entry.get(8..usize::from(size))?)?;
        let what = match (kind, reads) {
            (0, true) => "r",
            (0, false) => "-",
            (_, true) => "deny-r",
            (_, false) => "deny",
        };
        words.push(format!("{}:{what}", well_known(&who).unwrap_or(&who)));
        if !reads {
            continue;
        }
        if kind == 1 {
            denied.push(who);
        } else if !denied.contains(&who)
            // Whom everyone is denied, nobody is.
            && !denied.iter().any(|denied| denied == "S-1-1-0")
        {
            readers = readers.max(breadth(&who, owner.as_deref()));
        }
    }
    Some(Acl {
        words: words.line(),
        readers,
    })
}

/// A security identifier as text: `S-1-5-32-545`.
fn sid(bytes: &[u8]) -> Option<String> {
    if *bytes.first()? != 1 {
        return None;
    }
    let count = usize::from(*bytes.get(1)?).min(15);
    let authority = bytes
        .get(2..8)?
        .iter()
        .fold(0_u64, |sum, b| sum << 8 | u64::from(*b));
    let mut text = format!("S-1-{authority}");
    for n in 0..count {
        text.push_str(&format!("-{}", u32_at(bytes, 8 + 4 * n)?));
    }
    Some(text)
}

/// Names of identifiers that are the same everywhere ([MS-DTYP] 2.4.2.4).
fn well_known(sid: &str) -> Option<&'static str> {
    Some(match sid {
        "S-1-1-0" => "Everyone",
        "S-1-3-0" => "Creator Owner",
        "S-1-3-4" => "Owner Rights",
        "S-1-5-2" => "Network",
        "S-1-5-4" => "Interactive",
        "S-1-5-7" => "Anonymous",
        "S-1-5-11" => "Authenticated Users",
        "S-1-5-18" => "System",
        "S-1-5-32-544" => "Administrators",
        "S-1-5-32-545" => "Users",
        "S-1-5-32-546" => "Guests",
        "S-1-5-32-551" => "Backup Operators",
        domain if domain.starts_with("S-1-5-21-") => match domain.rsplit('-').next()? {
            "512" => "Domain Admins",
            "513" => "Domain Users",
            "514" => "Domain Guests",
            "515" => "Domain Computers",
            "519" => "Enterprise Admins",
            _ => return None,
        },
        _ => return None,
    })
}

/// How many an identifier stands for.
fn breadth(sid: &str, owner: Option<&str>) -> Readers {
    if Some(sid) == owner {
        return Readers::Owner;
    }
    match well_known(sid) {
        Some(
            "Everyone"
            | "Network"
            | "Interactive"
            | "Anonymous"
            | "Authenticated Users"
            | "Users"
            | "Guests"
            | "Domain Users"
            | "Domain Guests"
            | "Domain Computers",
        ) => Readers::Everyone,
        Some(_) => Readers::Owner,
        None => Readers::Group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posix_list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Acl> {
        posix(bytes, &|id| format!("u{id}"), &|id| format!("g{id}"))
    }

    #[test]
    fn under_a_posix_list_the_mask_decides_for_groups() {
        const NONE: u32 = u32::MAX;
        let list = |named: u16, mask: u16, other: u16| {
            posix_list(&[
                (0x01, 6, NONE),
                (0x02, named, 7),
                (0x04, 0, NONE),
                (0x10, mask, NONE),
                (0x20, other, NONE),
            ])
        };
        let acl = read(&list(4, 6, 0)).expect("a list");
        assert_eq!(
            acl.words,
            "user::rw- user:u7:r-- group::--- mask::rw- other::---"
        );
        assert_eq!(acl.readers, Readers::Group, "a named account reads");
        assert_eq!(
            read(&list(4, 2, 0)).expect("a list").readers,
            Readers::Owner,
            "masked"
        );
        assert_eq!(
            read(&list(4, 2, 4)).expect("a list").readers,
            Readers::Everyone
        );
        let whole = list(4, 6, 0);
        for cut in 1..whole.len() {
            let _ = read(&whole[..cut]);
        }
        assert_eq!(read(&[1, 0, 0, 0]), None, "another version");
    }

    fn sid_bytes(authority: u8, subs: &[u32]) -> Vec<u8> {
        let mut bytes = vec![1, subs.len() as u8, 0, 0, 0, 0, 0, authority];
        subs.iter().for_each(|sub| bytes.extend(sub.to_le_bytes()));
        bytes
    }

    fn descriptor(owner: &[u8], entries: &[(u8, u8, u32, Vec<u8>)]) -> Vec<u8> {
        let mut list = Vec::new();
        for (kind, flags, mask, sid) in entries {
            list.extend([*kind, *flags]);
            list.extend((8 + sid.len() as u16).to_le_bytes());
            list.extend(mask.to_le_bytes());
            list.extend(sid);
        }
        let mut bytes = vec![1, 0, 0x04, 0x80];
        bytes.extend(20_u32.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend((20 + owner.len() as u32).to_le_bytes());
        bytes.extend(owner);
        bytes.extend([2, 0]);
        bytes.extend((8 + list.len() as u16).to_le_bytes());
        bytes.extend((entries.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(list);
        bytes
    }

    #[test]
    fn a_windows_list_tells_who_reads() {
        const READ: u32 = 0x0012_0089;
        let me = sid_bytes(5, &[21, 1, 2, 3, 1001]);
        let staff = sid_bytes(5, &[21, 1, 2, 3, 1200]);
        let domain_users = sid_bytes(5, &[21, 1, 2, 3, 513]);
        let administrators = sid_bytes(5, &[32, 544]);
        let everyone = sid_bytes(1, &[0]);
        let readers = |entries: &[(u8, u8, u32, Vec<u8>)]| {
            windows(&descriptor(&me, entries))
                .expect("a descriptor")
                .readers
        };
        let mine = (0, 0, READ, me.clone());
        assert_eq!(
            readers(&[mine.clone(), (0, 0, READ, administrators)]),
            Readers::Owner
        );
        assert_eq!(
            readers(&[mine.clone(), (0, 0x10, READ, staff.clone())]),
            Readers::Group
        );
        assert_eq!(
            readers(&[(0, 0, 0x8000_0000, domain_users)]),
            Readers::Everyone
        );
        assert_eq!(
            readers(&[(0, 0x08, READ, everyone.clone())]),
            Readers::Owner,
            "for children"
        );
        assert_eq!(
            readers(&[(0, 0, 0x0010_0000, everyone.clone())]),
            Readers::Owner,
            "no reading"
        );
        let denied = [
            (1, 0, READ, everyone.clone()),
            (0, 0, READ, everyone.clone()),
        ];
        assert_eq!(readers(&denied), Readers::Owner);
        assert_eq!(readers(&[]), Readers::Owner, "an empty list lets nobody in");
        let acl = windows(&descriptor(
            &me,
            &[(0, 0, READ, everyone), (0, 0, READ, staff)],
        ));
        assert_eq!(
            acl.expect("a descriptor").words,
            "Everyone:r S-1-5-21-1-2-3-1200:r"
        );
        let mut open = descriptor(&me, &[mine]);
        open[2] = 0;
        assert_eq!(
            windows(&open).expect("a descriptor").readers,
            Readers::Everyone
        );
        for cut in 0..open.len() {
            let _ = windows(&open[..cut]);
            let mut bent = open.clone();
            bent[cut] ^= 0xff;
            let _ = windows(&bent);
        }
    }
}
