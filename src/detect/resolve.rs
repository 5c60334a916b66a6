//! Which claim stands when several rules claim the same text (design decision 8; detection specification §1 rules 7, 8).
//!
//! The order is total, so the outcome does not hang on the order of discovery: a rule that yields to another claimant
//! comes last; then a check that fails comes after all that do not; then the nearer word for it, the check that holds,
//! the confidence, the longer, the earlier, the rule's id. A label beside a number outweighs a check digit that one
//! number in eleven passes by chance, which is why the word comes before the check.

use std::cmp::Reverse;

use super::{candidate::Candidate, validators::Kind};
use crate::model::Level;

/// How many losers a finding names.
const ALSO: usize = 2;

/// Working space.
#[derive(Default)]
pub(crate) struct Resolver {
    order: Vec<u32>,
    yields: Vec<bool>,
    /// Winners of the cluster, by start: start, end, index among the winners.
    taken: Vec<(u32, u32, usize)>,
    winners: Vec<Won>,
}

/// A claim that stands, and the strongest of those it beat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Won {
    /// Index of the claim.
    pub claim: u32,
    /// Indices of claims of other rules that lost.
    pub also: [Option<u32>; ALSO],
}

impl Resolver {
    /// Decides a cluster: claims that overlap, directly or through others. Winners come by position. Indices count from
    /// the cluster's first claim.
    pub fn cluster(&mut self, claims: &[Candidate], yields_to: &[Vec<u16>]) -> &[Won] {
        self.winners.clear();
        if claims.len() == 1 {
            self.winners.push(Won {
                claim: 0,
                also: [None; ALSO],
            });
            return &self.winners;
        }
        self.yields.clear();
        self.yields.extend(claims.iter().map(|claim| {
            let to = &yields_to[claim.rule as usize];
            !to.is_empty()
                && claims.iter().any(|other| {
                    overlap(claim, other)
                        && to.contains(&other.rule)
                        && (other.level >= Level::Medium || other.level >= claim.level)
                })
        }));
        self.order.clear();
        self.order.extend(0..claims.len() as u32);
        let yields = &self.yields;
        self.order.sort_unstable_by_key(|&i| {
            let c = &claims[i as usize];
            (
                yields[i as usize],
                c.kind == Kind::Fail,
                Reverse(c.support),
                c.kind != Kind::Pass,
                Reverse(c.confidence()),
                Reverse(c.end - c.start),
                c.start,
                c.rule,
                i,
            )
        });
        self.taken.clear();
        for &i in &self.order {
            let claim = &claims[i as usize];
            if claim.apart {
                self.winners.push(Won {
                    claim: i,
                    also: [None; ALSO],
                });
                continue;
            }
            // The taken stretches do not overlap, so both their starts and their ends ascend.
            let at = self.taken.partition_point(|t| t.1 <= claim.start);
            match self.taken.get(at) {
                Some(&(start, _, winner)) if start < claim.end => {
                    let won = &mut self.winners[winner];
                    let winner_rule = claims[won.claim as usize].rule;
                    let told =
                        |j: &Option<u32>| j.is_some_and(|j| claims[j as usize].rule == claim.rule);
                    if claim.rule != winner_rule
                        && !won.also.iter().any(told)
                        && let Some(free) = won.also.iter_mut().find(|a| a.is_none())
                    {
                        *free = Some(i);
                    }
                }
                _ => {
                    self.winners.push(Won {
                        claim: i,
                        also: [None; ALSO],
                    });
                    let winner = self.winners.len() - 1;
                    self.taken.insert(at, (claim.start, claim.end, winner));
                }
            }
        }
        self.winners
            .sort_unstable_by_key(|w| claims[w.claim as usize].start);
        &self.winners
    }
}

fn overlap(a: &Candidate, b: &Candidate) -> bool {
    a.start < b.end && b.start < a.end
}
