//! Which row of a table names its columns: what the readers of spreadsheets and word-processor tables ask.

/// Words that name things rather than being them.
const FIELD_WORDS: &[&str] = &[
    "name",
    "surname",
    "forename",
    "forenames",
    "title",
    "date",
    "dob",
    "birth",
    "born",
    "age",
    "gender",
    "sex",
    "number",
    "no",
    "ref",
    "reference",
    "id",
    "address",
    "postcode",
    "town",
    "county",
    "country",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "email",
    "mail",
    "fax",
    "nino",
    "ni",
    "nhs",
    "insurance",
    "passport",
    "licence",
    "account",
    "sort",
    "code",
    "iban",
    "bank",
    "amount",
    "total",
    "salary",
    "pay",
    "post",
    "role",
    "job",
    "department",
    "team",
    "manager",
    "employer",
    "employee",
    "staff",
    "school",
    "pupil",
    "upn",
    "gp",
    "doctor",
    "ward",
    "diagnosis",
    "condition",
    "religion",
    "ethnicity",
    "nationality",
    "contact",
    "next",
    "kin",
    "relationship",
    "status",
    "start",
    "end",
    "from",
    "to",
    "type",
    "details",
    "description",
    "notes",
    "comments",
    "signature",
    "signed",
    "company",
];

/// Whether a text could be the name of a column or field.
pub fn is_name(text: &str) -> bool {
    let text = text.trim();
    (1..=60).contains(&text.chars().count())
        && text.chars().any(char::is_alphabetic)
        && text.chars().filter(char::is_ascii_digit).count() <= 2
        && !text.contains('@')
}

/// How much a text looks like the name of a field: 0 to 3.
pub fn name_score(text: &str) -> u32 {
    if !is_name(text) {
        return 0;
    }
    let colon = text.trim_end().ends_with([':', '?']);
    let known = text
        .split(|c: char| !c.is_alphanumeric())
        .any(|w| FIELD_WORDS.contains(&w.to_lowercase().as_str()));
    1 + u32::from(colon) + u32::from(known)
}

/// A cell as the choice of a heading row sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Column, from 0.
    pub column: u32,
    /// What it shows.
    pub text: String,
    /// Whether it is text, and not a number or a date.
    pub is_text: bool,
}

/// The index of the row that names the columns of the rows below it, if one does.
pub fn heading_row(rows: &[Vec<Seen>]) -> Option<usize> {
    let widest = rows.iter().map(|r| filled(r).count()).max().unwrap_or(0);
    if widest < 2 {
        return None;
    }
    for (index, row) in rows.iter().enumerate().take(20) {
        let cells: Vec<&Seen> = filled(row).collect();
        if cells.len() < 2 || cells.len() * 2 < widest || index + 1 == rows.len() {
            continue;
        }
        let named = cells
            .iter()
            .filter(|c| c.is_text && is_name(&c.text))
            .count();
        if named * 5 < cells.len() * 4 {
            // A row of data before any heading: this table has none, unless it is a line above the table.
            if cells.len() * 5 >= widest * 4 {
                return None;
            }
            continue;
        }
        let known = cells.iter().filter(|c| name_score(&c.text) > 1).count();
        let below = &rows[index + 1..];
        let contrasts = cells
            .iter()
            .filter(|head| {
                let mut data = below
                    .iter()
                    .flat_map(|r| filled(r).filter(|c| c.column == head.column))
                    .peekable();
                let some = data.peek().is_some();
                let (mut unlike, mut all) = (0, 0);
                for cell in data {
                    all += 1;
                    unlike += u32::from(!cell.is_text || !is_name(&cell.text));
                }
                some && unlike * 2 > all
            })
            .count();
        // Data repeats, headings do not.
        let mut texts: Vec<&str> = cells.iter().map(|c| c.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        let distinct = texts.len() * 10 >= cells.len() * 9;
        if distinct && (known * 4 >= cells.len() || known >= 2 || contrasts * 4 >= cells.len()) {
            return Some(index);
        }
        return None;
    }
    None
}

fn filled(row: &[Seen]) -> impl Iterator<Item = &Seen> {
    row.iter().filter(|c| !c.text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<Vec<Seen>> {
        cells
            .iter()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .map(|(i, text)| Seen {
                        column: i as u32,
                        text: (*text).to_owned(),
                        is_text: text.parse::<f64>().is_err(),
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn headings_are_found_under_a_title_and_not_among_names() {
        let sheet = rows(&[
            &["Staff list 2026", "", ""],
            &["Name", "NI number", "Salary"],
            &["Ann Hall", "QQ123456C", "31000"],
        ]);
        assert_eq!(heading_row(&sheet), Some(1));
        assert_eq!(
            heading_row(&rows(&[&["Ann Hall", "Leeds"], &["Jo Ray", "York"]])),
            None
        );
        assert_eq!(heading_row(&rows(&[&["1", "2"], &["3", "4"]])), None);
    }
}
