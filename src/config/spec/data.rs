//! `[data]`: the dataset, and how its examples become inputs.

use super::table::{Table, is_test_split_off};
use crate::config::declare::{choices, keys, settings};
use crate::config::key::Applies::{self, Where};
use crate::config::key::DefaultValue::{Computed, Flag, Number, Open, Text, Whole, Wholes};
use crate::config::key::{Choice, field_of, is_field};
use crate::config::point::{FromValue, Point};
use crate::config::rule::{ANY, Bound, FROM_0_TO_1, List, Order, Rule, SEED, count};
use crate::config::value::Value;

keys! { DATA_KEYS:
    DATASET: Option<Dataset> = "data.dataset", Rule::Choice(Dataset::WORDS), default Open("required");
        "Images in 10 classes: generated digits (no files, no network), handwritten digits or articles of clothing, 28 × 28 grey pixels each, or photographs, 32 × 32 pixels in colour. `\"csv\"` is a table of your own; the last three are generated tables, described below.";
    TRAIN_EXAMPLES: Option<usize> = "data.train_examples", count(1_000_000),
        default Computed("glyphs `6000`, other generated sets `2000`, else all", |point| {
            Some(Value::Integer(dataset(point).generated_sizes()?.0.into()))
        });
        "Training examples: how many are generated, or how many of a file's are used: the first of a set of images, whose order is a random one, and a random part of a table (see `data.stratify`). Validation is split off these.";
    TEST_EXAMPLES: Option<usize> = "data.test_examples", count(1_000_000),
        default Computed("glyphs `2000`, other generated sets `1000`, else all", |point| {
            Some(Value::Integer(dataset(point).generated_sizes()?.1.into()))
        });
        "Test examples, likewise.";
    VALIDATION: Validation = "data.validation", Rule::Share, default Number(0.1);
        "How much of the training examples is held out for validation. `5000` is a count, `0.1` a share, rounded down.";
    SPLIT: Split = "data.split", Rule::Choice(Split::WORDS), default Text("per_replicate"),
        only Where("where `data.validation` is not 0", |point| {
            point.get(VALIDATION) != Validation::Count(0)
        });
        "Whether each replicate draws its own validation examples or all share one draw.";
    INPUT_SCALING: InputScaling = "data.input_scaling", Rule::Choice(InputScaling::WORDS),
        // Scaling would remove the differences in scale that `badly-scaled` consists of.
        default Computed("badly-scaled `\"none\"`, else `\"unit\"`", |point| {
            let is_badly_scaled = point.has_word(DATASET.0, "badly-scaled");
            Some(Value::Text(if is_badly_scaled { "none" } else { "unit" }.to_owned()))
        });
        "How a raw value x becomes an input, by what the training examples (without validation) hold. `\"unit\"`: x / 255 for a pixel, (x − min) / (max − min) of its column for a table. `\"standardize\"`: (x − mean) / std over all pixels of a colour channel, or over a column. `\"binary\"`, images only: 1 where x / 255 > 0.5, else 0. `\"none\"`: x.";
    TEST_OFFSET: Option<f64> = "data.test_offset", ANY, default Open("none");
        "Added to every input of every test example after `data.input_scaling`, as more light adds to every pixel: a shift of the inputs that training and validation never see. It changes no training, only what the test set says.";
    SHIFT: u8 = "data.shift", Rule::Whole { least: 0, most: 14 }, default Whole(0), only IMAGES;
        "Each training image is moved by a random whole number of pixels, at most so many, to the side and another one up or down; black enters.";
    FLIP: bool = "data.flip", Rule::Flag, default Flag(false), only IMAGES;
        "Whether each training image is mirrored left to right with probability ½.";
    TRAIN_BATCHES: Vec<u8> = "data.train_batches", Rule::List(&FIVE_FILES),
        default Wholes(&[1, 2, 3, 4, 5]), only field_of(DATASET);
        "Which of the five files of 10 000 training images are used.";
}

// In the documentation these follow the keys of a table.
keys! { GENERATOR_KEYS:
    DIFFICULTY: f64 = "data.difficulty", FROM_0_TO_1, default Number(0.5), only field_of(DATASET);
        "0 is clean and upright (glyphs) or without noise (spirals), 1 is barely legible, or noise as large as the way to the boundary.";
    COLUMNS: usize = "data.columns", count(10_000), default Whole(20), only field_of(DATASET);
        "Inputs of the generated table.";
    CLASSES: usize = "data.classes", Rule::Whole { least: 2, most: 100 },
        default Whole(3), only field_of(DATASET);
        "Classes of the generated table.";
    SCALE_DECADES: f64 = "data.scale_decades",
        Rule::Number { low: Bound::Including(0.0), high: Bound::Including(10.0) },
        default Number(3.0), only field_of(DATASET);
        "Each column is multiplied by 10 to a power that is uniform between minus and plus this.";
    DATA_SEED: u64 = "data.seed", SEED, default Whole(0),
        only Where("with a generated dataset, or with `data.dataset = \"csv\"` and without `data.test_file`", |point| {
            is_field(DATA_SEED.0, DATASET.0, Dataset::fields, point) || is_test_split_off(point)
        });
        "Seed of the generator, or of a table's test split; the same in every replicate.";
}

const IMAGES: Applies = Where("with a dataset of images", |point| dataset(point).image().is_some());

/// The training files of CIFAR-10, by their numbers.
const FIVE_FILES: List = List::new(
    Rule::Whole { least: 1, most: 5 },
    (1, 5),
    Order::Sorted,
    "a list of different whole numbers from 1 to 5",
);

/// The dataset at a point. Only a point of `sweep.include` can lack one, and is refused for it.
fn dataset(point: &Point<'_>) -> Dataset {
    point.get(DATASET).unwrap_or(Dataset::Mnist)
}

settings! {
    /// The section `[data]`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Data {
        /// The dataset.
        pub dataset: Dataset => dataset,
        /// Use only this many training examples (before validation is split off): the first of a set of
        /// images, whose order is random; of a table in a file, a random part.
        pub train_examples: Option<usize> = TRAIN_EXAMPLES,
        /// Use only this many test examples, selected in the same way.
        pub test_examples: Option<usize> = TEST_EXAMPLES,
        /// The size of the validation set, taken from the training set.
        pub validation: Validation = VALIDATION,
        /// Whether each replicate draws its own validation split.
        pub split: Split = SPLIT,
        /// How raw values are scaled to inputs.
        pub input_scaling: InputScaling = INPUT_SCALING,
        /// Added to every input of every test example; 0 by default.
        pub test_offset: f64 => |point| point.get(TEST_OFFSET).unwrap_or(0.0),
        /// Random changes of training images.
        pub augmentation: Augmentation => Augmentation::read,
    }
}

impl Data {
    /// A text that determines which examples are loaded: equal texts mean equal datasets. Validation, split
    /// and scaling are not part of it, since they differ by trial.
    pub fn content(&self) -> String {
        format!("{:?} {:?} {:?}", self.dataset, self.train_examples, self.test_examples)
    }
}

choices! {
    /// A dataset and its own settings.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Dataset {
        /// Generated digits; needs no files and no download.
        Glyphs = "glyphs" {
            /// From 0 (clean and upright) to 1 (barely legible).
            difficulty: f64 = DIFFICULTY,
            /// Seed of the generator, shared by all replicates.
            seed: u64 = DATA_SEED,
        },
        /// Handwritten digits (LeCun, Cortes, Burges).
        Mnist = "mnist" as "MNIST",
        /// Images of clothing (Zalando).
        FashionMnist = "fashion-mnist" as "Fashion-MNIST",
        /// Small colour photographs (Krizhevsky, Nair, Hinton).
        Cifar10 = "cifar10" as "CIFAR-10" {
            /// Which of the five training files are used: different numbers from 1 to 5, in order.
            train_batches: Vec<u8> = TRAIN_BATCHES,
        },
        /// A table in the user's own file.
        Csv = "csv" (Table),
        /// Generated: columns whose scales differ by orders of magnitude.
        BadlyScaled = "badly-scaled" {
            /// Number of inputs.
            columns: usize = COLUMNS,
            /// Number of classes; at least 2.
            classes: usize = CLASSES,
            /// Columns are multiplied by 10 to the power of up to ± this.
            scale_decades: f64 = SCALE_DECADES,
            /// Seed of the generator, shared by all replicates.
            seed: u64 = DATA_SEED,
        },
        /// Generated: two classes on interleaved spirals in the plane.
        TwoSpirals = "two-spirals" {
            /// From 0 (no noise) to 1 (noise as large as the distance to the boundary).
            difficulty: f64 = DIFFICULTY,
            /// Seed of the generator, shared by all replicates.
            seed: u64 = DATA_SEED,
        },
        /// Generated: labels of a linear teacher, so that a linear classifier can learn them.
        LinearTeacher = "linear-teacher" {
            /// Number of inputs.
            columns: usize = COLUMNS,
            /// Number of classes; at least 2.
            classes: usize = CLASSES,
            /// Seed of the generator, shared by all replicates.
            seed: u64 = DATA_SEED,
        },
    }
}

impl Dataset {
    /// The datasets of published files, which `bn-lab data fetch` downloads.
    pub const PUBLISHED: [&'static str; 3] = ["mnist", "fashion-mnist", "cifar10"];
    /// Number of training glyphs without `data.train_examples`.
    pub const GLYPHS_TRAIN: u32 = 6_000;
    /// Number of test glyphs without `data.test_examples`.
    pub const GLYPHS_TEST: u32 = 2_000;
    /// Number of training rows of a generated table without `data.train_examples`.
    pub const SYNTHETIC_TRAIN: u32 = 2_000;
    /// Number of test rows of a generated table without `data.test_examples`.
    pub const SYNTHETIC_TEST: u32 = 1_000;

    /// Default numbers of generated training and test examples; `None` for a
    /// dataset of files.
    fn generated_sizes(&self) -> Option<(u32, u32)> {
        match self {
            Self::Glyphs { .. } => Some((Self::GLYPHS_TRAIN, Self::GLYPHS_TEST)),
            Self::BadlyScaled { .. } | Self::TwoSpirals { .. } | Self::LinearTeacher { .. } => {
                Some((Self::SYNTHETIC_TRAIN, Self::SYNTHETIC_TEST))
            }
            Self::Mnist | Self::FashionMnist | Self::Cifar10 { .. } | Self::Csv(_) => None,
        }
    }

    /// Whether subsets of it are stratified by class.
    pub fn stratifies(&self) -> bool {
        matches!(self, Self::Csv(table) if table.stratify)
    }

    /// The shape of one example of a set of images; `None` for a table.
    pub fn image(&self) -> Option<Shape> {
        match self {
            Self::Glyphs { .. } | Self::Mnist | Self::FashionMnist => {
                Some(Shape { channels: 1, height: 28, width: 28 })
            }
            Self::Cifar10 { .. } => Some(Shape { channels: 3, height: 32, width: 32 }),
            Self::Csv(_)
            | Self::BadlyScaled { .. }
            | Self::TwoSpirals { .. }
            | Self::LinearTeacher { .. } => None,
        }
    }
}

/// The size of the validation set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Validation {
    /// This number of examples; 0 for none.
    Count(usize),
    /// A share of the training set, in `(0, 1)`, rounded down to whole examples.
    Fraction(f64),
}

impl Validation {
    /// The number of validation examples out of `total` training examples.
    pub fn of(self, total: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Fraction(share) => (total as f64 * share) as usize,
        }
    }
}

impl FromValue for Validation {
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self> {
        match value {
            Some(Value::Float(share)) => Some(Self::Fraction(*share)),
            count => usize::from_value(count, point).map(Self::Count),
        }
    }
}

choices! {
    /// Which examples are held out for validation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Split {
        /// Each replicate draws its own split.
        PerReplicate = "per_replicate",
        /// All replicates share one split.
        Fixed = "fixed",
    }
}

choices! {
    /// How a raw value `x`, a byte of an image or a number of a table, is scaled to an input.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum InputScaling {
        /// Images: `x / 255`; tables: `(x − min) / (max − min)` over the column's training examples
        Unit = "unit",
        /// `(x − mean) / std`, over the training examples: all pixels of a colour channel, or a column
        Standardize = "standardize",
        /// Images only: 1 where `x / 255 > 0.5`, else 0
        Binary = "binary",
        /// `x`, unscaled
        None = "none",
    }
}

settings! {
    /// Random changes of training images; by default none.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct Augmentation {
        /// Most pixels by which an image is shifted in either direction; at most 14.
        pub shift: u8 = SHIFT,
        /// Whether images are mirrored left to right with probability 1/2.
        pub flip: bool = FLIP,
    }
}

/// The shape of one example's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Colour channels of an image; 1 for a row of a table.
    pub channels: usize,
    /// Rows of an image; 1 for a row of a table.
    pub height: usize,
    /// Columns of an image, or of a table.
    pub width: usize,
}

impl Shape {
    /// Number of inputs per example.
    pub fn features(self) -> usize {
        self.channels * self.height * self.width
    }
}
