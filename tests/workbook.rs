//! The workbooks as people get them: made by the program, opened by another one, edited, made again.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn domesday(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

const RECORD: &str =
    "Name: Ada Example\nDate of birth: 03/05/1980\nNI number: QQ 12 34 56 C\nDiagnosis: asthma\n";

/// A share with a configuration, scanned. Names that a spreadsheet might take for a formula are among its files.
fn share() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for (place, name) in [
        ("HR/Pay", "March 2012.txt"),
        ("HR/Pay", "=HYPERLINK(\"http:x\").txt"),
        ("HR/Pay", "+1+cmd|' C'!A0.txt"),
        ("HR/Pay", "@SUM(A1).txt"),
        ("HR/Pay", "-1 _x0041_ \u{7}bell.txt"),
        ("Care", "plan.txt"),
        ("Loose", "note.txt"),
    ] {
        fs::create_dir_all(at("share").join(place)).unwrap();
        fs::write(at("share").join(place).join(name), RECORD).unwrap();
    }
    fs::write(
        at("domesday.toml"),
        r#"
        inventory = "i.db"
        [organisation]
        name = "Example Care Ltd"
        [[retention]]
        name = "=Pay records"
        paths = ["Pay/"]
        keep = "6 years"
        from = "name"
        [[function]]
        name = "Human resources"
        purpose = "Pay"
        paths = ["HR/"]
        lawful_basis = "Article 6(1)(b)"
        [[function]]
        name = "Care"
        purpose = "Care plans"
        paths = ["/Care/"]
        "#,
    )
    .unwrap();
    domesday(folder.path(), &["scan", "share", "--quiet"]);
    folder
}

/// Runs a script of Python with openpyxl; passes over, and says so, where that is not installed.
fn python(folder: &Path, script: &str) -> bool {
    let there = Command::new("python3")
        .args(["-c", "import openpyxl"])
        .output();
    if !there.is_ok_and(|output| output.status.success()) {
        println!("passed over: python3 with openpyxl is not installed");
        return false;
    }
    let output = Command::new("python3")
        .args(["-W", "error::UserWarning", "-c", script])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

#[test]
fn the_workbook_opens_elsewhere_and_no_name_is_a_formula() {
    let folder = share();
    domesday(folder.path(), &["report", "xlsx", "-o", "i.xlsx"]);
    python(
        folder.path(),
        r#"
import openpyxl, datetime
book = openpyxl.load_workbook("i.xlsx")
assert book.sheetnames == ["Summary", "Categories", "Folders", "Documents", "Exposure", "Risk", "Retention", "Not read", "Copies", "Changes"], book.sheetnames
names = set()
for sheet in book:
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
            if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@"):
                assert cell.quotePrefix, (sheet.title, cell.coordinate)
    if sheet.title != "Summary":
        assert sheet.freeze_panes == "B2", sheet.title
        if sheet.max_row > 1:
            assert sheet.auto_filter.ref.endswith(str(sheet.max_row)), sheet.title
        assert sheet.column_dimensions["A"].width > 7
documents = book["Documents"]
heads = [cell.value for cell in documents[1]]
assert documents.max_row == 8
paths = {row[0].value for row in documents.iter_rows(min_row=2)}
assert any(path.endswith("=HYPERLINK(\"http:x\").txt") for path in paths), paths
assert any("_x0041_ \\u{7}bell" in path for path in paths), paths
assert isinstance(documents.cell(2, heads.index("Modified") + 1).value, datetime.datetime)
assert documents.conditional_formatting
retention = book["Retention"]
states = [row[0].value for row in retention.iter_rows(min_row=2)]
assert states.count("overdue") == 1 and states.count("no-rule") == 2, states
assert "=Pay records" in [row[2].value for row in retention.iter_rows(min_row=2)]
"#,
    );
}

#[test]
fn every_table_has_the_same_rows_as_csv_and_as_json_lines() {
    let folder = share();
    let columns = domesday(folder.path(), &["report", "columns"]);
    let mut tables = 0;
    for line in columns.lines() {
        let Some((name, _)) = line.split_once(" (version 1): one row ") else {
            continue;
        };
        tables += 1;
        let csv = domesday(folder.path(), &["report", name, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let heads = reader.headers().unwrap().clone();
        assert_eq!(&heads[0], "schema", "{name}");
        for head in heads.iter().skip(1) {
            assert!(
                columns.contains(&format!("\n  {head}")),
                "{name}: {head} is not documented"
            );
        }
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let cells = rows.iter().flat_map(|row| row.iter());
        for cell in cells {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{name}: {cell}"
            );
        }
        let jsonl = domesday(folder.path(), &["report", name, "--format", "jsonl"]);
        let lines: Vec<serde_json::Value> = jsonl
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(rows.len(), lines.len(), "{name}");
        for line in &lines {
            assert_eq!((&line["schema"], &line["table"]), (&1.into(), &name.into()));
            for key in line.as_object().unwrap().keys() {
                assert!(
                    key == "table" || heads.iter().any(|head| head == key),
                    "{name}: {key}"
                );
            }
        }
    }
    assert_eq!(tables, 11);
}

#[test]
fn edits_of_the_record_survive_and_clashes_are_shown() {
    let folder = share();
    let ropa = ["report", "ropa", "-o", "ropa.xlsx"];
    domesday(folder.path(), &ropa);
    let edited = python(
        folder.path(),
        r#"
import openpyxl
book = openpyxl.load_workbook("ropa.xlsx")
sheet = book["RoPA"]
heads = [cell.value for cell in sheet[1]]
column = lambda title: heads.index(title) + 1
rows = {sheet.cell(n, 1).value: n for n in range(2, sheet.max_row + 1)}
assert [id for id in rows if not id.startswith("folder:")] == ["human-resources/pay", "care/care-plans"], rows
assert len(rows) == 3, rows
pay, care = rows["human-resources/pay"], rows["care/care-plans"]
assert sheet.cell(pay, column("Scan: files with personal data")).value == 5
assert sheet.cell(pay, column("Article 6 lawful basis for processing personal data")).value == "Article 6(1)(b)"
assert sheet.cell(care, column("Article 6 lawful basis for processing personal data")).value == "to complete"
assert "Health and care" in sheet.cell(care, column("Categories of personal data")).value
assert sheet.cell(pay, column("Retention schedule")).value.startswith("=Pay records: 6 years"), "not a formula"
assert sheet.cell(pay, column("Retention schedule")).data_type == "s"
assert sheet.cell(care, column("Purpose of processing")).value == "Care plans"
# The officer's work: cells, a row, a column, a sheet.
sheet.cell(care, column("Categories of recipients")).value = "Pharmacy"
sheet.cell(pay, column("Article 6 lawful basis for processing personal data")).value = "Article 6(1)(c)"
sheet.cell(1, sheet.max_column + 1).value = "Reviewed by"
sheet.cell(pay, sheet.max_column).value = "Grace"
sheet.cell(sheet.max_row + 1, column("Business function")).value = "Volunteers"
book.create_sheet("Minutes")["B2"] = "agreed"
book.save("ropa.xlsx")
"#,
    );
    if !edited {
        return;
    }
    // Declared otherwise since.
    let toml = folder.path().join("domesday.toml");
    let config = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, config.replace("Article 6(1)(b)", "Article 6(1)(f)")).unwrap();
    let check = r#"
import openpyxl
book = openpyxl.load_workbook("ropa.xlsx")
sheet = book["RoPA"]
heads = [cell.value for cell in sheet[1]]
column = lambda title: heads.index(title) + 1
rows = {sheet.cell(n, 1).value: n for n in range(2, sheet.max_row + 1)}
assert sheet.cell(rows["care/care-plans"], column("Categories of recipients")).value == "Pharmacy"
assert sheet.cell(rows["human-resources/pay"], column("Article 6 lawful basis for processing personal data")).value == "Article 6(1)(c)"
assert sheet.cell(rows["human-resources/pay"], column("Reviewed by")).value == "Grace"
assert sheet.cell(rows["added-1"], column("Business function")).value == "Volunteers"
assert len(rows) == 4, rows
assert book["Minutes"]["B2"].value == "agreed"
assert book["domesday"].sheet_state == "hidden"
"#;
    let conflict = r#"
conflict = [cell.value for cell in book["Conflicts"][2]]
assert conflict[0] == "human-resources/pay" and conflict[2:4] == ["Article 6(1)(c)", "Article 6(1)(f)"], conflict
"#;
    // Twice: what is kept is kept again, and the clash is shown until it is decided.
    for _ in 0..2 {
        domesday(folder.path(), &ropa);
        python(folder.path(), &format!("{check}{conflict}"));
    }
    python(
        folder.path(),
        "import openpyxl; book = openpyxl.load_workbook('ropa.xlsx'); book['Conflicts']['E2'] = 'keep'; book.save('ropa.xlsx')",
    );
    domesday(folder.path(), &ropa);
    python(
        folder.path(),
        &format!("{check}assert 'Conflicts' not in book.sheetnames"),
    );
}

/// Saves a workbook again by LibreOffice; passes over, and says so, where that is not installed.
fn saved_by_libreoffice(folder: &Path, name: &str) -> bool {
    let saved = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.join("profile").display()
        ))
        .args(["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"])
        .args(["--outdir", "saved", name])
        .current_dir(folder)
        .output()
        .is_ok_and(|output| output.status.success());
    let file = folder.join("saved").join(name);
    if !saved || !file.exists() {
        println!("passed over: LibreOffice is not installed");
        return false;
    }
    fs::rename(file, folder.join(name)).unwrap();
    true
}

#[test]
fn edits_survive_rows_turned_round_deleted_and_added_in_a_file_saved_by_libreoffice() {
    let folder = share();
    let ropa = ["report", "ropa", "-o", "ropa.xlsx"];
    domesday(folder.path(), &ropa);
    let edited = python(
        folder.path(),
        r#"
import openpyxl
book = openpyxl.load_workbook("ropa.xlsx")
sheet = book["RoPA"]
heads = [cell.value for cell in sheet[1]]
at = heads.index
rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
pay = next(row for row in rows if row[0] == "human-resources/pay")
care = next(row for row in rows if row[0] == "care/care-plans")
pay[at("Article 6 lawful basis for processing personal data")] = "Legal obligation (PAYE) \u2013 \u201cHMRC\u201d"
care[at("The source of the personal data")] = "Families; the NHS\nand the person"
care[at("Categories of personal data")] = "Only what I typed"
new = [None] * len(heads)
new[at("Business function")] = "Fundraising"
sheet.delete_rows(2, sheet.max_row)
# The last first, one of nobody's knowledge between, and the folder's row deleted.
for row in [care, new, pay]:
    sheet.append(row)
book.save("ropa.xlsx")
"#,
    );
    if !edited || !saved_by_libreoffice(folder.path(), "ropa.xlsx") {
        return;
    }
    for note in [
        r#"assert "was deleted from the workbook" in deleted[0]["Note"], deleted"#,
        "",
    ] {
        domesday(folder.path(), &ropa);
        let check = r#"
import openpyxl
sheet = openpyxl.load_workbook("ropa.xlsx")["RoPA"]
heads = [cell.value for cell in sheet[1]]
rows = {row[0]: dict(zip(heads, row)) for row in sheet.iter_rows(min_row=2, values_only=True)}
pay, care = rows["human-resources/pay"], rows["care/care-plans"]
assert pay["Article 6 lawful basis for processing personal data"] == "Legal obligation (PAYE) \u2013 \u201cHMRC\u201d"
assert care["The source of the personal data"] == "Families; the NHS\nand the person"
assert care["Categories of personal data"] == "Only what I typed"
assert [row["Business function"] for id, row in rows.items() if id.startswith("added")] == ["Fundraising"], rows
deleted = [row for id, row in rows.items() if id.startswith("folder:")]
assert len(deleted) == 1 and len(rows) == 4, rows
"#;
        // Said once: from then on the row is there again.
        assert!(python(folder.path(), &format!("{check}{note}\n")));
    }
}

#[test]
fn the_whole_workbook_opens_in_libreoffice() {
    let folder = share();
    domesday(folder.path(), &["report", "xlsx", "-o", "i.xlsx"]);
    if !saved_by_libreoffice(folder.path(), "i.xlsx") {
        return;
    }
    python(
        folder.path(),
        r#"
import openpyxl
book = openpyxl.load_workbook("i.xlsx")
for name in ["Summary", "Categories", "Folders", "Documents", "Exposure", "Retention", "Not read", "Changes"]:
    assert name in book.sheetnames, book.sheetnames
documents = book["Documents"]
assert documents.cell(1, 1).value == "Path", "the headings come through"
assert documents.max_row > 3
for sheet in book:
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type not in ("f", "e"), (sheet.title, cell.coordinate, cell.value)
"#,
    );
}

#[test]
fn a_broken_workbook_is_not_replaced() {
    let folder = share();
    domesday(folder.path(), &["report", "xlsx", "-o", "other.xlsx"]);
    domesday(folder.path(), &["report", "ropa", "-o", "whole.xlsx"]);
    let whole = fs::read(folder.path().join("whole.xlsx")).unwrap();
    fs::write(folder.path().join("torn.xlsx"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("text.xlsx"), "my notes").unwrap();
    fs::write(folder.path().join("empty.xlsx"), "").unwrap();
    for name in ["torn.xlsx", "text.xlsx", "empty.xlsx", "other.xlsx"] {
        let before = fs::read(folder.path().join(name)).unwrap();
        let output = run(folder.path(), &["report", "ropa", "-o", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains(name) && said.contains("nothing was written"),
            "{said}"
        );
        assert_eq!(
            fs::read(folder.path().join(name)).unwrap(),
            before,
            "{name}"
        );
    }
    let left = fs::read_dir(folder.path()).unwrap();
    let partial = left
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"));
    assert_eq!(partial.count(), 0, "nothing half is left behind");
}

#[test]
fn retention_tells_what_is_overdue_and_what_has_no_rule() {
    let folder = share();
    let text = domesday(folder.path(), &["report", "retention"]);
    assert!(text.contains("HR/Pay/March 2012.txt  (due 2018-03-31, from 2012-03-31: =Pay records; special or criminal)"), "{text}");
    assert!(
        text.contains("No rule speaks of 2 files with personal data"),
        "{text}"
    );
    fs::remove_file(folder.path().join("domesday.toml")).unwrap();
    let text = domesday(folder.path(), &["report", "retention", "-i", "i.db"]);
    assert!(
        text.contains("There is no rule") && text.contains("7 files"),
        "{text}"
    );
}
