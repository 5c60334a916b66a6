//! Charts as tables and inline SVG, each with its figures as text for whoever does not see it.

use std::{collections::BTreeMap, io::Write};

use super::Escaped;
use crate::{
    inventory::{FolderFigures, Overview, record::Exposure},
    model::{Category, Class},
    report::{ReportError, csv, summary::weight, text},
};

/// Folders in the heat map.
const HEAT: usize = 25;

/// Folders in the treemap.
const TREE: usize = 60;

fn hottest(overview: &Overview, most: usize) -> Vec<&FolderFigures> {
    let mut folders: Vec<_> = overview.folders.iter().filter(|f| f.holding > 0).collect();
    folders.sort_by(|a, b| weight(b).cmp(&weight(a)).then(a.path.cmp(&b.path)));
    folders.truncate(most);
    folders
}

/// Category × folder: how many files.
pub(super) fn heat(overview: &Overview, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(out, "<section id=\"where\"><h2>Where</h2>")?;
    let folders = hottest(overview, HEAT);
    let mut categories: Vec<Category> = Category::ALL
        .iter()
        .copied()
        .filter(|c| folders.iter().any(|f| f.categories.contains_key(c)))
        .collect();
    categories.sort_by_key(|c| (c.class() == Class::Standard, c.class()));
    if categories.is_empty() {
        writeln!(out, "<p>No personal data was found in what was read.</p>")?;
        return Ok(());
    }
    let all = overview.folders.iter().filter(|f| f.holding > 0).count();
    writeln!(
        out,
        "<div class=\"wide\"><table class=\"heat\"><caption>Files by category and folder{}</caption><thead><tr><th scope=\"col\">Folder</th>",
        if all > HEAT {
            format!(", the {HEAT} hottest of {}", text::number(all as u64))
        } else {
            String::new()
        }
    )?;
    for category in &categories {
        write!(
            out,
            "<th scope=\"col\" class=\"{}\"><span>{}</span></th>",
            csv::class(category.class()),
            Escaped(category.title())
        )?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    let most = folders
        .iter()
        .flat_map(|f| f.categories.values())
        .copied()
        .max()
        .unwrap_or(1);
    for folder in folders {
        write!(
            out,
            "<tr><th scope=\"row\">{}</th>",
            Escaped(&folder.path.display())
        )?;
        for category in &categories {
            let count = folder.categories.get(category).copied().unwrap_or(0);
            // Six shades on a logarithmic scale: 1 and 1,000 are to be told apart, and 900 and 1,000 are not.
            let shade = match count {
                0 => 0,
                n => 1 + (5.0 * ((n as f64).ln() / (most as f64).ln().max(1e-9)).min(1.0)) as u32,
            };
            write!(
                out,
                "<td class=\"h{shade} {}\">{}</td>",
                csv::class(category.class()),
                if count > 0 {
                    text::number(count)
                } else {
                    String::new()
                }
            )?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    Ok(())
}

/// A rectangle of the treemap.
struct Tile {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// Lays areas out in a rectangle, squarish (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). Areas descend.
fn squarified(areas: &[f64], mut free: Tile) -> Vec<Tile> {
    let total: f64 = areas.iter().sum();
    let scale = free.w * free.h / total.max(1e-9);
    let mut tiles = Vec::with_capacity(areas.len());
    let mut at = 0;
    while at < areas.len() {
        let side = free.w.min(free.h).max(1e-9);
        let worst = |row: &[f64]| {
            let sum: f64 = row.iter().sum::<f64>() * scale;
            row.iter().fold(0.0_f64, |worst, area| {
                let area = area * scale;
                worst.max((side * side * area / (sum * sum)).max(sum * sum / (side * side * area)))
            })
        };
        let mut end = at + 1;
        while end < areas.len() && worst(&areas[at..=end]) <= worst(&areas[at..end]) {
            end += 1;
        }
        let sum: f64 = areas[at..end].iter().sum::<f64>() * scale;
        let thick = sum / side;
        let mut along = 0.0;
        for area in &areas[at..end] {
            let length = area * scale / thick;
            tiles.push(if free.w >= free.h {
                Tile {
                    x: free.x,
                    y: free.y + along,
                    w: thick,
                    h: length,
                }
            } else {
                Tile {
                    x: free.x + along,
                    y: free.y,
                    w: length,
                    h: thick,
                }
            });
            along += length;
        }
        if free.w >= free.h {
            free.x += thick;
            free.w = (free.w - thick).max(0.0);
        } else {
            free.y += thick;
            free.h = (free.h - thick).max(0.0);
        }
        at = end;
    }
    tiles
}

/// Folders by findings.
pub(super) fn treemap(overview: &Overview, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut folders = hottest(overview, TREE);
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.findings));
    if folders.is_empty() {
        writeln!(out, "</section>")?;
        return Ok(());
    }
    let areas: Vec<f64> = folders.iter().map(|f| f.findings.max(1) as f64).collect();
    let (width, height) = (1000.0, 380.0);
    writeln!(
        out,
        "<figure><svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"Folders by number of findings; the table above and `report folders` have the figures\">"
    )?;
    let free = Tile {
        x: 0.0,
        y: 0.0,
        w: width,
        h: height,
    };
    for (folder, tile) in folders.iter().zip(squarified(&areas, free)) {
        let path = folder.path.display();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let fits = (tile.w / 7.5) as usize;
        writeln!(
            out,
            "<g><title>{}: {}, {}</title><rect class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            Escaped(&path),
            text::plural(folder.findings, "finding", "findings"),
            text::plural(folder.holding, "file", "files"),
            if folder.special > 0 {
                "special"
            } else {
                "standard"
            },
            tile.x,
            tile.y,
            (tile.w - 1.0).max(0.5),
            (tile.h - 1.0).max(0.5),
        )?;
        if fits > 4 && tile.h > 18.0 {
            let short: String = name.chars().take(fits).collect();
            writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                tile.x + 4.0,
                tile.y + 15.0,
                Escaped(&short)
            )?;
        }
        writeln!(out, "</g>")?;
    }
    writeln!(
        out,
        "</svg><figcaption>Folders by findings; <span class=\"key special\"></span> with special category or criminal offence data, <span class=\"key standard\"></span> without</figcaption></figure></section>"
    )?;
    Ok(())
}

/// Bars of two parts: other data, and special or criminal.
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
    let height = rows.len() * 24 + 4;
    writeln!(
        out,
        "<figure><svg class=\"bars\" viewBox=\"0 0 780 {height}\" role=\"img\" aria-label=\"{}\">",
        Escaped(label)
    )?;
    for (at, (name, (other, special))) in rows.iter().enumerate() {
        let y = at * 24 + 2;
        let width = |n: u64| n as f64 / most * 400.0;
        writeln!(
            out,
            "<text x=\"118\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"special\" x=\"126\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/>\
             <rect class=\"standard\" x=\"{:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"20\"/><text x=\"{:.1}\" y=\"{}\">{}</text>",
            y + 15,
            Escaped(name),
            width(*special),
            126.0 + width(*special),
            width(*other),
            132.0 + width(special + other),
            y + 15,
            if *special > 0 {
                format!(
                    "{} ({} special or criminal)",
                    text::number(special + other),
                    text::number(*special)
                )
            } else {
                text::number(*other)
            },
        )?;
    }
    writeln!(
        out,
        "</svg><figcaption>{}</figcaption></figure></section>",
        Escaped(label)
    )?;
    Ok(())
}

/// Files with personal data by the year they were last changed; years long past are put together.
pub(super) fn ages(
    ages: &BTreeMap<String, (u64, u64)>,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    writeln!(out, "<section id=\"age\"><h2>Age</h2>")?;
    let mut rows: Vec<(String, (u64, u64))> = ages
        .iter()
        .rev()
        .map(|(year, n)| (year.clone(), *n))
        .collect();
    if rows.len() > 15 {
        let old = rows.split_off(14);
        let sum = old
            .iter()
            .fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
        rows.push(("before that".into(), sum));
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
    writeln!(out, "<section id=\"exposure\"><h2>Exposure</h2>")?;
    let rows: Vec<(String, (u64, u64))> = exposures
        .iter()
        .rev()
        .map(|(exposure, n)| (exposure.name().to_owned(), *n))
        .collect();
    bars("Files with personal data by who can read them", &rows, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_the_map_and_keep_their_areas() {
        let areas = [60.0, 25.0, 10.0, 4.0, 1.0];
        let free = Tile {
            x: 0.0,
            y: 0.0,
            w: 200.0,
            h: 50.0,
        };
        let tiles = squarified(&areas, free);
        assert_eq!(tiles.len(), areas.len());
        for (tile, area) in tiles.iter().zip(areas) {
            assert!((tile.w * tile.h - area * 100.0).abs() < 1e-6);
            assert!(tile.x >= -1e-9 && tile.x + tile.w <= 200.0 + 1e-6);
            assert!(tile.y >= -1e-9 && tile.y + tile.h <= 50.0 + 1e-6);
        }
    }
}
