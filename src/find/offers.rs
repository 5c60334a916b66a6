//! Identifiers that stand beside the person's and were not asked for.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use super::{
    band::Band,
    desk::Desk,
    hit::Offer,
    identity::{self, Asked, Class, Question, Strength},
    record::{Cluster, Item},
    weigh::{Says, Weighed},
};
use crate::{
    detect::Rule,
    inventory::{InventoryError, PartId, PartPlaces, record::ValueHash},
    model::Status,
};

/// An identifier on offer, with what is needed to search it.
#[derive(Clone)]
pub(super) struct Offered {
    pub offer: Offer,
    pub certain: bool,
    hash: ValueHash,
}

impl Offered {
    /// The question that searches it.
    pub fn question(&self, rules: &[Rule]) -> Question {
        let strength = rules
            .iter()
            .find(|rule| *rule.id == *self.offer.rule)
            .map_or(Strength::Few, identity::strength);
        Question {
            kind: self.offer.rule.clone(),
            strength,
            class: identity::class(&self.offer.rule).unwrap_or(Class::Local),
            rules: Vec::new(),
            among: vec![self.offer.rule.clone()],
            hashes: vec![self.hash],
            near: HashMap::new(),
            house: None,
            chain: self.offer.chain.clone(),
        }
    }
}

/// Identifiers beside the person's, counted.
#[derive(Default)]
pub(super) struct Offers(BTreeMap<(i64, ValueHash), Beside>);

struct Beside {
    documents: HashSet<PartId>,
    certain: bool,
    chain: Vec<String>,
    part: PartPlaces,
}

impl Offers {
    pub fn add(
        &mut self,
        desk: &Desk<'_>,
        part: &PartPlaces,
        items: &[Item],
        cluster: &Cluster,
        weighed: &Weighed,
        band: Band,
    ) {
        for &n in &cluster.owned {
            let item = &items[n];
            let tells = matches!(item.class, Class::Strong | Class::Local | Class::Contact);
            if !tells
                || item.status == Status::Organisation
                || item.confidence.level() < crate::model::Level::Medium
                || !matches!(desk.says(item), Says::Nothing)
            {
                continue;
            }
            let chain = || {
                let kinds: Vec<&str> = (weighed.lines.iter())
                    .filter(|line| line.bits > 0.0)
                    .map(|line| line.kind.as_str())
                    .collect();
                let place = part.places.first().map(|p| p.path.display());
                let mut chain: Vec<String> = (desk.asked.questions.iter())
                    .filter(|q| kinds.contains(&q.kind.as_str()))
                    .max_by_key(|q| q.chain.len())
                    .map(|q| q.chain.clone())
                    .unwrap_or_default();
                chain.push(format!(
                    "{} in {}",
                    kinds.join(" and "),
                    place.unwrap_or_default()
                ));
                chain
            };
            let beside = self
                .0
                .entry((item.rule, item.hash))
                .or_insert_with(|| Beside {
                    documents: HashSet::new(),
                    certain: false,
                    chain: chain(),
                    part: part.clone(),
                });
            beside.documents.insert(part.id());
            beside.certain |= band == Band::Certain;
        }
    }

    pub fn finish(self, desk: &Desk<'_>, asked: &Asked) -> Result<Vec<Offered>, InventoryError> {
        let mut offered = Vec::new();
        for ((rule, hash), beside) in self.0 {
            let Some((rule, _)) = desk.rules.get(&rule) else {
                continue;
            };
            if asked.questions.iter().any(|q| q.hashes.contains(&hash)) {
                continue;
            }
            let preview = desk
                .inventory
                .shown(&beside.part.part)?
                .remove(rule.as_str())
                .and_then(|shown| shown.into_iter().find(|finding| finding.value == hash))
                .map_or_else(|| "•••".to_owned(), |finding| finding.preview);
            offered.push(Offered {
                offer: Offer {
                    id: format!("{rule}-{:06x}", hash.0 >> 40),
                    rule: rule.clone(),
                    preview,
                    strength: desk.strengths.get(rule).copied().unwrap_or(Strength::Few),
                    documents: beside.documents.len() as u64,
                    chain: beside.chain,
                    searched: false,
                },
                certain: beside.certain,
                hash,
            });
        }
        offered.sort_by_key(|o| {
            Reverse((
                o.offer.strength,
                o.offer.documents,
                Reverse(o.offer.id.clone()),
            ))
        });
        Ok(offered)
    }
}
