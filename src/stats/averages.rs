//! Exponential averages, and the remaining weight of their initial values.

/// Averages have settled where less than this share of their initial values is left.
pub const SETTLED: f64 = 0.01;

/// The share of the initial value in an exponential average after this many updates:
/// `average ← decay · average + (1 − decay) · value` leaves `decay^updates` of it.
pub fn left_of_start(decay: f64, updates: usize) -> f64 {
    decay.powf(updates as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_what_updates_with_zeros_leave() {
        let updated = (0..280).fold(1.0, |average, _| 0.99 * average);
        assert!((left_of_start(0.99, 280) - updated).abs() < 1e-12);
        assert!((left_of_start(0.99, 280) - 0.06).abs() < 1e-4, "6 % after 280 steps");
        assert!((left_of_start(0.9, 0) - 1.0).abs() < 1e-12);
    }
}
