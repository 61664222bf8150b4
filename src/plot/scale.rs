//! Ranges and ticks of axes, computed from the data.

use super::chart::{Axis, Scale, Tick};
use crate::units;

/// The margin between the data and the ends of an axis, as a share of the axis.
pub const MARGIN: f64 = 0.04;

/// The margin for the marks of diverged trials, as a share of the axis, where there are any.
const MARKS: f64 = 0.12;

/// The ranges of a row's data.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Data {
    /// The range of all points of all lines; `None` where there is no line.
    pub lines: Option<Extent>,
    /// The range of all bands; `None` where there is none.
    pub bands: Option<Extent>,
    /// Whether any trial diverged, so that the bad end of the axis needs room for its mark.
    pub marks: bool,
}

/// A range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Extent {
    /// The range of all finite values; `None` where there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        values.into_iter().filter(|value| value.is_finite()).fold(
            None,
            |extent: Option<Self>, value| {
                Some(extent.map_or(Self { low: value, high: value }, |e| Self {
                    low: e.low.min(value),
                    high: e.high.max(value),
                }))
            },
        )
    }

    /// The smallest range that includes both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// An axis of epochs over `extent`, with about `ticks` ticks at most, all at whole numbers.
pub fn epochs(extent: Option<Extent>, ticks: usize) -> Axis {
    let extent = extent.unwrap_or(Extent { low: 0.0, high: 1.0 });
    let span = extent.high - extent.low;
    // A single epoch is in the middle of its panel.
    let margin = if span > 0.0 { span * MARGIN / 2.0 } else { 0.5 };
    Axis {
        label: "Epoch".to_owned(),
        scale: Scale::Linear,
        low: extent.low - margin,
        high: extent.high + margin,
        ticks: linear_ticks(extent, nice_step(span / ticks as f64).max(1.0)),
    }
}

/// An axis of accuracies in percent: close to the data, never beyond 0 and 100.
pub fn accuracy(data: Data) -> Axis {
    let all = data.all().unwrap_or(Extent { low: 0.0, high: 100.0 });
    let span = (all.high - all.low).max(1.0);
    linear(
        "Accuracy (%)",
        Extent {
            low: (all.low - span * data.bad_margin()).max(0.0),
            high: (all.high + span * MARGIN).min(100.0),
        },
    )
}

/// An axis of losses in nats: logarithmic where the lines span more than a factor of ten. A band then ends
/// at a quarter of the lowest point, since an interval may include 0, which has no logarithm.
pub fn loss(data: Data) -> Axis {
    const LABEL: &str = "Cross-entropy loss (nats)";
    let all = data.all().unwrap_or(Extent { low: 0.0, high: 1.0 });
    match data.lines {
        Some(lines) if lines.low > 0.0 && lines.high / lines.low > 10.0 => {
            let low = all.low.max(lines.low / 4.0);
            let span = all.high / low;
            logarithmic(
                "Cross-entropy loss (nats, log scale)",
                Extent {
                    low: low / span.powf(MARGIN),
                    high: all.high * span.powf(data.bad_margin()),
                },
            )
        }
        _ => {
            let span = (all.high - all.low).max(all.high * 0.1).max(1e-9);
            linear(
                LABEL,
                Extent {
                    low: (all.low - span * MARGIN).max(0.0),
                    high: all.high + span * data.bad_margin(),
                },
            )
        }
    }
}

impl Data {
    /// The range of lines and bands.
    pub fn all(self) -> Option<Extent> {
        match (self.lines, self.bands) {
            (Some(lines), Some(bands)) => Some(lines.join(bands)),
            (lines, bands) => lines.or(bands),
        }
    }

    /// The margin at the end where diverged trials are marked.
    pub fn bad_margin(self) -> f64 {
        if self.marks { MARKS } else { MARGIN }
    }
}

/// A linear axis over exactly this range.
pub fn linear(label: &str, extent: Extent) -> Axis {
    let step = nice_step((extent.high - extent.low) / 8.0);
    Axis {
        label: label.to_owned(),
        scale: Scale::Linear,
        low: extent.low,
        high: extent.high,
        ticks: linear_ticks(extent, step),
    }
}

/// A logarithmic axis over exactly this range, which is above 0.
pub fn logarithmic(label: &str, extent: Extent) -> Axis {
    Axis {
        label: label.to_owned(),
        scale: Scale::Logarithmic,
        low: extent.low,
        high: extent.high,
        ticks: logarithmic_ticks(extent),
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `rough`.
fn nice_step(rough: f64) -> f64 {
    if !(rough.is_finite() && rough > 0.0) {
        return 1.0;
    }
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor =
        [1.0, 2.0, 5.0].into_iter().find(|factor| factor * magnitude >= rough * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * magnitude
}

/// The multiples of `step` within the extent.
fn linear_ticks(extent: Extent, step: f64) -> Vec<Tick> {
    let slack = 1e-9;
    let first = (extent.low / step - slack).ceil();
    let last = (extent.high / step + slack).floor();
    // A step is at least a tenth of the range, so the count is small; where it is not (a range
    // too narrow for floating point), an axis without ticks is better than one with a million.
    let count = whole((last - first + 1.0).min(20.0));
    let values: Vec<f64> = (0..count).map(|i| (first + i as f64) * step).collect();
    let labels = numbers(&values, step);
    values.into_iter().zip(labels).map(|(value, label)| Tick { value, label }).collect()
}

/// Ticks at 1, 2 and 5 times the powers of ten over a short range, at powers of ten alone over a long one.
fn logarithmic_ticks(extent: Extent) -> Vec<Tick> {
    let decades = (extent.high / extent.low).log10();
    let mantissas: &[f64] = if decades <= 2.3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = whole((decades / 7.0).ceil()).max(1);
    let first = extent.low.log10().floor() as i32;
    let last = extent.high.log10().ceil() as i32;
    let values = (first..=last)
        .step_by(stride)
        .flat_map(|power| mantissas.iter().map(move |mantissa| mantissa * 10_f64.powi(power)));
    let values: Vec<f64> =
        values.filter(|value| (extent.low..=extent.high).contains(value)).collect();
    let has_powers = values.iter().any(|&value| is_extreme(value));
    let label = |&value: &f64| {
        if has_powers {
            power(value, magnitude(value), 0)
        } else {
            let decimals = whole(-value.log10().floor());
            format!("{value:.decimals$}")
        }
    };
    values.iter().map(|value| Tick { value: *value, label: label(value) }).collect()
}

/// Whether a number needs a power of ten to be read.
fn is_extreme(value: f64) -> bool {
    value != 0.0 && !(1e-4..1e5).contains(&value.abs())
}

/// The labels of the numbers of an axis with ticks every `step`, in one style: with the decimals that distinguish
/// adjacent ticks, and where one of them is very large or all are very small, with the power of ten of the largest.
fn numbers(values: &[f64], step: f64) -> Vec<String> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let of_step = magnitude(step);
    if largest >= 1e5 || of_step < -4 {
        let exponent = magnitude(largest);
        let decimals = usize::try_from(exponent - of_step).unwrap_or(0);
        return values.iter().map(|&value| power(value, exponent, decimals)).collect();
    }
    let decimals = usize::try_from(-of_step).unwrap_or(0);
    let plain = |value: &f64| units::signed(&format!("{value:.decimals$}"));
    values.iter().map(plain).collect()
}

/// The power of ten of a number's first digit.
fn magnitude(value: f64) -> i32 {
    // A power of ten may be computed slightly too small.
    (value.log10() + 1e-9).floor() as i32
}

/// A number with a power of ten: `1.05×10⁶`, `10⁻⁴`.
fn power(value: f64, exponent: i32, decimals: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let mantissa = units::signed(&format!("{:.decimals$}", value / 10_f64.powi(exponent)));
    let digits = exponent.to_string();
    let raised = digits.chars().map(|digit| match digit.to_digit(10) {
        Some(digit) => RAISED[digit as usize],
        None => '⁻',
    });
    let raised: String = raised.collect();
    if mantissa == "1" { format!("10{raised}") } else { format!("{mantissa}×10{raised}") }
}

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The labels of a swept key's values, which stand on their axis as they were written, or all with powers of ten where
/// one of them would be hard to read otherwise.
pub fn of_values(values: &[f64], written: impl Fn(usize) -> String) -> Vec<String> {
    if !values.iter().any(|&value| value != 0.0 && !(1e-4..1e6).contains(&value.abs())) {
        return (0..values.len()).map(written).collect();
    }
    let label = |&value: &f64| {
        let exponent = if value == 0.0 { 0 } else { magnitude(value.abs()) };
        let mantissa = value / 10_f64.powi(exponent);
        let is_exact = |decimals: &i32| {
            let scale = 10_f64.powi(*decimals);
            ((mantissa * scale).round() - mantissa * scale).abs() < 1e-6 * scale
        };
        let decimals = (0..2).find(is_exact).unwrap_or(2);
        power(value, exponent, usize::try_from(decimals).unwrap_or(2))
    };
    values.iter().map(label).collect()
}

#[expect(clippy::cast_sign_loss, reason = "a negative number becomes 0, as it should")]
fn whole(value: f64) -> usize {
    value as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(low: f64, high: f64) -> Extent {
        Extent { low, high }
    }

    fn data(low: f64, high: f64) -> Data {
        Data { lines: Some(extent(low, high)), ..Data::default() }
    }

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn an_extent_ignores_what_is_not_finite() {
        assert_eq!(Extent::of([f64::NAN, 2.0, f64::INFINITY, 1.0]), Some(extent(1.0, 2.0)));
        assert_eq!(Extent::of([f64::NAN]), None);
    }

    #[test]
    fn accuracy_zooms_to_the_data_and_stops_at_a_hundred() {
        let axis = accuracy(Data { bands: Some(extent(93.8, 100.0)), ..data(94.1, 99.2) });
        assert!(axis.low > 93.0 && axis.low < 93.8);
        assert!((axis.high - 100.0).abs() < f64::EPSILON);
        assert_eq!(labels(&axis), ["94", "95", "96", "97", "98", "99", "100"]);
        assert_eq!(axis.label, "Accuracy (%)");
    }

    #[test]
    fn a_narrow_range_of_accuracies_gets_the_decimals_it_needs() {
        let axis = accuracy(data(97.9, 98.3));
        assert_eq!(labels(&axis), ["97.9", "98.0", "98.1", "98.2", "98.3"]);
    }

    #[test]
    fn losses_within_a_factor_of_ten_have_a_linear_axis() {
        let axis = loss(data(0.1, 0.9));
        assert_eq!(axis.scale, Scale::Linear);
        assert_eq!(labels(&axis), ["0.2", "0.4", "0.6", "0.8"]);
    }

    #[test]
    fn losses_over_more_than_a_decade_have_a_logarithmic_axis() {
        let axis = loss(Data { bands: Some(extent(0.0, 0.6)), ..data(0.02, 0.5) });
        assert_eq!(axis.scale, Scale::Logarithmic);
        assert!(axis.low > 0.0 && axis.low < 0.005);
        assert_eq!(labels(&axis), ["0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]);
    }

    #[test]
    fn many_decades_are_marked_by_powers_of_ten() {
        let axis = loss(data(1e-6, 1.0));
        let labels = labels(&axis);
        assert_eq!(labels.first(), Some(&"10⁻⁶"));
        assert!(labels.iter().all(|label| label.starts_with("10")), "{labels:?}: one style");
        assert!(axis.ticks.len() <= 8);
    }

    #[test]
    fn large_numbers_keep_the_digits_that_distinguish_them() {
        let axis = loss(data(1_020_000.0, 1_280_000.0));
        assert_eq!(labels(&axis)[..2], ["1.05×10⁶", "1.10×10⁶"]);
        assert_eq!(labels(&linear("", extent(0.0, 2e5)))[..3], ["0", "0.5×10⁵", "1.0×10⁵"]);
        assert_eq!(labels(&linear("", extent(0.0, 2e-5)))[..2], ["0", "0.5×10⁻⁵"]);
    }

    #[test]
    fn values_of_a_swept_key_are_written_in_one_style() {
        let written = |texts: &[&str]| {
            let values: Vec<f64> =
                texts.iter().map(|text| text.parse().expect("a number")).collect();
            of_values(&values, |index| texts[index].to_owned())
        };
        assert_eq!(written(&["0.001", "0.01", "1"]), ["0.001", "0.01", "1"]);
        assert_eq!(written(&["0.00001", "0.0003", "0.1"]), ["10⁻⁵", "3×10⁻⁴", "10⁻¹"]);
        assert_eq!(written(&["0", "0.0000316", "1"]), ["0", "3.16×10⁻⁵", "10⁰"]);
    }

    #[test]
    fn numbers_below_nothing_have_a_minus_sign() {
        assert_eq!(labels(&linear("", extent(-1.0, 1.0))), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
    }

    #[test]
    fn epochs_are_marked_by_whole_numbers() {
        assert_eq!(labels(&epochs(Some(extent(1.0, 10.0)), 6)), ["2", "4", "6", "8", "10"]);
        assert_eq!(labels(&epochs(Some(extent(1.0, 3.0)), 8)), ["1", "2", "3"]);
        assert_eq!(labels(&epochs(Some(extent(1.0, 1.0)), 8)), ["1"]);
        assert_eq!(
            labels(&epochs(Some(extent(1.0, 500.0)), 5)),
            ["100", "200", "300", "400", "500"]
        );
    }

    #[test]
    fn marks_of_diverged_trials_have_room_at_the_bad_end() {
        let marks = |data| Data { marks: true, ..data };
        let (plain, marked) = (loss(data(0.1, 0.9)), loss(marks(data(0.1, 0.9))));
        assert!(marked.high > plain.high && (marked.low - plain.low).abs() < 1e-12);
        let (plain, marked) = (accuracy(data(80.0, 90.0)), accuracy(marks(data(80.0, 90.0))));
        assert!(marked.low < plain.low && (marked.high - plain.high).abs() < 1e-12);
    }

    #[test]
    fn degenerate_data_still_give_an_axis() {
        for axis in [
            loss(data(0.0, 0.0)),
            loss(data(2.3, 2.3)),
            loss(data(1.0, 1e300)),
            loss(Data::default()),
            accuracy(data(100.0, 100.0)),
            accuracy(data(0.0, 0.0)),
            accuracy(Data::default()),
            epochs(None, 6),
        ] {
            assert!(axis.low < axis.high, "{axis:?}");
            assert!(axis.ticks.len() <= 20);
            assert!(axis.ticks.iter().all(|tick| axis.share(tick.value).is_finite()));
        }
    }
}
