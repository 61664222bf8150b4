//! The `[sweep]` section. Its keys multiply; `zip` moves keys together, `when` varies a key only
//! where a pattern holds, `exclude` drops points, `include` adds some.
//!
//! ```text
//! keys and zip groups ─product─▶ points ─when─▶ more points ─exclude─▶ fewer ─include─▶ all
//! ```

mod decimal;
mod groups;
mod pattern;
mod range;
mod values;
mod write;

use std::collections::HashMap;

use super::key_list::Key;
use super::problem::Problems;
use super::value::Value;
use super::wire::{Node, Place};

pub(super) use self::pattern::Pattern;
pub(super) use self::values::values_in;
pub(super) use self::write::write;

/// The most points that the keys and zip groups of a sweep may make, and the most that its `when`
/// may make of them, before inapplicable ones are merged and excluded ones are dropped.
pub(super) const MOST_POINTS: usize = 1_000_000;

/// What stands behind `sweep.`: the name of a key, or one of four words.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// A key with its values.
    Key(&'static Key),
    /// Keys that move together.
    Zip,
    /// Keys that vary only where a pattern holds.
    When,
    /// Points that are added.
    Include,
    /// Points that are dropped.
    Exclude,
}

impl Part {
    const WORDS: [(&'static str, Self); 4] = [
        ("zip", Self::Zip),
        ("when", Self::When),
        ("include", Self::Include),
        ("exclude", Self::Exclude),
    ];

    /// The part of that name, if it is one of the four words.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        let known = Self::WORDS.iter().find(|(name, _)| *name == word);
        known.map(|(_, part)| *part)
    }

    /// The four words.
    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().map(|(word, _)| *word)
    }

    /// What stands behind `sweep.` in a file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Key(key) => key.path,
            Self::Zip => "zip",
            Self::When => "when",
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

/// A key that the sweep gives several values, wherever in the sweep.
pub(super) struct Axis {
    /// What varies.
    pub(super) key: &'static Key,
    /// Where it was first given.
    pub(super) place: Place,
    /// Its values; permitted, and all different.
    pub(super) values: Vec<Value>,
    /// How many of them stand in the product or in a `when`: these are in the file's order.
    pub(super) listed: usize,
    /// Where each value stands, by its text.
    positions: HashMap<String, u32>,
}

impl Axis {
    /// The position of a value, where it is one of the axis's.
    pub(super) fn known(&self, value: &Value) -> Option<u32> {
        self.positions.get(&value.to_toml()).copied()
    }

    /// The position of a value, which is added where it is new.
    pub(super) fn position(&mut self, value: &Value) -> u32 {
        let next = self.values.len() as u32;
        let position = *self.positions.entry(value.to_toml()).or_insert(next);
        if position == next {
            self.values.push(value.clone());
        }
        position
    }
}

/// One factor of the product: a key, or several that move together.
pub(super) struct Dimension {
    /// For each of its axes, the number of the axis and the positions of its values.
    columns: Vec<(usize, Vec<u32>)>,
    is_zip: bool,
}

impl Dimension {
    fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }
}

/// Keys that vary only where a pattern holds.
pub(super) struct When {
    /// Where they vary.
    pub(super) pattern: Pattern,
    /// What varies there.
    dimensions: Vec<Dimension>,
    /// Where it was given.
    pub(super) place: Place,
}

/// A point that is added.
pub(super) struct Include {
    /// The keys that it names.
    cells: Vec<(usize, u32)>,
    /// Where it was given.
    pub(super) place: Place,
}

/// A sweep, each of its parts checked by itself.
#[derive(Default)]
pub(super) struct Sweep {
    /// Every key that varies: those of the product first, then those of `when` and of `include`.
    pub(super) axes: Vec<Axis>,
    dimensions: Vec<Dimension>,
    /// In the file's order.
    pub(super) when: Vec<When>,
    /// In the file's order.
    pub(super) include: Vec<Include>,
    /// In the file's order.
    pub(super) exclude: Vec<Pattern>,
}

/// For each axis, the position of its value in a point of the sweep; [`UNSET`] where the point says
/// nothing about it.
pub(super) type Point = Vec<u32>;

/// Whatever the key is outside the sweep, or its default.
pub(super) const UNSET: u32 = u32::MAX;

impl Sweep {
    /// Checks the parts of a sweep. `budget` is the key that is tuned, and how many values it has
    /// where its range does not say.
    pub(super) fn read(
        parts: &[(Part, Node)],
        budget: Option<(&str, usize)>,
        problems: &mut Problems,
    ) -> Self {
        groups::Reader::new(budget, problems).sweep(parts)
    }

    /// How many points the product has; `None` where there are too many.
    pub(super) fn size(&self) -> Option<usize> {
        product(&self.dimensions).filter(|&size| size <= MOST_POINTS)
    }

    /// Point `index` of the product; the last dimension varies fastest.
    pub(super) fn point(&self, index: usize) -> Point {
        let mut point = vec![UNSET; self.axes.len()];
        set(&mut point, &self.dimensions, index);
        point
    }

    /// Whether every point of the product names this key.
    pub(super) fn is_in_product(&self, path: &str) -> bool {
        let columns = self.dimensions.iter().flat_map(|d| &d.columns);
        columns.into_iter().any(|(axis, _)| self.axes[*axis].key.path == path)
    }

    /// The axis of a key.
    pub(super) fn axis(&self, path: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.key.path == path)
    }
}

impl When {
    /// The points that `point` becomes; `None` where an earlier `when` has set one of the keys, or
    /// there are too many.
    pub(super) fn expand(&self, point: &Point) -> Option<Vec<Point>> {
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

    /// How many points each point becomes; `None` where there are too many.
    pub(super) fn size(&self) -> Option<usize> {
        product(&self.dimensions).filter(|&size| size <= MOST_POINTS)
    }
}

impl Include {
    /// The point, in a sweep of so many axes.
    pub(super) fn point(&self, axes: usize) -> Point {
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
fn set(point: &mut Point, dimensions: &[Dimension], mut index: usize) {
    for dimension in dimensions.iter().rev() {
        let row = index % dimension.len();
        index /= dimension.len();
        for (axis, column) in &dimension.columns {
            point[*axis] = column[row];
        }
    }
}
