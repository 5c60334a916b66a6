//! Text of a paragraph or cell, with names for stretches of it.

use std::sync::Arc;

use crate::extract::compose::Composer;

/// Text of a paragraph or cell, with names for stretches of it.
#[derive(Debug, Default, Clone)]
pub(super) struct Piece {
    pub text: String,
    pub spans: Vec<(usize, usize, Arc<str>)>,
    pub open: Vec<(usize, Arc<str>)>,
}

impl Piece {
    pub fn close(&mut self) {
        if let Some((at, label)) = self.open.pop()
            && at < self.text.len()
        {
            self.spans.push((at, self.text.len(), label));
        }
    }

    pub fn append(&mut self, mut other: Piece) {
        while !other.open.is_empty() {
            other.close();
        }
        if other.text.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            let joint = if self.text.ends_with(['.', ',', ':', ';', '!', '?']) {
                " "
            } else {
                ", "
            };
            self.text.push_str(joint);
        }
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.spans.extend(
            other
                .spans
                .into_iter()
                .map(|(a, b, l)| (a + shift, b + shift, l)),
        );
    }

    /// Writes it, one line: what breaks lines or cells inside a cell becomes a space.
    pub fn write(mut self, composer: &mut Composer, in_cell: bool) {
        while !self.open.is_empty() {
            self.close();
        }
        self.spans.sort_by_key(|&(a, b, _)| (a, usize::MAX - b));
        let mut at = 0;
        let mut ends: Vec<usize> = Vec::new();
        let push = |composer: &mut Composer, text: &str| {
            if in_cell && text.contains(['\t', '\n', '\r']) {
                composer.push(&text.replace(['\t', '\n', '\r'], " "));
            } else {
                composer.push(text);
            }
        };
        for (start, end, label) in &self.spans {
            while let Some(&done) = ends.last()
                && done <= *start
            {
                push(composer, &self.text[at..done]);
                at = done;
                composer.close();
                ends.pop();
            }
            push(composer, &self.text[at..*start]);
            at = *start;
            composer.open(label);
            ends.push(ends.last().map_or(*end, |&outer| outer.min(*end)));
        }
        while let Some(done) = ends.pop() {
            push(composer, &self.text[at..done]);
            at = done;
            composer.close();
        }
        push(composer, &self.text[at..]);
    }
}
