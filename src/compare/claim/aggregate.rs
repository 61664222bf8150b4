//! Aggregates the scores of a replicate at all values of an axis.
//!
//! Aggregation never improves a score: where one training diverged or did not reach the target, the aggregate
//! counts as such, too, unless the best is requested.

use std::collections::HashMap;

use crate::compare::pairing::Condition;
use crate::results::query::Aggregation;
use crate::stats::{self, Score};

/// Combines the conditions that differ only in the axis at position `over` of their settings into one
/// condition without that axis, in the plan's order.
pub(super) fn together<'a>(
    conditions: &[Condition<'a>],
    over: usize,
    how: Aggregation,
    higher_is_better: bool,
) -> Vec<Condition<'a>> {
    let mut groups: Vec<(Condition<'a>, Vec<&Condition<'a>>)> = Vec::new();
    let mut places: HashMap<(&str, Vec<String>), usize> = HashMap::new();
    for condition in conditions {
        let mut setting = condition.setting.clone();
        setting.remove(over);
        let next = groups.len();
        let at = *places.entry((condition.value, setting.clone())).or_insert(next);
        if at < next {
            groups[at].1.push(condition);
            continue;
        }
        let group =
            Condition { value: condition.value, setting, scores: Vec::new(), resolution: 0.0 };
        groups.push((group, vec![condition]));
    }
    let whole = |(mut group, members): (Condition<'a>, Vec<&Condition<'a>>)| {
        group.scores = scores(&members, over, how, higher_is_better);
        group.resolution = match how {
            Aggregation::Reach(_) => grid_step(&members, over),
            _ => members.iter().map(|m| m.resolution).fold(0.0, f64::max),
        };
        group
    };
    groups.into_iter().map(whole).collect()
}

/// The largest step between adjacent values, in powers of ten: the exact reach lies between two of
/// them.
fn grid_step(members: &[&Condition<'_>], over: usize) -> f64 {
    let values = members.iter().filter_map(|m| m.setting[over].parse().ok());
    let mut places: Vec<f64> = values.map(f64::log10).collect();
    places.sort_by(f64::total_cmp);
    places.windows(2).map(|ends| ends[1] - ends[0]).fold(0.0, f64::max)
}

/// The aggregate of each replicate; `None` where one of its trainings has no score.
fn scores(
    members: &[&Condition<'_>],
    over: usize,
    how: Aggregation,
    higher_is_better: bool,
) -> Vec<(u64, Option<Score>)> {
    let Some(first) = members.first() else {
        return Vec::new();
    };
    let replicates = first.scores.iter().map(|(replicate, _)| *replicate);
    let of = |replicate| {
        let at =
            |member: &&Condition<'_>| (member.setting[over].parse().ok(), member.score(replicate));
        let row: Vec<(Option<f64>, Option<Score>)> = members.iter().map(at).collect();
        (replicate, taken(&row, how, higher_is_better))
    };
    replicates.map(of).collect()
}

/// The aggregate of several scores, each with the value of the axis where that is a number.
fn taken(
    row: &[(Option<f64>, Option<Score>)],
    how: Aggregation,
    higher_is_better: bool,
) -> Option<Score> {
    if let Aggregation::Reach(bound) = how {
        return reach(row, bound, higher_is_better);
    }
    let scores: Vec<Score> = row.iter().map(|(_, score)| *score).collect::<Option<_>>()?;
    match how {
        Aggregation::Spread => spread(&scores),
        Aggregation::Worst => worst(&scores, higher_is_better),
        Aggregation::Best => best(&scores, higher_is_better),
        Aggregation::Mean => whole(&scores, stats::mean),
        Aggregation::Change => change(*scores.first()?, *scores.last()?),
        Aggregation::Reach(_) => None,
    }
}

/// `of` all numbers; a lower bound where one is only known to be larger, and diverged where one
/// diverged.
fn whole(scores: &[Score], of: impl Fn(&[f64]) -> Option<f64>) -> Option<Score> {
    if scores.contains(&Score::Diverged) {
        return Some(Score::Diverged);
    }
    let numbers: Vec<f64> = scores.iter().filter_map(|score| number(*score)).collect();
    let is_known = scores.iter().all(|score| matches!(score, Score::Value(_)));
    of(&numbers).map(if is_known { Score::Value } else { Score::Beyond })
}

/// A number, or the lower bound of one.
fn number(score: Score) -> Option<f64> {
    match score {
        Score::Value(number) | Score::Beyond(number) => Some(number),
        Score::Diverged => None,
    }
}

/// The largest minus the smallest. Where some times are only known to be longer, the distance from the
/// shortest known one is a lower bound.
fn spread(scores: &[Score]) -> Option<Score> {
    let known = scores.iter().filter_map(|score| match score {
        Score::Value(number) => Some(*number),
        _ => None,
    });
    let smallest = known.reduce(f64::min);
    whole(scores, |all| {
        let largest = stats::maximum(all)?;
        Some((largest - smallest.unwrap_or(largest)).max(0.0))
    })
}

fn worst(scores: &[Score], higher_is_better: bool) -> Option<Score> {
    whole(scores, |all| if higher_is_better { stats::minimum(all) } else { stats::maximum(all) })
}

/// The best of those that did not diverge; diverged if all did.
fn best(scores: &[Score], higher_is_better: bool) -> Option<Score> {
    let ended: Vec<Score> = scores.iter().copied().filter(|s| *s != Score::Diverged).collect();
    let numbers: Vec<f64> = ended.iter().filter_map(|score| number(*score)).collect();
    let best = if higher_is_better { stats::maximum(&numbers) } else { stats::minimum(&numbers) };
    let Some(best) = best else {
        return (!scores.is_empty()).then_some(Score::Diverged);
    };
    // A training that was stopped earlier might have been faster.
    let is_known = ended.contains(&Score::Value(best));
    Some(if is_known { Score::Value(best) } else { Score::Beyond(best) })
}

/// The last minus the first. Without a number at the first value there is no change to measure.
fn change(first: Score, last: Score) -> Option<Score> {
    match (first, last) {
        (Score::Value(first), Score::Value(last)) => Some(Score::Value(last - first)),
        (Score::Value(first), Score::Beyond(last)) => Some(Score::Beyond(last - first)),
        (Score::Value(_), Score::Diverged) => Some(Score::Diverged),
        _ => None,
    }
}

/// The largest value, in powers of ten, at which the metric is at least as good as `bound`. A replicate
/// that was good at no value counts as diverged: its reach is below all values, by an unknown
/// amount. The scores at larger values must be known.
fn reach(
    row: &[(Option<f64>, Option<Score>)],
    bound: f64,
    higher_is_better: bool,
) -> Option<Score> {
    let mut row: Vec<(f64, Option<Score>)> =
        row.iter().map(|(value, score)| Some(((*value)?, *score))).collect::<Option<_>>()?;
    row.sort_by(|a, b| b.0.total_cmp(&a.0));
    let is_good = |scored: f64| {
        if higher_is_better { scored >= bound } else { scored <= bound }
    };
    for (value, score) in row {
        match score? {
            Score::Value(scored) if is_good(scored) => {
                return Some(Score::Value(value.log10()));
            }
            _ => {}
        }
    }
    Some(Score::Diverged)
}

#[cfg(test)]
mod tests {
    use super::Score::{Beyond, Diverged, Value};
    use super::*;

    fn take(scores: &[Score], how: Aggregation, higher_is_better: bool) -> Option<Score> {
        let row: Vec<_> = scores.iter().map(|score| (None, Some(*score))).collect();
        taken(&row, how, higher_is_better)
    }

    #[test]
    fn values_are_aggregated_as_requested() {
        let scores = [Value(0.75), Value(0.25), Value(0.5)];
        for (how, expected) in [
            (Aggregation::Spread, 0.5),
            (Aggregation::Worst, 0.25),
            (Aggregation::Best, 0.75),
            (Aggregation::Mean, 0.5),
            (Aggregation::Change, -0.25),
        ] {
            assert_eq!(take(&scores, how, true), Some(Value(expected)), "{how:?}");
        }
        assert_eq!(take(&scores, Aggregation::Worst, false), Some(Value(0.75)));
        assert_eq!(take(&scores, Aggregation::Best, false), Some(Value(0.25)));
    }

    #[test]
    fn an_aggregate_with_a_diverged_score_is_diverged_unless_the_best_is_requested() {
        let scores = [Value(0.75), Diverged];
        for how in [Aggregation::Spread, Aggregation::Worst, Aggregation::Mean, Aggregation::Change]
        {
            assert_eq!(take(&scores, how, true), Some(Diverged), "{how:?}");
        }
        assert_eq!(take(&scores, Aggregation::Best, true), Some(Value(0.75)));
        assert_eq!(take(&[Diverged; 2], Aggregation::Best, true), Some(Diverged));
        assert_eq!(take(&[Diverged, Value(0.5)], Aggregation::Change, true), None);
        let missing = [(None, Some(Value(0.5))), (None, None)];
        assert_eq!(taken(&missing, Aggregation::Best, true), None);
    }

    #[test]
    fn a_censored_time_bounds_the_aggregate() {
        let scores = [Value(3.0), Beyond(10.0)];
        for (how, expected) in [
            (Aggregation::Spread, Beyond(7.0)),
            (Aggregation::Worst, Beyond(10.0)),
            (Aggregation::Best, Value(3.0)),
            (Aggregation::Mean, Beyond(6.5)),
            (Aggregation::Change, Beyond(7.0)),
        ] {
            assert_eq!(take(&scores, how, false), Some(expected), "{how:?}");
        }
        let early = [Value(30.0), Beyond(10.0)];
        assert_eq!(take(&early, Aggregation::Best, false), Some(Beyond(10.0)));
        assert_eq!(take(&[Beyond(10.0); 2], Aggregation::Spread, false), Some(Beyond(0.0)));
    }

    #[test]
    fn a_reach_is_the_largest_value_that_is_good_enough_in_powers_of_ten() {
        let row = |scores: [Option<Score>; 3]| {
            [1.0, 100.0, 10.0].map(Some).into_iter().zip(scores).collect::<Vec<_>>()
        };
        let reached = |scores| taken(&row(scores), Aggregation::Reach(0.9), true);
        let good = Some(Value(0.95));
        assert_eq!(reached([good, Some(Diverged), good]), Some(Value(1.0)));
        assert_eq!(reached([good, Some(Value(0.9)), None]), Some(Value(2.0)));
        assert_eq!(reached([Some(Value(0.5)), Some(Diverged), Some(Value(0.89))]), Some(Diverged));
        assert_eq!(reached([good, None, good]), None, "it might have been good there");
        let loss = taken(&row([good, Some(Value(2.0)), good]), Aggregation::Reach(1.0), false);
        assert_eq!(loss, Some(Value(1.0)), "of losses less is good");
    }
}
