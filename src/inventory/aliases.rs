//! Other ways to a value: what else somebody may ask by and mean it.
//!
//! A sort code with its account is found by the account, an IBAN by the pair inside it, an e-mail address with a tag by
//! the mailbox, a mailbox or user name by the letters somebody's name would make, a postal address by house and street
//! however it is written out. `gather` stores the hashes beside the
//! value's own, `find` asks for them: the forms are made here, for both.

use crate::inventory::{
    keys::Key,
    record::{TokenKey, ValueHash},
};

/// Kinds of value that have other ways, by the id of their rule.
pub const EMAIL: &str = "email-address";
/// See [`EMAIL`].
pub const USERNAME: &str = "username";
/// See [`EMAIL`].
pub const PAIR: &str = "bank-pair";
/// See [`EMAIL`].
pub const IBAN: &str = "iban";
/// See [`EMAIL`].
pub const ADDRESS: &str = "postal-address";

/// The ways to a value of a kind, given in its normal form and as it stands.
pub fn of(kind: &str, normal: &str, written: &str, key: &Key) -> Vec<(TokenKey, ValueHash)> {
    let mut ways = Vec::new();
    let mut add = |how, text: &str| ways.push((how, key.token_key(how, text)));
    match kind {
        EMAIL => {
            if let Some(mailbox) = mailbox(normal) {
                add(TokenKey::Mailbox, &mailbox);
            }
            if let Some(handle) = handle(normal) {
                add(TokenKey::Handle, &handle);
            }
        }
        USERNAME => {
            if let Some(handle) = handle(normal) {
                add(TokenKey::Handle, &handle);
            }
        }
        PAIR => {
            if let Some(account) = normal.get(6..14) {
                add(TokenKey::Account, account);
            }
        }
        IBAN => {
            if let Some(pair) = pair_of_iban(normal) {
                add(TokenKey::Pair, pair);
                add(TokenKey::Account, &pair[6..]);
            }
        }
        ADDRESS => {
            if let Some(house) = House::of(written) {
                add(TokenKey::HouseNumber, &house.number);
                if !house.street.is_empty() {
                    add(TokenKey::House, &house.form());
                }
            }
        }
        _ => {}
    }
    ways
}

/// An e-mail address without what its owner may vary: a tag behind `+`, and at Google dots and the older domain. `None`
/// when that is the address itself.
pub fn mailbox(normal: &str) -> Option<String> {
    let (local, domain) = normal.rsplit_once('@')?;
    let mut bare = local.split('+').next().unwrap_or(local).to_owned();
    let mut domain = domain;
    if matches!(domain, "gmail.com" | "googlemail.com") {
        bare.retain(|c| c != '.');
        domain = "gmail.com";
    }
    let form = format!("{bare}@{domain}");
    (form != normal && !bare.is_empty()).then_some(form)
}

/// The letters of a mailbox or a user name, which may be a name's: `m.okafor2+shop@…` and `MOkafor` give `mokafor`. `None`
/// where there are too few to be one.
pub fn handle(normal: &str) -> Option<String> {
    let local = normal.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let letters: String = (local.chars())
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    let others = (local.chars()).all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    (others && letters.chars().count() >= 5).then_some(letters)
}

/// Sort code and account in an IBAN of the United Kingdom: `GB`, two check digits, four letters, fourteen digits.
pub fn pair_of_iban(normal: &str) -> Option<&str> {
    let digits = normal.get(8..22)?;
    (normal.len() == 22 && normal.starts_with("GB") && digits.bytes().all(|b| b.is_ascii_digit()))
        .then_some(digits)
}

/// The house of an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct House {
    /// Number, with the letter and flat that belong to it: `27a`, `3/27`; or the name: `rose cottage`.
    pub number: String,
    /// The first word of the street; empty when the address ends before it.
    pub street: String,
}

/// Words before a number that make it that of a flat.
const FLATS: &[&str] = &["flat", "apartment", "apt", "unit", "room", "suite"];

impl House {
    /// Reads `Flat 3, 27 St Mary's Road`, `27a Oak Avenue, Leeds`, `Rose Cottage, Mill Lane`, `27`.
    pub fn of(text: &str) -> Option<House> {
        let words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .map(|word| {
                word.chars()
                    .filter(|c| c.is_alphanumeric() || matches!(c, '/' | '-'))
                    .flat_map(char::to_lowercase)
                    .collect::<String>()
            })
            .filter(|word| !word.is_empty())
            .collect();
        let mut words = words.as_slice();
        let mut flat = String::new();
        if let [kind, number, rest @ ..] = words
            && FLATS.contains(&kind.as_str())
        {
            flat = format!("{number}/");
            words = rest;
        }
        // A name of the building between flat and number says nothing more.
        let numbered = |word: &String| word.starts_with(|c: char| c.is_ascii_digit());
        if let Some(at) = words.iter().position(numbered) {
            let before_comma = text.find(',').unwrap_or(text.len());
            let in_front = at == 0 || !flat.is_empty() || text[..before_comma].contains(&words[at]);
            if in_front || at <= 3 {
                return Some(House {
                    number: format!("{flat}{}", words[at]),
                    street: street(&words[at + 1..]),
                });
            }
        }
        if !flat.is_empty() {
            return Some(House {
                number: flat,
                street: street(words),
            });
        }
        // A house with a name: what stands before the comma.
        let name = text.split(',').next()?.trim().to_lowercase();
        let rest = text.split_once(',').map_or("", |(_, rest)| rest);
        let rest: Vec<String> = rest
            .split_whitespace()
            .map(|word| word.trim_matches(',').to_lowercase())
            .collect();
        (name.split(' ').count() > 1).then(|| House {
            number: name,
            street: street(&rest),
        })
    }

    /// Number and street as one.
    pub fn form(&self) -> String {
        format!("{}|{}", self.number, self.street)
    }
}

fn street(words: &[String]) -> String {
    let first = words
        .iter()
        .find(|word| !matches!(word.as_str(), "the" | "st" | "saint"));
    first.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_is_the_same_however_its_address_goes_on() {
        let form = |text: &str| House::of(text).map(|house| house.form());
        for text in [
            "27 Oak Avenue",
            "27, Oak Avenue, Leeds",
            "27 OAK AVE",
            "27 Oak Avenue\nLeeds LS1 4AP",
        ] {
            assert_eq!(form(text).as_deref(), Some("27|oak"), "{text}");
        }
        assert_eq!(
            form("Flat 3, 27 St. Mary's Road").as_deref(),
            Some("3/27|marys")
        );
        assert_eq!(form("14a Mill Lane").as_deref(), Some("14a|mill"));
        assert_eq!(
            form("Rose Cottage, Mill Lane").as_deref(),
            Some("rose cottage|mill")
        );
        assert_eq!(form("27").as_deref(), Some("27|"));
        assert_eq!(form("5 The Crescent").as_deref(), Some("5|crescent"));
        assert_eq!(form("Leeds"), None);
    }

    #[test]
    fn mailboxes_and_accounts() {
        assert_eq!(
            mailbox("ada+shop@example.org").as_deref(),
            Some("ada@example.org")
        );
        assert_eq!(mailbox("ada@example.org"), None);
        assert_eq!(
            mailbox("a.d.a@googlemail.com").as_deref(),
            Some("ada@gmail.com")
        );
        assert_eq!(
            handle("m.okafor2+shop@example.org").as_deref(),
            Some("mokafor")
        );
        assert_eq!(handle("mokafor").as_deref(), Some("mokafor"));
        assert_eq!(handle("hr@example.org"), None);
        assert_eq!(
            pair_of_iban("GB29NWBK60161331926819"),
            Some("60161331926819")
        );
        assert_eq!(pair_of_iban("DE89370400440532013000"), None);
    }
}
