//! The embedded font: `DejaVu` Sans, which may be embedded and distributed (see its licence, after Bitstream
//! Vera); and the widths of its letters.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use super::system;
use super::text::Face;

/// The font family in an SVG: the embedded font by name, else any font of the viewer.
pub(super) const FAMILY: &str = "DejaVu Sans, sans-serif";

/// The family name inside the font files.
pub(super) const NAME: &str = "DejaVu Sans";

/// The width of a letter that no font has, in ems.
const UNKNOWN: f32 = 0.65;

/// The regular face.
pub(super) fn regular() -> &'static [u8] {
    dejavu::sans::regular()
}

/// The bold face.
pub(super) fn bold() -> &'static [u8] {
    dejavu::sans::bold()
}

/// Whether the font has a letter.
pub(super) fn has(letter: char) -> bool {
    widths_regular().known(letter).is_some()
}

/// The width of a text in pixels, without kerning, which only makes it narrower.
pub(super) fn text_width(text: &str, face: Face) -> f64 {
    let widths = if face.bold { widths_bold() } else { widths_regular() };
    let ems: f32 = text.chars().map(|letter| widths.of(letter)).sum();
    f64::from(ems) * face.size
}

/// The widths of a face's letters, in ems.
struct Widths {
    font: Option<(FontRef<'static>, GlyphMetrics<'static>)>,
}

impl Widths {
    fn new(bytes: &'static [u8]) -> Self {
        let font = FontRef::new(bytes).ok().map(|font| {
            let metrics = GlyphMetrics::new(&font, Size::new(1.0), LocationRef::default());
            (font, metrics)
        });
        Self { font }
    }

    fn of(&self, letter: char) -> f32 {
        self.known(letter).or_else(|| system::width(letter)).unwrap_or(UNKNOWN)
    }

    fn known(&self, letter: char) -> Option<f32> {
        let (font, metrics) = self.font.as_ref()?;
        metrics.advance_width(font.charmap().map(letter)?)
    }
}

fn widths_regular() -> &'static Widths {
    static WIDTHS: OnceLock<Widths> = OnceLock::new();
    WIDTHS.get_or_init(|| Widths::new(regular()))
}

fn widths_bold() -> &'static Widths {
    static WIDTHS: OnceLock<Widths> = OnceLock::new();
    WIDTHS.get_or_init(|| Widths::new(bold()))
}

#[cfg(test)]
mod tests {
    use super::super::text::{HEADING, PLAIN};
    use super::*;

    #[test]
    fn letters_have_the_widths_of_the_font() {
        // DejaVu Sans has 2048 units an em: `i` takes 569 of them, `m` 1995.
        let width = text_width("im", PLAIN);
        assert!((width - 12.0 * 2564.0 / 2048.0).abs() < 0.01, "{width}");
    }

    #[test]
    fn bold_letters_are_wider_and_unknown_ones_have_a_width_too() {
        assert!(text_width("norm", HEADING) > text_width("norm", PLAIN));
        assert!(text_width("\u{10ffff}", PLAIN) > 0.0);
        assert!(text_width("", PLAIN).abs() < f64::EPSILON);
    }
}
