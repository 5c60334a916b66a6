//! Databases of older versions, kept from when they were new: `version-N.db.zst`, made by that version's `domesday scan`.
//! Version 1 holds two scans of a share of five files, one of them moved and one gone since, and a look-up; its key is 32
//! bytes of 0x5a. Version 2, under the same key: two scans of six files, one moved, one gone, an archive with a member that
//! cannot be read, and a file with a name in its name.

use std::{collections::BTreeMap, fs, path::Path};

use domesday::{
    inventory::{Inventory, InventoryError, Key, VERSION, Which, Writer},
    model::Category,
};
use rusqlite::Connection;

fn kept(version: u32, into: &Path) {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/inventory/version-{version}.db.zst"));
    let bytes = zstd::decode_all(fs::File::open(packed).unwrap()).unwrap();
    fs::write(into, bytes).unwrap();
}

fn key() -> Key {
    Key::from_text("5a".repeat(32).as_bytes(), "test").unwrap()
}

/// Columns of every table and view, and the words of every index.
fn shape(path: &Path) -> BTreeMap<String, Vec<String>> {
    let db = Connection::open(path).unwrap();
    let mut shape = BTreeMap::new();
    let objects: Vec<(String, String, Option<String>)> = db
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name <> 'value_hash'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (kind, name, sql) in objects {
        let mut lines = Vec::new();
        if kind == "table" || kind == "view" {
            let mut columns = db
                .prepare(
                    "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo(?1)",
                )
                .unwrap();
            let mut rows = columns.query([&name]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                lines.push(format!(
                    "{} {} {} {:?} {}",
                    row.get::<_, String>(0).unwrap(),
                    row.get::<_, String>(1).unwrap(),
                    row.get::<_, i64>(2).unwrap(),
                    row.get::<_, Option<String>>(3).unwrap(),
                    row.get::<_, i64>(4).unwrap(),
                ));
            }
        } else {
            lines.push(
                sql.unwrap_or_default()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        shape.insert(format!("{kind} {name}"), lines);
    }
    shape
}

#[test]
fn a_kept_old_inventory_becomes_like_a_new_one_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    kept(1, &old);
    let before: i64 = Connection::open(&old)
        .unwrap()
        .query_row("SELECT COUNT(*) FROM value", [], |row| row.get(0))
        .unwrap();
    drop(Writer::open(&new, &key(), "test").unwrap());
    let inventory = Inventory::open(&old).unwrap();
    inventory.check_key(&key()).unwrap();
    let runs = inventory.runs(10).unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!((runs[0].walked, runs[0].accounted()), (5, 5));
    assert_eq!(inventory.roots().unwrap()[0].gone, 2);
    let hits = inventory.value(key().value("nino", "AB123456C")).unwrap();
    assert_eq!(hits.len(), 1, "the blind index still answers");
    assert!(before > 10);
    let db = Connection::open(&old).unwrap();
    let after: i64 = db
        .query_row("SELECT COUNT(*) FROM value", [], |row| row.get(0))
        .unwrap();
    assert_eq!(after, before);
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, VERSION);
    assert_eq!(shape(&old), shape(&new));
    // And a scan goes on with it.
    drop((inventory, db));
    drop(Writer::open(&old, &key(), "test").unwrap());
}

#[test]
fn sums_that_a_migration_works_out_are_those_of_the_findings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    kept(2, &path);
    let inventory = Inventory::open(&path).unwrap();
    let root = &inventory.roots().unwrap()[0];
    assert_eq!((root.documents, root.gone), (5, 2));
    assert_eq!(inventory.unread().unwrap(), (1, 1));
    let mut told = BTreeMap::new();
    inventory
        .held::<InventoryError>(|held| {
            let categories: Vec<_> = held.categories.iter().map(|c| c.id()).collect();
            let line = format!(
                "{} {} {} {} {} {}",
                categories.join("+"),
                held.high,
                held.medium,
                held.hints,
                held.people,
                held.unread_inside
            );
            told.insert(held.below_root().display(), line);
            Ok(())
        })
        .unwrap();
    // The same from the findings themselves, document by document.
    let mut counted = BTreeMap::new();
    inventory
        .places::<InventoryError>(Which::Live, |place| {
            let parts = inventory.parts(place)?;
            let rules = || parts.iter().flat_map(|part| &part.rules);
            let categories: Vec<_> = Category::ALL
                .iter()
                .filter(|c| rules().any(|r| r.category == **c && r.counts[1] + r.counts[2] > 0))
                .map(|c| c.id())
                .collect();
            let sum = |level: usize| rules().map(|r| r.counts[level]).sum::<u64>();
            let people = parts.iter().map(|part| part.people).max().unwrap_or(0);
            let unread = parts
                .iter()
                .filter(|part| part.ordinal > 0 && part.outcome.kind.is_problem());
            let line = format!(
                "{} {} {} {} {} {}",
                categories.join("+"),
                sum(2),
                sum(1),
                sum(0),
                people.max(u64::from(!categories.is_empty())),
                unread.count()
            );
            let path = place.path.display();
            counted.insert(path.strip_prefix("/share/").unwrap().to_owned(), line);
            Ok(())
        })
        .unwrap();
    assert_eq!(told, counted);
    assert_eq!(told.len(), 5);
    assert!(
        told["HR/sick note Jane Example.txt"].contains("health 2 1 0 1 0"),
        "{told:?}"
    );
}

#[test]
fn a_migration_is_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    kept(1, &path);
    // In the way of one of the last steps.
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE audit (in_the_way)")
        .unwrap();
    let before = shape(&path);
    assert!(Inventory::open(&path).is_err());
    assert_eq!(shape(&path), before, "no step was taken");
    let db = Connection::open(&path).unwrap();
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
    db.execute_batch("DROP TABLE audit").unwrap();
    drop(db);
    Inventory::open(&path).unwrap();
}

#[test]
fn an_old_inventory_under_a_scan_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    kept(1, &path);
    let lock = fs::File::create(folder.path().join("old.db.lock")).unwrap();
    lock.lock().unwrap();
    let error = Inventory::open(&path).err().unwrap();
    assert!(matches!(error, InventoryError::Locked(..)), "{error}");
    drop(lock);
    Inventory::open(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn an_old_inventory_that_cannot_be_written_says_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    kept(1, &path);
    if rustix::process::geteuid().is_root() {
        println!("passed over: the superuser writes everywhere");
        return;
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let error = Inventory::open(&path).err().unwrap().to_string();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(
        error.contains("older domesday") && error.contains("copy it"),
        "{error}"
    );
}
