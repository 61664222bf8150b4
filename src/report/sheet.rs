//! A table in memory, and the forms in which it is written: aligned text, Markdown, CSV, JSON.
//!
//! The first two are for people: short names, rounded numbers, a dash for an empty cell. The others are for
//! programs: every column by its full name, every digit.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::markdown::{self, escape_inside};
use super::page::Words;
use super::page::document::{Cell, Column, Table};
use super::table::lay_out;
use crate::results::query::{Labels, short_name};
use crate::stats::Interval;
use crate::units::{for_csv, for_json};

/// Columns that always contain text: `12345678901234e5` is an id, not a number.
const TEXT: [&str; 1] = ["trial"];

/// Decimal places of numbers in text and Markdown.
const PLACES: usize = 4;

/// The format of a page for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Aligned text.
    Text,
    /// Markdown.
    Markdown,
}

impl Page {
    /// A table.
    pub fn table(self, sheet: &Sheet) -> String {
        match self {
            Self::Text => sheet.table(),
            Self::Markdown => sheet.markdown(),
        }
    }

    /// A line of text, in which backticks enclose code.
    pub fn line(self, text: &str) -> String {
        match self {
            Self::Text => text.to_owned(),
            Self::Markdown => markdown::line(text),
        }
    }
}

/// The columns of a table for people, each with its name and cells: the same list gives a [`Sheet`]
/// for the terminal and a [`Table`] for a report.
pub(super) struct Columns<'a, R>(Vec<ColumnOf<'a, R>>);

struct ColumnOf<'a, R> {
    name: String,
    /// Whether it is an axis, which reports call by its short name.
    is_axis: bool,
    is_of_numbers: bool,
    cell: Box<dyn Fn(&R) -> Cell + 'a>,
}

impl<'a, R: 'a> Columns<'a, R> {
    /// An empty list.
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a column.
    pub(super) fn column<C: Into<Cell>>(self, name: &str, cell: impl Fn(&R) -> C + 'a) -> Self {
        self.push(name, (false, false), move |row| cell(row).into())
    }

    /// Appends a column that reports align to the right.
    pub(super) fn number<C: Into<Cell>>(self, name: &str, cell: impl Fn(&R) -> C + 'a) -> Self {
        self.push(name, (false, true), move |row| cell(row).into())
    }

    /// Appends the columns of these axes.
    pub(super) fn axes(self, keys: &[String], cells: fn(&R) -> &[String]) -> Self {
        keys.iter().enumerate().fold(self, |columns, (index, key)| {
            columns.push(key, (true, false), move |row| Cell::of(cells(row)[index].as_str()))
        })
    }

    /// Appends the columns of these axes, with the labels of their values.
    pub(super) fn labelled_axes(
        self,
        keys: &[String],
        labels: &'a Labels,
        cells: fn(&R) -> &[String],
    ) -> Self {
        keys.iter().enumerate().fold(self, |columns, (index, key)| {
            let axis = key.clone();
            columns.push(key, (true, false), move |row| {
                Cell::of(labels.shown(&axis, &cells(row)[index]))
            })
        })
    }

    fn push(
        mut self,
        name: &str,
        (is_axis, is_of_numbers): (bool, bool),
        cell: impl Fn(&R) -> Cell + 'a,
    ) -> Self {
        let (name, cell) = (name.to_owned(), Box::new(cell));
        self.0.push(ColumnOf { name, is_axis, is_of_numbers, cell });
        self
    }

    /// The table for a terminal.
    pub(super) fn sheet(&self, rows: &[R]) -> Sheet {
        let row = |row: &R| self.0.iter().map(|column| (column.cell)(row).text).collect();
        Sheet {
            columns: self.0.iter().map(|column| column.name.clone()).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }

    /// The table as aligned text, with numbers to the right.
    pub(super) fn text(&self, rows: &[R]) -> String {
        let table = self.table(Words::new(), rows, Vec::new());
        let header: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let texts = |row: Vec<Cell>| row.into_iter().map(|cell| cell.text).collect();
        let rows: Vec<Vec<String>> = table.rows.into_iter().map(texts).collect();
        lay_out(&header, &rows, |column| !table.columns[column].is_of_numbers)
    }

    /// The table for a report, with a dash in each empty cell.
    pub(super) fn table(&self, caption: Words, rows: &[R], notes: Vec<Words>) -> Table {
        let column = |of: &ColumnOf<'_, R>| Column {
            name: if of.is_axis { short_name(&of.name) } else { &of.name }.to_owned(),
            is_of_numbers: of.is_of_numbers,
        };
        let row = |row: &R| self.0.iter().map(|column| (column.cell)(row).dashed()).collect();
        Table {
            caption,
            columns: self.0.iter().map(column).collect(),
            rows: rows.iter().map(row).collect(),
            notes,
        }
    }
}

/// A value with every digit; empty where there is none.
pub(super) fn digits<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Both ends of an interval with every digit.
pub(super) fn ends(interval: Option<Interval>) -> [String; 2] {
    [digits(interval.map(|i| i.low)), digits(interval.map(|i| i.high))]
}

/// The keys of the axes, followed by the columns of one kind of table.
pub(super) fn program_columns(axes: &[String], columns: &[&str]) -> Vec<String> {
    axes.iter().cloned().chain(columns.iter().map(|&column| column.to_owned())).collect()
}

/// Rows of cells under named columns; an empty cell means "does not apply".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The columns' names; a dotted one is an axis.
    pub columns: Vec<String>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// The table as aligned text: numbers to the right, text to the left.
    pub fn table(&self) -> String {
        let (header, rows) = self.for_people();
        let numbers = self.columns_of_numbers();
        lay_out(&header, &rows, |column| !numbers[column])
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let (header, rows) = self.for_people();
        let cells = |row: &Vec<String>| row.iter().map(|cell| escape_inside(cell)).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        markdown::table(&cells(&header), &self.columns_of_numbers(), &rows)
    }

    /// CSV with every digit; no cell is one that a spreadsheet would evaluate as a formula.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            // Writing to memory cannot fail, and all rows are as long as the header.
            drop(writer.write_record(row.iter().map(|cell| for_csv(cell).into_owned())));
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Replaces the values of axes by their labels.
    pub fn label(&mut self, labels: &Labels) {
        for row in &mut self.rows {
            for (column, cell) in self.columns.iter().zip(row) {
                *cell = labels.shown(column, cell).to_owned();
            }
        }
    }

    /// A JSON list with one object for each row; numbers are numbers, and an empty cell is `null`.
    pub fn json(&self) -> String {
        json_text(&self.objects())
    }

    /// The rows as JSON objects, their fields in the columns' order.
    pub(super) fn objects(&self) -> Vec<Object<'_>> {
        let object = |row: &Vec<String>| {
            let fields = self.columns.iter().zip(row);
            Object(fields.map(|(name, cell)| (name.as_str(), value(name, cell))).collect())
        };
        self.rows.iter().map(object).collect()
    }

    /// Short names, and cells formatted for people.
    pub(super) fn for_people(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let header = self.columns.iter().map(|name| short_name(name).to_owned());
        let columns = 0..self.columns.len();
        let rounded: Vec<bool> = columns.map(|column| self.is_rounded(column)).collect();
        let row = |row: &Vec<String>| {
            let cells = row.iter().zip(&rounded);
            cells.map(|(cell, &rounded)| shown(cell, rounded)).collect()
        };
        (header.collect(), self.rows.iter().map(row).collect())
    }

    /// Whether a column contains numbers with more digits than are printed. The values of an axis (a
    /// dotted name) are never rounded.
    fn is_rounded(&self, column: usize) -> bool {
        let name = self.columns.get(column).map(String::as_str);
        let is_metric = name.is_some_and(|name| !name.contains('.') && !TEXT.contains(&name));
        let digits = |cell: &String| cell.split_once('.').map_or(0, |(_, digits)| digits.len());
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        is_metric && cells.any(|cell| digits(cell) > PLACES)
    }

    /// Whether each column contains numbers only.
    pub(super) fn columns_of_numbers(&self) -> Vec<bool> {
        let columns = 0..self.columns.len();
        columns.map(|column| self.is_of_numbers(column)).collect()
    }

    /// Whether a column contains numbers only.
    fn is_of_numbers(&self, column: usize) -> bool {
        let is_text = self.columns.get(column).is_some_and(|name| TEXT.contains(&name.as_str()));
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        let mut filled = cells.filter(|cell| !cell.is_empty()).peekable();
        !is_text && filled.peek().is_some() && filled.all(|cell| cell.parse::<f64>().is_ok())
    }
}

/// One row as a JSON object.
pub(super) struct Object<'a>(Vec<(&'a str, Value)>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Indented JSON with a line end.
pub(super) fn json_text(value: &impl Serialize) -> String {
    // Writing plain values to memory: serialising cannot fail.
    let text = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    for_json(&text).into_owned()
}

fn value(name: &str, cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    let number: Option<serde_json::Number> = serde_json::from_str(cell).ok();
    match number.filter(|_| !TEXT.contains(&name)) {
        Some(number) => Value::Number(number),
        None => Value::String(cell.to_owned()),
    }
}

/// A cell for people: a dash where it is empty, and numbers with [`PLACES`] decimals.
fn shown(cell: &str, is_rounded: bool) -> String {
    if cell.is_empty() {
        return "–".to_owned();
    }
    match cell.parse::<f64>() {
        Ok(number) if is_rounded => format!("{number:.PLACES$}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        Sheet {
            columns: row(["trial", "norm.placement", "train.rho", "test_accuracy"]),
            rows: vec![
                row(["12345678901234e5", "none", "0.123456", "0.9784313725490197"]),
                row(["0123456789abcdef", "a|b", "", ""]),
            ],
        }
    }

    #[test]
    fn tables_for_people_have_short_names_rounded_numbers_and_dashes() {
        let table = "\
trial             placement       rho  test_accuracy
12345678901234e5  none       0.123456         0.9784
0123456789abcdef  a|b               –              –
";
        assert_eq!(sheet().table(), table);
        let markdown = "\
| trial | placement | rho | test_accuracy |
| --- | --- | ---: | ---: |
| 12345678901234e5 | none | 0.123456 | 0.9784 |
| 0123456789abcdef | a\\|b | – | – |
";
        assert_eq!(sheet().markdown(), markdown);
    }

    #[test]
    fn tables_for_programs_have_full_names_and_every_digit() {
        let csv = "\
trial,norm.placement,train.rho,test_accuracy
12345678901234e5,none,0.123456,0.9784313725490197
0123456789abcdef,a|b,,
";
        assert_eq!(sheet().csv(), csv);
        let rows: Value = serde_json::from_str(&sheet().json()).expect("valid JSON");
        assert_eq!(rows[0]["trial"], "12345678901234e5");
        assert_eq!(rows[0]["test_accuracy"], 0.978_431_372_549_019_7);
        assert_eq!(rows[1]["train.rho"], Value::Null);
    }
}
