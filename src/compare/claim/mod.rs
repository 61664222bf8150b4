//! The verdict on the claim of an experiment.
//!
//! Each test is made in every setting of the axes that it does not name, and all comparisons of a claim
//! are one family under Holm's correction. The verdict on each follows [`crate::stats`], as for any
//! comparison; here it is related to what was expected.

mod aggregate;
mod verdict;

pub use verdict::{Leaning, TestVerdict};

use super::meeting::Meeting;
use super::metric::Metric;
use super::pairing::{Condition, conditions, meet, pairs, row};
use super::{Comparison, comparison, judge_family, margin, population, tune};
use crate::error::{Error, Result};
use crate::results::query::{
    Aggregate, Aggregation, Claim, Details, Expect, Hypothesis, Labels, Results,
};
use crate::stats::{self, Score, Side, Verdict};

/// A claim with its verdict.
#[derive(Debug, Clone)]
pub struct ClaimResult {
    /// The claim.
    pub claim: Claim,
    /// Its tests, in the claim's order.
    pub tests: Vec<Tested>,
    /// The target of `…_to_target` metrics, as a share.
    pub target: f64,
    /// The effects of running averages on the scores that its tests use.
    pub gaps: population::Gaps,
}

/// A test with its comparisons.
#[derive(Debug, Clone)]
pub struct Tested {
    /// The test.
    pub test: Hypothesis,
    /// The metric, with the unit of the aggregate where values are aggregated.
    pub metric: Metric,
    /// The axis that is tuned, where each side was compared at its own best value of it.
    pub tuned: Option<String>,
    /// The axes of the settings.
    pub others: Vec<String>,
    /// One comparison for each setting that both sides have.
    pub comparisons: Vec<ClaimComparison>,
}

/// A comparison, and its verdict on the claim.
#[derive(Debug, Clone)]
pub struct ClaimComparison {
    /// The comparison: `a` is the first of the two values.
    pub comparison: Comparison,
    /// The means of both sides over the pairs in which both have a value.
    pub means: Option<[f64; 2]>,
    /// Number of pairs in which both sides reached the last value that was tried: it is unknown which is
    /// larger.
    pub beyond_grid: usize,
    /// Numbers of pairs in which only the first side, and only the second one, reached it: its value may be larger.
    pub at_end: [usize; 2],
    /// For a reach, the largest step of the grid, in powers of ten: the resolution of the reach.
    pub grid_step: Option<f64>,
    /// The verdict.
    pub outcome: TestVerdict,
}

/// Numbers of comparisons by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All comparisons with at least one pair.
    pub all: usize,
    /// [`TestVerdict::Supported`]
    pub supported: usize,
    /// [`TestVerdict::Opposite`]
    pub opposite: usize,
    /// [`TestVerdict::NoMeaningfulDifference`]
    pub indifferent: usize,
    /// [`TestVerdict::Suggestive`], by [`Leaning`]: for, against, no difference.
    pub suggestive: [usize; 3],
    /// [`TestVerdict::EffectOfEvaluation`]
    pub of_evaluation: usize,
}

/// The verdict on a claim, in the order in which tables sort it: from holding to undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// Every comparison supports the claim.
    Holds,
    /// Some comparisons support it, and none shows the opposite.
    HoldsInSome,
    /// Some comparisons support it, and some show the opposite.
    Mixed,
    /// None supports it, and some show no difference that matters.
    NoMeaningfulDifference,
    /// None supports it, and some show the opposite.
    Opposite,
    /// None is conclusive, but some suggest a direction.
    Suggestive,
    /// None is conclusive.
    Inconclusive,
    /// No pair has been trained.
    Untested,
}

impl Counts {
    /// Counts these comparisons.
    pub fn of<'a>(comparisons: impl IntoIterator<Item = &'a ClaimComparison>) -> Self {
        let mut counts = Self::default();
        let paired = |judged: &&ClaimComparison| judged.comparison.paired.pairs > 0;
        for judged in comparisons.into_iter().filter(paired) {
            counts.all += 1;
            match judged.outcome {
                TestVerdict::Supported => counts.supported += 1,
                TestVerdict::Opposite => counts.opposite += 1,
                TestVerdict::NoMeaningfulDifference => counts.indifferent += 1,
                TestVerdict::Suggestive(leaning) => counts.suggestive[leaning as usize] += 1,
                TestVerdict::EffectOfEvaluation => counts.of_evaluation += 1,
                TestVerdict::Inconclusive => {}
            }
        }
        counts
    }

    /// Number of conclusive comparisons.
    pub fn decided(&self) -> usize {
        self.supported + self.opposite + self.indifferent
    }

    /// Number of comparisons that are at most suggestive.
    pub fn undecided(&self) -> usize {
        self.all - self.decided() - self.of_evaluation
    }
}

impl Tested {
    /// The side that is expected to be better; `None` where no difference is expected.
    pub fn expected(&self) -> Option<Side> {
        let first = match self.test.expect {
            Expect::Same => return None,
            Expect::Higher => self.metric.higher_is_better(),
            Expect::Lower => !self.metric.higher_is_better(),
        };
        Some(if first { Side::A } else { Side::B })
    }

    /// Numbers of pairs that differ as expected, that are tied, and that differ the other way. Where no difference
    /// is expected: those in which the first value did better, tied, did worse.
    pub fn tally(&self, judged: &ClaimComparison) -> [usize; 3] {
        let tally = judged.comparison.paired.tally;
        let mut counts = [tally.wins, tally.ties, tally.losses];
        if self.expected() == Some(Side::B) {
            counts.reverse();
        }
        counts
    }
}

impl Tested {
    /// The same for readers: the values by their labels.
    fn labelled(&self, labels: &Labels) -> Self {
        let by = &self.test.by;
        let comparisons = self.comparisons.iter().map(|judged| ClaimComparison {
            comparison: judged.comparison.labelled(by, &self.others, labels),
            ..judged.clone()
        });
        let only = self.test.only.iter().map(|(key, values)| {
            let values = values.iter().map(|value| labels.shown(key, value).to_owned());
            (key.clone(), values.collect())
        });
        let compare = self.test.compare.each_ref().map(|value| labels.shown(by, value).to_owned());
        Self {
            comparisons: comparisons.collect(),
            test: Hypothesis { compare, only: only.collect(), ..self.test.clone() },
            ..self.clone()
        }
    }
}

impl ClaimResult {
    /// The same for readers: the values by their labels.
    #[must_use]
    pub fn labelled(&self, labels: &Labels) -> Self {
        let tests = self.tests.iter().map(|tested| tested.labelled(labels));
        Self { tests: tests.collect(), ..self.clone() }
    }

    /// Every comparison of every test.
    pub fn comparisons(&self) -> impl Iterator<Item = &ClaimComparison> {
        self.tests.iter().flat_map(|test| &test.comparisons)
    }

    /// The test whose effect is reported where there is room for one: the first with a conclusive comparison,
    /// or else the first that was compared at all.
    pub fn headline(&self) -> Option<&Tested> {
        let compared = || self.tests.iter().filter(|test| !test.comparisons.is_empty());
        let decides = |test: &&Tested| Counts::of(&test.comparisons).decided() > 0;
        compared().find(decides).or_else(|| compared().next())
    }

    /// Number of comparisons without any pair, and number of pairs that the others lack: unless
    /// both are 0, the verdict is preliminary.
    pub fn lacking(&self) -> [usize; 2] {
        let paired = |judged: &&ClaimComparison| judged.comparison.paired.pairs > 0;
        let untrained = self.comparisons().filter(|judged| !paired(judged)).count();
        let missing = self.comparisons().filter(paired);
        [untrained, missing.map(|judged| judged.comparison.missing).sum()]
    }

    /// Numbers of comparisons by verdict.
    pub fn counts(&self) -> Counts {
        Counts::of(self.comparisons())
    }

    /// The verdict on the claim.
    pub fn ruling(&self) -> ClaimVerdict {
        let counts = self.counts();
        match counts {
            Counts { all: 0, .. } => ClaimVerdict::Untested,
            _ if counts.supported == counts.all => ClaimVerdict::Holds,
            _ if counts.supported > 0 && counts.opposite > 0 => ClaimVerdict::Mixed,
            _ if counts.supported > 0 => ClaimVerdict::HoldsInSome,
            _ if counts.opposite > 0 => ClaimVerdict::Opposite,
            _ if counts.indifferent > 0 => ClaimVerdict::NoMeaningfulDifference,
            _ if counts.suggestive != [0; 3] => ClaimVerdict::Suggestive,
            _ => ClaimVerdict::Inconclusive,
        }
    }
}

/// The details that must be read, besides the epochs, before a claim can be judged.
pub fn details(claim: &Claim) -> Details {
    let metrics = claim.tests.iter().filter_map(|test| Metric::named(&test.metric).ok());
    let mut layers: Vec<&'static str> = metrics.flat_map(Metric::needs).copied().collect();
    layers.sort_unstable();
    layers.dedup();
    Details { layers, ..Details::default() }
}

/// Judges the claim of an experiment; `None` where there is none, or where these are the results of a part of the
/// experiment: a claim is about all of it. And an error where its tables lack
/// what the claim is about. The [`details`] must have been read.
pub fn judge(results: &Results) -> Result<Option<ClaimResult>> {
    let Some(claim) = results.claim.as_ref().filter(|_| results.whole.is_none()) else {
        return Ok(None);
    };
    // The change over an axis is from its first value in the plan to its last one.
    let results = &*results.in_plan_order();
    let chosen = tune::at_chosen(results);
    let made: Result<Vec<Tested>> =
        claim.tests.iter().map(|test| made(results, chosen.as_ref(), test)).collect();
    let mut tests = made?;
    weigh(&mut tests);
    let is_evaluated = tests.iter().any(|tested| tested.metric.is_evaluated());
    let judged = chosen.as_ref().unwrap_or(results);
    Ok(Some(ClaimResult {
        gaps: if is_evaluated { population::gaps(judged) } else { population::Gaps::default() },
        claim: claim.clone(),
        tests,
        target: results.target_accuracy,
    }))
}

/// All comparisons of a test, not yet corrected together with those of the others.
fn made(results: &Results, chosen: Option<&Results>, test: &Hypothesis) -> Result<Tested> {
    let key = results.tuning.as_ref().map(|tuning| &tuning.key);
    let names_key = key.is_some_and(|key| {
        let over = test.aggregate.as_ref().is_some_and(|aggregate| aggregate.axis == *key);
        test.by == *key || over || test.only.iter().any(|(only, _)| only == key)
    });
    let tuned = chosen.filter(|_| !names_key);
    let results = tuned.unwrap_or(results);
    let metric = Metric::named(&test.metric)?;
    let mut tested = measured(results, test, metric)?;
    let counterpart = population::counterpart(metric).filter(|_| !population::is_subject(results));
    if let Some(counterpart) = counterpart {
        let counterparts = measured(results, test, counterpart)?.comparisons;
        for (judged, counterpart) in tested.comparisons.iter_mut().zip(counterparts) {
            judged.comparison.population = Some(Box::new(counterpart.comparison));
        }
    }
    Ok(Tested { tuned: tuned.and(key.cloned()), ..tested })
}

/// All comparisons of a test with this metric.
fn measured(results: &Results, test: &Hypothesis, metric: Metric) -> Result<Tested> {
    let by = at(&results.axes, &test.by)?;
    let mut others = results.axes.clone();
    others.remove(by);
    let mut all = conditions(results, by, metric);
    all.retain(|condition| test.compare.iter().any(|value| value == condition.value));
    for (key, values) in &test.only {
        let at = at(&others, key)?;
        // Where the axis does not apply, it cannot have another value.
        let counts = |cell: &String| cell.is_empty() || values.contains(cell);
        all.retain(|condition| counts(&condition.setting[at]));
    }
    let (metric, end) = match &test.aggregate {
        None => (metric, None),
        Some(Aggregate { axis, how }) => {
            let at = at(&others, axis)?;
            others.remove(at);
            let end = last_value(&all, at).filter(|_| matches!(how, Aggregation::Reach(_)));
            all = aggregate::together(&all, at, *how, metric.higher_is_better());
            (of_aggregate(metric, *how), end)
        }
    };
    Ok(Tested {
        test: test.clone(),
        metric,
        tuned: None,
        others,
        comparisons: compared(&all, test, metric, end),
    })
}

fn at(axes: &[String], key: &str) -> Result<usize> {
    axes.iter().position(|axis| axis == key).ok_or_else(|| {
        Error::Results(format!(
            "the claim is about `{key}`, and `trials.csv` has no such column\n  hint: `experiment.toml` and `trials.csv` are of different experiments; run it again, finished trials are kept"
        ))
    })
}

fn of_aggregate(metric: Metric, how: Aggregation) -> Metric {
    match how {
        Aggregation::Reach(_) => metric.reach(),
        Aggregation::Spread => metric.spread(),
        Aggregation::Worst | Aggregation::Best | Aggregation::Mean | Aggregation::Change => metric,
    }
}

/// The largest number among the values of an axis, in powers of ten.
fn last_value(conditions: &[Condition<'_>], axis: usize) -> Option<f64> {
    let values = conditions.iter().filter_map(|c| c.setting[axis].parse().ok());
    values.reduce(f64::max).map(f64::log10)
}

/// Compares the first value with the second in every setting that both have. `end` is the upper limit of
/// a reach.
fn compared(
    all: &[Condition<'_>],
    test: &Hypothesis,
    metric: Metric,
    end: Option<f64>,
) -> Vec<ClaimComparison> {
    let [first, second] = &test.compare;
    let mut found = Vec::new();
    let mut meeting: Meeting<'_> = all.iter().map(Condition::cells).collect();
    for a in all.iter().filter(|c| c.value == first) {
        for at in meeting.of(&row(second, &a.setting)) {
            let b = &all[at];
            let Some(setting) = meet(&a.setting, &b.setting) else {
                continue;
            };
            let mut comparison = comparison(a, b, setting, metric);
            comparison.margin = margin(&comparison, metric, test.margin, (all, &mut meeting));
            let (pairs, _) = pairs(a, b);
            let is_at_end = |score: Score| end.is_some_and(|end| score == Score::Value(end));
            let ends: Vec<[bool; 2]> =
                pairs.iter().map(|(a, b)| [is_at_end(*a), is_at_end(*b)]).collect();
            let count = |wanted: [bool; 2]| ends.iter().filter(|ends| **ends == wanted).count();
            found.push(ClaimComparison {
                means: means(&pairs),
                beyond_grid: count([true, true]),
                at_end: [count([true, false]), count([false, true])],
                grid_step: end.map(|_| a.resolution.max(b.resolution)),
                comparison,
                outcome: TestVerdict::Inconclusive,
            });
        }
    }
    found
}

fn means(pairs: &[(Score, Score)]) -> Option<[f64; 2]> {
    let both = pairs.iter().filter_map(|pair| match *pair {
        (Score::Value(a), Score::Value(b)) => Some((a, b)),
        _ => None,
    });
    let (a, b): (Vec<f64>, Vec<f64>) = both.unzip();
    Some([stats::mean(&a)?, stats::mean(&b)?])
}

/// Corrects all comparisons together, and determines their verdicts. Those with population statistics
/// are a separate family.
fn weigh(tests: &mut [Tested]) {
    let all = tests.iter().flat_map(|test| &test.comparisons);
    let mut comparisons: Vec<Comparison> = all.map(|judged| judged.comparison.clone()).collect();
    let counterparts = comparisons.iter().filter_map(|c| c.population.as_deref().cloned());
    let mut counterparts: Vec<Comparison> = counterparts.collect();
    judge_family(&mut comparisons);
    judge_family(&mut counterparts);
    let (mut comparisons, mut counterparts) = (comparisons.into_iter(), counterparts.into_iter());
    for tested in tests {
        let expected = tested.expected();
        for judged in &mut tested.comparisons {
            let Some(mut comparison) = comparisons.next() else {
                return;
            };
            if comparison.population.take().is_some()
                && let Some(counterpart) = counterparts.next()
            {
                population::weigh(&mut comparison, counterpart);
            }
            judged.outcome = outcome(&comparison, expected, judged.beyond_grid);
            judged.comparison = comparison;
        }
    }
}

fn outcome(comparison: &Comparison, expected: Option<Side>, beyond_grid: usize) -> TestVerdict {
    let leaning = |side| if expected == Some(side) { Leaning::For } else { Leaning::Against };
    let alike = if expected.is_none() { Leaning::For } else { Leaning::NoDifference };
    match comparison.verdict {
        // Two sides that both reach the end of the grid need not be equal.
        Verdict::NoMeaningfulDifference | Verdict::SuggestsNoMeaningfulDifference
            if beyond_grid > 0 =>
        {
            TestVerdict::Inconclusive
        }
        Verdict::Better(side) => certain(leaning(side)),
        Verdict::NoMeaningfulDifference => certain(alike),
        Verdict::SuggestsBetter(side) => TestVerdict::Suggestive(leaning(side)),
        Verdict::SuggestsNoMeaningfulDifference => TestVerdict::Suggestive(alike),
        Verdict::Inconclusive => TestVerdict::Inconclusive,
        Verdict::EffectOfEvaluation => TestVerdict::EffectOfEvaluation,
    }
}

fn certain(leaning: Leaning) -> TestVerdict {
    match leaning {
        Leaning::For => TestVerdict::Supported,
        Leaning::Against => TestVerdict::Opposite,
        Leaning::NoDifference => TestVerdict::NoMeaningfulDifference,
    }
}
