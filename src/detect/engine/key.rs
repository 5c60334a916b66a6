//! Step 8, at load: which word of a term is its key.

use std::collections::HashMap;
use std::ops::Range;

use super::plain::is_word;
use super::terms::MIN_LONG;
use super::words;
use crate::detect::hash::Quickly;

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

    /// Where the rarest word of a term is.
    pub fn key(&self, term: &[u8]) -> Range<usize> {
        let rarity = |word: &Range<usize>| self.rarity(&term[word.clone()]);
        let rarest = word_ranges(term).max_by(|a, b| rarity(a).total_cmp(&rarity(b)));
        rarest.unwrap_or(0..term.len())
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
    let eight = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(eight)
    };
    let last = &word[len.saturating_sub(8)..len];
    words::hash(eight(&word[..len.min(8)]), eight(last), len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_word_that_few_texts_have() {
        let terms = ["living with gout", "court of protection", "c of e"];
        let terms = terms.map(|term| term.as_bytes().to_vec());
        let shared = Shared::count(&terms);
        let keys = terms.each_ref().map(|term| &term[shared.key(term)]);
        assert_eq!(keys, [&b"living"[..], b"protection", b"e"]);
        // The more terms have a word, the less it tells.
        let more = (0..99).map(|n| format!("living {n}").into_bytes());
        let shared = Shared::count(&terms.iter().cloned().chain(more).collect::<Vec<_>>());
        assert_eq!(&terms[0][shared.key(&terms[0])], b"gout");
        assert!(COMMON.is_sorted());
    }
}
