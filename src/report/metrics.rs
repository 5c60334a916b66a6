//! The figures of an inventory for a monitoring system: Prometheus' text format, version 0.0.4, as its textfile collector
//! reads it. Numbers and names of categories, outcomes and roots; no path of a document, no value.

use std::{fmt::Write as _, io::Write};

use crate::{
    inventory::Inventory,
    model::{Class, Level},
    report::{Options, Report, ReportError},
};

/// The report.
pub struct Metrics;

impl Report for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn help(&self) -> &'static str {
        "Figures for Prometheus, in its text format: for a textfile collector"
    }

    fn write(
        &self,
        inventory: &Inventory,
        _: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        out.write_all(text(inventory)?.as_bytes())?;
        Ok(())
    }
}

/// A page of metrics.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// Begins a metric: its name and, in a sentence, what it tells. All are gauges: what is held goes down too.
    pub fn gauge(&mut self, name: &str, help: &str) -> Samples<'_> {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(
            self.0,
            "# HELP domesday_{name} {help}\n# TYPE domesday_{name} gauge"
        );
        Samples {
            page: &mut self.0,
            name: format!("domesday_{name}"),
        }
    }

    /// The page.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// The samples of one metric.
pub struct Samples<'p> {
    page: &'p mut String,
    name: String,
}

impl Samples<'_> {
    /// Adds one with its labels.
    pub fn add(&mut self, labels: &[(&str, &str)], value: f64) -> &mut Self {
        self.page.push_str(&self.name);
        for (n, (label, text)) in labels.iter().enumerate() {
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let _ = write!(
                self.page,
                "{}{label}=\"{text}\"",
                if n == 0 { '{' } else { ',' }
            );
        }
        let _ = writeln!(
            self.page,
            "{} {value}",
            if labels.is_empty() { "" } else { "}" }
        );
        self
    }
}

/// The metrics of an inventory.
pub fn text(inventory: &Inventory) -> Result<String, ReportError> {
    let overview = inventory.overview()?;
    let runs = inventory.runs(50)?;
    let mut page = Page::default();
    page.gauge("build_info", "1, with the version of the program.")
        .add(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    let complete = runs
        .iter()
        .find(|run| run.ending.as_deref() == Some("complete"));
    if let Some(ended) = complete.and_then(|run| run.ended) {
        page.gauge(
            "last_complete_scan_timestamp_seconds",
            "When the last scan that walked everything ended.",
        )
        .add(&[], ended as f64 / 1000.0);
    }
    if let Some(run) = runs.iter().find(|run| run.ending.is_some()) {
        page.gauge("last_scan_duration_seconds", "How long the last scan took.")
            .add(&[], run.seconds);
        page.gauge(
            "last_scan_read_bytes",
            "Bytes of the files that the last scan read.",
        )
        .add(&[], run.bytes as f64);
        let mut entries = page.gauge(
            "last_scan_entries",
            "Entries that the last scan met, by how they ended.",
        );
        for (kind, (count, _)) in &run.outcomes {
            entries.add(&[("outcome", kind.id())], *count as f64);
        }
    }
    for (name, help, value) in [
        ("documents", "Documents there now.", overview.documents),
        (
            "documents_gone",
            "Documents that earlier scans met and that are gone.",
            overview.gone,
        ),
        (
            "documents_with_personal_data",
            "Documents with personal data of medium or high confidence.",
            overview.holding,
        ),
        (
            "documents_with_special_data",
            "Of these, those with special category or criminal offence data.",
            overview.special,
        ),
        (
            "documents_exposed",
            "Documents with personal data that everyone can read.",
            overview.exposed,
        ),
        ("documents_bytes", "Bytes of the documents.", overview.bytes),
    ] {
        page.gauge(name, help).add(&[], value as f64);
    }
    let mut documents = page.gauge(
        "category_documents",
        "Documents that hold a category with medium or high confidence.",
    );
    for (category, figures) in &overview.categories {
        documents.add(
            &[
                ("category", category.id()),
                ("class", class(category.class())),
            ],
            figures.documents as f64,
        );
    }
    let mut findings = page.gauge("category_findings", "Findings by category and level.");
    for (category, figures) in &overview.categories {
        for level in [Level::Low, Level::Medium, Level::High] {
            findings.add(
                &[("category", category.id()), ("level", level.name())],
                figures.findings[level as usize] as f64,
            );
        }
    }
    let mut unread = page.gauge(
        "unread",
        "Files, and documents inside files, in which data may lie unseen, by outcome.",
    );
    for (kind, (files, members)) in overview.outcomes.iter().filter(|(k, _)| k.is_problem()) {
        unread.add(&[("outcome", kind.id()), ("what", "file")], *files as f64);
        unread.add(
            &[("outcome", kind.id()), ("what", "inside")],
            *members as f64,
        );
    }
    let roots = inventory.roots()?;
    let mut held = page.gauge("root_documents", "Entries there now, by folder scanned.");
    for root in &roots {
        held.add(&[("root", &root.label())], root.documents as f64);
    }
    let mut walked = page.gauge(
        "root_walked_timestamp_seconds",
        "When a folder was last walked to its end.",
    );
    for root in &roots {
        if let Some(at) = root.walked_at {
            walked.add(&[("root", &root.label())], at as f64 / 1000.0);
        }
    }
    let health = inventory.health()?;
    page.gauge("inventory_bytes", "Size of the inventory with its log.")
        .add(&[], health.bytes as f64);
    Ok(page.into_text())
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Standard => "standard",
        Class::Special => "special",
        Class::Criminal => "criminal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_as_the_format_says() {
        let mut page = Page::default();
        page.gauge("a", "first\nline")
            .add(&[("root", "a\"b\\c\nd"), ("x", "y")], 1.5);
        assert_eq!(
            page.into_text(),
            "# HELP domesday_a first\\nline\n# TYPE domesday_a gauge\n\
             domesday_a{root=\"a\\\"b\\\\c\\nd\",x=\"y\"} 1.5\n"
        );
    }
}
