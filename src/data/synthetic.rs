//! Generated datasets for experiments on normalisation: tables of numbers drawn from a seed, with labels from a
//! known rule.
//!
//! | dataset | purpose |
//! |---|---|
//! | [`badly_scaled`] | inputs whose scales differ by orders of magnitude, which normalising inputs corrects |
//! | [`two_spirals`] | a boundary that needs depth, from two inputs |
//! | [`linear_teacher`] | the easiest problem: a linear classifier suffices |
//!
//! Every example has its own stream, named after its split and position, so that the first `k`
//! examples of a larger set are the set of size `k`. What all examples share (a teacher, the
//! columns' scales) comes from a separate stream. All replicates share the dataset.

pub(super) mod badly_scaled;
pub(super) mod linear_teacher;
pub(super) mod two_spirals;

use super::dataset::{Dataset, Examples, Inputs, too_many};
use super::generated::Generated;
use crate::config::spec::{Data, Dataset as Which, Shape};
use crate::error::Result;
use crate::seed::{Stream, Streams};

/// Most numbers in either part of a dataset: 1 GB.
const MOST_NUMBERS: usize = 250_000_000;

/// A distribution of examples with fixed parameters.
trait Problem {
    /// The name used in experiment files and messages.
    const NAME: &'static str;

    /// Number of inputs per example.
    fn features(&self) -> usize;

    /// Number of classes.
    fn classes(&self) -> usize;

    /// Appends the inputs of one example and returns its class.
    fn draw(&self, stream: &mut Stream, inputs: &mut Vec<f32>) -> u8;
}

/// The dataset of `seed`, a table of `[columns, classes]` whose `problem` is created when it is generated.
fn generated<P: Problem>(
    [columns, classes]: [usize; 2],
    seed: u64,
    problem: impl Fn() -> P + 'static,
) -> Generated {
    let generate = move |settings: &Data| {
        let (problem, streams) = (problem(), Streams::shared(seed));
        Ok(Dataset::new(
            P::NAME,
            examples(&problem, "train", settings.train_examples, streams)?,
            examples(&problem, "test", settings.test_examples, streams)?,
        ))
    };
    Generated {
        shape: Shape { channels: 1, height: 1, width: columns },
        classes,
        examples: [Which::SYNTHETIC_TRAIN, Which::SYNTHETIC_TEST],
        value: 4,
        generate: Box::new(generate),
    }
}

fn examples<P: Problem>(
    problem: &P,
    split: &str,
    count: Option<usize>,
    streams: Streams,
) -> Result<Examples> {
    // The experiment sets the numbers of examples; these defaults are for other callers.
    let count = count.unwrap_or(match split {
        "train" => Which::SYNTHETIC_TRAIN as usize,
        _ => Which::SYNTHETIC_TEST as usize,
    });
    let most = MOST_NUMBERS / problem.features();
    if count > most {
        let key = format!("data.{split}_examples");
        return Err(too_many(&key, count, P::NAME, most));
    }
    let mut inputs = Vec::with_capacity(count * problem.features());
    let mut labels = Vec::with_capacity(count);
    for position in 0..count {
        let mut stream = streams.stream(&format!("{}/{split}/{position}", P::NAME));
        labels.push(problem.draw(&mut stream, &mut inputs));
    }
    Ok(Examples {
        shape: Shape { channels: 1, height: 1, width: problem.features() },
        classes: problem.classes(),
        inputs: Inputs::Numbers(inputs),
        labels,
    })
}

/// `count` standard normal deviates.
fn normals(count: usize, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| stream.normal()).collect()
}

/// `matrix · vector`, where `matrix` is `[rows, vector.len()]`, row-major.
fn product(matrix: &[f64], vector: &[f64]) -> Vec<f64> {
    let row = |row: &[f64]| row.iter().zip(vector).map(|(w, x)| w * x).sum();
    matrix.chunks(vector.len()).map(row).collect()
}

/// The position of the largest score, the first one in a tie.
fn largest(scores: &[f64]) -> u8 {
    let better = |best: usize, place: usize| {
        if scores[place] > scores[best] { place } else { best }
    };
    // A key's rule allows at most 100 classes.
    (0..scores.len()).fold(0, better) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers and labels of a small set.
    pub(super) fn small(problem: &impl Problem, count: usize, seed: u64) -> (Vec<f32>, Vec<u8>) {
        let set = examples(problem, "train", Some(count), Streams::shared(seed)).unwrap();
        match set.inputs {
            Inputs::Numbers(numbers) => (numbers, set.labels),
            Inputs::Bytes(_) | Inputs::Doubles(_) => panic!("a generated table holds numbers"),
        }
    }

    /// Number of examples of each class.
    pub(super) fn class_counts(labels: &[u8], classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for &label in labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    struct Counting;

    impl Problem for Counting {
        const NAME: &'static str = "counting";

        fn features(&self) -> usize {
            2
        }

        fn classes(&self) -> usize {
            3
        }

        fn draw(&self, stream: &mut Stream, inputs: &mut Vec<f32>) -> u8 {
            inputs.extend([stream.uniform() as f32, 7.0]);
            stream.below(3) as u8
        }
    }

    #[test]
    fn the_first_examples_of_a_larger_set_are_the_smaller_set() {
        let (larger, labels) = small(&Counting, 20, 1);
        let (smaller, few) = small(&Counting, 5, 1);
        assert_eq!((smaller.as_slice(), few.as_slice()), (&larger[..10], &labels[..5]));
        assert_ne!(small(&Counting, 5, 2).0, smaller);
        let test = examples(&Counting, "test", Some(5), Streams::shared(1)).unwrap();
        assert_ne!(test.inputs, Inputs::Numbers(smaller));
    }

    #[test]
    fn a_set_beyond_any_memory_is_refused_with_the_most_there_can_be() {
        let error = examples(&Counting, "train", Some(1 << 40), Streams::shared(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`data.train_examples = 1099511627776` is more than the dataset `counting` has; the most is 125000000"
        );
    }

    #[test]
    fn the_labels_are_fixed_for_ever() {
        // Recorded once: stored results can be reproduced only as long as these labels stay the same.
        let text = |dataset: &str| {
            let text = format!(
                "data.dataset = '{dataset}'\ndata.train_examples = 20\ndata.test_examples = 1"
            );
            let settings = &crate::plan::tests::settings(&text).data;
            let places = crate::data::Places::default();
            let set = crate::data::load(settings, &places, &mut |_| {}).unwrap();
            assert_eq!((set.name, set.train.count(), set.test.count()), (dataset, 20, 1));
            let digits = set.train.labels.iter().map(u8::to_string);
            digits.collect::<String>()
        };
        assert_eq!(text("badly-scaled"), "00012212020020022002");
        assert_eq!(text("two-spirals"), "01001010111010001010");
        assert_eq!(text("linear-teacher"), "22001012120020120021");
    }

    #[test]
    fn products_and_largest_scores_are_what_they_are_called() {
        assert_eq!(product(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]), [17.0, 39.0]);
        assert_eq!(largest(&[1.0, 3.0, 3.0, 2.0]), 1);
    }
}
