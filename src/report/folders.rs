//! Folders: what each holds, hottest first.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, summary::weight, text},
};

/// The report.
pub struct Folders;

impl Report for Folders {
    fn name(&self) -> &'static str {
        "folders"
    }

    fn help(&self) -> &'static str {
        "What each folder holds, those with special category data and most findings first"
    }

    fn write(
        &self,
        inventory: &Inventory,
        _options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let mut folders = inventory.overview()?.folders;
        folders.retain(|folder| folder.holding + folder.unread > 0);
        folders.sort_by(|a, b| weight(b).cmp(&weight(a)).then(a.path.cmp(&b.path)));
        writeln!(
            out,
            "{:>9} {:>9} {:>9} {:>9} {:>9} {:>10}  FOLDER (its subfolders apart)",
            "FILES", "PERSONAL", "SPECIAL", "EXPOSED", "UNREAD", "FINDINGS"
        )?;
        for folder in &folders {
            let categories: Vec<_> = folder.categories.keys().map(|c| c.id()).collect();
            writeln!(
                out,
                "{:>9} {:>9} {:>9} {:>9} {:>9} {:>10}  {}  {}",
                text::number(folder.documents),
                text::number(folder.holding),
                text::number(folder.special),
                text::number(folder.exposed),
                text::number(folder.unread),
                text::number(folder.findings),
                text::terminal(&folder.path.display()),
                categories.join(", "),
            )?;
        }
        Ok(())
    }
}
