//! Statistics of single conditions.

use super::pairing::Condition;
use crate::compare::metric::Metric;
use crate::results::query::Labels;
use crate::seed::Streams;
use crate::stats::{self, Interval, Resamples, Score};

/// Of all intervals.
pub const CONFIDENCE: f64 = 1.0 - stats::SIGNIFICANCE;

/// Number of bootstrap resamples.
const RESAMPLES: usize = 10_000;

/// Statistics of the replicates of a condition. Mean, deviation and intervals are over those with a value.
/// For times to a target they are absent where some training did not reach it, or diverged: without the longest
/// times they would be too good. The median includes those, too.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Values of the other axes.
    pub setting: Vec<String>,
    /// The value of the compared axis.
    pub value: String,
    /// Number of replicates with a value.
    pub n: usize,
    /// Number of replicates that were completed without reaching the target.
    pub beyond: usize,
    /// Number of replicates that diverged.
    pub diverged: usize,
    /// Number of replicates that have not ended, failed, or were not measured.
    pub missing: usize,
    /// The longest time of a replicate that did not reach the target.
    pub longest: Option<f64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// For times to a target, by Kaplan and Meier: [`stats::median_time`].
    pub median: Option<f64>,
    /// Interquartile mean.
    pub interquartile_mean: Option<f64>,
    /// Sample standard deviation.
    pub std: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// The confidence interval of the mean by Student's t.
    pub t: Option<Interval>,
    /// The confidence interval of the mean by the bootstrap, [`stats::bca_interval`].
    pub bca: Option<Interval>,
}

impl Description {
    /// The same for readers: the values by their labels.
    #[must_use]
    pub fn labelled(&self, by: &str, others: &[String], labels: &Labels) -> Self {
        Self {
            value: labels.shown(by, &self.value).to_owned(),
            setting: labels.row(others, &self.setting),
            ..self.clone()
        }
    }

    /// Number of replicates that ended.
    pub fn ended(&self) -> usize {
        self.n + self.beyond + self.diverged
    }
}

/// Describes every condition.
pub(super) fn all(conditions: &[Condition<'_>], metric: Metric) -> Vec<Description> {
    let mut resamples: Vec<Resamples> = Vec::new();
    let one = |condition| describe(condition, metric, &mut resamples);
    conditions.iter().map(one).collect()
}

fn describe(
    condition: &Condition<'_>,
    metric: Metric,
    resamples: &mut Vec<Resamples>,
) -> Description {
    let values: Vec<f64> = condition.values().collect();
    let scores = || condition.scores.iter().filter_map(|(_, score)| *score);
    let waited = |score| match score {
        Score::Beyond(end) => Some(end),
        _ => None,
    };
    let longest = scores().filter_map(waited).reduce(f64::max);
    let diverged = scores().filter(|score| *score == Score::Diverged).count();
    // Statistics that would leave out the longest times are absent.
    let is_cut = longest.is_some() || (metric.is_waited_for() && diverged > 0);
    let known: &[f64] = if is_cut { &[] } else { &values };
    let median = if metric.is_waited_for() {
        stats::median_time(&scores().collect::<Vec<_>>())
    } else {
        stats::median(&values)
    };
    Description {
        setting: condition.setting.clone(),
        value: condition.value.to_owned(),
        n: values.len(),
        beyond: scores().filter_map(waited).count(),
        diverged,
        missing: condition.scores.len() - scores().count(),
        longest,
        mean: stats::mean(known),
        median,
        interquartile_mean: stats::interquartile_mean(known),
        std: stats::standard_deviation(known),
        min: stats::minimum(known),
        max: stats::maximum(known),
        t: stats::t_interval(known, CONFIDENCE),
        bca: stats::bca_interval(known, of_size(known.len(), resamples), CONFIDENCE),
    }
}

/// The resamples for this number of values: the same for every condition of that size.
fn of_size(size: usize, known: &mut Vec<Resamples>) -> &Resamples {
    let at = known.iter().position(|resamples| resamples.size() == size);
    let at = at.unwrap_or_else(|| {
        let mut stream = Streams::shared(0).stream("bootstrap");
        known.push(Resamples::draw(size, RESAMPLES, |bound| stream.below(bound)));
        known.len() - 1
    });
    &known[at]
}
