//! Correction for multiple comparisons.

/// Holm's correction of the p-values of a family of tests (Holm 1979): the probability of any false
/// rejection at `p ≤ α` is at most α, whatever the dependence between the tests.
///
/// In ascending order, the i-th of m becomes `max over j ≤ i of (m − j + 1) pⱼ`, at most 1. The result
/// has the order of the input.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &at) in order.iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        largest = largest.max(factor * p_values[at]).min(1.0);
        corrected[at] = largest;
    }
    corrected
}
