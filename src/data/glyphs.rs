//! `glyphs`: handwritten-like digits, generated from a seed; needs no files and no network.
//!
//! A digit consists of a few strokes ([`strokes`]), distorted like handwriting ([`hand`]) and drawn onto 28×28
//! pixels ([`canvas`]). `difficulty` scales everything that makes handwriting hard to read.
//!
//! Every example has its own stream, named after its split and position, and labels come in
//! blocks of ten; so the first `k` examples of a larger set are the set of size `k`, and every
//! size is balanced to within one example per class. The digits were designed for this program: they
//! copy no handwriting and need no other licence.

mod canvas;
mod hand;
mod strokes;

use rayon::prelude::*;

use self::canvas::{Canvas, PIXELS, SIDE};
use self::hand::{Amounts, Hand};
use self::strokes::SHAPES;
use super::dataset::{Dataset, Examples, Inputs, too_many};
use super::generated::Generated;
use crate::config::spec::{Dataset as Which, Shape};
use crate::error::Result;
use crate::seed::{Stream, Streams};

/// The name used in experiment files and messages.
pub(super) const NAME: &str = "glyphs";
/// Most examples of either split: 784 MB of images.
pub(super) const MOST: usize = 1_000_000;

const CLASSES: usize = 10;
/// The shape of an image.
const SHAPE: Shape = Shape { channels: 1, height: SIDE, width: SIDE };

/// The dataset of `seed`; `difficulty` is in `[0, 1]`.
pub(super) fn generated(difficulty: f64, seed: u64) -> Generated {
    Generated {
        shape: SHAPE,
        classes: CLASSES,
        examples: [Which::GLYPHS_TRAIN, Which::GLYPHS_TEST],
        value: 1,
        generate: Box::new(move |settings| {
            generate(difficulty, seed, settings.train_examples, settings.test_examples)
        }),
    }
}

/// Generates a dataset; the same arguments give the same bytes.
fn generate(
    difficulty: f64,
    seed: u64,
    train: Option<usize>,
    test: Option<usize>,
) -> Result<Dataset> {
    let train = size(train, Which::GLYPHS_TRAIN as usize, "data.train_examples")?;
    let test = size(test, Which::GLYPHS_TEST as usize, "data.test_examples")?;
    let amounts = Amounts::at(difficulty);
    let streams = Streams::shared(seed);
    Ok(Dataset::new(
        NAME,
        examples("train", train, &amounts, streams),
        examples("test", test, &amounts, streams),
    ))
}

fn size(asked: Option<usize>, default: usize, key: &str) -> Result<usize> {
    match asked {
        Some(asked) if asked > MOST => Err(too_many(key, asked, NAME, MOST)),
        Some(asked) => Ok(asked),
        None => Ok(default),
    }
}

fn examples(split: &str, count: usize, amounts: &Amounts, streams: Streams) -> Examples {
    let labels = labels(count, &mut streams.stream(&format!("glyphs/{split}/labels")));
    let image = |(position, &label): (usize, &u8)| {
        draw(label, amounts, &mut streams.stream(&format!("glyphs/{split}/{position}")))
    };
    // Drawing takes longer than everything else before the first step of the quickstart.
    let images: Vec<[u8; PIXELS]> = labels.par_iter().enumerate().map(image).collect();
    let inputs = Inputs::Bytes(images.into_flattened());
    Examples { shape: SHAPE, classes: CLASSES, inputs, labels }
}

/// Labels in blocks that each contain every class once, in random order; the last block may be cut.
fn labels(count: usize, stream: &mut Stream) -> Vec<u8> {
    let mut labels = Vec::with_capacity(count + CLASSES);
    while labels.len() < count {
        let mut block: [u8; CLASSES] = std::array::from_fn(|class| class as u8);
        stream.shuffle(&mut block);
        labels.extend_from_slice(&block);
    }
    labels.truncate(count);
    labels
}

/// Draws one image of the digit `label`.
fn draw(label: u8, amounts: &Amounts, stream: &mut Stream) -> [u8; PIXELS] {
    let styles = &SHAPES[usize::from(label)];
    let style = &styles[stream.below(styles.len())];
    let hand = Hand::new(amounts, stream);
    let mut canvas = Canvas::blank();
    for stroke in style {
        let path = hand.trace(stroke, amounts, stream);
        canvas.ink(&path, hand.softness);
    }
    if stream.uniform() < amounts.stray {
        canvas.ink(&hand.stray(stream), hand.softness);
    }
    if stream.uniform() < amounts.rubbed {
        let (x, y) = (stream.between(5.0, 23.0), stream.between(5.0, 23.0));
        canvas.rub_out(x, y, stream.between(1.5, amounts.rub_radius));
    }
    canvas.to_bytes(hand.darkness, amounts.noise, stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn pixels(examples: &Examples) -> &[u8] {
        match &examples.inputs {
            Inputs::Bytes(bytes) => bytes,
            _ => panic!("glyphs are images"),
        }
    }

    fn small(difficulty: f64, seed: u64) -> Dataset {
        generate(difficulty, seed, Some(200), Some(100)).unwrap()
    }

    #[test]
    fn the_same_arguments_give_the_same_bytes_and_any_other_argument_others() {
        let base = small(0.5, 1);
        assert_eq!(base, small(0.5, 1));
        assert_ne!(pixels(&base.train), pixels(&small(0.5, 2).train));
        assert_ne!(base.train.labels, small(0.5, 2).train.labels);
        assert_ne!(pixels(&base.train), pixels(&small(0.6, 1).train));
        assert_ne!(pixels(&base.train)[..78_400], *pixels(&base.test));
    }

    #[test]
    fn the_first_examples_of_a_larger_set_are_the_smaller_set() {
        let larger = small(0.5, 1);
        let smaller = generate(0.5, 1, Some(37), Some(1)).unwrap();
        assert_eq!(smaller.train.labels, larger.train.labels[..37]);
        assert_eq!(*pixels(&smaller.train), pixels(&larger.train)[..37 * PIXELS]);
        assert_eq!(*pixels(&smaller.test), pixels(&larger.test)[..PIXELS]);
    }

    #[test]
    fn classes_are_balanced_at_every_size_and_in_random_order() {
        for count in [1, 9, 10, 123, 200] {
            let set = generate(0.0, 3, Some(count), Some(0)).unwrap();
            let counts = set.train.class_counts();
            assert!(counts.iter().all(|&n| n == count / 10 || n == count.div_ceil(10)));
        }
        let labels = small(0.0, 3).train.labels;
        assert_ne!(labels[..10], labels[10..20]);
    }

    #[test]
    fn sizes_not_given_are_the_documented_ones_and_too_large_ones_are_refused() {
        let set = generate(0.0, 1, None, Some(0)).unwrap();
        assert_eq!((set.train.count(), set.test.count()), (Which::GLYPHS_TRAIN as usize, 0));
        let error = generate(0.0, 1, Some(1), Some(MOST + 1)).unwrap_err();
        assert!(
            matches!(&error, Error::Data(text) if text.contains("`data.test_examples = 1000001`"))
        );
    }

    #[test]
    fn every_image_holds_about_as_much_ink_as_handwriting_does() {
        // MNIST's mean is 0.131; a mean near 0 or 1 would be an empty or a full image.
        for difficulty in [0.0, 0.5, 1.0] {
            let set = small(difficulty, 1).train;
            for image in pixels(&set).chunks(PIXELS) {
                let mean = image.iter().map(|&x| f64::from(x)).sum::<f64>() / 255.0 / PIXELS as f64;
                assert!((0.015..0.35).contains(&mean), "{mean} at difficulty {difficulty}");
            }
        }
    }

    /// The error of a classifier that predicts the class with the nearest mean image.
    fn nearest_mean_error(difficulty: f64) -> f64 {
        let set = generate(difficulty, 1, Some(1_000), Some(500)).unwrap();
        let mut means = vec![[0.0; PIXELS]; CLASSES];
        for (image, &label) in pixels(&set.train).chunks(PIXELS).zip(&set.train.labels) {
            for (mean, &pixel) in means[usize::from(label)].iter_mut().zip(image) {
                *mean += f64::from(pixel) / 100.0;
            }
        }
        let distance = |mean: &[f64], image: &[u8]| -> f64 {
            let squares = mean.iter().zip(image).map(|(m, &x)| (m - f64::from(x)).powi(2));
            squares.sum()
        };
        let wrong =
            pixels(&set.test).chunks(PIXELS).zip(&set.test.labels).filter(|(image, label)| {
                let nearest = (0..CLASSES).min_by(|&a, &b| {
                    distance(&means[a], image).total_cmp(&distance(&means[b], image))
                });
                nearest != Some(usize::from(**label))
            });
        wrong.count() as f64 / 500.0
    }

    #[test]
    fn classes_can_be_distinguished_and_difficulty_makes_it_harder() {
        let errors = [0.0, 0.5, 1.0].map(nearest_mean_error);
        assert!(errors[0] < 0.05, "{errors:?}");
        assert!(errors[0] < errors[1] && errors[1] < errors[2], "{errors:?}");
        assert!(errors[2] < 0.6, "{errors:?}");
    }

    #[test]
    fn the_images_are_fixed_for_ever() {
        // Recorded once: stored results can be reproduced only as long as these images stay the same.
        let set = generate(0.5, 0, Some(10), Some(0)).unwrap();
        let sum = pixels(&set.train).iter().zip(1_u64..).map(|(&x, place)| u64::from(x) * place);
        let sum: u64 = sum.sum();
        assert_eq!(set.train.labels, [3, 0, 5, 2, 8, 1, 4, 7, 9, 6]);
        assert_eq!(sum, 991_975_989);
    }
}
