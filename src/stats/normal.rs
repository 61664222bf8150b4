//! The standard normal distribution.

use std::f64::consts::TAU;

/// Beyond this, `1 − Φ` is below the distance between adjacent floating-point numbers at 1.
const FAR: f64 = 8.5;

/// `Φ(x) = P(Z ≤ x)`, accurate to 1e-15: `½ + φ(x) (x + x³/3 + x⁵/(3·5) + …)` (Marsaglia 2004,
/// "Evaluating the Normal Distribution").
pub(super) fn normal_cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.abs() > FAR {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / TAU.sqrt()
}

/// The `x` for which `Φ(x) = probability`, by bisection; infinite at 0 and 1.
pub(super) fn normal_quantile(probability: f64) -> f64 {
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (-FAR, FAR);
    // 60 bisections leave less than the distance between adjacent floating-point numbers.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
