//! `[data]`: the keys of a table in the user's own file.

use std::path::PathBuf;

use super::data::{DATA_SEED, DATASET};
use crate::config::declare::{choices, keys, settings};
use crate::config::key::Applies::{self, Where, With};
use crate::config::key::Choice;
use crate::config::key::DefaultValue::{Flag, Number, Open, Text};
use crate::config::point::Point;
use crate::config::rule::{BETWEEN_0_AND_1, List, Order, Rule};

keys! { TABLE_KEYS:
    FILE: Option<PathBuf> = "data.file", Rule::File, default Open("required"), only CSV;
        "The table: comma-separated, one example per row. A path in the file is relative to the file's own folder, one given by `-o` to the working directory. In the ids of trials the table's content stands for its path: it may be moved, and one that has changed makes other trials. Columns of numbers are inputs as they are, columns of text make one input per category.";
    TEST_FILE: Option<PathBuf> = "data.test_file", Rule::File, default Open("none"), only CSV;
        "The rows to test with, in the same columns: matched by name, or by position where there is no header. Without it they are split off the table.";
    TABLE_SUMS: Option<Vec<String>> = "data.sha256", Rule::List(&SUM_LINES), default Open("none"), only CSV;
        "What each table held, a line as `sha256sum` prints it. Written by bn-lab into the `experiment.toml` of a results folder, so that the folder can be read without the table, and a table that has changed is noticed; not for you to write.";
    TEST_SHARE: f64 = "data.test_share", BETWEEN_0_AND_1, default Number(0.2),
        only Where("with `data.dataset = \"csv\"` and without `data.test_file`", is_test_split_off);
        "How much of the table's rows is split off as the test set, by `data.seed`.";
    STRATIFY: bool = "data.stratify", Rule::Flag, default Flag(true), only CSV;
        "Whether the test rows, the validation rows and the parts that `data.train_examples` and `data.test_examples` take have the classes in the proportions of the whole, and no class gives its last training row away. `false` draws them without regard to the class.";
    LABEL: Option<String> = "data.label", Rule::Text, default Open("the last column"), only CSV;
        "The column that holds the class: its name or, where the table has no header, its number from 1, in quotes.";
    HEADER: bool = "data.header", Rule::Flag, default Flag(true), only CSV;
        "Whether the first line names the columns. Where the key is absent, a first line that looks like data is refused; `true` believes it, for columns that are called `2019` and `2020`.";
    INPUTS: Option<Vec<String>> = "data.inputs", Rule::List(&COLUMN_NAMES),
        default Open("all but the label and those of `data.ignore`"), only CSV;
        "The columns that the network is shown; all others but the label are not read. A column is given by its name or, where it has none, by its number from 1, in quotes.";
    IGNORE: Option<Vec<String>> = "data.ignore", Rule::List(&COLUMN_NAMES),
        default Open("none"), only CSV;
        "Columns that are not read, such as row numbers and other ids.";
    CATEGORICAL: Option<Vec<String>> = "data.categorical", Rule::List(&COLUMN_NAMES),
        default Open("none"), only CSV;
        "Columns whose cells are text, whatever they look like: one input per category or, for the label, one class per spelling. Only an empty cell can be missing in them.";
    MISSING: Option<Vec<String>> = "data.missing", Rule::List(&CELLS),
        default Open("none"), only CSV;
        "Cells that say that a value is missing, as they stand in the file: `[\"NA\", \"?\"]`; `\"\"` is an empty cell. In columns of `data.categorical` they are categories.";
    MISSING_ROWS: MissingRows = "data.missing_rows", Rule::Choice(MissingRows::WORDS), default Text("refuse"),
        only Where("with `data.dataset = \"csv\"` and where `data.missing` is not empty", |point| {
            point.get(MISSING).is_some_and(|cells| !cells.is_empty())
        });
        "Whether a row with such a cell ends the run, or is left out and counted.";
}

const CSV: Applies = With(DATASET.0, &["csv"]);

/// The rule of lists of column names.
const COLUMN_NAMES: List = List {
    item: Rule::Column { may_be_empty: false },
    length: (0, usize::MAX),
    order: Order::Sorted,
    single: true,
    allowed: "a list of different texts, none of them empty",
};

/// The rule of lists of cells.
const CELLS: List = List {
    item: Rule::Column { may_be_empty: true },
    allowed: "a list of different texts",
    ..COLUMN_NAMES
};

const SUM_LINES: List = List::new(
    Rule::Sum,
    (0, usize::MAX),
    Order::Any,
    "a list of lines as `sha256sum` prints them: a sum of 64 hexadecimal digits, two spaces and a path",
);

/// Whether the test rows are split off the table itself.
pub(super) fn is_test_split_off(point: &Point<'_>) -> bool {
    point.has_word(DATASET.0, "csv") && point.value(TEST_FILE.0).is_none()
}

settings! {
    /// A file of comma-separated values.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Table {
        /// The file's path, as the program opens it.
        pub file: PathBuf => |point| point.get(FILE).unwrap_or_default(),
        /// The column with the label: its name, or its number from 1 where there is no header.
        /// `None` for the last column.
        pub label: Option<String> = LABEL,
        /// Whether the first line contains the column names.
        pub header: Header => Header::read,
        /// The input columns; `None` for all but the label and those of `ignore`.
        pub inputs: Option<Vec<String>> = INPUTS,
        /// Columns that are not read.
        pub ignore: Vec<String> => |point| point.get(IGNORE).unwrap_or_default(),
        /// Columns whose cells are text, even if they look like numbers.
        pub categorical: Vec<String> => |point| point.get(CATEGORICAL).unwrap_or_default(),
        /// Cells that mark a missing value, as written in the file.
        pub missing: Vec<String> => |point| point.get(MISSING).unwrap_or_default(),
        /// How rows with such cells are handled.
        pub missing_rows: MissingRows = MISSING_ROWS,
        /// The test rows.
        pub test: TestRows => |point| match point.get(TEST_FILE) {
            Some(file) => TestRows::File(file),
            None => TestRows::Share { share: point.get(TEST_SHARE), seed: point.get(DATA_SEED) },
        },
        /// Whether test rows, validation rows and subsets of the table are stratified by
        /// class.
        pub stratify: bool = STRATIFY,
    }
}

/// A table that an experiment names, with its checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// The key that names it: `data.file` or `data.test_file`.
    pub key: &'static str,
    /// The path that the resolved experiment stores, relative to the results folder.
    pub kept: String,
    /// The path as the program opens it.
    pub path: PathBuf,
    /// The SHA-256 of its content that the experiment stores.
    pub stored: Option<String>,
    /// The SHA-256 of its present content; `None` where the file is missing or was not read.
    pub now: Option<String>,
}

settings! {
    /// Whether the first line of a table contains the column names.
    #[derive(Debug, Clone, Copy)]
    pub struct Header {
        /// Whether the first line contains the names.
        pub is_there: bool = HEADER,
        /// Whether the experiment states it; the default is not trusted where the line looks like data.
        pub is_said: bool => |point| point.is_given(HEADER.0),
    }
}

/// Equal where the examples are: a default and the same value stated in the file are equal.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.is_there == other.is_there
    }
}

choices! {
    /// How rows that lack a value are handled.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum MissingRows {
        /// Reading ends with an error.
        Refuse = "refuse",
        /// The rows are left out, and counted.
        Drop = "drop",
    }
}

/// Where the test rows of a table come from.
#[derive(Debug, Clone, PartialEq)]
pub enum TestRows {
    /// A separate file.
    File(PathBuf),
    /// A random part of the rows.
    Share {
        /// The share of the rows, in `(0, 1)`.
        share: f64,
        /// Seed of the split, shared by all replicates.
        seed: u64,
    },
}
