//! The answer in one sentence with its uncertainty, and a sentence on every other comparison.
//!
//! A difference that these trainings do not decide is stated as plainly as one that they do.

mod uncompared;
mod verdict;

use super::material::Material;
use super::words::Words;
use crate::compare::metric::Unit;
use crate::compare::population::{self, Gaps};
use crate::compare::{Answer, Comparison, Description};
use crate::stats::{self, Interval, Side, Verdict};
use crate::units::{capitalised, counted};
use crate::wording::names::{PLACEMENT, is_placement, norm_kind, place, spoken};
use crate::wording::numbers::{difference, minus, range, share, value};
use crate::wording::until::time;
use crate::wording::verdicts::EFFECT_OF_EVALUATION;
use verdict::verdict;

/// The answer of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The main comparison in a sentence.
    pub answer: Words,
    /// The other comparisons, a sentence each.
    pub others: Vec<Words>,
}

/// The answer of a results folder.
pub fn statement(material: &Material<'_>) -> Statement {
    if let Some(judgement) = material.judgement {
        return super::claim::statement(judgement);
    }
    let Some(compared) = &material.compared else {
        return Statement {
            answer: uncompared::words(material),
            others: remark(&population::gaps(&material.judged)).into_iter().collect(),
        };
    };
    let mut pairs = pairs(compared);
    if let Some(leading) = leading(compared, &pairs) {
        let first = pairs.remove(leading);
        pairs.insert(0, first);
    }
    let writer = AnswerWriter { material, compared };
    let mut sentences = pairs.iter().map(|pair| writer.sentence(pair));
    let answer = sentences.next().unwrap_or_default();
    let gaps = remark(&compared.gaps);
    Statement { answer, others: gaps.into_iter().chain(sentences).collect() }
}

/// A remark on the effects of running statistics, or that they were not measured.
pub(super) fn remark(gaps: &Gaps) -> Option<Words> {
    let not_measured = || gaps.not_measured().map(|said| capitalised(&said) + ".");
    gaps.summary().or_else(not_measured).map(Words::from)
}

/// All comparisons of the same two values, one for each setting.
type Pair<'a> = Vec<&'a Comparison>;

fn pairs(answer: &Answer) -> Vec<Pair<'_>> {
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    for comparison in &answer.comparisons {
        let same = |pair: &&mut Pair<'_>| {
            let known = pair.first();
            known.is_some_and(|known| (&known.a, &known.b) == (&comparison.a, &comparison.b))
        };
        match pairs.iter_mut().find(same) {
            Some(pair) => pair.push(comparison),
            None => pairs.push(vec![comparison]),
        }
    }
    pairs
}

/// The pair for the answer: the best value compared with the first one, the baseline.
fn leading(answer: &Answer, pairs: &[Pair<'_>]) -> Option<usize> {
    let baseline = answer.descriptions.first().map(|d| d.value.as_str());
    let sign = if answer.metric.higher_is_better() { 1.0 } else { -1.0 };
    let is_of_baseline = |pair: &&Pair<'_>| pair.first().map(|c| c.b.as_str()) == baseline;
    let all = pairs.iter().filter(is_of_baseline).flatten();
    // A mean over the pairs that survived would be too good; so means are compared with means, and wins with wins.
    let by_means = all.copied().all(|c| c.paired.is_complete());
    let gain = |pair: &Pair<'_>| {
        if by_means {
            let means = pair.iter().filter_map(|c| trusted(c).paired.mean);
            let means: Vec<f64> = means.collect();
            return stats::mean(&means).map_or(f64::NEG_INFINITY, |mean| sign * mean);
        }
        let tallies = pair.iter().map(|c| c.paired.tally);
        tallies.map(|t| t.wins as f64 - t.losses as f64).sum()
    };
    let of_baseline = pairs.iter().enumerate().filter(|(_, pair)| is_of_baseline(pair));
    of_baseline.max_by(|one, other| gain(one.1).total_cmp(&gain(other.1))).map(|(index, _)| index)
}

/// The comparison that measures the networks: the one with population statistics where the other
/// is an effect of the evaluation.
fn trusted(comparison: &Comparison) -> &Comparison {
    let is_effect = comparison.verdict == Verdict::EffectOfEvaluation;
    let population = comparison.population.as_deref().filter(|_| is_effect);
    population.unwrap_or(comparison)
}

/// Writes the sentences on comparisons.
struct AnswerWriter<'a> {
    material: &'a Material<'a>,
    compared: &'a Answer,
}

impl AnswerWriter<'_> {
    fn sentence(&self, pair: &Pair<'_>) -> Words {
        match pair[..] {
            [only] => self.one_setting(only),
            _ => self.many_settings(pair),
        }
    }

    fn one_setting(&self, comparison: &Comparison) -> Words {
        if comparison.verdict == Verdict::EffectOfEvaluation {
            return self.effect_of_evaluation(comparison);
        }
        let subject = self.subject(&comparison.a);
        let against = self.against(&comparison.b);
        let (paired, unit) = (&comparison.paired, self.compared.metric.unit);
        let pairs = counted(paired.pairs, "pair", "pairs");
        let middle = self.middle_of(comparison).filter(|_| paired.is_complete());
        let told = if let (Some(by), Some(middle)) = (paired.mean, middle) {
            let (amount, interval) = apart(by, paired.interval, unit);
            let uncertain = match interval {
                Some(interval) => format!("95 % interval of the difference {interval}, "),
                None => String::new(),
            };
            let came_to = self.came_to(middle);
            format!(" {came_to}, {amount} {against} ({uncertain}{pairs}): ")
        } else {
            let tally = paired.tally;
            format!(
                " won {} of {pairs} against {}, lost {} ({}): ",
                tally.wins,
                self.opponent(&comparison.b),
                tally.losses,
                self.why_incomplete(),
            )
        };
        subject.plain(told).and(verdict(comparison, unit)).plain(".")
    }

    /// A sentence such as `After the activation, batch normalisation gave 15.83 points less test accuracy than without,
    /// evaluated with running statistics (6 pairs): an effect of how the network is evaluated. With the population's
    /// statistics it is 0.83 points less (95 % interval …): inconclusive.`
    fn effect_of_evaluation(&self, comparison: &Comparison) -> Words {
        let unit = self.compared.metric.unit;
        let pairs = counted(comparison.paired.pairs, "pair", "pairs");
        let difference = |comparison: &Comparison| match comparison.paired.mean {
            Some(mean) => apart(mean, comparison.paired.interval, unit),
            None => ("no difference".to_owned(), None),
        };
        let (with, _) = difference(comparison);
        let population = trusted(comparison);
        let (without, interval) = difference(population);
        let interval =
            interval.map_or(String::new(), |i| format!(" (95 % interval of the difference {i})"));
        self.subject(&comparison.a)
            .plain(format!(
                " gave {with} {} {}, evaluated with running statistics ({pairs}): ",
                spoken(self.compared.metric.name),
                self.against(&comparison.b)
            ))
            .badge(EFFECT_OF_EVALUATION, comparison.verdict)
            .plain(format!(
                ". With the population's statistics in the same networks it is {without}{interval}: "
            ))
            .and(verdict(population, unit))
            .plain(".")
    }

    fn many_settings(&self, pair: &Pair<'_>) -> Words {
        let count = |is: fn(&Comparison) -> bool| pair.iter().filter(|c| is(c)).count();
        let better = count(|c| c.verdict == Verdict::Better(Side::A));
        let worse = count(|c| c.verdict == Verdict::Better(Side::B));
        let same = count(|c| c.verdict == Verdict::NoMeaningfulDifference);
        let suggested = count(|c| c.verdict == Verdict::SuggestsBetter(Side::A));
        let against = count(|c| c.verdict == Verdict::SuggestsBetter(Side::B));
        let evaluation = count(|c| c.verdict == Verdict::EffectOfEvaluation);
        let open = pair.len() - better - worse - same - suggested - against - evaluation;
        let of_evaluation = format!("{EFFECT_OF_EVALUATION} in");
        let parts = [
            (better, "clearly better in"),
            (worse, "clearly worse in"),
            (same, "no meaningful difference in"),
            (suggested, "suggestively better in"),
            (against, "suggestively worse in"),
            (open, "undecided in"),
            (evaluation, &of_evaluation),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{what} {count}"))
            .collect();
        let [Some(first), Some(last)] = [pair.first(), pair.last()] else {
            return Words::new();
        };
        self.subject(&first.a)
            .plain(format!(
                " against {}, by {} in {}: ",
                self.opponent(&last.b),
                spoken(self.compared.metric.name),
                counted(pair.len(), "setting", "settings")
            ))
            .strong(parts.join(", "))
            .plain(minus(&self.range(pair)))
            .plain(self.lost_pairs(pair))
            .plain(".")
    }

    /// The range and the median of the means, over settings in which every pair has a difference.
    fn range(&self, pair: &Pair<'_>) -> String {
        let complete = pair.iter().filter(|c| c.paired.is_complete());
        let means: Vec<f64> = complete.filter_map(|c| trusted(c).paired.mean).collect();
        let unit = self.compared.metric.unit;
        let ends = [stats::minimum, stats::median, stats::maximum].map(|of| of(&means));
        let told = ends.map(|end| Some(difference(end?, unit)));
        let [Some(low), Some(middle), Some(high)] = told else {
            return String::new();
        };
        format!(
            "; mean differences from {low} to {high} {}, their median {middle}{}",
            unit.of_differences(),
            if pair.iter().any(|c| c.verdict == Verdict::EffectOfEvaluation) {
                " (with the population's statistics where the evaluation makes the difference)"
            } else {
                ""
            }
        )
    }

    /// The wins where some pair has no difference; empty where every pair has one.
    fn lost_pairs(&self, pair: &Pair<'_>) -> String {
        let apart: Vec<_> = pair.iter().filter(|c| !c.paired.is_complete()).collect();
        if apart.is_empty() {
            return String::new();
        }
        let wins: usize = apart.iter().map(|c| c.paired.tally.wins).sum();
        let losses: usize = apart.iter().map(|c| c.paired.tally.losses).sum();
        let pairs: usize = apart.iter().map(|c| c.paired.pairs).sum();
        format!(
            "; in {} of the settings not every pair has a difference ({}): there it won {wins} of {}, lost {losses}",
            apart.len(),
            self.why_incomplete(),
            counted(pairs, "pair", "pairs"),
        )
    }

    /// The subject of a sentence: `Before the activation, batch normalisation`.
    fn subject(&self, value: &str) -> Words {
        if self.compared.by != PLACEMENT {
            let name = spoken(&self.compared.by);
            return Words::from(format!("The network with {name} ")).code(value);
        }
        match value {
            "none" => "The network without normalisation".into(),
            label if !is_placement(label) => Words::from(format!("The network with {label}")),
            value => format!("{}, {}", capitalised(&place(value)), norm(self.material)).into(),
        }
    }

    /// The other side: `than without`.
    fn against(&self, value: &str) -> String {
        match value {
            value if self.compared.by != PLACEMENT => format!("than with {value}"),
            "none" => "than without".to_owned(),
            label if !is_placement(label) => format!("than with {label}"),
            value => format!("than {}", place(value)),
        }
    }

    /// The other side as a noun: `no normalisation`.
    fn opponent(&self, value: &str) -> String {
        match value {
            value if self.compared.by != PLACEMENT => value.to_owned(),
            "none" => "no normalisation".to_owned(),
            value => place(value),
        }
    }

    /// The result of a side: `gave 97.96 % test accuracy`.
    fn came_to(&self, middle: f64) -> String {
        let metric = self.compared.metric;
        let number = value(middle, metric.unit);
        let time = time(middle, metric.unit);
        let name = spoken(metric.name);
        let goal = share(self.compared.target);
        match metric.unit {
            Unit::Share if name.ends_with("area") => {
                let name = name.trim_end_matches(" area");
                format!("gave {number} % {name} on average over training")
            }
            Unit::Share => format!("gave {number} % {name}"),
            Unit::Nats => format!("gave a {name} of {number} nats"),
            Unit::Epochs | Unit::Steps => {
                format!("needed {time} {} to {goal} (median)", metric.unit.shown())
            }
            Unit::Seconds if metric.is_waited_for() => {
                format!("needed {time} s of training to {goal} (median, wall-clock)")
            }
            Unit::Seconds => format!("took {number} s a step (wall-clock)"),
            Unit::Number => format!("came to a {name} of {number}"),
            Unit::Decades => format!("came to a {name} of 10 to the power of {number}"),
            Unit::Ratio => {
                format!("took {number} times as long a step as without a norm (wall-clock)")
            }
        }
    }

    fn why_incomplete(&self) -> &'static str {
        if self.compared.metric.is_waited_for() {
            "a side that diverged or never reached the target loses its pair"
        } else {
            "a side that diverged loses its pair"
        }
    }

    /// The mean of the side that the sentence is about; for times to a target the median.
    fn middle_of(&self, comparison: &Comparison) -> Option<f64> {
        let is_it = |d: &&Description| {
            d.value == comparison.a && d.setting.iter().zip(&comparison.setting).all(fits)
        };
        let described = self.compared.descriptions.iter().find(is_it)?;
        if self.compared.metric.is_waited_for() { described.median } else { described.mean }
    }
}

/// Whether two settings match; a cell is empty where an axis does not apply on a side.
fn fits((one, other): (&String, &String)) -> bool {
    one == other || one.is_empty() || other.is_empty()
}

/// A difference in words, and its interval with signs, as in every table: `0.26 points less`, and `−0.47 to −0.05`.
fn apart(by: f64, interval: Option<Interval>, unit: Unit) -> (String, Option<String>) {
    let direction = match (by < 0.0, unit) {
        (true, Unit::Epochs | Unit::Steps) => "fewer",
        (true, _) => "less",
        (false, _) => "more",
    };
    (
        format!("{} {} {direction}", value(by.abs(), unit), unit.of_differences()),
        interval.map(|ends| minus(&range(Some(ends), |end| difference(end, unit)))),
    )
}

/// The kind of normalisation: `batch normalisation`, or `normalisation` where several kinds were tried.
pub fn norm(material: &Material<'_>) -> String {
    material.fixed("norm.kind").map_or("normalisation".to_owned(), norm_kind)
}
