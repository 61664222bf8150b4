//! `csv`: a table in the user's own file, comma-separated, one example per row.
//!
//! - The label column may hold any text or numbers; its values become classes in their order, by
//!   number if all are numbers, else by spelling.
//! - A column of numbers is an input. A column of text is one-hot encoded: one input per category,
//!   with the categories in order of spelling.
//! - Columns and classes are determined by `data.file`; a `data.test_file` must match it.
//!   Without one, the rows are shuffled by stream `csv/split` of `data.seed`, the same for all
//!   replicates, and the last `data.test_share` of them, rounded, is the test set: of each class with
//!   `data.stratify`, else of the whole.
//! - Numbers are read in 64 bits, and rounded to 32 only after they are scaled.
//!
//! Nothing is guessed or repaired: an empty cell, a row of another length, a column of numbers with
//! a few other cells or one that numbers the rows is an error, which states the position and the key
//! that resolves it.

mod classes;
mod columns;
mod csv_table;
mod encoding;
mod header;
mod missing;
mod notes;
mod number;
mod numeric;

pub(super) use self::notes::constant_columns;

use self::csv_table::CsvTable;
use self::encoding::Encoding;
use super::dataset::{Dataset, Examples, Inputs};
use crate::config::spec::{InputScaling, Shape, Table, TestRows};
use crate::error::Result;
use crate::seed::Streams;

/// The name used in experiment files and messages.
pub(super) const NAME: &str = "csv";

/// Reads the table, and splits it or reads its test rows.
pub(super) fn read(settings: &Table, scaling: InputScaling) -> Result<Dataset> {
    let mut csv = named(settings)?;
    let uses = columns::uses(&csv, settings)?;
    let mut notes = notes::counted_in_disorder(&csv, &uses);
    let mut dropped_rows = missing::apply_rule(&mut csv, &uses, settings)?;
    let encoding = Encoding::learn(&csv, &uses, settings, scaling)?;
    notes.extend(notes::of_training_file(&csv, &uses, encoding.classes()));
    let all: Vec<usize> = (0..csv.count()).collect();
    let whole = examples(&csv, &encoding, &all)?;
    let (train, test) = match &settings.test {
        TestRows::File(file) => {
            let other = CsvTable::read(file, csv.has_header, "data.test_file")?;
            let mut other = other.in_order_of(&csv)?;
            dropped_rows += missing::apply_rule(&mut other, &uses, settings)?;
            let rows: Vec<usize> = (0..other.count()).collect();
            (whole, examples(&other, &encoding, &rows)?)
        }
        TestRows::Share { share, seed } => split(&whole, *share, *seed, settings.stratify),
    };
    Ok(Dataset {
        class_names: encoding.classes().names(),
        columns: encoding.readings(&csv),
        dropped_rows,
        notes,
        ..Dataset::new(NAME, train, test)
    })
}

/// The training file, with a unique name for each column.
fn named(settings: &Table) -> Result<CsvTable> {
    let csv = CsvTable::read(&settings.file, settings.header.is_there, "data.file")?;
    if settings.header.is_there && !settings.header.is_said {
        header::check(&csv)?;
    }
    csv.check_names()?;
    Ok(csv)
}

/// Splits the rows into training and test rows; neither is empty, since two classes need at least two
/// rows.
fn split(whole: &Examples, share: f64, seed: u64, stratify: bool) -> (Examples, Examples) {
    let mut rows: Vec<usize> = (0..whole.count()).collect();
    Streams::shared(seed).stream("csv/split").shuffle(&mut rows);
    let most = rows.len().saturating_sub(1).max(1);
    let held_out = (rows.len() as f64 * share).round() as usize;
    let (train, test) = whole.hold_out(rows, held_out.clamp(1, most), stratify);
    (whole.pick(&train), whole.pick(&test))
}

fn examples(csv: &CsvTable, encoding: &Encoding, rows: &[usize]) -> Result<Examples> {
    let mut inputs = Vec::with_capacity(rows.len() * encoding.features());
    let mut labels = Vec::with_capacity(rows.len());
    for &row in rows {
        labels.push(encoding.append(csv, row, &mut inputs)?);
    }
    Ok(Examples {
        shape: Shape { channels: 1, height: 1, width: encoding.features() },
        classes: encoding.classes().count(),
        inputs: Inputs::Doubles(inputs),
        labels,
    })
}

#[cfg(test)]
mod tests;
