//! `[data]`: enough examples to train on. Only where their number is known here; a file's own size
//! is checked when it is read.

use super::Report;
use crate::config::spec::Settings;

/// Reports the key that leaves nothing to train on.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    let Some(total) = settings.data.train_examples else {
        return;
    };
    let held_out = settings.data.validation.of(total);
    if held_out >= total {
        let reason =
            format!("holds out all of the {total} training examples; leave some to train on");
        report("data.validation", reason);
        return;
    }
    let left = total - held_out;
    if settings.train.steps_per_epoch(left) == 0 {
        let reason = format!("the {left} training examples left by validation never make a batch");
        report("train.batch_size", reason);
    }
}
