//! A comparison in words and tables.

mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use tables::{csv, json};
pub use words::{markdown, table};
