//! The verdict on a comparison, and the number of pairs that a decision needs.

use super::paired::PairedComparison;
use super::student::{Interval, t_critical};

/// The significance level: intervals have the confidence level `1 − SIGNIFICANCE`.
pub const SIGNIFICANCE: f64 = 0.05;

/// Below six pairs a verdict is at most suggestive: with five, the smallest two-sided p is 2/2⁵ = 0.0625.
pub const FEWEST_PAIRS: usize = 6;

/// Largest number of replicates that is considered.
const MOST_PAIRS: usize = 10_000;

/// One of two compared conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A in the differences `A − B`.
    A,
    /// B in the differences `A − B`.
    B,
}

/// The verdict on a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This side is better.
    Better(Side),
    /// It seems better, but there are fewer than [`FEWEST_PAIRS`] pairs, or the corrected p-value is too large.
    SuggestsBetter(Side),
    /// The interval is within the margin.
    NoMeaningfulDifference,
    /// The interval is within the margin, with fewer than [`FEWEST_PAIRS`] pairs.
    SuggestsNoMeaningfulDifference,
    /// The pairs do not decide.
    Inconclusive,
    /// With other statistics in the norm layers the same networks give another result; a test of pairs alone
    /// never gives this verdict, since it needs both evaluations.
    EffectOfEvaluation,
}

/// The verdict on a comparison, where differences up to `margin` do not matter and `corrected` is its
/// p-value after the correction for all comparisons that were made.
///
/// - If every pair has a difference: an interval within `± margin` means no meaningful difference;
///   one that excludes 0 makes a side better; any other is inconclusive.
/// - If some have none, a side diverged or did not reach the target, and wins and losses decide: the sign test
///   at [`SIGNIFICANCE`], or, with fewer than [`FEWEST_PAIRS`] pairs, that one side won them all.
///
/// The favoured side is better if `corrected ≤` [`SIGNIFICANCE`]. So the probability of a wrong
/// "better" is at most that, over all comparisons together, without assuming a normal distribution.
pub fn verdict(comparison: &PairedComparison, corrected: f64, margin: f64) -> Verdict {
    let is_enough = comparison.pairs >= FEWEST_PAIRS;
    let within = |interval: Interval| -margin <= interval.low && interval.high <= margin;
    let interval = comparison.interval.filter(|_| comparison.is_complete());
    if interval.is_some_and(within) {
        return if is_enough {
            Verdict::NoMeaningfulDifference
        } else {
            Verdict::SuggestsNoMeaningfulDifference
        };
    }
    let leaning = if comparison.is_complete() {
        interval.and_then(|interval| side_of(interval, comparison.higher_is_better))
    } else {
        winning_side(comparison)
    };
    match leaning {
        Some(side) if is_enough && corrected <= SIGNIFICANCE => Verdict::Better(side),
        Some(side) => Verdict::SuggestsBetter(side),
        None => Verdict::Inconclusive,
    }
}

fn side_of(interval: Interval, higher_is_better: bool) -> Option<Side> {
    let is_above = interval.low > 0.0;
    let leaves_out_0 = is_above || interval.high < 0.0;
    let better = if is_above == higher_is_better { Side::A } else { Side::B };
    leaves_out_0.then_some(better)
}

fn winning_side(comparison: &PairedComparison) -> Option<Side> {
    let tally = comparison.tally;
    let is_sure = comparison.test.is_some_and(|test| test.p <= SIGNIFICANCE);
    let won_all = tally.wins.max(tally.losses) == comparison.pairs && comparison.pairs > 1;
    let side = if tally.wins > tally.losses { Side::A } else { Side::B };
    (is_sure || won_all).then_some(side)
}

/// The number of pairs that would decide, if their differences have this deviation; `None` where it is more
/// than ten thousand, or the margin is 0.
///
/// The smallest n with `t(n − 1) s / √n ≤ margin / 2`. An interval of that length either excludes 0 or is
/// within the margin, wherever its centre is.
pub fn pairs_for_decision(std: f64, margin: f64) -> Option<usize> {
    let is_enough = |n: usize| {
        let t = t_critical(1.0 - SIGNIFICANCE, n - 1);
        t.is_some_and(|t| t * std / (n as f64).sqrt() <= margin / 2.0)
    };
    let can_be_told = margin > 0.0 && std.is_finite() && is_enough(MOST_PAIRS);
    if !can_be_told {
        return None;
    }
    let (mut too_few, mut enough) = (1, MOST_PAIRS);
    while enough - too_few > 1 {
        let middle = usize::midpoint(too_few, enough);
        if is_enough(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough)
}

/// The least number of pairs for which the smallest possible p-value of this many comparisons, corrected, is
/// significant: the smallest n with `comparisons · 2/2ⁿ ≤` [`SIGNIFICANCE`].
pub fn pairs_for_correction(comparisons: usize) -> usize {
    let needed = (2.0 * comparisons.max(1) as f64 / SIGNIFICANCE).log2().ceil();
    (needed as usize).max(FEWEST_PAIRS)
}

#[cfg(test)]
mod tests {
    use super::super::{Score, compare_pairs};
    use super::*;

    fn judged(differences: &[f64], comparisons: f64, margin: f64) -> Verdict {
        let pairs: Vec<(Score, Score)> =
            differences.iter().map(|d| (Score::Value(*d), Score::Value(0.0))).collect();
        of(&pairs, comparisons, margin)
    }

    fn of(pairs: &[(Score, Score)], comparisons: f64, margin: f64) -> Verdict {
        let compared = compare_pairs(pairs, true, 0.95, |_| unreachable!("few pairs"));
        let p = compared.test.map_or(1.0, |test| test.p);
        verdict(&compared, (p * comparisons).min(1.0), margin)
    }

    const GAIN: [f64; 8] = [0.5, 0.6, 0.4, 0.55, 0.45, 0.5, 0.52, 0.48];

    #[test]
    fn a_clear_gain_is_better_with_six_pairs_and_suggestive_with_five() {
        assert_eq!(judged(&GAIN[..6], 1.0, 0.2), Verdict::Better(Side::A));
        assert_eq!(judged(&GAIN[..5], 1.0, 0.2), Verdict::SuggestsBetter(Side::A));
        let losses = GAIN.map(|gain| -gain);
        assert_eq!(judged(&losses, 1.0, 0.2), Verdict::Better(Side::B));
    }

    #[test]
    fn many_comparisons_need_more_pairs() {
        assert_eq!(judged(&GAIN[..6], 3.0, 0.2), Verdict::SuggestsBetter(Side::A));
        assert_eq!(judged(&GAIN, 3.0, 0.2), Verdict::Better(Side::A));
        let needed: Vec<usize> = [0, 1, 2, 3, 12, 300].map(pairs_for_correction).into();
        assert_eq!(needed, [6, 6, 7, 7, 9, 14]);
    }

    #[test]
    fn an_interval_within_the_margin_is_no_meaningful_difference_even_beside_0() {
        assert_eq!(judged(&GAIN, 1.0, 0.6), Verdict::NoMeaningfulDifference);
        assert_eq!(judged(&[0.0; 6], 1.0, 0.0), Verdict::NoMeaningfulDifference);
        let few = judged(&[0.01, -0.01, 0.0], 1.0, 0.2);
        assert_eq!(few, Verdict::SuggestsNoMeaningfulDifference);
    }

    #[test]
    fn a_wide_interval_is_inconclusive_and_so_is_a_single_pair() {
        let wide = [0.5, -0.6, 0.4, -0.2, 0.9, -0.3];
        assert_eq!(judged(&wide, 1.0, 0.2), Verdict::Inconclusive);
        assert_eq!(judged(&[0.5], 1.0, 0.2), Verdict::Inconclusive);
        assert_eq!(judged(&[], 1.0, 0.2), Verdict::Inconclusive);
    }

    #[test]
    fn where_a_side_diverged_wins_decide_and_nothing_is_within_a_margin() {
        use Score::{Diverged, Value};
        let won = (Value(0.9), Diverged);
        assert_eq!(of(&[won; 6], 1.0, 0.2), Verdict::Better(Side::A));
        assert_eq!(of(&[won; 3], 1.0, 0.2), Verdict::SuggestsBetter(Side::A));
        assert_eq!(of(&[won; 1], 1.0, 0.2), Verdict::Inconclusive);
        let equal = (Value(0.9), Value(0.9));
        let mixed = [won, equal, equal, equal, equal, equal];
        assert_eq!(of(&mixed, 1.0, 0.2), Verdict::Inconclusive);
        assert_eq!(of(&[(Diverged, Diverged); 6], 1.0, 0.2), Verdict::Inconclusive);
    }

    #[test]
    fn the_estimated_number_of_pairs_suffices() {
        let n = pairs_for_decision(0.3, 0.2).expect("some number");
        let half = |n: usize| t_critical(0.95, n - 1).map(|t| t * 0.3 / (n as f64).sqrt());
        assert!(half(n) <= Some(0.1) && half(n - 1) > Some(0.1), "{n}");
        assert_eq!(n, 38);
        assert_eq!(pairs_for_decision(0.0, 0.2), Some(2));
        assert_eq!(pairs_for_decision(0.3, 0.0), None);
        assert_eq!(pairs_for_decision(300.0, 0.2), None);
    }
}
