//! Hidden layers of a PDF: what is switched off when the document is opened is still in it.

use std::sync::Arc;

use hayro_interpret::hayro_syntax::{
    Pdf,
    object::{Array, Dict, Name},
};

use super::structure::root;

/// The same document with all layers shown, when it hides any. A locked one stays as it is.
pub fn shown(pdf: &Pdf, bytes: &[u8]) -> Option<Pdf> {
    let layers = root(pdf)?.get::<Dict<'_>>("OCProperties")?;
    let state = layers.get::<Dict<'_>>("D")?;
    let off = state.get::<Array<'_>>("OFF");
    let hides = off.is_some_and(|off| off.raw_iter().next().is_some())
        || state
            .get::<Name<'_>>("BaseState")
            .is_some_and(|name| name.as_str() == "OFF");
    if !hides {
        return None;
    }
    let mut document = lopdf::Document::load_mem(bytes).ok()?;
    if document.is_encrypted() {
        return None;
    }
    document.catalog_mut().ok()?.remove(b"OCProperties");
    let mut open = Vec::new();
    document.save_to(&mut open).ok()?;
    Pdf::new(Arc::new(open)).ok()
}
