//! Determines from all of its cells whether a column contains numbers, and gives the error where it is
//! ambiguous: a few odd cells in a column of numbers must not turn it into categories silently.

use super::columns::Role;
use super::csv_table::{CsvTable, toml};
use super::number::{Kind, kind};
use crate::config::spec::Table;
use crate::error::{Error, Result};

/// Most odd cells that a hint lists.
const MOST_SHOWN: usize = 5;

/// Whether a column contains numbers only. It contains text where most of its cells are text,
/// not counting marks of missing values; a column of numbers with few texts is refused, and so
/// are numbers in an unsupported notation.
pub(super) fn holds_numbers(
    csv: &CsvTable,
    column: usize,
    role: Role,
    settings: &Table,
) -> Result<bool> {
    let kinds: Vec<Kind> = csv.column(column).map(kind).collect();
    let count = |wanted: Kind| kinds.iter().filter(|kind| **kind == wanted).count();
    let (numbers, notations, texts) =
        (count(Kind::Number), count(Kind::Notation), count(Kind::Text));
    let Some(odd) = kinds.iter().position(|kind| *kind != Kind::Number) else {
        return Ok(true);
    };
    if numbers + notations <= texts {
        return Ok(false);
    }
    let all = csv.count();
    let share = match numbers {
        0 => "nor is any other cell".to_owned(),
        1 => format!("1 of {all} cells is"),
        _ => format!("{numbers} of {all} cells are"),
    };
    Err(not_a_number(csv, odd, column, role, settings, &format!("; {share}")))
}

/// The error for a cell of a column of numbers that is not a number; `beside` describes the other cells.
pub(super) fn not_a_number(
    csv: &CsvTable,
    row: usize,
    column: usize,
    role: Role,
    settings: &Table,
    beside: &str,
) -> Error {
    let cell = csv.cell(row, column);
    if cell.is_empty() {
        return csv.empty_cell(row, column, &settings.missing);
    }
    let name = toml(&csv.names[column]);
    let mut hints = Vec::new();
    if row == 0 && !csv.has_header && kind(cell) == Kind::Text {
        hints.push("if the first line names the columns, `data.header = true`".to_owned());
    }
    if kind(cell) == Kind::Notation {
        hints.push("numbers are written like `-1234.5` or `1.2e-3`".to_owned());
    } else {
        let missing = missing_words(csv, column, settings);
        hints.push(format!(
            "if a value is missing there, `data.missing = [{missing}]` with `data.missing_rows = \"drop\"` leaves such rows out"
        ));
    }
    hints.push(match role {
        Role::Label => format!("if the labels are text, `data.categorical = [{name}]`"),
        _ => format!(
            "if the column holds categories, `data.categorical = [{name}]`; `data.ignore = [{name}]` leaves it out"
        ),
    });
    hints
        .push("in the experiment file these keys stand under `[data]`, without `data.`".to_owned());
    let is_infinite = cell.to_lowercase().contains("inf") || cell.to_lowercase().contains("nan");
    let finite = if is_infinite { "finite " } else { "" };
    let hints = hints.join("; ");
    csv.cell_error(row, column, format_args!("is not a {finite}number{beside}\n  hint: {hints}"))
}

/// The value that `data.missing` would need, including the words that it lists already.
fn missing_words(csv: &CsvTable, column: usize, settings: &Table) -> String {
    let mut words: Vec<&str> = settings.missing.iter().map(String::as_str).collect();
    let known = words.len();
    for cell in csv.column(column) {
        let is_odd = matches!(kind(cell), Kind::Missing | Kind::Text);
        if is_odd && !words.contains(&cell) && words.len() < known + MOST_SHOWN {
            words.push(cell);
        }
    }
    let words: Vec<String> = words.into_iter().map(toml).collect();
    words.join(", ")
}
