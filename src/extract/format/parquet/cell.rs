//! A value as a person sees it: days and times as such, amounts with their point, text in its character set.

use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical},
    schema::types::ColumnDescriptor,
};

use crate::extract::{decode, moment};

/// What the values of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As they are.
    Plain,
    /// Whole numbers without a sign, of so many bits.
    Unsigned(u32),
    /// Days since 1970.
    Day,
    /// So many of these make a second, since midnight.
    Clock(i64),
    /// So many of these make a second, since 1970.
    Moment(i64),
    /// Whole numbers with the point before so many digits.
    Amount(u32),
    /// Sixteen bytes written in hexadecimal groups.
    Uuid,
    /// Bytes that are text.
    Text,
    /// Bytes that may be text or a document.
    Bytes,
    /// Bytes that say nothing to a person.
    Nothing,
}

/// How many of a unit make a second.
fn per_second(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

impl Kind {
    /// What a column says of itself.
    pub fn of(column: &ColumnDescriptor) -> Kind {
        let scale = u32::try_from(column.type_scale()).unwrap_or(0);
        match column.logical_type_ref() {
            Some(LogicalType::Date) => return Kind::Day,
            Some(LogicalType::Time(time)) => return Kind::Clock(per_second(&time.unit)),
            Some(LogicalType::Timestamp(time)) => return Kind::Moment(per_second(&time.unit)),
            Some(LogicalType::Decimal(decimal)) => {
                return Kind::Amount(u32::try_from(decimal.scale).unwrap_or(0));
            }
            Some(LogicalType::Uuid) => return Kind::Uuid,
            Some(LogicalType::Float16) => return Kind::Nothing,
            _ => {}
        }
        match column.converted_type() {
            ConvertedType::UINT_8 => Kind::Unsigned(8),
            ConvertedType::UINT_16 => Kind::Unsigned(16),
            ConvertedType::UINT_32 => Kind::Unsigned(32),
            ConvertedType::UINT_64 => Kind::Unsigned(64),
            ConvertedType::DATE => Kind::Day,
            ConvertedType::TIME_MILLIS => Kind::Clock(1_000),
            ConvertedType::TIME_MICROS => Kind::Clock(1_000_000),
            ConvertedType::TIMESTAMP_MILLIS => Kind::Moment(1_000),
            ConvertedType::TIMESTAMP_MICROS => Kind::Moment(1_000_000),
            ConvertedType::DECIMAL => Kind::Amount(scale),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Kind::Text,
            ConvertedType::INTERVAL => Kind::Nothing,
            _ => match column.physical_type() {
                Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => Kind::Bytes,
                _ => Kind::Plain,
            },
        }
    }

    /// A whole number of a column of this kind.
    pub fn number(self, value: i64) -> String {
        match self {
            // Narrow ones are stored wider, the widest with its highest bit as the sign.
            Kind::Unsigned(64) => (value as u64).to_string(),
            Kind::Unsigned(bits) => (value as u64 & ((1 << bits) - 1)).to_string(),
            Kind::Day => {
                moment::day(value).map_or_else(|| value.to_string(), |day| day.to_string())
            }
            Kind::Clock(unit) => moment::clock(value.div_euclid(unit)),
            Kind::Moment(unit) => moment(value, unit),
            Kind::Amount(scale) => amount(i128::from(value), scale),
            _ => value.to_string(),
        }
    }

    /// Bytes of a column of this kind.
    pub fn bytes(self, value: &[u8]) -> String {
        match self {
            Kind::Amount(scale) if value.len() <= 16 => {
                let negative = value.first().is_some_and(|&b| b >= 0x80);
                let mut whole = [if negative { 0xff } else { 0 }; 16];
                whole[16 - value.len()..].copy_from_slice(value);
                amount(i128::from_be_bytes(whole), scale)
            }
            Kind::Uuid if value.len() == 16 => {
                let mut text = String::with_capacity(36);
                for (at, byte) in value.iter().enumerate() {
                    if [4, 6, 8, 10].contains(&at) {
                        text.push('-');
                    }
                    text.push_str(&format!("{byte:02x}"));
                }
                text
            }
            Kind::Text => match std::str::from_utf8(value) {
                Ok(text) => text.to_owned(),
                Err(_) => decode::guess(value),
            },
            Kind::Bytes => match std::str::from_utf8(value) {
                Ok(text) if !text.contains('\0') => text.to_owned(),
                _ => match decode::detect(value, true) {
                    Some(charset) => decode::string(value, charset),
                    None => String::new(),
                },
            },
            _ => String::new(),
        }
    }
}

/// A count from 1970 on.
pub fn moment(value: i64, per_second: i64) -> String {
    moment::of_1970(value.div_euclid(per_second)).unwrap_or_else(|| value.to_string())
}

fn amount(value: i128, scale: u32) -> String {
    // A scale past all digits is not one.
    if scale == 0 || scale > 38 {
        return value.to_string();
    }
    let digits = format!("{:0>1$}", value.unsigned_abs(), scale as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - scale as usize);
    format!("{}{whole}.{part}", if value < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_a_person_sees_them() {
        assert_eq!(Kind::Day.number(-6880), "1951-03-02");
        assert_eq!(Kind::Moment(1000).number(-6880 * 86_400_000), "1951-03-02");
        assert_eq!(
            Kind::Moment(1_000_000_000).number(1_700_000_000_123_456_789),
            "2023-11-14 22:13:20"
        );
        assert_eq!(Kind::Clock(1000).number(47_000_500), "13:03:20");
        assert_eq!(Kind::Amount(2).number(-5), "-0.05");
        assert_eq!(Kind::Amount(2).bytes(&[0xff, 0x85]), "-1.23");
        assert_eq!(Kind::Unsigned(32).number(-1), "4294967295");
        assert_eq!(Kind::Unsigned(64).number(-1), "18446744073709551615");
        assert_eq!(Kind::Day.number(i64::MAX), i64::MAX.to_string());
        assert_eq!(
            Kind::Uuid.bytes(&[0x11; 16]),
            "11111111-1111-1111-1111-111111111111"
        );
    }
}
