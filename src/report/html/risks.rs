//! What to see to first: how many documents are of which risk, and the riskiest folders with the terms of it.

use std::io::Write;

use super::{Escaped, data::Data};
use crate::report::{Options, ReportError, risk::Band, text};

/// Folders named.
const FOLDERS: usize = 15;

/// What a band asks for.
fn advice(band: Band) -> &'static str {
    match band {
        Band::Critical => "many people, or the worst about some, where too many can read it",
        Band::High => "narrow who can read it, ask whether it is still needed",
        Band::Moderate => "have its owner look at it",
        Band::Low => "a name and how to reach it, in good hands",
    }
}

/// The lists, without their heading.
pub(super) fn risks(
    data: &Data,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    if data.risks.is_empty() {
        writeln!(out, "<p>No personal data was found in what was read.</p>")?;
        return Ok(());
    }
    writeln!(
        out,
        "<p>Risk of a document = what it holds × what that is worth together × how many people it is about × who can read it × \
         its age; a folder\u{2019}s is the sum. A convention to compare by, no probability. Open a document below for its \
         terms; <code>{} report risk</code> tells the weights.</p>\n\
         <div class=\"wide\"><table class=\"short\"><caption>Files by risk</caption><thead><tr><th scope=\"col\">Risk</th>\
         <th scope=\"col\" class=\"n\">From</th><th scope=\"col\" class=\"n\">Files</th><th scope=\"col\">What it means</th></tr></thead><tbody>",
        Escaped(&options.program)
    )?;
    for band in Band::ALL.into_iter().rev() {
        let count = data.bands[band as usize];
        writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#documents\" data-band=\"{0}\" class=\"band {0}\">{0}</a></th><td class=\"n\">{1}</td><td class=\"n\">{2}</td><td>{3}</td></tr>",
            band.id(),
            text::number(band.from() as u64),
            text::number(count),
            advice(band),
        )?;
    }
    writeln!(
        out,
        "</tbody></table></div>\n<div class=\"wide\"><table><caption>The riskiest folders, their subfolders apart</caption><thead><tr>\
         <th scope=\"col\">Folder</th><th scope=\"col\" class=\"n\">Risk</th><th scope=\"col\" class=\"n\">Files with personal data</th>\
         <th scope=\"col\" class=\"n\">Everyone can read</th><th scope=\"col\" class=\"n\">People in one file, at most</th>\
         <th scope=\"col\">Riskiest file</th><th scope=\"col\" class=\"n\">Its risk</th></tr></thead><tbody>"
    )?;
    for folder in data.risks.iter().take(FOLDERS) {
        let path = folder.folder.whole().display();
        let label = data.labels.label(&path);
        writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#documents\" data-folder=\"{0}\" data-only=\"1\">{0}</a></th><td class=\"n\">{1}</td><td class=\"n\">{2}</td>\
             <td class=\"n\">{3}</td><td class=\"n\">{4}</td><td>{5}</td><td class=\"n\">{6}</td></tr>",
            Escaped(&label),
            text::number(folder.score.round() as u64),
            text::number(folder.documents),
            text::number(folder.everyone),
            text::number(folder.people),
            Escaped(&folder.worst.0.display()),
            text::number(folder.worst.1.round() as u64),
        )?;
    }
    writeln!(out, "</tbody></table></div>")?;
    let more = data.risks.len().saturating_sub(FOLDERS);
    if more > 0 {
        writeln!(
            out,
            "<p>And {} with less.</p>",
            text::plural(more as u64, "folder", "folders")
        )?;
    }
    Ok(())
}
