//! Scales raw inputs to network inputs: `data.input_scaling`, computed once per trial from its training
//! examples, and applied to every part.
//!
//! | | pixel `x` of an image | number `x` of a table |
//! |---|---|---|
//! | `unit` | `x / 255` | `(x − min) / (max − min)` of its column |
//! | `standardize` | `(x − mean) / std` of its colour channel | `(x − mean) / std` of its column |
//! | `binary` | 1 where `x / 255 > 0.5`, else 0 | – |
//! | `none` | `x` | `x` |
//!
//! `std` is biased (n, not n − 1), as in scikit-learn's `StandardScaler`; a constant channel or
//! column has a spread of 1 here, so that it becomes 0. `binary` is for the MNIST experiment of Ioffe
//! and Szegedy (2015, section 4.1), whose input is "a 28x28 binary image"; they do not state
//! the threshold, and the one here is an assumption. Numbers outside the training range go beyond `[0, 1]` with
//! `unit`: nothing is clipped.

use super::dataset::{Examples, Inputs, Row};
use crate::config::spec::InputScaling;
use crate::kernels::vectorised;

/// A scaling with its constants.
#[derive(Debug, Clone)]
pub(super) enum Scaling {
    /// `x / 255`, of bytes.
    Unit,
    /// The input for each byte, `[channels]`.
    Bytes(Vec<[f32; 256]>),
    /// The scaling of each column of a table, `[features]`.
    Columns(Vec<Linear>),
}

/// `(factor · x − origin − shift) / spread`: the numbers of a column that are far from 0 are measured
/// relative to one of them, since a mean of large numbers has lost the digits in which they differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Linear {
    /// A power of 2: 1 except for numbers whose squares overflow or underflow 64 bits.
    factor: f64,
    origin: f64,
    shift: f64,
    spread: f64,
}

impl Linear {
    const NOTHING: Self = Self { factor: 1.0, origin: 0.0, shift: 0.0, spread: 1.0 };

    /// A spread of 0 is replaced by 1, so that a constant column becomes 0.
    fn new(shift: f64, spread: f64) -> Self {
        let spread = if spread > 0.0 { spread } else { 1.0 };
        Self { shift, spread, ..Self::NOTHING }
    }

    fn of(self, x: f64) -> f32 {
        ((self.factor * x - self.origin - self.shift) / self.spread) as f32
    }
}

/// Whether numbers from `least` to `most` differ by no more than rounding errors of 64 bits, as the
/// sums 0.1 + 0.2 and 0.3 do.
pub(super) fn is_constant(least: f64, most: f64) -> bool {
    most - least <= 16.0 * f64::EPSILON * least.abs().max(most.abs())
}

impl Scaling {
    /// The scaling `setting`, with its constants computed from the examples at `train`.
    pub(super) fn new(setting: InputScaling, examples: &Examples, train: &[u32]) -> Self {
        match &examples.inputs {
            Inputs::Bytes(_) => Self::bytes(
                (0..examples.shape.channels)
                    .map(|channel| byte_table(setting, examples, train, channel))
                    .collect(),
            ),
            Inputs::Numbers(numbers) => {
                let of = |place: usize| f64::from(numbers[place]);
                Self::Columns(columns(setting, of, examples.features(), train, |_, _| 0.0))
            }
            Inputs::Doubles(numbers) => {
                let of = |place: usize| numbers[place];
                Self::Columns(columns(setting, of, examples.features(), train, origin))
            }
        }
    }

    fn bytes(tables: Vec<[f32; 256]>) -> Self {
        let is_unit = |table: &[f32; 256]| (0..=u8::MAX).map(unit).eq(table.iter().copied());
        if tables.iter().all(is_unit) { Self::Unit } else { Self::Bytes(tables) }
    }

    /// The first input that does not fit into 32 bits after scaling: its position in a row, and
    /// the raw number. Only a table from a file can have one.
    pub(super) fn overflow(&self, examples: &Examples) -> Option<(usize, f64)> {
        let (Self::Columns(columns), Inputs::Doubles(numbers)) = (self, &examples.inputs) else {
            return None;
        };
        numbers.chunks(columns.len().max(1)).find_map(|row| {
            let mut pairs = columns.iter().zip(row).enumerate();
            let (place, (_, x)) = pairs.find(|(_, (column, x))| !column.of(**x).is_finite())?;
            Some((place, *x))
        })
    }

    /// Appends one example's scaled inputs.
    pub(super) fn append(&self, row: Row<'_>, inputs: &mut Vec<f32>) {
        match (self, row) {
            // Several pixels at a time: three times as fast as a table.
            (Self::Unit, Row::Bytes(bytes)) => vectorised(|| {
                inputs.extend(bytes.iter().map(|&byte| unit(byte)));
            }),
            (Self::Bytes(tables), Row::Bytes(bytes)) => {
                let plane = bytes.len() / tables.len().max(1);
                for (table, pixels) in tables.iter().zip(bytes.chunks(plane.max(1))) {
                    inputs.extend(pixels.iter().map(|&byte| table[usize::from(byte)]));
                }
            }
            (Self::Columns(columns), Row::Numbers(numbers)) => {
                let scaled = columns.iter().zip(numbers);
                inputs.extend(scaled.map(|(column, &x)| column.of(f64::from(x))));
            }
            (Self::Columns(columns), Row::Doubles(numbers)) => {
                let scaled = columns.iter().zip(numbers);
                inputs.extend(scaled.map(|(column, &x)| column.of(x)));
            }
            // Both parts of a dataset are of one kind, as its readers and generators ensure.
            _ => unreachable!("a scaling is made for the kind of its dataset"),
        }
    }
}

fn unit(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// The input for each byte of a colour channel.
fn byte_table(
    setting: InputScaling,
    examples: &Examples,
    train: &[u32],
    channel: usize,
) -> [f32; 256] {
    let linear = match setting {
        InputScaling::None => Linear::NOTHING,
        InputScaling::Unit => Linear::new(0.0, 255.0),
        InputScaling::Standardize => channel_mean_and_std(examples, train, channel),
        InputScaling::Binary => {
            return std::array::from_fn(|byte| f32::from(u8::from(byte as f64 / 255.0 > 0.5)));
        }
    };
    std::array::from_fn(|byte| linear.of(byte as f64))
}

/// Mean and (biased) standard deviation over a channel's bytes of the examples at `train`; exact,
/// by counting.
fn channel_mean_and_std(examples: &Examples, train: &[u32], channel: usize) -> Linear {
    let plane = examples.shape.height * examples.shape.width;
    let mut counts = [0u64; 256];
    for &position in train {
        if let Row::Bytes(bytes) = examples.input(position as usize) {
            for &byte in &bytes[channel * plane..][..plane] {
                counts[usize::from(byte)] += 1;
            }
        }
    }
    let total = counts.iter().sum::<u64>().max(1) as f64;
    let average = |f: &dyn Fn(f64) -> f64| {
        let sum: f64 = counts.iter().enumerate().map(|(byte, &n)| n as f64 * f(byte as f64)).sum();
        sum / total
    };
    let mean = average(&|x| x);
    Linear::new(mean, average(&|x| (x - mean).powi(2)).sqrt())
}

/// The scaling of each column of a table, whose numbers are at `row · features + column` and are
/// measured relative to `origin`: that of generated tables is 0, so that their inputs are unchanged.
fn columns(
    setting: InputScaling,
    number: impl Fn(usize) -> f64,
    features: usize,
    train: &[u32],
    origin: impl Fn(f64, f64) -> f64,
) -> Vec<Linear> {
    let column = |column: usize| {
        let raw = || train.iter().map(|&row| number(row as usize * features + column));
        match setting {
            InputScaling::Unit | InputScaling::Standardize => scaled_column(setting, raw, &origin),
            // `binary` is refused for tables before anything is loaded.
            InputScaling::Binary | InputScaling::None => Linear::NOTHING,
        }
    };
    (0..features).map(column).collect()
}

fn scaled_column<I: Iterator<Item = f64>>(
    setting: InputScaling,
    raw: impl Fn() -> I,
    origin: impl Fn(f64, f64) -> f64,
) -> Linear {
    let least = raw().fold(f64::INFINITY, f64::min);
    let most = raw().fold(f64::NEG_INFINITY, f64::max);
    let size = least.abs().max(most.abs());
    let factor = factor(size);
    if is_constant(least, most) {
        // Differences that are only rounding errors are not scaled up to the range of an input.
        let spread = if most <= least { 1.0 } else { (factor * size).max(1.0) };
        return Linear { factor, ..Linear::new(factor * least, spread) };
    }
    let values = || raw().map(|x| factor * x);
    if setting == InputScaling::Unit {
        return Linear { factor, ..Linear::new(factor * least, factor * most - factor * least) };
    }
    let origin = origin(factor * least, factor * most);
    let count = values().count().max(1) as f64;
    let mean = values().map(|x| x - origin).sum::<f64>() / count;
    let variance = values().map(|x| (x - origin - mean).powi(2)).sum::<f64>() / count;
    Linear { factor, origin, ..Linear::new(mean, variance.sqrt()) }
}

/// The power of 2 by which numbers of this size are multiplied so that their squares are neither infinite nor
/// 0; 1 for all but the largest and the smallest.
fn factor(size: f64) -> f64 {
    if size == 0.0 || (1e-100..1e100).contains(&size) {
        return 1.0;
    }
    // Within the range of exponents of 64 bits.
    2.0f64.powi(-(size.log2() as i32).clamp(-1000, 1000))
}

/// The number relative to which a column's numbers are measured: 0 where they are around it or near it, else the
/// least of them. Sums of the differences keep the digits in which the numbers differ.
fn origin(least: f64, most: f64) -> f64 {
    let is_far = most - least < 1e-3 * least.abs().min(most.abs());
    if is_far { least } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::Shape;

    fn examples(channels: usize, width: usize, inputs: Inputs) -> Examples {
        let values = match &inputs {
            Inputs::Bytes(bytes) => bytes.len(),
            Inputs::Numbers(numbers) => numbers.len(),
            Inputs::Doubles(numbers) => numbers.len(),
        };
        Examples {
            shape: Shape { channels, height: 1, width },
            classes: 2,
            labels: vec![0; values / channels / width],
            inputs,
        }
    }

    fn scaled(setting: InputScaling, examples: &Examples, train: &[u32], row: usize) -> Vec<f32> {
        let mut inputs = Vec::new();
        Scaling::new(setting, examples, train).append(examples.input(row), &mut inputs);
        inputs
    }

    #[test]
    fn bytes_are_scaled_by_the_setting() {
        // A hundred examples of two bytes: 0, 1; 2, 3; … 198, 199.
        let examples = examples(1, 2, Inputs::Bytes((0..200).collect()));
        let train: Vec<u32> = (0..100).collect();
        let row = |setting| scaled(setting, &examples, &train, 25);
        assert_eq!(row(InputScaling::None), [50.0, 51.0]);
        assert_eq!(row(InputScaling::Unit), [50.0 / 255.0, 51.0 / 255.0]);
        // Mean 99.5, variance (200² − 1) / 12.
        let std = ((200.0f64 * 200.0 - 1.0) / 12.0).sqrt();
        let expected = [((50.0 - 99.5) / std) as f32, ((51.0 - 99.5) / std) as f32];
        assert_eq!(row(InputScaling::Standardize), expected);
    }

    #[test]
    fn a_binary_pixel_is_on_from_128_upwards() {
        let examples = examples(1, 4, Inputs::Bytes(vec![0, 127, 128, 255]));
        let row = scaled(InputScaling::Binary, &examples, &[0], 0);
        assert_eq!(row, [0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn colour_channels_are_standardised_one_by_one() {
        // Two examples of three planes of two pixels; the last plane is constant.
        let bytes = vec![0, 2, 10, 10, 7, 7, 4, 6, 30, 30, 7, 7];
        let examples = examples(3, 2, Inputs::Bytes(bytes));
        let row = scaled(InputScaling::Standardize, &examples, &[0, 1], 0);
        // Planes: 0 2 4 6 (mean 3, variance 5), 10 10 30 30 (mean 20, std 10), 7 7 7 7.
        let five = 5.0f64.sqrt();
        let expected = [(-3.0 / five) as f32, (-1.0 / five) as f32, -1.0, -1.0, 0.0, 0.0];
        assert_eq!(row, expected);
    }

    #[test]
    fn columns_are_scaled_one_by_one_over_the_training_examples_only() {
        let numbers = vec![1.0, 5.0, -200.0, 3.0, 5.0, 200.0, 100.0, 6.0, 300.0];
        let table = examples(1, 3, Inputs::Numbers(numbers));
        let row = |setting, row| scaled(setting, &table, &[0, 1], row);
        assert_eq!(row(InputScaling::None, 2), [100.0, 6.0, 300.0]);
        assert_eq!(row(InputScaling::Unit, 0), [0.0, 0.0, 0.0]);
        assert_eq!(row(InputScaling::Unit, 1), [1.0, 0.0, 1.0]);
        // Beyond the training range, and a column that is constant there.
        assert_eq!(row(InputScaling::Unit, 2), [49.5, 1.0, 1.25]);
        assert_eq!(row(InputScaling::Standardize, 1), [1.0, 0.0, 1.0]);
        assert_eq!(row(InputScaling::Standardize, 2), [98.0, 1.0, 1.5]);
    }
    fn doubles(numbers: Vec<f64>) -> Examples {
        examples(1, 1, Inputs::Doubles(numbers))
    }

    fn scaled_all(setting: InputScaling, numbers: &[f64]) -> Vec<f32> {
        let table = doubles(numbers.to_vec());
        let train: Vec<u32> = (0..numbers.len() as u32).collect();
        let scaling = Scaling::new(setting, &table, &train);
        let mut inputs = Vec::new();
        for row in 0..numbers.len() {
            scaling.append(table.input(row), &mut inputs);
        }
        inputs
    }

    #[test]
    fn a_large_constant_in_all_rows_of_a_file_changes_no_input() {
        let near: Vec<f64> = (0..100).map(|i| f64::from(i) * 1000.0).collect();
        for offset in [1.7e12, -1.7e12, 4.5e15] {
            let far: Vec<f64> = near.iter().map(|x| x + offset).collect();
            for setting in [InputScaling::Unit, InputScaling::Standardize] {
                assert_eq!(scaled_all(setting, &far), scaled_all(setting, &near));
            }
        }
    }

    #[test]
    fn a_mean_of_many_large_numbers_keeps_the_digits_in_which_they_differ() {
        // Half of them are one more than the others: standardised, −1 and 1.
        let numbers: Vec<f64> = (0..200_000).map(|i| 4e13 + f64::from(i % 2)).collect();
        let scaled = scaled_all(InputScaling::Standardize, &numbers);
        assert_eq!(scaled[..4], [-1.0, 1.0, -1.0, 1.0]);
    }

    #[test]
    fn the_largest_and_the_smallest_numbers_are_scaled_like_others() {
        for size in [1e300, 1e-300, 1.0] {
            let numbers = [-size, 0.0, size];
            assert_eq!(scaled_all(InputScaling::Unit, &numbers), [0.0, 0.5, 1.0]);
            let third = scaled_all(InputScaling::Standardize, &numbers)[2];
            assert!((third - 1.5f32.sqrt()).abs() < 1e-6, "{size:e}: {third}");
        }
    }

    #[test]
    fn differences_that_are_rounding_alone_are_no_inputs() {
        for setting in [InputScaling::Unit, InputScaling::Standardize] {
            for numbers in [[0.1 + 0.2, 0.3], [1e17, 1e17 + 16.0]] {
                let largest = scaled_all(setting, &numbers)
                    .into_iter()
                    .fold(0.0f32, |most, x| most.max(x.abs()));
                assert!(largest < 1e-14, "{setting:?} {numbers:?}: {largest:e}");
            }
        }
    }

    #[test]
    fn numbers_that_32_bits_do_not_hold_are_found_after_scaling() {
        let table = doubles(vec![0.0, 1e39]);
        let overflow =
            |setting, train: &[u32]| Scaling::new(setting, &table, train).overflow(&table);
        assert_eq!(overflow(InputScaling::None, &[0, 1]), Some((0, 1e39)));
        assert_eq!(overflow(InputScaling::Unit, &[0, 1]), None);
        assert_eq!(overflow(InputScaling::Unit, &[0]), Some((0, 1e39)));
    }
}
