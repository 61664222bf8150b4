//! The scores of a replicate at all values of an axis, taken together into one.
//!
//! Nothing is made better by being taken together: what diverged or was waited for in vain makes the
//! whole so, unless the question is for the best.

use std::collections::HashMap;

use crate::compare::pairing::Condition;
use crate::results::query::Aggregation;
use crate::stats::{self, Score};

/// What the conditions that differ only in the axis at position `over` of their settings have in
/// common: one condition for each, without that axis. They come in the plan's order.
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

/// The largest step between neighbouring values, in powers of ten: where a reach ends between two of
/// them is unknown.
fn grid_step(members: &[&Condition<'_>], over: usize) -> f64 {
    let values = members.iter().filter_map(|m| m.setting[over].parse().ok());
    let mut places: Vec<f64> = values.map(f64::log10).collect();
    places.sort_by(f64::total_cmp);
    places.windows(2).map(|ends| ends[1] - ends[0]).fold(0.0, f64::max)
}

/// The score of each replicate; none where one of its trainings has none.
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

/// One score of several, each with the value of the axis where that is a number.
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

/// `of` all numbers; a bound on it where one is only known to be larger, and the worst of all where one
/// diverged.
fn whole(scores: &[Score], of: impl Fn(&[f64]) -> Option<f64>) -> Option<Score> {
    if scores.contains(&Score::Diverged) {
        return Some(Score::Diverged);
    }
    let numbers: Vec<f64> = scores.iter().filter_map(|score| number(*score)).collect();
    let is_known = scores.iter().all(|score| matches!(score, Score::Value(_)));
    of(&numbers).map(if is_known { Score::Value } else { Score::Beyond })
}

/// A number, or the one that it is only known to be larger than.
fn number(score: Score) -> Option<f64> {
    match score {
        Score::Value(number) | Score::Beyond(number) => Some(number),
        Score::Diverged => None,
    }
}

/// The largest minus the smallest. Of times that are only known to be longer, the distance from the
/// shortest known one is a bound.
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

/// The best of those that did not diverge; they all did if none is left.
fn best(scores: &[Score], higher_is_better: bool) -> Option<Score> {
    let ended: Vec<Score> = scores.iter().copied().filter(|s| *s != Score::Diverged).collect();
    let numbers: Vec<f64> = ended.iter().filter_map(|score| number(*score)).collect();
    let best = if higher_is_better { stats::maximum(&numbers) } else { stats::minimum(&numbers) };
    let Some(best) = best else {
        return (!scores.is_empty()).then_some(Score::Diverged);
    };
    // One that was given up earlier might have been shorter.
    let is_known = ended.contains(&Score::Value(best));
    Some(if is_known { Score::Value(best) } else { Score::Beyond(best) })
}

/// The last minus the first. From where nothing was learned there is no change to measure.
fn change(first: Score, last: Score) -> Option<Score> {
    match (first, last) {
        (Score::Value(first), Score::Value(last)) => Some(Score::Value(last - first)),
        (Score::Value(first), Score::Beyond(last)) => Some(Score::Beyond(last - first)),
        (Score::Value(_), Score::Diverged) => Some(Score::Diverged),
        _ => None,
    }
}

/// The largest value, in powers of ten, at which the metric is at least as good as `bound`. One that
/// was good nowhere counts as diverged: it is below any that was good somewhere, by an unknown
/// amount. What a training above that would have come to must be known.
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
    fn values_are_taken_together_as_is_asked() {
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
    fn what_diverged_makes_the_whole_so_unless_the_best_is_asked_for() {
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
    fn a_time_that_was_not_waited_for_bounds_the_whole() {
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
