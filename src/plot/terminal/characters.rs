//! The characters that charts in a terminal are drawn with: those of Unicode, or ASCII.

use crate::plot::palette::{Key, Marker, VALUES, look};
use crate::streams::Ink;

/// Which characters a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Lines of braille dots, two across and four up in each cell, with the marks of the pictures.
    Unicode,
    /// Every series with its own letter.
    Ascii,
}

impl Characters {
    /// The mark of a series.
    pub(super) fn mark(self, key: Key) -> char {
        const LETTERS: [char; VALUES] = ['o', '#', '^', '+', 'v', '@', '=', '%'];
        // Without colour no two may be alike, as some of the pictures are.
        const SHAPES: [char; VALUES] = ['●', '■', '▲', '◆', '▼', '○', '□', '△'];
        let is_unicode = self == Self::Unicode;
        let of_values = if is_unicode { SHAPES } else { LETTERS };
        match (key, look(key).marker) {
            (Key::Value(value), _) => of_values[value % VALUES],
            (_, Marker::Circle) if is_unicode => '●',
            (_, Marker::Square) if is_unicode => '■',
            (_, Marker::Triangle) if is_unicode => '▲',
            (_, Marker::Diamond) if is_unicode => '◆',
            (_, Marker::TriangleDown) if is_unicode => '▼',
            (_, Marker::Circle) => 'o',
            (_, Marker::Square) => '#',
            (_, Marker::Triangle) => '^',
            (_, Marker::Diamond) => '+',
            (_, Marker::TriangleDown) => 'v',
        }
    }

    /// The mark of a trial that diverged.
    pub(super) fn ended(self) -> char {
        if self == Self::Unicode { '×' } else { 'x' }
    }

    /// The sample of a series in the legend.
    pub(super) fn sample(self, key: Key) -> String {
        let mark = self.mark(key);
        if self == Self::Unicode { format!("⠒{mark}⠒") } else { mark.to_string() }
    }

    /// The vertical axis beside a line with or without a number.
    pub(super) fn beside(self, has_tick: bool) -> char {
        match self {
            Self::Unicode if has_tick => '┤',
            Self::Unicode => '│',
            Self::Ascii => '|',
        }
    }

    /// The horizontal axis, with the places of its ticks.
    pub(super) fn below(self, across: usize, ticks: &[usize]) -> String {
        if self == Self::Ascii {
            return format!("+{}", "-".repeat(across + 1));
        }
        let column = |column: usize| if ticks.contains(&column) { '┬' } else { '─' };
        "└─".chars().chain((0..across).map(column)).collect()
    }
}

/// The colour of a series in a terminal: the one of eight that is nearest to its colour in pictures; `None` for the
/// colour of text.
pub(super) fn ink(key: Key) -> Option<Ink> {
    const OF_VALUES: [Option<Ink>; VALUES] = [
        Some(Ink::Blue),
        Some(Ink::Red),
        Some(Ink::Green),
        None,
        Some(Ink::Magenta),
        Some(Ink::Cyan),
        Some(Ink::Yellow),
        Some(Ink::Faint),
    ];
    match key {
        Key::None => None,
        Key::Before => Some(Ink::Blue),
        Key::After => Some(Ink::Yellow),
        Key::PreActivation => Some(Ink::Green),
        Key::AfterAddition => Some(Ink::Magenta),
        Key::Value(value) => OF_VALUES[value % VALUES],
    }
}
