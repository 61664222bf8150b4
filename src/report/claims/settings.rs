//! The effect of each test over all of its settings: the median of their differences with the range,
//! and the number of settings in which the result was as expected.

use super::effect::{
    amount, beyond_grid, bound, comparative, fixed, grid, is_factor, measured, places, quantity,
    signed, spoken_setting, unit_name, wins,
};
use super::sides::against;
use crate::compare::claim::{ClaimComparison, ClaimResult, Counts, TestVerdict, Tested};
use crate::results::query::Expect;
use crate::stats;
use crate::wording::verdicts::EFFECT_OF_EVALUATION;

/// The headline's effect in a sentence, and the verdicts on the other tests: "epochs to 97 %: 1.90 epochs fewer
/// with the norm before the activation than without one [1.60, 2.20], n = 8; as expected. The other test: as
/// expected".
pub fn answer(judgement: &ClaimResult) -> String {
    match judgement.headline() {
        Some(headline) => line(judgement, headline) + &besides(judgement, headline),
        None => "no two values were trained in the same setting".to_owned(),
    }
}

/// A line for each test: the quantity, its effect over all settings, and how often it was as expected.
pub fn lines(judgement: &ClaimResult) -> Vec<String> {
    let compared = |tested: &&Tested| !tested.comparisons.is_empty();
    let tests = judgement.tests.iter().filter(compared);
    let lines: Vec<String> = tests.map(|tested| line(judgement, tested)).collect();
    if lines.is_empty() {
        return vec![answer(judgement)];
    }
    lines
}

/// The headline's effect in numbers only: `epochs to 90 %, before − none: −3.00 epochs (median of 2 settings, −4.38 to
/// −1.62)`; where a side of some pair has no value, the pairs that were won; empty where there is no pair.
pub fn brief(judgement: &ClaimResult) -> String {
    let Some(headline) = judgement.headline() else {
        return String::new();
    };
    let settings = Settings::of(headline);
    let effect = match (&settings.trained[..], settings.spread()) {
        ([only], _) => signed(headline, only).map(|parts| parts.join(" ")),
        (_, Some(spread)) => Some(settings.brief(spread)),
        _ => None,
    };
    let name = measured(headline, judgement.target);
    let [a, b] = &headline.test.compare;
    let between = if is_factor(headline) { '/' } else { '−' };
    let tallies = settings.trained.iter().map(|judged| judged.comparison.paired.tally);
    let [won, pairs] = tallies.fold([0, 0], |[won, pairs], tally| {
        [won + tally.wins, pairs + tally.wins + tally.ties + tally.losses]
    });
    match effect {
        Some(effect) => format!("{name}, {a} {between} {b}: {effect}"),
        None if pairs > 0 => format!("{name}: {a} better than {b} in {won} of {pairs} pairs"),
        None => String::new(),
    }
}

/// The line of one test.
pub(super) fn line(judgement: &ClaimResult, tested: &Tested) -> String {
    let what = tested.test.label.clone();
    let what = what.unwrap_or_else(|| quantity(&tested.test, judgement.target));
    let settings = Settings::of(tested);
    if settings.trained.is_empty() {
        return format!("{what}: no pair has been trained yet");
    }
    format!(
        "{what}: {}; {}",
        settings.effect(),
        standing(&settings.trained, "settings", tested.test.expect)
    )
}

/// The verdicts on the tests other than the headline.
fn besides(judgement: &ClaimResult, headline: &Tested) -> String {
    let others = judgement.tests.iter().filter(|tested| !std::ptr::eq(*tested, headline));
    let others: Vec<&Tested> = others.collect();
    let all = others.iter().flat_map(|tested| trained(tested));
    let all: Vec<&ClaimComparison> = all.collect();
    if all.is_empty() {
        return String::new();
    }
    let which = match others.len() {
        1 => "The other test".to_owned(),
        several => format!("The other {several} tests"),
    };
    let mut compared = others.iter().filter(|tested| trained(tested).next().is_some());
    let expect = compared.next().map_or(Expect::Higher, |tested| tested.test.expect);
    format!(". {which}: {}", standing(&all, "comparisons", expect))
}

/// The verdicts by setting: `as expected in 2 of 4 settings, the opposite in 1, undecided in 1`; for a single
/// setting the verdict itself.
fn standing(judged: &[&ClaimComparison], what: &str, expect: Expect) -> String {
    if let [only] = judged {
        return only.outcome.sentence(expect == Expect::Same).to_owned();
    }
    let counts = Counts::of(judged.iter().copied());
    let mut text = format!("as expected in {} of {} {what}", counts.supported, counts.all);
    let others = [
        (counts.opposite, "the opposite"),
        (counts.indifferent, "no meaningful difference"),
        (counts.of_evaluation, EFFECT_OF_EVALUATION),
        (counts.undecided(), "undecided"),
    ];
    for (count, word) in others.iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {word} in {count}"));
    }
    text
}

/// The settings of a test in which trials were trained.
pub(super) struct Settings<'a> {
    tested: &'a Tested,
    /// Settings with at least one pair.
    pub(super) trained: Vec<&'a ClaimComparison>,
    /// Those in which every pair has a difference that is not an effect of the evaluation.
    measured: Vec<&'a ClaimComparison>,
    /// Those in which the difference is an effect of the evaluation, so that its size does not measure the placement.
    of_evaluation: Vec<&'a ClaimComparison>,
    /// Those in which some side of a pair has no value.
    apart: Vec<&'a ClaimComparison>,
}

impl<'a> Settings<'a> {
    /// The settings of a test.
    pub(super) fn of(tested: &'a Tested) -> Self {
        let trained: Vec<&ClaimComparison> = trained(tested).collect();
        let is_of_evaluation =
            |judged: &&ClaimComparison| judged.outcome == TestVerdict::EffectOfEvaluation;
        let (of_evaluation, others): (Vec<&ClaimComparison>, Vec<&ClaimComparison>) =
            trained.iter().partition(|judged| is_of_evaluation(judged));
        let is_measured = |judged: &&ClaimComparison| difference(judged).is_some();
        let (measured, apart) = others.into_iter().partition(is_measured);
        Self { tested, trained, measured, of_evaluation, apart }
    }

    /// The smallest, the median and the largest mean difference, in the metric's unit; the median of an even
    /// number of settings is the mean of the two middle ones. Settings in which the difference is an effect of
    /// the evaluation are left out; `None` unless every other one has a mean: a median of the rest alone would
    /// be too good for the side that diverges.
    pub(super) fn spread(&self) -> Option<[f64; 3]> {
        self.spread_of_measured().filter(|_| self.apart.is_empty())
    }

    fn spread_of_measured(&self) -> Option<[f64; 3]> {
        let means = self.measured.iter().copied().filter_map(difference);
        let means: Vec<f64> = means.collect();
        Some([stats::minimum(&means)?, stats::median(&means)?, stats::maximum(&means)?])
    }

    /// The effect in words, with its direction: `median of 3 settings 4.4 epochs fewer with … than without … (2.1 to
    /// 6.0)`. Settings in which a side of some pair has no value come last, with the number of wins.
    fn effect(&self) -> String {
        let (tested, all) = (self.tested, self.trained.len());
        let mut parts = match (&self.measured[..], self.spread_of_measured()) {
            ([only], _) if all == 1 => return amount(tested, only),
            ([only], _) => {
                vec![format!("{}, at {}", amount(tested, only), spoken_setting(tested, only))]
            }
            (measured, Some(spread)) => {
                vec![self.median(spread) + &replicates(measured) + &beyond_grid(measured)]
            }
            (_, None) if all == 1 => return amount(tested, self.trained[0]),
            (_, None) => Vec::new(),
        };
        match &self.of_evaluation[..] {
            [only] => parts.push(format!(
                "with running statistics, at {}, {}",
                spoken_setting(tested, only),
                amount(tested, only)
            )),
            several if several.len() == all => {
                parts.push("no setting in which both evaluations show the same".to_owned());
            }
            _ => {}
        }
        if !self.apart.is_empty() {
            let wins = wins(tested, &self.apart);
            parts.push(match (parts.len(), self.apart.len()) {
                (0, settings) => {
                    let against = against(&tested.test, "than");
                    format!("over {settings} settings better {against} {wins}")
                }
                (_, 1) => format!("in the other setting better {wins}"),
                (_, settings) => format!("in the other {settings} settings better {wins}"),
            });
        }
        parts.join("; ")
    }

    /// The median with the range, in numbers only.
    fn brief(&self, spread: [f64; 3]) -> String {
        let (count, unit) = (self.measured.len(), self.tested.metric.unit);
        let (times, scaled, unit) = if is_factor(self.tested) {
            ("× ", spread.map(|decades| 10_f64.powf(decades)), String::new())
        } else {
            ("", spread.map(|end| end * unit.scale()), unit_name(unit))
        };
        let [low, middle, high] = alike(scaled);
        format!("{times}{middle}{unit} (median of {count} settings, {low} to {high})")
    }

    /// The setting with this mean difference.
    fn setting_of(&self, mean: f64) -> String {
        let is_it = |judged: &&&ClaimComparison| difference(judged) == Some(mean);
        let judged = self.measured.iter().find(is_it);
        judged.map_or(String::new(), |judged| spoken_setting(self.tested, judged))
    }

    fn median(&self, [low, middle, high]: [f64; 3]) -> String {
        let tested = self.tested;
        let settings = match (self.measured.len(), self.trained.len()) {
            (measured, all) if measured == all => format!("{all} settings"),
            (measured, all) => format!("{measured} of {all} settings"),
        };
        if is_factor(tested) {
            let [low, middle, high] =
                alike([low, middle, high].map(|decades| 10_f64.powf(decades)));
            let bounds: Vec<&str> = self.measured.iter().map(|judged| bound(judged)).collect();
            let mut known = bounds.iter().filter(|bound| !bound.is_empty());
            let first = known.next().copied().unwrap_or_default();
            let bound = if known.all(|other| *other == first) { first } else { "" };
            return format!(
                "median of {settings} {bound}{middle} times as high {} ({low} to {high}){}",
                against(&tested.test, "as"),
                grid(&self.measured)
            );
        }
        let unit = tested.metric.unit;
        let ends = [low, middle, high].map(|end| end * unit.scale());
        let word = comparative(tested, middle < 0.0);
        // Settings that disagree are named.
        let at = |end: f64| {
            if low < 0.0 && high > 0.0 {
                format!(" at {}", self.setting_of(end))
            } else {
                String::new()
            }
        };
        let [low_text, middle_text, high_text] = alike(ends);
        let range = format!("{low_text}{} to {high_text}{}", at(low), at(high));
        format!(
            "median of {settings} {}{} {word} {} ({range})",
            // The word says the direction.
            middle_text.trim_start_matches('−'),
            unit_name(unit),
            against(&tested.test, "than"),
        )
    }
}

/// The numbers of replicates: `, n = 8 in each`.
fn replicates(settings: &[&ClaimComparison]) -> String {
    let pairs = settings.iter().map(|judged| judged.comparison.paired.pairs);
    match (pairs.clone().min(), pairs.max()) {
        (Some(fewest), Some(most)) if fewest < most => {
            format!(", n = {fewest} to {most} in each")
        }
        (Some(all), _) => format!(", n = {all} in each"),
        (None, _) => String::new(),
    }
}

fn trained(tested: &Tested) -> impl Iterator<Item = &ClaimComparison> {
    let has_pairs = |judged: &&ClaimComparison| judged.comparison.paired.pairs > 0;
    tested.comparisons.iter().filter(has_pairs)
}

/// The mean difference, where every pair has a difference.
fn difference(judged: &ClaimComparison) -> Option<f64> {
    let paired = &judged.comparison.paired;
    paired.mean.filter(|_| paired.is_complete())
}

/// Numbers with the number of decimal places that the largest of them needs.
fn alike(numbers: [f64; 3]) -> [String; 3] {
    let largest = numbers.iter().fold(0.0, |most: f64, n| most.max(n.abs()));
    numbers.map(|number| fixed(number, places(largest)))
}
