//! The machine-readable zone of travel documents (ICAO Doc 9303): passports (TD3, two lines of 44), cards (TD1, three of
//! 30), older cards (TD2, two of 36).

use jiff::civil::Date;

use super::{Alone, Compact, Facts, Inner, Verdict, travel};
use crate::model::Level;

/// Codes of Doc 9303 for people without a nationality, organisations, and the specimen's Utopia.
const SPECIAL: &[&[u8; 3]] = &[
    b"D<<", b"GBD", b"GBN", b"GBO", b"GBP", b"GBS", b"UNO", b"UNA", b"UNK", b"XXA", b"XXB", b"XXC",
    b"XXX", b"EUE", b"XOM", b"XPO", b"RKS", b"UTO", b"XBA", b"XIM", b"XCC", b"XCO", b"XEC",
];

/// The fields of a zone, of whatever size.
struct Zone {
    text: Compact,
    number: (usize, usize),
    number_check: usize,
    nationality: usize,
    born: usize,
    sex: usize,
    expires: usize,
    /// Ranges whose characters the composite check digit covers, and where it stands.
    composite: [(usize, usize); 4],
    composite_check: usize,
    names: Option<(usize, usize)>,
}

fn zone(text: &str) -> Option<Zone> {
    let text = Compact::keeping(text, |b| b.is_ascii_alphanumeric() || b == b'<')?;
    // Lower letters are no part of it; Compact has raised them, so the caller's text decides.
    let line = |start: usize, names| Zone {
        text,
        number: (start, start + 9),
        number_check: start + 9,
        nationality: start + 10,
        born: start + 13,
        sex: start + 20,
        expires: start + 21,
        composite: [
            (start, start + 10),
            (start + 13, start + 20),
            (start + 21, text.len() - 1),
            (0, 0),
        ],
        composite_check: text.len() - 1,
        names,
    };
    match text.len() {
        44 => Some(line(0, None)),
        88 => Some(line(44, Some((5, 44)))),
        72 => Some(line(36, Some((5, 36)))),
        90 => Some(Zone {
            text,
            number: (5, 14),
            number_check: 14,
            nationality: 45,
            born: 30,
            sex: 37,
            expires: 38,
            composite: [(5, 30), (30, 37), (38, 45), (48, 59)],
            composite_check: 59,
            names: Some((60, 90)),
        }),
        _ => None,
    }
}

impl Zone {
    fn value(byte: u8) -> u32 {
        match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => 0,
        }
    }

    fn sum(&self, ranges: &[(usize, usize)]) -> u32 {
        ranges
            .iter()
            .flat_map(|(from, to)| &self.text[*from..*to])
            .zip([7, 3, 1].into_iter().cycle())
            .map(|(b, weight)| Zone::value(*b) * weight)
            .sum::<u32>()
            % 10
    }

    fn holds(&self, range: (usize, usize), check: usize) -> bool {
        let check = self.text[check];
        (check.is_ascii_digit() || check == b'<') && self.sum(&[range]) == Zone::value(check)
    }

    /// Whether the fields are of their kind: dates with days that exist (or left open), a sex, a state.
    fn structured(&self, today: Date) -> bool {
        let nationality = &self.text[self.nationality..self.nationality + 3];
        let state = SPECIAL.iter().any(|s| &s[..] == nationality)
            || nationality.iter().all(u8::is_ascii_uppercase);
        let born = &self.text[self.born..self.born + 6];
        let day = |bytes: &[u8]| {
            bytes.iter().all(|b| b.is_ascii_digit() || *b == b'<')
                && (bytes.contains(&b'<')
                    || travel::yymmdd(bytes, Date::MAX).is_some_and(|d| d != [None, None]))
        };
        let open = |at: usize| self.text[at].is_ascii_digit() || self.text[at] == b'<';
        state
            && matches!(self.text[self.sex], b'M' | b'F' | b'X' | b'<')
            && day(born)
            && day(&self.text[self.expires..self.expires + 6])
            && open(self.number_check)
            && open(self.born + 6)
            && open(self.expires + 6)
            && self.born(today).is_none_or(|d| d <= today)
    }

    fn born(&self, today: Date) -> Option<Date> {
        let [last, this] = travel::yymmdd(&self.text[self.born..self.born + 6], today)?;
        this.or(last)
    }

    /// The three check digits of fields and the one over all.
    fn checks(&self) -> bool {
        let composite: &[(usize, usize)] = &self.composite;
        self.holds(self.number, self.number_check)
            && self.holds((self.born, self.born + 6), self.born + 6)
            && self.holds((self.expires, self.expires + 6), self.expires + 6)
            && self.sum(composite) == Zone::value(self.text[self.composite_check])
    }

    /// The document number; in cards a number longer than nine goes on behind `<`.
    fn number(&self) -> String {
        self.text[self.number.0..self.number.1]
            .iter()
            .filter(|b| **b != b'<')
            .map(|b| char::from(*b))
            .collect()
    }
}

/// Machine-readable zone: a whole one, or the second line of a passport. With all check digits right it needs no
/// context; otherwise it is low: whoever typed or scanned it slipped. The specimen of Doc 9303 (Utopia) is an example.
pub fn mrz(text: &str, facts: &Facts) -> Verdict {
    let Some(zone) = zone(text) else {
        return Verdict::REJECT;
    };
    if text.bytes().any(|b| b.is_ascii_lowercase()) || !zone.structured(facts.today) {
        return Verdict::REJECT;
    }
    let example = &zone.text[zone.nationality..zone.nationality + 3] == b"UTO"
        || zone.number() == "L898902C3";
    if zone.checks() {
        Verdict::PASS.alone(Alone::At(Level::High)).example(example)
    } else {
        Verdict::FAIL
            .cap(Level::Low)
            .alone(Alone::At(Level::Low))
            .example(example)
    }
}

/// The zone without line breaks and spaces.
pub fn mrz_normal(text: &str, _: &Facts) -> String {
    Compact::keeping(text, |b| b.is_ascii_alphanumeric() || b == b'<')
        .map_or_else(|| text.to_owned(), |c| c.as_str().to_owned())
}

/// Document number, name, date of birth, sex, nationality.
pub fn mrz_inner(text: &str, facts: &Facts) -> Vec<Inner> {
    let Some(zone) = zone(text) else {
        return Vec::new();
    };
    let mut inner = vec![Inner {
        what: "passport-number",
        value: zone.number(),
    }];
    if let Some((from, to)) = zone.names {
        let words = |part: &str| {
            part.split('<')
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let names = &zone.text.as_str()[from..to];
        let (surname, given) = names.split_once("<<").unwrap_or((names, ""));
        let name = format!("{} {}", words(given), words(surname));
        if !name.trim().is_empty() {
            inner.push(Inner {
                what: "person-name",
                value: name.trim().to_owned(),
            });
        }
    }
    if let Some(born) = zone.born(facts.today) {
        inner.push(Inner {
            what: "date-of-birth",
            value: born.to_string(),
        });
    }
    if let sex @ (b'M' | b'F' | b'X') = zone.text[zone.sex] {
        inner.push(Inner {
            what: "sex",
            value: char::from(sex).to_string(),
        });
    }
    let state = zone.text.as_str()[zone.nationality..zone.nationality + 3].trim_end_matches('<');
    inner.push(Inner {
        what: "nationality",
        value: state.to_owned(),
    });
    inner
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Fail, Pass, Reject};
    use super::*;
    use crate::model::Status;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    const SPECIMEN: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const CARD: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";

    #[test]
    fn passports_and_cards() {
        for (text, kind) in [
            (SPECIMEN, Pass),
            (CARD, Pass),
            ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", Pass),
            ("1234567897GBR5103032F3001019<<<<<<<<<<<<<<<4", Pass),
            ("9992287752GBR8001151M2712310<<<<<<<<<<<<<<<2", Pass),
            ("PA12345673IRL9002144X3202137<<<<<<<<<<<<<<<0", Pass),
            ("1234567897GBR5103032F3001019<<<<<<<<<<<<<<<5", Fail),
            ("L898902C36UTO7408122F", Reject),
            ("1234567897GBR5103032Z3001019<<<<<<<<<<<<<<<4", Reject),
            ("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", Reject),
        ] {
            assert_eq!(mrz(text, &facts()).kind, kind, "{text}");
        }
        assert_eq!(mrz(SPECIMEN, &facts()).status, Status::Example);
    }

    #[test]
    fn the_zone_gives_its_fields() {
        for text in [SPECIMEN, CARD] {
            let inner = mrz_inner(text, &facts());
            let get = |what: &str| {
                inner
                    .iter()
                    .find(|i| i.what == what)
                    .map(|i| i.value.as_str())
            };
            assert_eq!(get("person-name"), Some("ANNA MARIA ERIKSSON"));
            assert_eq!(get("date-of-birth"), Some("1974-08-12"));
            assert_eq!(get("sex"), Some("F"));
            assert_eq!(get("nationality"), Some("UTO"));
        }
        assert_eq!(mrz_inner(SPECIMEN, &facts())[0].value, "L898902C3");
    }
}
