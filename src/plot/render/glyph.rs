//! Outlines of letters in font files.

use resvg::tiny_skia::{Path, PathBuilder};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// Units of an em in outlines, which count downwards as in SVG.
pub(super) const EM: f64 = 2048.0;

/// The outline of a letter in a font file; `None` where the font has none.
pub(super) fn of_letter(data: &[u8], index: u32, letter: char) -> Option<Path> {
    let font = FontRef::from_index(data, index).ok()?;
    drawn(&font, font.charmap().map(letter)?)
}

/// The outline of a letter by its number in a font file; `None` where there is nothing to see.
pub(super) fn outline(data: &[u8], index: u32, number: u32) -> Option<Path> {
    drawn(&FontRef::from_index(data, index).ok()?, GlyphId::new(number))
}

fn drawn(font: &FontRef<'_>, glyph: GlyphId) -> Option<Path> {
    let size = Size::new(EM as f32);
    let mut pen = Pen(PathBuilder::new());
    let settings = DrawSettings::unhinted(size, LocationRef::default());
    font.outline_glyphs().get(glyph)?.draw(settings, &mut pen).ok()?;
    pen.0.finish()
}

/// Draws upside down, since fonts count upwards and SVG downwards.
struct Pen(PathBuilder);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, -cy, x, -y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.0.cubic_to(cx0, -cy0, cx1, -cy1, x, -y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
