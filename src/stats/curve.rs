//! A summary of a curve.

/// The area under the straight lines between the points `(x, y)`, divided by the length of its base: the
/// curve's mean height. `None` for fewer than two points, and where x does not increase throughout.
///
/// `Σ (xᵢ₊₁ − xᵢ) (yᵢ + yᵢ₊₁) / 2 / (xₙ − x₁)`: the trapezoidal rule, as in `numpy.trapezoid`.
pub fn mean_height(points: &[(f64, f64)]) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    let pairs = || points.iter().zip(points.get(1..).unwrap_or_default());
    if points.len() < 2 || pairs().any(|(one, next)| one.0 >= next.0) {
        return None;
    }
    let area: f64 =
        pairs().map(|(one, next)| (next.0 - one.0) * f64::midpoint(one.1, next.1)).sum();
    Some(area / (last.0 - first.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_one_point_or_with_decreasing_x_has_no_area() {
        assert_eq!(mean_height(&[]), None);
        assert_eq!(mean_height(&[(0.0, 1.0)]), None);
        assert_eq!(mean_height(&[(0.0, 1.0), (0.0, 2.0)]), None);
        assert_eq!(mean_height(&[(2.0, 1.0), (6.0, 2.0)]), Some(1.5));
    }
}
