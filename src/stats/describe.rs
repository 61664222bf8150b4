//! Location and spread of a sample.

/// The arithmetic mean `x̄ = Σ xᵢ / n`; `None` for no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation `s = √(Σ (xᵢ − x̄)² / (n − 1))`, with Bessel's correction;
/// `None` for fewer than two values.
///
/// Two passes: the one-pass form `Σ x² − n x̄²` loses every digit when the spread is small beside
/// the mean (Chan, Golub & `LeVeque` 1983, "Algorithms for Computing the Sample Variance").
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The smallest value; `None` for no values.
pub fn minimum(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::min)
}

/// The largest value; `None` for no values.
pub fn maximum(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::max)
}

/// The middle value, or the mean of the two middle ones; `None` for no values.
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[sorted.len() / 2 - 1], upper))
}

/// The interquartile mean: the mean of the middle half of the sorted values, `None` for no values.
///
/// Half of the sample's weight counts, exactly: a quarter of n is cut off at either end, and a value
/// at the cut keeps the rest of its weight, so that six values have the weights 0, ½, 1, 1, ½, 0.
/// For n divisible by 4 that is `scipy.stats.trim_mean(x, 0.25)`, which Agarwal et al. (2021, rliable)
/// use; for other n theirs rounds the cut down, and at n = 3 would cut nothing.
pub fn interquartile_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (cut, n) = (values.len() as f64 / 4.0, values.len() as f64);
    // The value at `index` covers the interval from `index` to `index + 1`.
    let weight = |index: f64| ((index + 1.0).min(n - cut) - index.max(cut)).max(0.0);
    let weighted = sorted(values).into_iter().enumerate();
    let sum: f64 = weighted.map(|(i, value)| weight(i as f64) * value).sum();
    Some(sum / (n / 2.0))
}

/// The values in ascending order.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCURACIES: [f64; 5] = [0.9712, 0.9689, 0.9734, 0.9701, 0.9695];

    fn close(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("a value");
        assert!((actual - expected).abs() <= 1e-12 * expected.abs(), "{actual} is not {expected}");
    }

    // numpy 2: v = np.array([0.9712, 0.9689, 0.9734, 0.9701, 0.9695]); v.mean(), v.std(ddof=1)
    #[test]
    fn mean_and_standard_deviation_agree_with_numpy() {
        close(mean(&ACCURACIES), 0.970_619_999_999_999_9);
        close(standard_deviation(&ACCURACIES), 0.001_771_157_813_409_086);
    }

    // numpy 2: np.array([1e8 + 1, 1e8 + 2, 1e8 + 4]).std(ddof=1)
    #[test]
    fn a_small_spread_around_a_large_mean_keeps_its_digits() {
        let values = [1e8 + 1.0, 1e8 + 2.0, 1e8 + 4.0];
        close(standard_deviation(&values), 1.527_525_231_651_946_5);
    }

    #[test]
    fn the_extremes_are_found_in_any_order() {
        assert_eq!(minimum(&[2.0, -1.0, 3.0]), Some(-1.0));
        assert_eq!(maximum(&[2.0, 3.0, -1.0]), Some(3.0));
    }

    #[test]
    fn too_few_values_have_no_answer() {
        assert_eq!(mean(&[]), None);
        assert_eq!(minimum(&[]), None);
        assert_eq!(maximum(&[]), None);
        assert_eq!(standard_deviation(&[1.0]), None);
        assert_eq!(median(&[]), None);
        assert_eq!(interquartile_mean(&[]), None);
        assert_eq!(mean(&[4.5]), Some(4.5));
    }

    #[test]
    fn outliers_at_the_ends_do_not_move_the_interquartile_mean() {
        let values = [9e9, 2.0, 3.0, 4.0, 5.0, -9e9];
        assert_eq!(interquartile_mean(&values), Some(3.5));
        assert_eq!(interquartile_mean(&[4.0]), Some(4.0));
        // A quarter of three is cut off at either end: weights ¼, 1, ¼.
        assert_eq!(interquartile_mean(&[0.0, 1.0, 4.0]), Some(2.0 / 1.5));
    }
}
