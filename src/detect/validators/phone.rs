//! Telephone numbers: the United Kingdom's numbering plan, and other countries' by their code.

use super::{Alone, Facts, Verdict};
use crate::model::{Level, Status};

/// Four-digit beginnings of geographic numbers in use (Ofcom, National Telephone Numbering Plan; checked against the
/// public metadata of libphonenumber), as ranges. Of 0113 to 0118 more is opened as it is needed, so they count whole.
#[rustfmt::skip]
const AREAS: &[(u16, u16)] = &[
    (1130, 1189),
    (1200, 1200), (1202, 1202), (1204, 1218), (1223, 1229), (1233, 1237), (1239, 1239), (1241, 1246), (1248, 1250),
    (1252, 1264), (1267, 1271), (1273, 1280), (1282, 1318), (1320, 1320), (1322, 1330), (1332, 1335), (1337, 1337),
    (1339, 1344), (1346, 1350), (1352, 1364), (1366, 1369), (1371, 1373), (1375, 1377), (1379, 1384), (1386, 1389),
    (1392, 1395), (1397, 1398), (1400, 1400), (1403, 1420), (1422, 1425), (1427, 1440), (1442, 1446), (1449, 1458),
    (1460, 1467), (1469, 1485), (1487, 1497), (1499, 1499), (1501, 1503), (1505, 1520), (1522, 1522),
    (1524, 1531), (1534, 1536), (1538, 1540), (1542, 1550), (1553, 1573), (1575, 1584), (1586, 1586), (1588, 1588),
    (1590, 1595), (1597, 1600), (1603, 1604), (1606, 1606), (1608, 1623), (1624, 1626), (1628, 1639), (1641, 1644),
    (1646, 1647), (1650, 1656), (1659, 1659), (1661, 1661), (1663, 1678), (1680, 1681), (1683, 1692), (1694, 1695),
    (1697, 1698), (1700, 1700), (1702, 1702), (1704, 1704), (1706, 1709), (1720, 1730), (1732, 1733), (1736, 1738),
    (1740, 1740), (1743, 1754), (1756, 1761), (1763, 1773), (1775, 1780), (1782, 1782), (1784, 1790), (1792, 1799),
    (1803, 1803), (1805, 1809), (1821, 1825), (1827, 1830), (1832, 1835), (1837, 1838), (1840, 1845), (1847, 1848),
    (1851, 1852), (1854, 1859), (1862, 1866), (1869, 1880), (1882, 1890), (1892, 1892), (1895, 1896), (1899, 1900),
    (1902, 1905), (1908, 1920), (1922, 1926), (1928, 1929), (1931, 1935), (1937, 1939), (1942, 1955), (1957, 1957),
    (1959, 1959), (1962, 1964), (1967, 1972), (1974, 1975), (1977, 1978), (1980, 1989), (1992, 1995), (1997, 1997),
];

/// Areas that still have numbers one digit shorter.
#[rustfmt::skip]
const SHORT_AREAS: &[u16] = &[
    1204, 1208, 1254, 1276, 1297, 1298, 1363, 1364, 1384, 1386, 1404, 1420, 1460, 1461, 1480, 1488, 1524, 1527, 1562,
    1566, 1606, 1629, 1635, 1647, 1659, 1695, 1697, 1726, 1744, 1750, 1768, 1827, 1837, 1884, 1900, 1905, 1935, 1946,
    1949, 1963, 1995,
];

/// Beginnings of numbers that Ofcom keeps for drama, without the leading zero, and the one of older lists for Belfast.
const DRAMA: &[&str] = &[
    "113496", "114496", "115496", "116496", "117496", "118496", "121496", "131496", "141496",
    "151496", "161496", "207946", "191498", "2896496", "2890180", "2920180", "1632960", "7700900",
    "8081570", "9098790", "3069990",
];

/// Country codes with the lengths (code included) that numbers there have.
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "1", "20", "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229",
    "230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241", "242", "243", "244", "245", "246", "247",
    "248", "249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261", "262", "263", "264",
    "265", "266", "267", "268", "269", "27", "290", "291", "297", "298", "299", "30", "31", "32", "33", "34", "350",
    "351", "352", "353", "354", "355", "356", "357", "358", "359", "36", "370", "371", "372", "373", "374", "375",
    "376", "377", "378", "380", "381", "382", "383", "385", "386", "387", "389", "39", "40", "41", "420", "421", "423",
    "43", "45", "46", "47", "48", "49", "500", "501", "502", "503", "504", "505", "506", "507", "508", "509", "51",
    "52", "53", "54", "55", "56", "57", "58", "590", "591", "592", "593", "594", "595", "596", "597", "598", "599",
    "60", "61", "62", "63", "64", "65", "66", "670", "672", "673", "674", "675", "676", "677", "678", "679", "680",
    "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "7", "81", "82", "84", "850", "852",
    "853", "855", "856", "86", "880", "886", "90", "91", "92", "93", "94", "95", "960", "961", "962", "963", "964",
    "965", "966", "967", "968", "970", "971", "972", "973", "974", "975", "976", "977", "98", "992", "993", "994",
    "995", "996", "998",
];

/// Those of them whose numbers may be shorter than anywhere else: islands and very small states.
#[rustfmt::skip]
const SMALL: &[&str] = &[
    "247", "290", "297", "298", "299", "376", "378", "500", "508", "672", "674", "675", "676", "677", "678", "679", "680",
    "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692",
];

/// How the number was introduced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    /// `0`.
    National,
    /// `+44` or `0044`.
    International,
    /// `44` with nothing before it: it may be any number.
    Bare,
    /// No zero: a spreadsheet took it.
    Lost,
    /// `+` or `00` and another country.
    Abroad,
}

/// What sort of number it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    Mobile,
    Landline,
    /// 070 personal numbers and 056 Internet telephony.
    Personal,
    /// 03, 055, 08 and 09: an organisation's.
    Service,
    Abroad,
}

struct Parsed {
    digits: [u8; 15],
    length: usize,
    prefix: Prefix,
    plan: Plan,
}

impl Parsed {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.length]).expect("digits are ASCII")
    }
}

/// Digits of the number without the extension that may follow it.
fn parse(text: &str) -> Option<Parsed> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == ':' || c == ' ');
    let end = text
        .find(|c: char| c.is_ascii_alphabetic() || c == '#')
        .unwrap_or(text.len());
    let text = &text[..end];
    let mut all = [0_u8; 20];
    let mut length = 0;
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => {
                *all.get_mut(length)? = b;
                length += 1;
            }
            b'+' if length == 0 => {}
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'\n' | b'\r' => {}
            _ => return None,
        }
    }
    let plus = text.trim_start_matches(['(', ' ']).starts_with('+');
    let all = &all[..length];
    let (prefix, rest) = if plus || all.starts_with(b"00") {
        let rest = if plus { all } else { &all[2..] };
        match rest.strip_prefix(b"44") {
            Some(national) => (Prefix::International, national),
            // `1.2+20220123085548` is the version of a day.
            None if rest.len() == 14 && rest.starts_with(b"20") && rest[4] <= b'1' => return None,
            None => (Prefix::Abroad, rest),
        }
    } else if let Some(rest) = all.strip_prefix(b"0") {
        (Prefix::National, rest)
    } else if let (Some(rest), 11..) = (all.strip_prefix(b"44"), length) {
        (Prefix::Bare, rest)
    } else {
        (Prefix::Lost, all)
    };
    // `+44 (0)20`: the zero is for those who dial at home.
    let rest = match prefix {
        Prefix::International | Prefix::Bare => rest.strip_prefix(b"0").unwrap_or(rest),
        _ => rest,
    };
    let plan = if prefix == Prefix::Abroad {
        let least = match SMALL.iter().any(|code| rest.starts_with(code.as_bytes())) {
            true if plus => 7,
            _ => 10,
        };
        (least..=15).contains(&rest.len()).then_some(())?;
        ABROAD
            .iter()
            .any(|code| rest.starts_with(code.as_bytes()))
            .then_some(Plan::Abroad)?
    } else {
        plan(rest)?
    };
    let mut digits = [0; 15];
    digits[..rest.len()].copy_from_slice(rest);
    Some(Parsed {
        digits,
        length: rest.len(),
        prefix,
        plan,
    })
}

/// Finds a national number (no zero before it) in the numbering plan.
fn plan(number: &[u8]) -> Option<Plan> {
    let area = number
        .get(..4)?
        .iter()
        .fold(0, |n, b| 10 * n + u16::from(b - b'0'));
    let ten = number.len() == 10;
    match (number[0], number[1]) {
        (b'1', _) if ten => within(area).then_some(Plan::Landline),
        (b'1', _) if number.len() == 9 => SHORT_AREAS.contains(&area).then_some(Plan::Landline),
        (b'2', b'0' | b'3' | b'4' | b'8' | b'9') if ten => Some(Plan::Landline),
        (b'3', b'0' | b'3' | b'4' | b'7') if ten => Some(Plan::Service),
        (b'5', b'5') if ten => Some(Plan::Service),
        (b'5', b'6') | (b'7', b'0') if ten => Some(Plan::Personal),
        // 07624 is the Isle of Man; the rest of 076 are pagers.
        (b'7', b'1'..=b'5' | b'7'..=b'9') if ten => Some(Plan::Mobile),
        (b'7', b'6') if ten => number.starts_with(b"7624").then_some(Plan::Mobile),
        (b'8', b'0') if ten || number.len() == 9 => Some(Plan::Service),
        (b'8', b'4' | b'7') | (b'9', b'0' | b'1' | b'8') if ten => Some(Plan::Service),
        _ => None,
    }
}

fn within(area: u16) -> bool {
    let at = AREAS.partition_point(|(_, last)| *last < area);
    AREAS.get(at).is_some_and(|(first, _)| *first <= area)
}

/// Telephone number. Mobiles and spaced landlines stand alone at medium, +44 at high; solid landlines and a bare `44` at
/// low; a lost zero needs a label. Service numbers (03, 055, 08, 09) are an organisation's and stay low. Ofcom's drama
/// numbers are examples.
pub fn phone(text: &str, _: &Facts) -> Verdict {
    let Some(parsed) = parse(text) else {
        return Verdict::REJECT;
    };
    let number = &parsed.digits[..parsed.length];
    // A number of one digit, or nothing but zeros after the area, is a placeholder.
    if number[1..].iter().all(|d| *d == number[1]) || number.ends_with(b"000000") {
        return Verdict::REJECT;
    }
    let drama =
        parsed.plan != Plan::Abroad && DRAMA.iter().any(|head| number.starts_with(head.as_bytes()));
    // One point makes a decimal number of it: a time in seconds, a serial number.
    let point = text.matches('.').count() == 1 && !text.contains([' ', '-', '(']);
    let spaced = text.trim().contains([' ', '-', '.', ')']) && !point;
    let verdict = Verdict::SHAPE;
    let alone = match (parsed.prefix, parsed.plan) {
        // Ten digits that begin with 1 are a time in seconds as often as a landline.
        (Prefix::Lost, Plan::Landline) => {
            return verdict
                .alone(Alone::Never)
                .cap(Level::Medium)
                .example(drama);
        }
        (Prefix::Lost, _) => Alone::Never,
        (_, Plan::Service) => {
            return verdict
                .status(if drama {
                    Status::Example
                } else {
                    Status::Organisation
                })
                .cap(Level::Low)
                .alone(Alone::At(Level::Low));
        }
        (Prefix::International, _) => Alone::At(Level::High),
        (Prefix::Bare, _) => Alone::At(Level::Low),
        (_, Plan::Abroad) if text.contains('+') => Alone::At(Level::Medium),
        (_, Plan::Abroad) => Alone::Never,
        (Prefix::National, Plan::Mobile) if !point => Alone::At(Level::Medium),
        (Prefix::National, _) if spaced => Alone::At(Level::Medium),
        (Prefix::National, _) => Alone::At(Level::Low),
        (Prefix::Abroad, _) => Alone::Never,
    };
    verdict.alone(alone).example(drama)
}

/// `+44` and the national number, or `+` and the number abroad.
pub fn phone_normal(text: &str, facts: &Facts) -> String {
    match parse(text) {
        Some(parsed) if parsed.plan == Plan::Abroad => format!("+{}", parsed.text()),
        Some(parsed) => format!("+44{}", parsed.text()),
        None => super::compact(text, facts),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Reject, Shape};
    use super::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    #[test]
    fn the_numbering_plan() {
        for (text, status, alone) in [
            ("07700 900123", Status::Example, Alone::At(Level::Medium)),
            ("020 7946 0123", Status::Example, Alone::At(Level::Medium)),
            ("+44 7700 900 461", Status::Example, Alone::At(Level::High)),
            (
                "+44 (0)20 7946 0999",
                Status::Example,
                Alone::At(Level::High),
            ),
            ("07400123456", Status::Live, Alone::At(Level::Medium)),
            ("(01632) 960 123", Status::Example, Alone::At(Level::Medium)),
            ("0113 496 0555", Status::Example, Alone::At(Level::Medium)),
            ("(0115) 4960432", Status::Example, Alone::At(Level::Medium)),
            ("+44(0)1154960207", Status::Example, Alone::At(Level::High)),
            ("0044 1632 960001", Status::Example, Alone::At(Level::High)),
            ("0161-496-0000", Status::Example, Alone::At(Level::Medium)),
            ("01604123456", Status::Live, Alone::At(Level::Low)),
            ("01204 41234", Status::Live, Alone::At(Level::Medium)),
            ("447700900123", Status::Example, Alone::At(Level::Low)),
            ("7700900123", Status::Example, Alone::Never),
            ("0300 123 1234", Status::Organisation, Alone::At(Level::Low)),
            ("0845 123 4567", Status::Organisation, Alone::At(Level::Low)),
            ("07624 123456", Status::Live, Alone::At(Level::Medium)),
            ("070 1234 5678", Status::Live, Alone::At(Level::Medium)),
            ("+353 87 123 4567", Status::Live, Alone::At(Level::Medium)),
            ("00353871234567", Status::Live, Alone::Never),
            (
                "0161 496 0123 ext 45",
                Status::Example,
                Alone::At(Level::Medium),
            ),
        ] {
            let verdict = phone(text, &facts());
            assert_eq!(
                (verdict.kind, verdict.status, verdict.alone),
                (Shape, status, alone),
                "{text}"
            );
        }
        for text in [
            "0500 12",
            "07600",
            "07600 123456",
            "12345 6789",
            "00000000000",
            "01110 123456",
            "01632 96",
            "116 123",
            "999",
            "0207946012345",
            "1.2.3",
        ] {
            assert_eq!(phone(text, &facts()).kind, Reject, "{text}");
        }
    }

    #[test]
    fn every_spelling_is_one_number() {
        for text in [
            "020 7946 0999",
            "+44 (0)20 7946 0999",
            "0044 20 79460999",
            "(020) 7946-0999",
            "442079460999",
            "+44.20.7946.0999",
        ] {
            assert_eq!(phone_normal(text, &facts()), "+442079460999", "{text}");
        }
        assert_eq!(phone_normal("+353 87 123 4567", &facts()), "+353871234567");
    }

    #[test]
    fn areas_are_in_order() {
        assert!(AREAS.windows(2).all(|w| w[0].1 < w[1].0));
    }
}
