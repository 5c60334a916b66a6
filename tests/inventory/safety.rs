//! What must hold whatever happens: no value in the clear, nothing lost, a clear sentence for each failure.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use domesday::inventory::{
    Inventory, InventoryError, Key, VERSION, Writer,
    record::{Batch, Early, RunEnd, RunTotals},
};
use domesday::model::Level;
use rusqlite::Connection;

use crate::support::*;

/// Invented values, of every rule of the pretend detector.
const PLANTED: &[(&str, &str)] = &[
    ("nino", "QQ654321C"),
    ("email-address", "planted.person@example.org"),
    ("person-name", "Zebedee Plantagenet-Wheelwright"),
    ("date-of-birth", "1949-11-30"),
    ("mobile", "07700900123"),
    ("health-condition", "plantar-fasciitis-test"),
];

#[test]
fn no_value_is_in_the_files_of_an_inventory() {
    let desk = Desk::new();
    desk.scanned(|root| {
        let findings: Vec<_> = PLANTED
            .iter()
            .enumerate()
            .map(|(n, (rule, value))| finding(rule, value, n as u64))
            .collect();
        vec![document(root, "a.txt", "a", &findings)]
    });
    let (mut writer, root) = desk.scan();
    let findings: Vec<_> = PLANTED.iter().map(|(r, v)| finding(r, v, 1)).collect();
    writer
        .commit(&Batch {
            documents: vec![document(root, "b.txt", "b", &findings)],
            ..Batch::default()
        })
        .unwrap();
    // The log is still open, so that its bytes are looked at as well.
    let mut looked_at = 0;
    for entry in fs::read_dir(desk.path.parent().unwrap()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        looked_at += bytes.len();
        let lower = bytes.to_ascii_lowercase();
        for (_, value) in PLANTED {
            let value = value.to_ascii_lowercase();
            for needle in value.split(['@', ' ']).filter(|n| n.len() > 5) {
                assert!(
                    !lower.windows(needle.len()).any(|w| w == needle.as_bytes()),
                    "part of a value in the clear"
                );
            }
        }
    }
    assert!(looked_at > 50_000);
}

#[test]
fn a_foreign_file_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("notes.db");
    fs::write(&text, "these are my notes\n").unwrap();
    let database = dir.path().join("photos.db");
    Connection::open(&database)
        .unwrap()
        .execute_batch("CREATE TABLE photo (id INTEGER)")
        .unwrap();
    for path in [&text, &database] {
        let before = fs::read(path).unwrap();
        for error in [
            Writer::open(path, &key(), "t").err().unwrap(),
            Inventory::open(path).err().unwrap(),
        ] {
            let error = error.to_string();
            assert!(error.contains("is not a domesday inventory"), "{error}");
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_newer_inventory_is_refused_with_both_numbers() {
    let desk = Desk::new();
    desk.scanned(|_| vec![]);
    Connection::open(&desk.path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    for error in [
        Writer::open(&desk.path, &key(), "t").err().unwrap(),
        Inventory::open(&desk.path).err().unwrap(),
    ] {
        let error = error.to_string();
        assert!(
            error.contains(&format!(
                "newer domesday (schema 99, this program knows {VERSION})"
            )),
            "{error}"
        );
    }
}

#[test]
fn a_missing_inventory_says_how_to_make_one() {
    let error = Inventory::open(Path::new("/nowhere/domesday.db"))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("there is no inventory") && error.contains("domesday scan"),
        "{error}"
    );
}

#[test]
fn another_key_is_refused() {
    let desk = Desk::new();
    desk.scanned(|_| vec![]);
    let error = Writer::open(&desk.path, &Key::random().unwrap(), "t")
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("the key is not the one"), "{error}");
}

#[test]
fn a_damaged_inventory_says_so_and_never_panics() {
    let desk = Desk::new();
    desk.scanned(|root| {
        (0..200)
            .map(|n| {
                document(
                    root,
                    &format!("d/{n}.txt"),
                    &format!("bytes {n}"),
                    &[finding("nino", &format!("QQ{n:06}C"), n)],
                )
            })
            .collect()
    });
    let whole = fs::read(&desk.path).unwrap();
    let mut refused = 0;
    for seed in 0..60_u64 {
        let mut bytes = whole.clone();
        // Beyond the first page, whose damage makes it another file.
        let mut at = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for _ in 0..40 {
            at = at.rotate_left(17).wrapping_mul(0xD134_2543_DE82_EF95) ^ seed;
            let place = 8192 + (at as usize) % (bytes.len() - 8192);
            bytes[place] ^= (at >> 56) as u8 | 1;
        }
        if seed % 4 == 0 {
            bytes.truncate(bytes.len() / 2);
        }
        fs::write(&desk.path, &bytes).unwrap();
        let read = Inventory::open(&desk.path).and_then(|inventory| {
            inventory.overview()?;
            inventory.findings::<InventoryError>(Level::Low, |_| Ok(()))
        });
        if let Err(error) = read {
            refused += 1;
            let text = error.to_string();
            assert!(
                text.contains("damaged") || text.contains("cannot be used"),
                "{text}"
            );
        }
    }
    assert!(refused > 10, "{refused} of 60 damages were noticed");
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_scan_and_keeps_what_was_committed() {
    let desk = Desk::new();
    let (mut writer, root) = desk.scan();
    let batch = |from: u64| Batch {
        documents: (from..from + 50)
            .map(|n| {
                document(
                    root,
                    &format!("{n}.txt"),
                    &format!("bytes {n}"),
                    &[finding("nino", &format!("QQ{n:06}C"), n)],
                )
            })
            .collect(),
        ..Batch::default()
    };
    writer.commit(&batch(0)).unwrap();
    let pages: i64 = Connection::open(&desk.path)
        .unwrap()
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    writer.limit_pages(pages + 8).unwrap();
    let mut committed = 50;
    let error = (1..1000)
        .find_map(|n| match writer.commit(&batch(n * 50)) {
            Ok(()) => {
                committed += 50;
                None
            }
            Err(error) => Some(error),
        })
        .unwrap();
    assert!(matches!(error, InventoryError::Full(_)), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    drop(writer);
    let (mut writer, root) = desk.scan();
    let overview = Inventory::open(&desk.path).unwrap().overview().unwrap();
    assert_eq!(overview.documents, committed);
    assert_eq!(overview.holding, committed);
    writer
        .commit(&Batch {
            documents: vec![document(root, "after.txt", "after", &[])],
            ..Batch::default()
        })
        .unwrap();
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_can_be_read_and_not_written() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.scanned(|root| vec![document(root, "a.txt", "a", &[])]);
    let folder = desk.path.parent().unwrap();
    let _ = fs::remove_file(folder.join("domesday.db.lock"));
    fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
    fs::set_permissions(&desk.path, fs::Permissions::from_mode(0o400)).unwrap();
    let read = Inventory::open(&desk.path).and_then(|i| i.overview());
    let written = Writer::open(&desk.path, &key(), "t");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(read.unwrap().documents, 1);
    match written {
        // Root may write anywhere, and then this shows nothing.
        Ok(_) => println!("passed over: this account may write to read-only folders"),
        Err(error) => assert!(error.to_string().contains("cannot be written"), "{error}"),
    }
}

/// Set in the child process that is to be killed.
const CHILD: &str = "DOMESDAY_TEST_CRASH_CHILD";

/// The batches of the crash test: documents, a copy, one document sent ahead in pieces.
fn crash_batches(root: domesday::inventory::record::RootId) -> Vec<Batch> {
    let mut batches = Vec::new();
    for n in 0..40_u64 {
        let mut documents = Vec::new();
        for i in 0..20 {
            let id = n * 20 + i;
            documents.push(document(
                root,
                &format!("{}/{id}.txt", id % 7),
                &format!("bytes {id}"),
                &[
                    finding("nino", &format!("QQ{id:06}C"), id),
                    finding(
                        "person-name",
                        &format!("Forename{id} Surname{}", id % 9),
                        id,
                    ),
                ],
            ));
        }
        documents.push(copy(
            root,
            &format!("copies/{n}.txt"),
            &format!("bytes {}", n * 20),
        ));
        let mut gather = gather();
        gather.open(Default::default(), "text", 1, None);
        for i in 0..30 {
            gather.finding(&finding(
                "email-address",
                &format!("p{}@example.com", n * 17 + i),
                i,
            ));
        }
        let early = Early {
            ticket: n + 1,
            parts: gather.early(),
        };
        gather.finding(&finding("email-address", "last@example.com", 99));
        gather.close(domesday::model::Outcome::read(), 31);
        let mut big = document(root, &format!("big/{n}.csv"), &format!("big {n}"), &[]);
        let content = big.content.as_mut().unwrap();
        content.ticket = n + 1;
        content.parts = Some(gather.finish().0);
        batches.push(Batch {
            early: vec![early],
            ..Batch::default()
        });
        documents.push(big);
        batches.push(Batch {
            documents,
            ..Batch::default()
        });
    }
    batches
}

/// Everything in an inventory that a reader can see, in one text.
fn everything(path: &Path) -> String {
    let inventory = Inventory::open(path).unwrap();
    let mut out = String::new();
    inventory
        .places::<InventoryError>(domesday::inventory::Which::All, |place| {
            out.push_str(&format!(
                "{} {} {}\n",
                place.path.display(),
                place.outcome,
                place.copies
            ));
            for part in inventory.parts(place)? {
                for rule in &part.rules {
                    out.push_str(&format!(
                        "  {} {:?} {}\n",
                        rule.rule, rule.counts, rule.different
                    ));
                    for shown in &inventory.shown(&part)?[&rule.rule] {
                        out.push_str(&format!("    {shown:?}\n"));
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    let db = Connection::open(path).unwrap();
    let mut statement = db
        .prepare("SELECT hash, SUM(count), COUNT(*) FROM value GROUP BY hash ORDER BY hash")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        out.push_str(&format!(
            "{:x} {} {}\n",
            row.get::<_, i64>(0).unwrap(),
            row.get::<_, i64>(1).unwrap(),
            row.get::<_, i64>(2).unwrap()
        ));
    }
    for table in ["name", "name_token", "token_key", "content", "part"] {
        let count: i64 = db
            .query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        out.push_str(&format!("{table} {count}\n"));
    }
    out
}

/// One scan of the crash test, from wherever the last one was killed.
fn crash_scan(path: &Path) {
    let mut writer = Writer::open(path, &key(), "crash test").unwrap();
    writer.start(&start([1; 32])).unwrap();
    let root = writer.root(Path::new("/share")).unwrap();
    let mut walked = 0;
    for batch in crash_batches(root) {
        walked += batch.documents.len() as u64;
        writer.commit(&batch).unwrap();
    }
    writer.root_walked(root).unwrap();
    let totals = RunTotals {
        walked,
        ..RunTotals::default()
    };
    let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
    assert!(sum.holds(), "{sum:?}");
}

/// The body of the child: does nothing unless the parent below started it.
#[test]
fn crash_child() {
    if let Some(path) = std::env::var_os(CHILD) {
        crash_scan(Path::new(&path));
    }
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_it_ends_as_if_it_had_never_been() {
    let untouched = Desk::new();
    let begun = std::time::Instant::now();
    crash_scan(&untouched.path);
    let whole = begun.elapsed();
    let expected = everything(&untouched.path);
    let mut died = 0;
    for seed in 0..6_u32 {
        let desk = Desk::new();
        for round in 0..3_u32 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "safety::crash_child", "--nocapture"])
                .env(CHILD, &desk.path)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Seeded fractions of the time a whole scan takes, from the first page to the last.
            let part = (seed * 37 + round * 61 + 5) % 100;
            std::thread::sleep(
                whole
                    .mul_f64(f64::from(part) / 100.0)
                    .max(Duration::from_millis(2)),
            );
            let _ = child.kill();
            died += u32::from(!child.wait().unwrap().success());
            if desk.path.exists() {
                // What is there is usable at once.
                match Inventory::open(&desk.path) {
                    Ok(inventory) => {
                        inventory.overview().unwrap();
                    }
                    Err(InventoryError::Missing(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
        crash_scan(&desk.path);
        assert_eq!(everything(&desk.path), expected, "seed {seed}");
        let sound: String = Connection::open(&desk.path)
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
    }
    assert!(died > 5, "only {died} of 18 children were killed in time");
}
