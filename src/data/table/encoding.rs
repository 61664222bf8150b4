//! Converts cells to numbers: which columns are numbers, which categories the others have, which column is
//! the label and what its classes are. Determined from the training file, applied to every row.

use std::collections::BTreeSet;

use super::classes::{Classes, MOST};
use super::columns::{Role, Use};
use super::csv_table::{CsvTable, toml};
use super::number::{Kind, kind, number};
use super::numeric::{holds_numbers, not_a_number};
use crate::config::spec::{InputScaling, Table};
use crate::description::{ColumnReading, ColumnRole};
use crate::error::Result;

/// How a row is converted to inputs and a class.
#[derive(Debug)]
pub(super) struct Encoding<'a> {
    settings: &'a Table,
    /// Numbers that are not scaled must fit into the 32 bits of an input.
    is_scaled: bool,
    label: usize,
    classes: Classes,
    /// Every input column, in order.
    columns: Vec<(usize, Column)>,
}

/// The encoding of one column.
#[derive(Debug)]
enum Column {
    /// A number: one input.
    Numbers,
    /// One-hot: one input for each category; these are sorted.
    Categories(Vec<String>),
}

impl<'a> Encoding<'a> {
    /// Determines the encoding from the training file and the uses of its columns.
    pub(super) fn learn(
        csv: &CsvTable,
        uses: &[Use],
        settings: &'a Table,
        scaling: InputScaling,
    ) -> Result<Self> {
        let mut columns = Vec::new();
        let mut label = 0;
        for (column, what) in uses.iter().enumerate() {
            match what.role {
                Role::Label => label = column,
                Role::Input => {
                    columns.push((column, Column::learn(csv, column, *what, settings)?));
                }
                Role::Ignored => {}
            }
        }
        Ok(Self {
            settings,
            is_scaled: scaling != InputScaling::None,
            label,
            classes: Classes::learn(csv, label, uses[label], settings)?,
            columns,
        })
    }

    /// Number of inputs per row.
    pub(super) fn features(&self) -> usize {
        let inputs = |(_, column): &(usize, Column)| match column {
            Column::Numbers => 1,
            Column::Categories(categories) => categories.len(),
        };
        self.columns.iter().map(inputs).sum()
    }

    pub(super) fn classes(&self) -> &Classes {
        &self.classes
    }

    /// How each column is used, in the order of the file.
    pub(super) fn readings(&self, csv: &CsvTable) -> Vec<ColumnReading> {
        let role = |place| match self.columns.iter().find(|(column, _)| *column == place) {
            Some((_, Column::Numbers)) => ColumnRole::Input,
            Some((_, Column::Categories(categories))) => {
                ColumnRole::Category { values: categories.len() }
            }
            None if place == self.label => ColumnRole::Label,
            None => ColumnRole::Ignored,
        };
        let reading = |(place, name): (usize, &String)| ColumnReading {
            name: name.clone(),
            role: role(place),
        };
        csv.names.iter().enumerate().map(reading).collect()
    }

    /// Appends a row's inputs and returns its class.
    pub(super) fn append(&self, csv: &CsvTable, row: usize, inputs: &mut Vec<f64>) -> Result<u8> {
        for (column, kind) in &self.columns {
            match kind {
                Column::Numbers => inputs.push(self.number(csv, row, *column)?),
                Column::Categories(categories) => {
                    let cell = csv.cell(row, *column);
                    let place = categories.binary_search_by(|known| known.as_str().cmp(cell));
                    let place = place.map_err(|_| {
                        let fault = "is a category that the training file does not have";
                        csv.cell_error(row, *column, fault)
                    })?;
                    inputs.extend((0..categories.len()).map(|i| f64::from(u8::from(i == place))));
                }
            }
        }
        let class = self.classes.of(csv.cell(row, self.label));
        class.ok_or_else(|| {
            let fault = "is a label that the training file does not have";
            csv.cell_error(row, self.label, fault)
        })
    }

    fn number(&self, csv: &CsvTable, row: usize, column: usize) -> Result<f64> {
        let value = number(csv.cell(row, column)).ok_or_else(|| {
            let beside = ", as this column is in the training file";
            not_a_number(csv, row, column, Role::Input, self.settings, beside)
        })?;
        if self.is_scaled || (value as f32).is_finite() {
            return Ok(value);
        }
        let most = f32::MAX;
        let fault = format!(
            "is beyond ±{most:e}, the largest number of 32 bits, in which the network computes\n  hint: `data.input_scaling = \"standardize\"` or `\"unit\"` brings it into range"
        );
        Err(csv.cell_error(row, column, fault))
    }
}

impl Column {
    fn learn(csv: &CsvTable, column: usize, what: Use, settings: &Table) -> Result<Self> {
        if !what.is_categorical && holds_numbers(csv, column, what.role, settings)? {
            return Ok(Self::Numbers);
        }
        let categories: BTreeSet<&str> = csv.column(column).collect();
        let count = categories.len();
        if count > MOST {
            // A column of text has one.
            let text = csv.column(column).position(|cell| kind(cell) != Kind::Number);
            let name = toml(&csv.names[column]);
            let fault = format!(
                "is text, as the column is, and {count} different values are too many for categories; at most {MOST} are turned into inputs\n  hint: `data.ignore = [{name}]` leaves the column out"
            );
            return Err(csv.cell_error(text.unwrap_or(0), column, fault));
        }
        let categories = categories.into_iter().map(str::to_owned).collect();
        Ok(Self::Categories(categories))
    }
}
