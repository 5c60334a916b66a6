//! What could not be read, or only in part: how much of it there is, and where.

use crate::{
    inventory::{
        error::InventoryError,
        read::{Inventory, count},
        record::DocumentId,
        rows::Place,
    },
    model::OutcomeKind,
};

/// The outcomes after which data may lie unseen, as a list for SQL.
pub(super) fn problems() -> String {
    let kinds: Vec<_> = OutcomeKind::ALL
        .iter()
        .filter(|kind| kind.is_problem())
        .map(|kind| format!("'{}'", kind.id()))
        .collect();
    kinds.join(", ")
}

impl Inventory {
    /// Documents, and documents inside contents, that could not be read, or only in part: where somebody may be unseen.
    pub fn unread(&self) -> Result<(u64, u64), InventoryError> {
        let one = |sql: &str| {
            self.db
                .prepare_cached(sql)?
                .query_row([], |row| count(row, 0))
        };
        let read = || -> rusqlite::Result<(u64, u64)> {
            // `outcome <> 'read'` is what the index says of itself; the planner wants to see it.
            let documents = one(&format!(
                "SELECT COUNT(*) FROM document INDEXED BY document_unread
                 WHERE outcome <> 'read' AND gone_run IS NULL AND outcome IN ({})",
                problems()
            ))?;
            let inside = one(
                "SELECT SUM(unread) FROM content INDEXED BY content_unread WHERE unread > 0 AND live > 0",
            )?;
            Ok((documents, inside))
        };
        read().map_err(|e| self.sql(e))
    }

    /// Goes through the documents that are there and could not be read, or that hold one that could not, in the order of
    /// their paths. Memory: a number for each.
    pub fn unread_places<E: From<InventoryError>>(
        &self,
        mut each: impl FnMut(&Place) -> Result<(), E>,
    ) -> Result<(), E> {
        let numbers = || -> rusqlite::Result<Vec<i64>> {
            self.db
                .prepare_cached(&format!(
                    "SELECT d.id FROM (
                        SELECT id FROM document
                        WHERE outcome <> 'read' AND gone_run IS NULL AND outcome IN ({})
                        UNION
                        SELECT d.id FROM content c JOIN document d ON d.content = c.id
                        WHERE c.unread > 0 AND c.live > 0 AND d.gone_run IS NULL
                     ) u CROSS JOIN document d ON d.id = u.id
                     CROSS JOIN folder f ON f.id = d.folder
                     ORDER BY f.root, f.path, d.name",
                    problems()
                ))?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        for number in numbers().map_err(|e| self.sql(e))? {
            if let Some(place) = self.place(DocumentId(number))? {
                each(&place)?;
            }
        }
        Ok(())
    }
}
