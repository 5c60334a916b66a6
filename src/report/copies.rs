//! Copies: the same content with personal data at more than one place. What is erased at one of them is still held.

use std::io::Write;

use crate::{
    inventory::Inventory,
    report::{Options, Report, ReportError, text},
};

/// The report.
pub struct Copies;

impl Report for Copies {
    fn name(&self) -> &'static str {
        "copies"
    }

    fn help(&self) -> &'static str {
        "Content with personal data that is held at more than one place, with every place"
    }

    fn write(
        &self,
        inventory: &Inventory,
        _options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let (mut contents, mut spare) = (0, 0);
        inventory.copies::<ReportError>(|places| {
            contents += 1;
            spare += places.len() as u64 - 1;
            let size = places.first().and_then(|place| place.size).unwrap_or(0);
            writeln!(out, "{} places, {} each", places.len(), text::bytes(size))?;
            for place in places {
                writeln!(out, "  {}", text::terminal(&place.path().display()))?;
            }
            Ok(())
        })?;
        if contents == 0 {
            writeln!(out, "No personal data is held more than once.")?;
            return Ok(());
        }
        writeln!(
            out,
            "{} with personal data held more than once, {} too many",
            text::plural(contents, "content", "contents"),
            text::plural(spare, "copy", "copies")
        )?;
        Ok(())
    }
}
