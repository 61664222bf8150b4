//! From inputs in memory to batches of rows: splits, batch order and input scaling, all on the host.

use std::ops::Range;
use std::sync::Arc;

use super::augment::{self, Move};
use super::dataset::{Dataset, Examples, Row};
use super::order;
use super::scaling::Scaling;
use super::split;
use crate::config::spec::{Augmentation, Data, LastBatch, Shape, Split, Train};
use crate::error::{Error, Result};
use crate::event::Examples as Counts;
use crate::seed::{Stream, Streams};
use crate::units;

/// A batch of examples, scaled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The inputs `[examples, features]`, row-major.
    pub inputs: Vec<f32>,
    /// The class labels `[examples]`.
    pub labels: Vec<u8>,
    /// Number of features per example.
    pub features: usize,
}

impl Batch {
    /// Clears it, with capacity for rows of `examples`.
    fn start(&mut self, examples: &Examples) {
        self.features = examples.features();
        self.inputs.clear();
        self.labels.clear();
    }
}

/// The part of a dataset that a trial evaluates on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first training examples in the order of the dataset, which is random, at most as many as the
    /// test set has.
    Train,
    /// Held out of the training set.
    Validation,
    /// The test set.
    Test,
}

/// A dataset prepared for one trial: split, with its input scaling determined.
#[derive(Debug, Clone)]
pub struct Prepared {
    dataset: Arc<Dataset>,
    train: Vec<u32>,
    validation: Vec<u32>,
    test: Vec<u32>,
    scaling: Scaling,
    test_offset: f32,
    augmentation: Augmentation,
}

impl Prepared {
    /// Splits validation off the training set and computes the scaling. `streams` are the trial's;
    /// with a fixed split, all replicates share the split of `seed`.
    pub fn new(
        dataset: Arc<Dataset>,
        settings: &Data,
        seed: u64,
        streams: &Streams,
    ) -> Result<Self> {
        let total = dataset.train.count();
        let held_out = settings.validation.of(total);
        if held_out >= total {
            return Err(Error::Data(format!(
                "`data.validation = {held_out}` leaves nothing to train on: dataset `{}` has {}",
                dataset.name,
                units::counted(total, "training example", "training examples")
            )));
        }
        let (train, validation) = split_off(&dataset.train, held_out, settings, seed, streams);
        let scaling = Scaling::new(settings.input_scaling, &dataset.train, &train);
        for part in [&dataset.train, &dataset.test] {
            if let Some((input, number)) = scaling.overflow(part) {
                return Err(Error::Data(format!(
                    "column `{}` of the dataset `{}`: {number:e} lies so far from the training examples that 32 bits do not hold it after `data.input_scaling`",
                    dataset.column_of(input),
                    dataset.name
                )));
            }
        }
        let test = indices(dataset.test.count());
        Ok(Self {
            dataset,
            train,
            validation,
            test,
            scaling,
            test_offset: settings.test_offset as f32,
            augmentation: settings.augmentation,
        })
    }

    /// The shape of one example.
    pub fn shape(&self) -> Shape {
        self.dataset.train.shape
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.dataset.train.classes
    }

    /// The number of examples in each part.
    pub fn counts(&self) -> Counts {
        Counts { train: self.train.len(), validation: self.validation.len(), test: self.test.len() }
    }

    /// The order of the training examples in epoch `epoch` (from 1); see `data/order.rs`.
    pub fn order(&self, epoch: usize, train: &Train, streams: &Streams) -> Vec<u32> {
        order::of_epoch(&self.train, &self.dataset.train.labels, epoch, train, streams)
    }

    /// The training examples, in the order of the dataset; for [`Prepared::fill`].
    pub fn train(&self) -> &[u32] {
        &self.train
    }

    /// At most `count` training examples, drawn from `stream`; for [`Prepared::fill`].
    pub fn sample(&self, count: usize, mut stream: Stream) -> Vec<u32> {
        let mut sample = self.train.clone();
        stream.shuffle(&mut sample);
        sample.truncate(count);
        sample
    }

    /// The change of the image at each position of the order of epoch `epoch` (from 1); empty where
    /// nothing is augmented. See `data/augment.rs`.
    pub fn moves(&self, epoch: usize, streams: &Streams) -> Vec<Move> {
        augment::moves(self.augmentation, self.train.len(), epoch, streams)
    }

    /// Fills `batch` with the training examples at `range` of an epoch's `order`, changed by the
    /// epoch's `moves`.
    pub fn fill_training(
        &self,
        order: &[u32],
        range: Range<usize>,
        moves: &[Move],
        batch: &mut Batch,
    ) {
        let positions = &order[range.clone()];
        if moves.is_empty() {
            return self.fill(positions, batch);
        }
        let examples = &self.dataset.train;
        batch.start(examples);
        let mut pixels = Vec::new();
        for (&position, &change) in positions.iter().zip(&moves[range]) {
            let mut row = examples.input(position as usize);
            if let Row::Bytes(image) = row {
                augment::apply(change, image, examples.shape, &mut pixels);
                row = Row::Bytes(&pixels);
            }
            self.scaling.append(row, &mut batch.inputs);
            batch.labels.push(examples.labels[position as usize]);
        }
    }

    /// Fills `batch` with the training examples `order`, unchanged.
    pub fn fill(&self, order: &[u32], batch: &mut Batch) {
        fill(&self.dataset.train, order, &self.scaling, batch);
    }

    /// The pixels of a test example, as stored; `None` where there is no such example, or it is no image.
    pub fn test_image(&self, position: usize) -> Option<&[u8]> {
        let test = &self.dataset.test;
        match (position < test.count()).then(|| test.input(position))? {
            Row::Bytes(pixels) => Some(pixels),
            Row::Numbers(_) | Row::Doubles(_) => None,
        }
    }

    /// The examples of `part`, by position; for [`Prepared::fill_part`].
    pub fn positions(&self, part: Part) -> &[u32] {
        match part {
            Part::Train => &self.train[..self.train.len().min(self.test.len())],
            Part::Validation => &self.validation,
            Part::Test => &self.test,
        }
    }

    /// Fills `batch` with examples of `part`; those of the test set are shifted by `data.test_offset`.
    pub fn fill_part(&self, part: Part, positions: &[u32], batch: &mut Batch) {
        if part != Part::Test {
            return self.fill(positions, batch);
        }
        fill(&self.dataset.test, positions, &self.scaling, batch);
        if self.test_offset != 0.0 {
            batch.inputs.iter_mut().for_each(|x| *x += self.test_offset);
        }
    }
}

/// The batches of an epoch of `examples` examples, as ranges of its order.
///
/// Examples that do not fill a batch form a smaller one or are dropped, according to `last`; a
/// smaller batch of a single example is always left out, with every placement alike, because one
/// value has no variance and paired trials must see the same batches.
pub fn ranges(examples: usize, batch_size: usize, last: LastBatch) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = (0..examples)
        .step_by(batch_size)
        .map(|start| start..examples.min(start + batch_size))
        .collect();
    let rest = examples % batch_size;
    if rest > 0 && !last.is_taken(rest, batch_size) {
        ranges.pop();
    }
    ranges
}

/// The classes of which a trial with these streams holds out every training example for validation.
pub fn held_out_classes(
    examples: &Examples,
    settings: &Data,
    seed: u64,
    streams: &Streams,
) -> Vec<usize> {
    let counts = examples.class_counts();
    let held_out = settings.validation.of(examples.count());
    let may_be = |&&count: &&usize| count > 0 && count <= held_out;
    // Usually there is none, which is known without drawing a split.
    let is_stratified = settings.dataset.stratifies();
    if is_stratified || held_out >= examples.count() || !counts.iter().any(|n| may_be(&n)) {
        return Vec::new();
    }
    let (train, _) = split_off(examples, held_out, settings, seed, streams);
    let mut left = vec![0; examples.classes];
    for position in train {
        left[usize::from(examples.labels[position as usize])] += 1;
    }
    let classes = (0..examples.classes).filter(|&class| counts[class] > 0 && left[class] == 0);
    classes.collect()
}

/// The positions of the training examples and of the `held_out` validation examples, each in the order
/// of the dataset, which is random; the order of training comes from another stream.
fn split_off(
    examples: &Examples,
    held_out: usize,
    settings: &Data,
    seed: u64,
    streams: &Streams,
) -> (Vec<u32>, Vec<u32>) {
    let mut order = indices(examples.count());
    let split = match settings.split {
        Split::PerReplicate => *streams,
        Split::Fixed => Streams::shared(seed),
    };
    split.stream("split").shuffle(&mut order);
    let class_of = |position: u32| usize::from(examples.labels[position as usize]);
    let classes = split::Classes { count: examples.classes, class_of: &class_of };
    let stratify = settings.dataset.stratifies().then_some(&classes);
    let (mut train, mut validation) = split::hold_out(order, held_out, stratify);
    train.sort_unstable();
    validation.sort_unstable();
    (train, validation)
}

fn indices(count: usize) -> Vec<u32> {
    (0..count as u32).collect()
}

fn fill(examples: &Examples, positions: &[u32], scaling: &Scaling, batch: &mut Batch) {
    batch.start(examples);
    for &position in positions {
        examples.touch(position as usize);
    }
    for &position in positions {
        let position = position as usize;
        scaling.append(examples.input(position), &mut batch.inputs);
        batch.labels.push(examples.labels[position]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::{Dataset as Which, InputScaling, Validation};
    use crate::data::Inputs;

    fn dataset(train: usize, test: usize) -> Arc<Dataset> {
        let part = |count: usize| Examples {
            shape: Shape { channels: 1, height: 1, width: 2 },
            classes: 10,
            inputs: Inputs::Bytes((0..count * 2).map(|i| (i % 256) as u8).collect()),
            labels: (0..count).map(|i| (i % 10) as u8).collect(),
        };
        Arc::new(Dataset::new("glyphs", part(train), part(test)))
    }

    fn settings(validation: Validation, split: Split, input_scaling: InputScaling) -> Data {
        Data {
            dataset: Which::Mnist,
            train_examples: None,
            test_examples: None,
            validation,
            split,
            input_scaling,
            test_offset: 0.0,
            augmentation: Augmentation::default(),
        }
    }

    fn prepare(settings: &Data, replicate: u64) -> Prepared {
        let streams = Streams::new(5, replicate);
        Prepared::new(dataset(100, 20), settings, 5, &streams).expect("a valid split")
    }

    #[test]
    fn validation_and_training_examples_are_disjoint_and_complete() {
        for validation in [Validation::Count(0), Validation::Count(30), Validation::Fraction(0.3)] {
            let prepared =
                prepare(&settings(validation, Split::PerReplicate, InputScaling::Unit), 1);
            let mut all = prepared.train.clone();
            all.extend(&prepared.validation);
            all.sort_unstable();
            assert_eq!(all, indices(100));
            let expected = if validation == Validation::Count(0) { 0 } else { 30 };
            assert_eq!(prepared.validation.len(), expected);
        }
    }

    #[test]
    fn a_split_differs_between_replicates_unless_it_is_fixed() {
        let of = |split, replicate| {
            prepare(&settings(Validation::Count(30), split, InputScaling::Unit), replicate)
                .validation
        };
        assert_ne!(of(Split::PerReplicate, 1), of(Split::PerReplicate, 2));
        assert_eq!(of(Split::PerReplicate, 1), of(Split::PerReplicate, 1));
        assert_eq!(of(Split::Fixed, 1), of(Split::Fixed, 2));
    }

    #[test]
    fn a_table_holds_out_its_share_of_each_class_and_no_class_as_a_whole() {
        let labels: Vec<u8> = [vec![0; 89], vec![1; 10], vec![2]].concat();
        let table = Examples { labels, classes: 3, ..dataset(100, 20).train.clone() };
        let held_out = |stratify: bool, replicate: u64| {
            let text = format!("data.dataset = 'csv'\ndata.file = 'x'\ndata.stratify = {stratify}");
            let settings = &crate::plan::tests::settings(&text).data;
            let streams = Streams::new(5, replicate);
            let (train, validation) = split_off(&table, 20, settings, 5, &streams);
            assert_eq!((train.len(), validation.len()), (80, 20));
            let of = |class: u8| {
                let labels = validation.iter().map(|&i| table.labels[i as usize]);
                labels.filter(|&label| label == class).count()
            };
            [of(0), of(1), of(2)]
        };
        for replicate in 1..=20 {
            assert_eq!(held_out(true, replicate), [18, 2, 0]);
        }
        let text =
            "data.dataset = 'csv'\ndata.file = 'x'\ndata.validation = 20\ndata.stratify = false";
        let settings = &crate::plan::tests::settings(text).data;
        for replicate in 1..=20 {
            let missing = held_out_classes(&table, settings, 5, &Streams::new(5, replicate));
            let is_missing = held_out(false, replicate)[2] == 1;
            assert_eq!(missing, vec![2; usize::from(is_missing)]);
        }
        // Without stratification, the only example of a class is held out in a fifth of the replicates.
        assert!((1..=20).any(|replicate| held_out(false, replicate)[2] == 1));
    }

    #[test]
    fn holding_out_everything_is_refused_with_the_numbers() {
        let settings = settings(Validation::Count(100), Split::Fixed, InputScaling::Unit);
        let error = Prepared::new(dataset(100, 20), &settings, 5, &Streams::new(5, 1))
            .expect_err("refused");
        assert!(error.to_string().contains("data.validation = 100"), "{error}");
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn the_last_batch_follows_its_rule() {
        assert_eq!(ranges(10, 4, LastBatch::Keep), [0..4, 4..8, 8..10]);
        assert_eq!(ranges(10, 4, LastBatch::Drop), [0..4, 4..8]);
        assert_eq!(ranges(9, 4, LastBatch::Keep), [0..4, 4..8], "a batch of one is left out");
        assert_eq!(ranges(8, 4, LastBatch::Keep), [0..4, 4..8]);
        assert_eq!(ranges(3, 1, LastBatch::Keep), [0..1, 1..2, 2..3], "unless all are of one");
        assert_eq!(ranges(3, 8, LastBatch::Keep), vec![0..3; 1]);
        assert!(ranges(3, 8, LastBatch::Drop).is_empty());
    }

    #[test]
    fn an_offset_moves_the_scaled_inputs_of_test_examples_alone() {
        for scaling in [InputScaling::None, InputScaling::Unit, InputScaling::Standardize] {
            let filled = |test_offset: f64, part: Part| {
                let plain = settings(Validation::Count(30), Split::Fixed, scaling);
                let prepared = prepare(&Data { test_offset, ..plain }, 1);
                let mut batch = Batch::default();
                prepared.fill_part(part, prepared.positions(part), &mut batch);
                batch
            };
            for part in [Part::Train, Part::Validation] {
                assert_eq!(filled(0.5, part), filled(0.0, part));
            }
            let (moved, plain) = (filled(0.5, Part::Test), filled(0.0, Part::Test));
            let expected: Vec<f32> = plain.inputs.iter().map(|x| x + 0.5).collect();
            assert_eq!(moved.inputs, expected);
            assert_eq!(moved.labels, plain.labels);
        }
    }

    #[test]
    fn the_training_examples_that_are_evaluated_are_the_first_as_many_as_are_tested() {
        for (held_out, count) in [(30, 20), (90, 10)] {
            let prepared = prepare(
                &settings(Validation::Count(held_out), Split::Fixed, InputScaling::Unit),
                1,
            );
            assert_eq!(prepared.positions(Part::Train), &prepared.train[..count]);
        }
    }

    #[test]
    fn training_batches_are_augmented_and_evaluation_batches_never() {
        let with = |shift| {
            let mut settings = settings(Validation::Count(30), Split::Fixed, InputScaling::None);
            settings.augmentation = Augmentation { shift, flip: false };
            prepare(&settings, 1)
        };
        let filled = |prepared: &Prepared, start: usize| {
            let mut batch = Batch::default();
            let moves = prepared.moves(1, &Streams::new(5, 1));
            prepared.fill_training(&prepared.train, start..start + 20, &moves, &mut batch);
            batch
        };
        let (plain, moved) = (with(0), with(1));
        let mut batch = Batch::default();
        plain.fill(&plain.train[20..40], &mut batch);
        assert_eq!(filled(&plain, 20), batch);
        assert_eq!(filled(&moved, 20).labels, batch.labels);
        assert_ne!(filled(&moved, 20).inputs, batch.inputs);
        // A pixel moves at most by one, so each is 0, itself or an adjacent one; one row is left.
        for (moved, row) in filled(&moved, 20).inputs.chunks(2).zip(batch.inputs.chunks(2)) {
            let expected = [row, &[0.0, row[0]], &[row[1], 0.0], &[0.0, 0.0]];
            assert!(expected.contains(&moved), "{moved:?} from {row:?}");
        }
        for part in [Part::Validation, Part::Test] {
            let filled = |prepared: &Prepared| {
                let mut batch = Batch::default();
                prepared.fill_part(part, prepared.positions(part), &mut batch);
                batch
            };
            assert_eq!(filled(&plain), filled(&moved));
        }
    }
}
