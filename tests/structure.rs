//! The plan of the house, held against the code: who may import whom, and how a file opens.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The rooms by floor. A file imports from its own room or a lower floor.
const FLOORS: &[(&str, u8)] = &[
    ("model", 1),
    ("walk", 2),
    ("extract", 2),
    ("config", 2),
    ("detect", 2),
    ("inventory", 3),
    ("report", 4),
    ("find", 4),
    ("scan", 5),
    // Above `scan`: it reads documents again by the same way.
    ("request", 6),
    ("cli", 7),
];

fn source_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    assert!(
        found.len() > 20,
        "the walk of src/ found only {} files",
        found.len()
    );
    found
}

fn room_of(path: &Path) -> Option<&str> {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .ok()?;
    let first = inside.iter().next()?.to_str()?;
    Some(first.trim_end_matches(".rs"))
}

fn floor(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, floor)| *floor)
}

/// Every room named after `crate::` in a line, also inside braces: `use crate::{model::X, detect::Y}`.
fn rooms_named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            None => vec![rest],
            Some(list) => {
                let mut depth = 0;
                list.split(|c| {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    c == ',' && depth == 0
                })
                .collect()
            }
        };
        rooms.extend(names.iter().map(|name| {
            name.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        }));
    }
    rooms
}

#[test]
fn a_file_imports_only_from_its_own_room_or_a_lower_floor() {
    let mut wrong = Vec::new();
    for path in source_files() {
        let Some(room) = room_of(&path) else { continue };
        let Some(own) = floor(room) else { continue };
        // Multi-line imports are joined so that each `use` is one line.
        let text = fs::read_to_string(&path).expect("source is text");
        let joined = text.replace("{\n", "{").replace(",\n", ",");
        for line in joined.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for other in rooms_named(line) {
                if let Some(theirs) = floor(&other)
                    && other != room
                    && theirs >= own
                {
                    wrong.push(format!(
                        "{}: {room} uses {other}: {}",
                        path.display(),
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_import_reader_sees_what_it_must() {
    assert_eq!(rooms_named("use crate::model::Segment;"), ["model"]);
    assert_eq!(
        rooms_named("use crate::{detect::{A, B}, walk};"),
        ["detect", "walk"]
    );
    assert_eq!(
        rooms_named("let x = crate::scan::run(crate::walk::Entry);"),
        ["scan", "walk"]
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = source_files()
        .into_iter()
        .filter(|p| {
            !fs::read_to_string(p)
                .expect("source is text")
                .starts_with("//!")
        })
        .collect();
    assert!(
        silent.is_empty(),
        "these files open without `//!`: {silent:?}"
    );
}

#[test]
fn only_the_command_line_prints_exits_or_reads_the_environment() {
    let mut wrong = Vec::new();
    for path in source_files() {
        if !matches!(room_of(&path), Some(room) if floor(room).is_some() && room != "cli") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("source is text");
        let code = text
            .split("#[cfg(test)]")
            .next()
            .expect("split gives one part at least");
        for needle in [
            "println!",
            "eprintln!",
            "print!(",
            "process::exit",
            "env::var",
            "env::args",
        ] {
            for line in code
                .lines()
                .filter(|l| l.contains(needle) && !l.trim_start().starts_with("//"))
            {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
