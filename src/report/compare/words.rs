//! A comparison as text: statistics of the conditions, the comparisons, and how to read them.

use crate::compare::metric::{Metric, Unit};
use crate::compare::{Answer, Comparison, Description};
use crate::report::sheet::{Columns, Page, Sheet};
use crate::stats::{EXACT_UP_TO, SAMPLED_FLIPS, Verdict, sign_test};
use crate::units::counted;
use crate::wording::numbers::{bracketed, difference, of, optional, p_value, share, tally, value};
use crate::wording::until::Until;
use crate::wording::verdicts::{EFFECT_OF_EVALUATION, said};

/// The comparison as aligned text.
pub fn table(answer: &Answer) -> String {
    written(answer, Page::Text, "\n")
}

/// The comparison in Markdown.
pub fn markdown(answer: &Answer) -> String {
    written(answer, Page::Markdown, "\n\n")
}

/// Title, tables and notes, with `between` after lines of text.
fn written(answer: &Answer, page: Page, between: &str) -> String {
    let notes: Vec<String> = notes(answer).iter().map(|note| page.line(note)).collect();
    let title = title(answer);
    let lead = std::iter::once(&title).chain(&answer.remarks).map(|line| page.line(line));
    format!(
        "{}{between}{}\n{}\n{}\n",
        lead.collect::<Vec<_>>().join(between),
        page.table(&conditions(answer)),
        page.table(&comparisons(answer)),
        notes.join(between)
    )
}

/// The title: `test_accuracy by norm.placement`.
fn title(answer: &Answer) -> String {
    let metric = answer.metric;
    let target = metric.is_waited_for().then(|| format!(" of {}", share(answer.target)));
    let target = target.unwrap_or_default();
    format!("{}{target} by {} ({})", metric.name, answer.by, metric.unit.shown())
}

/// The differences with population statistics and their verdict: `with the population's statistics:
/// −0.83 points [−2.10, 0.44], inconclusive (…)`.
fn with_population(comparison: &Comparison, unit: Unit) -> Option<String> {
    let population = comparison.population.as_deref()?;
    let mean = difference(population.paired.mean?, unit);
    Some(format!(
        "with the population's statistics: {mean} {} {}, {}",
        unit.of_differences(),
        bracketed(population.paired.interval, |end| difference(end, unit)),
        said(population)
    ))
}

/// A note that a metric is not known with population statistics, where these give another accuracy.
fn under_running_alone(answer: &Answer) -> Option<String> {
    let is_known = answer.comparisons.iter().any(|c| c.population.is_some());
    (!is_known && !answer.gaps.told.is_empty()).then(|| {
        format!(
            "{} was taken with running statistics alone: a verdict on it may be {EFFECT_OF_EVALUATION}; `--metric precise_test_accuracy` compares without them",
            answer.metric.name
        )
    })
}

/// A sentence for each comparison that is an effect of the evaluation.
fn effects_of_evaluation(answer: &Answer) -> impl Iterator<Item = String> {
    let effects = answer.comparisons.iter();
    let effects = effects.filter(|c| c.verdict == Verdict::EffectOfEvaluation);
    effects.filter_map(|c| {
        let with = with_population(c, answer.metric.unit)?;
        let setting = c.setting.join(", ");
        let at = if setting.is_empty() { "" } else { " at " };
        Some(format!("{} − {}{at}{setting} is {EFFECT_OF_EVALUATION}: {with}", c.a, c.b))
    })
}

/// The time of a condition to the target.
pub(in crate::report) fn until(described: &Description, unit: Unit) -> Until {
    Until {
        median: described.median,
        longest: described.longest,
        reached: described.n,
        all: described.ended(),
        unit,
    }
}

fn conditions(answer: &Answer) -> Sheet {
    let unit = answer.metric.unit;
    let written = move |number| optional(number, |number| value(number, unit));
    let mut columns = Columns::new()
        .axes(&answer.others, |d: &Description| &d.setting)
        .axes(std::slice::from_ref(&answer.by), |d| std::slice::from_ref(&d.value))
        .column("n", |d| d.ended().to_string())
        .column("mean", move |d| written(d.mean))
        .column("median", |d| median(d, answer.metric))
        .column("IQM", move |d| written(d.interquartile_mean))
        .column("std", move |d| written(d.std))
        .column("min", move |d| written(d.min))
        .column("max", move |d| written(d.max))
        .column("95 % interval", move |d| bracketed(d.t, |end| value(end, unit)))
        .column("diverged", |d| of(d.diverged, d.ended()));
    if answer.metric.is_waited_for() {
        columns = columns.column("reached", |d| of(d.n, d.ended()));
    }
    columns.sheet(&answer.descriptions)
}

fn median(described: &Description, metric: Metric) -> String {
    if metric.is_waited_for() {
        return until(described, metric.unit).text();
    }
    optional(described.median, |median| value(median, metric.unit))
}

/// The mean difference; none of times where a side of some pair did not reach the target: the mean over
/// the other pairs would be too good.
pub(in crate::report) fn mean_difference(comparison: &Comparison, answer: &Answer) -> Option<f64> {
    let paired = &comparison.paired;
    let is_cut = answer.metric.is_waited_for() && !paired.is_complete();
    paired.mean.filter(|_| !is_cut)
}

fn comparisons(answer: &Answer) -> Sheet {
    let unit = answer.metric.unit;
    let written = move |number| difference(number, unit);
    let places = |number: f64| format!("{number:.2}");
    Columns::new()
        .axes(&answer.others, |c: &Comparison| &c.setting)
        .column("comparison", |c| format!("{} − {}", c.a, c.b))
        .column("n", |c| c.paired.pairs.to_string())
        .column(&format!("difference, {}", unit.of_differences()), move |c| {
            optional(mean_difference(c, answer), written)
        })
        .column("95 % interval", move |c| {
            bracketed(mean_difference(c, answer).and(c.paired.interval), written)
        })
        .column("p", |c| optional(c.paired.test, |test| p_value(test.p)))
        .column("Holm's p", |c| optional(c.corrected, p_value))
        .column("wins/ties/losses", |c| tally(c.paired.tally, "/"))
        .column("P(A > B)", move |c| {
            let interval = bracketed(c.paired.superiority_interval, places);
            optional(c.paired.superiority, |share| format!("{} {interval}", places(share)))
        })
        .column("verdict", said)
        .sheet(&answer.comparisons)
}

/// How to read the tables, as far as it applies.
pub(in crate::report) fn notes(answer: &Answer) -> Vec<String> {
    let unit = answer.metric.unit;
    let margins = answer.comparisons.iter().map(|c| c.margin);
    let (low, high) =
        margins.fold((f64::INFINITY, 0.0_f64), |(low, high), m| (low.min(m), high.max(m)));
    let margin = match (value(low, unit), value(high, unit)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low}–{high}"),
    };
    let mut notes = vec![format!(
        "{}paired by replicate; differences up to {margin} {} do not matter; {}",
        number_of_comparisons(answer),
        unit.of_differences(),
        if answer.metric.higher_is_better() { "more is better" } else { "less is better" }
    )];
    let pairs = answer.comparisons.iter().map(|c| c.paired.pairs);
    if let Some(fewest) = pairs.filter(|&pairs| pairs > 0).min() {
        notes.push(format!(
            "p: two-sided sign-flip permutation test, exact up to {EXACT_UP_TO} pairs, else by {SAMPLED_FLIPS} random flips; {} none below {}",
            counted(fewest, "pair allows", "pairs allow"),
            p_value(sign_test(fewest, 0).p)
        ));
    }
    notes.extend(exceptions(answer));
    if answer.metric.is_waited_for() {
        notes.push(MEDIAN_OF_TIMES.to_owned());
    }
    notes.extend(effects_of_evaluation(answer));
    notes.extend(under_running_alone(answer));
    notes.extend(answer.gaps.sentences());
    notes
}

/// `3 comparisons, `; of a part of the experiment `1 of 3 comparisons shown, p corrected for all of them; `.
fn number_of_comparisons(answer: &Answer) -> String {
    let all = counted(answer.family, "comparison", "comparisons");
    match answer.comparisons.iter().filter(|c| c.corrected.is_some()).count() {
        shown if shown == answer.family => format!("{all}, "),
        shown => format!("{shown} of {all} shown, p corrected for all of them; "),
    }
}

/// How medians of times to a target include trials that did not reach it.
pub(in crate::report) const MEDIAN_OF_TIMES: &str = "medians of times are by Kaplan and Meier: a trial that did not reach the target (censored), or diverged, counts as taking longer; “>” where more than half did";

fn exceptions(answer: &Answer) -> Vec<String> {
    let comparisons = &answer.comparisons;
    let mut notes = Vec::new();
    let apart = comparisons.iter().filter(|c| !c.paired.is_complete()).count();
    if apart > 0 {
        let (what, mean) = if answer.metric.is_waited_for() {
            ("diverged or did not reach the target", "there is no mean difference")
        } else {
            ("diverged", "mean and interval are over the pairs of which both sides were completed")
        };
        notes.push(format!(
            "in {apart} of them a side {what}: it lost its pair, p is of the sign test of wins and losses, and {mean}"
        ));
    }
    let missing: usize = comparisons.iter().map(|c| c.missing).sum();
    if missing > 0 {
        let pairs = counted(missing, "pair is", "pairs are");
        notes.push(format!(
            "{pairs} left out: a side failed, has not ended, or has no value of this metric"
        ));
    }
    notes
}
