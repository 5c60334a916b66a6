//! Scores look-ups on a labelled share of people, as `corpus/people.py` makes one.
//!
//!     domesday scan SHARE --inventory SHARE.db
//!     cargo run --release --example people -- SHARE SHARE.db [--list]
//!
//! Each person is looked up with all that a request would tell of them. Prints, for documents that hold an identifier and
//! for those that hold a name alone, how many of them are found and how many of what is found is right, and how often a
//! document that does not hold the person was called certain. Found counts every band. Right of what is told counts what
//! a look-up claims: a name that it says is also somebody else's, with nothing to tell whose it is, is no claim; how many
//! of those there are, and how many are the person's, is told apart, and the precision with them counted as claims too.
//! With `--list` each mistake, by path and number of person.

#![allow(clippy::print_stdout)]

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::{Duration, Instant},
};

use domesday::{
    detect::{Facts, RuleSet},
    find::{Band, How, Person, search},
    inventory::{Inventory, key_for, names::Sex},
    model::Sensitive,
};

/// Found of those labelled, right of those found.
#[derive(Default)]
struct Score {
    labelled: u64,
    found: u64,
    told: u64,
    right: u64,
}

impl Score {
    fn say(&self, what: &str) {
        println!(
            "{what:<44} recall {:.3} ({} of {})   precision {:.3} ({} of {})",
            self.found as f64 / self.labelled.max(1) as f64,
            self.found,
            self.labelled,
            self.right as f64 / self.told.max(1) as f64,
            self.right,
            self.told,
        );
    }
}

fn person(told: &serde_json::Value) -> Person {
    let mut person = Person::default();
    for (key, value) in told.as_object().expect("what is told of a person") {
        let values: Vec<&str> = match value {
            serde_json::Value::Array(list) => list.iter().filter_map(|v| v.as_str()).collect(),
            value => value.as_str().into_iter().collect(),
        };
        for value in values {
            match key.as_str() {
                "name" => person.names.push(Sensitive::new(value)),
                "also" => person.also.push(Sensitive::new(value)),
                "sex" if value == "female" => person.sex = Sex::Female,
                "sex" => person.sex = Sex::Male,
                kind => person
                    .identifiers
                    .push((kind.to_owned(), Sensitive::new(value))),
            }
        }
    }
    person
}

/// What a name alone tells: forename and surname.
fn first_and_last(told: &serde_json::Value) -> (String, String) {
    let name = told["name"].as_str().unwrap_or_default();
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    (first, words.next_back().unwrap_or_default().to_owned())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [share, inventory, rest @ ..] = &arguments[..] else {
        println!("usage: people SHARE INVENTORY [--list]");
        return;
    };
    let list = rest.iter().any(|argument| argument == "--list");
    let truth =
        std::fs::read_to_string(format!("{share}.people.jsonl")).expect("SHARE.people.jsonl");
    let mut called = HashMap::<String, (String, String)>::new();
    let (mut people, mut labels) = (BTreeMap::new(), HashMap::<(String, String), String>::new());
    for line in truth.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        let id = line["id"].as_str().expect("an id").to_owned();
        if line["person"].is_object() {
            called.insert(id.clone(), first_and_last(&line["person"]));
            people.insert(id, person(&line["person"]));
        } else {
            let path = line["path"].as_str().expect("a path").to_owned();
            labels.insert((id, path), line["by"].as_str().unwrap_or("name").to_owned());
        }
    }
    let path = Path::new(inventory);
    let key = key_for(path, None).expect("the inventory's key");
    let inventory = Inventory::open(path).expect("the inventory");
    let (rules, facts) = (RuleSet::builtin().expect("the rules"), Facts::now());
    let root = std::fs::canonicalize(share).expect("the share");
    let (mut exact, mut named, mut certain) =
        (Score::default(), Score::default(), Score::default());
    let (mut undecided, mut undecided_right, mut alike) = (0, 0, 0);
    let (mut took, mut confusable) = (Vec::<Duration>::new(), 0);
    for (id, person) in &people {
        let before = Instant::now();
        let answer =
            search(&inventory, &key, rules.rules(), &facts, person, usize::MAX).expect("an answer");
        took.push(before.elapsed());
        confusable += answer.confusable.len();
        let mut hits: HashMap<String, (Band, bool, bool, String)> = HashMap::new();
        for hit in &answer.hits {
            let by_value = hit
                .reasons()
                .any(|r| r.kind != "name" && r.how == How::Exact);
            let why: Vec<String> = (hit.mentions.iter().take(1))
                .flat_map(|m| &m.reasons)
                .map(|r| format!("{} {} ({})", r.kind, r.words, r.bits))
                .collect();
            for place in &hit.places {
                let full = place.path.to_path();
                let inside = full.strip_prefix(&root).unwrap_or(&full);
                let inside = inside.to_string_lossy().into_owned();
                let open = hit.alike() > 0;
                hits.insert(inside, (hit.band, by_value, open, why.join("; ")));
            }
        }
        for ((_, path), by) in labels.iter().filter(|((of, _), _)| of == id) {
            let score = if by == "exact" {
                &mut exact
            } else {
                &mut named
            };
            score.labelled += 1;
            if hits.contains_key(path) {
                score.found += 1;
            } else if list {
                let also = answer.confusable.iter().find(|c| {
                    c.places
                        .iter()
                        .any(|p| p.path.display().ends_with(path.as_str()))
                });
                println!(
                    "missed   {by:<5} {id} {path} {}",
                    also.map_or("", |c| &c.words)
                );
            }
        }
        for (path, (band, by_value, open, why)) in &hits {
            let right = labels.contains_key(&(id.clone(), path.clone()));
            if *open {
                undecided += 1;
                undecided_right += u64::from(right);
                continue;
            }
            let score = if *by_value { &mut exact } else { &mut named };
            score.told += 1;
            score.right += u64::from(right);
            if *band == Band::Certain {
                certain.told += 1;
                certain.right += u64::from(right);
            }
            // A father and a son of one name: nothing in a document that holds the name alone says which of them it is,
            // and the look-up did not know.
            let same = !right
                && !by_value
                && *band == Band::Possible
                && (labels.iter()).any(|((other, of), by)| {
                    of == path && by == "name" && called.get(other) == called.get(id)
                });
            alike += u64::from(same);
            if list && !right {
                println!("mistaken {} {id} {path}: {why}", band.name());
            }
        }
    }
    took.sort();
    exact.say("documents with an identifier");
    named.say("documents with a name alone");
    println!(
        "  told apart as undecided: {undecided}, of them the person's {undecided_right}; counted as claims, precision {:.3}; of what is not right {alike} hold the name of two people, which was not known",
        (named.right + undecided_right) as f64 / (named.told + undecided).max(1) as f64
    );
    println!(
        "called certain: {}, of them mistaken: {}; people told apart: {confusable} places",
        certain.told,
        certain.told - certain.right
    );
    println!(
        "a look-up: {:.1} ms median, {:.1} ms worst of {}",
        took[took.len() / 2].as_secs_f64() * 1e3,
        took[took.len() - 1].as_secs_f64() * 1e3,
        took.len()
    );
}
