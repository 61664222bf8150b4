//! Pooling of feature maps, channels last.

use super::instruction_set::vectorised;

/// The shape of a pooling: `side · side` windows of `[height, width, channels]`, channels padded; rows and columns that
/// fill no window are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Rows and columns of a window.
    pub side: usize,
    /// Height of the input.
    pub height: usize,
    /// Width of the input.
    pub width: usize,
    /// Number of channels, padded.
    pub channels: usize,
}

impl Windows {
    /// Rows and columns of windows.
    pub fn counts(self) -> [usize; 2] {
        [self.height / self.side, self.width / self.side]
    }

    /// The start of every value of window `(row, column)`.
    fn values(self, row: usize, column: usize) -> impl Iterator<Item = usize> {
        let position = move |i: usize, j: usize| {
            ((row * self.side + i) * self.width + column * self.side + j) * self.channels
        };
        (0..self.side).flat_map(move |i| (0..self.side).map(move |j| position(i, j)))
    }
}

/// The largest value of each channel and window of row `row` of windows of the image `x`, into `y`
/// `[columns, channels]`.
pub fn max_pool(windows: Windows, row: usize, x: &[f32], y: &mut [f32]) {
    vectorised(|| {
        for (column, y) in y.chunks_exact_mut(windows.channels).enumerate() {
            for (i, at) in windows.values(row, column).enumerate() {
                let x = &x[at..][..windows.channels];
                if i == 0 {
                    y.copy_from_slice(x);
                }
                for (y, &x) in y.iter_mut().zip(x) {
                    // A value that is no number stays.
                    *y = if x > *y || x.is_nan() { x } else { *y };
                }
            }
        }
    });
}

/// Writes the gradient of row `row` of windows into the image `dx`: `dy` `[columns, channels]` at the first of the largest
/// values of each window, 0 at the others. `scratch` `[channels]` is memory for what is left of `dy`.
pub fn max_pool_gradient(
    windows: Windows,
    row: usize,
    [x, y, dy]: [&[f32]; 3],
    scratch: &mut [f32],
    dx: &mut [f32],
) {
    let channels = windows.channels;
    vectorised(|| {
        for (column, dy) in dy.chunks_exact(channels).enumerate() {
            let y = &y[column * channels..][..channels];
            scratch.copy_from_slice(dy);
            for at in windows.values(row, column) {
                let (x, dx) = (&x[at..][..channels], &mut dx[at..][..channels]);
                for (((x, y), dx), left) in x.iter().zip(y).zip(dx).zip(scratch.iter_mut()) {
                    let here = if x.to_bits() == y.to_bits() { *left } else { 0.0 };
                    *dx = here;
                    *left -= here;
                }
            }
        }
    });
}
