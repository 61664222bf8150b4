//! Compares every statistic with scipy's and numpy's (`tests/reference/stats_scipy.py`).

use serde::Deserialize;

use super::super::normal::{normal_cdf, normal_quantile};
use super::super::*;

/// Tolerance relative to each number.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Reference {
    confidence: f64,
    normal: Normal,
    samples: Vec<Sample>,
    signs: Vec<Signs>,
    holm: Vec<Family>,
    survival: Vec<Survival>,
    curves: Vec<Curve>,
}

#[derive(Deserialize)]
struct Normal {
    probability: Vec<f64>,
    quantile: Vec<f64>,
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    values: Vec<f64>,
    mean: f64,
    median: f64,
    interquartile_mean: f64,
    std: f64,
    t_interval: [f64; 2],
    resamples: Vec<usize>,
    bca_interval: [f64; 2],
}

#[derive(Deserialize)]
struct Signs {
    name: String,
    differences: Vec<f64>,
    sign_flip_p: f64,
    wins: usize,
    ties: usize,
    losses: usize,
    sign_p: f64,
    wilson_without_ties: [f64; 2],
}

#[derive(Deserialize)]
struct Family {
    p: Vec<f64>,
    corrected: Vec<f64>,
}

#[derive(Deserialize)]
struct Survival {
    name: String,
    reached: Vec<f64>,
    beyond: Vec<f64>,
    median: Option<f64>,
}

#[derive(Deserialize)]
struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
    mean_height: f64,
}

fn reference() -> Reference {
    let text = include_str!("../../../tests/reference/stats_scipy.json");
    serde_json::from_str(text).expect("a valid reference file")
}

fn same(what: &str, found: impl Into<Option<f64>>, expected: f64) {
    let found = found.into().expect(what);
    assert!(
        (found - expected).abs() <= TOLERANCE * expected.abs(),
        "{what}: {found} is not {expected}"
    );
}

fn same_interval(what: &str, found: Option<Interval>, expected: [f64; 2]) {
    same(what, found.map(|interval| interval.low), expected[0]);
    same(what, found.map(|interval| interval.high), expected[1]);
}

#[test]
fn samples_are_described_as_by_scipy() {
    let reference = reference();
    assert_eq!(reference.samples.len(), 7);
    for sample in &reference.samples {
        let (name, values) = (sample.name.as_str(), sample.values.as_slice());
        same(name, mean(values), sample.mean);
        same(name, median(values), sample.median);
        same(name, interquartile_mean(values), sample.interquartile_mean);
        same(name, standard_deviation(values), sample.std);
        let interval = t_interval(values, reference.confidence);
        same_interval(name, interval, sample.t_interval);
    }
}

#[test]
fn the_same_resamples_give_scipys_bca_interval() {
    let reference = reference();
    for sample in reference.samples {
        let resamples = Resamples::given(sample.values.len(), sample.resamples);
        let resamples = resamples.expect("resamples of this sample");
        let interval = bca_interval(&sample.values, &resamples, reference.confidence);
        same_interval(&sample.name, interval, sample.bca_interval);
    }
}

#[test]
fn the_normal_distribution_agrees_with_scipy() {
    let normal = reference().normal;
    for (probability, quantile) in normal.probability.iter().zip(&normal.quantile) {
        let found = normal_quantile(*probability);
        assert!((found - quantile).abs() < TOLERANCE, "{found} is not {quantile}");
        same("probability", normal_cdf(*quantile), *probability);
    }
    assert_eq!((normal_cdf(-9.0), normal_cdf(9.0)), (0.0, 1.0));
    assert!(normal_cdf(f64::NAN).is_nan());
}

#[test]
fn tests_of_signs_agree_with_scipy() {
    let reference = reference();
    assert_eq!(reference.signs.len(), 7);
    for case in &reference.signs {
        let pairs: Vec<(Score, Score)> =
            case.differences.iter().map(|d| (Score::Value(*d), Score::Value(0.0))).collect();
        let compared = compare_pairs(&pairs, true, reference.confidence, |_| unreachable!());
        let tally = compared.tally;
        let expected = (case.wins, case.ties, case.losses);
        assert_eq!((tally.wins, tally.ties, tally.losses), expected, "{}", case.name);
        same(&case.name, compared.test.map(|test| test.p), case.sign_flip_p);
        same(&case.name, sign_test(case.wins, case.losses).p, case.sign_p);
        let wilson = wilson_interval(case.wins as f64, case.wins + case.losses, 0.95);
        same_interval(&case.name, wilson, case.wilson_without_ties);
    }
}

#[test]
fn p_values_are_corrected_by_holms_method() {
    for family in reference().holm {
        for (found, expected) in holm(&family.p).into_iter().zip(family.corrected) {
            same("corrected p", found, expected);
        }
    }
}

#[test]
fn the_median_of_censored_times_is_that_of_scipys_survival_curve() {
    for case in reference().survival {
        let reached = case.reached.iter().map(|&at| Score::Value(at));
        let beyond = case.beyond.iter().map(|&at| Score::Beyond(at));
        let times: Vec<Score> = reached.chain(beyond).collect();
        assert_eq!(median_time(&times), case.median, "{}", case.name);
    }
}

#[test]
fn the_area_under_a_curve_is_numpys() {
    for curve in reference().curves {
        let points: Vec<(f64, f64)> = curve.x.into_iter().zip(curve.y).collect();
        same("mean height", mean_height(&points), curve.mean_height);
    }
}
