//! Risk: which documents and folders to see to first, with the terms of every score.
//!
//! ```text
//! risk of a document = content × linked × people × exposure × age
//!   content   the weights of the categories it holds, added up (`WEIGHTS`)
//!   linked    what they are worth together: a condition beside a name says more than both apart (`linked`)
//!   people    1 + log10 of the people it is about: ten times as many count one step more
//!   exposure  owner alone 1, a group 1.5, not known 1.5, everyone 3
//!   age       1, and a tenth more for each whole year since its last change, at most 2
//! risk of a folder   = the sum over the documents in it, without its subfolders
//! ```
//!
//! Only findings of medium and high confidence count, examples and organisations' data do not (the inventory keeps them
//! apart). The weights are a convention, to be compared with one another and over time: no probability, no money. Whether
//! a breach is to be reported is for people to decide.

use std::{collections::HashMap, io::Write, sync::Arc};

use crate::{
    inventory::{
        Categories, Folder, Held, Inventory,
        record::{Exposure, RawPath},
    },
    model::Category,
    report::{Options, Report, ReportError, ages::Ages, text},
};

/// What a category weighs. Special category data and offences outweigh what identifies, that outweighs what describes.
pub const WEIGHTS: &[(Category, u32)] = &[
    (Category::Criminal, 10),
    (Category::ChildSafeguarding, 10),
    (Category::Credential, 9),
    (Category::Health, 8),
    (Category::Genetic, 8),
    (Category::Biometric, 8),
    (Category::Ethnicity, 8),
    (Category::Religion, 8),
    (Category::Political, 8),
    (Category::TradeUnion, 8),
    (Category::SexLife, 8),
    (Category::NationalId, 8),
    (Category::Financial, 6),
    (Category::Contact, 3),
    (Category::Demographic, 3),
    (Category::Employment, 3),
    (Category::ComplaintIncident, 3),
    (Category::LocalId, 3),
    (Category::Property, 3),
    (Category::Name, 2),
    (Category::OnlineId, 2),
    (Category::ProfessionalId, 1),
];

/// Documents that the page lists; `--format csv` has all.
const LISTED: usize = 50;

/// Folders that it lists.
const FOLDERS: usize = 20;

/// How bad it is, in words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Band {
    /// Under 10: a name and how to reach it, in good hands.
    Low,
    /// Under 50: have its owner look at it.
    Moderate,
    /// Under 200: narrow who can read it, ask whether it is still needed.
    High,
    /// From 200: many people, or the worst about some, where too many can read it.
    Critical,
}

impl Band {
    /// All of them, the least first.
    pub const ALL: [Band; 4] = [Band::Low, Band::Moderate, Band::High, Band::Critical];

    fn of(score: f64) -> Band {
        let over = |band: &Band| score >= band.from();
        Band::ALL.into_iter().rev().find(over).unwrap_or(Band::Low)
    }

    /// The least score in it.
    pub fn from(self) -> f64 {
        match self {
            Band::Low => 0.0,
            Band::Moderate => 10.0,
            Band::High => 50.0,
            Band::Critical => 200.0,
        }
    }

    /// As reports write it.
    pub fn id(self) -> &'static str {
        match self {
            Band::Low => "low",
            Band::Moderate => "moderate",
            Band::High => "high",
            Band::Critical => "critical",
        }
    }
}

/// The terms of a document's risk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Risk {
    /// Weights of its categories.
    pub content: u32,
    /// What they are worth together.
    pub linked: f64,
    /// Of how many people.
    pub people: f64,
    /// Who can read it.
    pub exposure: f64,
    /// Whole years since it was changed; `None` where its date cannot be true.
    pub years: Option<u32>,
}

impl Risk {
    /// Of a document.
    pub fn of(held: &Held, ages: &Ages) -> Risk {
        Risk {
            content: WEIGHTS
                .iter()
                .filter(|(category, _)| held.categories.contains(*category))
                .map(|(_, weight)| weight)
                .sum(),
            linked: linked(held.categories),
            people: 1.0 + (held.people.max(1) as f64).log10(),
            exposure: match held.exposure {
                Exposure::Owner => 1.0,
                Exposure::Group | Exposure::Unknown => 1.5,
                Exposure::Everyone => 3.0,
            },
            years: held.modified.and_then(|at| ages.years(at)),
        }
    }

    /// The factor of age.
    pub fn age(&self) -> f64 {
        1.0 + f64::from(self.years.unwrap_or(0).min(10)) / 10.0
    }

    /// All terms, multiplied.
    pub fn score(&self) -> f64 {
        f64::from(self.content) * self.linked * self.people * self.exposure * self.age()
    }

    /// The score in words.
    pub fn band(&self) -> Band {
        Band::of(self.score())
    }

    fn terms(&self, held: &Held) -> String {
        let age = match self.years {
            Some(years) => text::plural(u64::from(years), "year", "years"),
            None => "no date".to_owned(),
        };
        format!(
            "content {} × linked {:.1} × people {:.1} ({}) × exposure {:.1} ({}) × age {:.1} ({age})",
            self.content,
            self.linked,
            self.people,
            text::number(held.people),
            self.exposure,
            held.exposure.name(),
            self.age(),
        )
    }
}

/// What categories are worth together: a person named (or numbered) with a special category, an offence or safeguarding
/// 2.5; a name with a national identifier, or with money or an account, 2.0; with birth 1.6; with contact details 1.3.
fn linked(categories: Categories) -> f64 {
    let has = |category| categories.contains(category);
    let who = has(Category::Name) || has(Category::NationalId);
    let grave = categories.is_special() || has(Category::ChildSafeguarding);
    if who && grave {
        2.5
    } else if has(Category::Name) && (has(Category::NationalId) || has(Category::Financial)) {
        2.0
    } else if has(Category::Name) && has(Category::Demographic) {
        1.6
    } else if has(Category::Name) && has(Category::Contact) {
        1.3
    } else {
        1.0
    }
}

/// Every document with personal data, the riskiest first, then by path.
pub fn documents(
    inventory: &Inventory,
    options: &Options,
) -> Result<Vec<(Risk, Held)>, ReportError> {
    let ages = Ages::new(options);
    let mut all: Vec<(Risk, Held)> = Vec::new();
    inventory.held::<ReportError>(|held| {
        if !held.categories.is_empty() {
            all.push((Risk::of(&held, &ages), held));
        }
        Ok(())
    })?;
    all.sort_by(|a, b| {
        b.0.score()
            .total_cmp(&a.0.score())
            .then_with(|| a.1.by_path(&b.1))
    });
    Ok(all)
}

/// The documents of a folder, without its subfolders.
#[derive(Clone, Debug)]
pub struct FolderRisk {
    /// Which.
    pub folder: Arc<Folder>,
    /// The sum of their risks.
    pub score: f64,
    /// How many they are.
    pub documents: u64,
    /// How many of them everyone can read.
    pub everyone: u64,
    /// The greatest number of people that one of them is about.
    pub people: u64,
    /// The riskiest: its name and risk.
    pub worst: (RawPath, f64),
}

/// Sums the risks of documents up, folder by folder.
#[derive(Default)]
pub struct Sums {
    folders: HashMap<i64, FolderRisk>,
    bands: [u64; 4],
}

impl Sums {
    /// Adds a document that holds something.
    pub fn add(&mut self, risk: &Risk, held: &Held) {
        let score = risk.score();
        self.bands[Band::of(score) as usize] += 1;
        let folder = self
            .folders
            .entry(held.folder.id)
            .or_insert_with(|| FolderRisk {
                folder: held.folder.clone(),
                score: 0.0,
                documents: 0,
                everyone: 0,
                people: 0,
                worst: (RawPath::default(), 0.0),
            });
        folder.score += score;
        folder.documents += 1;
        folder.everyone += u64::from(held.exposure == Exposure::Everyone);
        folder.people = folder.people.max(held.people);
        if score > folder.worst.1 || score == folder.worst.1 && held.name < folder.worst.0 {
            folder.worst = (held.name.clone(), score);
        }
    }

    /// How many documents are in a band.
    pub fn of(&self, band: Band) -> u64 {
        self.bands[band as usize]
    }

    /// The folders, the riskiest first.
    pub fn folders(self) -> Vec<FolderRisk> {
        let mut folders: Vec<FolderRisk> = self.folders.into_values().collect();
        folders.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| a.folder.whole().cmp(&b.folder.whole()))
        });
        folders
    }
}

/// Of all folders with personal data.
pub fn folders(inventory: &Inventory, options: &Options) -> Result<Sums, ReportError> {
    let ages = Ages::new(options);
    let mut sums = Sums::default();
    inventory.held::<ReportError>(|held| {
        if !held.categories.is_empty() {
            sums.add(&Risk::of(&held, &ages), &held);
        }
        Ok(())
    })?;
    Ok(sums)
}

/// The report.
pub struct RiskReport;

impl Report for RiskReport {
    fn name(&self) -> &'static str {
        "risk"
    }

    fn help(&self) -> &'static str {
        "What to see to first: content × people × exposure × age of every document and folder, with the terms"
    }

    fn write(
        &self,
        inventory: &Inventory,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), ReportError> {
        let documents = documents(inventory, options)?;
        let mut sums = Sums::default();
        for (risk, held) in &documents {
            sums.add(risk, held);
        }
        let bands = Band::ALL.map(|band| text::number(sums.of(band)));
        let folders = sums.folders();
        writeln!(
            out,
            "risk = content × linked × people × exposure × age; a folder's is the sum of its documents'\n"
        )?;
        writeln!(
            out,
            "{:>10} {:>7} {:>9} {:>9}  FOLDER (its subfolders apart), and its riskiest document",
            "RISK", "FILES", "EXPOSED", "PEOPLE ≤"
        )?;
        for folder in folders.iter().take(FOLDERS) {
            writeln!(
                out,
                "{:>10} {:>7} {:>9} {:>9}  {}  ({} {})",
                text::number(folder.score.round() as u64),
                text::number(folder.documents),
                text::number(folder.everyone),
                text::number(folder.people),
                text::terminal(&folder.folder.whole().display()),
                text::terminal(&folder.worst.0.display()),
                text::number(folder.worst.1.round() as u64),
            )?;
        }
        rest(out, folders.len(), FOLDERS, "folder", "folders")?;
        writeln!(out, "\n{:>10}  DOCUMENT, and the terms of its risk", "RISK")?;
        for (risk, held) in documents.iter().take(LISTED) {
            let mut parts: Vec<Category> = held.categories.iter().collect();
            parts.sort_by_key(|c| {
                WEIGHTS
                    .iter()
                    .position(|(w, _)| w == c)
                    .unwrap_or(usize::MAX)
            });
            let parts: Vec<&str> = parts.iter().map(|c| c.id()).collect();
            writeln!(
                out,
                "{:>10}  {}  {}",
                text::number(risk.score().round() as u64),
                text::terminal(&held.path().display()),
                risk.band().id(),
            )?;
            writeln!(out, "{:>10}  {}", "", risk.terms(held))?;
            writeln!(out, "{:>10}  {}", "", parts.join(", "))?;
        }
        rest(out, documents.len(), LISTED, "document", "documents")?;
        let [low, moderate, high, critical] = bands;
        writeln!(
            out,
            "\n{critical} critical (from 200), {high} high (from 50), {moderate} moderate (from 10), {low} low"
        )?;
        Ok(())
    }
}

fn rest(
    out: &mut dyn Write,
    all: usize,
    shown: usize,
    one: &str,
    many: &str,
) -> Result<(), ReportError> {
    if all > shown {
        writeln!(
            out,
            "{:>10}  and {} more; --format csv has every document",
            "",
            text::plural((all - shown) as u64, one, many)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_a_weight() {
        for category in Category::ALL {
            assert!(WEIGHTS.iter().any(|(c, _)| c == category), "{category:?}");
        }
    }

    #[test]
    fn the_formula_is_what_it_says() {
        let risk = Risk {
            content: 13,
            linked: 2.0,
            people: 2.0,
            exposure: 3.0,
            years: Some(5),
        };
        assert!((risk.score() - 13.0 * 2.0 * 2.0 * 3.0 * 1.5).abs() < 1e-9);
        assert_eq!(risk.band(), Band::Critical);
        let old = Risk {
            years: Some(40),
            ..risk
        };
        assert!((old.age() - 2.0).abs() < 1e-9, "age counts double at most");
        let undated = Risk {
            years: None,
            ..risk
        };
        assert!((undated.age() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_stands_together_weighs_more() {
        use Category::{Contact, Demographic, Financial, Health, Name, NationalId};
        let linked = |categories: &[Category]| linked(categories.iter().copied().collect());
        assert_eq!(linked(&[Contact]), 1.0);
        assert_eq!(linked(&[Health]), 1.0, "of nobody in particular");
        assert_eq!(linked(&[Name, Contact]), 1.3);
        assert_eq!(linked(&[Name, Contact, Demographic]), 1.6);
        assert_eq!(linked(&[Name, Financial]), 2.0);
        assert_eq!(linked(&[NationalId, Health]), 2.5);
    }
}
