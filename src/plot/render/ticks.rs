//! The labels along an axis, and the space that they take. Numbers that would touch are left
//! out; names wrap, and where that is not enough they are drawn upright. Only where even those would touch,
//! every second name, or every third one and so on, is drawn.

use super::text::{Measure, SMALL, wrap};
use crate::plot::chart::{Axis, Scale};

/// Least distance between two numbers side by side.
pub(super) const APART: f64 = 6.0;
/// Most lines of a name below its category.
const LINES: usize = 3;
/// Greatest width of an upright name; a longer one wraps.
const UPRIGHT: f64 = 150.0;

/// Labels of some ticks, each in its lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Labels {
    /// The index of the tick, and its lines.
    pub(super) written: Vec<(usize, Vec<String>)>,
    /// Whether the labels are rotated by 90°.
    pub(super) upright: bool,
    /// The space that they take perpendicular to their axis.
    pub(super) room: f64,
}

/// The labels below an axis of `width` pixels.
pub(super) fn below(axis: &Axis, width: f64, measure: &Measure) -> Labels {
    if axis.scale == Scale::Categorical {
        return names_below(axis, width, measure);
    }
    let mut labels = Vec::new();
    let mut free_from = f64::NEG_INFINITY;
    for (index, tick) in axis.ticks.iter().enumerate() {
        let half = measure(&tick.label, SMALL) / 2.0;
        let middle = axis.share(tick.value) * width;
        if middle - half >= free_from {
            free_from = middle + half + APART;
            labels.push((index, vec![tick.label.clone()]));
        }
    }
    Labels { written: labels, upright: false, room: SMALL.leading }
}

/// The labels left of an axis of `height` pixels, none wider than `limit`.
pub(super) fn beside(axis: &Axis, height: f64, limit: f64, measure: &Measure) -> Labels {
    let mut labels = Vec::new();
    let mut room = 0.0_f64;
    let mut free_from = f64::NEG_INFINITY;
    for (index, tick) in axis.ticks.iter().enumerate() {
        let lines = if axis.scale == Scale::Categorical {
            wrap(&tick.label, SMALL, limit, measure)
        } else {
            vec![tick.label.clone()]
        };
        let middle = axis.share(tick.value) * height;
        let is_free = middle - SMALL.leading / 2.0 >= free_from - 1.0;
        if axis.scale == Scale::Categorical || is_free {
            free_from = middle + SMALL.leading / 2.0;
            room = room.max(widest(&lines, measure));
            labels.push((index, lines));
        }
    }
    if axis.scale == Scale::Categorical {
        spread(&mut labels, height / (axis.high - axis.low).max(1.0));
    }
    Labels { written: labels, upright: false, room }
}

/// Leaves out names, at equal distances, so that no line of one touches another in fields of this size.
fn spread(labels: &mut Vec<(usize, Vec<String>)>, field: f64) {
    let lines = labels.iter().map(|(_, lines)| lines.len()).max().unwrap_or(1);
    let every = (lines as f64 * SMALL.leading / field).ceil();
    if every > 1.0 {
        let every = every.min(labels.len() as f64) as usize;
        labels.retain(|(index, _)| index % every == 0);
    }
}

fn names_below(axis: &Axis, width: f64, measure: &Measure) -> Labels {
    let field = width / (axis.high - axis.low).max(1.0) - APART;
    let names = || axis.ticks.iter().map(|tick| tick.label.as_str());
    let fits = |name: &str| {
        let words = name.split_whitespace();
        let unbroken = words.into_iter().all(|word| measure(word, SMALL) <= field);
        unbroken && wrap(name, SMALL, field, measure).len() <= LINES
    };
    let upright = !names().all(fits);
    let limit = if upright { UPRIGHT } else { field };
    let mut labels: Vec<(usize, Vec<String>)> =
        names().map(|name| wrap(name, SMALL, limit, measure)).enumerate().collect();
    if upright {
        spread(&mut labels, field + APART);
    }
    let lines = || labels.iter().map(|(_, lines)| lines);
    let room = if upright {
        lines().map(|lines| widest(lines, measure)).fold(0.0, f64::max)
    } else {
        lines().map(Vec::len).max().unwrap_or(1) as f64 * SMALL.leading
    };
    Labels { written: labels, upright, room }
}

fn widest(lines: &[String], measure: &Measure) -> f64 {
    let widths = lines.iter().map(|line| measure(line, SMALL));
    widths.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::super::text::Face;
    use super::*;
    use crate::plot::chart::Tick;

    fn ten_pixels_a_letter(text: &str, _: Face) -> f64 {
        10.0 * text.chars().count() as f64
    }

    fn axis(scale: Scale, labels: &[&str]) -> Axis {
        let tick = |(index, label): (usize, &&str)| Tick {
            value: index as f64,
            label: (*label).to_owned(),
        };
        Axis {
            label: String::new(),
            scale,
            low: -0.5,
            high: labels.len() as f64 - 0.5,
            ticks: labels.iter().enumerate().map(tick).collect(),
        }
    }

    fn kept(labels: &Labels) -> Vec<usize> {
        labels.written.iter().map(|(index, _)| *index).collect()
    }

    #[test]
    fn numbers_that_would_touch_are_left_out() {
        let axis = axis(Scale::Linear, &["1", "2", "3", "4"]);
        assert_eq!(kept(&below(&axis, 100.0, &ten_pixels_a_letter)), [0, 1, 2, 3]);
        assert_eq!(kept(&below(&axis, 50.0, &ten_pixels_a_letter)), [0, 2]);
        assert_eq!(kept(&beside(&axis, 60.0, 99.0, &ten_pixels_a_letter)), [0, 1, 2, 3]);
        assert_eq!(kept(&beside(&axis, 30.0, 99.0, &ten_pixels_a_letter)), [0, 2]);
    }

    #[test]
    fn names_wrap_in_their_fields_and_are_upright_where_that_is_not_enough() {
        let axis = axis(Scale::Categorical, &["one two", "b"]);
        let labels = below(&axis, 100.0, &ten_pixels_a_letter);
        assert!(!labels.upright);
        assert_eq!(labels.written[0].1, ["one", "two"]);
        assert!((labels.room - 2.0 * SMALL.leading).abs() < 1e-9);
        let labels = below(&axis, 50.0, &ten_pixels_a_letter);
        assert!(labels.upright);
        assert_eq!(labels.written[0].1, ["one two"]);
        assert!((labels.room - 70.0).abs() < 1e-9);
    }

    #[test]
    fn names_beside_an_axis_take_the_room_they_need_and_wrap_beyond_the_limit() {
        let axis = axis(Scale::Categorical, &["one two", "b"]);
        assert!((beside(&axis, 90.0, 99.0, &ten_pixels_a_letter).room - 70.0).abs() < 1e-9);
        let labels = beside(&axis, 90.0, 40.0, &ten_pixels_a_letter);
        assert_eq!(labels.written[0].1, ["one", "two"]);
        assert_eq!(labels.written.len(), 2);
    }

    #[test]
    fn names_that_would_touch_even_upright_are_left_out_at_equal_distances() {
        let names = ["alpha", "beta", "gamma", "delta", "epsilon"];
        let axis = axis(Scale::Categorical, &names);
        assert_eq!(kept(&below(&axis, 100.0, &ten_pixels_a_letter)), [0, 1, 2, 3, 4]);
        assert_eq!(kept(&below(&axis, 50.0, &ten_pixels_a_letter)), [0, 2, 4]);
        assert_eq!(kept(&beside(&axis, 80.0, 99.0, &ten_pixels_a_letter)), [0, 1, 2, 3, 4]);
        assert_eq!(kept(&beside(&axis, 30.0, 99.0, &ten_pixels_a_letter)), [0, 3]);
    }
}
