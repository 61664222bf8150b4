//! `[data]`

use super::{ANY, FROM_0_TO_1, Key, SEED, count};
use crate::config::rule::{Bound, Rule};

const IMAGES: &str = "with a dataset of images";

const CSV: &str = "with `data.dataset = \"csv\"`";
const COLUMNS: Rule = Rule::Texts {
    may_be_empty: false,
};
const SPLIT_CSV: &str = "with `data.dataset = \"csv\"` and without `data.test_file`";

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "data.dataset",
        rule: Rule::Choice(&[
            "glyphs",
            "mnist",
            "fashion-mnist",
            "cifar10",
            "csv",
            "badly-scaled",
            "two-spirals",
            "linear-teacher",
        ]),
        default: "required",
        applies: "",
        meaning: "Images in 10 classes: generated digits (no files, no network), handwritten digits or articles of clothing, 28 × 28 grey pixels each, or photographs, 32 × 32 pixels in colour. `\"csv\"` is a table of your own; the last three are generated tables, described below.",
    },
    Key {
        path: "data.train_examples",
        rule: count(1_000_000),
        default: "glyphs `6000`, other generated sets `2000`, else all",
        applies: "",
        meaning: "Training examples: how many are generated, or how many of a file's are used: the first of a set of images, whose order is a random one, and a random part of a table (see `data.stratify`). Validation is split off these.",
    },
    Key {
        path: "data.test_examples",
        rule: count(1_000_000),
        default: "glyphs `2000`, other generated sets `1000`, else all",
        applies: "",
        meaning: "Test examples, likewise.",
    },
    Key {
        path: "data.validation",
        rule: Rule::Share,
        default: "`0.1`",
        applies: "",
        meaning: "How much of the training examples is held out for validation. `5000` is a count, `0.1` a share, rounded down.",
    },
    Key {
        path: "data.split",
        rule: Rule::Choice(&["per_replicate", "fixed"]),
        default: "`\"per_replicate\"`",
        applies: "where `data.validation` is not 0",
        meaning: "Whether each replicate draws its own validation examples or all share one draw.",
    },
    Key {
        path: "data.input_scaling",
        rule: Rule::Choice(&["unit", "standardize", "binary", "none"]),
        default: "badly-scaled `\"none\"`, else `\"unit\"`",
        applies: "",
        meaning: "How a raw value x becomes an input, by what the training examples (without validation) hold. `\"unit\"`: x / 255 for a pixel, (x − min) / (max − min) of its column for a table. `\"standardize\"`: (x − mean) / std over all pixels of a colour channel, or over a column. `\"binary\"`, images only: 1 where x / 255 > 0.5, else 0. `\"none\"`: x.",
    },
    Key {
        path: "data.test_offset",
        rule: ANY,
        default: "none",
        applies: "",
        meaning: "Added to every input of every test example after `data.input_scaling`, as more light adds to every pixel: a shift of the inputs that training and validation never see. It changes no training, only what the test set says.",
    },
    Key {
        path: "data.shift",
        rule: Rule::Whole { least: 0, most: 14 },
        default: "`0`",
        applies: IMAGES,
        meaning: "Each training image is moved by a random whole number of pixels, at most so many, to the side and another one up or down; black enters.",
    },
    Key {
        path: "data.flip",
        rule: Rule::Flag,
        default: "`false`",
        applies: IMAGES,
        meaning: "Whether each training image is mirrored left to right with probability ½.",
    },
    Key {
        path: "data.train_batches",
        rule: Rule::Numbers { least: 1, most: 5 },
        default: "`[1, 2, 3, 4, 5]`",
        applies: "with `data.dataset = \"cifar10\"`",
        meaning: "Which of the five files of 10 000 training images are used.",
    },
    Key {
        path: "data.file",
        rule: Rule::File,
        default: "required",
        applies: CSV,
        meaning: "The table: comma-separated, one example per row. A path in the file is relative to the file's own folder, one given by `-o` to the working directory. In the ids of trials the table's content stands for its path: it may be moved, and one that has changed makes other trials. Columns of numbers are inputs as they are, columns of text make one input per category.",
    },
    Key {
        path: "data.test_file",
        rule: Rule::File,
        default: "none",
        applies: CSV,
        meaning: "The rows to test with, in the same columns: matched by name, or by position where there is no header. Without it they are split off the table.",
    },
    Key {
        path: "data.sha256",
        rule: Rule::Sums,
        default: "none",
        applies: CSV,
        meaning: "What each table held, a line as `sha256sum` prints it. Written by bn-lab into the `experiment.toml` of a results folder, so that the folder can be read without the table, and a table that has changed is noticed; not for you to write.",
    },
    Key {
        path: "data.test_share",
        rule: Rule::Number {
            low: Bound::Excluding(0.0),
            high: Bound::Excluding(1.0),
        },
        default: "`0.2`",
        applies: SPLIT_CSV,
        meaning: "How much of the table's rows is split off as the test set, by `data.seed`.",
    },
    Key {
        path: "data.stratify",
        rule: Rule::Flag,
        default: "`true`",
        applies: CSV,
        meaning: "Whether the test rows, the validation rows and the parts that `data.train_examples` and `data.test_examples` take have the classes in the proportions of the whole, and no class gives its last training row away. `false` draws them without regard to the class.",
    },
    Key {
        path: "data.label",
        rule: Rule::Text,
        default: "the last column",
        applies: CSV,
        meaning: "The column that holds the class: its name or, where the table has no header, its number from 1, in quotes.",
    },
    Key {
        path: "data.header",
        rule: Rule::Flag,
        default: "`true`",
        applies: CSV,
        meaning: "Whether the first line names the columns. Where the key is absent, a first line that looks like data is refused; `true` believes it, for columns that are called `2019` and `2020`.",
    },
    Key {
        path: "data.inputs",
        rule: COLUMNS,
        default: "all but the label and those of `data.ignore`",
        applies: CSV,
        meaning: "The columns that the network is shown; all others but the label are not read. A column is given by its name or, where it has none, by its number from 1, in quotes.",
    },
    Key {
        path: "data.ignore",
        rule: COLUMNS,
        default: "none",
        applies: CSV,
        meaning: "Columns that are not read, such as row numbers and other ids.",
    },
    Key {
        path: "data.categorical",
        rule: COLUMNS,
        default: "none",
        applies: CSV,
        meaning: "Columns whose cells are text, whatever they look like: one input per category or, for the label, one class per spelling. Only an empty cell can be missing in them.",
    },
    Key {
        path: "data.missing",
        rule: Rule::Texts { may_be_empty: true },
        default: "none",
        applies: CSV,
        meaning: "Cells that say that a value is missing, as they stand in the file: `[\"NA\", \"?\"]`; `\"\"` is an empty cell. In columns of `data.categorical` they are categories.",
    },
    Key {
        path: "data.missing_rows",
        rule: Rule::Choice(&["refuse", "drop"]),
        default: "`\"refuse\"`",
        applies: "with `data.dataset = \"csv\"` and where `data.missing` is not empty",
        meaning: "Whether a row with such a cell ends the run, or is left out and counted.",
    },
    Key {
        path: "data.difficulty",
        rule: FROM_0_TO_1,
        default: "`0.5`",
        applies: "with `data.dataset = \"glyphs\"` or `\"two-spirals\"`",
        meaning: "0 is clean and upright (glyphs) or without noise (spirals), 1 is barely legible, or noise as large as the way to the boundary.",
    },
    Key {
        path: "data.columns",
        rule: count(10_000),
        default: "`20`",
        applies: "with `data.dataset = \"badly-scaled\"` or `\"linear-teacher\"`",
        meaning: "Inputs of the generated table.",
    },
    Key {
        path: "data.classes",
        rule: Rule::Whole {
            least: 2,
            most: 100,
        },
        default: "`3`",
        applies: "with `data.dataset = \"badly-scaled\"` or `\"linear-teacher\"`",
        meaning: "Classes of the generated table.",
    },
    Key {
        path: "data.scale_decades",
        rule: Rule::Number {
            low: Bound::Including(0.0),
            high: Bound::Including(10.0),
        },
        default: "`3.0`",
        applies: "with `data.dataset = \"badly-scaled\"`",
        meaning: "Each column is multiplied by 10 to a power that is uniform between minus and plus this.",
    },
    Key {
        path: "data.seed",
        rule: SEED,
        default: "`0`",
        applies: "with a generated dataset, or with `data.dataset = \"csv\"` and without `data.test_file`",
        meaning: "Seed of the generator, or of a table's test split; the same in every replicate.",
    },
];
