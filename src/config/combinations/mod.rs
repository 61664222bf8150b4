//! What no key forbids by itself, but several together do. One file per section, after the section
//! whose key has to change.

mod data;
mod model;
pub(super) mod norm;
mod train;

use super::spec::Settings;

/// Takes the key that should change, and the reason why it cannot stay, as it follows
/// "`key = value`: ".
pub(super) type Report<'a> = &'a mut dyn FnMut(&'static str, String);

/// Reports every combination in a condition's settings that cannot be trained.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    data::check(settings, report);
    model::check(settings, report);
    norm::check(settings, report);
    train::check(settings, report);
}
