//! The shapes of single marks: points, intervals, arrows, crosses, and how dots make room for each
//! other.

use super::canvas::{Canvas, Pen, Place, Stroke, Tone};
use crate::plot::palette::{Marker, Role};

/// Half the height of a marker.
pub(super) const MARKER: f64 = 3.0;
/// Half the side of the mark of a diverged trial.
pub(super) const CROSS: f64 = 4.5;
/// Radius of the ring around a chosen point.
const RING: f64 = 6.5;
/// Radius of the dot of a single replicate.
pub(super) const DOT: f64 = 2.0;
/// Opacity of that dot.
const DOT_OPACITY: f64 = 0.5;
/// Half the length of an interval's ends.
const END: f64 = 3.5;
/// Length of an arrow, and half the width of its head.
const ARROW: (f64, f64) = (15.0, 3.5);
/// Width of an interval's line.
const BAR: f64 = 1.6;

/// A data point with an edge of paper, so that points that touch can be told apart.
pub(super) fn marker(canvas: &mut Canvas, at: Place, marker: Marker, tone: Tone, hover: &str) {
    let (x, y) = at;
    let pen = Pen {
        fill: Some((tone, 1.0)),
        stroke: None,
    };
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

/// × with an edge of paper, so that it stands out from lines below it.
pub(super) fn cross(canvas: &mut Canvas, (x, y): Place, tone: Tone, hover: &str) {
    let paper = Tone::Of(Role::Paper);
    for (tone, width, reach, hover) in [(paper, 4.5, CROSS + 0.8, ""), (tone, 2.0, CROSS, hover)] {
        let falling = [(x - reach, y - reach), (x + reach, y + reach)];
        let rising = [(x - reach, y + reach), (x + reach, y - reach)];
        canvas.lines(&[&falling, &rising], Stroke::solid(tone, width), hover);
    }
}

/// A ring around a point, with an edge of paper.
pub(super) fn ring(canvas: &mut Canvas, at: Place, hover: &str) {
    for (role, width, hover) in [(Role::Paper, 4.0, ""), (Role::Ink, 1.8, hover)] {
        let pen = Pen::stroke(Stroke::solid(Tone::Of(role), width));
        canvas.disc(at, RING, pen, hover);
    }
}

/// An interval between two places, with ends across it.
pub(super) fn bar(canvas: &mut Canvas, from: Place, to: Place, tone: Tone) {
    let is_upright = (from.0 - to.0).abs() < (from.1 - to.1).abs();
    let end = |(x, y): Place| {
        if is_upright {
            [(x - END, y), (x + END, y)]
        } else {
            [(x, y - END), (x, y + END)]
        }
    };
    let lines: [&[Place]; 3] = [&[from, to], &end(from), &end(to)];
    canvas.lines(&lines, Stroke::solid(tone, BAR), "");
}

/// An arrow from a place onwards: to the right, or up.
pub(super) fn arrow(canvas: &mut Canvas, from: Place, upwards: bool, tone: Tone, hover: &str) {
    let (length, half) = ARROW;
    let (along, aside) = if upwards {
        ((0.0, -1.0), (1.0, 0.0))
    } else {
        ((1.0, 0.0), (0.0, 1.0))
    };
    let place = |far: f64, wide: f64| {
        (
            from.0 + along.0 * far + aside.0 * wide,
            from.1 + along.1 * far + aside.1 * wide,
        )
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

/// Moves a dot aside until it hides none of those that stand already: a little to one side, a little
/// to the other, and so on. Where all is full it stays where it is.
pub(super) fn aside(at: Place, taken: &[Place], upright: bool) -> Place {
    const STEP: f64 = DOT * 1.7;
    const SIDEWAYS: [f64; 9] = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0];
    let moved = |steps: &f64| {
        if upright {
            (at.0 + steps * STEP, at.1)
        } else {
            (at.0, at.1 + steps * STEP)
        }
    };
    let is_free = |place: &Place| {
        let far = |other: &Place| (place.0 - other.0).hypot(place.1 - other.1) >= STEP * 0.99;
        taken.iter().all(far)
    };
    SIDEWAYS.iter().map(moved).find(is_free).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_on_the_same_place_stand_beside_each_other() {
        let mut taken: Vec<Place> = Vec::new();
        for _ in 0..5 {
            let place = aside((10.0, 20.0), &taken, true);
            assert!((place.1 - 20.0).abs() < 1e-9);
            assert!(!taken.contains(&place));
            taken.push(place);
        }
        let rounded: Vec<f64> = taken
            .iter()
            .map(|place| (place.0 * 10.0).round() / 10.0)
            .collect();
        assert_eq!(rounded, [10.0, 13.4, 6.6, 16.8, 3.2]);
        assert_eq!(aside((50.0, 20.0), &taken, true), (50.0, 20.0));
    }

    #[test]
    fn dots_along_the_horizontal_axis_move_up_and_down() {
        let place = aside((10.0, 20.0), &[(10.0, 20.0)], false);
        assert!((place.0 - 10.0).abs() < 1e-9 && place.1 > 20.0);
    }
}
