//! The shapes of single marks: points, intervals, arrows, crosses, and the placement of dots that would
//! overlap.

use std::collections::HashMap;

use super::canvas::{Canvas, Place};
use super::pen::{Pen, Stroke, Tone};
use crate::plot::palette::{Marker, Role};

/// Half the height of a marker.
pub(super) const MARKER: f64 = 3.0;
/// Half the side of the mark of a diverged trial.
pub(super) const CROSS: f64 = 4.5;
/// Radius of the ring around a chosen point.
const RING: f64 = 6.5;
/// Radius of the dot of a single replicate.
pub(super) const DOT: f64 = 2.0;
/// Opacity of the dot of a single replicate.
const DOT_OPACITY: f64 = 0.5;
/// Half the length of the ends of an interval.
const END: f64 = 3.5;
/// Length of an arrow, and half the width of its head.
const ARROW: (f64, f64) = (15.0, 3.5);
/// Width of an interval's line.
const BAR: f64 = 1.6;

/// A data point with an edge in the background's colour, so that adjacent points can be distinguished.
pub(super) fn marker(canvas: &mut Canvas, at: Place, marker: Marker, tone: Tone, hover: &str) {
    let (x, y) = at;
    let pen = Pen { fill: Some((tone, 1.0)), stroke: None };
    let corners: &[Place] = match marker {
        Marker::Circle => return canvas.disc(at, MARKER, pen, hover),
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Triangle => &[(0.0, -1.25), (1.2, 0.9), (-1.2, 0.9)],
        Marker::TriangleDown => &[(0.0, 1.25), (1.2, -0.9), (-1.2, -0.9)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    };
    let corner = |(right, down): &Place| (x + right * MARKER, y + down * MARKER);
    let corners: Vec<Place> = corners.iter().map(corner).collect();
    canvas.polygon(&corners, pen, hover);
}

/// × with an edge in the background's colour, so that it is visible on lines below it.
pub(super) fn cross(canvas: &mut Canvas, (x, y): Place, tone: Tone, hover: &str) {
    let paper = Tone::Of(Role::Paper);
    for (tone, width, reach, hover) in [(paper, 4.5, CROSS + 0.8, ""), (tone, 2.0, CROSS, hover)] {
        let falling = [(x - reach, y - reach), (x + reach, y + reach)];
        let rising = [(x - reach, y + reach), (x + reach, y - reach)];
        canvas.lines(&[falling, rising], Stroke::solid(tone, width), hover);
    }
}

/// A ring around a point, with an edge in the background's colour.
pub(super) fn ring(canvas: &mut Canvas, at: Place, hover: &str) {
    for (role, width, hover) in [(Role::Paper, 4.0, ""), (Role::Ink, 1.8, hover)] {
        let pen = Pen::stroke(Stroke::solid(Tone::Of(role), width));
        canvas.disc(at, RING, pen, hover);
    }
}

/// An interval between two positions, with ends across it.
pub(super) fn bar(canvas: &mut Canvas, ends: &[Place], tone: Tone) {
    let &[from, to] = ends else { return };
    let is_upright = (from.0 - to.0).abs() < (from.1 - to.1).abs();
    let end = |(x, y): Place| {
        if is_upright { [(x - END, y), (x + END, y)] } else { [(x, y - END), (x, y + END)] }
    };
    canvas.lines(&[[from, to], end(from), end(to)], Stroke::solid(tone, BAR), "");
}

/// An arrow from a position to the right, or upwards.
pub(super) fn arrow(canvas: &mut Canvas, from: Place, upwards: bool, tone: Tone, hover: &str) {
    let (length, half) = ARROW;
    let (along, aside) = if upwards { ((0.0, -1.0), (1.0, 0.0)) } else { ((1.0, 0.0), (0.0, 1.0)) };
    let place = |far: f64, wide: f64| {
        (from.0 + along.0 * far + aside.0 * wide, from.1 + along.1 * far + aside.1 * wide)
    };
    let neck = length - 2.0 * half;
    canvas.line(&[from, place(neck, 0.0)], Stroke::solid(tone, 2.0));
    let head = [place(length, 0.0), place(neck, half), place(neck, -half)];
    canvas.polygon(&head, Pen::fill(tone, 1.0), hover);
}

/// The dot of a single replicate.
pub(super) fn dot(canvas: &mut Canvas, at: Place, tone: Tone, hover: &str) {
    canvas.disc(at, DOT, Pen::fill(tone, DOT_OPACITY), hover);
}

/// How far a dot moves at a time, and the least distance between two.
const STEP: f64 = DOT * 1.7;
const APART: f64 = STEP * 0.99;

/// The dots that are placed already, by cell of a grid: dots near another one are in
/// its cell or in an adjacent one.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    fields: HashMap<(i64, i64), Vec<Place>>,
}

impl Crowd {
    /// Finds a position for a dot, moved sideways until it covers no other: a little to
    /// one side, a little to the other, and so on. Where there is no room it stays where it is.
    pub(super) fn place(&mut self, at: Place, upright: bool) -> Place {
        const SIDEWAYS: [f64; 9] = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0];
        let moved = |steps: &f64| {
            if upright { (at.0 + steps * STEP, at.1) } else { (at.0, at.1 + steps * STEP) }
        };
        let is_free = |place: &Place| self.is_free(*place);
        let place = SIDEWAYS.iter().map(moved).find(is_free).unwrap_or(at);
        let there = self.fields.entry(field(place)).or_default();
        // A second dot on the same position needs no entry.
        if !there.contains(&place) {
            there.push(place);
        }
        place
    }

    fn is_free(&self, place: Place) -> bool {
        let far = |other: &Place| (place.0 - other.0).hypot(place.1 - other.1) >= APART;
        let (column, row) = field(place);
        (column - 1..=column + 1)
            .flat_map(|column| (row - 1..=row + 1).map(move |row| (column, row)))
            .filter_map(|field| self.fields.get(&field))
            .all(|there| there.iter().all(far))
    }
}

/// Cells are at least as wide as the least distance between two dots.
fn field((x, y): Place) -> (i64, i64) {
    ((x / STEP).floor() as i64, (y / STEP).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_same_position_are_placed_side_by_side() {
        let (mut crowd, mut taken) = (Crowd::default(), Vec::new());
        for _ in 0..5 {
            let place = crowd.place((10.0, 20.0), true);
            assert!((place.1 - 20.0).abs() < 1e-9);
            assert!(!taken.contains(&place));
            taken.push(place);
        }
        let rounded: Vec<f64> = taken.iter().map(|place| (place.0 * 10.0).round() / 10.0).collect();
        assert_eq!(rounded, [10.0, 13.4, 6.6, 16.8, 3.2]);
        assert_eq!(crowd.place((50.0, 20.0), true), (50.0, 20.0));
    }

    #[test]
    fn dots_along_the_horizontal_axis_move_up_and_down() {
        let mut crowd = Crowd::default();
        crowd.place((10.0, 20.0), false);
        let place = crowd.place((10.0, 20.0), false);
        assert!((place.0 - 10.0).abs() < 1e-9 && place.1 > 20.0);
    }

    /// The result of [`Crowd::place`], computed by comparing with every other dot.
    fn by_all(at: Place, taken: &[Place]) -> Place {
        let steps = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0];
        let mut places = steps.iter().map(|steps| (at.0 + steps * STEP, at.1));
        let far = |one: &Place, other: &Place| (one.0 - other.0).hypot(one.1 - other.1) >= APART;
        let free = places.find(|place| taken.iter().all(|other| far(place, other)));
        free.unwrap_or(at)
    }

    #[test]
    fn dots_have_the_positions_of_a_linear_search() {
        let (mut crowd, mut taken) = (Crowd::default(), Vec::new());
        for index in 0..1500_u32 {
            // Many dots on few positions, also negative ones, so that there is not room for all.
            let at =
                (f64::from(index % 5) * 31.7 - 60.0, f64::from((index * 37) % 101) * 0.9 - 30.0);
            let place = crowd.place(at, true);
            assert_eq!(place, by_all(at, &taken), "dot {index}");
            taken.push(place);
        }
    }

    #[test]
    fn a_dot_is_held_against_those_near_it_alone() {
        let mut crowd = Crowd::default();
        for index in 0..20_000_u32 {
            crowd.place((f64::from(index % 200) * 3.0, f64::from(index / 200) * 3.0), true);
        }
        let most = crowd.fields.values().map(Vec::len).max();
        // Cells of 3.4 by 3.4 pixels, with dots at least 3.366 apart, except those for which there was no room.
        assert!(most <= Some(8), "{most:?}");
    }
}
