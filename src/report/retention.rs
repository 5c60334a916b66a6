//! Retention: which documents have been kept longer than their rule says, and which no rule speaks of.
//!
//! The rules are `[[retention]]` of `domesday.toml`; a document with personal data falls under the first that fits it.
//! Days are days of the calendar: six years from 29 February 2020 end on 28 February 2026, and the day after is overdue. A
//! date that cannot be true (in the future, or before 1980, which is what a lost clock or an unpacked archive leaves) makes
//! nothing overdue and nothing in time: such documents are told apart.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    io::Write,
    rc::Rc,
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    config::{self, CountedFrom},
    inventory::{Categories, Folder, Held, Inventory},
    report::{Options, Report, ReportError, dates, text, tree::Labels},
};

/// No file of a share was last changed before this year.
const FIRST_YEAR: i16 = 1980;

/// Folders without a rule that are named.
const FOLDERS: usize = 20;

/// Patterns of places, as in a .gitignore, below any root.
pub struct Places {
    patterns: Gitignore,
    folders: RefCell<HashMap<i64, bool>>,
}

impl Places {
    /// From patterns that `config` has judged.
    pub fn new(patterns: &[String]) -> Places {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            // Judged when the file was read; one that is none fits nothing.
            let _ = builder.add_line(None, pattern);
        }
        Places {
            patterns: builder.build().unwrap_or_else(|_| Gitignore::empty()),
            folders: RefCell::default(),
        }
    }

    /// Whether a document lies there.
    pub fn fit(&self, held: &Held) -> bool {
        self.folder(&held.folder)
            || self
                .patterns
                .matched(held.below_root().to_path(), false)
                .is_ignore()
    }

    /// Whether everything in a folder lies there.
    fn folder(&self, folder: &Folder) -> bool {
        let path = folder.path.to_path();
        // A path that begins at the root of the system is under no root of ours.
        if path.as_os_str().is_empty() || path.has_root() {
            return false;
        }
        *self
            .folders
            .borrow_mut()
            .entry(folder.id)
            .or_insert_with(|| {
                self.patterns
                    .matched_path_or_any_parents(&path, true)
                    .is_ignore()
            })
    }
}

/// A rule, ready to be asked.
pub struct Rule {
    /// What people call it.
    pub title: String,
    /// How long, and from when, in words.
    pub period: String,
    keep: config::Period,
    from: CountedFrom,
    places: Option<Places>,
    categories: Categories,
}

/// All rules.
pub struct Policy {
    /// In the order they are tried.
    pub rules: Vec<Rule>,
    today: Date,
    timezone: TimeZone,
}

/// What the rules say of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No rule speaks of it.
    NoRule,
    /// Kept longer than its rule says: rule, counted from, was due.
    Overdue(usize, Date, Date),
    /// In time: rule, counted from, will be due; `None`: in no time a calendar has.
    InTime(usize, Date, Option<Date>),
    /// Its rule cannot be counted, and why.
    Undated(usize, &'static str),
}

impl Policy {
    /// From the configuration, as of today.
    pub fn new(options: &Options) -> Policy {
        let rules = options.config.retention.iter().enumerate();
        Policy {
            rules: rules
                .map(|(n, rule)| Rule {
                    title: rule
                        .name
                        .clone()
                        .unwrap_or_else(|| format!("rule {}", n + 1)),
                    period: format!(
                        "{} from {}",
                        rule.keep,
                        match rule.from {
                            CountedFrom::Modified => "last change",
                            CountedFrom::Accessed => "last access",
                            CountedFrom::Name => "the date in its name",
                        }
                    ),
                    keep: rule.keep,
                    from: rule.from,
                    places: (!rule.paths.is_empty()).then(|| Places::new(&rule.paths)),
                    categories: rule.categories.iter().copied().collect(),
                })
                .collect(),
            today: options.today(),
            timezone: options.timezone.clone(),
        }
    }

    /// What they say of a document; `None` when it holds no personal data.
    pub fn judge(&self, held: &Held) -> Option<Verdict> {
        if held.categories.is_empty() {
            return None;
        }
        let fits = |rule: &Rule| {
            (rule.categories.is_empty()
                || held.categories.iter().any(|c| rule.categories.contains(c)))
                && rule.places.as_ref().is_none_or(|places| places.fit(held))
        };
        let Some(at) = self.rules.iter().position(fits) else {
            return Some(Verdict::NoRule);
        };
        let rule = &self.rules[at];
        let start = match self.start(rule.from, held) {
            Ok(start) => start,
            Err(why) => return Some(Verdict::Undated(at, why)),
        };
        Some(match start.checked_add(rule.keep.span()) {
            Ok(due) if due < self.today => Verdict::Overdue(at, start, due),
            Ok(due) => Verdict::InTime(at, start, Some(due)),
            Err(_) => Verdict::InTime(at, start, None),
        })
    }

    fn start(&self, from: CountedFrom, held: &Held) -> Result<Date, &'static str> {
        let modified = || match held.modified {
            Some(at) => self.date(at),
            None => Err("when it was last changed is not known"),
        };
        match from {
            CountedFrom::Modified => modified(),
            // Systems that keep no access time leave it where the content was written.
            CountedFrom::Accessed => match held.accessed {
                Some(at) => self.date(at.max(held.modified.unwrap_or(at))),
                None => modified(),
            },
            CountedFrom::Name => match dates::in_path(&held.below_root().display()) {
                Some(date) => Ok(date),
                None => modified(),
            },
        }
    }

    /// The day of a file's time.
    fn date(&self, nanoseconds: i64) -> Result<Date, &'static str> {
        let time = Timestamp::from_nanosecond(i128::from(nanoseconds))
            .map_err(|_| "its date is impossible")?;
        let date = time.to_zoned_datetime(self.timezone.clone()).date();
        // A day's grace: machines need not agree on the time zone.
        let tomorrow = self.today.tomorrow().unwrap_or(self.today);
        if date > tomorrow {
            Err("its date is in the future")
        } else if date.year() < FIRST_YEAR {
            Err("its date is before 1980")
        } else {
            Ok(date)
        }
    }
}

/// What is said of one rule.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Documents that fall under it.
    pub files: u64,
    /// Of these, those that are overdue.
    pub overdue: u64,
    /// Of those, the ones with special category or criminal offence data.
    pub special: u64,
    /// Documents whose period cannot be counted.
    pub undated: u64,
    /// What was due first of what is overdue.
    pub oldest: Option<Date>,
}

/// A document that wants doing, without what a list of millions need not keep.
pub struct Due {
    /// The document.
    pub held: Held,
    /// What is said of it.
    pub verdict: Verdict,
}

/// The whole answer.
pub struct Answer {
    /// The rules.
    pub policy: Policy,
    /// By rule.
    pub figures: Vec<Figures>,
    /// Documents overdue, longest first; then those whose period cannot be counted.
    pub due: Vec<Due>,
    /// Documents that no rule speaks of, and of these those with special category or criminal offence data.
    pub no_rule: (u64, u64),
    /// Where they are: folders, most first.
    pub no_rule_folders: Vec<(Rc<str>, u64, u64)>,
}

/// Asks the rules of every document.
pub fn answer(inventory: &Inventory, options: &Options) -> Result<Answer, ReportError> {
    let policy = Policy::new(options);
    let mut figures = vec![Figures::default(); policy.rules.len()];
    let mut due: Vec<Due> = Vec::new();
    let mut no_rule = (0, 0);
    let mut folders: BTreeMap<i64, (Rc<str>, u64, u64)> = BTreeMap::new();
    inventory.held::<ReportError>(|held| {
        let Some(verdict) = policy.judge(&held) else {
            return Ok(());
        };
        let special = u64::from(held.categories.is_special());
        match verdict {
            Verdict::NoRule => {
                no_rule = (no_rule.0 + 1, no_rule.1 + special);
                let folder = folders
                    .entry(held.folder.id)
                    .or_insert_with(|| (held.folder.whole().display().into(), 0, 0));
                folder.1 += 1;
                folder.2 += special;
            }
            Verdict::InTime(at, ..) => figures[at].files += 1,
            Verdict::Overdue(at, _, date) => {
                let figures = &mut figures[at];
                figures.files += 1;
                figures.overdue += 1;
                figures.special += special;
                figures.oldest = Some(figures.oldest.map_or(date, |oldest| oldest.min(date)));
                due.push(Due { held, verdict });
            }
            Verdict::Undated(at, _) => {
                figures[at].files += 1;
                figures[at].undated += 1;
                due.push(Due { held, verdict });
            }
        }
        Ok(())
    })?;
    let date = |due: &Due| match due.verdict {
        Verdict::Overdue(_, _, date) => (0, date),
        _ => (1, Date::MAX),
    };
    due.sort_by(|a, b| date(a).cmp(&date(b)).then_with(|| a.held.by_path(&b.held)));
    let mut no_rule_folders: Vec<_> = folders.into_values().collect();
    no_rule_folders.sort_by(|a, b| (b.2, b.1).cmp(&(a.2, a.1)).then(a.0.cmp(&b.0)));
    Ok(Answer {
        policy,
        figures,
        due,
        no_rule,
        no_rule_folders,
    })
}

/// The report.
pub struct Retention;

impl Report for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    fn help(&self) -> &'static str {
        "What has been kept longer than the rules in domesday.toml say, and personal data that no rule speaks of"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let answer = answer(inventory, options)?;
        let labels = Labels::new(&inventory.roots()?);
        let rules = &answer.policy.rules;
        writeln!(
            out,
            "Retention on {}",
            options.today().strftime("%-d %b %Y")
        )?;
        if rules.is_empty() {
            writeln!(
                out,
                "There is no rule: write [[retention]] into domesday.toml (`{} init` makes one that explains it).\n",
                options.program
            )?;
        } else {
            writeln!(
                out,
                "\n{:<28} {:<34} {:>9} {:>9} {:>9}",
                "RULE", "KEEP", "FILES", "OVERDUE", "NO DATE"
            )?;
            for (rule, figures) in rules.iter().zip(&answer.figures) {
                writeln!(
                    out,
                    "{:<28} {:<34} {:>9} {:>9} {:>9}",
                    text::fit(&text::terminal(&rule.title), 28),
                    text::fit(&rule.period, 34),
                    text::number(figures.files),
                    text::number(figures.overdue),
                    text::number(figures.undated)
                )?;
            }
            writeln!(out)?;
        }
        let mut heading = "";
        for due in &answer.due {
            let (next, line) = match &due.verdict {
                Verdict::Overdue(at, start, date) => (
                    "Overdue, longest first",
                    format!("due {date}, from {start}: {}", rules[*at].title),
                ),
                Verdict::Undated(at, why) => {
                    ("Cannot be counted", format!("{why}: {}", rules[*at].title))
                }
                _ => continue,
            };
            if next != heading {
                writeln!(out, "{}{next}", if heading.is_empty() { "" } else { "\n" })?;
                heading = next;
            }
            let path = due.held.path().display();
            writeln!(
                out,
                "  {}  ({}{})",
                text::terminal(&labels.label(&path)),
                text::terminal(&line),
                if due.held.categories.is_special() {
                    "; special or criminal"
                } else {
                    ""
                }
            )?;
        }
        if !rules.is_empty() && answer.due.is_empty() {
            writeln!(out, "Nothing is overdue.")?;
        }
        let (files, special) = answer.no_rule;
        if files == 0 {
            writeln!(out, "\nEvery file with personal data has a rule.")?;
            return Ok(());
        }
        writeln!(
            out,
            "\nNo rule speaks of {} with personal data, {} with special category or criminal offence data",
            text::plural(files, "file", "files"),
            text::number(special)
        )?;
        for (folder, files, special) in answer.no_rule_folders.iter().take(FOLDERS) {
            writeln!(
                out,
                "  {:>9} {:<40} {}",
                text::number(*files),
                match special {
                    0 => "files".to_owned(),
                    n => format!("files, {} special or criminal", text::number(*n)),
                },
                text::terminal(&labels.label(folder))
            )?;
        }
        let more = answer.no_rule_folders.len().saturating_sub(FOLDERS);
        if more > 0 {
            writeln!(
                out,
                "  and {} more: `{} report retention --format csv` lists every file",
                text::plural(more as u64, "folder", "folders"),
                options.program
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::{
        inventory::record::{DocumentId, Exposure, RawPath},
        model::{Category, OutcomeKind},
    };

    fn at(date: &str) -> i64 {
        let time: Timestamp = format!("{date}T12:00:00Z").parse().unwrap();
        time.as_nanosecond() as i64
    }

    fn held(path: &str, modified: Option<i64>, categories: &[Category]) -> Held {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        // A folder's number stands for its path.
        let id = folder.bytes().fold(7, |id, b| id * 31 + i64::from(b)) % 1_000_003;
        Held {
            document: DocumentId(1),
            folder: Arc::new(Folder {
                id,
                root: RawPath::new("/share"),
                path: RawPath::new(folder),
            }),
            name: RawPath::new(name),
            size: Some(1),
            modified,
            accessed: None,
            exposure: Exposure::Group,
            owner: "".into(),
            outcome: OutcomeKind::Read,
            reason: String::new(),
            categories: categories.iter().copied().collect(),
            high: 1,
            medium: 0,
            hints: 0,
            people: 1,
            unread_inside: 0,
            members: 0,
            reviewed: 0,
            copies: 0,
            content: None,
        }
    }

    fn policy(toml: &str, today: &str) -> Policy {
        let config: config::Config = toml::from_str(toml).unwrap();
        Policy::new(&Options {
            config: Arc::new(config),
            now: format!("{today}T09:00:00Z").parse().unwrap(),
            ..Options::default()
        })
    }

    const RULES: &str = r#"
        [[retention]]
        name = "Pay"
        paths = ["Payroll/", "*.pay"]
        categories = ["financial", "employment"]
        keep = "6 years"
        [[retention]]
        name = "Minutes"
        paths = ["/Board/**/minutes*"]
        keep = "18 months"
        from = "name"
        [[retention]]
        name = "Health"
        categories = ["health"]
        keep = "90 days"
        from = "accessed"
    "#;

    #[test]
    fn a_document_falls_under_the_first_rule_that_fits() {
        let policy = policy(RULES, "2026-11-24");
        let rule = |path, categories: &[Category]| match policy
            .judge(&held(path, Some(at("2026-11-01")), categories))
            .unwrap()
        {
            Verdict::NoRule => None,
            Verdict::Overdue(at, ..) | Verdict::InTime(at, ..) | Verdict::Undated(at, _) => {
                Some(at)
            }
        };
        let pay = [Category::Financial, Category::Name];
        assert_eq!(rule("Payroll/2026/a.xlsx", &pay), Some(0));
        assert_eq!(rule("HR/Payroll/a.xlsx", &pay), Some(0), "at any depth");
        assert_eq!(rule("HR/b.pay", &pay), Some(0));
        assert_eq!(
            rule("Payroll/a.xlsx", &[Category::Name]),
            None,
            "place and category"
        );
        assert_eq!(rule("Payroll/a.xlsx", &[Category::Health]), Some(2));
        assert_eq!(rule("Board/2024/minutes 3.doc", &[Category::Name]), Some(1));
        assert_eq!(
            rule("HR/Board/minutes.doc", &[Category::Name]),
            None,
            "anchored"
        );
        assert!(policy.judge(&held("Payroll/a.xlsx", None, &[])).is_none());
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        let pay = [Category::Financial];
        let verdict = |today, modified| {
            policy(RULES, today)
                .judge(&held("Payroll/a", Some(at(modified)), &pay))
                .unwrap()
        };
        let date = |text: &str| text.parse::<Date>().unwrap();
        let (leap, due) = (date("2020-02-29"), date("2026-02-28"));
        assert_eq!(
            verdict("2026-02-28", "2020-02-29"),
            Verdict::InTime(0, leap, Some(due)),
            "the last day belongs to the period"
        );
        assert_eq!(
            verdict("2026-03-01", "2020-02-29"),
            Verdict::Overdue(0, leap, due)
        );
    }

    #[test]
    fn a_date_that_cannot_be_true_makes_nothing_overdue() {
        let policy = policy(RULES, "2026-11-24");
        let pay = [Category::Financial];
        for (modified, why) in [
            (Some(at("2031-01-01")), "its date is in the future"),
            (Some(0), "its date is before 1980"),
            (Some(i64::MIN), "its date is before 1980"),
            (None, "when it was last changed is not known"),
        ] {
            assert_eq!(
                policy.judge(&held("Payroll/a", modified, &pay)),
                Some(Verdict::Undated(0, why)),
                "{modified:?}"
            );
        }
        // The clocks of two machines may differ by a time zone.
        assert!(matches!(
            policy.judge(&held("Payroll/a", Some(at("2026-11-25")), &pay)),
            Some(Verdict::InTime(..))
        ));
    }

    #[test]
    fn a_rule_counts_from_the_name_or_from_the_last_access() {
        let policy = policy(RULES, "2026-11-24");
        let old = Some(at("2020-01-01"));
        let minutes = |name: &str| {
            policy
                .judge(&held(&format!("Board/{name}"), old, &[Category::Name]))
                .unwrap()
        };
        assert!(matches!(
            minutes("minutes 2026-01-05.doc"),
            Verdict::InTime(1, ..)
        ));
        assert!(matches!(
            minutes("minutes 2024-01-05.doc"),
            Verdict::Overdue(1, ..)
        ));
        assert!(matches!(minutes("minutes.doc"), Verdict::Overdue(1, ..)));
        let mut record = held("a", old, &[Category::Health]);
        record.accessed = Some(at("2026-11-01"));
        assert!(matches!(
            policy.judge(&record),
            Some(Verdict::InTime(2, ..))
        ));
        record.accessed = Some(at("2019-01-01"));
        assert!(
            matches!(policy.judge(&record), Some(Verdict::Overdue(2, start, _)) if start.year() == 2020),
            "an access before the last change is none"
        );
    }
}
