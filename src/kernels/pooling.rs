//! Pooling of feature maps, channels last.

use pulp::{Simd, WithSimd};

use super::instruction_set::dispatch;

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

struct MaxPool<'a> {
    windows: Windows,
    row: usize,
    x: &'a [f32],
    y: &'a mut [f32],
}

/// The largest value of each channel and window of row `row` of windows of the image `x`, into `y`
/// `[columns, channels]`.
pub fn max_pool(windows: Windows, row: usize, x: &[f32], y: &mut [f32]) {
    dispatch(windows.channels, MaxPool { windows, row, x, y });
}

impl WithSimd for MaxPool<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { windows, row, x, y } = self;
        for (column, y) in y.chunks_exact_mut(windows.channels).enumerate() {
            for (i, at) in windows.values(row, column).enumerate() {
                let x = S::as_simd_f32s(&x[at..at + windows.channels]).0;
                for (y, &x) in S::as_mut_simd_f32s(y).0.iter_mut().zip(x) {
                    let larger = simd.select_f32s(simd.less_than_f32s(*y, x), x, *y);
                    // A value that is no number differs from itself, and stays.
                    let larger = simd.select_f32s(simd.equal_f32s(x, x), larger, x);
                    *y = if i == 0 { x } else { larger };
                }
            }
        }
    }
}

struct MaxPoolGradient<'a> {
    windows: Windows,
    row: usize,
    values: [&'a [f32]; 3],
    scratch: &'a mut [f32],
    dx: &'a mut [f32],
}

/// Writes the gradient of row `row` of windows into the image `dx`: `dy` `[columns, channels]` at the first of the largest
/// values of each window, 0 at the others; from `values = [x, y, dy]`. `scratch` `[channels]` is memory for what is left of
/// `dy`.
pub fn max_pool_gradient(
    windows: Windows,
    row: usize,
    values: [&[f32]; 3],
    scratch: &mut [f32],
    dx: &mut [f32],
) {
    dispatch(windows.channels, MaxPoolGradient { windows, row, values, scratch, dx });
}

impl WithSimd for MaxPoolGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { windows, row, values: [x, y, dy], scratch, dx } = self;
        let channels = windows.channels;
        let zero = simd.splat_f32s(0.0);
        let lefts = S::as_mut_simd_f32s(scratch).0;
        for (column, dy) in dy.chunks_exact(channels).enumerate() {
            let y = S::as_simd_f32s(&y[column * channels..][..channels]).0;
            lefts.copy_from_slice(S::as_simd_f32s(dy).0);
            for at in windows.values(row, column) {
                let x = S::as_simd_f32s(&x[at..at + channels]).0;
                let dx = S::as_mut_simd_f32s(&mut dx[at..at + channels]).0;
                for (((&x, &y), dx), left) in x.iter().zip(y).zip(dx).zip(&mut *lefts) {
                    // By their bits, so that a value that is no number equals itself.
                    let [x, y] = [x, y].map(|v| simd.transmute_u32s_f32s(v));
                    let is_largest = simd.equal_u32s(x, y);
                    *dx = simd.select_f32s(is_largest, *left, zero);
                    *left = simd.select_f32s(is_largest, zero, *left);
                }
            }
        }
    }
}
