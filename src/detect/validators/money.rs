//! Amounts of money.

use super::{Facts, Verdict};

/// Pounds and pence of an amount (`£24,500`, `GBP 1 824.55`, `24.5k`), or `None` when it is none or nought.
fn pence(text: &str) -> Option<u64> {
    let mut whole = 0_u64;
    let mut digits = 0;
    let mut after = None;
    let mut thousand = false;
    for c in text.chars() {
        match (c, after) {
            ('0'..='9', None) => {
                digits += 1;
                whole = whole
                    .checked_mul(10)?
                    .checked_add(u64::from(c as u32 - '0' as u32))?;
            }
            ('0'..='9', Some((value, count))) => {
                if count == 2 {
                    return None;
                }
                after = Some((10 * value + u64::from(c as u32 - '0' as u32), count + 1));
            }
            ('.', None) if digits > 0 => after = Some((0, 0)),
            (',' | ' ' | '£' | '-', _) => {}
            ('k' | 'K', _) if digits > 0 => thousand = true,
            (c, _) if c.is_ascii_alphabetic() && digits == 0 => {}
            _ => return None,
        }
    }
    let pence = match after {
        Some((value, 1)) => 10 * value,
        Some((value, _)) => value,
        None => 0,
    };
    let total = whole.checked_mul(100)?.checked_add(pence)?;
    let total = if thousand {
        total.checked_mul(1000)?
    } else {
        total
    };
    (digits > 0 && digits <= 9 && total > 0).then_some(total)
}

/// An amount in pounds; what it is for, context tells.
pub fn amount(text: &str, _: &Facts) -> Verdict {
    match pence(text) {
        Some(_) => Verdict::SHAPE,
        None => Verdict::REJECT,
    }
}

/// `GBP 24500.00`.
pub fn amount_normal(text: &str, _: &Facts) -> String {
    pence(text).map_or_else(
        || text.to_owned(),
        |pence| format!("GBP {}.{:02}", pence / 100, pence % 100),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Kind::Reject;
    use super::*;

    #[test]
    fn amounts() {
        let facts = Facts::on(jiff::civil::date(2026, 6, 15));
        for (text, normal) in [
            ("£24,500", "GBP 24500.00"),
            ("£1,824.55", "GBP 1824.55"),
            ("GBP 612", "GBP 612.00"),
            ("£11.9", "GBP 11.90"),
            ("£24.5k", "GBP 24500.00"),
            ("£ 18k", "GBP 18000.00"),
        ] {
            assert_eq!(amount_normal(text, &facts), normal);
        }
        for text in ["£0.00", "£", "£1.234", "GBP"] {
            assert_eq!(amount(text, &facts).kind, Reject, "{text}");
        }
    }
}
