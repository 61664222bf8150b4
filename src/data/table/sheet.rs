//! A file of comma-separated cells: read, checked for its form, and every cell's place known.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::error::{Error, Result};
use crate::fs;

/// A file's rows, all of the same length; no cell is empty.
#[derive(Debug)]
pub(super) struct Sheet {
    path: PathBuf,
    /// The name of each column: its header, else its number from 1.
    pub(super) names: Vec<String>,
    /// The rows, without the header.
    pub(super) rows: Vec<StringRecord>,
    /// The line that each row starts on, from 1.
    lines: Vec<u64>,
    has_header: bool,
}

impl Sheet {
    /// Reads the file at `path`, which `key` names.
    pub(super) fn read(path: &Path, has_header: bool, key: &str) -> Result<Self> {
        let missing = || {
            Error::Data(format!(
                "there is no file `{}`, which `{key}` names; a path is relative to the working directory",
                path.display()
            ))
        };
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
            let are_numbers = names.iter().all(|name| name.parse::<f64>().is_ok());
            if are_numbers && !names.is_empty() {
                return Err(Error::Data(format!(
                    "`{}`: its first row, `{}`, holds numbers and no names\n  hint: with `data.header = false` it is a row like the others",
                    path.display(),
                    names.iter().take(5).cloned().collect::<Vec<_>>().join(",")
                )));
            }
        }
        let rows: Vec<StringRecord> = reader.records().collect::<Result<_, _>>().map_err(form)?;
        if let (false, Some(first)) = (has_header, rows.first()) {
            names = (1..=first.len()).map(|number| number.to_string()).collect();
        }
        let lines = rows.iter().map(|row| line(&bytes, row.position()));
        let sheet = Self {
            path: path.to_owned(),
            names,
            lines: lines.collect(),
            rows,
            has_header,
        };
        sheet.check()?;
        Ok(sheet)
    }

    /// The cell of a row in a column.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        // Every row has a cell for every name: the reader refuses others.
        self.rows[row].get(column).unwrap_or_default()
    }

    /// All cells of a column, from the first row on.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows.len()).map(move |row| self.cell(row, column))
    }

    /// The error for a cell.
    pub(super) fn cell_error(&self, row: usize, column: usize, fault: impl Display) -> Error {
        let line = self.lines[row];
        let name = &self.names[column];
        let cell = self.cell(row, column);
        self.error(format_args!(
            "line {line}, column `{name}`: `{cell}` {fault}"
        ))
    }

    /// The error for the file as a whole.
    pub(super) fn error(&self, fault: impl Display) -> Error {
        Error::Data(format!("`{}`: {fault}", self.path.display()))
    }

    /// Refuses this sheet where its columns are not those of `train`.
    pub(super) fn must_fit(&self, train: &Self) -> Result<()> {
        if self.names == train.names {
            return Ok(());
        }
        let (here, there) = (self.names.len(), train.names.len());
        let train = train.path.display();
        Err(if here == there {
            self.error(format_args!("its columns are not named as in `{train}`"))
        } else {
            self.error(format_args!("it has {here} columns, `{train}` has {there}"))
        })
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
            return Err(self.error(
                "it has one column; a label and at least one input are needed, separated by commas",
            ));
        }
        for row in 0..self.rows.len() {
            if let Some(column) = self.rows[row].iter().position(str::is_empty) {
                let (line, name) = (self.lines[row], &self.names[column]);
                return Err(self.error(format_args!(
                    "line {line}, column `{name}`: the cell is empty; fill it, or remove the row or the column"
                )));
            }
        }
        Ok(())
    }
}

fn ill_formed(path: &Path, bytes: &[u8], error: &csv::Error) -> Error {
    let fault = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("expected {expected_len} cells as in the first line, found {len}"),
        ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    let line = line(bytes, error.position());
    Error::Data(format!("`{}`: line {line}: {fault}", path.display()))
}

/// The line on which a row starts; its position is before the empty lines that were skipped.
fn line(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(bytes.len());
    let rest = bytes.get(start..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    position.line() + skipped.filter(|&&byte| byte == b'\n').count() as u64
}
