//! The answer of a look-up, on a terminal and as JSON.

use std::io::Write;

use serde::Serialize;

use super::{FindArgs, Seen};
use crate::{
    cli::terminal,
    find::{Answer, Hit, Reason, Who},
    report::text,
    request::passage::{State, Verified},
};

/// The answer with what is known of its documents as they are now.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    /// Folders that are not there, or were scanned too long ago, in words.
    standing: &'a [String],
    /// Of each hit, in the order of the hits, its places as they are now.
    now: &'a [Vec<State>],
    /// Of each hit what it says, read again; empty without --verify.
    verified: &'a [Verified],
}

/// The answer for machines, one JSON object.
pub(super) fn json(answer: &Answer, seen: &Seen, out: &mut impl Write) -> std::io::Result<()> {
    let whole = Whole {
        answer,
        standing: &seen.standing,
        now: &seen.states,
        verified: &seen.verified,
    };
    serde_json::to_writer(&mut *out, &whole).map_err(std::io::Error::from)?;
    writeln!(out)
}

/// The answer for people.
pub(super) fn text(
    answer: &Answer,
    seen: &Seen,
    args: &FindArgs,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let most = args.most;
    for warning in answer.warnings.iter().chain(&seen.standing) {
        terminal::complain(&format!("domesday: {}", text::terminal(warning)));
    }
    for (n, hit) in answer.hits.iter().enumerate() {
        let states = seen.states.get(n).map_or(&[][..], Vec::as_slice);
        document(hit, states, seen.verified.get(n), out)?;
    }
    if answer.hits.is_empty() {
        writeln!(out, "Nothing was found.")?;
    } else {
        writeln!(
            out,
            "{}{}",
            text::plural(answer.hits.len() as u64, "document", "documents"),
            match answer.more {
                0 => String::new(),
                more => format!(" shown, {} more agree less: see --most", text::number(more)),
            }
        )?;
    }
    let undecided = answer.hits.iter().filter(|hit| hit.alike() > 0).count();
    if undecided > 0 {
        writeln!(
            out,
            "{undecided} undecided: the name alone, which is somebody else's here too; read before use, or give one more identifier"
        )?;
    }
    told_apart(answer, most, out)?;
    offers(answer, out)?;
    let (documents, members) = answer.unread;
    if documents + members > 0 {
        writeln!(
            out,
            "{} could not be read by any scan, and may hold the person unseen: `domesday report coverage`",
            text::plural(documents + members, "document", "documents")
        )?;
    }
    if answer.scanned_at.is_none() {
        writeln!(
            out,
            "No scan has been completed: there is more than this inventory knows"
        )?;
    }
    if args.live.is_none() {
        for root in answer.roots.iter().filter(|root| root.walked_at.is_some()) {
            let path = root.path.display();
            let at = text::moment(root.walked_at.unwrap_or(0), &jiff::tz::TimeZone::system());
            writeln!(out, "{} as of the scan of {at}", text::terminal(&path))?;
        }
    }
    Ok(())
}

/// People who could be mistaken for the person: one line a document and kind.
fn told_apart(answer: &Answer, most: usize, out: &mut impl Write) -> std::io::Result<()> {
    if answer.confusable.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nTold apart from the person:")?;
    let mut lines: Vec<String> = Vec::new();
    for other in &answer.confusable {
        let who = match other.who {
            Who::Namesake => "namesake",
            Who::Relative => "household",
            Who::Conflict => "conflict",
        };
        let Some(place) = other.places.first() else {
            continue;
        };
        let line = format!(
            "{who:<9} {}: {}",
            text::terminal(&place.path.display()),
            other.words
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.sort();
    for line in lines.iter().take(most) {
        writeln!(out, "{line}")?;
    }
    if lines.len() > most {
        writeln!(
            out,
            "and {} more",
            text::number((lines.len() - most) as u64)
        )?;
    }
    Ok(())
}

/// Identifiers told of that are not asked for.
const OFFERS: usize = 20;

fn offers(answer: &Answer, out: &mut impl Write) -> std::io::Result<()> {
    if answer.offers.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nBeside the person's, not asked for (search them too with --expand ID):"
    )?;
    for offer in answer.offers.iter().take(OFFERS) {
        writeln!(
            out,
            "{:<32} {} in {}, by {}{}",
            offer.id,
            text::terminal(&offer.preview),
            text::plural(offer.documents, "document", "documents"),
            text::terminal(&offer.chain.join(", then ")),
            if offer.searched { " (searched)" } else { "" }
        )?;
    }
    if answer.offers.len() > OFFERS {
        writeln!(out, "and {} more: see --json", answer.offers.len() - OFFERS)?;
    }
    writeln!(out)
}

fn document(
    hit: &Hit,
    states: &[State],
    verified: Option<&Verified>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    for (n, place) in hit.places.iter().enumerate() {
        writeln!(
            out,
            "{:<9} {}{}",
            match n {
                0 if hit.alike() > 0 => "undecided",
                0 => hit.band.name(),
                _ => "copy",
            },
            text::terminal(&place.path.display()),
            match states.get(n).and_then(State::words) {
                Some(words) => format!(" ({})", text::terminal(&words)),
                None => String::new(),
            }
        )?;
    }
    if let Some(place) = hit.places.first() {
        let owner = match place.owner.is_empty() {
            true => "unknown".to_owned(),
            false => text::terminal(&place.owner).into_owned(),
        };
        let changed = place.modified.map_or_else(String::new, |at| {
            let at = text::moment(at / 1_000_000, &jiff::tz::TimeZone::system());
            format!(", last changed {at}")
        });
        writeln!(out, "          owner {owner}{changed}")?;
    }
    for mention in hit.mentions.iter().take(MENTIONS) {
        for note in &mention.notes {
            writeln!(out, "          ({note})")?;
        }
        for reason in &mention.reasons {
            reason_line(&mention.part.chain.to_string(), reason, out)?;
        }
    }
    if let Some(verified) = verified {
        read_again(verified, hit, out)?;
    }
    writeln!(out)
}

/// What the document says, read again.
fn read_again(verified: &Verified, hit: &Hit, out: &mut impl Write) -> std::io::Result<()> {
    if let Some(words) = verified.state.words() {
        writeln!(out, "          read again: {}", text::terminal(&words))?;
    }
    for passage in &verified.passages {
        let part = match passage.part.is_empty() {
            true => String::new(),
            false => format!("{}: ", passage.part),
        };
        writeln!(
            out,
            "          {} | {}",
            text::terminal(&format!("{part}{}", passage.location)),
            text::terminal(&passage.text)
        )?;
    }
    if verified.more > 0 {
        writeln!(
            out,
            "          and {} more",
            text::plural(verified.more as u64, "passage", "passages")
        )?;
    }
    let in_text = hit.mentions.iter().any(|mention| !mention.part.in_name);
    if verified.passages.is_empty() && matches!(verified.state, State::Same | State::Changed) {
        let words = match in_text {
            true => "read again: nothing of the person is found there now",
            false => "the name of the file alone speaks of the person",
        };
        writeln!(out, "          {words}")?;
    }
    Ok(())
}

/// Mentions told per document.
const MENTIONS: usize = 5;

/// Locations told per reason.
const LOCATIONS: usize = 10;

fn reason_line(parts: &str, reason: &Reason, out: &mut impl Write) -> std::io::Result<()> {
    let mut place = String::new();
    if !parts.is_empty() {
        place.push_str(parts);
        place.push_str(": ");
    }
    let told = reason.locations.iter().take(LOCATIONS);
    let told: Vec<String> = told.map(ToString::to_string).collect();
    place.push_str(&told.join(", "));
    let more = reason.count.saturating_sub(told.len() as u64);
    if more > 0 {
        place.push_str(&format!(", {} more", text::number(more)));
    }
    writeln!(
        out,
        "          {} {} ({}, {}): {}",
        reason.kind,
        reason.words,
        reason.rule,
        reason.level.name(),
        text::terminal(&place)
    )
}
