//! From rows to words: the tables that end a run.

pub mod conditions;
mod table;
pub mod tune;
