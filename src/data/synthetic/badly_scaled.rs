//! `badly-scaled`: a problem that is easy once its inputs are on one scale, with scales that differ
//! by orders of magnitude.
//!
//! With `d` = `data.columns` and `k` = `data.scale_decades`:
//!
//! ```text
//! z ~ N(0, I_d)                                     what the label depends on
//! label = argmax_c v_c · tanh(W z / √d)             W [32, d] Gaussian, v_c uniform of length 1
//! x_j = 10^{u_j} (z_j + s_j)                        u_j uniform in [−k, k), s_j in [−3, 3)
//! ```
//!
//! The network's inputs are `x`. The teacher `(W, v)` and the columns' scales and shifts come from
//! separate streams, so that another `k` is the same problem with other scales. There is no noise.
//! Standardising the inputs recovers `z`; the default for this dataset is to use `x` unscaled.

use super::linear_teacher::unit_rows;
use super::{Problem, largest, normals, product};
use crate::data::generated::Generated;
use crate::seed::{Stream, Streams};

/// The name used in experiment files and messages.
pub(in crate::data) const NAME: &str = "badly-scaled";

/// Hidden units of the teacher.
const HIDDEN: usize = 32;
/// The largest shift of a column, in standard deviations.
const MOST_SHIFT: f64 = 3.0;

/// The dataset of `seed`.
pub(in crate::data) fn generated(
    columns: usize,
    classes: usize,
    decades: f64,
    seed: u64,
) -> Generated {
    super::generated([columns, classes], seed, move || {
        BadlyScaled::new(columns, classes, decades, seed)
    })
}

struct BadlyScaled {
    columns: usize,
    /// `W / √d`, `[HIDDEN, columns]`.
    first: Vec<f64>,
    /// `v`, `[classes, HIDDEN]`.
    second: Vec<f64>,
    /// The factor of each column and its shift before that.
    scales: Vec<(f64, f64)>,
}

impl BadlyScaled {
    fn new(columns: usize, classes: usize, decades: f64, seed: u64) -> Self {
        let streams = Streams::shared(seed);
        let mut teacher = streams.stream("badly-scaled/teacher");
        let mut first = normals(HIDDEN * columns, &mut teacher);
        let root = (columns as f64).sqrt();
        for w in &mut first {
            *w /= root;
        }
        let mut second = normals(classes * HIDDEN, &mut teacher);
        unit_rows(&mut second, HIDDEN);
        let mut stream = streams.stream("badly-scaled/columns");
        let mut scale = || {
            let factor = 10.0_f64.powf(decades * stream.between(-1.0, 1.0));
            (factor, stream.between(-MOST_SHIFT, MOST_SHIFT))
        };
        Self { columns, first, second, scales: (0..columns).map(|_| scale()).collect() }
    }
}

impl Problem for BadlyScaled {
    const NAME: &'static str = NAME;

    fn features(&self) -> usize {
        self.columns
    }

    fn classes(&self) -> usize {
        self.second.len() / HIDDEN
    }

    fn draw(&self, stream: &mut Stream, inputs: &mut Vec<f32>) -> u8 {
        let z = normals(self.columns, stream);
        let columns = z.iter().zip(&self.scales);
        inputs.extend(columns.map(|(z, (factor, shift))| (factor * (z + shift)) as f32));
        let hidden: Vec<f64> = product(&self.first, &z).into_iter().map(f64::tanh).collect();
        largest(&product(&self.second, &hidden))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{class_counts, small};
    use super::*;

    #[test]
    fn columns_have_the_scales_and_shifts_that_they_were_given() {
        let problem = BadlyScaled::new(12, 3, 3.0, 1);
        let (inputs, _) = small(&problem, 4000, 1);
        for (column, (factor, shift)) in problem.scales.iter().enumerate() {
            let values = || inputs.iter().skip(column).step_by(12).map(|&x| f64::from(x));
            let mean = values().sum::<f64>() / 4000.0;
            let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / 4000.0;
            assert!((variance.sqrt() / factor - 1.0).abs() < 0.05, "column {column}");
            assert!((mean / factor - shift).abs() < 0.08, "column {column}");
        }
        let decades: Vec<f64> = problem.scales.iter().map(|(f, _)| f.log10()).collect();
        assert!(decades.iter().all(|u| u.abs() <= 3.0));
        let spread = decades.iter().fold(0.0_f64, |most, u| most.max(u.abs()));
        assert!(spread > 1.5, "{decades:?}");
    }

    #[test]
    fn other_decades_are_the_same_problem_on_other_scales() {
        let (plain, wide) = (BadlyScaled::new(5, 3, 0.0, 1), BadlyScaled::new(5, 3, 2.0, 1));
        let ((x, labels), (scaled, same)) = (small(&plain, 50, 1), small(&wide, 50, 1));
        assert_eq!(labels, same);
        assert!(plain.scales.iter().all(|(factor, _)| (factor - 1.0).abs() < 1e-15));
        for (index, (x, scaled)) in x.iter().zip(&scaled).enumerate() {
            let (factor, _) = wide.scales[index % 5];
            let expected = f64::from(*x) * factor;
            assert!((f64::from(*scaled) - expected).abs() <= 1e-5 * factor);
        }
    }

    #[test]
    fn no_class_is_rare() {
        for seed in 0..5 {
            let (_, labels) = small(&BadlyScaled::new(20, 3, 3.0, seed), 1500, seed);
            let counts = class_counts(&labels, 3);
            assert!(counts.iter().all(|n| (200..900).contains(n)), "{counts:?}");
        }
    }
}
