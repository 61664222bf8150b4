//! Comparison of two conditions, replicate by replicate.
//!
//! Both trainings of a pair start with the same random numbers, so that the variation that they share
//! cancels in the difference.

use std::cmp::Ordering;

use super::describe::{mean, standard_deviation};
use super::proportion::wilson_interval;
use super::signs::{Test, sign_flip_test, sign_test};
use super::student::{Interval, t_interval};

/// The score of one training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Score {
    /// A finite number.
    Value(f64),
    /// A time that is only known to be longer than this.
    Beyond(f64),
    /// The training diverged: worse than any that was completed.
    Diverged,
}

/// The better one of a pair, A or B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Winner {
    A,
    B,
    Neither,
}

/// Numbers of pairs that A won, that neither won, and that A lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Pairs in which A was better.
    pub wins: usize,
    /// Pairs with equal scores, both diverged, or unknown.
    pub ties: usize,
    /// Pairs in which B was better.
    pub losses: usize,
}

/// The statistics of all pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedComparison {
    /// Number of pairs that were compared, including those with a diverged side.
    pub pairs: usize,
    /// `A − B` of the pairs in which both sides have a value: the following three fields are of these.
    pub differences: Vec<f64>,
    /// The mean of the differences.
    pub mean: Option<f64>,
    /// The sample standard deviation of the differences.
    pub std: Option<f64>,
    /// The confidence interval of the mean difference by Student's t.
    pub interval: Option<Interval>,
    /// Wins, ties and losses over all pairs.
    pub tally: Tally,
    /// P(A > B): the share of all pairs that A won, a tie as half a win (Bouthillier et al. 2021).
    pub superiority: Option<f64>,
    /// Its confidence interval, by Wilson's score.
    pub superiority_interval: Option<Interval>,
    /// The sign-flip test of the differences if every pair has one. Else the sign test of wins and
    /// losses: a mean over only the surviving pairs would be too good for the side that diverges.
    pub test: Option<Test>,
    /// Whether A is better where the difference is positive.
    pub higher_is_better: bool,
}

impl PairedComparison {
    /// Whether every pair has a difference.
    pub fn is_complete(&self) -> bool {
        self.differences.len() == self.pairs
    }
}

/// Compares A with B over `(A, B)` pairs with this confidence level; `draw` gives uniform whole numbers below
/// its argument, for random sign flips where there are too many pairs for all of them.
pub fn compare_pairs(
    pairs: &[(Score, Score)],
    higher_is_better: bool,
    confidence: f64,
    draw: impl FnMut(usize) -> usize,
) -> PairedComparison {
    let both = |pair: &(Score, Score)| match *pair {
        (Score::Value(a), Score::Value(b)) => Some(a - b),
        _ => None,
    };
    let differences: Vec<f64> = pairs.iter().filter_map(both).collect();
    let tally = tally(pairs, higher_is_better);
    let successes = tally.wins as f64 + tally.ties as f64 / 2.0;
    let test = if differences.len() == pairs.len() {
        sign_flip_test(&differences, draw)
    } else {
        Some(sign_test(tally.wins, tally.losses))
    };
    PairedComparison {
        pairs: pairs.len(),
        mean: mean(&differences),
        std: standard_deviation(&differences),
        interval: t_interval(&differences, confidence),
        tally,
        superiority: (!pairs.is_empty()).then(|| successes / pairs.len() as f64),
        superiority_interval: wilson_interval(successes, pairs.len(), confidence),
        test,
        higher_is_better,
        differences,
    }
}

fn tally(pairs: &[(Score, Score)], higher_is_better: bool) -> Tally {
    let mut tally = Tally::default();
    for &(a, b) in pairs {
        match winner(a, b, higher_is_better) {
            Winner::A => tally.wins += 1,
            Winner::B => tally.losses += 1,
            Winner::Neither => tally.ties += 1,
        }
    }
    tally
}

fn winner(a: Score, b: Score, higher_is_better: bool) -> Winner {
    use Score::{Beyond, Diverged, Value};
    match (a, b) {
        (Value(a), Value(b)) => match a.total_cmp(&b) {
            Ordering::Equal => Winner::Neither,
            order if order.is_gt() == higher_is_better => Winner::A,
            _ => Winner::B,
        },
        (Diverged, Diverged) => Winner::Neither,
        (_, Diverged) => Winner::A,
        (Diverged, _) => Winner::B,
        (Value(a), Beyond(b)) if a <= b => Winner::A,
        (Beyond(a), Value(b)) if b <= a => Winner::B,
        // It is unknown which would have been faster.
        _ => Winner::Neither,
    }
}

#[cfg(test)]
mod tests {
    use super::Score::{Beyond, Diverged, Value};
    use super::*;
    use crate::stats::TestKind;

    fn compare(pairs: &[(Score, Score)], higher_is_better: bool) -> PairedComparison {
        compare_pairs(pairs, higher_is_better, 0.95, |_| unreachable!("few pairs"))
    }

    #[test]
    fn a_diverged_side_loses_its_pair_and_is_never_dropped() {
        let pairs = [
            (Value(0.9), Value(0.8)),
            (Value(0.7), Diverged),
            (Diverged, Value(0.1)),
            (Diverged, Diverged),
            (Value(0.9), Diverged),
        ];
        let compared = compare(&pairs, true);
        let tally = Tally { wins: 3, ties: 1, losses: 1 };
        assert_eq!((compared.pairs, compared.tally), (5, tally));
        assert_eq!(compared.superiority, Some(0.7));
        assert_eq!(compared.differences.len(), 1, "of the one pair that was completed");
        assert_eq!(compared.test.map(|test| test.kind), Some(TestKind::Sign));
    }

    #[test]
    fn a_time_that_was_not_waited_for_loses_only_against_what_came_before_its_end() {
        let pairs = [
            (Value(3.0), Beyond(5.0)),
            (Beyond(5.0), Value(5.0)),
            (Value(7.0), Beyond(5.0)),
            (Beyond(5.0), Beyond(9.0)),
            (Value(2.0), Value(4.0)),
            (Beyond(5.0), Diverged),
        ];
        let tally = Tally { wins: 3, ties: 2, losses: 1 };
        assert_eq!(compare(&pairs, false).tally, tally);
    }

    #[test]
    fn without_pairs_there_are_no_statistics() {
        let compared = compare(&[], true);
        assert_eq!((compared.mean, compared.superiority), (None, None));
        assert_eq!((compared.test, compared.superiority_interval), (None, None));
    }
}
