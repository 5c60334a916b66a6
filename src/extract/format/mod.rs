//! One file per format, and the one list of them all.
//!
//! To add a format: a file here, its `mod` line and its line in [`formats`]. Help, `domesday formats` and the
//! conformance suite read the list.

pub mod compressed;
pub mod csv;
pub mod docx;
pub mod html;
pub mod json;
pub mod mail;
pub mod mbox;
pub mod sevenz;
pub mod tar;
pub mod text;
pub mod xlsx;
pub mod xml;
pub mod zip;

use super::Format;

/// Every format that is read. Where two are equally sure of a document, the later one has it.
pub fn formats() -> &'static [&'static dyn Format] {
    FORMATS
}

static FORMATS: &[&dyn Format] = &[
    &text::PlainText,
    &csv::Csv,
    &json::Json,
    &xml::Xml,
    &html::Html,
    &mail::EML,
    &mail::MHT,
    &mbox::Mbox,
    &zip::Zip,
    &tar::Tar,
    &sevenz::SevenZ,
    &compressed::GZIP,
    &compressed::BZIP2,
    &compressed::XZ,
    &compressed::ZSTD,
    &docx::Docx,
    &docx::WordXml,
    &xlsx::Xlsx,
];
