//! The archive: what is written to a results folder, and how it is read back. It knows no tensor.

mod again;
mod checkpoint;
pub mod claims;
pub mod gate;
pub mod layout;
pub mod manifest;
mod opening;
pub mod reader;
pub mod results;
pub mod schema;
mod state;
pub mod survey;
mod tables;
mod trial_files;
pub mod writer;
