//! dBase, FoxPro and Clipper tables: rows under their fields' names, the deleted ones too: they are still there.

use std::io::{BufReader, Read};

use crate::extract::{
    ExtractError, Format, Guard, Look, Source,
    compose::Rows,
    decode::{self, Charset},
    sniff::{LIKELY, NO, SURE},
};

/// dBase.
pub struct Dbf;

impl Format for Dbf {
    fn name(&self) -> &'static str {
        "dbf"
    }

    fn version(&self) -> u32 {
        1
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["dbf"]
    }

    fn about(&self) -> &'static str {
        "dBase and FoxPro tables: rows under their fields' names, deleted rows too"
    }

    fn sniff(&self, look: &Look<'_>) -> u8 {
        if !look.magic.is_empty() || fields(look.head).is_none() {
            NO
        } else if look.named(self.extensions()) {
            SURE
        } else {
            LIKELY
        }
    }

    fn extract(&self, source: &mut Source<'_>, out: &mut Guard<'_>) -> Result<(), ExtractError> {
        let broken = || ExtractError::corrupt("its dBase header contradicts itself");
        let head = source.head()?;
        let (fields, start, length) = fields(head).ok_or_else(broken)?;
        let charset = charset(head[29]);
        let stem = out.name().rsplit(['/', '\\']).next().unwrap_or("");
        let name = stem.split('.').next().unwrap_or("").to_owned();
        let mut rows = Rows::new(&name);
        rows.headings(fields.iter().map(|f| f.name.as_str().into()).collect(), out)?;
        let mut reader = BufReader::with_capacity(64 << 10, source);
        std::io::copy(&mut (&mut reader).take(start), &mut std::io::sink())?;
        let mut record = vec![0; length];
        let mut number = 0;
        while let Some(whole) = fill(&mut reader, &mut record)? {
            // The mark at the end of the file.
            if record[0] == 0x1a {
                break;
            }
            if !whole {
                out.problem("its last row is cut");
                break;
            }
            number += 1;
            rows.row(number, out)?;
            let mut at = 1;
            for field in &fields {
                let cell = &record[at..at + field.length];
                at += field.length;
                rows.cell(&field.text(cell, charset));
            }
        }
        rows.finish(out)
    }
}

/// Reads a record; whether it was whole, and nothing at the end.
fn fill(reader: &mut impl Read, record: &mut [u8]) -> Result<Option<bool>, ExtractError> {
    let mut at = 0;
    while at < record.len() {
        match reader.read(&mut record[at..])? {
            0 => return Ok((at > 0).then_some(false)),
            n => at += n,
        }
    }
    Ok(Some(true))
}

struct Field {
    name: String,
    kind: u8,
    length: usize,
}

impl Field {
    fn text(&self, cell: &[u8], charset: Option<Charset>) -> String {
        match (self.kind, cell.len()) {
            // FoxPro's binary integer.
            (b'I', 4) => i32::from_le_bytes([cell[0], cell[1], cell[2], cell[3]]).to_string(),
            (b'D', 8) if cell.iter().all(u8::is_ascii_digit) => {
                let date = String::from_utf8_lossy(cell);
                format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
            }
            _ => {
                let text = match charset {
                    Some(charset) => decode::string(cell, charset),
                    None => decode::guess(cell),
                };
                text.trim_matches([' ', '\0']).to_owned()
            }
        }
    }
}

/// The fields, where the rows start, and their length; nothing when this is no dBase table.
fn fields(head: &[u8]) -> Option<(Vec<Field>, u64, usize)> {
    const VERSIONS: &[u8] = &[
        0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8b, 0xcb, 0xf5, 0xfb,
    ];
    let fixed = head.get(..32)?;
    let month_and_day = (1..=12).contains(&fixed[2]) && (1..=31).contains(&fixed[3]);
    if !VERSIONS.contains(&fixed[0]) || !(month_and_day || fixed[1..4] == [0; 3]) {
        return None;
    }
    let start = usize::from(u16::from_le_bytes([fixed[8], fixed[9]]));
    let length = usize::from(u16::from_le_bytes([fixed[10], fixed[11]]));
    let mut fields = Vec::new();
    let mut at = 32;
    let mut sum = 1;
    while *head.get(at)? != 0x0d {
        let field = head.get(at..at + 32)?;
        let name: Vec<u8> = field[..11]
            .iter()
            .copied()
            .take_while(|&b| b != 0)
            .collect();
        let width = if field[11] == b'C' {
            usize::from(u16::from_le_bytes([field[16], field[17]]))
        } else {
            usize::from(field[16])
        };
        if name.is_empty() || !field[11].is_ascii_uppercase() && !b"@+0".contains(&field[11]) {
            return None;
        }
        sum += width;
        fields.push(Field {
            name: decode::guess(&name),
            kind: field[11],
            length: width,
        });
        at += 32;
    }
    (!fields.is_empty() && sum == length && start > at).then_some((fields, start as u64, length))
}

/// The character set that the header names, where it is one of the usual.
fn charset(mark: u8) -> Option<Charset> {
    Charset::named(match mark {
        0x03 | 0x57 | 0x59 => "windows-1252",
        0xc8 => "windows-1250",
        0xc9 => "windows-1251",
        0xca => "windows-1254",
        0xcb => "windows-1253",
        0x13 | 0x7b => "shift_jis",
        0x4d | 0x7a => "gbk",
        0x26 | 0x65 => "ibm866",
        _ => return None,
    })
}
