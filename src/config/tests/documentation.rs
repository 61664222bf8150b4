//! Compares the documentation of the keys in `configs/README.md` with their declarations.

use std::path::Path;

use super::{README, glyphs, load};
use crate::config::describe::{KeyText, default_text};
use crate::config::key::{Choice, Key};
use crate::config::key_lookup;
use crate::config::parse;
use crate::config::spec::{Dataset, METRIC, Optimizer, TEST_KEYS};

#[test]
fn the_listed_defaults_are_the_real_ones() {
    let tables = ["csv", "badly-scaled", "two-spirals", "linear-teacher"];
    for text in Dataset::WORDS {
        for optimizer in Optimizer::WORDS {
            for (preset, kind, activation, schedule) in [
                ("keras", "mlp", "leaky_relu", "step"),
                ("pytorch", "convnet", "elu", "cosine"),
                ("paper", "mlp", "elu", "constant"),
                ("keras", "resnet", "leaky_relu", "step"),
                ("pytorch", "rnn", "elu", "cosine"),
            ] {
                // Table datasets need a network that takes rows.
                let kind = if tables.contains(text) { "mlp" } else { kind };
                let overrides = [
                    format!("data.dataset={text}"),
                    "data.file=a.csv".to_owned(),
                    format!("train.optimizer={optimizer}"),
                    format!("norm.preset={preset}"),
                    format!("model.kind={kind}"),
                    format!("model.activation={activation}"),
                    format!("train.schedule={schedule}"),
                    "model.init=normal".to_owned(),
                ];
                let loaded = parse(Path::new("x"), "", &overrides).expect("as written");
                let given: Vec<&str> =
                    overrides.iter().filter_map(|o| o.split('=').next()).collect();
                for (path, value) in loaded.experiment.conditions[0].keys.iter() {
                    let key = key_lookup::find(path).expect("a known key");
                    let stated =
                        default_text(&key.default).contains(&format!("`{}`", value.to_toml()));
                    assert!(stated || given.contains(&path), "{path} = {}", value.to_toml());
                }
            }
        }
    }
    let outside = load(&glyphs("")).experiment;
    assert_eq!((outside.replicates, outside.seed, outside.output.log_every_steps), (3, 0, 50));
    let adam = Optimizer::Adam { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
    assert_eq!(outside.conditions[0].settings.train.optimizer, adam);
}

/// The table of a section as `configs/README.md` must have it.
fn readme_table(section: &str) -> String {
    let in_section = |key: &&Key| key.section() == section;
    let row = |key: &Key| {
        let KeyText { allowed, default, meaning, .. } = KeyText::of(key);
        format!("| `{}` | {allowed} | {default} | {meaning} |\n", key.name())
    };
    let rows: String = key_lookup::all().filter(in_section).map(row).collect();
    format!("| key | value | default | meaning |\n|---|---|---|---|\n{rows}")
}

#[test]
fn the_readme_documents_every_key() {
    let sections =
        ["", "data", "model", "norm", "train", "tune", "claim", "checkpoint", "probe", "output"];
    let missing: Vec<String> = sections
        .into_iter()
        .map(|section| (section, readme_table(section)))
        .filter(|(_, table)| !README.contains(table))
        .map(|(section, table)| format!("## {section}\n\n{table}"))
        .collect();
    let missing = missing.join("\n");
    assert!(missing.is_empty(), "configs/README.md should hold these tables:\n{missing}");
}

#[test]
fn the_readme_documents_every_key_of_a_test() {
    let row = |key: &&Key| {
        let allowed = if key.path == METRIC.0.path {
            "a metric of `bn-lab compare`, described in [`results/README.md`](../results/README.md)"
                .to_owned()
        } else {
            key.rule.allowed()
        };
        format!(
            "| `{}` | {allowed} | {} | {} |\n",
            key.path,
            default_text(&key.default),
            key.meaning
        )
    };
    let rows: String = TEST_KEYS.iter().map(row).collect();
    let table = format!("| key of a test | value | default | meaning |\n|---|---|---|---|\n{rows}");
    assert!(README.contains(&table), "configs/README.md should hold\n{table}");
}
