//! What a dataset holds, in plain values: `data` makes it, the manifest keeps it, and `plan`, `run`
//! and `report` tell it before a number is believed. Nothing here knows a file or a tensor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A dataset as its reader understood it, before any trial splits or scales it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DatasetDescription {
    /// Its name in `data.dataset`.
    pub dataset: String,
    /// The columns of a table, in the order of the file; empty for images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReading>,
    /// Every class, in the order of its number.
    #[serde(default)]
    pub classes: Vec<ClassCount>,
    /// Rows left out because a cell was missing (`data.missing_rows = "drop"`).
    #[serde(default)]
    pub dropped_rows: usize,
    /// Test examples whose inputs also stand in the training set.
    #[serde(default)]
    pub repeated_test_examples: usize,
    /// What a reader should know before believing a result, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How one column of a table was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReading {
    /// Its header, else its number from 1.
    pub name: String,
    /// What became of it.
    #[serde(flatten)]
    pub role: ColumnRole,
}

/// What a column of a table is to the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum ColumnRole {
    /// A number: one input.
    Input,
    /// One input for each of its values.
    Category {
        /// How many different values it has.
        values: usize,
    },
    /// The class.
    Label,
    /// Not read.
    Ignored,
}

/// How often a class occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// As it stands in the table; its number for images.
    pub name: String,
    /// Training examples, validation included.
    pub train: usize,
    /// Test examples.
    pub test: usize,
}

/// The files of a dataset with a name, by what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatasetFiles {
    /// Whether they hold what was published under that name.
    pub published: bool,
    /// The SHA-256 of each file's unpacked bytes, by its published name without `.gz`.
    pub files: BTreeMap<String, String>,
}
