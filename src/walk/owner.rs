//! Numbers of users and groups → names, each asked for once.

use std::{collections::HashMap, sync::Arc, sync::Mutex};

use crate::walk::{Acls, Meta};

/// Names of owners and groups, remembered. Shared by all threads; held only for a look into a small map.
#[derive(Debug, Default)]
pub struct Owners {
    users: Mutex<HashMap<u32, Arc<str>>>,
    groups: Mutex<HashMap<u32, Arc<str>>>,
    /// Access-control lists, for those who ask.
    pub acls: Acls,
}

impl Owners {
    /// The owner's name, else the number, else nothing.
    pub fn user(&self, meta: &Meta) -> Arc<str> {
        named(&self.users, meta.user, |id| {
            #[cfg(unix)]
            return uzers::get_user_by_uid(id)
                .map(|user| user.name().to_string_lossy().into_owned());
            #[cfg(not(unix))]
            None
        })
    }

    /// The group's name, else the number, else nothing.
    pub fn group(&self, meta: &Meta) -> Arc<str> {
        named(&self.groups, meta.group, |id| {
            #[cfg(unix)]
            return uzers::get_group_by_gid(id)
                .map(|group| group.name().to_string_lossy().into_owned());
            #[cfg(not(unix))]
            None
        })
    }
}

impl Owners {
    /// The name of a user that a list speaks of, else the number.
    pub fn user_named(&self, id: u32) -> String {
        let meta = Meta {
            user: Some(id),
            ..Meta::default()
        };
        self.user(&meta).to_string()
    }

    /// The name of a group that a list speaks of, else the number.
    pub fn group_named(&self, id: u32) -> String {
        let meta = Meta {
            group: Some(id),
            ..Meta::default()
        };
        self.group(&meta).to_string()
    }
}

fn named(
    known: &Mutex<HashMap<u32, Arc<str>>>,
    id: Option<u32>,
    look_up: impl Fn(u32) -> Option<String>,
) -> Arc<str> {
    let Some(id) = id else {
        return Arc::from("");
    };
    let mut known = known
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let name = known
        .entry(id)
        .or_insert_with(|| Arc::from(look_up(id).unwrap_or_else(|| id.to_string())));
    Arc::clone(name)
}
