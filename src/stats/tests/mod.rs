//! Tests of the statistics as a whole.

mod coverage;
mod references;
