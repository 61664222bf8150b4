//! Verdicts on claims: the table "claim → verdict → effect → figure", and every test behind it.

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
    /// The folder, as it is to be written.
    pub folder: String,
    /// The claim and its verdict.
    pub judgement: ClaimResult,
    /// The chart that shows it, as it is to be linked to.
    pub figure: Option<String>,
    /// Its report, if it has been written, as it is to be linked to.
    pub report: Option<String>,
}
