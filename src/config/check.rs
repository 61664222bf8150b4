//! Turns a draft into an experiment: checks what depends on several keys, or on all points of the sweep.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::claim;
use super::combinations;
use super::conditions::{self, Conditions};
use super::draft::Draft;
use super::key::Key;
use super::key_lookup;
use super::point::{AppliedKeys, GivenValues, Point};
use super::problem::Problems;
use super::resolve;
use super::rule;
use super::spec::{
    Condition, DATASET, Experiment, Output, PROBE_UNIT, REPLICATES, Recording, TESTS, Top,
};
use super::tune;
use crate::units;

/// An experiment, and notes on possible mistakes in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The checked experiment.
    pub experiment: Experiment,
    /// One line for every key that was given and has no effect in any condition; not an error.
    pub notes: Vec<String>,
}

/// Most trials of one experiment; each has a folder.
const MOST_TRIALS: u64 = 100_000;

/// Builds the experiment; `None`, with the reasons among the problems, where it cannot be.
pub(super) fn experiment(file: &Path, draft: &Draft, problems: &mut Problems) -> Option<Loaded> {
    let found = conditions::conditions(draft, problems)?;
    let conditions = &found.all;
    check_combinations(draft, conditions, problems);
    check_datasets(draft, &found, problems);
    check_distinct(draft, &found, problems);

    let given = draft.base.iter().map(|(&key, given)| (key, given.value.clone()));
    let given: GivenValues = given.collect();
    let point = Point::new(&given);
    let top = Top::read(&point, file);
    check_name(&top, problems);
    check_size(draft, &top, conditions.len(), problems);
    let recording = Arc::new(Recording::read(&point));
    check_probe(draft, &recording, conditions, problems);
    let tune = tune::tune(&point, draft, &found, problems);
    let claim = claim::claim(&point, draft, &found, problems);
    let output = Output::read(&point, &top.name);
    let outside = ["", "tune", "claim", "checkpoint", "probe", "output"];
    let outside = point.applied(&key_lookup::in_sections(&outside));
    let mut notes = notes(draft, &found, &outside, problems);
    let tuned = tune.as_ref().map(|tune| tune.key.as_str());
    let weak = claim.as_ref();
    let weak = weak.and_then(|claim| claim::note(claim, tuned, &found, top.replicates));
    notes.extend(weak.map(|note| {
        let place = problems.describe(draft.place(TESTS.0.path));
        format!("{place}: {note}")
    }));
    let data = found.all.iter().map(|condition| &condition.settings.data);
    let tables = draft.tables.used(data);
    let resolved = resolve::text(draft, &found, &outside, &tables);
    let experiment = Experiment {
        name: top.name,
        question: top.question,
        seed: top.seed,
        replicates: top.replicates,
        axes: found.axes,
        conditions: found.all,
        recording,
        tune,
        claim,
        output,
        tables,
        resolved,
    };
    Some(Loaded { experiment, notes })
}

/// Refuses a sweep over datasets with a point of `include` that names no dataset.
fn check_datasets(draft: &Draft, found: &Conditions, problems: &mut Problems) {
    let key = DATASET.0.path;
    let included = &found.all[found.all.len() - found.included..];
    if !included.iter().all(|condition| condition.keys.contains_key(key)) {
        let place = draft.sweep.include.first().map(|include| include.place);
        let text = format!("`{key}` is missing in a point of `sweep.include`");
        let hint = "the keys of a point are its own, those outside `[sweep]` and the defaults";
        problems.add_with_hint(place, text, Some(hint.to_owned()));
    }
}

fn check_size(draft: &Draft, top: &Top, conditions: usize, problems: &mut Problems) {
    let trials = top.replicates.saturating_mul(conditions as u64);
    if trials > MOST_TRIALS {
        let text = format!(
            "{} × {} replicates are {trials} trials; at most {MOST_TRIALS} make one experiment",
            units::counted(conditions, "condition", "conditions"),
            top.replicates
        );
        problems.add(draft.place(REPLICATES.0.path), text);
    }
}

fn check_name(top: &Top, problems: &mut Problems) {
    if !rule::is_name(&top.name) {
        // A given name has been checked already; this one is derived from the file's.
        let text = format!(
            "the file's name gives the experiment the name `{}`, which must be {}",
            top.name.escape_debug(),
            rule::Rule::Name.allowed()
        );
        let hint = "set `name` at the top of the file".to_owned();
        problems.add_with_hint(None, text, Some(hint));
    }
}

/// Refuses two points of the sweep that would train the same networks twice under the same id.
fn check_distinct(draft: &Draft, found: &Conditions, problems: &mut Problems) {
    let mut seen: HashMap<[u32; 4], &Condition> = HashMap::new();
    for condition in &found.all {
        let Some(first) = seen.insert(condition.keys.numbers(), condition) else {
            continue;
        };
        let mut axes = found.axes.iter().enumerate();
        let differing = axes.find(|(i, _)| first.values[*i] != condition.values[*i]);
        let place = differing.and_then(|(_, axis)| draft.place(&axis.key));
        let text = format!(
            "two points of the sweep are the same experiment: {} and {}; every key that decides their numbers has the same value, so drop one",
            in_words(found, first),
            in_words(found, condition)
        );
        problems.add(place, text);
    }
}

fn in_words(found: &Conditions, condition: &Condition) -> String {
    let values = found.axes.iter().zip(&condition.values);
    let words: Vec<String> = values
        .filter_map(|(axis, value)| Some(format!("{} = {}", axis.key, value.as_ref()?.to_toml())))
        .collect();
    format!("`{}`", words.join(", "))
}

/// Refuses a probe of a unit that some condition's network does not have.
fn check_probe(
    draft: &Draft,
    recording: &Recording,
    conditions: &[Arc<Condition>],
    problems: &mut Problems,
) {
    let Some(probe) = recording.probe.as_ref().filter(|probe| probe.activations) else {
        return;
    };
    let widths = conditions.iter().filter_map(|condition| {
        let hidden = condition.settings.model.kind.hidden_features();
        hidden.last().copied()
    });
    if let Some(width) = widths.min().filter(|&width| probe.unit >= width) {
        let text = format!(
            "`probe.unit = {}`: the last hidden layer has {}, counted from 0",
            probe.unit,
            units::counted(width, "unit", "units")
        );
        problems.add(draft.place(PROBE_UNIT.0.path), text);
    }
}

fn check_combinations(draft: &Draft, conditions: &[Arc<Condition>], problems: &mut Problems) {
    for condition in conditions {
        combinations::check(&condition.settings, &mut |path, reason| {
            let value = condition
                .keys
                .get(path)
                .map_or(String::new(), |value| format!(" = {}", value.to_toml()));
            // A value that is not written in the file follows from one that is.
            let instead =
                if path.starts_with("norm.") { "norm.kind" } else { "data.train_examples" };
            let place = draft.place(path).or(draft.place(instead));
            problems.add(place, format!("`{path}{value}`: {reason}"));
        });
    }
}

/// One note for every key that was given and has no effect, in the order of the file.
fn notes(
    draft: &Draft,
    found: &Conditions,
    outside: &AppliedKeys,
    problems: &Problems,
) -> Vec<String> {
    let given = draft.base.iter().map(|(&path, given)| (path, given.place));
    let axes = draft.sweep.axes.iter();
    let swept = axes.map(|axis| (axis.key.path, axis.place));
    let unread = given
        .chain(swept)
        .filter(|(path, _)| !outside.contains_key(path) && !found.read.read(path));
    let unread = unread.map(|(path, place)| {
        let applies = key_lookup::find(path).map_or(String::new(), Key::applies_text);
        (place, format!("`{path}` has no effect: it applies only {applies}"))
    });
    let mut notes: Vec<_> = unread.chain(found.notes.iter().cloned()).collect();
    notes.sort();
    // A key that is both set and varied in some conditions gets one note.
    notes.dedup_by(|one, other| one.1 == other.1 && one.0 == other.0);
    notes
        .into_iter()
        .map(|(place, text)| format!("{}: {text}", problems.describe(Some(place))))
        .collect()
}
