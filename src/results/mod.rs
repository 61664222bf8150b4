//! Results folders: their layout and readers, how runs share them and resume after an interruption, the progress
//! of an experiment, and how folders are merged, published and cleaned. Nothing here uses tensors.
//!
//! - [`mod@format`]: the names, columns and fields of all files, and how one file is read.
//! - [`recovery`]: locks and leases of the runs that share a folder, the files of a trial under way, and the state
//!   from which an interrupted one resumes.
//! - [`reader`] reads a whole folder into [`query::Results`]; [`writer`] is the observer that writes it.
//! - [`status`]: which trials are finished, under way and left, from files alone.
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
