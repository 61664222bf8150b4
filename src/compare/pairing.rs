//! Determines which trainings are compared with each other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::compare::metric::Metric;
use crate::error::{Error, Result};
use crate::results::query::{Results, TrialCurves};
use crate::stats::Score;

/// The axis that distinguishes two folders.
pub const FOLDER: &str = "folder";

/// One condition of a question.
#[derive(Debug, Clone)]
pub(super) struct Condition<'a> {
    /// Its value of the compared axis.
    pub value: &'a str,
    /// Its values of the other axes.
    pub setting: Vec<String>,
    /// The score of each replicate; `None` where it has none.
    pub scores: Vec<(u64, Option<Score>)>,
    /// The resolution of its scores: of times until an evaluation, the time between
    /// two evaluations; 0 otherwise.
    pub resolution: f64,
}

impl Condition<'_> {
    /// Its value and its setting, as cells.
    pub(super) fn cells(&self) -> Vec<&str> {
        row(self.value, &self.setting)
    }

    /// The scores that are numbers.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        let scores = self.scores.iter().filter_map(|(_, score)| *score);
        scores.filter_map(|score| match score {
            Score::Value(value) => Some(value),
            _ => None,
        })
    }

    /// The score of a replicate.
    pub(super) fn score(&self, replicate: u64) -> Option<Score> {
        let mut scores = self.scores.iter();
        scores.find(|(number, _)| *number == replicate)?.1
    }
}

/// All conditions, in the order of the plan, without those in which the compared axis does not apply.
pub(super) fn conditions(results: &Results, by: usize, metric: Metric) -> Vec<Condition<'_>> {
    let mut positions: HashMap<usize, usize> = HashMap::new();
    let mut found: Vec<Condition<'_>> = Vec::new();
    let scorer = metric.scorer(results);
    for trial in results.trials.iter().filter(|trial| !trial.axes[by].is_empty()) {
        let next = found.len();
        let at = *positions.entry(trial.condition).or_insert(next);
        if at == next {
            found.push(condition(trial, by));
        }
        let resolution = metric.resolution(trial);
        found[at].resolution = found[at].resolution.max(resolution);
        found[at].scores.push((trial.replicate, scorer.score(trial)));
    }
    found
}

fn condition(trial: &TrialCurves, by: usize) -> Condition<'_> {
    let cells = trial.axes.iter().enumerate();
    Condition {
        value: &trial.axes[by],
        setting: cells.filter(|(axis, _)| *axis != by).map(|(_, cell)| cell.clone()).collect(),
        scores: Vec::new(),
        resolution: 0.0,
    }
}

/// A value and a setting, as cells that match those of a condition.
pub(super) fn row<'a>(value: &'a str, setting: &'a [String]) -> Vec<&'a str> {
    let setting = setting.iter().map(String::as_str);
    std::iter::once(value).chain(setting).collect()
}

/// The values of the compared axis, in the order of the plan.
pub(super) fn values<'a>(conditions: &[Condition<'a>]) -> Vec<&'a str> {
    let mut known = HashSet::new();
    let values = conditions.iter().map(|condition| condition.value);
    values.filter(|value| known.insert(*value)).collect()
}

/// The common setting of two conditions that differ in the compared axis alone. An axis that does not apply in
/// one of them (the decay of a norm, where there is none) is ignored.
pub(super) fn meet(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let cells = one.iter().zip(other);
    let met = cells.map(|(one, other)| match (one.as_str(), other.as_str()) {
        (one, "") => Some(one.to_owned()),
        ("", other) => Some(other.to_owned()),
        (one, other) => (one == other).then(|| one.to_owned()),
    });
    met.collect()
}

/// The scores of both sides of every replicate, and how many replicates lack one.
pub(super) fn pairs(a: &Condition<'_>, b: &Condition<'_>) -> (Vec<(Score, Score)>, usize) {
    let (of_a, of_b) = (by_replicate(a), by_replicate(b));
    let (mut pairs, mut missing) = (Vec::new(), 0);
    let only_b = |(replicate, _): &&(u64, Option<Score>)| !of_a.contains_key(replicate);
    let replicates = a.scores.iter().chain(b.scores.iter().filter(only_b));
    for (replicate, _) in replicates {
        let score = |of: &HashMap<u64, Option<Score>>| of.get(replicate).copied().flatten();
        match score(&of_a).zip(score(&of_b)) {
            Some(pair) => pairs.push(pair),
            None => missing += 1,
        }
    }
    (pairs, missing)
}

/// The score of each replicate; the first of several with the same number, as in [`Condition::score`].
fn by_replicate(condition: &Condition<'_>) -> HashMap<u64, Option<Score>> {
    let mut scores = HashMap::with_capacity(condition.scores.len());
    for (replicate, score) in &condition.scores {
        scores.entry(*replicate).or_insert(*score);
    }
    scores
}

/// Two folders as one, distinguished by the axis [`FOLDER`]; an error where they do not vary the same keys.
pub fn together(first: (&str, &Results), second: (&str, &Results)) -> Result<Results> {
    let sorted = |results: &Results| {
        let mut axes = results.axes.clone();
        axes.sort_unstable();
        axes
    };
    if sorted(first.1) != sorted(second.1) {
        let listed = |(name, results): (&str, &Results)| {
            format!("`{name}` varies {}", results.axes.join(", "))
        };
        return Err(Error::Usage(format!(
            "{}, and {}: they have no conditions in common\n  hint: compare folders that vary the same keys; what is fixed in both may differ",
            listed(first),
            listed(second)
        )));
    }
    let mut both = first.1.with_trials(Vec::new());
    both.tuning = None;
    // Of a claim only whether it is about evaluation matters between folders.
    let claims = [first, second].map(|(_, results)| results.claim.as_ref());
    let mut claims = claims.into_iter().flatten();
    both.claim = claims.find(|claim| claim.about_evaluation).cloned();
    both.axes.insert(0, FOLDER.to_owned());
    let most = first.1.trials.iter().map(|trial| trial.condition).max();
    for ((name, results), offset) in [(first, 0), (second, most.unwrap_or(0))] {
        let norm = Arc::new(results.norm.clone());
        for trial in &results.trials {
            let cell = |axis: &String| {
                let at = results.axis(axis);
                at.map_or(name.to_owned(), |at| trial.axes[at].clone())
            };
            let mut trial = TrialCurves {
                axes: both.axes.iter().map(cell).collect(),
                norm: Some(Arc::clone(&norm)),
                ..trial.clone()
            };
            trial.condition += offset;
            both.trials.push(trial);
        }
    }
    Ok(both)
}
