//! Passes over rows of values, with other numbers for each column: the statistics of batch normalisation, its output
//! and its gradient, and piecewise linear activations.
//!
//! A caller splits large inputs into blocks of rows that fit into the first-level cache, where the functions visit them
//! once for each group of columns.

use pulp::{Simd, WithSimd};

use super::instruction_set::dispatch;

/// A pass over rows; `V` vectors of columns at a time, the first of which is `at` vectors from the start of a row.
trait Pass {
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize);
}

struct Sweep<P> {
    pass: P,
    columns: usize,
}

impl<P: Pass> WithSimd for Sweep<P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let vectors = self.columns / S::F32_LANES;
        if vectors.is_multiple_of(4) {
            for at in (0..vectors).step_by(4) {
                self.pass.columns::<S, 4>(simd, at);
            }
        } else if vectors.is_multiple_of(2) {
            for at in (0..vectors).step_by(2) {
                self.pass.columns::<S, 2>(simd, at);
            }
        } else {
            for at in 0..vectors {
                self.pass.columns::<S, 1>(simd, at);
            }
        }
    }
}

fn sweep(columns: usize, pass: impl Pass) {
    if columns > 0 {
        dispatch(columns, Sweep { pass, columns });
    }
}

/// The `V` vectors from vector `at` of a row or of numbers for each column.
#[inline(always)]
fn vectors<S: Simd, const V: usize>(simd: S, row: &[f32], at: usize) -> [S::f32s; V] {
    let mut vectors = [simd.splat_f32s(0.0); V];
    vectors.copy_from_slice(&S::as_simd_f32s(row).0[at..at + V]);
    vectors
}

#[inline(always)]
fn vectors_mut<S: Simd, const V: usize>(row: &mut [f32], at: usize) -> &mut [S::f32s] {
    &mut S::as_mut_simd_f32s(row).0[at..at + V]
}

struct Sums<'a> {
    x: &'a [f32],
    sums: &'a mut [f32],
}

/// `sums[j] += Σ x[row][j]`
pub fn sums(x: &[f32], sums: &mut [f32]) {
    sweep(sums.len(), Sums { x, sums });
}

impl Pass for Sums<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let mut sums = [simd.splat_f32s(0.0); V];
        for row in self.x.chunks_exact(self.sums.len()) {
            let x = vectors::<S, V>(simd, row, at);
            for v in 0..V {
                sums[v] = simd.add_f32s(sums[v], x[v]);
            }
        }
        let all = vectors_mut::<S, V>(self.sums, at);
        for v in 0..V {
            all[v] = simd.add_f32s(all[v], sums[v]);
        }
    }
}

struct CentredSquares<'a> {
    x: &'a [f32],
    mean: &'a [f32],
    sums: &'a mut [f32],
}

/// `sums[j] += Σ (x[row][j] − mean[j])²`
pub fn centred_squares(x: &[f32], mean: &[f32], sums: &mut [f32]) {
    sweep(sums.len(), CentredSquares { x, mean, sums });
}

impl Pass for CentredSquares<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let mean = vectors::<S, V>(simd, self.mean, at);
        let mut sums = [simd.splat_f32s(0.0); V];
        for row in self.x.chunks_exact(self.sums.len()) {
            let x = vectors::<S, V>(simd, row, at);
            for v in 0..V {
                let centred = simd.sub_f32s(x[v], mean[v]);
                sums[v] = simd.mul_add_f32s(centred, centred, sums[v]);
            }
        }
        let all = vectors_mut::<S, V>(self.sums, at);
        for v in 0..V {
            all[v] = simd.add_f32s(all[v], sums[v]);
        }
    }
}

/// An activation of two linear pieces that meet in 0: the identity above 0, `slope · v` below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piecewise {
    /// The slope below 0: 0 for ReLU, 1 for the identity.
    pub slope: f32,
    /// The derivative at 0.
    pub at_zero: f32,
}

impl Piecewise {
    /// No activation.
    pub const IDENTITY: Self = Self { slope: 1.0, at_zero: 1.0 };

    /// Whether f′(v) = f′(f(v)) for all v, so that a backward pass needs no more than the output.
    pub fn derivative_follows_from_output(self) -> bool {
        // A smaller slope turns small values into −0.
        self.slope >= f32::MIN_POSITIVE || (self.slope == 0.0 && self.at_zero == 0.0)
    }

    /// The derivative at `v`.
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, v: S::f32s) -> S::f32s {
        let (zero, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        let slope = simd.splat_f32s(self.slope);
        // A value that is no number compares as false, and is multiplied by 1: it stays visible.
        let below = simd.select_f32s(simd.less_than_f32s(v, zero), slope, one);
        simd.select_f32s(simd.equal_f32s(v, zero), simd.splat_f32s(self.at_zero), below)
    }

    #[inline(always)]
    fn value<S: Simd>(self, simd: S, v: S::f32s) -> S::f32s {
        // ReLU of −∞ is 0, and not −∞ · 0.
        let below = match self.slope {
            0.0 => simd.splat_f32s(0.0),
            slope => simd.mul_f32s(v, simd.splat_f32s(slope)),
        };
        simd.select_f32s(simd.less_than_f32s(v, simd.splat_f32s(0.0)), below, v)
    }
}

/// A linear map of each column: `(x − mean) · scale + shift`.
#[derive(Debug, Clone, Copy)]
pub struct ColumnMap<'a> {
    /// The mean.
    pub mean: &'a [f32],
    /// The factor.
    pub scale: &'a [f32],
    /// The shift.
    pub shift: &'a [f32],
}

struct Normalise<'a> {
    x: &'a [f32],
    map: ColumnMap<'a>,
    other: Option<&'a [f32]>,
    activation: Piecewise,
    y: &'a mut [f32],
}

/// `y[row][j] = activation((x[row][j] − mean[j]) · scale[j] + shift[j])`, or the activation of the sum with `other`.
pub fn normalise(
    x: &[f32],
    map: ColumnMap<'_>,
    other: Option<&[f32]>,
    activation: Piecewise,
    y: &mut [f32],
) {
    sweep(map.mean.len(), Normalise { x, map, other, activation, y });
}

impl Pass for Normalise<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let columns = self.map.mean.len();
        let mean = vectors::<S, V>(simd, self.map.mean, at);
        let scale = vectors::<S, V>(simd, self.map.scale, at);
        let shift = vectors::<S, V>(simd, self.map.shift, at);
        let rows = self.x.chunks_exact(columns).zip(self.y.chunks_exact_mut(columns));
        let Some(other) = self.other else {
            for (x, y) in rows {
                let x = vectors::<S, V>(simd, x, at);
                let y = vectors_mut::<S, V>(y, at);
                for v in 0..V {
                    let centred = simd.sub_f32s(x[v], mean[v]);
                    let value = simd.mul_add_f32s(centred, scale[v], shift[v]);
                    y[v] = self.activation.value(simd, value);
                }
            }
            return;
        };
        for ((x, y), other) in rows.zip(other.chunks_exact(columns)) {
            let (x, other) = (vectors::<S, V>(simd, x, at), vectors::<S, V>(simd, other, at));
            let y = vectors_mut::<S, V>(y, at);
            for v in 0..V {
                let centred = simd.sub_f32s(x[v], mean[v]);
                let value = simd.mul_add_f32s(centred, scale[v], shift[v]);
                y[v] = self.activation.value(simd, simd.add_f32s(value, other[v]));
            }
        }
    }
}

struct Activate<'a> {
    x: &'a [f32],
    activation: Piecewise,
    columns: usize,
    y: &'a mut [f32],
}

/// `y = activation(x)`
pub fn activate(x: &[f32], activation: Piecewise, columns: usize, y: &mut [f32]) {
    sweep(columns, Activate { x, activation, columns, y });
}

impl Pass for Activate<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        for (x, y) in self.x.chunks_exact(self.columns).zip(self.y.chunks_exact_mut(self.columns)) {
            let x = vectors::<S, V>(simd, x, at);
            let y = vectors_mut::<S, V>(y, at);
            for v in 0..V {
                y[v] = self.activation.value(simd, x[v]);
            }
        }
    }
}

struct ActivationGradient<'a> {
    x: &'a [f32],
    map: Option<ColumnMap<'a>>,
    activation: Piecewise,
    columns: usize,
    d: &'a mut [f32],
}

/// `d ← d · activation′(v)` with `v = (x − mean) · scale + shift`, or `v = x` without a map.
pub fn activation_gradient(
    x: &[f32],
    map: Option<ColumnMap<'_>>,
    activation: Piecewise,
    columns: usize,
    d: &mut [f32],
) {
    sweep(columns, ActivationGradient { x, map, activation, columns, d });
}

impl Pass for ActivationGradient<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let constant = |value| [simd.splat_f32s(value); V];
        let (mut mean, mut scale, mut shift) = (constant(0.0), constant(1.0), constant(0.0));
        if let Some(map) = self.map {
            mean = vectors::<S, V>(simd, map.mean, at);
            scale = vectors::<S, V>(simd, map.scale, at);
            shift = vectors::<S, V>(simd, map.shift, at);
        }
        for (x, d) in self.x.chunks_exact(self.columns).zip(self.d.chunks_exact_mut(self.columns)) {
            let x = vectors::<S, V>(simd, x, at);
            let d = vectors_mut::<S, V>(d, at);
            for v in 0..V {
                let centred = simd.sub_f32s(x[v], mean[v]);
                let value = simd.mul_add_f32s(centred, scale[v], shift[v]);
                d[v] = simd.mul_f32s(d[v], self.activation.derivative(simd, value));
            }
        }
    }
}

struct GradientSums<'a> {
    x: &'a [f32],
    d: &'a [f32],
    mean: &'a [f32],
    sums: [&'a mut [f32]; 2],
}

/// `sums[0][j] += Σ d[row][j]` and `sums[1][j] += Σ d[row][j] · (x[row][j] − mean[j])`
pub fn gradient_sums(x: &[f32], d: &[f32], mean: &[f32], sums: [&mut [f32]; 2]) {
    sweep(mean.len(), GradientSums { x, d, mean, sums });
}

impl Pass for GradientSums<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let columns = self.mean.len();
        let mean = vectors::<S, V>(simd, self.mean, at);
        let mut plain = [simd.splat_f32s(0.0); V];
        let mut weighted = plain;
        for (x, d) in self.x.chunks_exact(columns).zip(self.d.chunks_exact(columns)) {
            let (x, d) = (vectors::<S, V>(simd, x, at), vectors::<S, V>(simd, d, at));
            for v in 0..V {
                plain[v] = simd.add_f32s(plain[v], d[v]);
                let centred = simd.sub_f32s(x[v], mean[v]);
                weighted[v] = simd.mul_add_f32s(d[v], centred, weighted[v]);
            }
        }
        for (all, part) in self.sums.iter_mut().zip([plain, weighted]) {
            let all = vectors_mut::<S, V>(all, at);
            for v in 0..V {
                all[v] = simd.add_f32s(all[v], part[v]);
            }
        }
    }
}

struct InputGradient<'a> {
    x: &'a [f32],
    d: &'a [f32],
    coefficients: [&'a [f32]; 4],
    y: &'a mut [f32],
}

/// `y = scale · (d − offset) − slope · (x − mean)`, from `coefficients = [mean, scale, offset, slope]`: the gradient by the input of a
/// normalisation.
pub fn input_gradient(x: &[f32], d: &[f32], coefficients: [&[f32]; 4], y: &mut [f32]) {
    sweep(coefficients[0].len(), InputGradient { x, d, coefficients, y });
}

impl Pass for InputGradient<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let columns = self.coefficients[0].len();
        let mean = vectors::<S, V>(simd, self.coefficients[0], at);
        let scale = vectors::<S, V>(simd, self.coefficients[1], at);
        let offset = vectors::<S, V>(simd, self.coefficients[2], at);
        let slope = vectors::<S, V>(simd, self.coefficients[3], at);
        let rows = self.x.chunks_exact(columns).zip(self.d.chunks_exact(columns));
        for ((x, d), y) in rows.zip(self.y.chunks_exact_mut(columns)) {
            let (x, d) = (vectors::<S, V>(simd, x, at), vectors::<S, V>(simd, d, at));
            let y = vectors_mut::<S, V>(y, at);
            for v in 0..V {
                let first = simd.mul_f32s(scale[v], simd.sub_f32s(d[v], offset[v]));
                let centred = simd.sub_f32s(x[v], mean[v]);
                y[v] = simd.mul_add_f32s(simd.neg_f32s(centred), slope[v], first);
            }
        }
    }
}

struct Add<'a> {
    x: &'a [f32],
    columns: usize,
    y: &'a mut [f32],
}

/// `y += x`
pub fn add(x: &[f32], columns: usize, y: &mut [f32]) {
    sweep(columns, Add { x, columns, y });
}

impl Pass for Add<'_> {
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        for (x, y) in self.x.chunks_exact(self.columns).zip(self.y.chunks_exact_mut(self.columns)) {
            let x = vectors::<S, V>(simd, x, at);
            let y = vectors_mut::<S, V>(y, at);
            for v in 0..V {
                y[v] = simd.add_f32s(y[v], x[v]);
            }
        }
    }
}
