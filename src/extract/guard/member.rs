//! A member as its container announces it to the guard.

use crate::model::Part;

/// A member as its container announces it.
#[derive(Clone, Debug)]
pub struct Member {
    /// The step from the container to it.
    pub part: Part,
    /// Its name for finding out what it is, where that is not the name of the step.
    pub name: Option<String>,
    /// Its size, where the container says.
    pub size: Option<u64>,
    /// Hidden from a person who opens the container.
    pub hidden: bool,
    /// The type its container gives it (`text/html`), used when neither content nor name decide.
    pub media_type: Option<String>,
}

impl Member {
    /// A member of unknown size.
    pub fn new(part: Part) -> Self {
        Member {
            part,
            name: None,
            size: None,
            hidden: false,
            media_type: None,
        }
    }

    /// With a name of its own.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With the size its container says it has.
    pub fn size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// Marked as hidden.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// With the media type its container gives it.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }
}
