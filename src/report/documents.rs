//! Documents as CSV: every place with its outcome and how much of which category is in it, read or not.
//!
//! Schema 1: `schema`, `path`, `size`, `modified`, `owner`, `exposure`, `outcome`, `reason`, `members`, `people` (the
//! most of any document inside it), `copies`, `high`, `medium`, `low`, then one column a category with its findings of
//! medium and high confidence. New columns come at the end.

use std::{collections::BTreeMap, io::Write};

use crate::{
    inventory::{Inventory, Which},
    model::Category,
    report::{Options, Report, ReportError, csv::output, text},
};

/// The report.
pub struct Documents;

impl Report for Documents {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn help(&self) -> &'static str {
        "Every document, read or not, with its outcome and its findings by category, as CSV"
    }

    fn write(
        &self,
        inventory: &Inventory,
        _options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let mut writer = csv::Writer::from_writer(out);
        let fixed = [
            "schema", "path", "size", "modified", "owner", "exposure", "outcome", "reason",
            "members", "people", "copies", "high", "medium", "low",
        ];
        let categories = Category::ALL.iter().map(|category| category.id());
        writer
            .write_record(fixed.into_iter().chain(categories))
            .map_err(output)?;
        inventory.places::<ReportError>(Which::Live, |place| {
            let parts = inventory.parts(place)?;
            let mut sums = [0_u64; 3];
            let mut by_category: BTreeMap<Category, u64> = BTreeMap::new();
            for rule in parts.iter().flat_map(|part| &part.rules) {
                for (sum, count) in sums.iter_mut().zip(rule.counts) {
                    *sum += count;
                }
                *by_category.entry(rule.category).or_default() += rule.counts[1] + rule.counts[2];
            }
            let members = parts.iter().filter(|part| part.ordinal > 0).count();
            let people = parts.iter().map(|part| part.people).max().unwrap_or(0);
            let mut record = vec![
                "1".to_owned(),
                text::cell(&place.path.display()).into_owned(),
                place.size.map(|n| n.to_string()).unwrap_or_default(),
                place.modified.map(text::file_time).unwrap_or_default(),
                text::cell(&place.owner).into_owned(),
                place.exposure.name().to_owned(),
                place.outcome.kind.id().to_owned(),
                text::cell(&place.outcome.reason).into_owned(),
                members.to_string(),
                people.to_string(),
                place.copies.to_string(),
                sums[2].to_string(),
                sums[1].to_string(),
                sums[0].to_string(),
            ];
            record.extend(
                Category::ALL
                    .iter()
                    .map(|category| by_category.get(category).copied().unwrap_or(0).to_string()),
            );
            writer.write_record(&record).map_err(output)
        })?;
        Ok(writer.flush()?)
    }
}
