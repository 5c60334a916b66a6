//! Reviews are respected alike: whatever was set aside is in no figure, list or table, and what is left is in all of them.

use std::collections::BTreeMap;

use domesday::{
    inventory::{
        Inventory, InventoryError, Review, Verdict, add_review,
        record::{RootId, ValueHash},
        undo_review,
    },
    model::{Category, Class, Level},
    report::{self, Options},
};

use crate::support::*;

/// Two copies of a payroll, a sick note that everyone can read, a register in a name and in a file.
fn share() -> Desk {
    let desk = Desk::new();
    desk.scanned(|root: RootId| {
        let pay = [
            finding("nino", "QQ123456C", 1),
            finding("nino", "QQ123457C", 2),
            finding("person-name", "Ada Example", 1),
        ];
        let mut note = document(
            root,
            "hr/note.txt",
            "note",
            &[
                finding("health-condition", "influenza", 1),
                finding("person-name", "Ada Example", 1),
                finding("nino", "QQ123456C", 1),
                finding("nino", "QQ123456C", 2),
            ],
        );
        note.access.mode = Some(0o644);
        let mut maybe = finding("email-address", "ada@example.com", 3);
        maybe.confidence = Level::Medium.confidence();
        vec![
            document(root, "pay/pay.csv", "pay", &pay),
            copy(root, "old/pay.csv", "pay"),
            note,
            document(
                root,
                "tests/card.txt",
                "card",
                &[maybe, finding("nino", "QQ123450C", 9)],
            ),
            document(root, "plain.txt", "plain", &[]),
        ]
    });
    desk
}

fn review(desk: &Desk, rule: Option<&str>, hash: Option<ValueHash>, path: Option<&str>) -> i64 {
    let review = Review {
        id: 0,
        at: 0,
        user: "dpo".into(),
        host: "desk".into(),
        verdict: Verdict::FalsePositive,
        rule: rule.map(str::to_owned),
        hash,
        path: path.map(str::to_owned),
        why: "a test".into(),
        undone: None,
    };
    add_review(&desk.path, &review).unwrap()
}

/// By path below the root: findings of medium and high confidence, and the categories.
type Kept = BTreeMap<String, (u64, Vec<&'static str>)>;

/// What is left, told by every reader that tells it; all of them must say the same.
fn left(desk: &Desk) -> Kept {
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut kept = Kept::new();
    let (mut special, mut exposed, mut findings) = (0, 0, 0);
    let mut by_category: BTreeMap<Category, u64> = BTreeMap::new();
    inventory
        .held::<InventoryError>(|held| {
            if held.categories.is_empty() {
                assert_eq!((held.findings(), held.people), (0, 0), "{held:?}");
                return Ok(());
            }
            special += u64::from(held.categories.is_special());
            exposed += u64::from(held.exposure.name() == "everyone");
            findings += held.findings();
            let ids = held.categories.iter().map(Category::id).collect();
            kept.insert(held.below_root().display(), (held.findings(), ids));
            Ok(())
        })
        .unwrap();
    inventory
        .itemised::<InventoryError>(|held, items| {
            let mut sum = 0;
            let mut ids = Vec::new();
            for &category in Category::ALL.iter() {
                let n = items.of(category);
                *by_category.entry(category).or_default() += n;
                sum += n;
                if n > 0 {
                    ids.push(category.id());
                }
            }
            assert_eq!(sum, held.findings());
            let known = kept.get(&held.below_root().display());
            assert_eq!(known.cloned().unwrap_or_default(), (sum, ids));
            Ok(())
        })
        .unwrap();
    let overview = inventory.overview().unwrap();
    assert_eq!(overview.holding, kept.len() as u64);
    assert_eq!(overview.special, special);
    assert_eq!(overview.exposed, exposed);
    let told: u64 = overview.findings(Level::High) + overview.findings(Level::Medium);
    assert_eq!(told, findings);
    for (category, figures) in &overview.categories {
        let [_, medium, high] = figures.findings;
        assert_eq!(medium + high, by_category[category], "{category:?}");
    }
    let rows: u64 = overview.folders.iter().map(|f| f.findings).sum();
    assert_eq!(rows, findings, "folders");
    // The lists.
    let table = |name: &str| {
        let mut out = Vec::new();
        report::rows_of(name, "csv").unwrap()(&inventory, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    for path in kept.keys() {
        assert!(table("risk").contains(path.as_str()), "{path}");
        assert!(table("retention").contains(path.as_str()), "{path}");
    }
    assert_eq!(table("risk").lines().count(), kept.len() + 1);
    assert_eq!(table("exposure").lines().count() as u64, exposed + 1);
    let copies = table("copies").lines().count();
    let twice = ["pay/pay.csv", "old/pay.csv"]
        .iter()
        .any(|path| kept.contains_key(*path));
    assert_eq!(copies, if twice { 3 } else { 1 });
    let mut page = Vec::new();
    report::find("html")
        .unwrap()
        .write(&inventory, &Options::default(), &mut page)
        .unwrap();
    let page = String::from_utf8(page).unwrap();
    let json = page.split("id=\"data\">").nth(1).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(json.split("</script>").next().unwrap()).unwrap();
    let rows = data["documents"].as_array().unwrap();
    let in_page = rows.iter().filter(|row| !row["r"].is_null()).count();
    assert_eq!(in_page, kept.len(), "the page");
    for row in rows {
        let counts = |at: usize| -> u64 {
            row["d"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|rule| rule[3][at].as_u64().unwrap())
                .sum()
        };
        assert_eq!(row["f"][0].as_u64().unwrap(), counts(0), "{row}");
        assert_eq!(row["f"][1].as_u64().unwrap(), counts(1), "{row}");
    }
    kept
}

/// The hash that a value has in this inventory.
fn hash(desk: &Desk, rule: &str, path: &str) -> ValueHash {
    let inventory = Inventory::open(&desk.path).unwrap();
    let mut found = None;
    inventory
        .findings::<InventoryError>(Level::Low, |row| {
            if &*row.rule.rule == rule && row.place.path.display() == path {
                found = Some(row.finding.value);
            }
            Ok(())
        })
        .unwrap();
    found.unwrap()
}

#[test]
fn every_report_leaves_out_what_was_set_aside() {
    let desk = share();
    let all = left(&desk);
    assert_eq!(all["pay/pay.csv"].0, 3);
    assert_eq!(all["hr/note.txt"].0, 4);
    assert_eq!(all.len(), 4);
    // A value in one document: twice there, and still in the payroll.
    let value = hash(&desk, "nino", "/share/hr/note.txt");
    let path = "/share/hr/note.txt";
    let id = review(&desk, Some("nino"), Some(value), Some(path));
    let now = left(&desk);
    assert_eq!(now["hr/note.txt"], (2, vec!["name", "health"]));
    assert_eq!(now["pay/pay.csv"].0, 3);
    let inventory = Inventory::open(&desk.path).unwrap();
    assert_eq!(inventory.overview().unwrap().reviewed, [2, 0]);
    undo_review(&desk.path, id).unwrap();
    assert_eq!(left(&desk), all);
    // Everywhere: both copies lose it.
    let id = review(&desk, Some("nino"), Some(value), None);
    let now = left(&desk);
    assert_eq!(now["pay/pay.csv"].0 + now["old/pay.csv"].0, 4);
    undo_review(&desk.path, id).unwrap();
    // A path: one copy goes, the other stays.
    let id = review(&desk, None, None, Some("/share/old"));
    let now = left(&desk);
    assert!(!now.contains_key("old/pay.csv") && now["pay/pay.csv"].0 == 3);
    undo_review(&desk.path, id).unwrap();
    // A rule at a pattern of paths.
    let id = review(&desk, Some("nino"), None, Some("*/tests/*"));
    let now = left(&desk);
    assert_eq!(now["tests/card.txt"], (1, vec!["contact"]));
    assert_eq!(now["hr/note.txt"].0, 4);
    let overview = Inventory::open(&desk.path).unwrap().overview().unwrap();
    assert_eq!(overview.reviewed, [1, 0]);
    undo_review(&desk.path, id).unwrap();
    // All that is special.
    review(&desk, None, None, Some("/share/hr/*"));
    let now = left(&desk);
    assert!(!now.contains_key("hr/note.txt"));
    let overview = Inventory::open(&desk.path).unwrap().overview().unwrap();
    assert_eq!((overview.special, overview.special_exposed), (0, 0));
    assert!(
        overview
            .categories
            .iter()
            .all(|(c, f)| c.class() == Class::Standard || f.documents == 0)
    );
}
