//! A comparison as CSV and JSON: every column, every digit.

use crate::compare::{Answer, CONFIDENCE, Comparison, Description};
use crate::report::sheet::{Object, Sheet, digits, ends, json_text, program_columns};
use crate::results::format::schema::{COMPARISON_COLUMNS, DESCRIPTION_COLUMNS};
use crate::stats::TestKind;
use crate::wording::verdicts::code;

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

fn descriptions(answer: &Answer) -> Sheet {
    let row = |d: &Description| {
        let counts = [d.n, d.beyond, d.diverged, d.missing].map(|count| count.to_string());
        let numbers = [d.longest, d.mean, d.median, d.interquartile_mean, d.std, d.min, d.max];
        let axes = [&d.setting[..], std::slice::from_ref(&d.value)].concat();
        [&axes[..], &counts, &numbers.map(digits), &ends(d.t), &ends(d.bca)].concat()
    };
    let axes = [&answer.others[..], std::slice::from_ref(&answer.by)].concat();
    Sheet {
        columns: program_columns(&axes, &DESCRIPTION_COLUMNS),
        rows: answer.descriptions.iter().map(row).collect(),
    }
}

fn comparisons(answer: &Answer) -> Sheet {
    Sheet {
        columns: program_columns(&answer.others, &COMPARISON_COLUMNS),
        rows: answer.comparisons.iter().map(|c| comparison(answer, c)).collect(),
    }
}

fn comparison(answer: &Answer, comparison: &Comparison) -> Vec<String> {
    let paired = &comparison.paired;
    let (tally, test) = (paired.tally, paired.test);
    let [diverged_a, diverged_b] = comparison.diverged;
    let sides = [&answer.by, answer.metric.name, &comparison.a, &comparison.b].map(str::to_owned);
    let counts =
        [paired.pairs, paired.differences.len(), comparison.missing, diverged_a, diverged_b];
    let kind = test.map(|test| kind(test.kind)).unwrap_or_default();
    let p = [test.map(|test| test.p), test.map(|test| test.floor), comparison.corrected];
    let population = comparison.population.as_deref();
    [
        &comparison.setting[..],
        &sides,
        &counts.map(|count| count.to_string()),
        &[paired.mean, paired.std].map(digits),
        &ends(paired.interval),
        &[kind.to_owned()],
        &p.map(digits),
        &[answer.family, tally.wins, tally.ties, tally.losses].map(|count| count.to_string()),
        &[digits(paired.superiority)],
        &ends(paired.superiority_interval),
        &[comparison.margin.to_string(), code(comparison.verdict).to_owned()],
        &[comparison.better().unwrap_or_default().to_owned(), digits(comparison.needed)],
        &[digits(population.and_then(|c| c.paired.mean))],
        &ends(population.and_then(|c| c.paired.interval)),
        &[population.map(|c| code(c.verdict)).unwrap_or_default().to_owned()],
    ]
    .concat()
}

fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::SignFlip => "sign flip",
        TestKind::SampledSignFlip => "sampled sign flip",
        TestKind::Sign => "sign",
    }
}
