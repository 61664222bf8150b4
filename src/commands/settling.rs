//! A note on running averages, computed before anything is trained.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::Trial;
use crate::stats;

/// A note where running averages will still contain a part of their initial values when training ends, so
/// that test scores depend more on them than on the networks. `examples` is the number of training examples
/// of a trial, validation included, if that is known.
pub(super) fn note(
    trials: &[Arc<Trial>],
    examples: impl Fn(&Trial) -> Option<usize>,
) -> Option<String> {
    let mut conditions: BTreeMap<usize, Option<(f64, f64, usize)>> = BTreeMap::new();
    for trial in trials {
        let at = trial.condition.index;
        if conditions.contains_key(&at) {
            continue;
        }
        let left = left_of_start(trial, &examples);
        conditions.insert(at, left.filter(|(left, ..)| *left > stats::SETTLED));
    }
    let all = conditions.len();
    let unsettled: Vec<_> = conditions.into_values().flatten().collect();
    let most = unsettled.iter().max_by(|one, other| one.0.total_cmp(&other.0));
    most.map(|(left, decay, steps)| {
        let where_ = match (unsettled.len(), all) {
            (1, 1) => String::new(),
            (some, all) => format!(" in {some} of {all} conditions"),
        };
        format!(
            "note: running statistics will not have settled{where_}: {:.0} % of their initial values will be left after {steps} steps (`norm.decay = {decay}`), so test scores may say more of them than of the networks; scores with the population's statistics are recorded beside them, and `norm.evaluation = \"precise\"` judges by those",
            left * 100.0
        )
    })
}

/// The share of the initial values that is left when a trial ends, the decay, and the number of steps.
fn left_of_start(
    trial: &Trial,
    examples: impl Fn(&Trial) -> Option<usize>,
) -> Option<(f64, f64, usize)> {
    let settings = &trial.condition.settings;
    let decay = settings.norm.running_decay()?;
    let all = examples(trial)?;
    let held_out = settings.data.validation.of(all);
    let steps = settings.train.steps(all.saturating_sub(held_out));
    Some((stats::left_of_start(decay, steps), decay, steps))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::compare::population::{Averages, averages};
    use crate::results::query::{Results, TrialCurves};
    use crate::{config, plan};

    fn noted(more: &str, steps: usize) -> Option<String> {
        let text = format!(
            "[data]\ndataset = \"glyphs\"\nvalidation = 0\n[train]\nepochs = {steps}\n{more}"
        );
        let loaded = config::parse(Path::new("x.toml"), &text, &[]).expect("valid");
        // One step for each epoch.
        note(&plan::trials(&loaded.experiment), |_| Some(32))
    }

    #[test]
    fn unsettled_averages_are_noted_before_training() {
        let placements = "[sweep]\nnorm.placement = [\"none\", \"before\", \"after\"]";
        let note = noted(placements, 280).expect("a note");
        assert!(
            note.contains("running statistics will not have settled in 2 of 3 conditions"),
            "{note}"
        );
        assert!(
            note.contains("6 % of their initial values will be left after 280 steps"),
            "{note}"
        );
        assert_eq!(noted(placements, 500), None, "0.7 % are left");
        assert!(noted("", 280).is_some_and(|note| note.contains("settled: 6 %")));
    }

    /// The note before training is computed from settings, and the one afterwards from the keys of the
    /// stored experiment.
    #[test]
    fn settings_and_the_stored_experiment_give_the_same_averages() {
        let presets = ["keras", "pytorch", "paper"].map(|name| format!("preset = \"{name}\""));
        let kinds =
            ["", "kind = \"batch\"", "kind = \"layer\"", "kind = \"renorm\"\nr_max = 3\nd_max = 5"];
        let others = [
            "",
            "placement = \"none\"",
            "placement = \"none\"\non_input = true",
            "evaluation = \"running\"",
            "evaluation = \"precise\"",
            "evaluation = \"batch\"",
            "decay = 0.7",
            "averaging = \"cumulative\"",
            "track_running_stats = false",
        ];
        let mut seen = 0;
        for preset in &presets {
            for (kind, other) in kinds.iter().flat_map(|kind| others.map(|other| (kind, other))) {
                let text =
                    format!("data.dataset = \"glyphs\"\n[norm]\n{preset}\n{kind}\n{other}\n");
                // Some combinations are invalid.
                let Ok(loaded) = config::parse(Path::new("x.toml"), &text, &[]) else {
                    continue;
                };
                seen += 1;
                let norm = &loaded.experiment.conditions[0].settings.norm;
                let stored: toml::Table = loaded.experiment.resolved.parse().expect("TOML");
                let keys = stored["norm"].as_table().expect("a section");
                let shown = |value: &toml::Value| match value {
                    toml::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let keys = keys.iter();
                let results = Results {
                    norm: keys.map(|(key, value)| (format!("norm.{key}"), shown(value))).collect(),
                    ..Results::default()
                };
                let decay = match averages(&results, &TrialCurves::default()) {
                    Some(Averages::Exponential(decay)) => Some(decay.expect("a number")),
                    Some(Averages::Cumulative) | None => None,
                };
                assert_eq!(norm.running_decay(), decay, "{text}");
            }
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn nothing_is_noted_where_no_exponential_averages_are_used() {
        for more in [
            "[norm]\nplacement = \"none\"",
            "[norm]\nevaluation = \"precise\"",
            "[norm]\nevaluation = \"batch\"",
            "[norm]\nkind = \"layer\"",
            "[norm]\naveraging = \"cumulative\"",
            "[norm]\ntrack_running_stats = false",
            "[norm]\ndecay = 0.9",
        ] {
            assert_eq!(noted(more, 280), None, "{more}");
        }
        let renorm = "[norm]\nkind = \"renorm\"\nr_max = 3\nd_max = 5";
        assert!(noted(renorm, 280).is_some());
    }
}
