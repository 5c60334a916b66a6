//! Documents as CSV: the table of documents; there is no other form of it.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, table},
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
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        table::csv(&table::Documents, inventory, options, out)
    }
}
