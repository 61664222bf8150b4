//! Raw inputs → network inputs: `data.input_scaling`, fixed once per trial by what its training
//! examples hold, and applied to every part alike.
//!
//! | | pixel `x` of an image | number `x` of a table |
//! |---|---|---|
//! | `unit` | `x / 255` | `(x − min) / (max − min)` of its column |
//! | `standardize` | `(x − mean) / std` of its colour channel | `(x − mean) / std` of its column |
//! | `binary` | 1 where `x / 255 > 0.5`, else 0 | – |
//! | `none` | `x` | `x` |
//!
//! `std` is biased (n, not n − 1), as scikit-learn's `StandardScaler` has it; a constant channel or
//! column has a spread of 1 here, so that it becomes 0. `binary` is for the MNIST experiment of Ioffe
//! and Szegedy (2015, section 4.1), whose input is "a 28x28 binary image"; they do not say how it was
//! made, and the threshold is ours. Numbers outside the training range go beyond `[0, 1]` under
//! `unit`: nothing is cut off.

use super::{Examples, Inputs, Row};
use crate::config::spec::InputScaling;

/// A scaling whose constants are known.
#[derive(Debug, Clone)]
pub(super) enum Scaling {
    /// The input that each byte becomes, `[channels]`.
    Bytes(Vec<[f32; 256]>),
    /// What is done to each column of a table, `[features]`.
    Columns(Vec<Linear>),
}

/// `(x − shift) / spread`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Linear {
    shift: f64,
    spread: f64,
}

impl Linear {
    const NOTHING: Self = Self {
        shift: 0.0,
        spread: 1.0,
    };

    /// A spread of nothing would divide by 0; what does not vary becomes 0 instead.
    fn new(shift: f64, spread: f64) -> Self {
        let spread = if spread > 0.0 { spread } else { 1.0 };
        Self { shift, spread }
    }

    fn of(self, x: f64) -> f32 {
        ((x - self.shift) / self.spread) as f32
    }
}

impl Scaling {
    /// The scaling `setting`, with its constants taken from the examples at `train`.
    pub(super) fn new(setting: InputScaling, examples: &Examples, train: &[u32]) -> Self {
        match &examples.inputs {
            Inputs::Bytes(_) => Self::Bytes(
                (0..examples.shape.channels)
                    .map(|channel| byte_table(setting, examples, train, channel))
                    .collect(),
            ),
            Inputs::Numbers(numbers) => {
                Self::Columns(columns(setting, numbers, examples.features(), train))
            }
        }
    }

    /// Appends one example's inputs, scaled.
    pub(super) fn append(&self, row: Row<'_>, inputs: &mut Vec<f32>) {
        match (self, row) {
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
            // Both halves of a dataset are of one kind; its readers and generators see to it.
            _ => unreachable!("a scaling is made for the kind of its dataset"),
        }
    }
}

/// The input that each byte of a colour channel becomes.
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
        let sum: f64 = counts
            .iter()
            .enumerate()
            .map(|(byte, &n)| n as f64 * f(byte as f64))
            .sum();
        sum / total
    };
    let mean = average(&|x| x);
    Linear::new(mean, average(&|x| (x - mean).powi(2)).sqrt())
}

/// What becomes of each column of a table.
fn columns(setting: InputScaling, numbers: &[f32], features: usize, train: &[u32]) -> Vec<Linear> {
    let column = |column: usize| {
        let values = || {
            train
                .iter()
                .map(move |&row| f64::from(numbers[row as usize * features + column]))
        };
        match setting {
            InputScaling::Unit => {
                let least = values().fold(f64::INFINITY, f64::min);
                let most = values().fold(f64::NEG_INFINITY, f64::max);
                Linear::new(least, most - least)
            }
            InputScaling::Standardize => {
                let count = train.len().max(1) as f64;
                let mean = values().sum::<f64>() / count;
                let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
                Linear::new(mean, variance.sqrt())
            }
            // `binary` is refused for tables before anything is loaded.
            InputScaling::Binary | InputScaling::None => Linear::NOTHING,
        }
    };
    (0..features).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::Shape;

    fn examples(channels: usize, width: usize, inputs: Inputs) -> Examples {
        let values = match &inputs {
            Inputs::Bytes(bytes) => bytes.len(),
            Inputs::Numbers(numbers) => numbers.len(),
        };
        Examples {
            shape: Shape {
                channels,
                height: 1,
                width,
            },
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
    fn bytes_are_scaled_as_the_setting_says() {
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
        let expected = [
            (-3.0 / five) as f32,
            (-1.0 / five) as f32,
            -1.0,
            -1.0,
            0.0,
            0.0,
        ];
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
        // Beyond the training range, and a column that did not vary there.
        assert_eq!(row(InputScaling::Unit, 2), [49.5, 1.0, 1.25]);
        assert_eq!(row(InputScaling::Standardize, 1), [1.0, 0.0, 1.0]);
        assert_eq!(row(InputScaling::Standardize, 2), [98.0, 1.0, 1.5]);
    }
}
