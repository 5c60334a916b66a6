//! The texts and terms of the engine's bench: the same on each run of a machine, and all but the prose on every machine.

use std::{collections::HashMap, io::Read as _, path::Path};

/// A generator that is the same everywhere (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
    fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }
    fn letters(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'A' + self.below(26) as u8))
            .collect()
    }
}

/// Manuals and documentation of this machine; sentences over and over where there is none.
pub fn prose(length: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(length);
    for folder in [
        "/usr/share/man/man1",
        "/usr/share/doc",
        "/usr/share/man/man8",
    ] {
        gather(Path::new(folder), length, &mut text);
    }
    if text.len() < length / 2 {
        let sentences = include_bytes!("../../src/detect/engine/samples/prose.txt");
        while text.len() < length {
            text.extend_from_slice(sentences);
        }
    }
    text.truncate(length);
    text
}

fn gather(folder: &Path, length: usize, text: &mut Vec<u8>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if text.len() >= length {
            return;
        }
        if path.is_dir() && !path.is_symlink() {
            gather(&path, length, text);
        } else if let Ok(bytes) = std::fs::read(&path)
            && path.is_file()
        {
            let from = text.len();
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let _ = flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(text);
            } else {
                text.extend_from_slice(&bytes);
            }
            if text[from..].contains(&0) {
                text.truncate(from);
            }
        }
    }
}

const FIELDS: usize = 16;

fn cell(field: usize, format: usize, dice: &mut Dice) -> String {
    let names = [
        "Anna", "Brian", "Chidi", "Dilys", "Ewan", "Farah", "Gwen", "Hamid", "Isla", "Jack",
    ];
    let gap = ["", " ", "-"][format % 3];
    let d = |dice: &mut Dice, groups: &[usize], gap: &str| {
        let groups: Vec<_> = groups.iter().map(|n| dice.digits(*n)).collect();
        groups.join(gap)
    };
    match field {
        0 => format!("{}", 10_000 + dice.below(90_000)),
        1 => dice.pick(&names).into(),
        2 => format!("{}son", dice.pick(&names)),
        3 => match format % 3 {
            0 => format!(
                "{:02}/{:02}/19{}",
                1 + dice.below(28),
                1 + dice.below(12),
                dice.digits(2)
            ),
            1 => format!(
                "19{}-{:02}-{:02}",
                dice.digits(2),
                1 + dice.below(12),
                1 + dice.below(28)
            ),
            _ => format!(
                "{} {} 19{}",
                1 + dice.below(28),
                dice.pick(&["Jan", "March", "July"]),
                dice.digits(2)
            ),
        },
        4 => format!(
            "QQ{gap}{}{gap}{}",
            d(dice, &[2, 2, 2], gap),
            ["A", "B", "C", "D"][dice.below(4)]
        ),
        5 => format!(
            "{}{} {}{}",
            dice.letters(2),
            1 + dice.below(20),
            dice.below(10),
            dice.letters(2)
        ),
        6 => match format % 4 {
            0 => format!("07700 900{}", dice.digits(3)),
            1 => format!("+44 7700 900{}", dice.digits(3)),
            2 => format!("(020) 7946 0{}", dice.digits(3)),
            _ => format!("0113496{}", dice.digits(4)),
        },
        7 => format!(
            "{}.{}{}@example.{}",
            dice.pick(&names),
            dice.pick(&names),
            dice.digits(2),
            dice.pick(&["org", "com", "co.uk"])
        ),
        8 => d(dice, &[2, 2, 2], ["-", " ", ""][format % 3]),
        9 => dice.digits(8),
        10 => format!("999{gap}{}", d(dice, &[3, 4], gap)),
        11 => d(dice, &[4, 4, 4, 4], gap),
        12 => format!("{}.{:02}", dice.below(90_000), dice.below(100)),
        13 => format!("192.0.2.{}", dice.below(256)),
        14 => format!("GB{} ZZZZ {}", dice.digits(2), d(dice, &[4, 4, 4, 2], " ")),
        _ => dice
            .pick(&[
                "active",
                "left",
                "on leave, returns in May",
                "",
                "see file",
                "night shift",
            ])
            .into(),
    }
}

/// Rows of a made-up register; `mixed`: every cell in a format of its own, else every column.
pub fn rows(length: usize, mixed: bool) -> Vec<u8> {
    let mut dice = Dice::new(7);
    let mut text = Vec::with_capacity(length + 400);
    while text.len() < length {
        for field in 0..FIELDS {
            let format = if mixed { dice.below(12) } else { field };
            text.extend_from_slice(cell(field, format, &mut dice).as_bytes());
            text.push(if field + 1 == FIELDS { b'\n' } else { b',' });
        }
    }
    text.truncate(length);
    text
}

/// Sentences with an identifier in each.
pub fn letters(length: usize) -> Vec<u8> {
    let sentences = include_str!("../../src/detect/engine/samples/prose.txt");
    let sentences: Vec<&str> = sentences.split(". ").collect();
    let mut dice = Dice::new(11);
    let mut text = Vec::with_capacity(length + 4000);
    while text.len() < length {
        text.extend_from_slice(dice.pick(&sentences).as_bytes());
        let (field, format) = (3 + dice.below(12), dice.below(12));
        text.extend_from_slice(format!(" ({}). ", cell(field, format, &mut dice)).as_bytes());
    }
    text.truncate(length);
    text
}

/// Terms that the prose has now and then: seldom words, and pairs of words.
pub fn terms(prose: &[u8], count: usize) -> Vec<String> {
    let words: Vec<&[u8]> = prose
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let mut seen: HashMap<Vec<u8>, u32> = HashMap::new();
    for word in &words {
        *seen.entry(word.to_ascii_lowercase()).or_default() += 1;
    }
    // Few enough for about one in a thousand bytes.
    let few = 1 + (prose.len() >> 22) as u32;
    let mut seldom: Vec<(Vec<u8>, u32)> = seen
        .clone()
        .into_iter()
        .filter(|(word, n)| (4..20).contains(&word.len()) && *n <= few)
        .collect();
    seldom.sort();
    let step = (seldom.len() / (count * 7 / 10)).max(1);
    let string = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let mut terms: Vec<String> = seldom
        .iter()
        .step_by(step)
        .map(|(word, _)| string(word))
        .collect();
    terms.truncate(count * 7 / 10);
    // Pairs with a word in them that is not met often.
    let often = |word: &[u8]| {
        seen.get(&word.to_ascii_lowercase())
            .is_none_or(|n| *n > 200)
    };
    let pairs: Vec<_> = words
        .windows(2)
        .filter(|pair| {
            pair[0].len() > 2 && pair[1].len() > 2 && !(often(pair[0]) && often(pair[1]))
        })
        .collect();
    let step = (pairs.len() / (count - terms.len()).max(1)).max(1);
    for pair in pairs.into_iter().step_by(step) {
        terms.push(format!("{} {}", string(pair[0]), string(pair[1])).to_ascii_lowercase());
    }
    terms.sort();
    terms.dedup();
    terms.truncate(count);
    terms
}
