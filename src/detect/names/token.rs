//! Words of normalised text as names are made of: capitalised words, initials, particles.

/// What a word looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// `Okafor`, `O'Brien`, `McDonald`, `Kowalska-Smith`, or a word of another script.
    Title,
    /// `OKAFOR`.
    Capitals,
    /// `M` or `M.`
    Initial,
    /// `van`, `de`, `bin`.
    Particle,
    /// Anything else.
    Other,
}

/// A word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub start: usize,
    /// Without a possessive `'s`, without the point of an initial.
    pub end: usize,
    pub form: Form,
}

/// The most words of a name.
pub(crate) const MOST: usize = 6;

/// Words in a row that may be a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    tokens: [Token; MOST],
    length: usize,
}

impl Run {
    pub fn tokens(&self) -> &[Token] {
        &self.tokens[..self.length]
    }
}

const PARTICLES: &[&[u8]] = &[
    b"van", b"von", b"der", b"den", b"de", b"la", b"le", b"da", b"dos", b"das", b"do", b"di",
    b"del", b"della", b"bin", b"bint", b"ibn", b"al", b"el", b"ap", b"ab", b"ferch", b"ter",
    b"ten", b"du", b"ni", b"nic", b"o", b"st", b"e", b"y",
];

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// The word that begins at `at`; `None` where none does.
pub(crate) fn token(text: &[u8], at: usize) -> Option<Token> {
    if at >= text.len() || !is_letter(text[at]) {
        return None;
    }
    let mut end = at;
    while end < text.len() {
        let byte = text[end];
        let next = text.get(end + 1).copied().unwrap_or(0);
        if is_letter(byte)
            || byte == b'\'' && is_letter(next) && end > at
            || byte == b'-' && (next.is_ascii_uppercase() || next >= 0x80)
        {
            end += 1;
        } else {
            break;
        }
    }
    let attached = text
        .get(end)
        .is_some_and(|&b| b.is_ascii_digit() || matches!(b, b'_' | b'@' | b'\\' | b'/'));
    if text[at..end].ends_with(b"'s") || text[at..end].ends_with(b"'S") {
        end -= 2;
    }
    let word = &text[at..end];
    let form = if attached { Form::Other } else { form(word) };
    Some(Token {
        start: at,
        end,
        form,
    })
}

fn form(word: &[u8]) -> Form {
    let first = word[0];
    let upper = word.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = word.iter().filter(|b| b.is_ascii_lowercase()).count();
    if first >= 0x80 {
        return Form::Title;
    }
    if !first.is_ascii_uppercase() {
        // al-Masri, d'Arcy
        let joined = word.iter().position(|&b| b == b'-' || b == b'\'');
        return match joined {
            Some(n)
                if (n <= 3 || &word[..n] == b"dela")
                    && word.get(n + 1).is_some_and(u8::is_ascii_uppercase) =>
            {
                Form::Title
            }
            _ if PARTICLES.contains(&word) => Form::Particle,
            _ => Form::Other,
        };
    }
    match (upper, lower) {
        (1, 0) if word.len() == 1 => Form::Initial,
        (_, 0) => Form::Capitals,
        // iPhone-like words have their capital inside; names have one at the start, or after Mc, Mac, O', De, a hyphen.
        (1, _) => Form::Title,
        _ => {
            let inner = word
                .iter()
                .enumerate()
                .skip(1)
                .filter(|(_, b)| b.is_ascii_uppercase())
                .all(|(n, _)| {
                    matches!(word[n - 1], b'-' | b'\'')
                        || matches!(
                            &word[..n],
                            b"Mc"
                                | b"Mac"
                                | b"De"
                                | b"Du"
                                | b"La"
                                | b"Le"
                                | b"Fitz"
                                | b"Van"
                                | b"Di"
                                | b"Da"
                        )
                        || word[..n].ends_with(b"-Mc")
                });
            if inner { Form::Title } else { Form::Other }
        }
    }
}

/// The run of words from `at` on that may be a name: capitalised words, initials, and particles before a capitalised
/// word, one or two spaces apart.
pub(crate) fn run(text: &[u8], at: usize) -> Run {
    let mut run = Run {
        tokens: [Token {
            start: 0,
            end: 0,
            form: Form::Other,
        }; MOST],
        length: 0,
    };
    let mut next = at;
    while run.length < MOST {
        let Some(token) = token(text, next) else {
            break;
        };
        match token.form {
            Form::Other => break,
            Form::Particle if run.length + 1 >= MOST => break,
            _ => {}
        }
        run.tokens[run.length] = token;
        run.length += 1;
        let mut after = token.end;
        if token.form == Form::Initial && text.get(after) == Some(&b'.') {
            after += 1;
        }
        let gap = text[after..]
            .iter()
            .take(2)
            .take_while(|&&b| b == b' ')
            .count();
        // M.J. Okafor
        if gap == 0 && !(token.form == Form::Initial && after > token.end) {
            break;
        }
        if text[token.end..].starts_with(b"'s") {
            break;
        }
        next = after + gap;
    }
    // A particle or initial at the end belongs to what follows.
    while run.length > 0 && run.tokens[run.length - 1].form == Form::Particle {
        run.length -= 1;
    }
    run
}

/// The word that ends before `at`, one space (or `. `) away, on the same line.
pub(crate) fn before(text: &[u8], at: usize) -> Option<Token> {
    let mut end = at;
    while end > 0 && text[end - 1] == b' ' && at - end < 2 {
        end -= 1;
    }
    if end == at {
        return None;
    }
    let point = end > 0 && text[end - 1] == b'.';
    let word_end = if point { end - 1 } else { end };
    let mut start = word_end;
    while start > 0 && (is_letter(text[start - 1]) || matches!(text[start - 1], b'\'' | b'-')) {
        start -= 1;
    }
    let found = token(text, start)?;
    // A sentence ends at the point unless the word is an initial or a title.
    (!point || found.end - found.start <= 4).then_some(Token {
        end: word_end,
        ..found
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        run(text.as_bytes(), 0)
            .tokens()
            .iter()
            .map(|t| &text[t.start..t.end])
            .collect()
    }

    #[test]
    fn runs_end_where_names_end() {
        for (text, wanted) in [
            ("Margaret Okafor attended", vec!["Margaret", "Okafor"]),
            ("M. J. Okafor", vec!["M", "J", "Okafor"]),
            ("M.J. Okafor", vec!["M", "J", "Okafor"]),
            (
                "Jan van der Berg, builder",
                vec!["Jan", "van", "der", "Berg"],
            ),
            ("Siobhan O'Brien's", vec!["Siobhan", "O'Brien"]),
            ("Anna Kowalska-Smith", vec!["Anna", "Kowalska-Smith"]),
            ("Ian McDonald de facto", vec!["Ian", "McDonald"]),
            ("Hamid al-Masri", vec!["Hamid", "al-Masri"]),
            ("Maria dela-Cruz", vec!["Maria", "dela-Cruz"]),
            ("Smith2 Jones", vec![]),
            ("iPhone", vec![]),
            ("JavaScript", vec![]),
        ] {
            assert_eq!(words(text), wanted, "{text}");
        }
        assert_eq!(token(b"OKAFOR", 0).unwrap().form, Form::Capitals);
    }
}
