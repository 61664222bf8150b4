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
    let badge = |text: &str| Words::new().badge(text, comparison.verdict);
    match comparison.verdict {
        Verdict::Better(side) => badge(if side == Side::A { "better" } else { "worse" })
            .plain(format!(" (p = {p} after Holm's correction)")),
        Verdict::SuggestsBetter(_) => badge("suggestive only").plain(match needed {
            Some(needed) => format!("; at least {needed} pairs are needed"),
            None => format!(", since p = {p} after Holm's correction"),
        }),
        Verdict::NoMeaningfulDifference => {
            badge("no meaningful difference").plain(format!(", since up to {margin} do not matter"))
        }
        Verdict::SuggestsNoMeaningfulDifference => badge("probably no meaningful difference")
            .plain(format!(
                " (up to {margin}); at least {} pairs are needed to say so",
                needed.unwrap_or(FEWEST_PAIRS)
            )),
        Verdict::Inconclusive if comparison.paired.pairs == 0 => {
            badge("nothing can be said").plain(" without a pair")
        }
        Verdict::Inconclusive => {
            badge("inconclusive").plain(format!(" ({})", evidence(comparison)))
        }
        Verdict::EffectOfEvaluation => badge(EFFECT_OF_EVALUATION),
    }
}
