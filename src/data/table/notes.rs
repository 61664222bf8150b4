//! Warnings on how a table was read, a sentence each: labels that were merged into one
//! class, constant columns, and columns that may reveal the label.

use std::collections::HashSet;

use super::classes::Classes;
use super::columns::{FEWEST_COUNTED, Role, Use, whole};
use super::csv_table::CsvTable;
use crate::config::spec::InputScaling;
use crate::data::dataset::{Dataset, Inputs};
use crate::data::scaling::is_constant;
use crate::description::{ColumnReading, ColumnRole};

/// Warnings about columns that number the rows in another order; computed before rows are removed.
pub(super) fn counted_in_disorder(csv: &CsvTable, uses: &[Use]) -> Vec<String> {
    let inputs = (0..uses.len()).filter(|&column| uses[column].role == Role::Input);
    let note = |column: usize| {
        let (least, most) = range_without_gaps(csv, column)?;
        let name = &csv.names[column];
        Some(format!(
            "column `{name}` holds each whole number from {least} to {most} once; if these number the rows of a sorted table, leave it out with `data.ignore`"
        ))
    };
    inputs.filter_map(note).collect()
}

/// The least and the largest number of a column that contains all numbers between them, each once.
fn range_without_gaps(csv: &CsvTable, column: usize) -> Option<(i64, i64)> {
    let numbers: HashSet<i64> = csv.column(column).map(whole).collect::<Option<_>>()?;
    let (least, most) = (*numbers.iter().min()?, *numbers.iter().max()?);
    let is_without_gaps =
        usize::try_from(most.checked_sub(least)?).is_ok_and(|n| n + 1 == csv.count());
    let is_long = csv.count() >= FEWEST_COUNTED;
    (is_long && is_without_gaps && numbers.len() == csv.count()).then_some((least, most))
}

/// Warnings that depend on the training file only.
pub(super) fn of_training_file(csv: &CsvTable, uses: &[Use], classes: &Classes) -> Vec<String> {
    let label = uses.iter().position(|column| column.role == Role::Label);
    let Some(label) = label else {
        return Vec::new();
    };
    let mut notes = classes.merged(&csv.names[label]);
    let inputs = (0..uses.len()).filter(|&column| uses[column].role == Role::Input);
    let copies = inputs.filter(|&column| csv.column(column).eq(csv.column(label)));
    notes.extend(copies.map(|column| {
        let (name, label) = (&csv.names[column], &csv.names[label]);
        format!("column `{name}` holds the same as the label `{label}` in every row, so that the answer is among the inputs")
    }));
    notes
}

/// A warning for each column whose values do not differ in the training rows, or by no more than
/// rounding.
pub(in crate::data) fn constant_columns(dataset: &Dataset, scaling: InputScaling) -> Vec<String> {
    let Inputs::Doubles(numbers) = &dataset.train.inputs else {
        return Vec::new();
    };
    let mut input = 0;
    let mut notes = Vec::new();
    for ColumnReading { name, role } in &dataset.columns {
        match role {
            ColumnRole::Input => {
                let column = numbers.iter().skip(input).step_by(dataset.train.features());
                let least = column.clone().copied().fold(f64::INFINITY, f64::min);
                let most = column.copied().fold(f64::NEG_INFINITY, f64::max);
                notes.extend(constant(name, least, most, scaling));
                input += 1;
            }
            ColumnRole::Category { values } => {
                if *values == 1 {
                    notes.push(format!(
                        "column `{name}` holds the same text in every row and carries no information"
                    ));
                }
                input += values;
            }
            ColumnRole::Label | ColumnRole::Ignored => {}
        }
    }
    notes
}

fn constant(name: &str, least: f64, most: f64, scaling: InputScaling) -> Option<String> {
    if most <= least {
        return Some(format!(
            "column `{name}` is {least} in every training row and carries no information"
        ));
    }
    if is_constant(least, most) {
        return Some(format!(
            "column `{name}` is constant up to rounding in the training rows (from {least} to {most}) and carries no information"
        ));
    }
    let is_lost = scaling == InputScaling::None && most as f32 <= least as f32;
    is_lost.then(|| {
        format!(
            "column `{name}` (from {least} to {most} in the training rows) is constant in the 32 bits in which the network computes; `data.input_scaling = \"standardize\"` keeps the differences"
        )
    })
}
