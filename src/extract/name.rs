//! Names of files and folders are text too: `Okafor Margaret DOB 1951-03-02.docx` is a finding at the name.
//!
//! `scan` calls this for each entry and each member; extraction does not, because it does not know the path.

use crate::model::{Anchor, Layout, Mark, Segment};

/// Gives the segment of a name to `use_it`. Underscores and the separators of a path count as spaces there, because
/// they join words that a person reads apart; every character keeps its place.
pub fn with_name<T>(name: &str, use_it: impl FnOnce(&Segment<'_>) -> T) -> T {
    let text = name.replace(['_', '/', '\\'], " ");
    let layout = Layout::Marked {
        marks: vec![Mark {
            at: 0,
            anchor: Anchor::Name,
        }],
        labels: Vec::new(),
    };
    use_it(&Segment {
        text: &text,
        repeats: 0,
        more: false,
        offset: 0,
        layout: &layout,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_name_stand_apart_and_keep_their_place() {
        with_name("HR/Okafor_Margaret DOB 1951-03-02.docx", |segment| {
            assert_eq!(segment.text, "HR Okafor Margaret DOB 1951-03-02.docx");
            assert_eq!(segment.anchor(20), Anchor::Name);
        });
    }
}
