//! Batch normalisation of `[rows, columns]`, as in `model/norm/batch.rs` and `model/norm/ghost.rs`.
//!
//! With `c = x − μ`, `s = 1 / √(σ² + ε)`, `m` rows and the gradient `d` of the output `y = γ s c + β`, the gradients
//! (Ioffe & Szegedy 2015, section 3) are
//!
//! ```text
//! dβ = Σ d        dγ = s Σ d c        dx = γ s (d − dβ / m − c s dγ / m)
//! ```

use std::ops::Range;

use super::buffer::{Buffer, Map, View, runs};
use super::gradient::{Coefficients, Pending};
use super::state::{Id, Parameters};
use crate::config::spec::{Averages, BatchNorm, RunningVariance};
use crate::kernels::{self, Piecewise, padded};
use crate::model::norm::{Statistics, bessel, decay, sub_batches};

/// Values that are visited several times in a row: half a first-level cache of 32 kB.
const BLOCK: usize = 4 * 1024;

/// γ and β of a normalisation, each of them optional.
pub(super) struct Affine {
    pub(super) gamma: Option<Id>,
    pub(super) beta: Option<Id>,
}

/// The gradients of γ and β, `[channels]` each.
pub(super) type NormGradients = [(Option<Id>, Vec<f32>); 2];

/// A normalisation over the batch, or over sub-batches.
pub(super) struct Norm {
    /// Its name, as in checkpoints.
    pub(super) name: String,
    affine: Affine,
    settings: BatchNorm,
    epsilon: f64,
    /// Number of real columns.
    pub(super) channels: usize,
    /// The running mean and variance, padded; `None` for a layer that keeps none.
    pub(super) running: Option<[Vec<f32>; 2]>,
    /// Number of batches so far.
    pub(super) batches: usize,
    /// The statistics of the last pass.
    parts: Vec<Part>,
    /// β, or zeros.
    shift: Vec<f32>,
}

/// The statistics of some of the examples, for each column.
struct Part {
    images: Range<usize>,
    /// Number of values of a column.
    values: usize,
    mean: Vec<f32>,
    variance: Vec<f32>,
    /// `s`
    inverse: Vec<f32>,
    /// `γ s`
    scale: Vec<f32>,
}

impl Norm {
    /// A layer over `channels` channels that has normalised no batch yet.
    pub(super) fn new(
        name: &str,
        channels: usize,
        settings: BatchNorm,
        epsilon: f64,
        affine: Affine,
    ) -> Self {
        Self {
            name: name.to_owned(),
            affine,
            settings,
            epsilon,
            channels,
            running: None,
            batches: 0,
            parts: Vec::new(),
            shift: Vec::new(),
        }
    }

    /// Sets the running mean and variance, `[channels]` each.
    pub(super) fn set_running(&mut self, running: [Vec<f32>; 2]) {
        self.running = Some(running.map(|mut values| {
            values.resize(padded(self.channels), 0.0);
            values
        }));
    }

    /// Determines the statistics that normalise `x`, without a border, whose `moments` may be known; those of a training
    /// batch update the running ones.
    pub(super) fn prepare(
        &mut self,
        x: View<'_>,
        (images, statistics): (usize, Statistics),
        moments: Option<Moments>,
        parameters: &Parameters,
    ) {
        let trains = matches!(statistics, Statistics::Training { .. });
        match (statistics, &self.running) {
            (Statistics::Running, Some([mean, variance])) => {
                let part = self.part(
                    (0..images, x.map.positions()),
                    mean.clone(),
                    variance.clone(),
                    parameters,
                );
                self.parts = vec![part];
            }
            _ => self.observe(x, (images, trains), moments, parameters),
        }
        self.shift(parameters);
        if let (true, Some(averages)) = (trains, self.settings.averages) {
            self.follow(&averages);
        }
    }

    /// Computes the statistics of the batch; in training, of each sub-batch.
    fn observe(
        &mut self,
        x: View<'_>,
        (images, trains): (usize, bool),
        moments: Option<Moments>,
        parameters: &Parameters,
    ) {
        let ranges = match self.settings.virtual_batch_size {
            Some(size) if trains => sub_batches(images, size),
            _ => std::iter::once(0..images).collect(),
        };
        let (size, positions, step) = (x.map.size(), x.map.positions(), x.map.step);
        let of_images = |images: &Range<usize>| &x.values[images.start * size..images.end * size];
        let of_maps = (positions > 1).then(|| {
            moments.unwrap_or_else(|| Moments::of(of_images(&(0..images)), positions, step))
        });
        self.parts.clear();
        for images in ranges {
            let [mean, variance] = match &of_maps {
                Some(moments) => moments.statistics(images.clone()),
                // A feature has one value in each example.
                None => Moments::of(of_images(&images), images.len(), step).statistics(0..1),
            };
            self.parts.push(self.part((images, positions), mean, variance, parameters));
        }
    }

    /// Mean and biased variance of the last batch, `[channels]` each, and the number of values of a feature; `None` where
    /// it was split into sub-batches.
    pub(super) fn last_batch(&self) -> Option<([&[f32]; 2], usize)> {
        let [part] = self.parts.as_slice() else { return None };
        let statistics = [&part.mean[..self.channels], &part.variance[..self.channels]];
        Some((statistics, part.values))
    }

    fn shift(&mut self, parameters: &Parameters) {
        self.shift.clear();
        match self.affine.beta {
            Some(beta) => self.shift.extend_from_slice(parameters[beta].values()),
            None => self.shift.resize(padded(self.channels), 0.0),
        }
    }

    fn part(
        &self,
        (images, positions): (Range<usize>, usize),
        mean: Vec<f32>,
        variance: Vec<f32>,
        parameters: &Parameters,
    ) -> Part {
        let epsilon = self.epsilon as f32;
        let mut inverse: Vec<f32> = variance.iter().map(|v| 1.0 / (v + epsilon).sqrt()).collect();
        // The columns behind the real ones stay 0 whatever ε is.
        inverse[self.channels..].fill(0.0);
        let scale = match self.affine.gamma {
            Some(gamma) => {
                inverse.iter().zip(parameters[gamma].values()).map(|(s, gamma)| s * gamma).collect()
            }
            None => inverse.clone(),
        };
        let values = images.len() * positions;
        Part { images, values, mean, variance, inverse, scale }
    }

    /// Updates the running statistics; see `model/norm/running.rs`.
    fn follow(&mut self, averages: &Averages) {
        self.batches += 1;
        let decay = decay(averages.averaging, self.batches);
        let Some([mean, variance]) = &mut self.running else { return };
        let share = 1.0 / self.parts.len() as f32;
        let of_parts = |value: &dyn Fn(&Part) -> f32| -> f32 {
            self.parts.iter().map(value).sum::<f32>() * share
        };
        let factor = |part: &Part| match averages.variance {
            RunningVariance::Biased => 1.0,
            RunningVariance::Unbiased => bessel(part.values) as f32,
        };
        let [old, new] = [decay as f32, (1.0 - decay) as f32];
        for column in 0..self.channels {
            let batch = of_parts(&|part| part.mean[column]);
            mean[column] = mean[column] * old + batch * new;
            let batch = of_parts(&|part| part.variance[column] * factor(part));
            variance[column] = variance[column] * old + batch * new;
        }
    }

    /// `y = activation(γ x̂ + β)` with the statistics that were prepared, or of the sum with `other`.
    pub(super) fn normalise(
        &self,
        x: View<'_>,
        other: Option<View<'_>>,
        activation: Piecewise,
        y: &mut Buffer,
    ) {
        let step = x.map.step;
        let maps = [x.map, other.unwrap_or(x).map, y.map];
        for part in &self.parts {
            let map = self.map(part);
            runs(part.images.clone(), maps, usize::MAX, |[at, of_other, to], count| {
                let x = &x.values[at..at + count * step];
                let other = other.map(|other| &other.values[of_other..of_other + count * step]);
                kernels::normalise(x, map, other, activation, &mut y.values[to..to + count * step]);
            });
        }
    }

    fn map<'a>(&'a self, part: &'a Part) -> kernels::ColumnMap<'a> {
        kernels::ColumnMap { mean: &part.mean, scale: &part.scale, shift: &self.shift }
    }

    /// From the gradient `dy` of the activation behind it, which has no border, as `x`: calls `activate` with the gradient
    /// of some rows and the map of the input there, to turn it into that of the normalisation's output. `activate` also gets
    /// where the rows start in `x` and in a buffer of shape `other`. Returns what is left to be done with that gradient for the
    /// one by `x`, and the gradients of γ and β.
    pub(super) fn backward(
        &self,
        x: View<'_>,
        dy: &mut Buffer,
        (other, mut activate): (Map, impl FnMut([usize; 2], kernels::ColumnMap<'_>, &mut [f32])),
    ) -> (Pending, NormGradients) {
        let step = x.map.step;
        let mut of_beta = vec![0.0; step];
        let mut of_gamma = vec![0.0; step];
        let mut pending = Vec::new();
        for part in &self.parts {
            let mut sums = [vec![0.0; step], vec![0.0; step]];
            let rows = block_rows(step);
            runs(part.images.clone(), [x.map, other], rows, |[at, of_other], count| {
                let range = at..at + count * step;
                let d = &mut dy.values[range.clone()];
                activate([at, of_other], self.map(part), d);
                let [plain, weighted] = &mut sums;
                kernels::gradient_sums(&x.values[range], d, &part.mean, [plain, weighted]);
            });
            let count = part.values as f32;
            let [mut offset, mut slope] = sums;
            for column in 0..step {
                let inverse = part.inverse[column];
                of_beta[column] += offset[column];
                of_gamma[column] += inverse * slope[column];
                offset[column] /= count;
                // In this order, a column without variance gives 0 and not 0 · ∞.
                slope[column] = slope[column] / count * inverse * inverse * part.scale[column];
            }
            let (mean, scale) = (part.mean.clone(), part.scale.clone());
            pending.push(Coefficients { images: part.images.clone(), mean, scale, offset, slope });
        }
        let gradients = [(self.affine.gamma, of_gamma), (self.affine.beta, of_beta)];
        (Pending(pending), gradients)
    }
}

/// Means and centred squares of each column, over blocks of rows that fit into the cache.
///
/// Each block is centred with its own mean. With `M = Σ (x − mean of the block)²`, the variance over all is
/// `(Σ M + Σ rows · (mean of the block − mean)²) / rows`, exactly (Chan et al. 1979).
pub(super) struct Moments {
    columns: usize,
    /// Number of rows of a group; every group is split into blocks in the same way.
    rows: usize,
    /// `[groups, blocks, 2, columns]`
    values: Vec<f32>,
}

impl Moments {
    /// Memory for `groups` groups of `rows` rows of `columns` columns.
    pub(super) fn new(groups: usize, rows: usize, columns: usize) -> Self {
        let mut moments = Self { columns, rows, values: Vec::new() };
        moments.values.resize(groups * moments.size(), 0.0);
        moments
    }

    /// The moments of `x`, `[groups, rows, columns]`.
    fn of(x: &[f32], rows: usize, columns: usize) -> Self {
        let size = rows * columns;
        let mut moments = Self::new(x.len() / size, rows, columns);
        for (x, moments) in x.chunks_exact(size).zip(moments.groups_mut()) {
            determine(x, columns, moments);
        }
        moments
    }

    /// Number of values of a group.
    fn size(&self) -> usize {
        self.rows.div_ceil(block_rows(self.columns)) * 2 * self.columns
    }

    /// What [`determine`] writes, for each group.
    pub(super) fn groups_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let size = self.size();
        self.values.chunks_exact_mut(size)
    }

    /// Mean and biased variance of each column over some groups.
    fn statistics(&self, groups: Range<usize>) -> [Vec<f32>; 2] {
        let (columns, most, size) = (self.columns, block_rows(self.columns), self.size());
        let values = &self.values[groups.start * size..groups.end * size];
        // Of a single block, they are what the general formula gives, but for rounding.
        if values.len() == 2 * columns {
            let (mean, squares) = values.split_at(columns);
            let rows = self.rows as f32;
            return [mean.to_vec(), squares.iter().map(|sum| sum / rows).collect()];
        }
        // Number of rows, means and squares of each block.
        let blocks = values.chunks_exact(size).flat_map(|group| {
            let blocks = group.chunks_exact(2 * columns).enumerate();
            blocks.map(|(number, block)| {
                let (means, squares) = block.split_at(columns);
                (most.min(self.rows - number * most) as f64, means, squares)
            })
        });
        let total = (groups.len() * self.rows) as f64;
        let mut sums = vec![0.0; columns];
        for (rows, means, _) in blocks.clone() {
            for (sum, &mean) in sums.iter_mut().zip(means) {
                *sum += rows * f64::from(mean);
            }
        }
        let means: Vec<f64> = sums.into_iter().map(|sum| sum / total).collect();
        let mut sums = vec![0.0; columns];
        for (rows, of_block, squares) in blocks {
            for (column, sum) in sums.iter_mut().enumerate() {
                let apart = f64::from(of_block[column]) - means[column];
                *sum += f64::from(squares[column]) + rows * apart * apart;
            }
        }
        let variances = sums.into_iter().map(|sum| (sum / total) as f32);
        [means.iter().map(|&mean| mean as f32).collect(), variances.collect()]
    }
}

/// Number of rows of `columns` values that are visited several times in a row.
pub(super) fn block_rows(columns: usize) -> usize {
    (BLOCK / columns).max(1)
}

/// Determines the `moments` of a group of rows.
pub(super) fn determine(x: &[f32], columns: usize, moments: &mut [f32]) {
    let blocks = x.chunks(block_rows(columns) * columns);
    for (x, moments) in blocks.zip(moments.chunks_exact_mut(2 * columns)) {
        moments.fill(0.0);
        let (mean, squares) = moments.split_at_mut(columns);
        kernels::sums(x, mean);
        let rows = (x.len() / columns) as f32;
        for sum in mean.iter_mut() {
            *sum /= rows;
        }
        kernels::centred_squares(x, mean, squares);
    }
}
