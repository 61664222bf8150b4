//! `[data]`: which examples, and how they become inputs.

use std::path::PathBuf;

/// `[data]`
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Which dataset.
    pub dataset: Dataset,
    /// Take only so many training examples (before validation is split off): the first of a set of
    /// images, whose order is a random one; of a table in a file, a random part.
    pub train_examples: Option<usize>,
    /// Take only so many test examples, likewise.
    pub test_examples: Option<usize>,
    /// How much of the training set is held out for validation.
    pub validation: Validation,
    /// Whether each replicate draws its own validation split.
    pub split: Split,
    /// How raw values become inputs.
    pub input_scaling: InputScaling,
    /// Added to every input of every test example; 0 where nothing is.
    pub test_offset: f64,
    /// What is done to training images at random.
    pub augmentation: Augmentation,
}

impl Data {
    /// What decides which examples are loaded, as text: where it is the same, so is the dataset.
    /// Validation, split and scaling are a trial's own business.
    pub fn content(&self) -> String {
        format!("{:?} {:?} {:?}", self.dataset, self.train_examples, self.test_examples)
    }
}

/// A dataset and what only it needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Dataset {
    /// Generated digits; no files, no network.
    Glyphs {
        /// 0 = clean and upright, 1 = barely legible.
        difficulty: f64,
        /// Seed of the generator, shared by all replicates.
        seed: u64,
    },
    /// Handwritten digits (LeCun, Cortes, Burges).
    Mnist,
    /// Articles of clothing (Zalando).
    FashionMnist,
    /// Small colour photographs (Krizhevsky, Nair, Hinton).
    Cifar10 {
        /// Which of the five training files are used: different numbers from 1 to 5, in order.
        train_batches: Vec<u8>,
    },
    /// A table of the user's own.
    Csv(Table),
    /// Generated: columns whose scales differ by orders of magnitude.
    BadlyScaled {
        /// Inputs.
        columns: usize,
        /// Classes; at least 2.
        classes: usize,
        /// Columns are multiplied by 10 to the power of up to ± this.
        scale_decades: f64,
        /// Seed of the generator, shared by all replicates.
        seed: u64,
    },
    /// Generated: two classes that wind around each other in the plane.
    TwoSpirals {
        /// 0 = no noise, 1 = noise as large as the way to the boundary.
        difficulty: f64,
        /// Seed of the generator, shared by all replicates.
        seed: u64,
    },
    /// Generated: what a linear classifier can learn.
    LinearTeacher {
        /// Inputs.
        columns: usize,
        /// Classes; at least 2.
        classes: usize,
        /// Seed of the generator, shared by all replicates.
        seed: u64,
    },
}

/// A file of comma-separated values.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file, as the program opens it.
    pub file: PathBuf,
    /// The column that holds the label: its name, or its number from 1 where there is no header.
    /// `None`: the last.
    pub label: Option<String>,
    /// Whether the first line names the columns.
    pub header: Header,
    /// The columns that the network is shown; `None`: all but the label and those of `ignore`.
    pub inputs: Option<Vec<String>>,
    /// Columns that are not read.
    pub ignore: Vec<String>,
    /// Columns whose cells are texts, whatever they look like.
    pub categorical: Vec<String>,
    /// Cells that say that a value is missing, as they stand in the file.
    pub missing: Vec<String>,
    /// What becomes of rows with such cells.
    pub missing_rows: MissingRows,
    /// What the network is tested with.
    pub test: TestRows,
    /// Whether test rows, validation rows and parts of the table are taken from each class in
    /// proportion.
    pub stratify: bool,
}

/// A table that an experiment names, and what is known of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// The key that names it: `data.file` or `data.test_file`.
    pub key: &'static str,
    /// The path that the resolved experiment keeps, from the results folder.
    pub kept: String,
    /// The path as the program opens it.
    pub path: PathBuf,
    /// The SHA-256 of its content that the experiment keeps.
    pub stored: Option<String>,
    /// The SHA-256 of its content now; `None` where it is not there, or nobody looked.
    pub now: Option<String>,
}

/// Whether the first line of a table names its columns.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// Whether it does.
    pub is_there: bool,
    /// Whether the experiment says so; a default is not believed where the line looks like data.
    pub is_said: bool,
}

/// A default that was believed and the same word of an experiment make the same examples.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.is_there == other.is_there
    }
}

/// What becomes of the rows of a table that lack a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRows {
    /// They end the reading with an error.
    Refuse,
    /// They are left out, and counted.
    Drop,
}

/// Where the test rows of a table come from.
#[derive(Debug, Clone, PartialEq)]
pub enum TestRows {
    /// A file of their own.
    File(PathBuf),
    /// Split off by chance.
    Share {
        /// How much of the rows, in `(0, 1)`.
        share: f64,
        /// Seed of the split, shared by all replicates.
        seed: u64,
    },
}

impl Dataset {
    /// Training glyphs that are generated where `data.train_examples` does not say.
    pub const GLYPHS_TRAIN: u32 = 6_000;
    /// Test glyphs that are generated where `data.test_examples` does not say.
    pub const GLYPHS_TEST: u32 = 2_000;
    /// Training rows of a generated table where `data.train_examples` does not say.
    pub const SYNTHETIC_TRAIN: u32 = 2_000;
    /// Test rows of a generated table where `data.test_examples` does not say.
    pub const SYNTHETIC_TEST: u32 = 1_000;

    /// The name used in experiment files, folders and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Glyphs { .. } => "glyphs",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Cifar10 { .. } => "cifar10",
            Self::Csv(_) => "csv",
            Self::BadlyScaled { .. } => "badly-scaled",
            Self::TwoSpirals { .. } => "two-spirals",
            Self::LinearTeacher { .. } => "linear-teacher",
        }
    }

    /// Whether parts of it are taken from each class in proportion, and not from the whole.
    pub fn stratifies(&self) -> bool {
        matches!(self, Self::Csv(table) if table.stratify)
    }

    /// What one example of a set of images looks like; `None` for a table.
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

/// How much of the training set is held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Validation {
    /// So many examples; 0 for none.
    Count(usize),
    /// A share of the training set, in `(0, 1)`, rounded down to whole examples.
    Fraction(f64),
}

impl Validation {
    /// How many of `total` training examples are held out.
    pub fn of(self, total: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Fraction(share) => (total as f64 * share) as usize,
        }
    }
}

/// Which examples are held out for validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Each replicate draws its own.
    PerReplicate,
    /// All replicates share one.
    Fixed,
}

/// How a raw value `x`, a byte of an image or a number of a table, becomes an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputScaling {
    /// Images: `x / 255`; tables: `(x − min) / (max − min)` over the column's training examples
    Unit,
    /// `(x − mean) / std`, over the training examples: all pixels of a colour channel, or a column
    Standardize,
    /// Images only: 1 where `x / 255 > 0.5`, else 0
    Binary,
    /// `x`
    None,
}

/// Random changes of training images; by default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Augmentation {
    /// The most pixels by which an image is moved in either direction; at most 14.
    pub shift: u8,
    /// Whether every second image, by chance, is mirrored left to right.
    pub flip: bool,
}

/// The shape of one example's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Colour planes of an image; 1 for a row of a table.
    pub channels: usize,
    /// Rows of an image; 1 for a row of a table.
    pub height: usize,
    /// Columns of an image, or of a table.
    pub width: usize,
}

impl Shape {
    /// Inputs per example.
    pub fn features(self) -> usize {
        self.channels * self.height * self.width
    }
}
