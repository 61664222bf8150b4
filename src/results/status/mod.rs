//! The progress of an experiment and the provenance of its results, from files alone.

pub mod account;
pub mod differences;
mod fingerprints;
pub mod live;
mod nearest;
pub mod overview;
pub mod plan;
pub mod settings;
pub mod speed;
pub mod stored;
pub mod unplanned;
