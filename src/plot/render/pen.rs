//! The colours and lines of what a canvas draws.

use crate::plot::palette::{Colour, Role};

/// The colour of an element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Tone {
    /// The colour of a role.
    Of(Role),
    /// The same colour in every theme: the shade of a value.
    Fixed(Colour),
    /// The gradient of shades, by its id.
    Ramp,
}

/// The style of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    /// The colour of the line.
    pub(super) tone: Tone,
    /// The width of the line in pixels.
    pub(super) width: f64,
    /// Lengths of dash and gap in turn; empty for a solid line.
    pub(super) dash: &'static [u32],
    /// 1 for an opaque line.
    pub(super) opacity: f64,
}

impl Stroke {
    /// A solid line.
    pub(super) fn solid(tone: Tone, width: f64) -> Self {
        Self { tone, width, dash: &[], opacity: 1.0 }
    }
}

/// The style of a shape: fill, outline, or both.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pen {
    /// Colour and opacity of its fill.
    pub(super) fill: Option<(Tone, f64)>,
    /// Its outline.
    pub(super) stroke: Option<Stroke>,
}

impl Pen {
    /// A filled shape without an outline.
    pub(super) fn fill(tone: Tone, opacity: f64) -> Self {
        Self { fill: Some((tone, opacity)), stroke: None }
    }

    /// An outline without fill.
    pub(super) fn stroke(stroke: Stroke) -> Self {
        Self { fill: None, stroke: Some(stroke) }
    }
}
