//! The conformance suite: every case in `corpus/FORMAT/` is read and compared with `CASE.expect` (its form is told in
//! `corpus/case.py`), then read under every limit; `mutation.rs` cuts and damages it. A new format gets all of this by
//! dropping a case there.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use domesday::{
    extract::{Flow, Head, Options, Reader, Scratch, Source, Visitor, formats},
    model::{Limits, Outcome, OutcomeKind, Segment},
};

/// A wanted value at the places where it was met.
type Met = (String, String, Option<String>);

/// Listens to a reading: documents, outcomes, and where wanted values lie.
#[derive(Default)]
struct Listener {
    wanted: Vec<String>,
    met: Vec<(String, Met)>,
    outcomes: Vec<(String, Outcome)>,
    open: Vec<String>,
    formats: Vec<&'static str>,
    opened: usize,
    bytes: u64,
    offset: BTreeMap<usize, u64>,
}

impl Visitor for Listener {
    fn open(&mut self, head: &Head<'_>) -> Flow {
        self.opened += 1;
        self.open.push(head.parts.to_string());
        self.offset.insert(self.open.len(), 0);
        self.formats.push(head.format);
        Flow::Continue
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Flow {
        assert!(segment.text.len() <= domesday::model::limits::SEGMENT);
        let expected = self.offset.get_mut(&self.open.len()).unwrap();
        assert_eq!(
            segment.offset + segment.repeats as u64,
            *expected,
            "offsets add up"
        );
        *expected += (segment.text.len() - segment.repeats) as u64;
        self.bytes += (segment.text.len() - segment.repeats) as u64;
        let chain = self.open.last().unwrap();
        for value in &self.wanted {
            for (at, _) in segment.text.match_indices(value.as_str()) {
                let met = (
                    value.clone(),
                    segment.anchor(at).to_string(),
                    segment.label(at).map(str::to_owned),
                );
                self.met.push((chain.clone(), met));
            }
        }
        // Anchors and labels must hold anywhere.
        let end = segment.text.len().saturating_sub(1);
        for at in [0, end / 3, end] {
            let _ = (segment.anchor(at), segment.label(at), segment.record(at));
        }
        Flow::Continue
    }

    fn close(&mut self, outcome: Outcome) {
        let chain = self.open.pop().expect("one close for each open");
        self.outcomes.push((chain, outcome));
    }
}

fn corpus() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases = Vec::new();
    for folder in fs::read_dir(top).unwrap().flatten() {
        if folder.path().is_dir() {
            for file in fs::read_dir(folder.path()).unwrap().flatten() {
                if file.path().extension().is_some_and(|e| e == "expect") {
                    cases.push(file.path().with_extension(""));
                }
            }
        }
    }
    cases.sort();
    assert!(cases.len() > 40, "the corpus is there");
    cases
}

fn read(reader: &Reader, bytes: &[u8], name: &str, wanted: Vec<String>) -> Listener {
    let mut listener = Listener {
        wanted,
        ..Listener::default()
    };
    reader.read(Source::bytes(bytes), name, &mut listener);
    assert!(listener.open.is_empty(), "{name}: every document is closed");
    assert_eq!(
        listener.opened,
        listener.outcomes.len(),
        "{name}: one outcome each"
    );
    listener
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_case_says_what_is_expected() {
    let reader = Reader::new(Options::default());
    let mut wrong = Vec::new();
    for path in corpus() {
        let expect = fs::read_to_string(format!("{}.expect", path.display())).unwrap();
        let lines: Vec<Vec<String>> = expect
            .lines()
            .map(|l| l.split('\t').map(|f| f.replace("\\n", "\n")).collect())
            .collect();
        let wanted = lines
            .iter()
            .filter(|l| l[1] != "=")
            .map(|l| l[1].clone())
            .collect();
        let bytes = fs::read(&path).unwrap();
        let listener = read(&reader, &bytes, &name(&path), wanted);
        let case = path
            .strip_prefix(env!("CARGO_MANIFEST_DIR"))
            .unwrap()
            .display()
            .to_string();
        for line in &lines {
            if line[1] == "=" {
                let ended = listener
                    .outcomes
                    .iter()
                    .find(|(chain, _)| *chain == line[0]);
                if ended.map(|(_, o)| o.to_string()).as_deref() != Some(line[2].as_str()) {
                    wrong.push(format!(
                        "{case}: [{}] ended {ended:?}, not {:?}",
                        line[0], line[2]
                    ));
                }
                continue;
            }
            let there: Vec<_> = listener
                .met
                .iter()
                .filter(|(chain, met)| *chain == line[0] && met.0 == line[1])
                .map(|(_, met)| met)
                .collect();
            let good = there.iter().any(|(_, anchor, label)| {
                *anchor == line[2]
                    && match line.get(3).map(String::as_str) {
                        None => true,
                        Some("-") => label.is_none(),
                        Some(want) => label.as_deref() == Some(want),
                    }
            });
            if !good {
                wrong.push(format!(
                    "{case}: [{}] wanted {:?} at {:?} {:?}; met at {there:?}; formats {:?}; outcomes {:?}",
                    line[0], line[1], line[2], line.get(3), listener.formats, listener.outcomes
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// No parser may die, whatever it is given.
fn sound(listener: &Listener, name: &str, how: &str) {
    for (chain, outcome) in &listener.outcomes {
        assert_ne!(
            outcome.kind,
            OutcomeKind::Crashed,
            "{name}, {how}: {chain}: {outcome}"
        );
    }
}

#[test]
fn every_limit_holds_for_every_case() {
    let tight: [fn(&mut Limits); 6] = [
        |l| l.memory = 1,
        |l| (l.ratio, l.ratio_floor) = (1, 1),
        |l| l.output = 10,
        |l| l.nesting = 0,
        |l| l.members = 1,
        |l| (l.deadline, l.deadline_per_mib) = (Duration::ZERO, Duration::ZERO),
    ];
    for path in corpus() {
        let bytes = fs::read(&path).unwrap();
        for (i, tighten) in tight.iter().enumerate() {
            let mut options = Options::default();
            tighten(&mut options.limits);
            let most = options.limits.output;
            let listener = read(&Reader::new(options), &bytes, &name(&path), vec![]);
            sound(&listener, &name(&path), &format!("limit {i}"));
            if i == 2 {
                assert!(
                    listener.bytes <= most.max(bytes.len() as u64 * 2),
                    "{path:?}"
                );
            }
            if i == 3 {
                let deepest = listener
                    .outcomes
                    .iter()
                    .map(|(c, _)| c.split(" › ").count())
                    .max();
                assert!(deepest <= Some(1), "{path:?}");
            }
        }
    }
}

#[test]
fn the_registry_is_sound() {
    let mut names: Vec<_> = formats().iter().map(|f| f.name()).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "names are unique");
    for format in formats() {
        assert!(
            format.version() > 0 && !format.about().is_empty(),
            "{}",
            format.name()
        );
        assert!(!format.extensions().is_empty(), "{}", format.name());
        for extension in format.extensions() {
            assert_eq!(*extension, extension.to_lowercase(), "{}", format.name());
        }
    }
}

#[test]
fn real_files_each_end_in_one_outcome() {
    let samples = std::env::var_os("DOMESDAY_SAMPLES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"),
        PathBuf::from,
    );
    if !samples.is_dir() {
        println!("no samples at {}: passed over", samples.display());
        return;
    }
    let reader = Reader::new(Options::default());
    let mut scratch = Scratch::default();
    let mut folders = vec![samples.join("tika")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let mut listener = Listener::default();
            let began = Instant::now();
            let file = fs::File::open(entry.path()).unwrap();
            reader.read_with(
                &mut scratch,
                Source::file(file).unwrap(),
                &name(&entry.path()),
                &mut listener,
            );
            assert!(listener.open.is_empty());
            assert_eq!(listener.opened, listener.outcomes.len());
            let took = began.elapsed();
            assert!(
                took < Duration::from_secs(60),
                "{:?} took {took:?}",
                entry.path()
            );
            if std::env::var_os("DOMESDAY_LIST").is_some() {
                let (_, outcome) = listener.outcomes.last().unwrap();
                println!(
                    "{}/{}: {} {} bytes {} documents {took:?}: {outcome}",
                    entry
                        .path()
                        .parent()
                        .unwrap()
                        .file_name()
                        .unwrap()
                        .display(),
                    name(&entry.path()),
                    listener.formats.first().unwrap_or(&""),
                    listener.bytes,
                    listener.opened
                );
                for (chain, outcome) in &listener.outcomes {
                    if !chain.is_empty() && outcome.kind.is_problem() {
                        println!("    {chain}: {outcome}");
                    }
                }
            }
        }
    }
    println!("{files} files");
}
