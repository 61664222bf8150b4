//! Statistics over replicates: pure functions, each with its formula and source.
//!
//! Nothing here depends on trials. A function whose result is not defined (a mean of no values, a
//! deviation of one value) returns `None`; callers must remove values that are not
//! finite. Functions that resample take the random numbers from the caller: `draw` returns a whole number
//! below a bound.
//!
//! - One sample: [`mean`], [`median`], [`interquartile_mean`], [`standard_deviation`],
//!   [`t_interval`], [`bca_interval`].
//! - A curve, and the time until it reaches a target: [`mean_height`], [`median_time`].
//! - An exponential average, and the remaining share of its initial value: [`left_of_start`].
//! - Two conditions, replicate by replicate: [`compare_pairs`], and the resulting
//!   `verdict`.
//!
//! All of it is compared with scipy's numbers in `tests/references.rs`, and `tests/coverage.rs` checks the coverage
//! of intervals and the error rate of verdicts by simulation.

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
