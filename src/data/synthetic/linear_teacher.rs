//! `linear-teacher`: Gaussian inputs, labelled by a random linear map.
//!
//! `x ~ N(0, I)` in `data.columns` dimensions; the label is `argmax_c w_c · x` with one row `w_c` of
//! unit length per class, its direction uniform (a normalised Gaussian). There is no noise, so a
//! linear classifier can be perfect: shows the effect of batch normalisation on an easy problem.

use super::{Problem, largest, normals, product};
use crate::data::generated::Generated;
use crate::seed::{Stream, Streams};

/// The name used in experiment files and messages.
pub(in crate::data) const NAME: &str = "linear-teacher";

/// The dataset of `seed`.
pub(in crate::data) fn generated(columns: usize, classes: usize, seed: u64) -> Generated {
    super::generated([columns, classes], seed, move || LinearTeacher::new(columns, classes, seed))
}

struct LinearTeacher {
    columns: usize,
    /// The rows `w_c`, `[classes, columns]`.
    weights: Vec<f64>,
}

impl LinearTeacher {
    fn new(columns: usize, classes: usize, seed: u64) -> Self {
        let mut stream = Streams::shared(seed).stream("linear-teacher/teacher");
        let mut weights = normals(classes * columns, &mut stream);
        unit_rows(&mut weights, columns);
        Self { columns, weights }
    }
}

/// Scales every row of `width` numbers to length 1, so that no class is favoured by its weights.
pub(super) fn unit_rows(weights: &mut [f64], width: usize) {
    for row in weights.chunks_mut(width) {
        let length = row.iter().map(|w| w * w).sum::<f64>().sqrt();
        for w in row {
            *w /= length;
        }
    }
}

impl Problem for LinearTeacher {
    const NAME: &'static str = NAME;

    fn features(&self) -> usize {
        self.columns
    }

    fn classes(&self) -> usize {
        self.weights.len() / self.columns
    }

    fn draw(&self, stream: &mut Stream, inputs: &mut Vec<f32>) -> u8 {
        let x = normals(self.columns, stream);
        inputs.extend(x.iter().map(|&x| x as f32));
        largest(&product(&self.weights, &x))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{class_counts, small};
    use super::*;

    #[test]
    fn the_teacher_itself_is_never_wrong_and_no_class_is_rare() {
        for seed in 0..5 {
            let teacher = LinearTeacher::new(20, 3, seed);
            let (inputs, labels) = small(&teacher, 1500, seed);
            for (x, &label) in inputs.chunks(20).zip(&labels) {
                let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
                assert_eq!(largest(&product(&teacher.weights, &x)), label);
            }
            let counts = class_counts(&labels, 3);
            assert!(counts.iter().all(|&n| (250..750).contains(&n)), "{counts:?}");
        }
    }

    #[test]
    fn inputs_are_standard_normal() {
        let (inputs, _) = small(&LinearTeacher::new(10, 2, 1), 2000, 1);
        let count = inputs.len() as f64;
        let mean = inputs.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let square = inputs.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / count;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.04, "{mean} {square}");
    }

    #[test]
    fn another_seed_is_another_teacher() {
        let weights = |seed| LinearTeacher::new(4, 2, seed).weights;
        assert_eq!(weights(1), weights(1));
        assert_ne!(weights(1), weights(2));
    }
}
