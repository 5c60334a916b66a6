//! The columns of the record: those of the ICO's documentation template for controllers, then what the scan is evidence of.

use crate::config::Function;

/// Marks what neither the scan nor the configuration says.
pub(super) const TO_COMPLETE: &str = "to complete";

/// A column.
pub(super) struct Column {
    /// Its name for machines, and in the hidden sheet.
    pub(super) name: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// Width in characters.
    pub(super) width: u16,
    /// What it holds.
    pub(super) note: &'static str,
    /// What the configuration declares for it.
    pub(super) declared: fn(&Function) -> String,
    /// Whether the scan fills it.
    pub(super) evidence: bool,
}

macro_rules! declared {
    ($name:ident $title:literal $width:literal $note:literal) => {
        Column {
            name: stringify!($name),
            title: $title,
            width: $width,
            note: $note,
            declared: |function| function.$name.clone().unwrap_or_default(),
            evidence: false,
        }
    };
    (list $name:ident $title:literal $width:literal $note:literal) => {
        Column {
            name: stringify!($name),
            title: $title,
            width: $width,
            note: $note,
            declared: |function| function.$name.join("; "),
            evidence: false,
        }
    };
}

macro_rules! evidence {
    ($name:ident $title:literal $width:literal $note:literal) => {
        Column {
            name: stringify!($name),
            title: $title,
            width: $width,
            note: $note,
            declared: |_| String::new(),
            evidence: true,
        }
    };
}

/// All of them, the id of the row apart.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "function",
        title: "Business function",
        width: 22,
        note: "The business function.",
        declared: |function| function.name.clone(),
        evidence: false,
    },
    declared!(purpose "Purpose of processing" 24 "What the data is processed for."),
    declared!(joint_controller "Name and contact details of joint controller" 22 "Where there is one."),
    declared!(list individuals "Categories of individuals" 26 "Whom the data is about. A scan counts people; it does not know who they are."),
    declared!(list personal_data "Categories of personal data" 34 "Declared, else the categories that the scan found."),
    declared!(list recipients "Categories of recipients" 22 "Who is given the data."),
    declared!(list processors "Processors" 22 "Who processes it for the controller."),
    declared!(processor_contract "Link to contract with processor" 22 "Where the contract is."),
    declared!(list transfers "Third countries or international organisations that data is transferred to" 26 "Where it goes."),
    declared!(transfer_safeguards "Safeguards for exceptional transfers" 22 "What protects it there."),
    declared!(retention "Retention schedule" 28 "Declared, else the retention rules that its documents fall under."),
    declared!(security_measures "General description of technical and organisational security measures" 30 "How it is protected."),
    declared!(lawful_basis "Article 6 lawful basis for processing personal data" 24 "Why it may be processed."),
    declared!(article_9_condition "Article 9 condition for processing special category data" 24 "Why special category data may be."),
    declared!(legitimate_interests "Legitimate interests for the processing (if applicable)" 24 "Where that is the basis."),
    declared!(legitimate_interests_assessment "Link to record of legitimate interests assessment (if applicable)" 22 "Where it is."),
    declared!(rights "Rights available to individuals" 24 "Which rights apply."),
    declared!(automated_decisions "Existence of automated decision-making, including profiling" 20 "Whether there is any."),
    declared!(source "The source of the personal data" 20 "Where it comes from."),
    declared!(consent_record "Link to record of consent" 20 "Where consent is kept, when it is the basis."),
    declared!(location "Location of personal data" 36 "Declared, else the folders where the scan found it."),
    declared!(dpia_required "Data Protection Impact Assessment required?" 16 "Yes or no."),
    declared!(dpia "Link to Data Protection Impact Assessment" 20 "Its state, or where it is."),
    declared!(breaches "Has a personal data breach occurred? Link to record" 20 "And where it is recorded."),
    declared!(schedule_1_condition "Data Protection Act 2018 Schedule 1 condition for processing" 24 "For special category and criminal offence data."),
    declared!(policy_document "Link to retention and erasure policy document" 22 "The appropriate policy document."),
    evidence!(policy_kept "Is personal data retained and erased in accordance with the policy document?" 24 "What the scan says: documents that are overdue by the retention rules."),
    evidence!(files "Scan: files with personal data" 12 "How many files hold personal data of medium or high confidence."),
    evidence!(special "Scan: with special category or criminal offence data" 14 "How many of them."),
    evidence!(people "Scan: people, at most" 12 "People they are about: one person in two documents counts twice."),
    evidence!(found "Scan: categories found" 40 "Each with the number of files."),
    evidence!(places "Scan: folders" 44 "The folders that hold most, with the number of files."),
    evidence!(age "Scan: last changed, oldest and newest" 24 "Of the files with personal data."),
    evidence!(exposed "Scan: readable by everyone" 14 "Files with personal data that everyone can read."),
    evidence!(unread "Scan: not read" 12 "Files that could not be read, or only in part: what is in them is not known."),
    evidence!(scanned "Scan: of" 18 "When the scan was."),
];
