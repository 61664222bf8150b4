//! How a table was read, and warnings about data and settings.

use crate::description::{ClassCount, DatasetDescription};
use crate::report::dataset;
use crate::report::page::document::Block;
use crate::report::page::material::Material;
use crate::report::page::words::Words;
use crate::report::sheet::Columns;

/// How each column of a table was used, and how often each class occurs; `None` for images.
pub(super) fn columns_read(data: &DatasetDescription) -> Option<Block> {
    if data.columns.is_empty() {
        return None;
    }
    let caption = Words::new().strong("How each column was read").plain(".");
    let read = dataset::column_table(data).table(caption, &data.columns, Vec::new());
    let caption = Words::new()
        .strong("Rows of each class")
        .plain("; training rows with those held out for validation.");
    let classes = Columns::new()
        .column("class", |class: &ClassCount| class.name.clone())
        .number("training", |class| class.train.to_string())
        .number("test", |class| class.test.to_string())
        .table(caption, &data.classes, Vec::new());
    Some(Block::Folded {
        summary: "How each column of the table was read, and how often each class occurs"
            .to_owned(),
        blocks: vec![Block::Table(read), Block::Table(classes)],
    })
}

/// Warnings about settings and data.
pub(in crate::report::page) fn cautions(material: &Material<'_>) -> Vec<Words> {
    let cautions = material.results.cautions.iter();
    let cautions = cautions.map(|caution| {
        let settings = Words::new().strong("The settings").plain(": ");
        settings.and(Words::marked(caution)).plain(".")
    });
    let untimed = material.results.note_of_untimed().into_iter();
    let untimed = untimed.map(|note| {
        Words::new().strong("The times").plain(": ").and(Words::marked(&note)).plain(".")
    });
    cautions.chain(untimed).chain(data_notes(material)).collect()
}

/// Warnings about data only, by dataset.
fn data_notes(material: &Material<'_>) -> Vec<Words> {
    let datasets = material.results.datasets();
    let note = |data: &&DatasetDescription| -> Vec<Words> {
        let notes = dataset::notes(data).into_iter();
        let strong = Words::new().strong(format!("The data ({})", data.dataset));
        notes.map(|note| strong.clone().plain(": ").and(Words::marked(&note)).plain(".")).collect()
    };
    datasets.iter().flat_map(note).collect()
}
