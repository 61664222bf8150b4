//! `[data]`

use super::{Reader, as_count, as_whole};
use crate::config::spec::{
    Augmentation, Data, Dataset, Header, InputScaling, MissingRows, Split, Table, TestRows,
    Validation,
};
use crate::config::value::Value;

/// `[data]` of one condition.
pub(super) fn data(reader: &mut Reader<'_>) -> Data {
    let dataset = dataset(reader);
    let (train_examples, test_examples) = match dataset {
        Dataset::Glyphs { .. } => sizes(reader, Dataset::GLYPHS_TRAIN, Dataset::GLYPHS_TEST),
        Dataset::BadlyScaled { .. }
        | Dataset::TwoSpirals { .. }
        | Dataset::LinearTeacher { .. } => {
            sizes(reader, Dataset::SYNTHETIC_TRAIN, Dataset::SYNTHETIC_TEST)
        }
        Dataset::Mnist | Dataset::FashionMnist | Dataset::Cifar10 { .. } | Dataset::Csv(_) => (
            reader.optional_count("data.train_examples"),
            reader.optional_count("data.test_examples"),
        ),
    };
    let validation = validation(reader);
    Data {
        input_scaling: input_scaling(reader, &dataset),
        test_offset: reader.optional_float("data.test_offset").unwrap_or(0.0),
        augmentation: augmentation(reader, &dataset),
        dataset,
        train_examples,
        test_examples,
        validation,
        split: split(reader, validation),
    }
}

fn dataset(reader: &mut Reader<'_>) -> Dataset {
    match reader.text("data.dataset", "").as_str() {
        "mnist" => Dataset::Mnist,
        "fashion-mnist" => Dataset::FashionMnist,
        "cifar10" => Dataset::Cifar10 { train_batches: train_batches(reader) },
        "csv" => Dataset::Csv(table(reader)),
        "badly-scaled" => Dataset::BadlyScaled {
            columns: reader.count("data.columns", 20),
            classes: reader.count("data.classes", 3),
            scale_decades: reader.float("data.scale_decades", 3.0),
            seed: reader.number("data.seed", 0),
        },
        "two-spirals" => Dataset::TwoSpirals {
            difficulty: reader.float("data.difficulty", 0.5),
            seed: reader.number("data.seed", 0),
        },
        "linear-teacher" => Dataset::LinearTeacher {
            columns: reader.count("data.columns", 20),
            classes: reader.count("data.classes", 3),
            seed: reader.number("data.seed", 0),
        },
        _ => Dataset::Glyphs {
            difficulty: reader.float("data.difficulty", 0.5),
            seed: reader.number("data.seed", 0),
        },
    }
}

/// How many examples are generated.
fn sizes(reader: &mut Reader<'_>, train: u32, test: u32) -> (Option<usize>, Option<usize>) {
    (
        Some(reader.count("data.train_examples", train)),
        Some(reader.count("data.test_examples", test)),
    )
}

/// Scaling would undo what `badly-scaled` is made for, so there it has to be asked for.
fn input_scaling(reader: &mut Reader<'_>, dataset: &Dataset) -> InputScaling {
    let default = match dataset {
        Dataset::BadlyScaled { .. } => "none",
        _ => "unit",
    };
    match reader.text("data.input_scaling", default).as_str() {
        "standardize" => InputScaling::Standardize,
        "binary" => InputScaling::Binary,
        "none" => InputScaling::None,
        _ => InputScaling::Unit,
    }
}

fn train_batches(reader: &mut Reader<'_>) -> Vec<u8> {
    let all = Value::List((1..=5).map(Value::Integer).collect());
    match reader.value("data.train_batches", all) {
        // From 1 to 5, by the key's rule.
        Value::List(batches) => batches.iter().filter_map(as_whole).map(|b| b as u8).collect(),
        _ => Vec::new(),
    }
}

/// A file that is not given stays empty here; `combinations` refuses it.
fn table(reader: &mut Reader<'_>) -> Table {
    // What the tables held; it stands for their paths in the ids of trials.
    reader.optional("data.sha256");
    let missing = reader.optional_texts("data.missing").unwrap_or_default();
    Table {
        file: reader.optional_text("data.file").unwrap_or_default().into(),
        label: reader.optional_text("data.label"),
        header: Header {
            is_said: reader.is_given("data.header"),
            is_there: reader.flag("data.header", true),
        },
        inputs: reader.optional_texts("data.inputs"),
        ignore: reader.optional_texts("data.ignore").unwrap_or_default(),
        categorical: reader.optional_texts("data.categorical").unwrap_or_default(),
        missing_rows: missing_rows(reader, &missing),
        missing,
        stratify: reader.flag("data.stratify", true),
        test: match reader.optional_text("data.test_file") {
            Some(file) => TestRows::File(file.into()),
            None => TestRows::Share {
                share: reader.float("data.test_share", 0.2),
                seed: reader.number("data.seed", 0),
            },
        },
    }
}

/// Where no cell counts as missing, no row lacks a value, so the key is not read.
fn missing_rows(reader: &mut Reader<'_>, missing: &[String]) -> MissingRows {
    if missing.is_empty() {
        return MissingRows::Refuse;
    }
    match reader.text("data.missing_rows", "refuse").as_str() {
        "drop" => MissingRows::Drop,
        _ => MissingRows::Refuse,
    }
}

fn validation(reader: &mut Reader<'_>) -> Validation {
    match reader.value("data.validation", Value::Float(0.1)) {
        Value::Float(share) => Validation::Fraction(share),
        count => Validation::Count(as_whole(&count).map_or(0, as_count)),
    }
}

/// A table has nothing to move.
fn augmentation(reader: &mut Reader<'_>, dataset: &Dataset) -> Augmentation {
    if dataset.image().is_none() {
        return Augmentation::default();
    }
    Augmentation {
        // At most 14, by the key's rule.
        shift: reader.number("data.shift", 0) as u8,
        flip: reader.flag("data.flip", false),
    }
}

/// Without validation examples there is nothing to split, so the key is not read.
fn split(reader: &mut Reader<'_>, validation: Validation) -> Split {
    if validation == Validation::Count(0) {
        return Split::PerReplicate;
    }
    match reader.text("data.split", "per_replicate").as_str() {
        "fixed" => Split::Fixed,
        _ => Split::PerReplicate,
    }
}
