//! Checks of `[train]`: a warm-up must end before the training does. Checked only where the number of steps
//! is known here; with epochs it depends on the data.

use crate::config::problem::Report;
use crate::config::spec::{Length, Settings};

/// Reports a warm-up after which no step has the full learning rate.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    let warmup = settings.train.warmup_steps;
    if let Length::Steps(steps) = settings.train.length
        && warmup > 0
        && warmup >= steps
    {
        let reason = format!(
            "must be below the {steps} of `train.steps`, or no step has the whole learning rate"
        );
        report("train.warmup_steps", reason);
    }
}
