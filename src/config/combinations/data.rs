//! Checks of `[data]`: enough examples to train on, where their number is known here (a file's own size is
//! checked when it is read), a file where one is needed, and images where a key concerns pixels.

use crate::config::problem::Report;
use crate::config::spec::{Dataset, InputScaling, Settings};

/// Reports problems in the data settings of a condition.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    check_file(settings, report);
    check_columns(settings, report);
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

/// Reports columns that are given two roles.
fn check_columns(settings: &Settings, report: Report<'_>) {
    let Dataset::Csv(table) = &settings.data.dataset else {
        return;
    };
    let inputs = table.inputs.as_deref().unwrap_or_default();
    if let Some(name) = inputs.iter().find(|name| table.ignore.contains(name)) {
        let reason = format!("column `{name}` is in `data.inputs` as well; keep it in one of them");
        report("data.ignore", reason);
    }
    if let Some(label) = &table.label {
        for (key, columns) in [("data.inputs", inputs), ("data.ignore", &table.ignore)] {
            if columns.contains(label) {
                let reason = format!("column `{label}` is the label (`data.label`)");
                report(key, reason);
            }
        }
    }
    if table.inputs.as_ref().is_some_and(Vec::is_empty) {
        report("data.inputs", "leaves no input; name at least one column".to_owned());
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
