//! `two-spirals`: two inputs, two classes, on interleaved spirals of three turns.
//!
//! The problem of Lang and Witbrock (1988, "Learning to tell two spirals apart"), drawn at random
//! instead of at their 97 points: with `t` uniform in `[0, 1)`,
//!
//! ```text
//! φ = 6π t,   r = 6.5 − 6 t,   (x, y) = ± (r sin φ, r cos φ) + ε
//! ```
//!
//! where the sign is the class (+ for 0, − for 1), each with probability ½, and `ε` is Gaussian in
//! both directions with standard deviation `0.5 · data.difficulty`. The distance between arms of different
//! classes is 1, so at difficulty 1 the noise is as large as the distance to the boundary, at 0.5 half of
//! it, and at 0 there is none.

use std::f64::consts::PI;

use super::Problem;
use crate::data::generated::Generated;
use crate::seed::Stream;

/// The name used in experiment files and messages.
pub(in crate::data) const NAME: &str = "two-spirals";

/// Standard deviation of the noise at difficulty 1.
const MOST_NOISE: f64 = 0.5;

/// The dataset of `seed`; `difficulty` is in `[0, 1]`.
pub(in crate::data) fn generated(difficulty: f64, seed: u64) -> Generated {
    super::generated([2, 2], seed, move || TwoSpirals { difficulty })
}

struct TwoSpirals {
    difficulty: f64,
}

impl Problem for TwoSpirals {
    const NAME: &'static str = NAME;

    fn features(&self) -> usize {
        2
    }

    fn classes(&self) -> usize {
        2
    }

    fn draw(&self, stream: &mut Stream, inputs: &mut Vec<f32>) -> u8 {
        let class = stream.below(2) as u8;
        let sign = if class == 0 { 1.0 } else { -1.0 };
        let t = stream.uniform();
        let (sine, cosine) = (6.0 * PI * t).sin_cos();
        let radius = sign * (6.5 - 6.0 * t);
        let noise = MOST_NOISE * self.difficulty;
        for coordinate in [radius * sine, radius * cosine] {
            inputs.push((coordinate + noise * stream.normal()) as f32);
        }
        class
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{class_counts, small};
    use super::*;

    /// The class whose arm is nearest, and its distance: on the ray of angle `φ` the arms of
    /// class 0 are at `6.5 − φ / π` and every 2 further in, those of class 1 half-way between.
    fn nearest_arm(x: f64, y: f64) -> (u8, f64) {
        let radius = x.hypot(y);
        let angle = x.atan2(y).rem_euclid(2.0 * PI);
        // In units of half a gap: even at an arm of class 0, odd at one of class 1.
        let turns = 6.5 - angle / PI - radius;
        let nearest = turns.round();
        (nearest.rem_euclid(2.0) as u8, (turns - nearest).abs())
    }

    #[test]
    fn without_noise_every_point_is_on_an_arm_of_its_class() {
        let (inputs, labels) = small(&TwoSpirals { difficulty: 0.0 }, 1000, 1);
        for (point, &label) in inputs.chunks(2).zip(&labels) {
            let (x, y) = (f64::from(point[0]), f64::from(point[1]));
            let (class, distance) = nearest_arm(x, y);
            assert_eq!(class, label, "({x}, {y})");
            assert!(distance < 1e-5, "({x}, {y}) is {distance} off");
            assert!((0.499..6.501).contains(&x.hypot(y)));
        }
        let counts = class_counts(&labels, 2);
        assert!((430..570).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn difficulty_carries_more_and_more_points_over_to_the_other_class() {
        let error = |difficulty| {
            let (inputs, labels) = small(&TwoSpirals { difficulty }, 2000, 1);
            let wrong = inputs.chunks(2).zip(&labels).filter(|(point, label)| {
                nearest_arm(f64::from(point[0]), f64::from(point[1])).0 != **label
            });
            wrong.count() as f64 / 2000.0
        };
        // Noise of more than 0.5 in either direction: 4.6 % beyond two standard deviations, 32 % beyond
        // one, some of it reaching the next arm of the same class; arms are more curved near the centre.
        let (half, full) = (error(0.5), error(1.0));
        assert!((0.03..0.07).contains(&half), "{half}");
        assert!((0.25..0.35).contains(&full), "{full}");
    }
}
