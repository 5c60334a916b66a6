//! Postcodes of the United Kingdom, the Crown dependencies and the overseas territories.

use super::{Alone, Compact, Facts, Verdict};
use crate::model::Level;

/// The 124 postcode areas, the Crown dependencies among them, and BF (forces) and BX (non-geographic).
const AREAS: &str = "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN \
     EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG \
     NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW \
     UB W WA WC WD WF WN WR WS WV YO ZE";

/// Territories with one postcode each: four letters and `1ZZ`.
const TERRITORIES: &[&[u8]] = &[
    b"AI", b"ASCN", b"STHL", b"TDCU", b"BBND", b"BIQQ", b"FIQQ", b"PCRN", b"SIQQ", b"TKCA", b"GX11",
];

/// Areas whose districts may end in a letter after one digit (`W1A`); two-letter areas with a letter after the digit are
/// those of central London.
const LETTERED: &[&[u8]] = &[
    b"W1", b"E1W", b"N1", b"N1C", b"N1P", b"NW1W", b"SE1P", b"EC1", b"EC2", b"EC3", b"EC4", b"SW1",
    b"WC1", b"WC2",
];

/// Postcode: an area of Royal Mail, a district, an inward code whose letters are none of C I K M O V. The shape is
/// A9, A99, AA9, AA99, A9A or AA9A, then 9AA. Capitals with the space stand at medium, in one at low, lower case under
/// context only.
pub fn postcode(text: &str, _: &Facts) -> Verdict {
    let Some(value) = Compact::of(text) else {
        return Verdict::REJECT;
    };
    if !right(&value, lettered) {
        // A letter ends the districts of central London only: anywhere else a word, or an address before it, must say
        // that it is meant for one.
        let could = right(&value, could_be_lettered) && text.contains(' ');
        return match could && !text.bytes().any(|b| b.is_ascii_lowercase()) {
            true => Verdict::SHAPE
                .alone(Alone::At(Level::Low))
                .cap(Level::Medium),
            false => Verdict::REJECT,
        };
    }
    Verdict::SHAPE.alone(if text.bytes().any(|b| b.is_ascii_lowercase()) {
        Alone::Never
    } else if text.contains(' ') {
        Alone::At(Level::Medium)
    } else {
        Alone::At(Level::Low)
    })
}

/// What stands right behind a label that says so: the shape with any letters, as people mistype them.
pub fn postcode_named(text: &str, _: &Facts) -> Verdict {
    let shaped = |value: &[u8]| match value {
        [area, district @ .., a, b, c] => {
            (1..=3).contains(&district.len())
                && area.is_ascii_alphabetic()
                && district.iter().any(u8::is_ascii_digit)
                && a.is_ascii_digit()
                && b.is_ascii_alphabetic()
                && c.is_ascii_alphabetic()
        }
        _ => false,
    };
    match Compact::of(text).is_some_and(|value| shaped(&value)) {
        true => Verdict::SHAPE.cap(Level::Medium),
        false => Verdict::REJECT,
    }
}

/// `ends_in_letter` tells which districts end in a letter.
fn right(value: &[u8], ends_in_letter: fn(&[u8]) -> bool) -> bool {
    if value == b"GIR0AA" {
        return true;
    }
    if !(5..=7).contains(&value.len()) {
        return false;
    }
    let (outward, inward) = value.split_at(value.len() - 3);
    if inward == b"1ZZ" && TERRITORIES.contains(&outward) {
        return true;
    }
    let letter = |b: u8| b.is_ascii_uppercase() && !b"CIKMOV".contains(&b);
    if !inward[0].is_ascii_digit() || !letter(inward[1]) || !letter(inward[2]) {
        return false;
    }
    let letters = outward
        .iter()
        .take_while(|b| b.is_ascii_uppercase())
        .count();
    let (area, district) = outward.split_at(letters);
    let shape = match district {
        [d] => d.is_ascii_digit(),
        [d, e] if e.is_ascii_digit() => d.is_ascii_digit() && *d != b'0',
        [d, e] => d.is_ascii_digit() && e.is_ascii_uppercase() && ends_in_letter(outward),
        _ => false,
    };
    shape && known(area)
}

/// The areas as bits: by first letter, one for each second letter, the last for none.
static KNOWN: [u32; 26] = {
    let mut known = [0; 26];
    let areas = AREAS.as_bytes();
    let mut at = 0;
    while at < areas.len() {
        let first = (areas[at] - b'A') as usize;
        at += 1;
        let mut second = 26;
        if at < areas.len() && areas[at] != b' ' {
            second = areas[at] - b'A';
            at += 1;
        }
        known[first] |= 1 << second;
        while at < areas.len() && areas[at] == b' ' {
            at += 1;
        }
    }
    known
};

fn known(area: &[u8]) -> bool {
    let (first, second) = match area {
        [first] => (*first, 26),
        [first, second] => (*first, second.wrapping_sub(b'A')),
        _ => return false,
    };
    let bits = KNOWN.get(usize::from(first.wrapping_sub(b'A')));
    second <= 26 && bits.is_some_and(|bits| bits & (1 << second) != 0)
}

/// The letters that Royal Mail uses as the third of an outward code, and as the fourth.
fn could_be_lettered(outward: &[u8]) -> bool {
    match outward {
        [_, _, last] => b"ABCDEFGHJKPSTUW".contains(last),
        [_, _, _, last] => b"ABEHMNPRVWXY".contains(last),
        _ => false,
    }
}

fn lettered(outward: &[u8]) -> bool {
    LETTERED.iter().any(|head| {
        // `E1W` is the whole district; `W1` stands for W1A to W1W.
        if head.last().is_some_and(u8::is_ascii_digit) {
            outward.len() == head.len() + 1 && outward.starts_with(head)
        } else {
            outward == *head
        }
    })
}

/// Upper case with one space before the inward code.
pub fn postcode_normal(text: &str, facts: &Facts) -> String {
    let value = super::compact(text, facts);
    match value.len().checked_sub(3) {
        Some(at) => format!("{} {}", &value[..at], &value[at..]),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Reject, Shape};
    use super::*;

    #[test]
    fn every_area_is_known_and_nothing_else() {
        let listed: Vec<&str> = AREAS.split_ascii_whitespace().collect();
        assert_eq!(listed.len(), 126);
        for first in b'A'..=b'Z' {
            let one = char::from(first).to_string();
            assert_eq!(known(one.as_bytes()), listed.contains(&one.as_str()));
            for second in b'A'..=b'Z' {
                let two = format!("{one}{}", char::from(second));
                assert_eq!(
                    known(two.as_bytes()),
                    listed.contains(&two.as_str()),
                    "{two}"
                );
            }
        }
        assert!(!known(b"") && !known(b"A[") && !known(b"ABC"));
    }

    #[test]
    fn areas_districts_and_inward_letters() {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        for (text, alone) in [
            ("SW1A 1AA", Alone::At(Level::Medium)),
            ("M1 1AE", Alone::At(Level::Medium)),
            ("CR2 6XH", Alone::At(Level::Medium)),
            ("EC1A 1BB", Alone::At(Level::Medium)),
            ("B33 8TH", Alone::At(Level::Medium)),
            ("DN55 1PT", Alone::At(Level::Medium)),
            ("GIR 0AA", Alone::At(Level::Medium)),
            ("W1A 0AX", Alone::At(Level::Medium)),
            ("E1W 1AA", Alone::At(Level::Medium)),
            ("NW1W 9AA", Alone::At(Level::Medium)),
            ("JE2 3AB", Alone::At(Level::Medium)),
            ("FIQQ 1ZZ", Alone::At(Level::Medium)),
            ("LS12AB", Alone::At(Level::Low)),
            ("LS1A 1AA", Alone::At(Level::Low)),
            ("ls12ab", Alone::Never),
        ] {
            let verdict = postcode(text, &facts);
            assert_eq!((verdict.kind, verdict.alone), (Shape, alone), "{text}");
        }
        for (text, kind) in [("IP1R 5TL", Shape), ("Street", Reject)] {
            assert_eq!(postcode_named(text, &facts).kind, kind, "{text}");
        }
        for text in [
            "QA1 1AA", "M1 1CA", "XA1 1AA", "A1 4AA", "ZZ9 9ZZ", "3D 1AA", "AB1 2C", "LS1A1AA",
            "LS1C 1AA", "M01 1AA", "SW1A1",
        ] {
            assert_eq!(postcode(text, &facts).kind, Reject, "{text}");
        }
        assert_eq!(postcode_normal("sw1a1aa", &facts), "SW1A 1AA");
        assert_eq!(AREAS.split(' ').count(), 124 + 2);
    }
}
