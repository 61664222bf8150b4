//! Theoretical properties, tested on random cases from a seeded stream.

use super::*;
use crate::seed::{Stream, Streams};

/// A batch of 1 to 33 rows with an odd number of features, 1 to 9, each with its own mean and
/// spread.
struct Drawn {
    x: Vec<f64>,
    upstream: Vec<f64>,
    batch: usize,
    features: usize,
}

impl Drawn {
    fn new(stream: &mut Stream) -> Self {
        let (batch, features) = (1 + stream.below(33), 1 + 2 * stream.below(5));
        let columns: Vec<(f64, f64)> =
            (0..features).map(|_| (stream.between(-2.0, 2.0), stream.between(0.5, 2.0))).collect();
        let count = batch * features;
        Self {
            x: (0..count)
                .map(|i| columns[i % features])
                .map(|(mean, spread)| mean + spread * stream.normal())
                .collect(),
            upstream: (0..count).map(|_| stream.normal()).collect(),
            batch,
            features,
        }
    }

    fn tensor(&self, values: &[f64]) -> Tensor<2> {
        tensor(values, [self.batch, self.features], true)
    }

    fn train(&self, settings: NormSettings, x: &[f64]) -> Trained {
        let (gamma, beta) = (vec![1.0; self.features], vec![0.0; self.features]);
        let layer = layer(settings, &gamma, &beta, true);
        train(&layer, self.tensor(x), self.tensor(&self.upstream), 1)
    }

    /// The feature's values in `all`.
    fn column(&self, all: &[f64], feature: usize) -> Vec<f64> {
        all.iter().skip(feature).step_by(self.features).copied().collect()
    }
}

fn each_of_40(name: &str, mut check: impl FnMut(Drawn, &mut Stream)) {
    let mut stream = Streams::shared(2015).stream(name);
    for _ in 0..40 {
        let drawn = Drawn::new(&mut stream);
        check(drawn, &mut stream);
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_scale_of_the_input_changes_no_output_and_divides_the_gradient() {
    // Ioffe & Szegedy 2015, section 3.3, up to ε, which is made negligible here.
    let settings = batch_norm(1e-14);
    each_of_40("scale", |drawn, stream| {
        let a = stream.between(0.01, 100.0);
        let scaled: Vec<f64> = drawn.x.iter().map(|x| a * x).collect();
        let plain = drawn.train(settings, &drawn.x);
        let large = drawn.train(settings, &scaled);
        if drawn.batch > 2 {
            assert_close("y", &large.y, &plain.y, 1e-6);
            let multiplied: Vec<f64> = large.grad_x.iter().map(|g| a * g).collect();
            assert_close("gradient", &multiplied, &plain.grad_x, 1e-6);
        }
    });
}

#[test]
fn a_bias_before_the_layer_changes_nothing_and_gets_no_gradient() {
    // Ioffe & Szegedy 2015, section 3.2: "the bias b can be ignored".
    each_of_40("bias", |drawn, stream| {
        let bias = stream.between(-5.0, 5.0);
        let shifted: Vec<f64> = drawn.x.iter().map(|x| x + bias).collect();
        let plain = drawn.train(batch_norm(1e-3), &drawn.x);
        let moved = drawn.train(batch_norm(1e-3), &shifted);
        assert_close("y", &moved.y, &plain.y, 1e-9);
        for feature in 0..drawn.features {
            let sum = mean(&drawn.column(&plain.grad_x, feature));
            assert!(sum.abs() < 1e-9, "{sum}");
        }
    });
}

#[test]
fn normalised_features_have_mean_0_and_variance_1_and_stay_within_the_root_of_m_minus_1() {
    let epsilon = 1e-3;
    each_of_40("moments", |drawn, _| {
        let y = drawn.train(batch_norm(epsilon), &drawn.x).y;
        for feature in 0..drawn.features {
            let (before, after) = (drawn.column(&drawn.x, feature), drawn.column(&y, feature));
            let centre = mean(&before);
            let variance = mean(&before.iter().map(|x| (x - centre).powi(2)).collect::<Vec<_>>());
            assert!(mean(&after).abs() < 1e-9, "{after:?}");
            let squares = mean(&after.iter().map(|y| y * y).collect::<Vec<_>>());
            // ε reduces it slightly.
            let expected = variance / (variance + epsilon);
            assert!((squares - expected).abs() < 1e-9, "{squares} ≠ {expected}");
            let bound = ((drawn.batch - 1) as f64).sqrt();
            assert!(after.iter().all(|y| y.abs() <= bound + 1e-9), "{after:?}");
        }
    });
}

#[test]
fn an_outlier_among_equal_values_attains_the_root_of_m_minus_1() {
    let layer = layer(batch_norm(1e-12), &[1.0], &[0.0], false);
    let x = tensor(&[100.0, 0.0, 0.0, 0.0, 0.0], [5, 1], false);
    let (y, _) = layer.forward(x, Statistics::Training { step: 1 });
    assert_close("y", &numbers(&y), &[2.0, -0.5, -0.5, -0.5, -0.5], 1e-5);
}

#[test]
fn a_batch_of_one_gives_beta_and_no_gradient() {
    for settings in [batch_norm(1e-3), ghost_norm(1), ghost_norm(8)] {
        let layer = layer(settings, &[2.0, 3.0], &[0.5, -0.5], false);
        let row = |values: [f64; 2]| tensor(&values, [1, 2], false);
        let trained = train(&layer, row([4.0, -9.0]), row([1.0, 1.0]), 1);
        assert_eq!(trained.y, [0.5, -0.5]);
        assert_eq!(trained.grad_x, [0.0, 0.0]);
        assert_eq!(trained.grad_gamma.as_deref(), Some(&[0.0, 0.0][..]));
        assert_eq!(trained.grad_beta.as_deref(), Some(&[1.0, 1.0][..]));
    }
}

#[test]
fn renormalisation_without_limits_is_evaluation_and_with_closed_ones_batch_normalisation() {
    each_of_40("renorm", |drawn, _| {
        let open = with_method(NormKind::Renorm(Renorm { r_min: 1e-9, ..renorm(1e9, 1e9) }));
        let y = drawn.train(open, &drawn.x).y;
        // The averages still have mean 0 and variance 1.
        let expected: Vec<f64> = drawn.x.iter().map(|x| x / 1.001_f64.sqrt()).collect();
        assert_close("open", &y, &expected, 1e-6);
        let closed = drawn.train(with_method(NormKind::Renorm(renorm(1.0, 0.0))), &drawn.x);
        let plain = drawn.train(batch_norm(1e-3), &drawn.x);
        assert_close("closed", &closed.y, &plain.y, 1e-12);
        assert_close("closed, gradient", &closed.grad_x, &plain.grad_x, 1e-12);
    });
}

#[test]
fn one_ghost_batch_is_the_batch_and_layer_norm_does_not_see_the_other_examples() {
    each_of_40("ghost", |drawn, _| {
        let plain = drawn.train(batch_norm(1e-3), &drawn.x);
        let ghost = drawn.train(ghost_norm(drawn.batch), &drawn.x);
        assert_close("y", &ghost.y, &plain.y, 1e-12);
        let alone = with_method(NormKind::Layer);
        let all = drawn.train(alone, &drawn.x).y;
        let features = drawn.features;
        let first = Drawn {
            x: drawn.x[..features].to_vec(),
            upstream: drawn.upstream[..features].to_vec(),
            batch: 1,
            features,
        };
        assert_close("first", &first.train(alone, &first.x).y, &all[..features], 1e-12);
    });
}
