//! The colour of each role in each theme.
//!
//! The colours of the light theme follow Okabe & Ito ("Color Universal Design", 2008), some of them
//! darkened so that they stand out on white; those of the dark theme are the same hues made lighter.
//! The print theme is for black ink: greys, distinguished further by dash and marker.

use super::key::{Key, LOOKS, PLACEMENTS, VALUES};

/// An opaque colour: red, green, blue.
pub type Colour = (u8, u8, u8);

/// The theme of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Colours on a white background.
    #[default]
    Light,
    /// Colours on a nearly black background, for screens and slides.
    Dark,
    /// Greys on a white background, for black-and-white printers.
    Print,
}

/// The role of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The background.
    Paper,
    /// Primary text.
    Ink,
    /// Secondary text.
    FaintInk,
    /// The lines of the axes.
    Axis,
    /// The lines of the grid.
    Grid,
    /// Line, marker and band of a series.
    Series(Key),
}

impl Role {
    /// The role's name in style sheets: `ink`, `before`, `value-3`.
    pub fn name(self) -> String {
        match self {
            Self::Paper => "paper".to_owned(),
            Self::Ink => "ink".to_owned(),
            Self::FaintInk => "faint-ink".to_owned(),
            Self::Axis => "axis".to_owned(),
            Self::Grid => "grid".to_owned(),
            Self::Series(Key::None) => "none".to_owned(),
            Self::Series(Key::Before) => "before".to_owned(),
            Self::Series(Key::After) => "after".to_owned(),
            Self::Series(Key::PreActivation) => "pre-activation".to_owned(),
            Self::Series(Key::AfterAddition) => "after-addition".to_owned(),
            Self::Series(Key::Value(value)) => format!("value-{}", value % VALUES + 1),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let named = [Key::None, Key::Before, Key::After, Key::PreActivation, Key::AfterAddition];
        let keys = named.into_iter().chain((0..VALUES).map(Key::Value));
        [Self::Paper, Self::Ink, Self::FaintInk, Self::Axis, Self::Grid]
            .into_iter()
            .chain(keys.map(Self::Series))
    }
}

impl Theme {
    /// The colour of a role.
    pub fn colour(self, role: Role) -> Colour {
        let table = self.table();
        match role {
            Role::Paper => table.paper,
            Role::Ink => table.ink,
            Role::FaintInk => table.faint_ink,
            Role::Axis => table.axis,
            Role::Grid => table.grid,
            Role::Series(key) => table.series[key.index()],
        }
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
            Self::Print => &PRINT,
        }
    }
}

/// The declarations that give every `var(--bn-…)` of a chart for a page its colour, without a
/// selector: `--bn-paper:#ffffff;--bn-ink:…`. A page puts them into `:root { … }`, and those of the
/// dark theme into another within `@media (prefers-color-scheme: dark)`.
pub fn page_css(theme: Theme) -> String {
    Role::all().fold(String::new(), |css, role| {
        css + &format!("--bn-{}:{};", role.name(), hex(theme.colour(role)))
    })
}

/// A colour as `#rrggbb`.
pub(in crate::plot) fn hex((red, green, blue): Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

struct Table {
    paper: Colour,
    ink: Colour,
    faint_ink: Colour,
    axis: Colour,
    grid: Colour,
    /// In the order of [`Key::index`].
    series: [Colour; LOOKS],
}

const LIGHT: Table = Table {
    paper: (255, 255, 255),
    ink: (26, 26, 26),
    faint_ink: (84, 84, 84),
    axis: (120, 120, 120),
    grid: (230, 230, 230),
    series: [
        (38, 38, 38),
        (0, 114, 178),
        (219, 123, 0),
        (0, 133, 98),
        (176, 88, 140),
        (0, 114, 178),
        (213, 94, 0),
        (0, 133, 98),
        (38, 38, 38),
        (176, 88, 140),
        (43, 142, 196),
        (178, 125, 0),
        (115, 115, 115),
    ],
};

const DARK: Table = Table {
    paper: (22, 25, 30),
    ink: (233, 236, 240),
    faint_ink: (172, 178, 188),
    axis: (138, 145, 156),
    grid: (48, 53, 61),
    series: [
        (228, 228, 228),
        (77, 170, 232),
        (245, 166, 64),
        (52, 196, 150),
        (222, 144, 192),
        (77, 170, 232),
        (240, 122, 70),
        (52, 196, 150),
        (228, 228, 228),
        (222, 144, 192),
        (146, 208, 242),
        (222, 196, 74),
        (150, 156, 166),
    ],
};

const PRINT: Table = Table {
    paper: (255, 255, 255),
    ink: (0, 0, 0),
    faint_ink: (64, 64, 64),
    axis: (90, 90, 90),
    grid: (226, 226, 226),
    series: [
        (72, 72, 72),
        (0, 0, 0),
        (140, 140, 140),
        (36, 36, 36),
        (108, 108, 108),
        (0, 0, 0),
        (72, 72, 72),
        (140, 140, 140),
        (36, 36, 36),
        (108, 108, 108),
        (0, 0, 0),
        (72, 72, 72),
        (140, 140, 140),
    ],
};

const _: () = assert!(PLACEMENTS + VALUES == LOOKS);

#[cfg(test)]
mod tests {
    use super::super::look;
    use super::super::ramp::luminance;
    use super::super::tests::{NAMED, keys};
    use super::*;

    const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Print];

    /// The contrast ratio by WCAG 2.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Luma of a grey print, from 0 to 255 (ITU-R BT.601).
    fn grey((red, green, blue): Colour) -> f64 {
        0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
    }

    fn series(theme: Theme, keys: &[Key]) -> Vec<Colour> {
        let colour = |&key: &Key| theme.colour(Role::Series(key));
        keys.iter().map(colour).collect()
    }

    #[test]
    fn every_line_and_text_has_enough_contrast_with_its_background() {
        for theme in THEMES {
            let paper = theme.colour(Role::Paper);
            for colour in series(theme, &keys()) {
                let contrast = contrast(colour, paper);
                assert!(contrast >= 3.0, "{theme:?} {colour:?}: {contrast:.2}");
            }
            assert!(contrast(theme.colour(Role::Axis), paper) >= 3.0);
            for text in [Role::Ink, Role::FaintInk] {
                assert!(contrast(theme.colour(text), paper) >= 4.5, "{theme:?}");
            }
        }
    }

    #[test]
    fn the_usual_three_differ_in_grey_on_every_paper() {
        for theme in THEMES {
            let colours = series(theme, &NAMED[..3]);
            for (i, one) in colours.iter().enumerate() {
                for other in &colours[..i] {
                    let apart = (grey(*one) - grey(*other)).abs();
                    assert!(apart > 20.0, "{theme:?}: {one:?} and {other:?}");
                    assert!(apart > 40.0 || theme == Theme::Dark, "{theme:?}");
                }
            }
        }
    }

    #[test]
    fn colours_are_shared_by_no_two_placements_and_no_two_values() {
        let values: Vec<Key> = (0..VALUES).map(Key::Value).collect();
        for theme in [Theme::Light, Theme::Dark] {
            for keys in [&NAMED[..], &values] {
                let colours = series(theme, keys);
                for (i, one) in colours.iter().enumerate() {
                    assert!(!colours[..i].contains(one), "{theme:?}: {one:?}");
                }
            }
        }
    }

    #[test]
    fn lines_in_black_ink_are_distinguished_by_grey_dash_and_marker() {
        let values: Vec<Key> = (0..VALUES).map(Key::Value).collect();
        for colour in series(Theme::Print, &keys()) {
            assert!(colour.0 == colour.1 && colour.1 == colour.2, "{colour:?}");
        }
        for keys in [&NAMED[..], &values] {
            for (i, &one) in keys.iter().enumerate() {
                for &other in &keys[..i] {
                    let greys = [one, other].map(|key| Theme::Print.colour(Role::Series(key)).0);
                    let (one, other) = (look(one), look(other));
                    let apart = [
                        greys[0].abs_diff(greys[1]) >= 30,
                        one.dash != other.dash,
                        one.marker != other.marker,
                    ];
                    let ways = apart.into_iter().filter(|&way| way).count();
                    assert!(ways >= 2, "{one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn a_page_can_set_every_role() {
        let css = page_css(Theme::Dark);
        assert!(css.starts_with("--bn-paper:#16191e;--bn-ink:#e9ecf0;"));
        assert!(css.contains("--bn-before:#4daae8;"));
        assert!(css.ends_with("--bn-value-8:#969ca6;"));
        assert_eq!(css.matches("--bn-").count(), 5 + LOOKS);
    }
}
