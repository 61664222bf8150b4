//! Reads a file of comma-separated cells, checks its form, and records the line of every row.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::config::value::Value;
use crate::error::{Error, Result};
use crate::fs;

/// The rows of a file, all of the same length.
#[derive(Debug)]
pub(super) struct CsvTable {
    path: PathBuf,
    /// The name of each column: its header, else its number from 1.
    pub(super) names: Vec<String>,
    /// Whether each column is named by its number because its header is empty.
    pub(super) unnamed: Vec<bool>,
    /// Whether the first line contains the column names.
    pub(super) has_header: bool,
    /// The position of each column in a row of the file.
    places: Vec<usize>,
    rows: Vec<StringRecord>,
    /// The line that each row starts on, from 1.
    lines: Vec<u64>,
}

impl CsvTable {
    /// Reads the file at `path`; `key` is the key that names it.
    pub(super) fn read(path: &Path, has_header: bool, key: &str) -> Result<Self> {
        let missing =
            || Error::Data(format!("there is no file `{}`, which `{key}` names", path.display()));
        let bytes = fs::read_if_exists(path)?.ok_or_else(missing)?;
        let mut reader = ReaderBuilder::new()
            .has_headers(has_header)
            .trim(Trim::All)
            .from_reader(bytes.as_slice());
        let form = |error: csv::Error| ill_formed(path, &bytes, &error);
        let mut names: Vec<String> = Vec::new();
        if has_header {
            let header = reader.headers().map_err(form)?;
            names = header.iter().map(str::to_owned).collect();
        }
        let rows: Vec<StringRecord> = reader.records().collect::<Result<_, _>>().map_err(form)?;
        if let (false, Some(first)) = (has_header, rows.first()) {
            names = (1..=first.len()).map(|number| number.to_string()).collect();
        }
        let unnamed: Vec<bool> = names.iter().map(String::is_empty).collect();
        for (place, name) in names.iter_mut().enumerate().filter(|(_, n)| n.is_empty()) {
            *name = (place + 1).to_string();
        }
        let lines = rows.iter().map(|row| line(&bytes, row.position()));
        let csv = Self {
            path: path.to_owned(),
            places: (0..names.len()).collect(),
            names,
            unnamed,
            lines: lines.collect(),
            rows,
            has_header,
        };
        csv.check()?;
        Ok(csv)
    }

    /// Number of rows, without the header.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// The header of a column; empty where it has none.
    pub(super) fn header(&self, column: usize) -> &str {
        if self.unnamed[column] { "" } else { &self.names[column] }
    }

    /// The cell of a row in a column.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        // Every row has a cell for every name: the reader refuses others.
        let place = self.places[column];
        self.rows[row].get(place).unwrap_or_default()
    }

    /// All cells of a column, in the order of the rows.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows.len()).map(move |row| self.cell(row, column))
    }

    /// The error for a cell.
    pub(super) fn cell_error(&self, row: usize, column: usize, fault: impl Display) -> Error {
        let line = self.lines[row];
        let name = &self.names[column];
        let cell = self.cell(row, column);
        self.error(format_args!("line {line}, column `{name}`: `{cell}` {fault}"))
    }

    /// The error for the file as a whole.
    pub(super) fn error(&self, fault: impl Display) -> Error {
        Error::Data(format!("`{}`: {fault}", self.path.display()))
    }

    /// The error for an empty cell; `missing` lists the cells that count as missing already.
    pub(super) fn empty_cell(&self, row: usize, column: usize, missing: &[String]) -> Error {
        let (line, name) = (self.lines[row], &self.names[column]);
        let mut words: Vec<String> = missing.iter().map(|word| toml(word)).collect();
        words.push(toml(""));
        let missing = words.join(", ");
        self.error(format_args!(
            "line {line}, column `{name}`: the cell is empty; fill it, or remove the row or the column\n  hint: `data.missing = [{missing}]` with `data.missing_rows = \"drop\"` leaves rows with empty cells out; `data.ignore` leaves columns out"
        ))
    }

    /// Keeps the rows for which `keep` holds, and returns how many were removed.
    pub(super) fn retain(&mut self, keep: &[bool]) -> usize {
        let before = self.rows.len();
        let (mut rows, mut lines) = (keep.iter(), keep.iter());
        self.rows.retain(|_| rows.next() == Some(&true));
        self.lines.retain(|_| lines.next() == Some(&true));
        before - self.rows.len()
    }

    /// This table with its columns in the order of `train`: by name, or by position where there is
    /// no header. Refused where its columns differ.
    pub(super) fn in_order_of(mut self, train: &Self) -> Result<Self> {
        let (here, there) = (self.names.len(), train.names.len());
        let file = train.path.display();
        if here != there {
            return Err(self.error(format_args!("it has {here} columns, `{file}` has {there}")));
        }
        let place = |name: &String| {
            self.names.iter().position(|known| known == name).ok_or_else(|| {
                let names = quoted(&self.names);
                self.error(format_args!(
                    "no column is called `{name}`, as one is in `{file}`; there are {names}"
                ))
            })
        };
        let order: Vec<usize> = train.names.iter().map(place).collect::<Result<_>>()?;
        self.places = order.iter().map(|&column| self.places[column]).collect();
        self.unnamed = order.iter().map(|&column| self.unnamed[column]).collect();
        self.names.clone_from(&train.names);
        Ok(self)
    }

    /// Refuses two columns with the same name.
    pub(super) fn check_names(&self) -> Result<()> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (place, name) in self.names.iter().enumerate() {
            if let Some(earlier) = known.insert(name, place) {
                let (earlier, place) = (earlier + 1, place + 1);
                return Err(self.error(format_args!(
                    "columns {earlier} and {place} are both called `{name}`; rename one of them (a column without a name goes by its number)"
                )));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.rows.is_empty() {
            let beside = if self.has_header {
                " besides its header (is there one? `data.header`)"
            } else {
                ""
            };
            return Err(self.error(format_args!("it has no rows{beside}")));
        }
        if self.names.len() < 2 {
            let separator = other_separator(self.names[0].as_bytes());
            return Err(self.error(format_args!(
                "it has one column; a label and at least one input are needed, separated by commas{separator}"
            )));
        }
        Ok(())
    }
}

/// A hint where a line is separated by something other than commas; empty where it is not.
fn other_separator(line: &[u8]) -> &'static str {
    if line.contains(&b';') {
        "\n  hint: its cells seem to be separated by semicolons; write it with commas between cells and a point in numbers"
    } else if line.contains(&b'\t') {
        "\n  hint: its cells seem to be separated by tabs; write it with commas between cells"
    } else {
        ""
    }
}

/// The first ten of some names, each in backquotes.
pub(super) fn quoted(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(10).map(|n| format!("`{n}`")).collect();
    let more = if names.len() > 10 { " …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// A text as a TOML string.
pub(super) fn toml(text: &str) -> String {
    Value::Text(text.to_owned()).to_toml()
}

fn ill_formed(path: &Path, bytes: &[u8], error: &csv::Error) -> Error {
    let fault = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let first = bytes.split(|&byte| byte == b'\n').next();
            let separator = other_separator(first.filter(|_| *expected_len == 1).unwrap_or_default());
            format!("expected {expected_len} cells as in the first line, found {len}{separator}")
        }
        ErrorKind::Utf8 { .. } => {
            "not UTF-8 text\n  hint: write the table as CSV in UTF-8; a workbook of a spreadsheet program cannot be read".to_owned()
        }
        _ => error.to_string(),
    };
    let line = line(bytes, error.position());
    Error::Data(format!("`{}`: line {line}: {fault}", path.display()))
}

/// The line on which a row starts; the position is before the empty lines that were skipped.
fn line(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(bytes.len());
    let rest = bytes.get(start..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    position.line() + skipped.filter(|&&byte| byte == b'\n').count() as u64
}
