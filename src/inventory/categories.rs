//! Sets of categories: what a document holds, in a few bits.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::{
    inventory::rows::category,
    model::{Category, Class},
};

/// A set of categories.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Categories(u32);

impl Categories {
    /// Adds one.
    pub fn insert(&mut self, category: Category) {
        self.0 |= bit(category);
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Categories) {
        self.0 |= other.0;
    }

    /// Whether it is in it.
    pub fn contains(self, category: Category) -> bool {
        self.0 & bit(category) != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether special category or criminal offence data is in it.
    pub fn is_special(self) -> bool {
        self.iter().any(|c| c.class() != Class::Standard)
    }

    /// All in it, in the order reports show them.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL
            .iter()
            .copied()
            .filter(move |&category| self.contains(category))
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<I: IntoIterator<Item = Category>>(categories: I) -> Self {
        let mut set = Categories::default();
        categories.into_iter().for_each(|c| set.insert(c));
        set
    }
}

fn bit(category: Category) -> u32 {
    1 << category as u32
}

/// The sets of categories that contents have, by what stands in `content.categories`: few, however many contents.
pub(super) struct Sets {
    bits: Vec<(i64, Category)>,
    known: HashMap<i64, Categories>,
}

impl Sets {
    pub(super) fn new(db: &Connection) -> rusqlite::Result<Sets> {
        let bits = db
            .prepare("SELECT bit, name FROM category")?
            .query_map([], |row| {
                Ok((row.get(0)?, category(row.get_ref(1)?.as_str()?)))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Sets {
            bits,
            known: HashMap::new(),
        })
    }

    pub(super) fn get(&mut self, stored: i64) -> Categories {
        let bits = &self.bits;
        *self.known.entry(stored).or_insert_with(|| {
            bits.iter()
                .filter(|(bit, _)| stored >> bit & 1 == 1)
                .map(|(_, category)| *category)
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_room_for_every_category() {
        let all: Categories = Category::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Category::ALL.len());
        let one: Categories = [Category::Health].into_iter().collect();
        assert!(one.is_special() && one.contains(Category::Health));
        assert!(!one.contains(Category::Name));
    }
}
