//! Tables and reports as text: those that a run prints at its end, and those that commands request.

pub mod bench;
pub mod claims;
pub mod compare;
pub mod conditions;
pub mod dataset;
pub mod explain;
mod latex;
mod markdown;
pub mod page;
pub mod plan;
pub mod query;
pub mod results;
pub mod selection;
pub mod sheet;
#[cfg(test)]
mod snapshot;
pub mod splice;
mod table;
pub mod tune;
pub mod watch;
