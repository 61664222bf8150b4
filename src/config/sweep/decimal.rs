//! Decimal arithmetic on scaled integers: 0.1 + 0.1 + 0.1 is 0.3 here, so that the values of a range
//! have short decimal texts, and equal numbers written by hand.

/// The number `mantissa · 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// A whole number.
    pub(super) fn whole(number: i64) -> Self {
        Self { mantissa: i128::from(number), exponent: 0 }
    }

    /// The shortest decimal that parses as this number: the one that was written, up to 15 digits.
    /// `None` where the number is not finite.
    pub(super) fn shortest(number: f64) -> Option<Self> {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e')?;
        let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
        Some(Self {
            mantissa: format!("{before}{after}").parse().ok()?,
            exponent: exponent.parse::<i32>().ok()? - i32::try_from(after.len()).ok()?,
        })
    }

    /// The nearest floating-point number.
    pub(super) fn to_float(self) -> f64 {
        // Every such text is a number.
        format!("{}e{}", self.mantissa, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The number as an integer; `None` where it is not whole.
    pub(super) fn to_whole(self) -> Option<i64> {
        let power = 10i128.checked_pow(self.exponent.unsigned_abs());
        let whole = match (self.exponent >= 0, power) {
            _ if self.mantissa == 0 => 0,
            (true, power) => self.mantissa.checked_mul(power?)?,
            (false, Some(power)) if self.mantissa % power == 0 => self.mantissa / power,
            (false, _) => return None,
        };
        i64::try_from(whole).ok()
    }

    /// `from`, `from + step`, … up to and, where it is hit exactly, including `to`. `None` where
    /// the step is zero or of the wrong sign, or the numbers differ too much to be exact.
    pub(super) fn steps(from: Self, to: Self, step: Self, most: usize) -> Option<Vec<Self>> {
        let ([first, last, step], exponent) = aligned([from, to, step])?;
        let distance = last.checked_sub(first)?;
        let count = distance.checked_div(step).filter(|&count| count >= 0)?;
        // One more than `most` is enough to be refused.
        let count = count.min(most as i128);
        let nth = |n: i128| Self { mantissa: first + step * n, exponent };
        Some((0..=count).map(nth).collect())
    }

    /// The number at `part / parts` of the way from `from` to `to`, to 12 significant
    /// digits. `None` where the two differ too much.
    pub(super) fn between(from: Self, to: Self, part: usize, parts: usize) -> Option<Self> {
        let ([from, to], mut exponent) = aligned([from, to])?;
        let parts = i128::try_from(parts).ok()?;
        let part = i128::try_from(part).ok()?;
        let first = from.checked_mul(parts - part)?;
        let mut sum = first.checked_add(to.checked_mul(part)?)?;
        // Enough digits that the remainder does not affect the twelfth.
        while sum != 0 && sum / parts / 100_000_000_000_000 == 0 {
            sum = sum.checked_mul(10)?;
            exponent -= 1;
        }
        let quotient = Self { mantissa: sum / parts, exponent };
        Self::shortest(twelve_digits(quotient.to_float()))
    }
}

/// The same numbers with a common exponent; `None` where that takes too many digits.
fn aligned<const N: usize>(numbers: [Decimal; N]) -> Option<([i128; N], i32)> {
    let exponent = numbers.iter().map(|number| number.exponent).min()?;
    let mut mantissas = [0; N];
    for (mantissa, number) in mantissas.iter_mut().zip(numbers) {
        if number.mantissa != 0 {
            let power = 10i128.checked_pow(number.exponent.abs_diff(exponent))?;
            *mantissa = number.mantissa.checked_mul(power)?;
        }
    }
    // Leaves room for sums and for the products of a range.
    let fits = mantissas.iter().all(|mantissa| mantissa.abs() < 1 << 100);
    fits.then_some((mantissas, exponent))
}

/// Rounds to 12 significant digits.
pub(super) fn twelve_digits(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::shortest(text.parse().expect("a number")).expect("finite")
    }

    fn floats(decimals: &[Decimal]) -> Vec<f64> {
        decimals.iter().map(|decimal| decimal.to_float()).collect()
    }

    #[test]
    fn ten_steps_of_a_tenth_are_one() {
        let steps = |from, to, step| {
            let steps = Decimal::steps(decimal(from), decimal(to), decimal(step), 100);
            steps.map(|steps| floats(&steps))
        };
        assert_eq!(steps("0.1", "0.3", "0.1"), Some(vec![0.1, 0.2, 0.3]));
        let tenths = steps("0", "1", "0.1").expect("they fit");
        assert_eq!((tenths.len(), tenths[3], tenths[10]), (11, 0.3, 1.0));
        assert_eq!(steps("0.3", "0.1", "-0.1"), Some(vec![0.3, 0.2, 0.1]));
        assert_eq!(steps("1", "2", "0.4"), Some(vec![1.0, 1.4, 1.8]));
        assert_eq!(steps("1", "2", "0"), None);
        assert_eq!(steps("1", "2", "-0.1"), None);
        assert_eq!(steps("1e-300", "1e300", "1"), None, "no 600 digits");
        assert_eq!(steps("0", "1e9", "1e-9").map(|all| all.len()), Some(101));
    }

    #[test]
    fn what_cancels_is_nothing_and_not_almost_nothing() {
        let nth = |n| Decimal::between(decimal("-0.1"), decimal("0.2"), n, 3);
        let floats: Vec<f64> = (0..=3).map(|n| nth(n).expect("near").to_float()).collect();
        assert_eq!(floats, [-0.1, 0.0, 0.1, 0.2]);
        let third = Decimal::between(decimal("0"), decimal("1"), 1, 3).expect("near");
        assert_eq!(third.to_float().to_string(), "0.333333333333");
    }

    #[test]
    fn whole_numbers_are_distinguished_from_others_beyond_the_digits_of_a_float() {
        assert_eq!(decimal("1e3").to_whole(), Some(1000));
        assert_eq!(decimal("2.50").to_whole(), None);
        assert_eq!(decimal("-0.0").to_whole(), Some(0));
        assert_eq!(decimal("1e300").to_whole(), None);
        assert_eq!(decimal("1e-300").to_whole(), None);
        assert_eq!(Decimal::whole(i64::MAX).to_whole(), Some(i64::MAX));
    }
}
