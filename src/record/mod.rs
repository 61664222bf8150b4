//! The archive: what is written to a results folder, and how it is read back. It knows no tensor.

pub mod account;
mod again;
mod checkpoint;
pub mod claims;
pub mod compact;
mod curves;
mod datasets;
pub mod differences;
mod ending;
mod fingerprints;
#[cfg(test)]
mod fuzz_tests;
pub mod gate;
pub mod layout;
pub mod leftovers;
pub mod live;
pub mod manifest;
pub mod merge;
mod opening;
pub mod overview;
pub mod publish;
pub mod reader;
pub mod results;
mod running;
mod runs;
pub mod schema;
pub mod speed;
mod state;
pub mod status;
pub mod stored;
pub mod survey;
mod tables;
mod takeover;
mod trial_files;
pub mod writer;
