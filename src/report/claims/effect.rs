//! The effect of a comparison in one sentence, and what it is a comparison of.

use crate::compare::claim::{Judged, Judgement, Tested};
use crate::compare::metric::Unit;
use crate::record::results::{Expect, Hypothesis, Take, short_name};
use crate::stats::Interval;

/// The headline effect in a sentence: "before needs 1.9 epochs fewer than none [1.6, 2.2], 8 pairs".
pub fn answer(judgement: &Judgement) -> String {
    match judgement.headline() {
        Some((tested, judged)) => effect(judgement, tested, judged),
        None => "no two values were trained in the same setting".to_owned(),
    }
}

/// The effect of one comparison, with the setting where a test has several.
pub(in crate::report) fn effect(judgement: &Judgement, tested: &Tested, judged: &Judged) -> String {
    let paired = &judged.comparison.paired;
    if paired.pairs == 0 {
        return "no pair has been trained yet".to_owned();
    }
    let pairs = if paired.pairs == 1 { "pair" } else { "pairs" };
    let mut text = match (paired.mean, paired.is_complete()) {
        (Some(mean), true) => difference(judgement, tested, judged, mean),
        _ => wins(tested, judged),
    };
    text.push_str(&format!(", {} {pairs}", paired.pairs));
    if judged.beyond_grid > 0 {
        text.push_str(&format!(
            "; in {} both reach the end of the grid",
            judged.beyond_grid
        ));
    }
    if tested.comparisons.len() > 1 {
        text.push_str(&format!("; at {}", setting(tested, judged)));
    }
    text
}

fn difference(judgement: &Judgement, tested: &Tested, judged: &Judged, mean: f64) -> String {
    let unit = tested.metric.unit;
    let [a, b] = sides(&tested.test);
    let interval = judged.comparison.paired.interval;
    let is_waited_for = tested.metric.is_waited_for() && tested.test.over.is_none();
    let less = match (mean < 0.0, is_waited_for, unit) {
        (false, true, _) => "more",
        (true, true, Unit::Seconds) => "less",
        (true, true, _) => "fewer",
        (true, false, _) => "lower",
        (false, false, _) => "higher",
    };
    let (size, between) = written(mean, interval, unit);
    let unit_name = match unit {
        Unit::Number => String::new(),
        unit => format!(" {}", unit.of_differences()),
    };
    let more = ratio(tested, judged, mean);
    if is_waited_for {
        let target = percent(judgement.target);
        format!("{a} needs {size}{unit_name} {less} than {b} to {target}{between}{more}")
    } else {
        let what = quantity(&tested.test, judgement.target);
        format!("{what} is {size}{unit_name} {less} with {a} than with {b}{between}{more}")
    }
}

/// `97 %`; rounded, since 0.57 · 100 is 56.99999999999999.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// How many times as much: of what is spent, and of what is measured in powers of ten.
fn ratio(tested: &Tested, judged: &Judged, mean: f64) -> String {
    let unit = tested.metric.unit;
    if unit == Unit::Decades {
        return format!(", a factor of {}", figure(10_f64.powf(mean.abs()), 2));
    }
    match judged.means {
        Some([a, b]) if unit.is_cost() && a > 0.0 && b > 0.0 => {
            format!(", {} times as much", figure(a / b, 2))
        }
        _ => String::new(),
    }
}

/// Where some pairs have no difference: who won them.
fn wins(tested: &Tested, judged: &Judged) -> String {
    let [a, b] = sides(&tested.test);
    let paired = &judged.comparison.paired;
    let tally = paired.tally;
    let apart = paired.pairs - paired.differences.len();
    let reaches = matches!(
        tested.test.over.as_ref().map(|over| over.take),
        Some(Take::Reach(_))
    );
    let why = if reaches {
        "was good enough nowhere on the grid"
    } else if tested.metric.is_waited_for() {
        "diverged or did not reach the target"
    } else {
        "diverged"
    };
    format!(
        "{a} is better than {b} in {}, worse in {}, and neither in {} (in {apart} a side {why})",
        tally.wins, tally.losses, tally.ties
    )
}

/// The two values; those of other axes than the placement with its name.
fn sides(test: &Hypothesis) -> [String; 2] {
    test.compare.each_ref().map(|value| {
        if test.by == "norm.placement" {
            value.clone()
        } else {
            format!("{} {value}", short_name(&test.by))
        }
    })
}

/// What is compared, in words: `the spread of test accuracy over init_scale`.
fn quantity(test: &Hypothesis, target: f64) -> String {
    let metric = match test.metric.strip_suffix("_to_target") {
        Some(what) => format!("{what} to {}", percent(target)),
        None => metric_in_words(&test.metric),
    };
    let Some(over) = &test.over else {
        return metric;
    };
    let axis = short_name(&over.key);
    match over.take {
        Take::Spread => format!("the spread of {metric} over {axis}"),
        Take::Worst => format!("the worst {metric} over {axis}"),
        Take::Best => format!("the best {metric} over {axis}"),
        Take::Mean => format!("the mean {metric} over {axis}"),
        Take::Change => format!("the change of {metric} from the first to the last {axis}"),
        Take::Reach(bound) => format!("the largest {axis} where {metric} is as good as {bound}"),
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

/// A difference without its sign, and its interval turned the same way.
fn written(mean: f64, interval: Option<Interval>, unit: Unit) -> (String, String) {
    let turn = if mean < 0.0 {
        -unit.scale()
    } else {
        unit.scale()
    };
    let ends = interval.map(|i| {
        let (one, other) = (i.low * turn, i.high * turn);
        [one.min(other), one.max(other)]
    });
    let largest = ends.map_or(0.0, |[low, high]| low.abs().max(high.abs()));
    let places = places((mean * turn).abs().max(largest));
    let between =
        ends.map(|[low, high]| format!(" [{}, {}]", figure(low, places), figure(high, places)));
    (figure(mean * turn, places), between.unwrap_or_default())
}

/// Decimal places at which a number of this size has three digits or more.
fn places(size: f64) -> usize {
    match size {
        100.0.. => 0,
        10.0..100.0 => 1,
        0.1..10.0 => 2,
        0.01..0.1 => 3,
        0.0 => 2,
        _ => 5,
    }
}

fn figure(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    // A negative number that rounds to nothing is nothing.
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        _ => text.replace('-', "−"),
    }
}

/// `batch_size 2, activation relu`
pub(in crate::report) fn setting(tested: &Tested, judged: &Judged) -> String {
    let cells = tested.others.iter().zip(&judged.comparison.setting);
    let words: Vec<String> = cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(axis, cell)| format!("{} {cell}", short_name(axis)))
        .collect();
    words.join(", ")
}

/// What a test is called: its label, or what it compares.
pub fn test_name(tested: &Tested, target: f64) -> String {
    if let Some(label) = &tested.test.label {
        return label.clone();
    }
    let [a, b] = sides(&tested.test);
    let expected = match tested.test.expect {
        Expect::Higher => "higher than",
        Expect::Lower => "lower than",
        Expect::Same => "the same as",
    };
    let only: Vec<String> = tested
        .test
        .only
        .iter()
        .map(|(key, values)| format!("{} {}", short_name(key), values.join(" or ")))
        .collect();
    let only = if only.is_empty() {
        String::new()
    } else {
        format!(", {}", only.join(", "))
    };
    format!(
        "{}: {a} {expected} {b}{only}",
        quantity(&tested.test, target)
    )
}
