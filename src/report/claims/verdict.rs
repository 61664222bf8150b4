//! The verdict on a claim as one of few phrases.

use crate::compare::claim::{ClaimComparison, ClaimResult, ClaimVerdict};
use crate::results::query::Expect;
use crate::units::counted;
use crate::wording::numbers::of;
use crate::wording::verdicts::{EFFECT_OF_EVALUATION, evidence};

/// The verdict: "holds", "holds in k of n comparisons", "mixed: …", "does not hold: no meaningful difference", "the
/// opposite holds", "inconclusive …", or "not tested yet".
/// While trials are missing, it states so.
pub fn verdict(judgement: &ClaimResult) -> String {
    let lacking = match judgement.lacking() {
        _ if judgement.ruling() == ClaimVerdict::Untested => String::new(),
        [0, 0] => String::new(),
        [0, pairs] => format!(" (so far: {} missing)", counted(pairs, "pair is", "pairs are")),
        [comparisons, _] => {
            let all = judgement.comparisons().count();
            let all = counted(all, "comparison", "comparisons");
            let are = if comparisons == 1 { "is" } else { "are" };
            format!(" (so far: {comparisons} of {all} {are} not trained)")
        }
    };
    said(judgement) + &of_evaluation(judgement) + &lacking
}

/// The verdict in a word or two, and what [`verdict`] adds to it: `holds in part` and `: in 3 of 4 comparisons`.
pub fn verdict_parts(judgement: &ClaimResult) -> [String; 2] {
    let (word, whole) = (judgement.ruling().word(), verdict(judgement));
    let details = match whole.strip_prefix(word) {
        Some(rest) => rest.to_owned(),
        None => format!(": {}", whole.strip_prefix("holds ").unwrap_or(&whole)),
    };
    [word.to_owned(), details]
}

/// The number of comparisons that are as expected: `3 of 4`, `3 of 4 so far`.
pub fn as_expected(judgement: &ClaimResult) -> String {
    let counts = judgement.counts();
    let so_far = if judgement.lacking() == [0, 0] { "" } else { " so far" };
    format!("{}{so_far}", of(counts.supported, counts.all))
}

/// A note: `; in 1 of 3 comparisons an effect of how the network is evaluated`.
fn of_evaluation(judgement: &ClaimResult) -> String {
    let counts = judgement.counts();
    match counts.of_evaluation {
        0 => String::new(),
        count if count == counts.all => String::new(),
        count => format!("; in {count} of {} comparisons {EFFECT_OF_EVALUATION}", counts.all),
    }
}

fn said(judgement: &ClaimResult) -> String {
    let counts = judgement.counts();
    let all = counts.all;
    let of_all =
        |count: usize| format!("in {count} of {}", counted(all, "comparison", "comparisons"));
    match judgement.ruling() {
        ClaimVerdict::Untested => "not tested yet".to_owned(),
        ClaimVerdict::Holds => "holds".to_owned(),
        ClaimVerdict::Mixed => {
            let holds = of_all(counts.supported);
            format!("mixed: holds {holds}, the opposite in {}", counts.opposite)
        }
        ClaimVerdict::HoldsInSome => format!("holds {}", of_all(counts.supported)),
        ClaimVerdict::Opposite if counts.opposite < all => {
            format!("does not hold: the opposite {}", of_all(counts.opposite))
        }
        ClaimVerdict::Opposite if expects_none(judgement) => {
            "does not hold: there is a difference".to_owned()
        }
        ClaimVerdict::Opposite => "the opposite holds".to_owned(),
        ClaimVerdict::NoMeaningfulDifference if counts.indifferent < all => {
            let indifferent = of_all(counts.indifferent);
            format!("does not hold: no meaningful difference {indifferent}")
        }
        ClaimVerdict::NoMeaningfulDifference => {
            "does not hold: no meaningful difference".to_owned()
        }
        ClaimVerdict::Suggestive => format!("inconclusive{}", suggestion(judgement)),
        ClaimVerdict::Inconclusive if counts.of_evaluation == all => {
            EFFECT_OF_EVALUATION.to_owned()
        }
        ClaimVerdict::Inconclusive => format!("inconclusive{}", why_not(judgement)),
    }
}

fn expects_none(judgement: &ClaimResult) -> bool {
    let mut tests = judgement.tests.iter();
    tests.all(|tested| tested.test.expect == Expect::Same)
}

/// For a suggestive result: `: suggests that it holds (n = 3; 8 pairs needed)`.
fn suggestion(judgement: &ClaimResult) -> String {
    let counts = judgement.counts();
    let words =
        ["suggests that it holds", "suggests the opposite", "suggests no meaningful difference"];
    let whole = counts.suggestive.iter().position(|count| *count == counts.all);
    let Some(whole) = whole else {
        let some: usize = counts.suggestive.iter().sum();
        let all = counted(counts.all, "comparison", "comparisons");
        return format!(": suggestive in {some} of {all}");
    };
    let why = neediest(judgement)
        .map_or(String::new(), |judged| format!(" ({})", evidence(&judged.comparison)));
    format!(": {}{why}", words[whole])
}

/// The reason why a claim is undecided: ` (n = 6; 20 pairs needed)`.
fn why_not(judgement: &ClaimResult) -> String {
    let mut comparisons = judgement.comparisons();
    if comparisons.any(|judged| judged.beyond_grid > 0) {
        return " (both reach the end of the grid; extend it)".to_owned();
    }
    neediest(judgement)
        .map_or(String::new(), |judged| format!(" ({})", evidence(&judged.comparison)))
}

/// The comparison that needs the most replicates.
fn neediest(judgement: &ClaimResult) -> Option<&ClaimComparison> {
    let with_pairs = judgement.comparisons().filter(|j| j.comparison.paired.pairs > 0);
    // In a tie the first: the headline, where it is among them.
    with_pairs.reduce(|most, next| {
        let needed = |judged: &ClaimComparison| judged.comparison.needed.unwrap_or(0);
        if needed(next) > needed(most) { next } else { most }
    })
}
