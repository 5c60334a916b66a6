//! The treemap: folders within folders, by findings, as inline SVG. A picture for the mouse; the heat map has the same
//! figures as a table.

use std::io::Write;

use super::Escaped;
use crate::report::{ReportError, text, tree::Tree};

/// Width and height of the picture.
const SIZE: (f64, f64) = (1000.0, 420.0);

/// Height of the line with a folder's name, over the folders in it.
const HEAD: f64 = 19.0;

/// Levels of folders in folders.
const DEPTH: usize = 4;

/// Rectangles drawn at most.
const MOST: usize = 400;

/// A rectangle.
#[derive(Clone, Copy)]
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
            let length = area * scale / thick.max(1e-9);
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

struct Drawing<'a> {
    tree: &'a Tree,
    left: usize,
}

impl Drawing<'_> {
    /// The folders, and what of `own` lies beside them, in a rectangle.
    fn level(
        &mut self,
        nodes: &[usize],
        own: Option<usize>,
        free: Tile,
        depth: usize,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let own = own.filter(|&node| self.tree.nodes[node].own.holding > 0);
        let mut items: Vec<(u64, usize, bool)> = nodes
            .iter()
            .map(|&node| (self.tree.nodes[node].all.findings.max(1), node, true))
            .chain(own.map(|node| (self.tree.nodes[node].own.findings.max(1), node, false)))
            .collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.0));
        let areas: Vec<f64> = items.iter().map(|item| item.0 as f64).collect();
        for (&(_, node, whole), tile) in items.iter().zip(squarified(&areas, free)) {
            if self.left == 0 || tile.w < 2.0 || tile.h < 2.0 {
                continue;
            }
            self.left -= 1;
            self.tile(node, whole, tile, depth, out)?;
        }
        Ok(())
    }

    fn tile(
        &mut self,
        node: usize,
        whole: bool,
        tile: Tile,
        depth: usize,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let folder = &self.tree.nodes[node];
        let figures = if whole { &folder.all } else { &folder.own };
        // A chain of folders that each hold nothing but the next is one rectangle.
        let children = if whole {
            self.tree.hot_children(node)
        } else {
            Vec::new()
        };
        if let ([only], true) = (&children[..], folder.own.holding == 0) {
            return self.tile(*only, true, tile, depth, out);
        }
        let opened = !children.is_empty() && depth < DEPTH && tile.w > 70.0 && tile.h > 50.0;
        writeln!(
            out,
            "<a href=\"#documents\" tabindex=\"-1\" data-folder=\"{}\"{}><title>{}: {}, {}{}</title>\
             <rect class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            Escaped(&folder.label),
            if whole { "" } else { " data-only=\"1\"" },
            Escaped(&folder.label),
            text::plural(figures.findings, "finding", "findings"),
            text::plural(figures.holding, "file", "files"),
            if figures.special > 0 {
                format!(", {} special or criminal", text::number(figures.special))
            } else {
                String::new()
            },
            match (opened, figures.special > 0) {
                (true, _) => "frame",
                (false, true) => "special",
                (false, false) => "standard",
            },
            tile.x,
            tile.y,
            (tile.w - 1.0).max(0.5),
            (tile.h - 1.0).max(0.5),
        )?;
        let fits = ((tile.w - 8.0) / 7.2).max(0.0) as usize;
        if fits > 3 && tile.h > 18.0 {
            let name = if depth == 0 {
                &folder.label
            } else {
                &folder.name
            };
            let name = if whole { name.as_str() } else { "(directly)" };
            let mut short: String = name.chars().take(fits).collect();
            if short.len() < name.len() {
                short.pop();
                short.push('…');
            }
            writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                tile.x + 4.0,
                tile.y + 14.0,
                Escaped(&short)
            )?;
        }
        writeln!(out, "</a>")?;
        if opened {
            let inner = Tile {
                x: tile.x + 3.0,
                y: tile.y + HEAD,
                w: tile.w - 7.0,
                h: tile.h - HEAD - 4.0,
            };
            self.level(&children, Some(node), inner, depth + 1, out)?;
        }
        Ok(())
    }
}

/// Folders by findings.
pub(super) fn treemap(tree: &Tree, out: &mut dyn Write) -> Result<(), ReportError> {
    let tops: Vec<usize> = tree
        .tops()
        .iter()
        .copied()
        .filter(|&top| tree.nodes[top].all.holding > 0)
        .collect();
    // A single root is the picture itself.
    let (nodes, own) = match tops[..] {
        [] => return Ok(()),
        [only] => (tree.hot_children(only), Some(only)),
        _ => (tops, None),
    };
    let (w, h) = SIZE;
    writeln!(
        out,
        "<figure><svg class=\"map\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"Treemap of folders by number of findings; \
         the table above has the figures\">"
    )?;
    let mut drawing = Drawing { tree, left: MOST };
    drawing.level(
        &nodes,
        own,
        Tile {
            x: 0.0,
            y: 0.0,
            w,
            h,
        },
        0,
        out,
    )?;
    writeln!(
        out,
        "</svg><figcaption>Folders by number of findings: <span class=\"key special\"></span> with special category or criminal \
         offence data, <span class=\"key standard\"></span> without. A click shows the documents of a folder.</figcaption></figure>"
    )?;
    Ok(())
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
