//! Which forenames are the same one in another form: Margaret and Peggy, Mohammed and Muhammad.
//!
//! The list is data (`nicknames.txt`). `find` asks the blind index for every form of the forename it is given, so nothing is
//! stored for it, and a longer list serves old inventories too. A group is one line of the list, named by its first name. One step only: Peggy and Maggie are both
//! Margaret, which says that they may be one person and less than either says alone.

use std::{collections::HashMap, sync::LazyLock};

static LIST: &str = include_str!("nicknames.txt");

/// Forms by token: the heads of the groups it is in, its own first where it heads one.
static GROUPS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut groups: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in LIST.lines() {
        let Some((head, forms)) = line.split_once(':').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        for form in std::iter::once(head).chain(forms.split_ascii_whitespace()) {
            let heads = groups.entry(form).or_default();
            if !heads.contains(&head) {
                match form == head {
                    true => heads.insert(0, head),
                    false => heads.push(head),
                }
            }
        }
    }
    groups
});

/// The groups that a folded forename belongs to, each named by its head.
pub fn groups(token: &str) -> &'static [&'static str] {
    GROUPS.get(token).map_or(&[], Vec::as_slice)
}

/// All forms of a group, its head first.
pub fn forms(head: &str) -> impl Iterator<Item = &'static str> {
    LIST.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .filter(move |(first, _)| *first == head)
        .flat_map(|(first, forms)| std::iter::once(first).chain(forms.split_ascii_whitespace()))
}

/// Whether two different forenames are forms of one: `Some(true)` when one is the name and the other its form,
/// `Some(false)` when both are forms of a third.
pub fn related(one: &str, other: &str) -> Option<bool> {
    let shared = groups(one)
        .iter()
        .filter(|head| groups(other).contains(head));
    let mut found = None;
    for head in shared {
        let direct = *head == one || *head == other;
        found = Some(found.unwrap_or(false) || direct);
    }
    found.filter(|_| one != other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_in_both_directions() {
        assert_eq!(related("margaret", "peggy"), Some(true));
        assert_eq!(related("peggy", "margaret"), Some(true));
        assert_eq!(related("peggy", "maggie"), Some(false));
        assert_eq!(related("alexander", "alexandra"), None);
        assert_eq!(related("alex", "alexandra"), Some(true));
        assert_eq!(related("muhammad", "mohammed"), Some(true));
        assert_eq!(related("margaret", "margaret"), None);
        assert_eq!(related("zzz", "margaret"), None);
    }

    #[test]
    fn the_list_is_folded_and_says_nothing_twice_in_a_line() {
        for line in LIST
            .lines()
            .filter(|l| !l.starts_with('#') && !l.is_empty())
        {
            let (head, forms) = line.split_once(": ").expect("a name and its forms");
            let mut all: Vec<&str> = std::iter::once(head).chain(forms.split(' ')).collect();
            assert!(
                all.iter()
                    .all(|form| form.bytes().all(|b| b.is_ascii_lowercase())),
                "{line}"
            );
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert!(all.len() + 1 >= count, "{line}");
        }
    }
}
