//! What a trained network says of the test set, and the pictures that are kept beside it.

/// What a network says of one example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The example's class.
    pub label: usize,
    /// The class with the largest logit; in a tie, the first.
    pub predicted: usize,
    /// The probability of that class by the softmax, from 0 to 1.
    pub probability: f64,
    /// The probability of the example's class.
    pub label_probability: f64,
}

impl Prediction {
    /// Whether the example is classified correctly.
    pub fn is_correct(&self) -> bool {
        self.predicted == self.label
    }
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// A test example, one of the first of its class.
    Sample,
    /// A test example that the trained network misclassifies with a high probability.
    Mistake,
    /// The weights of one unit, or filter, of the first layer of the trained network.
    Weights,
}

impl PictureKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Sample, Self::Mistake, Self::Weights];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Mistake => "mistake",
            Self::Weights => "weights",
        }
    }

    /// Most pictures of this kind that a trial has.
    pub const fn most(self) -> usize {
        match self {
            Self::Sample => 20,
            Self::Mistake => 8,
            Self::Weights => 16,
        }
    }
}

/// A small picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub kind: PictureKind,
    /// The position of the example in the test set, or of the unit in its layer, from 0.
    pub number: usize,
    /// The class of an example; `None` of weights.
    pub label: Option<usize>,
    /// 1 for grey, 3 for red, green and blue; weights may have any number.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// The value of the byte 0.
    pub low: f64,
    /// The value of the byte 255.
    pub high: f64,
    /// The channel planes one after the other, each row by row.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Most values of a picture, those of a colour image of 64 × 64: pictures must stay small.
    pub const LARGEST: usize = 3 * 64 * 64;

    /// Most pictures of a trial.
    pub const MOST: usize =
        PictureKind::Sample.most() + PictureKind::Mistake.most() + PictureKind::Weights.most();
}
