//! Everybody else: which values of a document speak of people other than the one who asks.
//!
//! ICO, "Information about other individuals": each is listed for a person to decide; the suggestion is only that.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::{
    detect::Detector,
    model::{Category, Class, Finding, Level, Status},
    request::{
        reread::Part,
        subject::{Own, Subject},
    },
};

/// Lines after a name in which a value is taken to belong to it.
const NEAR: usize = 12;

/// What should become of a value or a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It goes to the person.
    Disclose,
    /// It is taken out.
    Redact,
    /// The whole document stays here.
    Withhold,
}

impl Decision {
    /// All, with their words.
    pub const ALL: &'static [(Decision, &'static str)] = &[
        (Decision::Disclose, "disclose"),
        (Decision::Redact, "redact"),
        (Decision::Withhold, "withhold"),
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        let found = Decision::ALL.iter().find(|(decision, _)| *decision == self);
        found.map_or("", |(_, word)| word)
    }

    /// The decision with a word.
    pub fn from_word(word: &str) -> Option<Decision> {
        let word = word.trim().to_lowercase();
        let found = Decision::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(decision, _)| *decision)
    }
}

/// A value of somebody else, or that may be, in one part.
#[derive(Clone, Debug)]
pub struct Other {
    /// Rule that found it.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// As it stands in the document, the first time.
    pub value: String,
    /// The one form that all spellings share.
    pub normal: String,
    /// Where its text lies.
    pub ranges: Vec<Range<usize>>,
    /// Where, in words.
    pub places: BTreeSet<String>,
    /// Whether it stands in a record with the person.
    pub beside: bool,
    /// What might be right.
    pub suggestion: Decision,
    /// Why that.
    pub because: &'static str,
}

/// Whether a category identifies people rather than tells of them: its values must each be decided on.
pub fn identifies(category: Category) -> bool {
    use Category as C;
    !matches!(
        category,
        C::Employment | C::ComplaintIncident | C::ChildSafeguarding
    ) && category.class() == Class::Standard
}

/// Whether a finding counts as something about a person at all.
pub fn counts(finding: &Finding) -> bool {
    // A hint of a name is looked at; a hint of a number is noise.
    let level = finding.confidence.level();
    (level >= Level::Medium || finding.category == Category::Name)
        && !matches!(
            finding.status,
            Status::Organisation | Status::PublicRegister
        )
}

/// Everybody else in the stretches of a part that are to be handed over.
pub fn others(
    detector: &Detector,
    subject: &Subject,
    part: &Part,
    stretches: &[Range<usize>],
) -> Vec<Other> {
    let within = |range: &Range<usize>| {
        stretches
            .iter()
            .any(|stretch| range.start < stretch.end && stretch.start < range.end)
    };
    let mut own_records: Vec<Range<usize>> = Vec::new();
    let mut other_records: Vec<Range<usize>> = Vec::new();
    let mut any_other_name = false;
    // Where names stand, and whether each is the person's.
    let mut names: Vec<(usize, bool)> = Vec::new();
    for found in part.findings.iter().filter(|f| counts(&f.finding)) {
        let Some(range) = found.range.as_ref().filter(|range| within(range)) else {
            continue;
        };
        let record = part.record_at(range.start);
        let own = subject.owns(detector.rule(found.finding.rule), &found.finding);
        if found.finding.category == Category::Name {
            names.push((range.start, own.is_some()));
        }
        match own {
            Some(Own::Alone | Own::Named | Own::Shared) => own_records.push(record),
            Some(Own::Perhaps) => {}
            None if found.finding.category == Category::Name => {
                any_other_name = true;
                other_records.push(record);
            }
            None => {}
        }
    }
    let before = |byte: usize| {
        let after = names.partition_point(|(at, _)| *at < byte);
        let (at, own) = *names.get(after.checked_sub(1)?)?;
        let lines = part.text[at..byte].matches('\n').count();
        (lines <= NEAR).then_some(own)
    };
    let mut listed: BTreeMap<(String, String), Other> = BTreeMap::new();
    for found in part.findings.iter().filter(|f| counts(&f.finding)) {
        let finding = &found.finding;
        let in_name = found.range.is_none();
        if !in_name && !found.range.as_ref().is_some_and(within) {
            continue;
        }
        let rule = detector.rule(finding.rule);
        let own = subject.owns(rule, finding);
        if own.is_some_and(|own| own > Own::Perhaps) {
            continue;
        }
        let record = found
            .range
            .as_ref()
            .map(|range| part.record_at(range.start));
        let beside = record
            .as_ref()
            .is_some_and(|record| own_records.contains(record));
        let with_other = record
            .as_ref()
            .is_some_and(|record| other_records.contains(record));
        let (suggestion, because) = match (own, finding.category) {
            (Some(_), _) if !any_other_name => continue,
            (Some(_), _) => (Decision::Disclose, "may be the person, or a namesake"),
            (None, Category::Name) => (Decision::Redact, "another person's name"),
            (None, category) if !identifies(category) => match with_other && !beside {
                true => (Decision::Redact, "told of another person"),
                false => continue,
            },
            _ if with_other && !beside => (Decision::Redact, "stands with another person's name"),
            _ if beside && !with_other => (Decision::Disclose, "stands in the person's record"),
            _ if !any_other_name => (Decision::Disclose, "nobody else is named here"),
            _ => match found.range.as_ref().and_then(|range| before(range.start)) {
                Some(true) => (Decision::Disclose, "follows the person's name"),
                Some(false) => (Decision::Redact, "follows another person's name"),
                None => (Decision::Redact, "it is not known whose it is"),
            },
        };
        let normal = match finding.category {
            Category::Name => finding.value.expose().to_lowercase(),
            _ => finding.normal.expose().to_owned(),
        };
        let other = listed
            .entry((rule.id.to_string(), normal.clone()))
            .or_insert_with(|| Other {
                rule: rule.id.to_string(),
                category: finding.category,
                value: finding.value.expose().to_owned(),
                normal,
                ranges: Vec::new(),
                places: BTreeSet::new(),
                beside,
                suggestion,
                because,
            });
        other.ranges.extend(found.range.clone());
        other.places.insert(finding.location.anchor.to_string());
        other.beside |= beside;
        // Where one place speaks for taking it out, it is taken out.
        if suggestion > other.suggestion {
            (other.suggestion, other.because) = (suggestion, because);
        }
    }
    let found: Vec<&Range<usize>> = part
        .findings
        .iter()
        .filter_map(|f| f.range.as_ref())
        .collect();
    for stretch in stretches
        .iter()
        .filter(|stretch| part.row_at(stretch.start).is_none())
    {
        for range in perhaps_names(&part.text, stretch.clone()) {
            let value = &part.text[range.clone()];
            let known = found
                .iter()
                .any(|f| f.start < range.end && range.start < f.end);
            if known || subject.is_named(value).is_some() {
                continue;
            }
            let normal = value.to_lowercase();
            let other = listed
                .entry((PERHAPS.to_owned(), normal.clone()))
                .or_insert_with(|| Other {
                    rule: PERHAPS.to_owned(),
                    category: Category::Name,
                    value: value.to_owned(),
                    normal,
                    ranges: Vec::new(),
                    places: BTreeSet::new(),
                    beside: false,
                    suggestion: Decision::Redact,
                    because: "two words with capitals in running text: a name?",
                });
            let line = part.text[..range.start].matches('\n').count() + 1;
            other.places.insert(format!("line {line} of its text"));
            other.ranges.push(range);
        }
    }
    listed.into_values().collect()
}

/// What the worksheet calls words that may be a name though no rule says so.
pub const PERHAPS: &str = "perhaps a name";

/// Two or three words with capitals after a word without, in running text. A scan must not take them for names; before
/// something is handed over a person should look at them.
pub fn perhaps_names(text: &str, stretch: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut run: Option<(Range<usize>, usize)> = None;
    let mut after_small = false;
    let mut end = |run: &mut Option<(Range<usize>, usize)>| {
        if let Some((range, words)) = run.take()
            && (2..=3).contains(&words)
        {
            found.push(range);
        }
    };
    let base = text.as_ptr() as usize;
    for line in text[stretch].lines() {
        for word in line.split(' ') {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let start = bare.as_ptr() as usize - base;
            let mut letters = bare.chars();
            let capital = letters.next().is_some_and(char::is_uppercase)
                // O'Brien is as good a name as Brown.
                && letters
                    .next()
                    .is_some_and(|c| c.is_lowercase() || matches!(c, '\'' | '’'))
                && bare
                    .chars()
                    .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
            if capital && word.starts_with(bare) {
                match &mut run {
                    Some((range, words)) => {
                        range.end = start + bare.len();
                        *words += 1;
                    }
                    None if after_small => run = Some((start..start + bare.len(), 1)),
                    None => {}
                }
                if word.len() > bare.len() {
                    end(&mut run);
                    after_small = word.ends_with(',');
                }
            } else {
                end(&mut run);
                after_small = bare.chars().all(char::is_lowercase)
                    && !bare.is_empty()
                    && !word.ends_with(['.', '!', '?', ':']);
            }
        }
        end(&mut run);
        after_small = false;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_name_is_two_words_with_capitals_in_running_text() {
        let told = |text: &str| -> Vec<String> {
            perhaps_names(text, 0..text.len())
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect()
        };
        assert_eq!(
            told("His key worker is Grace Green. Review Date is due."),
            ["Grace Green"]
        );
        assert_eq!(
            told("seen by Ada Brown, then Zoë O'Brien-Hall\nCare And Support"),
            ["Ada Brown", "Zoë O'Brien-Hall"]
        );
        assert_eq!(
            told("Name: Ada Brown\nThe NHS and BBC Radio"),
            Vec::<String>::new()
        );
        assert_eq!(told("in May he moved to the Town"), Vec::<String>::new());
    }
}
