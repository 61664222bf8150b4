//! The answer for programs: every column, every digit.

use crate::compare::{Answer, CONFIDENCE, Comparison, Description};
use crate::report::sheet::{Object, Sheet, json_text};
use crate::results::format::schema::{COMPARISON_COLUMNS, DESCRIPTION_COLUMNS};
use crate::stats::{Interval, TestKind, Verdict};

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
    [cell(interval.map(|i| i.low)), cell(interval.map(|i| i.high))]
}

fn descriptions(answer: &Answer) -> Sheet {
    let columns = answer.others.iter().chain([&answer.by]).cloned();
    let row = |d: &Description| {
        let mut cells = [&d.setting[..], std::slice::from_ref(&d.value)].concat();
        cells.extend([d.n, d.beyond, d.diverged, d.missing].map(|count| count.to_string()));
        cells.extend(
            [d.longest, d.mean, d.median, d.interquartile_mean, d.std, d.min, d.max].map(cell),
        );
        cells.extend([ends(d.t), ends(d.bca)].concat());
        cells
    };
    Sheet {
        columns: columns.chain(DESCRIPTION_COLUMNS.map(str::to_owned)).collect(),
        rows: answer.descriptions.iter().map(row).collect(),
    }
}

fn comparisons(answer: &Answer) -> Sheet {
    let columns = answer.others.iter().cloned();
    Sheet {
        columns: columns.chain(COMPARISON_COLUMNS.map(str::to_owned)).collect(),
        rows: answer.comparisons.iter().map(|c| comparison(answer, c)).collect(),
    }
}

fn comparison(answer: &Answer, comparison: &Comparison) -> Vec<String> {
    let paired = &comparison.paired;
    let tally = paired.tally;
    let mut cells = comparison.setting.clone();
    cells.extend(
        [answer.by.as_str(), answer.metric.name, &comparison.a, &comparison.b].map(str::to_owned),
    );
    let [diverged_a, diverged_b] = comparison.diverged;
    let counts =
        [paired.pairs, paired.differences.len(), comparison.missing, diverged_a, diverged_b];
    cells.extend(counts.map(|count| count.to_string()));
    cells.extend([cell(paired.mean), cell(paired.std)]);
    cells.extend(ends(paired.interval));
    cells.push(paired.test.map(|test| kind(test.kind)).unwrap_or_default().to_owned());
    cells.extend(
        [paired.test.map(|test| test.p), paired.test.map(|test| test.floor), comparison.corrected]
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
    cells.extend(under_population(comparison.population.as_deref()));
    cells
}

/// Mean difference, its interval and the verdict under the population's statistics.
fn under_population(comparison: Option<&Comparison>) -> [String; 4] {
    let Some(comparison) = comparison else {
        return Default::default();
    };
    let [low, high] = ends(comparison.paired.interval);
    let mean = cell(comparison.paired.mean);
    [mean, low, high, code(comparison.verdict).to_owned()]
}

fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::SignFlip => "sign flip",
        TestKind::SampledSignFlip => "sampled sign flip",
        TestKind::Sign => "sign",
    }
}

/// The verdict; `better` names the side.
fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better(_) => "better",
        Verdict::SuggestsBetter(_) => "suggests better",
        Verdict::NoMeaningfulDifference => "no meaningful difference",
        Verdict::SuggestsNoMeaningfulDifference => "suggests no meaningful difference",
        Verdict::Inconclusive => "inconclusive",
        Verdict::EffectOfEvaluation => "effect of evaluation",
    }
}

/// Comparisons that Holm's correction is for.
pub(super) fn family(answer: &Answer) -> usize {
    answer.comparisons.iter().filter(|c| c.corrected.is_some()).count()
}
