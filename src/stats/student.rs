//! Student's t distribution and the interval for a mean that follows from it.

use std::collections::HashMap;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::describe::{mean, standard_deviation};

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The interval `x̄ ± t · s / √n` that covers the mean of a normal population with probability
/// `confidence`, where `t` is [`t_critical`] for `n − 1` degrees of freedom (Student 1908);
/// `None` for fewer than two values.
pub fn t_interval(values: &[f64], confidence: f64) -> Option<Interval> {
    let spread = standard_deviation(values)?;
    let centre = mean(values)?;
    let t = t_critical(confidence, values.len() - 1)?;
    let half = t * spread / (values.len() as f64).sqrt();
    Some(Interval { low: centre - half, high: centre + half })
}

/// The `t` for which `P(|T| ≤ t) = confidence` under Student's distribution with `degrees` degrees
/// of freedom: 12.706 for 95 % and 1. `None` without degrees of freedom or for a confidence
/// outside the open interval from 0 to 1.
///
/// Found by bisection of the angle `θ = arctan(t / √degrees)`, in which the
/// probability rises from 0 at 0 to 1 at π/2.
pub fn t_critical(confidence: f64, degrees: usize) -> Option<f64> {
    if degrees == 0 || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let key = (confidence.to_bits(), degrees);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = known().get(&key).copied();
    // Outside the lock: it takes a while, and other threads need other numbers.
    let t = found.unwrap_or_else(|| search(confidence, degrees));
    if found.is_none() {
        known().insert(key, t);
    }
    Some(t)
}

/// Cache of [`t_critical`], by the bits of the confidence level and the degrees of freedom: the time of a
/// search grows with these, and a folder needs the same few numbers many times.
static KNOWN: LazyLock<Mutex<HashMap<(u64, usize), f64>>> = LazyLock::new(Mutex::default);

fn search(confidence: f64, degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    // 60 bisections leave less than the distance between adjacent floating-point numbers.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if central_probability(middle, degrees) < confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    (degrees as f64).sqrt() * f64::midpoint(low, high).tan()
}

/// `P(|T| ≤ √ν tan θ)` for ν degrees of freedom: a finite sum, exact for whole ν (Abramowitz &
/// Stegun 1964, 26.7.3 and 26.7.4).
///
/// - ν = 1: `2θ/π`
/// - ν odd: `2/π (θ + sin θ (cos θ + 2/3 cos³ θ + … + (2·4…(ν−3))/(1·3…(ν−2)) cos^(ν−2) θ))`
/// - ν even: `sin θ (1 + 1/2 cos² θ + … + (1·3…(ν−3))/(2·4…(ν−2)) cos^(ν−2) θ)`
fn central_probability(angle: f64, degrees: usize) -> f64 {
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    // `power` is the exponent of the cosine in `term`, from 1 or 0 up to ν − 2.
    let mut power = usize::from(odd);
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        term *= cosine * cosine * (power - 1) as f64 / power as f64;
    }
    if odd { FRAC_2_PI * (angle + sine * sum) } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: Option<f64>, expected: f64) {
        let actual = actual.expect("a value");
        assert!((actual - expected).abs() <= 1e-10 * expected.abs(), "{actual} is not {expected}");
    }

    // scipy 1: for n in (1, 2, …): stats.t.ppf(0.975, n)
    #[test]
    fn the_critical_values_for_95_percent_agree_with_scipy() {
        for (degrees, expected) in [
            (1, 12.706_204_736_174_694),
            (2, 4.302_652_729_749_462),
            (3, 3.182_446_305_283_707_8),
            (4, 2.776_445_105_197_793_4),
            (5, 2.570_581_835_636_314_6),
            (6, 2.446_911_851_144_978_6),
            (7, 2.364_624_251_592_784),
            (10, 2.228_138_851_986_274),
            (20, 2.085_963_447_265_864),
            (29, 2.045_229_642_132_703),
            (99, 1.984_216_951_586_417_4),
            (100, 1.983_971_518_523_551_8),
            (999, 1.962_341_461_133_449_3),
        ] {
            close(t_critical(0.95, degrees), expected);
        }
    }

    // scipy 1: stats.t.ppf(0.995, n), stats.t.ppf(0.75, 5)
    #[test]
    fn other_confidences_agree_with_scipy() {
        close(t_critical(0.99, 1), 63.656_741_162_871_526);
        close(t_critical(0.99, 9), 3.249_835_541_592_126);
        close(t_critical(0.5, 5), 0.726_686_843_800_422_6);
    }

    // scipy 1: v = np.array([0.9712, 0.9689, 0.9734, 0.9701, 0.9695])
    //          stats.t.interval(0.95, 4, loc=v.mean(), scale=stats.sem(v))
    #[test]
    fn the_interval_of_a_mean_agrees_with_scipy() {
        let interval = t_interval(&[0.9712, 0.9689, 0.9734, 0.9701, 0.9695], 0.95);
        close(interval.map(|i| i.low), 0.968_420_817_107_952_6);
        close(interval.map(|i| i.high), 0.972_819_182_892_047_3);
    }

    #[test]
    fn a_number_is_searched_for_once() {
        let asked = (0.123_456_789_f64, 7);
        let first = t_critical(asked.0, asked.1);
        let key = (asked.0.to_bits(), asked.1);
        let known = KNOWN.lock().expect("no panic").get(&key).copied();
        assert_eq!(known, first);
        assert_eq!(t_critical(asked.0, asked.1), Some(search(asked.0, asked.1)));
    }

    #[test]
    fn what_has_no_answer_has_none() {
        assert_eq!(t_critical(0.95, 0), None);
        assert_eq!(t_critical(1.0, 5), None);
        assert_eq!(t_critical(f64::NAN, 5), None);
        assert_eq!(t_interval(&[0.97], 0.95), None);
    }

    #[test]
    fn equal_values_give_an_interval_without_width() {
        let interval = t_interval(&[0.5, 0.5, 0.5], 0.95);
        assert_eq!(interval, Some(Interval { low: 0.5, high: 0.5 }));
    }
}
