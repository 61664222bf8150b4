//! Claims as CSV and JSON: every column, every digit.

use super::effect::{setting, test_name};
use super::entries::Entry;
use super::settings::{Settings, answer, line};
use super::verdict::verdict;
use crate::compare::claim::{ClaimComparison, ClaimResult, Counts, Tested};
use crate::report::sheet::{Object, Sheet, digits, ends, json_text, program_columns};
use crate::results::format::schema::CLAIM_COLUMNS;

/// CSV with a row for every comparison of every test of every claim.
pub fn csv(entries: &[Entry]) -> String {
    let rows = entries.iter().flat_map(rows);
    Sheet { columns: program_columns(&[], &CLAIM_COLUMNS), rows: rows.collect() }.csv()
}

/// The claims, each with its comparisons, as a JSON object.
pub fn json(entries: &[Entry]) -> String {
    #[derive(serde::Serialize)]
    struct File<'a> {
        version: u32,
        claims: Vec<Claimed<'a>>,
    }
    #[derive(serde::Serialize)]
    struct Claimed<'a> {
        results: &'a str,
        statement: &'a str,
        source: Option<&'a str>,
        ruling: &'a str,
        verdict: String,
        effect: String,
        figure: Option<&'a str>,
        tests: Vec<OverSettings>,
        comparisons: Vec<Object<'a>>,
    }
    let sheets: Vec<Sheet> = entries.iter().map(sheet).collect();
    let claims = entries.iter().zip(&sheets).map(|(entry, sheet)| Claimed {
        results: &entry.folder,
        statement: &entry.judgement.claim.statement,
        source: entry.judgement.claim.source.as_deref(),
        ruling: entry.judgement.ruling().code(),
        verdict: verdict(&entry.judgement),
        effect: answer(&entry.judgement),
        figure: entry.figure.as_deref(),
        tests: tests(&entry.judgement),
        comparisons: sheet.objects(),
    });
    json_text(&File { version: 1, claims: claims.collect() })
}

/// The result of a test over all of its settings.
#[derive(serde::Serialize)]
struct OverSettings {
    test: usize,
    name: String,
    effect: String,
    settings: usize,
    as_expected: usize,
    opposite: usize,
    no_meaningful_difference: usize,
    effect_of_evaluation: usize,
    undecided: usize,
    difference_median: Option<f64>,
    difference_smallest: Option<f64>,
    difference_largest: Option<f64>,
}

fn tests(judgement: &ClaimResult) -> Vec<OverSettings> {
    let test = |(index, tested): (usize, &Tested)| {
        let counts = Counts::of(&tested.comparisons);
        let [smallest, median, largest] = match Settings::of(tested).spread() {
            Some(spread) => spread.map(Some),
            None => [None; 3],
        };
        OverSettings {
            test: index + 1,
            name: test_name(tested, judgement.target),
            effect: line(judgement, tested),
            settings: counts.all,
            as_expected: counts.supported,
            opposite: counts.opposite,
            no_meaningful_difference: counts.indifferent,
            effect_of_evaluation: counts.of_evaluation,
            undecided: counts.undecided(),
            difference_median: median,
            difference_smallest: smallest,
            difference_largest: largest,
        }
    };
    judgement.tests.iter().enumerate().map(test).collect()
}

/// Number of the first columns of [`CLAIM_COLUMNS`], which are the same in all rows of a claim.
const OF_CLAIM: usize = 3;

fn sheet(entry: &Entry) -> Sheet {
    let own = |mut row: Vec<String>| row.split_off(OF_CLAIM);
    Sheet {
        columns: program_columns(&[], &CLAIM_COLUMNS[OF_CLAIM..]),
        rows: rows(entry).into_iter().map(own).collect(),
    }
}

fn rows(entry: &Entry) -> Vec<Vec<String>> {
    let judgement = &entry.judgement;
    let tests = judgement.tests.iter().enumerate();
    let all = tests.flat_map(|(index, tested)| {
        tested.comparisons.iter().map(move |judged| (index, tested, judged))
    });
    let row = |(index, tested, judged): (usize, &Tested, &ClaimComparison)| {
        let mut cells = vec![
            entry.folder.clone(),
            judgement.claim.statement.clone(),
            judgement.ruling().code().to_owned(),
            (index + 1).to_string(),
            test_name(tested, judgement.target),
        ];
        cells.extend(numbers(tested, judged));
        cells
    };
    all.map(row).collect()
}

fn numbers(tested: &Tested, judged: &ClaimComparison) -> Vec<String> {
    let comparison = &judged.comparison;
    let (paired, tally) = (&comparison.paired, comparison.paired.tally);
    let [diverged_a, diverged_b] = comparison.diverged;
    let counts =
        [paired.pairs, paired.differences.len(), comparison.missing, diverged_a, diverged_b];
    let population = comparison.population.as_ref().map(|same| &same.paired);
    [
        &[setting(tested, judged)][..],
        &[&tested.test.by, &tested.test.metric].map(String::clone),
        &[tested.metric.unit.name(), &comparison.a, &comparison.b].map(str::to_owned),
        &counts.map(|count| count.to_string()),
        &[judged.means.map(|[a, _]| a), judged.means.map(|[_, b]| b), paired.mean].map(digits),
        &ends(paired.interval),
        &[paired.test.map(|test| test.p), comparison.corrected].map(digits),
        &[tally.wins, tally.ties, tally.losses].map(|count| count.to_string()),
        &[comparison.margin.to_string(), judged.outcome.code().to_owned()],
        &[digits(comparison.needed), digits(population.and_then(|paired| paired.mean))],
        &ends(population.and_then(|paired| paired.interval)),
    ]
    .concat()
}
