//! Keys of other programs that this one does not have: a hint states so and names the nearest feature.
//! A suggestion of a key that only looks similar would mislead.

/// A feature that does not exist here, and what is nearest to it.
struct Absent {
    /// Names that other programs use; compared without regard to case, `-` and `_`.
    names: &'static [&'static str],
    /// Completes "there is no …".
    what: &'static str,
    /// A further sentence, on the nearest feature.
    nearest: &'static str,
}

const ABSENT: &[Absent] = &[
    Absent {
        names: &["label_smoothing", "smoothing"],
        what: "label smoothing",
        nearest: "`model.dropout` and `model.weight_decay` regularise, too",
    },
    Absent {
        names: &[
            "early_stopping",
            "early_stop",
            "patience",
            "min_delta",
            "restore_best_weights",
            "save_best_only",
        ],
        what: "early stopping",
        nearest: "every training has the length of `train.epochs` or `train.steps`; `trials.csv` has the epoch with the best validation accuracy, too",
    },
    Absent {
        names: &["class_weight", "class_weights", "pos_weight", "sample_weight"],
        what: "weight of classes or examples",
        nearest: "every example counts alike",
    },
    Absent {
        names: &["loss", "loss_fn", "loss_function", "criterion", "objective"],
        what: "choice of the loss",
        nearest: "it is the cross-entropy of the classes",
    },
    Absent {
        names: &["group", "project", "entity", "tags", "job_type", "wandb"],
        what: "group or project of runs",
        nearest: "one file is one experiment: `[sweep]` lists its conditions, `name` and `question` name it; groups of features are `norm.groups`",
    },
    Absent {
        names: &["axis", "feature_axis", "channel_axis"],
        what: "choice of the axis",
        nearest: "a norm layer always has one γ and one β for each feature: a unit of a dense layer, a channel of a feature map",
    },
    Absent {
        names: &["delimiter", "sep", "separator", "decimal", "thousands"],
        what: "choice of separators",
        nearest: "a table has commas between its cells and a point in its numbers",
    },
    Absent {
        names: &["encoding", "charset", "codec"],
        what: "choice of the encoding",
        nearest: "a table is UTF-8 text",
    },
    Absent {
        names: &["na_values", "null_values", "missing_values"],
        what: "key of this name",
        nearest: "`data.missing` lists the words that stand for missing cells",
    },
    Absent {
        names: &["target", "target_column", "label_column", "label_col"],
        what: "key of this name",
        nearest: "`data.label` names the column of the classes",
    },
    Absent {
        names: &["usecols", "features", "feature_columns", "input_columns"],
        what: "key of this name",
        nearest: "`data.inputs` lists the columns that are inputs",
    },
    Absent {
        names: &["index_col", "drop_columns", "skip_columns"],
        what: "key of this name",
        nearest: "`data.ignore` lists the columns that are left out",
    },
    Absent {
        names: &["callbacks", "metrics", "hooks"],
        what: "list of metrics or callbacks",
        nearest: "loss and accuracy are always measured; `[probe]` and `[checkpoint]` ask for more",
    },
    Absent {
        names: &["dtype", "precision", "mixed_precision", "amp", "fp16", "bf16"],
        what: "choice of the precision",
        nearest: "networks are trained in 32 bits",
    },
    Absent {
        names: &["device", "gpu", "gpus", "cuda", "accelerator"],
        what: "key for the device",
        nearest: "`bn-lab run --device` chooses it, since it is no part of the experiment",
    },
    Absent {
        names: &["kernels"],
        what: "key for the kernels",
        nearest: "`bn-lab run --kernels` chooses them, since they are no part of the experiment",
    },
    Absent {
        names: &["num_workers", "workers", "n_jobs", "jobs", "threads"],
        what: "key for workers",
        nearest: "`bn-lab run --jobs` says how many trials are trained at a time",
    },
    Absent {
        names: &["gradient_accumulation", "gradient_accumulation_steps", "accumulate_grad_batches"],
        what: "accumulation of gradients",
        nearest: "`norm.virtual_batch_size` normalises parts of a batch by themselves",
    },
    Absent {
        names: &["ema", "ema_decay", "swa", "polyak"],
        what: "average of the weights",
        nearest: "`norm.decay` is that of the running statistics",
    },
    Absent {
        names: &["l1", "l1_penalty", "kernel_regularizer"],
        what: "penalty on the weights but L2",
        nearest: "that is `model.weight_decay`; `norm.gamma_l1` and `norm.beta_l1` are of the norm's own parameters",
    },
];

/// The hint for a dotted key that other programs have.
pub(super) fn hint(path: &str) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    let wanted = plain(path.rsplit('.').next().unwrap_or(path));
    let is_meant = |absent: &&Absent| absent.names.iter().any(|name| plain(name) == wanted);
    let absent = ABSENT.iter().find(is_meant)?;
    Some(format!("there is no {}; {}", absent.what, absent.nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key_lookup;

    #[test]
    fn no_existing_key_is_reported_as_absent() {
        for key in key_lookup::all() {
            assert_eq!(hint(key.path), None, "{}", key.path);
        }
    }

    #[test]
    fn every_key_that_is_named_instead_is_there() {
        for absent in ABSENT {
            let quoted = absent.nearest.split('`').skip(1).step_by(2);
            for path in quoted.filter(|word| word.contains('.') && !word.contains(' ')) {
                let is_file = path.strip_suffix(".csv").is_some();
                assert!(is_file || key_lookup::all().any(|key| key.path == path), "{path}");
            }
        }
    }

    #[test]
    fn names_are_recognised_in_any_section_and_spelling() {
        for name in ["train.label_smoothing", "labelSmoothing", "sweep.train.label-smoothing"] {
            let hint = hint(name).expect("known");
            assert!(hint.starts_with("there is no label smoothing; "), "{hint}");
        }
        assert_eq!(hint("train.epochs"), None);
    }
}
