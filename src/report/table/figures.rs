//! Tables of figures that are worked out when a scan ends: categories, folders; and copies.

use super::{Cell, Column, Each, Look, Table, column, looks};
use crate::{
    inventory::Inventory,
    model::{Category, Level},
    report::{Options, ReportError, csv::class, summary::weight},
};

/// What is held of each category.
pub struct Categories;

impl Table for Categories {
    fn name(&self) -> &'static str {
        "categories"
    }

    fn title(&self) -> &'static str {
        "Categories"
    }

    fn note(&self) -> &'static str {
        "one row a category in which something was found, special category and criminal offence data first"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column("category", "Category", 30, "Stable id of the category."),
            column("title", "Name", 30, "The same for people."),
            column(
                "class",
                "Class",
                12,
                "`special` (Art 9), `criminal` (Art 10) or `standard`.",
            ),
            looks(
                Look::Heat,
                column(
                    "files",
                    "Files",
                    11,
                    "Files that hold it with medium or high confidence; copies count.",
                ),
            ),
            column(
                "files_high",
                "Files, high",
                11,
                "Of these, those with high confidence.",
            ),
            looks(
                Look::Heat,
                column(
                    "exposed",
                    "Readable by everyone",
                    14,
                    "Of these, those that everyone can read.",
                ),
            ),
            column("high", "High", 11, "Findings of high confidence."),
            column("medium", "Medium", 11, "Findings of medium confidence."),
            column(
                "hints",
                "Hints",
                11,
                "Findings of low confidence, in no other figure.",
            ),
            column(
                "people",
                "People, at most",
                14,
                "Different people, at most: one person in two documents counts twice.",
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let overview = inventory.overview()?;
        let mut categories: Vec<Category> = overview.categories.keys().copied().collect();
        categories.sort_by_key(|c| (c.class() == crate::model::Class::Standard, c.class(), *c));
        for category in categories {
            let figures = &overview.categories[&category];
            let level = |level: Level| Cell::from(figures.findings[level as usize]);
            each(vec![
                category.id().into(),
                category.title().into(),
                class(category.class()).into(),
                figures.documents.into(),
                figures.sure.into(),
                figures.exposed.into(),
                level(Level::High),
                level(Level::Medium),
                level(Level::Low),
                figures.people.into(),
            ])?;
        }
        Ok(())
    }
}

/// What each folder holds.
pub struct Folders;

impl Table for Folders {
    fn name(&self) -> &'static str {
        "folders"
    }

    fn title(&self) -> &'static str {
        "Folders"
    }

    fn note(&self) -> &'static str {
        "one row a folder that holds personal data or something unread, without its subfolders, hottest first"
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![
            column("folder", "Folder", 60, "Its whole path."),
            column("files", "Files", 9, "Files in it."),
            looks(
                Look::Heat,
                column(
                    "holding",
                    "With personal data",
                    12,
                    "Of these, those with personal data of medium or high confidence.",
                ),
            ),
            looks(
                Look::Heat,
                column(
                    "special",
                    "Special or criminal",
                    12,
                    "Of these, those with special category or criminal offence data.",
                ),
            ),
            looks(
                Look::Heat,
                column(
                    "exposed",
                    "Readable by everyone",
                    12,
                    "Of those with personal data, the ones that everyone can read.",
                ),
            ),
            column(
                "unread",
                "Not read",
                9,
                "Files that could not be read, or only in part.",
            ),
            column(
                "findings",
                "Findings",
                11,
                "Findings of medium or high confidence.",
            ),
            column("bytes", "Bytes", 13, "Size of its files."),
        ];
        columns.extend(Category::ALL.iter().map(|category| {
            looks(
                Look::Heat,
                column(
                    category.id(),
                    category.title(),
                    11,
                    "Files that hold this category.",
                ),
            )
        }));
        columns
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let mut folders = inventory.overview()?.folders;
        folders.retain(|folder| folder.holding + folder.unread > 0);
        folders.sort_by(|a, b| weight(b).cmp(&weight(a)).then(a.path.cmp(&b.path)));
        for folder in &folders {
            let mut row: Vec<Cell> = vec![
                folder.path.display().into(),
                folder.documents.into(),
                folder.holding.into(),
                folder.special.into(),
                folder.exposed.into(),
                folder.unread.into(),
                folder.findings.into(),
                folder.bytes.into(),
            ];
            row.extend(Category::ALL.iter().map(|category| {
                Cell::from(folder.categories.get(category).copied().filter(|n| *n > 0))
            }));
            each(row)?;
        }
        Ok(())
    }
}

/// Contents with personal data at more than one place.
pub struct Copies;

impl Table for Copies {
    fn name(&self) -> &'static str {
        "copies"
    }

    fn title(&self) -> &'static str {
        "Copies"
    }

    fn note(&self) -> &'static str {
        "one row a place of content with personal data that is held at more than one place"
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            column(
                "set",
                "Set",
                8,
                "Number of the content in this table: its places have the same.",
            ),
            column("places", "Places", 8, "At how many places it is held."),
            column("path", "Path", 70, "One of them."),
            column("size", "Bytes", 12, "Its size."),
            looks(
                Look::Exposure,
                column(
                    "exposure",
                    "Readable by",
                    12,
                    "Who can read it there: owner, group, everyone, unknown.",
                ),
            ),
        ]
    }

    fn rows(
        &self,
        inventory: &Inventory,
        _: &Options,
        each: &mut Each<'_>,
    ) -> Result<(), ReportError> {
        let mut set = 0_u64;
        inventory.copies::<ReportError>(|places| {
            set += 1;
            for place in places {
                each(vec![
                    set.into(),
                    (places.len() as u64).into(),
                    place.path().display().into(),
                    place.size.into(),
                    place.exposure.name().into(),
                ])?;
            }
            Ok(())
        })
    }
}
