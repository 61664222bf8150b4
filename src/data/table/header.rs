//! Checks whether the first line of a file contains column names, or is an example like the others.

use std::collections::BTreeSet;

use super::csv_table::{CsvTable, quoted};
use super::number::{Kind, kind};
use crate::error::Result;

/// Refuses a first line that looks like data, where the experiment does not state that it has column names.
pub(super) fn check(csv: &CsvTable) -> Result<()> {
    if !is_data(csv) {
        return Ok(());
    }
    let cells: Vec<String> =
        (0..csv.names.len()).map(|column| csv.header(column).to_owned()).collect();
    let cells = quoted(&cells);
    Err(csv.error(format_args!(
        "its first line ({cells}) looks like an example and not like the names of columns\n  hint: with `data.header = false` it is an example like the others; if the columns are really called so, `data.header = true` says it"
    )))
}

/// A first line is data where every column of numbers has a number in it or, where there is no such
/// column, every cell of it occurs again below.
fn is_data(csv: &CsvTable) -> bool {
    let columns = 0..csv.names.len();
    let numeric: Vec<usize> = columns.clone().filter(|&c| is_numeric(csv, c)).collect();
    if numeric.is_empty() {
        let mut columns = columns;
        return columns.all(|column| {
            let cells: BTreeSet<&str> = csv.column(column).collect();
            cells.contains(csv.header(column))
        });
    }
    let kinds: Vec<Kind> = numeric.iter().map(|&c| kind(csv.header(c))).collect();
    // In an example a number may be missing, but in a header a text is a name.
    kinds.contains(&Kind::Number) && !kinds.contains(&Kind::Text)
}

/// Whether most of a column's cells are numbers.
fn is_numeric(csv: &CsvTable, column: usize) -> bool {
    let numbers = csv.column(column).filter(|cell| kind(cell) == Kind::Number);
    2 * numbers.count() > csv.count()
}
