//! What happened between scans, and which contents are held more than once.

use rusqlite::params;
use serde::Serialize;

use crate::inventory::{
    error::InventoryError,
    read::Inventory,
    record::{DocumentId, RunId},
    rows::Place,
};

/// What happened to a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// More people can read it.
    Exposed,
    /// It is there for the first time.
    New,
    /// It was somewhere else.
    Moved,
    /// It was gone and is there again.
    Returned,
    /// Its content is another.
    Changed,
    /// It could not be read before.
    Readable,
    /// It could be read before.
    Unreadable,
    /// Fewer people can read it.
    Closed,
    /// It is not there any more.
    Gone,
}

impl What {
    /// All of them, in the order reports show them.
    pub const ALL: [What; 9] = [
        What::Exposed,
        What::New,
        What::Moved,
        What::Returned,
        What::Changed,
        What::Readable,
        What::Unreadable,
        What::Closed,
        What::Gone,
    ];

    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            What::Exposed => "exposed",
            What::New => "new",
            What::Moved => "moved",
            What::Returned => "returned",
            What::Changed => "changed",
            What::Readable => "readable",
            What::Unreadable => "unreadable",
            What::Closed => "closed",
            What::Gone => "gone",
        }
    }

    /// The words a person reads.
    pub fn title(self) -> &'static str {
        match self {
            What::Exposed => "can be read by more people",
            What::New => "new",
            What::Moved => "moved",
            What::Returned => "there again",
            What::Changed => "changed",
            What::Readable => "can be read now",
            What::Unreadable => "cannot be read any more",
            What::Closed => "can be read by fewer people",
            What::Gone => "gone",
        }
    }
}

/// A document and what happened to it.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// What.
    pub what: What,
    /// Run that noticed.
    pub run: RunId,
    /// The document as it is now.
    pub place: Place,
    /// What it was: who could read it, how reading it ended, the path it had.
    pub before: String,
    /// What it became.
    pub after: String,
}

impl Inventory {
    /// What happened since a run (after it, up to now), kind by kind. A document that moved is told as moved, and neither
    /// as new nor, at its old place, as gone.
    pub fn changes<E: From<InventoryError>>(
        &self,
        since: RunId,
        each: impl FnMut(&Change) -> Result<(), E>,
    ) -> Result<(), E> {
        self.first_changes(since, usize::MAX, each).map(|_| ())
    }

    /// The same, but of each kind only so many; how many there are of each kind that there are.
    pub fn first_changes<E: From<InventoryError>>(
        &self,
        since: RunId,
        most: usize,
        mut each: impl FnMut(&Change) -> Result<(), E>,
    ) -> Result<Vec<(What, u64)>, E> {
        let mut counts = Vec::new();
        for what in What::ALL {
            let rows = self.changed(what, since).map_err(|e| self.sql(e))?;
            if !rows.is_empty() {
                counts.push((what, rows.len() as u64));
            }
            for (document, run, before, after) in rows.into_iter().take(most) {
                let Some(place) = self.place(DocumentId(document))? else {
                    continue;
                };
                let before = match (what, before.parse()) {
                    (What::Moved, Ok(old)) => self
                        .place(DocumentId(old))?
                        .map(|place| place.path.display())
                        .unwrap_or_default(),
                    _ => before,
                };
                each(&Change {
                    what,
                    run: RunId(run),
                    place,
                    before,
                    after,
                })?;
            }
        }
        Ok(counts)
    }

    #[allow(clippy::type_complexity)] // one row, used at one place
    fn changed(
        &self,
        what: What,
        since: RunId,
    ) -> rusqlite::Result<Vec<(i64, i64, String, String)>> {
        let sql = match what {
            What::New => {
                "SELECT id, first_run, '', '' FROM document WHERE first_run > ?1 AND gone_run IS NULL
                 AND id NOT IN (SELECT document FROM change WHERE what = 'moved') AND ?2 = ?2
                 ORDER BY folder, name"
            }
            What::Gone => {
                "SELECT document, run, '', '' FROM change g WHERE run > ?1 AND what = ?2
                 AND (SELECT gone_run FROM document d WHERE d.id = g.document) = g.run
                 AND (run, document) NOT IN (SELECT run, before FROM change WHERE run > ?1 AND what = 'moved')
                 ORDER BY id"
            }
            _ => {
                "SELECT document, run, coalesce(CAST(before AS TEXT), ''), coalesce(CAST(after AS TEXT), '')
                 FROM change WHERE run > ?1 AND what = ?2 ORDER BY id"
            }
        };
        self.db
            .prepare_cached(sql)?
            .query_map(params![since.0, what.id()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect()
    }
}
