//! The archive: what is written to a results folder, and how it is read back. It knows no tensor.

mod again;
mod checkpoint;
pub mod claims;
pub mod layout;
pub mod manifest;
pub mod reader;
pub mod results;
pub mod schema;
mod tables;
mod trial_files;
pub mod writer;
