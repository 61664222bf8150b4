//! Compares every pair of values of an axis, at each setting of the other axes, replicate by replicate.
//!
//! Differences are the later value minus the earlier one, in the experiment's order, so that `none`,
//! which is usually first, is the reference of the others.

pub mod baseline;
pub mod claim;
pub mod confusion;
mod default;
mod describe;
pub mod meeting;
pub mod metric;
mod names;
mod pairing;
pub mod population;
pub mod tune;

pub use default::{MOST_UNASKED, default_comparison, subject};
pub use describe::{CONFIDENCE, Description};
pub use names::unknown;
pub use pairing::{FOLDER, together};

use std::collections::HashMap;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::results::query::{Labels, Results, short_name};
use crate::seed::Streams;
use crate::stats::{self, PairedComparison, Score, Side, Verdict};
use meeting::Meeting;
use metric::{Margin, Metric};
use pairing::{Condition, conditions, meet, row};

/// Times that are a whole step apart differ; those within the same step may not.
const BELOW_ONE_STEP: f64 = 1.0 - 1e-6;

/// What to compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The name of the metric.
    pub metric: String,
    /// The axis whose values are compared, by its full or its short name.
    pub by: String,
    /// Differences up to this do not matter, in percentage points for shares and else in the metric's
    /// unit; `None` for the metric's own margin.
    pub margin: Option<f64>,
}

/// One value of the axis compared with another, in one setting of the other axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Values of the other axes; empty where one does not apply on either side.
    pub setting: Vec<String>,
    /// The later value: differences are `a − b`.
    pub a: String,
    /// The earlier value.
    pub b: String,
    /// Number of replicates of which a side has not ended, failed, or was not measured.
    pub missing: usize,
    /// Number of diverged replicates of each side, among the pairs.
    pub diverged: [usize; 2],
    /// The statistics of the pairs.
    pub paired: PairedComparison,
    /// The p-value after Holm's correction for all comparisons of the answer.
    pub corrected: Option<f64>,
    /// Differences up to this do not matter, in the metric's unit.
    pub margin: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// About how many replicates would be needed for a decision, where these do not suffice and it can be estimated.
    pub needed: Option<usize>,
    /// The same pairs with population statistics, where the metric uses running averages
    /// and was measured with both.
    pub population: Option<Box<Comparison>>,
}

impl Comparison {
    /// The value that is better according to the verdict.
    pub fn better(&self) -> Option<&str> {
        match self.verdict {
            Verdict::Better(Side::A) | Verdict::SuggestsBetter(Side::A) => Some(&self.a),
            Verdict::Better(Side::B) | Verdict::SuggestsBetter(Side::B) => Some(&self.b),
            _ => None,
        }
    }
}

impl Comparison {
    /// The same for readers: the values by their labels.
    #[must_use]
    pub fn labelled(&self, by: &str, others: &[String], labels: &Labels) -> Self {
        let population = self.population.as_ref();
        Self {
            a: labels.shown(by, &self.a).to_owned(),
            b: labels.shown(by, &self.b).to_owned(),
            setting: labels.row(others, &self.setting),
            population: population.map(|same| Box::new(same.labelled(by, others, labels))),
            ..self.clone()
        }
    }
}

impl Answer {
    /// The same for readers: the values by their labels.
    #[must_use]
    pub fn labelled(&self, labels: &Labels) -> Self {
        let (by, others) = (&self.by, &self.others);
        let comparisons = self.comparisons.iter().map(|c| c.labelled(by, others, labels));
        let descriptions = self.descriptions.iter().map(|d| d.labelled(by, others, labels));
        Self {
            comparisons: comparisons.collect(),
            descriptions: descriptions.collect(),
            ..self.clone()
        }
    }
}

/// The result of a comparison.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The metric.
    pub metric: Metric,
    /// The compared axis, by its full name.
    pub by: String,
    /// The remaining axes.
    pub others: Vec<String>,
    /// The target of `…_to_target` metrics.
    pub target: f64,
    /// The statistics of every condition, in the experiment's order.
    pub descriptions: Vec<Description>,
    /// Every comparison, ordered by setting; of a part of an experiment those whose sides belong to it.
    pub comparisons: Vec<Comparison>,
    /// Number of comparisons that Holm's correction is for: those of the whole experiment with a pair.
    pub family: usize,
    /// The effects of running averages on the scores that the metric uses.
    pub gaps: population::Gaps,
    /// Remarks that precede the tables, such as the settings in which two folders differ.
    pub remarks: Vec<String>,
}

/// Answers a question; an error where the metric or the axis does not exist, or the axis has one value.
pub fn compare(results: &Results, question: &Question) -> Result<Answer> {
    let metric = Metric::named(&question.metric)?;
    let by = axis(results, &question.by)?;
    let conditions = conditions(results, by, metric);
    let answer = answer(results, question)?;
    let mut answer = answer.ok_or_else(|| nothing_to_compare(results, by, &conditions))?;
    answer.descriptions = describe::all(&conditions, metric);
    Ok(answer)
}

/// As [`compare`], without the statistics of conditions; `None` where there is nothing to compare.
fn answer(results: &Results, question: &Question) -> Result<Option<Answer>> {
    if let Some(whole) = &results.whole {
        let answer = answer(&whole.results, question)?;
        return Ok(answer.and_then(|answer| of_part(answer, results)));
    }
    let metric = Metric::named(&question.metric)?;
    let by = axis(results, &question.by)?;
    let conditions = conditions(results, by, metric);
    let mut comparisons = judged(&conditions, metric, question.margin);
    if comparisons.is_empty() {
        return Ok(None);
    }
    let counterpart = population::counterpart(metric).filter(|_| !population::is_subject(results));
    if let Some(metric) = counterpart {
        let conditions = self::conditions(results, by, metric);
        let counterparts = judged(&conditions, metric, question.margin);
        for (comparison, counterpart) in comparisons.iter_mut().zip(counterparts) {
            population::weigh(comparison, counterpart);
        }
    }
    let others = results.axes.iter().enumerate();
    let family = comparisons.iter().filter(|c| c.corrected.is_some()).count();
    Ok(Some(Answer {
        family,
        metric,
        by: results.axes[by].clone(),
        others: others.filter(|(axis, _)| *axis != by).map(|(_, name)| name.clone()).collect(),
        target: results.target_accuracy,
        descriptions: Vec::new(),
        comparisons,
        gaps: if metric.is_evaluated() {
            population::gaps(results)
        } else {
            population::Gaps::default()
        },
        remarks: Vec::new(),
    }))
}

/// The comparisons of which both sides belong to a part of the experiment; `None` where there are none.
fn of_part(mut answer: Answer, part: &Results) -> Option<Answer> {
    let by = part.axis(&answer.by)?;
    let conditions = conditions(part, by, answer.metric);
    let mut shown: Meeting<'_> = conditions.iter().map(Condition::cells).collect();
    answer.comparisons.retain(|comparison| {
        let mut sides = [&comparison.a, &comparison.b].into_iter();
        sides.all(|value| !shown.of(&row(value, &comparison.setting)).is_empty())
    });
    if answer.metric.is_evaluated() {
        answer.gaps = population::gaps(part);
    }
    (!answer.comparisons.is_empty()).then_some(answer)
}

/// The statistics of every condition, in the experiment's order, whether or not there is another one to
/// compare it with: the value of the first axis, and the others as its setting.
pub fn descriptions(results: &Results, metric: Metric) -> Vec<Description> {
    if results.axes.is_empty() {
        return Vec::new();
    }
    describe::all(&conditions(results, 0, metric), metric)
}

/// The position of an axis, by its full or its short name.
fn axis(results: &Results, name: &str) -> Result<usize> {
    results.axis(name).ok_or_else(|| {
        let known: Vec<&str> = results.axes.iter().map(String::as_str).collect();
        Error::Usage(unknown("axis", name, &known))
    })
}

fn nothing_to_compare(results: &Results, by: usize, conditions: &[Condition<'_>]) -> Error {
    let name = &results.axes[by];
    let values = pairing::values(conditions);
    if values.len() > 1 {
        return Error::Usage(format!(
            "no two values of `{name}` were trained in the same setting\n  hint: the other axes must have values in common"
        ));
    }
    let others = results.varied().map(|axis| short_name(&results.axes[axis]));
    let others: Vec<String> = others.map(|name| format!("`--by {name}`")).collect();
    let hint = if others.is_empty() {
        "compare two folders: `bn-lab compare DIR DIR2`".to_owned()
    } else {
        others.join(" or ")
    };
    Error::Usage(format!(
        "there is nothing to compare: `{name}` is `{}` throughout\n  hint: {hint}",
        values.first().copied().unwrap_or_default()
    ))
}

/// Every comparison with its verdict, corrected for all of them.
fn judged(conditions: &[Condition<'_>], metric: Metric, given: Option<f64>) -> Vec<Comparison> {
    let mut meeting: Meeting<'_> = conditions.iter().map(Condition::cells).collect();
    let mut comparisons = comparisons(conditions, &mut meeting, metric);
    for comparison in &mut comparisons {
        comparison.margin = margin(comparison, metric, given, (conditions, &mut meeting));
    }
    judge_family(&mut comparisons);
    comparisons
}

/// The mean difference, if every pair has one.
fn mean_difference(comparison: &Comparison) -> Option<f64> {
    let paired = &comparison.paired;
    paired.mean.filter(|_| paired.is_complete())
}

/// Every pair of values in every setting, grouped by setting.
fn comparisons(
    conditions: &[Condition<'_>],
    meeting: &mut Meeting<'_>,
    metric: Metric,
) -> Vec<Comparison> {
    let values = pairing::values(conditions);
    let mut of_value: HashMap<&str, Vec<&Condition<'_>>> = HashMap::new();
    let mut places: HashMap<&[String], usize> = HashMap::new();
    for (at, condition) in conditions.iter().enumerate() {
        of_value.entry(condition.value).or_default().push(condition);
        places.entry(&condition.setting).or_insert(at);
    }
    let mut meetings = Vec::new();
    for (later, a) in values.iter().enumerate() {
        for b in values[..later].iter().flat_map(|b| &of_value[b]) {
            for at in meeting.of(&row(a, &b.setting)) {
                let a = &conditions[at];
                let setting = meet(&a.setting, &b.setting);
                meetings.extend(setting.map(|setting| (a, *b, setting)));
            }
        }
    }
    // Each has its own random numbers, so they can be computed in parallel.
    let mut found: Vec<Comparison> =
        meetings.into_par_iter().map(|(a, b, setting)| comparison(a, b, setting, metric)).collect();
    // Grouped by setting, in the order in which conditions first have it.
    found.sort_by_key(|c| places.get(c.setting.as_slice()).copied());
    found
}

fn comparison(
    a: &Condition<'_>,
    b: &Condition<'_>,
    setting: Vec<String>,
    metric: Metric,
) -> Comparison {
    let (pairs, missing) = pairing::pairs(a, b);
    let mut stream = Streams::shared(0).stream("sign flips");
    let draw = |bound| stream.below(bound);
    let paired = stats::compare_pairs(&pairs, metric.higher_is_better(), CONFIDENCE, draw);
    let diverged = |side: fn(&(Score, Score)) -> Score| {
        pairs.iter().filter(|pair| side(pair) == Score::Diverged).count()
    };
    Comparison {
        setting,
        a: a.value.to_owned(),
        b: b.value.to_owned(),
        missing,
        diverged: [diverged(|pair| pair.0), diverged(|pair| pair.1)],
        paired,
        corrected: None,
        margin: 0.0,
        verdict: Verdict::Inconclusive,
        needed: None,
        population: None,
    }
}

/// The verdicts on these comparisons after Holm's correction for all of them that have a pair.
fn judge_family(comparisons: &mut [Comparison]) {
    let p = |comparison: &Comparison| comparison.paired.test.map(|test| test.p);
    let family: Vec<f64> = comparisons.iter().filter_map(p).collect();
    let mut corrected = stats::holm(&family).into_iter();
    for comparison in comparisons {
        comparison.corrected = p(comparison).and_then(|_| corrected.next());
        judge(comparison, family.len());
    }
}

/// The given margin, or the metric's own; but at least the resolution of the two sides.
fn margin(
    comparison: &Comparison,
    metric: Metric,
    given: Option<f64>,
    (conditions, meeting): (&[Condition<'_>], &mut Meeting<'_>),
) -> f64 {
    if let Some(given) = given {
        return given / metric.unit.scale();
    }
    let values = [&comparison.a, &comparison.b];
    let mut sides: Vec<usize> =
        values.into_iter().flat_map(|value| meeting.of(&row(value, &comparison.setting))).collect();
    // A floating-point sum depends on the order of its terms, so they are sorted.
    sides.sort_unstable();
    sides.dedup();
    let sides = || sides.iter().map(|at| &conditions[*at]);
    let own = match metric.margin() {
        Margin::Absolute(margin) => margin,
        Margin::OfMean(share) => {
            let values: Vec<f64> = sides().flat_map(Condition::values).collect();
            share * stats::mean(&values).unwrap_or(0.0).abs()
        }
    };
    let resolution = sides().map(|side| side.resolution).fold(0.0, f64::max);
    own.max(resolution * BELOW_ONE_STEP)
}

fn judge(comparison: &mut Comparison, family: usize) {
    let corrected = comparison.corrected.unwrap_or(1.0);
    let paired = &comparison.paired;
    comparison.verdict = stats::verdict(paired, corrected, comparison.margin);
    let needed = match comparison.verdict {
        Verdict::Better(_) | Verdict::NoMeaningfulDifference | Verdict::EffectOfEvaluation => None,
        Verdict::SuggestsBetter(_) => Some(stats::pairs_for_correction(family)),
        Verdict::SuggestsNoMeaningfulDifference => Some(stats::FEWEST_PAIRS),
        Verdict::Inconclusive => paired
            .std
            .filter(|_| paired.is_complete())
            .and_then(|std| stats::pairs_for_decision(std, comparison.margin))
            .map(|pairs| pairs.max(stats::pairs_for_correction(family))),
    };
    comparison.needed = needed.filter(|needed| *needed > paired.pairs);
}
