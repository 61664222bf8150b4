//! Cells that mark a missing value (`data.missing`): their rows are refused or left out.

use super::columns::{Role, Use};
use super::csv_table::CsvTable;
use crate::config::spec::{MissingRows, Table};
use crate::error::Result;

/// Removes the rows that lack a value, or refuses them, according to `data.missing_rows`; afterwards no
/// cell that is used is empty. Returns how many rows were removed.
pub(super) fn apply_rule(csv: &mut CsvTable, uses: &[Use], settings: &Table) -> Result<usize> {
    let gaps: Vec<Option<usize>> =
        (0..csv.count()).map(|row| gap(csv, row, uses, settings)).collect();
    let lacking = gaps.iter().flatten().count();
    if settings.missing_rows == MissingRows::Refuse
        && let Some((row, column)) = first(&gaps)
    {
        let all = csv.count();
        return Err(csv.cell_error(
            row,
            column,
            format_args!(
                "counts as missing (`data.missing`); {lacking} of {all} rows have such cells\n  hint: `data.missing_rows = \"drop\"` leaves such rows out"
            ),
        ));
    }
    if lacking == csv.count() {
        return Err(csv.error(
            "every row has a cell that is missing (`data.missing`)\n  hint: `data.ignore` leaves columns out that are mostly missing",
        ));
    }
    let keep: Vec<bool> = gaps.iter().map(Option::is_none).collect();
    let dropped = csv.retain(&keep);
    refuse_empty(csv, uses, &settings.missing)?;
    Ok(dropped)
}

/// The first column of a row that is used and lacks its value.
fn gap(csv: &CsvTable, row: usize, uses: &[Use], settings: &Table) -> Option<usize> {
    let lacks = |(column, what): (usize, &Use)| {
        let cell = csv.cell(row, column);
        let may_be_missing = !what.is_categorical || cell.is_empty();
        let is_read = what.role != Role::Ignored;
        let is_missing = || settings.missing.iter().any(|word| word.trim() == cell);
        (is_read && may_be_missing && is_missing()).then_some(column)
    };
    uses.iter().enumerate().find_map(lacks)
}

fn first(gaps: &[Option<usize>]) -> Option<(usize, usize)> {
    let with_row = |(row, gap): (usize, &Option<usize>)| Some((row, (*gap)?));
    gaps.iter().enumerate().find_map(with_row)
}

fn refuse_empty(csv: &CsvTable, uses: &[Use], missing: &[String]) -> Result<()> {
    let read = |column: &usize| uses[*column].role != Role::Ignored;
    for row in 0..csv.count() {
        let mut columns = (0..uses.len()).filter(read);
        if let Some(column) = columns.find(|&column| csv.cell(row, column).is_empty()) {
            return Err(csv.empty_cell(row, column, missing));
        }
    }
    Ok(())
}
