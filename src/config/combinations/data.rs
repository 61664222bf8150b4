//! `[data]`: enough examples to train on, where their number is known here (a file's own size is
//! checked when it is read), a file where one is needed, and images where pixels are meant.

use super::Report;
use crate::config::spec::{Dataset, InputScaling, Settings};

/// Reports what is wrong with the data of a condition.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    check_file(settings, report);
    check_images(settings, report);
    check_sizes(settings, report);
}

fn check_file(settings: &Settings, report: Report<'_>) {
    if let Dataset::Csv(table) = &settings.data.dataset
        && table.file.as_os_str().is_empty()
    {
        let reason = "is missing; with `data.dataset = \"csv\"` it names the table";
        report("data.file", reason.to_owned());
    }
}

fn check_images(settings: &Settings, report: Report<'_>) {
    let data = &settings.data;
    if data.input_scaling == InputScaling::Binary && data.dataset.image().is_none() {
        let reason = format!(
            "is for the pixels of images, and `{}` is a table; take `\"unit\"` or `\"standardize\"`",
            data.dataset.name()
        );
        report("data.input_scaling", reason);
    }
}

/// Reports the key that leaves nothing to train on.
fn check_sizes(settings: &Settings, report: Report<'_>) {
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
