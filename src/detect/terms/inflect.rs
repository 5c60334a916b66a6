//! The other ways a term is written: plural, American spelling, hyphen for space, apostrophe left out.
//!
//! Called once at load for each term that is not marked exact. What it makes need not be English: a form that nobody
//! writes matches nothing. What it must not make is another word, so verbs are not conjugated; lists hold their forms.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// British to American, as parts of words. Both ways of a list are not kept: lists are written in British spelling.
const AMERICAN: &[(&str, &str)] = &[
    ("haem", "hem"),
    ("aemia", "emia"),
    ("aemic", "emic"),
    ("oedema", "edema"),
    ("oesoph", "esoph"),
    ("rrhoea", "rrhea"),
    ("foet", "fet"),
    ("paed", "ped"),
    ("anaesth", "anesth"),
    ("gynaec", "gynec"),
    ("ischaem", "ischem"),
    ("caesar", "cesar"),
    ("faec", "fec"),
    ("coelia", "celia"),
    ("oestro", "estro"),
    ("dyspnoea", "dyspnea"),
    ("apnoea", "apnea"),
    ("orthopaed", "orthoped"),
    ("caecum", "cecum"),
    ("tumour", "tumor"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("favour", "favor"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("sulph", "sulf"),
    ("isation", "ization"),
    ("ised", "ized"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("licence", "license"),
    ("programme", "program"),
    ("counsell", "counsel"),
    ("enrolment", "enrollment"),
    ("grey", "gray"),
    ("mould", "mold"),
    ("neighbour", "neighbor"),
];

/// All forms of a term in lower case, itself first. Hyphens become spaces, as the engine takes either.
pub fn forms(term: &str, exact: bool) -> Vec<String> {
    let mut all = vec![fold(term)];
    if exact {
        return all;
    }
    let base = all[0].clone();
    if let Some(american) = american(&base) {
        all.push(american);
    }
    for at in 0..all.len() {
        let form = all[at].clone();
        // parkinson's, parkinsons, parkinson; children's keeps its apostrophe.
        if form.contains("'s ") || form.ends_with("'s") {
            all.push(form.replace("'s", "s"));
            all.push(form.replace("'s", ""));
        }
        if let Some(plural) = plural(&form) {
            all.push(plural);
        }
    }
    for at in (1..all.len()).rev() {
        if all[..at].contains(&all[at]) {
            all.remove(at);
        }
    }
    all
}

/// Lower case, hyphens to spaces.
pub fn fold(term: &str) -> String {
    let mut out = String::with_capacity(term.len());
    for c in term.chars() {
        let c = if c == '-' {
            ' '
        } else {
            c.to_ascii_lowercase()
        };
        if c == ' ' && (out.ends_with(' ') || out.is_empty()) {
            continue;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out
}

fn american(term: &str) -> Option<String> {
    static BRITISH: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(AMERICAN.iter().map(|(from, _)| from)).ok());
    // One look tells most terms that none of the parts is in them.
    if BRITISH.as_ref().is_some_and(|parts| !parts.is_match(term)) {
        return None;
    }
    let mut out = term.to_owned();
    for (from, to) in AMERICAN {
        if out.contains(from) {
            out = out.replace(from, to);
        }
    }
    (out != term).then_some(out)
}

/// The plural of the last word, where it looks like a noun that has one.
fn plural(term: &str) -> Option<String> {
    let last = term.rsplit(' ').next().unwrap_or(term);
    if last.len() < 4 || !last.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let stem = &term[..term.len() - 1];
    Some(match last.as_bytes()[last.len() - 1] {
        b's' if last.ends_with("sis") => format!("{}es", &term[..term.len() - 2]),
        b's' | b'z' | b'x' => return None,
        b'y' if !matches!(last.as_bytes()[last.len() - 2], b'a' | b'e' | b'o' | b'u') => {
            format!("{stem}ies")
        }
        b'h' if last.ends_with("ch") || last.ends_with("sh") => format!("{term}es"),
        _ if last.ends_with("ing") || last.ends_with("ed") || last.ends_with("ic") => return None,
        _ => format!("{term}s"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_as_people_write_it() {
        for (term, form) in [
            ("coeliac disease", "celiac disease"),
            ("leukaemia", "leukemias"),
            ("Parkinson's disease", "parkinsons disease"),
            ("Parkinson's disease", "parkinson disease"),
            ("non-small-cell lung cancer", "non small cell lung cancers"),
            ("pregnancy", "pregnancies"),
            ("diagnosis", "diagnoses"),
            ("self-harm", "self harm"),
        ] {
            assert!(
                forms(term, false).iter().any(|f| f == form),
                "{term}: {:?}",
                forms(term, false)
            );
        }
        assert_eq!(forms("A&E", true), ["a&e"]);
        assert_eq!(forms("stress", false), ["stress"]);
    }
}
