//! The words of a report on a part of an experiment, which no reader may take for one on all of it.

use super::words::Words;
use crate::results::query::Results;

/// The answer, behind the conditions that it is about; unchanged where the report is about all of them.
pub(super) fn named(results: &Results, answer: Words) -> Words {
    match results.scope_of_part() {
        Some(scope) => Words::new().plain(format!("In {scope}: ")).and(answer),
        None => answer,
    }
}

/// What else a reader must know: that tests are those of the whole experiment, and where its claim is judged.
pub(super) fn remarks(results: &Results) -> Vec<Words> {
    let Some(scope) = results.scope_of_part() else {
        return Vec::new();
    };
    let text = format!(
        "This report shows a part of the experiment, {scope}. Its p-values and verdicts are corrected for all comparisons of the whole experiment; what was varied, fixed and not tested is told of the whole experiment, too."
    );
    let claim = results.claim.as_ref().map(|_| {
        Words::marked("The claim of the experiment is about all of its conditions, and has no verdict here: `bn-lab claims` prints it.")
    });
    std::iter::once(Words::from(text)).chain(claim).collect()
}
