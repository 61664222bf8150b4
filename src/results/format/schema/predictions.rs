//! The columns of `predictions.csv` and `pictures.csv`.

use serde::{Deserialize, Serialize};

use crate::event::{Picture, Prediction};
use crate::units::hexadecimal;

pub(in crate::results) const PREDICTIONS: &str = "predictions.csv";
pub(in crate::results) const PICTURES: &str = "pictures.csv";

/// A row of `predictions.csv`: what the trained network says of one test example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionRow {
    /// The position of the example in the test set, from 0.
    pub example: usize,
    /// Its class, from 0.
    pub label: u8,
    /// The class that the network predicts.
    pub predicted: u8,
    /// The probability that the network gives to that class, from 0 to 1.
    pub probability: f64,
    /// The probability that it gives to the example's class.
    pub label_probability: f64,
}

impl PredictionRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "example,label,predicted,probability,label_probability\n";

    /// The row of an example; probabilities with six significant digits.
    pub(in crate::results) fn of(example: usize, prediction: &Prediction) -> Self {
        // Formatted numbers can be parsed. Labels are bytes in every dataset.
        let rounded = |share: f64| format!("{share:.5e}").parse().unwrap_or(share);
        Self {
            example,
            label: prediction.label as u8,
            predicted: prediction.predicted as u8,
            probability: rounded(prediction.probability),
            label_probability: rounded(prediction.label_probability),
        }
    }
}

/// A row of `pictures.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureRow {
    /// `sample`, `mistake` or `weights`.
    pub kind: String,
    /// The example's position in the test set, or the unit's in the first layer, from 0.
    pub number: usize,
    /// The class of an example, from 0; empty of weights.
    pub label: Option<u8>,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// The value of the byte 0.
    pub low: f64,
    /// The value of the byte 255.
    pub high: f64,
    /// The channel planes one after the other, each row by row: two hexadecimal digits for each byte.
    pub pixels: String,
}

impl PictureRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "kind,number,label,channels,height,width,low,high,pixels\n";

    /// The row of a picture.
    pub(in crate::results) fn of(picture: &Picture) -> Self {
        Self {
            kind: picture.kind.name().to_owned(),
            number: picture.number,
            label: picture.label.map(|label| label as u8),
            channels: picture.channels,
            height: picture.height,
            width: picture.width,
            low: picture.low,
            high: picture.high,
            pixels: hexadecimal(&picture.pixels),
        }
    }
}
