//! Which row or column of a table names the others.

use std::sync::Arc;

use crate::extract::naming::name_score;

use super::piece::Piece;

/// What names the cells of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Naming {
    /// Not decided yet.
    Open,
    /// The first row names the columns.
    Head(Vec<Arc<str>>),
    /// In each row, the first cell of each pair (or the first of all) names what follows it.
    Form { pairs: bool },
    /// Nothing.
    None,
}

/// The cells of a row with their names on them.
pub(super) fn label_row(row: Vec<Piece>, naming: &Naming, first: bool) -> Vec<Piece> {
    let mut row = row;
    match naming {
        Naming::Head(names) if !first => {
            for (cell, name) in row.iter_mut().zip(names) {
                if !name.is_empty() {
                    cell.spans.push((0, cell.text.len(), name.clone()));
                }
            }
        }
        Naming::Form { pairs } => {
            let mut name: Option<Arc<str>> = None;
            for (column, cell) in row.iter_mut().enumerate() {
                let names = if *pairs { column % 2 == 0 } else { column == 0 };
                if names {
                    name = Some(cell.text.trim().trim_end_matches([':', '.', ' ']).into())
                        .filter(|n: &Arc<str>| !n.is_empty());
                } else if let Some(name) = &name {
                    cell.spans.push((0, cell.text.len(), name.clone()));
                }
            }
        }
        _ => {}
    }
    row
}

/// Decides what names what, from the first rows of a table.
pub(super) fn decide(rows: &[Vec<Piece>], head_declared: bool) -> Naming {
    let head = || {
        Naming::Head(
            rows[0]
                .iter()
                .map(|c| c.text.trim().trim_end_matches(':').into())
                .collect(),
        )
    };
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if rows.is_empty() || columns < 2 {
        return if head_declared && rows.len() > 1 {
            head()
        } else {
            Naming::None
        };
    }
    if head_declared {
        return head();
    }
    let mean = |cells: &mut dyn Iterator<Item = &Piece>| {
        let (mut sum, mut n, mut bad) = (0, 0, 0);
        for cell in cells {
            if cell.text.trim().is_empty() {
                continue;
            }
            let score = name_score(&cell.text);
            n += 1;
            sum += score;
            bad += u32::from(score == 0);
        }
        // Mostly names, or it is no naming row at all.
        if n == 0 || bad * 4 > n {
            0.0
        } else {
            f64::from(sum) / f64::from(n)
        }
    };
    let row = if rows.len() > 1 {
        mean(&mut rows[0].iter())
    } else {
        0.0
    };
    let column = mean(&mut rows.iter().filter_map(|r| r.first()));
    let third = mean(&mut rows.iter().filter_map(|r| r.get(2)));
    let pairs = columns == 2 || (columns % 2 == 0 && third > 1.2 && column > 1.2);
    if row == 0.0 && column == 0.0 {
        Naming::None
    } else if columns == 2 || pairs {
        if row > column {
            head()
        } else {
            Naming::Form { pairs: true }
        }
    } else if row >= 1.0 && row + 0.5 >= column {
        head()
    } else if column > 1.2 {
        Naming::Form { pairs: false }
    } else {
        Naming::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<Vec<Piece>> {
        cells
            .iter()
            .map(|row| {
                row.iter()
                    .map(|text| Piece {
                        text: (*text).to_owned(),
                        ..Piece::default()
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_heading_row_names_columns_and_a_form_names_rows() {
        let table = rows(&[
            &["Name", "NI number", "Start"],
            &["Ann Hall", "QQ123456C", "1 May"],
        ]);
        assert!(matches!(decide(&table, false), Naming::Head(_)));
        let form = rows(&[&["Surname:", "Hall"], &["Date of birth:", "2 March 1951"]]);
        assert_eq!(decide(&form, false), Naming::Form { pairs: true });
        let form = rows(&[
            &["Surname", "Hall", "Forename", "Ann"],
            &["Postcode", "ZZ99 3VZ", "Telephone", "01632 960001"],
        ]);
        assert_eq!(decide(&form, false), Naming::Form { pairs: true });
        let table = rows(&[
            &["Name", "NI number"],
            &["Ann Hall", "QQ123456C"],
            &["Jo Ray", "QQ123457C"],
        ]);
        assert!(matches!(decide(&table, false), Naming::Head(_)));
        let figures = rows(&[&["12", "13"], &["14", "15"]]);
        assert_eq!(decide(&figures, false), Naming::None);
    }
}
