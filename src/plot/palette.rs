//! One table: what a line looks like. A placement has the same colour, dash and marker in every
//! chart of every experiment.
//!
//! Colours follow Okabe & Ito ("Color Universal Design", 2008), some of them darkened so that they
//! stand out on white paper. The placements also differ in dash and marker, and the three of plain networks in
//! lightness, so that they can be told apart by colour-blind readers and in a grey print.

/// Who a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Key {
    /// Without normalisation.
    #[default]
    None,
    /// Normalisation before the activation.
    Before,
    /// Normalisation after the activation.
    After,
    /// Normalisation and activation before the linear maps of a residual branch.
    PreActivation,
    /// Normalisation behind the sum of a residual block.
    AfterAddition,
    /// The so-manieth value of another axis, from 0.
    Value(usize),
}

impl Key {
    /// The key of a placement by its name in files; `None` where the name is not one.
    pub fn placement(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "before" => Some(Self::Before),
            "after" => Some(Self::After),
            "pre-activation" => Some(Self::PreActivation),
            "after-addition" => Some(Self::AfterAddition),
            _ => None,
        }
    }
}

/// An opaque colour: red, green, blue.
pub type Colour = (u8, u8, u8);

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

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    /// Of line, marker and band.
    pub colour: Colour,
    /// Lengths of dash and gap in turn, in pixels; empty for a solid line.
    pub dash: &'static [u32],
    /// The shape of its points.
    pub marker: Marker,
}

/// How many values of another axis have a look of their own.
pub const VALUES: usize = TABLE.len();

/// The look of a key; beyond [`VALUES`] the looks repeat.
pub fn style(key: Key) -> Style {
    match key {
        Key::None => look((38, 38, 38), &[6, 3], Marker::Circle),
        Key::Before => look((0, 114, 178), &[], Marker::Square),
        Key::After => look((219, 123, 0), &[12, 3, 2, 3], Marker::Triangle),
        Key::PreActivation => look((0, 133, 98), &[2, 2], Marker::Diamond),
        Key::AfterAddition => look((176, 88, 140), &[9, 3], Marker::TriangleDown),
        Key::Value(index) => TABLE[index % VALUES],
    }
}

const TABLE: [Style; 8] = [
    look((0, 114, 178), &[], Marker::Circle),
    look((213, 94, 0), &[6, 3], Marker::Square),
    look((0, 133, 98), &[12, 3, 2, 3], Marker::Triangle),
    look((38, 38, 38), &[2, 2], Marker::Diamond),
    look((176, 88, 140), &[], Marker::Square),
    look((43, 142, 196), &[6, 3], Marker::Triangle),
    look((178, 125, 0), &[12, 3, 2, 3], Marker::Diamond),
    look((115, 115, 115), &[2, 2], Marker::Circle),
];

const fn look(colour: Colour, dash: &'static [u32], marker: Marker) -> Style {
    Style {
        colour,
        dash,
        marker,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACEMENTS: [Key; 5] = [
        Key::None,
        Key::Before,
        Key::After,
        Key::PreActivation,
        Key::AfterAddition,
    ];

    fn all() -> Vec<Style> {
        let values = (0..VALUES).map(Key::Value);
        PLACEMENTS.into_iter().chain(values).map(style).collect()
    }

    /// Relative luminance (WCAG 2, from linear sRGB).
    fn luminance((red, green, blue): Colour) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Luma of a grey print, from 0 to 255 (ITU-R BT.601).
    fn grey((red, green, blue): Colour) -> f64 {
        0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
    }

    #[test]
    fn every_colour_stands_out_on_white_paper() {
        for style in all() {
            let contrast = 1.05 / (luminance(style.colour) + 0.05);
            assert!(contrast >= 3.0, "{style:?} has a contrast of {contrast:.2}");
        }
    }

    #[test]
    fn placements_differ_in_colour_dash_and_marker_and_the_usual_three_in_grey_too() {
        let looks = PLACEMENTS.map(style);
        for (i, one) in looks.iter().enumerate() {
            for other in &looks[..i] {
                let greys = (grey(one.colour) - grey(other.colour)).abs();
                assert!(greys > 40.0 || i >= 3, "{one:?} and {other:?}");
                assert_ne!(one.colour, other.colour);
                assert_ne!(one.dash, other.dash);
                assert_ne!(one.marker, other.marker);
            }
        }
    }

    #[test]
    fn no_two_values_share_a_colour_or_a_dash_with_a_marker() {
        for (i, one) in TABLE.iter().enumerate() {
            for other in &TABLE[..i] {
                assert_ne!(one.colour, other.colour);
                assert_ne!((one.dash, one.marker), (other.dash, other.marker));
            }
        }
    }

    #[test]
    fn placements_are_known_by_their_names_in_files() {
        assert_eq!(Key::placement("before"), Some(Key::Before));
        assert_eq!(Key::placement("32"), None);
    }
}
