//! Compares running averages with population statistics, on the same networks.
//!
//! An accuracy that was evaluated with running averages may depend more on the averages than on the network:
//! they still contain a part of their initial values after few steps, and they lag behind changing weights.
//! So every training that is evaluated with them is also evaluated with population statistics at its end,
//! and both numbers are reported where they differ.

use super::metric::Metric;
use super::{CONFIDENCE, Comparison, mean_difference};
use crate::results::format::schema::EpochRow;
use crate::results::query::{Results, TrialCurves, TrialStatus};
use crate::stats::{self, Side, Verdict};
use crate::units;

/// The key that determines how networks are evaluated.
const EVALUATION: &str = "norm.evaluation";

/// Differences of a mean accuracy up to this do not matter, as a share.
pub const MARGIN: f64 = 0.002;

/// The same limit for a single replicate, whose noise is unknown.
pub const MARGIN_OF_ONE: f64 = 0.01;

/// Fewest epochs that show whether a gap is closing.
const FEWEST_EPOCHS: usize = 6;

/// The test accuracy of a condition with both statistics, where they differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The value of each axis, in the order of [`Results::axes`].
    pub axes: Vec<String>,
    /// Number of replicates that were evaluated with both.
    pub n: usize,
    /// Mean test accuracy with running averages.
    pub running: f64,
    /// Mean test accuracy with population statistics.
    pub population: f64,
    /// Why the averages had not settled when training ended; `None` where there is no sign of it.
    pub unsettled: Option<Unsettled>,
}

/// A sign that running averages had not settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unsettled {
    /// A share of the initial values is left at the end: `decay^steps`.
    Start {
        /// The share, from 0 to 1.
        left: f64,
        /// Number of optimiser steps.
        steps: usize,
    },
    /// The gap between both statistics was still closing from epoch to epoch.
    Closing,
}

/// The effects of running averages in a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gaps {
    /// The conditions in which they give another accuracy than population statistics, in the order of
    /// the plan.
    pub told: Vec<Gap>,
    /// Number of completed trials that were evaluated with running averages and not with population
    /// statistics, because an earlier version trained them.
    pub unmeasured: usize,
}

/// Most conditions that are reported one by one.
const MOST_TOLD: usize = 4;

impl Gap {
    /// A sentence such as `after: running statistics have not settled: test accuracy 79.31 % with them, 94.31 %
    /// with the population's (…)`.
    pub fn sentence(&self) -> String {
        let condition: Vec<&str> = self.axes.iter().map(String::as_str).collect();
        let condition: Vec<&str> = condition.into_iter().filter(|c| !c.is_empty()).collect();
        format!("{}: {}", condition.join(" · "), self.what())
    }

    /// The sentence without the condition.
    pub fn what(&self) -> String {
        let (what, why) = match self.unsettled {
            Some(Unsettled::Start { left, steps }) => (
                "have not settled",
                format!(
                    " ({:.0} % of their initial values are left after {steps} steps)",
                    left * 100.0
                ),
            ),
            Some(Unsettled::Closing) => (
                "have not settled",
                " (they were still approaching when training ended)".to_owned(),
            ),
            None => ("differ from the population's", String::new()),
        };
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        format!(
            "running statistics {what}: test accuracy {} with them, {} with the population's{why}",
            percent(self.running),
            percent(self.population)
        )
    }

    fn size(&self) -> f64 {
        (self.population - self.running).abs()
    }
}

impl Gaps {
    /// A sentence for each condition, of many for those with the largest gaps; and one on trials without
    /// measurements.
    pub fn sentences(&self) -> Vec<String> {
        let mut told: Vec<&Gap> = self.told.iter().collect();
        if told.len() > MOST_TOLD {
            told.sort_by(|one, other| other.size().total_cmp(&one.size()));
            told.truncate(MOST_TOLD - 1);
        }
        let more = self.told.len() - told.len();
        let mut sentences: Vec<String> = told.into_iter().map(Gap::sentence).collect();
        if more > 0 {
            sentences.push(format!(
                "running statistics differ from the population's in {more} more conditions: `bn-lab compare DIR --metric precise_test_accuracy`"
            ));
        }
        sentences.extend(self.not_measured());
        sentences
    }

    /// Everything in one sentence, for a footnote; `None` where there is no gap.
    pub fn summary(&self) -> Option<String> {
        let largest = self.told.iter();
        let largest = largest.max_by(|one, other| one.size().total_cmp(&other.size()))?;
        let others = match self.told.len() - 1 {
            0 => String::new(),
            1 => "; they differ in 1 more condition".to_owned(),
            more => format!("; they differ in {more} more conditions"),
        };
        Some(format!("{}{others}.", units::capitalised(&largest.sentence())))
    }

    /// A note on how many trials were not evaluated with both; `None` where all were.
    pub fn not_measured(&self) -> Option<String> {
        (self.unmeasured > 0).then(|| {
            let trials = units::trials(self.unmeasured);
            format!(
            "test accuracy with the population's statistics: not measured in {trials}, trained by an earlier version"
            )
        })
    }
}

/// Finds the conditions with a gap.
///
/// With the accuracies `r` (running) and `p` (population) of the replicates that have both, a condition
/// has a gap where
///
/// ```text
/// |mean(p − r)| > max(0.2 points, 2 std(p − r) / √n)        n ≥ 2
/// |p − r| > 1 point                                         n = 1
/// ```
///
/// The networks are the same, so the noise is that of the differences.
pub fn gaps(results: &Results) -> Gaps {
    let mut gaps = Gaps::default();
    let uses_averages = |trial: &&TrialCurves| {
        trial.status == TrialStatus::Completed && averages(results, trial).is_some()
    };
    for trials in results.conditions().into_values() {
        let trials: Vec<&TrialCurves> = trials.into_iter().filter(uses_averages).collect();
        // This version always writes the first of the two.
        let is_earlier = |trial: &&&TrialCurves| {
            let last = trial.epochs.last();
            last.is_none_or(|row| row.running_test.accuracy.is_none())
        };
        gaps.unmeasured += trials.iter().filter(is_earlier).count();
        gaps.told.extend(gap(results, &trials));
    }
    gaps
}

/// Whether a folder varies, or claims something about, the evaluation itself, so that a difference between
/// evaluations is no artefact there.
pub(super) fn is_subject(results: &Results) -> bool {
    let is_claimed = results.claim.as_ref().is_some_and(|claim| claim.about_evaluation);
    let normalised = results.trials.iter().filter(|trial| has_norm(results, trial));
    let mut evaluations = normalised.map(|trial| evaluation(results, trial));
    let first = evaluations.next();
    is_claimed || evaluations.any(|other| Some(other) != first)
}

fn is(results: &Results, trial: &TrialCurves, key: &str, value: &str) -> bool {
    results.norm_of(trial, key) == Some(value)
}

fn has_norm(results: &Results, trial: &TrialCurves) -> bool {
    !is(results, trial, "norm.placement", "none") || is(results, trial, "norm.on_input", "true")
}

/// How a trial's network was evaluated. The resolved experiment has no value where the preset determines it in
/// some conditions only.
fn evaluation<'a>(results: &'a Results, trial: &'a TrialCurves) -> &'a str {
    let is_papers = is(results, trial, "norm.preset", "paper");
    let default = if is_papers { "precise" } else { "running" };
    results.norm_of(trial, EVALUATION).unwrap_or(default)
}

/// The averages of batch statistics that a network is evaluated with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Averages {
    /// Exponential averages with this decay; `None` where it is not a number.
    Exponential(Option<f64>),
    /// The mean of all batches.
    Cumulative,
}

/// The running averages that a trial was evaluated with; `None` where there are none. Read from the
/// stored experiment, as `Norm::running_decay` reads them from settings; a test compares the two.
pub fn averages(results: &Results, trial: &TrialCurves) -> Option<Averages> {
    let is = |key: &str, value: &str| is(results, trial, key, value);
    let is_batch = is("norm.kind", "batch");
    let uses_running = has_norm(results, trial)
        && (is_batch || is("norm.kind", "renorm"))
        && evaluation(results, trial) == "running"
        && !is("norm.track_running_stats", "false");
    if !uses_running {
        return None;
    }
    if is_batch && is("norm.averaging", "cumulative") {
        return Some(Averages::Cumulative);
    }
    // The preset's decay where the experiment states none.
    let default = if is("norm.preset", "pytorch") { 0.9 } else { 0.99 };
    let decay = results.norm_of(trial, "norm.decay");
    let decay = decay.map_or(Some(default), |decay| decay.parse().ok());
    Some(Averages::Exponential(decay))
}

/// The last test accuracies of a trial with running averages and with population statistics.
fn both(trial: &TrialCurves) -> Option<[f64; 2]> {
    both_of(trial.epochs.last()?)
}

fn both_of(row: &EpochRow) -> Option<[f64; 2]> {
    Some([row.running_test.accuracy?, row.precise_test.accuracy?])
}

fn gap(results: &Results, trials: &[&TrialCurves]) -> Option<Gap> {
    let pairs: Vec<[f64; 2]> = trials.iter().filter_map(|trial| both(trial)).collect();
    let of = |side: usize| pairs.iter().map(|pair| pair[side]).collect::<Vec<f64>>();
    let (running, population) = (stats::mean(&of(0))?, stats::mean(&of(1))?);
    let changes: Vec<f64> =
        pairs.iter().map(|[running, population]| population - running).collect();
    let noise = stats::standard_deviation(&changes);
    let margin =
        noise.map_or(MARGIN_OF_ONE, |std| (2.0 * std / (pairs.len() as f64).sqrt()).max(MARGIN));
    let differs = (population - running).abs() > margin;
    differs.then(|| Gap {
        axes: results.labels.row(&results.axes, &trials[0].axes),
        n: pairs.len(),
        running,
        population,
        unsettled: unsettled(results, trials),
    })
}

fn unsettled(results: &Results, trials: &[&TrialCurves]) -> Option<Unsettled> {
    let start = trials.iter().filter_map(|trial| {
        let steps = trial.epochs.last()?.step;
        let Some(Averages::Exponential(Some(decay))) = averages(results, trial) else {
            return None;
        };
        Some((stats::left_of_start(decay, steps), steps))
    });
    let most = start.max_by(|one, other| one.0.total_cmp(&other.0));
    match most.filter(|(left, _)| *left > stats::SETTLED) {
        Some((left, steps)) => Some(Unsettled::Start { left, steps }),
        None => closing(trials).then_some(Unsettled::Closing),
    }
}

/// Whether the gap of the last third of the epochs is less than half of that of the third before, where
/// each epoch was evaluated with both: then the averages are approaching weights that change less.
fn closing(trials: &[&TrialCurves]) -> bool {
    let mean_of = |third: usize| {
        let gaps = trials.iter().flat_map(|trial| {
            let rows: Vec<f64> = trial
                .epochs
                .iter()
                .filter(|row| row.epoch > 0)
                .filter_map(both_of)
                .map(|[running, population]| (population - running).abs())
                .collect();
            let length = rows.len() / 3;
            let is_enough = rows.len() >= FEWEST_EPOCHS;
            let from = rows.len() - (3 - third) * length;
            let taken = rows[from..from + length].to_vec();
            if is_enough { taken } else { Vec::new() }
        });
        stats::mean(&gaps.collect::<Vec<f64>>())
    };
    mean_of(1).zip(mean_of(2)).is_some_and(|(before, last)| last < before / 2.0)
}

/// The metric that is the same quantity with population statistics.
pub(super) fn counterpart(metric: Metric) -> Option<Metric> {
    let name = match metric.name {
        "test_accuracy" => "precise_test_accuracy",
        "test_loss" => "precise_test_loss",
        _ => return None,
    };
    Metric::named(name).ok()
}

/// Adds to a comparison its counterpart, the same pairs with population statistics, and the verdict
/// [`Verdict::EffectOfEvaluation`] where it applies. A counterpart with fewer measured pairs is
/// ignored.
pub(super) fn weigh(comparison: &mut Comparison, counterpart: Comparison) {
    if counterpart.paired.pairs < comparison.paired.pairs || counterpart.paired.pairs == 0 {
        return;
    }
    if is_effect_of_evaluation(comparison, &counterpart) {
        comparison.verdict = Verdict::EffectOfEvaluation;
        comparison.needed = None;
    }
    comparison.population = Some(Box::new(counterpart));
}

/// Whether the result of a comparison is rather an effect of how networks are evaluated: with one of the two
/// evaluations the difference changes its sign or loses more than half (where both favour the same side: more
/// than three quarters are lost with population statistics), the two mean differences are further apart than the
/// margin, and the change between them is significant (the networks are the same, so it is computed replicate by
/// replicate: its 95 % interval excludes 0). Where a pair has no difference, only two evaluations that favour
/// different sides show it.
fn is_effect_of_evaluation(running: &Comparison, population: &Comparison) -> bool {
    let (one, other) = (side(running.verdict), side(population.verdict));
    let agree = one.is_some() && one == other;
    let differences = mean_difference(running).zip(mean_difference(population));
    let Some((with, without)) = differences else {
        return one.is_some() && other.is_some() && one != other;
    };
    let smaller = with.abs().min(without.abs());
    let larger = with.abs().max(without.abs());
    let turns = if agree {
        without.abs() < with.abs() / 4.0
    } else {
        with * without < 0.0 || smaller < larger / 2.0
    };
    turns && (with - without).abs() > running.margin && is_sure(running, population)
}

/// Whether the change from one evaluation to the other is significant.
fn is_sure(running: &Comparison, population: &Comparison) -> bool {
    let pairs = running.paired.differences.iter();
    let pairs = pairs.zip(&population.paired.differences);
    let changes: Vec<f64> = pairs.map(|(with, without)| with - without).collect();
    let is_constant = stats::standard_deviation(&changes) == Some(0.0);
    let interval = stats::t_interval(&changes, CONFIDENCE);
    is_constant || interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0)
}

/// The side that is better according to a verdict.
fn side(verdict: Verdict) -> Option<Side> {
    match verdict {
        Verdict::Better(side) | Verdict::SuggestsBetter(side) => Some(side),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
