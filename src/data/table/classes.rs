//! The label's values and the classes that they form.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Role, Use};
use super::csv_table::{CsvTable, quoted};
use super::number::{Exact, is_plain, number};
use super::numeric::holds_numbers;
use crate::config::spec::Table;
use crate::error::Result;

/// The most classes, which are numbered by a byte; and the most categories of a column.
pub(super) const MOST: usize = 256;

/// Labels with the same key form one class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The number, compared exactly, and the cell unless it is written plainly: `1` and `1.0` are
    /// one class, `7` and `007` are two.
    Number(Exact, String),
    Text(String),
}

/// The label's values in their order: by number if all are numbers, else by spelling. A class is a
/// position among them.
#[derive(Debug)]
pub(super) struct Classes {
    are_numbers: bool,
    keys: Vec<Key>,
    /// The spellings of each class, sorted by length.
    spellings: Vec<Vec<String>>,
}

impl Classes {
    /// Determines the classes from the training file's column.
    pub(super) fn learn(
        csv: &CsvTable,
        column: usize,
        what: Use,
        settings: &Table,
    ) -> Result<Self> {
        let are_numbers =
            !what.is_categorical && holds_numbers(csv, column, Role::Label, settings)?;
        let mut classes: BTreeMap<Key, BTreeSet<(usize, &str)>> = BTreeMap::new();
        for cell in csv.column(column) {
            let spellings = classes.entry(key(are_numbers, cell)).or_default();
            spellings.insert((cell.len(), cell));
        }
        let name = &csv.names[column];
        let count = classes.len();
        if count > MOST {
            return Err(csv.error(format_args!(
                "column `{name}` has {count} different labels; at most {MOST} classes can be told apart (is another column the label? `data.label`)"
            )));
        }
        if count < 2 {
            return Err(csv.error(format_args!(
                "every row has the same label in column `{name}`; at least two classes are needed (is another column the label? `data.label`)"
            )));
        }
        let texts = |set: BTreeSet<(usize, &str)>| -> Vec<String> {
            set.into_iter().map(|(_, text)| text.to_owned()).collect()
        };
        let (keys, spellings) = classes.into_iter().map(|(key, set)| (key, texts(set))).unzip();
        Ok(Self { are_numbers, keys, spellings })
    }

    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// The class of a label; `None` where the training file does not have it.
    pub(super) fn of(&self, cell: &str) -> Option<u8> {
        if self.are_numbers && number(cell).is_none() {
            return None;
        }
        let place = self.keys.binary_search(&key(self.are_numbers, cell)).ok()?;
        // At most 256 classes, so the last is 255.
        Some(place as u8)
    }

    /// The shortest spelling of each class.
    pub(super) fn names(&self) -> Vec<String> {
        let shortest = |spellings: &Vec<String>| spellings.first().cloned().unwrap_or_default();
        self.spellings.iter().map(shortest).collect()
    }

    /// A note for each class that is spelt in several ways in the training file.
    pub(super) fn merged(&self, column: &str) -> Vec<String> {
        let several = self.spellings.iter().filter(|spellings| spellings.len() > 1);
        let sentence = |spellings: &Vec<String>| {
            let spellings = quoted(spellings);
            format!("labels {spellings} of column `{column}` are one number, and so one class")
        };
        several.map(sentence).collect()
    }
}

fn key(are_numbers: bool, cell: &str) -> Key {
    if !are_numbers {
        return Key::Text(cell.to_owned());
    }
    let spelling = if is_plain(cell) { "" } else { cell };
    Key::Number(Exact::of(cell), spelling.to_owned())
}
