//! Values that agree in part with one asked for: a birth date with day and month swapped, a number with one slip in it.
//!
//! The index holds hashes, so what is near cannot be measured there: the forms that are near are made here, a hundred or
//! two for a value, and hashed.

use std::collections::HashMap;

use crate::{
    detect::{Facts, validators::Check},
    inventory::{Key, record::ValueHash},
};

use super::identity::{Class, class};

/// How a near form is near.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Near {
    /// In words.
    pub words: &'static str,
    /// Its weight in bits.
    pub bits: f64,
}

const SWAPPED: Near = Near {
    words: "birth date with day and month swapped",
    bits: 5.0,
};
const SLIP_IN_DATE: Near = Near {
    words: "birth date with one digit otherwise",
    bits: 5.0,
};
const ESTIMATED: Near = Near {
    words: "year of birth, as 1 January",
    bits: 3.0,
};
const ONE_PART: Near = Near {
    words: "birth date otherwise in one part",
    bits: -4.0,
};
const SLIP: Near = Near {
    words: "the number with one slip in it",
    bits: 10.0,
};

/// Adds the forms near a value in its normal form.
pub fn add(
    rule: &str,
    normal: &str,
    check: &Check,
    facts: &Facts,
    key: &Key,
    near: &mut HashMap<ValueHash, Near>,
) {
    match class(rule) {
        Some(Class::Birth) => dates(rule, normal, key, near),
        Some(Class::Strong) => {
            for form in slips(normal) {
                let normal = (check.normal)(&form, facts);
                near.entry(key.value(rule, &normal)).or_insert(SLIP);
            }
        }
        _ => {}
    }
    near.remove(&key.value(rule, normal));
}

/// Dates near `YYYY-MM-DD`. What is nearer is put in first and stays.
fn dates(rule: &str, normal: &str, key: &Key, near: &mut HashMap<ValueHash, Near>) {
    let Ok(date) = normal.parse::<jiff::civil::Date>() else {
        return;
    };
    let mut put = |year: i16, month: i8, day: i8, how: Near| {
        if let Ok(other) = jiff::civil::Date::new(year, month, day)
            && other != date
        {
            near.entry(key.value(rule, &other.to_string()))
                .or_insert(how);
        }
    };
    let (year, month, day) = (date.year(), date.month(), date.day());
    put(year, day, month, SWAPPED);
    // One digit otherwise, in any part.
    for digit in 0..10 {
        put(
            year - year % 10 + i16::from(digit),
            month,
            day,
            SLIP_IN_DATE,
        );
        put(
            year - year % 100 + year % 10 + i16::from(digit) * 10,
            month,
            day,
            SLIP_IN_DATE,
        );
        put(year, month - month % 10 + digit, day, SLIP_IN_DATE);
        put(year, month, day - day % 10 + digit, SLIP_IN_DATE);
        put(year, month, day % 10 + digit * 10, SLIP_IN_DATE);
    }
    put(year, month % 10 + 10, day, SLIP_IN_DATE);
    put(year, month % 10, day, SLIP_IN_DATE);
    put(year, 1, 1, ESTIMATED);
    for other in year - 60..=year + 60 {
        put(other, month, day, ONE_PART);
    }
    for other in 1..=12 {
        put(year, other, day, ONE_PART);
    }
    for other in 1..=31 {
        put(year, month, other, ONE_PART);
    }
}

/// A number with one character otherwise, or two neighbours swapped.
fn slips(normal: &str) -> Vec<String> {
    let Ok(letters) = String::from_utf8(normal.bytes().collect()) else {
        return Vec::new();
    };
    if !letters.is_ascii() || !(6..=16).contains(&letters.len()) {
        return Vec::new();
    }
    let bytes = letters.as_bytes();
    let mut forms = Vec::new();
    let mut put = |form: &[u8]| forms.push(String::from_utf8_lossy(form).into_owned());
    for at in 0..bytes.len() {
        let range = match bytes[at] {
            b'0'..=b'9' => b'0'..=b'9',
            b'A'..=b'Z' => b'A'..=b'Z',
            _ => continue,
        };
        for other in range.filter(|other| *other != bytes[at]) {
            let mut form = bytes.to_vec();
            form[at] = other;
            put(&form);
        }
        if at + 1 < bytes.len() && bytes[at] != bytes[at + 1] {
            let mut form = bytes.to_vec();
            form.swap(at, at + 1);
            put(&form);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_near_a_birth_date() {
        let key = Key::from_text("07".repeat(32).as_bytes(), "test").unwrap();
        let mut near = HashMap::new();
        dates("date-of-birth", "1951-03-02", &key, &mut near);
        let how = |date: &str| near.get(&key.value("date-of-birth", date)).map(|n| n.words);
        assert_eq!(how("1951-02-03"), Some(SWAPPED.words));
        assert_eq!(how("1951-03-12"), Some(SLIP_IN_DATE.words));
        assert_eq!(how("1957-03-02"), Some(SLIP_IN_DATE.words));
        assert_eq!(how("1951-01-01"), Some(ESTIMATED.words));
        assert_eq!(how("1962-03-02"), Some(ONE_PART.words));
        assert_eq!(how("1951-03-02"), None);
        assert_eq!(how("1962-04-02"), None);
    }

    #[test]
    fn slips_keep_letters_letters() {
        let forms = slips("QQ123456C");
        assert!(forms.contains(&"QQ123465C".to_owned()));
        assert!(forms.contains(&"QQ123457C".to_owned()));
        assert!(forms.iter().all(|form| form.len() == 9));
        assert!(!forms.contains(&"QQ123456C".to_owned()));
    }
}
