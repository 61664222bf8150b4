//! Number formats of the page.

/// Decimal places of numbers around 1.
const PLACES: i32 = 4;

/// Numbers from this size on, and lines whose numbers are all smaller than its inverse, are written with an
/// exponent.
const HUGE: f64 = 1e7;

/// A line whose numbers are all smaller is written with an exponent.
const TINY: f64 = 1e-3;

/// A given number with all its digits. Rounding errors after the twelfth digit, as of `1 − 0.99`, are
/// not printed.
pub(super) fn exact(number: f64) -> String {
    let text = format!("{number:.12e}");
    let number: f64 = text.parse().unwrap_or(number);
    let magnitude = number.abs();
    let text = if number != 0.0 && !(1e-5..HUGE).contains(&magnitude) {
        format!("{number:e}")
    } else {
        format!("{number}")
    };
    with_minus(&text)
}

/// The computed numbers of a line, all with the same decimal places. Magnitudes of up to `rounding` are
/// printed as 0.
pub(super) fn rounded(numbers: &[f64], rounding: f64) -> Vec<String> {
    let numbers = numbers.iter().map(|&number| clean(number, rounding));
    let numbers: Vec<f64> = numbers.collect();
    let largest = numbers.iter().fold(0.0, |most: f64, number| most.max(number.abs()));
    let shown = |number: &f64| shown(*number, largest);
    numbers.iter().map(shown).collect()
}

fn clean(number: f64, rounding: f64) -> f64 {
    if number.abs() <= rounding { 0.0 } else { number }
}

/// A number on a line whose largest magnitude is `largest`.
fn shown(number: f64, largest: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if !(TINY..HUGE).contains(&largest) {
        return with_minus(&format!("{number:.4e}"));
    }
    let digits_before = largest.log10().floor() as i32 + 1;
    let places = (PLACES + 3 - digits_before.max(3)).max(0) as usize;
    let text = format!("{number:.places$}");
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    with_minus(if is_zero { text.trim_start_matches('-') } else { &text })
}

/// Replaces a hyphen by a minus sign, which is as wide as a plus.
fn with_minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_numbers_keep_their_digits() {
        let shown = [0.0, 2.1, -0.5, 1e-5, 1.0 - 0.99, 1e300, -1e-7].map(exact);
        assert_eq!(shown, ["0", "2.1", "−0.5", "0.00001", "0.01", "1e300", "−1e−7"]);
    }

    #[test]
    fn computed_numbers_of_a_line_have_the_same_places() {
        assert_eq!(rounded(&[1.0, -0.123_456, 0.0], 0.0), ["1.0000", "−0.1235", "0"]);
        assert_eq!(rounded(&[12_345.678_9, -0.1], 0.0), ["12345.68", "−0.10"]);
        assert_eq!(rounded(&[1.5e12, 3.0], 0.0), ["1.5000e12", "3.0000e0"]);
        assert_eq!(rounded(&[1.5e-4], 0.0), ["1.5000e−4"]);
    }

    #[test]
    fn what_rounding_left_is_nothing_and_nothing_has_no_sign() {
        assert_eq!(rounded(&[1e-17, -1e-17, 2.0], 1e-13), ["0", "0", "2.0000"]);
        assert_eq!(rounded(&[-0.000_01, 2.0], 0.0), ["0.0000", "2.0000"]);
    }
}
