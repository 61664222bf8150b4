//! The answer for people: what each condition came to, the comparisons, and what one must know to read
//! them.

use super::tables::family;
use crate::compare::metric::Unit;
use crate::compare::population::EFFECT_OF_EVALUATION;
use crate::compare::{Answer, Comparison, Description};
use crate::report::sheet::{Page, Sheet};
use crate::report::until::Until;
use crate::stats::{
    EXACT_UP_TO, FEWEST_PAIRS, Interval, SAMPLED_FLIPS, SIGNIFICANCE, Verdict, sign_test,
};
use crate::units::{self, counted};

/// Aligned text.
pub fn table(answer: &Answer) -> String {
    written(answer, Page::Text, "\n")
}

/// The same in Markdown.
pub fn markdown(answer: &Answer) -> String {
    written(answer, Page::Markdown, "\n\n")
}

/// Title, tables and notes, with `between` after lines of text.
fn written(answer: &Answer, page: Page, between: &str) -> String {
    let [descriptions, comparisons] = for_people(answer);
    let notes: Vec<String> = notes(answer).iter().map(|note| page.line(note)).collect();
    let title = title(answer);
    let lead = std::iter::once(&title).chain(&answer.remarks).map(|line| page.line(line));
    format!(
        "{}{between}{}\n{}\n{}\n",
        lead.collect::<Vec<_>>().join(between),
        page.table(&descriptions),
        page.table(&comparisons),
        notes.join(between)
    )
}

/// The verdict in words.
pub(in crate::report) fn said(comparison: &Comparison) -> String {
    let n = comparison.paired.pairs;
    let better = units::named(comparison.better().unwrap_or_default());
    let why = match (n < FEWEST_PAIRS, comparison.needed) {
        (true, needed) => format!("n = {n}; {} are needed", needed.unwrap_or(FEWEST_PAIRS)),
        (false, Some(needed)) => {
            format!("corrected p > {SIGNIFICANCE}; n = {n}, and {needed} are needed")
        }
        (false, None) => format!("corrected p > {SIGNIFICANCE}"),
    };
    match comparison.verdict {
        Verdict::Better(_) => format!("{better} better"),
        Verdict::SuggestsBetter(_) => format!("suggests {better} better ({why})"),
        Verdict::NoMeaningfulDifference => "no meaningful difference".to_owned(),
        Verdict::SuggestsNoMeaningfulDifference => {
            format!("suggests no meaningful difference ({why})")
        }
        Verdict::Inconclusive if n == 0 => "no pairs".to_owned(),
        Verdict::Inconclusive => match comparison.needed {
            Some(needed) => {
                let needed = units::about(needed);
                format!("inconclusive (n = {n} cannot tell; {needed} replicates would)")
            }
            None => format!("inconclusive (n = {n} cannot tell)"),
        },
        Verdict::EffectOfEvaluation => EFFECT_OF_EVALUATION.to_owned(),
    }
}

/// `with the population's statistics: −0.83 points [−2.10, 0.44], inconclusive (…)`
fn with_population(comparison: &Comparison, unit: Unit) -> Option<String> {
    let population = comparison.population.as_deref()?;
    let paired = &population.paired;
    let mean = paired.mean.map(|mean| difference(mean, unit))?;
    Some(format!(
        "with the population's statistics: {mean} {} {}, {}",
        unit.of_differences(),
        between(paired.interval, |end| difference(end, unit)),
        said(population)
    ))
}

/// That a metric is not known under the population's statistics, where these tell something else.
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
fn effects_of_evaluation(answer: &Answer) -> impl Iterator<Item = String> + '_ {
    let effects = answer.comparisons.iter();
    let effects = effects.filter(|c| c.verdict == Verdict::EffectOfEvaluation);
    effects.filter_map(|c| {
        let with = with_population(c, answer.metric.unit)?;
        let setting: Vec<&str> = c.setting.iter().map(String::as_str).collect();
        let setting = match setting.join(", ") {
            setting if setting.is_empty() => String::new(),
            setting => format!(" at {setting}"),
        };
        Some(format!("{} − {}{setting} is {EFFECT_OF_EVALUATION}: {with}", c.a, c.b))
    })
}

/// `test_accuracy by norm.placement`
fn title(answer: &Answer) -> String {
    let metric = answer.metric.name;
    let target = if answer.metric.is_waited_for() {
        format!(" of {}", target(answer.target))
    } else {
        String::new()
    };
    format!("{metric}{target} by {} ({})", answer.by, answer.metric.unit.shown())
}

/// A share as it was asked for: `97 %`.
pub(in crate::report) fn target(share: f64) -> String {
    // Rounded, since 0.57 · 100 is 56.99999999999999.
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// A number in the unit that people read.
pub(in crate::report) fn figure(number: Option<f64>, unit: Unit) -> String {
    number.map(|number| shown(number * unit.scale(), unit)).unwrap_or_default()
}

pub(in crate::report) fn shown(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Steps => format!("{number:.0}"),
        Unit::Nats => format!("{number:.4}"),
        Unit::Seconds if number.abs() < 0.1 => format!("{number:.2e}"),
        _ => format!("{number:.2}"),
    }
}

pub(in crate::report) fn difference(number: f64, unit: Unit) -> String {
    let sign = if number > 0.0 { "+" } else { "" };
    format!("{sign}{}", shown(number * unit.scale(), unit))
}

fn between(interval: Option<Interval>, written: impl Fn(f64) -> String) -> String {
    let ends = interval.map(|i| format!("[{}, {}]", written(i.low), written(i.high)));
    ends.unwrap_or_default()
}

fn for_people(answer: &Answer) -> [Sheet; 2] {
    [people_on_conditions(answer), people_on_comparisons(answer)]
}

/// How long a condition took to the target.
pub(in crate::report) fn until(described: &Description, unit: Unit) -> Until {
    Until {
        median: described.median,
        longest: described.longest,
        reached: described.n,
        all: described.n + described.beyond + described.diverged,
        unit,
    }
}

fn people_on_conditions(answer: &Answer) -> Sheet {
    let unit = answer.metric.unit;
    let columns = ["n", "mean", "median", "IQM", "std", "min", "max", "95 % interval", "diverged"];
    let row = |d: &Description| {
        let all = d.n + d.beyond + d.diverged;
        let mut cells = [&d.setting[..], std::slice::from_ref(&d.value)].concat();
        cells.push(all.to_string());
        cells.push(figure(d.mean, unit));
        cells.push(if answer.metric.is_waited_for() {
            until(d, unit).text()
        } else {
            figure(d.median, unit)
        });
        cells
            .extend([d.interquartile_mean, d.std, d.min, d.max].map(|number| figure(number, unit)));
        cells.push(between(d.t, |end| figure(Some(end), unit)));
        cells.push(format!("{} of {all}", d.diverged));
        if answer.metric.is_waited_for() {
            cells.push(format!("{} of {all}", d.n));
        }
        cells
    };
    let reached = answer.metric.is_waited_for().then_some("reached");
    let axes = answer.others.iter().chain([&answer.by]).cloned();
    Sheet {
        columns: axes.chain(columns.into_iter().chain(reached).map(str::to_owned)).collect(),
        rows: answer.descriptions.iter().map(row).collect(),
    }
}

/// The mean difference, but none of times of which a side of some pair never came to its end: what is over
/// the other pairs would flatter it.
pub(in crate::report) fn told(comparison: &Comparison, answer: &Answer) -> Option<f64> {
    let paired = &comparison.paired;
    let is_cut = answer.metric.is_waited_for() && !paired.is_complete();
    paired.mean.filter(|_| !is_cut)
}

fn people_on_comparisons(answer: &Answer) -> Sheet {
    let unit = answer.metric.unit;
    let measure = format!("difference, {}", unit.of_differences());
    let columns = [
        "comparison",
        "n",
        &measure,
        "95 % interval",
        "p",
        "Holm's p",
        "wins/ties/losses",
        "P(A > B)",
        "verdict",
    ];
    let row = |c: &Comparison| {
        let paired = &c.paired;
        let p = |p: Option<f64>| p.map(|p| format!("{p:.4}")).unwrap_or_default();
        let tally = paired.tally;
        let mut cells = c.setting.clone();
        cells.extend([
            format!("{} − {}", c.a, c.b),
            paired.pairs.to_string(),
            told(c, answer).map(|mean| difference(mean, unit)).unwrap_or_default(),
            between(told(c, answer).and(paired.interval), |end| difference(end, unit)),
            p(paired.test.map(|test| test.p)),
            p(c.corrected),
            format!("{}/{}/{}", tally.wins, tally.ties, tally.losses),
            paired
                .superiority
                .map(|share| {
                    format!(
                        "{share:.2} {}",
                        between(paired.superiority_interval, |end| format!("{end:.2}"))
                    )
                })
                .unwrap_or_default(),
            said(c),
        ]);
        cells
    };
    Sheet {
        columns: answer.others.iter().cloned().chain(columns.map(str::to_owned)).collect(),
        rows: answer.comparisons.iter().map(row).collect(),
    }
}

/// What one must know to read the tables, as far as it applies.
pub(in crate::report) fn notes(answer: &Answer) -> Vec<String> {
    let unit = answer.metric.unit;
    let count = family(answer);
    let margins = answer.comparisons.iter().map(|c| c.margin);
    let (low, high) =
        margins.fold((f64::INFINITY, 0.0_f64), |(low, high), m| (low.min(m), high.max(m)));
    let margin = match (figure(Some(low), unit), figure(Some(high), unit)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low}–{high}"),
    };
    let comparisons = counted(count, "comparison", "comparisons");
    let mut notes = vec![format!(
        "{comparisons}, paired by replicate; differences up to {margin} {} do not matter; {}",
        unit.of_differences(),
        if answer.metric.higher_is_better() { "more is better" } else { "less is better" }
    )];
    let pairs = answer.comparisons.iter().map(|c| c.paired.pairs);
    if let Some(fewest) = pairs.filter(|&pairs| pairs > 0).min() {
        let floor = sign_test(fewest, 0).p;
        notes.push(format!(
            "p: two-sided sign-flip permutation test, exact up to {EXACT_UP_TO} pairs, else by {SAMPLED_FLIPS} random flips; {} none below {floor:.4}",
            counted(fewest, "pair allows", "pairs allow")
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

/// What a median of times to a target counts.
pub(in crate::report) const MEDIAN_OF_TIMES: &str = "medians of times are by Kaplan and Meier: a trial that ended before it got there, or diverged, counts as taking longer; “>” where more than half did";

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
        notes
            .push(format!("{pairs} left out: a side failed, has not ended, or has no such figure"));
    }
    notes
}
