//! Packs, worksheets, copies, worklists: on small shares made to be awkward.

use std::fs;

use crate::support::Office;

const PERSON: &str = "name = \"Margaret Okafor\"\nborn = \"1951-03-02\"\nnino = \"QQ123456C\"\n";

const LETTER: &str = "Dear Mrs Okafor\n\nRe: Margaret Okafor, date of birth 02/03/1951, National Insurance number QQ 12 34 56 C\n\n\
Dr John Sampleton (tel 020 7946 0321, john.sampleton@example.org) saw you.\n\
Your key worker is Grace Underhill. Sampleton will write again.\n";

const REGISTER: &str = "Name,Date of birth,NI number,Email\n\
Margaret Okafor,02/03/1951,QQ123456C,margaret.okafor@example.com\n\
John Sampleton,05/06/1970,QQ654321A,john.sampleton@example.org\n\
Aisha Tesfaye,09/11/1988,QQ765432B,aisha.tesfaye@example.org\n\
Margaret Okafor,14/12/1990,QQ111213D,m.okafor90@example.org\n\
Peter Winterbourne,01/02/1960,QQ141516A,peter.winterbourne@example.org\n";

/// A share with a letter, its copy, a register with a namesake, and a document on somebody else.
fn office() -> Office {
    let office = Office::new();
    office.write("person.toml", PERSON);
    office.write("share/letters/okafor.txt", LETTER);
    office.write("share/old/copy of letter.txt", LETTER);
    office.write("share/register.csv", REGISTER);
    office.write(
        "share/other.txt",
        "Dear Ms Tesfaye\n\nYour National Insurance number is QQ 76 54 32 B.\n",
    );
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&[
        "request",
        "open",
        "--type",
        "erasure",
        "--received",
        "2026-06-01",
        "--person",
        "person.toml",
        "--reference",
        "A",
        "--identity-checked",
    ]);
    office
}

const CASE: &str = "domesday.db.requests/A";

#[test]
fn a_pack_holds_the_persons_rows_and_no_others_and_says_how_it_was_made() {
    let office = office();
    let told = office.ok(&["request", "collect", "A"]);
    assert!(
        told.contains("okafor.txt") && told.contains("copy of letter.txt"),
        "{told}"
    );
    assert!(!told.contains("other.txt"), "{told}");
    let json = office.read(&format!("{CASE}/pack-1/manifest.json"));
    let manifest: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let documents = manifest["documents"].as_array().expect("a list");
    assert_eq!(documents.len(), 2, "{json}");
    let mut rows = 0;
    for (name, digest) in manifest["files"].as_object().expect("files") {
        let bytes =
            fs::read(office.path().join(CASE).join("pack-1").join(name)).expect("it is there");
        assert_eq!(digest, &blake3::hash(&bytes).to_hex().to_string(), "{name}");
        let text = String::from_utf8_lossy(&bytes);
        if name.starts_with("documents/") && text.contains("register.csv") {
            rows += text.matches("row ").count();
            assert!(
                text.contains("QQ123456C") && !text.contains("Tesfaye"),
                "{text}"
            );
            assert!(!text.contains("QQ111213D"), "the namesake's row: {text}");
        }
    }
    assert_eq!(rows, 1);
    assert_eq!(manifest["terms"][0][0], "name");
    assert_eq!(manifest["coverage"]["problems"], serde_json::json!([]));
    assert_eq!(manifest["log"]["entries"], 1);
    // The digests of the originals are those of the files.
    let originals: Vec<_> = documents
        .iter()
        .filter(|d| d["original"].is_string())
        .collect();
    assert_eq!(originals.len(), 1, "a register is not copied as it is");
    let csv = office.read(&format!("{CASE}/pack-1/manifest.csv"));
    assert!(
        csv.contains("copy of letter.txt") && csv.contains("register.csv"),
        "{csv}"
    );
    // In the log, terms are hashes.
    let log = office.read(&format!("{CASE}/log.jsonl"));
    assert!(log.contains("\"collected\"") && !log.contains("Okafor") && !log.contains("1951"));
    // One archive, elsewhere; and never over something that is there.
    office.ok(&["request", "collect", "A", "--zip", "--output", "out.zip"]);
    assert_eq!(
        &fs::read(office.path().join("out.zip")).expect("made")[..2],
        b"PK"
    );
    let error = office.refused(
        2,
        &["request", "collect", "A", "--zip", "--output", "out.zip"],
    );
    assert!(error.contains("is there already"), "{error}");
}

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_made() {
    let office = office();
    office.write(
        "share/register.csv",
        &REGISTER.replace("Margaret", "Margret"),
    );
    let error = office.refused(2, &["request", "collect", "A"]);
    assert!(
        error.contains("register.csv has changed since it was scanned"),
        "{error}"
    );
    let told = office.run(&["request", "collect", "A", "--anyway"]);
    assert_eq!(told.code, 3, "{}", told.err);
    assert!(told.err.contains("has changed"), "{}", told.err);
    fs::rename(office.path().join("share"), office.path().join("away")).expect("movable");
    let error = office.refused(2, &["request", "collect", "A"]);
    assert!(error.contains("share is not mounted"), "{error}");
    for words in [
        &["request", "redact", "A"][..],
        &["request", "portability", "A"],
        &["request", "erase", "A"],
    ] {
        let error = office.refused(2, words);
        assert!(error.contains("not mounted"), "{error}");
    }
    fs::rename(office.path().join("away"), office.path().join("share")).expect("movable");
    fs::remove_file(office.path().join("share/letters/okafor.txt")).expect("there");
    fs::remove_file(office.path().join("share/old/copy of letter.txt")).expect("there");
    let error = office.refused(2, &["request", "collect", "A"]);
    assert!(error.contains("cannot be read again"), "{error}");
    let error = office.refused(
        2,
        &[
            "request",
            "collect",
            "A",
            "--inventory",
            "none.db",
            "--cases",
            "domesday.db.requests",
        ],
    );
    assert!(error.contains("no inventory"), "{error}");
    let error = office.refused(2, &["request", "verify", "A"]);
    assert!(error.contains("has no worklist"), "{error}");
}

#[test]
fn copies_have_nobody_else_in_them_and_every_line_must_be_decided() {
    let office = office();
    office.ok(&["request", "redact", "A"]);
    let path = format!("{CASE}/worksheet-1.csv");
    let sheet = office.read(&path);
    for value in ["John Sampleton", "020 7946 0321", "Grace Underhill"] {
        assert!(sheet.contains(value), "{value} is not listed:\n{sheet}");
    }
    assert!(
        !sheet.contains("Tesfaye"),
        "a row that is not the person's is not handed over"
    );
    let error = office.refused(2, &["request", "redact", "A", "--apply", &path]);
    assert!(
        error.contains("line 2") && error.contains("without a decision"),
        "{error}"
    );
    let told = office.ok(&[
        "request",
        "redact",
        "A",
        "--apply",
        &path,
        "--accept-suggestions",
    ]);
    assert!(told.contains("0 documents withheld"), "{told}");
    let folder = office.path().join(CASE).join("disclosure-1/for-the-person");
    let mut all = String::new();
    for entry in fs::read_dir(&folder).expect("made") {
        all.push_str(&fs::read_to_string(entry.expect("ours").path()).expect("text"));
    }
    for value in [
        "Sampleton",
        "7946",
        "Winterbourne",
        "Underhill",
        "Tesfaye",
        "QQ111213D",
    ] {
        assert!(!all.contains(value), "{value} was handed over:\n{all}");
    }
    for value in [
        "Margaret Okafor",
        "QQ 12 34 56 C",
        "QQ123456C",
        "02/03/1951",
    ] {
        assert!(all.contains(value), "{value} was taken out:\n{all}");
    }
    // A document withheld needs a reason; a decision that is none is refused with its line.
    let decided = |word: &str| sheet.replace("disclose,,,", &format!("disclose,,{word},"));
    office.write("w.csv", &decided("maybe"));
    let error = office.refused(2, &["request", "redact", "A", "--apply", "w.csv"]);
    assert!(
        error.contains("w.csv, line 2") && error.contains("must be disclose"),
        "{error}"
    );
    office.write("w.csv", &decided("withhold"));
    let error = office.refused(2, &["request", "redact", "A", "--apply", "w.csv"]);
    assert!(error.contains("needs a reason"), "{error}");
    office.write("w.csv", "a,b\n1,2\n");
    let error = office.refused(2, &["request", "redact", "A", "--apply", "w.csv"]);
    assert!(error.contains("has no column `id`"), "{error}");
    // A document that changed since the worksheet asks anew.
    office.write(
        "share/letters/okafor.txt",
        &format!("{LETTER}Mr Ewan Newcomer was there.\n"),
    );
    office.write(
        "share/old/copy of letter.txt",
        &format!("{LETTER}Mr Ewan Newcomer was there.\n"),
    );
    let error = office.refused(
        2,
        &[
            "request",
            "redact",
            "A",
            "--apply",
            &path,
            "--accept-suggestions",
        ],
    );
    assert!(error.contains("Write the worksheet anew"), "{error}");
}

#[test]
fn no_name_survives_in_a_copy_and_what_others_redacted_badly_is_caught() {
    let office = office();
    office.ok(&["request", "redact", "A"]);
    let sheet = office.read(&format!("{CASE}/worksheet-1.csv"));
    // Disclosing the name but not the address it is part of: the address still says the name, and is taken out by the
    // suggestion; then the other way round.
    let decided: String = sheet
        .lines()
        .map(|line| match line.contains(",John Sampleton,") {
            true => line.replace(",redact,another person's name,,", ",redact,another person's name,redact,"),
            false => line.replace(",,\n", ""),
        } + "\n")
        .map(|line| match line.contains("john.sampleton@example.org") {
            true => line.replace(",,\n", ",disclose,asked him\n"),
            false => line,
        })
        .collect();
    office.write("w.csv", &decided);
    let told = office.run(&[
        "request",
        "redact",
        "A",
        "--apply",
        "w.csv",
        "--accept-suggestions",
    ]);
    // The name inside the address is taken out wherever it stands, so the address does not survive it.
    let folder = office.path().join(CASE).join("disclosure-1/for-the-person");
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let text = fs::read_to_string(entry.expect("ours").path()).expect("text");
        assert!(!text.to_lowercase().contains("sampleton"), "{text}");
    }
    assert!(matches!(told.code, 0 | 3), "{}{}", told.out, told.err);
    // What another program redacted badly is caught: a black box over text is still text.
    office.write("redacted.html", "<p>Margaret Okafor and <span style=\"background:#000;color:#000\">Mr Peter Winterbourne</span></p><!-- Dr John Sampleton -->");
    let checked = office.run(&["request", "check", "A", "redacted.html"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(
        checked.out.contains("FAILS") && checked.out.contains("person-name"),
        "{}",
        checked.out
    );
    assert!(checked.out.contains("comment"), "{}", checked.out);
    assert!(!checked.out.contains("Winterbourne"), "{}", checked.out);
    office.write(
        "clean.txt",
        "Dear Mrs Okafor, your number is QQ 12 34 56 C.\n",
    );
    assert!(
        office
            .ok(&["request", "check", "A", "clean.txt"])
            .contains("passes")
    );
}

#[test]
fn a_copy_that_fails_its_check_is_not_released() {
    let office = Office::new();
    office.write("person.toml", PERSON);
    // The name of somebody else, run together in a word that no detector takes for a name.
    office.write(
        "share/letters/okafor.txt",
        &format!("{LETTER}Her screen name there was xgraceunderhill99, if that helps.\n"),
    );
    office.write(
        "share/letters/second.txt",
        "Dear Mrs Okafor\n\nMargaret Okafor, National Insurance number QQ 12 34 56 C\n",
    );
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&[
        "request",
        "open",
        "--type",
        "access",
        "--received",
        "2026-06-01",
        "--person",
        "person.toml",
        "--reference",
        "A",
        "--identity-checked",
    ]);
    office.ok(&["request", "redact", "A"]);
    let sheet = format!("{CASE}/worksheet-1.csv");
    let apply = |sheet: &str| {
        office.run(&[
            "request",
            "redact",
            "A",
            "--apply",
            sheet,
            "--accept-suggestions",
        ])
    };
    let ran = apply(&sheet);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 copy released"), "{}", ran.out);
    let refused = ran
        .out
        .lines()
        .find(|line| line.starts_with("NOT RELEASED"));
    assert!(
        refused.is_some_and(|line| line.ends_with("okafor.txt")),
        "{}",
        ran.out
    );
    let texts = |folder: &str| -> Vec<String> {
        let folder = office.path().join(CASE).join(folder).join("for-the-person");
        fs::read_dir(folder)
            .expect("made")
            .map(|entry| fs::read_to_string(entry.expect("ours").path()).expect("text"))
            .collect()
    };
    let released = texts("disclosure-1");
    assert_eq!(released.len(), 1);
    assert!(!released[0].contains("underhill") && released[0].contains("second.txt"));
    let record = office.read(&format!("{CASE}/disclosure-1/record.json"));
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["failed"].as_array().expect("a list").len(), 1);
    // With the word taken out by a line of the responder's own it passes.
    let mut more = office.read(&sheet);
    let columns = more.lines().next().expect("headings").split(',').count();
    let headings: Vec<&str> = more.lines().next().expect("headings").split(',').collect();
    let mut cells = vec![""; columns];
    let at = |name: &str| {
        headings
            .iter()
            .position(|h| *h == name)
            .expect("the column")
    };
    cells[at("value")] = "xgraceunderhill99";
    cells[at("decision")] = "redact";
    more.push_str(&(cells.join(",") + "\n"));
    office.write("more.csv", &more);
    let ran = apply("more.csv");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let released = texts("disclosure-2");
    assert_eq!(released.len(), 2);
    assert!(released.iter().all(|text| !text.contains("underhill")));
}

/// Whether a program runs here with these words.
fn runs(program: &str, words: &[&str]) -> bool {
    let ran = std::process::Command::new(program).args(words).output();
    ran.is_ok_and(|ran| ran.status.success())
}

#[test]
fn worksheets_are_workbooks_too_and_are_read_back_as_spreadsheets_save_them() {
    let office = office();
    office.ok(&["request", "redact", "A", "--xlsx"]);
    let sheet = office.path().join(CASE).join("worksheet-1.xlsx");
    assert!(sheet.exists());
    let apply = |sheet: &str, more: &[&str]| {
        let words = [&["request", "redact", "A", "--apply", sheet], more].concat();
        office.run(&words)
    };
    let ran = apply(&sheet.to_string_lossy(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains("line 2") && ran.err.contains("without a decision"),
        "{}",
        ran.err
    );
    let ran = apply(&sheet.to_string_lossy(), &["--accept-suggestions"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    // Edited by another program: every line decided as suggested, and a column and a sheet of the responder's own.
    let script = "import openpyxl, sys\n\
        book = openpyxl.load_workbook(sys.argv[1])\n\
        sheet = book.worksheets[0]\n\
        head = [cell.value for cell in sheet[1]]\n\
        for row in sheet.iter_rows(min_row=2):\n\
        \x20   row[head.index('decision')].value = row[head.index('suggestion')].value\n\
        sheet.cell(1, len(head) + 1, 'my notes')\n\
        book.create_sheet('thoughts')\n\
        book.save(sys.argv[2])\n";
    let edited = office.path().join("edited.xlsx");
    let paths = [sheet.to_string_lossy(), edited.to_string_lossy()];
    if !runs("python3", &["-c", "import openpyxl"]) {
        println!("passed over: python3 with openpyxl is not installed");
        return;
    }
    assert!(runs("python3", &["-c", script, &paths[0], &paths[1]]));
    let ran = apply("edited.xlsx", &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    // And saved by LibreOffice, as its own format.
    let folder = office.path().to_string_lossy().into_owned();
    let profile = format!("-env:UserInstallation=file://{folder}/profile");
    let words = [
        &profile[..],
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
        &folder,
        &paths[1],
    ];
    match runs("soffice", &words) {
        true => {
            let ran = apply("edited.ods", &[]);
            assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        }
        false => println!("passed over: LibreOffice is not installed"),
    }
    // The worklist of an erasure the same way.
    office.ok(&["request", "erase", "A", "--xlsx"]);
    let list = office.path().join(CASE).join("worklist-1.xlsx");
    let script = "import openpyxl, sys\n\
        book = openpyxl.load_workbook(sys.argv[1])\n\
        sheet = book.worksheets[0]\n\
        head = [cell.value for cell in sheet[1]]\n\
        for row in sheet.iter_rows(min_row=2):\n\
        \x20   row[head.index('outcome')].value = 'kept'\n\
        \x20   row[head.index('note')].value = 'a test'\n\
        book.save(sys.argv[1])\n";
    assert!(runs("python3", &["-c", script, &list.to_string_lossy()]));
    office.ok(&[
        "request",
        "outcome",
        "A",
        "--apply",
        &list.to_string_lossy(),
    ]);
}

#[test]
fn the_persons_data_is_written_for_machines() {
    let office = office();
    office.ok(&["request", "portability", "A"]);
    let json: serde_json::Value =
        serde_json::from_str(&office.read(&format!("{CASE}/portable-1/data.json"))).expect("JSON");
    let text = json.to_string();
    for value in ["QQ123456C", "margaret.okafor@example.com", "1951-03-02"] {
        assert!(text.contains(value), "{value}: {text}");
    }
    for value in ["Sampleton", "Tesfaye", "QQ111213D", "m.okafor90"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    let record = &json["records"][0];
    assert_eq!(
        record["fields"][2],
        serde_json::json!(["NI number", "QQ123456C"])
    );
    assert!(
        office
            .read(&format!("{CASE}/portable-1/data.csv"))
            .contains("register.csv")
    );
}

#[test]
fn whole_files_can_be_moved_away_and_back_and_nothing_else_happens_to_them() {
    let office = office();
    let told = office.ok(&["request", "erase", "A"]);
    assert_eq!(told.matches("delete file").count(), 2, "{told}");
    assert_eq!(told.matches("delete row").count(), 1, "{told}");
    let error = office.refused(2, &["request", "erase", "A", "--quarantine", "share/q"]);
    assert!(error.contains("which is scanned"), "{error}");
    let error = office.refused(
        2,
        &["request", "erase", "A", "--quarantine", "q", "--item", "99"],
    );
    assert!(error.contains("no item 99"), "{error}");
    // Out of the way is not erased: there is no certificate while the quarantine is there.
    office.ok(&["request", "erase", "A", "--quarantine", "q"]);
    let verified = office.run(&["request", "verify", "A"]);
    assert_eq!(verified.code, 1);
    assert_eq!(
        verified.out.matches("lies in the quarantine").count(),
        2,
        "{}",
        verified.out
    );
    office.ok(&["request", "erase", "A", "--undo", "q"]);
    // One of the two changes meanwhile: it is left.
    office.write("share/letters/okafor.txt", &format!("{LETTER}More.\n"));
    let moved = office.run(&["request", "erase", "A", "--quarantine", "q"]);
    assert_eq!(moved.code, 3, "{}{}", moved.out, moved.err);
    assert!(
        moved.out.contains("LEFT") && moved.out.contains("it changed since"),
        "{}",
        moved.out
    );
    assert!(!office.path().join("share/old/copy of letter.txt").exists());
    assert!(office.path().join("share/letters/okafor.txt").exists());
    let error = office.refused(2, &["request", "erase", "A", "--quarantine", "q"]);
    assert!(error.contains("is there already"), "{error}");
    // Something else in its place: it stays in the quarantine until that is gone.
    office.write("share/old/copy of letter.txt", "in the way\n");
    let error = office.refused(2, &["request", "erase", "A", "--undo", "q"]);
    assert!(error.contains("something else is there now"), "{error}");
    fs::remove_file(office.path().join("share/old/copy of letter.txt")).expect("there");
    office.ok(&["request", "erase", "A", "--undo", "q"]);
    assert_eq!(office.read("share/old/copy of letter.txt"), LETTER);
    assert!(!office.path().join("q").exists());
}

#[test]
fn an_outcome_is_recorded_line_by_line_and_bad_ones_are_refused() {
    let office = office();
    office.ok(&["request", "erase", "A"]);
    for (words, said) in [
        (&["--item", "9", "--done", "deleted"][..], "no item 9"),
        (&["--item", "1", "--done", "burnt"], "must be one of"),
        (&["--item", "1", "--done", "kept"], "under which exemption"),
        (&[], "say which lines"),
    ] {
        let error = office.refused(2, &[&["request", "outcome", "A"], words].concat());
        assert!(error.contains(said), "{error}");
    }
    office.write("w.csv", "item,outcome,note\n1,deleted,\n77,deleted,\n");
    let error = office.refused(2, &["request", "outcome", "A", "--apply", "w.csv"]);
    assert!(error.contains("w.csv, line 3"), "{error}");
    office.write("w.csv", "item,outcome,note\n1,,\n");
    let error = office.refused(2, &["request", "outcome", "A", "--apply", "w.csv"]);
    assert!(error.contains("no outcome to record"), "{error}");
    let told = office.ok(&[
        "request", "outcome", "A", "--item", "1", "--done", "deleted",
    ]);
    assert!(
        told.contains("2 lines of the worklist without an outcome"),
        "{told}"
    );
    // A worklist that was tampered with is not verified.
    let path = office.path().join(CASE).join("worklist-1.json");
    let text = fs::read_to_string(&path).expect("there");
    fs::write(&path, text.replace("okafor.txt", "nobody.txt")).expect("writable");
    let error = office.refused(2, &["request", "verify", "A"]);
    assert!(error.contains("is not as it was written"), "{error}");
}

#[test]
fn a_certificate_is_written_only_when_nothing_is_left() {
    let office = office();
    office.ok(&["request", "erase", "A"]);
    let verified = office.run(&["request", "verify", "A"]);
    assert_eq!(verified.code, 1);
    assert_eq!(
        verified.out.matches("REMAINS").count(),
        3,
        "{}",
        verified.out
    );
    fs::remove_file(office.path().join("share/letters/okafor.txt")).expect("there");
    fs::remove_file(office.path().join("share/old/copy of letter.txt")).expect("there");
    let kept: String = REGISTER
        .split_inclusive('\n')
        .filter(|line| !line.contains("QQ123456C"))
        .collect();
    office.write("share/register.csv", &kept);
    office.ok(&["request", "outcome", "A", "--rest", "--done", "deleted"]);
    // Everything is gone, but a copy came meanwhile, and nobody has looked since.
    office.write("share/new/again.txt", LETTER);
    let verified = office.run(&["request", "verify", "A"]);
    assert_eq!(verified.code, 1);
    assert!(
        verified.out.contains("OPEN") && verified.out.contains("was not scanned since"),
        "{}",
        verified.out
    );
    office.ok(&["scan", "share", "--quiet"]);
    let verified = office.run(&["request", "verify", "A"]);
    assert_eq!(verified.code, 1);
    assert!(
        verified
            .out
            .contains("again.txt: a copy of a document of the worklist"),
        "{}",
        verified.out
    );
    fs::remove_file(office.path().join("share/new/again.txt")).expect("there");
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&[
        "request",
        "backup",
        "A",
        "--name",
        "weekly tape",
        "--until",
        "2027-01-31",
    ]);
    let verified = office.ok(&["request", "verify", "A"]);
    assert!(
        verified.contains("3 of 3 places gone, 0 remaining"),
        "{verified}"
    );
    let page = office.read(&format!("{CASE}/certificate-1.html"));
    assert!(
        page.contains("certificate of erasure") && page.contains("weekly tape"),
        "{page}"
    );
    for value in ["QQ123456C", "1951-03-02", "Margaret"] {
        assert!(!page.contains(value), "the certificate holds {value}");
    }
    let status = office.ok(&["request", "status", "A"]);
    assert!(
        status.contains("certified") && status.contains("beyond use until"),
        "{status}"
    );
    office.ok(&["request", "audit", "A"]);
}

#[test]
fn a_member_of_an_archive_is_work_too() {
    let office = Office::new();
    office.write("person.toml", PERSON);
    office.write(
        "share/box.mbox",
        &format!(
            "From a@example.org Mon Jun  1 09:00:00 2026\nFrom: a@example.org\nTo: b@example.org\nSubject: case\n\n{LETTER}\n\
             From a@example.org Mon Jun  1 10:00:00 2026\nFrom: a@example.org\nTo: b@example.org\nSubject: lunch\n\nLunch at one.\n"
        ),
    );
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&[
        "request",
        "open",
        "--type",
        "erasure",
        "--received",
        "2026-06-01",
        "--person",
        "person.toml",
        "--reference",
        "A",
    ]);
    let told = office.ok(&["request", "erase", "A"]);
    assert!(
        told.contains("delete message from mailbox") && told.contains("box.mbox › "),
        "{told}"
    );
    office.write(
        "share/box.mbox",
        "From a@example.org Mon Jun  1 10:00:00 2026\nFrom: a@example.org\nTo: b@example.org\nSubject: lunch\n\nLunch at one.\n",
    );
    office.ok(&["request", "outcome", "A", "--rest", "--done", "edited"]);
    office.ok(&["scan", "share", "--quiet"]);
    office.ok(&["request", "verify", "A"]);
}
