//! The effect of a comparison in one sentence, and a name for what was compared.

use super::sides::{against, sides};
use crate::compare::claim::{ClaimComparison, TestVerdict, Tested};
use crate::compare::metric::{Metric, Unit};
use crate::results::query::{Aggregation, Expect, Hypothesis, short_name};
use crate::stats::Interval;
use crate::units::{self, counted};
use crate::wording::names::{self, aggregated, spoken};
use crate::wording::numbers::share;

/// The effect of a comparison, in a context that names what was compared.
pub(super) fn amount(tested: &Tested, judged: &ClaimComparison) -> String {
    let paired = &judged.comparison.paired;
    if paired.pairs == 0 {
        return "no pair has been trained yet".to_owned();
    }
    let mut text = if let (Some(mean), true) = (paired.mean, paired.is_complete()) {
        let difference = difference(tested, judged, mean);
        format!("{difference}, n = {}", paired.pairs)
    } else {
        let against = against(&tested.test, "than");
        format!("better {against} {}", wins(tested, &[judged]))
    };
    text.push_str(&beyond_grid(&[judged]));
    text.push_str(&with_population(tested, judged));
    text
}

/// For an effect of the evaluation: `; with the population's statistics: 0.20 higher … [−0.38, 0.79]`.
fn with_population(tested: &Tested, judged: &ClaimComparison) -> String {
    let is_effect = judged.outcome == TestVerdict::EffectOfEvaluation;
    let population = judged.comparison.population.as_deref();
    let Some(population) = population.filter(|_| is_effect) else {
        return String::new();
    };
    let Some(mean) = population.paired.mean else {
        return String::new();
    };
    let same = ClaimComparison { comparison: population.clone(), ..judged.clone() };
    format!("; with the population's statistics {}", difference(tested, &same, mean))
}

/// A note on the number of pairs in which both sides reach the end of the grid, so that it is unknown which is larger.
pub(super) fn beyond_grid(settings: &[&ClaimComparison]) -> String {
    match settings.iter().map(|judged| judged.beyond_grid).sum() {
        0_usize => String::new(),
        pairs => format!("; in {pairs} both reach the end of the grid"),
    }
}

fn difference(tested: &Tested, judged: &ClaimComparison, mean: f64) -> String {
    let interval = judged.comparison.paired.interval;
    if is_factor(tested) {
        let (times, between) = factor(mean, interval);
        let against = against(&tested.test, "as");
        return format!(
            "{}{times} times as high {against}{between}{}",
            bound(judged),
            grid(&[judged])
        );
    }
    let unit = tested.metric.unit;
    let less = comparative(tested, mean < 0.0);
    let (size, between) = written(mean, interval, unit);
    // The word says the direction.
    let size = size.trim_start_matches('−');
    format!(
        "{size}{} {less} {}{between}{}",
        unit_name(unit),
        against(&tested.test, "than"),
        ratio(tested, judged)
    )
}

/// The word for the direction of a difference: `fewer` for counts, `lower` for other quantities.
pub(super) fn comparative(tested: &Tested, is_less: bool) -> &'static str {
    let is_waited_for = tested.metric.is_waited_for() && tested.test.aggregate.is_none();
    match (is_less, is_waited_for, tested.metric.unit) {
        (false, true, _) => "more",
        (true, true, Unit::Seconds) => "less",
        (true, true, _) => "fewer",
        (true, false, _) => "lower",
        (false, false, _) => "higher",
    }
}

/// Whether the effect of a reach is a bound: only where one side alone is at the end of the grid, and reached
/// further.
pub(super) fn bound(judged: &ClaimComparison) -> &'static str {
    let mean = judged.comparison.paired.mean.unwrap_or(0.0);
    let [first, second] = judged.at_end.map(|count| count > 0);
    match (first, second, judged.beyond_grid) {
        (true, false, 0) if mean > 0.0 => "at least ",
        (false, true, 0) if mean < 0.0 => "at most ",
        _ => "",
    }
}

/// The resolution of a reach: an interval may be narrower, where all replicates end at the same values.
pub(super) fn grid(settings: &[&ClaimComparison]) -> String {
    let steps = settings.iter().filter_map(|judged| judged.grid_step);
    steps.reduce(f64::max).filter(|step| *step > 0.0).map_or(String::new(), |step| {
        let (times, _) = factor(step, None);
        format!(", on a grid with steps of up to × {times}")
    })
}

/// Effect and interval, if there is one, as numbers only: `+3.14 points`, `[2.50, 3.78]`; `× 3.33`
/// for a quantity in powers of ten. `None` where a pair has no difference.
pub(in crate::report) fn signed(tested: &Tested, judged: &ClaimComparison) -> Option<Vec<String>> {
    let paired = &judged.comparison.paired;
    let mean = paired.mean.filter(|_| paired.is_complete())?;
    let unit = tested.metric.unit;
    let (size, between) = if is_factor(tested) {
        let (times, between) = factor(mean, paired.interval);
        (format!("× {times}"), between)
    } else {
        let (size, between) = written(mean, paired.interval, unit);
        let is_more = mean > 0.0 && size.chars().any(|c| ('1'..='9').contains(&c));
        let sign = if is_more { "+" } else { "" };
        (format!("{sign}{size}{}", unit_name(unit)), between)
    };
    let parts = [size, between.trim_start().to_owned()];
    Some(parts.into_iter().filter(|part| !part.is_empty()).collect())
}

/// The unit with a leading space: ` points`; empty where there is none.
pub(super) fn unit_name(unit: Unit) -> String {
    match unit {
        Unit::Number => String::new(),
        unit => format!(" {}", unit.of_differences()),
    }
}

/// Whether the effect is a factor: for an axis in powers of ten.
pub(super) fn is_factor(tested: &Tested) -> bool {
    let how = tested.test.aggregate.as_ref().map(|aggregate| aggregate.how);
    tested.metric.unit == Unit::Decades && matches!(how, Some(Aggregation::Reach(_)))
}

/// Decades as a factor, with its interval.
fn factor(mean: f64, interval: Option<Interval>) -> (String, String) {
    let raised = |decades: f64| 10_f64.powf(decades);
    let interval = interval.map(|i| Interval { low: raised(i.low), high: raised(i.high) });
    written(raised(mean), interval, Unit::Number)
}

/// For costs, the relative effect: `, 54 % fewer`; `, 2.40 times as much` from twice as much on.
fn ratio(tested: &Tested, judged: &ClaimComparison) -> String {
    let unit = tested.metric.unit;
    let Some([a, b]) =
        judged.means.filter(|[a, b]| unit.is_cost() && a.min(*b) >= unit.resolution())
    else {
        return String::new();
    };
    if a / b >= 2.0 {
        return format!(", {} times as much", fixed(a / b, 2));
    }
    let change = a / b - 1.0;
    format!(", {:.0} % {}", (change * 100.0).abs(), comparative(tested, change < 0.0))
}

/// Where some pairs have no difference: which side won how many of them, over these settings.
pub(super) fn wins(tested: &Tested, settings: &[&ClaimComparison]) -> String {
    let paired = || settings.iter().map(|judged| &judged.comparison.paired);
    let pairs: usize = paired().map(|paired| paired.pairs).sum();
    let measured: usize = paired().map(|paired| paired.differences.len()).sum();
    let won: usize = paired().map(|paired| paired.tally.wins).sum();
    let lost: usize = paired().map(|paired| paired.tally.losses).sum();
    let how = tested.test.aggregate.as_ref().map(|aggregate| aggregate.how);
    let reaches = matches!(how, Some(Aggregation::Reach(_)));
    let why = if reaches {
        "was good enough nowhere on the grid"
    } else if tested.metric.is_waited_for() {
        "diverged or did not reach the target"
    } else {
        "diverged"
    };
    format!(
        "in {won} of {}, worse in {lost} (in {} a side {why})",
        counted(pairs, "pair", "pairs"),
        pairs - measured
    )
}

/// The compared quantity in words: `the spread of test accuracy over init_scale`.
pub(super) fn quantity(test: &Hypothesis, target: f64) -> String {
    let metric = match test.metric.strip_suffix("_to_target") {
        Some(what) => format!("{what} to {}", share(target)),
        None => metric_in_words(&test.metric),
    };
    let Some(aggregate) = &test.aggregate else {
        return metric;
    };
    let bound = |bound| goal(&test.metric, bound);
    aggregated(&metric, &spoken(&aggregate.axis), aggregate.how, bound)
}

/// The target of a reach: `90 %` for a share.
fn goal(metric: &str, bound: f64) -> String {
    match Metric::named(metric) {
        Ok(metric) if metric.unit == Unit::Share => share(bound),
        _ => bound.to_string(),
    }
}

fn metric_in_words(name: &str) -> String {
    match name {
        "gradient_decades" => "the range of gradients over layers".to_owned(),
        "gradient_decades_mean" => "the mean range of gradients over layers".to_owned(),
        "weight_gradient_decades" => "the range of weight gradients over layers".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A difference and its interval in the unit for text, both with their signs.
fn written(mean: f64, interval: Option<Interval>, unit: Unit) -> (String, String) {
    let scale = unit.scale();
    let ends = interval.map(|i| [i.low * scale, i.high * scale]);
    let largest = ends.map_or(0.0, |[low, high]| low.abs().max(high.abs()));
    let places = places((mean * scale).abs().max(largest));
    let between =
        ends.map(|[low, high]| format!(" [{}, {}]", fixed(low, places), fixed(high, places)));
    (fixed(mean * scale, places), between.unwrap_or_default())
}

/// The number of decimal places at which a number of this size has at least three digits.
pub(super) fn places(size: f64) -> usize {
    match size {
        100.0.. => 0,
        10.0..100.0 => 1,
        0.1..10.0 => 2,
        0.01..0.1 => 3,
        0.0 => 2,
        _ => 5,
    }
}

/// A number with this many decimal places.
pub(super) fn fixed(number: f64, places: usize) -> String {
    units::signed(&format!("{number:.places$}"))
}

/// The setting with the axes' names: `batch_size 2, activation relu`.
pub(in crate::report) fn setting(tested: &Tested, judged: &ClaimComparison) -> String {
    names::setting(&tested.others, &judged.comparison.setting, |axis, cell| {
        format!("{} {cell}", short_name(axis))
    })
}

/// The setting in words: `batch size 2, activation relu`.
pub(in crate::report) fn spoken_setting(tested: &Tested, judged: &ClaimComparison) -> String {
    names::setting(&tested.others, &judged.comparison.setting, |axis, cell| {
        let cell = units::alike(cell).unwrap_or_else(|| cell.to_owned());
        format!("{} {cell}", spoken(axis))
    })
}

/// The quantity that a test measures: its label, or the quantity with the values to which the test is restricted.
pub(in crate::report) fn measured(tested: &Tested, target: f64) -> String {
    let test = &tested.test;
    test.label.clone().unwrap_or_else(|| quantity(test, target) + &only(test))
}

/// The expectation: `before higher than none`.
pub(in crate::report) fn expected(test: &Hypothesis) -> String {
    let [a, b] = sides(test);
    let expected = match test.expect {
        Expect::Higher => "higher than",
        Expect::Lower => "lower than",
        Expect::Same => "the same as",
    };
    format!("{a} {expected} {b}")
}

/// The restriction of a test: `, dropout 0.0 or 0.5`.
fn only(test: &Hypothesis) -> String {
    let value = |(key, values): &(String, Vec<String>)| {
        format!(", {} {}", spoken(key), values.join(" or "))
    };
    let values: Vec<String> = test.only.iter().map(value).collect();
    values.concat()
}

/// The name of a test: its label, or what it compares.
pub fn test_name(tested: &Tested, target: f64) -> String {
    let test = &tested.test;
    let name = || format!("{}: {}{}", quantity(test, target), expected(test), only(test));
    test.label.clone().unwrap_or_else(name)
}
