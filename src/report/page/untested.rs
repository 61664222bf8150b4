//! What was not tested: derived from what was, so that it says something about this experiment.

use super::document::{Block, Section};
use super::material::{Material, PLACEMENT, counted, listed, spoken};
use super::words::Words;
use crate::stats::FEWEST_PAIRS;

/// The section.
pub(super) fn section(material: &Material<'_>) -> Section {
    Section {
        id: "untested",
        title: "What was not tested".to_owned(),
        blocks: vec![Block::List(gaps(material))],
    }
}

/// Every gap, the gravest first.
pub fn gaps(material: &Material<'_>) -> Vec<Words> {
    let mut gaps = Vec::new();
    gaps.extend(unfinished(material));
    gaps.extend(few_replicates(material));
    gaps.extend(left_out_placements(material));
    gaps.extend(learning_rate(material));
    gaps.extend(elsewhere(material));
    gaps.extend(one_test_set(material));
    gaps
}

/// Trials that have not come to an end.
pub(super) fn unfinished(material: &Material<'_>) -> Option<Words> {
    let trials = &material.results.trials;
    let count = |outcome: &str| trials.iter().filter(|t| t.outcome == outcome).count();
    let parts: Vec<String> = ["failed", "interrupted", "pending"]
        .into_iter()
        .map(|outcome| (count(outcome), outcome))
        .filter(|(count, _)| *count > 0)
        .map(|(count, outcome)| format!("{count} {outcome}"))
        .collect();
    (!parts.is_empty()).then(|| {
        Words::new()
            .strong("The experiment is not complete")
            .plain(format!(
                ": of {} trials {}. Everything here is about the others.",
                trials.len(),
                listed(&parts)
            ))
    })
}

fn few_replicates(material: &Material<'_>) -> Option<Words> {
    let replicates = material.account.replicates as usize;
    (replicates < FEWEST_PAIRS).then(|| {
        Words::new()
            .strong(counted(replicates, "replicate", "replicates"))
            .plain(format!(
                ": with fewer than {FEWEST_PAIRS} pairs no difference is called more than suggestive."
            ))
    })
}

fn left_out_placements(material: &Material<'_>) -> Option<Words> {
    let axis = material
        .results
        .axes
        .iter()
        .position(|axis| axis == PLACEMENT)?;
    let has = |place: &&str| {
        material
            .results
            .trials
            .iter()
            .any(|t| t.axes[axis] == **place)
    };
    let mut known = vec!["none", "before", "after"];
    if material.fixed("model.kind") == Some("resnet") {
        known.extend(["pre-activation", "after-addition"]);
    }
    let missing: Vec<String> = known
        .iter()
        .filter(|place| !has(place))
        .map(|p| (*p).to_owned())
        .collect();
    (!missing.is_empty()).then(|| {
        Words::new().strong("Placements").plain(format!(
            ": {} {} not trained.",
            listed(&missing),
            was(missing.len())
        ))
    })
}

fn learning_rate(material: &Material<'_>) -> Option<Words> {
    let key = "train.learning_rate";
    let tuned = material
        .results
        .tuning
        .as_ref()
        .is_some_and(|tuning| tuning.key == key);
    let rate = material.fixed(key)?;
    (!tuned && !material.is_varied(key)).then(|| {
        Words::new().strong("Learning rates").plain(format!(
            ": every condition had {rate}, whatever would have suited it best. A condition that needs another one is at a disadvantage here."
        ))
    })
}

/// One sentence on everything that had a single value.
fn elsewhere(material: &Material<'_>) -> Vec<Words> {
    let mut gaps = Vec::new();
    if let Some(dataset) = material.fixed("data.dataset") {
        gaps.push(
            Words::new()
                .strong("Other data")
                .plain(format!(": {dataset} only.")),
        );
    }
    let single = |keys: &[&str]| -> Vec<String> {
        keys.iter()
            .filter(|key| !material.is_varied(key))
            .filter_map(|key| Some(format!("{} {}", spoken(key), material.fixed(key)?)))
            .collect()
    };
    let network = single(&[
        "model.kind",
        "model.hidden",
        "model.depth",
        "model.width",
        "model.activation",
        "model.init",
    ]);
    if !network.is_empty() {
        let text = format!(": only {}.", listed(&network));
        gaps.push(Words::new().strong("Other networks").plain(text));
    }
    let training = single(&[
        "train.optimizer",
        "train.batch_size",
        "train.epochs",
        "train.schedule",
    ]);
    if !training.is_empty() {
        let text = format!(": only {}.", listed(&training));
        gaps.push(Words::new().strong("Other training").plain(text));
    }
    if material.normalises() {
        let norm = single(&["norm.kind", "norm.preset", "norm.evaluation"]);
        if !norm.is_empty() {
            let text = format!(": only {}.", listed(&norm));
            gaps.push(Words::new().strong("Other normalisation").plain(text));
        }
    }
    gaps
}

fn one_test_set(material: &Material<'_>) -> Option<Words> {
    let data = &material.account.data;
    let only = data.iter().next().filter(|_| data.len() == 1)?;
    Some(Words::new().strong("Other test examples").plain(format!(
        ": replicates differ in weights, batches and validation examples, and share the same {} test examples. Intervals do not hold what another draw of those would change.",
        only.examples[2]
    )))
}

fn was(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}
