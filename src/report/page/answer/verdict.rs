//! The verdict on a comparison in a report's words.

use crate::compare::Comparison;
use crate::compare::metric::Unit;
use crate::compare::population::EFFECT_OF_EVALUATION;
use crate::report::compare::figure;
use crate::report::page::material::counted;
use crate::report::page::words::Words;
use crate::stats::{FEWEST_PAIRS, Side, Verdict};
use crate::units;

/// What may be said of it.
pub(super) fn verdict(comparison: &Comparison, unit: Unit) -> Words {
    let pairs = counted(comparison.paired.pairs, "pair", "pairs");
    let margin = format!("{} {}", figure(Some(comparison.margin), unit), unit.of_differences());
    let p = comparison.corrected.map(|p| format!("{p:.4}")).unwrap_or_default();
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
        Verdict::Inconclusive => words.strong("inconclusive").plain(match needed {
            Some(needed) => format!("; {pairs} cannot tell, {} would", units::about(needed)),
            None => format!("; {pairs} cannot tell"),
        }),
        Verdict::EffectOfEvaluation => words.strong(EFFECT_OF_EVALUATION),
    }
}
