//! A name of a person as the blind index sees it: folded tokens, and the sex its title speaks of.
//!
//! `gather` splits the names it stores, `find` the ones it is asked for: both here, so that they agree. It does not judge
//! whether a text is a name.

use crate::detect::normalise::Normaliser;

/// What a title says of its bearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Sex {
    /// Nothing.
    #[default]
    Unsaid = 0,
    /// `Mr`, `Sir`.
    Male = 1,
    /// `Mrs`, `Miss`.
    Female = 2,
}

impl Sex {
    /// From the two bits stored.
    pub fn from_bits(bits: u8) -> Sex {
        match bits & 3 {
            1 => Sex::Male,
            2 => Sex::Female,
            _ => Sex::Unsaid,
        }
    }
}

/// Words before a name that are not part of it, with the sex they tell.
const TITLES: &[(&str, Sex)] = &[
    ("mr", Sex::Male),
    ("mister", Sex::Male),
    ("master", Sex::Male),
    ("sir", Sex::Male),
    ("lord", Sex::Male),
    ("fr", Sex::Male),
    ("father", Sex::Male),
    ("imam", Sex::Male),
    ("mrs", Sex::Female),
    ("ms", Sex::Female),
    ("miss", Sex::Female),
    ("dame", Sex::Female),
    ("lady", Sex::Female),
    ("sister", Sex::Female),
    ("mx", Sex::Unsaid),
    ("dr", Sex::Unsaid),
    ("prof", Sex::Unsaid),
    ("professor", Sex::Unsaid),
    ("rev", Sex::Unsaid),
    ("revd", Sex::Unsaid),
    ("reverend", Sex::Unsaid),
    ("rabbi", Sex::Unsaid),
    ("cllr", Sex::Unsaid),
    ("sgt", Sex::Unsaid),
    ("pc", Sex::Unsaid),
    ("dc", Sex::Unsaid),
    ("nurse", Sex::Unsaid),
];

/// Words after a name that are not part of it.
const HONOURS: &[&str] = &[
    "esq", "jr", "jnr", "snr", "sr", "mbe", "obe", "cbe", "phd", "ba", "bsc", "rgn",
];

/// A name, split.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NameParts {
    /// Folded tokens in the order of forenames and surname: of `OKAFOR, Margaret` the surname is put last.
    pub tokens: Vec<String>,
    /// How many of the last tokens are surname for certain: those before a comma, those joined to the last by a hyphen.
    pub surname: usize,
    /// What its title says.
    pub sex: Sex,
}

/// Splits a name: lower case, Latin diacritics folded, titles and honours left out; at spaces, hyphens, commas and full
/// stops, while apostrophes fall out, so that `Mrs. O'Brien-Smith` gives `obrien`, `smith`. `Mc Donald` and `Mac Donald`
/// are one token. A name that is nothing but titles keeps them: `Lord` is also a surname.
pub fn name_parts(name: &str) -> NameParts {
    let mut normaliser = Normaliser::default();
    let folded = String::from_utf8_lossy(normaliser.run(name).text).into_owned();
    let mut parts = NameParts::default();
    let mut pieces = folded.splitn(2, [',', ';']);
    let before = words(pieces.next().unwrap_or_default());
    let after = words(pieces.next().unwrap_or_default());
    let (before, sex) = untitled(before);
    parts.sex = sex;
    // `Okafor, Mrs` has no forenames.
    let only = after
        .iter()
        .all(|word| TITLES.iter().any(|(title, _)| title == word));
    let said = after
        .iter()
        .find_map(|word| TITLES.iter().find(|(title, _)| title == word))
        .map_or(Sex::Unsaid, |(_, sex)| *sex);
    let (after, sex) = match only && !before.is_empty() {
        true => (Vec::new(), said),
        false => untitled(after),
    };
    if sex != Sex::Unsaid {
        parts.sex = sex;
    }
    let (mut forenames, mut surname) = match (before.is_empty(), after.is_empty()) {
        (_, true) => (Vec::new(), before),
        (true, false) => (Vec::new(), after),
        (false, false) => {
            parts.surname = before.len();
            (after, before)
        }
    };
    if parts.surname == 0
        && let Some(last) = surname.pop()
    {
        // The last word, with what a hyphen joins to it.
        forenames = std::mem::take(&mut surname);
        surname = vec![last];
        parts.surname = surname[0].matches('-').count() + 1;
    }
    let split = |words: Vec<String>| -> Vec<String> {
        words
            .iter()
            .flat_map(|word| word.split('-'))
            .filter(|token| !token.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let surname = split(surname);
    parts.surname = surname.len();
    parts.tokens = split(forenames);
    parts.tokens.extend(surname);
    let before_joining = parts.tokens.len();
    join_mac(&mut parts.tokens);
    let joined = before_joining - parts.tokens.len();
    parts.surname = parts
        .surname
        .saturating_sub(joined)
        .clamp(1.min(parts.tokens.len()), parts.tokens.len());
    parts
}

/// Words of letters and digits, lower case, hyphens kept between them.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | '/' | '(' | ')'))
        .map(|word| {
            word.chars()
                .filter(|c| c.is_alphanumeric() || *c == '-')
                .flat_map(char::to_lowercase)
                .collect::<String>()
        })
        .map(|word| word.trim_matches('-').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Without titles at the front and honours at the end, unless nothing else is there.
fn untitled(words: Vec<String>) -> (Vec<String>, Sex) {
    let mut sex = Sex::Unsaid;
    let mut from = 0;
    for word in &words {
        let Some((_, says)) = TITLES.iter().find(|(title, _)| title == word) else {
            break;
        };
        if *says != Sex::Unsaid {
            sex = *says;
        }
        from += 1;
    }
    let mut to = words.len();
    while to > from + 1 && HONOURS.contains(&words[to - 1].as_str()) {
        to -= 1;
    }
    match from < to {
        true => (words[from..to].to_vec(), sex),
        false => (words, Sex::Unsaid),
    }
}

/// `mc donald` and `mac donald` become one token.
fn join_mac(tokens: &mut Vec<String>) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        if matches!(tokens[at].as_str(), "mc" | "mac") && tokens[at + 1].len() > 2 {
            let next = tokens.remove(at + 1);
            tokens[at].push_str(&next);
        }
        at += 1;
    }
}

/// The folded tokens of a name.
pub fn name_tokens(name: &str) -> Vec<String> {
    name_parts(name).tokens
}

/// The one form that `Ada Example`, `EXAMPLE, Ada` and `Miss Ada Example` share: its tokens in alphabetical order.
pub fn name_form(tokens: &[String]) -> String {
    let mut tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    tokens.sort_unstable();
    tokens.join(" ")
}

/// The words of an e-mail address's local part that may be a name: `m.okafor+shop2@…` gives `m`, `okafor`.
pub fn mailbox_tokens(address: &str) -> Vec<String> {
    let local = address.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let words: Vec<String> = local
        .split(['.', '_', '-'])
        .map(|word| {
            word.trim_matches(|c: char| c.is_ascii_digit())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
        .collect();
    // One run of letters (`mokafor`, `sales`) is no name that could be told apart.
    if (2..=4).contains(&words.len()) {
        words
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_tokens_however_it_is_joined() {
        assert_eq!(
            name_tokens("O'Brien-Smith, Mary"),
            ["mary", "obrien", "smith"]
        );
        assert_eq!(name_tokens("m. j. okafor"), ["m", "j", "okafor"]);
        assert!(name_tokens(" - ").is_empty());
        assert_eq!(name_tokens("Mrs Zoë Ünal"), ["zoe", "unal"]);
        assert_eq!(name_tokens("Lord"), ["lord"]);
        assert_eq!(name_tokens("John Lord"), ["john", "lord"]);
        assert_eq!(name_tokens("Angus Mc Donald"), ["angus", "mcdonald"]);
        assert_eq!(
            name_tokens("Łukasz Søren-Groß"),
            ["lukasz", "soren", "gross"]
        );
        assert_eq!(name_tokens("Dr A B Example MBE"), ["a", "b", "example"]);
        assert_eq!(
            name_form(&name_tokens("EXAMPLE, Miss Ada")),
            name_form(&name_tokens("Ada Example"))
        );
    }

    #[test]
    fn the_surname_and_the_sex_are_known_where_the_name_tells_them() {
        let parts = |name| {
            let parts = name_parts(name);
            (parts.tokens.join(" "), parts.surname, parts.sex)
        };
        assert_eq!(
            parts("OKAFOR, Mrs Margaret Jane"),
            ("margaret jane okafor".into(), 1, Sex::Female)
        );
        assert_eq!(
            parts("Mr J Smith-Jones"),
            ("j smith jones".into(), 2, Sex::Male)
        );
        assert_eq!(
            parts("van der Berg, Ana"),
            ("ana van der berg".into(), 3, Sex::Unsaid)
        );
        assert_eq!(parts("Dr Okafor"), ("okafor".into(), 1, Sex::Unsaid));
        assert_eq!(parts("Example, Mr"), ("example".into(), 1, Sex::Male));
        assert_eq!(parts(""), (String::new(), 0, Sex::Unsaid));
    }

    #[test]
    fn a_mailbox_may_hold_a_name() {
        assert_eq!(
            mailbox_tokens("Ada.Example+shop@example.org"),
            ["ada", "example"]
        );
        assert_eq!(mailbox_tokens("a_example3@example.org"), ["a", "example"]);
        assert!(mailbox_tokens("aexample@example.org").is_empty());
        assert!(mailbox_tokens("a1b2.3@example.org").is_empty());
    }
}
