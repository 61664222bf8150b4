//! Whether the first line of a file names its columns, or is an example like the others.

use std::collections::BTreeSet;

use super::number::{Kind, kind};
use super::sheet::{Sheet, quoted};
use crate::error::Result;

/// Refuses a first line that looks like data; the caller has not been told that it names columns.
pub(super) fn check(sheet: &Sheet) -> Result<()> {
    if !is_data(sheet) {
        return Ok(());
    }
    let cells: Vec<String> =
        (0..sheet.names.len()).map(|column| sheet.header(column).to_owned()).collect();
    let cells = quoted(&cells);
    Err(sheet.error(format_args!(
        "its first line ({cells}) looks like an example and not like the names of columns\n  hint: with `data.header = false` it is an example like the others; if the columns are really called so, `data.header = true` says it"
    )))
}

/// A first line is data where every column of numbers has a number in it or, where there is no such
/// column, every cell of it stands below itself once more.
fn is_data(sheet: &Sheet) -> bool {
    let columns = 0..sheet.names.len();
    let numeric: Vec<usize> = columns.clone().filter(|&c| is_numeric(sheet, c)).collect();
    if numeric.is_empty() {
        let mut columns = columns;
        return columns.all(|column| {
            let cells: BTreeSet<&str> = sheet.column(column).collect();
            cells.contains(sheet.header(column))
        });
    }
    let kinds: Vec<Kind> = numeric.iter().map(|&c| kind(sheet.header(c))).collect();
    // In an example a number may be missing, but in a header a text is a name.
    kinds.contains(&Kind::Number) && !kinds.contains(&Kind::Text)
}

/// Whether most of a column's cells are numbers.
fn is_numeric(sheet: &Sheet, column: usize) -> bool {
    let numbers = sheet.column(column).filter(|cell| kind(cell) == Kind::Number);
    2 * numbers.count() > sheet.count()
}
