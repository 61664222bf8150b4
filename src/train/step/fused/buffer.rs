//! Values of a batch between two layers, channels last.

/// The shape of one example in a buffer: a feature map `[height, width, step]` inside a border of zeros, from which
/// convolutions read what lies beyond the edge. The output of a fully connected layer is a map of one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Map {
    pub(super) height: usize,
    pub(super) width: usize,
    /// Number of channels.
    pub(super) channels: usize,
    /// Distance between positions: the number of channels, padded or not.
    pub(super) step: usize,
    /// Rows and columns of zeros on each side.
    pub(super) border: usize,
}

impl Map {
    /// A map of `[height, width, channels]` with padded channels and without a border.
    pub(super) fn new([height, width, channels]: [usize; 3]) -> Self {
        Self { height, width, channels, step: crate::kernels::padded(channels), border: 0 }
    }

    /// A map of one position.
    pub(super) fn vector(features: usize) -> Self {
        Self::new([1, 1, features])
    }

    /// The same map inside a border.
    pub(super) fn bordered(self, border: usize) -> Self {
        Self { border, ..self }
    }

    /// Number of positions.
    pub(super) fn positions(self) -> usize {
        self.height * self.width
    }

    /// Number of values of one example, border included.
    pub(super) fn size(self) -> usize {
        (self.height + 2 * self.border) * self.row()
    }

    /// Number of values from one row of positions to the next, border included.
    pub(super) fn row(self) -> usize {
        (self.width + 2 * self.border) * self.step
    }

    /// The start of the position at `row` and `column` of example `image`.
    pub(super) fn at(self, image: usize, row: usize, column: usize) -> usize {
        image * self.size() + (row + self.border) * self.row() + (column + self.border) * self.step
    }
}

/// A view of a buffer: behind the examples of the present batch may be those of earlier ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) map: Map,
    pub(super) values: &'a [f32],
}

/// Values of some examples, with memory for the largest batch so far: behind the examples of the present batch are those of
/// earlier ones. The border is never written after it was made.
#[derive(Debug, Clone)]
pub(super) struct Buffer {
    pub(super) map: Map,
    pub(super) values: Vec<f32>,
}

impl Buffer {
    /// A buffer without memory yet.
    pub(super) fn new(map: Map) -> Self {
        Self { map, values: Vec::new() }
    }

    /// The values of the first `images` examples.
    pub(super) fn for_images(&mut self, images: usize) -> &mut [f32] {
        let size = images * self.map.size();
        if self.values.len() < size {
            self.values.resize(size, 0.0);
        }
        &mut self.values[..size]
    }

    /// The buffer with its memory; one without memory remains.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.map))
    }

    pub(super) fn view(&self) -> View<'_> {
        View { map: self.map, values: &self.values }
    }
}

/// Runs of positions of `images` examples that are contiguous in all maps, which differ in their border only: `each`
/// gets where a run starts in each map and its number of positions. Without borders, a run has at most `most` positions;
/// otherwise it is a row of a map.
pub(super) fn runs<const N: usize>(
    images: std::ops::Range<usize>,
    maps: [Map; N],
    most: usize,
    mut each: impl FnMut([usize; N], usize),
) {
    let Some(&any) = maps.first() else { return };
    debug_assert!(maps.iter().all(|map| map.bordered(0) == any.bordered(0)), "one shape");
    if maps.iter().all(|map| map.border == 0) {
        let mut position = images.start * any.positions();
        let end = images.end * any.positions();
        while position < end {
            let count = most.min(end - position);
            each(maps.map(|map| position * map.step), count);
            position += count;
        }
        return;
    }
    for image in images {
        for row in 0..any.height {
            each(maps.map(|map| map.at(image, row, 0)), any.width);
        }
    }
}

/// Buffers that are not in use, for gradients and for the outputs of evaluations: few of each shape are needed at a time.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Buffer>);

impl Pool {
    /// A buffer of `map` for `images` examples. Its border contains zeros, all else anything.
    pub(super) fn take(&mut self, map: Map, images: usize) -> Buffer {
        let found = self.0.iter().position(|buffer| buffer.map == map);
        let mut buffer = found.map_or_else(|| Buffer::new(map), |at| self.0.swap_remove(at));
        buffer.for_images(images);
        buffer
    }

    /// Takes a buffer back, if it has memory.
    pub(super) fn give(&mut self, buffer: Buffer) {
        if !buffer.values.is_empty() {
            self.0.push(buffer);
        }
    }
}
