//! Parts → documents, with the places of each, the surest first.

use std::collections::HashMap;

use super::{
    band::Band,
    desk::Read,
    hit::{Confusable, Hit},
};
use crate::inventory::record::DocumentId;

/// Parts → documents.
pub(super) fn gather(mut read: Vec<Read>) -> (Vec<Hit>, Vec<Confusable>) {
    // A document's content first: its name, and the names of its copies, join it.
    read.sort_by_key(|part| part.part.in_name);
    let mut hits: Vec<Hit> = Vec::new();
    let mut known: HashMap<DocumentId, usize> = HashMap::new();
    let mut confusable = Vec::new();
    for part in read {
        for other in part.others {
            confusable.push(Confusable {
                who: other.who,
                words: other.words,
                places: part.places.clone(),
                part: part.part.clone(),
                locations: other.locations,
            });
        }
        if part.told.is_empty() {
            continue;
        }
        let at = (part.places.iter()).find_map(|place| known.get(&place.document).copied());
        let at = at.unwrap_or_else(|| {
            hits.push(Hit {
                band: Band::Possible,
                bits: f64::MIN,
                probability: 0.0,
                places: part.places.clone(),
                people: 0,
                mentions: Vec::new(),
            });
            hits.len() - 1
        });
        for place in &part.places {
            known.insert(place.document, at);
        }
        let hit = &mut hits[at];
        hit.people = hit.people.max(part.people);
        hit.mentions
            .extend(part.told.into_iter().map(|told| told.mention));
    }
    for hit in &mut hits {
        hit.mentions.sort_by(|a, b| {
            (b.band, b.bits)
                .partial_cmp(&(a.band, a.bits))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        if let Some(best) = hit.mentions.first() {
            (hit.band, hit.bits, hit.probability) = (best.band, best.bits, best.probability);
        }
    }
    (hits, confusable)
}

/// What agrees most first, what nothing tells from a namesake last; of equals what is about fewer people.
pub(super) fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| {
        b.band
            .cmp(&a.band)
            .then((a.alike() > 0).cmp(&(b.alike() > 0)))
            .then(b.bits.total_cmp(&a.bits))
            .then(a.people.cmp(&b.people))
            .then_with(|| {
                let path = |hit: &Hit| hit.places.first().map(|place| place.path.clone());
                path(a).cmp(&path(b))
            })
    });
}
