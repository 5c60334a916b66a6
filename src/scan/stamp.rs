//! What the walk knows of an entry, as the inventory keeps it.

use std::{path::Path, sync::Arc};

use crate::{
    inventory::record::{Access, Exposure, Stamp},
    walk::{Meta, Owners, Readers},
};

/// The owner and group last asked for: neighbours have the same.
#[derive(Default)]
pub(super) struct Principals {
    user: Option<(u32, Arc<str>)>,
    group: Option<(u32, Arc<str>)>,
}

/// The stamp of an entry.
pub fn stamp(meta: &Meta) -> Stamp {
    Stamp {
        size: meta.size,
        mtime: meta.modified,
        ctime: meta.changed,
        inode: meta.inode,
        device: meta.device,
        links: meta.links,
    }
}

impl Principals {
    /// Who owns an entry and who can read it. `path` is absolute.
    pub(super) fn access(&mut self, path: &Path, meta: &Meta, owners: &Owners) -> Access {
        let acl = owners.acls.of(path, owners);
        let named = |last: &mut Option<(u32, Arc<str>)>,
                     id: Option<u32>,
                     ask: &dyn Fn() -> Arc<str>| {
            match (&*last, id) {
                (_, None) => Arc::from(""),
                (Some((known, name)), Some(id)) if *known == id => name.clone(),
                (_, Some(id)) => {
                    let name = ask();
                    *last = Some((id, name.clone()));
                    name
                }
            }
        };
        Access {
            owner: named(&mut self.user, meta.user, &|| owners.user(meta)),
            group: named(&mut self.group, meta.group, &|| owners.group(meta)),
            mode: meta.mode,
            exposure: acl.as_ref().map(|acl| match acl.readers {
                Readers::Owner => Exposure::Owner,
                Readers::Group => Exposure::Group,
                Readers::Everyone => Exposure::Everyone,
            }),
            acl: Arc::from(acl.map(|acl| acl.words).unwrap_or_default()),
            accessed: meta.accessed,
        }
    }
}
