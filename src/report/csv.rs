//! Findings as CSV, for a spreadsheet: the table of findings under the name people ask for.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, table},
};

/// The report.
pub struct Csv;

impl Report for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn help(&self) -> &'static str {
        "Every finding kept, as CSV for a spreadsheet"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        table::csv(&table::Findings, inventory, options, out)
    }
}

/// The class as machines write it.
pub(super) fn class(class: crate::model::Class) -> &'static str {
    match class {
        crate::model::Class::Standard => "standard",
        crate::model::Class::Special => "special",
        crate::model::Class::Criminal => "criminal",
    }
}

/// What the CSV writer could not write.
pub(super) fn output(error: csv::Error) -> ReportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ReportError::Output(error),
        other => ReportError::Output(std::io::Error::other(format!("{other:?}"))),
    }
}
