//! Statistics over replicates: pure functions, each with its formula and source.
//!
//! Nothing here knows what a trial is. A function that has no answer (a mean of nothing, a
//! deviation of one value) says so with `None`; values that are not finite are the caller's to
//! sort out.

mod describe;
mod student;

pub use describe::{maximum, mean, minimum, standard_deviation};
pub use student::{Interval, t_critical, t_interval};
