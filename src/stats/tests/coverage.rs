//! Checks the coverage of intervals and the error rate of verdicts by simulation of experiments with known truth.
//!
//! The test suite runs a short form, whose tolerances allow for chance; `make coverage` runs ten times as
//! many experiments and prints the table that `results/README.md` quotes.

use super::super::*;
use crate::seed::{Stream, Streams};

type Draw = fn(&mut Stream) -> f64;

/// The distributions of scores; each has mean 0 and standard deviation 1.
const POPULATIONS: [(&str, Draw); 3] = [
    ("normal", Stream::normal),
    ("uniform", |stream| stream.between(-1.0, 1.0) * 3.0_f64.sqrt()),
    // An exponential distribution: as skewed as the times to a target may be.
    ("skewed", |stream| -(1.0 - stream.uniform()).ln() - 1.0),
];

/// Number of bootstrap resamples.
const RESAMPLES: usize = 2000;

/// Shares of experiments, each with three conditions of which none is better.
struct Found {
    /// The t interval of a condition covers its mean.
    t: f64,
    /// The bootstrap interval of a condition covers its mean.
    bca: f64,
    /// The t interval of a mean difference covers 0.
    difference: f64,
    /// The verdict on one comparison alone is "better".
    better: f64,
    /// The verdict on at least one of three comparisons is "better", with Holm's correction.
    any_better: f64,
}

fn simulate(population: usize, n: usize, experiments: usize) -> Found {
    let (_, draw) = POPULATIONS[population];
    let mut stream = Streams::new(n as u64, population as u64).stream("coverage");
    let resamples = Resamples::draw(n, RESAMPLES, |bound| stream.below(bound));
    let mut counts = [0_usize; 5];
    for _ in 0..experiments {
        let scores: [Vec<f64>; 3] =
            std::array::from_fn(|_| (0..n).map(|_| draw(&mut stream)).collect());
        let compared = [(1, 0), (2, 0), (2, 1)].map(|(a, b)| compared(&scores[a], &scores[b]));
        let p = compared.each_ref().map(|c| c.test.map_or(1.0, |test| test.p));
        let mut corrected = holm(&p).into_iter().zip(&compared);
        let events = [
            holds(t_interval(&scores[0], 0.95)),
            holds(bca_interval(&scores[0], &resamples, 0.95)),
            holds(compared[0].interval),
            is_better(&compared[0], p[0]),
            corrected.any(|(p, compared)| is_better(compared, p)),
        ];
        for (count, happened) in counts.iter_mut().zip(events) {
            *count += usize::from(happened);
        }
    }
    let [t, bca, difference, better, any_better] =
        counts.map(|count| count as f64 / experiments as f64);
    Found { t, bca, difference, better, any_better }
}

fn holds(interval: Option<Interval>) -> bool {
    let interval = interval.expect("enough values");
    interval.low <= 0.0 && interval.high >= 0.0
}

fn compared(a: &[f64], b: &[f64]) -> PairedComparison {
    let pairs = a.iter().zip(b).map(|(a, b)| (Score::Value(*a), Score::Value(*b)));
    let pairs: Vec<(Score, Score)> = pairs.collect();
    compare_pairs(&pairs, true, 0.95, |_| unreachable!("few pairs"))
}

fn is_better(compared: &PairedComparison, corrected: f64) -> bool {
    matches!(verdict(compared, corrected, 0.1), Verdict::Better(_))
}

#[test]
fn t_intervals_hold_the_truth_19_times_of_20_and_no_effect_is_seldom_called_better() {
    // Of 2000, a share of 0.95 has a standard deviation of 0.005: three of them are allowed for chance.
    for n in [6, 10] {
        let found = simulate(0, n, 2000);
        assert!((0.935..=0.965).contains(&found.t), "n = {n}: {}", found.t);
        let difference = found.difference;
        assert!((0.935..=0.965).contains(&difference), "n = {n}: {difference}");
        assert!(found.better <= 0.065, "n = {n}: {}", found.better);
        assert!(found.any_better <= 0.065, "n = {n}: {}", found.any_better);
        assert!(found.bca < found.t, "the reason why t's is printed");
    }
}

#[test]
fn of_skewed_scores_too_no_effect_is_seldom_called_better() {
    let found = simulate(2, 10, 2000);
    assert!(found.better <= 0.065, "{}", found.better);
    assert!(found.any_better <= 0.065, "{}", found.any_better);
}

/// Prints the table, for `make coverage`.
#[test]
#[ignore = "takes a minute; `make coverage` prints its table"]
fn the_table_of_coverage() {
    let mut text =
        "| scores | n | t | BCa | t of differences | \"better\" | any of three |\n".to_owned();
    for (population, (name, _)) in POPULATIONS.iter().enumerate() {
        for n in [3, 6, 8, 10, 12] {
            let found = simulate(population, n, 20_000);
            let shares = [found.t, found.bca, found.difference, found.better, found.any_better];
            let cells = shares.map(|share| format!("{:.1} %", share * 100.0));
            text.push_str(&format!("| {name} | {n} | {} |\n", cells.join(" | ")));
            // Of 20 000, a share of 0.05 has a standard deviation of 0.0015: three of them are allowed for chance.
            assert!(found.better.max(found.any_better) <= 0.0546, "{text}");
        }
    }
    #[expect(clippy::print_stderr, reason = "a test run by hand, for its table")]
    {
        eprintln!("\n{text}");
    }
}
