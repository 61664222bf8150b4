//! One table: what a line looks like. A placement has the same colour, dash and marker in every
//! chart of every experiment; `theme` says which colours those are on which paper, and `ramp` what
//! the shades of a heat map are.

mod key;
mod ramp;
mod theme;

pub use self::key::{Key, VALUES};
pub use self::ramp::{shade, text_on};
pub(in crate::plot) use self::theme::hex;
pub use self::theme::{Colour, Role, Theme, page_css};

use self::key::LOOKS;

/// The shape of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
}

/// What a line looks like besides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    /// Lengths of dash and gap in turn, in pixels; empty for a solid line.
    pub dash: &'static [u32],
    /// The shape of its points.
    pub marker: Marker,
}

/// The look of a key.
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

    /// Every key that has a look of its own.
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
    fn looks_repeat_only_after_the_last_value() {
        assert_eq!(look(Key::Value(VALUES)), look(Key::Value(0)));
        assert_eq!(keys().len(), LOOKS);
    }
}
