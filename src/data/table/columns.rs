//! Determines the role of each column: label, input, or ignored. It depends on names only,
//! except for columns that number the rows: they reveal the label of a sorted table, and
//! are refused unless the experiment names them as inputs.

use super::csv_table::{CsvTable, quoted, toml};
use crate::config::spec::Table;
use crate::error::{Error, Result};

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The column contains the class.
    Label,
    /// It is an input of the network.
    Input,
    /// The column is not read.
    Ignored,
}

/// The use of a column, determined by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) role: Role,
    /// Whether its cells are text, even if they look like numbers (`data.categorical`).
    pub(super) is_categorical: bool,
}

/// With fewer rows than this, a column that counts up may do so by chance, and is accepted.
pub(super) const FEWEST_COUNTED: usize = 10;

/// The use of each column of the training file.
pub(super) fn uses(csv: &CsvTable, settings: &Table) -> Result<Vec<Use>> {
    let inputs = match &settings.inputs {
        Some(names) => Some(places(csv, names, "data.inputs")?),
        None => None,
    };
    let ignored = places(csv, &settings.ignore, "data.ignore")?;
    let categorical = places(csv, &settings.categorical, "data.categorical")?;
    let label = label(csv, settings, &categorical)?;
    for (key, listed) in
        [("data.inputs", inputs.as_deref().unwrap_or_default()), ("data.ignore", &ignored)]
    {
        if listed.contains(&label) {
            let name = &csv.names[label];
            return Err(csv.error(format_args!(
                "column `{name}` is in `{key}`, and it is the label, as the last column is unless `data.label` names another"
            )));
        }
    }
    let role = |column: usize| match &inputs {
        _ if column == label => Role::Label,
        _ if ignored.contains(&column) => Role::Ignored,
        Some(inputs) if !inputs.contains(&column) => Role::Ignored,
        _ => Role::Input,
    };
    let uses: Vec<Use> = (0..csv.names.len())
        .map(|column| Use { role: role(column), is_categorical: categorical.contains(&column) })
        .collect();
    if uses.iter().all(|column| column.role != Role::Input) {
        return Err(csv.error("`data.ignore` leaves no column as an input"));
    }
    let is_meant = |column: usize| {
        uses[column].is_categorical || inputs.as_ref().is_some_and(|i| i.contains(&column))
    };
    for (column, what) in uses.iter().enumerate() {
        if what.role == Role::Input && !is_meant(column) {
            refuse_row_numbers(csv, column)?;
        }
    }
    Ok(uses)
}

/// The columns with these names.
fn places(csv: &CsvTable, names: &[String], key: &str) -> Result<Vec<usize>> {
    names.iter().map(|name| place(csv, name, key)).collect()
}

fn place(csv: &CsvTable, name: &str, key: &str) -> Result<usize> {
    let name = name.trim();
    let found = csv.names.iter().position(|known| known == name);
    found.ok_or_else(|| {
        let names = quoted(&csv.names);
        csv.error(format_args!("no column is called `{name}` (`{key}`); there are {names}"))
    })
}

/// The column with the class.
fn label(csv: &CsvTable, settings: &Table, categorical: &[usize]) -> Result<usize> {
    if let Some(label) = &settings.label {
        return place(csv, label, "data.label");
    }
    // A csv has at least two columns.
    let last = csv.names.len() - 1;
    if csv.unnamed[last] && !categorical.contains(&last) {
        let number = last + 1;
        return Err(csv.error(format_args!(
            "column {number}, the last, has no name, so that it cannot be taken for the label\n  hint: name it in the first line, or say what is the label: `data.label = \"{number}\"`"
        )));
    }
    Ok(last)
}

/// Refuses a column without a name, and one that counts the rows.
fn refuse_row_numbers(csv: &CsvTable, column: usize) -> Result<()> {
    let name = toml(&csv.names[column]);
    let way_out = |what: &str| -> Error {
        csv.error(format_args!(
            "{what}, and row numbers give away the label of a sorted table\n  hint: `data.ignore = [{name}]` leaves the column out; where it is an input, list it with the others in `data.inputs`"
        ))
    };
    if csv.unnamed[column] {
        let number = column + 1;
        return Err(way_out(&format!(
            "column {number} has no name, as pandas and R write row numbers"
        )));
    }
    let Some((first, last)) = counted(csv, column) else {
        return Ok(());
    };
    Err(way_out(&format!("column {name} counts from {first} to {last} through the rows")))
}

/// The first and the last number of a column that increases by 1 from row to row.
fn counted(csv: &CsvTable, column: usize) -> Option<(i64, i64)> {
    let mut numbers = csv.column(column).map(whole);
    let first = numbers.next()??;
    let mut last = first;
    for number in numbers {
        let number = number?;
        if last.checked_add(1) != Some(number) {
            return None;
        }
        last = number;
    }
    (csv.count() >= FEWEST_COUNTED).then_some((first, last))
}

/// Parses a whole number: `7`, `7.0`.
pub(super) fn whole(cell: &str) -> Option<i64> {
    let (digits, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let is_whole = fraction.bytes().all(|byte| byte == b'0');
    digits.parse().ok().filter(|_| is_whole)
}
