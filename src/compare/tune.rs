//! The choices of tuning: for each group and each setting of the remaining axes, the best value of the
//! tuned key by its validation metric, and its scores on the test set.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::baseline;
use crate::results::query::{Results, TrialCurves, TrialStatus, Tuning};
use crate::stats;

/// The values that were tried in one setting, and the chosen one.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The values of all axes but the tuned one, in the order of [`others`].
    pub setting: Vec<String>,
    /// Every value that was tried, ascending.
    pub tried: Vec<Tried>,
    /// The position of the chosen one; `None` where no trial was completed.
    pub chosen: Option<usize>,
    /// The test accuracy of a network that learned nothing: that of untrained networks, or that
    /// of always predicting the largest class, whichever is larger.
    chance: f64,
}

/// The scores of one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The value as written in `trials.csv`.
    pub value: String,
    /// The metric of each completed replicate.
    pub metric: Vec<f64>,
    /// Test accuracy of each completed replicate, a share.
    pub test: Vec<f64>,
    /// Number of its replicates that diverged.
    pub diverged: usize,
    /// Whether the network is better, on average, than before training.
    pub learned: bool,
}

impl Choice {
    /// `low` or `high` where the chosen value is the first or the last that was tried.
    pub fn edge(&self) -> &'static str {
        let numbers = self.tried.iter().all(|tried| number(&tried.value).is_some());
        match self.chosen {
            Some(0) if numbers => "low",
            Some(last) if numbers && last + 1 == self.tried.len() => "high",
            _ => "",
        }
    }

    /// The largest value that was completed, at which no replicate diverged and the network learned: its
    /// mean test accuracy is at least half of the way from chance to that of the chosen value.
    pub fn largest_stable(&self) -> Option<&str> {
        let bar = |best: f64| self.chance + STABLE * (best - self.chance);
        let bar = bar(stats::mean(&self.chosen()?.test)?);
        let learned = |tried: &&Tried| stats::mean(&tried.test).is_some_and(|mean| mean >= bar);
        let mut tried = self.tried.iter().rev();
        let stable = tried.find(|tried| tried.diverged == 0 && tried.learned && learned(tried));
        stable.filter(|tried| number(&tried.value).is_some()).map(|tried| tried.value.as_str())
    }

    /// The scores of the chosen value.
    pub fn chosen(&self) -> Option<&Tried> {
        self.chosen.map(|chosen| &self.tried[chosen])
    }
}

/// The positions of all axes but the tuned one; those that are compared come first.
pub fn others(results: &Results, tuning: &Tuning) -> Vec<usize> {
    let compared = |&axis: &usize| tuning.per.contains(&results.axes[axis]);
    let all = (0..results.axes.len()).filter(|&axis| results.axes[axis] != tuning.key);
    let (first, last): (Vec<usize>, Vec<usize>) = all.partition(compared);
    [first, last].concat()
}

/// A setting, and the trials of each condition in it: of each value of the tuned key.
type Setting<'a> = (Vec<String>, BTreeMap<usize, Vec<&'a TrialCurves>>);

/// The tried and the chosen values, by setting. Of a part of an experiment: its settings, with all values that the
/// experiment tried.
pub fn choices(results: &Results, tuning: &Tuning) -> Vec<Choice> {
    if let Some(whole) = &results.whole {
        let others = others(results, tuning);
        let setting = |trial: &TrialCurves| -> Vec<String> {
            others.iter().map(|&axis| trial.axes[axis].clone()).collect()
        };
        let shown: HashSet<Vec<String>> = results.trials.iter().map(setting).collect();
        let mut choices = choices(&whole.results, tuning);
        choices.retain(|choice| shown.contains(&choice.setting));
        return choices;
    }
    let Some(key) = results.axis(&tuning.key) else {
        return Vec::new();
    };
    let untrained = chance(results).unwrap_or(0.0);
    let others = others(results, tuning);
    let mut settings: Vec<Setting<'_>> = Vec::new();
    let mut positions: HashMap<Vec<String>, usize> = HashMap::new();
    for trial in &results.trials {
        let setting: Vec<String> = others.iter().map(|&axis| trial.axes[axis].clone()).collect();
        let next = settings.len();
        let at = *positions.entry(setting.clone()).or_insert(next);
        if at == next {
            settings.push((setting, BTreeMap::new()));
        }
        let conditions = &mut settings[at].1;
        conditions.entry(trial.condition).or_default().push(trial);
    }
    let choice = |(setting, conditions): Setting<'_>| {
        let majority = baseline::majority(conditions.values().flatten().copied());
        let chance = untrained.max(majority.unwrap_or(0.0));
        let floor = above(chance);
        let tried = conditions.values().map(|trials| tried(trials, key, tuning, floor));
        let mut tried: Vec<Tried> = tried.collect();
        tried.sort_by(|a, b| {
            let numbers = number(&a.value).zip(number(&b.value));
            numbers.map_or(std::cmp::Ordering::Equal, |(a, b)| a.total_cmp(&b))
        });
        let chosen = best(&tried, tuning.higher_is_better);
        Choice { setting, tried, chosen, chance }
    };
    settings.into_iter().map(choice).collect()
}

/// The results at the chosen values alone, without the tuned axis: each setting
/// at its own best. `None` where nothing was tuned. Settings without a completed trial are dropped.
pub fn at_chosen(results: &Results) -> Option<Results> {
    if let Some(whole) = &results.whole {
        return at_chosen(&whole.results).map(|chosen| results.part_of(chosen));
    }
    let tuning = results.tuning.as_ref()?;
    let key = results.axis(&tuning.key)?;
    let others = others(results, tuning);
    let choices = choices(results, tuning);
    let chosen = choices.iter().filter_map(|choice| {
        let chosen = choice.chosen()?;
        Some((choice.setting.as_slice(), chosen.value.as_str()))
    });
    let values: HashMap<&[String], &str> = chosen.collect();
    let is_chosen = |trial: &TrialCurves| {
        let setting: Vec<String> = others.iter().map(|&axis| trial.axes[axis].clone()).collect();
        values.get(setting.as_slice()).is_some_and(|value| *value == trial.axes[key])
    };
    let trials = results.trials.iter().filter(|trial| is_chosen(trial)).map(|trial| {
        let mut trial = trial.clone();
        trial.axes.remove(key);
        trial
    });
    let mut chosen = results.with_trials(trials.collect());
    chosen.axes.remove(key);
    chosen.tuning = None;
    Some(chosen)
}

/// The results that are compared: those at the chosen values where something was tuned, else all.
pub fn judged(results: &Results) -> Cow<'_, Results> {
    at_chosen(results).map_or(Cow::Borrowed(results), Cow::Owned)
}

/// How far from chance to the best value's accuracy a value must get to count as stable: a value at which a
/// network neither diverges nor learns is not stable.
const STABLE: f64 = 0.5;

/// How far from chance to perfect accuracy a network must get to have learned something.
const LEAST_LEARNED: f64 = 0.05;

/// The test accuracy of chance: the mean accuracy of the folder's networks before training.
/// `None` where it was not measured.
pub fn chance(results: &Results) -> Option<f64> {
    let first = results.trials.iter().filter_map(|trial| trial.epochs.first());
    let untrained = first.filter(|row| row.epoch == 0).map(|row| row.test.accuracy);
    stats::mean(&untrained.collect::<Vec<_>>())
}

/// The test accuracy up to which nothing was learned: 5 % of the way to 1 from [`chance`], or
/// from the share of the largest class where that is larger.
pub fn floor(results: &Results) -> f64 {
    let chance = chance(results).unwrap_or(0.0);
    above(chance.max(baseline::majority(&results.trials).unwrap_or(0.0)))
}

fn above(chance: f64) -> f64 {
    chance + LEAST_LEARNED * (1.0 - chance)
}

fn tried(trials: &[&TrialCurves], key: usize, tuning: &Tuning, floor: f64) -> Tried {
    let completed = || trials.iter().filter(|trial| trial.status == TrialStatus::Completed);
    let last = || completed().filter_map(|trial| trial.epochs.last());
    let test: Vec<f64> = last().map(|row| row.test.accuracy).collect();
    Tried {
        learned: stats::mean(&test).is_some_and(|mean| mean > floor),
        value: trials.first().map_or(String::new(), |trial| trial.axes[key].clone()),
        metric: last().filter_map(|row| row.value(&tuning.metric)).collect(),
        test,
        diverged: trials.iter().filter(|trial| trial.status == TrialStatus::Diverged).count(),
    }
}

/// The best mean metric. A mean over only the replicates that survived, or that have ended so far,
/// would be too good: only values with most replicates ended are considered, and among them those with
/// fewer diverged come first; in a tie the smallest.
fn best(tried: &[Tried], higher_is_better: bool) -> Option<usize> {
    let ended = |tried: &Tried| tried.test.len() + tried.diverged;
    let most = tried.iter().map(ended).max()?;
    let whole = tried.iter().enumerate().filter(|(_, t)| ended(t) == most);
    let rated = whole.filter_map(|(index, tried)| {
        let mean = stats::mean(&tried.metric)?;
        let rating = if higher_is_better { -mean } else { mean };
        Some((tried.diverged, rating, index))
    });
    let best = rated.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    best.map(|(.., index)| index)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}
