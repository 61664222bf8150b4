//! The answer as tables: for people two of them and what one must know to read them; for programs
//! every column.

use super::describe::Description;
use super::{Answer, CONFIDENCE, Comparison};
use crate::record::schema::{COMPARISON_COLUMNS, DESCRIPTION_COLUMNS};
use crate::report::metric::Unit;
use crate::report::sheet::{Object, Sheet, json_text};
use crate::stats::{
    EXACT_UP_TO, FEWEST_PAIRS, Interval, SAMPLED_FLIPS, SIGNIFICANCE, TestKind, Verdict,
};

/// Aligned text.
pub fn table(answer: &Answer) -> String {
    let [descriptions, comparisons] = for_people(answer);
    let (title, notes) = (title(answer), notes(answer).join("\n"));
    format!(
        "{title}\n{}\n{}\n{notes}\n",
        descriptions.table(),
        comparisons.table()
    )
}

/// The same in Markdown.
pub fn markdown(answer: &Answer) -> String {
    let [descriptions, comparisons] = for_people(answer);
    let (title, notes) = (title(answer), notes(answer).join("\n\n"));
    format!(
        "{title}\n\n{}\n{}\n{notes}\n",
        descriptions.markdown(),
        comparisons.markdown()
    )
}

/// The comparisons as CSV.
pub fn csv(answer: &Answer) -> String {
    comparisons(answer).csv()
}

/// Everything as a JSON object.
pub fn json(answer: &Answer) -> String {
    #[derive(serde::Serialize)]
    struct File<'a> {
        version: u32,
        metric: &'a str,
        unit: &'a str,
        higher_is_better: bool,
        by: &'a str,
        confidence: f64,
        conditions: Vec<Object<'a>>,
        comparisons: Vec<Object<'a>>,
    }
    let (descriptions, comparisons) = (descriptions(answer), comparisons(answer));
    json_text(&File {
        version: 1,
        metric: answer.metric.name,
        unit: answer.metric.unit.name(),
        higher_is_better: answer.metric.higher_is_better(),
        by: &answer.by,
        confidence: CONFIDENCE,
        conditions: descriptions.objects(),
        comparisons: comparisons.objects(),
    })
}

fn cell(number: Option<f64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    [
        cell(interval.map(|i| i.low)),
        cell(interval.map(|i| i.high)),
    ]
}

fn descriptions(answer: &Answer) -> Sheet {
    let columns = answer.others.iter().chain([&answer.by]).cloned();
    let row = |d: &Description| {
        let mut cells = [&d.setting[..], std::slice::from_ref(&d.value)].concat();
        cells.extend([d.n, d.beyond, d.diverged, d.missing].map(|count| count.to_string()));
        cells.extend(
            [
                d.longest,
                d.mean,
                d.median,
                d.interquartile_mean,
                d.std,
                d.min,
                d.max,
            ]
            .map(cell),
        );
        cells.extend([ends(d.t), ends(d.bca)].concat());
        cells
    };
    Sheet {
        columns: columns
            .chain(DESCRIPTION_COLUMNS.map(str::to_owned))
            .collect(),
        rows: answer.descriptions.iter().map(row).collect(),
    }
}

fn comparisons(answer: &Answer) -> Sheet {
    let columns = answer.others.iter().cloned();
    Sheet {
        columns: columns
            .chain(COMPARISON_COLUMNS.map(str::to_owned))
            .collect(),
        rows: answer
            .comparisons
            .iter()
            .map(|c| comparison(answer, c))
            .collect(),
    }
}

fn comparison(answer: &Answer, comparison: &Comparison) -> Vec<String> {
    let paired = &comparison.paired;
    let tally = paired.tally;
    let mut cells = comparison.setting.clone();
    cells.extend(
        [
            answer.by.as_str(),
            answer.metric.name,
            &comparison.a,
            &comparison.b,
        ]
        .map(str::to_owned),
    );
    let [diverged_a, diverged_b] = comparison.diverged;
    let counts = [
        paired.pairs,
        paired.differences.len(),
        comparison.missing,
        diverged_a,
        diverged_b,
    ];
    cells.extend(counts.map(|count| count.to_string()));
    cells.extend([cell(paired.mean), cell(paired.std)]);
    cells.extend(ends(paired.interval));
    cells.push(
        paired
            .test
            .map(|test| kind(test.kind))
            .unwrap_or_default()
            .to_owned(),
    );
    cells.extend(
        [
            paired.test.map(|test| test.p),
            paired.test.map(|test| test.floor),
            comparison.corrected,
        ]
        .map(cell),
    );
    cells.push(family(answer).to_string());
    cells.extend([tally.wins, tally.ties, tally.losses].map(|count| count.to_string()));
    cells.push(cell(paired.superiority));
    cells.extend(ends(paired.superiority_interval));
    cells.push(comparison.margin.to_string());
    cells.push(code(comparison.verdict).to_owned());
    cells.push(comparison.better().unwrap_or_default().to_owned());
    cells.push(comparison.needed.map(|n| n.to_string()).unwrap_or_default());
    cells
}

fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::SignFlip => "sign flip",
        TestKind::SampledSignFlip => "sampled sign flip",
        TestKind::Sign => "sign",
    }
}

/// The verdict in files; `better` names the side.
fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better(_) => "better",
        Verdict::SuggestsBetter(_) => "suggests better",
        Verdict::NoMeaningfulDifference => "no meaningful difference",
        Verdict::SuggestsNoMeaningfulDifference => "suggests no meaningful difference",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// The verdict in words.
pub(super) fn said(comparison: &Comparison) -> String {
    let n = comparison.paired.pairs;
    let better = comparison.better().unwrap_or_default();
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
                format!("inconclusive (n = {n} cannot tell; about {needed} replicates would)")
            }
            None => format!("inconclusive (n = {n} cannot tell)"),
        },
    }
}

/// Comparisons that Holm's correction is for.
fn family(answer: &Answer) -> usize {
    answer
        .comparisons
        .iter()
        .filter(|c| c.corrected.is_some())
        .count()
}

/// `test_accuracy by norm.placement`
fn title(answer: &Answer) -> String {
    let metric = answer.metric.name;
    let target = if answer.metric.is_waited_for() {
        // Rounded, since 0.57 · 100 is 56.99999999999999.
        format!(" of {} %", (answer.target * 1e6).round() / 1e4)
    } else {
        String::new()
    };
    format!(
        "{metric}{target} by {} ({})",
        answer.by,
        answer.metric.unit.shown()
    )
}

/// A number in the unit that people read.
fn figure(number: Option<f64>, unit: Unit) -> String {
    number
        .map(|number| shown(number * unit.scale(), unit))
        .unwrap_or_default()
}

fn shown(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Steps => format!("{number:.0}"),
        Unit::Nats => format!("{number:.4}"),
        Unit::Seconds if number.abs() < 0.1 => format!("{number:.2e}"),
        _ => format!("{number:.2}"),
    }
}

fn difference(number: f64, unit: Unit) -> String {
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

fn people_on_conditions(answer: &Answer) -> Sheet {
    let unit = answer.metric.unit;
    let columns = [
        "n",
        "mean",
        "median",
        "IQM",
        "std",
        "min",
        "max",
        "95 % interval",
        "diverged",
    ];
    let row = |d: &Description| {
        let all = d.n + d.beyond + d.diverged;
        let mut cells = [&d.setting[..], std::slice::from_ref(&d.value)].concat();
        cells.push(all.to_string());
        cells.push(figure(d.mean, unit));
        cells.push(match (d.median, d.longest) {
            (None, Some(longest)) => format!("> {}", figure(Some(longest), unit)),
            (median, _) => figure(median, unit),
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
        columns: axes
            .chain(columns.into_iter().chain(reached).map(str::to_owned))
            .collect(),
        rows: answer.descriptions.iter().map(row).collect(),
    }
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
            paired
                .mean
                .map(|mean| difference(mean, unit))
                .unwrap_or_default(),
            between(paired.interval, |end| difference(end, unit)),
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
        columns: answer
            .others
            .iter()
            .cloned()
            .chain(columns.map(str::to_owned))
            .collect(),
        rows: answer.comparisons.iter().map(row).collect(),
    }
}

/// What one must know to read the tables, as far as it applies.
fn notes(answer: &Answer) -> Vec<String> {
    let unit = answer.metric.unit;
    let count = family(answer);
    let margins = answer.comparisons.iter().map(|c| c.margin);
    let (low, high) = margins.fold((f64::INFINITY, 0.0_f64), |(low, high), m| {
        (low.min(m), high.max(m))
    });
    let margin = match (figure(Some(low), unit), figure(Some(high), unit)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low} to {high}"),
    };
    let comparisons = if count == 1 {
        "1 comparison".to_owned()
    } else {
        format!("{count} comparisons")
    };
    let mut notes = vec![format!(
        "{comparisons}, paired by replicate; differences up to {margin} {} do not matter; {}",
        unit.of_differences(),
        if answer.metric.higher_is_better() {
            "more is better"
        } else {
            "less is better"
        }
    )];
    let floors = answer
        .comparisons
        .iter()
        .filter_map(|c| c.paired.test)
        .map(|test| test.floor);
    if let Some(floor) = floors.reduce(f64::max) {
        notes.push(format!(
            "p: two-sided sign-flip permutation test, exact up to {EXACT_UP_TO} pairs, else by {SAMPLED_FLIPS} random flips; so few pairs allow none below {floor:.4}"
        ));
    }
    notes.extend(exceptions(answer));
    notes
}

fn exceptions(answer: &Answer) -> Vec<String> {
    let comparisons = &answer.comparisons;
    let mut notes = Vec::new();
    let apart = comparisons
        .iter()
        .filter(|c| !c.paired.is_complete())
        .count();
    if apart > 0 {
        let (what, lacking): (&str, &str) = match answer.metric.is_waited_for() {
            true => ("diverged or did not reach the target", "reached it"),
            false => ("diverged", "were completed"),
        };
        notes.push(format!(
            "in {apart} of them a side {what}: it lost its pair, p is of the sign test of wins and losses, and mean and interval are over the pairs of which both sides {lacking}"
        ));
    }
    let missing: usize = comparisons.iter().map(|c| c.missing).sum();
    if missing > 0 {
        notes.push(format!(
            "{missing} pairs are left out: a side failed, has not ended, or has no such figure"
        ));
    }
    notes
}
