//! Results folders: how they are laid out and read, how runs share them and go on after an interruption, how far
//! an experiment is, and how folders are merged, published and cleaned. No tensor is known here.
//!
//! - [`mod@format`]: the names, columns and fields of all files, and how one file is read.
//! - [`recovery`]: locks and leases of the runs that share a folder, the files of a trial under way, and what an
//!   interrupted one resumes from.
//! - [`reader`] reads a whole folder into [`query::Results`]; [`writer`] is the observer that fills it.
//! - [`status`]: what is done, under way and left, from files alone.
//! - [`transfer`]: merging, publishing and cleaning folders.

mod agreement;
pub mod format;
#[cfg(test)]
mod fuzz_tests;
pub mod query;
pub mod reader;
pub mod recovery;
pub mod status;
pub mod transfer;
pub mod writer;
