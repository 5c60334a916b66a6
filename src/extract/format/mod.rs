//! One file per format, and the one list of them all.
//!
//! To add a format: a file here, its `mod` line and its line in [`formats`]. Help, `domesday formats` and the
//! conformance suite read the list.

pub mod access;
pub mod cab;
pub mod compressed;
pub mod csv;
pub mod dbf;
pub mod doc;
pub mod docx;
pub mod fields;
pub mod html;
pub mod image;
pub mod iwork;
pub mod json;
pub mod mail;
pub mod mbox;
pub mod metafile;
pub mod msg;
pub mod odf;
pub mod office_locked;
pub mod parquet;
pub mod pdf;
pub mod ppt;
pub mod pptx;
pub mod pst;
pub mod publisher;
pub mod rtf;
pub mod sevenz;
pub mod sql;
pub mod sqlite;
pub mod tar;
pub mod text;
pub mod tnef;
pub mod xls;
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
    &fields::SETTINGS,
    &fields::CARDS,
    &fields::CALENDAR,
    &fields::LDIF,
    &sql::Sql,
    &json::Json,
    &xml::Xml,
    &html::Html,
    &mail::EML,
    &mail::MHT,
    &mbox::Mbox,
    &msg::Msg,
    &pst::Pst,
    &tnef::Tnef,
    &sqlite::Sqlite,
    &dbf::Dbf,
    &parquet::Parquet,
    &access::Access,
    &zip::Zip,
    &tar::Tar,
    &sevenz::SevenZ,
    &cab::Cab,
    &compressed::GZIP,
    &compressed::BZIP2,
    &compressed::XZ,
    &compressed::ZSTD,
    &odf::ODT,
    &odf::ODS,
    &odf::ODP,
    &iwork::Iwork,
    &pptx::Pptx,
    &xls::Xls,
    &rtf::Rtf,
    &office_locked::OfficeLocked,
    &image::Image,
    &metafile::Metafile,
    &publisher::Publisher,
    &ppt::Ppt,
    &doc::Doc,
    &pdf::PdfFormat,
    &xlsx::Xlsb,
    &docx::Docx,
    &docx::WordXml,
    &xlsx::Xlsx,
];
