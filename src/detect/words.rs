//! Phrases of the rules (context words and labels) as tables: which words are known, which phrases they form, and which
//! rules a phrase speaks for or against.
//!
//! `context` looks phrases up in running text, `label` in names of columns and fields. Words are runs of letters and
//! digits; case, punctuation and `_` between them do not count, so `N.I. no:` and `ni_no` are both the phrase `n i no`
//! or `ni no`. A name written together (`niNumber`, `NHSNumber`, `phone2`) is split when it is no known word itself.

use std::{collections::HashMap, sync::Arc};

use super::hash::Quickly;

/// The most words of a phrase.
pub(crate) const MOST_WORDS: usize = 8;

/// The longest phrase in bytes, separators included; rules with longer ones are cut here by nothing: they never match.
pub(crate) const LONGEST: usize = 64;

/// What a phrase means to a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Role {
    /// Speaks for its values.
    For,
    /// Names them, if it is the whole name (labels only).
    ForWhole,
    /// Speaks for its values, but is no name of them (context words in a label).
    ForWeakly,
    /// Speaks against them.
    Against,
    /// Names something else whose values look the same and stand the same check (labels only).
    Other,
}

impl Role {
    /// Whether it speaks against the values.
    pub fn is_against(self) -> bool {
        self >= Role::Against
    }
}

/// A phrase of the tables.
pub(crate) struct Phrase {
    words: Vec<u16>,
    /// As the rule wrote it.
    pub text: Arc<str>,
    /// Rule index and role, by rule.
    roles: Vec<(u16, Role)>,
}

impl Phrase {
    /// What it means to a rule.
    pub fn role(&self, rule: u16) -> Option<Role> {
        let at = self.roles.binary_search_by_key(&rule, |r| r.0).ok()?;
        Some(self.roles[at].1)
    }

    /// Every rule it means something to.
    pub fn roles(&self) -> &[(u16, Role)] {
        &self.roles
    }
}

/// One place where a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhraseHit {
    pub start: u32,
    pub end: u32,
    pub phrase: u16,
}

/// The tables.
pub(crate) struct Words {
    /// Open addressing; index of the word + 1, or 0.
    slots: Vec<u16>,
    words: Vec<Box<[u8]>>,
    /// One bit for each hash that a known word has, so that most others cost one look.
    sieve: Box<[u64; SIEVE / 64]>,
    phrases: Vec<Phrase>,
    /// By last word: indices of phrases, longest first.
    ending: Vec<Vec<u16>>,
}

/// Builds [`Words`].
#[derive(Default)]
pub(crate) struct WordsBuilder {
    known: HashMap<Vec<u8>, u16, Quickly>,
    words: Vec<Box<[u8]>>,
    phrases: HashMap<Vec<u16>, usize, Quickly>,
    list: Vec<Phrase>,
}

impl WordsBuilder {
    /// Adds a phrase with its meaning to a rule; `false` when it has no word or too many. Said twice, `Against` stays.
    pub fn add(&mut self, text: &str, rule: u16, role: Role) -> bool {
        let mut words = Vec::new();
        for word in pieces(text.as_bytes()) {
            let lower = word.to_ascii_lowercase();
            let next = self.words.len() as u16;
            let id = *self.known.entry(lower.clone()).or_insert(next);
            if id == next {
                self.words.push(lower.into_boxed_slice());
            }
            words.push(id);
        }
        if words.is_empty() || words.len() > MOST_WORDS {
            return false;
        }
        let at = *self.phrases.entry(words.clone()).or_insert_with(|| {
            self.list.push(Phrase {
                words,
                text: Arc::from(text.trim_start_matches('=')),
                roles: Vec::new(),
            });
            self.list.len() - 1
        });
        let roles = &mut self.list[at].roles;
        match roles.binary_search_by_key(&rule, |r| r.0) {
            // A name of its values says more than the same word nearby.
            Ok(at) if role.is_against() => roles[at].1 = role.max(roles[at].1),
            Ok(at) if roles[at].1 == Role::ForWeakly => roles[at].1 = role,
            Ok(_) => {}
            Err(at) => roles.insert(at, (rule, role)),
        }
        true
    }

    /// The finished tables.
    pub fn build(self) -> Words {
        let size = (self.words.len() * 4).next_power_of_two().max(64);
        let mut slots = vec![0; size];
        let mut sieve = Box::new([0; SIEVE / 64]);
        for (id, word) in self.words.iter().enumerate() {
            let hash = hash(eight(word, 0), word.len());
            sieve[hash as usize % SIEVE / 64] |= 1 << (hash % 64);
            let mut at = (hash >> SLOT_SHIFT) as usize & (size - 1);
            while slots[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            slots[at] = id as u16 + 1;
        }
        let mut ending = vec![Vec::new(); self.words.len()];
        for (index, phrase) in self.list.iter().enumerate() {
            if let Some(&last) = phrase.words.last() {
                ending[last as usize].push(index as u16);
            }
        }
        for list in &mut ending {
            list.sort_by_key(|&p| std::cmp::Reverse(self.list[p as usize].words.len()));
        }
        Words {
            slots,
            words: self.words,
            sieve,
            phrases: self.list,
            ending,
        }
    }
}

impl Words {
    /// A phrase by its index.
    pub fn phrase(&self, index: u16) -> &Phrase {
        &self.phrases[index as usize]
    }

    /// The id of the word `text[start..end]` in any case.
    fn word(&self, text: &[u8], start: usize, end: usize) -> Option<u16> {
        self.word_of(eight(text, start), text, start, end)
    }

    /// The same for one whose first bytes were read already.
    fn word_of(&self, first: u64, text: &[u8], start: usize, end: usize) -> Option<u16> {
        let hash = hash(first, end - start);
        if self.sieve[hash as usize % SIEVE / 64] & (1 << (hash % 64)) == 0 {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = (hash >> SLOT_SHIFT) as usize & mask;
        loop {
            let id = self.slots[at].checked_sub(1)?;
            if self.words[id as usize].eq_ignore_ascii_case(&text[start..end]) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Bits of the sieve: some twenty for each word of the built-in rules.
const SIEVE: usize = 1 << 16;

/// Where in the hash the number of the slot begins, apart from the bits that the sieve looks at.
const SLOT_SHIFT: u32 = 16;

/// The eight bytes from a place on; zeros where the text is shorter.
fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().expect("eight bytes")),
        None => {
            let mut bytes = [0; 8];
            let rest = &text[at..];
            bytes[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(bytes)
        }
    }
}

/// A hash of the first eight bytes of a word, in lower case as far as letters go, and of its length.
fn hash(first: u64, length: usize) -> u64 {
    let kept = u64::MAX >> (64 - 8 * length.clamp(1, 8));
    let folded = (first | 0x2020_2020_2020_2020) & kept;
    let mixed = (folded ^ (length as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed >> 24
}

/// Eight bytes told apart at once: the highest bit of each says yes.
struct Eight {
    /// Not of a word.
    ends: u64,
    upper: u64,
    digit: u64,
}

/// One of each byte.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * EACH;

impl Eight {
    /// What eight bytes are, as [`CLASS`] says of one.
    fn of(bytes: u64) -> Eight {
        let low = bytes & !HIGH;
        // No sum reaches the next byte: each is of two numbers below 128 and 128.
        let from = |value: u64, first: u8| value + (0x80 - u64::from(first)) * EACH;
        let between = |value: u64, first: u8, last: u8| from(value, first) & !from(value, last + 1);
        let letter = between(low | (0x20 * EACH), b'a', b'z') & !bytes & HIGH;
        let digit = between(low, b'0', b'9') & !bytes & HIGH;
        Eight {
            ends: !(letter | digit | bytes) & HIGH,
            upper: letter & !(bytes << 2),
            digit,
        }
    }

    /// Bytes before the first that ends a word, and the bits of them.
    fn run(&self) -> (usize, u64) {
        match self.ends {
            0 => (8, HIGH),
            ends => (
                (ends.trailing_zeros() / 8) as usize,
                ((ends & ends.wrapping_neg()) - 1) & HIGH,
            ),
        }
    }
}

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;

/// What a byte is to a word; 0 ends it.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'a'..=b'z' | 0x80.. => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            _ => 0,
        };
        b += 1;
    }
    table
};

/// Whether a byte belongs to words.
pub(crate) fn is_word(byte: u8) -> bool {
    CLASS[byte as usize] != 0
}

/// How many words a phrase has.
pub(crate) fn word_count(phrase: &str) -> usize {
    pieces(phrase.as_bytes()).count()
}

/// The runs of letters and digits of a short text.
fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&b| !is_word(b)).filter(|w| !w.is_empty())
}

/// What a word consists of.
struct Parts {
    /// It begins with a capital.
    capital: bool,
    /// It has small letters.
    small: bool,
    later_capital: bool,
    later_digit: bool,
}

impl Parts {
    /// Whether parts of it may be words of their own.
    fn may_split(&self) -> bool {
        let letters = self.small || self.capital || self.later_capital;
        self.later_capital && self.small || self.later_digit && letters
    }
}

/// Reads running text and notes the phrases in it; goes on where it stopped.
#[derive(Default)]
pub(crate) struct Reader {
    /// The last known words, with their starts.
    recent: [(u16, u32); MOST_WORDS],
    count: usize,
    /// End of the last word, if it was known.
    last_end: usize,
}

impl Reader {
    /// Forgets what came before: the next word is the first.
    pub fn restart(&mut self) {
        self.count = 0;
    }

    /// Reads from `from` to `to`, and to the end of the word begun there; returns where it stopped.
    pub fn read(
        &mut self,
        words: &Words,
        text: &[u8],
        from: usize,
        to: usize,
        hits: &mut Vec<PhraseHit>,
    ) -> usize {
        let mut at = from;
        while at < to {
            if CLASS[text[at] as usize] == 0 {
                at += 1;
                continue;
            }
            let start = at;
            let first = eight(text, start);
            let bytes = Eight::of(first);
            let (mut length, run) = bytes.run();
            // Zeros after the end of the text belong to no word.
            let mut parts = Parts {
                capital: bytes.upper & run & 0xff != 0,
                small: run & !bytes.upper & !bytes.digit != 0,
                later_capital: bytes.upper & run & !0xff != 0,
                later_digit: bytes.digit & run & !0xff != 0,
            };
            at += length;
            while length == 8 && at < text.len() {
                let bytes = Eight::of(eight(text, at));
                let run;
                (length, run) = bytes.run();
                parts.small |= run & !bytes.upper & !bytes.digit != 0;
                parts.later_capital |= bytes.upper & run != 0;
                parts.later_digit |= bytes.digit & run != 0;
                at += length;
            }
            match words.word_of(first, text, start, at) {
                Some(word) => self.known(words, text, word, start, at, hits),
                None if at - start <= LONGEST && parts.may_split() => {
                    self.pieces(words, text, start, at, hits);
                }
                None => self.count = 0,
            }
        }
        at
    }

    /// Camel case, or digits after letters: the parts of a name may be words.
    fn pieces(
        &mut self,
        words: &Words,
        text: &[u8],
        start: usize,
        end: usize,
        hits: &mut Vec<PhraseHit>,
    ) {
        let mut piece = start;
        for at in start + 1..=end {
            if at == end || splits(text, at, end) {
                match words.word(text, piece, at) {
                    Some(word) => self.known(words, text, word, piece, at, hits),
                    None => self.count = 0,
                }
                piece = at;
            }
        }
    }

    fn known(
        &mut self,
        words: &Words,
        text: &[u8],
        word: u16,
        start: usize,
        end: usize,
        hits: &mut Vec<PhraseHit>,
    ) {
        // Words of a phrase stand close together and in one paragraph.
        if self.count > 0
            && (start - self.last_end > 4 || paragraph_break(&text[self.last_end..start]))
        {
            self.count = 0;
        }
        if self.count == MOST_WORDS {
            self.recent.copy_within(1.., 0);
            self.count -= 1;
        }
        self.recent[self.count] = (word, start as u32);
        self.count += 1;
        self.last_end = end;
        for &phrase in &words.ending[word as usize] {
            let wanted = &words.phrases[phrase as usize].words;
            if wanted.len() <= self.count {
                let seen = &self.recent[self.count - wanted.len()..self.count];
                if seen.iter().zip(wanted).all(|(s, w)| s.0 == *w) {
                    hits.push(PhraseHit {
                        start: seen[0].1,
                        end: end as u32,
                        phrase,
                    });
                }
            }
        }
    }
}

/// Whether a new part of a name begins at `at`: `niNumber`, `NHSNumber`, `phone2`.
fn splits(text: &[u8], at: usize, end: usize) -> bool {
    let class = |i: usize| CLASS[text[i] as usize];
    match (class(at - 1), class(at)) {
        (LOWER, UPPER) => true,
        (UPPER, UPPER) => at + 1 < end && class(at + 1) == LOWER,
        (LOWER | UPPER, DIGIT) | (DIGIT, LOWER | UPPER) => true,
        _ => false,
    }
}

/// Whether a blank line lies in this stretch.
pub(crate) fn paragraph_break(gap: &[u8]) -> bool {
    let mut line_is_blank = false;
    for &b in gap {
        match b {
            b'\n' if line_is_blank => return true,
            b'\n' => line_is_blank = true,
            b' ' | b'\t' | b'\r' => {}
            _ => line_is_blank = false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let mut builder = WordsBuilder::default();
        for phrase in phrases {
            assert!(builder.add(phrase, 0, Role::For));
        }
        let words = builder.build();
        let mut hits = Vec::new();
        Reader::default().read(&words, text.as_bytes(), 0, text.len(), &mut hits);
        hits.iter()
            .map(|h| text[h.start as usize..h.end as usize].to_owned())
            .collect()
    }

    #[test]
    fn phrases_are_found_however_they_are_written() {
        let phrases = ["ni number", "n i no", "number", "h&c", "d.o.b.", "p45"];
        assert_eq!(found(&phrases, "His NI Number is"), ["NI Number", "Number"]);
        assert_eq!(found(&phrases, "N.I. No:"), ["N.I. No"]);
        assert_eq!(
            found(&phrases, "ni_number=niNumber"),
            ["ni_number", "number", "niNumber", "Number"]
        );
        assert_eq!(found(&phrases, "NI\nnumber"), ["NI\nnumber", "number"]);
        assert_eq!(found(&phrases, "NI\n\nnumber"), ["number"]);
        assert_eq!(
            found(&phrases, "H&C, D.O.B, P45 numbers"),
            ["H&C", "D.O.B", "P45"]
        );
        assert_eq!(found(&phrases, "NINumber2"), ["NINumber", "Number"]);
    }

    #[test]
    fn eight_bytes_are_what_each_of_them_is() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut bytes = *b"aZ 9\xff.z0";
                bytes[at] = byte;
                let eight = Eight::of(u64::from_le_bytes(bytes));
                for (n, &byte) in bytes.iter().enumerate() {
                    let bit = 0x80 << (8 * n);
                    let class = CLASS[usize::from(byte)];
                    assert_eq!(eight.ends & bit != 0, class == 0, "{byte}");
                    assert_eq!(eight.upper & bit != 0, class == UPPER, "{byte}");
                    assert_eq!(eight.digit & bit != 0, class == DIGIT, "{byte}");
                }
                let (length, run) = eight.run();
                let plain = bytes.iter().take_while(|&&b| is_word(b)).count();
                assert_eq!((length, run.count_ones() as usize), (plain, plain));
            }
        }
    }

    #[test]
    fn a_phrase_has_a_meaning_for_each_rule() {
        let mut builder = WordsBuilder::default();
        builder.add("card", 1, Role::For);
        builder.add("Card", 2, Role::Against);
        builder.add("card", 1, Role::Against);
        assert!(!builder.add("…", 1, Role::For) || builder.words.len() > 1);
        let words = builder.build();
        let card = words.phrase(0);
        assert_eq!(card.role(1), Some(Role::Against));
        assert_eq!(card.role(2), Some(Role::Against));
        assert_eq!(card.role(3), None);
    }
}
