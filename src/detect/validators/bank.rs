//! Sort codes, account numbers, and the two together.

use super::modulus::Answer;
use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// Sort code: six digits, in pairs with dashes or spaces, or in one. Dates look the same: it needs context.
pub fn sort_code(text: &str, _: &Facts) -> Verdict {
    match Compact::digits::<6>(text) {
        Some(digits) if digits[..2] != [0, 0] => Verdict::SHAPE.alone(Alone::Never),
        _ => Verdict::REJECT,
    }
}

/// Account number: eight digits; six or seven at old building societies, ten at some banks (`NN-NNNNNNNN`).
pub fn account(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    if !(6..=10).contains(&value.len()) || !value.iter().all(u8::is_ascii_digit) {
        return Verdict::REJECT;
    }
    let verdict = Verdict::SHAPE.alone(Alone::Never).cap(Level::Medium);
    if value.iter().all(|d| *d == value[0]) {
        return if value[0] == b'0' {
            Verdict::REJECT
        } else {
            verdict.cap(Level::Low)
        };
    }
    verdict
}

/// Eight digits, the zeros that short numbers lack put before them.
pub fn account_normal(text: &str, facts: &Facts) -> String {
    let digits = super::compact(text, facts);
    format!("{digits:0>8}")
}

/// A sort code and an account number as they were written, in digits.
struct Pair {
    sort: [u8; 6],
    account: [u8; 10],
    length: usize,
}

/// Finds both in a text that holds nothing else in digits, whichever comes first.
fn pair_parts(text: &str) -> Option<Pair> {
    // Runs of digits: where, and how long.
    let bytes = text.as_bytes();
    let mut runs = [(0_usize, 0_usize); 8];
    let mut count = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        *runs.get_mut(count)? = (from, at - from);
        count += 1;
    }
    let runs = &runs[..count];
    let joined = |runs: &[(usize, usize)]| {
        runs.windows(2).all(|pair| {
            let gap = &bytes[pair[0].0 + pair[0].1..pair[1].0];
            matches!(gap, b" " | b"-" | b" - " | b"/" | b".")
        })
    };
    let is_sort = |runs: &[(usize, usize)]| {
        joined(runs) && matches!(runs, [(_, 6)] | [(_, 2), (_, 2), (_, 2)])
    };
    let is_account = |runs: &[(usize, usize)]| {
        let total: usize = runs.iter().map(|r| r.1).sum();
        joined(runs) && (1..=3).contains(&runs.len()) && (6..=10).contains(&total)
    };
    for take in [3, 1] {
        if count <= take {
            continue;
        }
        if is_sort(&runs[..take]) && is_account(&runs[take..]) {
            return Some(collect(bytes, &runs[..take], &runs[take..]));
        }
    }
    for take in [3, 1] {
        if count <= take {
            continue;
        }
        let (account, sort) = runs.split_at(count - take);
        if is_sort(sort) && is_account(account) {
            return Some(collect(bytes, sort, account));
        }
    }
    None
}

fn collect(bytes: &[u8], sort: &[(usize, usize)], account: &[(usize, usize)]) -> Pair {
    let mut pair = Pair {
        sort: [0; 6],
        account: [0; 10],
        length: 0,
    };
    let digits = |runs: &[(usize, usize)], to: &mut [u8]| {
        let mut length = 0;
        for (from, run) in runs {
            for b in &bytes[*from..from + run] {
                if let Some(slot) = to.get_mut(length) {
                    *slot = b - b'0';
                    length += 1;
                }
            }
        }
        length
    };
    digits(sort, &mut pair.sort);
    pair.length = digits(account, &mut pair.account);
    pair
}

impl Pair {
    /// The pairs of six and eight digits that it can mean; most numbers mean one.
    ///
    /// Six and seven digits are padded with zeros. Nine: the first replaces the last of the sort code. Ten: the last
    /// eight at some banks, the first eight at others.
    fn readings(&self) -> [Option<([u8; 6], [u8; 8])>; 2] {
        let eight = |digits: &[u8]| {
            let mut account = [0; 8];
            account[8 - digits.len()..].copy_from_slice(digits);
            account
        };
        match self.length {
            6..=8 => [Some((self.sort, eight(&self.account[..self.length]))), None],
            9 => {
                let mut sort = self.sort;
                sort[5] = self.account[0];
                [Some((sort, eight(&self.account[1..9]))), None]
            }
            10 => [
                Some((self.sort, eight(&self.account[2..]))),
                Some((self.sort, eight(&self.account[..8]))),
            ],
            _ => [None, None],
        }
    }
}

/// Sort code and account number as a pair. With the bank's weight table the pair is checked; without it, or when the
/// sort code is not in the table, it stands by its structure and needs context.
pub fn pair(text: &str, facts: &Facts) -> Verdict {
    let Some(pair) = pair_parts(text) else {
        return Verdict::REJECT;
    };
    if pair.sort[..2] == [0, 0] || pair.account[..pair.length].iter().all(|d| *d == 0) {
        return Verdict::REJECT;
    }
    let Some(table) = &facts.modulus else {
        return Verdict::SHAPE.alone(Alone::Never);
    };
    let mut answer = Answer::Unknown;
    for (sort, account) in pair.readings().into_iter().flatten() {
        match table.check(sort, account) {
            Answer::Pass => return Verdict::PASS.alone(Alone::At(Level::Medium)),
            Answer::Fail => answer = Answer::Fail,
            Answer::Unknown => {}
        }
    }
    match answer {
        Answer::Fail => Verdict::FAIL,
        _ => Verdict::SHAPE.alone(Alone::Never),
    }
}

/// Fourteen digits: sort code, account.
pub fn pair_normal(text: &str, facts: &Facts) -> String {
    let Some(pair) = pair_parts(text) else {
        return super::compact(text, facts);
    };
    let mut readings = pair.readings().into_iter().flatten();
    let first = readings.next();
    let chosen = match (&facts.modulus, readings.next()) {
        (Some(table), Some((sort, account)))
            if table.check(sort, account) == Answer::Pass
                && first.is_some_and(|(s, a)| table.check(s, a) != Answer::Pass) =>
        {
            Some((sort, account))
        }
        _ => first,
    };
    chosen.map_or_else(
        || super::compact(text, facts),
        |(sort, account)| {
            (sort.iter().chain(&account))
                .map(|d| char::from(b'0' + d))
                .collect()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Reject, Shape};
    use super::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    #[test]
    fn both_numbers_are_found_in_either_order() {
        for (text, normal) in [
            ("08-99-99 Account 66374958", "08999966374958"),
            ("10-79-99 88837491", "10799988837491"),
            ("202959, account number: 63748472", "20295963748472"),
            ("11-87-65 / 64371389", "11876564371389"),
            ("11 87 65 6437 1389", "11876564371389"),
            ("66374958 Sort code 08-99-99", "08999966374958"),
            ("66374958, sort code: 089999", "08999966374958"),
            ("08-99-99 a/c 1234567", "08999901234567"),
            ("60-12-34 10-12345678", "60123412345678"),
            ("09-01-28 912345678", "09012912345678"),
        ] {
            assert_eq!(pair(text, &facts()).kind, Shape, "{text}");
            assert_eq!(pair_normal(text, &facts()), normal, "{text}");
        }
        for text in [
            "089999",
            "08-99-99",
            "00-00-00 12345678",
            "08-99-99 00000000",
            "08-99-99 account 1: 66374958",
            "01632 960123",
            "12-03-24 visit 2024",
        ] {
            assert_eq!(pair(text, &facts()).kind, Reject, "{text}");
        }
    }

    #[test]
    fn numbers_alone() {
        assert_eq!(sort_code("08-99-99", &facts()).kind, Shape);
        assert_eq!(sort_code("00-00-00", &facts()).kind, Reject);
        assert_eq!(sort_code("08-99-9", &facts()).kind, Reject);
        assert_eq!(account("8883 7491", &facts()).kind, Shape);
        assert_eq!(account("12345", &facts()).kind, Reject);
        assert_eq!(account_normal("1234567", &facts()), "01234567");
    }
}
