//! The colour, dash and marker of each line. A placement has the same ones in every
//! chart of every experiment; `theme` defines the colours, and `ramp`
//! the shades of a heat map.

mod key;
mod ramp;
mod theme;

pub use self::key::{Key, VALUES};
pub use self::ramp::{shade, text_on};
pub(in crate::plot) use self::theme::hex;
pub use self::theme::{Colour, Role, Theme, page_css};

use self::key::LOOKS;

/// The shape of a data point's marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A circle, ●.
    Circle,
    /// A square, ■.
    Square,
    /// A triangle, ▲.
    Triangle,
    /// A diamond, ◆.
    Diamond,
    /// A triangle that points down, ▼.
    TriangleDown,
}

/// The appearance of a line besides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    /// Lengths of dash and gap in turn, in pixels; empty for a solid line.
    pub dash: &'static [u32],
    /// The marker of its points.
    pub marker: Marker,
}

/// The appearance of a key.
pub fn look(key: Key) -> Look {
    TABLE[key.index()]
}

const SOLID: &[u32] = &[];
const DASHED: &[u32] = &[6, 3];
const DASH_DOT: &[u32] = &[12, 3, 2, 3];
const DOTTED: &[u32] = &[2, 2];
const LONG: &[u32] = &[9, 3];

const TABLE: [Look; LOOKS] = [
    entry(DASHED, Marker::Circle),
    entry(SOLID, Marker::Square),
    entry(DASH_DOT, Marker::Triangle),
    entry(DOTTED, Marker::Diamond),
    entry(LONG, Marker::TriangleDown),
    entry(SOLID, Marker::Circle),
    entry(DASHED, Marker::Square),
    entry(DASH_DOT, Marker::Triangle),
    entry(DOTTED, Marker::Diamond),
    entry(SOLID, Marker::Square),
    entry(DASHED, Marker::Triangle),
    entry(DASH_DOT, Marker::Diamond),
    entry(DOTTED, Marker::Circle),
];

const fn entry(dash: &'static [u32], marker: Marker) -> Look {
    Look { dash, marker }
}

#[cfg(test)]
mod tests {
    use super::key::PLACEMENTS;
    use super::*;

    pub(super) const NAMED: [Key; PLACEMENTS] =
        [Key::None, Key::Before, Key::After, Key::PreActivation, Key::AfterAddition];

    /// Every key with its own appearance.
    pub(super) fn keys() -> Vec<Key> {
        let values = (0..VALUES).map(Key::Value);
        NAMED.into_iter().chain(values).collect()
    }

    #[test]
    fn placements_differ_in_dash_and_in_marker() {
        let looks = NAMED.map(look);
        for (i, one) in looks.iter().enumerate() {
            for other in &looks[..i] {
                assert_ne!(one.dash, other.dash);
                assert_ne!(one.marker, other.marker);
            }
        }
    }

    #[test]
    fn no_two_values_share_a_dash_with_a_marker() {
        for (i, one) in TABLE[PLACEMENTS..].iter().enumerate() {
            for other in &TABLE[PLACEMENTS..PLACEMENTS + i] {
                assert_ne!(one, other);
            }
        }
    }

    #[test]
    fn colours_repeat_only_after_the_last_value() {
        assert_eq!(look(Key::Value(VALUES)), look(Key::Value(0)));
        assert_eq!(keys().len(), LOOKS);
    }
}
