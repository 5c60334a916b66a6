//! The detector: rules compiled into what runs, and the way of one segment through it.
//!
//! Text is normalised, the engine reports every match, guards and checks accept or reject it on the spot, what remains
//! is judged in order of position (`judge`), overlaps are decided (`resolve`), and what stands is handed out. A long
//! text comes in windows: a match is reported by the window in whose middle it starts, and overlapping claims that reach
//! over the end of a window wait for the next, so that where a text is cut changes nothing.

use std::{ops::Range, sync::Arc};

use super::{
    candidate::{Candidate, Nearness, Word},
    context::{Nearby, Reach},
    engine::{self, Cursors, Engine, EngineError, PatternSpec, TermSpec, Visit},
    guard::{Edge, edge},
    judge::{Columns, Judge},
    label::{Labels, normalise_name},
    normalise::{Normalised, Normaliser},
    people::Distinct,
    propose::{LOOK, Memory, Proposals, Propose, Sight, TermHit},
    resolve::{Resolver, Won},
    rule::{Guard, Levels, Rule, RuleError, RuleSet},
    terms::{ListError, Lists},
    validators::{self, Check, Facts, Kind, Verdict},
    words::{Role, Words, WordsBuilder},
};
use crate::model::{
    Also, Confidence, Evidence, Finding, Level, Location, RuleIx, Segment, Sensitive, Status,
    limits::OVERLAP, segment::Layout,
};

/// Raise it when the code comes to other findings for the same rules and text: scans then read everything again.
const VERSION: u32 = 1;

/// Findings tied to nobody that are held to the end of a document; more are of low confidence at once.
const MOST_HELD: usize = 1024;

/// So many general words make a document general.
const GENERAL: u32 = 3;

/// A text shorter than this is a note.
const NOTE: u64 = 400;

/// A document about at most so many people is about each of them throughout.
const FEW: u64 = 3;

/// The longest value that may support another from before it.
const LONGEST_SUPPORT: u32 = 256;

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
    guard: Guard,
    check: Option<&'static Check>,
    pub levels: Levels,
    pub label_only: bool,
    wraps: bool,
    misread: bool,
    value: Option<regex::bytes::Regex>,
}

/// Support from values of other rules.
struct Near {
    rules: Vec<u16>,
    within: u32,
    level: Level,
}

/// All rules, compiled. It never changes and is shared by all threads.
pub struct Detector {
    rules: Vec<Rule>,
    engine: Engine,
    pub(crate) patterns: Vec<Compiled>,
    pub(crate) context: Words,
    pub(crate) labels: Words,
    pub(crate) reach: Vec<Reach>,
    pub(crate) widest: Reach,
    beside: Vec<Option<Near>>,
    yields_to: Vec<Vec<u16>>,
    people: Vec<bool>,
    facts: Facts,
    /// Names and word lists.
    proposer: Option<Box<dyn Propose>>,
    fingerprint: [u8; 32],
}

/// What is kept of a document between its segments. Small: most documents are.
#[derive(Default)]
pub struct DocumentState {
    name: String,
    /// Sure values so far, by rule.
    sure: Vec<u8>,
    /// Set while the next segment goes on with this one.
    carried: Option<Box<Carried>>,
    people: Vec<(u16, Distinct)>,
    /// What names and word lists remember.
    memory: Memory,
    /// Findings tied to nobody, held until it is known what the document is.
    held: Vec<Finding>,
    /// Bytes of text so far.
    bytes: u64,
}

/// What one window of a text leaves to the next.
struct Carried {
    cursors: Cursors,
    /// Length of the normalised window.
    length: usize,
    /// Claims that later ones may yet overlap or support, with their findings made already.
    waiting: Vec<(Candidate, Finding)>,
    /// Claims near the end that were settled, but may support later ones.
    behind: Vec<Candidate>,
    /// Terms near the end.
    terms: Vec<TermHit>,
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
    engine: engine::Scratch,
    cursors: Cursors,
    normaliser: Normaliser,
    hits: Vec<Hit>,
    terms: Vec<TermHit>,
    proposals: Proposals,
    claims: Vec<Candidate>,
    nearby: Nearby,
    labels: Labels,
    columns: Columns,
    resolver: Resolver,
}

/// A match whose guard and check let it stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub start: u32,
    pub end: u32,
    pub value: (u32, u32),
    pub pattern: u16,
    /// The least support it needs: it breaks over a line, touches other digits, or has letters for digits.
    pub needs: Nearness,
    pub verdict: Verdict,
}

impl Detector {
    /// Compiles rules.
    pub fn new(set: RuleSet, facts: Facts) -> Result<Detector, DetectError> {
        let rules = set.rules().to_vec();
        let index = |id: &str| rules.iter().position(|r| &*r.id == id).map(|i| i as u16);
        let specs = specs(&rules);
        let mut patterns = Vec::new();
        let mut context = WordsBuilder::default();
        let mut labels = WordsBuilder::default();
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
                    value: pattern.value.clone(),
                });
            }
            let say = |words: &mut WordsBuilder, phrase: &str, text: &str, role| {
                words
                    .add(text, ix, role)
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
        }
        if specs.len() > usize::from(u16::MAX) {
            return Err(DetectError::Many(specs.len()));
        }
        let proposer = proposer(&rules)?;
        let mut terms: Vec<TermSpec> = Vec::new();
        if let Some(proposer) = &proposer {
            terms = proposer.terms();
            digest.update(&proposer.fingerprint());
        }
        if let Some(table) = &facts.modulus {
            digest.update(table.digest());
        }
        let engine = Engine::new(&specs, &terms)?;
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
            context: context.build(),
            labels: labels.build(),
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

    /// Finds what a segment holds; findings come in ascending order of their places.
    pub fn segment(
        &self,
        document: &mut DocumentState,
        scratch: &mut Scratch,
        segment: &Segment<'_>,
        out: &mut dyn FnMut(Finding),
    ) {
        document.sure.resize(self.rules.len(), 0);
        document.bytes += (segment.text.len() - segment.repeats) as u64;
        let text = scratch.normaliser.run(segment.text);
        let from = match segment.repeats {
            0 => 0,
            n => text.from_original(n.saturating_sub(OVERLAP / 2)),
        };
        let to = match segment.more {
            false => text.text.len(),
            true => text.from_original(segment.text.len().saturating_sub(OVERLAP / 2)),
        };
        let mut waiting = Vec::new();
        let mut behind = Vec::new();
        scratch.hits.clear();
        scratch.terms.clear();
        match document.carried.take() {
            Some(carried) if segment.repeats > 0 => {
                let carried = *carried;
                scratch.cursors = carried.cursors;
                let repeated = text.from_original(segment.repeats);
                let dropped = carried.length.saturating_sub(repeated);
                scratch.cursors.rebase(dropped);
                waiting = carried.waiting;
                behind = carried.behind;
                scratch
                    .terms
                    .extend(carried.terms.iter().map(|hit| TermHit {
                        start: hit.start.saturating_sub(dropped as u32),
                        end: hit.end.saturating_sub(dropped as u32),
                        ..*hit
                    }));
                for claim in waiting
                    .iter_mut()
                    .map(|(claim, _)| claim)
                    .chain(&mut behind)
                {
                    claim.start = claim.start.saturating_sub(dropped as u32);
                    claim.end = claim.end.saturating_sub(dropped as u32);
                    claim.value.0 = claim.value.0.saturating_sub(dropped as u32);
                    claim.value.1 = claim.value.1.saturating_sub(dropped as u32);
                }
            }
            Some(carried) => {
                // The text broke off: what waited stands as it is.
                self.settle_all(carried.waiting, &mut scratch.resolver, document, out);
                scratch.cursors.clear();
            }
            None => scratch.cursors.clear(),
        }
        let mut seen = Seen {
            detector: self,
            text: text.text,
            delimiter: match segment.layout {
                Layout::Table(table) => Some(table.delimiter),
                _ => None,
            },
            named: match segment.layout {
                Layout::Lines { .. } => false,
                Layout::Table(table) => !table.headings.is_empty(),
                Layout::Marked { labels, .. } => !labels.is_empty(),
            },
            hits: &mut scratch.hits,
            terms: &mut scratch.terms,
        };
        self.engine.scan(
            text.text,
            from..to,
            &mut scratch.cursors,
            &mut scratch.engine,
            &mut seen,
        );
        scratch.hits.sort_by_key(|hit| (hit.start, hit.pattern));
        let claims = &mut scratch.claims;
        claims.clear();
        claims.extend(waiting.iter().map(|(claim, _)| claim.clone()));
        if !scratch.hits.is_empty() {
            let mut judge = Judge::new(
                self,
                text,
                segment,
                &mut scratch.nearby,
                &mut scratch.labels,
                &mut scratch.columns,
                &document.name,
                &mut document.sure,
            );
            claims.extend(scratch.hits.iter().filter_map(|hit| judge.judge(hit)));
        }
        // Claims are settled up to here: what follows may still get support from what is not yet seen.
        let settled = match segment.more {
            true => to.saturating_sub(LOOK),
            false => to,
        };
        if let Some(proposer) = &self.proposer {
            scratch
                .terms
                .sort_unstable_by_key(|hit| (hit.start, hit.end, hit.term));
            let old = claims.len();
            let sight = Sight {
                text,
                segment,
                terms: &scratch.terms,
                behind: &behind,
                starts: from.saturating_sub(LOOK)..settled,
            };
            proposer.propose(&sight, &mut document.memory, &mut scratch.proposals, claims);
            if claims.len() > old {
                claims.sort_by_key(|claim| claim.start);
            }
        }
        self.lift(claims, &behind);
        let waits = self.settle(
            text,
            segment,
            from..settled,
            claims,
            &waiting,
            &mut scratch.resolver,
            document,
            out,
        );
        if segment.more {
            let near = |end: u32| end as usize + 2 * LOOK >= to;
            let past = &claims[..claims.len() - waits.len()];
            behind.extend_from_slice(past);
            behind.retain(|claim| near(claim.end));
            scratch.terms.retain(|hit| near(hit.end));
            document.carried = Some(Box::new(Carried {
                cursors: scratch.cursors.clone(),
                length: text.text.len(),
                waiting: waits,
                behind,
                terms: scratch.terms.clone(),
            }));
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
            .max()
            .unwrap_or(0);
        let general = document.memory.general >= GENERAL;
        // A note of a few words speaks of whom it was written about; a letter or file on one person of that person.
        let note = document.bytes < NOTE && document.memory.general == 0;
        let tied = note || !general && (1..=FEW).contains(&people);
        for mut finding in std::mem::take(&mut document.held) {
            // A word that speaks for it (`diagnosed with`) makes up for nobody nearby, not for nobody at all.
            let spoken_for = finding.evidence.context.is_some() && people > 0 && !general;
            if !tied && !spoken_for {
                finding.confidence = Level::Low.confidence();
            }
            out(finding);
        }
        DocumentSummary { people, general }
    }

    /// Lifts claims that have a value of another rule beside them. `behind` are claims of the window before.
    fn lift(&self, claims: &mut [Candidate], behind: &[Candidate]) {
        for at in 0..claims.len() {
            let claim = &claims[at];
            let Some(near) = &self.beside[claim.rule as usize] else {
                continue;
            };
            if claim.level >= near.level || claim.against.is_some() {
                continue;
            }
            let supports =
                |other: &Candidate| near.rules.contains(&other.rule) && other.against.is_none();
            let (start, end) = (claim.start, claim.end);
            let precedes =
                |o: &Candidate| supports(o) && o.end <= start && o.end + near.within >= start;
            let after = claims[at + 1..]
                .iter()
                .take_while(|o| o.start <= end + near.within)
                .any(|o| supports(o) && o.start >= end);
            // Starts ascend, ends need not: look back as far as a value may reach.
            let lifted = after
                || claims[..at]
                    .iter()
                    .rev()
                    .take_while(|o| o.start + near.within + LONGEST_SUPPORT >= start)
                    .any(precedes)
                || behind.iter().any(precedes);
            if lifted {
                let claim = &mut claims[at];
                claim.level = near.level;
                claim.corroborated = true;
            }
        }
    }

    /// Where a claim stops asking what follows it.
    fn horizon(&self, claim: &Candidate) -> usize {
        let beside = &self.beside[claim.rule as usize];
        claim.end as usize + beside.as_ref().map_or(0, |near| near.within as usize)
    }

    /// Decides the clusters that are complete and hands out what stands; returns what has to wait for the next window:
    /// all from the first cluster on that reaches past `window.end`, to keep the order.
    #[expect(
        clippy::too_many_arguments,
        reason = "pieces of one scratch, borrowed apart"
    )]
    fn settle(
        &self,
        text: Normalised<'_>,
        segment: &Segment<'_>,
        window: Range<usize>,
        claims: &[Candidate],
        waiting: &[(Candidate, Finding)],
        resolver: &mut Resolver,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) -> Vec<(Candidate, Finding)> {
        let mut places = Places::new(segment);
        let mut made = |claim: &Candidate| {
            if (claim.start as usize) < window.start
                && let Some((_, finding)) = waiting.iter().find(|(c, _)| c.same(claim))
            {
                // The text around it may be gone in part: its finding was made when it was whole.
                let mut finding = finding.clone();
                finding.confidence = Confidence(claim.confidence());
                finding.evidence.corroborated = claim.corroborated;
                finding.evidence.near_person = claim.near_person;
                return finding;
            }
            self.finding(claim, text, &mut places)
        };
        let mut first = 0;
        while first < claims.len() {
            let mut end = claims[first].end;
            let mut horizon = self.horizon(&claims[first]);
            let mut last = first + 1;
            while last < claims.len() && claims[last].start < end {
                end = end.max(claims[last].end);
                horizon = horizon.max(self.horizon(&claims[last]));
                last += 1;
            }
            if segment.more && horizon > window.end {
                return claims[first..]
                    .iter()
                    .map(|claim| (claim.clone(), made(claim)))
                    .collect();
            }
            let cluster = &claims[first..last];
            for won in resolver.cluster(cluster, &self.yields_to) {
                let mut finding = made(&cluster[won.claim as usize]);
                also(&mut finding, cluster, won);
                let tentative = cluster[won.claim as usize].tentative;
                self.hand_out(finding, tentative, document, out);
            }
            first = last;
        }
        Vec::new()
    }

    /// Decides among claims whose text is gone.
    fn settle_all(
        &self,
        waiting: Vec<(Candidate, Finding)>,
        resolver: &mut Resolver,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) {
        if waiting.is_empty() {
            return;
        }
        let (claims, findings): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        for won in resolver.cluster(&claims, &self.yields_to) {
            let mut finding = findings[won.claim as usize].clone();
            also(&mut finding, &claims, won);
            let tentative = claims[won.claim as usize].tentative;
            self.hand_out(finding, tentative, document, out);
        }
    }

    fn hand_out(
        &self,
        mut finding: Finding,
        tentative: bool,
        document: &mut DocumentState,
        out: &mut dyn FnMut(Finding),
    ) {
        if tentative {
            if document.held.len() < MOST_HELD {
                document.held.push(finding);
                return;
            }
            finding.confidence = Level::Low.confidence();
        }
        let rule = finding.rule.0;
        if self.people[usize::from(rule)]
            && finding.status == Status::Live
            && finding.confidence.level() >= Level::Medium
        {
            let at = match document.people.iter().position(|(r, _)| *r == rule) {
                Some(at) => at,
                None => {
                    document.people.push((rule, Distinct::default()));
                    document.people.len() - 1
                }
            };
            document.people[at].1.add(finding.normal.expose());
        }
        if self.rules[usize::from(rule)].unfold {
            self.unfold(&finding, out);
        }
        out(finding);
    }

    /// Hands out what a value holds inside, as findings of the rules of their kinds at the same place.
    fn unfold(&self, finding: &Finding, out: &mut dyn FnMut(Finding)) {
        let rule = &self.rules[usize::from(finding.rule.0)];
        let mut checks: Vec<&Check> = rule.patterns.iter().filter_map(|p| p.check).collect();
        checks.dedup_by_key(|check| check.name);
        for check in checks {
            for inner in (check.inner)(finding.value.expose(), &self.facts) {
                let Some(ix) = self.rules.iter().position(|r| *r.id == *inner.what) else {
                    continue;
                };
                out(Finding {
                    rule: RuleIx(ix as u16),
                    category: self.rules[ix].category,
                    value: Sensitive::new(inner.value.as_str()),
                    normal: Sensitive::new(inner.value),
                    also: Vec::new(),
                    ..finding.clone()
                });
            }
        }
    }

    fn finding(&self, claim: &Candidate, text: Normalised<'_>, places: &mut Places<'_>) -> Finding {
        let normalised = claim.value.0 as usize..claim.value.1 as usize;
        let span = text.original_span(normalised.clone());
        let mut shown = String::from_utf8_lossy(&text.text[normalised]);
        let pattern = claim.pattern.map(|p| &self.patterns[usize::from(p)]);
        let misread = pattern.is_some_and(|p| p.misread);
        if misread && let Some(repaired) = repair(&shown) {
            shown = repaired.into();
        }
        let check = pattern.and_then(|p| p.check);
        let normal = match check {
            Some(check) => (check.normal)(&shown, &self.facts),
            None => validators::compact(&shown, &self.facts),
        };
        let rule = RuleIx(claim.rule);
        Finding {
            rule,
            category: self.rule(rule).category,
            location: Location {
                anchor: places.anchor(span.start),
                offset: places.segment.offset + span.start as u64,
                length: (span.end - span.start) as u32,
            },
            value: Sensitive::new(&places.segment.text[span]),
            normal: Sensitive::new(normal),
            confidence: Confidence(claim.confidence()),
            status: claim.status,
            evidence: Evidence {
                checked: match claim.kind {
                    Kind::Pass => Some(true),
                    Kind::Fail => Some(false),
                    _ => None,
                },
                label: claim.label.map(|w| self.word(w)),
                context: claim.context.map(|w| self.word(w)),
                against: claim.against.map(|w| self.word(w)),
                near_person: claim.near_person,
                corroborated: claim.corroborated,
                repaired: misread,
                negated: claim.negated,
            },
            also: Vec::new(),
        }
    }

    fn word(&self, word: Word) -> Arc<str> {
        match word {
            Word::Context(phrase) => self.context.phrase(phrase).text.clone(),
            Word::Label(phrase) => self.labels.phrase(phrase).text.clone(),
            Word::Term(index) => match &self.proposer {
                Some(proposer) => proposer.word(index),
                None => Arc::from(""),
            },
        }
    }
}

/// What proposes claims for the rules that have no patterns.
fn proposer(rules: &[Rule]) -> Result<Option<Box<dyn Propose>>, DetectError> {
    Ok(Lists::new(rules)?.map(|lists| Box::new(lists) as Box<dyn Propose>))
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
            specs.push(match pattern.guard {
                Guard::None => PatternSpec { name, regex },
                _ => PatternSpec::whole(name, &regex),
            });
        }
    }
    specs
}

fn also(finding: &mut Finding, cluster: &[Candidate], won: &Won) {
    finding.also.clear();
    finding.also.extend(won.also.iter().flatten().map(|&loser| {
        let claim = &cluster[loser as usize];
        Also {
            rule: RuleIx(claim.rule),
            confidence: Confidence(claim.confidence()),
        }
    }));
}

/// Anchors in ascending order: lines are counted once, not from the start for each finding.
struct Places<'a> {
    segment: &'a Segment<'a>,
    at: usize,
    line: u64,
}

impl<'a> Places<'a> {
    fn new(segment: &'a Segment<'a>) -> Places<'a> {
        Places {
            segment,
            at: 0,
            line: match segment.layout {
                Layout::Lines { first } => *first,
                _ => 0,
            },
        }
    }

    fn anchor(&mut self, byte: usize) -> crate::model::Anchor {
        if !matches!(self.segment.layout, Layout::Lines { .. }) || byte < self.at {
            return self.segment.anchor(byte);
        }
        let passed = &self.segment.text.as_bytes()[self.at..byte];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = byte;
        crate::model::Anchor::Line(self.line)
    }
}

/// The digits that somebody meant, when one to three letters stand among more digits; `None` when none does, or too many.
fn repair(text: &str) -> Option<String> {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if letters == 0 || letters > 3 || digits < 2 * letters {
        return None;
    }
    let meant = |c| match c {
        'O' | 'o' => '0',
        'I' | 'l' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    };
    Some(text.chars().map(meant).collect())
}

/// Takes the engine's matches: guards and checks them on the spot, because a rejected match lets the search go on.
struct Seen<'a> {
    detector: &'a Detector,
    text: &'a [u8],
    delimiter: Option<u8>,
    /// Whether the text has names of columns or fields, which alone speak for the values of some patterns.
    named: bool,
    hits: &'a mut Vec<Hit>,
    terms: &'a mut Vec<TermHit>,
}

impl Visit for Seen<'_> {
    fn pattern(&mut self, pattern: u16, start: usize, end: usize) -> bool {
        let compiled = &self.detector.patterns[usize::from(pattern)];
        if compiled.label_only && !self.named {
            // Passed over as if it were taken: any number may be such a value, and none is without a name.
            return true;
        }
        let edge = edge(compiled.guard, self.text, start, end, self.delimiter);
        if edge == Edge::Inside {
            return false;
        }
        let matched = &self.text[start..end];
        let value = match &compiled.value {
            None => 0..matched.len(),
            Some(regex) => match regex.captures(matched).and_then(|c| c.name("value")) {
                Some(value) => value.range(),
                None => return false,
            },
        };
        let breaks = match compiled.wraps {
            true => memchr::memchr_iter(b'\n', &matched[value.clone()]).count(),
            false => 0,
        };
        if breaks > 1 {
            return false;
        }
        let placeholders = &self.detector.rules[usize::from(compiled.rule)].placeholders;
        if placeholders
            .iter()
            .any(|p| p.as_bytes().eq_ignore_ascii_case(&matched[value.clone()]))
        {
            return false;
        }
        let mut verdict = Verdict::SHAPE;
        if let Some(check) = compiled.check {
            let Ok(text) = std::str::from_utf8(&matched[value.clone()]) else {
                return false;
            };
            let facts = &self.detector.facts;
            verdict = if compiled.misread {
                match repair(text).map(|repaired| (check.verdict)(&repaired, facts)) {
                    Some(verdict) if verdict.kind == Kind::Pass => verdict,
                    _ => return false,
                }
            } else {
                (check.verdict)(text, facts)
            };
        }
        let levels = &compiled.levels;
        match verdict.kind {
            Kind::Reject => return false,
            Kind::Fail if levels.fail.is_none() && levels.fail_context.is_none() => return false,
            _ => {}
        }
        let needs = if compiled.misread {
            Nearness::Attached
        } else if breaks == 1 || edge == Edge::Shared {
            Nearness::Near
        } else {
            Nearness::None
        };
        self.hits.push(Hit {
            start: start as u32,
            end: end as u32,
            value: ((start + value.start) as u32, (start + value.end) as u32),
            pattern,
            needs,
            verdict,
        });
        true
    }

    fn term(&mut self, term: u32, start: usize, end: usize) {
        self.terms.push(TermHit {
            term,
            start: start as u32,
            end: end as u32,
        });
    }
}
