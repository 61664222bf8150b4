//! The answer where the experiment said beforehand what it tests.

use super::answer::{Statement, capitalised};
use super::document::{Cell, Table, columns};
use super::words::Words;
use crate::compare::claim::Judgement;
use crate::report::claims;

/// The verdict on the claim and the effect of its headline; and one sentence on each other comparison.
pub(super) fn statement(judgement: &Judgement) -> Statement {
    let claimed = judgement.claim.statement.trim().trim_end_matches('.');
    let answer = Words::from(format!("“{claimed}”: "))
        .strong(claims::verdict(judgement))
        .plain(format!(". {}.", capitalised(&claims::answer(judgement))));
    let source = judgement.claim.source.as_ref();
    Statement {
        answer,
        others: source
            .map(|source| Words::from(format!("Claimed by {source}. Every test of it, written down before the experiment ran, is in the table below.")))
            .into_iter()
            .collect(),
    }
}

/// A row for each comparison of each test.
pub(super) fn tests(judgement: &Judgement) -> Table {
    let mut rows = Vec::new();
    for tested in &judgement.tests {
        let name = claims::test_name(tested, judgement.target);
        let settings = tested.comparisons.len() > 1;
        for judged in &tested.comparisons {
            let setting = if settings {
                claims::setting(tested, judged)
            } else {
                String::new()
            };
            let paired = &judged.comparison.paired;
            let corrected = judged.comparison.corrected;
            rows.push(vec![
                Cell::of(name.clone()),
                Cell::of(if setting.is_empty() {
                    "–".to_owned()
                } else {
                    setting
                }),
                Cell::of(claims::outcome(judged)),
                Cell::of(capitalised(&claims::effect(
                    judgement,
                    &claims::alone(tested, judged),
                    judged,
                ))),
                Cell::of(paired.pairs.to_string()),
                Cell::ordered(
                    corrected.map_or("–".to_owned(), |p| format!("{p:.4}")),
                    corrected,
                ),
            ]);
        }
    }
    Table {
        caption: Words::new()
            .strong("Tests of the claim")
            .plain(". What must be so if it holds, and what came of it."),
        columns: [columns(
            &["test", "at", "outcome", "effect"],
            &["pairs", "Holm's p"],
        )]
        .concat(),
        rows,
        notes: vec![
            "Intervals in brackets are for 95 %; p is corrected for all comparisons of the claim."
                .into(),
        ],
    }
}
