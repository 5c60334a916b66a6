//! Step 8, at load: which words of a term are its key.

use std::collections::HashMap;
use std::ops::Range;

use super::plain::is_word;
use super::words;
use crate::detect::hash::Quickly;

/// Shorter words than this are mostly common ones.
const MIN_LONG: usize = 4;

/// Words that every text is full of, sorted.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "back", "be", "been", "before",
    "being", "black", "body", "both", "by", "can", "care", "case", "child", "class", "could", "day", "days", "do",
    "down", "each", "even", "every", "family", "first", "for", "free", "from", "full", "general", "good", "group",
    "had", "hand", "have", "he", "head", "health", "heart", "her", "high", "him", "his", "home", "house", "how",
    "human", "i", "if", "in", "into", "is", "it", "its", "left", "life", "like", "line", "list", "long", "made",
    "make", "many", "may", "me", "more", "most", "much", "must", "my", "name", "need", "new", "next", "no", "not",
    "now", "number", "of", "old", "on", "one", "open", "or", "other", "our", "out", "over", "own", "part", "people",
    "person", "place", "point", "post", "private", "problem", "public", "right", "same", "service", "she", "should",
    "side", "since", "so", "some", "state", "still", "such", "support", "system", "take", "term", "test", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "thing", "this", "those", "time", "to", "two",
    "type", "under", "up", "us", "used", "very", "want", "was", "water", "we", "week", "well", "were", "west", "what",
    "when", "which", "while", "white", "who", "will", "with", "without", "woman", "women", "work", "working", "would",
    "year", "years", "you", "young", "your",
];

/// What a term is looked up by.
#[derive(Debug)]
pub(super) struct Key {
    /// Where in the term it begins.
    pub start: usize,
    /// One word, or two in a row.
    pub words: usize,
    /// As [`words`] gives it.
    pub hash: u64,
}

/// How many terms have each word, by its hash.
pub(super) struct Shared(HashMap<u64, u32, Quickly>);

impl Shared {
    /// Counts the words of terms in their canonical form.
    pub fn count(terms: &[Vec<u8>]) -> Shared {
        let mut shared: HashMap<u64, u32, Quickly> = HashMap::default();
        for text in terms {
            for word in word_ranges(text) {
                *shared.entry(hash(&text[word])).or_default() += 1;
            }
        }
        Shared(shared)
    }

    /// The key of a term: its word, or two of its words in a row, of which the rarer one is as rare as can be.
    pub fn key(&self, term: &[u8]) -> Key {
        let words: Vec<_> = word_ranges(term).collect();
        let rarity = |word: &Range<usize>| self.rarity(&term[word.clone()]);
        let rarer = |pair: &[Range<usize>]| {
            let (a, b) = (rarity(&pair[0]), rarity(&pair[1]));
            (a.max(b), a.min(b))
        };
        let by_rarity = |a: &&[Range<usize>], b: &&[Range<usize>]| {
            let ((more, less), (others_more, others_less)) = (rarer(a), rarer(b));
            more.total_cmp(&others_more)
                .then(less.total_cmp(&others_less))
        };
        let hash = |word: &Range<usize>| hash(&term[word.clone()]);
        match words.windows(2).max_by(by_rarity) {
            Some(pair) => Key {
                start: pair[0].start,
                words: 2,
                hash: words::pair(hash(&pair[0]), hash(&pair[1])),
            },
            None => Key {
                start: words[0].start,
                words: 1,
                hash: hash(&words[0]),
            },
        }
    }

    /// How seldom a word is met, in no unit: longer words, words with seldom letters, words of few terms; not the words
    /// that every text is full of.
    fn rarity(&self, word: &[u8]) -> f32 {
        let lower = word.to_ascii_lowercase();
        let seldom = lower.iter().filter(|b| b"jkqvwxyz".contains(b)).count();
        let mut rarity = lower.len().min(12) as f32 + 0.7 * seldom as f32;
        let shared = self.0.get(&hash(word)).copied().unwrap_or(1);
        rarity -= 1.5 * (shared as f32).log2();
        if word[0].is_ascii_digit() {
            rarity -= 100.0;
        }
        if lower.len() < MIN_LONG {
            rarity -= 20.0;
        }
        if COMMON
            .binary_search_by(|common| common.as_bytes().cmp(&lower))
            .is_ok()
        {
            rarity -= 30.0;
        }
        rarity
    }
}

/// The words of a term: its runs of word bytes.
fn word_ranges(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().take_while(|&&b| !is_word(b)).count();
        let start = at;
        at += text[at..].iter().take_while(|&&b| is_word(b)).count();
        (start < at).then_some(start..at)
    })
}

/// The hash that [`words`] gives this word.
pub(super) fn hash(word: &[u8]) -> u64 {
    let len = word.len().min(words::MOST);
    let (first, last) = ends(&word[..len]);
    words::hash(first, last, len)
}

/// The first eight bytes of a word, filled up with zeros, and its last eight if it has more.
pub(super) fn ends(word: &[u8]) -> (u64, u64) {
    let eight = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(eight)
    };
    let first = eight(&word[..word.len().min(8)]);
    let last = match word.len() {
        0..=8 => 0,
        many => eight(&word[many - 8..]),
    };
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_word_that_few_texts_have() {
        let terms = ["living with gout", "court of protection", "c of e", "gout"];
        let terms = terms.map(|term| term.as_bytes().to_vec());
        let shared = Shared::count(&terms);
        let keys = |shared: &Shared| {
            terms.each_ref().map(|term| {
                let key = shared.key(term);
                (key.start, key.words)
            })
        };
        assert_eq!(keys(&shared), [(0, 2), (6, 2), (2, 2), (0, 1)]);
        // The more terms have a word, the less it tells.
        let more = (0..99).map(|n| format!("living {n}").into_bytes());
        let shared = Shared::count(&terms.iter().cloned().chain(more).collect::<Vec<_>>());
        assert_eq!(keys(&shared)[0], (7, 2));
        assert!(COMMON.is_sorted());
    }
}
