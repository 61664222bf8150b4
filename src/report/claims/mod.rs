//! What came of claims: the table "claim → verdict → effect → figure", and every test behind it.

mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use tables::{csv, json};
pub use words::{answer, markdown, table, test_name, verdict};

use crate::compare::claim::Judgement;

/// A claim of a results folder, judged.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The folder, as it is to be written.
    pub folder: String,
    /// The claim and what came of it.
    pub judgement: Judgement,
    /// The chart that shows it, as it is to be linked to.
    pub figure: Option<String>,
}
