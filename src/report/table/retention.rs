//! What is overdue, what cannot be counted, and what no rule speaks of.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::{Held, Inventory},
    report::{
        Options, ReportError,
        retention::{Policy, Verdict},
    },
};

/// The table.
pub struct Retention;

impl Table for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    fn title(&self) -> &'static str {
        "Retention"
    }

    fn note(&self) -> &'static str {
        "one row a document with personal data that is overdue, whose period cannot be counted, or that no retention rule speaks of"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column("state", "State", 12, "`overdue`, `undated` or `no-rule`."),
            column("path", "Path", 70, "Its whole path."),
            column("rule", "Rule", 24, "The rule it falls under."),
            column(
                "keep",
                "Keep",
                30,
                "How long that rule says, and from when.",
            ),
            column("from", "Counted from", 12, "The day its period began."),
            looks(
                Look::Due,
                column("due", "Due", 12, "The last day of its period."),
            ),
            column(
                "why",
                "Why not counted",
                30,
                "Why its period cannot be counted.",
            ),
            column(
                "categories",
                "Categories",
                40,
                "Ids of the categories it holds.",
            ),
            column(
                "special",
                "Special or criminal",
                12,
                "`yes` when it holds special category or criminal offence data.",
            ),
            column(
                "modified",
                "Modified",
                12,
                "When its content was last changed.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        options: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let policy = Policy::new(options);
        let mut due: Vec<(Held, Verdict)> = Vec::new();
        inventory.held::<ReportError>(|held| {
            match policy.judge(&held) {
                None | Some(Verdict::InTime(..)) => {}
                Some(verdict) => due.push((held, verdict)),
            }
            Ok(())
        })?;
        let date = |verdict: &Verdict| match verdict {
            Verdict::Overdue(_, _, due) => (0, Some(*due)),
            Verdict::Undated(..) => (1, None),
            _ => (2, None),
        };
        due.sort_by(|(a, of_a), (b, of_b)| date(of_a).cmp(&date(of_b)).then_with(|| a.by_path(b)));
        for (held, verdict) in due {
            let (state, rule, from, date, why) = match verdict {
                Verdict::Overdue(at, from, due) => ("overdue", Some(at), Some(from), Some(due), ""),
                Verdict::Undated(at, why) => ("undated", Some(at), None, None, why),
                _ => ("no-rule", None, None, None, ""),
            };
            let rule = rule.map(|at| &policy.rules[at]);
            each(vec![
                state.into(),
                held.path().display().into(),
                rule.map(|rule| rule.title.clone()).into(),
                rule.map(|rule| rule.period.clone()).into(),
                from.map_or(Cell::Empty, Cell::Day),
                date.map_or(Cell::Empty, Cell::Day),
                why.into(),
                Cell::Ids(held.categories.iter().map(|c| c.id()).collect()),
                if held.categories.is_special() {
                    "yes"
                } else {
                    ""
                }
                .into(),
                held.modified.map_or(Cell::Empty, Cell::Time),
            ])?;
        }
        Ok(())
    }
}
