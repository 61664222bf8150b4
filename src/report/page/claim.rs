//! The answer where the experiment has a claim.

use super::answer::{Statement, remark};
use super::document::{Cell, Table};
use super::words::Words;
use crate::compare::claim::{ClaimComparison, ClaimResult, Tested};
use crate::report::claims;
use crate::report::sheet::Columns;
use crate::results::query::Expect;
use crate::units::capitalised;
use crate::wording::numbers::{optional, p_value};

/// The verdict on the claim and the effect of its headline; and one sentence on each other comparison.
pub(super) fn statement(judgement: &ClaimResult) -> Statement {
    let claimed = judgement.claim.statement.trim().trim_end_matches('.');
    let answer = Words::from(format!("“{claimed}”: "))
        .and(verdict(judgement))
        .plain(format!(" {}.", capitalised(&claims::answer(judgement))));
    let source = judgement.claim.source.as_ref();
    let source = source.map(|source| source.trim().trim_end_matches('.'));
    let source = source.map(|source| Words::from(format!("Claimed by {source}.")));
    let gaps = remark(&judgement.gaps);
    Statement { answer, others: gaps.into_iter().chain(source).collect() }
}

/// The verdict on a claim as a badge, with its details and a full stop.
pub(super) fn verdict(judgement: &ClaimResult) -> Words {
    let [word, details] = claims::verdict_parts(judgement);
    Words::new().badge(word, judgement.ruling()).plain(format!("{details}."))
}

/// A comparison with its test.
type Row<'a> = (&'a Tested, &'a ClaimComparison);

/// A row for each comparison of each test.
pub(super) fn tests(judgement: &ClaimResult) -> Table {
    let all = judgement.tests.iter();
    let rows = all.flat_map(|tested| tested.comparisons.iter().map(move |judged| (tested, judged)));
    let rows: Vec<Row<'_>> = rows.collect();
    let mut columns = Columns::new()
        .column("test", |(tested, _): &Row<'_>| claims::measured(tested, judgement.target))
        .column("expected", |(tested, _)| claims::expected(&tested.test));
    if judgement.tests.iter().any(|tested| tested.comparisons.len() > 1) {
        columns = columns.column("at", |(tested, judged)| claims::spoken_setting(tested, judged));
    }
    let columns = columns
        .column("outcome", |(_, judged)| Cell::verdict(claims::outcome(judged), judged.outcome))
        .column("effect with 95 % interval", |(tested, judged)| {
            let paired = &judged.comparison.paired;
            // An interval must not be broken into two lines.
            let effect = optional(claims::signed(tested, judged), |parts| parts.join(" "));
            let mean = paired.mean.filter(|_| paired.is_complete());
            Cell::ordered(effect.replace(", ", ",\u{a0}"), mean)
        })
        .number("pairs for / tied / against", |(tested, judged)| {
            let counts = tested.tally(judged);
            let text = counts.map(|count| count.to_string()).join(" / ");
            Cell::ordered(text, Some(counts[0] as f64))
        })
        .number("Holm's p", |(_, judged)| {
            let p = judged.comparison.corrected;
            Cell::ordered(optional(p, p_value), p)
        });
    let caption = Words::new()
        .strong("Tests of the claim")
        .plain(". What must be so if it holds, and the outcome of each.");
    columns.table(caption, &rows, notes(judgement))
}

/// How to read the table.
fn notes(judgement: &ClaimResult) -> Vec<Words> {
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
