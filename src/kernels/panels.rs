//! The layout of weights.

/// Columns of a panel.
pub(crate) const PANEL: usize = 16;

/// `columns` rounded up to what the kernels work on: whole panels, the last of which may be half a panel.
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(PANEL / 2)
}

/// A matrix `[depth, columns]` in panels: panel `j` contains columns `16 j` to `16 j + 15`, row after row, and the last
/// one only 8 columns where that is enough. Columns behind the real ones contain 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panels {
    /// Number of rows.
    pub depth: usize,
    /// Number of columns, padded.
    pub columns: usize,
}

impl Panels {
    /// The layout of a matrix of `columns` real columns.
    pub fn new(depth: usize, columns: usize) -> Self {
        Self { depth, columns: padded(columns) }
    }

    /// Number of values, padding included.
    pub fn size(self) -> usize {
        self.depth * self.columns
    }

    /// First column and number of columns of each panel.
    pub(crate) fn panels(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.columns).step_by(PANEL).map(move |first| (first, PANEL.min(self.columns - first)))
    }

    /// Where the element at a row and column is.
    pub fn position(self, row: usize, column: usize) -> usize {
        let first = column - column % PANEL;
        let width = PANEL.min(self.columns - first);
        first * self.depth + row * width + column % PANEL
    }

    /// Sets `transposed`, in panels of `self.depth` columns, to the transposed matrix: `[columns, depth]` without the
    /// columns behind the first `rows`.
    pub fn transpose(self, values: &[f32], rows: usize, transposed: &mut [f32]) {
        let target = Self::new(rows, self.depth);
        for (first, width) in self.panels() {
            let panel = &values[first * self.depth..][..width * self.depth];
            let taken = width.min(rows.saturating_sub(first));
            for (row, values) in panel.chunks_exact(width).enumerate() {
                // A row of the panel becomes a column of the target: `taken` elements at equal distances.
                let column = target.position(first.min(rows), row);
                let step = PANEL.min(target.columns - (row - row % PANEL));
                for (i, &value) in values[..taken].iter().enumerate() {
                    transposed[column + i * step] = value;
                }
            }
        }
    }
}
