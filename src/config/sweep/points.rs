//! A checked sweep, and its points.

use std::collections::HashMap;

use super::pattern::Pattern;
use crate::config::key::Key;
use crate::config::problem::Place;
use crate::config::value::Value;

/// Most points of the product of a sweep, and most points that its `when` may make of them, counted
/// before duplicates are merged and excluded ones are dropped.
pub(in crate::config) const MOST_POINTS: usize = 1_000_000;

/// A key that the sweep gives several values in any of its parts.
pub(in crate::config) struct Axis {
    pub(in crate::config) key: &'static Key,
    /// Where it was first given.
    pub(in crate::config) place: Place,
    /// Its values; permitted, and all different.
    pub(in crate::config) values: Vec<Value>,
    /// How many of them come from the product or a `when`: these are first, in the file's order.
    pub(in crate::config) listed: usize,
    /// The position of each value, by its text.
    pub(super) positions: HashMap<String, u32>,
}

impl Axis {
    /// The position of a value, where the axis has it.
    pub(in crate::config) fn known(&self, value: &Value) -> Option<u32> {
        self.positions.get(&value.to_toml()).copied()
    }

    /// The position of a value, which is added where it is new.
    pub(in crate::config) fn position(&mut self, value: &Value) -> u32 {
        let next = self.values.len() as u32;
        let position = *self.positions.entry(value.to_toml()).or_insert(next);
        if position == next {
            self.values.push(value.clone());
        }
        position
    }
}

/// One factor of the product: a key, or several that vary together.
pub(in crate::config) struct Dimension {
    /// For each of its axes, the index of the axis and the positions of its values.
    pub(super) columns: Vec<(usize, Vec<u32>)>,
    pub(super) is_zip: bool,
}

impl Dimension {
    fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }
}

/// Keys that vary only where a pattern holds.
pub(in crate::config) struct When {
    /// The points at which the keys vary.
    pub(in crate::config) pattern: Pattern,
    /// The keys that vary there.
    pub(super) dimensions: Vec<Dimension>,
    pub(in crate::config) place: Place,
}

/// A point that `include` adds.
pub(in crate::config) struct Include {
    /// For each key that it names, the index of the axis and the position of the value.
    pub(super) cells: Vec<(usize, u32)>,
    pub(in crate::config) place: Place,
}

/// A checked sweep.
#[derive(Default)]
pub(in crate::config) struct Sweep {
    /// Every key that varies: those of the product first, then those of `when` and of `include`.
    pub(in crate::config) axes: Vec<Axis>,
    pub(super) dimensions: Vec<Dimension>,
    pub(in crate::config) when: Vec<When>,
    pub(in crate::config) include: Vec<Include>,
    pub(in crate::config) exclude: Vec<Pattern>,
}

/// For each axis, the position of its value in a point of the sweep; [`UNSET`] where the point does
/// not set it.
pub(in crate::config) type SweepPoint = Vec<u32>;

/// The key's value outside the sweep, or its default.
pub(in crate::config) const UNSET: u32 = u32::MAX;

impl Sweep {
    /// The number of points in the product; `None` where there are too many.
    pub(in crate::config) fn size(&self) -> Option<usize> {
        product(&self.dimensions).filter(|&size| size <= MOST_POINTS)
    }

    /// The point with this index in the product; the last dimension varies fastest.
    pub(in crate::config) fn point(&self, index: usize) -> SweepPoint {
        let mut point = vec![UNSET; self.axes.len()];
        set(&mut point, &self.dimensions, index);
        point
    }

    /// Whether the key is part of the product.
    pub(in crate::config) fn is_in_product(&self, path: &str) -> bool {
        let columns = self.dimensions.iter().flat_map(|d| &d.columns);
        columns.into_iter().any(|(axis, _)| self.axes[*axis].key.path == path)
    }

    /// The axis of a key.
    pub(in crate::config) fn axis(&self, path: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.key.path == path)
    }
}

impl When {
    /// The points that this `when` makes of `point`; `None` where an earlier `when` has set one of the keys,
    /// or there are too many.
    pub(in crate::config) fn expand(&self, point: &SweepPoint) -> Option<Vec<SweepPoint>> {
        let mut columns = self.dimensions.iter().flat_map(|d| &d.columns);
        if columns.any(|(axis, _)| point[*axis] != UNSET) {
            return None;
        }
        let size = product(&self.dimensions)?;
        let nth = |index| {
            let mut point = point.clone();
            set(&mut point, &self.dimensions, index);
            point
        };
        Some((0..size).map(nth).collect())
    }

    /// How many points it makes of each point; `None` where there are too many.
    pub(in crate::config) fn size(&self) -> Option<usize> {
        product(&self.dimensions).filter(|&size| size <= MOST_POINTS)
    }
}

impl Include {
    /// The point, in a sweep with `axes` axes.
    pub(in crate::config) fn point(&self, axes: usize) -> SweepPoint {
        let mut point = vec![UNSET; axes];
        for &(axis, position) in &self.cells {
            point[axis] = position;
        }
        point
    }
}

fn product(dimensions: &[Dimension]) -> Option<usize> {
    let mut sizes = dimensions.iter().map(Dimension::len);
    sizes.try_fold(1usize, usize::checked_mul)
}

/// Sets the axes of `dimensions` to their values at point `index` of their product.
fn set(point: &mut SweepPoint, dimensions: &[Dimension], mut index: usize) {
    for dimension in dimensions.iter().rev() {
        let row = index % dimension.len();
        index /= dimension.len();
        for (axis, column) in &dimension.columns {
            point[*axis] = column[row];
        }
    }
}
