//! The text of a report on its data: classes, columns and warnings.

use std::sync::Arc;

use super::*;
use crate::description::{ClassCount, ColumnReading, ColumnRole, DatasetDescription};

fn described(no: usize, yes: usize) -> DatasetDescription {
    let class =
        |name: &str, count| ClassCount { name: name.to_owned(), train: 4 * count, test: count };
    let column = |name: &str, role| ColumnReading { name: name.to_owned(), role };
    DatasetDescription {
        dataset: "csv".to_owned(),
        columns: vec![
            column("age", ColumnRole::Input),
            column("town", ColumnRole::Category { values: 3 }),
            column("bought", ColumnRole::Label),
        ],
        classes: vec![class("no", no), class("yes", yes)],
        ..DatasetDescription::default()
    }
}

/// The report in Markdown on a folder whose trials were trained on this data.
fn text(data: Option<DatasetDescription>, cautions: &[&str]) -> String {
    let accuracies = [0.9, 0.91, 0.92];
    let mut folder = placements(&accuracies, &accuracies);
    let data = data.map(Arc::new);
    for trial in &mut folder.results.trials {
        trial.data.clone_from(&data);
    }
    folder.results.cautions = cautions.iter().map(|&text| text.to_owned()).collect();
    markdown::write(&of(&folder))
}

#[test]
fn the_report_describes_the_data_and_how_each_column_was_read() {
    let told = text(Some(described(50, 50)), &[]);
    assert!(
        told.contains("2 classes (no 200, yes 200 in training; no 50, yes 50 in test); always answering \"no\" scores 50.0 %"),
        "{told}"
    );
    for row in [
        "| age | input |",
        "| town | category with 3 values |",
        "| bought | label with 2 classes |",
        "| no | 200 | 50 |",
    ] {
        assert!(told.contains(row), "{row}: {told}");
    }
    assert!(!told.contains("**The data"), "{told}");
    // A folder of an earlier version has no description, so the report has none.
    let silent = text(None, &[]);
    assert!(!silent.contains("always answering"), "{silent}");
    assert!(!silent.contains("Classes"), "{silent}");
}

#[test]
fn warnings_are_printed_beside_the_answer() {
    let mut rare = described(95, 5);
    rare.notes = vec!["column `age` has the same value in every training row".to_owned()];
    let told = text(Some(rare), &["`train.batch_size = 1` leaves one value"]);
    let answer = told.split("\n## ").next().expect("a beginning");
    for remark in [
        "**The data (csv)**: column `age` has the same value in every training row.",
        "**The data (csv)**: accuracy says little where one class is so frequent",
        "**The settings**: `train.batch_size = 1` leaves one value.",
    ] {
        assert!(answer.contains(remark), "{remark}: {answer}");
    }
}
