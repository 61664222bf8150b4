//! Statistics over replicates: pure functions, each with its formula and source.
//!
//! Nothing here depends on what a trial is. A function that has no answer (a mean of nothing, a
//! deviation of one value) says so with `None`; values that are not finite are the caller's to
//! sort out. Whoever resamples brings the random numbers: a `draw` is a whole number below a bound.
//!
//! - One sample: [`mean`], [`median`], [`interquartile_mean`], [`standard_deviation`],
//!   [`t_interval`], [`bca_interval`].
//! - A curve, and when it gets somewhere: [`mean_height`], [`median_time`].
//! - An exponential average, and what is left of its start: [`left_of_start`].
//! - Two conditions, replicate by replicate: [`compare_pairs`], and what may be said then:
//!   `verdict`.
//!
//! All of it is checked against scipy's numbers in `tests/references.rs`, and what the intervals and
//! the verdict promise by simulation in `tests/coverage.rs`.

mod averages;
mod bootstrap;
mod curve;
mod describe;
mod multiple;
mod normal;
mod paired;
mod proportion;
mod signs;
mod student;
mod survival;
#[cfg(test)]
mod tests;
mod verdict;

pub use averages::{SETTLED, left_of_start};
pub use bootstrap::{Resamples, bca_interval};
pub use curve::mean_height;
pub use describe::{interquartile_mean, maximum, mean, median, minimum, standard_deviation};
pub use multiple::holm;
pub use paired::{PairedComparison, Score, Tally, compare_pairs};
pub use proportion::wilson_interval;
pub use signs::{EXACT_UP_TO, SAMPLED_FLIPS, Test, TestKind, sign_flip_test, sign_test};
pub use student::{Interval, t_critical, t_interval};
pub use survival::median_time;
pub use verdict::{
    FEWEST_PAIRS, SIGNIFICANCE, Side, Verdict, pairs_for_correction, pairs_for_decision, verdict,
};
