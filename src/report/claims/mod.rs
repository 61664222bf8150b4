//! Verdicts on claims: the table "claim → verdict → effect → figure", and every test.

mod effect;
mod entries;
mod settings;
mod sides;
mod tables;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

pub use effect::test_name;
pub(super) use effect::{expected, measured, signed, spoken_setting};
pub use entries::{folders, within, written};
pub use settings::{answer, lines};
pub use tables::{csv, json};
pub use verdict::verdict;
pub(super) use words::{EFFECTS, outcome};
pub use words::{markdown, table};

use crate::compare::claim::ClaimResult;

/// A claim of a results folder, judged.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The folder's path in the output.
    pub folder: String,
    /// The claim and its verdict.
    pub judgement: ClaimResult,
    /// The link to the chart that the claim names.
    pub figure: Option<String>,
    /// The link to its report, if it has been written.
    pub report: Option<String>,
}
