//! People of the same name: what tells, of a name that stands alone, that it is the other one's.
//!
//! A look-up knows namesakes by the documents that give another birth date or number with the name. What else stands in
//! those is theirs too, and so, most likely, is a name alone where only they are at home.

use std::collections::{HashMap, HashSet};

use super::{
    band::Band,
    desk::{Other, Read, Told},
    hit::{Confusable, Hit, Who},
    identity,
};
use crate::inventory::{
    Place, Root,
    record::{DocumentId, ValueHash},
};

/// The top folder of its root that a document lies in: a service, a department. None for what lies in the root itself.
fn service(places: &[Place], roots: &[Root]) -> Option<Vec<u8>> {
    let path = &places.first()?.path.0;
    let root = roots
        .iter()
        .map(|root| root.path.0.as_slice())
        .filter(|root| path.starts_with(root))
        .max_by_key(|root| root.len())?;
    let inside = path[root.len()..]
        .strip_prefix(b"/")
        .unwrap_or(&path[root.len()..]);
    let end = inside.iter().position(|b| matches!(b, b'/' | b'\\'))?;
    Some(path[..path.len() - inside.len() + end].to_vec())
}

/// A name alone beside a number, telephone or e-mail address that is known for a namesake's is the namesake's.
pub(super) fn by_values(read: &mut [Read]) {
    let mut theirs: HashSet<ValueHash> = (read.iter().flat_map(|part| &part.others))
        .filter(|other| other.who == Who::Namesake)
        .flat_map(|other| other.values.iter().copied())
        .collect();
    for told in read.iter().flat_map(|part| &part.told) {
        if told.mention.band > Band::Possible {
            for value in &told.values {
                theirs.remove(value);
            }
        }
    }
    for part in read {
        let (apart, told): (Vec<Told>, Vec<Told>) = std::mem::take(&mut part.told)
            .into_iter()
            .partition(|told| told.name_only && told.values.iter().any(|v| theirs.contains(v)));
        part.told = told;
        part.others.extend(apart.into_iter().map(|told| {
            Other {
                who: Who::Namesake,
                words: "what stands with the name is a namesake's elsewhere".into(),
                locations: (told.mention.reasons.iter())
                    .flat_map(|reason| reason.locations.clone())
                    .collect(),
                values: told.values,
                is: None,
                name: (false, false),
            }
        }));
    }
}

/// A father and a son of one name at one address: what a household shares does not tell them apart.
pub(super) fn in_household(read: &mut [Read]) {
    let namesake = (read.iter().flat_map(|part| &part.others)).any(|o| o.who == Who::Namesake);
    if !namesake {
        return;
    }
    for told in read.iter_mut().flat_map(|part| &mut part.told) {
        if told.mention.band == Band::Certain && !told.own {
            told.mention.band = Band::Probable;
            told.mention
                .notes
                .push("somebody of the same name shares the address, telephone or e-mail".into());
        }
    }
}

/// A name alone that is known to be others' too tells nobody whose it is: it stays possible, and says so. A middle name
/// that agrees, or a name from before, is a namesake's only where it is known to be. `initial` says whether others here
/// have the surname and the initial, so that these alone are theirs as well.
pub(super) fn alike(read: &mut [Read], initial: bool) {
    // Namesakes to whom a name so far written out and agreeing may belong.
    let namesakes = |(written_out, telling): (bool, bool)| -> u64 {
        let known: HashSet<Option<ValueHash>> = (read.iter().flat_map(|part| &part.others))
            .filter(|other| other.who == Who::Namesake)
            .filter(|other| (other.name.0 || !written_out) && (other.name.1 || !telling))
            .filter(|other| other.is.is_some() || other.name.0)
            .map(|other| other.is)
            .collect();
        // Those without a date or number of their own may be those with one.
        let told = known.iter().filter(|is| is.is_some()).count() as u64;
        told.max(u64::from(!known.is_empty()))
    };
    let known: HashMap<(bool, bool), u64> =
        [(true, true), (true, false), (false, true), (false, false)]
            .into_iter()
            .map(|name| (name, namesakes(name)))
            .collect();
    for told in read.iter_mut().flat_map(|part| &mut part.told) {
        let (true, Some(name)) = (told.name_only, told.name) else {
            continue;
        };
        let known = known.get(&name).copied().unwrap_or(0);
        told.mention.alike = match name {
            (false, false) => known.max(u64::from(initial)),
            _ => known,
        };
        // By the initial alone: that is said where the name was weighed.
        if known > 0 {
            told.mention.notes.push(format!(
                "{} here; nothing in it tells whose it is",
                match known {
                    1 => "somebody else is known to have the name as it stands".to_owned(),
                    n => format!("{n} others are known to have the name as it stands"),
                }
            ));
        }
    }
}

/// From so many bits on a name alone in a service is taken for the namesake's: by their numbers of documents there, and
/// by the shares of their documents that lie there. Somebody with two documents has two by chance.
const BY_NUMBER: f64 = 3.0;
const BY_SHARE: f64 = 2.2;

/// Documents a service is thought to hold of anybody before any is seen.
const SMOOTH: f64 = 0.5;

/// A name alone, in a service where the namesake is at home and the person is not, is the namesake's; and so is one
/// beside another address, where the name is known to be another's too. How much a service tells is the ratio of what
/// the two have in it, with a little added to each for what was not seen.
pub(super) fn by_service(hits: &mut Vec<Hit>, confusable: &mut Vec<Confusable>, roots: &[Root]) {
    let mut theirs: HashMap<Vec<u8>, HashSet<DocumentId>> = HashMap::new();
    for other in confusable.iter().filter(|c| c.who == Who::Namesake) {
        if let (Some(service), Some(place)) = (service(&other.places, roots), other.places.first())
        {
            theirs.entry(service).or_default().insert(place.document);
        }
    }
    if theirs.is_empty() {
        return;
    }
    let mut ours: HashMap<Vec<u8>, usize> = HashMap::new();
    for hit in hits.iter().filter(|hit| hit.band > Band::Possible) {
        if let Some(service) = service(&hit.places, roots) {
            *ours.entry(service).or_default() += 1;
        }
    }
    let services: HashSet<&Vec<u8>> = ours.keys().chain(theirs.keys()).collect();
    let spread = SMOOTH * (services.len() + 1) as f64;
    let (all_ours, all_theirs) = (
        ours.values().sum::<usize>() as f64,
        theirs.values().map(HashSet::len).sum::<usize>() as f64,
    );
    let theirs_alone = |service: &Vec<u8>| {
        let our = ours.get(service).copied().unwrap_or(0) as f64;
        let their = theirs.get(service).map_or(0, HashSet::len) as f64;
        let numbers = ((their + SMOOTH) / (our + SMOOTH)).log2();
        let shares = (their + SMOOTH) / (all_theirs + spread) * (all_ours + spread);
        let shares = (shares / (our + SMOOTH)).log2();
        numbers >= BY_NUMBER || their > 1.0 && shares >= BY_SHARE
    };
    hits.retain(|hit| {
        let name_only = hit.band == Band::Possible
            && (hit.reasons())
                .all(|reason| reason.kind == identity::NAME_KIND || reason.bits < 0.0);
        let elsewhere = hit.reasons().filter(|reason| reason.bits < 0.0).count() > 1;
        let told = service(&hit.places, roots).is_some_and(|s| theirs_alone(&s));
        let apart = name_only && (told || elsewhere);
        if apart && let Some(mention) = hit.mentions.first() {
            confusable.push(Confusable {
                who: Who::Namesake,
                words: match elsewhere {
                    true => "another address, and the name is also somebody else's".into(),
                    false => "in this service the name is somebody else's".into(),
                },
                places: hit.places.clone(),
                part: mention.part.clone(),
                locations: mention
                    .reasons
                    .iter()
                    .flat_map(|reason| reason.locations.clone())
                    .collect(),
            });
        }
        !apart
    });
}
