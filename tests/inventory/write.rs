//! What is committed, replaced, marked and counted.

use domesday::{
    inventory::{
        Inventory, Known, Walked, Writer,
        record::{Batch, DocumentRecord, Early, RawPath, RootId, RunEnd, RunTotals, Seen},
    },
    model::{Outcome, OutcomeKind, PartChain},
};
use rusqlite::{Connection, types::Value};

use crate::support::*;

/// One number from the database, as any SQL tool would read it.
fn number(desk: &Desk, sql: &str) -> i64 {
    Connection::open(&desk.path)
        .unwrap()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

fn strings(desk: &Desk, sql: &str) -> Vec<String> {
    let db = Connection::open(&desk.path).unwrap();
    let mut statement = db.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| {
            (0..columns)
                .map(|i| {
                    Ok(match row.get::<_, Value>(i)? {
                        Value::Null => "-".to_owned(),
                        Value::Integer(n) => n.to_string(),
                        Value::Text(t) => t,
                        other => format!("{other:?}"),
                    })
                })
                .collect::<Result<Vec<_>, rusqlite::Error>>()
                .map(|row| row.join(" "))
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_copy_is_one_more_place_and_nothing_else() {
    let desk = Desk::new();
    desk.scanned(|root| {
        vec![
            archive(
                root,
                "a/pay.zip",
                "zip bytes",
                &[finding("nino", "QQ123456C", 2)],
            ),
            copy(root, "b/pay (copy).zip", "zip bytes"),
        ]
    });
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM document"), 2);
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM content"), 1);
    assert_eq!(number(&desk, "SELECT live FROM content"), 2);
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM part"), 2);
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 1);
    assert_eq!(
        strings(&desk, "SELECT outcome, entries, members FROM run_outcome"),
        ["read 2 1"]
    );
}

#[test]
fn a_changed_document_leaves_nothing_of_what_it_held() {
    let desk = Desk::new();
    desk.scanned(|root| {
        vec![document(
            root,
            "a.txt",
            "old",
            &[finding("nino", "QQ123456C", 1)],
        )]
    });
    desk.scanned(|root| vec![document(root, "a.txt", "newer", &[])]);
    for table in ["value", "finding", "shown"] {
        assert_eq!(
            number(&desk, &format!("SELECT COUNT(*) FROM {table}")),
            0,
            "{table}"
        );
    }
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM content"), 1);
    assert_eq!(strings(&desk, "SELECT what FROM change"), ["changed"]);
}

#[test]
fn a_vanished_document_is_gone_and_not_forgotten() {
    let desk = Desk::new();
    let keep = |root| document(root, "keep.txt", "keep", &[]);
    desk.scanned(|root| {
        vec![
            keep(root),
            document(root, "a.txt", "a", &[finding("nino", "QQ123456C", 1)]),
        ]
    });
    desk.scanned(|root| vec![keep(root)]);
    assert_eq!(
        strings(
            &desk,
            "SELECT name, gone_run, gone_at IS NOT NULL FROM document ORDER BY name"
        ),
        ["a.txt 2 1", "keep.txt - 0"]
    );
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 1);
    assert_eq!(number(&desk, "SELECT SUM(live) FROM content"), 1);
    assert_eq!(strings(&desk, "SELECT what FROM change"), ["gone"]);
    // And it may come back.
    desk.scanned(|root| vec![keep(root), copy(root, "a.txt", "a")]);
    assert_eq!(number(&desk, "SELECT SUM(live) FROM content"), 2);
    assert_eq!(
        number(
            &desk,
            "SELECT COUNT(*) FROM document WHERE gone_run IS NULL"
        ),
        2
    );
    assert_eq!(
        strings(&desk, "SELECT what FROM change ORDER BY id"),
        ["gone", "returned"]
    );
}

#[test]
fn a_share_inside_a_root_that_is_not_mounted_marks_nothing_gone() {
    let desk = Desk::new();
    let on = |root, path: &str, device| {
        let mut record = document(root, path, path, &[]);
        let stamp = record.stamp.as_mut().unwrap();
        stamp.device = device;
        record
    };
    desk.scanned(|root| {
        vec![
            on(root, "a.txt", 1),
            on(root, "b.txt", 1),
            on(root, "mounted/c.txt", 2),
            on(root, "mounted/d.txt", 2),
        ]
    });
    // The other file system is not there; of this one a document was deleted.
    let (mut writer, root) = desk.scan();
    writer
        .commit(&Batch {
            documents: vec![on(root, "a.txt", 1)],
            ..Batch::default()
        })
        .unwrap();
    let walked = writer.root_walked(root).unwrap();
    assert_eq!(
        walked,
        Walked::Gone {
            gone: 1,
            absent: 2,
            unlisted: 0
        }
    );
    drop(writer);
    assert_eq!(
        strings(
            &desk,
            "SELECT name FROM document WHERE gone_run IS NULL ORDER BY name"
        ),
        ["a.txt", "c.txt", "d.txt"]
    );
}

#[test]
fn a_share_that_is_not_mounted_marks_nothing_gone() {
    let desk = Desk::new();
    desk.scanned(|root| vec![document(root, "a.txt", "a", &[])]);
    let (mut writer, root) = desk.scan();
    assert_eq!(writer.root_walked(root).unwrap(), Walked::Empty(1));
    writer
        .finish(RunEnd::Complete, &RunTotals::default())
        .unwrap();
    assert_eq!(
        number(
            &desk,
            "SELECT COUNT(*) FROM document WHERE gone_run IS NULL"
        ),
        1
    );
}

/// What a walk says of a folder that it did not enter.
fn shut(root: RootId, path: &str, kind: OutcomeKind, reason: &str) -> DocumentRecord {
    let mut record = document(root, path, path, &[]);
    record.content = None;
    record.outcome = Outcome::new(kind, reason);
    record
}

#[test]
fn what_lies_below_a_folder_that_could_not_be_listed_is_not_gone() {
    let desk = Desk::new();
    let all = |root| {
        ["a.txt", "b.txt", "hr/c.txt", "hr/pay/d.txt", "hrx/e.txt"]
            .map(|path| document(root, path, path, &[finding("nino", "QQ123456C", 1)]))
            .to_vec()
    };
    desk.scanned(all);
    let (mut writer, root) = desk.scan();
    writer
        .commit(&Batch {
            documents: vec![
                copy(root, "a.txt", "a.txt"),
                shut(root, "hr", OutcomeKind::Denied, "permission denied"),
            ],
            ..Batch::default()
        })
        .unwrap();
    let walked = writer.root_walked(root).unwrap();
    assert_eq!(
        walked,
        Walked::Gone {
            gone: 2,
            absent: 0,
            unlisted: 2
        }
    );
    writer
        .finish(RunEnd::Complete, &RunTotals::default())
        .unwrap();
    drop(writer);
    let live = "SELECT name FROM document WHERE gone_run IS NULL ORDER BY name";
    assert_eq!(strings(&desk, live), ["a.txt", "c.txt", "d.txt", "hr"]);
    // The folder can be listed again and both are there; then one is deleted.
    let met = |root| {
        vec![
            copy(root, "a.txt", "a.txt"),
            copy(root, "hr/c.txt", "hr/c.txt"),
        ]
    };
    desk.scanned(met);
    assert_eq!(strings(&desk, live), ["a.txt", "c.txt"]);
}

#[test]
fn a_root_that_cannot_be_listed_marks_nothing_gone_and_was_not_walked() {
    let desk = Desk::new();
    desk.scanned(|root| vec![document(root, "hr/a.txt", "a", &[])]);
    let (mut writer, root) = desk.scan();
    writer
        .commit(&Batch {
            documents: vec![shut(root, "", OutcomeKind::Denied, "permission denied")],
            ..Batch::default()
        })
        .unwrap();
    let walked = writer.root_walked(root).unwrap();
    assert_eq!(
        walked,
        Walked::Gone {
            gone: 0,
            absent: 0,
            unlisted: 1
        }
    );
    assert_eq!(number(&desk, "SELECT walked_run FROM root"), 1);
}

#[test]
fn what_lies_below_a_folder_that_is_excluded_now_counts_as_excluded() {
    let desk = Desk::new();
    let all = |root| {
        ["a.txt", "hr/pay/d.txt"]
            .map(|path| document(root, path, path, &[finding("nino", "QQ123456C", 1)]))
            .to_vec()
    };
    desk.scanned(all);
    let excluded = |root| {
        vec![
            copy(root, "a.txt", "a.txt"),
            shut(root, "hr", OutcomeKind::Excluded, "rule hr"),
        ]
    };
    desk.scanned(excluded);
    let rows =
        "SELECT name, outcome, reason, content IS NULL, gone_run FROM document ORDER BY name";
    assert_eq!(
        strings(&desk, rows),
        [
            "a.txt read  0 -",
            "d.txt excluded rule hr 1 -",
            "hr excluded rule hr 1 -"
        ]
    );
    assert_eq!(
        number(&desk, "SELECT COUNT(*) FROM content"),
        1,
        "what was found in it is not kept"
    );
    // Once more changes nothing; without the exclusion it is read as new.
    desk.scanned(excluded);
    assert_eq!(
        strings(&desk, "SELECT what, after FROM change"),
        ["unreadable excluded"]
    );
    desk.scanned(all);
    assert_eq!(
        number(
            &desk,
            "SELECT COUNT(*) FROM document WHERE outcome = 'read' AND gone_run IS NULL"
        ),
        2
    );
}

#[test]
fn devices_numbered_anew_keep_nothing_that_is_gone() {
    let desk = Desk::new();
    let on = |root, path: &str, device| {
        let mut record = document(root, path, path, &[]);
        record.stamp.as_mut().unwrap().device = device;
        record
    };
    desk.scanned(|root| vec![on(root, "a.txt", 1), on(root, "b.txt", 1)]);
    let (mut writer, root) = desk.scan();
    writer
        .commit(&Batch {
            documents: vec![on(root, "a.txt", 9)],
            ..Batch::default()
        })
        .unwrap();
    let walked = writer.root_walked(root).unwrap();
    assert!(
        matches!(
            walked,
            Walked::Gone {
                gone: 1,
                absent: 0,
                ..
            }
        ),
        "{walked:?}"
    );
}

#[test]
fn a_walk_that_did_not_end_marks_nothing_gone() {
    let desk = Desk::new();
    desk.scanned(|root| vec![document(root, "a.txt", "a", &[])]);
    let (mut writer, _) = desk.scan();
    writer
        .finish(RunEnd::Interrupted, &RunTotals::default())
        .unwrap();
    assert_eq!(
        number(
            &desk,
            "SELECT COUNT(*) FROM document WHERE gone_run IS NULL"
        ),
        1
    );
}

#[test]
fn a_move_is_recognised_by_content() {
    let desk = Desk::new();
    let keep = |root| document(root, "keep.txt", "keep", &[]);
    desk.scanned(|root| vec![keep(root), document(root, "old/a.txt", "a", &[])]);
    desk.scanned(|root| vec![keep(root), copy(root, "new/a.txt", "a")]);
    assert_eq!(
        strings(
            &desk,
            "SELECT c.what, o.name || '<' || f.path FROM change c JOIN document d ON d.id = c.document
             JOIN folder f ON f.id = d.folder JOIN document o ON o.id = coalesce(c.before, c.document) ORDER BY c.what"
        ),
        ["gone a.txt<old", "moved a.txt<new"]
    );
}

#[test]
fn exposure_and_readability_are_noted_when_they_change() {
    let desk = Desk::new();
    desk.scanned(|root| vec![document(root, "a.txt", "a", &[])]);
    desk.scanned(|root| {
        let mut open = document(root, "a.txt", "a", &[]);
        open.access.mode = Some(0o644);
        vec![open]
    });
    desk.scanned(|root| {
        let mut denied = unopened(root, "a.txt", Outcome::new(OutcomeKind::Denied, "EACCES"));
        denied.access.mode = Some(0o644);
        vec![denied]
    });
    assert_eq!(
        strings(&desk, "SELECT what, before, after FROM change ORDER BY id"),
        ["exposed group everyone", "unreadable read denied"]
    );
    assert_eq!(
        number(&desk, "SELECT content IS NOT NULL FROM document"),
        1,
        "what was found in it before still stands"
    );
}

#[test]
fn an_unchanged_tree_is_all_unchanged_and_adds_up() {
    let desk = Desk::new();
    desk.scanned(|root| {
        vec![
            document(root, "a/1.txt", "a", &[]),
            document(root, "2.txt", "bb", &[]),
            unopened(
                root,
                "node_modules",
                Outcome::new(OutcomeKind::Excluded, "--exclude"),
            ),
        ]
    });
    let (mut writer, root) = desk.scan();
    let mut known = Known::open(&desk.path).unwrap();
    let version = |format: &str| (format == "text").then_some(1);
    let mut seen = Vec::new();
    for (path, bytes) in [("a/1.txt", "a"), ("2.txt", "bb")] {
        let document = known.find(root, &RawPath::new(path)).unwrap().unwrap();
        seen.push(document.settled(&stamp(bytes), &[1; 32], version).unwrap());
        assert!(
            document
                .settled(&stamp("other"), &[1; 32], version)
                .is_none()
        );
        assert!(document.settled(&stamp(bytes), &[2; 32], version).is_none());
        assert!(
            document
                .settled(&stamp(bytes), &[1; 32], |_| Some(2))
                .is_none()
        );
    }
    let excluded = known
        .find(root, &RawPath::new("node_modules"))
        .unwrap()
        .unwrap();
    seen.push(
        excluded
            .same_outcome(&Outcome::new(OutcomeKind::Excluded, "--exclude"))
            .unwrap(),
    );
    assert!(known.find(root, &RawPath::new("3.txt")).unwrap().is_none());
    for (content, rules, expected) in [
        ("a", 1, Some(Outcome::read())),
        ("a", 2, None),
        ("zz", 1, None),
    ] {
        assert_eq!(
            known
                .content(&digest_of(content), &[rules; 32], version)
                .unwrap(),
            expected
        );
    }
    writer
        .commit(&Batch {
            seen,
            ..Batch::default()
        })
        .unwrap();
    assert_eq!(
        writer.root_walked(root).unwrap(),
        Walked::Gone {
            gone: 0,
            absent: 0,
            unlisted: 0
        }
    );
    let totals = RunTotals {
        walked: 3,
        ..RunTotals::default()
    };
    let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
    assert!(sum.holds());
    assert_eq!(sum.outcomes[&OutcomeKind::Unchanged], (2, 0));
    assert_eq!(sum.outcomes[&OutcomeKind::Excluded], (1, 0));
}

fn digest_of(bytes: &str) -> [u8; 32] {
    let record = document(domesday::inventory::record::RootId(0), "x", bytes, &[]);
    record.content.unwrap().digest
}

/// Some file systems tell of an entry twice while its folder changes.
#[test]
fn a_path_told_twice_is_one_document_and_the_last_told_stands() {
    let desk = Desk::new();
    let (mut writer, root) = desk.scan();
    let told = |content: &str| {
        let nino = finding("nino", &format!("QQ 12 34 56 {content}"), 1);
        document(root, "new/a.txt", content, &[nino])
    };
    for batch in [
        vec![told("a"), copy(root, "new/b.txt", "a"), told("b")],
        vec![told("c"), document(root, "new/c.txt", "c2", &[])],
    ] {
        writer
            .commit(&Batch {
                documents: batch,
                ..Batch::default()
            })
            .unwrap();
    }
    assert_eq!(
        strings(
            &desk,
            "SELECT d.name, c.live, c.high FROM document d JOIN content c ON c.id = d.content
             ORDER BY d.name"
        ),
        ["a.txt 1 1", "b.txt 1 1", "c.txt 1 0"]
    );
    assert_eq!(
        number(&desk, "SELECT COUNT(*) FROM content WHERE live = 0"),
        1,
        "what a.txt was told to be second"
    );
    let totals = RunTotals {
        walked: 3,
        ..RunTotals::default()
    };
    let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
    assert!(sum.holds(), "{sum:?}");
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM content"), 3);
    assert_eq!(number(&desk, "SELECT SUM(live) FROM content"), 3);
}

#[test]
fn a_document_met_twice_by_a_resumed_run_counts_once() {
    let desk = Desk::new();
    {
        let (mut writer, root) = desk.scan();
        writer
            .commit(&Batch {
                documents: vec![document(root, "a.txt", "a", &[])],
                ..Batch::default()
            })
            .unwrap();
        // The process dies here.
    }
    let (mut writer, root) = desk.scan();
    let id = writer
        .document_at(root, &RawPath::new("a.txt"))
        .unwrap()
        .unwrap();
    writer
        .commit(&Batch {
            seen: vec![Seen {
                document: id,
                outcome: OutcomeKind::Unchanged,
            }],
            ..Batch::default()
        })
        .unwrap();
    let totals = RunTotals {
        walked: 1,
        ..RunTotals::default()
    };
    let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
    assert!(sum.holds(), "{sum:?}");
    assert_eq!(sum.outcomes.len(), 1, "{sum:?}");
    assert_eq!(
        strings(&desk, "SELECT id, resumed, ending FROM run"),
        ["1 1 complete"],
        "one run, gone on with"
    );
}

#[test]
fn parts_sent_ahead_are_invisible_until_their_document_comes_and_add_up_then() {
    let desk = Desk::new();
    let (mut writer, root) = desk.scan();
    let mut gather = gather();
    gather.open(PartChain::default(), "text", 1, None);
    let mut ninos = 0;
    let mut piece = |gather: &mut domesday::inventory::Gather| {
        for _ in 0..150 {
            // Every value twice over the whole, so that pieces meet.
            gather.finding(&finding("nino", &format!("QQ{:06}C", ninos % 225), ninos));
            ninos += 1;
        }
    };
    for _ in 0..2 {
        piece(&mut gather);
        // Nothing of it need last before its document is whole.
        writer
            .take(&Batch {
                early: vec![Early {
                    ticket: 9,
                    parts: gather.early(),
                }],
                ..Batch::default()
            })
            .unwrap();
        assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 0);
    }
    writer.commit(&Batch::default()).unwrap();
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 225);
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM place"), 0);
    assert_eq!(
        number(
            &desk,
            "SELECT COUNT(*) FROM content WHERE digest IS NOT NULL"
        ),
        0
    );
    piece(&mut gather);
    gather.close(Outcome::read(), 225);
    let mut record = document(root, "big.txt", "big", &[]);
    let content = record.content.as_mut().unwrap();
    content.ticket = 9;
    content.parts = Some(gather.finish().0);
    writer
        .commit(&Batch {
            documents: vec![record],
            ..Batch::default()
        })
        .unwrap();
    assert_eq!(
        strings(
            &desk,
            "SELECT COUNT(*), SUM(count), MIN(count), MAX(count) FROM value"
        ),
        ["225 450 2 2"]
    );
    assert_eq!(
        strings(&desk, "SELECT high, different FROM finding"),
        ["450 225"]
    );
    assert_eq!(
        number(
            &desk,
            "SELECT MIN(typeof(places) = 'blob' AND length(places) >= 4) FROM value"
        ),
        1,
        "places of all pieces, as bytes"
    );
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM part"), 1);
}

#[test]
fn what_a_dead_scan_sent_ahead_is_dropped_by_the_next() {
    let desk = Desk::new();
    {
        let (mut writer, _) = desk.scan();
        let mut gather = gather();
        gather.open(PartChain::default(), "text", 1, None);
        gather.finding(&finding("nino", "QQ123456C", 1));
        writer
            .commit(&Batch {
                early: vec![Early {
                    ticket: 1,
                    parts: gather.early(),
                }],
                ..Batch::default()
            })
            .unwrap();
        assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 1);
    }
    let (_writer, _) = desk.scan();
    for table in ["content", "part", "value"] {
        assert_eq!(
            number(&desk, &format!("SELECT COUNT(*) FROM {table}")),
            0,
            "{table}"
        );
    }
}

#[test]
fn two_readers_of_the_same_bytes_store_them_once() {
    let desk = Desk::new();
    desk.scanned(|root| {
        vec![
            document(root, "a.txt", "same", &[finding("nino", "QQ123456C", 1)]),
            document(root, "b.txt", "same", &[finding("nino", "QQ123456C", 1)]),
        ]
    });
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM value"), 1);
    assert_eq!(number(&desk, "SELECT live FROM content"), 2);
}

#[test]
fn a_batch_that_breaks_the_contract_changes_nothing() {
    let desk = Desk::new();
    let (mut writer, root) = desk.scan();
    let error = writer
        .commit(&Batch {
            documents: vec![
                document(root, "a.txt", "a", &[finding("nino", "QQ123456C", 1)]),
                copy(root, "b.txt", "never read"),
            ],
            ..Batch::default()
        })
        .unwrap_err();
    assert!(error.to_string().contains("a copy of a content"), "{error}");
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM document"), 0);
    writer
        .commit(&Batch {
            documents: vec![document(
                root,
                "a.txt",
                "a",
                &[finding("nino", "QQ123456C", 1)],
            )],
            ..Batch::default()
        })
        .unwrap();
    assert_eq!(number(&desk, "SELECT COUNT(*) FROM document"), 1);
}

#[test]
fn a_path_that_is_not_utf8_is_kept_byte_for_byte() {
    let desk = Desk::new();
    let odd = RawPath(b"caf\xe9/p\xffy.txt".to_vec());
    desk.scanned(|root| {
        let mut record = document(root, "x", "a", &[]);
        record.path = odd.clone();
        vec![record]
    });
    let mut known = Known::open(&desk.path).unwrap();
    let root = domesday::inventory::record::RootId(1);
    assert!(known.find(root, &odd).unwrap().is_some());
    assert!(
        known
            .find(root, &RawPath("caf\u{fffd}/p\u{fffd}y.txt".into()))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_second_writer_is_refused_with_the_name_of_the_first() {
    let desk = Desk::new();
    let (_first, _) = desk.scan();
    let error = Writer::open(&desk.path, &key(), "another").err().unwrap();
    assert!(error.to_string().contains("(a test)"), "{error}");
}

/// A night that finds these of `1.txt`, `2.txt` and `3.txt` as they were, and records these anew.
fn night(desk: &Desk, seen: &[&str], news: &[(&str, &str)]) -> domesday::inventory::Reconciliation {
    let (mut writer, root) = desk.scan();
    let mut known = Known::open(&desk.path).unwrap();
    let seen: Vec<Seen> = seen
        .iter()
        .map(|path| {
            let found = known.find(root, &RawPath::new(path)).unwrap().unwrap();
            found.settled(&stamp(path), &[1; 32], |_| Some(1)).unwrap()
        })
        .collect();
    let walked = (seen.len() + news.len()) as u64;
    let documents = news
        .iter()
        .map(|(path, bytes)| document(root, path, bytes, &[finding("nino", "QQ123456C", 1)]))
        .collect();
    writer
        .commit(&Batch {
            seen,
            documents,
            ..Batch::default()
        })
        .unwrap();
    writer.root_walked(root).unwrap();
    let totals = RunTotals {
        walked,
        ..RunTotals::default()
    };
    let sum = writer.finish(RunEnd::Complete, &totals).unwrap();
    assert!(sum.holds(), "{sum:?}");
    // The figures kept are those that would be worked out now.
    drop(writer);
    let inventory = Inventory::open(&desk.path).unwrap();
    let (kept, roots) = (inventory.overview().unwrap(), inventory.roots().unwrap());
    drop(inventory);
    Connection::open(&desk.path)
        .unwrap()
        .execute_batch("CREATE TABLE kept AS SELECT * FROM rollup; DELETE FROM rollup;")
        .unwrap();
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut anew = inventory.overview().unwrap();
    let mut kept = kept;
    for figures in [&mut anew, &mut kept] {
        figures.folders.sort_by(|a, b| a.path.cmp(&b.path));
    }
    assert_eq!(kept, anew);
    let counted = inventory.roots().unwrap();
    assert_eq!(
        (roots[0].documents, roots[0].gone),
        (counted[0].documents, counted[0].gone)
    );
    drop(inventory);
    Connection::open(&desk.path)
        .unwrap()
        .execute_batch("INSERT INTO rollup SELECT * FROM kept; DROP TABLE kept;")
        .unwrap();
    sum
}

#[test]
fn a_night_without_news_keeps_the_figures_and_one_with_news_does_not() {
    let desk = Desk::new();
    night(
        &desk,
        &[],
        &[("1.txt", "1.txt"), ("2.txt", "2.txt"), ("3.txt", "3.txt")],
    );
    let gone = || number(&desk, "SELECT COUNT(gone_run) FROM document");
    let quiet = night(&desk, &["1.txt", "2.txt", "3.txt"], &[]);
    assert_eq!(quiet.outcomes[&OutcomeKind::Unchanged], (3, 0));
    assert_eq!(gone(), 0);
    // As many as there were, but one of them new: the one that is missing is noticed all the same.
    night(&desk, &["1.txt", "2.txt"], &[("4.txt", "4.txt")]);
    assert_eq!(
        strings(
            &desk,
            "SELECT name FROM document WHERE gone_run IS NOT NULL"
        ),
        ["3.txt"]
    );
    // Moved: gone at one place, new at the other.
    night(&desk, &["1.txt", "2.txt"], &[("5.txt", "4.txt")]);
    assert_eq!(
        strings(&desk, "SELECT what FROM change WHERE run = 4 ORDER BY what"),
        ["gone", "moved"]
    );
    // Nothing new, one gone; then quiet; then back again.
    night(&desk, &["1.txt"], &[("5.txt", "4.txt")]);
    assert_eq!(gone(), 3);
    night(&desk, &["1.txt"], &[("5.txt", "4.txt"), ("2.txt", "2.txt")]);
    assert_eq!(gone(), 2);
    // Another root, scanned alone, leaves this one as it is.
    let (mut writer, _) = desk.scan();
    let other = writer.root(std::path::Path::new("/other")).unwrap();
    writer
        .commit(&Batch {
            documents: vec![document(other, "o.txt", "o", &[])],
            ..Batch::default()
        })
        .unwrap();
    writer.root_walked(other).unwrap();
    let totals = RunTotals {
        walked: 1,
        ..RunTotals::default()
    };
    assert!(writer.finish(RunEnd::Complete, &totals).unwrap().holds());
    assert_eq!(gone(), 2);
}
