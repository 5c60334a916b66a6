//! The heat map as a table and the bars as inline SVG, each with its figures as text for whoever does not see it.

use std::{collections::BTreeMap, io::Write};

use super::Escaped;
use crate::{
    inventory::record::Exposure,
    model::{Category, Class},
    report::{ReportError, csv, text, tree::Tree},
};

/// Rows of the heat map.
const HEAT: usize = 40;

/// Years told one by one.
const YEARS: i16 = 12;

/// Category × folder: how many files. Folders are whole, with what is below them, unless it has rows of its own.
pub(super) fn heat(tree: &Tree, out: &mut dyn Write) -> Result<(), ReportError> {
    let rows = tree.cut(HEAT);
    let mut categories: Vec<Category> = Category::ALL
        .iter()
        .copied()
        .filter(|c| {
            rows.iter()
                .any(|&r| tree.figures(r).categories.contains_key(c))
        })
        .collect();
    categories.sort_by_key(|c| (c.class() == Class::Standard, c.class()));
    if categories.is_empty() {
        writeln!(out, "<p>No personal data was found in what was read.</p>")?;
        return Ok(());
    }
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"heat\"><table class=\"heat\"><caption id=\"heat\">Files by folder and category; \
         a folder counts with all below it unless that has rows of its own</caption><thead><tr><th scope=\"col\">Folder</th>"
    )?;
    for category in &categories {
        write!(
            out,
            "<th scope=\"col\" class=\"{}\"><a href=\"#documents\" data-category=\"{}\">{}</a></th>",
            csv::class(category.class()),
            index(*category),
            Escaped(category.title())
        )?;
    }
    writeln!(
        out,
        "<th scope=\"col\" class=\"all\"><span>All files with personal data</span></th></tr></thead><tbody>"
    )?;
    let most = rows
        .iter()
        .flat_map(|&row| tree.figures(row).categories.values())
        .copied()
        .max()
        .unwrap_or(1);
    for row in rows {
        let (node, figures) = (&tree.nodes[row.node], tree.figures(row));
        let only = if row.whole { "" } else { " data-only=\"1\"" };
        let label = Escaped(&node.label);
        write!(
            out,
            "<tr><th scope=\"row\"><a href=\"#documents\" data-folder=\"{label}\"{only}>{label}</a>{}</th>",
            if row.whole {
                ""
            } else {
                " <small>directly</small>"
            }
        )?;
        for category in &categories {
            let count = figures.categories.get(category).copied().unwrap_or(0);
            let class = csv::class(category.class());
            if count == 0 {
                write!(out, "<td class=\"h0\"></td>")?;
                continue;
            }
            // Six shades on a logarithmic scale: 1 and 1,000 are to be told apart, and 900 and 1,000 are not.
            let scale = (count as f64).ln() / (most as f64).ln().max(1e-9);
            write!(
                out,
                "<td class=\"h{} {class}\"><a href=\"#documents\" tabindex=\"-1\" data-folder=\"{label}\"{only} data-category=\"{}\">{}</a></td>",
                1 + (5.0 * scale.min(1.0)) as u32,
                index(*category),
                text::number(count)
            )?;
        }
        writeln!(
            out,
            "<td class=\"all\">{}</td></tr>",
            text::number(figures.holding)
        )?;
    }
    writeln!(out, "</tbody></table></div>")?;
    Ok(())
}

/// What the script calls a category.
pub(super) fn index(category: Category) -> usize {
    Category::ALL
        .iter()
        .position(|c| *c == category)
        .unwrap_or_default()
}

/// Bars of two parts: special or criminal, and other data.
fn bars(
    label: &str,
    rows: &[(String, (u64, u64))],
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let most = rows
        .iter()
        .map(|(_, (a, b))| a + b)
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let words = |(other, special): (u64, u64)| match special {
        0 => text::number(other),
        _ => format!(
            "{} ({} special or criminal)",
            text::number(special + other),
            text::number(special)
        ),
    };
    let told: Vec<_> = rows
        .iter()
        .map(|(name, n)| format!("{name}: {}", words(*n)))
        .collect();
    let height = rows.len() * 24 + 4;
    writeln!(
        out,
        "<figure><svg class=\"bars\" viewBox=\"0 0 780 {height}\" role=\"img\" aria-label=\"{}: {}\">",
        Escaped(label),
        Escaped(&told.join("; ")),
    )?;
    for (at, (name, (other, special))) in rows.iter().enumerate() {
        let y = at * 24 + 2;
        // Something is never drawn as nothing.
        let width = |n: u64| {
            if n == 0 {
                0.0
            } else {
                (n as f64 / most * 400.0).max(1.5)
            }
        };
        writeln!(
            out,
            "<text x=\"118\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"special\" x=\"126\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/>\
             <rect class=\"standard\" x=\"{:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/><text x=\"{:.1}\" y=\"{}\">{}</text>",
            y + 15,
            Escaped(name),
            width(*special),
            126.0 + width(*special),
            width(*other),
            132.0 + width(*special) + width(*other),
            y + 15,
            words((*other, *special)),
        )?;
    }
    writeln!(
        out,
        "</svg><figcaption>{}</figcaption></figure>",
        Escaped(label)
    )?;
    Ok(())
}

/// Files with personal data by the year they were last changed; years long past are put together, and what lies after
/// this year, where a clock was wrong, or is unknown is told apart.
pub(super) fn ages(
    ages: &BTreeMap<Option<i16>, (u64, u64)>,
    this_year: i16,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let add = |sum: (u64, u64), n: &(u64, u64)| (sum.0 + n.0, sum.1 + n.1);
    let sum = |from: i16, to: i16| {
        ages.iter()
            .filter(|(year, _)| year.is_some_and(|year| (from..=to).contains(&year)))
            .fold((0, 0), |total, (_, n)| add(total, n))
    };
    let mut rows = Vec::new();
    let after = this_year.saturating_add(1);
    rows.push(("in the future".to_owned(), sum(after, i16::MAX)));
    rows.extend(
        (this_year - YEARS + 1..=this_year)
            .rev()
            .map(|year| (year.to_string(), sum(year, year))),
    );
    rows.push(("before that".to_owned(), sum(i16::MIN, this_year - YEARS)));
    rows.push((
        "unknown".to_owned(),
        ages.get(&None).copied().unwrap_or_default(),
    ));
    // Empty years at the far end and empty special rows say nothing; a gap between years does.
    let filled = |row: &(String, (u64, u64))| row.1 != (0, 0);
    let last_year = rows[..rows.len() - 1].iter().rposition(filled).unwrap_or(1);
    let unknown = rows.pop().filter(filled);
    rows.truncate(last_year + 1);
    rows.extend(unknown);
    if rows.first().is_some_and(|row| !filled(row)) {
        rows.remove(0);
    }
    bars(
        "Files with personal data by year of last change",
        &rows,
        out,
    )
}

/// Files with personal data by who can read them.
pub(super) fn exposures(
    exposures: &BTreeMap<Exposure, (u64, u64)>,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let rows: Vec<(String, (u64, u64))> = Exposure::ALL
        .iter()
        .rev()
        .map(|exposure| {
            let n = exposures.get(exposure).copied().unwrap_or_default();
            (exposure.words().to_owned(), n)
        })
        .collect();
    bars("Files with personal data by who can read them", &rows, out)
}
