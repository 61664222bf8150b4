//! Confidence intervals of proportions.

use super::normal::normal_quantile;
use super::student::Interval;

/// Wilson's score interval for a proportion with `successes` of `n` (Wilson 1927);
/// `None` for n = 0.
///
/// `(p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n)`. It is used for P(A > B), where a tie is half
/// a success. The percentile bootstrap of Bouthillier et al. (2021) has no width when one side wins
/// every pair, which is common with few pairs: 6 wins of 6 are compatible with 61 % and more.
pub fn wilson_interval(successes: f64, n: usize, confidence: f64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let (z, n) = (normal_quantile(f64::midpoint(1.0, confidence)), n as f64);
    let share = successes / n;
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some(Interval {
        low: ((centre - half) / scale).max(0.0),
        high: ((centre + half) / scale).min(1.0),
    })
}
