//! What a step of a network of fully connected layers takes at least: its matrix products by the crate `gemm`, and
//! one pass of the update rule over all weights, each of them warm, and nothing else.

use gemm::Parallelism;

use super::arithmetic::Layer;
use super::case::{at_least_one, per_call};
use crate::config::spec::Train;
use crate::optim::{self, ALIASES, APART, Arithmetic, Group, NormParameters, Updater, Values};

/// More steps than any measurement takes.
const ALL_STEPS: usize = 1_000_000_000;

/// The work, and how long it took.
pub(super) struct Floor {
    products: Vec<Products>,
    update: Update,
    expected: [f64; 2],
    /// Seconds of all products, and of the update, in each repetition.
    pub(super) samples: [Vec<f64>; 2],
}

impl Floor {
    /// The floor of a step on `batch_size` examples; `None` for a network with other layers.
    pub(super) fn new(layers: &[Layer], batch_size: usize, train: &Train) -> Option<Self> {
        if layers.is_empty() || layers.iter().any(|layer| layer.positions != 1) {
            return None;
        }
        let products = layers.iter().enumerate();
        let products = products.map(|(i, layer)| Products::new(*layer, batch_size, i > 0));
        let weights = layers.iter().map(|layer| (layer.depth + 1) * layer.columns).sum();
        let mut floor = Self {
            products: products.collect(),
            update: Update::new(weights, train),
            expected: [0.0; 2],
            samples: Default::default(),
        };
        // Twice, since the first call fills the caches.
        for _ in 0..2 {
            floor.expected = floor.measure([1, 1]);
        }
        Some(floor)
    }

    /// Measures both parts, for some `seconds` each.
    pub(super) fn repeat(&mut self, seconds: f64) {
        let calls = self.expected.map(|expected| at_least_one(seconds, expected));
        let measured = self.measure(calls);
        for (samples, seconds) in self.samples.iter_mut().zip(measured) {
            samples.push(seconds);
        }
    }

    fn measure(&mut self, calls: [usize; 2]) -> [f64; 2] {
        let products = per_call(calls[0], || self.products.iter_mut().for_each(Products::run));
        [products, per_call(calls[1], || self.update.run())]
    }
}

/// The products of a layer: `z = x w`, `g_x = d wᵀ` and `g_w = xᵀ d`.
struct Products {
    /// Rows, depth, columns.
    sizes: [usize; 3],
    x: Vec<f32>,
    w: Vec<f32>,
    d: Vec<f32>,
    z: Vec<f32>,
    g_x: Option<Vec<f32>>,
    g_w: Vec<f32>,
}

impl Products {
    fn new(layer: Layer, rows: usize, has_input_gradient: bool) -> Self {
        let Layer { depth, columns, .. } = layer;
        Self {
            sizes: [rows, depth, columns],
            x: numbers(rows * depth),
            w: numbers(depth * columns),
            d: numbers(rows * columns),
            z: vec![0.0; rows * columns],
            g_x: has_input_gradient.then(|| vec![0.0; rows * depth]),
            g_w: vec![0.0; depth * columns],
        }
    }

    fn run(&mut self) {
        let [rows, depth, columns] = self.sizes;
        let [x, w, d] = [(&self.x, depth), (&self.w, columns), (&self.d, columns)];
        let [x, w, d] = [x, w, d].map(|(values, step)| Matrix { values, row: step, column: 1 });
        multiply([rows, columns, depth], &mut self.z, x, w);
        if let Some(g_x) = &mut self.g_x {
            multiply([rows, depth, columns], g_x, d, w.transposed());
        }
        multiply([depth, columns, rows], &mut self.g_w, x.transposed(), d);
    }
}

/// A matrix, with the distances between its rows and between its columns.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a [f32],
    row: usize,
    column: usize,
}

impl Matrix<'_> {
    fn transposed(self) -> Self {
        Self { row: self.column, column: self.row, ..self }
    }

    /// Whether all elements of `rows` and `columns` exist.
    fn holds(&self, rows: usize, columns: usize) -> bool {
        rows > 0
            && columns > 0
            && (rows - 1) * self.row + (columns - 1) * self.column < self.values.len()
    }
}

/// `result = left right`, for `left` `[rows, depth]`, `right` `[depth, columns]` and a row-major result; `sizes` are
/// rows, columns and depth.
#[expect(unsafe_code, reason = "the crate takes pointers")]
fn multiply(sizes: [usize; 3], result: &mut [f32], left: Matrix<'_>, right: Matrix<'_>) {
    let [rows, columns, depth] = sizes;
    let is_held = left.holds(rows, depth) && right.holds(depth, columns);
    assert!(is_held && rows * columns <= result.len(), "matrices of these sizes");
    // SAFETY: every element that is read or written lies within its slice, as was just checked, and `result` is
    // borrowed mutably, so that it overlaps with neither factor.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            result.as_mut_ptr(),
            1,
            columns.cast_signed(),
            false,
            left.values.as_ptr(),
            left.column.cast_signed(),
            left.row.cast_signed(),
            right.values.as_ptr(),
            right.column.cast_signed(),
            right.row.cast_signed(),
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// The update rule of a training over all weights at once.
struct Update {
    updater: Updater,
    /// Weights, gradient and running values, [`Update::step`] apart.
    values: Vec<f32>,
    step: usize,
    count: usize,
    keeps: [bool; 2],
}

impl Update {
    fn new(count: usize, train: &Train) -> Self {
        let norm = NormParameters::like_others();
        let updater = optim::build(train, &norm, ALL_STEPS, Arithmetic::Fused);
        let step = count.next_multiple_of(ALIASES) + APART;
        let mut values = numbers(4 * step);
        // Running values begin at 0.
        values[2 * step..].fill(0.0);
        Self { keeps: updater.keeps(), updater, values, step, count }
    }

    fn run(&mut self) {
        let update = self.updater.next_update();
        let kept = self.keeps.map(|keeps| if keeps { self.count } else { 0 });
        let mut arrays = self.values.chunks_exact_mut(self.step);
        let all = [arrays.next(), arrays.next(), arrays.next(), arrays.next()];
        if let [Some(weights), Some(gradient), Some(first), Some(second)] = all {
            update.of(Group::Other).apply(Values {
                weights: &mut weights[..self.count],
                gradient: &gradient[..self.count],
                first: &mut first[..kept[0]],
                second: &mut second[..kept[1]],
            });
        }
    }
}

/// Numbers between −0.05 and 0.05, all different from 0.
fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 37 % 101) as f32 - 50.5) / 1010.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_a_layer() {
        let layer = Layer { positions: 1, depth: 3, columns: 2 };
        let mut products = Products::new(layer, 4, true);
        products.run();
        let Products { x, w, d, z, g_x, g_w, .. } = &products;
        let g_x = g_x.as_ref().expect("asked for");
        let sum = |terms: usize, term: &dyn Fn(usize) -> f32| (0..terms).map(term).sum::<f32>();
        let close = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-6);
        for row in 0..4 {
            for column in 0..2 {
                close(z[row * 2 + column], sum(3, &|k| x[row * 3 + k] * w[k * 2 + column]));
            }
            for k in 0..3 {
                close(g_x[row * 3 + k], sum(2, &|column| d[row * 2 + column] * w[k * 2 + column]));
            }
        }
        for k in 0..3 {
            for column in 0..2 {
                close(g_w[k * 2 + column], sum(4, &|row| x[row * 3 + k] * d[row * 2 + column]));
            }
        }
    }
}
