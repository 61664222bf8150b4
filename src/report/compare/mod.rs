//! Comparisons as text and as tables.

mod latex;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use latex::latex;
pub(super) use latex::{is_best, meaning_of_bold};
pub use tables::{csv, json};
pub(super) use words::{MEDIAN_OF_TIMES, mean_difference, notes, until};
pub use words::{markdown, table};
