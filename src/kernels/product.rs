//! Products of rows with a matrix in panels, and the gradient of such a matrix: fully connected layers and convolutions.

use pulp::{Simd, WithSimd};

use super::instruction_set::dispatch;
use super::panels::Panels;
use super::tile;

/// Work that consists of tiles of `R` rows and the `V` vectors of one panel.
trait Tiles {
    /// Does the rows from row `at`.
    fn tile<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, at: usize);
}

macro_rules! tiles {
    ($simd:expr, $work:expr, $count:expr, $V:literal, $most:literal, [$($R:literal)*]) => {{
        let tiles = usize::div_ceil($count, $most);
        for tile in 0..tiles {
            let at = $count * tile / tiles;
            match $count * (tile + 1) / tiles - at {
                $($R => $work.tile::<S, $R, $V>($simd, at),)*
                _ => unreachable!("tiles have at most this many rows"),
            }
        }
    }};
}

/// Does `work` for `count` rows and a panel of `width` columns, in tiles that fill the registers and are of nearly equal
/// size: a small last tile would wait for the latency of its few sums.
#[inline(always)]
fn in_tiles<S: Simd>(simd: S, width: usize, count: usize, work: &mut impl Tiles) {
    match width / S::F32_LANES {
        1 => tiles!(simd, work, count, 1, 12, [1 2 3 4 5 6 7 8 9 10 11 12]),
        2 => tiles!(simd, work, count, 2, 6, [1 2 3 4 5 6]),
        4 => tiles!(simd, work, count, 4, 4, [1 2 3 4]),
        8 => tiles!(simd, work, count, 8, 1, [1]),
        _ => tiles!(simd, work, count, 16, 1, [1]),
    }
}

/// Where the rows of a product are: row `p` consists of `segments` runs of `length` values of `x`, run `s` starting at
/// `offsets[p] + s · step`.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The values.
    pub x: &'a [f32],
    /// The start of each row.
    pub offsets: &'a [usize],
    /// Number of runs of a row.
    pub segments: usize,
    /// Distance between the runs of a row.
    pub step: usize,
    /// Length of a run.
    pub length: usize,
}

/// `z[p][j] = b[j] + Σₖ row_p[k] · w[k][j]`: a fully connected layer, or a convolution with one row for each position.
#[derive(Debug)]
pub struct Product<'a> {
    /// The rows.
    pub rows: Rows<'a>,
    /// w, in panels.
    pub weights: &'a [f32],
    /// b, padded; 0 where there is none.
    pub bias: Option<&'a [f32]>,
    /// Number of columns of w, padded.
    pub columns: usize,
    /// z `[rows, columns]`
    pub result: &'a mut [f32],
    /// Distance between the rows of z.
    pub step: usize,
}

impl Product<'_> {
    /// Computes it.
    pub fn run(self) {
        dispatch(self.columns, self);
    }
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let layout = Panels { depth: self.rows.segments * self.rows.length, columns: self.columns };
        for (first, width) in layout.panels() {
            let mut tiles = ProductTiles {
                rows: self.rows,
                panel: &self.weights[first * layout.depth..][..width * layout.depth],
                bias: self.bias.map(|bias| &bias[first..][..width]),
                result: &mut self.result[first..],
                step: self.step,
            };
            in_tiles(simd, width, self.rows.offsets.len(), &mut tiles);
        }
    }
}

struct ProductTiles<'a> {
    rows: Rows<'a>,
    panel: &'a [f32],
    bias: Option<&'a [f32]>,
    result: &'a mut [f32],
    step: usize,
}

impl Tiles for ProductTiles<'_> {
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, at: usize) {
        let rows = &self.rows;
        let mut offsets = [0; R];
        offsets.copy_from_slice(&rows.offsets[at..at + R]);
        let mut sums = match self.bias {
            Some(bias) => tile::load::<S, R, V>(simd, bias, 0),
            None => [[simd.splat_f32s(0.0); V]; R],
        };
        let panel = S::as_simd_f32s(self.panel).0.as_chunks::<V>().0;
        for panel in panel.chunks(rows.length) {
            sums = tile::product(simd, sums, rows.x, offsets, panel);
            for offset in &mut offsets {
                *offset += rows.step;
            }
        }
        tile::store::<S, R, V>(&sums, &mut self.result[at * self.step..], self.step);
    }
}

/// A run of positions of a gradient of weights: where its first input and its first gradient are.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The position in the inputs.
    pub input: usize,
    /// The position in the gradients.
    pub gradient: usize,
}

/// `g[i][j] = Σₚ x_p[i] · d_p[j]`: the gradient of some rows of a matrix of weights, over the positions `p` of some lines.
#[derive(Debug)]
pub struct Outer<'a> {
    /// The inputs.
    pub x: &'a [f32],
    /// Distance between the inputs of adjacent positions.
    pub x_step: usize,
    /// The gradients of the outputs.
    pub d: &'a [f32],
    /// Distance between the gradients of adjacent positions.
    pub d_step: usize,
    /// Where the positions are.
    pub lines: &'a [Line],
    /// Number of positions of each line.
    pub count: usize,
    /// Number of rows of g that are computed.
    pub rows: usize,
    /// Whether they are added to what `panel` contains.
    pub adds: bool,
    /// The first column of the panel.
    pub first: usize,
    /// The number of columns of the panel.
    pub width: usize,
    /// The rows of the panel, `[rows, width]`
    pub panel: &'a mut [f32],
}

impl Outer<'_> {
    /// Computes it.
    pub fn run(self) {
        dispatch(self.width, self);
    }
}

impl WithSimd for Outer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        in_tiles(simd, self.width, self.rows, &mut self);
    }
}

impl Tiles for Outer<'_> {
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, at: usize) {
        let panel = &mut self.panel[at * self.width..];
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        for line in self.lines {
            let x = (&self.x[line.input + at..], self.x_step);
            let d = (&self.d[line.gradient + self.first..], self.d_step);
            sums = tile::outer(simd, sums, x, d, self.count);
        }
        if self.adds {
            // Sums of parts round less than one long sum.
            let before = tile::load::<S, R, V>(simd, panel, self.width);
            for r in 0..R {
                for v in 0..V {
                    sums[r][v] = simd.add_f32s(before[r][v], sums[r][v]);
                }
            }
        }
        tile::store::<S, R, V>(&sums, panel, self.width);
    }
}
