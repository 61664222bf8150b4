//! An image of 28×28 pixels on which anti-aliased strokes of varying width are drawn.

use crate::seed::Stream;

/// Rows and columns of an image.
pub(super) const SIDE: usize = 28;
pub(super) const PIXELS: usize = SIDE * SIDE;

/// A point of a stroke on the canvas, with the width of the stroke.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nib {
    /// Pixels from the left edge.
    pub(super) x: f64,
    /// Pixels from the top edge.
    pub(super) y: f64,
    /// Half the width of the stroke, in pixels.
    pub(super) radius: f64,
}

/// The amount of ink in each pixel, from 0 to 1.
pub(super) struct Canvas {
    ink: [f64; PIXELS],
}

impl Canvas {
    pub(super) fn blank() -> Self {
        Self { ink: [0.0; PIXELS] }
    }

    /// Draws a path; `softness` is the width in pixels over which its edge fades.
    pub(super) fn ink(&mut self, path: &[Nib], softness: f64) {
        for pair in path.windows(2) {
            self.ink_segment(&pair[0], &pair[1], softness);
        }
    }

    /// Coverage by the distance `d` of a pixel's centre from the segment, with the radius `r`
    /// interpolated along it: `clamp((r + s/2 − d) / s, 0, 1)`. Where strokes cross, ink is not added:
    /// the darker value is kept.
    fn ink_segment(&mut self, from: &Nib, to: &Nib, softness: f64) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length_squared = (dx * dx + dy * dy).max(1e-12);
        let reach = from.radius.max(to.radius) + softness / 2.0;
        for row in reached(from.y.min(to.y) - reach, from.y.max(to.y) + reach) {
            for column in reached(from.x.min(to.x) - reach, from.x.max(to.x) + reach) {
                let (px, py) = (centre(column) - from.x, centre(row) - from.y);
                let along = ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0);
                let (ex, ey) = (px - along * dx, py - along * dy);
                let distance = (ex * ex + ey * ey).sqrt();
                let radius = from.radius + along * (to.radius - from.radius);
                let cover = ((radius + softness / 2.0 - distance) / softness).clamp(0.0, 1.0);
                let ink = &mut self.ink[row * SIDE + column];
                *ink = ink.max(cover);
            }
        }
    }

    /// Removes the ink in a disc with a soft edge of two pixels.
    pub(super) fn rub_out(&mut self, x: f64, y: f64, radius: f64) {
        for (index, ink) in self.ink.iter_mut().enumerate() {
            let (dx, dy) = (centre(index % SIDE) - x, centre(index / SIDE) - y);
            let distance = (dx * dx + dy * dy).sqrt();
            *ink *= ((distance - radius) / 2.0 + 0.5).clamp(0.0, 1.0);
        }
    }

    /// Converts ink into bytes: full ink becomes `255 · darkness`, and `noise` is the standard
    /// deviation of a normal error that is added to every pixel.
    pub(super) fn to_bytes(&self, darkness: f64, noise: f64, stream: &mut Stream) -> [u8; PIXELS] {
        std::array::from_fn(|index| to_byte(self.ink[index] * darkness + noise * stream.normal()))
    }
}

/// The centre of a row or column, in pixels.
fn centre(index: usize) -> f64 {
    index as f64 + 0.5
}

/// The rows or columns whose centres may be between `low` and `high`.
fn reached(low: f64, high: f64) -> std::ops::Range<usize> {
    whole(low.floor())..whole(high.ceil())
}

/// The row or column at a position, limited to the canvas.
#[expect(clippy::cast_sign_loss, reason = "clamped to 0 and above")]
fn whole(position: f64) -> usize {
    position.clamp(0.0, SIDE as f64) as usize
}

/// Maps 0 to 0 and 1 to 255, limited on both sides.
#[expect(clippy::cast_sign_loss, reason = "clamped to 0 and above")]
fn to_byte(brightness: f64) -> u8 {
    (brightness * 255.0).round().clamp(0.0, 255.0) as u8
}
