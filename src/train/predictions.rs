//! The pictures that are kept beside the predictions of a trained network: sample inputs, the most confident mistakes,
//! and the weights of the first layer.

use crate::config::spec::Shape;
use crate::data::batches::Prepared;
use crate::event::{NamedTensor, Picture, PictureKind, Prediction};

/// Most samples of one class.
const SAMPLES_OF_CLASS: usize = 2;

/// The pictures of a trained network with these `predictions` for the test set and these `tensors`; none where the inputs
/// are no images, or large ones.
pub(super) fn pictures(
    data: &Prepared,
    predictions: &[Prediction],
    tensors: &[NamedTensor],
) -> Vec<Picture> {
    let shape = data.shape();
    let is_image = data.test_image(0).is_some() && [1, 3].contains(&shape.channels);
    if !is_image || shape.features() > Picture::LARGEST {
        return Vec::new();
    }
    let example = |kind: PictureKind| {
        move |number: usize| {
            let pixels = data.test_image(number)?.to_vec();
            let label = Some(predictions.get(number)?.label);
            Some(Picture { label, ..picture(kind, number, shape, [0.0, 255.0], pixels) })
        }
    };
    let samples = samples(predictions).into_iter().filter_map(example(PictureKind::Sample));
    let mistakes = mistakes(predictions).into_iter().filter_map(example(PictureKind::Mistake));
    samples.chain(mistakes).chain(weights(tensors, shape)).collect()
}

fn picture(
    kind: PictureKind,
    number: usize,
    shape: Shape,
    [low, high]: [f64; 2],
    pixels: Vec<u8>,
) -> Picture {
    let Shape { channels, height, width } = shape;
    Picture { kind, number, label: None, channels, height, width, low, high, pixels }
}

/// The first test examples of each class, class by class.
fn samples(predictions: &[Prediction]) -> Vec<usize> {
    let classes = predictions.iter().map(|prediction| prediction.label + 1).max().unwrap_or(0);
    let most = PictureKind::Sample.most();
    let each = (most / classes.max(1)).clamp(1, SAMPLES_OF_CLASS);
    let of_class = |class: usize| {
        let examples = predictions.iter().enumerate();
        let examples = examples.filter(move |(_, prediction)| prediction.label == class);
        examples.map(|(example, _)| example).take(each)
    };
    (0..classes).flat_map(of_class).take(most).collect()
}

/// The misclassified examples in which the network was most confident, the most confident first; in a tie the earlier
/// one.
fn mistakes(predictions: &[Prediction]) -> Vec<usize> {
    let wrong = |example: &usize| !predictions[*example].is_correct();
    let mut mistakes: Vec<usize> = (0..predictions.len()).filter(wrong).collect();
    let probability = |example: usize| predictions[example].probability;
    mistakes.sort_by(|&a, &b| probability(b).total_cmp(&probability(a)));
    mistakes.truncate(PictureKind::Mistake.most());
    mistakes
}

/// The weights of the first units of the layer that sees the images: a dense layer over all pixels, or a convolution.
fn weights(tensors: &[NamedTensor], image: Shape) -> Vec<Picture> {
    let shape_of = |tensor: &NamedTensor| match tensor.shape[..] {
        [_, inputs] if inputs == image.features() => Some(image),
        [_, channels, height, width] if channels == image.channels => {
            Some(Shape { channels, height, width })
        }
        _ => None,
    };
    let is_weight =
        |tensor: &&NamedTensor| tensor.name.ends_with(".weight") && tensor.shape.len() > 1;
    let is_small = |shape: &Shape| shape.features() <= Picture::LARGEST;
    // The first layer alone: a later one that happens to have as many inputs does not see pixels.
    let first = tensors.iter().find(is_weight);
    let Some((first, shape)) =
        first.and_then(|tensor| Some((tensor, shape_of(tensor).filter(is_small)?)))
    else {
        return Vec::new();
    };
    let units =
        first.values.chunks_exact(shape.features()).take(PictureKind::Weights.most()).enumerate();
    units.map(|(unit, weights)| unit_picture(unit, weights, shape)).collect()
}

/// The weights of one unit, from minus to plus the largest absolute value: 0 is in the middle between black and white.
fn unit_picture(unit: usize, weights: &[f32], shape: Shape) -> Picture {
    let largest = weights.iter().map(|w| f64::from(w.abs())).fold(0.0, f64::max);
    let byte = |&weight: &f32| {
        let relative = if largest > 0.0 { f64::from(weight) / largest } else { 0.0 };
        (f64::midpoint(relative, 1.0) * 255.0).round() as u8
    };
    let pixels = weights.iter().map(byte).collect();
    picture(PictureKind::Weights, unit, shape, [-largest, largest], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(label: usize, predicted: usize, probability: f64) -> Prediction {
        let label_probability = if label == predicted { probability } else { 1.0 - probability };
        Prediction { label, predicted, probability, label_probability }
    }

    #[test]
    fn samples_are_the_first_of_each_class_and_few() {
        let labels = [1, 0, 1, 1, 2, 0];
        let predictions = labels.map(|label| prediction(label, 0, 0.5));
        assert_eq!(samples(&predictions), [1, 5, 0, 2, 4]);
        let many: Vec<Prediction> = (0..60).map(|i| prediction(i % 30, 0, 0.5)).collect();
        assert_eq!(samples(&many), (0..20).collect::<Vec<_>>());
        assert!(samples(&[]).is_empty());
    }

    #[test]
    fn the_most_confident_mistakes_come_first_and_ties_in_the_order_of_the_test_set() {
        let predictions = [
            prediction(0, 0, 0.99),
            prediction(0, 1, 0.7),
            prediction(1, 0, 0.9),
            prediction(1, 0, 0.7),
        ];
        assert_eq!(mistakes(&predictions), [2, 1, 3]);
        let many: Vec<Prediction> = (0..20).map(|_| prediction(0, 1, 0.8)).collect();
        assert_eq!(mistakes(&many), (0..PictureKind::Mistake.most()).collect::<Vec<_>>());
    }

    #[test]
    fn weights_are_those_of_the_layer_that_sees_the_pixels() {
        let image = Shape { channels: 1, height: 1, width: 2 };
        let tensor = |name: &str, shape: &[usize], values: &[f32]| NamedTensor {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let norm = tensor("input_norm.weight", &[2], &[1.0, 1.0]);
        let dense = tensor("layers.0.weight", &[2, 2], &[0.5, -1.0, 0.0, 0.0]);
        let later = tensor("layers.1.weight", &[3, 2], &[9.0; 6]);
        let drawn = weights(&[norm.clone(), dense, later.clone()], image);
        let [one, other] = &drawn[..] else { panic!("{drawn:?}") };
        assert_eq!((one.pixels.as_slice(), one.low, one.high), (&[191, 0][..], -1.0, 1.0));
        assert_eq!((other.pixels.as_slice(), other.number), (&[128, 128][..], 1));
        // A recurrent layer sees one row at a time.
        let recurrent = tensor("cell.weight_ih.weight", &[4, 1], &[1.0; 4]);
        assert!(weights(&[recurrent, norm, later], image).is_empty());
        let filters = tensor("convs.0.weight", &[1, 1, 2, 2], &[1.0, -1.0, 0.0, 0.5]);
        let drawn = weights(&[filters], image);
        assert_eq!((drawn[0].height, drawn[0].width), (2, 2));
        assert_eq!(drawn[0].pixels, [255, 0, 128, 191]);
    }
}
