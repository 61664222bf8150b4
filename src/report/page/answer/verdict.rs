//! The verdict on a comparison at the end of its sentence.

use crate::compare::Comparison;
use crate::compare::metric::Unit;
use crate::report::page::words::Words;
use crate::stats::{FEWEST_PAIRS, Side, Verdict};
use crate::wording::numbers::{optional, p_value, value};
use crate::wording::verdicts::{EFFECT_OF_EVALUATION, evidence};

/// The verdict with its reason.
pub(super) fn verdict(comparison: &Comparison, unit: Unit) -> Words {
    let margin = format!("{} {}", value(comparison.margin, unit), unit.of_differences());
    let p = optional(comparison.corrected, p_value);
    let needed = comparison.needed;
    let words = Words::new();
    match comparison.verdict {
        Verdict::Better(side) => words
            .strong(if side == Side::A { "better" } else { "worse" })
            .plain(format!(" (p = {p} after Holm's correction)")),
        Verdict::SuggestsBetter(_) => words.strong("suggestive only").plain(match needed {
            Some(needed) => format!("; at least {needed} pairs are needed"),
            None => format!(", since p = {p} after Holm's correction"),
        }),
        Verdict::NoMeaningfulDifference => words
            .strong("no meaningful difference")
            .plain(format!(", since up to {margin} do not matter")),
        Verdict::SuggestsNoMeaningfulDifference => {
            words.strong("probably no meaningful difference").plain(format!(
                " (up to {margin}); at least {} pairs are needed to say so",
                needed.unwrap_or(FEWEST_PAIRS)
            ))
        }
        Verdict::Inconclusive if comparison.paired.pairs == 0 => {
            words.strong("nothing can be said").plain(" without a pair")
        }
        Verdict::Inconclusive => {
            words.strong("inconclusive").plain(format!(" ({})", evidence(comparison)))
        }
        Verdict::EffectOfEvaluation => words.strong(EFFECT_OF_EVALUATION),
    }
}
