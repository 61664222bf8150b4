//! Verdicts on claims: the table "claim → verdict → effect → figure", and every test.

mod effect;
mod entries;
mod latex;
mod settings;
mod sides;
mod tables;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

pub use effect::test_name;
pub(super) use effect::{expected, measured, signed, spoken_setting};
pub use entries::{Entry, folders, within, written};
pub use latex::latex;
pub use settings::{answer, brief, lines};
pub use tables::{csv, json};
pub use verdict::{as_expected, verdict, verdict_parts};
pub(super) use words::{EFFECTS, outcome};
pub use words::{details, markdown, table};
