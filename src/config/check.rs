//! Draft → experiment: the points of the sweep become conditions, and what depends on several
//! keys is checked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::Loaded;
use super::combinations;
use super::draft::Draft;
use super::keys;
use super::problem::Problems;
use super::read::{self, Reader, Top};
use super::resolve::{self, Log};
use super::rule;
use super::spec::{Axis, Condition, Experiment, Recording};
use super::sweep;
use super::value::Value;

/// The most trials that one experiment may have: a folder each.
const MOST_TRIALS: u64 = 100_000;

/// Builds the experiment; `None`, with the reasons among the problems, where it cannot be.
pub(super) fn experiment(file: &Path, draft: &Draft, problems: &mut Problems) -> Option<Loaded> {
    let Some(points) = sweep::points(&draft.axes) else {
        let most = sweep::MOST_POINTS;
        let text = format!("the sweep has more than {most} points; sweep less at a time");
        problems.add(draft.axes.first().map(|axis| axis.place), text);
        return None;
    };
    let given = draft
        .base
        .iter()
        .map(|(&key, given)| (key, given.value.clone()));
    let given: BTreeMap<&'static str, Value> = given.collect();
    let (conditions, logs) = conditions(draft, &given, &points);
    check_combinations(draft, &conditions, problems);
    check_distinct(draft, &conditions, problems);

    let mut reader = Reader::new(&given);
    let top = read::top(&mut reader, file);
    check_name(&top, problems);
    check_size(draft, &top, conditions.len(), problems);
    let recording = Arc::new(read::recording(&mut reader));
    check_probe(draft, &recording, &conditions, problems);
    let output = read::output(&mut reader, &top.name);
    let outside = reader.into_log();
    let notes = notes(draft, &logs, &outside, problems);
    let mut experiment = Experiment {
        name: top.name,
        question: top.question,
        seed: top.seed,
        replicates: top.replicates,
        axes: axes(draft),
        conditions,
        recording,
        output,
        resolved: String::new(),
    };
    experiment.resolved = resolve::text(&experiment.axes, &outside, &logs);
    Some(Loaded { experiment, notes })
}

fn axes(draft: &Draft) -> Vec<Axis> {
    let axis = |axis: &super::draft::DraftAxis| Axis {
        key: axis.key.path.to_owned(),
        values: axis.values.clone(),
    };
    draft.axes.iter().map(axis).collect()
}

/// Reads every point of the sweep. Points that differ only in keys that mean nothing there are
/// one condition; the first of them stays.
fn conditions(
    draft: &Draft,
    base: &BTreeMap<&'static str, Value>,
    points: &[Vec<usize>],
) -> (Vec<Condition>, Vec<Log>) {
    let mut conditions = Vec::new();
    let mut logs = Vec::new();
    let mut seen = HashSet::new();
    for point in points {
        let mut given = base.clone();
        for (axis, &position) in draft.axes.iter().zip(point) {
            given.insert(axis.key.path, axis.values[position].clone());
        }
        let mut reader = Reader::new(&given);
        let settings = read::settings(&mut reader);
        let log = reader.into_log();
        let values = axis_values(draft, &log);
        if seen.insert(format!("{values:?}")) {
            conditions.push(Condition {
                index: conditions.len(),
                values,
                settings,
                keys: deciding(&log),
            });
            logs.push(log);
        }
    }
    (conditions, logs)
}

fn axis_values(draft: &Draft, log: &Log) -> Vec<Option<Value>> {
    let axes = draft.axes.iter();
    axes.map(|axis| log.get(axis.key.path).cloned().flatten())
        .collect()
}

/// The part of the log that a trial's id is made of.
fn deciding(log: &Log) -> BTreeMap<String, Value> {
    log.iter()
        .filter(|(path, _)| keys::find(path).is_some_and(super::key_list::Key::decides_numbers))
        .filter_map(|(path, value)| Some(((*path).to_owned(), value.clone()?)))
        .collect()
}

fn check_size(draft: &Draft, top: &Top, conditions: usize, problems: &mut Problems) {
    let trials = top.replicates.saturating_mul(conditions as u64);
    if trials > MOST_TRIALS {
        let text = format!(
            "{conditions} conditions × {} replicates are {trials} trials; at most {MOST_TRIALS} make one experiment",
            top.replicates
        );
        problems.add(draft.place("replicates"), text);
    }
}

fn check_name(top: &Top, problems: &mut Problems) {
    if !rule::is_name(&top.name) {
        // A name that was given has been checked; this one comes from the file.
        let text = format!(
            "the file's name gives the experiment the name `{}`, which must be {}",
            top.name.escape_debug(),
            rule::Rule::Name.allowed()
        );
        let hint = "set `name` at the top of the file".to_owned();
        problems.add_with_hint(None, text, Some(hint));
    }
}

/// Two points of the sweep that would train the same networks twice under the same id.
fn check_distinct(draft: &Draft, conditions: &[Condition], problems: &mut Problems) {
    let mut seen: HashMap<String, &Condition> = HashMap::new();
    for condition in conditions {
        let Some(first) = seen.insert(format!("{:?}", condition.keys), condition) else {
            continue;
        };
        let differing = (0..draft.axes.len()).find(|&i| first.values[i] != condition.values[i]);
        let place = differing.map(|i| draft.axes[i].place);
        let text = format!(
            "two points of the sweep are the same experiment: {} and {}; every key that decides their numbers has the same value, so drop one",
            in_words(draft, first),
            in_words(draft, condition)
        );
        problems.add(place, text);
    }
}

fn in_words(draft: &Draft, condition: &Condition) -> String {
    let values = draft.axes.iter().zip(&condition.values);
    let words: Vec<String> = values
        .filter_map(|(axis, value)| {
            Some(format!("{} = {}", axis.key.path, value.as_ref()?.to_toml()))
        })
        .collect();
    format!("`{}`", words.join(", "))
}

/// The unit that a probe watches has to be there in every condition.
fn check_probe(
    draft: &Draft,
    recording: &Recording,
    conditions: &[Condition],
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
            "`probe.unit = {}`: the last hidden layer has {width} units, counted from 0",
            probe.unit
        );
        problems.add(draft.place("probe.unit"), text);
    }
}

fn check_combinations(draft: &Draft, conditions: &[Condition], problems: &mut Problems) {
    for condition in conditions {
        combinations::check(&condition.settings, &mut |path, reason| {
            let value = condition
                .keys
                .get(path)
                .map_or(String::new(), |value| format!(" = {}", value.to_toml()));
            // A value that nobody wrote follows from one that somebody did.
            let instead = if path.starts_with("norm.") {
                "norm.kind"
            } else {
                "data.train_examples"
            };
            let place = draft.place(path).or(draft.place(instead));
            problems.add(place, format!("`{path}{value}`: {reason}"));
        });
    }
}

/// One line for every key that was given and is read nowhere.
fn notes(draft: &Draft, logs: &[Log], outside: &Log, problems: &Problems) -> Vec<String> {
    let given = draft.base.iter().map(|(&path, given)| (path, given.place));
    let swept = draft.axes.iter().map(|axis| (axis.key.path, axis.place));
    let mut unread: Vec<_> = given
        .chain(swept)
        .filter(|(path, _)| !outside.contains_key(path))
        .filter(|(path, _)| !logs.iter().any(|log| log.contains_key(path)))
        .collect();
    unread.sort_by_key(|(_, place)| *place);
    unread
        .into_iter()
        .map(|(path, place)| {
            let applies = keys::find(path).map_or("", |key| key.applies);
            let place = problems.describe(Some(place));
            format!("{place}: `{path}` has no effect: it applies only {applies}")
        })
        .collect()
}
