//! Claims for programs: every column, every digit.

use super::settings::{Settings, line};
use super::{Entry, answer, test_name, verdict};
use crate::compare::claim::{Counts, Judged, Judgement, Leaning, Outcome, Ruling, Tested};
use crate::report::sheet::{Object, Sheet, json_text};
use crate::results::format::schema::CLAIM_COLUMNS;

/// A row for every comparison of every test of every claim.
pub fn csv(entries: &[Entry]) -> String {
    let rows = entries.iter().flat_map(rows);
    Sheet { columns: CLAIM_COLUMNS.map(str::to_owned).into(), rows: rows.collect() }.csv()
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
        ruling: ruling(entry.judgement.ruling()),
        verdict: verdict(&entry.judgement),
        effect: answer(&entry.judgement),
        figure: entry.figure.as_deref(),
        tests: tests(&entry.judgement),
        comparisons: sheet.objects(),
    });
    json_text(&File { version: 1, claims: claims.collect() })
}

/// What came of a test in all of its settings.
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

fn tests(judgement: &Judgement) -> Vec<OverSettings> {
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

/// What of [`CLAIM_COLUMNS`] is the same in all rows of a claim.
const OF_CLAIM: usize = 3;

fn sheet(entry: &Entry) -> Sheet {
    let own = |mut row: Vec<String>| row.split_off(OF_CLAIM);
    Sheet {
        columns: CLAIM_COLUMNS[OF_CLAIM..].iter().map(|&c| c.to_owned()).collect(),
        rows: rows(entry).into_iter().map(own).collect(),
    }
}

fn rows(entry: &Entry) -> Vec<Vec<String>> {
    let judgement = &entry.judgement;
    let tests = judgement.tests.iter().enumerate();
    let all = tests.flat_map(|(index, tested)| {
        tested.comparisons.iter().map(move |judged| (index, tested, judged))
    });
    let row = |(index, tested, judged): (usize, &Tested, &Judged)| {
        let mut cells = vec![
            entry.folder.clone(),
            judgement.claim.statement.clone(),
            ruling(judgement.ruling()).to_owned(),
            (index + 1).to_string(),
            test_name(tested, judgement.target),
        ];
        cells.extend(figures(tested, judged));
        cells
    };
    all.map(row).collect()
}

fn figures(tested: &Tested, judged: &Judged) -> Vec<String> {
    let comparison = &judged.comparison;
    let paired = &comparison.paired;
    let cell = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
    let tally = paired.tally;
    let [diverged_a, diverged_b] = comparison.diverged;
    let needed = comparison.needed.map(|n| n.to_string());
    let text = [
        super::effect::setting(tested, judged),
        tested.test.by.clone(),
        tested.test.metric.clone(),
        tested.metric.unit.name().to_owned(),
        comparison.a.clone(),
        comparison.b.clone(),
    ];
    let counts =
        [paired.pairs, paired.differences.len(), comparison.missing, diverged_a, diverged_b];
    let numbers = [
        judged.means.map(|[a, _]| a),
        judged.means.map(|[_, b]| b),
        paired.mean,
        paired.interval.map(|i| i.low),
        paired.interval.map(|i| i.high),
        paired.test.map(|test| test.p),
        comparison.corrected,
    ];
    let counts = counts.map(|count| count.to_string());
    let tally = [tally.wins, tally.ties, tally.losses].map(|count| count.to_string());
    let mut cells: Vec<String> = text.into();
    cells.extend(counts);
    cells.extend(numbers.map(cell));
    cells.extend(tally);
    cells.push(comparison.margin.to_string());
    cells.push(code(judged).to_owned());
    cells.push(needed.unwrap_or_default());
    let population = comparison.population.as_ref().map(|same| &same.paired);
    let interval = population.and_then(|paired| paired.interval);
    let population = [
        population.and_then(|paired| paired.mean),
        interval.map(|i| i.low),
        interval.map(|i| i.high),
    ];
    cells.extend(population.map(cell));
    cells
}

fn ruling(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Untested => "not tested",
        Ruling::Holds => "holds",
        Ruling::HoldsInSome => "holds in some",
        Ruling::Mixed => "mixed",
        Ruling::Opposite => "opposite",
        Ruling::NoMeaningfulDifference => "no meaningful difference",
        Ruling::Suggestive => "suggestive",
        Ruling::Inconclusive => "inconclusive",
    }
}

fn code(judged: &Judged) -> &'static str {
    match judged.outcome {
        Outcome::Supported => "supported",
        Outcome::Opposite => "opposite",
        Outcome::NoMeaningfulDifference => "no meaningful difference",
        Outcome::Suggestive(Leaning::For) => "suggests supported",
        Outcome::Suggestive(Leaning::Against) => "suggests opposite",
        Outcome::Suggestive(Leaning::NoDifference) => "suggests no meaningful difference",
        Outcome::Inconclusive => "inconclusive",
        Outcome::EffectOfEvaluation => "effect of evaluation",
    }
}
