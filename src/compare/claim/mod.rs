//! A claim of an experiment, held against what came of it.
//!
//! Each test is made in every setting of the axes that it does not name, and all comparisons of a claim
//! are one family under Holm's correction. What may be said of one is what [`crate::stats`] says of any
//! comparison; here it is turned towards what was expected.

mod outcome;
mod taken;

pub use outcome::{Leaning, Outcome};

use super::meeting::Meeting;
use super::metric::Metric;
use super::pairing::{Condition, conditions, meet, pairs, row};
use super::{Comparison, comparison, correct, judge as judge_one, margin, population, tune};
use crate::error::{Error, Result};
use crate::results::query::{Claim, Details, Expect, Hypothesis, Results, Take};
use crate::stats::{self, Score, Side, Verdict};

/// What came of a claim.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What was claimed.
    pub claim: Claim,
    /// Its tests, in the claim's order.
    pub tests: Vec<Tested>,
    /// The accuracy whose reaching a `…_to_target` metric is about, as a share.
    pub target: f64,
    /// What running averages do to the scores that its tests are made of.
    pub gaps: population::Gaps,
}

/// What came of a test.
#[derive(Debug, Clone)]
pub struct Tested {
    /// What was tested.
    pub test: Hypothesis,
    /// What was compared: the metric, in the unit that it has when values are taken together.
    pub metric: Metric,
    /// The axis that is tuned, where each side was compared at its own best value of it.
    pub tuned: Option<String>,
    /// The axes of the settings.
    pub others: Vec<String>,
    /// One comparison for each setting that both sides have.
    pub comparisons: Vec<Judged>,
}

/// A comparison and what it says of the claim.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The numbers: `a` is the first of the two values.
    pub comparison: Comparison,
    /// The means of both sides over the pairs in which both have a value.
    pub means: Option<[f64; 2]>,
    /// In how many pairs both sides reached the last value that was tried: nobody knows which goes
    /// further.
    pub beyond_grid: usize,
    /// In how many pairs only the first side, and only the second one, did: it may go further.
    pub at_end: [usize; 2],
    /// Of a reach the largest step of the grid, in powers of ten: it is told no more finely.
    pub grid_step: Option<f64>,
    /// What it says.
    pub outcome: Outcome,
}

/// How many comparisons say what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All that have a pair.
    pub all: usize,
    /// [`Outcome::Supported`]
    pub supported: usize,
    /// [`Outcome::Opposite`]
    pub opposite: usize,
    /// [`Outcome::NoMeaningfulDifference`]
    pub indifferent: usize,
    /// [`Outcome::Suggestive`], by [`Leaning`]: for, against, no difference.
    pub suggestive: [usize; 3],
    /// [`Outcome::EffectOfEvaluation`]
    pub of_evaluation: usize,
}

/// The verdict on a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// No pair has been trained.
    Untested,
    /// Every comparison supports it.
    Holds,
    /// Some do, and none shows the opposite.
    HoldsInSome,
    /// Some do, and some show the opposite.
    Mixed,
    /// None does, and in some it is the other way round.
    Opposite,
    /// None does, and some show no difference that matters.
    NoMeaningfulDifference,
    /// None says anything, but some suggest something.
    Suggestive,
    /// None says anything.
    Inconclusive,
}

impl Counts {
    /// Of these comparisons.
    pub fn of<'a>(comparisons: impl IntoIterator<Item = &'a Judged>) -> Self {
        let mut counts = Self::default();
        let paired = |judged: &&Judged| judged.comparison.paired.pairs > 0;
        for judged in comparisons.into_iter().filter(paired) {
            counts.all += 1;
            match judged.outcome {
                Outcome::Supported => counts.supported += 1,
                Outcome::Opposite => counts.opposite += 1,
                Outcome::NoMeaningfulDifference => counts.indifferent += 1,
                Outcome::Suggestive(leaning) => counts.suggestive[leaning as usize] += 1,
                Outcome::EffectOfEvaluation => counts.of_evaluation += 1,
                Outcome::Inconclusive => {}
            }
        }
        counts
    }

    /// Those that say something for certain.
    pub fn decided(&self) -> usize {
        self.supported + self.opposite + self.indifferent
    }

    /// Those that suggest something at most.
    pub fn undecided(&self) -> usize {
        self.all - self.decided() - self.of_evaluation
    }
}

impl Tested {
    /// The side that is expected to be better; none where no difference is.
    pub fn expected(&self) -> Option<Side> {
        let first = match self.test.expect {
            Expect::Same => return None,
            Expect::Higher => self.metric.higher_is_better(),
            Expect::Lower => !self.metric.higher_is_better(),
        };
        Some(if first { Side::A } else { Side::B })
    }

    /// Pairs that speak for what is expected, that are tied, and that speak against it. Where no difference
    /// is expected: those in which the first value did better, tied, did worse.
    pub fn tally(&self, judged: &Judged) -> [usize; 3] {
        let tally = judged.comparison.paired.tally;
        let mut counts = [tally.wins, tally.ties, tally.losses];
        if self.expected() == Some(Side::B) {
            counts.reverse();
        }
        counts
    }
}

impl Judgement {
    /// Every comparison of every test.
    pub fn comparisons(&self) -> impl Iterator<Item = &Judged> {
        self.tests.iter().flat_map(|test| &test.comparisons)
    }

    /// The test whose effect is told where there is room for one: the first of which some comparison says
    /// something for certain, or else the first that was compared at all.
    pub fn headline(&self) -> Option<&Tested> {
        let compared = || self.tests.iter().filter(|test| !test.comparisons.is_empty());
        let decides = |test: &&Tested| Counts::of(&test.comparisons).decided() > 0;
        compared().find(decides).or_else(|| compared().next())
    }

    /// How many comparisons no pair has been trained for, and how many pairs the others lack: before
    /// both are 0, the verdict is one so far.
    pub fn lacking(&self) -> [usize; 2] {
        let paired = |judged: &&Judged| judged.comparison.paired.pairs > 0;
        let untrained = self.comparisons().filter(|judged| !paired(judged)).count();
        let missing = self.comparisons().filter(paired);
        [untrained, missing.map(|judged| judged.comparison.missing).sum()]
    }

    /// How many comparisons say what.
    pub fn counts(&self) -> Counts {
        Counts::of(self.comparisons())
    }

    /// The verdict.
    pub fn ruling(&self) -> Ruling {
        let counts = self.counts();
        match counts {
            Counts { all: 0, .. } => Ruling::Untested,
            _ if counts.supported == counts.all => Ruling::Holds,
            _ if counts.supported > 0 && counts.opposite > 0 => Ruling::Mixed,
            _ if counts.supported > 0 => Ruling::HoldsInSome,
            _ if counts.opposite > 0 => Ruling::Opposite,
            _ if counts.indifferent > 0 => Ruling::NoMeaningfulDifference,
            _ if counts.suggestive != [0; 3] => Ruling::Suggestive,
            _ => Ruling::Inconclusive,
        }
    }
}

/// What must be read, besides the curves of the epochs, before a claim can be judged.
pub fn details(claim: &Claim) -> Details {
    let metrics = claim.tests.iter().filter_map(|test| Metric::named(&test.metric).ok());
    let mut layers: Vec<&'static str> = metrics.flat_map(Metric::needs).copied().collect();
    layers.sort_unstable();
    layers.dedup();
    Details { layers, ..Details::default() }
}

/// Judges the claim of an experiment; `None` where it makes none, and an error where its tables lack
/// what the claim is about. What [`details`] names must have been read.
pub fn judge(results: &Results) -> Result<Option<Judgement>> {
    let Some(claim) = &results.claim else {
        return Ok(None);
    };
    let chosen = tune::at_chosen(results);
    let made: Result<Vec<Tested>> =
        claim.tests.iter().map(|test| made(results, chosen.as_ref(), test)).collect();
    let mut tests = made?;
    weigh(&mut tests);
    let is_evaluated = tests.iter().any(|tested| tested.metric.is_evaluated());
    let judged = chosen.as_ref().unwrap_or(results);
    Ok(Some(Judgement {
        gaps: if is_evaluated { population::gaps(judged) } else { population::Gaps::default() },
        claim: claim.clone(),
        tests,
        target: results.target_accuracy,
    }))
}

/// All comparisons of a test, not yet weighed against those of the others.
fn made(results: &Results, chosen: Option<&Results>, test: &Hypothesis) -> Result<Tested> {
    let key = results.tuning.as_ref().map(|tuning| &tuning.key);
    let names_key = key.is_some_and(|key| {
        let over = test.over.as_ref().is_some_and(|over| over.key == *key);
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

/// All comparisons of a test by this metric.
fn measured(results: &Results, test: &Hypothesis, metric: Metric) -> Result<Tested> {
    let by = position(results, &test.by)?;
    let mut others = results.axes.clone();
    others.remove(by);
    let mut all = conditions(results, by, metric);
    all.retain(|condition| test.compare.iter().any(|value| value == condition.value));
    for (key, values) in &test.only {
        let at = at(&others, key)?;
        // Where the axis means nothing it cannot have another value.
        let counts = |cell: &String| cell.is_empty() || values.contains(cell);
        all.retain(|condition| counts(&condition.setting[at]));
    }
    let (metric, end) = match &test.over {
        None => (metric, None),
        Some(over) => {
            let at = at(&others, &over.key)?;
            others.remove(at);
            let end = last_value(&all, at).filter(|_| matches!(over.take, Take::Reach(_)));
            all = taken::together(&all, at, over.take, metric.higher_is_better());
            (of_taken(metric, over.take), end)
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

fn position(results: &Results, key: &str) -> Result<usize> {
    at(&results.axes, key)
}

fn at(axes: &[String], key: &str) -> Result<usize> {
    axes.iter().position(|axis| axis == key).ok_or_else(|| {
        Error::Results(format!(
            "the claim is about `{key}`, and `trials.csv` has no such column\n  hint: `experiment.toml` and `trials.csv` are of different experiments; run it again, finished trials are kept"
        ))
    })
}

fn of_taken(metric: Metric, take: Take) -> Metric {
    match take {
        Take::Reach(_) => metric.reach(),
        Take::Spread => metric.spread(),
        _ => metric,
    }
}

/// The largest number among the values of an axis, in powers of ten.
fn last_value(conditions: &[Condition<'_>], axis: usize) -> Option<f64> {
    let values = conditions.iter().filter_map(|c| c.setting[axis].parse().ok());
    values.reduce(f64::max).map(f64::log10)
}

/// The first value against the second, in every setting that both have. `end` is what a reach cannot
/// go beyond.
fn compared(
    all: &[Condition<'_>],
    test: &Hypothesis,
    metric: Metric,
    end: Option<f64>,
) -> Vec<Judged> {
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
            found.push(Judged {
                means: means(&pairs),
                beyond_grid: count([true, true]),
                at_end: [count([true, false]), count([false, true])],
                grid_step: end.map(|_| a.resolution.max(b.resolution)),
                comparison,
                outcome: Outcome::Inconclusive,
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

/// Corrects all comparisons together, and says what each means. Those under the population's statistics
/// are a family of their own.
fn weigh(tests: &mut [Tested]) {
    let all = || tests.iter().flat_map(|test| &test.comparisons);
    let comparisons = all().map(|judged| judged.comparison.clone());
    let counterpart = |judged: &Judged| judged.comparison.population.as_deref().cloned();
    let counterparts = all().filter_map(counterpart);
    let (comparisons, counterparts) = (comparisons.collect(), counterparts.collect());
    let mut comparisons = weighed(comparisons).into_iter();
    let mut counterparts = weighed(counterparts).into_iter();
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

/// The comparisons with their verdicts, corrected for all of them.
fn weighed(mut comparisons: Vec<Comparison>) -> Vec<Comparison> {
    correct(&mut comparisons);
    let family = comparisons.iter().filter(|c| c.corrected.is_some()).count();
    for comparison in &mut comparisons {
        judge_one(comparison, family);
    }
    comparisons
}

fn outcome(comparison: &Comparison, expected: Option<Side>, beyond_grid: usize) -> Outcome {
    let leaning = |side| match expected {
        Some(expected) if expected == side => Leaning::For,
        _ => Leaning::Against,
    };
    let said = match (comparison.verdict, expected) {
        (Verdict::Better(side), _) => match leaning(side) {
            Leaning::For => Outcome::Supported,
            _ => Outcome::Opposite,
        },
        (Verdict::SuggestsBetter(side), _) => Outcome::Suggestive(leaning(side)),
        (Verdict::NoMeaningfulDifference, None) => Outcome::Supported,
        (Verdict::NoMeaningfulDifference, Some(_)) => Outcome::NoMeaningfulDifference,
        (Verdict::SuggestsNoMeaningfulDifference, None) => Outcome::Suggestive(Leaning::For),
        (Verdict::SuggestsNoMeaningfulDifference, Some(_)) => {
            Outcome::Suggestive(Leaning::NoDifference)
        }
        (Verdict::Inconclusive, _) => Outcome::Inconclusive,
        (Verdict::EffectOfEvaluation, _) => Outcome::EffectOfEvaluation,
    };
    let is_none = matches!(
        comparison.verdict,
        Verdict::NoMeaningfulDifference | Verdict::SuggestsNoMeaningfulDifference
    );
    // Two that both reach the end of the grid are not thereby alike.
    if is_none && beyond_grid > 0 { Outcome::Inconclusive } else { said }
}
