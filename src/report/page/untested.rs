//! What was not tested, derived from what was, so that it is specific to the experiment.

use super::document::{Block, Section};
use super::material::Material;
use super::names::{grouped, spelled};
use super::words::Words;
use crate::results::query::TrialStatus;
use crate::stats::FEWEST_PAIRS;
use crate::units::{self, counted};
use crate::wording::names::{PLACEMENT, listed};

/// The section on what was not tested.
pub(super) fn section(material: &Material<'_>) -> Section {
    Section {
        id: "untested".to_owned(),
        title: "What was not tested".to_owned(),
        blocks: vec![Block::List(gaps(material))],
    }
}

/// Every gap, the most important first.
pub(super) fn gaps(material: &Material<'_>) -> Vec<Words> {
    let mut gaps = Vec::new();
    gaps.extend(unfinished(material));
    gaps.extend(few_replicates(material));
    gaps.extend(left_out_placements(material));
    gaps.extend(learning_rate(material));
    gaps.extend(elsewhere(material));
    gaps.extend(one_test_set(material));
    gaps.extend(mixed_machines(material));
    gaps
}

/// A gap where trials were trained on machines whose sums differ in the last digits.
fn mixed_machines(material: &Material<'_>) -> Option<Words> {
    let sets: Vec<String> = material.account.instruction_sets.iter().cloned().collect();
    (sets.len() > 1).then(|| {
        Words::new()
            .strong("The machine")
            .plain(format!(
                ": trials were trained with different vector instruction sets ({}), which give the same trial other last digits. Where the two sides of a pair come from different ones, their difference holds that, too.",
                listed(&sets)
            ))
    })
}

/// A gap where trials have not ended.
pub(super) fn unfinished(material: &Material<'_>) -> Option<Words> {
    let trials = &material.trained().trials;
    let counts = TrialStatus::count(trials.iter().map(|trial| trial.status)).into_iter();
    let counts = counts.filter(|(status, _)| !status.is_finished());
    let parts: Vec<String> = counts.map(|(status, count)| format!("{count} {status}")).collect();
    (!parts.is_empty()).then(|| {
        Words::new().strong("The experiment is not complete").plain(format!(
            ": {} of {}. Everything here is about the rest.",
            listed(&parts),
            units::trials(trials.len())
        ))
    })
}

fn few_replicates(material: &Material<'_>) -> Option<Words> {
    let replicates = material.account.replicates as usize;
    (replicates < FEWEST_PAIRS).then(|| {
        Words::new().strong(counted(replicates, "replicate", "replicates")).plain(format!(
            ": with fewer than {FEWEST_PAIRS} pairs no difference is called more than suggestive."
        ))
    })
}

fn left_out_placements(material: &Material<'_>) -> Option<Words> {
    let trained = material.trained();
    let trained = trained.values(trained.axis(PLACEMENT)?);
    let mut known = vec!["none", "before", "after"];
    if material.fixed("model.kind") == Some("resnet") {
        known.extend(["pre-activation", "after-addition"]);
    }
    let missing: Vec<String> =
        known.iter().filter(|p| !trained.contains(p)).map(|p| (*p).to_owned()).collect();
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
    let tuned = material.results.tuning.as_ref().is_some_and(|tuning| tuning.key == key);
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
        gaps.push(Words::new().strong("Other data").plain(format!(": {} only.", spelled(dataset))));
    }
    let topics: [(&str, &[(&str, &str)]); 3] = [
        ("Other networks", &NETWORK),
        ("Other training", &TRAINING),
        ("Other normalisation", &NORMALISATION),
    ];
    for (topic, keys) in topics {
        let is_meant = topic != "Other normalisation" || material.normalises();
        let single = single(material, keys);
        if is_meant && !single.is_empty() {
            let text = format!(": only {}.", listed(&single));
            gaps.push(Words::new().strong(topic).plain(text));
        }
    }
    gaps
}

/// Keys, with the words for their single value.
const NETWORK: [(&str, &str); 6] = [
    ("model.kind", "a {}"),
    ("model.hidden", "hidden layers {}"),
    ("model.depth", "a depth of {}"),
    ("model.width", "a width of {}"),
    ("model.activation", "the activation {}"),
    ("model.init", "initial weights by {}"),
];
const TRAINING: [(&str, &str); 6] = [
    ("train.optimizer", "{}"),
    ("train.batch_size", "batches of {}"),
    ("train.epochs", "{} epochs"),
    ("train.steps", "{} steps"),
    ("train.schedule", "a {} learning rate"),
    ("model.dropout", "a dropout of {}"),
];
const NORMALISATION: [(&str, &str); 3] = [
    ("norm.kind", "{} statistics"),
    ("norm.preset", "the conventions of {}"),
    ("norm.evaluation", "evaluation with {} statistics"),
];

fn single(material: &Material<'_>, keys: &[(&str, &str)]) -> Vec<String> {
    let fixed = keys.iter().filter(|(key, _)| !material.is_varied(key));
    fixed
        .filter_map(|(key, said)| Some(said.replace("{}", &spelled(material.fixed(key)?))))
        .collect()
}

fn one_test_set(material: &Material<'_>) -> Option<Words> {
    let data = &material.account.data;
    let only = data.iter().next().filter(|_| data.len() == 1)?;
    Some(Words::new().strong("Other test examples").plain(format!(
        ": replicates differ in weights, batches and validation examples, and share the same {} test examples. Intervals do not hold what another draw of those would change.",
        grouped(only.examples[2])
    )))
}

fn was(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}
