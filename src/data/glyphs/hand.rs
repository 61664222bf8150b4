//! Random distortions of the ideal strokes, which imitate handwriting.
//!
//! Lengths are in the units of [`super::strokes`] (a digit is 2 high) until a point is mapped to
//! the canvas, and in pixels from there on.

use std::f64::consts::TAU;

use super::canvas::{Nib, SIDE};
use crate::seed::Stream;

/// Half the height of an upright digit, in pixels: MNIST's digits fill 20 of 28 as well.
const HALF_HEIGHT: f64 = 9.3;
/// Line pieces per control point of a stroke.
const PIECES: usize = 6;

/// The strength of each distortion at a given difficulty.
pub(super) struct Amounts {
    /// Standard deviation of the rotation, in radians.
    rotation: f64,
    /// Standard deviation of the shear.
    shear: f64,
    /// Standard deviation of the logarithm of the size.
    scale: f64,
    /// Standard deviation of the logarithm of width over height.
    aspect: f64,
    /// Standard deviation of the position, in pixels.
    shift: f64,
    /// Standard deviation of each control point.
    wobble: f64,
    /// Standard deviation of the position of each stroke relative to the others.
    looseness: f64,
    /// Standard deviation of each wave of the elastic deformation.
    elastic: f64,
    /// Spread of the stroke width, as a share of it.
    width: f64,
    faintest: f64,
    /// Standard deviation of the noise on every pixel.
    pub(super) noise: f64,
    /// Probability of a stray stroke.
    pub(super) stray: f64,
    /// Probability that a part is rubbed out.
    pub(super) rubbed: f64,
    /// Largest radius of that part, in pixels.
    pub(super) rub_radius: f64,
}

impl Amounts {
    /// The strengths from 0 (clean and upright) to 1 (often hard to read); tuned by inspection and by the accuracy
    /// of a small network. They grow with `√difficulty`: errors grow much faster than
    /// distortions, so that the setting has an effect over its whole range.
    pub(super) fn at(difficulty: f64) -> Self {
        let share = difficulty.clamp(0.0, 1.0).sqrt();
        let from_to = |easy: f64, hard: f64| easy + (hard - easy) * share;
        Self {
            rotation: from_to(0.03, 0.14),
            shear: from_to(0.04, 0.16),
            scale: from_to(0.02, 0.1),
            aspect: from_to(0.05, 0.15),
            shift: from_to(0.2, 0.95),
            wobble: from_to(0.015, 0.05),
            looseness: from_to(0.01, 0.05),
            elastic: from_to(0.02, 0.065),
            width: from_to(0.15, 0.28),
            faintest: from_to(0.9, 0.65),
            noise: from_to(0.0, 0.06),
            stray: from_to(0.0, 0.3),
            rubbed: from_to(0.0, 0.3),
            rub_radius: from_to(2.0, 3.0),
        }
    }
}

/// The distortions of one digit.
pub(super) struct Hand {
    /// Row-major 2×2 matrix from strokes to pixels.
    linear: [f64; 4],
    /// The centre of the digit, in pixels.
    centre: (f64, f64),
    waves: [Wave; 3],
    /// Half the mean stroke width, in pixels.
    radius: f64,
    /// Width in pixels over which an edge fades.
    pub(super) softness: f64,
    /// Brightness of full ink.
    pub(super) darkness: f64,
}

impl Hand {
    pub(super) fn new(amounts: &Amounts, stream: &mut Stream) -> Self {
        let middle = SIDE as f64 / 2.0;
        Self {
            linear: linear(amounts, stream),
            centre: (
                middle + amounts.shift * stream.normal(),
                middle + amounts.shift * stream.normal(),
            ),
            waves: std::array::from_fn(|_| Wave::new(amounts.elastic, stream)),
            radius: 1.25 * (1.0 + amounts.width * limited_normal(stream)),
            softness: stream.between(0.9, 1.6),
            darkness: stream.between(amounts.faintest, 1.0),
        }
    }

    /// The points of a stroke: a smooth curve through its disturbed control points, distorted and mapped to the canvas.
    pub(super) fn trace(
        &self,
        stroke: &[(f64, f64)],
        amounts: &Amounts,
        stream: &mut Stream,
    ) -> Vec<Nib> {
        let away = (amounts.looseness * stream.normal(), amounts.looseness * stream.normal());
        let points: Vec<(f64, f64)> = stroke
            .iter()
            .map(|&(x, y)| {
                let (dx, dy) = (stream.normal(), stream.normal());
                (x + away.0 + amounts.wobble * dx, y + away.1 + amounts.wobble * dy)
            })
            .collect();
        let pressure = Pressure::new(amounts.width, stream);
        let last = (points.len() - 1) * PIECES;
        (0..=last)
            .map(|piece| {
                let at = curve(&points, piece / PIECES, (piece % PIECES) as f64 / PIECES as f64);
                self.put(at, pressure.at(piece as f64 / last as f64))
            })
            .collect()
    }

    /// A short straight stroke that does not belong to the digit.
    pub(super) fn stray(&self, stream: &mut Stream) -> [Nib; 2] {
        let side = SIDE as f64;
        let (x, y) = (stream.between(0.0, side), stream.between(0.0, side));
        let (length, angle) = (stream.between(3.0, 9.0), TAU * stream.uniform());
        let radius = self.radius * stream.between(0.4, 0.9);
        [
            Nib { x, y, radius },
            Nib { x: x + length * angle.cos(), y: y + length * angle.sin(), radius },
        ]
    }

    /// Maps a point of the ideal stroke to the canvas.
    fn put(&self, ideal: (f64, f64), pressure: f64) -> Nib {
        let mut bent = ideal;
        for wave in &self.waves {
            let (dx, dy) = wave.at(ideal);
            bent.0 += dx;
            bent.1 += dy;
        }
        let [xx, xy, yx, yy] = self.linear;
        Nib {
            x: self.centre.0 + xx * bent.0 + xy * bent.1,
            y: self.centre.1 + yx * bent.0 + yy * bent.1,
            radius: self.radius * pressure,
        }
    }
}

/// Rotation · shear · scaling: `R(φ) · [[1, s], [0, 1]] · diag(size · √aspect, size / √aspect)`.
fn linear(amounts: &Amounts, stream: &mut Stream) -> [f64; 4] {
    let (sine, cosine) = (amounts.rotation * stream.normal()).sin_cos();
    let shear = amounts.shear * stream.normal();
    let half_height = HALF_HEIGHT * (amounts.scale * limited_normal(stream)).exp();
    let stretch = (amounts.aspect * limited_normal(stream) / 2.0).exp();
    let (wide, high) = (half_height * stretch, half_height / stretch);
    [cosine * wide, (cosine * shear - sine) * high, sine * wide, (sine * shear + cosine) * high]
}

/// A normal deviate limited to ±2, where larger ones would distort too much.
fn limited_normal(stream: &mut Stream) -> f64 {
    stream.normal().clamp(-2.0, 2.0)
}

/// One smooth displacement of the plane: `amplitude · sin(k·p + phase)`.
struct Wave {
    amplitude: (f64, f64),
    number: (f64, f64),
    phase: f64,
}

impl Wave {
    fn new(elastic: f64, stream: &mut Stream) -> Self {
        // A wavelength is at least the digit's height, so that strokes are bent smoothly.
        let (size, angle) = (stream.between(1.0, TAU / 2.0), TAU * stream.uniform());
        Self {
            amplitude: (elastic * stream.normal(), elastic * stream.normal()),
            number: (size * angle.cos(), size * angle.sin()),
            phase: TAU * stream.uniform(),
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let sine = (self.number.0 * x + self.number.1 * y + self.phase).sin();
        (self.amplitude.0 * sine, self.amplitude.1 * sine)
    }
}

/// The variation of the width of one stroke: one slow wave around 1.
struct Pressure {
    depth: f64,
    turns: f64,
    phase: f64,
}

impl Pressure {
    fn new(width: f64, stream: &mut Stream) -> Self {
        Self {
            depth: 0.7 * width * stream.uniform(),
            turns: stream.between(0.3, 1.2),
            phase: TAU * stream.uniform(),
        }
    }

    /// The factor at a share of the stroke's length.
    fn at(&self, share: f64) -> f64 {
        1.0 + self.depth * (TAU * self.turns * share + self.phase).sin()
    }
}

/// The Catmull–Rom spline (1974) through `points`, between point `index` and the next, at `t` in
/// `[0, 1]`: `½ (2p₁ + (p₂ − p₀) t + (2p₀ − 5p₁ + 4p₂ − p₃) t² + (3p₁ − p₀ − 3p₂ + p₃) t³)`. The
/// first and the last point replace their missing predecessor and successor.
fn curve(points: &[(f64, f64)], index: usize, t: f64) -> (f64, f64) {
    let last = points.len() - 1;
    let p0 = points[index.saturating_sub(1)];
    let p1 = points[index];
    let p2 = points[last.min(index + 1)];
    let p3 = points[last.min(index + 2)];
    let blend = |a: f64, b: f64, c: f64, d: f64| {
        let linear = c - a;
        let square = 2.0 * a - 5.0 * b + 4.0 * c - d;
        let cube = 3.0 * b - a - 3.0 * c + d;
        0.5 * (2.0 * b + t * (linear + t * (square + t * cube)))
    };
    (blend(p0.0, p1.0, p2.0, p3.0), blend(p0.1, p1.1, p2.1, p3.1))
}
