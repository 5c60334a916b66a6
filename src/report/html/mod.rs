//! The page: one self-contained HTML file for a person, from a share or a mail, without network.
//!
//! What it shows is gathered in one pass over the inventory ([`data`]); the charts are drawn here as SVG ([`charts`]); the
//! table of documents is drawn by the script in `page.js` from JSON in the page, a hundred rows at a time, so that it
//! stays quick at fifty thousand. A content-security policy lets nothing run but that script and nothing load at all; every
//! name that came from a file system is escaped where it enters the page, and the script writes text, never markup.

mod charts;
mod data;

use std::{fmt, io::Write};

use crate::{
    inventory::{Inventory, What, record::RunId},
    report::{Options, Report, ReportError, summary, text},
};
use data::Data;

/// Changes told.
const CHANGES: usize = 200;

/// The report.
pub struct Html;

/// Text for HTML, in content and in quoted attributes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in text::terminal(self.0).chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Report for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn help(&self) -> &'static str {
        "One page to open in a browser: figures, charts, a searchable table of documents, what was not read"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let model = summary::model(inventory)?;
        let data = data::gather(inventory, options)?;
        let nonce = nonce();
        head(&model, options, &nonce, out)?;
        figures(&model, out)?;
        categories(&model, out)?;
        charts::heat(&data.overview, out)?;
        charts::treemap(&data.overview, out)?;
        charts::ages(&data.ages, out)?;
        charts::exposures(&data.exposures, out)?;
        documents(&data, out)?;
        unread(&model, out)?;
        changes(inventory, options, out)?;
        foot(&data, &nonce, out)
    }
}

/// A word that the policy and the script tag share and that a file name cannot know.
fn nonce() -> String {
    let mut bytes = [0; 16];
    // Without randomness the page is written all the same; its policy is then as good as a fixed word.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head(
    model: &summary::Model,
    options: &Options,
    nonce: &str,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let roots: Vec<_> = model.roots.iter().map(|root| root.path.display()).collect();
    let roots = roots.join(", ");
    let scanned = match &model.run {
        Some(run) => text::moment(run.started, &options.timezone),
        None => "never".into(),
    };
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Personal data in {1}</title>\n<style nonce=\"{0}\">\n{2}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#documents\">Skip to the documents</a>\n\
         <header><h1>Personal data in {1}</h1>\n<p>Scan of {3}. This page holds previews with the middle masked, and no value in full.</p>\n\
         <nav aria-label=\"Sections\"><a href=\"#categories\">Categories</a> <a href=\"#where\">Where</a> <a href=\"#age\">Age</a> \
         <a href=\"#exposure\">Exposure</a> <a href=\"#documents\">Documents</a> <a href=\"#unread\">Not read</a> <a href=\"#changes\">Changes</a></nav></header>\n<main>",
        nonce,
        Escaped(&roots),
        include_str!("page.css"),
        Escaped(&scanned),
    )?;
    Ok(())
}

fn figures(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    let unread: u64 = model.unread.iter().map(|u| u.documents + u.members).sum();
    writeln!(out, "<section aria-label=\"Figures\" class=\"figures\">")?;
    for (number, words, alarming) in [
        (model.documents, "files", false),
        (model.holding, "hold personal data", false),
        (
            model.special,
            "hold special category or criminal offence data",
            model.special > 0,
        ),
        (
            model.exposed,
            "with personal data can be read by everyone",
            model.exposed > 0,
        ),
        (unread, "could not be read, or only in part", unread > 0),
    ] {
        writeln!(
            out,
            "<p{}><strong>{}</strong> {words}</p>",
            if alarming { " class=\"alarm\"" } else { "" },
            text::number(number)
        )?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

fn categories(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"categories\"><h2>Categories</h2>\n<div class=\"wide\"><table><caption>Findings of medium and high confidence; {} of low confidence are apart</caption>\n\
         <thead><tr><th scope=\"col\">Category</th><th scope=\"col\" class=\"n\">Files</th><th scope=\"col\" class=\"n\">Findings</th><th scope=\"col\" class=\"n\">High</th>\
         <th scope=\"col\" class=\"n\">Medium</th><th scope=\"col\" class=\"n\">People, at most</th><th scope=\"col\" class=\"n\">Files everyone can read</th></tr></thead>",
        text::plural(model.hints, "hint", "hints")
    )?;
    for (class, categories) in &model.classes {
        writeln!(
            out,
            "<tbody><tr><th scope=\"rowgroup\" colspan=\"7\" class=\"class {}\">{}</th></tr>",
            super::csv::class(*class),
            Escaped(class.title())
        )?;
        for (category, figures) in categories {
            let [_, medium, high] = figures.findings;
            writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                Escaped(category.title()),
                text::number(figures.documents),
                text::number(medium + high),
                text::number(high),
                text::number(medium),
                text::number(figures.people),
                text::number(figures.exposed),
            )?;
        }
        writeln!(out, "</tbody>")?;
    }
    writeln!(out, "</table></div></section>")?;
    Ok(())
}

fn documents(data: &Data, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(
        out,
        "<section id=\"documents\"><h2>Documents</h2>\n<p>{}</p>\n\
         <form role=\"search\" id=\"filters\"><label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\" placeholder=\"path, owner, outcome\"></label>\n\
         <label>Category <select id=\"category\"><option value=\"\">any</option></select></label>\n\
         <label>Exposure <select id=\"exposed\"><option value=\"\">any</option></select></label>\n\
         <label><input type=\"checkbox\" id=\"special\"> special or criminal only</label></form>\n\
         <p id=\"count\" role=\"status\" aria-live=\"polite\"></p>\n\
         <div class=\"wide\"><table id=\"table\"><thead><tr></tr></thead><tbody></tbody></table></div>\n\
         <nav id=\"pages\" aria-label=\"Pages of documents\"></nav>\n\
         <noscript>The table needs JavaScript, which this browser has off for this page; `report documents` gives the same as CSV.</noscript></section>",
        Escaped(&data.note)
    )?;
    Ok(())
}

fn unread(model: &summary::Model, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(out, "<section id=\"unread\"><h2>Not read</h2>")?;
    if model.unread.is_empty() {
        writeln!(
            out,
            "<p>Everything that was not excluded could be read.</p></section>"
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "<p>Personal data may lie in these unseen. Each is in the table of documents: search for its outcome.</p>\n\
         <table><thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"n\">Files</th><th scope=\"col\" class=\"n\">Inside files</th><th scope=\"col\">Reasons</th></tr></thead><tbody>"
    )?;
    for unread in &model.unread {
        let reasons: Vec<_> = unread
            .reasons
            .iter()
            .take(8)
            .map(|(reason, count)| format!("{reason} ({})", text::number(*count)))
            .collect();
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            Escaped(unread.outcome.title()),
            text::number(unread.documents),
            text::number(unread.members),
            Escaped(&reasons.join("; "))
        )?;
    }
    writeln!(out, "</tbody></table></section>")?;
    Ok(())
}

fn changes(
    inventory: &Inventory,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    writeln!(out, "<section id=\"changes\"><h2>Changes</h2>")?;
    let runs = inventory.runs(2)?;
    let since = match (options.since, &runs[..]) {
        (Some(since), _) => since,
        (None, [_, before]) => before.id,
        (None, _) => {
            writeln!(
                out,
                "<p>There has been one scan only: nothing to compare it with.</p></section>"
            )?;
            return Ok(());
        }
    };
    let (mut last, mut told, mut more): (Option<What>, usize, u64) = (None, 0, 0);
    inventory.changes::<ReportError>(RunId(since.0), |change| {
        if told == CHANGES {
            more += 1;
            return Ok(());
        }
        told += 1;
        if last != Some(change.what) {
            if last.is_some() {
                writeln!(out, "</ul>")?;
            }
            writeln!(out, "<h3>{}</h3><ul>", Escaped(change.what.title()))?;
            last = Some(change.what);
        }
        let note = match change.what {
            What::Moved => format!(" (from {})", change.before),
            _ if !change.before.is_empty() => format!(" ({} → {})", change.before, change.after),
            _ => String::new(),
        };
        Ok(writeln!(
            out,
            "<li>{}{}</li>",
            Escaped(&change.place.path.display()),
            Escaped(&note)
        )?)
    })?;
    match last {
        Some(_) => writeln!(out, "</ul>")?,
        None => writeln!(out, "<p>Nothing has changed since the scan before.</p>")?,
    }
    if more > 0 {
        writeln!(
            out,
            "<p>And {} more: `report changes` lists them all.</p>",
            text::number(more)
        )?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

/// The data, then the script, which must come after all it reads. `<` is escaped in the data, so that no name can end the
/// element.
fn foot(data: &Data, nonce: &str, out: &mut dyn Write) -> Result<(), ReportError> {
    write!(
        out,
        "</main>\n<script type=\"application/json\" id=\"data\">"
    )?;
    let json = serde_json::to_string(&data.table).map_err(std::io::Error::from)?;
    out.write_all(json.replace('<', "\\u003c").as_bytes())?;
    writeln!(
        out,
        "</script>\n<script nonce=\"{nonce}\">\n{}</script>\n</body>\n</html>",
        include_str!("page.js")
    )?;
    Ok(())
}
