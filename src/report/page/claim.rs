//! The answer where the experiment said beforehand what it tests.

use super::answer::{Statement, capitalised, remark};
use super::document::{Cell, Table, columns};
use super::words::Words;
use crate::compare::claim::{Judged, Judgement, Tested};
use crate::report::claims;
use crate::results::query::Expect;

/// The verdict on the claim and the effect of its headline; and one sentence on each other comparison.
pub(super) fn statement(judgement: &Judgement) -> Statement {
    let claimed = judgement.claim.statement.trim().trim_end_matches('.');
    let answer = Words::from(format!("“{claimed}”: "))
        .strong(claims::verdict(judgement))
        .plain(format!(". {}.", capitalised(&claims::answer(judgement))));
    let source = judgement.claim.source.as_ref();
    let source = source.map(|source| source.trim().trim_end_matches('.'));
    let source = source.map(|source| Words::from(format!("Claimed by {source}.")));
    let gaps = remark(&judgement.gaps);
    Statement { answer, others: gaps.into_iter().chain(source).collect() }
}

/// A row for each comparison of each test.
pub(super) fn tests(judgement: &Judgement) -> Table {
    let several = |tested: &Tested| tested.comparisons.len() > 1;
    let has_settings = judgement.tests.iter().any(several);
    let mut texts = vec!["test", "expected", "at", "outcome", "effect with 95 % interval"];
    texts.retain(|name| has_settings || *name != "at");
    let rows = judgement.tests.iter().flat_map(|tested| {
        let comparisons = tested.comparisons.iter();
        comparisons.map(move |judged| row(judgement, tested, judged, has_settings))
    });
    Table {
        caption: Words::new()
            .strong("Tests of the claim")
            .plain(". What must be so if it holds, and what came of it."),
        columns: columns(&texts, &["pairs for / tied / against", "Holm's p"]),
        rows: rows.collect(),
        notes: notes(judgement),
    }
}

/// How to read the table.
fn notes(judgement: &Judgement) -> Vec<Words> {
    let mut notes: Vec<Words> = vec![
            "Effects are those of the first value minus those of the second one, replicate by replicate (“×”: the first by the second), “–” where a side of a pair has no value. Pairs are for a test where they differ as it expects; where no difference is expected, those are counted in which the first value did better, tied and did worse. p is corrected for all comparisons of the claim."
                .into(),
    ];
    let mut tests = judgement.tests.iter();
    if tests.any(|tested| tested.test.expect == Expect::Same) {
        notes.push(
            "Where no difference is expected, it is the interval that supports: all of it lies within what does not matter. p speaks of a difference alone; a large one shows nothing."
                .into(),
        );
    }
    notes
}

fn row(judgement: &Judgement, tested: &Tested, judged: &Judged, has_settings: bool) -> Vec<Cell> {
    let mut cells = vec![
        Cell::of(claims::measured(tested, judgement.target)),
        Cell::of(claims::expected(&tested.test)),
    ];
    if has_settings {
        let setting = claims::spoken_setting(tested, judged);
        cells.push(Cell::of(if setting.is_empty() { "–" } else { &setting }));
    }
    cells.push(Cell::of(claims::outcome(judged)));
    cells.extend(numbers(tested, judged));
    cells
}

fn numbers(tested: &Tested, judged: &Judged) -> [Cell; 3] {
    let paired = &judged.comparison.paired;
    let [agree, tied, disagree] = tested.tally(judged);
    let effect = claims::signed(tested, judged);
    let corrected = judged.comparison.corrected;
    let p = corrected.map_or("–".to_owned(), |p| format!("{p:.4}"));
    [
        Cell::ordered(
            // An interval is read in one line.
            effect.map_or("–".to_owned(), |parts| parts.join(" ").replace(", ", ",\u{a0}")),
            paired.mean.filter(|_| paired.is_complete()),
        ),
        Cell::ordered(format!("{agree} / {tied} / {disagree}"), Some(agree as f64)),
        Cell::ordered(p, corrected),
    ]
}
