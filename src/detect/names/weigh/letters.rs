//! What the letters of a word that no list has say about its being a name: how much likelier the names of the lists make
//! each letter after the two before it than the ordinary words do. Learnt from the lists when they are read.

/// Letters, and the border of the word.
const SIZE: usize = 27;

/// How often each letter follows two others.
struct Counts {
    threes: Vec<u32>,
    /// By the two before.
    twos: Vec<u32>,
    /// The last two of each three, whatever came first, and the first of those.
    ends: Vec<u32>,
    ones: Vec<u32>,
}

/// The table of odds, in hundredths of a natural logarithm.
pub(crate) struct Letters {
    odds: Vec<i16>,
}

fn letter(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        byte @ b'a'..=b'z' => usize::from(byte - b'a') + 1,
        _ => 0,
    }
}

/// The places in the table of each letter of a word and of its end.
fn threes(word: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut before = 0;
    word.iter().map(|&b| letter(b)).chain([0]).map(move |next| {
        let at = before * SIZE + next;
        before = at % (SIZE * SIZE);
        at
    })
}

impl Counts {
    fn new<'a>(words: impl Iterator<Item = &'a [u8]>) -> Counts {
        let mut threes_of = vec![0u32; SIZE * SIZE * SIZE];
        for word in words {
            for at in threes(word) {
                threes_of[at] += 1;
            }
        }
        let mut counts = Counts {
            threes: Vec::new(),
            twos: vec![0; SIZE * SIZE],
            ends: vec![0; SIZE * SIZE],
            ones: vec![0; SIZE],
        };
        for (at, &n) in threes_of.iter().enumerate() {
            counts.twos[at / SIZE] += n;
            counts.ends[at % (SIZE * SIZE)] += n;
            counts.ones[at / SIZE % SIZE] += n;
        }
        counts.threes = threes_of;
        counts
    }

    /// The chance of a letter after two others, smoothed by that after one, and that by none.
    fn chance(&self, at: usize) -> f32 {
        let end = at % (SIZE * SIZE);
        let one =
            (self.ends[end] as f32 + 2.0 / SIZE as f32) / (self.ones[end / SIZE] as f32 + 2.0);
        (self.threes[at] as f32 + 8.0 * one) / (self.twos[at / SIZE] as f32 + 8.0)
    }
}

impl Letters {
    /// Learns from names and from ordinary words.
    pub fn new<'a>(
        names: impl Iterator<Item = &'a [u8]>,
        words: impl Iterator<Item = &'a [u8]>,
    ) -> Letters {
        let (names, words) = (Counts::new(names), Counts::new(words));
        let odds = (0..SIZE * SIZE * SIZE).map(|at| {
            let odds = (names.chance(at) / words.chance(at)).ln() * 100.0;
            odds.clamp(-600.0, 600.0) as i16
        });
        Letters {
            odds: odds.collect(),
        }
    }

    /// The sum over a word.
    pub fn odds(&self, word: &[u8]) -> i32 {
        threes(word).map(|at| i32::from(self.odds[at])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_names_from_words() {
        static NAMES: [&str; 6] = ["okafor", "okonkwo", "okoro", "mkhize", "nkosi", "onuoha"];
        static WORDS: [&str; 6] = ["walking", "talking", "settle", "setting", "kettle", "think"];
        let bytes = |list: &'static [&str; 6]| list.iter().map(|w| w.as_bytes());
        let letters = Letters::new(bytes(&NAMES), bytes(&WORDS));
        assert!(letters.odds(b"Okongo") > 100);
        assert!(letters.odds(b"Setling") < -100);
    }
}
