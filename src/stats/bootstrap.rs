//! The bias-corrected and accelerated bootstrap.

use super::describe::{mean, sorted};
use super::normal::{normal_cdf, normal_quantile};
use super::student::Interval;

/// Resamples of n values, by the positions of the values: drawn once, and used for every sample of
/// that size, so that intervals differ only by their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resamples {
    /// Number of values in a sample.
    size: usize,
    /// The positions in all resamples, one resample after the other.
    positions: Vec<usize>,
}

impl Resamples {
    /// Draws `count` resamples of `size` positions with replacement; `draw` gives a uniform whole
    /// number below its argument.
    pub fn draw(size: usize, count: usize, mut draw: impl FnMut(usize) -> usize) -> Self {
        let positions = (0..size * count).map(|_| draw(size)).collect();
        Self { size, positions }
    }

    /// Resamples that were drawn elsewhere; `None` where their positions are not those of `size`
    /// values.
    pub fn given(size: usize, positions: Vec<usize>) -> Option<Self> {
        let fits = size > 0 && positions.len().is_multiple_of(size);
        let fits = fits && positions.iter().all(|&position| position < size);
        fits.then_some(Self { size, positions })
    }

    /// Number of values in a sample.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The mean of each resample of `values`, in ascending order.
    fn means(&self, values: &[f64]) -> Vec<f64> {
        let resamples = self.positions.chunks_exact(self.size);
        let sum = |resample: &[usize]| resample.iter().map(|&at| values[at]).sum::<f64>();
        let means: Vec<f64> = resamples.map(|resample| sum(resample) / self.size as f64).collect();
        sorted(&means)
    }
}

/// The `BCa` bootstrap interval for the mean with these resamples (Efron 1987, "Better
/// Bootstrap Confidence Intervals", as in `scipy.stats.bootstrap`); `None` for fewer than two values,
/// for resamples of another size, and where no resample reaches the sample's mean.
///
/// The ends are the quantiles of the resamples' means at `Φ(z₀ + (z₀ ± z) / (1 − a (z₀ ± z)))`, where
/// `Φ(z₀)` is the share of resamples below the sample's mean (equal ones count half), `Φ(z)` is half of
/// `1 + confidence`, and the acceleration `a = Σ U³ / (6 (Σ U²)^{3/2})` is computed by the jackknife: `U` is how
/// far the mean without one value is below the mean of those means. Equal values give an interval
/// without width.
///
/// With few values it is too short: for six normal ones its 95 % interval covers the mean in 86 % of
/// experiments, for ten in 90 % (`make coverage`), whereas [`t_interval`](super::t_interval) has the stated
/// coverage.
pub fn bca_interval(values: &[f64], resamples: &Resamples, confidence: f64) -> Option<Interval> {
    let centre = mean(values)?;
    if values.len() < 2 || resamples.size != values.len() || resamples.positions.is_empty() {
        return None;
    }
    if values.iter().all(|value| value.total_cmp(&values[0]).is_eq()) {
        return Some(Interval { low: centre, high: centre });
    }
    let means = resamples.means(values);
    // Means that differ only by rounding errors are treated as equal: accuracies have few digits.
    let rounding = 1e-12 * values.iter().map(|value| (value - centre).abs()).sum::<f64>();
    let below = means.partition_point(|mean| *mean < centre - rounding);
    let not_above = means.partition_point(|mean| *mean <= centre + rounding);
    let bias = normal_quantile((below + not_above) as f64 / (2 * means.len()) as f64);
    if !bias.is_finite() {
        return None;
    }
    let (acceleration, z) =
        (acceleration(values, centre), normal_quantile(f64::midpoint(1.0, confidence)));
    let end = |z: f64| {
        let shifted = bias + z;
        quantile(&means, normal_cdf(bias + shifted / (1.0 - acceleration * shifted)))
    };
    Some(Interval { low: end(-z), high: end(z) })
}

/// Without the i-th of n values the mean is `(n x̄ − xᵢ) / (n − 1)`, which lies `(xᵢ − x̄) / (n − 1)`
/// below the mean of them all; the factor cancels.
fn acceleration(values: &[f64], centre: f64) -> f64 {
    let power = |exponent: i32| -> f64 {
        let powers = values.iter().map(|value| (value - centre).powi(exponent));
        powers.sum()
    };
    power(3) / (6.0 * power(2).powf(1.5))
}

/// The quantile of sorted values, linear between them (definition 7 of Hyndman & Fan 1996, numpy's
/// default).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() - 1) as f64;
    let (lower, upper) = (place.floor() as usize, place.ceil() as usize);
    let share = place - place.floor();
    sorted[lower] + share * (sorted[upper] - sorted[lower])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_answer_has_none() {
        let resamples = Resamples::given(2, vec![0, 1, 1, 1]).expect("two of two");
        assert_eq!(bca_interval(&[1.0], &resamples, 0.95), None);
        assert_eq!(bca_interval(&[1.0, 2.0, 3.0], &resamples, 0.95), None);
        let above = Resamples::given(2, vec![1, 1]).expect("one of two");
        assert_eq!(bca_interval(&[1.0, 2.0], &above, 0.95), None);
        assert_eq!(Resamples::given(2, vec![0, 2]), None);
        assert_eq!(Resamples::given(2, vec![0]), None);
    }

    #[test]
    fn equal_values_give_an_interval_without_width() {
        let resamples = Resamples::draw(3, 10, |bound| bound - 1);
        let interval = bca_interval(&[0.1; 3], &resamples, 0.95).expect("an interval");
        assert_eq!(interval.low.to_bits(), interval.high.to_bits());
    }
}
