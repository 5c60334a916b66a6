//! The detector: rules compiled into what runs, and what is kept for a document and for a thread.
//!
//! `window` holds the way of one segment through it.

use std::sync::Arc;

use super::{
    candidate::Candidate,
    context::{Nearby, Reach},
    engine::{self, Engine, EngineError, PatternSpec, TermSpec},
    judge::{Columns, Typed},
    label::{Labels, normalise_name},
    look::Look,
    people::{Distinct, Named},
    propose::{Memory, Proposals, Propose},
    resolve::Resolver,
    rule::{Guard, Levels, OwnList, Rule, RuleError, RuleSet},
    terms::{ListError, Lists},
    validators::{Check, Facts},
    window::Carried,
    words::{Role, Words, WordsBuilder},
};
use crate::model::{Finding, Level, RuleIx};

/// Raise it when the code comes to other findings for the same rules and text: scans then read everything again.
const VERSION: u32 = 2;

/// So many general words make a document general.
const GENERAL: u32 = 3;

/// A text shorter than this is a note.
const NOTE: u64 = 400;

/// A document about at most so many people is about each of them throughout.
const FEW: u64 = 3;

/// Why a set of rules makes no detector.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// A rule file is wrong.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The engine cannot run a pattern.
    #[error("{0}: correct the rule, or switch it off")]
    Engine(#[from] EngineError),
    /// A word list is wrong.
    #[error(transparent)]
    List(#[from] ListError),
    /// A phrase of a rule has no word in it, or more than eight.
    #[error(
        "rule {rule}: the phrase \"{phrase}\" has no word, or more than eight: write one to eight words"
    )]
    Phrase {
        /// The rule.
        rule: Arc<str>,
        /// The phrase.
        phrase: String,
    },
    /// There are more rules or patterns than can be told apart.
    #[error("{0} patterns are too many: the most is 65,535; switch some rules off")]
    Many(usize),
}

/// A pattern as it runs.
pub(crate) struct Compiled {
    pub rule: u16,
    pub(crate) guard: Guard,
    pub(crate) check: Option<&'static Check>,
    pub levels: Levels,
    pub label_only: bool,
    pub(crate) wraps: bool,
    pub(crate) misread: bool,
    pub(crate) lookahead: bool,
    pub(crate) value: Option<regex::bytes::Regex>,
}

/// Support from values of other rules.
pub(crate) struct Near {
    pub(crate) rules: Vec<u16>,
    pub(crate) within: u32,
    pub(crate) level: Level,
}

/// All rules, compiled. It never changes and is shared by all threads.
pub struct Detector {
    pub(crate) rules: Vec<Rule>,
    pub(crate) engine: Engine,
    pub(crate) patterns: Vec<Compiled>,
    pub(crate) context: Words,
    pub(crate) labels: Words,
    pub(crate) reach: Vec<Reach>,
    pub(crate) widest: Reach,
    pub(crate) beside: Vec<Option<Near>>,
    pub(crate) yields_to: Vec<Vec<u16>>,
    pub(crate) people: Vec<bool>,
    pub(crate) facts: Facts,
    /// Names and word lists.
    pub(crate) proposer: Option<Box<dyn Propose>>,
    pub(crate) fingerprint: [u8; 32],
}

/// What is kept of a document between its segments. Small: most documents are.
#[derive(Default)]
pub struct DocumentState {
    pub(crate) name: String,
    /// Sure values so far, by rule.
    pub(crate) sure: Vec<u8>,
    /// The value of each rule that a word before it on its line spoke for last, in the window that is carried on.
    pub(crate) answers: Vec<(u32, u32)>,
    /// Columns whose values say what they are.
    pub(crate) typed: Typed,
    /// Set while the next segment goes on with this one.
    pub(crate) carried: Option<Box<Carried>>,
    pub(crate) people: Vec<(u16, Distinct)>,
    /// People by their names.
    pub(crate) named: Named,
    /// What names and word lists remember.
    pub(crate) memory: Memory,
    /// Findings tied to nobody, held until it is known what the document is.
    pub(crate) held: Vec<Finding>,
    /// Bytes of text so far.
    pub(crate) bytes: u64,
}

/// What a document amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentSummary {
    /// How many different people it speaks of, by an estimate: the most different values of one kind that people have
    /// one of (names, birth dates, identifiers).
    pub people: u64,
    /// It speaks in general: a policy, a leaflet, a form.
    pub general: bool,
}

/// Memory that detection works in; one per thread, used again for every segment.
#[derive(Default)]
pub struct Scratch {
    pub(crate) look: Look,
    pub(crate) engine: engine::Scratch,
    pub(crate) proposals: Proposals,
    pub(crate) claims: Vec<Candidate>,
    pub(crate) nearby: Nearby,
    pub(crate) labels: Labels,
    pub(crate) columns: Columns,
    pub(crate) resolver: Resolver,
}

impl Detector {
    /// Compiles rules.
    pub fn new(set: RuleSet, facts: Facts) -> Result<Detector, DetectError> {
        let (rules, own) = set.into_parts();
        let index = |id: &str| rules.iter().position(|r| &*r.id == id).map(|i| i as u16);
        let specs = specs(&rules);
        let mut patterns = Vec::new();
        let mut digest = blake3::Hasher::new();
        digest.update(&VERSION.to_le_bytes());
        digest.update(env!("CARGO_PKG_VERSION").as_bytes());
        for (ix, rule) in rules.iter().enumerate() {
            let ix = ix as u16;
            digest.update(&rule.digest);
            for pattern in &rule.patterns {
                patterns.push(Compiled {
                    rule: ix,
                    guard: pattern.guard,
                    check: pattern.check,
                    levels: pattern.levels,
                    label_only: pattern.label_only,
                    wraps: pattern.wraps,
                    misread: pattern.misread,
                    lookahead: pattern.lookahead,
                    value: pattern.value.clone(),
                });
            }
        }
        if specs.len() > usize::from(u16::MAX) {
            return Err(DetectError::Many(specs.len()));
        }
        // All words are read while the patterns are planned, which takes longest.
        let mut made = Ok(None);
        let engine = || {
            Engine::with_later_terms(&specs, || {
                made = proposer(&rules, &own);
                match &made {
                    Ok(Some(proposer)) => proposer.terms(),
                    _ => Vec::new(),
                }
            })
        };
        let (engine, phrases) = rayon::join(engine, || phrases(&rules));
        let proposer = made?;
        let engine = engine?;
        let (context, labels) = phrases?;
        if let Some(proposer) = &proposer {
            digest.update(&proposer.fingerprint());
        }
        if let Some(table) = &facts.modulus {
            digest.update(table.digest());
        }
        let reach: Vec<Reach> = rules
            .iter()
            .map(|r| Reach {
                before: r.context.before,
                after: r.context.after,
            })
            .collect();
        let widest = Reach {
            before: reach.iter().map(|r| r.before).max().unwrap_or(0),
            after: reach.iter().map(|r| r.after).max().unwrap_or(0),
        };
        let beside: Vec<Option<Near>> = rules
            .iter()
            .map(|r| {
                r.beside.as_ref().map(|b| Near {
                    rules: b.rules.iter().filter_map(|id| index(id)).collect(),
                    within: b.within as u32,
                    level: b.level,
                })
            })
            .collect();
        let yields_to = rules
            .iter()
            .map(|r| r.yields_to.iter().filter_map(|id| index(id)).collect())
            .collect();
        Ok(Detector {
            people: rules.iter().map(|r| r.people).collect(),
            engine,
            patterns,
            context,
            labels,
            reach,
            widest,
            beside,
            yields_to,
            facts,
            proposer,
            fingerprint: *digest.finalize().as_bytes(),
            rules,
        })
    }

    /// The built-in rules, as of today.
    pub fn builtin() -> Result<Detector, DetectError> {
        Detector::new(RuleSet::builtin()?, Facts::now())
    }

    /// What everything that decides about findings hashes to: rules, word lists, the version of the code. Not the day.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// The rules, by id; [`RuleIx`] counts them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule whose values a column or field of this name holds, if the name says so by itself and the rule is one for
    /// values that are looked for by pattern.
    pub fn named_by(&self, name: &str) -> Option<String> {
        let said = super::label::read(&self.labels, name);
        said.rules
            .iter()
            .filter(|(_, role, _)| *role == Role::For)
            .map(|(rule, _, phrase)| (&self.rules[usize::from(*rule)], *phrase))
            .filter(|(rule, _)| !rule.patterns.is_empty())
            // The longest phrase is the closest description.
            .max_by_key(|(_, phrase)| self.labels.phrase(*phrase).text.len())
            .map(|(rule, _)| rule.id.to_string())
    }

    /// The rule of a finding.
    pub fn rule(&self, ix: RuleIx) -> &Rule {
        &self.rules[usize::from(ix.0)]
    }

    /// The engine that the rules are compiled into; its report says which patterns are slow.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Begins a document. Its name counts as a hint of what it holds.
    pub fn open(&self, name: &str) -> DocumentState {
        DocumentState {
            name: name.to_owned(),
            ..DocumentState::default()
        }
    }

    /// Ends a document.
    pub fn close(
        &self,
        mut document: DocumentState,
        out: &mut dyn FnMut(Finding),
    ) -> DocumentSummary {
        if let Some(carried) = document.carried.take() {
            self.settle_all(
                carried.waiting,
                &mut Resolver::default(),
                &mut document,
                out,
            );
        }
        let people = document
            .people
            .iter()
            .map(|(_, distinct)| distinct.estimate())
            .chain([document.named.estimate()])
            .max()
            .unwrap_or(0);
        let general = document.memory.general >= GENERAL;
        // A note of a few words speaks of whom it was written about; a letter or file on one person of that person.
        let note = document.bytes < NOTE && document.memory.general == 0;
        let tied = note || !general && (1..=FEW).contains(&people);
        for mut finding in std::mem::take(&mut document.held) {
            // A word that speaks for it (`diagnosed with`) makes up for nobody nearby, not for nobody at all.
            let spoken_for = finding.evidence.context.is_some() && people > 0 && !general;
            // So does a person by role (`the resident`) where anybody is named, or both.
            let by_role = finding.evidence.near_person
                && !general
                && (people > 0 || finding.evidence.context.is_some());
            if !tied && !spoken_for && !by_role {
                finding.confidence = Level::Low.confidence();
            }
            out(finding);
        }
        DocumentSummary { people, general }
    }
}

/// The phrases of all rules: those of running text, and those of names.
fn phrases(rules: &[Rule]) -> Result<(Words, Words), DetectError> {
    let mut context = WordsBuilder::default();
    let mut labels = WordsBuilder::default();
    for (ix, rule) in rules.iter().enumerate() {
        let say = |words: &mut WordsBuilder, phrase: &str, text: &str, role| {
            words
                .add(text, ix as u16, role)
                .then_some(())
                .ok_or_else(|| DetectError::Phrase {
                    rule: rule.id.clone(),
                    phrase: phrase.to_owned(),
                })
        };
        for (list, role, weak) in [
            (&rule.context.words, Role::For, Role::ForWeakly),
            (&rule.context.against, Role::Against, Role::Against),
        ] {
            for phrase in list {
                say(&mut context, phrase, phrase, role)?;
                say(&mut labels, phrase, &normalise_name(phrase), weak)?;
            }
        }
        for phrase in &rule.labels.words {
            let role = match phrase.starts_with('=') {
                true => Role::ForWhole,
                false => Role::For,
            };
            say(&mut labels, phrase, &normalise_name(phrase), role)?;
        }
        for phrase in &rule.labels.not {
            say(&mut labels, phrase, &normalise_name(phrase), Role::Against)?;
        }
        for phrase in &rule.labels.other {
            say(&mut labels, phrase, &normalise_name(phrase), Role::Other)?;
        }
    }
    Ok((context.build(), labels.build()))
}

/// What proposes claims for the rules that have no patterns.
fn proposer(rules: &[Rule], own: &[OwnList]) -> Result<Option<Box<dyn Propose>>, DetectError> {
    Ok(Lists::new(rules, own)?.map(|lists| Box::new(lists) as Box<dyn Propose>))
}

/// The terms that the rules ask the engine to look for.
pub fn terms(rules: &[Rule]) -> Result<Vec<TermSpec>, DetectError> {
    Ok(proposer(rules, &[])?.map_or(Vec::new(), |proposer| proposer.terms()))
}

/// What the rules ask the engine to look for, in the order of their patterns.
pub fn specs(rules: &[Rule]) -> Vec<PatternSpec> {
    let mut specs = Vec::new();
    for rule in rules {
        for (n, pattern) in rule.patterns.iter().enumerate() {
            let name = match n {
                0 => rule.id.to_string(),
                n => format!("{}#{}", rule.id, n + 1),
            };
            let regex = pattern.regex.clone();
            let seldom = pattern.label_only;
            specs.push(match pattern.guard {
                Guard::None => PatternSpec {
                    name,
                    regex,
                    seldom,
                },
                _ => PatternSpec {
                    seldom,
                    ..PatternSpec::whole(name, &regex)
                },
            });
        }
    }
    specs
}
