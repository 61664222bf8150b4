//! Layers without parameters: pooling, means, other orders, dropped units and the parameter-free shortcut.

use super::buffer::{Buffer, Map, View, runs};
use super::gradient::{Gradient, Wanted};
use super::layer::{Backward, Forward, Layer};
use crate::kernels::{self, Windows};

/// The largest value of each window.
pub(super) struct MaxPool {
    windows: Windows,
    output: Map,
}

impl MaxPool {
    /// Pooling of windows of `side` rows and columns behind an output of shape `input`; its own output gets a border of
    /// `border` zeros.
    pub(super) fn new(side: usize, input: Map, border: usize) -> Self {
        debug_assert_eq!(input.border, 0, "only a convolution reads beyond the edge");
        let Map { height, width, step, .. } = input;
        let windows = Windows { side, height, width, channels: step };
        let [height, width] = windows.counts();
        let output = Map { height, width, ..input }.bordered(border);
        Self { windows, output }
    }
}

impl Layer for MaxPool {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let map = self.output;
        for image in 0..pass.images {
            let x = &x.values[image * x.map.size()..][..x.map.size()];
            for row in 0..map.height {
                let y = &mut y.values[map.at(image, row, 0)..][..map.width * map.step];
                kernels::max_pool(self.windows, row, x, y);
            }
        }
    }

    fn backward(
        &mut self,
        [x, y]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        if wanted == Wanted::Nothing {
            return None;
        }
        let dy = &dy.buffer;
        let (map, size) = (self.output, x.map.size());
        let mut dx = pass.pool.take(x.map, pass.images);
        let covered = [map.height, map.width].map(|count| count * self.windows.side);
        if covered != [x.map.height, x.map.width] {
            dx.values.fill(0.0);
        }
        let mut scratch = vec![0.0; map.step];
        for image in 0..pass.images {
            let x = &x.values[image * size..][..size];
            let dx = &mut dx.values[image * size..][..size];
            for row in 0..map.height {
                let length = map.width * map.step;
                let y = &y.values[map.at(image, row, 0)..][..length];
                let dy = &dy.values[dy.map.at(image, row, 0)..][..length];
                kernels::max_pool_gradient(self.windows, row, [x, y, dy], &mut scratch, dx);
            }
        }
        Some(Gradient::complete(dx))
    }
}

/// The mean of every channel.
pub(super) struct GlobalAverage {
    output: Map,
}

impl GlobalAverage {
    pub(super) fn new(input: Map) -> Self {
        Self { output: Map::vector(input.channels) }
    }
}

impl Layer for GlobalAverage {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let step = self.output.step;
        let share = 1.0 / x.map.positions() as f32;
        for (image, y) in y.values.chunks_exact_mut(step).take(pass.images).enumerate() {
            y.fill(0.0);
            runs(image..image + 1, [x.map], usize::MAX, |[at], count| {
                kernels::sums(&x.values[at..at + count * step], y);
            });
            for sum in y.iter_mut() {
                *sum *= share;
            }
        }
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        if wanted == Wanted::Nothing {
            return None;
        }
        let mut dx = pass.pool.take(x.map.bordered(0), pass.images);
        let (dy, step) = (&dy.buffer, x.map.step);
        let share = 1.0 / x.map.positions() as f32;
        let map = dx.map;
        for (image, dy) in dy.values.chunks_exact(step).take(pass.images).enumerate() {
            let each: Vec<f32> = dy.iter().map(|d| d * share).collect();
            let dx = &mut dx.values[image * map.size()..][..map.size()];
            for position in dx.chunks_exact_mut(step) {
                position.copy_from_slice(&each);
            }
        }
        Some(Gradient::complete(dx))
    }
}

/// All values of a map as features of one position, each channel's plane after the other.
pub(super) struct Flatten {
    output: Map,
}

impl Flatten {
    pub(super) fn new(input: Map) -> Self {
        Self { output: Map::vector(input.channels * input.positions()) }
    }
}

impl Layer for Flatten {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let (map, to) = (x.map, self.output);
        for (image, y) in y.values.chunks_exact_mut(to.step).take(pass.images).enumerate() {
            for position in 0..map.positions() {
                let at = map.at(image, position / map.width, position % map.width);
                for (channel, &value) in x.values[at..at + map.channels].iter().enumerate() {
                    y[channel * map.positions() + position] = value;
                }
            }
            y[to.channels..].fill(0.0);
        }
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        if wanted == Wanted::Nothing {
            return None;
        }
        let (dy, map) = (&dy.buffer, x.map.bordered(0));
        let mut dx = pass.pool.take(map, pass.images);
        for (image, dy) in dy.values.chunks_exact(dy.map.step).take(pass.images).enumerate() {
            for position in 0..map.positions() {
                let at = map.at(image, position / map.width, position % map.width);
                let dx = &mut dx.values[at..at + map.step];
                dx[map.channels..].fill(0.0);
                for (channel, dx) in dx[..map.channels].iter_mut().enumerate() {
                    *dx = dy[channel * map.positions() + position];
                }
            }
        }
        Some(Gradient::complete(dx))
    }
}

/// Dropout on features of one position; see `model/pass.rs`.
pub(super) struct Dropout {
    probability: f64,
    mask: Vec<f32>,
    output: Map,
}

impl Dropout {
    pub(super) fn new(probability: f64, input: Map) -> Self {
        debug_assert_eq!(input.size(), input.step, "features");
        Self { probability, mask: Vec::new(), output: input }
    }
}

impl Layer for Dropout {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let Map { step, channels, .. } = x.map;
        let kept = (1.0 / (1.0 - self.probability)) as f32;
        let size = pass.images * step;
        self.mask.clear();
        self.mask.resize(size, 1.0);
        if let Some(stream) = &mut pass.dropout {
            for row in self.mask.chunks_exact_mut(step) {
                for factor in &mut row[..channels] {
                    *factor = if stream.uniform() < self.probability { 0.0 } else { kept };
                }
            }
        }
        for ((y, x), factor) in y.values.iter_mut().zip(x.values).zip(&self.mask) {
            *y = x * factor;
        }
    }

    fn backward(
        &mut self,
        _: [View<'_>; 2],
        dy: &mut Gradient,
        _: Wanted,
        _: &mut Backward<'_>,
    ) -> Option<Gradient> {
        for (dy, factor) in dy.buffer.values.iter_mut().zip(&self.mask) {
            *dy *= factor;
        }
        Some(dy.take())
    }
}

/// Every `stride`-th row and column, and channels of zeros behind the given ones.
pub(super) struct ZeroPadded {
    stride: usize,
    output: Map,
}

impl ZeroPadded {
    pub(super) fn new(stride: usize, outputs: usize, input: Map) -> Self {
        let [height, width] = [input.height, input.width].map(|size| size.div_ceil(stride));
        Self { stride, output: Map::new([height, width, outputs]) }
    }

    /// The positions of one example that are taken, in the output and in the input.
    fn pairs(
        &self,
        [to, from]: [Map; 2],
        image: usize,
    ) -> impl Iterator<Item = [usize; 2]> + use<> {
        let stride = self.stride;
        (0..to.positions()).map(move |position| {
            let (row, column) = (position / to.width, position % to.width);
            [to.at(image, row, column), from.at(image, row * stride, column * stride)]
        })
    }
}

impl Layer for ZeroPadded {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let (map, channels) = (self.output, x.map.channels);
        for image in 0..pass.images {
            for [to, from] in self.pairs([map, x.map], image) {
                let (given, more) = y.values[to..to + map.step].split_at_mut(channels);
                given.copy_from_slice(&x.values[from..from + channels]);
                more.fill(0.0);
            }
        }
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        if wanted == Wanted::Nothing {
            return None;
        }
        let mut dx = pass.pool.take(x.map.bordered(0), pass.images);
        let dy = &dy.buffer;
        let (map, channels) = (dx.map, x.map.channels);
        dx.values[..pass.images * map.size()].fill(0.0);
        for image in 0..pass.images {
            for [to, from] in self.pairs([dy.map, map], image) {
                let dy = &dy.values[to..to + channels];
                dx.values[from..from + channels].copy_from_slice(dy);
            }
        }
        Some(Gradient::complete(dx))
    }
}
