//! What changed since an earlier scan: how many of each kind, and the first of them.

use std::io::Write;

use super::Escaped;
use crate::{
    inventory::{Inventory, What},
    report::{Options, ReportError, changes, text, tree::Labels},
};

/// Documents named of each kind of change.
const NAMED: usize = 100;

/// The list, without its heading.
pub(super) fn changes(
    inventory: &Inventory,
    options: &Options,
    labels: &Labels,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let Some((since, when)) = changes::since(inventory, options)? else {
        writeln!(
            out,
            "<p>There has been one scan only: nothing to compare it with.</p>"
        )?;
        return Ok(());
    };
    writeln!(out, "<p>Since scan {}{}.</p>", since.0, Escaped(&when))?;
    let mut named: Vec<(What, String)> = Vec::new();
    let kinds = inventory.first_changes::<ReportError>(since, NAMED, |change| {
        let path = change.place.path.display();
        let note = changes::note(change, |path| labels.label(path).into_owned());
        named.push((change.what, format!("{}{note}", labels.label(&path))));
        Ok(())
    })?;
    if kinds.is_empty() {
        writeln!(out, "<p>Nothing has changed.</p>")?;
    }
    for (what, count) in &kinds {
        let named: Vec<&String> = named
            .iter()
            .filter(|(of, _)| of == what)
            .map(|(_, line)| line)
            .collect();
        let alarming = matches!(what, What::Exposed | What::Unreadable);
        writeln!(
            out,
            "<details{}><summary><h3>{}: {}</h3></summary><ul>",
            if alarming || *count <= 10 {
                " open"
            } else {
                ""
            },
            Escaped(what.title()),
            text::plural(*count, "file", "files"),
        )?;
        for line in &named {
            writeln!(out, "<li>{}</li>", Escaped(line))?;
        }
        writeln!(out, "</ul>")?;
        let more = count - named.len() as u64;
        if more > 0 {
            writeln!(
                out,
                "<p>And {} more: <code>{} report changes --since {}</code> lists them all.</p>",
                text::number(more),
                Escaped(&options.program),
                since.0,
            )?;
        }
        writeln!(out, "</details>")?;
    }
    Ok(())
}
