//! A plain mutational driver for the fuzz targets, for where there is no cargo-fuzz: damages the cases of `corpus/` and what
//! it made of them before, for so many seconds a target. See README.md.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use domesday_fuzz::{
    TARGETS, Target,
    mutate::{Random, mutate, mutate_inside},
    part_of, read, target,
};

/// Descendants kept beside the cases of the corpus, so that damage adds up.
const POOL: usize = 256;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("--replay") => {
            let (Some(file), Some(target)) = (args.get(1), args.get(2).and_then(|n| target(n))) else {
                eprintln!("drive --replay FILE TARGET");
                return ExitCode::from(2);
            };
            let bytes = fs::read(file).expect("the file can be read");
            println!("{:?}", read(target, &bytes));
            return ExitCode::SUCCESS;
        }
        Some("--seeds") => {
            for target in TARGETS {
                let folder = PathBuf::from("seeds").join(target.name);
                fs::create_dir_all(&folder).expect("a folder can be made");
                for (i, seed) in seeds(target).iter().enumerate() {
                    fs::write(folder.join(i.to_string()), seed).expect("a seed can be written");
                }
            }
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let seconds = args.first().and_then(|s| s.parse().ok()).unwrap_or(10);
    let chosen: Vec<&Target> = match args.get(1..) {
        Some(names) if !names.is_empty() => names.iter().filter_map(|n| target(n)).collect(),
        _ => TARGETS.iter().collect(),
    };
    let mut failures = 0;
    for target in chosen {
        failures += drive(target, Duration::from_secs(seconds));
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The documents, or parts, that a target starts from.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut paths: Vec<PathBuf> = target
        .folders
        .iter()
        .filter_map(|folder| fs::read_dir(corpus.join(folder)).ok())
        .flat_map(|folder| folder.flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_none_or(|e| e != "expect"))
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| part_of(target, &fs::read(path).ok()?))
        .collect()
}

fn drive(target: &Target, time: Duration) -> u32 {
    let first = seeds(target);
    let mut pool = first.clone();
    if pool.is_empty() {
        pool.push(Vec::new());
    }
    let base = std::env::var("DOMESDAY_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1_u64);
    let mut random = Random::new(base);
    let (began, mut tried, mut failures) = (Instant::now(), 0_u64, 0);
    let mut slowest = (Duration::ZERO, Vec::new());
    while began.elapsed() < time && failures < 10 {
        let from = random.below(pool.len());
        let bytes = match random.below(3) {
            0 => mutate_inside(&pool[from], &mut random).unwrap_or_else(|| mutate(&pool[from], &mut random)),
            _ => mutate(&pool[from], &mut random),
        };
        let start = Instant::now();
        let result = read(target, &bytes);
        let took = start.elapsed();
        tried += 1;
        if took > slowest.0 {
            slowest = (took, bytes.clone());
        }
        if let Err(failed) = result {
            failures += 1;
            let path = format!("found-{}-{base}-{tried}.bin", target.name);
            fs::write(&path, &bytes).expect("the folder can be written");
            println!("{}: {failed}: {path}", target.name);
        }
        // Now and then a descendant takes the place of another one, never of a case of the corpus.
        if random.below(8) == 0 && bytes.len() < 1 << 20 {
            if pool.len() < first.len() + POOL {
                pool.push(bytes);
            } else {
                let slot = first.len() + random.below(POOL);
                pool[slot] = bytes;
            }
        }
    }
    if slowest.0 > Duration::from_secs(1) {
        let path = format!("found-{}-slow.bin", target.name);
        fs::write(&path, &slowest.1).expect("the folder can be written");
        println!("{}: slow: {path}", target.name);
    }
    println!(
        "{:6} {tried:>9} documents, {failures} failures, the slowest {:?}",
        target.name, slowest.0
    );
    failures
}
