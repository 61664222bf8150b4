//! Results folders as a whole: merging them, publishing compact copies, cleaning them.

pub mod clean;
pub mod merge;
pub mod publish;
