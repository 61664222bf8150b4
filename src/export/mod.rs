//! Results in the formats of other programs.

pub mod tensorboard;
