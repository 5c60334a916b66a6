//! Every command of the README runs, in order, and prints what the README says it prints.
//!
//! Blocks marked `console` hold commands after `$ ` and their output; blocks marked `sh` hold commands alone. They run in
//! one folder that has `corpus/` in it, so later commands use the inventory that earlier ones made. Figures, times and
//! sizes differ from machine to machine and are not compared; a line `...` stands for any lines.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

#[derive(Debug)]
struct Step {
    line: usize,
    command: String,
    expected: Option<Vec<String>>,
}

fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block = "";
    for (index, line) in readme.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            block = if block.is_empty() { kind } else { "" };
            continue;
        }
        match block {
            "console" => match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step {
                    line: index + 1,
                    command: command.into(),
                    expected: Some(Vec::new()),
                }),
                None => steps
                    .last_mut()
                    .and_then(|s| s.expected.as_mut())
                    .expect("a console block begins with a command")
                    .push(line.into()),
            },
            "sh" if !line.trim().is_empty() && !line.starts_with('#') => {
                steps.push(Step {
                    line: index + 1,
                    command: line.into(),
                    expected: None,
                });
            }
            _ => {}
        }
    }
    steps
}

/// What two machines print alike: figures become `#`, units of size and time `~`, runs of blanks one blank.
fn comparable(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_whitespace() {
        let bare = word.trim_matches(|c: char| "(),;:".contains(c));
        let unit = matches!(
            bare,
            "B" | "kB" | "MB" | "GB" | "kB/s" | "MB/s" | "GB/s" | "B/s" | "ms" | "s" | "min" | "h"
        );
        if !out.is_empty() {
            out.push(' ');
        }
        if unit {
            out.push_str(&word.replace(bare, "~"));
            continue;
        }
        let mut number = false;
        for c in word.chars() {
            match c {
                '0'..='9' if !number => {
                    out.push('#');
                    number = true;
                }
                '0'..='9' => {}
                '.' | ',' if number => {}
                _ => {
                    out.push(c);
                    number = false;
                }
            }
        }
    }
    out
}

/// Whether `printed` is what `expected` describes, `...` standing for any lines.
fn matches(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((first, rest)) => printed.split_first().is_some_and(|(line, others)| {
            comparable(first) == comparable(line) && matches(rest, others)
        }),
    }
}

fn trimmed(lines: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().map(|l| l.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The shell line that runs a command of the README with the program under test; `None` for the ones that build it.
fn runnable(command: &str) -> Option<String> {
    let command = command
        .split("  #")
        .next()
        .expect("split gives one part at least")
        .trim();
    let command = command.replace("cargo run --release -- ", "domesday ");
    if command.starts_with("cargo ") || command.starts_with("git ") {
        return None;
    }
    Some(command)
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(source.join("README.md")).expect("the README is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink(source.join("corpus"), folder.path().join("corpus"))
        .expect("a link to the corpus");
    let programs: PathBuf = Path::new(PROGRAM).parent().expect("in a folder").into();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    )))
    .expect("folders without a colon");
    let mut wrong = Vec::new();
    let mut ran = 0;
    for step in steps(&readme) {
        let Some(command) = runnable(&step.command) else {
            continue;
        };
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("COLUMNS", "110")
            .output()
            .expect("a shell");
        ran += 1;
        let status = output.status.code();
        if !matches!(status, Some(0 | 1 | 3)) {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            wrong.push(format!(
                "line {}: `{command}` ended with {status:?}: {said}",
                step.line
            ));
            continue;
        }
        let Some(expected) = step.expected else {
            continue;
        };
        let printed: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect();
        let (expected, printed) = (trimmed(expected), trimmed(printed));
        if !matches(&expected, &printed) {
            wrong.push(format!(
                "line {}: `{command}` prints other lines than the README shows:\n{}",
                step.line,
                printed.join("\n")
            ));
        }
    }
    assert!(ran >= 8, "only {ran} commands were found in the README");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn ci_runs_the_readmes_test_command() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(source.join("README.md")).expect("the README is there");
    let ci = fs::read_to_string(source.join(".ci/run")).expect("the script is there");
    assert!(readme.lines().any(|l| l == "cargo test") && ci.lines().any(|l| l == "cargo test"));
}

#[test]
fn figures_are_not_compared_and_words_are() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(
        &lines("read 3 in 1.2 s\n...\nend"),
        &lines("read 14 in 90 ms\na\nb\nend")
    ));
    assert!(!matches(&lines("read 3"), &lines("wrote 3")));
}
