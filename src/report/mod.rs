//! From rows to words: the table that ends a run.

pub mod conditions;
mod table;
