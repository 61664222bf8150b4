//! Combinations of keys that cannot be trained although each key is valid. One file for each section whose
//! key has to change.

mod data;
mod model;
pub(super) mod norm;
mod train;

use super::problem::Report;
use super::spec::Settings;

/// Reports every combination in a condition's settings that cannot be trained.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    data::check(settings, report);
    model::check(settings, report);
    norm::check(settings, report);
    train::check(settings, report);
}
