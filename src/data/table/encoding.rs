//! Cells → numbers: which columns are numbers, which categories the others have, which column is
//! the label and what its classes are. Learnt from the training file, applied to every row.

use std::collections::BTreeSet;

use super::sheet::Sheet;
use crate::description::{ColumnReading, ColumnRole};
use crate::error::{Error, Result};

/// The most categories of a column and the most classes.
const MOST: usize = 256;

/// How a row becomes inputs and a class.
#[derive(Debug)]
pub(super) struct Encoding {
    label: usize,
    classes: Classes,
    /// Every column but the label, in order.
    columns: Vec<(usize, Column)>,
}

/// One column's part in the inputs.
#[derive(Debug)]
enum Column {
    /// One input.
    Numbers,
    /// One input per category; these are sorted.
    Categories(Vec<String>),
}

/// The label's values, sorted; a class is a place among them.
#[derive(Debug)]
enum Classes {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl Encoding {
    /// Learns from the training file; `label` is a column's name, by default the last one's.
    pub(super) fn learn(sheet: &Sheet, label: Option<&str>) -> Result<Self> {
        let label = label_column(sheet, label)?;
        let classes = Classes::learn(sheet, label)?;
        let columns = (0..sheet.names.len())
            .filter(|&column| column != label)
            .map(|column| Ok((column, Column::learn(sheet, column)?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            label,
            classes,
            columns,
        })
    }

    /// Inputs per row.
    pub(super) fn features(&self) -> usize {
        let inputs = |(_, column): &(usize, Column)| match column {
            Column::Numbers => 1,
            Column::Categories(categories) => categories.len(),
        };
        self.columns.iter().map(inputs).sum()
    }

    /// Number of classes.
    pub(super) fn classes(&self) -> usize {
        match &self.classes {
            Classes::Numbers(values) => values.len(),
            Classes::Texts(values) => values.len(),
        }
    }

    /// The name of each class, in the order of its number.
    pub(super) fn class_names(&self) -> Vec<String> {
        match &self.classes {
            Classes::Numbers(values) => values.iter().map(f64::to_string).collect(),
            Classes::Texts(values) => values.clone(),
        }
    }

    /// How each column was read, in the order of the file.
    pub(super) fn readings(&self, sheet: &Sheet) -> Vec<ColumnReading> {
        let role = |place| match self.columns.iter().find(|(column, _)| *column == place) {
            None => ColumnRole::Label,
            Some((_, Column::Numbers)) => ColumnRole::Input,
            Some((_, Column::Categories(categories))) => ColumnRole::Category {
                values: categories.len(),
            },
        };
        let reading = |(place, name): (usize, &String)| ColumnReading {
            name: name.clone(),
            role: role(place),
        };
        sheet.names.iter().enumerate().map(reading).collect()
    }

    /// Appends a row's inputs and returns its class.
    pub(super) fn append(&self, sheet: &Sheet, row: usize, inputs: &mut Vec<f32>) -> Result<u8> {
        for (column, kind) in &self.columns {
            match kind {
                Column::Numbers => inputs.push(input(sheet, row, *column)?),
                Column::Categories(categories) => {
                    let cell = sheet.cell(row, *column);
                    let place = categories.binary_search_by(|known| known.as_str().cmp(cell));
                    let place = place.map_err(|_| {
                        let fault = "is a category that the training file does not have";
                        sheet.cell_error(row, *column, fault)
                    })?;
                    inputs.extend((0..categories.len()).map(|i| f32::from(u8::from(i == place))));
                }
            }
        }
        let class = self.classes.of(sheet.cell(row, self.label));
        class.ok_or_else(|| {
            let fault = "is a label that the training file does not have";
            sheet.cell_error(row, self.label, fault)
        })
    }
}

fn label_column(sheet: &Sheet, label: Option<&str>) -> Result<usize> {
    let Some(label) = label else {
        // A sheet has at least two columns.
        return Ok(sheet.names.len() - 1);
    };
    let mut found = (0..sheet.names.len()).filter(|&column| sheet.names[column] == label);
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        (Some(_), Some(_)) => Err(sheet.error(format_args!(
            "two columns are called `{label}` (`data.label`)"
        ))),
        (None, _) => {
            let shown: Vec<String> = sheet
                .names
                .iter()
                .take(10)
                .map(|n| format!("`{n}`"))
                .collect();
            let more = if sheet.names.len() > 10 { " …" } else { "" };
            Err(sheet.error(format_args!(
                "no column is called `{label}` (`data.label`); there are {}{more}",
                shown.join(", ")
            )))
        }
    }
}

impl Column {
    fn learn(sheet: &Sheet, column: usize) -> Result<Self> {
        let Some(text) = first_text(sheet, column)? else {
            return Ok(Self::Numbers);
        };
        let categories: BTreeSet<&str> = sheet.column(column).collect();
        if categories.len() > MOST {
            let count = categories.len();
            let fault = format!(
                "is not a number, and {count} different values are too many for categories; at most {MOST} are turned into inputs"
            );
            return Err(sheet.cell_error(text, column, fault));
        }
        let categories = categories.into_iter().map(str::to_owned).collect();
        Ok(Self::Categories(categories))
    }
}

impl Classes {
    fn learn(sheet: &Sheet, column: usize) -> Result<Self> {
        let classes = if first_text(sheet, column)?.is_none() {
            let mut values: Vec<f64> = sheet.column(column).filter_map(number).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            Self::Numbers(values)
        } else {
            let values: BTreeSet<&str> = sheet.column(column).collect();
            Self::Texts(values.into_iter().map(str::to_owned).collect())
        };
        let count = match &classes {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        };
        let name = &sheet.names[column];
        match count {
            2..=MOST => Ok(classes),
            0 | 1 => Err(sheet.error(format_args!(
                "every row has the same label in column `{name}`; at least two classes are needed (is another column the label? `data.label`)"
            ))),
            _ => Err(sheet.error(format_args!(
                "column `{name}` has {count} different labels; at most {MOST} classes can be told apart (is another column the label? `data.label`)"
            ))),
        }
    }

    fn of(&self, cell: &str) -> Option<u8> {
        let place = match self {
            Self::Numbers(values) => {
                let value = number(cell)?;
                values
                    .binary_search_by(|known| known.total_cmp(&value))
                    .ok()
            }
            Self::Texts(values) => values
                .binary_search_by(|known| known.as_str().cmp(cell))
                .ok(),
        };
        // At most 256 classes, so the last is 255.
        place.map(|place| place as u8)
    }
}

/// The first row whose cell is no number; a number that is not finite is refused.
fn first_text(sheet: &Sheet, column: usize) -> Result<Option<usize>> {
    let mut text = None;
    for (row, cell) in sheet.column(column).enumerate() {
        match number(cell) {
            None => text = text.or(Some(row)),
            Some(value) if value.is_finite() => {}
            Some(_) => return Err(not_finite(sheet, row, column)),
        }
    }
    Ok(text)
}

/// The number in a cell; 0 has no sign.
fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().map(|value: f64| value + 0.0)
}

fn input(sheet: &Sheet, row: usize, column: usize) -> Result<f32> {
    let value = number(sheet.cell(row, column)).ok_or_else(|| {
        let fault = "is not a number, as this column is in the training file";
        sheet.cell_error(row, column, fault)
    })?;
    let value = value as f32;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(not_finite(sheet, row, column))
    }
}

fn not_finite(sheet: &Sheet, row: usize, column: usize) -> Error {
    let most = f32::MAX;
    let fault = format!("is not a finite number of at most {most:e} in size");
    sheet.cell_error(row, column, fault)
}
